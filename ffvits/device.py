"""Which device `auto` stands for, what it computes exactly and fast and when it is full; cores, and waiting threads."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits import card
from ffvits.errors import RecipeError

if TYPE_CHECKING:
    from torch import Tensor


def choose_device(name: str) -> str:
    """The device that `auto` stands for, or the one named. Raises RecipeError if it is not there or cannot be used.

    Where there is a graphics card that `auto` must leave alone, it is told why.
    """
    import torch

    if name == "auto":
        if not (reason := card.trouble()):
            return "cuda"
        if found := card.obstacle(reason):
            card.tell(found)
        return "mps" if torch.backends.mps.is_available() else "cpu"
    asked = re.fullmatch(r"(cpu|cuda|mps)(?::([0-9]+))?", name)
    if not asked:
        raise RecipeError(f"device cannot be {name!r}", cure="one of: auto, cpu, cuda, cuda:1, mps")
    kind, number = asked[1], int(asked[2]) if asked[2] else None
    there = {
        "cpu": 1,
        "cuda": torch.cuda.device_count(),
        "mps": int(torch.backends.mps.is_available()),
    }[kind]
    missing = (number or 0) >= there
    reason = card.trouble(0 if missing else number) if kind == "cuda" else ""
    if reason and (found := card.obstacle(reason)):
        raise RecipeError(f"the graphics card cannot be used: {found.reason}", cure=found.cure)
    if reason or missing:
        names = ", ".join(f"{kind}:{other}" for other in range(0 if reason else there))
        cure = f"--device {names or 'auto'}"
        if kind == "cuda" and not names:
            cure += f"; {card.missed()}"
        raise RecipeError(f"this machine has no {name if names else kind}", cure=cure)
    return name


def full_precision(x: Tensor) -> AbstractContextManager:
    """A context without autocast on the device of `x`, for logs, exponentials and long sums."""
    import torch

    available = torch.amp.is_autocast_available(x.device.type)
    return torch.autocast(x.device.type, enabled=False) if available else nullcontext()


def out_of_memory(error: BaseException) -> bool:
    """True if this is what an allocator says that has no more to give."""
    # torch's class by its name: who speaks without torch does not load it to be told this.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    # The processor's allocator, oneDNN's, Apple's and CTranslate2's have no class of their own.
    signs = ("DefaultCPUAllocator", "could not create a primitive", "MPS backend out of memory", "error out of memory")
    return any(sign in str(error) for sign in signs)


def multiplies_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware, and torch uses it."""
    return _can("avx512_bf16", "amx_bf16")


def multiplies_tiles() -> bool:
    """Whether this processor multiplies whole tiles of bfloat16 (AMX), and torch uses it."""
    return _can("amx_bf16")


def multiplies_wide() -> bool:
    """Whether this processor multiplies sixteen numbers of float32 at once (AVX-512), and torch uses it."""
    return _can("avx512_f")


def _can(*any_of: str) -> bool:
    import torch

    if not torch.backends.mkldnn.is_available():
        return False
    has = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return any(has.get(name) for name in any_of)


def wait_asleep() -> None:
    """Lets threads that wait for each other sleep soon, in this process and in those it starts.

    To be called before torch is imported. GCC's OpenMP, with which torch is built for Linux, turns a waiting thread
    idly some 300,000 times, on a core that the thread it waits for may need: beside other programs everything takes
    many times as long. What the user has set stays.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def cores(control: Path = Path("/sys/fs/cgroup")) -> int:
    """How many cores this process may use: of a container those that it was given, not all of the machine's."""
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for names in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            quota, period = " ".join((control / name).read_text(encoding="ascii") for name in names).split()
        except (OSError, ValueError):  # not Linux, or the other version of its control groups
            continue
        if quota not in ("max", "-1"):
            ours = min(ours, math.ceil(int(quota) / int(period)))
    return max(1, ours)


@contextmanager
def threads(count: int | None = None) -> Iterator[None]:
    """Lets torch compute in so many threads (None: as many as before) inside, and in as many as before behind it.

    The number belongs to the thread that asks, and other users of OpenMP (CTranslate2) change it for torch too.
    """
    import torch

    before = torch.get_num_threads()
    try:
        if count is not None:
            torch.set_num_threads(count)
        yield
    finally:
        torch.set_num_threads(before)
