"""From raw recordings to labelled clips: ingest -> repair -> separate -> denoise -> segment -> transcribe -> screen.

Each stage is a module with one function of that name over `Clip` records; `label` is the whole road.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ffvits.clip import Clip
    from ffvits.label.changes import Change
    from ffvits.label.road import Road
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
    from ffvits import console
    from ffvits.device import cores
    from ffvits.files import path_of
    from ffvits.label import road
    from ffvits.label.ahead import ahead
    from ffvits.label.ingest import ingest
    from ffvits.label.screen import reference_sound, screen
    from ffvits.label.transcripts import imported

    folder = path_of(recipe.input)
    settings = recipe.label
    listening = min(cores(), max(2, cores() // 2))  # of the cores; others clean and measure meanwhile
    here = road.Road(recipe, _device(recipe.device), ahead, threads=listening)
    if until not in ("ingest", *road.STAGES):
        reference_sound(settings.screen)  # a slip is told now, not after an hour of listening
    console.stage("Labels")
    if here.device != "cpu" and settings.transcribe.model in ("tiny", "base", "small"):
        console.info("on a graphics card a larger Whisper costs little, and mostly mishears less: --whisper large-v3")
    with console.progress("Labelling", unit="clips") as bar:

        def counted(clips: Iterator[Clip]) -> Iterator[Clip]:
            for clip in clips:
                bar.advance()
                yield clip

        clips = ingest(folder, run, recipe)
        listens = until not in ("ingest", *road.STAGES[:-1])
        if listens and settings.engine == "local" and not run.clips_file.exists():
            clips = _heard_soon(clips, here)
        if until != "ingest":
            clips = counted(_middle(here, clips, run, until))
        if listens:
            # Transcripts that lie with the recordings are compared with what was heard.
            clips = imported(
                clips,
                folder,
                settings.transcribe,
                lambda clip, texts: here.listener.fit(clip, run, texts),
                lambda clip, texts: here.listener.lay(clip, run, texts),
                one_speaker=bool(recipe.speaker) or recipe.layout == "flat",
                skip=[run.folder],
            )
        if until not in ("ingest", *road.STAGES):
            clips = screen(clips, run, settings.screen, offline=recipe.offline)
        return list(clips)


def _heard_soon(clips: Iterator[Clip], here: Road) -> Iterator[Clip]:
    """The same clips; with the first of a folder that is new the recogniser begins to load."""
    for clip in clips:
        here.listener.prepare()
        yield clip


def _middle(here: Road, clips: Iterator[Clip], run: Run, until: str | None) -> Iterator[Clip]:
    """The stages between the first and the last, in this process or on Ray."""
    if here.recipe.label.engine == "local":
        return here(clips, run, until)
    from ffvits.label.cluster import spread

    return spread(clips, run, here.recipe, here.device, until)


def _device(name: str) -> str:
    """The device for labelling: none of these networks gains from Apple's, which `auto` may stand for.

    Raises RecipeError if the one named is not there: the recogniser would blame its weights.
    """
    from ffvits.device import choose_device

    chosen = choose_device(name)
    return "cpu" if name == "auto" and chosen == "mps" else chosen
