"""Somebody's checkpoint becomes our model: what it is, whether it can serve, and the surgery it needs."""

from ffvits.base.adapt import Adapted, Change, SurgeryReport, adapt
from ffvits.base.inspect import Inspection, Problem, inspect_checkpoint
from ffvits.base.load import Base, load_base

__all__ = [
    "Adapted",
    "Base",
    "Change",
    "Inspection",
    "Problem",
    "SurgeryReport",
    "adapt",
    "inspect_checkpoint",
    "load_base",
]
