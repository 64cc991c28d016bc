"""Third stage: the voice without the music behind it, where there is music."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ffvits import console, store
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import DownloadError, FfvitsError
from ffvits.label.levels import overall_level
from ffvits.label.music import is_music
from ffvits.recipe import SeparateSettings
from ffvits.run import Run

if TYPE_CHECKING:
    import numpy as np

    from ffvits.label.spleeter import Spleeter

RATE = 44100
_STRETCH, _SHARED = 11.9, 1.0  # seconds: what is judged and separated at once, and what neighbours have in common
_FAR_BELOW = 45.0  # dB under the recording's level, from which on a stretch holds nothing that could matter


class Separator(Protocol):
    """Either separator, once loaded."""

    name: str

    def music(self, samples: np.ndarray) -> np.ndarray:
        """What is not voice in a mix [T] at 44.1 kHz, float32 [T]."""
        ...


def separate(
    clips: Iterable[Clip],
    run: Run,
    settings: SeparateSettings,
    *,
    device: str = "cpu",
    offline: bool = False,
    models: Models | None = None,
) -> Iterator[Clip]:
    """Takes the music out of each recording that has some; `audio` becomes the voice, `original` stays the mix.

    `models` are those of an earlier call, to be used again.

    Every twelve seconds are judged apart, and where there is no music the samples stay as they are. With
    `when="auto"` and no separator in reach, recordings pass unchanged, with a notice. Raises DownloadError if the
    separator that was asked for is out of reach.
    """
    if settings.when == "never":
        yield from clips
        return
    cache = run.cache("separate", settings, version=4)
    models = models or Models(settings, device, offline)
    for clip in clips:
        if not clip.kept:
            yield clip
            continue
        key = cache.key(clip.key)
        values = cache.get(key)
        if values is None:
            if not models.reachable:
                yield clip.note("not searched for music: no separator is in reach")
                continue
            sound = Sound.load(run.path(clip))
            voice, share, separator = without_music(sound, models, clip.scores.get("level_db"))
            values = {"share": share, "separator": separator}
            cache.put(key, values, *([voice] if share else []))
        if not values["share"]:
            yield clip.score(music=0.0)
            continue
        where = "" if values["share"] > 0.99 else f" in {values['share']:.0%} of it"
        clip = clip.with_(audio=cache.audio(key), key=key).score(music=values["share"])
        yield clip.note(f"music removed by {values['separator']}{where}")


def without_music(sound: Sound, models: Models, recording: float | None = None) -> tuple[Sound, float, str]:
    """The voice (in step with `sound`, sample by sample), the share of time with music, and what removed it.

    `recording` is the level (dBFS) of the recording that the sound is a part of, if it is one.
    """
    import numpy as np

    wide = sound.at(RATE).samples
    least = (overall_level(sound) if recording is None else recording) - _FAR_BELOW
    removed = np.zeros_like(wide)
    musical = np.zeros(len(wide), bool)
    for start, end in _stretches(len(wide)):
        stretch = wide[start:end]
        part = models.music(stretch) if overall_level(Sound(stretch, RATE)) >= least else None
        if part is not None:
            removed[start:end] += part * _ramps(start, end, len(wide))
            musical[start:end] = True
    if not musical.any():
        return sound, 0.0, ""
    # What is taken away is brought to the rate of the recording, not the voice: the rest stays as it was.
    away = Sound(removed, RATE).at(sound.rate).samples[: len(sound.samples)]
    away = np.pad(away, (0, len(sound.samples) - len(away)))
    return Sound(sound.samples - away, sound.rate), float(musical.mean()), models.separator.name


def _stretches(length: int) -> Iterator[tuple[int, int]]:
    """Equal stretches that cover `length` samples, each sharing a second with the next."""
    size, shared = round(_STRETCH * RATE), round(_SHARED * RATE)
    count = max(1, -(-(length - shared) // (size - shared)))
    step = -(-(length - shared) // count) if count > 1 else length
    for number in range(count):
        yield number * step, min(length, number * step + step + shared)


def _ramps(start: int, end: int, length: int) -> np.ndarray:
    """Weights of a stretch, which with its neighbours' add up to one."""
    import numpy as np

    weights = np.ones(end - start, np.float32)
    shared = min(round(_SHARED * RATE), end - start)
    ramp = np.linspace(0, 1, shared, dtype=np.float32)
    if start > 0:
        weights[:shared] *= ramp
    if end < length:
        weights[len(weights) - shared :] *= ramp[::-1]
    return weights


def _first(error: FfvitsError) -> str:
    """What went wrong, without the list of everything that was tried."""
    return error.message.splitlines()[0].removesuffix(" Tried:").removesuffix(".")


@dataclass
class Models:
    """The separators, each loaded when first needed."""

    settings: SeparateSettings
    device: str
    offline: bool
    _spleeter: Spleeter | None = field(default=None, repr=False)
    _separator: Separator | None = field(default=None, repr=False)
    _failed: bool = False

    @property
    def reachable(self) -> bool:
        """Whether music can be heard and removed as the settings ask; said once if it cannot."""
        if self._failed:
            return False
        try:
            if self.settings.when == "auto":
                self._detector()
            if self.settings.when == "always" or self.settings.separator == "demucs":
                _ = self.separator  # what was asked for is missed now, not hours later
        except DownloadError as error:
            if self.settings.separator != "auto" or self.settings.when == "always":
                raise
            self._failed = True
            console.warn(f"Music is not looked for: {_first(error)}")
        return not self._failed

    def music(self, samples: np.ndarray) -> np.ndarray | None:
        """What is not voice in a stretch [T] at 44.1 kHz, or None where nobody plays."""
        if self.settings.when == "always" or is_music(*self._detector().spectra(samples)):
            return self.separator.music(samples)
        return None

    @property
    def separator(self) -> Separator:
        if self._separator is None:
            self._separator = self._load_separator()
        return self._separator

    def _detector(self) -> Spleeter:
        if self._spleeter is None:
            from ffvits.label import spleeter

            self._spleeter = spleeter.load(store.fetch("spleeter-2stems", offline=self.offline), self.device)
        return self._spleeter

    def _load_separator(self) -> Separator:
        if self.settings.separator == "spleeter":
            return self._detector()
        from ffvits.label import demucs

        try:
            return demucs.load(store.fetch("demucs-htdemucs", offline=self.offline), self.device)
        except FfvitsError as error:
            if self.settings.separator == "demucs":
                raise
            console.warn(
                f"Spleeter takes the place of Demucs, which would do better: {_first(error)}; what it does now stays "
                "until you say --separator demucs, which does it again"
            )
            return self._detector()
