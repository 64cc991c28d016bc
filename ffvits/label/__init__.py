"""From raw recordings to labelled clips: ingest -> separate -> denoise -> segment -> transcribe -> screen.

Each stage is a module with one function of that name over `Clip` records; `label` is the whole road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ffvits.clip import Clip
    from ffvits.label.changes import Change
    from ffvits.recipe import Recipe
    from ffvits.run import Run

__all__ = ["difference", "label"]


def label(recipe: Recipe, run: Run, until: str | None = None) -> list[Clip]:
    """Labels every recording in `recipe.input` and returns what `clips.jsonl` then holds, a person's edits included.

    Kept clips lie in the run's `audio/` as WAV, one per id. `until` names the last stage to run (None or a stage after
    these: all of them). What was done before and is still valid is not done again. Raises FfvitsError naming cause
    and cure.
    """
    from ffvits.label.finish import finish

    return finish(_labelled(recipe, run, until), run, recipe)


def difference(recipe: Recipe, run: Run) -> list[Change]:
    """What labelling again by this recipe would change in `clips.jsonl`, which stays as it is; only the cache grows.

    Raises RunError if nothing is labelled yet, FfvitsError like `label`.
    """
    from ffvits.clip import merge_edits
    from ffvits.label.changes import changes

    before = run.clips()
    return changes(before, merge_edits(_labelled(recipe, run), before))


def _labelled(recipe: Recipe, run: Run, until: str | None = None) -> list[Clip]:
    """What the stages say, before a person's edits."""
    from pathlib import Path

    from ffvits import console
    from ffvits.label.ahead import ahead
    from ffvits.label.denoise import denoise
    from ffvits.label.ingest import ingest
    from ffvits.label.measure import measure
    from ffvits.label.screen import screen
    from ffvits.label.segment import segment
    from ffvits.label.separate import separate
    from ffvits.label.transcribe import Listener, transcribe
    from ffvits.label.transcripts import imported

    folder = Path(recipe.input).expanduser()
    settings, where = recipe.label, {"device": _device(recipe.device), "offline": recipe.offline}
    listener = Listener(settings.transcribe, **where)

    def measured(clips: Iterator[Clip]) -> Iterator[Clip]:
        """The clips as they are; the screen then finds their measures in the cache."""
        return (clip for clip, _ in measure(clips, run, offline=recipe.offline))

    def counted(clips: Iterator[Clip]) -> Iterator[Clip]:
        for clip in clips:
            bar.advance()
            yield clip

    # Cleaning, measuring and listening keep a processor busy each; they wait for one another by a few clips only.
    road = (
        ("ingest", lambda _: ingest(folder, run, recipe)),
        ("separate", lambda clips: separate(clips, run, settings.separate, **where)),
        ("denoise", lambda clips: denoise(clips, run, settings.denoise)),
        ("segment", lambda clips: segment(clips, run, settings.segment, offline=recipe.offline)),
        (
            "transcribe",
            lambda clips: imported(
                counted(transcribe(ahead(measured(ahead(clips))), run, settings.transcribe, listener=listener)),
                folder,
                settings.transcribe,
                lambda clip, texts: listener.fit(clip, run, texts),
            ),
        ),
        ("screen", lambda clips: screen(clips, run, settings.screen, offline=recipe.offline)),
    )
    console.stage("Labels")
    clips: Iterator[Clip] = iter(())
    with console.progress("Labelling", unit="clips") as bar:
        for name, stage in road:
            clips = stage(clips)
            if name == until:
                break
        return list(clips)


def _device(name: str) -> str:
    """The device that `auto` stands for while labelling: none of these networks gains from Apple's."""
    if name != "auto":
        return name
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
