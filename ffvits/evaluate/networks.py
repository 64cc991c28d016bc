"""Small trained networks as they are shipped: plain arrays in one file, run by numpy."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def load_networks(name: str) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, ...]]]:
    """The numbers (as float32) and the lists of names in a file of `ffvits/evaluate/data`."""
    from importlib.resources import files

    import numpy as np

    numbers, labels = {}, {}
    with files("ffvits.evaluate").joinpath("data", name).open("rb") as file, np.load(file) as held:
        for key in held.files:
            if held[key].dtype.kind == "U":
                labels[key] = tuple(map(str, held[key]))
            else:
                numbers[key] = held[key].astype(np.float32)
    return numbers, labels


@lru_cache
def fingerprint(name: str) -> str:
    """The sha256 of a file of `ffvits/evaluate/data`: what another network found is not this one's."""
    import hashlib
    from importlib.resources import files

    return hashlib.sha256(files("ffvits.evaluate").joinpath("data", name).read_bytes()).hexdigest()


def forward(weights: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    """[N, inputs] -> [N, outputs] through the layers `name`.0, `name`.1 … with rectifiers between."""
    import numpy as np

    x = (x - weights[f"{name}.mean"]) / weights[f"{name}.scale"]
    layer = 0
    while f"{name}.{layer}.weight" in weights:
        x = (np.maximum(x, 0) if layer else x) @ weights[f"{name}.{layer}.weight"].T + weights[f"{name}.{layer}.bias"]
        layer += 1
    return x


def softmax(x: np.ndarray) -> np.ndarray:
    """[N, K] scores -> probabilities."""
    import numpy as np

    raised = np.exp(x - x.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)
