"""Error rates and distances: known values, and what must hold for any input."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.audio.sound import Sound
from ffvits.evaluate import cer, distance, mel_distance, pinyin_error, similarity, total_cer

EXAMPLES = Path(__file__).parents[2] / "examples" / "raw_clips"
words = st.text("天地玄黄宇宙洪荒", max_size=12)


@pytest.mark.parametrize(
    ("reference", "heard", "expected"),
    [
        ("今天天气很好", "今天天气很好", 0),
        ("今天，天气很好！", "今天 天气很好", 0),
        ("二零二四年五月一日", "2024年5月1日", 0),
        ("百分之六十", "60%", 0),
        ("这里", "這裡", 0),
        ("我用iPhone", "我用IPHONE", 0),
        ("今天天气很好", "今天天很好", 1 / 6),
        ("今天", "今天天天", 1),
        ("今天", "", 1),
        ("", "", 0),
        ("", "你好", 1),
    ],
)
def test_character_error_rate(reference, heard, expected):
    assert cer(reference, heard) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("reference", "heard", "with_tones", "without"),
    [
        ("事情", "世情", 0, 0),
        ("睡觉", "水饺", 1, 0),
        ("买东西", "卖东西", 1 / 3, 0),
        ("你好吗", "你好", 1 / 3, 1 / 3),
    ],
)
def test_syllable_error_rate(reference, heard, with_tones, without):
    assert pinyin_error(reference, heard) == pytest.approx(with_tones)
    assert pinyin_error(reference, heard, tones=False) == pytest.approx(without)


@given(words, words, words)
def test_the_edit_distance_is_a_metric(a, b, c):
    assert distance(a, b) == distance(b, a) >= abs(len(a) - len(b))
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_the_total_counts_characters_not_sentences():
    assert total_cer([("一", "二"), ("天地玄黄宇宙洪荒日", "天地玄黄宇宙洪荒日")]) == pytest.approx(0.1)
    assert total_cer([]) == 0


def test_similarity_is_the_cosine():
    a, b = np.array([1.0, 0.0], np.float32), np.array([3.0, 4.0], np.float32)
    assert similarity(a, b) == pytest.approx(0.6)
    assert similarity(a, np.zeros(2, np.float32)) == 0


def test_the_mel_distance_forgives_level_and_tempo_but_not_words():
    line, other = Sound.load(EXAMPLES / "line_00.ogg"), Sound.load(EXAMPLES / "line_07.ogg")
    assert mel_distance(line, line) == pytest.approx(0, abs=1e-4)
    assert mel_distance(line, Sound(line.samples * np.float32(0.5), line.rate)) < 0.01
    padded = Sound(np.concatenate([line.samples, line.samples[-line.rate // 5 :]]), line.rate)
    assert mel_distance(line, padded) < 0.5 * mel_distance(line, other)


def test_a_sound_too_short_to_compare_is_refused():
    with pytest.raises(ValueError, match="too short"):
        mel_distance(Sound(np.zeros(100, np.float32), 22050), Sound(np.zeros(22050, np.float32), 22050))
