"""Words: the dictionary is jieba's own, and long stretches are cut as short ones are."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jieba
import pytest

from ffvits.text import segmentation


def test_the_dictionary_is_the_one_that_jieba_makes():
    theirs = jieba.Tokenizer()
    words, total = theirs.gen_pfdict(theirs.get_dict_file())
    ours = segmentation.tokenizer()
    assert ours.FREQ == words
    assert ours.total == total


def test_a_text_asks_for_no_words_but_those_that_it_may_hold():
    """A second of every start; and what is learnt later changes no cut."""
    code = (
        "from ffvits.text.segmentation import cut, tokenizer; cut_first = list(cut('我们明天去北京大学'));"
        "print(len(tokenizer('').FREQ) < 20_000, len(tokenizer().FREQ) > 400_000);"
        "print(cut_first == list(cut('我们明天去北京大学')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.stdout.split() == ["True"] * 3, done.stderr


def test_threads_that_ask_at_once_cut_alike():
    segmentation._jieba.cache_clear()
    text = "他在银行里等人，下午三点去公园散步，晚上和朋友们一起吃火锅"
    with ThreadPoolExecutor(8) as pool:
        cuts = list(pool.map(lambda start: list(segmentation.cut(text[start:])), [0, 8, 0, 8, 0, 8, 0, 8]))
    assert cuts == [list(jieba.cut(text)), list(jieba.cut(text[8:]))] * 4


@pytest.mark.parametrize("text", ["", "我们明天去北京大学。", "他说：hello，2024年！", "的" * 5, "𠮷野家\n的牛肉饭"])
def test_words_are_cut_as_jieba_cuts_them(text):
    assert list(segmentation.cut(text)) == list(jieba.cut(text))


def test_a_long_stretch_is_cut_whole_and_as_its_parts_are():
    sentence = "今天天气很好我们一起去公园散步吧"
    words = list(segmentation.cut(sentence * 100))
    assert "".join(words) == sentence * 100
    assert words == list(segmentation.cut(sentence)) * 100


def test_fixed_words_are_never_cut():
    words = list(segmentation.cut("我和派蒙去璃月港玩", fixed=["派蒙", "璃月", "璃月港"]))
    assert {"派蒙", "璃月港"} <= set(words)
    assert "".join(words) == "我和派蒙去璃月港玩"


@pytest.mark.parametrize(
    "word, tag", [("假条", "n"), ("打扫", "v"), ("周一", "t"), ("AT&T", "nz"), ("没这个词", ""), ("", "")]
)
def test_tags_are_those_of_the_dictionary(word, tag):
    assert segmentation.part_of_speech(word) == tag


def test_a_jieba_that_nobody_has_compiled_yet_is_silent(tmp_path):
    """Python tells of its escapes when it compiles them, at the first import."""
    code = "from ffvits.text.segmentation import tokenizer; tokenizer()"
    fresh = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "default", "-c", code],
        env=fresh,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
