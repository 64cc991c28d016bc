"""Tables of transcripts: which column names the recording, and which one holds its words.

Every tool writes its own: `wav|text`, `wav|speaker|text`, GPT-SoVITS' `wav|speaker|ZH|text`, Bert-VITS2's with phones,
tones and lengths behind the words, csv and tsv with or without a header, json and jsonl. The recordings themselves tell
which column names them, and the words are where the hanzi are; a header is believed where it is understood.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ffvits.text.characters import is_hanzi

SUFFIXES = frozenset({".list", ".csv", ".tsv", ".jsonl", ".json", ".txt"})
FILES = (
    *("file", "path", "audio", "wav", "audio_path", "file_name", "filename", "audio_file", "audio_filepath"),
    *("wav_path", "name", "id", "key", "文件", "文件名", "音频", "路径"),
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
        return _unmarked(_of_cells(_cells(text, kind), known))
    except (csv.Error, json.JSONDecodeError, RecursionError):
        return []


def _cells(text: str, kind: str) -> list[list[str]]:
    first = text.splitlines()[0] if text.strip() else ""
    for mark in ("|", "\t"):  # nobody quotes in these, and a lone quote must not swallow the lines after it
        if mark in first:
            return [[cell.strip().strip('"') for cell in line.split(mark)] for line in text.splitlines()]
    if kind == ".txt":  # AISHELL-1's and Kaldi's: a name without a suffix, then the words; prose and notes are none
        table = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
        return table if all(re.fullmatch(r"[\w/\\-]+", row[0], re.ASCII) for row in table) else []
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


# What corpora write into their sentences and nobody says: AISHELL-3 each hanzi's pinyin and, as Biaobei, where the
# breaks are (广 guang3 州 zhou1; 卡尔普#2陪外孙#1玩滑梯#4; 广州%女大学生$).
_SYLLABLE = re.compile(r"\s+[a-zü:]+[1-6](?=\s|$)")
_BREAK = re.compile(r"(?<=[^\s\w])#[0-4](?!\d)|(?<=[㐀-鿿])(?:#[0-4](?!\d)|[%$])")


def _unmarked(table: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The rows without such marks, where most of them have some."""
    for mark in (_SYLLABLE, _BREAK):
        if 2 * sum(bool(mark.search(words)) for _, words in table) > len(table):
            table = [(name, mark.sub("", words)) for name, words in table]
    return table


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
