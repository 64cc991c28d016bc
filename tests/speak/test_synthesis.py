"""How a phrase is cut into tiles: soon begun, without gaps, and none too long or too short."""

from itertools import pairwise

import pytest
import torch
from torch import nn

from ffvits.speak.synthesis import LAST_TILE, Pace, ends, pace
from ffvits.vits import VitsConfig
from ffvits.vits.decoder import Decoder, work

LITE = VitsConfig(
    222, 513, 32, 96, 96, resblock="2", resblock_kernel_sizes=(3, 5, 7),
    resblock_dilation_sizes=((1, 2), (2, 6), (3, 12)), upsample_rates=(8, 8, 4), upsample_initial_channel=192,
    upsample_kernel_sizes=(16, 16, 8),
)  # fmt: skip


@pytest.mark.parametrize("growth", [2, 4])
@pytest.mark.parametrize("first", [8, 12, 16])
@pytest.mark.parametrize("total", [1, 7, 16, 17, 40, 399, 433, 453, 1355, 20_000])
def test_tiles_reach_the_end_and_grow_no_faster_than_they_sound(total, first, growth):
    found = [0, *ends(total, Pace(first, growth, ahead=8))]
    assert found[-1] == total
    sizes = [end - start for start, end in pairwise(found)]
    assert sizes[0] == total if total < 2 * first else sizes[0] == first
    assert max(sizes) <= LAST_TILE + first
    for before, size in zip(found[1:], sizes[1:], strict=False):
        assert first <= size <= growth * before + first
    assert len(sizes) <= 6 + total / LAST_TILE


def test_a_light_decoder_begins_with_fewer_frames():
    assert pace(work(LITE)).first < pace(work(VitsConfig())).first


@pytest.mark.parametrize("config", [VitsConfig(), LITE], ids=["published", "lite"])
def test_work_counts_what_the_decoder_multiplies(config):
    """Against the multiplications that each convolution does for 20 frames."""
    counted = 0

    def count(module, given, made):
        nonlocal counted
        # A transposed convolution multiplies for each column it reads, the others for each that they make.
        columns = given[0].shape[-1] if "Transpose" in type(module).__name__ else made.shape[-1]
        counted += columns * module.weight_v.numel() if hasattr(module, "weight_v") else columns * module.weight.numel()

    with torch.device("meta"):
        decoder = Decoder(config)
        for module in decoder.modules():
            if isinstance(module, nn.Conv1d | nn.ConvTranspose1d):
                module.register_forward_hook(count)
        decoder(torch.empty(1, config.inter_channels, 20))
    assert counted == 20 * work(config)
