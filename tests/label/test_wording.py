"""From what is written to what is said."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.label.wording import named, punctuated, simplified, without_asides, wordings


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("今天是2024年5月1日。", "今天是二零二四年五月一日。"),
        ("60%是安全的", "百分之六十是安全的"),
        ("這裡很乾淨, 好", "这里很干净，好"),
        ("(音乐) 你好 , 世界!", "你好，世界！"),
        ("【笑】♪好的♪", "好的"),
        ("[Music]", ""),
        ("♪♪♪", ""),
        ("我用iPhone, 很好", "我用iPhone，很好"),
        ("好,。走吧", "好。走吧"),
        ("", ""),
    ],
)
def test_the_words_that_were_said(raw, said):
    assert wordings(raw)[0] == said


def test_corrections_have_the_last_word_and_longer_ones_go_first():
    table = {"派萌": "派蒙", "派萌酱": "派蒙酱酱"}
    assert wordings("派萌酱和派萌", corrections=table) == ["派蒙酱酱和派蒙"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("拍蒙说旅行者来了", "派蒙说旅行者来了"),
        ("履行者和派萌", "旅行者和派蒙"),
        ("女行者", "旅行者"),  # n and l in a long name
        ("拍门的人", "拍门的人"),  # men is not meng in a name of two
        ("今天", "今天"),
        ("", ""),
    ],
)
def test_names_are_put_right_by_their_sound(text, expected):
    assert named(text, ["派蒙", "旅行者", "X", "a"]) == expected


@given(st.text(max_size=30))
def test_marks_never_stand_at_the_start_nor_in_a_row(text):
    out = punctuated(without_asides(text))
    marks = "，。！？、；：…"
    assert not out or out[0] not in marks
    assert not any(a in marks and b in marks for a, b in itertools.pairwise(out))


@given(st.text(max_size=30))
def test_simplifying_keeps_every_character_in_its_place(text):
    assert len(simplified(text)) == len(text)
