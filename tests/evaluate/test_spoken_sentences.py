"""The bundled test set: whole, spread over its kinds, and read by our front ends as a native speaker reads it."""

from collections import Counter

import pytest

from ffvits.evaluate.sentences import load_sentences, spread
from ffvits.evaluate.syllables import intended
from ffvits.text import FRONT_ENDS, front_end
from ffvits.text.syllables import tidy

CATEGORIES = {
    "everyday", "news", "dialogue", "syllables", "tones", "yi-bu", "neutral", "erhua", "digits", "polyphones", "names",
    "long", "questions",
}  # fmt: skip


def test_there_are_a_hundred_of_all_kinds():
    sentences = load_sentences()
    assert [s.number for s in sentences] == list(range(1, 101))
    assert {s.category for s in sentences} == CATEGORIES
    assert len({s.text for s in sentences}) == 100


def test_the_set_covers_most_syllables():
    said = [p for s in load_sentences() for p in s.pinyin if p != "r5"]
    assert all(tidy(p) == p for p in said)
    assert len(set(said)) >= 600
    assert len({p[:-1] for p in said}) >= 350


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_every_front_end_reads_as_many_syllables(name):
    reader = front_end(name)
    assert [s.text for s in load_sentences() if len(reader.encode(s.text).syllables) != len(s.pinyin)] == []


def test_our_front_end_reads_them_as_the_set_says():
    """Apart from neutral tones, which a dictionary gives in full, at most one syllable in a hundred differs."""
    wrong, total = Counter(), 0
    for sentence in load_sentences():
        for said, read in zip(sentence.pinyin, intended(sentence.text), strict=True):
            total += 1
            if said != read and not (said[:-1] == read[:-1] and "5" in (said[-1], read[-1])):
                wrong[f"{read} for {said}: {sentence.text}"] += 1
    assert sum(wrong.values()) <= total / 100, wrong


@pytest.mark.parametrize("count", [1, 13, 30, 99, 100, 500])
def test_a_part_of_the_set_is_spread_over_it(count):
    part = spread(count)
    assert len(part) == min(count, 100)
    assert len({s.number for s in part}) == len(part)
    assert len({s.category for s in part}) >= min(count, 100) // 10
