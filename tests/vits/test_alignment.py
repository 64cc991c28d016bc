from __future__ import annotations

import torch
from torch.distributions import Normal
from torch.testing import assert_close

from ffvits.vits.alignment import align, alignment_scores, path_of_durations, spread


def test_scores_are_log_likelihoods():
    torch.manual_seed(0)
    z, mean, logs = torch.randn(2, 5, 7), torch.randn(2, 5, 4), 0.3 * torch.randn(2, 5, 4)
    expected = Normal(mean[:, :, None], logs.exp()[:, :, None]).log_prob(z[:, :, :, None]).sum(1)
    assert_close(alignment_scores(z, mean, logs), expected, atol=1e-4, rtol=0)


def test_alignment_runs_in_float32_and_without_a_graph_under_autocast():
    torch.manual_seed(0)
    z, mean, logs = (torch.randn(1, 5, size, requires_grad=True) for size in (9, 4, 4))
    masks = torch.ones(1, 1, 4), torch.ones(1, 1, 9)
    exact = align(z, mean, logs, *masks)
    with torch.autocast("cpu", torch.bfloat16):
        scores, path = alignment_scores(z, mean, logs), align(z, mean, logs, *masks)
    assert scores.dtype == torch.float32 and not scores.requires_grad
    assert torch.equal(path, exact) and path.shape == (1, 1, 9, 4)


def test_frames_that_match_a_symbol_go_to_it():
    mean = torch.eye(3)[None] * 10
    frames = torch.tensor([0, 0, 1, 2, 2, 2])
    path = align(mean[:, :, frames], mean, torch.zeros(1, 3, 3), torch.ones(1, 1, 3), torch.ones(1, 1, 6))
    assert path[0, 0].argmax(1).tolist() == frames.tolist()


def test_a_guide_outweighs_the_scores_it_is_added_to():
    torch.manual_seed(0)
    values = torch.randn(1, 5, 6), torch.randn(1, 5, 3), torch.zeros(1, 5, 3), torch.ones(1, 1, 3), torch.ones(1, 1, 6)
    wanted = path_of_durations(torch.tensor([[[1.0, 4, 1]]]), 6)
    assert torch.equal(align(*values, guide=1000 * wanted[:, 0]), wanted)
    assert torch.equal(align(*values, guide=torch.zeros(1, 6, 3)), align(*values))


def test_durations_become_a_path_and_back():
    frames = torch.tensor([[[2.0, 0, 3]], [[1, 1, 0]]])
    path = path_of_durations(frames, 5)
    assert path[0, 0].tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]
    assert path[1, 0].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
    assert torch.equal(path.sum(2), frames)


def test_spreading_is_exact_under_autocast():
    stats = torch.tensor([[[1.001, -2.003]]])
    with torch.autocast("cpu", torch.bfloat16):
        out = spread(path_of_durations(torch.tensor([[[1.0, 2.0]]]), 3), stats)
    assert torch.equal(out, stats[:, :, [0, 1, 1]])
