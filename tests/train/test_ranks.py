"""The processes of one training, and how they meet."""

from datetime import timedelta

import torch

from ffvits.train.ranks import joined


def test_the_others_wait_as_long_as_the_first_may_read_along(monkeypatch):
    """A corpus is read along for hours; torch's own patience is ten minutes over NCCL."""
    asked = {}
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(
        torch.distributed, "init_process_group", lambda _, timeout=timedelta(0): asked.update(t=timeout)
    )
    monkeypatch.setattr(torch.distributed, "get_rank", lambda: 1)
    monkeypatch.setattr(torch.distributed, "destroy_process_group", lambda: None)
    with joined("cpu") as ranks:
        assert not ranks.first
    assert asked["t"] > timedelta(hours=12)
