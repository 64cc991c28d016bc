"""Pinyin syllables and their parts, against pypinyin over every reading it knows."""

import re

import pytest
from pypinyin import Style
from pypinyin.pinyin_dict import pinyin_dict
from pypinyin.style import convert

from ffvits.text.syllables import bopomofo, known_bases, parts, tidy

READINGS = sorted({reading for listed in pinyin_dict.values() for reading in listed.split(",")})
# Interjections without a vowel, and yo: pypinyin cuts them in other ways than any base spells them.
ODD = {"m", "n", "ng", "hm", "hng", "yo", "ê"}


def test_tidy_takes_every_way_to_write_a_syllable():
    assert [tidy(s) for s in ("hang2", "háng", "HANG2", "lü4", "lǜ", "lu:4", "nue4", "ma", "ma0", "qv4", "eh4")] == [
        "hang2", "hang2", "hang2", "lv4", "lv4", "lv4", "nve4", "ma5", "ma5", "qu4", "ê4",
    ]  # fmt: skip
    assert [tidy(s) for s in ("", "2", "hang9", "xyz1", "háng3", "银")] == [None] * 6


def test_every_reading_of_pypinyin_is_known_and_spelled_alike():
    wrong = []
    for reading in READINGS:
        ours = tidy(convert(reading, Style.TONE3, strict=False, default=""))
        if ours is None:
            wrong.append(reading)
        elif ours[:-1] not in ODD:
            theirs = re.sub(r"([\u3105-\u312a])$", r"\1ˉ", convert(reading, Style.BOPOMOFO, strict=True, default=""))
            final = convert(reading, Style.FINALS, strict=True, default="").replace("ü", "v")
            initial = convert(reading, Style.INITIALS, strict=True, default="")
            if theirs != bopomofo(ours) or (initial, final) != (parts(ours).initial, parts(ours).final):
                wrong.append(reading)
    assert len(READINGS) > 1300
    assert not wrong


def test_no_two_syllables_share_a_spelling():
    spelled = [bopomofo(base + "1") for base in known_bases()]
    assert len(known_bases()) > 410
    twice = {s for s in spelled if spelled.count(s) > 1}
    # n and en, m and mu, weng and wong are one sound each.
    assert twice <= {"ㄣˉ", "ㄇㄨˉ", "ㄨㄥˉ"}


@pytest.mark.parametrize("wrong", ["", "ma", "ma6", "xx1"])
def test_parts_refuses_what_is_no_syllable(wrong):
    with pytest.raises(ValueError, match="not a TONE3"):
        parts(wrong)
