"""The ways a number may have been spoken."""

import pytest

from ffvits.text import normalize, readings

CASES = [
    ("2024年", ["二零二四年", "两千零二十四年"]),
    ("拨打12306", ["拨打幺二三零六", "拨打一二三零六"]),
    ("房间1101", ["房间幺幺零幺", "房间一一零一"]),
    ("200块", ["两百块", "二百块"]),
    ("2倍", ["两倍", "二倍"]),
    ("2024年5月1日", ["二零二四年五月一日", "两千零二十四年五月一日"]),
]


@pytest.mark.parametrize("text, wanted", CASES)
def test_the_other_ways_are_among_them(text, wanted):
    found = readings(text)
    assert found[0] == wanted[0] == normalize(text)
    assert set(wanted) <= set(found)
    assert len(found) == len(set(found))


def test_text_without_numbers_has_one():
    assert readings("你好，世界") == ["你好，世界"]


def test_many_numbers_stay_bounded():
    text = "，".join(f"{n}个" for n in range(200, 260))
    assert len(readings(text)) == 16
    assert len(readings(text, limit=3)) == 3
