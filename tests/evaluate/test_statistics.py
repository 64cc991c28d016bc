"""Intervals and tests: known cases, and what must hold for any votes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.evaluate.statistics import area, difference, figure, share


def test_a_figure_counts_characters_not_sentences():
    found = figure([(1.0, 1.0), (0.0, 9.0)])
    assert found.value == pytest.approx(0.1)
    assert found.low <= found.value <= found.high
    assert found.n == 2


def test_sentences_without_a_whole_do_not_count():
    assert figure([(0.0, 0.0), (1.0, 2.0)]).n == 1
    assert figure([(0.0, 0.0)]) is None
    assert figure([]) is None


def test_the_interval_holds_the_truth_in_about_95_of_100_cases():
    random = np.random.default_rng(3)
    held = 0
    for _ in range(100):
        found = figure([(float(v), 1.0) for v in random.normal(0.5, 0.2, 60)])
        held += found.low <= 0.5 <= found.high
    assert 88 <= held <= 99


def test_a_real_difference_is_sure_and_none_is_not():
    random = np.random.default_rng(5)
    a = [(float(v), 1.0) for v in random.normal(0.3, 0.1, 80)]
    better = [(v - 0.05 + float(e), 1.0) for (v, _), e in zip(a, random.normal(0, 0.05, 80), strict=True)]
    found = difference(a, better)
    assert found.value == pytest.approx(-0.05, abs=0.02)
    assert found.high < 0 and 0 < found.p < 0.01  # draws that never came up are no proof
    same = difference(a, a)
    assert same.value == 0 and same.p == 1
    assert difference([(0.0, 0.0)], [(1.0, 1.0)]) is None


def test_chance_alone_is_seldom_called_a_difference():
    random = np.random.default_rng(7)
    called = 0
    for _ in range(100):
        a, b = ([(float(v), 1.0) for v in random.normal(0.5, 0.2, 30)] for _ in range(2))
        called += difference(a, b).p < 0.05
    assert called <= 12


def test_equal_input_gives_equal_output():
    parts = [(float(v), 1.0) for v in range(9)]
    assert figure(parts) == figure(parts)
    assert figure(parts, seed=1) != figure(parts, seed=2)


@given(st.integers(0, 40), st.integers(1, 40))
def test_a_preference_lies_in_its_interval(votes, more):
    found = share(votes, votes + more)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_no_vote_is_no_preference():
    with pytest.raises(ValueError, match="no votes"):
        share(0, 0)


def test_the_area_under_the_curve():
    assert area([2, 3], [0, 1]) == 1
    assert area([0, 1], [0, 1]) == 0.5
    assert area([0], [1, 2]) == 0
