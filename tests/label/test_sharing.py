"""A text without times, cut where the clips are in which it was heard."""

import pytest

from ffvits.label.sharing import share

SENTENCES = ["你好世界", "今天天气很好", "我们去公园吧", "他说：“春天来了”", "路边的花都开了", "孩子们在放风筝"]
HEARD = ["尼好世界", "今天天汽很好", "我们去公圆吧", "他说春天来了", "路边的花多开了", "孩子们再放风筝"]


def test_each_clip_has_what_was_heard_in_it():
    assert share("，".join(SENTENCES), HEARD) == SENTENCES
    asked = "你好世界，", "今天天气很好？", "我们去公园吧！"  # what ends a sentence tells how it is said
    assert share("".join(asked), HEARD[:3]) == ["你好世界", *asked[1:]]
    assert share("你好，世界", ["x"]) == ["你好，世界"]
    assert share("", ["a", "b"]) == ["", ""]
    assert len(share("你好世界", ["", "再见", ""])) == 3


@pytest.mark.parametrize("left_out", [{0}, {5}, {2, 3}, {1, 2, 3}, {0, 1, 4, 5}])
def test_what_is_said_in_no_clip_is_in_none(left_out):
    whole = "第一章 楔子\n本书纯属虚构\n" + "。\n".join(SENTENCES) + "。（本章完）\n第二章 雨夜里的不速之客"
    kept = [number for number in range(6) if number not in left_out]
    assert share(whole, [HEARD[number] for number in kept]) == [SENTENCES[number] + "。" for number in kept]


def test_letters_that_were_misheard_belong_to_the_side_of_the_mark_on_which_they_stand():
    whole = "其中有两个指标。远远超过一点五倍安全边际。县间教育领导小组。三星办事处迁至他地。"
    heard = ["其中有两个指标", "远远超过一点五倍安全编辑", "未来十年往下走", "现尖教育领导小组", "三星办事处牵制他弟"]
    assert share(whole, heard) == [
        "其中有两个指标。",
        "远远超过一点五倍安全边际。",
        "",  # said, and not in the text
        "县间教育领导小组。",
        "三星办事处迁至他地。",
    ]
    # What was heard as it is written stays where it was heard, though no pause was made at the mark.
    assert share("他走了，然后我们也走了。", ["他走了然后", "我们也走了"]) == ["他走了，然后", "我们也走了。"]
    assert share("苹果表配 A P P L E，很好。", ["苹果表配安批", "很好"]) == ["苹果表配 A P P L E", "很好。"]


def test_a_scrap_is_no_transcript():
    heard = ["远远超过安全编辑", "要走到一点五倍的可能性几乎不存在", "但是相对处于好的位置"]
    assert share("远远超过安全边际范围，但是相对处于好的位置", heard)[1] == ""


def test_a_refrain_leads_nobody_astray():
    refrain = ["啊朋友再见", "啊朋友再见吧再见吧再见吧"]
    verses = ["那一天早晨从梦中醒来", "侵略者闯进我家乡", "游击队啊快带我走吧", "我实在不能再忍受"]
    heard = ["哪一天早晨从梦中醒来", "侵略者创进我家箱", "游击对啊快带我走吧", "我实再不能再忍受"]
    song = [line for verse in verses for line in (verse, *refrain)]
    assert share("\n".join(song), [line for verse in heard for line in (verse, *refrain)]) == song


def test_a_novel_beside_its_chapter():
    numbers = range(100_000)
    novel = "".join(chr(0x4E00 + (number * 7919 + number // 1000 * number) % 3000) for number in numbers)
    words = [novel[start : start + 20] for start in range(50_000, 51_000, 20)]
    assert share(novel, words) == words
