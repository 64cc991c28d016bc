from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from ffvits.vits.layers import (
    DilatedSeparableConv,
    NormedColumnConv2d,
    NormedConv1d,
    NormedRowConv1d,
    NormedRowConvTranspose1d,
    WaveNet,
    as_row,
    fuse_weight_norm,
    noise_like,
    sequence_mask,
    settled_weights,
)

CONVOLUTIONS = [
    (NormedConv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2), (2, 4, 19)),
    (NormedConv1d(4, 6, 1, bias=False), (2, 4, 7)),
    (NormedColumnConv2d(3, 5, (5, 1), stride=(3, 1), padding=(2, 0)), (2, 3, 2, 20)),
    (NormedRowConv1d(4, 6, 7, padding=9, dilation=3), (2, 4, 1, 19)),
    (NormedRowConvTranspose1d(4, 6, 16, 8, padding=4), (2, 4, 1, 5)),
]
each_convolution = pytest.mark.parametrize(("conv", "shape"), CONVOLUTIONS, ids=lambda value: type(value).__name__)


def _torch_reference(conv: nn.Module) -> nn.Module:
    """The same convolution under torch's own, deprecated weight_norm: the origin of the published names."""
    plain = conv.plain()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        reference = nn.utils.weight_norm(plain)
    reference.load_state_dict(conv.state_dict(), strict=True)
    return reference


@each_convolution
def test_names_output_and_gradients_are_those_of_old_weight_norm(conv, shape):
    reference = _torch_reference(conv)
    assert list(reference.state_dict()) == list(conv.state_dict())
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    assert_close(conv(x), reference(x))
    conv.zero_grad()
    conv(x).square().sum().backward()
    reference(x).square().sum().backward()
    for ours, theirs in zip(conv.parameters(), reference.parameters(), strict=True):
        assert_close(ours.grad, theirs.grad)


@each_convolution
def test_a_plain_convolution_says_the_same(conv, shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    plain = conv.plain()
    assert type(plain) is conv.plain_type
    assert torch.equal(plain(x), conv(x))


@each_convolution
def test_a_fresh_convolution_starts_with_the_weight_of_a_plain_one(conv, shape):
    torch.manual_seed(5)
    arguments = {"groups": conv.groups, "bias": conv.bias is not None}
    fresh = type(conv)(conv.in_channels, conv.out_channels, conv.kernel_size, **arguments)
    torch.manual_seed(5)
    plain = conv.plain_type(conv.in_channels, conv.out_channels, conv.kernel_size, **arguments)
    assert_close(fresh.normed_weight(), plain.weight)


def test_fusing_reaches_every_depth():
    model = nn.ModuleDict({"near": NormedConv1d(1, 1, 1), "far": nn.Sequential(nn.Sequential(NormedConv1d(1, 2, 1)))})
    names = [name.replace("weight_g", "weight") for name in model.state_dict() if not name.endswith("weight_v")]
    fuse_weight_norm(model)
    assert sorted(model.state_dict()) == sorted(names)


@each_convolution
@pytest.mark.parametrize("reduced", [False, True])
def test_settled_weights_convolve_alike_and_learn_again_afterwards(conv, shape, reduced):
    x = torch.randn(shape)
    with torch.autocast("cpu", torch.bfloat16, enabled=reduced):
        usual = conv(x)
        with settled_weights(nn.Sequential(conv)):
            settled = conv(x)
            # The same weight in every pass, though something else changes it meanwhile: it is made once.
            with torch.no_grad():
                conv.weight_v.mul_(-1)
            again = conv(x)
            with torch.no_grad():
                conv.weight_v.mul_(-1)
    assert settled.dtype == usual.dtype
    assert_close(settled, usual)
    assert_close(again, settled)
    conv.zero_grad()
    conv(x).sum().backward()
    assert conv.weight_v.grad is not None
    conv.zero_grad()


def test_settled_weights_are_forgotten_after_an_error():
    conv = NormedConv1d(2, 2, 1)
    with pytest.raises(RuntimeError, match="memory"), settled_weights(conv):
        raise RuntimeError("out of memory")
    with torch.no_grad():
        conv.weight_g.mul_(2)
    assert_close(conv.normed_weight(), conv.weight_g * conv.weight_v / conv.weight_v.norm(dim=(1, 2), keepdim=True))


def test_sequence_mask():
    assert sequence_mask(torch.tensor([0, 2, 3]), 3).tolist() == [[[0, 0, 0]], [[1, 1, 0]], [[1, 1, 1]]]


def test_noise_is_float32_and_follows_its_generator():
    x = torch.empty(2, 3, dtype=torch.bfloat16)
    first = noise_like(x, torch.Generator().manual_seed(7))
    assert first.dtype == torch.float32 and first.shape == x.shape
    assert torch.equal(first, noise_like(x, torch.Generator().manual_seed(7)))
    torch.manual_seed(7)
    assert torch.equal(first, noise_like(x))


@pytest.mark.parametrize("build", [lambda: WaveNet(8, 5, 3, 4), lambda: DilatedSeparableConv(8, 3, 3)])
def test_padding_changes_nothing(build):
    torch.manual_seed(0)
    model = build().eval()
    x = torch.randn(1, 8, 12)
    g = torch.randn(1, 4, 1) if isinstance(model, WaveNet) else torch.randn(1, 8, 1)
    padded = torch.cat([x, torch.zeros(1, 8, 9)], dim=2)
    alone = model(x, sequence_mask(torch.tensor([12]), 12), g)
    beside = model(padded, sequence_mask(torch.tensor([12]), 21), g)
    assert_close(beside[:, :, :12], alone, atol=1e-6, rtol=0)
    assert beside[:, :, 12:].abs().max() == 0


def _last(row: torch.Tensor) -> bool:
    return row.is_contiguous(memory_format=torch.channels_last) and not row.is_contiguous()


def test_a_row_lies_as_its_precision_is_convolved():
    x = torch.randn(2, 8, 5)
    assert _last(as_row(x.bfloat16())) and _last(as_row(x, last=True))
    assert not _last(as_row(x))
    with torch.autocast("cpu", torch.bfloat16):
        assert _last(as_row(x))
    for row in (as_row(x), as_row(x, last=True)):
        assert torch.equal(row, x.unsqueeze(2))
