"""The published VITS model and its discriminators, and the losses that train them."""

from ffvits.vits.config import VitsConfig
from ffvits.vits.discriminator import (
    DISCRIMINATORS,
    Discriminators,
    Judgement,
    LiteDiscriminator,
    MultiPeriodDiscriminator,
    kind_of,
)
from ffvits.vits.layers import sequence_mask, settled_weights
from ffvits.vits.losses import discriminator_loss, duration_loss, feature_loss, generator_loss, kl_loss, spectral_loss
from ffvits.vits.model import Conversion, Excerpt, Speech, TrainingOutput, Vits
from ffvits.vits.segments import random_starts, slice_segments

__all__ = [
    "DISCRIMINATORS",
    "Conversion",
    "Discriminators",
    "Excerpt",
    "Judgement",
    "LiteDiscriminator",
    "MultiPeriodDiscriminator",
    "Speech",
    "TrainingOutput",
    "Vits",
    "VitsConfig",
    "discriminator_loss",
    "duration_loss",
    "feature_loss",
    "generator_loss",
    "kind_of",
    "kl_loss",
    "random_starts",
    "sequence_mask",
    "settled_weights",
    "slice_segments",
    "spectral_loss",
]
