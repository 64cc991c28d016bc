"""A change of voice inside a piece: the rule on made-up sounds, then real speakers."""

import itertools

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.label import speakers, vad
from ffvits.label.cuts import SECONDS, Piece
from ffvits.label.segment import cut
from ffvits.label.turns import parted
from ffvits.recipe import SegmentSettings

RATE = 1000


def scene(*turns: tuple[float, int]) -> tuple[Sound, list[Piece]]:
    """Stretches of so many seconds by speaker number (the sample value), 0.2 s apart, and where they are."""
    samples, found = np.zeros(0, np.float32), []
    for seconds, who in turns:
        start = round(len(samples) / RATE / SECONDS)
        samples = np.append(samples, np.full(round(seconds * RATE), who, np.float32))
        found.append(Piece(start, round(len(samples) / RATE / SECONDS)))
        samples = np.append(samples, np.zeros(RATE // 5, np.float32))
    return Sound(samples, RATE), found


def voice(sound: Sound) -> np.ndarray:
    """A vector with the share of each speaker."""
    shares = np.array([(sound.samples == who).sum() for who in (1, 2, 3)], np.float32)
    return shares / np.linalg.norm(shares)


@pytest.mark.parametrize(
    ("turns", "parts"),
    [
        ([(3, 1)], [1]),
        ([(2, 1), (2, 1), (2, 1)], [3]),
        ([(2, 1), (2, 2)], [1, 1]),
        ([(2, 1), (2, 1), (2, 2), (2, 2)], [2, 2]),
        ([(2, 1), (2, 2), (2, 1)], [1, 1, 1]),
        ([(3, 1), (0.5, 2)], [2]),  # too short to tell
        ([], []),
    ],
)
def test_a_piece_is_cut_where_another_voice_begins(turns, parts):
    sound, found = scene(*turns)
    pieces = [Piece(found[0].start, found[-1].end)] if found else []
    made = parted(pieces, found, sound, voice)
    assert [sum(p.start <= f.start and f.end <= p.end for f in found) for p in made] == parts
    assert all(left.end < right.start for left, right in itertools.pairwise(made))


@pytest.mark.slow  # the speaker encoder
def test_two_real_speakers_are_cut_apart_and_one_is_not(recording):
    def joined(one: str, two: str) -> Sound:
        sounds = [recording(name).at(16000).samples for name in (one, two)]
        return Sound(np.concatenate([sounds[0], np.zeros(1600, np.float32), sounds[1]]), 16000)

    def count(sound: Sound) -> int:
        settings = SegmentSettings(pause=1.0, max_seconds=30.0)
        return len(list(cut(sound, None, vad.load(), settings, speakers.shared().embed)))

    assert count(joined("line_00.ogg", "someone else.ogg")) == 2
    assert count(joined("line_00.ogg", "line_12.ogg")) == 1
