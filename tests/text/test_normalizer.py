"""Numbers and signs become words: a table of real usage, and what holds for every text."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_tables import rows

from ffvits.text import clean, normalize
from ffvits.text.normalizer import trace
from ffvits.text.rules import RULES

CASES = rows("normalize.tsv")
ASCII_SIGNS = re.compile(r"[0-9!-/:-@\[-`{-~]")


def test_the_table_is_large_and_varied():
    assert len(CASES) >= 400
    assert len({category for category, *_ in CASES}) >= 12


@pytest.mark.parametrize("category", sorted({category for category, *_ in CASES}))
def test_written_text_is_spoken_as_people_say_it(category):
    wrong = [(w, normalize(w), s) for c, w, s in CASES if c == category and normalize(w) != s]
    assert not wrong


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_example_of_a_rule_holds(rule):
    for written, spoken in rule.examples:
        assert normalize(written) == spoken


def test_spoken_text_has_no_digit_and_no_sign_and_is_left_alone():
    for _, written, spoken in CASES:
        assert not ASCII_SIGNS.search(spoken), written
        assert normalize(spoken) == spoken


def test_changes_name_the_rule():
    spoken, changes = trace(clean("2024年花了¥5").text)
    assert spoken == "二零二四年花了五元"
    assert [(c.rule, c.written, c.spoken) for c in changes] == [
        ("year", "2024年", "二零二四年"),
        ("money", "¥5", "五元"),
    ]


def test_readings_in_braces_are_not_spoken():
    assert normalize("银行{hang2}有2个") == "银行有两个"
    assert normalize("a{b}c") == "a（b）c"


# Fragments in which contexts meet; random Unicode alone seldom makes a date.
SIGNS = "0123456789.,:;-+*/=%$#@&~^_|<>()[]{}'\"!? \n①Ⅳ½²³₂℃°×÷±≤√πα→·…—“”‘’《》⊥∠△∵₁⅞ⁿABIVXxkmgGhv"
HANZI = "年月日号点分秒个第元块万亿的是我你好著の股"
PIECES = """
12 2024 3.5 1,234 http://a.cn/1 km IV No. AK-47 Lv. v1. 第III章 周
2-4点 75-85折 周1-5 20240501 第(2)款 水:米= 3:25.6 ①② +1 59.9r 2m06 §3 Ag⁺+ EP1-3 N39°54′ 1:2= ÷3=3… pm 评分8/10
1/2 3:30 -5 AM 110 520 {hang2} C++ &nbsp; <b> [doge] 안녕 😀 \u200b (x+1)^2 log₂ |x| $x^2$ \\frac{1}{2} 3!=6 e^x
"""
FRAGMENTS = st.sampled_from([*SIGNS, *HANZI, *PIECES.split(), "\ud800"])
TEXTS = st.one_of(st.text(max_size=30), st.lists(FRAGMENTS, max_size=14).map("".join))


@settings(max_examples=500)
@given(TEXTS)
def test_any_text_normalises_once_and_for_all(text):
    spoken = normalize(text)
    assert not ASCII_SIGNS.search(spoken)
    assert normalize(spoken) == spoken


LONG = """
1/{} {}/1 {} 第{}章 {}-{} {}:30 {}年{}月 ¥{} -{}℃ 3!={} {}e3 1e{} v1.{}
{}/12=3 1/{}-{}/5 HP:{}/{} 评分{}/10 {}:{}={}:2 No.{}-5 {}r包邮 水:米={}:1 {}-5点
"""


@pytest.mark.parametrize("form", LONG.split())
def test_numbers_of_any_length_are_said(form):
    """Beyond 4,300 digits Python makes no number of them."""
    assert not ASCII_SIGNS.search(normalize(form.replace("{}", "1234567" * 700)))


def test_threads_agree():
    written = [w for _, w, _ in CASES]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(normalize, written)) == [s for *_, s in CASES]


@pytest.mark.parametrize(
    "unit",
    [
        "1-",
        "a-",
        "1~",
        "α",
        "年1",
        "<a",
        "，",
        "1:",
        "！",
        "a.",
        "_1",
        "1,234,",
        "。",
        "[",
        "&#1",
        "x^(",
        "|x",
        "√",
        "$a",
        "\\frac{",
        "1)",
        "哈)+1，",
    ],
)
def test_repetition_does_not_cost_more_than_its_length(unit, growth):
    """Ten times the text takes far less than a hundred times as long."""
    cleaned = {count: clean(unit * count).text for count in (10, 1500, 15000)}
    assert growth(lambda count: trace(cleaned[count]), 1500) < 45
