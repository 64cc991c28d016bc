"""Fourth stage: the voice without the noise behind it, where there is noise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import FfvitsError
from ffvits.label.cuts import SECONDS, Piece, speech
from ffvits.label.levels import heard_levels, snr
from ffvits.recipe import DenoiseSettings
from ffvits.run import Run

if TYPE_CHECKING:
    from ffvits.label.deepfilter import DeepFilter
    from ffvits.label.vad import Vad

# Speech over noise in dB, as the ear weighs it, from which on a recording is left alone. Of 53 plain recordings of 31
# voices one was below it; of mixtures with noises at 15 dB three quarters were, at 10 dB nearly all.
CLEAN = 22.0
_LOST = 0.7  # of the speech must still be heard as speech
# Seconds of speech of which less than the rest is heard afterwards, and which are given back. It happened to one of 18
# sentences between pauses in which a recorder turned its noise up, to none of 96 in even noise at 8 and 15 dB; none of
# 70 noises between sentences would have come back (with 1 s a chainsaw).
_SENTENCE = 1.5
_BLEND = 0.05  # seconds in which one sound goes over into the other


def denoise(
    clips: Iterable[Clip], run: Run, settings: DenoiseSettings, *, models: Models | None = None
) -> Iterator[Clip]:
    """Takes the noise out of each recording that has some; `audio` becomes the clean voice.

    Recordings without speech, or with little noise, stay as they are, and so do those where the filter would take
    the voice away too; where it would take one sentence of many, that sentence does. With `when="auto"` on a system
    without the filter all pass unchanged, with a notice. Raises FfvitsError if the filter is missing and
    `when="always"`. `models` are those of an earlier call, to be used again.
    """
    if settings.when == "never":
        yield from clips
        return
    cache = run.cache("denoise", settings, version=3)
    models = models or Models(settings)
    for clip in clips:
        if not clip.kept:
            yield clip
            continue
        key = cache.key(clip.key)
        values = cache.get(key)
        if values is None:
            sound = Sound.load(run.path(clip))
            values, clean = without_noise(sound, models)
            if values["kind"] != "missing":
                cache.put(key, values, *([clean] if values["kind"] == "cleaned" else []))
        yield _told(clip, values, cache.audio(key), key)


def _told(clip: Clip, values: dict[str, Any], audio: str, key: str) -> Clip:
    if values["kind"] == "missing":
        return clip.note("noise was left in: there is no filter for it here")
    if values["kind"] == "lossy":
        return clip.note("noise was left in: the filter would have taken the voice with it")
    if values["kind"] != "cleaned":
        return clip
    gain = f"speech over noise {values['before']:.0f} → {values['after']:.0f} dB"
    return clip.with_(audio=audio, key=key).note(f"noise removed by DeepFilterNet3 ({gain})")


def without_noise(sound: Sound, models: Models) -> tuple[dict[str, Any], Sound]:
    """What to do with a recording, and its sound after that, in step with `sound` sample by sample."""
    probabilities = models.ear(sound)
    before = snr(heard_levels(sound, len(probabilities)), probabilities)
    if math.isnan(before):
        return {"kind": "silent"}, sound
    if models.settings.when == "auto" and before >= CLEAN:
        return {"kind": "clean", "before": before}, sound
    if models.filter is None:
        return {"kind": "missing"}, sound
    clean = models.filter(sound)
    heard = models.ear(clean)
    if sum(s.seconds for s in speech(heard)) < _LOST * sum(s.seconds for s in speech(probabilities)):
        return {"kind": "lossy", "before": before}, sound
    clean = _given_back(sound, clean, _lost(speech(probabilities), speech(heard)))
    # Judged where speech was before: what the filter leaves of the silences has no probabilities worth the name.
    after = snr(heard_levels(clean, len(probabilities)), probabilities)
    return {"kind": "cleaned", "before": before, "after": after}, clean


def _lost(before: Sequence[Piece], after: Sequence[Piece]) -> list[Piece]:
    """The sentences of which hardly anything is heard as speech any more."""

    def left(piece: Piece) -> int:
        return sum(max(0, min(piece.end, other.end) - max(piece.start, other.start)) for other in after)

    return [
        piece
        for piece in before
        if piece.seconds >= _SENTENCE and left(piece) < (1 - _LOST) * (piece.end - piece.start)
    ]


def _given_back(sound: Sound, clean: Sound, pieces: Sequence[Piece]) -> Sound:
    """The clean sound, and within the pieces the one before."""
    import numpy as np

    samples, width = clean.samples.copy(), round(_BLEND * sound.rate)
    for piece in pieces:
        start, end = (round(edge * SECONDS * sound.rate) for edge in (piece.start, piece.end))
        inside = np.arange(max(0, start - width), min(end + width, len(samples)))
        share = np.clip(np.minimum(inside - start, end - inside) / width + 1, 0, 1).astype(np.float32)
        samples[inside] += share * (sound.samples[inside] - samples[inside])
    return Sound(samples, sound.rate)


@dataclass
class Models:
    """The filter and the ear, each loaded when first needed."""

    settings: DenoiseSettings
    _ear: Vad | None = field(default=None, repr=False)
    _filter: DeepFilter | None = field(default=None, repr=False)
    _missing: bool = False

    @property
    def ear(self) -> Vad:
        if self._ear is None:
            from ffvits.label import vad

            self._ear = vad.load()
        return self._ear

    @property
    def filter(self) -> DeepFilter | None:
        """The filter, or None where it does not run; said once."""
        if self._filter is None and not self._missing:
            from ffvits.label import deepfilter

            try:
                self._filter = deepfilter.load(self.settings.attenuation)
            except FfvitsError as error:
                if self.settings.when == "always":
                    raise
                self._missing = True
                console.warn(f"Noise is left in: {error.message}")
        return self._filter
