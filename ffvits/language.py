"""In which language ffvits speaks at a terminal: the user's, if it is Chinese, else English."""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TextIO

CHOSEN = "FFVITS_LANG"  # zh or en, whatever the system speaks
_PRIMARY, _CHINESE = 0x3FF, 0x04  # of a Windows language: the bits that name it without its country, and Chinese


def speaks_chinese(stream: TextIO) -> bool:
    """Whether what is written to a stream is to be Chinese: its reader's language is, and it can be written there."""
    return _wanted() and _can_write(stream)


def _wanted() -> bool:
    # In the order in which POSIX lets them decide about messages (XBD 8.2); who sets one of them on Windows means it.
    said = next(filter(None, map(os.environ.get, (CHOSEN, "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if said or sys.platform != "win32":
        return said.lower().startswith("zh")
    import ctypes

    return ctypes.windll.kernel32.GetUserDefaultUILanguage() & _PRIMARY == _CHINESE


def _can_write(stream: TextIO) -> bool:
    try:
        "中，。→".encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def counted(number: int, what: str) -> str:
    """So many of something, in English: one step, 1,200 steps."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def columns(text: str) -> int:
    """How many columns of a terminal a text fills; a hanzi fills two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
