"""Where a training stands when it is called again: the base it began with, and the state from which it goes on."""

from __future__ import annotations

import itertools
from pathlib import Path

from ffvits import console, store
from ffvits.run import Run
from ffvits.train import state
from ffvits.train.learner import Learner
from ffvits.train.state import Progress


def begun_with(run: Run) -> str:
    """The base that `auto` came to when the run's training began: a network that comes or goes starts none afresh."""
    newest = state.newest(run.checkpoints)
    name = state.about(newest).base if newest else None
    return name if name in {entry.name for entry in store.entries("base")} else "auto"


def resume(run: Run, learner: Learner, identity: str) -> Progress:
    """Restores the newest state of this base and these clips, also one that lay aside; without any, all begins anew."""
    found = state.newest(run.checkpoints, identity) or state.taken_back(run.checkpoints, identity)
    if found is None:
        aside = state.set_aside(run.checkpoints) if run.checkpoints.is_dir() else None
        if aside is not None:
            _announce_afresh(run, aside)
        return Progress()
    progress, saved = state.load(found, "cpu")
    learner.restore(saved)
    console.info(f"going on from step {progress.step}")
    return progress


def _announce_afresh(run: Run, aside: Path) -> None:
    size = sum(file.stat().st_size for file in aside.iterdir()) / 1e9
    console.warn(
        "the base, the clips or what the recipe makes of them has changed: training starts afresh. Change it back, and "
        f"it goes on where it was (states: {aside.name}, {size:.1f} GB, yours to delete)"
    )
    if (run.voice / "voice.json").is_file():
        folder, place = console.typed(run.folder), _free_place(run)
        console.warn(
            f"to begin with the voice of {run.folder} as it is, stop now (Ctrl-C), "
            f"ffvits export {folder} --to bundle --out {console.typed(place)}, "
            f"and give --base {console.typed(place / 'bundle')}"
        )


def _free_place(run: Run) -> Path:
    """Where a voice of the run can lie as a base: not in the run, whose exports are written anew, nor on another."""
    name = run.folder.resolve().name
    places = (Path("bases") / (f"{name}-{number}" if number > 1 else name) for number in itertools.count(1))
    return next(place for place in places if not place.exists())
