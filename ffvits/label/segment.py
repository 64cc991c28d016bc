"""Fifth stage: recordings become pieces of one or two sentences, cut in silence and equally loud."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ffvits.audio.loudness import levelled
from ffvits.audio.measure import clipped_share
from ffvits.audio.sound import Sound
from ffvits.clip import Clip, clip_id
from ffvits.label import cuts, speakers, turns, vad
from ffvits.label.levels import frame_levels, heard_levels, snr
from ffvits.recipe import SegmentSettings
from ffvits.run import Run, StageCache

if TYPE_CHECKING:
    import numpy as np

_SILENT = -55.0  # dBFS, below which the loudest tenth of a recording is silence
_NOTHING = -50.0  # dB under what was left: so little was not removed
Voice = Callable[[Sound], "np.ndarray"]
_FADE = 0.005  # seconds, so that an edge does not click
_SCRAPS = 0.2  # of a recording: with less speech than that, and no whole piece, what was heard was none


@dataclass(frozen=True)
class Cut:
    """One piece as samples: `start` and `end` in seconds of the recording, with its margins; `gain` in dB.

    `removed` is how loud what cleaning took out of it was, in dB over what it left. It and `original`, the stretch
    before that, are None where nothing was taken.
    """

    start: float
    end: float
    speech_seconds: float
    snr: float
    clipped: float
    forced: bool
    sound: Sound
    original: Sound | None
    gain: float
    removed: float | None


def segment(clips: Iterable[Clip], run: Run, settings: SegmentSettings, *, offline: bool = False) -> Iterator[Clip]:
    """Cuts each recording into pieces of `min_seconds` to `max_seconds` at its pauses, and where another voice begins.

    A piece's `start` and `end` are seconds in the source; its `audio` is at `loudness`, its `original` is the same
    stretch before cleaning, or the same file if nothing was taken out of this piece. A recording without speech is
    yielded as one rejected clip, so is a piece that is too short. Scores: speech_seconds, snr_db, clipped (share of
    samples) — both measured before cleaning — and removed_db (what cleaning took away, over what it left). Raises
    DownloadError if the speaker encoder is needed and out of reach.
    """
    cache = run.cache("segment", settings, version=6)
    voice = (lambda sound: speakers.shared(offline).embed(sound)) if settings.turns else None
    ear: vad.Vad | None = None
    for clip in clips:
        if not clip.kept:
            yield clip
            continue
        key = cache.key(clip.key)
        values = cache.get(key)
        if values is None or any(cache.get(piece["key"]) is None for piece in values["pieces"]):
            if ear is None:
                ear = vad.load()
            values = _cut_into(cache, key, Sound.load(run.path(clip)), _original(clip, run), ear, settings, voice)
        yield from _clips(clip, values, cache, settings)


def _original(clip: Clip, run: Run) -> Sound | None:
    return Sound.load(run.folder / clip.original) if clip.original not in ("", clip.audio) else None


def _cut_into(
    cache: StageCache,
    key: str,
    sound: Sound,
    original: Sound | None,
    ear: vad.Vad,
    settings: SegmentSettings,
    voice: Voice | None,
) -> dict[str, Any]:
    """Cuts, puts each piece into the cache under a key of its own, then the list of them under `key`."""
    found = []
    for number, piece in enumerate(cut(sound, original, ear, settings, voice)):
        piece_key = cache.key(key, str(number))
        sounds = [sound for sound in (piece.sound, piece.original) if sound is not None]
        cache.put(piece_key, {}, *sounds)
        found.append(
            {
                "key": piece_key,
                "start": piece.start,
                "end": piece.end,
                "speech_seconds": piece.speech_seconds,
                "snr_db": piece.snr,
                "clipped": piece.clipped,
                "forced": piece.forced,
                "gain": piece.gain,
                "removed": piece.removed,
            }
        )
    values = {"pieces": found, "level": _level(original or sound)}
    cache.put(key, values)
    return values


def cut(
    sound: Sound, original: Sound | None, ear: vad.Vad, settings: SegmentSettings, voice: Voice | None = None
) -> Iterator[Cut]:
    """The pieces of one recording; `original` is its sound before cleaning, None if it is the same.

    `voice` is the speaker encoder; without it nobody looks for other voices.
    """
    import numpy as np

    probabilities = ear(sound)
    levels = heard_levels(sound, len(probabilities))
    before = levels if original is None else heard_levels(original, len(probabilities))
    found = cuts.speech(probabilities)
    chosen = cuts.pieces(found, levels, settings)
    if voice:
        chosen = turns.parted(chosen, found, sound, voice)
    spoken = np.zeros(len(probabilities), bool)
    for stretch in found:
        spoken[stretch.start : stretch.end] = True
    made = without_rumble(sound)
    heard = None if original is None else without_rumble(original)
    for piece, frames in zip(chosen, cuts.edges(chosen, levels, settings), strict=True):
        start, end = frames[0] * cuts.SECONDS, min(frames[1] * cuts.SECONDS, sound.seconds)
        removed = None if heard is None else _removed(heard.cut(start, end), made.cut(start, end))
        cleaned = removed is not None and removed > _NOTHING
        level, gain = levelled(_faded(made.cut(start, end)), settings.loudness)
        yield Cut(
            start=start,
            end=end,
            speech_seconds=float(spoken[piece.start : piece.end].sum() * cuts.SECONDS),
            snr=snr(before, probabilities, piece),
            clipped=clipped_share((original or sound).cut(start, end)),
            forced=piece.forced,
            sound=level,
            original=levelled(_faded(heard.cut(start, end)), settings.loudness)[0] if cleaned else None,
            gain=gain,
            removed=removed if cleaned else None,
        )


def _removed(original: Sound, cleaned: Sound) -> float:
    """The level of what is in the first of two sounds in step and not in the second, over that, in dB (-60 to 60).

    Filters also change the level a little, which is nothing that was removed.
    """
    import numpy as np

    length = min(len(original.samples), len(cleaned.samples))
    whole, left = original.samples[:length].astype(np.float64), cleaned.samples[:length].astype(np.float64)
    left = left * (whole @ left) / (left @ left + 1e-12)
    gone = np.square(whole - left).sum()
    return float(np.clip(10 * np.log10((gone + 1e-12) / (left @ left + 1e-12)), -60, 60))


def without_rumble(sound: Sound) -> Sound:
    """The sound without what lies under every voice (40 Hz): wind, footsteps, traffic; nothing else is delayed."""
    from scipy.signal import butter, sosfiltfilt

    if len(sound.samples) < 64:
        return sound
    return Sound(sosfiltfilt(butter(2, 40, "highpass", fs=sound.rate, output="sos"), sound.samples), sound.rate)


def _level(sound: Sound) -> float:
    """The level that the loudest tenth of a sound exceeds, in dBFS."""
    import numpy as np

    count = max(1, int(sound.seconds / cuts.SECONDS))
    return float(np.quantile(frame_levels(sound, count), 0.9))


def _faded(sound: Sound) -> Sound:
    import numpy as np

    count = min(round(_FADE * sound.rate), len(sound.samples) // 2)
    ramp = np.linspace(0, 1, count, endpoint=False, dtype=np.float32)
    samples = sound.samples.astype(np.float32)
    samples[:count] *= ramp
    samples[len(samples) - count :] *= ramp[::-1]
    return Sound(samples, sound.rate)


def _clips(clip: Clip, values: dict[str, Any], cache: StageCache, settings: SegmentSettings) -> Iterator[Clip]:
    found = values["pieces"]
    if not found:
        if clip.seconds < settings.min_seconds:
            yield _too_short(clip, settings)
        elif values["level"] < _SILENT and not clip.scores.get("music"):
            yield clip.reject("silence", "nothing is to be heard in it", "remove it, or record it again")
        else:
            yield clip.reject("no-speech", "nobody speaks in it: music or noise", "remove it")
        return
    scraps = all(piece["end"] - piece["start"] < settings.min_seconds for piece in found)
    if scraps and sum(piece["speech_seconds"] for piece in found) < _SCRAPS * clip.seconds:
        yield clip.reject("no-speech", "nobody speaks in it: music or noise", "remove it")
        return
    untouched = _untouched(clip)
    for piece in found:
        whole = len(found) == 1
        audio = cache.audio(piece["key"])
        cleaned = piece["removed"] is not None
        made = (clip if cleaned else untouched).with_(
            id=clip.id if whole else clip_id(clip.source, clip.start + piece["start"]),
            start=clip.start + piece["start"],
            end=clip.start + piece["end"],
            audio=audio,
            original=cache.audio(piece["key"], 1) if cleaned else audio,
            key=piece["key"],
        )
        made = made.score(
            speech_seconds=piece["speech_seconds"], snr_db=piece["snr_db"], clipped=piece["clipped"]
        ).note(f"brought to {settings.loudness:g} LUFS ({piece['gain']:+.1f} dB)")
        if cleaned:
            made = made.score(removed_db=piece["removed"])
        if piece["forced"]:
            made = made.note("cut where somebody speaks: there was no pause")
        yield _too_short(made, settings) if made.seconds < settings.min_seconds else made


def _untouched(clip: Clip) -> Clip:
    """A recording as a piece of it knows it out of which nothing was taken: a jingle is not in all of an episode."""
    scores = {**clip.scores, "music": 0.0} if "music" in clip.scores else clip.scores
    return clip.with_(notes=tuple(note for note in clip.notes if " removed by " not in note), scores=scores)


def _too_short(clip: Clip, settings: SegmentSettings) -> Clip:
    return clip.reject(
        "too-short",
        f"{clip.seconds:.2f} s of sound are too few to learn from",
        f"record whole sentences, or lower label.segment.min_seconds (it is {settings.min_seconds:g}) "
        "and, if that is above it, label.screen.min_seconds",
    )
