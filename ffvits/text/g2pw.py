"""A larger disambiguator, used where its model has been put into the cache: g2pW.

Chen et al., "g2pW: A Conditional Weighted Softmax BERT for Polyphone Disambiguation in Mandarin" (2022). 600 MB and
many times slower than the bundled one, but right where that errs. `docs/text.md` says which files go where. Tables in
traditional characters with bopomofo and tables in simplified ones with pinyin are both in use; either is read.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.errors import TextError
from ffvits.text.syllables import TONE_TO_BOPOMOFO, bopomofo, known_bases, tidy

if TYPE_CHECKING:
    import numpy as np

FILES = ("g2pW.onnx", "POLYPHONIC_CHARS.txt", "vocab.txt")
WINDOW = 32  # characters that the network was trained to see around the one in question
BATCH = 32


class G2pw:
    """The exported network and its tables. Raises TextError naming the file that cannot be used."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer

        table = folder / "POLYPHONIC_CHARS.txt"
        try:
            rows = [line.split("\t") for line in table.read_text(encoding="utf-8").split("\n") if line.strip()]
            self.labels = sorted({label.strip() for _, label in rows})
        except (OSError, ValueError) as error:
            raise _unusable(table, error) from error
        self.readings = [_pinyin(label) for label in self.labels]
        self.candidates: dict[str, list[int]] = {}
        for char, label in rows:
            self.candidates.setdefault(char, []).append(self.labels.index(label.strip()))
        self.ids = {char: number for number, char in enumerate(sorted(self.candidates))}
        self.traditional = "為" in self.ids and "为" not in self.ids
        try:
            self.tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
            self.session = onnxruntime.InferenceSession(
                str(folder / "g2pW.onnx"), providers=onnxruntime.get_available_providers()
            )
        except Exception as error:
            raise _unusable(folder, error) from error

    def choose(self, sentence: str) -> dict[int, str]:
        """The reading of every character of the sentence that the network knows, by position."""
        text = _traditional(sentence) if self.traditional else sentence
        wanted = [position for position, char in enumerate(text) if char in self.ids]
        chosen: dict[int, str] = {}
        for start in range(0, len(wanted), BATCH):
            some = wanted[start : start + BATCH]
            for position, label in zip(some, self._ask(text, some).argmax(-1).tolist(), strict=True):
                if reading := self.readings[label]:
                    chosen[position] = reading
        return chosen

    def _ask(self, text: str, positions: list[int]) -> np.ndarray:
        """Probabilities [positions, labels]."""
        import numpy as np

        tokens, places = [], []
        for position in positions:
            start = max(0, position - WINDOW // 2)
            encoded = self.tokenizer.encode(text[start : position + WINDOW // 2])
            tokens.append(encoded.ids)
            places.append(encoded.char_to_token(position - start))
        longest = max(map(len, tokens))
        ids = np.zeros((len(tokens), longest), np.int64)
        seen = np.zeros_like(ids)
        allowed = np.zeros((len(tokens), len(self.labels)), np.float32)
        for row, (line, position) in enumerate(zip(tokens, positions, strict=True)):
            ids[row, : len(line)], seen[row, : len(line)] = line, 1
            allowed[row, self.candidates[text[position]]] = 1
        feeds = {
            "input_ids": ids,
            "token_type_ids": np.zeros_like(ids),
            "attention_mask": seen,
            "phoneme_mask": allowed,
            "char_ids": np.array([self.ids[text[position]] for position in positions], np.int64),
            "position_ids": np.array(places, np.int64),
        }
        return self.session.run(None, feeds)[0] * allowed


def _unusable(file: Path, error: Exception) -> TextError:
    return TextError(f"g2pW cannot be used: {error}", file=file, cure="put the three files there anew, or remove them")


def _pinyin(label: str) -> str | None:
    """A label of the table, in pinyin or bopomofo with a tone digit, as tidy TONE3."""
    return tidy(label) or _by_bopomofo().get(label)


@lru_cache(maxsize=1)
def _by_bopomofo() -> dict[str, str]:
    table: dict[str, str] = {}
    # Of syllables that are written alike (weng and wong, mu and m) the usual one is the longer or the first.
    for base in sorted(known_bases(), key=lambda base: (-len(base), base)):
        for tone in TONE_TO_BOPOMOFO:
            table.setdefault(bopomofo(f"{base}{tone}")[:-1] + str(tone), f"{base}{tone}")
    return table


@lru_cache(maxsize=1)
def _to_traditional():
    from opencc import OpenCC

    return lru_cache(maxsize=8192)(OpenCC("s2t").convert)


def _traditional(text: str) -> str:
    """Character by character, so that positions stay."""
    convert = _to_traditional()
    return "".join(turned if len(turned := convert(char)) == 1 else char for char in text)


_lock = threading.Lock()


def installed() -> G2pw | None:
    """The network if its files lie in the cache (`models/g2pw`), else None; loaded once."""
    with _lock:
        return _load(_folder())


def _folder() -> Path:
    from ffvits.store.cache import home

    return home() / "models" / "g2pw"


@lru_cache(maxsize=1)
def _load(folder: Path) -> G2pw | None:
    if not all((folder / name).is_file() for name in FILES):
        return None
    try:
        return G2pw(folder)
    except ModuleNotFoundError as error:
        console.warn(f"g2pW is there, but the package {error.name!r} is not: the bundled reader is used")
        return None


def choose(sentence: str, bundled: Iterable[tuple[int, str]]) -> dict[int, tuple[str, str]]:
    """Readings by position and who decided them: `bundled` ones, overruled by g2pW where it is installed."""
    decided = {position: (reading, "model") for position, reading in bundled}
    network = installed()
    if network is not None:
        decided |= {position: (reading, "g2pW") for position, reading in network.choose(sentence).items()}
    return decided
