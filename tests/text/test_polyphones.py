"""The disambiguator: its numbers, its data, and what it does with odd input."""

import numpy as np
import pytest

from ffvits.text.dictionaries import NOTHING
from ffvits.text.mandarin import character_readings
from ffvits.text.polyphones import data_text, default_reading, dense_features, model, read_phrases, votes
from ffvits.text.segmentation import WINDOW, cut
from ffvits.text.syllables import tidy


def test_scores_are_probabilities_of_known_readings():
    network = model()
    states = network.states("他在银行工作")
    assert states.shape == (6, 64)
    readings, scores = network.scores(states[3], "行")
    assert set(readings) >= {"hang2", "xing2"}
    assert np.isclose(np.exp(scores).sum(), 1, atol=1e-4)
    assert readings[int(scores.argmax())] == "hang2"


def test_network_reproduces_the_published_model():
    """States of g2pM 0.1.2.5 for 我们都是 (embedding rounded to half precision)."""
    states = model().states("我们都是")
    assert np.allclose(np.linalg.norm(states, axis=1), GOLDEN_NORMS, atol=2e-2)


# Computed with that package itself.
GOLDEN_NORMS = [4.90864, 4.82804, 4.68698, 5.03681]


@pytest.mark.parametrize("name", ["readings.txt", "verses.txt", "latin.txt"])
def test_every_line_of_the_lists_is_pinyin(name):
    listed = read_phrases(data_text(name))
    lines = [line.split("#")[0].split() for line in data_text(name).splitlines()]
    assert len(listed) == len([line for line in lines if line]), "a phrase stands twice"
    for phrase, readings in listed.items():
        if name != "latin.txt":
            assert len(readings) == len(phrase), phrase
        assert all(r == "-" or tidy(r) == r for r in readings), phrase


def test_default_readings():
    assert default_reading("行") == "xing2"
    assert default_reading("A") is None


def test_no_sentence_is_too_odd():
    for text in ("", "a", "行", "行" * 300, "𠀀行", "の行\ud800"):
        assert len(character_readings(text)) == len(text)


def test_long_stretches_are_cut_into_the_same_words():
    sentence = "今天我们一起去公园里看风景然后回家吃饭"
    long = sentence * 40
    assert len(long) > 3 * WINDOW
    words = list(cut(long))
    assert "".join(words) == long
    once = list(cut(sentence))
    assert words[: len(once)] == once
    assert sum(a != b for a, b in zip(words, once * 40, strict=False)) == 0


def test_fixed_words_are_never_cut():
    assert list(cut("我在银行里看派蒙跳舞", ["行里", "派蒙"]))[2:4] == ["银", "行里"] or "行里" in cut(
        "我在银行里看派蒙跳舞", ["行里", "派蒙"]
    )


def test_the_usage_of_a_sentence_is_told_by_its_characters():
    share = model().everyday_share
    assert share("旅行者，你终于来了！我等你好久了。") > 0.7
    assert share("1990年9月15日，在克里米亚发现了此天体。") < 0.1
    assert share("你你你们们") == pytest.approx(share("们你"))
    assert 0 < share("") < 0.5, "nothing said, the encyclopedia's weights count more"
    assert share("𠀀") == share("")


def test_dictionaries_that_agree_are_counted():
    """Of the segmenter's word and of the longest phrase; a character by itself has neither."""
    network, text = model(), "他在银行"
    candidates, scores = network.scores(network.states(text)[3], "行")
    known = dense_features(text, 3, "银行", 2, candidates, scores, network.phrases)
    counted = dict(zip(candidates, votes(known), strict=True))
    everyone = len(NOTHING)
    assert counted["hang2"] == [f"e{everyone}", f"f{everyone}"] and counted["xing2"] == ["e0", "f0"]
    alone = dense_features("行", 0, "行", 0, candidates, scores, network.phrases)
    assert votes(alone) == [["e0", "f0"]] * len(candidates)
    assert any(" f" in name for name in network.sparse), "the shipped weights know what a count is worth"
