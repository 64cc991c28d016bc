"""Every measure: what it is called, which way is better, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ffvits.evaluate.panel import Verdict
from ffvits.evaluate.statistics import Difference, Figure, difference, figure

Group = Literal["clear", "native", "alike", "clean"]
Better = Literal["low", "high", "near"]


@dataclass(frozen=True)
class Measure:
    """`better` is low, high, or near (to the speaker's own). `percent` says how it is written."""

    name: str
    group: Group
    better: Better
    chinese: str
    english: str
    percent: bool = False
    digits: int = 2

    def write(self, value: float) -> str:
        digits, unit = (1, " %") if self.percent else (self.digits, "")
        rounded = round(100 * value if self.percent else value, digits)
        return f"{rounded + 0.0:.{digits}f}{unit}"  # + 0.0: of the two zeros never the negative one

    def write_bounds(self, low: float, high: float) -> str:
        """The interval in the unit of the value before it."""
        return f"[{self.write(low)}, {self.write(high)}]".replace(" %", "")


MEASURES = (
    Measure("cer", "clear", "low", "字错率", "character error rate", True),
    Measure("pinyin_error", "clear", "low", "音节错误率", "syllable error rate", True),
    Measure("dropped", "clear", "low", "漏字", "dropped characters", True),
    Measure("added", "clear", "low", "多字、重复", "added or repeated characters", True),
    Measure("tone_error", "native", "low", "声调错误率", "tone errors, tones 1–4", True),
    Measure("nativeness", "native", "high", "声调把握", "mean probability of the right tone", True),
    Measure("tone_1", "native", "low", "第一声错", "first tone missed", True),
    Measure("tone_2", "native", "low", "第二声错", "second tone missed", True),
    Measure("tone_3", "native", "low", "第三声错", "third tone missed", True),
    Measure("tone_4", "native", "low", "第四声错", "fourth tone missed", True),
    Measure("tone_5", "native", "low", "轻声读重", "neutral tone said with a full one", True),
    Measure("foreign", "native", "low", "洋腔声母韵母", "initials and finals as a foreigner says them", True),
    Measure("rhythm", "native", "near", "节奏 nPVI", "rhythm (nPVI)", digits=1),
    Measure("similarity", "alike", "high", "音色相似度", "similarity to the speaker"),
    Measure("base_similarity", "alike", "low", "与底模音色相似度", "similarity to the base's own voice"),
    Measure("pitch", "alike", "near", "平均音高 Hz", "mean pitch, Hz", digits=0),
    Measure("range", "alike", "near", "音域（半音）", "pitch range, semitones", digits=1),
    Measure("rate", "alike", "near", "语速（音节/秒）", "syllables a second", digits=1),
    Measure("pause", "alike", "near", "停顿（秒）", "length of pauses, s"),
    Measure("quality", "clean", "high", "音质 DNSMOS", "DNSMOS overall"),
    Measure("signal", "clean", "high", "语音质量 DNSMOS SIG", "DNSMOS of the speech"),
    Measure(
        "harmonicity", "clean", "near", "高频规则度（低哑高嗡）", "regularity at 2–4.5 kHz (low hoarse, high buzzing)"
    ),
    Measure("clicks", "clean", "low", "爆音（次/分）", "clicks a minute", digits=1),
    Measure("clipped", "clean", "low", "削波", "clipped samples", True),
    Measure("loudness", "clean", "near", "响度 LUFS", "loudness, LUFS", digits=1),
)
GROUPS: Mapping[str, tuple[str, str]] = {
    "clear": ("清楚", "clear"),
    "native": ("地道", "native"),
    "alike": ("像本人", "alike"),
    "clean": ("干净", "clean"),
    "fast": ("快慢", "fast"),
}
# What is measured of a voice's pace, in Chinese and English.
PACE: Mapping[str, tuple[str, str]] = {
    "real_time_factor": ("实时率", "real-time factor"),
    "first_audio_seconds": ("首段音频（秒）", "first audio, s"),
    "peak_memory_megabytes": ("最大内存（MB）", "peak memory, MB"),
}
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}


def figures(verdicts: Sequence[Verdict], seed: int = 1) -> dict[str, Figure]:
    """Every measure over these verdicts, with its interval; those that none of them has are left out."""
    found = {}
    for measure in MEASURES:
        value = figure([verdict.parts.get(measure.name, (0.0, 0.0)) for verdict in verdicts], seed)
        if value is not None:
            found[measure.name] = value
    return found


def differences(a: Sequence[Verdict], b: Sequence[Verdict], seed: int = 1) -> dict[str, Difference]:
    """B - A in every measure, over the sentences that both spoke."""
    theirs = {verdict.id: verdict for verdict in b}
    pairs = [(verdict, theirs[verdict.id]) for verdict in a if verdict.id in theirs]
    found = {}
    for measure in MEASURES:
        sides = [[v.parts.get(measure.name, (0.0, 0.0)) for v in side] for side in zip(*pairs, strict=True)]
        value = difference(*sides, seed) if sides else None
        if value is not None:
            found[measure.name] = value
    return found


def to_dict(values: Mapping[str, Figure | Difference]) -> dict[str, dict[str, Any]]:
    return {
        name: {key: round(v, 5) if isinstance(v, float) else v for key, v in asdict(value).items()}
        for name, value in values.items()
    }


def by_category(verdicts: Sequence[Verdict], name: str, seed: int = 1) -> dict[str, Figure]:
    """One measure for each kind of sentence."""
    groups: dict[str, list] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.category, []).append(verdict.parts.get(name, (0.0, 0.0)))
    made = {group: figure(parts, seed) for group, parts in groups.items()}
    return {group: value for group, value in made.items() if value is not None}
