"""The tables of rules for polyphones, and the notation they are written in."""

import re

import pytest
from text_tables import rows

from ffvits.text.polyphone_rules import (
    body,
    dealings,
    deeds,
    degree,
    expand,
    hands,
    kitchen,
    measures,
    particles,
    ruled,
    things,
)
from ffvits.text.syllables import tidy

MODULES = (degree, particles, things, measures, hands, kitchen, body, dealings, deeds)
TABLES = [module.RULES for module in MODULES]


def test_a_character_stands_in_one_table():
    listed = [char for table in TABLES for char in table]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_reads_one_character_and_has_a_sentence_in_the_table(table):
    sentences = [re.sub("[【】]", "", marked) for _, marked, _ in rows("polyphones.tsv")]
    for char, rules in table.items():
        holding = [sentence for sentence in sentences if char in sentence]
        for pattern, reading in rules:
            assert tidy(reading) == reading
            found = {match.group() for sentence in holding for match in re.finditer(expand(pattern), sentence)}
            assert found == {char}, pattern


def test_what_stands_before_may_be_listed_in_several_lengths():
    assert expand("(?<=很|油锅)炸") == "(?:(?<=很)|(?<=油锅))炸"
    assert expand("(?<![很太]|油锅)炸(?=a|b)") == "(?<![很太])(?<!油锅)炸(?=a|b)"
    assert expand("(?<=[(|]x|y)炸") == "(?:(?<=[(|]x)|(?<=y))炸"


@pytest.mark.parametrize("before, after", [("", ""), ("好，", "。"), ("“", "”")])
def test_clauses_open_and_end_at_marks_and_edges(before, after):
    assert re.search(expand("§走¶"), f"{before}走{after}")
    assert not re.search(expand("§走¶"), f"我走{after}")
    assert not re.search(expand("§走¶"), f"{before}走了")


def test_of_one_place_the_last_rule_counts():
    assert dict(ruled("他身着汉服"))[2] == "zhuo2"
    assert dict(ruled("")) == {}
