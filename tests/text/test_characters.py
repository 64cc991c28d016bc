"""Cleaning: width, script, marks; nothing vanishes without a note."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffvits.text import clean, front_end

CASES = [
    ("ＡＢＣ１２３％", "ABC123%"),
    ("「你好」『世界』", "“你好”“世界”"),
    ('他说"好"', "他说“好”"),
    ("他说：‘你好。’", "他说：“你好。”"),
    ("“他说‘走’，就走了”", "“他说“走”，就走了”"),
    ("it’s 5’25’’", "it's 5'25''"),
    ("‘it’s’和it‘s", "“it's”和it's"),
    ("1️⃣打开2️⃣关闭", "1，打开2，关闭"),
    ("开心😄明天", "开心，明天"),
    ("便宜❌ 贵😀。😀", "便宜，贵。"),
    ("(😀)好🎉🎉", "()好"),
    ("5⭐好评", "5星好评"),
    ("第一行<br>第二行", "第一行\n第二行"),
    ("&lt;br&gt;好", "好"),
    ("- [x] 完成\n- [ ] 没有", "完成\n没有"),
    ("看：\n```python\nx\n```", "看：\nx"),
    ("繁體中文，後來", "繁体中文，后来"),
    ("乾隆皇帝看著書", "乾隆皇帝看着书"),
    ("著名作家", "著名作家"),
    ("人々", "人人"),
    ("五二○四，○", "五二零四，"),
    ("关于<通知>", "关于《通知》"),
    ("二〇二四", "二零二四"),
    ("10⁻³", "10^-3"),
    ("H₂O", "H2O"),
    ("2½", "2又1/2"),
    ("3⅞", "3又7/8"),
    ("2ⁿ", "2^n"),
    ("log₂8，x₂", "log₂8，x2"),
    ("2**3和**粗**", "2^3和粗"),
    ("$x^{2}$和$5和$6", "x^2和$5和$6"),
    ("\\(\\frac{1}{2}\\)", "1⁄2"),
    ("\\[\\sqrt{x+1} \\le 3\\]", "√(x+1) ≤ 3"),
    ("\\frac{a+b}{2}是", "(a+b)⁄2是"),
    ("㎡", "m^2"),
    ("Ⅳ", "四"),
    ("①", "(1)"),
    ("café", "cafe"),
    ("٣", "3"),
    ("零\u200b宽\ufeff", "零宽"),
    ("a&nbsp;b&amp;c", "a b&c"),
    ("<b>粗</b>", "粗"),
    ('<?xml version="1.0"?><say-as interpret-as="digits">12</say-as>', "12"),
    ('<mstts:express-as style="cheerful">你好</mstts:express-as>', "你好"),
    ("<color=#ff0000>红</color><size=20>大", "红大"),
    ("若a<b-1且c>d", "若a<b-1且c>d"),
    ("**重点**", "重点"),
    ("[链接](http://a.com)", "链接"),
    ("......", "…"),
    ("真的？？！", "真的？"),
    ("哈哈哈!!!", "哈哈哈！"),
    ("12：30", "12:30"),
    ("1–2", "1-2"),
    ("你——我", "你—我"),
    ("行\r\n\r\n行", "行\n行"),
    ("{\\an8}你终于来了", "你终于来了"),
    ("{\\pos(192,108)\\b1}他{\\i1}真的{\\r}来了\\N走吧", "他真的来了\n走吧"),
    ("{\\fad(200,200)\\c&HFFFFFF&}好", "好"),
    ("你好\\n世界", "你好\n世界"),
    ("爱你 <3", "爱你"),
    ("w(ﾟДﾟ)w真的", "真的"),
    ("Σ(っ°Д°;)っ什么", "什么"),
    ("(°C/°F)和(30°～60°)", "(°C/°F)和(30°~60°)"),
    ("_(:3」∠)_累了", "累了"),
    ("[图片]看[破涕为笑]", "看"),
    ("1\n00:00:01,000 --> 00:00:04,000\n你好\n\n2\n00:00:05,000 --> 00:00:06,500\n再见", "你好\n再见"),
    ("[00:12.34]风吹过[01:02.50]\n[00:15]海面", "风吹过[01:02.50]\n海面"),
    ("====\n若x == 10", "若x == 10"),
    ("==高亮==和++下划线++", "高亮和下划线"),
    ("C++和D++，a==b==c", "C++和D++，a==b==c"),
    ("+ 第一\n+ 第二", "第一\n第二"),
    ("脚注[^1]和[^注]", "脚注和"),
]


@pytest.mark.parametrize("text, cleaned", CASES)
def test_clean(text, cleaned):
    assert clean(text).text == cleaned


def test_what_is_not_spoken_is_noted_with_its_place():
    notes = clean("好😀<br>的👍", offset=10).notes
    assert [(n.position, n.character) for n in notes] == [(11, "😀"), (12, "<br>"), (17, "👍")]
    assert "Grinning face" in str(notes[0])


@pytest.mark.parametrize("category, kind", [("Pi", "“"), ("Pf", "”"), ("Ps", "（《“"), ("Pe", "）》”"), ("Pd", "—")])
def test_every_quote_bracket_and_dash_of_unicode_is_a_mark(category, kind):
    found = [c for c in map(chr, range(0xA0, sys.maxunicode)) if unicodedata.category(c) == category]
    assert len(found) >= 10
    wrong = {}
    for char in found:
        cleaned = clean(f"“你{char}好").text[2:-1]
        if cleaned not in tuple(kind) and cleaned not in tuple("([{)]}-~，…："):
            wrong[char] = cleaned
    assert not wrong
    spoken = front_end("mandarin-lite").encode("你" + "好".join(found) + "好")
    assert len(spoken.pinyin) == len(found) + 1


def test_an_unknown_command_of_a_formula_is_noted():
    notes = clean("设$\\foo{x}=1$").notes
    assert [(n.position, n.character) for n in notes] == [(2, "\\foo")]


def test_other_scripts_stay_for_the_reader_to_report():
    assert clean("안녕 привет").text == "안녕 привет"


@given(st.text(max_size=40))
def test_every_visible_character_is_kept_or_noted(text):
    cleaned = clean(text)
    noted = {note.position for note in cleaned.notes}
    if "<" in text or "[" in text or "&" in text or "*" in text or "#" in text:
        return  # markup is noted by the stretch
    for index, char in enumerate(text):
        if char.isalnum() and not clean(char).text and index not in noted:
            raise AssertionError(f"{char!r} vanished")


@pytest.mark.parametrize(
    "face",
    [
        "(T_T)",
        "(≧▽≦)",
        "(づ￣3￣)づ",
        "¯\\_(ツ)_/¯",
        "ʕ•ᴥ•ʔ",
        "(╯°□°)╯︵ ┻━┻",
        ">_<",
        "^_^",
        "(。・ω・。)",
        "(｡･ω･｡)ﾉ♡",
        "(๑•̀ㅂ•́)و✧",
        "_(:з」∠)_",
    ],
)
def test_a_face_of_marks_is_noted_and_not_spoken(face):
    cleaned = clean(f"好{face}，走")
    assert cleaned.text == "好，走"
    assert [note.position for note in cleaned.notes if "emoticon" in note.message] == [1]


@pytest.mark.parametrize("text", ["(x=1)", "a_b", "(见图T_1)", "β(ω=2)", "(°C)", "x^2", "(1-2)", "他(她)说"])
def test_brackets_and_signs_that_are_no_face_stay(text):
    assert not [note for note in clean(text).notes if "emoticon" in note.message]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[ZH]你好，[ZH][EN]hello[EN]", "你好，hello"),
        ("[zh]早。[zh]\n[ZH]晚安。[ZH]", "早。晚安。"),
        ("看[ZHA]好", "看[ZHA]好"),
    ],
)
def test_marks_of_languages_are_taken_off(text, said):
    assert "".join(clean(text).text.split()) == said


@pytest.mark.parametrize(
    "code", ["[CQ:face,id=14]", "[CQ:at,qq=all]", "[CQ:image,file=a!b.jpg,url=https://a.cn/?c=1&d=2]"]
)
def test_a_code_of_qq_bots_is_noted_and_not_spoken(code):
    cleaned = clean(f"{code}你好{code}再见")
    assert cleaned.text == "你好，再见"
    assert [(note.position, "code of QQ bots" in note.message) for note in cleaned.notes] == [
        (0, True),
        (len(code) + 2, True),
    ]


def test_stars_that_hide_digits_are_spoken_and_not_noted():
    cleaned = clean("手机138****5678")
    assert (cleaned.text, cleaned.notes) == ("手机138星号5678", ())
