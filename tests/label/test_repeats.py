"""How often a line was said, on real lines that were said once and on the same said twice."""

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.label.repeats import fits, part_of, parts


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("快走，快走！", ["快走！"]),
        ("加油加油加油。", ["加油。", "加油加油。"]),
        ("你在吗你在吗你在", ["你在吗", "你在吗你在吗"]),
        ("对清擂鼓马女孩的承诺。对清雷古马女孩的承诺。", ["对清擂鼓马女孩的承诺。", "对清雷古马女孩的承诺。"]),
        ("“对清擂鼓马女孩的承诺，对清雷马女孩的承诺”", ["“对清擂鼓马女孩的承诺”", "对清雷马女孩的承诺”"]),
        ("快走" * 7, []),
        ("谢谢。", []),
        ("今天的天气很好", []),
        ("他去年买了一辆车，她今年买了一辆车。", ["他去年买了一辆车。", "她今年买了一辆车。"]),
        ("", []),
    ],
)
def test_what_may_be_all_that_was_said_of_a_text_that_repeats_itself(text, forms):
    found = [part_of(text, part) for part in parts(text)]
    assert found == ([*forms, text] if forms else [])


@pytest.mark.parametrize("name", ["line_00.ogg", "line_04.flac", "line_12.ogg", "line_17.wav"])
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_a_line_fits_as_often_as_it_was_said(recording, said, name, noise):
    sound, text = recording(name), said[name]
    level = noise * float(np.sqrt(np.mean(np.square(sound.samples))))
    for times in (1, 2):
        samples = np.tile(sound.samples, times)
        samples = samples + level * np.random.default_rng(0).standard_normal(len(samples)).astype(np.float32)
        found = fits(Sound(samples, sound.rate), f"{text * 3}。")
        assert len(found) == 3
        assert int(np.argmax(found)) == times - 1, found


@pytest.mark.parametrize("text", ["今天的天气很好", "नमस्ते दोस्त नमस्ते दोस्त"])
def test_what_is_not_repeated_or_not_chinese_is_not_weighed(text):
    assert fits(Sound(np.zeros(16000, np.float32), 16000), text) == ()


def test_silence_is_no_mistake():
    assert len(fits(Sound(np.zeros(400, np.float32), 16000), "加油加油")) == 2
