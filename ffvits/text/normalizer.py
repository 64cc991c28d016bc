"""Numbers and symbols to the words a reader would say."""

from __future__ import annotations

import re
from functools import lru_cache

from ffvits.text.characters import clean


@lru_cache(maxsize=1)
def _wetext():
    from wetext import Normalizer

    return Normalizer(lang="zh", operator="tn")


def normalize(text: str) -> str:
    """The text as it is spoken: no digit and no ASCII symbol is left."""
    return normalize_clean(clean(text).text)


def normalize_clean(text: str) -> str:
    """`normalize` for text that is already clean."""
    if re.search(r"\d", text):
        text = _wetext().normalize(text)
        text = re.sub(r"\d", lambda m: "零一二三四五六七八九"[int(m.group())], text)
    return re.sub(r"[.%+~:/=-]", "", text)
