from __future__ import annotations

import pytest
import torch

from ffvits.vits.config import VitsConfig
from ffvits.vits.decoder import Decoder
from ffvits.vits.layers import as_row

SMALL = {"upsample_initial_channel": 32, "inter_channels": 8, "n_vocab": 5}


def _steps_back(tensor: torch.Tensor) -> set[str]:
    """The names of everything that autograd will go through from here."""
    seen, left = set(), [tensor.grad_fn]
    while left:
        step = left.pop()
        if step is not None and step not in seen:
            seen.add(step)
            left += [before for before, _ in step.next_functions]
    return {type(step).__name__ for step in seen}


@pytest.mark.parametrize("resblock", ["1", "2"])
def test_training_cuts_nothing_off(resblock):
    """Each slice would be laid out anew in the backward pass, against the order of the convolutions around it."""
    decoder = Decoder(VitsConfig(resblock=resblock, **SMALL))
    z = torch.randn(2, 8, 4)
    assert not {"SliceBackward0", "CopySlices"} & _steps_back(decoder(z))
    assert "SliceBackward0" in _steps_back(decoder(z, None, 1, 0))


def test_surroundings_are_given_back_as_numbers_or_tensors():
    decoder = Decoder(VitsConfig(**SMALL)).eval()
    z = torch.randn(1, 8, 12)
    with torch.inference_mode():
        whole = decoder(z)
        for none in (0, torch.tensor(0)):
            torch.testing.assert_close(decoder(z, None, none, none), whole)
        torch.testing.assert_close(decoder(z, None, torch.tensor(3), torch.tensor(2)), decoder(z, None, 3, 2))


@pytest.mark.parametrize(("wide", "learns", "last"), [(True, True, True), (False, True, False), (False, False, True)])
def test_the_layout_is_the_one_that_the_processor_likes(monkeypatch, wide, learns, last):
    """Gradients without AVX-512 want rows as they come; whatever the layout, the sound is the same."""
    asked = []
    monkeypatch.setattr("ffvits.vits.decoder.multiplies_wide", lambda: wide)
    monkeypatch.setattr("ffvits.vits.decoder.as_row", lambda x, last: asked.append(last) or as_row(x, last))
    decoder = Decoder(VitsConfig(**SMALL))
    z = torch.randn(2, 8, 4)
    with torch.set_grad_enabled(learns):
        heard = decoder(z)
    assert asked == [last]
    monkeypatch.setattr("ffvits.vits.decoder.as_row", lambda x, _: as_row(x, not last))
    torch.testing.assert_close(decoder(z), heard)
