"""得 and 地 by the words around them; the sentences they are for stand in `polyphones.tsv`."""

import pytest

from ffvits.text.segmentation import cut
from ffvits.text.word_rules import adverbs, degrees, musts


@pytest.mark.parametrize(
    "text, places",
    [
        ("房子得通风，冰箱得除霜", [2, 8]),
        ("下周一得交表", [3]),
        ("敌人太猛，得撤，也得见过故人", [5]),
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


@pytest.mark.parametrize(
    "text, places",
    [
        ("他恋恋不舍地走开", [5]),
        ("他三下五除二地拆了", [6]),
        ("一小格一小格地走", [6]),
        ("低低地喝了一声", [2]),
        ("鱼在水里自在地游", [6]),
        ("他坐地铁", []),
        ("", []),
    ],
)
def test_idioms_and_manners_are_adverbs(text, places):
    assert list(adverbs(text, list(cut(text)))) == places


@pytest.mark.parametrize(
    "text, places",
    [
        ("他演得入木三分，菜贵得肉疼", [2, 10]),
        ("风扇转得嗡嗡响", [3]),
        ("雪白得晃人眼", [2]),
        ("这活得我干", []),
        ("他赢得众人支持", []),
        ("得", []),
        ("", []),
    ],
)
def test_degrees(text, places):
    assert list(degrees(text, list(cut(text)))) == places
