"""Sandhi and erhua where the base was trained with them, and only there."""

import pytest

from ffvits.text import FRONT_ENDS, front_end

SANDHI = [
    ("你好", "ni2 hao3"),
    ("老虎", "lao2 hu3"),
    ("展览馆", "zhan2 lan2 guan3"),
    ("纸老虎", "zhi2 lao2 hu3"),
    ("很美丽", "hen2 mei3 li4"),
    ("一个", "yi2 ge4"),
    ("一天", "yi4 tian1"),
    ("一年", "yi4 nian2"),
    ("第一天", "di4 yi1 tian1"),
    ("看一看", "kan4 yi5 kan4"),
    ("一九九一年", "yi1 jiu2 jiu3 yi1 nian2"),
    ("十一月", "shi2 yi1 yue4"),
    ("不是", "bu2 shi4"),
    ("不来", "bu4 lai2"),
    ("我不", "wo3 bu4"),
    ("好{hao3}我{wo3}", "hao3 wo3"),
]


@pytest.mark.parametrize("text, pinyin", SANDHI)
def test_sandhi(text, pinyin):
    assert " ".join(front_end("initials-finals").encode(text).pinyin) == pinyin


def test_a_mark_ends_the_reach():
    assert front_end("initials-finals").encode("你，好").pinyin == ("ni3", "hao3")


ERHUA = [
    ("花儿", "hua1 r5"),
    ("哪儿", "na3 r5"),
    ("一会儿", "yi2 hui4 r5"),
    ("女儿", "nv3 er2"),
    ("儿子", "er2 zi5"),
    ("婴儿", "ying1 er2"),
]


@pytest.mark.parametrize("text, pinyin", ERHUA)
def test_erhua(text, pinyin):
    assert " ".join(front_end("initials-finals").encode(text).pinyin) == pinyin


@pytest.mark.parametrize("name", [n for n in FRONT_ENDS if n not in ("initials-finals", "vits_chinese")])
def test_plain_bases_get_neither(name):
    """Only set phrases (不是, 一起) have the changed tone, as in the dictionary those bases were trained with."""
    assert front_end(name).encode("你好，不去花儿").pinyin == ("ni3", "hao3", "bu4", "qu4", "hua1", "er2")
    assert front_end(name).encode("我不是，我们一起走").pinyin[1:6] == ("bu2", "shi4", "wo3", "men5", "yi4")
