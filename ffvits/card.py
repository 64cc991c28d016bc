"""NVIDIA's graphics cards: whether torch computes on one, and where it does not, why and what helps.

That pip chose a torch that a machine's card cannot use is common, and nothing says so: on Windows it brings one for the
processor alone, and since CUDA 13 one that knows neither cards before Turing nor drivers before version 580.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from functools import lru_cache
from typing import NamedTuple

from ffvits import console

_INDEX = "https://download.pytorch.org/whl"
# PyTorch's RFC 190385: 2.14 is the last release for CUDA 12, and so for cards before Turing and drivers before 580.
_NEWEST = f"pip install --force-reinstall torch --index-url {_INDEX}/cu130"
_LEGACY = f'pip install --force-reinstall "torch<2.15" --index-url {_INDEX}/cu126'
_OTHERS = "end what else computes on it (nvidia-smi lists that), or name another card (--device cuda:1)"
_TAKEN = re.compile("out of memory|busy or unavailable")
_AGAIN = "restart the machine or container, and see whether nvidia-smi shows the card"
_ANOTHER = re.compile("driver|no kernel image|not compatible")
_TURING = 7.5  # compute capability
_DRIVER = 580  # the least that CUDA 13 takes


class Card(NamedTuple):
    """A card as its driver lists it: its name, what it can compute (0: not told), and the driver's version (0)."""

    name: str
    capability: float
    driver: int


class Obstacle(NamedTuple):
    """Why torch does not compute on a card that is there, and what to do about it."""

    reason: str
    cure: str


def trouble(number: int | None = None) -> str:
    """Why torch cannot compute on card `number`, in its own words; "" if it can, which is tried.

    None is the first card, or under torchrun this process's own: a trial on another would keep some of its memory.
    """
    import torch

    if number is None:
        number = int(os.environ.get("LOCAL_RANK", "0"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they warn of is told here
            torch.ones(2, device=f"cuda:{number}").sum().item()
    except (RuntimeError, AssertionError) as error:  # the latter of a torch that was built without CUDA
        return str(error).strip().split("\n")[0].split(". ")[0].rstrip(".")
    return ""


def obstacle(reason: str) -> Obstacle | None:
    """What keeps torch from the machine's card (`reason`: see `trouble`); None if there is no card, or it is hidden."""
    import torch

    if _hidden():
        return None
    cards = _listed(shutil.which("nvidia-smi") or "")
    if not cards:
        return None
    if _TAKEN.search(reason):
        return Obstacle(f"{cards[0].name}: {reason}", _OTHERS)
    without = torch.version.cuda is None and torch.version.hip is None
    if not without and not _ANOTHER.search(reason):
        return Obstacle(f"{cards[0].name}: {reason}", _AGAIN)
    if without:
        reason = f"torch {torch.__version__} computes on the processor alone"
    old = min(card.driver for card in cards) < _DRIVER or max(card.capability for card in cards) < _TURING
    return Obstacle(f"{cards[0].name}: {reason}", _LEGACY if old else _NEWEST)


def missed() -> str:
    """Where to look for a card that should be there, and is not."""
    if _hidden():
        return "CUDA_VISIBLE_DEVICES hides the graphics cards from ffvits"
    return "where there should be a graphics card, see whether nvidia-smi lists it: else its driver is missing"


def _hidden() -> bool:
    return os.environ.get("CUDA_VISIBLE_DEVICES", "shown") in ("", "-1")


@lru_cache(maxsize=16)
def tell(found: Obstacle) -> None:
    """Warns, once, that a card is there and is not used."""
    console.warn(f"the graphics card is not used: {found.reason}; to use it: {found.cure}")


@lru_cache(maxsize=4)
def _listed(program: str) -> tuple[Card, ...]:
    """The cards that NVIDIA's `program` lists; one without a name if its driver is too old to be asked so."""
    if not program:
        return ()
    asked = [program, "--query-gpu=name,compute_cap,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, errors="replace", timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    if done.returncode:
        return (Card("NVIDIA", 0.0, 0),) if "not a valid field" in done.stdout + done.stderr else ()
    cards = []
    for line in done.stdout.splitlines():
        name, capability, driver = ([part.strip() for part in line.split(",")] + ["", "", ""])[:3]
        major = driver.partition(".")[0]
        if name:
            cards.append(Card(name, _number(capability), int(major) if major.isdecimal() else 0))
    return tuple(cards)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # "[N/A]"
        return 0.0
