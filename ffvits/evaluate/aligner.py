"""Finds the syllables of a recording whose words are known: a small acoustic model and the best path through it.

A hidden Markov model whose states are scored by a network of one hidden layer (H. Bourlard & N. Morgan,
"Connectionist Speech Recognition", 1994): silence, then for each syllable its initial and the two halves of its final,
with a pause allowed between any two. Trained by `benchmarks/evaluate_aligner.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ffvits.audio.loudness import at_level
from ffvits.audio.sound import Sound
from ffvits.evaluate.networks import forward, load_networks
from ffvits.evaluate.syllables import Span, intended

if TYPE_CHECKING:
    import numpy as np

RATE, HOP = 16000, 160  # Hz, samples: a frame every 10 ms
BANDS, COEFFICIENTS, CONTEXT = 40, 16, 6  # of the spectrum, of its cepstrum; frames seen on each side
SILENCE = "sil"
# Finals of interjections and old words (yo, ê, m, ng, yai), too rare for any training set: what sounds most like them.
_STAND_INS = {"io": "iou", "iai": "ai", "ê": "ei", "m": "en", "n": "en", "ng": "eng"}
_LEAST = 2  # frames that a state lasts
_SCALE = 0.5  # trust in the network: its frames are not independent


def states_of(pinyin: str) -> tuple[str, ...]:
    """The states of a syllable: its initial (if it has one) and the two halves of its final."""
    from ffvits.text.syllables import parts

    if pinyin[:-1] == "r":
        return ("er<", "er>")
    split = parts(pinyin[:-1] + "1")
    final = _STAND_INS.get(split.final, split.final)
    if final == "i" and split.initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        final = "iii" if split.initial in ("zh", "ch", "sh", "r") else "ii"
    return (*((split.initial,) if split.initial else ()), f"{final}<", f"{final}>")


def acoustic_features(sound: Sound) -> np.ndarray:
    """[frames, COEFFICIENTS * 3]: mel cepstrum with its first and second change, less the sound's mean."""
    import numpy as np
    import torch
    from scipy.fft import dct

    from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram

    samples = np.ascontiguousarray(sound.at(RATE).samples, dtype=np.float32)
    samples = at_level(samples, 0.1, silence=1e-5)
    samples = np.pad(samples, (0, max(0, 512 - len(samples))))
    mel = mel_spectrogram(torch.from_numpy(samples), AudioFormat(RATE, 512, HOP, 400, BANDS))[0].numpy()
    cepstrum = dct(mel, axis=0, norm="ortho")[:COEFFICIENTS].T
    cepstrum = (cepstrum - cepstrum.mean(0)) / (cepstrum.std(0) + 1e-3)
    change = np.gradient(cepstrum, axis=0) if len(cepstrum) > 1 else np.zeros_like(cepstrum)
    second = np.gradient(change, axis=0) if len(cepstrum) > 1 else change
    return np.concatenate([cepstrum, 3 * change, 6 * second], axis=1).astype(np.float32)


def in_context(features: np.ndarray) -> np.ndarray:
    """Each frame with its neighbours, every second one: [frames, features * (CONTEXT + 1)]."""
    import numpy as np

    padded = np.pad(features, ((CONTEXT, CONTEXT), (0, 0)), mode="edge")
    return np.concatenate([padded[at : at + len(features)] for at in range(0, 2 * CONTEXT + 1, 2)], axis=1)


def best_path(scores: np.ndarray, states: Sequence[int], optional: Sequence[bool]) -> np.ndarray:
    """Which place in `states` each frame is at: [frames], from the first to the last in order.

    `scores` [frames, kinds] are log-likelihoods; places that are `optional` may be passed over. A sound with fewer
    frames than places that must be visited is shared out evenly.
    """
    import numpy as np

    frames, places = len(scores), len(states)
    must = places - sum(optional)
    if frames < must * _LEAST:
        return np.minimum(np.arange(frames) * places // max(frames, 1), places - 1)
    own = scores[:, list(states)]
    # Each place is a chain of `_LEAST` frames, the last of which may be held.
    total = np.full((places, _LEAST), -np.inf)
    total[0, 0] = own[0, 0]
    if places > 1 and optional[0]:
        total[1, 0] = own[0, 1]
    from_place = np.zeros((frames, places), np.int32)
    held = np.zeros((frames, places), bool)
    skips = np.array([place >= 2 and optional[place - 1] for place in range(places)])
    for frame in range(1, frames):
        done = total[:, -1]
        step = np.concatenate([[-np.inf], done[:-1]])
        leap = np.where(skips, np.concatenate([[-np.inf, -np.inf], done[:-2]])[:places], -np.inf)
        entered = np.maximum(step, leap)
        from_place[frame] = np.where(leap > step, 2, 1)
        fresh = np.empty_like(total)
        fresh[:, 0] = entered
        fresh[:, 1:] = total[:, :-1]
        held[frame] = total[:, -1] > fresh[:, -1]
        fresh[:, -1] = np.maximum(fresh[:, -1], total[:, -1])
        total = fresh + own[frame][:, None]
    place = places - 1
    if places > 1 and optional[-1] and total[-2, -1] > total[-1, -1]:
        place = places - 2
    path = np.empty(frames, np.int32)
    stage = _LEAST - 1
    for frame in range(frames - 1, -1, -1):
        path[frame] = place
        if stage == _LEAST - 1 and held[frame, place]:
            continue
        if stage > 0:
            stage -= 1
        else:
            place, stage = place - int(from_place[frame, place]), _LEAST - 1
    return path


def best_totals(scores: np.ndarray, rows: Sequence[tuple[Sequence[int], Sequence[bool]]]) -> list[float]:
    """The log-likelihood of the `best_path` through each of several rows of states, all at once and without the paths.

    Each row has its states, and which of them are optional.
    """
    import numpy as np

    frames, places = len(scores), max(len(states) for states, _ in rows)
    if any(frames < (len(states) - sum(optional)) * _LEAST for states, optional in rows):
        paths = [best_path(scores, states, optional) for states, optional in rows]
        found = zip(paths, rows, strict=True)
        return [float(scores[np.arange(frames), np.array(states)[path]].sum()) for path, (states, _) in found]
    own = np.full((frames, len(rows), places), -np.inf)
    skips = np.zeros((len(rows), places), bool)
    total = np.full((len(rows), places, _LEAST), -np.inf)
    for number, (states, optional) in enumerate(rows):
        own[:, number, : len(states)] = scores[:, list(states)]
        skips[number, 2 : len(states)] = optional[1 : len(states) - 1]
        total[number, 0, 0] = own[0, number, 0]
        if len(states) > 1 and optional[0]:
            total[number, 1, 0] = own[0, number, 1]
    fresh = np.empty_like(total)
    for frame in range(1, frames):
        done = total[..., -1]
        fresh[:, 0, 0] = -np.inf
        fresh[:, 1:, 0] = done[:, :-1]
        np.maximum(fresh[:, 2:, 0], np.where(skips[:, 2:], done[:, :-2], -np.inf), out=fresh[:, 2:, 0])
        fresh[..., 1:] = total[..., :-1]
        np.maximum(fresh[..., -1], done, out=fresh[..., -1])
        np.add(fresh, own[frame][..., None], out=total)
    ends = [
        max(total[number, len(states) - 1 - passed, -1] for passed in range(1 + (optional[-1] and len(states) > 1)))
        for number, (states, optional) in enumerate(rows)
    ]
    return [float(end) for end in ends]


@dataclass(frozen=True)
class Aligner:
    """The trained acoustic model; made by `load_aligner`. `names` are its states, `prior` how often each occurs."""

    weights: dict[str, np.ndarray]
    names: tuple[str, ...]
    prior: np.ndarray

    def align(self, sound: Sound, text: str, pinyin: Sequence[str] | None = None) -> list[Span]:
        """The spans of the text's syllables; `pinyin` names them where it is known better than the front end does.

        Raises TextError if the text cannot be read.
        """
        return self.spans(sound, tuple(pinyin) if pinyin is not None else intended(text))

    def spans(self, sound: Sound, pinyin: Sequence[str]) -> list[Span]:
        """Where these syllables lie (seconds), silence around and between them left out."""
        import numpy as np

        states, optional, owners = chain(pinyin)
        path = best_path(self.scores(sound), [self.names.index(state) for state in states], optional)
        found = []
        for number, name in enumerate(pinyin):
            frames = np.flatnonzero(np.isin(path, owners[number]))
            start, end = (int(frames[0]), int(frames[-1]) + 1) if len(frames) else (0, 0)
            found.append(Span(name, start * HOP / RATE, end * HOP / RATE))
        return found

    def likelihoods(self, sound: Sound, texts: Sequence[Sequence[str]]) -> list[float]:
        """How well each of several rows of syllables fits the sound: the mean log-likelihood of its frames."""
        scores = self.scores(sound)
        chains = [chain(pinyin) for pinyin in texts]
        rows = [([self.names.index(state) for state in states], optional) for states, optional, _ in chains]
        return [total / len(scores) for total in best_totals(scores, rows)]

    def scores(self, sound: Sound) -> np.ndarray:
        """Log-likelihoods of the states, up to a constant of each frame: [frames, states]."""
        return self.scores_of(acoustic_features(sound))

    def scores_of(self, features: np.ndarray) -> np.ndarray:
        """The same from `acoustic_features`."""
        import numpy as np

        x = forward(self.weights, "aligner", in_context(features))
        x = x - x.max(axis=1, keepdims=True)
        return _SCALE * (x - np.log(np.exp(x).sum(axis=1, keepdims=True)) - np.log(self.prior))


def chain(pinyin: Sequence[str]) -> tuple[list[str], list[bool], list[list[int]]]:
    """The states of a sentence with optional silence around each syllable, and the places that each syllable owns."""
    states, optional, owners = [SILENCE], [True], []
    for syllable in pinyin:
        own = states_of(syllable)
        owners.append(list(range(len(states), len(states) + len(own))))
        states += [*own, SILENCE]
        optional += [*(False for _ in own), True]
    return states, optional, owners


@lru_cache(maxsize=1)
def load_aligner() -> Aligner:
    """The aligner that is shipped."""
    weights, labels = load_networks("aligner.npz")
    return Aligner(weights, labels["names"], weights.pop("prior"))
