"""What the screen judges a clip by: how good it sounds, whose voice it is, and a print by which to know it again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.label import quality, speakers
from ffvits.run import Run

if TYPE_CHECKING:
    import numpy as np

_BANDS, _STEPS = 16, 24  # of a print: mel bands from 100 to 3500 Hz, and moments over the whole length
_RATE = 8000
# DNSMOS from which on a look at the sound once through is enough: the screen's limit (1.8) is further away than such a
# look was ever wrong. Nearer to it the published way decides.
_SETTLED = 2.3


@dataclass(frozen=True)
class Measured:
    """One clip's measures: DNSMOS, the voice [256], and the print [384] of mean zero and length one.

    `before` is the overall DNSMOS before it was cleaned, None where nothing was.
    """

    quality: quality.Quality
    voice: np.ndarray
    print: np.ndarray
    before: float | None = None


def measure(
    clips: Iterable[Clip], run: Run, *, offline: bool = False, models: Models | None = None
) -> Iterator[tuple[Clip, Measured | None]]:
    """Each clip with its measures, from the cache where they are known; a rejected clip has none.

    `models` are those of an earlier call, to be used again.
    """
    import numpy as np

    cache = run.cache("measure", _Settings(), version=8)
    models = models or Models(offline)
    for clip in clips:
        if not clip.kept:
            yield clip, None
            continue
        key = cache.key(clip.audio, clip.original)  # what is written down of the clip does not change its sound
        values = cache.get(key)
        if values is None:
            sound = Sound.load(run.path(clip))
            found = models.judge.once(sound)
            if found.overall < _SETTLED:
                found = models.judge(sound)
            original = Sound.load(run.folder / clip.original) if clip.original not in ("", clip.audio) else None
            values = {
                "quality": [round(value, 3) for value in (found.signal, found.background, found.overall)],
                "voice": _packed(models.encoder.embed(sound)),
                # Of two copies one may have been cleaned and the other not; their originals are alike.
                "print": _packed(fingerprint(original or sound)),
                "before": round(models.judge.once(original).overall, 3) if original else None,
            }
            cache.put(key, values)
        yield (
            clip,
            Measured(
                quality.Quality(*values["quality"]),
                np.array(values["voice"], np.float32) / 1e4,
                np.array(values["print"], np.float32) / 1e4,
                values["before"],
            ),
        )


def fingerprint(sound: Sound) -> np.ndarray:
    """A picture of the sound, 24 moments by 16 bands, that survives other formats, rates and levels: float32 [384].

    The dot product of two prints is the correlation of the pictures: near 1 for the same recording.
    """
    import numpy as np

    samples = sound.at(_RATE).samples
    size, hop = 256, 80
    if len(samples) < size:
        return np.zeros(_BANDS * _STEPS, np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)))
    mels = np.linspace(*(1127 * np.log1p(np.array([100, 3500]) / 700)), _BANDS + 1)
    edges = np.round((700 * np.expm1(mels / 1127)) / _RATE * size).astype(int)
    spans = [slice(low, max(low + 1, high)) for low, high in itertools.pairwise(edges)]
    bands = np.stack([power[:, span].sum(axis=1) for span in spans])
    # Silence at the ends is cut off: another format may have brought some.
    loud = bands.sum(axis=0)
    heard = np.flatnonzero(loud > 0.02 * np.quantile(loud, 0.95))
    if not len(heard):
        return np.zeros(_BANDS * _STEPS, np.float32)
    bands = bands[:, heard[0] : heard[-1] + 1]
    levels = np.log(bands + 0.02 * bands.mean() + 1e-12)  # what lies deeper is often noise
    parts = np.array_split(np.arange(levels.shape[1]), _STEPS)
    picture = np.stack([levels[:, part].mean(axis=1) if len(part) else levels[:, -1] for part in parts], axis=1)
    # Less each band's mean: what a microphone or a filter does to all sounds alike tells nothing.
    picture = (picture - picture.mean(axis=1, keepdims=True)).ravel()
    length = np.linalg.norm(picture)
    return (picture / length if length else picture).astype(np.float32)


@dataclass(frozen=True)
class _Settings:
    """No choice of the user's is in these measures."""


def _packed(values: np.ndarray) -> list[int]:
    return [round(float(value) * 1e4) for value in values]


@dataclass
class Models:
    """The networks that measure, each loaded when first needed."""

    offline: bool
    _judge: quality.Judge | None = field(default=None, repr=False)

    @property
    def judge(self) -> quality.Judge:
        if self._judge is None:
            self._judge = quality.load()
        return self._judge

    @property
    def encoder(self) -> speakers.Encoder:
        return speakers.shared(self.offline)
