"""Phrase dictionaries: what each says of a polyphone, and the form in which they ship."""

from ffvits.text.dictionaries import DICTIONARIES, LONGEST_PHRASE, NOTHING, Phrases, pack, to_tone3, unpack
from ffvits.text.polyphones import model, phrases

SILENT = (None,) * len(DICTIONARIES)


def said(*readings):
    return (*readings, *SILENT[len(readings) :])


def test_marks_become_tone_digits():
    assert to_tone3("háng") == "hang2"
    assert to_tone3("lǜ") == "lv4"
    assert to_tone3("de") == "de5"


def test_what_ships_is_readings_that_the_network_knows():
    network = model()
    others = phrases().others
    assert len(others) > 200_000
    heard = set()
    for phrase, entry in others.items():
        assert 2 <= len(phrase) <= LONGEST_PHRASE and len(entry) == len(phrase), phrase
        assert any(entry), phrase
        heard.update((char, one) for char, one in zip(phrase, entry, strict=True) if one)
    for char, one in heard:
        known = {network.classes[i] for i in network.candidates[char]}
        assert len(one) == len(DICTIONARIES) and {reading for reading in one if reading} <= known, (char, one)
    assert all(any(one[i] for _, one in heard) for i in range(len(DICTIONARIES))), "a dictionary says nothing"


def test_packing_keeps_everything():
    entries = {
        "银行": (None, said("hang2", "hang2")),
        "商行": (None, said("hang2", "hang2")),
        "行长": (said("hang2", None), said("zhang3", "chang2")),
    }
    assert unpack(pack(entries)) == entries
    assert len(pack(entries).splitlines()) == 2
    assert unpack("") == {}


def test_each_dictionary_is_heard_by_itself():
    known = Phrases({"银行": [["yín"], ["háng"]]}, {"银行": (None, said("hang2", None, "xing2"))})
    assert known.word("银行", 1) == ("hang2", *said("hang2", None, "xing2"))
    assert known.word("银行", 0) == ("yin2", *SILENT)
    assert known.word("行家", 0) == NOTHING


def test_longest_phrase_wins_then_the_leftmost():
    known = Phrases(
        {},
        {
            "银行": (None, said("hang2", "hang2")),
            "行长": (said("xing2", "xing2"), said("zhang3")),
            "看行长": (None, said("hang4"), said("zhang3")),
            "银行行长": (None, said(None, "heng2"), said("hang2"), said("zhang3")),
        },
    )
    assert known.covering("银行长", 1)[1:3] == [("hang2", 2), ("hang2", 2)]
    assert known.covering("看行长", 1)[1:3] == [("hang4", 3), ("xing2", 2)]
    assert known.covering("去银行行长", 3)[1:3] == [("hang2", 4), ("xing2", 2)]
    assert known.covering("行", 0) == [(None, 0)] * len(NOTHING)


def test_real_phrases():
    found = phrases().covering("他去银行", 3)
    assert found == [("hang2", 2)] * len(NOTHING)
