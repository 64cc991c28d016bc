"""How `--help` is laid out, in the reader's language."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable

from ffvits import console
from ffvits.language import columns

_CLOSING = "，。；：、？！）”"  # which never begin a line


class Help(argparse.RawDescriptionHelpFormatter):
    """argparse's layout, whose words are told as all that ffvits says is, and which knows how wide hanzi are."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        # An empty one is asked for where a verb is to be named, not shown.
        told = _told("usage:") if prefix is None else prefix
        super().add_usage(usage, actions, groups, None if told == "usage:" else told)

    def start_section(self, heading: str | None) -> None:
        super().start_section(heading and _told(heading))

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help and _told(action.help)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return super()._fill_text("\n".join(map(_line, text.split("\n"))), width, indent)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return super()._split_lines(text, width) if text.isascii() else wrapped(text, width)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of so many columns; Latin words stay whole."""
    lines, used = [""], 0
    for word in re.findall(r"[!-~]+|\s+|.", text):
        fills = columns(word)
        if used + fills > width and lines[-1] and word not in _CLOSING:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
            used = 0
        if lines[-1] or not word.isspace():
            lines[-1] += word
            used += fills
    return lines


def _line(english: str) -> str:
    """A line of a description, where a verb's help becomes a sentence, or of the examples with their comments."""
    command, mark, comment = english.partition("  # ")
    if mark:
        return command + mark + _told(comment)
    if not english or english.startswith(" "):
        return english
    found = _told(english)  # before it is a sentence: so it stands in the table
    if english.endswith(":"):
        return found
    stop = "." if found == english else "。"
    return found[:1].upper() + found[1:] + ("" if found[-1] in ".。?？" else stop)


def _told(english: str) -> str:
    return console.told(english, sys.stdout)
