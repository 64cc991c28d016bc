"""Several voices, one after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ffvits import console
from ffvits.auto import Made, make_voice, resolve
from ffvits.errors import FfvitsError, RecipeError
from ffvits.files import refused_by_disk
from ffvits.recipe import Recipe


@dataclass(frozen=True)
class BatchRow:
    """One recipe of a batch: what it made, or why it failed."""

    recipe: str
    made: Made | None
    error: str
    seconds: float


def run_batch(recipes: Sequence[str | Path | Recipe], *, until: str = "report") -> list[BatchRow]:
    """Makes several voices one after the other; a failure is told in its row and does not stop the rest.

    Raises RecipeError before the first begins if two would be made in one run folder.
    """
    if isinstance(recipes, str | Path | Recipe):  # each letter of a name would be one
        raise RecipeError("a batch takes several recipes", cure="give a list of them, or let `make_voice` make the one")
    names = [(recipe.speaker or recipe.input) if isinstance(recipe, Recipe) else str(recipe) for recipe in recipes]
    _refuse_shared(recipes, names)
    rows: list[BatchRow] = []
    for number, (recipe, name) in enumerate(zip(recipes, names, strict=True), 1):
        console.stage(f"Voice {number} of {len(recipes)}: {name}")
        began = time.monotonic()
        try:
            made, error = make_voice(recipe=recipe, until=until), ""
        except Exception as caught:  # noqa: BLE001 — a bug in one character's run must not cost the others theirs
            failure = caught if isinstance(caught, FfvitsError) else refused_by_disk(caught) or _bug(caught)
            made, error = None, str(failure)
            console.failure(failure)
        rows.append(BatchRow(name, made, error, time.monotonic() - began))
    console.table(
        "Batch",
        ("recipe", "kept", "minutes", "took", "result"),
        [
            (
                row.recipe,
                len(row.made.kept) if row.made else "–",
                f"{row.made.kept_minutes:.1f}" if row.made else "–",
                f"{row.seconds / 60:.1f} min",
                row.made.verdict or str(row.made.run) if row.made else f"failed: {row.error}",
            )
            for row in rows
        ],
    )
    return rows


def _bug(error: Exception) -> FfvitsError:
    cure = "this is a bug in ffvits: please report it with the recipe"
    return FfvitsError(f"{type(error).__name__}: {error}", cure=cure)


def _refuse_shared(recipes: Sequence[str | Path | Recipe], names: Sequence[str]) -> None:
    taken: dict[Path, str] = {}
    for recipe, name in zip(recipes, names, strict=True):
        try:
            out = Path(resolve(recipe=recipe).out).resolve()
        except FfvitsError:
            continue  # its own row will tell
        if out in taken:
            raise RecipeError(
                f"{taken[out]} and {name} would share one run folder", cure="give each its own with out:", file=out
            )
        taken[out] = name
