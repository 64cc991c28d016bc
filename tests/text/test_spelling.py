"""What each front end writes, against what the training cleaners wrote for the same sentence."""

import pytest
from pypinyin.pinyin_dict import pinyin_dict
from text_tables import rows

from ffvits.text import FRONT_ENDS, front_end
from ffvits.text.dictionaries import to_tone3
from ffvits.text.spelling import initial_and_final
from ffvits.text.syllables import tidy
from ffvits.text.tokens import Piece, Word

SYLLABLES = sorted({tidy(to_tone3(r)) for listed in pinyin_dict.values() for r in listed.split(",")} - {None})


@pytest.mark.parametrize("name", sorted({name for name, *_ in rows("spelling.tsv")}))
def test_as_the_training_cleaner_wrote_it(name):
    end = front_end(name)
    for kind, text, symbols in rows("spelling.tsv"):
        if kind == name:
            assert "".join(end.encode(text).symbols) == symbols


GOLDEN = [
    ("mandarin-lite", "你好，元是六儿", "n i3 h ao3 ， ^ van2 sh iii4 l iou4 ^ er2 。"),
    ("mandarin-lite", "四十四！", "s ii4 sh iii2 s ii4 ！"),
    ("mandarin-lite", "“好”、（行）；去：", "h ao3 ， x ing2 ， q v4 。"),
    ("initials-finals", "小花儿在哪儿？", "x iao3 h ua1 rr z ai4 n a3 rr ？"),
    ("initials-finals", "一个、不是", "^ i2 g e4 、 b u2 sh iii4 。"),
    ("vits_chinese", "你好，世界。", "sil n i2 h ao3 sp sh iii4 j ie4 sp sil"),
]


@pytest.mark.parametrize("name, text, symbols", GOLDEN)
def test_golden(name, text, symbols):
    assert " ".join(front_end(name).encode(text).symbols) == symbols


def test_blanks_stand_before_between_and_after():
    encoded = front_end("mandarin-lite").encode("好")
    assert encoded.ids == (0, 16, 0, front_end("mandarin-lite").table.id("ao3"), 0, 2, 0)
    assert front_end("mandarin-lite", add_blank=False).encode("好").ids == encoded.ids[1::2]
    assert 0 not in front_end("vits_chinese").encode("好").ids[1:-1]


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_every_syllable_of_mandarin_can_be_written(name):
    """Over 1,300 syllables with tone, each with symbols of its own table, none mistaken for another."""
    end = front_end(name)
    assert len(SYLLABLES) > 1300
    seen: dict[tuple[str, ...], str] = {}
    for syllable in SYLLABLES:
        spelled = end._kind.speller([Word((Piece("字", (syllable,), "phrase", 0),))])
        (start, stop), *rest = spelled.spans
        symbols = spelled.symbols[start:stop]
        assert symbols and not rest
        assert all(symbol in end.table for symbol in spelled.symbols), syllable
        seen.setdefault(symbols, syllable)
    # Interjections (m, n, ng, ê, yo, hng) fall together with their nearest syllables; nothing else does.
    assert len(SYLLABLES) - len(seen) <= 40


def test_initials_and_finals_tell_syllables_apart():
    plain = [s for s in SYLLABLES if s[:-1] not in ("m", "n", "ng", "hm", "hng", "ê", "yo", "wong")]
    assert len({initial_and_final(s) for s in plain}) == len(plain)


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_every_mark_can_be_written(name):
    end = front_end(name)
    encoded = end.encode("“一”、《二》；（三）：四…五—六，七！八？九。")
    assert [s.hanzi for s in encoded.syllables] == list("一二三四五六七八九")


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_spans_partition_what_is_spoken(name):
    encoded = front_end(name).encode("他有2.5个iPhone，UFO和花儿。")
    at = 0
    for syllable in encoded.syllables:
        assert at <= syllable.start <= syllable.end <= len(encoded.symbols)
        at = syllable.end
    assert [s.pinyin for s in encoded.syllables] == list(encoded.pinyin)
