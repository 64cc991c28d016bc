"""Latin letters and words inside Chinese, read with Mandarin syllables."""

from __future__ import annotations

LETTERS: dict[str, tuple[str, ...]] = {
    "A": ("ei1",), "B": ("bi4",), "C": ("xi1",), "D": ("di4",), "E": ("yi4",), "F": ("ai2", "fu5"), "G": ("ji4",),
    "H": ("ei1", "chi5"), "I": ("ai4",), "J": ("zhei4",), "K": ("kei1",), "L": ("ai2", "lou5"), "M": ("ai2", "mu5"),
    "N": ("en1",), "O": ("ou1",), "P": ("pi1",), "Q": ("kiu1",), "R": ("a4", "er5"), "S": ("ai2", "si5"),
    "T": ("ti4",), "U": ("you1",), "V": ("wei1",), "W": ("da2", "bu5", "liu5"), "X": ("ai2", "ke5", "si5"),
    "Y": ("wai4",), "Z": ("zei4",),
}  # fmt: skip


def read_word(word: str) -> tuple[str, ...] | None:
    """A Latin word in Mandarin syllables, or None where it is better spelled letter by letter."""
    return None
