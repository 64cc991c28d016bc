"""Tables of transcripts: which column names the recording, and which one holds its words.

Every tool writes its own: `wav|text`, `wav|speaker|text`, GPT-SoVITS' `wav|speaker|ZH|text`, Bert-VITS2's with phones,
tones and lengths behind the words, csv and tsv with or without a header, json and jsonl. The recordings themselves tell
which column names them, and the words are where the hanzi are; a header is believed where it is understood.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ffvits.text.characters import is_hanzi

SUFFIXES = frozenset({".list", ".csv", ".tsv", ".jsonl", ".json", ".txt"})
FILES = (
    *("file", "path", "audio", "wav", "audio_path", "file_name", "filename", "audio_file", "audio_filepath"),
    *("wav_path", "name", "id", "文件", "文件名", "音频", "路径"),
)
WORDS = (
    *("text", "sentence", "FinalSentence", "transcript", "transcription", "onebest", "Text", "content"),
    *("转写", "文本", "内容", "标注", "台词"),
)
_LONGEST_CELL = 10_000_000  # characters; a csv of other things must not end the run


def rows(text: str, kind: str, known: Callable[[str], bool]) -> list[tuple[str, str]]:
    """(name of the recording, words) for each row of a table; empty if it is none.

    `kind` is the suffix of its file, `known` tells whether a cell names a recording.
    """
    try:
        if kind in (".json", ".jsonl"):
            return list(_of_json(text, kind))
        return _of_cells(_cells(text, kind), known)
    except (csv.Error, json.JSONDecodeError, RecursionError):
        return []


def _cells(text: str, kind: str) -> list[list[str]]:
    first = text.splitlines()[0] if text.strip() else ""
    for mark in ("|", "\t"):  # nobody quotes in these, and a lone quote must not swallow the lines after it
        if mark in first:
            return [[cell.strip().strip('"') for cell in line.split(mark)] for line in text.splitlines()]
    if kind not in (".csv", ".tsv"):
        return []
    csv.field_size_limit(_LONGEST_CELL)
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]


def _of_cells(table: Sequence[Sequence[str]], known: Callable[[str], bool]) -> list[tuple[str, str]]:
    width = max(map(len, table), default=0)
    header = [cell.lower() for cell in table[0]] if table else []
    columns = [[row[number] for row in table if number < len(row)] for number in range(width)]

    def called(number: int, words: Sequence[str]) -> bool:
        return number < len(header) and header[number] in {word.lower() for word in words}

    def best(among: Sequence[int], worth: Callable[[int], Any]) -> int | None:
        return max(among, key=worth) if among else None

    names = {number: sum(map(known, column)) for number, column in enumerate(columns)}
    name = best([n for n in names if names[n]], lambda n: (names[n], called(n, FILES), -n))
    if name is None:
        return []
    hanzi = {number: sum(is_hanzi(char) for cell in column for char in cell) for number, column in enumerate(columns)}
    # LJSpeech's second spelling of the words, which comes last, has its numbers in words.
    words = best([n for n in hanzi if n != name and hanzi[n]], lambda n: (called(n, WORDS), hanzi[n], n))
    if words is None:
        return []
    wanted = max(name, words)
    return [(row[name], row[words]) for row in table if len(row) > wanted and row[name] and row[words]]


def _of_json(text: str, kind: str) -> Iterator[tuple[str, str]]:
    values = [json.loads(line) for line in text.splitlines() if line.strip()] if kind == ".jsonl" else json.loads(text)
    if isinstance(values, dict):
        # A plain table of name: words; anything else is not one.
        yield from ((name, words) for name, words in values.items() if isinstance(words, str))
        return
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            name, words = named(value, FILES), named(value, WORDS)
            if name and words:
                yield name, words


def named(values: Mapping[str, object], names: Sequence[str]) -> str:
    """The first text that a record has under one of the names, without blanks around it; "" if there is none."""
    return next((values[name].strip() for name in names if isinstance(values.get(name), str)), "")
