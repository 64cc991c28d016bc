"""Do two people speak at once? Read from what Whisper's encoder makes of a sound, which the recogniser has anyway.

The encoder of Whisper base hears a second voice, though nobody asked it to: a single linear layer over its states, of
0.3 s each, tells moments with two voices from those with one. `benchmarks/labelling_overlap.py` trained it, on other
speakers than it is measured on; how well it does is in `docs/measured/labelling.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.recipe import TranscribeSettings

if TYPE_CHECKING:
    import numpy as np

MODEL = "base"  # the layer reads the states of no other network
RATE = 50  # states a second
_NEAR = 15  # states (0.3 s) that are looked at together: a syllable and its neighbours
_SHARE = 0.4  # of a sound: its most suspicious part decides, for two people seldom speak from end to end


@dataclass(frozen=True)
class Reader:
    """The trained layer: `weight` [512] and `bias`, over encoder states as they come."""

    weight: np.ndarray
    bias: float

    def __call__(self, states: np.ndarray) -> float:
        """How surely two people speak at once somewhere in a sound, from 0 to 1; `states` [T, 512], 50 a second."""
        import numpy as np

        if not len(states):
            return 0.0
        chances = 1 / (1 + np.exp(-(smoothed(states) @ self.weight + self.bias)))
        most = np.sort(chances)[-max(1, round(_SHARE * len(chances))) :]
        return float(most.mean())


def load(settings: TranscribeSettings) -> Reader | None:
    """The layer for the recogniser that the recipe names, or None where there is none for it."""
    from importlib.resources import files

    import numpy as np

    if settings.model != MODEL:
        return None
    with files("ffvits.label").joinpath("data", "overlap.npz").open("rb") as file, np.load(file) as held:
        return Reader(held["weight"].astype(np.float32), float(held["bias"]))


def smoothed(states: np.ndarray) -> np.ndarray:
    """Each state's mean with its neighbours: [T, D] -> float32 [T, D]."""
    import numpy as np

    before = _NEAR // 2
    padded = np.pad(states.astype(np.float64), ((before, _NEAR - 1 - before), (0, 0)), mode="edge")
    total = np.concatenate([np.zeros((1, states.shape[1])), np.cumsum(padded, axis=0)])
    return ((total[_NEAR:] - total[:-_NEAR]) / _NEAR).astype(np.float32)
