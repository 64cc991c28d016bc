"""Every stage shows where things came from."""

import re

import pytest

from ffvits import chinese
from ffvits.chinese.rules import RULES as NAMES
from ffvits.cli import main
from ffvits.errors import TextError
from ffvits.text import front_end
from ffvits.text.explain import explain
from ffvits.text.rules import RULES


def test_stages():
    steps = {s.stage: s for s in explain("我在重{chong2}庆花了2.5元😀", front_end("bopomofo"))}
    assert list(steps) == ["text", "clean", "normalize", "words", "pinyin", "symbols", "ids"]
    assert steps["text"].details == ("'{chong2}' (character 4): written in braces",)
    assert "Grinning face" in steps["clean"].details[0]
    assert steps["normalize"].result == "我在重庆花了二点五元"
    assert "number: 2.5 → 二点五" in steps["normalize"].details
    assert "重 chong2: written in braces" in steps["pinyin"].details
    assert "庆 qing4 → ㄑ ㄧ ㄥ ˋ" in steps["symbols"].details
    assert "4de717b7fd9a8639" in steps["ids"].details[0]


def test_the_stages_are_those_of_encode():
    end = front_end("mandarin-lite")
    text = "今天是2024年5月1日，OK！"
    encoded = end.encode(text)
    steps = {s.stage: s.result for s in explain(text, end)}
    assert steps["normalize"] == encoded.spoken
    assert steps["pinyin"] == " ".join(encoded.pinyin)
    assert steps["ids"] == " ".join(map(str, encoded.ids))


def test_words_of_the_lexicon_are_no_change_of_a_rule():
    steps = {s.stage: s for s in explain("1v1，2个", front_end("cjke", lexicon={"1v1": "yi1 dui4 yi1"}))}
    assert steps["clean"].result == "1v1，2个"
    assert [d.split(":")[0] for d in steps["normalize"].details] == ["number"]
    assert "1v1 yi1: your lexicon" in steps["pinyin"].details


def test_errors_pass_through():
    with pytest.raises(TextError):
        explain("", front_end("cjke"))


def test_every_rule_has_a_chinese_name_and_no_name_is_of_no_rule():
    assert set(NAMES) == {rule.name for rule in RULES}
    for name, told in NAMES.items():
        assert re.search("[\u4e00-\u9fff]", told) or told == name in ("C++", "C#")
        assert len(told) <= 12 and not re.search("[:：;；。]", told)
    assert chinese.rule("a rule of tomorrow") == "a rule of tomorrow"


@pytest.mark.parametrize(
    ("text", "told"),
    [("2024年", "年份：2024年 → 二零二四年"), ("3-5月", "月份范围：3-5 → 三到五"), ("R&B", "和号：& →  and ")],
)  # fmt: skip
def test_a_chinese_terminal_names_the_rules_in_chinese(monkeypatch, capsys, text, told):
    monkeypatch.setenv("FFVITS_LANG", "zh")
    assert main(["text", text, "--explain"]) == 0
    assert f"    {told}" in capsys.readouterr().out.splitlines()
    monkeypatch.setenv("FFVITS_LANG", "en")
    assert main(["text", text, "--explain"]) == 0
    assert f"    {told}" not in capsys.readouterr().out.splitlines()


def test_the_name_of_a_rule_is_no_sentence():
    """Words as short as these mean something else where they are said elsewhere."""
    assert [name for name in ("and", "up", "year", "hour", "range") if chinese.said(name) != name] == []
