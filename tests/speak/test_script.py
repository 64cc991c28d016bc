"""Breaks, pauses and phrases: what is silent, and for how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.errors import FfvitsError, TextError
from ffvits.speak.script import Line, script

CASES = [
    ("你好", [Line("你好", 0)]),
    ("你好。世界", [Line("你好。", 0.5), Line("世界", 0)]),
    ('你好<break time="500ms"/>世界', [Line("你好", 0.5), Line("世界", 0)]),
    ("你好。<BREAK time='1.5s' />世界", [Line("你好。", 1.5), Line("世界", 0)]),
    ("你好<break time=.25s></break>世界", [Line("你好", 0.25), Line("世界", 0)]),
    ('你好<break strength="weak"/>世界', [Line("你好", 0.25), Line("世界", 0)]),
    ("你好<break/>世界", [Line("你好", 0.5), Line("世界", 0)]),
    ('你好<break strength="none"/>世界', [Line("你好", 0), Line("世界", 0)]),
    ('<break time="1s"/>你好<break time="2s"/>', [Line("", 1), Line("你好", 2)]),
    ('你好<break time="1s"/><break time="1s"/>世界', [Line("你好", 2), Line("世界", 0)]),
    ('<speak version="1.1">你好</speak>', [Line("你好", 0)]),
    ("银行{hang2}<break/>行{xing2}", [Line("银行{hang2}", 0.5), Line("行{xing2}", 0)]),
    ("突破<breakfast>了", [Line("突破<breakfast>了", 0)]),
    ("。。。你好。\n“……”", [Line("。。。你好。 “……”", 0)]),
    ("你好。<break/>😀", [Line("你好。", 0.5)]),
    ("……<break time='1s'/>你好", [Line("", 1), Line("你好", 0)]),
]


@pytest.mark.parametrize(("text", "lines"), CASES, ids=[text for text, _ in CASES])
def test_lines(text, lines):
    assert script(text) == lines


def test_pauses_scale_and_breaks_do_not():
    text = '你好。世界，<break time="1s"/>你好'
    assert [line.pause for line in script(text, pause=1.0, speed=2.0)] == [0.5, 1, 0]
    assert [line.pause for line in script(text, pause=0)] == [0, 1, 0]


@pytest.mark.parametrize("element", ['<break time="long"/>', '<break time="61s"/>', '<break strength="huge"/>'])
def test_what_is_no_break_is_shown(element):
    with pytest.raises(TextError, match="is no break") as caught:
        script(f"你好{element}世界")
    assert caught.value.position == 2


@pytest.mark.parametrize("pause", [-0.1, 61, float("nan")])
def test_an_impossible_pause(pause):
    with pytest.raises(FfvitsError, match="pause"):
        script("你好", pause=pause)


@given(st.text(alphabet='你好。，<>break time="1s/{} \n', max_size=60))
def test_any_text_gives_lines_or_a_text_error(text):
    try:
        lines = script(text)
    except TextError:
        return
    assert any(line.text for line in lines)
    assert all(0 <= line.pause <= 60 * len(lines) for line in lines)
