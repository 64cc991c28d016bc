"""Monotonic rational-quadratic splines (Durkan et al. 2019, "Neural Spline Flows"), the identity outside their box."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

BOUND = 5.0  # the spline lives on [-BOUND, BOUND] in both directions
MIN_BIN = 1e-3  # least width and height of a bin, as a share of the box
MIN_SLOPE = 1e-3  # least derivative at a knot


def rational_quadratic(x: Tensor, widths: Tensor, heights: Tensor, slopes: Tensor) -> tuple[Tensor, Tensor]:
    """Bends `x` by the spline; returns the result and the logarithm of the derivative.

    x [...] float32; widths, heights [..., K] and slopes [..., K-1] are unconstrained, K bins. Equations 4 and 5.
    """
    inside = (x >= -BOUND) & (x <= BOUND)
    # Outside the box the formula still runs, on a value it can take; its result is not used.
    safe = x.clamp(-BOUND, BOUND)
    spline = _Bins(widths, heights, slopes)
    at = spline.find(safe, spline.x)
    t = (safe - at.x) / at.width
    mixed = t * (1 - t)
    under = at.slope + (at.left + at.right - 2 * at.slope) * mixed
    bent = at.y + at.height * (at.slope * t**2 + at.left * mixed) / under
    steep = at.slope**2 * (at.right * t**2 + 2 * at.slope * mixed + at.left * (1 - t) ** 2)
    log_slope = torch.log(steep) - 2 * torch.log(under)
    return torch.where(inside, bent, x), torch.where(inside, log_slope, 0.0)


def rational_quadratic_inverse(y: Tensor, widths: Tensor, heights: Tensor, slopes: Tensor) -> Tensor:
    """Solves `rational_quadratic(x, ...) = y` for x; shapes as there. Equations 6 to 8."""
    inside = (y >= -BOUND) & (y <= BOUND)
    safe = y.clamp(-BOUND, BOUND)
    spline = _Bins(widths, heights, slopes)
    at = spline.find(safe, spline.y)
    rise = safe - at.y
    curve = rise * (at.left + at.right - 2 * at.slope)
    a = at.height * (at.slope - at.left) + curve
    b = at.height * at.left - curve
    c = -at.slope * rise
    # This form of the root stays exact where a is near zero.
    t = 2 * c / (-b - torch.sqrt((b**2 - 4 * a * c).clamp(min=0)))
    return torch.where(inside, t * at.width + at.x, y)


class _Bin:
    """The bin in which each value lies, all [...]: corner (x, y), size, slope of its diagonal, slopes at both ends."""

    def __init__(self, spline: _Bins, index: Tensor) -> None:
        index = index.unsqueeze(-1)
        self.x, right_x = _pick(spline.x, index), _pick(spline.x, index + 1)
        self.y, right_y = _pick(spline.y, index), _pick(spline.y, index + 1)
        self.left, self.right = _pick(spline.slopes, index), _pick(spline.slopes, index + 1)
        self.width, self.height = right_x - self.x, right_y - self.y
        self.slope = self.height / self.width


class _Bins:
    """Knots x, y [..., K+1] from -BOUND to BOUND and the slopes at them [..., K+1]; 1 at both ends."""

    def __init__(self, widths: Tensor, heights: Tensor, slopes: Tensor) -> None:
        self.x, self.y = _knots(widths), _knots(heights)
        # softplus(ends) + MIN_SLOPE = 1, so that the spline meets the identity smoothly.
        ends = math.log(math.exp(1 - MIN_SLOPE) - 1)
        self.slopes = MIN_SLOPE + F.softplus(F.pad(slopes, (1, 1), value=ends))

    def find(self, value: Tensor, knots: Tensor) -> _Bin:
        """The bin that holds each value, `knots` being self.x or self.y."""
        # The inner knots alone decide, so the index cannot leave 0..K-1.
        return _Bin(self, (value.unsqueeze(-1) >= knots[..., 1:-1]).sum(-1))


def _knots(sizes: Tensor) -> Tensor:
    bins = sizes.shape[-1]
    shares = MIN_BIN + (1 - MIN_BIN * bins) * F.softmax(sizes, dim=-1)
    inner = 2 * BOUND * shares.cumsum(-1)[..., :-1] - BOUND
    return F.pad(F.pad(inner, (1, 0), value=-BOUND), (0, 1), value=BOUND)


def _pick(values: Tensor, index: Tensor) -> Tensor:
    return values.gather(-1, index).squeeze(-1)
