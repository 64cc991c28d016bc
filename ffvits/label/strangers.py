"""Tables that say nothing of the recordings here: told of, so that nobody wonders where their transcripts are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ffvits import console
from ffvits.audio.files import AUDIO_SUFFIXES
from ffvits.label import tables
from ffvits.label.sources import Sources
from ffvits.text.characters import is_hanzi

_CELL = re.compile(r"""[^\s"'|,;:，；：、]+""")
# How recordings are called where no suffix says so: with a number, in Latin letters or at the end (line_99, 派蒙_003).
_NUMBERED = re.compile(r"[\w./\\:()-]*\d[\w./\\:()-]*", re.ASCII)
_COUNTED = re.compile(r"[^\s，。！？、]+[_-]\d+")
_NO_NAME = re.compile(r"[\d.:/-]*[.:/-][\d.:/-]*")  # times, dates, sizes


def tell(text: str, kind: str, here: PurePosixPath, known: Sources, *, rows: bool) -> None:
    """Says why a file of which nothing is used is of no use, if it seems to be meant as a table.

    `rows`: whether it has some, though none of them is of a recording.
    """
    lines = [line for line in tables.lines_of(text) if line.strip()]
    if lines and len(tables.broken(text, kind)) == len(lines):
        console.warn(f"{here} is passed over: none of its lines is JSON")
    elif strangers := _strangers(text, kind, len(lines), known):
        console.warn(
            f"{here} is passed over: none of the recordings that it names ({len(strangers)}) is here; "
            f"it names “{strangers[0].name}”, and here is “{known.first}”; "
            "if it is a transcript, write the names as they are here"
        )
    elif not rows and _seems_one(lines, kind, known):
        console.warn(
            f"{here} names recordings, but no words can be read from it: if it is a transcript, write a line "
            "for each recording, as in 001.wav|你好"
        )


def _strangers(text: str, kind: str, lines: int, known: Sources) -> list[tables.Row]:
    """The rows of a table of other recordings; empty if it is none, or names one that is here."""
    found = [row for row in tables.rows(text, kind, _a_name) if _a_name(row.name) and any(map(is_hanzi, row.words))]
    if any(known.names(row.name) for row in found):
        return []
    # Of a text with a mark in it here and there most lines are no rows, and a year may begin a note's only line.
    most = kind == ".json" or 2 * len(found) >= lines
    return found if most and (len(found) > 1 or "|" in text or kind != ".txt") else []


def _a_name(cell: str) -> bool:
    """Whether a cell looks like the name of a recording."""
    if PurePosixPath(cell).suffix.lower() in AUDIO_SUFFIXES:
        return True
    return not _NO_NAME.fullmatch(cell) and bool(_NUMBERED.fullmatch(cell) or _COUNTED.fullmatch(cell))


def _seems_one(lines: Sequence[str], kind: str, known: Sources) -> bool:
    """Whether a file without any rows is meant as a table: most lines name a recording, and there are hanzi."""
    naming = sum(any(map(known.names, _CELL.findall(line))) for line in lines)
    return 2 * naming >= (1 if kind == ".json" else max(1, len(lines))) and any(is_hanzi(c) for c in "".join(lines))
