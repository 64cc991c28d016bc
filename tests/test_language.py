"""Which language a terminal speaks."""

import io
import sys

import pytest

from ffvits.language import columns, speaks_chinese

NAMES = ("FFVITS_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def stream(encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    "said, chinese",
    [
        ({}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_TW"}, True),
        ({"LANG": "zh-Hans"}, True),
        ({"LANG": "ja_JP.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, True),
        ({"LANG": "zh_CN.UTF-8", "FFVITS_LANG": "en"}, False),
        ({"LANG": "C.UTF-8", "FFVITS_LANG": "ZH"}, True),
    ],
)
def test_it_is_the_readers(said, chinese, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    assert speaks_chinese(stream()) is chinese


@pytest.mark.parametrize("language, chinese", [(0x0804, True), (0x0404, True), (0x0409, False), (0x0411, False)])
def test_on_windows_it_is_that_of_its_windows(language, chinese, monkeypatch):
    import ctypes
    from types import SimpleNamespace

    monkeypatch.setattr(sys, "platform", "win32")
    asked = SimpleNamespace(kernel32=SimpleNamespace(GetUserDefaultUILanguage=lambda: language))
    monkeypatch.setattr(ctypes, "windll", asked, raising=False)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    assert speaks_chinese(stream("gbk")) is chinese
    monkeypatch.setenv("FFVITS_LANG", "en")
    assert not speaks_chinese(stream())


@pytest.mark.parametrize("encoding, chinese", [("utf-8", True), ("gbk", True), ("ascii", False), ("latin-1", False)])
def test_it_is_english_where_hanzi_cannot_be_written(encoding, chinese, monkeypatch):
    monkeypatch.setenv("FFVITS_LANG", "zh")
    assert speaks_chinese(stream(encoding)) is chinese


def test_a_stream_that_is_closed_or_none_speaks_english(monkeypatch):
    monkeypatch.setenv("FFVITS_LANG", "zh")
    assert not speaks_chinese(None)


@pytest.mark.parametrize("text, width", [("", 0), ("abc", 3), ("派蒙", 4), ("，a", 3), ("é", 1)])
def test_hanzi_fill_two_columns(text, width):
    assert columns(text) == width
