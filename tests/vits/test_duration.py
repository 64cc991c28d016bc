from __future__ import annotations

import pytest
import torch
from torch.testing import assert_close

from ffvits.vits import duration
from ffvits.vits.duration import DurationPredictor, ElementwiseAffine, SplineCoupling, StochasticDurationPredictor
from ffvits.vits.layers import sequence_mask

# The published code's negative log-likelihood of the durations in mas.path, with every draw of noise set to a constant.
PUBLISHED_LOSS = [
    ("single_sdp", 0.0, [50.61164093017578, 40.37162780761719]),
    ("single_sdp", 0.7, [21.796607971191406, 16.954200744628906]),
    ("multi_sdp", 0.0, [64.60401916503906, 50.822303771972656]),
    ("multi_sdp", 0.7, [36.4688606262207, 28.930871963500977]),
]


@pytest.mark.parametrize(("name", "noise", "expected"), PUBLISHED_LOSS)
def test_loss_of_the_published_code(golden, monkeypatch, name, noise, expected):
    monkeypatch.setattr(duration, "noise_like", lambda x, generator: torch.full(x.shape, noise))
    case = golden.small(name)
    frames = case.io["mas.path"].sum(1, keepdim=True)
    with torch.no_grad():
        loss = case.model.dp.loss(case.io["enc_p.h"], case.io["enc_p.mask"], frames, case.speaker)
    # Sums of some 300 terms around 50: float32 gives six digits.
    assert_close(loss, torch.tensor(expected), atol=5e-5, rtol=0)


def _randomised(step: torch.nn.Module) -> torch.nn.Module:
    with torch.no_grad():
        for parameter in step.parameters():
            parameter.normal_(0, 0.3)
    return step.double()


@pytest.mark.parametrize("build", [lambda: SplineCoupling(6), lambda: ElementwiseAffine(2)])
def test_steps_of_the_flow_are_invertible_and_know_their_determinant(build):
    torch.manual_seed(0)
    step, x, g = _randomised(build()), torch.randn(1, 2, 5).double(), torch.randn(1, 6, 5).double()
    mask = torch.tensor([[[1.0, 1, 1, 1, 0]]]).double()
    x = x * mask
    y, log_det = step(x, mask, g)
    assert_close(step.inverse(y, mask, g), x, atol=1e-4, rtol=0)
    jacobian = torch.autograd.functional.jacobian(lambda value: step(value, mask, g)[0].flatten(), x).flatten(1)
    inside = mask.expand(1, 2, 5).flatten() > 0
    # The knobs pass through float32 on their way to the spline.
    assert_close(log_det, jacobian[inside][:, inside].slogdet().logabsdet[None], atol=1e-5, rtol=0)


def test_a_generator_makes_draws_repeatable_and_the_scale_calms_them():
    torch.manual_seed(0)
    predictor = StochasticDurationPredictor(8, gin_channels=4).eval()
    x, mask, g = torch.randn(2, 8, 6), sequence_mask(torch.tensor([6, 4]), 6), torch.randn(2, 4, 1)

    def draw(seed, scale=0.8):
        return predictor.predict(x, mask, g, scale, torch.Generator().manual_seed(seed))

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))
    assert torch.equal(draw(1, 0.0), draw(2, 0.0))
    assert draw(1)[1, 0, 4:].abs().max() == 0


@pytest.mark.parametrize(
    "predictor",
    [StochasticDurationPredictor(8, gin_channels=4), DurationPredictor(8, 16, 3, 0.5, gin_channels=4)],
    ids=lambda p: type(p).__name__,
)
def test_no_gradient_goes_back_into_text_or_speaker(predictor):
    x, g = torch.randn(2, 8, 6, requires_grad=True), torch.randn(2, 4, 1, requires_grad=True)
    predictor.loss(x, sequence_mask(torch.tensor([6, 4]), 6), torch.ones(2, 1, 6), g).sum().backward()
    assert x.grad is None and g.grad is None
    assert all(parameter.grad is not None for parameter in predictor.parameters())


def test_the_stochastic_predictor_learns_durations():
    torch.manual_seed(0)
    predictor = StochasticDurationPredictor(8, p_dropout=0.0)
    x, mask = torch.randn(4, 8, 12), torch.ones(4, 1, 12)
    frames = (3 + 4 * (x[:, :1] > 0)).float()
    optimizer = torch.optim.Adam(predictor.parameters(), 2e-3)
    losses = []
    for _ in range(40):
        loss = predictor.loss(x, mask, frames).sum() / mask.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-10:]) < sum(losses[:10]) - 5
