"""Somebody's checkpoint becomes our model: what it is, whether it can serve, and the surgery it needs."""

from ffvits.base.adapt import Adapted, Change, SurgeryReport, adapt
from ffvits.base.export import config_values, save_discriminator, save_generator
from ffvits.base.inspect import Inspection, Problem, inspect_checkpoint
from ffvits.base.load import Base, load_base
from ffvits.base.nearest import Nearness, nearest_voice

__all__ = [
    "Adapted",
    "Base",
    "Change",
    "Inspection",
    "Nearness",
    "Problem",
    "SurgeryReport",
    "adapt",
    "config_values",
    "inspect_checkpoint",
    "load_base",
    "nearest_voice",
    "save_discriminator",
    "save_generator",
]
