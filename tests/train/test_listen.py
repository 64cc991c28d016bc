"""What is heard of a voice in training, as one number."""

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.evaluate.takes import Take
from ffvits.recipe import Recipe
from ffvits.train.listen import SENTENCES, Listener, exam, faults

PERFECT = {"cer": 0.0, "nativeness": 1.0, "similarity": 1.0, "quality": 5.0}


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (PERFECT, 0.0),
        ({"cer": 1.0, "nativeness": 0.0, "similarity": 0.0, "quality": 1.0}, 1.0),
        ({**PERFECT, "cer": 3.0}, 0.25),  # nothing is worse than every word wrong
        ({**PERFECT, "nativeness": 0.6}, 0.1),
        ({**PERFECT, "similarity": 0.6}, 0.1),
        ({**PERFECT, "quality": 3.4}, 0.1),
        ({"cer": 0.3, "nativeness": 0.7, "quality": 3.8}, 0.3),  # no recording was held out to be like
        ({**PERFECT, "spoken": 9.0, "kl": 9.0}, 0.0),
    ],
)
def test_each_fault_counts_alike(heard, expected):
    assert faults(heard) == pytest.approx(expected)


def test_the_sentences_are_of_many_kinds_and_always_the_same():
    from ffvits.evaluate.sentences import load_sentences

    chosen = [sentence for sentence in load_sentences() if sentence.text in exam()]
    assert len(chosen) == len(exam()) == SENTENCES
    assert len({sentence.category for sentence in chosen}) > SENTENCES // 2


def test_a_judge_that_cannot_be_had_is_missed_once_and_the_others_go_on(capsys):
    recipe = Recipe().override({"label.transcribe.model": "gigantic", "offline": True})
    listener = Listener(recipe, 22050)
    take = Take("1", "sample", "你好。", Sound(np.zeros(22050, np.float32), 22050), ())
    assert [listener.errors([take]) for _ in range(3)] == [None] * 3
    assert capsys.readouterr().err.count("whether the words are right") == 1
    assert 1 <= listener.quality([take]) <= 5
    assert listener.similarity([]) is None
