"""Which symbols of one table are nearest to a symbol that it lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Marks that are read alike, whatever their width or alphabet.
_ALIKE = (
    "，,、、",
    "。.．",
    "！!",
    "？?",
    "；;，,",
    "：:，,",
    "…—-~～─",
    '“”"«»《》',
    "（）()",
    " _",
)


def relatives(symbol: str, table: Sequence[str]) -> list[str]:
    """The symbols of `table` that `symbol` should start from, all alike near; empty if it has none.

    A final with a tone is nearest to the same final with other tones, a mark to the same mark in another width, a
    letter to itself in the other case, an initial (`zh`) to its first letter.
    """
    final, tone = re.fullmatch(r"(.*?)([0-9]?)", symbol, re.DOTALL).groups()
    if final and tone:
        same_final = [other for other in table if re.fullmatch(re.escape(final) + r"[0-9]", other)]
        if same_final:
            return same_final
    for group in _ALIKE:
        if symbol in group:
            alike = [other for other in table if other in group and other != symbol]
            if alike:
                return alike[:1]
    other_case = [other for other in table if other.lower() == symbol.lower() and other != symbol]
    if other_case:
        return other_case[:1]
    plain = final or symbol
    return [other for other in table if len(plain) > 1 and other == plain[0]][:1]
