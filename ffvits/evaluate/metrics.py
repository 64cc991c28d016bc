"""Numbers by which voices and labels are judged. All are pure; whoever calls brings the models' outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ffvits.audio.loudness import at_level
from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np


def plain(text: str) -> str:
    """What counts in a comparison: the spoken words in Simplified characters, without marks, blanks and capitals."""
    from ffvits.text import normalize

    return "".join(re.findall(r"\w", normalize(text))).replace("_", "").lower()


def cer(reference: str, heard: str) -> float:
    """Character error rate: insertions, deletions and substitutions per character of the reference, from 0 up.

    Both texts are normalised first, so "2024年" and "二零二四年" are equal. An empty reference gives 0 if nothing was
    heard, else 1.
    """
    return _rate(plain(reference), plain(heard))


def pinyin_error(reference: str, heard: str, *, tones: bool = True) -> float:
    """Syllable error rate: like `cer`, but over pinyin, so a homophone is no error; `tones=False` ignores tones.

    This is what a listener hears of a voice: whether 在 was written 再 is the recogniser's affair.
    """
    return _rate(syllables(reference, tones), syllables(heard, tones))


def total_cer(pairs: Iterable[tuple[str, str]]) -> float:
    """Character error rate over many (reference, heard) pairs: all errors by all characters; 0 for no pair."""
    errors = length = 0
    for reference, heard in pairs:
        left, right = plain(reference), plain(heard)
        errors += distance(left, right)
        length += len(left)
    return errors / length if length else 0.0


def distance(left: Sequence[Any], right: Sequence[Any]) -> int:
    """The fewest insertions, deletions and substitutions that turn one sequence into the other.

    V. I. Levenshtein, "Binary codes capable of correcting deletions, insertions and reversals", 1966.
    """
    row = list(range(len(right) + 1))
    for number, item in enumerate(left, 1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(right, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (item != other))
    return row[-1]


@dataclass(frozen=True)
class Edits:
    """What turns a reference into what was heard, at the least cost: how many items were dropped, added, exchanged."""

    dropped: int
    added: int
    exchanged: int

    @property
    def total(self) -> int:
        return self.dropped + self.added + self.exchanged


def edits(reference: Sequence[Any], heard: Sequence[Any]) -> Edits:
    """The edits of `distance`, told apart."""
    row = [Edits(0, number, 0) for number in range(len(heard) + 1)]
    for number, item in enumerate(reference, 1):
        above, row = row, [Edits(number, 0, 0)]
        for place, other in enumerate(heard, 1):
            before, left, up = above[place - 1], row[place - 1], above[place]
            exchanged = Edits(before.dropped, before.added, before.exchanged + (item != other))
            added = Edits(left.dropped, left.added + 1, left.exchanged)
            dropped = Edits(up.dropped + 1, up.added, up.exchanged)
            row.append(min(exchanged, added, dropped, key=lambda way: way.total))
    return row[-1]


def similarity(left: np.ndarray, right: np.ndarray) -> float:
    """Cosine of two embeddings, from -1 to 1; 0 where one of them is all zeros."""
    import numpy as np

    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(np.dot(left, right)) / length if length else 0.0


def mel_distance(reference: Sound, spoken: Sound) -> float:
    """Mean distance of log-mel spectra in dB, after the best alignment in time; 0 for equal sounds.

    80 mel bands at 22.05 kHz, hop 256; loudness is taken out, and dynamic time warping lets the two differ in tempo.
    Raises ValueError if one of them is shorter than 50 ms.
    """
    import numpy as np

    left, right = _bands(reference), _bands(spoken)
    costs = np.sqrt(np.mean(np.square(left[:, None] - right[None]), axis=2))
    return _warped(costs)


def _rate(reference: Sequence[Any], heard: Sequence[Any]) -> float:
    if not reference:
        return float(bool(heard))
    return distance(reference, heard) / len(reference)


def syllables(text: str, tones: bool) -> list[str]:
    """The pinyin of a text as a dictionary has it; what a recogniser wrote is compared in the same way."""
    from pypinyin import Style, lazy_pinyin

    style = Style.TONE3 if tones else Style.NORMAL
    return lazy_pinyin(plain(text), style=style, neutral_tone_with_five=True, errors=list)


def _bands(sound: Sound) -> np.ndarray:
    """[frames, 80] in dB, of the sound at a level of -20 dBFS."""
    import numpy as np
    import torch

    from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram

    if sound.seconds < 0.05:
        raise ValueError(f"a sound of {sound.seconds:.3f} s is too short to compare")
    format = AudioFormat()
    samples = at_level(sound.at(format.sampling_rate).samples, 0.1)
    with torch.inference_mode():
        mel = mel_spectrogram(torch.from_numpy(samples), format)[0].T.numpy()
    return mel * np.float32(20 / np.log(10))


def _warped(costs: np.ndarray) -> float:
    """Mean cost along the cheapest monotonic path through [N, M], by anti-diagonals."""
    import numpy as np

    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    steps = np.zeros((rows + 1, columns + 1))
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        before = np.stack([total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]])
        walked = np.stack([steps[i - 1, j - 1], steps[i - 1, j], steps[i, j - 1]])
        best = before.argmin(axis=0)
        every = np.arange(len(i))
        total[i, j] = before[best, every] + costs[i - 1, j - 1]
        steps[i, j] = walked[best, every] + 1
    return float(total[rows, columns] / steps[rows, columns])
