"""Marks where the speaker breathes."""

import os
import subprocess
import sys

import numpy as np
import pytest

from ffvits.label.pauses import Pause, find, marked

TEXT = "今天天气很好我们去公园"
STARTS = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.7, 1.9, 2.1, 2.3, 2.5]


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([], "今天天气很好我们去公园。"),
        ([Pause(1.2, 1.7)], "今天天气很好，我们去公园。"),
        ([Pause(0.9, 1.7)], "今天天气很好。我们去公园。"),
        ([Pause(1.6, 1.7)], "今天天气很好我们去公园。"),
        ([Pause(1.35, 1.85)], "今天天气很好，我们去公园。"),  # the times are off by a syllable, the words tell
    ],
)
def test_pauses_become_marks_between_words(pauses, expected):
    assert marked(TEXT, STARTS, pauses) == expected


def test_a_comma_at_which_nobody_pauses_goes_and_a_question_stays():
    text, starts = "你好，吃了吗？好", [0, 0.2, 0.4, 0.4, 0.6, 0.8, 1.0, 1.0]
    assert marked(text, starts, []) == "你好吃了吗？好。"
    assert marked(text, starts, [Pause(0.3, 0.6)])[:3] == "你好，"


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ([0.0, 0.2, 0.8, 1.3, 1.7, 2.1, 2.4], "他的，经常性账户。"),  # slow: no word begins within a third of a second
        ([0.0, 0.2, 0.5, 1.3, 1.7, 2.1, 2.4], "他的经常性账户。"),  # nor within two thirds: no mark is better
    ],
)
def test_no_mark_stands_inside_a_word(starts, expected):
    assert marked("他的经常性账户", starts, [Pause(1.0, 1.3)]) == expected


def test_no_phrase_begins_with_a_particle_or_inside_a_word_of_letters():
    assert marked("昨夜的作品", [0, 0.3, 0.9, 1.1, 1.3], [Pause(0.5, 0.9)]) == "昨夜的，作品。"
    assert "，" not in marked("engraved", [0.1 * n for n in range(8)], [Pause(0.0, 0.35)])


def test_a_time_for_each_character_is_wanted():
    with pytest.raises(ValueError, match="1 times for 2"):
        marked("你好", [0.0], [])


def test_pauses_are_the_silences_inside():
    probabilities = np.array([0] * 5 + [1] * 20 + [0] * 15 + [1] * 20 + [0] * 9, np.float32)
    (pause,) = find(probabilities)
    assert pause.start == pytest.approx(25 * 0.032)
    assert pause.seconds == pytest.approx(15 * 0.032)


def test_words_come_from_the_one_dictionary_and_no_cache_is_written(tmp_path):
    script = """
import jieba
from ffvits.label import homophones
from ffvits.label.pauses import marked
from ffvits.text import segmentation
assert marked("今天天气很好", [0.0] * 6, []) == "今天天气很好。"
assert not jieba.dt.initialized
assert homophones.load().frequencies is segmentation.tokenizer().FREQ
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
    assert list(tmp_path.iterdir()) == []
