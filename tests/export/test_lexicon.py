"""The lexicon for programs that look words up: what it holds, and how they read with it."""

from itertools import pairwise

import pytest

from ffvits.export import lexicon
from ffvits.text import front_end
from ffvits.text.characters import MARKS
from ffvits.text.polyphones import data_text, read_phrases
from ffvits.text.syllables import tidy


def entries(reader) -> dict[str, list[str]]:
    return {word: tokens.split(" ") for word, tokens in (row.split(" ", 1) for row in rows(reader))}


def rows(reader) -> list[str]:
    return lexicon.lexicon_file(reader).splitlines()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("银行行走", ["银行", "行走"]),
        ("行走银", ["行走", "银"]),
        ("他走", ["他", "走"]),
        ("", []),
        ("走，行，走。", ["走", "，行", "，", "走", "。"]),
        ("一二三四五六七八九十百", ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百"]),
    ],
)
def test_the_longest_word_from_the_left(text, pieces):
    words = {"银行", "行走", "，行", "一二三四五六七八九十百"}
    assert list(lexicon.longest_match(text, words)) == pieces
    assert list(lexicon.longest_match(text, words, {word[:2] for word in words})) == pieces


@pytest.mark.usefixtures("few_words")
def test_a_context_stands_above_its_characters_and_below_the_users_words():
    plain = entries(front_end("mandarin-lite"))
    assert plain["天重"] == list(front_end("mandarin-lite").encode("天{tian1}重{chong2}").symbols[:-1])
    assert plain["天重"][2:] != plain["重"]
    own = entries(front_end("mandarin-lite", lexicon={"我长": "wo3 chang2"}))
    assert own["我长"] == list(front_end("mandarin-lite").encode("我{wo3}长{chang2}").symbols[:-1])
    longer = entries(front_end("mandarin-lite", lexicon={"天": "tian1"}))
    assert "天重" not in longer


@pytest.mark.usefixtures("few_words")
def test_a_character_is_read_as_between_words_and_without_words_as_most_often():
    reader = front_end("mandarin-lite")
    said = {
        text: list(reader.encode(text).symbols[:-1]) for text in ("行{xing2}", "行{hang2}", "长{chang2}", "长{zhang3}")
    }
    among_words = entries(reader)
    assert (among_words["行"], among_words["长"]) == (said["行{hang2}"], said["长{chang2}"])
    alone = dict(row.split(" ", 1) for row in lexicon.lexicon_file(reader, words=False).splitlines())
    assert (alone["行"].split(" "), alone["长"].split(" ")) == (said["行{xing2}"], said["长{zhang3}"])
    own = entries(front_end("mandarin-lite", lexicon={"行": "xing2"}))
    assert own["行"] == said["行{xing2}"]


@pytest.mark.usefixtures("few_words")
@pytest.mark.parametrize("name", ["mandarin-lite", "pinyin-letters", "bopomofo"])
def test_a_context_may_hold_a_mark(name):
    known = entries(front_end(name))
    assert known["，长"] == known["，"] + entries(front_end(name, lexicon={"长": "zhang3"}))["长"]


@pytest.mark.usefixtures("few_words")
def test_what_stands_twice_is_written_once():
    words = [row.split(" ")[0] for row in rows(front_end("mandarin-lite"))]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", ["contexts.txt", "characters.txt"])
def test_every_shipped_context_has_a_syllable_for_each_character_and_is_in_reach(name):
    for context, readings in read_phrases(data_text(name)).items():
        assert len(context) == len(readings) <= lexicon.REACH
        for char, reading in zip(context, readings, strict=True):
            assert reading == (char if char in MARKS else tidy(reading))
        assert not any(a in MARKS and b in MARKS for a, b in pairwise(context))  # sherpa-onnx knows only the first


def test_words_that_are_read_otherwise_than_their_characters_are_telling():
    assert lexicon._telling("这个")  # 个 has one reading but loses its tone here
    assert lexicon._telling("银行")
    assert not lexicon._telling("苹果")
