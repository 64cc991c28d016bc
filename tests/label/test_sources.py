"""Which recording a name in a table means."""

from pathlib import PurePosixPath

import pytest

from ffvits.label.sources import Sources

CORPUS = [f"{speaker}/{number:04d}.wav" for speaker in ("甲", "乙", "丙/甲") for number in range(3)]


@pytest.mark.parametrize(
    ("name", "place", "meant"),
    [
        ("乙/0001.wav", ".", ["乙/0001.wav"]),
        ("D:\\voices\\乙\\0001.wav", ".", ["乙/0001.wav"]),
        ("丙/甲/0001", ".", ["丙/甲/0001.wav"]),
        ("甲/0001.wav", "乙", ["丙/甲/0001.wav", "甲/0001.wav"]),  # nothing tells which: the table lies beside neither
        ("甲/0001.wav", "丙", ["丙/甲/0001.wav"]),
        ("0001.wav", "乙", ["乙/0001.wav"]),
        ("丁/0001.wav", "乙", ["乙/0001.wav"]),
        ("0001.wav", "丙", ["丙/甲/0001.wav"]),
        ("0009.wav", "乙", []),
    ],
)
def test_the_most_folders_alike_count_and_then_where_the_table_lies(name, place, meant):
    assert [str(path) for path in Sources(CORPUS).meant(name, PurePosixPath(place))] == meant


def test_a_name_that_every_speaker_has_is_not_looked_for_among_all_of_them():
    """A table of 80 speakers with 100 sentences each took 15 s, and one of twice as many speakers four times that."""
    known = Sources(f"{speaker}/0001.wav" for speaker in range(1000))
    for name, place in (("7/0001.wav", "."), ("0001.wav", "7"), ("elsewhere/0001.wav", "7")):
        assert len(known._likely(PurePosixPath(name), PurePosixPath(place))) == 1
