"""The one path from text to ids: errors, lexicon, inline readings, the same ids everywhere."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_normalizer import CASES, TEXTS

from ffvits.text import FRONT_ENDS, TextError, front_end
from ffvits.text.inline import place_of
from ffvits.text.symbols import TABLES

ENDS = {name: front_end(name) for name in FRONT_ENDS}


def test_names():
    with pytest.raises(TextError, match="no front end 'x'") as error:
        front_end("x")
    assert "mandarin-lite" in error.value.cure


ERRORS = [
    ("", 0, "", "nothing to speak"),
    ("。。。", 0, "。", "nothing to speak"),
    ("😀", 0, "😀", "nothing to speak"),
    ("\ud800", 0, "\ud800", "nothing to speak"),
    ("你好안녕", 2, "안녕", "cannot be read in Mandarin"),
    ("你好ひ", 2, "ひ", "cannot be read in Mandarin"),
    ("привет", 0, "привет", "cannot be read in Mandarin"),
    ("你好ﾊ", 2, "ﾊ", "'ﾊ' cannot be read in Mandarin"),
    ("笑ㅋㅋ", 1, "ㅋㅋ", "'ㅋㅋ' cannot be read in Mandarin"),
    ("字{lu9}", 1, "{", "is no reading"),
    ("{hang2}", 0, "{", "fewer characters"),
    ("我{wo3 men5}", 1, "{", "fewer characters"),
]


@pytest.mark.parametrize("text, position, character, message", ERRORS)
@pytest.mark.parametrize("name", FRONT_ENDS)
def test_errors_name_text_place_character_and_cure(name, text, position, character, message):
    with pytest.raises(TextError, match=message) as error:
        ENDS[name].encode(text, file="clips.jsonl", line=7)
    e = error.value
    assert (e.text, e.position, e.character, e.file, e.line) == (text, position, character, "clips.jsonl", 7)
    assert e.cure
    assert str(e).startswith("clips.jsonl:7: ")


def test_a_table_that_does_not_fit_is_an_error_with_the_character():
    end = front_end("bopomofo", symbols=[s for s in TABLES["bopomofo"] if s != "ㄏ"])
    with pytest.raises(TextError, match="'ㄏ'") as error:
        end.encode("你好")
    assert (error.value.position, error.value.character) == (1, "好")


def test_another_order_gives_other_ids_for_the_same_symbols():
    usual = front_end("pinyin-letters")
    other = front_end("pinyin-letters", symbols=TABLES["pinyin-letters-alexandajerry"])
    a, b = usual.encode("你好"), other.encode("你好")
    assert a.symbols == b.symbols
    assert a.ids != b.ids
    assert other.table.name == "pinyin-letters-alexandajerry"


def test_lexicon_stands_above_all_but_braces():
    end = front_end("mandarin-lite", lexicon={"银行": "yin2 xing2", "Genshin": "yuan2 shen2", "派蒙": "pai4 meng1"})
    assert end.encode("银行里").pinyin[:2] == ("yin2", "xing2")
    assert end.encode("银行{hang2}里").pinyin[:2] == ("yin2", "hang2")
    assert end.encode("玩genshin").pinyin == ("wan2", "yuan2", "shen2")
    assert end.encode("看派蒙跳").pinyin[1:3] == ("pai4", "meng1")
    assert {s.source for s in end.encode("派蒙").syllables} == {"lexicon"}


WRITTEN = {"T1": "ti4 wan1", "66": "liu4 liu5", "AK-47": "a1 kei4", "1v1": "yi1 dui4 yi1", "T恤": "ti4 xu4"}
WRITTEN |= {"hello world": "ha1 lou2 wo4", "銀行": "yin2 hang5", "卡拉OK": "ka3 la1 ou1 kei4"}


@pytest.mark.parametrize(
    "text, spoken, pinyin",
    [
        ("t1，好", "t1，好", "ti4 wan1 hao3"),
        ("66！166", "66！一百六十六", "liu4 liu5 yi4 bai3 liu4 shi2 liu4"),
        ("3.66", "三点六六", "san1 dian3 liu4 liu4"),
        ("AK-47和AK-471", "AK-47和AK四七一", "a1 kei4 he2 ei1 kei4 si4 qi1 yi1"),
        ("1v1，Hello World", "1v1，Hello World", "yi1 dui4 yi1 ha1 lou2 wo4"),
        ("买T恤唱卡拉OK", "买T恤唱卡拉OK", "mai3 ti4 xu4 chang4 ka3 la1 ou1 kei4"),
        ("银行。", "银行。", "yin2 hang5"),
        ("T1{wan1 wan1}好，2{er4}", "T1好，2", "wan1 wan1 hao3 er4"),
        ("66%", "百分之六十六", "bai3 fen1 zhi1 liu4 shi2 liu4"),
        ("66-70", "六十六到七十", "liu4 shi2 liu4 dao4 qi1 shi2"),
        ("¥66", "六十六元", "liu4 shi2 liu4 yuan2"),
        ("66~好", "66，好", "liu4 liu5 hao3"),
    ],
)
def test_entries_of_the_lexicon_are_read_as_written(text, spoken, pinyin):
    encoded = front_end("mandarin-lite", lexicon=WRITTEN).encode(text)
    assert (encoded.spoken, " ".join(encoded.pinyin)) == (spoken, pinyin)


def test_a_letter_that_only_a_pattern_takes_for_another_is_no_entry():
    end = front_end("mandarin-lite", lexicon={"T1s": "ti4 wan1"})
    assert end.encode("T1S好").pinyin == ("ti4", "wan1", "hao3")
    assert end.encode("T1ſ好").syllables[-1].pinyin == "hao3"


def test_each_of_many_entries_in_a_text_is_said_as_it_is_given():
    end = front_end("mandarin-lite", lexicon={"T1": "ti4 wan1", "T2": "ti4 tu4"})
    bare, held = end.set_aside("T1，" * 5000 + "T2")
    assert held[place_of(bare[-1])].what.text == "T2"
    with pytest.raises(TextError, match="65,534"):
        end.encode("T1，" * 65535)


@pytest.mark.parametrize("lexicon", [{}, {"T1": "ti4 wan1"}])
def test_a_private_sign_of_the_text_is_noted_and_not_spoken(lexicon):
    encoded = front_end("mandarin-lite", lexicon=lexicon).encode("好\U0010f000T1\U00100000👍")
    assert [(n.position, n.character) for n in encoded.notes] == [(1, "\U0010f000"), (4, "\U00100000"), (5, "👍")]
    assert encoded.pinyin[0] == "hao3"


def test_notes_keep_their_places_beside_braces_and_the_lexicon():
    notes = front_end("mandarin-lite", lexicon={"T1": "ti4 wan1"}).encode("T1😀行{hang2}😀T1好👍").notes
    assert [(n.position, n.character) for n in notes] == [(2, "😀"), (11, "😀"), (15, "👍")]


@pytest.mark.parametrize(
    "entries, message",
    [
        ({"银行": "yin2"}, "2 characters and 1 syllable"),
        ({"银行": "yin2 xx9"}, "xx9"),
        ({"a": ""}, "nothing"),
        ({"重云": "chong yun"}, "'chong' is no pinyin syllable with a tone"),
        ({"": "a1"}, "for no word"),
    ],
)
def test_a_wrong_lexicon_entry_is_named(entries, message):
    with pytest.raises(TextError, match=message):
        front_end("mandarin-lite", lexicon=entries)


def test_braces():
    end = ENDS["mandarin-lite"]
    assert end.encode("重{chong2}新").pinyin == ("chong2", "xin1")
    assert end.encode("长大{chang2 da4}了。").pinyin == ("chang2", "da4", "le5")
    assert end.encode("Genshin{gen1 shen2}启动").pinyin == ("gen1", "shen2", "qi3", "dong4")
    assert end.encode("好{hǎo}的").spoken == "好（hao）的"
    assert end.encode("银行{hang2}，3个").spoken == "银行，三个"
    assert end.encode("123{yi1 er4 san1}，走").pinyin == ("yi1", "er4", "san1", "zou3")
    assert end.encode("123{yi1}").spoken == "123"
    assert end.encode("好，行{hang2}。2个").spoken == "好，行。两个"
    assert end.encode("\U00030edd{biang2}面").pinyin == ("biang2", "mian4")


def test_what_is_dropped_is_in_the_notes():
    notes = ENDS["bopomofo"].encode("你好😀").notes
    assert [(n.position, n.character) for n in notes] == [(2, "😀")]


@settings(max_examples=120)
@given(TEXTS, st.sampled_from(FRONT_ENDS))
def test_any_text_encodes_or_raises_text_error_with_a_place(text, name):
    try:
        encoded = ENDS[name].encode(text)
    except TextError as error:
        assert error.text == text
        assert error.position is not None and 0 <= error.position <= max(len(text) - 1, 0)
        return
    assert encoded.ids and max(encoded.ids) < len(ENDS[name].table)
    assert ENDS[name].encode(text) == encoded


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_every_case_of_usage_encodes(name):
    for _, written, spoken in CASES:
        if any(c.isalpha() for c in spoken):
            assert ENDS[name].encode(written).spoken == spoken


def test_threads_and_new_front_ends_agree():
    texts = [written for _, written, spoken in CASES if spoken][:150]
    once = [ENDS["cjke"].encode(text).ids for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: front_end("cjke").encode(text).ids, texts)) == once


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, ffvits.text; "
        "print([m for m in ('jieba', 'pypinyin', 'opencc', 'numpy', 'torch', 'wetext') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert out.stdout.strip() == "[]"


def test_jieba_is_silent_and_writes_no_cache(tmp_path):
    code = (
        "import ffvits.text as t; t.front_end('mandarin-lite').encode('你好'); "
        "import jieba; print(jieba.dt.initialized)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "TMP": str(tmp_path)},
    )
    assert out.stdout.strip() == "False"  # the user's own jieba is left alone
    assert out.stderr == ""
    assert not list(tmp_path.glob("*jieba*"))
