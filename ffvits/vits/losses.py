"""What training minimises; every loss is float32 whatever the model ran in."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ffvits.device import full_precision

WINDOWS = (512, 1024, 2048)  # samples


def kl_loss(z_p: Tensor, logs_q: Tensor, m_p: Tensor, logs_p: Tensor, mask: Tensor) -> Tensor:
    """KL divergence of posterior and prior, estimated from one sample, per frame; all [B, C, T], mask [B, 1, T]."""
    with full_precision(z_p):
        z_p, logs_q, m_p, logs_p = z_p.float(), logs_q.float(), m_p.float(), logs_p.float()
        kl = logs_p - logs_q - 0.5 + 0.5 * (z_p - m_p).square() * torch.exp(-2 * logs_p)
        return (kl * mask).sum() / mask.sum()


def duration_loss(per_clip: Tensor) -> Tensor:
    """The duration loss of a batch from that of its clips [B], as `Vits.forward` gives them."""
    return per_clip.float().sum()


def spectral_loss(real: Tensor, made: Tensor) -> Tensor:
    """Mean distance of log magnitudes through windows of three lengths; waves [B, T] both.

    After R. Yamamoto, E. Song & J. Kim, "Parallel WaveGAN", 2020, section 2.2. Long windows tell the harmonics apart,
    short ones the pulses.
    """
    with full_precision(made):
        return sum((_log_spectrum(real, n) - _log_spectrum(made, n)).abs().mean() for n in WINDOWS) / len(WINDOWS)


def _log_spectrum(wave: Tensor, size: int) -> Tensor:
    window = torch.hann_window(size, device=wave.device)
    spectrum = torch.stft(wave.float(), size, size // 4, window=window, return_complex=True)
    return torch.log(spectrum.real.square() + spectrum.imag.square() + 1e-6) / 2


def feature_loss(real: Sequence[Sequence[Tensor]], fake: Sequence[Sequence[Tensor]]) -> Tensor:
    """Twice the mean distance of the feature maps, summed over layers; the real ones are constants."""
    return 2 * sum(
        (of_real.detach().float() - of_fake.float()).abs().mean()
        for reals, fakes in zip(real, fake, strict=True)
        for of_real, of_fake in zip(reals, fakes, strict=True)
    )


def discriminator_loss(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Least squares: logits of real audio towards 1, of made audio towards 0 (Mao et al. 2017)."""
    return sum(
        (1 - of_real.float()).square().mean() + of_fake.float().square().mean()
        for of_real, of_fake in zip(real, fake, strict=True)
    )


def generator_loss(fake: Sequence[Tensor]) -> Tensor:
    """Least squares: logits of made audio towards 1."""
    return sum((1 - logits.float()).square().mean() for logits in fake)
