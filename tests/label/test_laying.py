"""The aligner on real speech: the words that are said lie best over it."""

import pytest

from ffvits.label.laying import lay


@pytest.mark.parametrize("name", ["line_12.ogg", "line_22.flac", "line_27.mp3"])
def test_what_is_said_lies_best(recording, said, name):
    words = said[name]
    right, half, longer, other = lay(
        recording(name), [words, words[: len(words) // 2], words + "今天", said["line_00.ogg"]]
    )
    assert right > max(half, longer, other) + 0.02


@pytest.mark.parametrize("text", ["한국어", "", "……"])
def test_what_is_no_chinese_is_not_compared(recording, text):
    assert lay(recording("line_12.ogg"), ["你好", text]) == ()
