"""What listeners said in the blind test of a comparison's page: saved files of votes, counted together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffvits.errors import FfvitsError
from ffvits.evaluate.statistics import Figure, share
from ffvits.evaluate.words import Language
from ffvits.files import path_of

_CURE = "save one with the button of comparison.html"


@dataclass(frozen=True)
class Count:
    """How often X was told rightly (None: nobody ventured), and how often each voice won where it was played.

    Votes for neither voice, and answers that X cannot be told, count in neither.
    """

    listeners: int
    told: Figure | None
    preferred: dict[str, Figure]

    def words(self, language: Language = "zh") -> list[str]:
        """A line for each result."""
        zh = language == "zh"
        lines = []
        if not self.told and not self.preferred:
            lines.append("没有人投票" if zh else "nobody has voted")
        if self.told:
            what = "X 听对（50 % 即听不出差别）" if zh else "X told rightly (50 % is chance)"
            lines.append(f"{what}：{_percent(self.told)}" if zh else f"{what}: {_percent(self.told)}")
        for name, won in sorted(self.preferred.items(), key=lambda item: -item[1].value):
            lines.append(f"更喜欢 {name}：{_percent(won)}" if zh else f"{name} is preferred: {_percent(won)}")
        return lines

    def to_dict(self) -> dict[str, Any]:
        return {
            "listeners": self.listeners,
            "told": self.told and vars(self.told),
            "preferred": {name: vars(won) for name, won in self.preferred.items()},
        }


def count(files: Iterable[str | Path]) -> Count:
    """The votes of several listeners, one file each.

    Raises FfvitsError naming a file that is none of votes, or stands twice.
    """
    paths = [path_of(file) for file in files]
    for number, path in enumerate(paths):
        if path.resolve() in [earlier.resolve() for earlier in paths[:number]]:
            raise FfvitsError("these votes are named twice", cure="one file for each listener", file=path)
    ballots = [_read(path) for path in paths]
    votes = [vote for ballot in ballots for vote in ballot]
    told = [bool(vote["right"]) for vote in votes if vote["right"] is not None]
    cast = [vote for vote in votes if vote["preferred"]]
    preferred = {}
    for name in sorted({vote[side] for vote in cast for side in ("a", "b")}):
        heard = [vote["preferred"] == name for vote in cast if name in (vote["a"], vote["b"])]
        preferred[name] = share(sum(heard), len(heard))
    return Count(len(ballots), share(sum(told), len(told)) if told else None, preferred)


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        votes = json.loads(file.read_text(encoding="utf-8-sig"))["votes"]  # some mail programs and editors add a mark
        if not all({"a", "b", "preferred", "right"} <= set(vote) for vote in votes):
            raise ValueError("a vote lacks what was played or preferred")
        if not all(isinstance(vote[name], str) for vote in votes for name in ("a", "b", "preferred")):
            raise ValueError("a voice's name is no text")
        if not all(vote["right"] in (True, False, None) for vote in votes):
            raise ValueError("whether X was told is neither true, false nor null")
        if odd := next(
            (vote for vote in votes if vote["preferred"] and vote["preferred"] not in (vote["a"], vote["b"])), None
        ):
            raise ValueError(f"{odd['preferred']!r} is preferred where {odd['a']!r} and {odd['b']!r} were played")
    except OSError as error:
        raise FfvitsError(f"the votes cannot be read: {error.strerror}", cure=_CURE, file=file) from error
    except json.JSONDecodeError as error:
        raise FfvitsError(f"this is no file of votes (no JSON, line {error.lineno})", cure=_CURE, file=file) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FfvitsError(f"this is no file of votes ({error})", cure=_CURE, file=file) from error
    return votes


def _percent(figure: Figure) -> str:
    return f"{100 * figure.value:.0f} % [{100 * figure.low:.0f}, {100 * figure.high:.0f}], n = {figure.n}"
