"""Every stage shows where things came from."""

import pytest

from ffvits.errors import TextError
from ffvits.text import front_end
from ffvits.text.explain import explain


def test_stages():
    steps = {s.stage: s for s in explain("我在重{chong2}庆花了2.5元😀", front_end("bopomofo"))}
    assert list(steps) == ["text", "clean", "normalize", "words", "pinyin", "symbols", "ids"]
    assert steps["text"].details == ("'{chong2}' (character 4): written in braces",)
    assert "Grinning face" in steps["clean"].details[0]
    assert steps["normalize"].result == "我在重庆花了二点五元"
    assert "number: 2.5 → 二点五" in steps["normalize"].details
    assert "重 chong2: written in braces" in steps["pinyin"].details
    assert "庆 qing4 → ㄑ ㄧ ㄥ ˋ" in steps["symbols"].details
    assert "4de717b7fd9a8639" in steps["ids"].details[0]


def test_the_stages_are_those_of_encode():
    end = front_end("mandarin-lite")
    text = "今天是2024年5月1日，OK！"
    encoded = end.encode(text)
    steps = {s.stage: s.result for s in explain(text, end)}
    assert steps["normalize"] == encoded.spoken
    assert steps["pinyin"] == " ".join(encoded.pinyin)
    assert steps["ids"] == " ".join(map(str, encoded.ids))


def test_words_of_the_lexicon_are_no_change_of_a_rule():
    steps = {s.stage: s for s in explain("1v1，2个", front_end("cjke", lexicon={"1v1": "yi1 dui4 yi1"}))}
    assert steps["clean"].result == "1v1，2个"
    assert [d.split(":")[0] for d in steps["normalize"].details] == ["number"]
    assert "1v1 yi1: your lexicon" in steps["pinyin"].details


def test_errors_pass_through():
    with pytest.raises(TextError):
        explain("", front_end("cjke"))
