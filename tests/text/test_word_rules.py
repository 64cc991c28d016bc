"""得 and 地 by the words around them; the sentences they are for stand in `polyphones.tsv`."""

import pytest

from ffvits.text.segmentation import cut
from ffvits.text.word_rules import adverbs, musts


@pytest.mark.parametrize(
    "text, places",
    [
        ("房子得通风，冰箱得除霜", [2, 8]),
        ("下周一得交表", [3]),
        ("这部电影得了金熊奖", []),
        ("她专业得让人佩服", []),
        ("孩子得奖学金", []),
        ("手续得", []),
        ("得", []),
        ("", []),
    ],
)
def test_what_does_nothing_must(text, places):
    assert list(musts(text, list(cut(text)))) == places


@pytest.mark.parametrize("text, places", [("他恋恋不舍地走开", [5]), ("他坐地铁", []), ("", [])])
def test_idioms_are_adverbs(text, places):
    assert list(adverbs(text, list(cut(text)))) == places
