from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from ffvits.vits.spline import BOUND, rational_quadratic, rational_quadratic_inverse


def _knobs(seed: int, shape: tuple[int, ...], scale: float, dtype=torch.float32):
    draw = torch.Generator().manual_seed(seed)
    return [scale * torch.randn(*shape, bins, generator=draw, dtype=dtype) for bins in (10, 10, 9)]


@settings(max_examples=50)
@given(seed=st.integers(0, 2**31), scale=st.floats(0, 3))
def test_the_inverse_undoes_it(seed, scale):
    x = torch.linspace(-7, 7, 301, dtype=torch.float64)
    knobs = _knobs(seed, (301,), scale, torch.float64)
    y, _ = rational_quadratic(x, *knobs)
    assert_close(rational_quadratic_inverse(y, *knobs), x, atol=1e-6, rtol=0)


@settings(max_examples=50)
@given(seed=st.integers(0, 2**31), scale=st.floats(0, 3))
def test_it_rises_and_meets_the_identity_at_its_bounds(seed, scale):
    x = torch.linspace(-6, 6, 1201, dtype=torch.float64)
    knobs = [knob.expand(1201, -1) for knob in _knobs(seed, (1,), scale, torch.float64)]
    y, _ = rational_quadratic(x, *knobs)
    assert (y.diff() > 0).all()
    outside = x.abs() >= BOUND
    assert_close(y[outside], x[outside])


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
def test_the_logarithm_of_its_slope_is_that_of_autograd(scale):
    x = torch.linspace(-6, 6, 240, dtype=torch.float64, requires_grad=True)
    y, log_slope = rational_quadratic(x, *_knobs(3, (240,), scale, torch.float64))
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert_close(log_slope, slope.log(), atol=1e-9, rtol=0)


def test_equal_bins_and_the_slopes_of_rest_are_the_identity():
    # softplus(x) + 0.001 = 1
    rest = torch.tensor(1 - 1e-3).expm1().log()
    x = torch.linspace(-6, 6, 50)
    y, log_slope = rational_quadratic(x, torch.zeros(50, 10), torch.zeros(50, 10), rest.expand(50, 9))
    assert_close(y, x, atol=1e-5, rtol=0)
    assert_close(log_slope, torch.zeros(50), atol=1e-5, rtol=0)


@pytest.mark.parametrize("extreme", [1e4, -1e4, 1e30, -1e30])
def test_extremes_stay_finite_with_finite_gradients(extreme):
    knobs = [torch.full((4, bins), 0.0, requires_grad=True) for bins in (10, 10, 9)]
    x = torch.tensor([extreme, -5.0, 5.0, 0.0], requires_grad=True)
    y, log_slope = rational_quadratic(x, *knobs)
    (y.sum() + log_slope.sum()).backward()
    assert torch.isfinite(y).all() and torch.isfinite(log_slope).all()
    assert all(torch.isfinite(tensor.grad).all() for tensor in [x, *knobs])
    assert torch.isfinite(rational_quadratic_inverse(x, *knobs)).all()
