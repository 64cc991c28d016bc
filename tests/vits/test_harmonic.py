"""The harmonic decoder: as high as the melody says, the same in pieces as in one, and a filter that is one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from ffvits.audio.pitch import track
from ffvits.audio.sound import Sound
from ffvits.errors import BaseError
from ffvits.vits import Vits, VitsConfig
from ffvits.vits.harmonic import _bases, _shaped
from ffvits.vits.source import MIDDLE, Excitation, Melody, sung

HOP, RATE = 256, 22050
PLAIN = VitsConfig(
    n_vocab=20,
    spec_channels=33,
    segment_frames=8,
    inter_channels=16,
    hidden_channels=16,
    filter_channels=32,
    n_layers=2,
    upsample_rates=(8, 8, 4),
    upsample_initial_channel=16,
    upsample_kernel_sizes=(16, 16, 8),
    gin_channels=8,
    n_speakers=2,
)
FOLDED = 2 * HOP + 1  # bins


def held(hz: float, frames: int) -> Melody:
    octaves = torch.full((1, 1, frames), float(np.log2(hz * HOP / RATE / MIDDLE)))
    return Melody(octaves, torch.full((1, 1, frames), 20.0))


@pytest.fixture
def model() -> Vits:
    """Untrained; its filters differ from frame to frame as a trained one's do."""
    torch.manual_seed(0)
    made = Vits(PLAIN.with_harmonic_decoder()).eval()
    torch.nn.init.normal_(made.dec.proj.weight, 0.0, 0.05)
    return made


@torch.no_grad()
@pytest.mark.parametrize("hz", [90.0, 140.0, 172.3, 230.0, 258.4, 310.0])
def test_the_voice_is_as_high_as_the_melody_says(model, hz):
    """Also between two multiples of the rate of the frames, 86 Hz, and on them."""
    z, g = 0.3 * torch.randn(1, 16, 80), model.speaker(torch.tensor([1]))
    model.dec.proj.bias[:FOLDED] -= torch.arange(FOLDED) / 64  # fainter towards the top, as every voice is
    model.dec.proj.bias[FOLDED:] = -8.0  # hardly any breath
    sound = model.dec(model.latent(z, torch.ones(1, 1, 80), g, held(hz, 80)), g)[0, 0].numpy()
    found = track(Sound(sound / np.abs(sound).max(), RATE))
    assert np.median(found.hz[found.voiced]) == pytest.approx(hz, rel=0.01)


@torch.no_grad()
def test_a_stretch_is_decoded_as_in_the_whole(model):
    z, g = torch.randn(1, 16, 70), model.speaker(torch.tensor([0]))
    latent = model.latent(z, torch.ones(1, 1, 70), g)
    reach = model.dec.reach.frames
    whole = model.dec(latent, g)
    part = model.dec(latent[..., 30 - reach : 40 + reach], g, reach, reach)
    assert_close(part, whole[..., 30 * HOP : 40 * HOP], atol=1e-5, rtol=0)


@torch.no_grad()
def test_it_looks_as_far_as_it_says(model):
    """Weights that let everything through, so that the farthest frame counts."""
    for block in model.dec.blocks:
        block.over_time.weight.fill_(1.0)
    z = torch.zeros(1, 16, 60)
    latent = model.latent(z, torch.ones(1, 1, 60), None, held(200.0, 60))
    changed = latent.clone()
    changed[:, :16, 30] = torch.randn(16)
    moved = (model.dec(latent) - model.dec(changed)).abs()[0, 0].unflatten(0, (60, HOP)).amax(1)
    frames = (moved > 0).nonzero().flatten()
    assert 30 - frames.min() <= model.dec.reach.frames
    assert frames.max() - 30 == model.dec.reach.frames


@torch.no_grad()
def test_rows_of_a_batch_are_the_rows_alone(model):
    g = model.speaker(torch.tensor([0, 1]))
    latents = [model.latent(torch.randn(1, 16, n), torch.ones(1, 1, n), g[i : i + 1]) for i, n in enumerate((40, 23))]
    padded = torch.cat([latents[0], torch.nn.functional.pad(latents[1], (0, 17))])
    mask = (torch.arange(40) < torch.tensor([[40], [23]])).unsqueeze(1).float()
    together = model.dec(padded, g, mask=mask)
    assert_close(together[:1], model.dec(latents[0], g[:1]), atol=1e-5, rtol=0)
    assert_close(together[1:, :, : 23 * HOP], model.dec(latents[1], g[1:]), atol=1e-5, rtol=0)


class TestFilter:
    frames = 40

    def waves(self) -> torch.Tensor:
        return Excitation(HOP)(sung(held(190.0, self.frames)))

    def test_a_filter_that_passes_everything_changes_nothing(self):
        waves = self.waves()
        loud = torch.zeros(1, 2 * FOLDED, self.frames)
        for wave in (0, 1):
            loud[:] = 0
            loud[:, (1 - wave) * FOLDED : (2 - wave) * FOLDED] = -60.0  # the other one
            made = _shaped(waves, loud, None, HOP)
            assert_close(made[0, 0, HOP:-HOP], waves[0, wave, HOP:-HOP], atol=1e-4, rtol=0)

    @pytest.mark.parametrize("centre", [500.0, 1500.0])
    def test_a_formant_is_heard_where_it_was_asked_for(self, centre):
        at = torch.arange(FOLDED) * RATE / (4 * HOP)
        loud = torch.full((1, 2 * FOLDED, self.frames), -60.0)
        loud[0, :FOLDED] = (-(((at - centre) / 300) ** 2)).clamp(min=-8)[:, None]
        made = _shaped(self.waves(), loud, None, HOP)[0, 0, 4 * HOP : -4 * HOP].numpy()
        power = np.abs(np.fft.rfft(made)) ** 2
        hertz = np.fft.rfftfreq(len(made), 1 / RATE)
        assert (power * hertz).sum() / power.sum() == pytest.approx(centre, rel=0.05)

    def test_what_rings_rings_after_its_cause(self):
        """A pulse through a resonance: nearly all of it comes after the pulse (minimum phase)."""
        waves = torch.zeros(1, 2, 12 * HOP)
        waves[0, 0, 6 * HOP] = 1.0
        at = torch.arange(FOLDED) * RATE / (4 * HOP)
        loud = torch.full((1, 2 * FOLDED, 12), -60.0)
        loud[0, :FOLDED] = (3 - ((at - 800.0).abs() / 100)).clamp(min=-2)[:, None]
        power = _shaped(waves, loud, None, HOP)[0, 0].square()
        assert power[: 6 * HOP].sum() < 0.01 * power.sum()

    def test_its_phase_is_that_of_a_minimum_phase_filter(self):
        """Of 1 - a/z, whose phase is known in closed form."""
        _, _, phase = _bases(HOP, torch.device("cpu"))
        turn = torch.exp(-2j * torch.pi * torch.arange(FOLDED) / (4 * HOP))
        wanted = 1 - 0.9 * turn
        assert_close(torch.log(wanted.abs()) @ phase, wanted.angle(), atol=1e-3, rtol=0)


def test_a_decoder_that_does_not_exist_is_refused():
    with pytest.raises(BaseError, match="hifigan"):
        replace(PLAIN, decoder="wavenet")


def test_its_config_survives_a_file(model):
    assert VitsConfig.from_dict(model.config.to_dict()) == model.config
    assert model.config.sings and not PLAIN.sings
