from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.testing import assert_close

from ffvits.vits import discriminator_loss, duration_loss, feature_loss, generator_loss, kl_loss, spectral_loss


def test_kl_is_that_of_the_gaussians_on_average():
    torch.manual_seed(0)
    shape = (1, 4, 1)
    m_q, m_p, logs_q, logs_p = (0.5 * torch.randn(shape) for _ in range(4))
    z = m_q + torch.exp(logs_q) * torch.randn(1, 4, 200_000)
    estimate = kl_loss(z, logs_q.expand_as(z), m_p.expand_as(z), logs_p.expand_as(z), torch.ones(1, 1, 200_000))
    exact = kl_divergence(Normal(m_q, logs_q.exp()), Normal(m_p, logs_p.exp())).sum()
    assert_close(estimate, exact, atol=0.02, rtol=0)


def test_kl_ignores_the_padding():
    torch.manual_seed(0)
    values = [torch.randn(2, 3, 7) for _ in range(4)]
    mask = (torch.arange(7) < torch.tensor([[7], [4]])).float().unsqueeze(1)
    expected = kl_loss(*values, mask)
    values[0][1, :, 4:] = 1e6
    assert_close(kl_loss(*values, mask), expected)


def test_adversarial_losses_by_hand():
    real = [torch.tensor([[1.0, 0.5]]), torch.tensor([[1.0]])]
    fake = [torch.tensor([[0.0, 1.0]]), torch.tensor([[2.0]])]
    assert discriminator_loss(real, fake).item() == pytest.approx((0 + 0.25) / 2 + 1 / 2 + 0 + 4)
    assert generator_loss(fake).item() == pytest.approx((1 + 0) / 2 + 1)


def test_feature_loss_by_hand_and_only_towards_the_made_audio():
    real = [[torch.ones(2, 2, requires_grad=True)], [torch.zeros(1, requires_grad=True), torch.ones(3)]]
    fake = [[torch.zeros(2, 2, requires_grad=True)], [torch.full((1,), 3.0, requires_grad=True), torch.ones(3)]]
    loss = feature_loss(real, fake)
    assert loss.item() == pytest.approx(2 * (1 + 3 + 0))
    loss.backward()
    assert real[0][0].grad is None and real[1][0].grad is None
    assert fake[0][0].grad is not None


def test_duration_loss_is_the_sum():
    assert duration_loss(torch.tensor([1.5, 2.0], dtype=torch.bfloat16)).item() == 3.5


def test_half_precision_is_summed_in_float32():
    many = torch.full((1, 100_000), 0.1, dtype=torch.bfloat16)
    exact = many.float()
    for loss in (
        generator_loss([many]) - generator_loss([exact]),
        discriminator_loss([many], [many]) - discriminator_loss([exact], [exact]),
        feature_loss([[many]], [[many + 1]]) - feature_loss([[exact]], [[(many + 1).float()]]),
    ):
        assert loss.dtype == torch.float32 and loss.item() == 0
    with torch.autocast("cpu", torch.bfloat16):
        z = torch.randn(1, 2, 3)
        assert kl_loss(z, z, z, z, torch.ones(1, 1, 3)).dtype == torch.float32


def test_different_numbers_of_judges_are_an_error():
    with pytest.raises(ValueError):
        discriminator_loss([torch.zeros(1, 1)], [])


def test_the_spectral_loss_hears_pitch_noise_and_loudness_and_no_phase():
    torch.manual_seed(0)
    at = torch.arange(8192) / 22050
    tone = 0.1 * sum(torch.sin(2 * torch.pi * 200 * k * at) for k in range(1, 20))[None]
    late = 0.1 * sum(torch.sin(2 * torch.pi * 200 * k * at + 0.7 * k) for k in range(1, 20))[None]
    higher = 0.1 * sum(torch.sin(2 * torch.pi * 215 * k * at) for k in range(1, 20))[None]
    noisy = tone + 0.02 * torch.randn(1, 8192)
    assert spectral_loss(tone, tone) == 0
    other = spectral_loss(tone, late)
    assert all(spectral_loss(tone, changed) > 3 * other for changed in (higher, noisy))
    # A tenth in loudness, which the logarithm of an amplitude says: log(1.1), but for the floor under what is silent.
    assert 0.5 * math.log(1.1) < float(spectral_loss(tone, 1.1 * tone)) < 1.01 * math.log(1.1)


def test_the_spectral_loss_of_a_batch_is_the_mean_of_its_rows():
    torch.manual_seed(0)
    real, made = torch.randn(2, 3, 4096).unbind(0)
    rows = torch.stack([spectral_loss(real[i : i + 1], made[i : i + 1]) for i in range(3)])
    assert_close(spectral_loss(real, made), rows.mean())
