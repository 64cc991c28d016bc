"""Which syllables were said, read from what Whisper's encoder makes of a sound, which the recogniser has anyway.

The encoder hears well in noise and has heard more people than any small network could be shown; Whisper's decoder then
writes what people usually say. A network of two layers over the same states tells the parts of syllables and their
tones, moment by moment, and no language: how well words fit what was heard is a second opinion on Whisper's guesses.
Trained by `benchmarks/labelling_second_opinion.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ffvits.label import overlap
from ffvits.recipe import TranscribeSettings

if TYPE_CHECKING:
    import numpy as np

NEAR = (-2, 0, 2)  # states that are looked at together
TONES = 5
_SCALE = 0.5  # trust in the network: its moments are not independent


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read from one sound, 50 times a second: log-likelihoods up to a constant of each moment.

    `parts` [T, len(names)] of the parts of syllables (as `aligner.states_of` has them) and of silence, `tones`
    [T, TONES] of the tones.
    """

    parts: np.ndarray
    tones: np.ndarray
    names: tuple[str, ...]

    def likelihoods(self, texts: Sequence[Sequence[str]]) -> list[float]:
        """How well each of several rows of syllables (pinyin with tones) fits: the mean log-likelihood of a moment."""
        import numpy as np

        from ffvits.evaluate.aligner import best_totals, chain

        columns: dict[tuple[int, int], int] = {}  # a part of a syllable, and the tone that is heard in it (0: none)
        rows = []
        for pinyin in texts:
            parts, optional, owners = chain(pinyin)
            tones = [0] * len(parts)
            for syllable, places in zip(pinyin, owners, strict=True):
                for place in places:
                    tones[place] = tone_of(syllable, parts[place])
            wanted = [(self.names.index(part), tone) for part, tone in zip(parts, tones, strict=True)]
            rows.append(([columns.setdefault(pair, len(columns)) for pair in wanted], optional))
        scores = np.stack(
            [self.parts[:, part] + (self.tones[:, tone - 1] if tone else 0.0) for part, tone in columns], axis=1
        )
        # The path is one of 100 moments a second.
        return [total / (2 * len(scores)) for total in best_totals(np.repeat(scores, 2, axis=0), rows)]


@dataclass(frozen=True)
class Reader:
    """The trained network, which tells `names`."""

    weights: dict[str, np.ndarray]
    names: tuple[str, ...]

    def __call__(self, states: np.ndarray) -> Reading:
        """Reads what the encoder made of a sound: [T, 512]."""
        import numpy as np

        own = self.weights
        normal = (states - states.mean(1, keepdims=True)) / np.sqrt(states.var(1, keepdims=True) + 1e-5)
        normal = normal * own["norm.weight"] + own["norm.bias"]
        narrow = np.maximum(normal @ own["narrow.weight"].T + own["narrow.bias"], 0)
        padded = np.pad(narrow, ((-NEAR[0], NEAR[-1]), (0, 0)), mode="edge")
        near = np.concatenate([padded[step - NEAR[0] :][: len(states)] for step in NEAR], axis=1)
        hidden = np.maximum(near @ own["hidden.weight"].T + own["hidden.bias"], 0)
        found = hidden @ own["answer.weight"].T + own["answer.bias"]
        return Reading(
            _SCALE * (_log_softmax(found[:, :-TONES]) - np.log(own["prior"])),
            _SCALE * (_log_softmax(found[:, -TONES:]) - np.log(own["tone_prior"])),
            self.names,
        )


def tone_of(syllable: str, part: str) -> int:
    """The tone that is heard in this part of a syllable: 1 to 5, or 0 in its initial."""
    return int(syllable[-1]) if part[-1] in "<>" else 0


def load(settings: TranscribeSettings) -> Reader | None:
    """The network for the recogniser that the recipe names; None where there is none for it, or it is not wanted."""
    return _shipped() if settings.by_sound and settings.model == overlap.MODEL else None


@lru_cache(maxsize=1)
def _shipped() -> Reader:
    from importlib.resources import files

    import numpy as np

    with files("ffvits.label").joinpath("data", "second_opinion.npz").open("rb") as file, np.load(file) as held:
        weights = {name: held[name].astype(np.float32) for name in held.files if name != "names"}
        return Reader(weights, tuple(map(str, held["names"])))


def _log_softmax(x: np.ndarray) -> np.ndarray:
    import numpy as np

    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))
