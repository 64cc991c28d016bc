"""Readings in context: polyphones, family names, places, neutral tones."""

import re

import pytest
from text_tables import rows

from ffvits.text.mandarin import character_readings, read
from ffvits.text.tokens import Mark, Word

CASES = rows("polyphones.tsv")


@pytest.mark.parametrize("category", sorted({category for category, *_ in CASES}))
def test_marked_characters_are_read_as_given(category):
    wrong = []
    for kind, marked, readings in CASES:
        if kind != category:
            continue
        text = re.sub("[【】]", "", marked)
        places = [m.start() - 2 * i for i, m in enumerate(re.finditer("【", marked))]
        found = character_readings(text)
        wrong += [
            (text, text[p], found[p], r) for p, r in zip(places, readings.split("/"), strict=True) if found[p] != r
        ]
    assert not wrong


def test_tokens_keep_text_places_and_words():
    tokens = read("他在银行，看NBA", lexicon={}, inline={})
    assert [t.text for t in tokens] == ["他", "在", "银行", "，", "看", "NBA"]
    assert isinstance(tokens[3], Mark) and tokens[3].start == 4
    assert isinstance(tokens[5], Word)
    assert [p.start for p in tokens[5].pieces] == [6] if len(tokens[5].pieces) == 1 else [6, 7, 8]


def test_a_phrase_over_the_border_of_words_does_not_count():
    assert character_readings("晚上当我回家")[2] == "dang1"
    assert character_readings("他上当了")[2] == "dang4"


def test_a_phrase_of_four_characters_and_more_counts_wherever_it_stands():
    assert character_readings("但闻燕山胡骑鸣啾啾")[2:6] == ["yan1", "shan1", "hu2", "ji4"], "the segmenter sees 胡骑鸣"


def test_readings_are_as_long_as_the_text():
    text = "2024年，他说: OK!"
    readings = character_readings(text)
    assert len(readings) == len(text)
    assert [r for r in readings if r] == ["nian2", "ta1", "shuo1"]
