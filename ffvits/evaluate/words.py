"""Figures in words that a hobbyist understands: five lines, in Chinese or English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from ffvits.evaluate.measures import BY_NAME
from ffvits.evaluate.panel import Verdict
from ffvits.evaluate.statistics import Figure

Language = Literal["zh", "en"]
Figures = Mapping[str, Figure]
# What Whisper base mishears of the test set where it is well spoken: 23 % of a good synthetic reader's and, of other
# sentences, 17.5 % of ten people's (docs/measured/evaluation.md). Held-out recordings are no measure of that: what they
# say was mostly written by Whisper itself.
_MISHEARD = 0.2
_MISTONED = 0.12  # and of its tones the ear: 12.4 % of recordings', 12.1 % of the synthetic reader's
_TONES = {"zh": ("", "第一声", "第二声", "第三声", "第四声"), "en": ("", "tone 1", "tone 2", "tone 3", "tone 4")}


def summary(voice: Figures, verdicts: Sequence[Verdict], real: Figures, base: Figures, language: Language) -> list[str]:
    """Clear, native, alike, clean, and what to do: one line each. `real` and `base` may be empty."""
    zh = language == "zh"

    def told(name: str) -> str:
        if name not in voice:  # a pitch, of one that only hisses
            return "听不出嗓音" if zh else "no voice is heard in it"
        measure = BY_NAME[name]
        sides = {"底模" if zh else "base": base}
        if name != "cer":
            sides = {"本人" if zh else "speaker": real, **sides}
        values = [f"{who} {measure.write(side[name].value)}" for who, side in sides.items() if name in side]
        beside = ("，" if zh else ", ").join(values)
        bracket = (f"（{beside}）" if zh else f" ({beside})") if beside else ""
        return f"{measure.chinese if zh else measure.english} {measure.write(voice[name].value)}{bracket}"

    clear = ("发音清楚", "发音大致清楚", "发音不够清楚") if zh else ("clear", "mostly clear", "hard to understand")
    native = ("声调地道", "声调略有偏差", "声调不准") if zh else ("native tones", "some tones are off", "wrong tones")
    clean = ("声音干净", "略有杂音", "杂音明显") if zh else ("clean", "slightly noisy", "noisy")
    gap, stop = ("；", "。") if zh else ("; ", ".")
    lines = [
        _graded(clear, _misheard(voice, base), 0.06, 0.2) + gap + told("cer"),
        _graded(native, _mistoned(voice, real), 0.06, 0.18) + gap + told("tone_error") + gap
        + _weakest(verdicts, language) + gap + told("foreign"),
        told("similarity") if "similarity" in voice else told("pitch"),
        _graded(clean, -voice["quality"].value, -3.0, -2.3) + gap + told("quality"),
        ("建议：" if zh else "do next: ") + _advice(voice, real, base, verdicts, language),
    ]  # fmt: skip
    return [line + stop for line in lines]


def _misheard(voice: Figures, base: Figures) -> float:
    """How much more than a good voice's words are misheard, or than the base's where a larger Whisper hears better."""
    least = min(_MISHEARD, base["cer"].value) if "cer" in base else _MISHEARD
    return voice["cer"].value - least


def _mistoned(voice: Figures, real: Figures) -> float:
    """How many more tones are wrong than in the speaker's own recordings, or than the ear mishears of anybody."""
    return voice["tone_error"].value - (real["tone_error"].value if "tone_error" in real else _MISTONED)


def _graded(names: Sequence[str], value: float, fair: float, poor: float) -> str:
    return names[(value > fair) + (value > poor)]


def _weakest(verdicts: Sequence[Verdict], language: Language) -> str:
    """The tone that is most often missed, and what it is taken for."""
    missed: Counter[tuple[int, int]] = Counter()
    for verdict in verdicts:
        for span, tone in zip(verdict.spans, verdict.tones, strict=True):
            if span.tone <= 4 and span.tone != tone and tone <= 4 and span.pinyin != "r5":
                missed[span.tone, tone] += 1
    if not missed:
        return "四声无误" if language == "zh" else "no tone is missed"
    (meant, heard), count = missed.most_common(1)[0]
    names = _TONES[language]
    if language == "zh":
        return f"{names[meant]}听成{names[heard]}：{count} 处"
    return f"{names[meant]} heard as {names[heard]}: {count} times"


def _advice(voice: Figures, real: Figures, base: Figures, verdicts: Sequence[Verdict], language: Language) -> str:
    """The first thing that would help."""
    zh = language == "zh"
    if _misheard(voice, base) > 0.2:
        return (
            "先核对 clips.jsonl 里的文字，再多训练一会儿，或换一个更清楚的底模"
            if zh
            else "check the texts in clips.jsonl, train longer, or take a clearer base"
        )
    if "similarity" in real and real["similarity"].value - voice["similarity"].value > 0.08:
        return "再录 3–5 分钟清晰的句子，或延长训练" if zh else "record 3–5 more minutes, or train longer"
    if _mistoned(voice, real) > 0.12:
        return "换一个纯中文底模，或降低学习率" if zh else "take a purely Chinese base, or a lower learning rate"
    if voice["quality"].value < 2.6:
        return "换用更干净的录音，或更大的底模" if zh else "use cleaner recordings, or a larger base"
    worst = _hardest(verdicts)
    named = KINDS.get(worst, (worst, worst))[0 if zh else 1]
    return f"可以用了；最弱的是{named}，可补录这类句子" if zh else f"ready to use; weakest are {named}: record some"


KINDS = {
    "everyday": ("日常句", "everyday sentences"),
    "news": ("新闻句", "news"),
    "dialogue": ("对话", "dialogue"),
    "syllables": ("少见音节", "rare syllables"),
    "tones": ("声调组合", "tone pairs"),
    "yi-bu": ("“一”和“不”", "一 and 不"),
    "neutral": ("轻声", "neutral tones"),
    "erhua": ("儿化音", "erhua"),
    "digits": ("数字和日期", "digits and dates"),
    "polyphones": ("多音字", "polyphones"),
    "names": ("人名地名", "names"),
    "long": ("长句", "long sentences"),
    "questions": ("疑问句", "questions"),
}


def _hardest(verdicts: Sequence[Verdict]) -> str:
    from ffvits.evaluate.measures import by_category

    found = by_category(verdicts, "pinyin_error")
    return max(found, key=lambda kind: found[kind].value) if found else ""
