"""What a text or a checkpoint is: text, inspect, bases."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.cli.flags import about_given, given_text, text_flags
from ffvits.cli.verbs import Verb
from ffvits.errors import TextError
from ffvits.language import speaks_chinese

if TYPE_CHECKING:
    from ffvits.text import FrontEnd


def add(verb: Verb) -> None:
    """The verbs of this module, in the order of the help."""
    text = verb(
        "text",
        _text,
        "show how a text is read: each step from characters to symbols",
        'ffvits text "今天是2024年5月1日，他在银行{hang2}行走。" --explain',
        'ffvits text "你好" --front-end bopomofo',
        'ffvits text "旅行者，派蒙来啦！" --voice runs/paimon --explain',
        "ffvits text --file novel.txt --explain",
    )
    text_flags(text, "what to read")
    reader = text.add_mutually_exclusive_group()
    reader.add_argument("--front-end", default="mandarin-lite", help="how a base wants its text (%(default)s)")
    reader.add_argument("--voice", help="read as this voice does, by its own lexicon: a run, an export or a base")
    text.add_argument("--explain", action="store_true", help="show every step")
    text.add_argument("--cleaned", action="store_true", help="write the symbols as other programs take ready text")

    inspect = verb(
        "inspect",
        _inspect,
        "say what a checkpoint is, and whether it can be a base",
        "ffvits inspect G_0.pth",
        "ffvits inspect G_latest.pth config.json --json",
        "ffvits inspect mandarin-lite",
    )
    inspect.add_argument("file", help="a .pth, .pt, .ckpt or .safetensors; a folder, or a name of `ffvits bases`")
    inspect.add_argument("config", nargs="?", help="the config.json that should belong to it")
    inspect.add_argument("--json", action="store_true", help="print the findings as JSON")

    bases = verb("bases", _bases, "list the bases that ffvits knows", "ffvits bases", "ffvits bases --json")
    bases.add_argument("--json", action="store_true", help="print the list as JSON")


def _text(arguments: argparse.Namespace) -> int:
    from ffvits.text.sentences import has_words
    from ffvits.text.unreadable import together

    reader = _reader(arguments)
    text = given_text(arguments)
    if arguments.file is None:
        _read(text, reader, arguments)
        return 0
    lines, problems = text.split("\n"), []
    for number, line in enumerate(lines):
        if has_words(line):
            try:
                _read(line, reader, arguments)
            except TextError as error:
                if error.file is not None:  # not the text is to blame
                    raise
                problems.append((number, error))
    if problems:
        raise about_given(together(text, lines, problems), arguments)
    return 0


def _reader(arguments: argparse.Namespace) -> FrontEnd:
    """What reads: a voice's own, or the front end of that name."""
    if arguments.voice is None:
        from ffvits.text import front_end

        return front_end(arguments.front_end)
    from ffvits.speak.folder import VoiceInfo, find_voice

    folder = find_voice(arguments.voice)
    if folder is not None:
        return VoiceInfo.load(folder).reader()
    from ffvits.base import load_base

    return VoiceInfo.of_base(load_base(arguments.voice)).reader()


def _read(text: str, reader: FrontEnd, arguments: argparse.Namespace) -> None:
    """Shows how one text is read."""
    from ffvits.text.explain import explain

    if not arguments.explain:
        console.result(("" if arguments.cleaned else " ").join(reader.encode(text).symbols))
        return
    for step in explain(text, reader):
        console.result(f"{console.told(f'{step.stage}:', sys.stdout)} {step.result}")
        for detail in step.details:
            console.result(f"    {_detail(detail, step.stage)}")


def _detail(detail: str, stage: str) -> str:
    """A detail of a stage in the reader's language: of a change the rule's name, and not the words that it changed."""
    name, colon, change = detail.partition(": ")
    if stage == "normalize" and colon and speaks_chinese(sys.stdout):
        from ffvits import chinese

        return f"{chinese.rule(name)}：{change}"
    return console.told(detail, sys.stdout)


def _inspect(arguments: argparse.Namespace) -> int:
    from ffvits.base import inspect
    from ffvits.base.load import locate

    found = inspect.inspect_checkpoint(locate(arguments.file), arguments.config)
    if arguments.json:
        console.data(found.to_json())
    else:
        console.report(inspect.describe(found))
    return 0 if found.usable else 1


def _bases(arguments: argparse.Namespace) -> int:
    from ffvits.base import catalogue

    if arguments.json:
        console.data(catalogue.listing())
    else:
        console.report(catalogue.describe())
    return 0
