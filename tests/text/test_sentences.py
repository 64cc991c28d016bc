"""Long text in speakable phrases."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ffvits.text import Phrase, split_sentences
from ffvits.text.characters import clean
from ffvits.text.sentences import LONGEST_WORD, has_words


@pytest.mark.parametrize(
    "text, phrases",
    [
        ("你好。我是派蒙！", ["你好。", "我是派蒙！"]),
        ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
        ("第一段\n第二段", ["第一段", "第二段"]),
        ("真的？！好……", ["真的？！", "好……"]),
        ("价格3.14元，v1.2.3。", ["价格3.14元，v1.2.3。"]),
        ("Hello world. OK?", ["Hello world.", "OK?"]),
        ("。。。你好。", ["。。。你好。"]),
        ("“……”\n你好。", ["“……” 你好。"]),
        ("😀。你好。[doge]。(≧▽≦)！再见。", ["😀。你好。[doge]。(≧▽≦)！", "再见。"]),
        ("你好。\n\n……\n再见。", ["你好。 ……", "再见。"]),
        ("A. 苹果 B. 香蕉。", ["A. 苹果 B. 香蕉。"]),
        ("1. 打开 2. 关闭", ["1. 打开 2. 关闭"]),
        ("好(。・ω・。)走。来", ["好(。・ω・。)走。", "来"]),
        (
            "看[CQ:image,file=a!b.jpg,url=https://a.cn/?c=1&d;e]这张。好",
            ["看[CQ:image,file=a!b.jpg,url=https://a.cn/?c=1&d;e]这张。", "好"],
        ),
        ("好(｡･ω･｡)ﾉ♡走。来", ["好(｡･ω･｡)ﾉ♡走。", "来"]),
        ("Mr. Wang和J. Smith来了。", ["Mr. Wang和J. Smith来了。"]),
        ("设 $f(n)=n!$，则 $x; y$。好", ["设 $f(n)=n!$，则 $x; y$。", "好"]),
        ("有$$\na=1; \nb=2!\n$$成立。好", ["有$$ a=1; b=2! $$成立。", "好"]),
        ("有\\[\na=n!\n\\]成立。好", ["有\\[ a=n! \\]成立。", "好"]),
        ("花了$5。又花$6。", ["花了$5。", "又花$6。"]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_sentences(text, phrases):
    assert [p.text for p in split_sentences(text)] == phrases


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from([*"天地，。！？…—“”\n <>[(a1", "😀", "[doge]", "<br>"]), max_size=60).map("".join),
    st.integers(1, 20),
)
@example("天。<a\n>", 1)
def test_only_a_text_without_words_gives_a_phrase_without(text, limit):
    phrases = split_sentences(text, limit)
    assert len(phrases) <= 1 or all(has_words(p.text) for p in phrases)


def test_pauses():
    assert split_sentences("一。二\n三") == [Phrase("一。", 0.5), Phrase("二", 0.8), Phrase("三", 0.0)]
    long = split_sentences("今天天气很好，我们去公园，然后回家。", max_chars=8)
    assert [p.pause for p in long[:-1]] == [0.25] * (len(long) - 1)


def test_never_inside_a_word_a_number_or_braces():
    text = "他在银行{hang2}里取了1234567.89元钱然后坐着www.example.com的车回到了中华人民共和国的首都北京市" * 3
    phrases = [p.text for p in split_sentences(text, max_chars=12)]
    assert "".join(phrases) == text
    for whole in ("银行", "{hang2}", "1234567.89", "www.example.com", "首都"):
        assert sum(p.count(whole) for p in phrases) == 3
    assert not any(p.startswith("{") for p in phrases)


def test_never_inside_a_formula():
    formula = r"$\frac{a+b}{c+d}, \sqrt{x^2+y^2}: x$"
    phrases = [p.text for p in split_sentences(f"已知{formula}成立的时候我们说{formula}是对的" * 3, max_chars=12)]
    assert sum(p.count(formula) for p in phrases) == 6


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("天地玄黄，。！？…—“”、；：.,!? \n{}a1银行"), max_size=80), st.integers(1, 30))
def test_nothing_but_space_is_lost(text, limit):
    joined = "".join(p.text for p in split_sentences(text, limit))
    assert [c for c in joined if not c.isspace()] == [c for c in text if not c.isspace()]


@pytest.mark.parametrize("unit", ["6", "w", "1+", "HelloWorld", "a1%20", "%", "%a", "$x+$", "+ "])
def test_what_nobody_says_as_one_word_is_cut(unit):
    """Memory grows with the square of a phrase: 4,096 digits in one took seven gigabytes."""
    text = f"好{unit * (4096 // len(unit))}好"
    phrases = [p.text for p in split_sentences(text)]
    assert "".join("".join(phrases).split()) == "".join(text.split())
    assert max(map(len, phrases)) <= 2 * LONGEST_WORD


def test_never_inside_a_code_of_a_bot():
    """A picture's is longer than a phrase: cut at its commas it was read out letter by letter."""
    code = f"[CQ:image,file=0A1B.image,subType=0,url=https://gchat.qpic.cn/{'0A1B2C3D/' * 40}0?term=2&is_origin=0]"
    phrases = split_sentences(f"你好{code}今天天气很好{code}")
    assert [clean(p.text).text.strip() for p in phrases] == ["你好", "今天天气很好"]


def test_limit_is_checked():
    with pytest.raises(ValueError, match="max_chars"):
        split_sentences("好", 0)


@pytest.mark.parametrize(
    "unit", ["今天天气很好，我们去公园玩吧。", "的", "今天我们去公园玩", "，", "{", "”", "?\n", "12", "😀。", "\n"]
)
def test_time_grows_with_the_length(unit, growth):
    """Ten times the text takes far less than a hundred times as long."""
    assert growth(lambda count: split_sentences(unit * count), 2000 // len(unit)) < 45
