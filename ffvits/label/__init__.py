"""From raw recordings to labelled clips: ingest -> separate -> denoise -> segment -> transcribe -> screen.

Each stage is a module with one function of that name over `Clip` records; `label` is the whole road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffvits.clip import Clip
    from ffvits.recipe import Recipe
    from ffvits.run import Run

__all__ = ["label"]


def label(recipe: Recipe, run: Run, until: str | None = None) -> list[Clip]:
    """Labels every recording in `recipe.input` and returns what `clips.jsonl` then holds, a person's edits included.

    Kept clips lie in the run's `audio/` as WAV, one per id. `until` names the last stage to run (None or a stage after
    these: all of them). What was done before and is still valid is not done again. Raises FfvitsError naming cause
    and cure.
    """
    from pathlib import Path

    from ffvits import console
    from ffvits.label.denoise import denoise
    from ffvits.label.finish import finish
    from ffvits.label.ingest import ingest
    from ffvits.label.screen import screen
    from ffvits.label.segment import segment
    from ffvits.label.separate import separate
    from ffvits.label.transcribe import transcribe
    from ffvits.label.transcripts import imported

    folder = Path(recipe.input).expanduser()
    settings, where = recipe.label, {"device": _device(recipe.device), "offline": recipe.offline}
    road = (
        ("ingest", lambda _: ingest(folder, run, recipe)),
        ("separate", lambda clips: separate(clips, run, settings.separate, **where)),
        ("denoise", lambda clips: denoise(clips, run, settings.denoise)),
        ("segment", lambda clips: segment(clips, run, settings.segment)),
        (
            "transcribe",
            lambda clips: imported(transcribe(clips, run, settings.transcribe, **where), folder, settings.transcribe),
        ),
        ("screen", lambda clips: screen(clips, run, settings.screen, **where)),
    )
    console.stage("Labels")
    clips = iter(())
    for name, stage in road:
        clips = stage(clips)
        if name == until:
            break
    with console.progress("Labelling", unit="clips") as bar:
        labelled = []
        for clip in clips:
            labelled.append(clip)
            bar.advance()
    return finish(labelled, run, recipe)


def _device(name: str) -> str:
    """The device that `auto` stands for while labelling: none of these networks gains from Apple's."""
    if name != "auto":
        return name
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
