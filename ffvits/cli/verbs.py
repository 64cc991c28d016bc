"""How a verb of the command line is declared, and how a mistake in its arguments is told."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

from ffvits import console
from ffvits.cli.help import Help
from ffvits.errors import FfvitsError
from ffvits.recipe_file import or_nearest


class Parser(argparse.ArgumentParser):
    """Reads arguments, and tells what is wrong with them as every other mistake is told."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{"formatter_class": Help, **named})

    def error(self, message: str) -> NoReturn:
        chosen = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        cure = or_nearest(chosen[1], re.findall(r"[\w-]+", chosen[2])) if chosen else f"see: {self.prog} --help"
        console.error(message.partition(" (choose from")[0], cure)
        self.exit(2)


class Verb(Protocol):
    """Declares a verb: its name, what runs it, a line of help and examples; gives its parser for further arguments."""

    def __call__(
        self, name: str, run: Callable[[argparse.Namespace], int | None], help: str, *examples: str
    ) -> argparse.ArgumentParser: ...


def declarer(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> Verb:
    """What declares verbs among `verbs`, each with its examples and a flag for silence."""

    def declare(
        name: str, run: Callable[[argparse.Namespace], int | None], help: str, *examples: str
    ) -> argparse.ArgumentParser:
        added = verbs.add_parser(
            name,
            help=help,
            description=help,
            epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
        )
        added.add_argument("-q", "--quiet", action="store_true", help="show results and errors only")
        added.set_defaults(run=run, parser=added)
        return added

    return declare


def refuse(unknown: Sequence[str], parser: argparse.ArgumentParser) -> NoReturn:
    """Raises FfvitsError for arguments that a verb does not take."""
    help = f"see: {parser.prog} --help"
    flag = next((one.partition("=")[0] for one in unknown if one.startswith("-")), "")
    if not flag:
        raise FfvitsError(f"{' '.join(unknown)!r} is one too many", cure=f"put what holds spaces in quotes, or {help}")
    known = [name for action in parser._actions for name in action.option_strings]
    if flag in known:
        raise FfvitsError(f"{flag} stands before the verb", cure=f"write it behind: {parser.prog} {flag} …")
    near = difflib.get_close_matches(flag, known, n=1)
    raise FfvitsError(f"{parser.prog} knows no {flag}", cure=f"did you mean {near[0]}? {help}" if near else help)
