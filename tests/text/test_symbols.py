"""Symbol tables: rebuilt from facts, checked by fingerprint."""

import pytest

from ffvits.errors import TextError
from ffvits.text import SymbolTable, fingerprint, known_tables
from ffvits.text.symbols import TABLES

PUBLISHED = {
    "21f2d6c5fb8eeb1b": ("pinyin-letters", 78),
    "6544a7c3e9a8ae21": ("pinyin-letters-alexandajerry", 78),
    "4de717b7fd9a8639": ("bopomofo", 50),
    "49169ea859b13b9c": ("zh_ja_mixture", 52),
    "5b4198b04eccd17c": ("cjke", 68),
    "3b55f0c5414b8950": ("japanese_cleaners2", 43),
    "c1f9d0fc289ebed2": ("japanese_cleaners", 40),
    "9a01718932ff071c": ("pinyin-letters-and-ipa", 201),
    "fe9da3f14fdd9ece": ("ipa-of-vits-mandarin-windows", 176),
}
SIZES = {"korean_cleaners": 35, "sanskrit_cleaners": 66, "cjks_cleaners": 59, "thai_cleaners": 73} | {
    "shanghainese_cleaners": 49, "chinese_dialect_cleaners": 94, "original-ipa": 178, "vits_chinese": 219,
    "mandarin-lite": 222,
}  # fmt: skip


@pytest.mark.parametrize("print_", PUBLISHED)
def test_published_fingerprints(print_):
    info = known_tables()[print_]
    assert (info.name, info.n) == PUBLISHED[print_]


@pytest.mark.parametrize("name", SIZES)
def test_published_sizes(name):
    assert len(TABLES[name]) == SIZES[name]


def test_tables_that_cannot_be_spoken_say_why():
    assert all(info.note for info in known_tables().values())
    assert known_tables()["3b55f0c5414b8950"].front_end is None


def test_the_two_tables_of_78_differ_only_in_order():
    one, other = TABLES["pinyin-letters"], TABLES["pinyin-letters-alexandajerry"]
    assert sorted(one) == sorted(other)
    assert sum(a != b for a, b in zip(one, other, strict=True)) == 63


def test_table():
    table = SymbolTable(TABLES["bopomofo"])
    assert (len(table), table.name, table.fingerprint) == (50, "bopomofo", "4de717b7fd9a8639")
    assert table.symbols[table.id("ㄅ")] == "ㄅ"
    assert "ㄅ" in table
    assert table == SymbolTable(list(TABLES["bopomofo"]))
    with pytest.raises(TextError) as error:
        table.id("X")
    assert error.value.character == "X"
    assert SymbolTable(["_", "a"]).name is None
    assert fingerprint(["_", "a"]) == SymbolTable(["_", "a"]).fingerprint


@pytest.mark.parametrize("wrong", [[], ["_", 3]])
def test_what_is_no_table(wrong):
    with pytest.raises(TextError):
        SymbolTable(wrong)
