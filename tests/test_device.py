"""How many cores there are for us, and how threads wait there."""

import os
import sys

import pytest

from ffvits.cli import main
from ffvits.device import cores, threads
from ffvits.serve.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")


@pytest.mark.parametrize(
    ("files", "given"),
    [
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "max 100000\n"}, 64),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 64),
        ({"cpu.max": "5000 100000\n"}, 1),
        ({}, 64),
    ],
)
def test_a_container_has_the_cores_that_it_was_given(tmp_path, monkeypatch, files, given):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)))
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="ascii")
    assert cores(tmp_path) == given


def test_a_server_has_no_more_workers_than_cores_are_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5})
    assert Settings(tmp_path).threads == (1, 1)


@pytest.mark.parametrize(
    ("set_by_user", "found"),
    [({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, None)],
)
def test_a_command_lets_waiting_threads_sleep_unless_told(monkeypatch, set_by_user, found):
    for name in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY"):
        monkeypatch.setenv(name, "")  # so that what the command sets is taken back
        monkeypatch.delenv(name)
    for name, value in set_by_user.items():
        monkeypatch.setenv(name, value)
    assert main(["bases", "--quiet"]) == 0
    assert os.environ.get("GOMP_SPINCOUNT") == found


def test_inside_there_are_other_threads_and_behind_it_as_many_as_before():
    import torch

    before = torch.get_num_threads()
    with threads(before + 3):
        assert torch.get_num_threads() == before + 3
    assert torch.get_num_threads() == before
    with pytest.raises(KeyError), threads():
        torch.set_num_threads(before + 2)
        raise KeyError
    assert torch.get_num_threads() == before
