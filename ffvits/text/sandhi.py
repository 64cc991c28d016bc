"""Tone sandhi and erhua, for the bases that were trained with them."""

from __future__ import annotations

from collections.abc import Sequence

from ffvits.text.tokens import Token


def apply_erhua(tokens: Sequence[Token]) -> list[Token]:
    """Erhua written into the syllable before it."""
    return list(tokens)


def apply_sandhi(tokens: Sequence[Token]) -> list[Token]:
    """Third-tone, 一 and 不 sandhi."""
    return list(tokens)
