"""The aligner: the best path, against all paths; syllables of synthetic speech, whose places are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffvits.audio.sound import Sound
from ffvits.evaluate.aligner import best_path, best_totals, chain, load_aligner, states_of
from ffvits.evaluate.sentences import load_sentences
from ffvits.evaluate.takes import speak
from ffvits.text.syllables import known_bases
from ffvits.voice import Voice


@pytest.mark.parametrize(
    ("pinyin", "states"),
    [
        ("hang2", ("h", "ang<", "ang>")),
        ("an1", ("an<", "an>")),
        ("zhi4", ("zh", "iii<", "iii>")),
        ("si1", ("s", "ii<", "ii>")),
        ("ju2", ("j", "v<", "v>")),
        ("you3", ("iou<", "iou>")),
        ("r5", ("er<", "er>")),
    ],
)
def test_a_syllable_is_its_initial_and_two_halves_of_its_final(pinyin, states):
    assert states_of(pinyin) == states


def test_every_syllable_of_the_test_set_is_known():
    known = set(load_aligner().names)
    wanted = {state for s in load_sentences() for state in chain(s.pinyin)[0]}
    assert wanted <= known


def test_every_syllable_that_can_be_written_is_known():
    assert {state for base in known_bases() for state in states_of(f"{base}1")} <= set(load_aligner().names)


def allowed(path, places, optional) -> bool:
    """In order, no place but an optional one passed over, each held for two frames or more."""
    runs = [(place, len(list(group))) for place, group in itertools.groupby(path)]
    visited = [place for place, _ in runs]
    if any(length < 2 for _, length in runs) or visited != sorted(set(visited)):
        return False
    return all(place in visited or optional[place] for place in range(places))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 3), st.integers(0, 7))
def test_the_best_path_is_the_best_of_all(seed, places, mask):
    optional = [bool(mask >> place & 1) for place in range(places)]
    # Two optional places never stand together: silence is not followed by silence.
    optional = [flag and not (place and optional[place - 1]) for place, flag in enumerate(optional)]
    frames = 2 * places + 1
    scores = np.random.default_rng(seed).normal(size=(frames, places))
    every = [p for p in itertools.product(range(places), repeat=frames) if allowed(p, places, optional)]
    best = max(every, key=lambda path: scores[np.arange(frames), list(path)].sum())
    found = best_path(scores, list(range(places)), optional)
    assert allowed(tuple(found), places, optional)
    assert scores[np.arange(frames), found].sum() == pytest.approx(scores[np.arange(frames), list(best)].sum())


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.lists(st.lists(st.integers(0, 4), max_size=5), min_size=1, max_size=4))
def test_totals_of_several_rows_are_those_of_their_best_paths(seed, syllables):
    """Also where one is too long for the frames."""
    scores = np.random.default_rng(seed).normal(size=(20, 6))
    rows = []
    for spoken in syllables:  # a syllable of one state, with silence (5) around it that may be passed over
        states = [5, *itertools.chain.from_iterable((state, 5) for state in spoken)]
        rows.append((states, [state == 5 for state in states]))
    paths = [best_path(scores, *row) for row in rows]
    every = [scores[np.arange(20), np.array(states)[path]].sum() for path, (states, _) in zip(paths, rows, strict=True)]
    assert best_totals(scores, rows) == pytest.approx(every)
    assert best_totals(scores[:3], rows) == pytest.approx(
        [scores[np.arange(3), np.array(states)[best_path(scores[:3], states, o)]].sum() for states, o in rows]
    )


def test_a_sound_too_short_for_its_words_is_shared_out():
    assert len(best_path(np.zeros((3, 4)), [0, 1, 2, 3], [False] * 4)) == 3
    found = load_aligner().spans(Sound(np.zeros(800, np.float32), 16000), ("ni3", "hao3"))
    assert [span.pinyin for span in found] == ["ni3", "hao3"]
    assert all(0 <= span.start <= span.end for span in found)


def test_the_syllables_of_a_voice_lie_where_its_own_durations_put_them():
    voice = Voice.load("mandarin-lite")
    gaps = []
    for sentence in (load_sentences()[2], load_sentences()[12]):
        take, _ = speak(voice, sentence, seed=1)
        for own, heard in zip(take.spans, load_aligner().align(take.sound, take.text, sentence.pinyin), strict=True):
            assert own.pinyin == heard.pinyin
            gaps.append(abs(own.end - heard.end))
    assert np.median(gaps) < 0.04
    assert np.quantile(gaps, 0.9) < 0.12
