"""ffvits: from a folder of raw recordings of a character to a voice that speaks any Chinese text.

A map, in the order in which data flows; each room depends only on rooms above it:

    errors, files, console       what everyone uses
    language, chinese/           whose terminal it is, and all that is said, in Chinese; the console looks it up
    clip, recipe, run            the record, the decisions, the only state
    store/                       models that are downloaded, with their checksums
    audio/                       samples, files, loudness, spectrograms
    label/                       raw recordings become labelled clips
    text/                        written Chinese becomes symbol ids
    vits/                        the model
    base/                        someone's checkpoint becomes our model
    train/                       labelled clips and a base become a voice
    speak/, voice                Voice.load(...).say(...)
    export/                      the voice in other programs
    evaluate/, report            how good it is, and what happened
    serve/, web/                 a server for finished voices, and one page for a run
    auto, batch, cli             the whole road, once and for several voices, and its commands
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ffvits.auto import Made, make_voice
    from ffvits.batch import BatchRow, run_batch
    from ffvits.clip import Clip
    from ffvits.errors import FfvitsError
    from ffvits.recipe import Recipe
    from ffvits.run import Run
    from ffvits.voice import Voice

_HOMES = {
    "make_voice": "ffvits.auto",
    "run_batch": "ffvits.batch",
    "Made": "ffvits.auto",
    "BatchRow": "ffvits.batch",
    "Clip": "ffvits.clip",
    "FfvitsError": "ffvits.errors",
    "Recipe": "ffvits.recipe",
    "Run": "ffvits.run",
    "Voice": "ffvits.voice",
}
__all__ = ["BatchRow", "Clip", "FfvitsError", "Made", "Recipe", "Run", "Voice", "make_voice", "run_batch"]


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used, so that `import ffvits` stays instant."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'ffvits' has no attribute {name!r}")
