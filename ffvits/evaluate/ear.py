"""A small ear for Mandarin: which tone, initial and final a syllable has, by sound alone.

Two small networks (numpy, 0.5 MB together): one sees the melody of a syllable and its neighbours with the broad form of
the spectrum, the other the spectrum whole. They were trained on real and synthetic speech by
`benchmarks/tone_classifier.py`; how well they hear speakers whom they never met is in `docs/evaluation.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.evaluate.networks import forward, load_networks, softmax
from ffvits.evaluate.pitch import HOP, RATE, Pitch, track
from ffvits.evaluate.syllables import Span

if TYPE_CHECKING:
    import numpy as np

POINTS, NEAR = 20, 10  # moments of a syllable that are looked at, and of each neighbour
BANDS, SLICES, BROAD = 40, 20, 6  # of the spectrum; terms of a cosine series that give its broad form
_PAUSE = 0.25  # seconds between syllables that part them


@dataclass(frozen=True)
class Register:
    """Where a voice's melody lies: its median pitch (Hz), and its spread (semitones, robust standard deviation)."""

    hz: float
    spread: float

    @classmethod
    def of(cls, pitches: Sequence[Pitch]) -> Register:
        """The register of a voice by all that was heard of it."""
        import numpy as np

        voiced = np.concatenate([pitch.hz[pitch.voiced] for pitch in pitches])
        if not len(voiced):
            return cls(150.0, 3.0)
        middle = float(np.median(voiced))
        low, high = np.quantile(12 * np.log2(voiced / middle), (0.1, 0.9))
        return cls(middle, max(float(high - low) / 2.56, 0.1))


@dataclass(frozen=True)
class Heard:
    """What was heard of each syllable, as probabilities: `tones` [N, 5], `initials` [N, I], `finals` [N, F]."""

    tones: np.ndarray
    initials: np.ndarray
    finals: np.ndarray


@dataclass(frozen=True)
class Ear:
    """The trained networks; made by `load_ear`."""

    weights: dict[str, np.ndarray]
    initials: tuple[str, ...]
    finals: tuple[str, ...]

    def listen(self, sound: Sound, spans: Sequence[Span], register: Register, pitch: Pitch | None = None) -> Heard:
        """Hears the syllables of a sound. `register` is the speaker's, over as much speech as there is."""
        import numpy as np

        pitch = track(sound) if pitch is None else pitch
        if not spans:
            return Heard(*(np.zeros((0, n)) for n in (5, len(self.initials), len(self.finals))))
        melody = melody_features(pitch, levels(sound), spans, register)
        spectrum = spectrum_features(sound, spans)
        tones = forward(self.weights, "tone", tone_features(melody, spectrum))
        sounds = forward(self.weights, "sound", spectrum)
        count = len(self.initials)
        return Heard(softmax(tones), softmax(sounds[:, :count]), softmax(sounds[:, count:]))


@lru_cache(maxsize=1)
def load_ear() -> Ear:
    """The ear that is shipped."""
    weights, labels = load_networks("ear.npz")
    return Ear(weights, labels["initials"], labels["finals"])


def levels(sound: Sound) -> np.ndarray:
    """Loudness in dB above the sound's own mean power, every 10 ms: [frames]."""
    import numpy as np

    samples = sound.at(RATE).samples.astype(np.float64)
    count = 1 + len(samples) // HOP
    power = np.convolve(np.square(samples), np.ones(2 * HOP) / (2 * HOP), mode="same")
    power = np.pad(power, (0, HOP))[::HOP][:count]
    return 10 * np.log10(np.maximum(power, 1e-10) / max(float(power.mean()), 1e-10))


def melody_features(pitch: Pitch, loudness: np.ndarray, spans: Sequence[Span], register: Register) -> np.ndarray:
    """[N, 106]: melody, voicing and loudness over each syllable and what surrounds it, and its length."""
    import numpy as np

    melody = np.clip(pitch.semitones(register.hz) / max(register.spread, 0.8), -4, 4)
    voiced = pitch.voiced.astype(np.float64)
    loudness = np.clip(loudness / 10, -3, 2)
    typical = float(np.median([span.seconds for span in spans]))
    rows = []
    for number, span in enumerate(spans):
        whole = np.linspace(span.start - 0.3 * span.seconds, span.end + 0.3 * span.seconds, POINTS)
        row = [_at(melody, whole), _at(voiced, whole), _at(loudness, whole)]
        for other in (number - 1, number + 1):
            near = 0 <= other < len(spans) and _gap(spans[other], span) < _PAUSE
            if near:
                moments = np.linspace(spans[other].start, spans[other].end, NEAR)
                row += [_at(melody, moments), _at(voiced, moments), [1.0]]
            else:
                row.append(np.zeros(2 * NEAR + 1))
        row.append([np.log(max(span.seconds, 0.02) / typical), np.log(max(span.seconds, 0.02) / 0.2)])
        row.append([number / len(spans), float(number == len(spans) - 1)])
        rows.append(np.concatenate(row))
    return np.stack(rows).astype(np.float32)


def spectrum_features(sound: Sound, spans: Sequence[Span]) -> np.ndarray:
    """[N, SLICES * BANDS + 1]: the log-mel spectrum over each syllable, less the sound's mean, and its length."""
    import numpy as np
    import torch

    from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram

    format = AudioFormat(RATE, 512, HOP, 400, BANDS)
    samples = np.ascontiguousarray(sound.at(RATE).samples, dtype=np.float32)
    mel = mel_spectrogram(torch.from_numpy(np.pad(samples, (0, max(0, 512 - len(samples))))), format)[0].numpy()
    speech = mel.mean(axis=0) > np.quantile(mel.mean(axis=0), 0.3)
    mel = (mel - mel[:, speech].mean(1, keepdims=True)) / (mel[:, speech].std(1, keepdims=True) + 0.1)
    rows = []
    for span in spans:
        moments = np.linspace(span.start - 0.15 * span.seconds, span.end + 0.1 * span.seconds, SLICES)
        patch = np.stack([_at(band, moments) for band in mel], axis=1).ravel()
        rows.append(np.append(patch, np.log(max(span.seconds, 0.02) / 0.2)))
    return np.clip(np.stack(rows), -4, 4).astype(np.float32)


def tone_features(melody: np.ndarray, spectrum: np.ndarray) -> np.ndarray:
    """[N, 266]: the melody as it is, its shape and slope alone, and the broad form of the spectrum (creak, stress)."""
    import numpy as np

    own = melody[:, :POINTS]
    shape = own - own.mean(axis=1, keepdims=True)
    waves = np.cos(np.pi * np.outer(np.arange(BANDS) + 0.5, np.arange(BROAD)) / BANDS) / 10
    broad = (spectrum[:, : SLICES * BANDS].reshape(-1, SLICES, BANDS) @ waves).reshape(len(melody), -1)
    return np.concatenate([melody, shape, np.gradient(own, axis=1), broad], axis=1).astype(np.float32)


def _at(values: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """A curve with a value every 10 ms, read at these moments."""
    import numpy as np

    return np.interp(seconds * RATE / HOP, np.arange(len(values)), values)


def _gap(one: Span, other: Span) -> float:
    return max(one.start - other.end, other.start - one.end)
