"""One clip becomes two, or two become one: their words, their sounds and where they are held out."""

from __future__ import annotations

from ffvits.audio.sound import Sound
from ffvits.clip import Clip, clip_id
from ffvits.run import digest


def halves(clip: Clip, at: float, texts: tuple[str, str]) -> tuple[Clip, Clip]:
    """The clip cut `at` so many seconds, without sound yet."""
    middle = clip.start + at
    note = "cut out by a person"
    left = _hand_made(clip, clip.start, middle, texts[0], note)
    return left, _hand_made(clip, middle, max(clip.end, middle), texts[1], note)


def whole(first: Clip, second: Clip) -> Clip:
    """Both in one, without sound yet. It is held out only if both are: of a clip that was trained on, half would be
    heard again when training is judged."""
    kept = first.kept and second.kept
    held_out = first.split == second.split == "val"
    made = _hand_made(first, first.start, second.end, first.text + second.text, "joined by a person")
    return made.with_(
        heard=first.heard + second.heard,
        status="keep" if kept else "reject",
        split="" if not kept else "val" if held_out else "train",
        key=digest("joined", first.key, second.key),
    )


def one_after_the_other(first: Sound, second: Sound, gap: float) -> Sound:
    """Two sounds with the silence between; where their margins overlap (a negative gap), the second's is left out."""
    import numpy as np

    second = second.at(first.rate)
    silence = np.zeros(max(0, round(gap * first.rate)), np.float32)
    overlap = min(max(0, round(-gap * first.rate)), len(second.samples))
    return Sound(np.concatenate([first.samples, silence, second.samples[overlap:]]), first.rate)


def _hand_made(clip: Clip, start: float, end: float, text: str, note: str) -> Clip:
    """A clip that no labelling made. Its id names both its ends, as the machine's never do: under the id of an old clip
    it would be taken for an edit of that clip's text when the run is labelled again."""
    return clip.with_(
        id=f"{clip_id(clip.source, start)}-{round(end * 1000):08d}",
        start=start,
        end=end,
        text=" ".join(text.split()),
        heard="",
        scores={},
        notes=(*clip.notes, note),
        key=digest("by hand", clip.key, round(start, 3), round(end, 3)),
        machine={"text": "", "status": "", "speaker": clip.machine.get("speaker", clip.speaker)},
    )
