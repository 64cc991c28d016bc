"""What was found out about a checkpoint, for a program and for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.vits.config import VitsConfig


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a checkpoint: a stable `code`, what it is, what to do, and whether it rules out a base."""

    code: str
    message: str
    cure: str
    fatal: bool = True


@dataclass(frozen=True)
class Inspection:
    """The findings. None where the file does not tell; `config` is the architecture, `state` the weights if usable.

    `details` holds facts for a reader: container, iteration (an epoch in this family), optimizer, hop, assumptions.
    """

    path: Path
    kind: str
    dialect: str
    n_symbols: int | None = None
    symbol_table: str | None = None
    n_speakers: int | None = None
    gin_channels: int | None = None
    sampling_rate: int | None = None
    front_end: str | None = None
    problems: tuple[Problem, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    octaves: tuple[float, ...] = ()
    add_blank: bool = True
    audio: AudioFormat | None = None
    config: VitsConfig | None = None
    state: Mapping[str, Tensor] = field(default_factory=dict, repr=False, compare=False)

    @property
    def usable(self) -> bool:
        """Whether it can serve as a base (for a discriminator: beside one)."""
        return not any(problem.fatal for problem in self.problems)

    def to_json(self) -> dict[str, object]:
        """The findings in JSON types; the keys are stable."""
        return {
            "kind": self.kind,
            "dialect": self.dialect,
            "n_symbols": self.n_symbols,
            "symbol_table": self.symbol_table,
            "n_speakers": self.n_speakers,
            "gin_channels": self.gin_channels,
            "sampling_rate": self.sampling_rate,
            "front_end": self.front_end,
            "problems": [{"code": p.code, "message": p.message, "cure": p.cure} for p in self.problems],
            "usable": self.usable,
            "details": dict(self.details),
        }


def describe(inspection: Inspection) -> str:
    """The findings as lines for a terminal."""
    lines = [f"{label + ':':<16}{value}" for label, value in rows(inspection)]
    for problem in inspection.problems:
        lines += ["", f"{'✗' if problem.fatal else '!'} {problem.message}", f"  → {problem.cure}"]
    lines += ["", "usable: yes" if inspection.usable else "usable: no"]
    return "\n".join(lines)


def rows(inspection: Inspection) -> list[tuple[str, str]]:
    """The findings as (label, value), in the order in which a person would ask."""

    def shown(value: object) -> str:
        return "not known" if value is None else str(value)

    found = [("file", str(inspection.path)), ("kind", inspection.kind), ("dialect", inspection.dialect)]
    if inspection.kind == "generator" and inspection.config is not None:
        table = inspection.symbol_table or "not recognised"
        found += [
            ("symbols", f"{shown(inspection.n_symbols)} ({table})"),
            ("front end", shown(inspection.front_end)),
            ("speakers", shown(inspection.n_speakers)),
            ("gin channels", shown(inspection.gin_channels)),
            ("sampling rate", f"{shown(inspection.sampling_rate)} Hz" if inspection.sampling_rate else "not known"),
        ]
    found += [(name.replace("_", " "), shown(value)) for name, value in inspection.details.items()]
    return found
