"""还给 that gives back or does something besides; more of its sentences stand in `polyphones.tsv`."""

import pytest

from ffvits.text.returns import besides


@pytest.mark.parametrize(
    "text, places",
    [
        ("老师还给他补了三节课，店家还给打了八折", [2, 13]),
        ("她还给猫织了件毛衣", [1]),
        ("他还给我看", [1]),
        ("他还给我一本书", []),
        ("把伞还给我，你还给我装糊涂", [7]),
        ("请还给失主并道歉", []),
        ("还给你防身", []),
        ("书还给我看病的钱", []),
        ("玩一会儿再还给哆啦美", []),
        ("还给他", []),
        ("还给", []),
        ("", []),
    ],
)
def test_what_is_done_besides(text, places):
    assert list(besides(text)) == places
