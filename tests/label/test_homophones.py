"""The right character among those that sound alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffvits.label import homophones


@pytest.fixture(scope="module")
def spelling():
    return homophones.load()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("男主角大明顶顶", "男主角大名鼎鼎"),
        ("音乐人皆小", "音乐人揭晓"),
        ("赔了两千元一要费", "赔了两千元医药费"),
        ("尤其是周边国家防架下跌", "尤其是周边国家房价下跌"),
        ("土地红立", "土地红利"),
        ("今天天气很好", "今天天气很好"),
        ("iPhone，土地红立！123", "iPhone，土地红利！123"),
        ("", ""),
    ],
)
def test_likelier_words_of_the_same_sound(spelling, written, said):
    assert spelling.respell(written) == said


def test_what_the_recogniser_is_sure_of_stays(spelling):
    assert spelling.respell("大明顶顶", [0.6, 0.6, 0.6, 0.6]) == "大名鼎鼎"
    assert spelling.respell("大明顶顶", [0.9999] * 4) == "大明顶顶"


def test_readings_that_a_character_never_has_in_the_word_do_not_count(spelling):
    assert spelling.respell("个人博客中") == "个人博客中"


def test_a_probability_for_each_character_is_wanted(spelling):
    with pytest.raises(ValueError, match="3 probabilities for 4"):
        spelling.respell("大明顶顶", [0.5] * 3)


@settings(max_examples=30)
@given(st.text("天地人和一二三，。abc 的了是不在有我他这大", max_size=12))
def test_length_and_everything_but_hanzi_stay(spelling, text):
    out = spelling.respell(text)
    assert len(out) == len(text)
    assert [c for c in out if not "一" <= c <= "鿿"] == [c for c in text if not "一" <= c <= "鿿"]
