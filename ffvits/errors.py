"""Errors that a person can act on: each says what happened, where, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class FfvitsError(Exception):
    """Base of every error that ffvits raises on purpose.

    `message` names the cause, `cure` says what to do, `file` (with `line`) where to look. The command line prints
    these three and exits with status 2; anything else that escapes is a bug in ffvits.
    """

    def __init__(
        self, message: str, *, cure: str = "", file: str | Path | None = None, line: int | None = None
    ) -> None:
        self.message = message
        self.cure = cure
        self.file = str(file) if file is not None else None
        self.line = line
        super().__init__(message, cure, self.file, line)

    def __reduce__(self):
        # Keyword-only arguments do not survive the default pickling, and errors cross process borders.
        return _rebuild, (type(self), dict(self.__dict__), self.args)

    @property
    def where(self) -> str:
        """The file and line that it is about, as "FILE:LINE: "; empty where there are none."""
        if not self.file:
            return ""
        return f"{self.file}:{self.line}: " if self.line is not None else f"{self.file}: "

    @property
    def located(self) -> str:
        """The message with the file and line that it is about before it."""
        return self.where + self.message

    def __str__(self) -> str:
        return self.located + (f" — {self.cure}" if self.cure else "")


def _rebuild(kind: type[FfvitsError], state: dict, args: tuple) -> FfvitsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class RecipeError(FfvitsError):
    """A recipe has an unknown key, a wrong type or an impossible value."""


class ClipError(FfvitsError):
    """A line of `clips.jsonl` cannot be understood."""


class AudioError(FfvitsError):
    """An audio or video file cannot be read or written."""


class DownloadError(FfvitsError):
    """A model could not be fetched, or what arrived is not what the manifest promises."""


class BaseError(FfvitsError):
    """A checkpoint cannot serve as a base, or cannot be adapted to what is asked."""


class RunError(FfvitsError):
    """A run folder cannot be used: locked by another run, not writable, or incomplete."""


class BusyError(RunError):
    """Another process holds the run folder."""


class TrainError(FfvitsError):
    """Training cannot start or go on."""


class Stopped(KeyboardInterrupt):
    """A person has stopped a training: `step` is kept in the run `folder`, and training goes on from there."""

    def __init__(self, step: int, folder: Path) -> None:
        super().__init__(f"stopped at step {step}, which is kept")
        self.step = step
        self.folder = folder


class ServeError(FfvitsError):
    """A request that the server or the page refuses; `status` is the HTTP status that says so, `code` a word for it.

    `wait`: after how many seconds it is worth asking again (0: not known).
    """

    def __init__(self, message: str, *, status: int, code: str, cure: str = "", wait: int = 0) -> None:
        super().__init__(message, cure=cure)
        self.status = status
        self.code = code
        self.wait = wait


class Place(NamedTuple):
    """Something in a text: what it is, its index in the line or in the only text (from 0), and the line (from 1)."""

    what: str
    position: int
    line: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}, "
        return f"{self.what!r} ({line}character {self.position + 1})"


class TextError(FfvitsError):
    """A text holds something that the symbol table cannot say.

    `position` is the index in `text` (characters, from 0) and `character` what stands there, or several
    that cannot be said either. `others` are the further places; nine of them are told.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        position: int | None = None,
        character: str = "",
        cure: str = "",
        file: str | Path | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message, cure=cure, file=file, line=line)
        self.text = text
        self.position = position
        self.character = character
        self.others: tuple[Place, ...] = ()

    @property
    def located(self) -> str:
        named, more = self.others[:9], len(self.others) - 9
        return (
            super().located
            + ("; also " + ", ".join(map(str, named)) if named else "")
            + (f" … and {more} more" if more > 0 else "")
        )
