from __future__ import annotations

import math

import pytest
import torch
from torch.testing import assert_close

from ffvits.vits.attention import WINDOW, RelativeAttention, Transformer
from ffvits.vits.layers import sequence_mask


def _cell_by_cell(attention: RelativeAttention, x: torch.Tensor, length: int) -> torch.Tensor:
    """The formula of Shaw et al. (2018), equations 3 and 4, for one item [C, T], written as loops."""
    channels, size = x.shape
    head = channels // attention.n_heads
    q, k, v = (conv(x[None])[0] for conv in (attention.conv_q, attention.conv_k, attention.conv_v))
    out = torch.zeros_like(x)
    for h in range(attention.n_heads):
        rows = slice(h * head, (h + 1) * head)
        for i in range(size):
            scores = torch.full((size,), -math.inf)
            for j in range(length):
                key = k[rows, j]
                if abs(j - i) <= WINDOW:
                    key = key + attention.emb_rel_k[0, j - i + WINDOW]
                scores[j] = q[rows, i] @ key / math.sqrt(head)
            weights = scores.softmax(0)
            for j in range(length):
                value = v[rows, j]
                if abs(j - i) <= WINDOW:
                    value = value + attention.emb_rel_v[0, j - i + WINDOW]
                out[rows, i] += weights[j] * value
    return attention.conv_o(out[None])[0]


@pytest.mark.parametrize(("size", "length"), [(1, 1), (2, 2), (4, 3), (5, 5), (9, 9), (14, 11)])
def test_attention_against_the_formula(size, length):
    torch.manual_seed(size)
    attention = RelativeAttention(12, 3, 0.0)
    x = torch.randn(1, 12, size)
    attendable = sequence_mask(torch.tensor([length]), size).unsqueeze(1) > 0
    with torch.no_grad():
        ours = attention(x, attendable)[0]
        assert_close(ours, _cell_by_cell(attention, x[0], length), atol=1e-5, rtol=0)


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4])
def test_padding_changes_nothing(kernel_size):
    torch.manual_seed(0)
    model = Transformer(8, 16, 2, 2, kernel_size, 0.1).eval()
    x = torch.randn(1, 8, 7)
    alone = model(x, sequence_mask(torch.tensor([7]), 7))
    beside = model(torch.cat([x, torch.randn(1, 8, 5)], 2), sequence_mask(torch.tensor([7]), 12))
    assert_close(beside[:, :, :7], alone, atol=1e-6, rtol=0)
    assert beside[:, :, 7:].abs().max() == 0
