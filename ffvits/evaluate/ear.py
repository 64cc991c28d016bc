"""A small ear for Mandarin: which tone, initial and final a syllable has, by sound alone.

Two small networks: one reads the melody of the sentence with the broad form of its spectrum, the other the spectrum of
each syllable, and both the states of Whisper's encoder. They were trained on real and synthetic speech, some of it
with tones and sounds exchanged so that no context gives them away, by `benchmarks/tone_classifier.py`; how well they
hear speakers whom they never met is in `docs/measured/evaluation.md`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from ffvits.audio.pitch import HOP, RATE, Pitch, track
from ffvits.audio.sound import Sound
from ffvits.evaluate.networks import load_networks, softmax
from ffvits.evaluate.syllables import Span

if TYPE_CHECKING:
    import numpy as np

    from ffvits.evaluate.ear_networks import SoundNetwork, ToneNetwork
    from ffvits.label.recogniser import Recogniser

MODEL = "base"  # the Whisper whose states the networks read
STATE_RATE, WINDOW = 50, 28.0  # states a second; seconds that are looked at together
BANDS, SLICES = 40, 20  # of the spectrum; moments of a syllable at which its sounds are looked at
SPECTRUM = SLICES * BANDS + 1  # numbers about the spectrum of a syllable
STEP, BROAD = 2, 6  # hops of 10 ms in a frame of the melody; terms of a cosine series that give its spectrum's form
POINTS, FACTS = 8, 6  # moments of a syllable at which its melody is read; numbers about its length and place
FRAME = 5 + BROAD  # numbers that describe a frame of the melody
_APART = 0.5  # seconds of silence beyond which syllables are no neighbours


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

    tones: ToneNetwork
    sounds: SoundNetwork
    initials: tuple[str, ...]
    finals: tuple[str, ...]

    def listen(
        self,
        sound: Sound,
        spans: Sequence[Span],
        register: Register,
        states: np.ndarray,
        pitch: Pitch | None = None,
    ) -> Heard:
        """Hears the syllables of a sound.

        `register` is the speaker's, over as much speech as there is; `states` [T, STATES] are what `whisper_states`
        makes of the sound.
        """
        import numpy as np
        import torch

        if not spans:
            return Heard(*(np.zeros((0, n)) for n in (5, len(self.initials), len(self.finals))))
        pitch = track(sound) if pitch is None else pitch
        spectrum = normal_spectrum(sound)
        frames = Melody.of(pitch, levels(sound), spectrum).frames(register)
        heard = torch.from_numpy(syllable_states(states, spans))
        rows = [torch.from_numpy(value)[None] for value in (frames, *syllable_places(spans))]
        spectra = torch.from_numpy(spectrum_features(spectrum, spans))
        with torch.inference_mode():
            tones = self.tones(*rows, heard[None], torch.tensor([len(spans)]))[0].double().numpy()
            sounds = self.sounds(spectra, heard).double().numpy()
        count = len(self.initials)
        return Heard(softmax(tones), softmax(sounds[:, :count]), softmax(sounds[:, count:]))


@lru_cache(maxsize=1)
def load_ear() -> Ear:
    """The ear that is shipped."""
    import torch

    from ffvits.evaluate.ear_networks import SoundNetwork, ToneNetwork

    weights, labels = load_networks("ear.npz")
    initials, finals = labels["initials"], labels["finals"]
    tones = ToneNetwork(FRAME, POINTS, FACTS)
    sounds = SoundNetwork(SPECTRUM, len(initials) + len(finals))
    for name, network in (("tones", tones), ("sounds", sounds)):
        own = {key.removeprefix(f"{name}."): value for key, value in weights.items() if key.startswith(f"{name}.")}
        network.load_state_dict({key: torch.from_numpy(value) for key, value in own.items()})
    return Ear(tones.eval(), sounds.eval(), initials, finals)


def whisper_states(sound: Sound, whisper: Recogniser) -> np.ndarray:
    """[T, STATES], STATE_RATE a second, of a sound of any length, by Whisper `MODEL`."""
    import numpy as np

    pieces = max(1, math.ceil(sound.seconds / WINDOW))
    edges = np.linspace(0, len(sound.samples), pieces + 1).astype(int)
    return np.concatenate(
        [whisper.states(Sound(sound.samples[start:end], sound.rate)) for start, end in pairwise(edges)]
    )


def syllable_states(states: np.ndarray, spans: Sequence[Span]) -> np.ndarray:
    """[N, MOMENTS, STATES] float32: the states from a little before each syllable to a little after it."""
    import numpy as np

    from ffvits.evaluate.ear_networks import MOMENTS

    times = np.array([[span.start, span.end] for span in spans])
    moments = times[:, :1] + (times[:, 1:] - times[:, :1]) * np.linspace(-0.1, 1.1, MOMENTS)
    return states[np.clip(np.round(moments * STATE_RATE).astype(int), 0, len(states) - 1)].astype(np.float32)


def levels(sound: Sound) -> np.ndarray:
    """Loudness in dB above the sound's own mean power, every 10 ms: [frames]."""
    import numpy as np

    samples = sound.at(RATE).samples.astype(np.float64)
    count = 1 + len(samples) // HOP
    samples = np.pad(samples, (0, max(0, 2 * HOP - len(samples))))
    power = np.convolve(np.square(samples), np.ones(2 * HOP) / (2 * HOP), mode="same")
    power = np.pad(power, (0, HOP))[::HOP][:count]
    return 10 * np.log10(np.maximum(power, 1e-10) / max(float(power.mean()), 1e-10))


@dataclass(frozen=True)
class Melody:
    """All of a sound that its tones lie in, a frame every 20 ms.

    `semitones` [T] above 100 Hz, bridged where there is no voice; `others` [T, FRAME - 2]: voicing, clarity, loudness
    and the broad form of the spectrum (creak, stress).
    """

    semitones: np.ndarray
    others: np.ndarray

    @classmethod
    def of(cls, pitch: Pitch, loudness: np.ndarray, spectrum: np.ndarray) -> Melody:
        """From values every 10 ms: `loudness` [frames] of `levels`, `spectrum` [frames, BANDS]."""
        import numpy as np

        count = min(len(pitch.hz), len(loudness), len(spectrum))
        waves = np.cos(np.pi * np.outer(np.arange(BANDS) + 0.5, np.arange(BROAD)) / BANDS) / 10
        own = [pitch.voiced[:count], pitch.clarity[:count], np.clip(loudness[:count] / 10, -3, 2)]
        others = np.column_stack([*own, spectrum[:count] @ waves])
        return cls(_thinned(pitch.semitones(100.0)[:count]), _thinned(others))

    def frames(self, register: Register) -> np.ndarray:
        """[T, FRAME]: the melody as it lies in this register, its slope, and the rest."""
        import numpy as np

        middle = 12 * np.log2(register.hz / 100)
        melody = np.clip((self.semitones - middle) / max(register.spread, 0.8), -4, 4)
        slope = 2.5 * np.gradient(melody) if len(melody) > 1 else np.zeros_like(melody)
        return np.column_stack([melody, slope, self.others]).astype(np.float32)


def syllable_places(spans: Sequence[Span]) -> tuple[np.ndarray, np.ndarray]:
    """[N, POINTS] frames of a `Melody` at which each syllable is read, a little before it to a little after; [N, FACTS]
    its length beside the others and by itself, the silence on either side, its place in the sentence.
    """
    import numpy as np

    times = np.array([[span.start, span.end] for span in spans])
    seconds = np.maximum(times[:, 1] - times[:, 0], 0.02)
    places = times[:, :1] + (times[:, 1:] - times[:, :1]) * np.linspace(-0.1, 1.1, POINTS)
    quiet = np.clip(times[1:, 0] - times[:-1, 1], 0, _APART) / 0.25
    before, after = np.append(_APART / 0.25, quiet), np.append(quiet, _APART / 0.25)
    order = np.arange(len(spans))
    facts = [np.log(seconds / np.median(seconds)), np.log(seconds / 0.2), before, after]
    facts += [order / len(spans), order == len(spans) - 1]
    frames = places * RATE / HOP / STEP - (STEP - 1) / (2 * STEP)
    return frames.astype(np.float32), np.column_stack(facts).astype(np.float32)


def normal_spectrum(sound: Sound) -> np.ndarray:
    """[frames, BANDS]: the log-mel spectrum every 10 ms, less the sound's mean and in its own spread, within ±4."""
    import numpy as np
    import torch

    from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram

    format = AudioFormat(RATE, 512, HOP, 400, BANDS)
    samples = np.ascontiguousarray(sound.at(RATE).samples, dtype=np.float32)
    mel = mel_spectrogram(torch.from_numpy(np.pad(samples, (0, max(0, 512 - len(samples))))), format)[0].numpy()
    speech = mel.mean(axis=0) > np.quantile(mel.mean(axis=0), 0.3)
    speech = speech if speech.any() else ~speech
    mel = (mel - mel[:, speech].mean(1, keepdims=True)) / (mel[:, speech].std(1, keepdims=True) + 0.1)
    return np.clip(mel.T, -4, 4)


def spectrum_features(spectrum: np.ndarray, spans: Sequence[Span]) -> np.ndarray:
    """[N, SPECTRUM]: the `normal_spectrum` over each syllable, and its length."""
    import numpy as np

    rows = []
    for span in spans:
        moments = np.linspace(span.start - 0.15 * span.seconds, span.end + 0.1 * span.seconds, SLICES)
        patch = np.stack([_at(band, moments) for band in spectrum.T], axis=1).ravel()
        rows.append(np.append(patch, np.log(max(span.seconds, 0.02) / 0.2)))
    return np.stack(rows).astype(np.float32)


def _thinned(values: np.ndarray) -> np.ndarray:
    """The mean of every `STEP` values, the last ones repeated where they do not go round."""
    import numpy as np

    width = [(0, -len(values) % STEP), *((0, 0) for _ in values.shape[1:])]
    return np.pad(values, width, mode="edge").reshape(-1, STEP, *values.shape[1:]).mean(axis=1)


def _at(values: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """A curve with a value every 10 ms, read at these moments."""
    import numpy as np

    return np.interp(seconds * RATE / HOP, np.arange(len(values)), values)
