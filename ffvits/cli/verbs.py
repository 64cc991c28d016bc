"""How a verb of the command line is declared."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol


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
            description=help[0].upper() + help[1:] + ".",
            epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.add_argument("-q", "--quiet", action="store_true", help="show results and errors only")
        added.set_defaults(run=run)
        return added

    return declare
