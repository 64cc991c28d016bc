"""What is heard of a voice in training, as one number."""

import pytest

from ffvits.train.listen import SENTENCES, exam, faults

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
