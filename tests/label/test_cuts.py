"""Where recordings are cut: never in speech unless there is no pause, never over a neighbour, nothing lost."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.label.cuts import SECONDS, Piece, edges, pieces, speech
from ffvits.recipe import SegmentSettings

S = SegmentSettings()


def frames(seconds: float) -> int:
    return round(seconds / SECONDS)


def spoken(*stretches: tuple[float, float]) -> list[Piece]:
    return [Piece(frames(start), frames(end)) for start, end in stretches]


def flat(parts: list[Piece]) -> np.ndarray:
    """Levels of a recording in which speech is loud and the rest is not, in dB."""
    levels = np.full(parts[-1].end + frames(1), -70.0)
    for part in parts:
        levels[part.start : part.end] = -20
    return levels


def seconds(parts: list[Piece]) -> list[tuple[float, float]]:
    return [(part.start * SECONDS, part.end * SECONDS) for part in parts]


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ([], []),
        ([0.1] * 50, []),
        ([0.9] * 50, [(0, 50)]),
        ([0.1] * 10 + [0.9] * 10 + [0.1] * 10, [(10, 20)]),
        ([0.1] * 10 + [0.9] * 2 + [0.1] * 10, []),  # a click
        ([0.9] * 10 + [0.1] * 2 + [0.9] * 10, [(0, 22)]),  # a stop consonant
        ([0.9] * 10 + [0.1] * 3 + [0.9] * 10, [(0, 10), (13, 23)]),
        ([0.9] * 10 + [0.4] * 9 + [0.9] * 10, [(0, 29)]),  # doubtful, but never sure to be silence
        ([0.4] * 10, []),
        ([0.1] * 5 + [0.9] * 5 + [0.1] * 2, [(5, 10)]),
    ],
)
def test_speech(probabilities, expected):
    assert [(piece.start, piece.end) for piece in speech(np.array(probabilities))] == expected


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(0, 3), (4, 7)], [(0, 3), (4, 7)]),  # sentences
        ([(0, 3), (3.4, 7)], [(0, 7)]),  # a comma stays inside
        ([(0, 3), (3.75, 7)], [(0, 3), (3.75, 7)]),
        ([(0, 6), (6.5, 9), (9.3, 14)], [(0, 6), (6.5, 14)]),  # too long: the longer pause
        ([(0, 1), (1.8, 5)], [(0, 5)]),  # too short: joins the neighbour
        ([(0, 1), (2.8, 5)], [(0, 1), (2.8, 5)]),  # too short, and alone
        ([(0, 3), (3.9, 4.5), (5.2, 8)], [(0, 3), (3.9, 8)]),  # the nearer neighbour
        ([(0, 0.5), (1.3, 1.8), (2.6, 3.1)], [(0, 3.1)]),
        ([(0, 11.5), (12.4, 12.9)], [(0, 11.5), (12.4, 12.9)]),  # joined it would be too long
        ([(0, 0.4), (1.0, 6), (6.3, 12)], [(0, 6), (6.3, 12)]),  # the longest pause would leave too short a piece
    ],
)
def test_pieces(stretches, expected):
    found = spoken(*stretches)
    made = pieces(found, flat(found), S)
    assert np.array(seconds(made)) == pytest.approx(np.array(expected), abs=0.051)
    assert not any(piece.forced for piece in made)


def test_speech_without_a_pause_is_cut_at_its_quietest_frame_and_marked():
    (found,) = spoken((0, 20))
    levels = flat([found])
    levels[frames(9.0)] = -35
    made = pieces([found], levels, S)
    assert np.array(seconds(made)) == pytest.approx(np.array([(0, 9.0), (9.0, 20.0)]), abs=0.051)
    assert all(piece.forced for piece in made)


def test_two_hours_without_a_pause():
    (found,) = spoken((0, 7200))
    levels = np.random.default_rng(0).normal(-30, 5, found.end + 10)
    made = pieces([found], levels, S)
    assert made[0].start == 0
    assert made[-1].end == found.end
    assert all(a.end == b.start for a, b in itertools.pairwise(made))
    assert all(S.min_seconds <= piece.seconds <= S.max_seconds for piece in made)


@st.composite
def recordings(draw) -> tuple[list[Piece], np.ndarray, SegmentSettings]:
    """Stretches of speech with silences between them, levels that need not fit, and settings."""
    at, found = draw(st.integers(0, 60)), []
    for _ in range(draw(st.integers(1, 12))):
        length = draw(st.integers(3, 600))
        found.append(Piece(at, at + length))
        at += length + draw(st.integers(3, 120))
    count = found[-1].end + draw(st.integers(0, 60))
    levels = np.random.default_rng(draw(st.integers(0, 99))).normal(-45, 15, count)
    longest = draw(st.floats(3, 30))
    settings = SegmentSettings(
        min_seconds=draw(st.floats(0.3, min(10, longest / 2))),
        max_seconds=longest,
        pause=draw(st.floats(0.1, 2)),
        margin=draw(st.floats(0, 0.5)),
    )
    return found, levels, settings


@given(recordings())
def test_no_speech_is_lost_and_none_is_in_two_pieces(recording):
    found, levels, settings = recording
    made = pieces(found, levels, settings)
    times = np.zeros(len(levels), int)
    for piece in made:
        assert piece.start < piece.end
        times[piece.start : piece.end] += 1
    for stretch in found:
        assert (times[stretch.start : stretch.end] == 1).all()
    assert times.max() <= 1


@given(recordings())
def test_pieces_keep_to_the_longest(recording):
    found, levels, settings = recording
    room = settings.max_seconds - 2 * settings.margin
    assert all(piece.seconds <= room + SECONDS for piece in pieces(found, levels, settings))


@given(recordings())
def test_edges_lie_outside_of_speech_and_do_not_cross(recording):
    found, levels, settings = recording
    made = pieces(found, levels, settings)
    cut = edges(made, levels, settings)
    assert len(cut) == len(made)
    for (start, end), piece in zip(cut, made, strict=True):
        assert 0 <= start <= piece.start
        assert piece.end <= end <= len(levels)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(cut))


def test_edges_keep_the_margin_and_what_still_sounds():
    parts = spoken((1, 3), (4.5, 6))
    levels = flat(parts)
    levels[parts[0].end : parts[0].end + 5] = -40  # a voice that dies away
    levels[parts[1].start - 4 : parts[1].start] = -38  # a hiss before it begins
    (_, first), (second, _) = edges(parts, levels, S)
    margin = round(S.margin / SECONDS)
    assert first == parts[0].end + 5 + margin
    assert second == parts[1].start - 4 - margin


def test_edges_do_not_cut_into_a_burst():
    (part,) = spoken((1, 3))
    levels = flat([part])
    levels[part.end + 4 : part.end + 9] = -35
    ((_, end),) = edges([part], levels, S)
    assert end == part.end + 9


def test_neighbours_that_are_near_are_cut_at_the_quietest_frame():
    parts = [Piece(10, 100), Piece(106, 200)]
    levels = flat(parts)
    levels[100:106] = [-30, -40, -50, -60, -40, -30]
    assert edges(parts, levels, S)[0][1] == edges(parts, levels, S)[1][0] == 103
