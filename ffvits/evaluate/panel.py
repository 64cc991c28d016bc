"""The panel that listens: Whisper for the words, the ear for tones and sounds, the speaker encoder, DNSMOS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ffvits import console
from ffvits.audio.loudness import loudness
from ffvits.audio.measure import clipped_share
from ffvits.audio.pitch import Pitch, track
from ffvits.evaluate import acoustics
from ffvits.evaluate.ear import MODEL, Ear, Heard, Register, levels, load_ear, whisper_states
from ffvits.evaluate.metrics import edits, plain, similarity, syllables
from ffvits.evaluate.statistics import Part
from ffvits.evaluate.syllables import Span
from ffvits.evaluate.takes import Take
from ffvits.recipe import TranscribeSettings

if TYPE_CHECKING:
    import numpy as np

    from ffvits.label.quality import Judge
    from ffvits.label.recogniser import Recogniser
    from ffvits.label.speakers import Encoder

# What a foreign mouth makes of a Mandarin sound.
FOREIGN_INITIALS = {
    "zh": ("z", "j"), "ch": ("c", "q"), "sh": ("s", "x"), "r": ("l",), "j": ("zh", "z"), "q": ("ch", "j"),
    "x": ("sh", "s"), "z": ("zh",), "c": ("z", "ch"), "s": ("sh",), "p": ("b",), "t": ("d",), "k": ("g",),
}  # fmt: skip
FOREIGN_FINALS = {
    "an": ("ang",), "ang": ("an",), "en": ("eng",), "eng": ("en",), "in": ("ing",), "ing": ("in",), "iang": ("ian",),
    "uang": ("uan",), "v": ("u", "i"), "ve": ("ie",), "van": ("uan", "ian"), "vn": ("uen", "in"), "ong": ("eng",),
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What the panel found in one take. `parts` holds each measure as (part, whole); see `statistics`."""

    id: str
    category: str
    text: str
    heard: str
    spans: tuple[Span, ...]
    tones: tuple[int, ...]
    sure: tuple[float, ...]
    foreign: tuple[str, ...]
    parts: Mapping[str, Part]
    hum: float = 0.0
    embedding: tuple[float, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Verdict:
        plain_fields = {name: tuple(values[name]) for name in ("tones", "sure", "foreign", "embedding")}
        spans = tuple(Span(**span) for span in values["spans"])
        parts = {name: (part[0], part[1]) for name, part in values["parts"].items()}
        return cls(**{**values, **plain_fields, "spans": spans, "parts": parts})


class Panel:
    """All judges. Each is loaded when it is first asked, or all at once by `gather`.

    What Whisper writes is taken as it is: no dictionary mends it, and how it sounds does not choose among its guesses.
    """

    def __init__(self, settings: TranscribeSettings, device: str = "auto", offline: bool = False) -> None:
        plain = {"by_sound": False, "homophones": False, "pauses": False, "vocabulary": (), "corrections": {}}
        self.settings = replace(settings, **plain)
        self.device = device
        self.offline = offline

    @cached_property
    def recogniser(self) -> Recogniser:
        return self._recogniser(self.settings)

    @cached_property
    def whisper(self) -> Recogniser:
        """The Whisper whose states the ear reads: the one that writes the words, if it is of that size."""
        return (
            self.recogniser if self.settings.model == MODEL else self._recogniser(replace(self.settings, model=MODEL))
        )

    def _recogniser(self, settings: TranscribeSettings) -> Recogniser:
        from ffvits.label import recogniser

        return recogniser.load(settings, self.device, self.offline)

    @cached_property
    def encoder(self) -> Encoder:
        from ffvits.label import speakers

        return speakers.load(self.offline)

    @cached_property
    def quality(self) -> Judge:
        from ffvits.label import quality

        return quality.load()

    @property
    def ear(self) -> Ear:
        return load_ear()

    @property
    def listener(self) -> str:
        """Who writes down the words."""
        return f"{self.settings.engine}, Whisper {self.settings.model}, beam {self.settings.beam_size}"

    def gather(self) -> None:
        """Loads every judge. Raises DownloadError or FfvitsError as the labelling does, before anybody speaks."""
        for judge in ("recogniser", "whisper", "encoder", "quality", "ear"):
            getattr(self, judge)

    def nativeness(self, takes: Sequence[Take]) -> float | None:
        """The mean probability of the right tones (1–4) in takes of one speaker; None where there are none."""
        pitches = [track(take.sound, take.hum) for take in takes]
        register = Register.of(pitches)
        sure = whole = 0.0
        for take, pitch in zip(takes, pitches, strict=True):
            part, of = melody(take, pitch, self._listen(take, pitch, register))["nativeness"]
            sure, whole = sure + part, whole + of
        return sure / whole if whole else None

    def judge(self, takes: Sequence[Take], title: str) -> list[Verdict]:
        """Listens to takes of one speaker."""
        pitches = [track(take.sound, take.hum) for take in takes]
        register = Register.of(pitches) if pitches else Register(150.0, 3.0)
        heard = []
        with console.progress(title, total=2 * len(takes), unit="") as bar:
            for start in range(0, len(takes), 8):
                batch = [take.sound for take in takes[start : start + 8]]
                heard += [one.text for one in self.recogniser.hear(batch, whole=True)]
                bar.advance(len(batch))
            verdicts = []
            for take, pitch, words in zip(takes, pitches, heard, strict=True):
                verdicts.append(self._verdict(take, pitch, words, register))
                bar.advance()
        return verdicts

    def _listen(self, take: Take, pitch: Pitch, register: Register) -> Heard:
        states = whisper_states(take.sound, self.whisper)
        return self.ear.listen(take.sound, take.spans, register, states, pitch)

    def _verdict(self, take: Take, pitch: Pitch, words: str, register: Register) -> Verdict:
        import numpy as np

        sounds = self._listen(take, pitch, register)
        foreign = foreign_sounds(take.spans, sounds, self.ear)
        sure = [float(chances[span.tone - 1]) for span, chances in zip(take.spans, sounds.tones, strict=True)]
        parts = {**_words(take.text, words), **melody(take, pitch, sounds), **_cleanness(take, pitch)}
        parts["foreign"] = (float(sum(bool(f) for f in foreign)), float(len(foreign)))
        score = self.quality(take.sound)
        parts |= {"quality": (score.overall, 1.0), "signal": (score.signal, 1.0)}
        return Verdict(
            take.id,
            take.category,
            take.text,
            words,
            take.spans,
            tuple(int(p.argmax()) + 1 for p in sounds.tones),
            tuple(round(p, 4) for p in sure),
            tuple(foreign),
            {name: (round(part, 6), round(whole, 6)) for name, (part, whole) in parts.items()},
            take.hum,
            tuple(float(v) for v in np.round(self.encoder.embed(take.sound), 5)),
        )


def alike(verdicts: Sequence[Verdict], others: Sequence[Verdict], name: str, *, own: bool = False) -> list[Verdict]:
    """The verdicts with their likeness to the mean voice of `others` as the measure `name`.

    Where they are the others' `own`, each is compared with the rest of them.
    """
    import numpy as np

    if not others:
        return list(verdicts)
    voices = {other.id: np.array(other.embedding) for other in others}
    total = sum(voices.values())
    marked = []
    for verdict in verdicts:
        rest = total - voices[verdict.id] if own and len(voices) > 1 else total
        likeness = similarity(np.array(verdict.embedding), rest)
        marked.append(replace(verdict, parts={**verdict.parts, name: (round(likeness, 5), 1.0)}))
    return marked


def foreign_sounds(spans: Sequence[Span], heard: Heard, ear: Ear) -> list[str]:
    """For each syllable, "zh→z" where it sounds more like what a foreigner makes of it, else an empty text."""
    found = []
    for span, initials, finals in zip(spans, heard.initials, heard.finals, strict=True):
        split = _split(span.pinyin)
        if split is None:
            found.append("")
            continue
        first = _taken_for(split[0], FOREIGN_INITIALS, ear.initials, initials)
        found.append(first or _taken_for(split[1], FOREIGN_FINALS, ear.finals, finals))
    return found


def _taken_for(meant: str, table: Mapping[str, Sequence[str]], names: Sequence[str], chances: np.ndarray) -> str:
    others = [other for other in table.get(meant, ()) if other in names]
    if not others or meant not in names:
        return ""
    best = max(others, key=lambda other: chances[names.index(other)])
    sure = chances[names.index(best)] > 2 * chances[names.index(meant)]
    return f"{meant}→{best}" if sure else ""


def _split(pinyin: str) -> tuple[str, str] | None:
    from ffvits.text.syllables import parts

    if pinyin == "r5":
        return None
    split = parts(pinyin)
    return split.initial, split.final


def _words(text: str, heard: str) -> dict[str, Part]:
    wrong = edits(plain(text), plain(heard))
    length = float(len(plain(text)))
    said, understood = syllables(text, True), syllables(heard, True)
    return {
        "cer": (float(wrong.total), length),
        "dropped": (float(wrong.dropped), length),
        "added": (float(wrong.added), length),
        "pinyin_error": (float(edits(said, understood).total), float(len(said))),
    }


def melody(take: Take, pitch: Pitch, heard: Heard) -> dict[str, Part]:
    """Tones, rhythm and pitch of a take, as measures."""
    import numpy as np

    parts: dict[str, Part] = {}
    tones = np.array([span.tone for span in take.spans], int)
    erhua = np.array([span.pinyin == "r5" for span in take.spans], bool)
    told = heard.tones.argmax(axis=1) + 1 if len(tones) else tones
    full = (tones <= 4) & ~erhua
    parts["tone_error"] = (float((told != tones)[full].sum()), float(full.sum()))
    right = heard.tones[np.arange(len(tones)), np.clip(tones, 1, 5) - 1] if len(tones) else np.zeros(0)
    parts["nativeness"] = (float(right[full].sum()), float(full.sum()))
    for tone in (1, 2, 3, 4, 5):
        of = (tones == tone) & ~erhua
        parts[f"tone_{tone}"] = (float((told != tone)[of].sum()), float(of.sum()))
    beat = acoustics.rhythm(take.spans)
    if beat is not None:
        parts["rhythm"] = (beat, 1.0)
    if pitch.voiced.any():
        semitones = 12 * np.log2(pitch.hz[pitch.voiced] / 100)
        parts["pitch"] = (float(pitch.hz[pitch.voiced].sum()), float(pitch.voiced.sum()))
        parts["range"] = (float(np.subtract(*np.quantile(semitones, (0.95, 0.05)))), 1.0)
    return parts


def _cleanness(take: Take, pitch: Pitch) -> dict[str, Part]:
    breaks = acoustics.pauses(levels(take.sound))
    speech = (take.spans[-1].end - take.spans[0].start if take.spans else take.sound.seconds) - sum(breaks)
    parts: dict[str, Part] = {
        "rate": (float(len(take.spans)), max(speech, 0.1)),
        "pause": (float(sum(breaks)), float(len(breaks))),
        "clicks": (float(acoustics.clicks(take.sound)), take.sound.seconds / 60),
        "clipped": (clipped_share(take.sound), 1.0),
        "loudness": (loudness(take.sound), 1.0),
    }
    regular = acoustics.harmonicity(take.sound, pitch)
    return parts if regular is None else {**parts, "harmonicity": (regular, 1.0)}
