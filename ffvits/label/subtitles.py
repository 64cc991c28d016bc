"""The lines of one recording's transcript: subtitles and labels of every kind that tools write beside a recording."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ffvits.label import tables
from ffvits.text.characters import is_hanzi

# These hold nothing else; .bcc is Bilibili's.
SUFFIXES = frozenset({".srt", ".vtt", ".lrc", ".ass", ".ssa", ".textgrid", ".lab", ".bcc"})


@dataclass(frozen=True)
class Line:
    """One line of a transcript: its words, and from when to when they are said (seconds) if that is known."""

    text: str
    start: float | None = None
    end: float | None = None


def parse(text: str, kind: str) -> list[Line]:
    """The lines of one recording's transcript by the suffix of its file; empty if it holds none, or is damaged."""
    try:
        return _parsed(text, kind)
    except (ValueError, TypeError, OverflowError):  # of a time such as 1.2.3, or [1], or of five thousand digits
        return []
    except RecursionError:  # brackets in brackets without end
        return []


def _parsed(text: str, kind: str) -> list[Line]:
    if kind in (".srt", ".vtt"):
        return _subtitles(text)
    if kind == ".lrc":
        return _lyrics(text)
    if kind in (".ass", ".ssa"):
        return _substation(text)
    if kind == ".textgrid":
        return _textgrid(text)
    if kind in (".json", ".bcc"):
        return _timed_json(text)
    lines = _labels(text)
    if lines is not None or kind == ".tsv":  # any other tsv is a table
        return lines or []
    plain = " ".join(line.strip() for line in text.splitlines() if line.strip())
    return [Line(plain)] if plain and "|" not in plain and not _PINYIN.fullmatch(plain) else []


_PINYIN = re.compile(r"(?:[a-zü:]+[1-6]\s*)+")  # of which nobody makes hanzi again
_LABEL = re.compile(r"\s*(\d+(?:[.,]\d+)?)\t\s*(\d+(?:[.,]\d+)?)\t(.*)")
_WHISPER = re.compile(r"start\tend\ttext\s*")


def _labels(text: str) -> list[Line] | None:
    """Audacity's labels, in seconds, and Whisper's tsv, in milliseconds; None if a line is anything else."""
    # Audacity puts the frequencies of a label into a line of their own.
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("\\")]
    scale = 1e-3 if lines and _WHISPER.fullmatch(lines[0]) else 1.0
    found = [_LABEL.fullmatch(line) for line in (lines[1:] if scale < 1 else lines)]
    if not all(found):
        return None
    numbers = [[float(row[place].replace(",", ".")) * scale for place in (1, 2)] for row in found]
    return [Line(row[3].strip(), *times) for row, times in zip(found, numbers, strict=True) if row[3].strip()]


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
        rows = [re.sub(r"<[^>]*>|\{\\[^}]*\}", "", row) for row in said]
        found.append((_seconds(times.group(1)), _seconds(times.group(5)), rows))
    return spoken(found)


def spoken(cues: Iterable[tuple[float, float, Sequence[str]]]) -> list[Line]:
    """Cues (start, end, rows) as lines, in order; in subtitles of two languages only what is Chinese counts.

    Cues that are shown together are one line, and rows that a second cue draws again, for their shadow, are said once.
    """
    together: dict[tuple[float, float], list[str]] = {}
    for start, end, rows in sorted(cues, key=lambda cue: cue[:2]):
        shown = together.setdefault((start, end), [])
        shown += [row for row in (" ".join(row.split()) for row in rows) if row and row not in shown]
    together = {times: rows for times, rows in together.items() if rows}  # nothing is said in a drawing
    cues = list(together.values())
    chinese = [[row for row in rows if not _foreign(row)] for rows in cues]
    mixed = sum(0 < len(kept) < len(rows) for kept, rows in zip(chinese, cues, strict=True))
    # A row of Latin words now and then is said like the others.
    lines = zip(together, chinese if 3 * mixed >= len(cues) else cues, strict=True)
    return [Line(" ".join(rows), *times) for times, rows in lines if rows]


def _foreign(row: str) -> bool:
    return bool(_KANA.search(row)) or (any(map(str.isalpha, row)) and not any(map(is_hanzi, row)))


_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")


# Minutes, seconds, and hundredths, before which some write a colon; hours only where a point comes before those.
_STAMP = re.compile(r"\[(?:(\d+):(?=\d+:\d+[.,]))?(\d+):(\d{1,2})(?:[.:,](\d+))?\]")


def _lyrics(text: str) -> list[Line]:
    """Each goes on until the next begins; a line and its translation begin together."""
    said: dict[float, list[str]] = defaultdict(list)
    for line in text.splitlines():
        words = re.sub(r"\[[^\]]*\]|<[\d:.]+>", "", line)
        for hours, minutes, seconds, part in _STAMP.findall(line):
            said[3600 * int(hours or 0) + 60 * int(minutes) + float(f"{seconds}.{part or 0}")].append(words)
    starts = sorted(said)
    ends = [*starts[1:], float("inf")]
    return spoken((start, min(end, start + 15), said[start]) for start, end in zip(starts, ends, strict=False))


def _substation(text: str) -> list[Line]:
    """Dialogue with times; none where most of it flies over the picture: viewers' comments, as Bilibili's are kept."""
    found, names, flying = [], [], 0
    for line in text.splitlines():
        if line.startswith("Format:"):
            names = [name.strip().lower() for name in line.removeprefix("Format:").split(",")]
        elif line.startswith("Dialogue:") and {"start", "end", "text"} <= set(names):
            cells = line.removeprefix("Dialogue:").split(",", len(names) - 1)
            if len(cells) < len(names):
                continue
            row = dict(zip(names, cells, strict=True))
            if all(_CLOCK.fullmatch(row[edge].strip()) for edge in ("start", "end")):
                rows = styled(row["text"], row.get("effect", ""))
                found.append((_seconds(row["start"]), _seconds(row["end"]), rows))
                flying += bool(rows) and "\\move(" in row["text"]
    return spoken(found) if 2 * flying <= len(found) else []


def styled(words: str, effect: str) -> list[str]:
    """The rows of what SubStation Alpha shows, without its style; none of a drawing or a song's syllable that moves."""
    if effect.strip() == "fx" or re.search(r"\{[^}]*\\p[1-9]", words):  # fx is of Aegisub's karaoke
        return []
    return re.split(r"\\[Nn]", re.sub(r"\{[^}]*\}", "", words).replace("\\h", " "))


def _textgrid(text: str) -> list[Line]:
    """The first tier of intervals with words (Praat's long format); an aligner's words make a line up to a pause."""
    for tier in re.split(r"item\s*\[\d+\]:", text)[1:]:
        pattern = r'xmin\s*=\s*([\d.e-]+)\s*xmax\s*=\s*([\d.e-]+)\s*text\s*=\s*"((?:[^"]|"")*)"'
        lines = [
            Line(words.replace('""', '"').strip(), float(start), float(end))
            for start, end, words in re.findall(pattern, tier)
            if words.strip()
        ]
        if lines:
            return _phrases(lines)
    return []


_WORD, _APART = 3, 0.05  # characters that lines have on average if they are words; seconds of a pause


def _phrases(lines: list[Line]) -> list[Line]:
    """The lines, or if they are words, those that follow one another without a pause put together."""
    if sum(len(line.text) for line in lines) > _WORD * len(lines):
        return lines
    found: list[Line] = []
    for word in lines:
        if found and word.start - found[-1].end < _APART:
            blank = " " if (found[-1].text[-1] + word.text[0]).isascii() else ""
            found[-1] = replace(found[-1], text=found[-1].text + blank + word.text, end=word.end)
        else:
            found.append(word)
    return found


_STARTS = {"start": 1.0, "begin": 1.0, "from": 1.0, "StartMs": 1e-3, "bg": 1e-3, "begin_time": 1e-3, "start_time": 1e-3}
_ENDS = {"end": 1.0, "to": 1.0, "EndMs": 1e-3, "ed": 1e-3, "end_time": 1e-3}


def _timed_json(text: str) -> list[Line]:
    """The sentences of a recogniser's answer: Whisper's segments, and those of the usual cloud services."""
    values = json.loads(text)
    lines = _phrases(sorted(_sentences(values), key=lambda line: line.start))
    if isinstance(values, list) and len(values) == 1:  # FunASR answers for several recordings
        values = values[0]
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
        start, end = _times(values)
        if words and start is not None and end is not None:
            yield Line(words, start, end)
            return
        for value in values.values():
            yield from _sentences(value)


def _times(values: dict) -> tuple[float | None, float | None]:
    """When a sentence begins and ends, in seconds; None if it does not tell."""
    scale = 1.0
    if isinstance(values.get("offsets"), dict):  # whisper.cpp's, in milliseconds
        values, scale = values["offsets"], 1e-3
    elif isinstance(pair := values.get("timestamp"), list):
        if pair and isinstance(pair[0], int | float):  # of transformers' Whisper; where it was cut off, without an end
            return float(pair[0]), float(pair[-1] or pair[0])
        scale = 1e-3  # FunASR's, one for each character
    start, end = _time(values, _STARTS), _time(values, _ENDS)
    return start and start * scale, end and end * scale


def _time(values: dict, names: dict[str, float]) -> float | None:
    for name, scale in names.items():
        value = values.get(name)
        if isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value):
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value * scale
    return None
