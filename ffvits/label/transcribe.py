"""Fifth stage: what is said in each clip, in the words and marks that the voice will learn from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.label.recogniser import Heard, Recogniser, load
from ffvits.recipe import TranscribeSettings
from ffvits.run import Run

__all__ = ["Heard", "Recogniser", "load", "transcribe"]

_AHEAD = 32  # clips heard together
_SURER = 0.04  # by so much the original must be surer: the cleaned sound is what the voice will be made of


def transcribe(
    clips: Iterable[Clip], run: Run, settings: TranscribeSettings, *, device: str = "cpu", offline: bool = False
) -> Iterator[Clip]:
    """Writes down each clip: `text` as spoken, `heard` as the recogniser wrote it, and how sure it was in `scores`.

    Where music or noise was removed the recogniser hears the clip before and after, and the words that it is surer
    of are kept (a voice within music is often understood better than what a separator leaves of it). Raises
    DownloadError if the recogniser is out of reach.
    """
    cache = run.cache("transcribe", settings, version=1)
    models = _Models(settings, device, offline)
    clips = iter(clips)
    while ahead := list(itertools.islice(clips, _AHEAD)):
        known = {clip.id: cache.get(cache.key(clip.key)) for clip in ahead if clip.kept}
        missing = [clip for clip in ahead if clip.id in known and known[clip.id] is None]
        for clip, hearings in zip(missing, _hear(missing, run, models), strict=True):
            known[clip.id] = {"hearings": [_stored(heard) for heard in hearings]}
            cache.put(cache.key(clip.key), known[clip.id])
        for clip in ahead:
            if clip.id not in known:
                yield clip
            else:
                yield _told(clip, known[clip.id]["hearings"]).with_(key=cache.key(clip.key))


def _hear(clips: Sequence[Clip], run: Run, models: _Models) -> list[list[Heard]]:
    """For each clip what is heard in it, and then what in its original, if that is another."""
    if not clips:
        return []
    files = [(clip.audio, clip.original) if clip.original not in ("", clip.audio) else (clip.audio,) for clip in clips]
    sounds = [Sound.load(run.folder / file) for pair in files for file in pair]
    heard = iter(models.recogniser.hear(sounds))
    return [[next(heard) for _ in pair] for pair in files]


def _told(clip: Clip, hearings: Sequence[dict[str, Any]]) -> Clip:
    """The clip with the best of its hearings."""
    cleaned, original = hearings[0], hearings[-1]
    best = cleaned
    if original["confidence"] > cleaned["confidence"] + _SURER:
        best = original
        clip = clip.note(
            f"understood better before cleaning ({original['confidence']:.2f}, after it {cleaned['confidence']:.2f})"
        )
    clip = clip.with_(text=best["text"], heard=best["raw"]).score(
        asr_confidence=best["confidence"],
        no_speech=max(one["no_speech"] for one in hearings),
        compression=best["compression"],
        chinese=max(one["chinese"] for one in hearings),
        voiced_seconds=cleaned["speech"],
    )
    if best["language"] not in ("zh", "yue"):
        clip = clip.note(f"sounds like {_LANGUAGES.get(best['language'], best['language'])}")
    if len(hearings) > 1:
        from ffvits.evaluate.metrics import pinyin_error

        apart = min(1.0, pinyin_error(best["text"], (original if best is cleaned else cleaned)["text"], tones=False))
        clip = clip.score(agreement=1 - apart)
        if apart:
            other = original if best is cleaned else cleaned
            clip = clip.note(f"the other hearing: {other['text']}")
    return clip


_LANGUAGES = {"en": "English", "ja": "Japanese", "ko": "Korean", "fr": "French", "de": "German", "ru": "Russian"}


def _stored(heard: Heard) -> dict[str, Any]:
    values = asdict(heard)
    values["characters"] = [[one.text, round(one.probability, 3), round(one.start, 2)] for one in heard.characters]
    return values


@dataclass
class _Models:
    """Loads the recogniser when the first clip needs it."""

    settings: TranscribeSettings
    device: str
    offline: bool
    _recogniser: Recogniser | None = None

    @property
    def recogniser(self) -> Recogniser:
        if self._recogniser is None:
            console.info(f"Loading Whisper {self.settings.model} ({self.settings.engine})")
            self._recogniser = load(self.settings, self.device, self.offline)
        return self._recogniser
