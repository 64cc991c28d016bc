"""The lines of one recording's transcript: subtitles and labels of every kind that tools write beside a recording."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ffvits.label import tables

SUFFIXES = frozenset({".srt", ".vtt", ".lrc", ".ass", ".ssa", ".textgrid", ".lab"})  # these hold nothing else


@dataclass(frozen=True)
class Line:
    """One line of a transcript: its words, and from when to when they are said (seconds) if that is known."""

    text: str
    start: float | None = None
    end: float | None = None


def parse(text: str, kind: str) -> list[Line]:
    """The lines of one recording's transcript by the suffix of its file; empty if it holds none."""
    if kind in (".srt", ".vtt"):
        return _subtitles(text)
    if kind == ".lrc":
        return _lyrics(text)
    if kind in (".ass", ".ssa"):
        return _substation(text)
    if kind == ".textgrid":
        return _textgrid(text)
    if kind == ".json":
        return _timed_json(text)
    plain = " ".join(line.strip() for line in text.splitlines() if line.strip())
    return [Line(plain)] if plain and "|" not in plain else []


_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")


def _seconds(clock: str) -> float:
    hours, minutes, seconds = _CLOCK.fullmatch(clock.strip()).groups()
    return 3600 * int(hours or 0) + 60 * int(minutes) + float(seconds.replace(",", "."))


_ARROW = re.compile(rf"\s*({_CLOCK.pattern})\s*-->\s*({_CLOCK.pattern})")


def _subtitles(text: str) -> list[Line]:
    """Cues begin with their times; the number before them and an empty line between them may be missing."""
    cues: list[tuple[re.Match[str], list[str]]] = []
    lines = text.splitlines()
    for line, following in itertools.zip_longest(lines, lines[1:], fillvalue=""):
        if times := _ARROW.match(line):
            cues.append((times, []))
        elif cues and not (line.strip().isdecimal() and _ARROW.match(following)):
            cues[-1][1].append(line)
    found = []
    for times, said in cues:
        said = itertools.takewhile(str.strip, itertools.dropwhile(lambda line: not line.strip(), said))
        words = re.sub(r"<[^>]*>", "", " ".join(" ".join(said).split()))
        if words:
            found.append(Line(words, _seconds(times.group(1)), _seconds(times.group(5))))
    return found


def _lyrics(text: str) -> list[Line]:
    starts = []
    for line in text.splitlines():
        stamps = re.findall(rf"\[({_CLOCK.pattern})\]", line)
        words = re.sub(r"\[[^\]]*\]", "", line).strip()
        starts += [(_seconds(stamp[0]), words) for stamp in stamps]
    starts.sort()
    ends = [*[start for start, _ in starts[1:]], float("inf")][: len(starts)]
    return [Line(words, start, min(end, start + 15)) for (start, words), end in zip(starts, ends, strict=True) if words]


def _substation(text: str) -> list[Line]:
    found, names = [], []
    for line in text.splitlines():
        if line.startswith("Format:"):
            names = [name.strip().lower() for name in line.removeprefix("Format:").split(",")]
        elif line.startswith("Dialogue:") and {"start", "end", "text"} <= set(names):
            row = dict(zip(names, line.removeprefix("Dialogue:").split(",", len(names) - 1), strict=False))
            words = re.sub(r"\{[^}]*\}|\\[Nnh]", " ", row.get("text", "")).strip()
            if words and _CLOCK.fullmatch(row["start"].strip()) and _CLOCK.fullmatch(row["end"].strip()):
                found.append(Line(words, _seconds(row["start"]), _seconds(row["end"])))
    return found


def _textgrid(text: str) -> list[Line]:
    """The first tier of intervals with words (Praat's long format)."""
    for tier in re.split(r"item\s*\[\d+\]:", text)[1:]:
        pattern = r'xmin\s*=\s*([\d.]+)\s*xmax\s*=\s*([\d.]+)\s*text\s*=\s*"((?:[^"]|"")*)"'
        lines = [
            Line(words.replace('""', '"').strip(), float(start), float(end))
            for start, end, words in re.findall(pattern, tier)
            if words.strip()
        ]
        if lines:
            return lines
    return []


_STARTS = {"start": 1.0, "begin": 1.0, "StartMs": 1e-3, "bg": 1e-3, "begin_time": 1e-3, "start_time": 1e-3}
_ENDS = {"end": 1.0, "EndMs": 1e-3, "ed": 1e-3, "end_time": 1e-3}


def _timed_json(text: str) -> list[Line]:
    """The sentences of a recogniser's answer: Whisper's segments, and those of the usual cloud services."""
    try:
        values = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return []
    lines = sorted(_sentences(values), key=lambda line: line.start or 0.0)
    if not lines and isinstance(values, dict):
        words = tables.named(values, tables.WORDS)
        lines = [Line(words)] if words else []
    return lines


def _sentences(values: object) -> Iterator[Line]:
    if isinstance(values, list):
        for value in values:
            yield from _sentences(value)
    elif isinstance(values, dict):
        words = tables.named(values, tables.WORDS)
        start, end = _time(values, _STARTS), _time(values, _ENDS)
        if words and start is not None and end is not None:
            yield Line(words, start, end)
            return
        for value in values.values():
            yield from _sentences(value)


def _time(values: dict, names: dict[str, float]) -> float | None:
    for name, scale in names.items():
        value = values.get(name)
        if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value * scale
    return None
