"""The aligner on real speech: the words that are said lie best over it."""

import pytest

from ffvits.label.laying import lay, likeliest


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


def test_of_a_recognisers_guesses_the_likeliest_is_taken(recording, said):
    sound, right = recording("line_12.ogg"), said["line_12.ogg"]
    wrong = right[:-2] + "今天"
    assert likeliest(sound, [wrong, right], [0.70, 0.66]) == 1
    assert likeliest(sound, [wrong, right], [0.99, 0.50]) == 0, "how sure the recogniser is counts too"
    assert likeliest(sound, [right, wrong, "", "한국어"], [0.70, 0.66, 0.69, 0.69]) == 0


@pytest.mark.parametrize(
    ("texts", "taken"), [(["한국어", "今天"], 0), (["今天", "今添"], 0), (["他在", "她在", "塔在"], 0), ([""], 0)]
)
def test_without_an_opinion_the_surest_is_taken(recording, texts, taken):
    assert likeliest(recording("line_12.ogg"), texts, [0.5, 0.4, 0.3][: len(texts)]) == taken


def test_what_the_encoder_read_is_trusted_more(recording):
    class Read:
        """As far below the surest guess as the aligner's trust would not make up for."""

        def likelihoods(self, rows):
            return [-0.3 if row[0] == "jin1" else 0.0 for row in rows]

    assert likeliest(recording("line_12.ogg"), ["今天", "明天"], [0.7, 0.5], Read()) == 1
    assert lay(recording("line_12.ogg"), ["今天", "明天"], Read()) == (-0.3, 0.0)
