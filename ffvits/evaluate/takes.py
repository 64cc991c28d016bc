"""What is judged: sentences spoken by a voice, and recordings of a person."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import AudioError, TextError
from ffvits.evaluate.aligner import Aligner
from ffvits.evaluate.sentences import Sentence
from ffvits.evaluate.syllables import Span, intended, spans
from ffvits.run import Run
from ffvits.voice import Voice

MOST_REAL = 40  # held-out clips that are listened to


@dataclass(frozen=True)
class Take:
    """One sentence as it was said: its text, its sound, and where its syllables lie.

    `hum` is the frame rate of the vocoder that made it (Hz), 0 for a recording or one that cannot hum; see
    `pitch.track`.
    """

    id: str
    category: str
    text: str
    sound: Sound
    spans: tuple[Span, ...]
    hum: float = 0.0


@dataclass(frozen=True)
class Pace:
    """How long speaking took: seconds of work, seconds of speech, and seconds until the first phrase was ready."""

    work: float
    speech: float
    first: float


def speak(voice: Voice, sentence: Sentence, seed: int, speaker: str | None = None) -> tuple[Take, Pace]:
    """Lets a voice say a sentence; the syllables lie where the model's own durations put them."""
    import numpy as np

    from ffvits.vits import VitsConfig

    phrases, ready = [], []  # seconds after the beginning
    began = time.perf_counter()
    for phrase in voice.phrases(sentence.text, speaker, seed=seed):
        phrases.append(phrase)
        ready.append(time.perf_counter() - began)
    config = VitsConfig.from_dict(voice.info.model)
    frame = config.hop_length / voice.sample_rate
    names = list(_names(sentence, sum(len(phrase.encoded.syllables) for phrase in phrases)))
    pieces: list[np.ndarray] = []
    found: list[Span] = []
    at = 0.0
    for phrase in phrases:
        own = [names.pop(0) for _ in phrase.encoded.syllables]
        for span in spans(phrase.encoded, phrase.frames, voice.info.add_blank, frame, own):
            found.append(Span(span.pinyin, span.start + at, span.end + at))
        pieces += [phrase.samples, np.zeros(round(phrase.pause * voice.sample_rate), np.float32)]
        at = sum(len(piece) for piece in pieces) / voice.sample_rate
    sound = Sound(np.concatenate(pieces), voice.sample_rate)
    hum = 0.0 if config.sings else 1 / frame
    take = Take(f"{sentence.number:03d}", sentence.category, sentence.text, sound, tuple(found), hum)
    return take, Pace(ready[-1], sound.seconds, ready[0])


def real_clips(run: Run, speaker: str | None = None) -> list[Clip]:
    """The run's held-out clips, at most `MOST_REAL` of them; where none was held out, kept ones.

    Those whose sound is gone are left out, with a warning: `audio/` may be deleted, and a voice be moved without it.
    """
    kept = [clip for clip in run.clips() if clip.kept and speaker in (None, clip.speaker)]
    chosen = [clip for clip in kept if clip.split == "val"] or kept
    there = [clip for clip in chosen if run.path(clip).is_file()]
    if gone := len(chosen) - len(there):
        console.warn(
            f"{gone} of the {len(chosen)} recordings to compare with are not in {run.audio}, and are left out "
            "(ffvits label writes them again)"
        )
    step = max(1, len(there) // MOST_REAL)
    return there[::step][:MOST_REAL]


def recorded(run: Run, clips: Iterable[Clip], aligner: Aligner) -> list[Take]:
    """What is said in clips of the run; one whose text cannot be read is left out, with a warning."""
    takes = []
    for clip in clips:
        try:
            sound = Sound.load(run.path(clip))
            spans = tuple(aligner.align(sound, clip.text))
        except (AudioError, TextError) as error:  # a sound put there, or a text corrected, by hand
            what = "text" if isinstance(error, TextError) else "sound"
            console.warn(f"clip {clip.id} is left out: its {what} cannot be read ({error.message})")
            continue
        takes.append(Take(clip.id, "recorded", clip.text, sound, spans))
    return takes


def save(takes: Sequence[Take], folder: Path) -> list[Take]:
    """Writes the sounds, and gives back the takes as they stand in the files, so that figures can be made again."""
    kept = []
    for take in takes:
        path = folder / f"{take.id}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        take.sound.save(path)
        kept.append(Take(take.id, take.category, take.text, Sound.load(path), take.spans, take.hum))
    return kept


def _names(sentence: Sentence, count: int) -> Sequence[str]:
    """What each syllable should be. A base whose front end reads more or fewer is judged by our own reading."""
    return sentence.pinyin if len(sentence.pinyin) == count else intended(sentence.text)
