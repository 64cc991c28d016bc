"""Everything that ffvits says to a person at a terminal goes through here, so that a library user can silence it."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TextIO

from ffvits.language import columns, speaks_chinese

if TYPE_CHECKING:
    from rich.console import Console

    from ffvits.errors import FfvitsError


class Bar(Protocol):
    """What `progress` hands out: advance it by what was done."""

    def advance(self, amount: float = 1) -> None: ...

    def describe(self, text: str) -> None: ...


@dataclass
class _Output:
    """One terminal: rich is imported when the first line is written, so that `import ffvits` stays quick."""

    silent: bool = False
    _rich: Console | None = field(default=None, repr=False)

    @property
    def rich(self) -> Console:
        if self._rich is None:
            from rich.console import Console

            if hasattr(sys.stderr, "reconfigure"):
                # A Chinese Windows console is GBK; a character it lacks must not end the program.
                sys.stderr.reconfigure(errors="replace")
            # Messages go to stderr: stdout is for results (`--json`, audio, tables asked for).
            self._rich = Console(stderr=True, highlight=False, soft_wrap=True)
        return self._rich


_output = _Output()


def quiet(silent: bool = True) -> None:
    """Turns messages and progress bars off (or on again); results and errors are still shown."""
    _output.silent = silent


def told(english: str, stream: TextIO | None = None) -> str:
    """A sentence as it is to be written to `stream` (standard error): in the reader's language.

    Everything here says its words so, but for results; errors that are raised stay English, which programs read.
    """
    if not speaks_chinese(stream or sys.stderr):
        return english
    from ffvits import chinese

    return chinese.said(english)


def stage(title: str) -> None:
    """Announces a stage of the road."""
    if not _output.silent:
        _output.rich.print(f"\n[bold cyan]▶ {_escape(told(title))}[/]")


def info(text: str) -> None:
    """Says one thing that a person would want to know."""
    if not _output.silent:
        _output.rich.print(f"  {_escape(told(text))}")


def warn(text: str) -> None:
    """Says one thing that a person should look at; the work goes on."""
    if not _output.silent:
        _output.rich.print(f"[yellow]  ! {_escape(told(text))}[/]")


def error(text: str, cure: str = "") -> None:
    """Says why the work stopped and what to do; shown even when quiet."""
    _failed(told(text), cure)


def failure(error: FfvitsError) -> None:
    """Says why the work stopped, where to look, and what to do; shown even when quiet."""
    _failed(error.where + told(error.located.removeprefix(error.where)), error.cure)


def _failed(text: str, cure: str) -> None:
    _output.rich.print(f"[bold red]✗ {_escape(text)}[/]")
    if cure:
        _output.rich.print(f"  → {_escape(told(cure))}")


def typed(path: object) -> str:
    """A path as it is typed behind a command: in quotes where a shell would take it apart."""
    text = str(path)
    if os.name == "nt":
        return f'"{text}"' if re.search(r"[^\w\\/.:+-]", text) else text
    return shlex.quote(text) if re.search(r"[^\w/.:+@%-]", text) else text


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Shows a short table beside the messages."""
    if _output.silent:
        return
    from rich.table import Table

    shown = Table(title=told(title) or None, title_justify="left", header_style="bold", box=None, pad_edge=True)
    for column in columns:
        shown.add_column(_escape(told(column)), overflow="fold")
    for row in rows:
        shown.add_row(*(_escape(told(str(cell))) for cell in row))
    _output.rich.print(shown)


class Unread(Exception):
    """Whoever read the results has gone (`ffvits bases | head -3`): there is nobody to write for."""


def result(text: str) -> None:
    """Writes the result that was asked for to standard output, as it is and even when quiet.

    Raises Unread if its reader has gone, OSError if it cannot be written (to a file on a full disk).
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    try:
        print(text, flush=True)
    except OSError as error:
        with open(os.devnull, "wb") as nowhere:  # what is still in the buffer must not fail once more at the exit
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise Unread from error
        raise


def report(text: str) -> None:
    """Writes a result for a person to read, in their language; cells that two spaces part stay below each other."""
    if not speaks_chinese(sys.stdout):
        return result(text)
    lines = []
    for line in text.split("\n"):
        mark, cells = re.fullmatch(r"(\s*(?:[→✗!] )?)(.*)", line).groups()
        shown = ""
        for cell, gap in re.findall(r"(\S.*?)(\s{2,}|$)", cells):
            words = told(cell, sys.stdout)
            shown += words + (" " * max(2, columns(cell + gap) - columns(words)) if gap else "")
        lines.append(mark + shown)
    return result("\n".join(lines))


def data(values: object) -> None:
    """Writes a result as one line of JSON, for programs: in escapes where standard output lacks some characters."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    result(json.dumps(values, ensure_ascii=not encoding.startswith("utf")))


@contextmanager
def progress(title: str, total: float | None = None, unit: str = "") -> Iterator[Bar]:
    """A progress bar for one piece of work; `unit="B"` counts bytes, anything else counts items."""
    if _output.silent or not _output.rich.is_terminal:
        yield _Silent()
        return
    from rich import progress as bars

    columns: list[bars.ProgressColumn] = [bars.TextColumn("  {task.description}"), bars.BarColumn(bar_width=30)]
    if unit == "B":
        columns += [bars.DownloadColumn(), bars.TransferSpeedColumn(), bars.TimeRemainingColumn()]
    else:
        columns += [bars.MofNCompleteColumn(), bars.TextColumn(_escape(told(unit))), bars.TimeRemainingColumn()]
    with bars.Progress(*columns, console=_output.rich, transient=True) as shown:
        yield _Shown(shown, shown.add_task(_escape(told(title)), total=total))


class _Silent:
    def advance(self, amount: float = 1) -> None:
        return

    def describe(self, text: str) -> None:
        return


@dataclass
class _Shown:
    bars: object
    task: object

    def advance(self, amount: float = 1) -> None:
        self.bars.update(self.task, advance=amount)

    def describe(self, text: str) -> None:
        self.bars.update(self.task, description=_escape(told(text)))


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)
