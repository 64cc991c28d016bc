"""Voices told apart, on made-up embeddings with the likenesses that real ones have."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffvits.label.voices import FEWEST, one_person, tell_apart


def people(counts: list[int], seed: int = 0, spread: float = 0.35) -> np.ndarray:
    """Embeddings [N, 256] of several people: about 0.9 alike within a person, about 0.6 between two."""
    rng = np.random.default_rng(seed)
    common = np.abs(rng.normal(size=256))
    rows = []
    for count in counts:
        own = np.abs(common + rng.normal(0, 1.6, 256))
        rows += [np.abs(own / np.linalg.norm(own) + rng.normal(0, spread / 16, 256)) for _ in range(count)]
    voices = np.stack(rows)
    return (voices / np.linalg.norm(voices, axis=1, keepdims=True)).astype(np.float32)


def test_the_made_up_voices_are_as_far_apart_as_real_ones():
    voices = people([20, 20])
    alike = voices @ voices.T
    assert 0.85 < alike[:20, :20].mean() < 0.95
    assert 0.5 < alike[:20, 20:].mean() < 0.7


@pytest.mark.parametrize("counts", [[30, 1], [30, 5, 1, 1], [12, 11], [8, 2], [6], [100, 40, 30]])
def test_the_voice_heard_most_is_the_character(counts):
    found = tell_apart(people(counts), [3.0] * sum(counts))
    expected = [number for number, count in enumerate(counts) for _ in range(count)]
    assert [heap == 0 for heap in found.heap] == [who == 0 for who in expected]
    assert found.judged


def test_time_counts_not_clips():
    found = tell_apart(people([4, 8]), [10.0] * 4 + [1.0] * 8)
    assert found.heap[:4] == (0,) * 4 and 0 not in found.heap[4:]


def test_others_are_named_by_how_long_they_are_heard():
    found = tell_apart(people([20, 2, 5]), [3.0] * 27)
    assert {found.name(number) for number in range(20)} == {"A"}
    assert found.name(20) == "C" and found.name(26) == "B"


def test_two_strangers_who_are_a_little_alike_are_not_one():
    """0.78 alike, as clips of two people can be: enough for a heap of the character's, not for a name."""
    voices = np.zeros((12, 256), np.float32)
    voices[:10, 0] = 1
    voices[10, 1] = 1
    voices[11, 1:3] = 0.78, np.sqrt(1 - 0.78**2)
    found = tell_apart(voices, [3.0] * 12)
    assert {found.name(10), found.name(11)} == {"B", "C"}
    voices[11, 1:3] = 0.9, np.sqrt(1 - 0.9**2)
    found = tell_apart(voices, [3.0] * 12)
    assert found.name(10) == found.name(11) == "B"


def test_a_reference_names_the_character_though_another_is_heard_more():
    voices = people([5, 20])
    found = tell_apart(voices, [3.0] * 25, reference=voices[2])
    assert found.heap[:5] == (0,) * 5 and 0 not in found.heap[5:]


@pytest.mark.parametrize("count", range(FEWEST))
def test_few_clips_are_not_judged(count):
    found = tell_apart(people([1] * max(count, 1))[:count], [2.0] * count)
    assert not found.judged
    assert found.heap == (0,) * count


def test_a_crowd_without_a_main_voice_is_said_to_be_one():
    assert not tell_apart(people([3] * 8), [3.0] * 24).dominant
    assert tell_apart(people([20, 3]), [3.0] * 23).dominant


def test_a_threshold_by_hand_is_taken_as_it_is():
    voices = people([20])
    assert 0 not in tell_apart(voices, [3.0] * 20, threshold=0.999).heap
    assert set(tell_apart(people([10, 10]), [3.0] * 20, threshold=0.1).heap) == {0}


@settings(max_examples=20)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(0, 99))
def test_the_order_of_the_clips_does_not_matter(counts, seed):
    voices = people(counts, seed)
    seconds = np.random.default_rng(seed).uniform(1, 9, len(voices))
    order = np.random.default_rng(seed + 1).permutation(len(voices))
    one, two = tell_apart(voices, seconds), tell_apart(voices[order], seconds[order])
    assert [one.heap[n] == 0 for n in order] == [heap == 0 for heap in two.heap]


def test_many_clips_are_judged_in_bounded_memory():
    counts = [1800, 150, 60]
    found = tell_apart(people(counts), [3.0] * sum(counts))
    assert sum(heap == 0 for heap in found.heap[:1800]) > 1790
    assert 0 not in found.heap[1800:]


def test_speakers_that_are_one_person_are_found():
    voices = people([9, 4, 1])
    assert one_person(voices, [*"aaaabbbcd", *"eeee", "f"]) == ["a", "b"]  # c and d have too few clips to tell
    assert one_person(voices, [*"a" * 9, *"eeee", "f"]) == []
    assert one_person(voices[:9], ["a"] * 9) == []
