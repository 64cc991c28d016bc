"""What recognisers write when nobody speaks."""

import pytest

from ffvits.label.inventions import COURTESIES, CREDITS, period, repeated, stock_phrase


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "チャンネル登録してください",
        "ご視聴ありがとうございました。",
        "請不吝點贊".translate(str.maketrans("請點贊", "请点赞")) + " 订阅 转发 打赏支持明镜与点点栏目",
        "字幕由Amara.org社区提供",
        "Субтитры сделал DimaTorzok",
        "Thanks for watching! Thanks for watching!",
        "以下是普通话的句子。",
    ],
)
def test_credits_are_known(text):
    assert stock_phrase(text, CREDITS)


@pytest.mark.parametrize("text", ["You", "謝謝".replace("謝", "谢") + "大家", "Bye. Bye.", "(音乐)"])
def test_courtesies_are_known(text):
    assert stock_phrase(text, COURTESIES)


@pytest.mark.parametrize(
    "text",
    ["", "今天天气很好", "谢谢你昨天来看我和我的家人", "我喜欢听音乐也喜欢跳舞", "You should have seen the garden"],
)
def test_sentences_are_not(text):
    assert not stock_phrase(text, CREDITS) and not stock_phrase(text, COURTESIES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好好好好好好好好", "好"),
        ("你在吗你在吗你在吗你在吗", "你在吗"),
        ("哈哈哈", ""),
        ("谢谢你昨天来看我", ""),
        ("二零零零零年的事情我已经记不清楚了", ""),
        ("", ""),
    ],
)
def test_loops(text, expected):
    assert repeated(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("西马装学校，西马装学校。", 5),
        ("西马装学校西马装学校西", 5),
        ("你在吗你在吗你在", 3),
        ("快走快走", 2),
        ("好的好", 0),
        ("哈哈哈哈哈哈哈哈", 0),
        ("西马装学校在西马装学校", 0),
        ("नमस्ते दोस्त नमस्ते दोस्त", 7),
        ("สวัสดีครับ สวัสดีครับ", 7),
        ("喝½杯水吧喝½杯水吧", 5),
        ("Good morning, GOOD MORNING", 11),
        ("", 0),
    ],
)
def test_what_is_written_twice(text, expected):
    assert period(text) == expected
