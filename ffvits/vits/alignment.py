"""Which symbol each frame of a recording says, found by dynamic programming while training (VITS, 2.2.1)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ffvits.device import full_precision


@torch.no_grad()
def alignment_scores(z_p: Tensor, mean: Tensor, logs: Tensor) -> Tensor:
    """Log-likelihood of each frame under each symbol's prior, float32.

    z_p [B, C, T_spec]; mean, logs [B, C, T_text] -> [B, T_spec, T_text].
    """
    with full_precision(z_p):
        z_p, mean, logs = z_p.float(), mean.float(), logs.float()
        precision = torch.exp(-2 * logs)
        # log N(z; m, s) expanded into products, so that no [B, C, T_spec, T_text] tensor arises.
        volumes = (-0.5 * math.log(2 * math.pi) - logs).sum(1, keepdim=True)  # [B, 1, T_text]
        squares = (-0.5 * z_p.square()).mT @ precision
        crosses = z_p.mT @ (mean * precision)
        centres = (-0.5 * mean.square() * precision).sum(1, keepdim=True)
        return volumes + squares + crosses + centres


@torch.no_grad()
def align(
    z_p: Tensor, mean: Tensor, logs: Tensor, text_mask: Tensor, spec_mask: Tensor, guide: Tensor | None = None
) -> Tensor:
    """The most likely monotonic path that visits every symbol: float32 [B, 1, T_spec, T_text] of 0 and 1.

    z_p [B, C, T_spec]; mean, logs [B, C, T_text]; text_mask [B, 1, T_text]; spec_mask [B, 1, T_spec]; `guide`
    [B, T_spec, T_text] is a log-likelihood from elsewhere, added to the model's own.
    """
    from monotonic_align import maximum_path  # training only: speaking must not need the aligner

    mask = spec_mask.mT * text_mask  # [B, T_spec, T_text]
    scores = alignment_scores(z_p, mean, logs)
    return maximum_path(scores if guide is None else scores + guide, mask).unsqueeze(1)


def path_of_durations(frames: Tensor, size: int) -> Tensor:
    """The path that gives each symbol its whole number of frames: frames [B, 1, T_text] -> [B, 1, size, T_text]."""
    ends = frames.cumsum(-1).unsqueeze(2)  # [B, 1, 1, T_text]
    at = torch.arange(size, device=frames.device, dtype=frames.dtype)[:, None]
    return ((at >= ends - frames.unsqueeze(2)) & (at < ends)).float()


def spread(path: Tensor, stats: Tensor) -> Tensor:
    """Gives each frame the values of its symbol.

    path [B, 1, T_spec, T_text], stats [B, C, T_text] -> float32 [B, C, T_spec].
    """
    with full_precision(stats):
        return stats.float() @ path.squeeze(1).transpose(-1, -2)
