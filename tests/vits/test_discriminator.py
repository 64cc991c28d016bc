from __future__ import annotations

import warnings

import pytest
import torch
from torch.testing import assert_close

from ffvits.vits import DISCRIMINATORS, LiteDiscriminator, MultiPeriodDiscriminator, kind_of
from ffvits.vits.discriminator import PERIODS, PeriodDiscriminator, ScaleDiscriminator, SpectrogramDiscriminator


@pytest.fixture(scope="module")
def judges():
    torch.manual_seed(0)
    return MultiPeriodDiscriminator().eval()


@pytest.fixture(scope="module")
def audio():
    return torch.rand(2, 1, 1200, generator=torch.Generator().manual_seed(0)) - 0.5


def test_every_judge_says_its_name_in_order(judges, audio):
    heard = judges(audio)
    assert len(heard.logits) == len(heard.features) == 6
    assert [len(maps) for maps in heard.features] == [7, 6, 6, 6, 6, 6]
    for logits, maps in zip(heard.logits, heard.features, strict=True):
        assert torch.equal(logits.sort()[0], maps[-1].flatten(1).sort()[0])
    assert [maps[0].shape[-2] for maps in heard.features[1:]] == list(PERIODS)


@pytest.mark.parametrize("period", PERIODS)
def test_a_period_is_heard_as_that_many_signals(period):
    """Samples that are `period` apart share a column, and columns do not mix."""
    torch.manual_seed(0)
    judge = PeriodDiscriminator(period).eval()
    audio = torch.zeros(1, 1, 55 * period)
    audio[:, :, 3 % period :: period] = torch.randn(55)
    silence, heard = judge(torch.zeros_like(audio))[1], judge(audio)[1]
    changed = [(heard[i] - silence[i]).abs().amax((0, 1, 3)) > 0 for i in range(6)]
    assert all(columns.nonzero().flatten().tolist() == [3 % period] for columns in changed)


def test_lengths_that_no_period_divides_are_reflected(judges):
    audio = torch.rand(1, 1, 1201)
    eleven = judges.discriminators[5]
    missing = -1201 % 11
    reflected = torch.cat([audio, audio[:, :, -missing - 1 : -1].flip(2)], 2)
    assert torch.equal(eleven(audio)[0], eleven(reflected)[0])


def test_real_audio_can_be_heard_without_a_graph(judges, audio):
    with torch.no_grad():
        real = judges(audio)
    fake = judges(audio.clone().requires_grad_())
    assert not any(logits.requires_grad for logits in real.logits)
    assert all(logits.requires_grad for logits in fake.logits)
    for one, other in zip(real.logits, fake.logits, strict=True):
        assert_close(one, other)


def test_spectral_norm_keeps_its_published_names():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        judges = MultiPeriodDiscriminator(use_spectral_norm=True)
    names = set(judges.state_dict())
    for stem in ("discriminators.0.convs.5", "discriminators.1.conv_post"):
        assert {f"{stem}.{end}" for end in ("bias", "weight_orig", "weight_u", "weight_v")} <= names


def test_the_scale_judge_hears_every_sample():
    torch.manual_seed(0)
    judge = ScaleDiscriminator()
    audio = torch.zeros(1, 1, 1200, requires_grad=True)
    judge(audio)[0].sum().backward()
    assert (audio.grad != 0).all()


class TestLite:
    def test_it_is_small_and_its_state_tells_its_kind(self):
        sizes = {}
        for kind, build in DISCRIMINATORS.items():
            judges = build()
            sizes[kind] = sum(parameter.numel() for parameter in judges.parameters())
            assert kind_of(judges.state_dict()) == kind
        assert sizes["lite"] < 2e6 < 40e6 < sizes["published"]

    def test_every_judge_hears_every_sample(self):
        torch.manual_seed(0)
        judges = LiteDiscriminator()
        audio = (torch.rand(1, 1, 2200) - 0.5).requires_grad_()
        heard = judges(audio)
        assert len(heard.logits) == len(PERIODS) + 3
        for logits in heard.logits:
            audio.grad = None
            logits.sum().backward(retain_graph=True)
            assert (audio.grad != 0).all()

    def test_a_spectrogram_keeps_its_frames_and_halves_its_bins(self):
        maps = SpectrogramDiscriminator(512)(torch.zeros(1, 1, 1280))[1]
        assert [tuple(found.shape[2:]) for found in maps] == [(11, 129), (11, 65), (11, 33), (11, 17), (11, 17)]

    def test_silence_and_reduced_precision_give_numbers(self):
        audio = torch.zeros(1, 1, 2048, requires_grad=True)
        with torch.autocast("cpu", torch.bfloat16):
            heard = LiteDiscriminator()(audio)
        sum(logits.float().square().mean() for logits in heard.logits).backward()
        assert torch.isfinite(audio.grad).all()
