"""What is this checkpoint, can it be a base, and if not: why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.base.catalogue import known_entry
from ffvits.base.checkpoint import Checkpoint, UnreadableCheckpoint, read_checkpoint
from ffvits.base.dialect import Family, original_names, recognise, shapes_of, split_fused
from ffvits.base.examination import Examination, differences, facts, not_finite
from ffvits.base.findings import Inspection, Problem, describe, rows
from ffvits.base.skeleton import discriminator_shapes
from ffvits.errors import BaseError
from ffvits.store import Entry

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Inspection", "Problem", "describe", "examine", "inspect_checkpoint", "rows"]


def inspect_checkpoint(path: str | Path, config: str | Path | None = None) -> Inspection:
    """Reads a checkpoint and its config (named, or found beside it) and says everything that can be known.

    Never raises for what is in the file; what is wrong stands in `problems`. Values are checked for NaN, so the
    whole file is read once.
    """
    path = Path(path)
    card = known_entry(path) if path.is_file() else None
    return examine(path, Path(config) if config is not None else None, card=card, check_values=True)


def examine(
    path: Path, config: Path | None = None, *, card: Entry | None = None, check_values: bool = False
) -> Inspection:
    """The same for a loader, which needs no look at every value and may know the manifest's `card`."""
    try:
        checkpoint = read_checkpoint(path)
    except UnreadableCheckpoint as error:
        family = recognise(error.strings) if error.strings else Family("other", "unknown")
        if error.code in ("gpt-sovits", "onnx"):
            family = Family("generator", error.code)
        known = family.kind if family.dialect != "unknown" else "unreadable"
        told = family.why_not and known != "unreadable"
        message = error.message + (f" (it looks like {family.dialect}: {family.why_not})" if told else "")
        problem = Problem(error.code, message, error.cure)
        return Inspection(path, known, family.dialect, problems=(problem,))
    family = recognise(checkpoint.tensors)
    if family.why_not:
        cure = "use a checkpoint of the original VITS family; `ffvits bases` lists some"
        return Inspection(
            path,
            family.kind,
            family.dialect,
            problems=(Problem("unsupported", family.why_not, cure),),
            details=facts(checkpoint),
        )
    try:
        _refuse_odd(checkpoint.tensors)
        state, notes = original_names(checkpoint.tensors)
        if family.kind == "discriminator":
            return _discriminator(checkpoint, state, notes, check_values)
        return Examination(checkpoint, state, notes, card).inspection(config, check_values)
    except BaseError as error:
        problem = Problem("incomplete", error.message, error.cure or "use a complete generator (G_*.pth)")
        return Inspection(path, family.kind, family.dialect, problems=(problem,), details=facts(checkpoint))


def _refuse_odd(tensors: Mapping[str, Tensor]) -> None:
    """Raises BaseError unless every tensor is plain: there, whole, and of numbers with a fraction."""
    import torch

    for name, tensor in tensors.items():
        if tensor.device.type != "cpu":
            odd = "a shape without values"
        elif tensor.layout is not torch.strided:
            odd = f"stored as {tensor.layout}".replace("torch.", "")
        elif not tensor.is_floating_point():
            odd = f"made of {tensor.dtype}".replace("torch.", "")
        else:
            continue
        raise BaseError(
            f"{name} is {odd}; weights to train from are floating-point numbers",
            cure="use the checkpoint that it was made from",
        )


def _discriminator(
    checkpoint: Checkpoint, state: dict[str, Tensor], notes: list[str], check_values: bool
) -> Inspection:
    from ffvits.vits import kind_of

    wanted = discriminator_shapes(kind_of(state))
    split_fused(state, wanted)
    problems = []
    differing = differences(shapes_of(state), wanted)
    if differing:
        problems.append(
            Problem(
                "not-the-published-discriminator",
                f"it is a discriminator, but not the published one: {differing[0]}",
                "leave it out: training then starts a fresh one and warms it up",
            )
        )
    if check_values:
        problems += not_finite(state)
    details = facts(checkpoint) | ({"notes": "; ".join(notes)} if notes else {})
    return Inspection(checkpoint.path, "discriminator", "vits", problems=tuple(problems), details=details, state=state)
