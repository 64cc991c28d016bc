"""Which device `auto` stands for, and what a processor multiplies fast."""

from __future__ import annotations

from ffvits.errors import RecipeError


def choose_device(name: str) -> str:
    """The device that `auto` stands for, or the one named. Raises RecipeError if it is not there."""
    import torch

    if name == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind = name.partition(":")[0]
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if kind not in there:
        raise RecipeError(f"device cannot be {name!r}", cure="one of: auto, cpu, cuda, cuda:1, mps")
    if not there[kind]:
        raise RecipeError(f"this machine has no {kind}", cure="--device auto")
    return name


def multiplies_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware, and torch uses it."""
    import torch

    if not torch.backends.mkldnn.is_available():
        return False
    has = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))
