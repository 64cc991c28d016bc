"""Second stage, if the recipe asks for it: peaks that were cut off are drawn again, a room's echo is taken away.

Both are off by default: a recording without the fault gains nothing, and one with it is better recorded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.label.declip import declipped
from ffvits.label.dereverb import dereverberated
from ffvits.recipe import RepairSettings
from ffvits.run import Run


def repair(clips: Iterable[Clip], run: Run, settings: RepairSettings) -> Iterator[Clip]:
    """Restores what the settings name in each recording; the others, and all by default, pass as they are.

    A declipped recording takes the place of the `original` too: peaks are nothing that cleaning could have lost. With
    `dereverb` the `original` keeps the room, and the recogniser hears both.
    """
    if not (settings.declip or settings.dereverb):
        yield from clips
        return
    cache = run.cache("repair", settings, version=1)
    for clip in clips:
        if not clip.kept:
            yield clip
            continue
        key = cache.key(clip.key)
        values = cache.get(key)
        if values is None:
            values, sounds = repaired(Sound.load(run.path(clip)), settings)
            cache.put(key, values, *sounds)
        if not values["parts"]:
            yield clip
            continue
        clip = clip.with_(key=key)
        if values["clipped"]:
            whole = cache.audio(key)
            clip = clip.with_(audio=whole, original=whole).note(f"cut peaks restored: {values['clipped']:.1%} of it")
        if settings.dereverb:
            clip = clip.with_(audio=cache.audio(key, values["parts"] - 1)).note("late echo removed by WPE")
        yield clip


def repaired(sound: Sound, settings: RepairSettings) -> tuple[dict[str, Any], list[Sound]]:
    """The share of clipped samples, and the sounds on the way: declipped (if any was), then without its echo."""
    sounds, clipped = [], 0.0
    if settings.declip:
        sound, clipped = declipped(sound)
        sounds += [sound] if clipped else []
    if settings.dereverb:
        sounds.append(dereverberated(sound))
    return {"clipped": clipped, "parts": len(sounds)}, sounds
