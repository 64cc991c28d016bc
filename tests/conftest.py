"""How all tests run."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# Clocks judge nothing here: a busy machine is no mistake of the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# Files that take minutes. Each process takes whole files, one after another: who begins a long one last keeps the
# other waiting.
LONG = ("test_loop.py", "test_runs.py", "test_learner.py", "test_end_to_end.py", "test_cluster.py")


def pytest_configure() -> None:
    """The collector seldom walks all that a process of tests has imported, a million objects that stay to its end;
    with Python's own settings it took a tenth of the tests' time, and the memory of a process is the same. Terminals
    speak English, whatever the language of whoever runs the tests.
    """
    gc.set_threshold(10_000, 10, 1_000)
    os.environ["FFVITS_LANG"] = "en"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, the others in their order."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="module")
def short_windows():
    """Whisper's longest window is 12 s, not 30: who does not judge its ear need not wait for the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ffvits.label.recogniser._LONGEST_WINDOW", 12)
        yield


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager]:
    """A context in which no file grows beyond so many bytes: what is written beyond is refused as by a full disk."""
    resource = pytest.importorskip("resource", reason="the limit on a file's size is Unix's")

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before, quiet = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # a module that is first imported here would be kept cut off, and believed
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            sys.dont_write_bytecode = quiet

    return limited


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory) -> Path:
    """A generator in mandarin-lite's alphabet with random weights, as a file that `--base` takes."""
    import torch

    from ffvits.base import load_base, save_generator
    from ffvits.vits import Vits, VitsConfig

    real = load_base("mandarin-lite")
    config = VitsConfig(
        n_vocab=len(real.symbols),
        segment_frames=16,
        inter_channels=16,
        hidden_channels=16,
        filter_channels=32,
        n_heads=2,
        n_layers=1,
        resblock="2",
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1, 2),),
        upsample_rates=(8, 8, 4),
        upsample_initial_channel=16,
        upsample_kernel_sizes=(16, 16, 8),
        use_sdp=False,
    )
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("base") / "G_tiny.safetensors"
    save_generator(
        path,
        Vits(config).state_dict(),
        config,
        audio=real.audio,
        symbols=real.symbols,
        front_end=real.front_end,
        add_blank=real.add_blank,
    )
    return path
