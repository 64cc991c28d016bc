"""Which reading a character has in its sentence.

A small recurrent network (the weights of g2pM: Park and Lee, "g2pM: A Neural Grapheme-to-Phoneme Conversion Package
for Mandarin Chinese", 2020, Apache-2.0) scores the readings of every polyphonic character from the whole sentence. A
log-linear model on top of it weighs that score against what phrase dictionaries say of the word around the character
(how far each is to be trusted, and for every character how far several that agree), and against the neighbours seen in
training. It has learnt two usages, an encyclopedia's and that of everyday texts; the characters of a sentence tell
which of them to go by.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

import numpy as np

from ffvits.text.dictionaries import DICTIONARIES, NOTHING, Phrases, to_tone3, unpack

_BEGIN, _END, _UNKNOWN = 0, 1, 2
NEVER_SEEN = (0.0, 0.0)


def default_reading(char: str) -> str | None:
    """The first reading that pypinyin lists for a character, or None."""
    from pypinyin.pinyin_dict import pinyin_dict

    listed = pinyin_dict.get(ord(char))
    return to_tone3(listed.split(",")[0]) if listed else None


DENSE = 6 + 3 * (1 + len(DICTIONARIES))


def dense_features(
    sentence: str, position: int, word: str, start: int, candidates: Sequence[str], scores: np.ndarray, phrases: Phrases
) -> np.ndarray:
    """What the model knows of each candidate, `[candidates, DENSE]`: network score and agreement with dictionaries.

    `word` is the segmenter's word that holds the character, beginning at `start`; `scores` are log probabilities.
    """
    # Whether the segmenter sees a word that the dictionary has is told apart from what the longest phrase says.
    exact = phrases.word(word, position - start) if len(word) > 1 else NOTHING
    covering = phrases.covering(sentence, position)
    default = default_reading(sentence[position])
    unknown = exact == NOTHING
    rows = []
    for reading, score in zip(candidates, scores, strict=True):
        row = [
            score,
            len(word) == 1 and default == reading,
            default == reading,
            score if unknown else 0.0,
            # The network is often sure of a wrong reading: these bound what its surest no can weigh.
            max(score, -1.5),
            max(score, -4.0),
        ]
        for said, (found, length) in zip(exact, covering, strict=True):
            row += [said == reading, found == reading, found == reading and length > 2]
        rows.append(row)
    return np.array(rows, np.float32)


def votes(known: np.ndarray) -> list[list[str]]:
    """The names of how many dictionaries give each candidate for the segmenter's word and by the longest phrase.

    `known` are dense features. Dictionaries are to be trusted in some characters more than in others.
    """
    counts = known[:, -3 * len(NOTHING) :].reshape(len(known), len(NOTHING), 3).sum(axis=1)
    return [[f"e{exact:.0f}", f"f{longest:.0f}"] for exact, longest, _ in counts]


def neighbour(char: str) -> str:
    """What a character is to the one beside it: itself, or "0" for every numeral."""
    return "0" if char in "零一二三四五六七八九十百千万" else char


def sparse_features(sentence: str, position: int, words: Sequence[str], index: int, start: int) -> list[str]:
    """The names of what stands around the character, as many for every character."""

    def at(place: int) -> str:
        if not 0 <= place < len(sentence):
            return "#"
        return neighbour(sentence[place])

    word = words[index]
    left, right = at(position - 1), at(position + 1)
    # A neighbour in the same word says more than one beyond its border (上当, 晚上当).
    inside_left, inside_right = position > start, position + 1 < start + len(word)
    previous = words[index - 1][-1] if index else "#"
    following = words[index + 1][0] if index + 1 < len(words) else "#"
    return [
        "b",
        "w" + word,
        "l" + left,
        "r" + right,
        "L" + at(position - 2) + left,
        "R" + right + at(position + 2),
        f"i{len(word)}{position - start}",
        f"p{previous}{len(word)}",
        f"n{following}{len(word)}",
        f"{'a' if inside_left else 'x'}{left}",
        f"{'c' if inside_right else 'y'}{right}",
    ]


class PolyphoneModel:
    """The network and the weights over it, as stored in `data/polyphones.npz`."""

    def __init__(self, arrays: Mapping[str, np.ndarray], phrases: Phrases) -> None:
        meta = json.loads(bytes(arrays["meta"]).decode("utf-8"))
        self.phrases = phrases
        self.classes: list[str] = meta["classes"]
        self.candidates: dict[str, list[int]] = meta["candidates"]
        self._index = {char: i for i, char in enumerate(meta["characters"], start=3)}
        self._embedding = arrays["embedding"].astype(np.float32)
        self._input = arrays["input"].astype(np.float32)  # [64, 2 directions, 128]
        self._input_bias = arrays["input_bias"].astype(np.float32)  # [2, 128]
        self._recurrent = arrays["recurrent"].astype(np.float32)  # [2, 32, 128]
        self._hidden, self._hidden_bias = arrays["hidden"].astype(np.float32), arrays["hidden_bias"].astype(np.float32)
        self._output, self._output_bias = arrays["output"].astype(np.float32), arrays["output_bias"].astype(np.float32)
        # Only these characters were learnt in everyday texts as well as in the encyclopedia.
        self.everyday = frozenset(meta["everyday"])
        self._dense = arrays["dense"].astype(np.float32)  # [2 usages, DENSE]
        weights = map(tuple, arrays["sparse"].T.tolist())
        self.sparse: dict[str, tuple[float, float]] = dict(zip(meta["sparse"], weights, strict=True))
        self._usage = arrays["usage"].astype(np.float32)  # of each character, log odds; [_UNKNOWN] is the bias

    def states(self, sentence: str) -> np.ndarray:
        """The network's state at each character, `[len(sentence), 64]`."""
        ids = [_BEGIN, *(self._index.get(char, _UNKNOWN) for char in sentence), _END]
        projected = np.tensordot(self._embedding[ids], self._input, axes=1) + self._input_bias  # [T, 2, 128]
        projected[:, 1] = projected[::-1, 1].copy()
        steps = len(ids)
        out = np.empty((steps, 2, 32), np.float32)
        hidden, cell = np.zeros((2, 1, 32), np.float32), np.zeros((2, 32), np.float32)
        for step in range(steps):
            gates = projected[step] + np.matmul(hidden, self._recurrent)[:, 0]
            squashed = 1.0 / (1.0 + np.exp(-gates))  # input, forget, cell (unused), output
            cell = squashed[:, 32:64] * cell + squashed[:, :32] * np.tanh(gates[:, 64:96])
            out[step] = squashed[:, 96:] * np.tanh(cell)
            hidden = out[step][:, None]
        return np.concatenate([out[:, 0], out[::-1, 1]], axis=1)[1:-1]

    def everyday_share(self, sentence: str) -> float:
        """How far to go by the usage of everyday texts, from 0 to 1."""
        known = {self._index[char] for char in sentence if char in self._index}
        odds = self._usage[_UNKNOWN] + self._usage[list(known)].sum()
        return float(1.0 / (1.0 + np.exp(-odds)))

    def scores(self, states: np.ndarray, char: str) -> tuple[list[str], np.ndarray]:
        """The readings that the network knows for `char` and their log probabilities, given the state there."""
        ids = self.candidates[char]
        hidden = np.maximum(states @ self._hidden + self._hidden_bias, 0)
        logits = hidden @ self._output[:, ids] + self._output_bias[ids]
        return [self.classes[i] for i in ids], logits - np.logaddexp.reduce(logits)

    def choose(self, sentence: str, words: Sequence[str]) -> dict[int, str]:
        """The reading of every polyphonic character of the sentence by its position; `words` partition the sentence."""
        wanted = [i for i, char in enumerate(sentence) if char in self.candidates]
        if not wanted:
            return {}
        states = self.states(sentence)
        share = self.everyday_share(sentence)
        places = {}
        start = 0
        for index, word in enumerate(words):
            for place in range(start, start + len(word)):
                places[place] = (index, start)
            start += len(word)
        chosen = {}
        for position in wanted:
            index, start = places[position]
            char = sentence[position]
            candidates, scores = self.scores(states[position], char)
            known = dense_features(sentence, position, words[index], start, candidates, scores, self.phrases)
            names = sparse_features(sentence, position, words, index, start)
            around = [
                [self.sparse.get(f"{char}{reading} {name}", NEVER_SEEN) for name in [*names, *said]]
                for reading, said in zip(candidates, votes(known), strict=True)
            ]
            both = known @ self._dense.T + np.array(around, np.float32).sum(axis=1)  # [candidates, 2 usages]
            everyday = share if char in self.everyday else 0.0
            total = (1 - everyday) * both[:, 0] + everyday * both[:, 1]
            chosen[position] = candidates[int(total.argmax())]
        return chosen


_lock = threading.Lock()


def read_phrases(text: str) -> dict[str, tuple[str, ...]]:
    """Lines of a phrase and its syllables, separated by spaces; # opens a comment."""
    entries = (line.split("#")[0].split() for line in text.splitlines())
    return {entry[0]: tuple(entry[1:]) for entry in entries if entry}


def data_text(name: str) -> str:
    """A text file of `ffvits/text/data`."""
    return resources.files("ffvits.text").joinpath("data", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _load_model() -> PolyphoneModel:
    from pypinyin.phrases_dict import phrases_dict

    with (
        resources.as_file(resources.files("ffvits.text").joinpath("data", "polyphones.npz")) as path,
        np.load(path, allow_pickle=False) as arrays,
    ):
        return PolyphoneModel(
            {name: arrays[name] for name in arrays.files},
            Phrases(phrases_dict, unpack(bytes(arrays["phrases"]).decode("utf-8"))),
        )


def phrases() -> Phrases:
    """The phrase dictionaries, loaded once with the model."""
    return model().phrases


def model() -> PolyphoneModel:
    """The disambiguator, loaded once."""
    with _lock:
        return _load_model()
