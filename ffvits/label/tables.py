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
from typing import Any, NamedTuple

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
SPEAKERS = (
    *("speaker", "speaker_name", "speaker_id", "spk", "spk_id", "role", "character"),
    *("说话人", "角色", "人物"),
)
# What may stand where `wav|speaker|text` has its speaker, and is none: languages, numbers (lengths, ids), moods, sexes.
_NO_SPEAKER = re.compile(
    r"[\d.:]*|zh|cn|chinese|zh[-_].*|all_zh|jp|ja|en|ko|kr|yue|auto|default|normal|male|female|[男女]声?|默认|普通|正常|"
    r"neutral|calm|happy|happiness|sad|sadness|angry|anger|surprised?|fear|fearful|disgust|disgusted|"
    r"中性|中立|平静|平淡|开心|高兴|快乐|喜悦|悲伤|伤心|难过|生气|愤怒|惊讶|惊喜|吃惊|害怕|恐惧|厌恶",
    re.IGNORECASE,
)
_LONGEST_NAME = 40
_LONGEST_CELL = 10_000_000  # characters; a csv of other things must not end the run


class Row(NamedTuple):
    """What a table says of a recording, `words` on one line; `speaker` is "" where it does not say who speaks."""

    name: str
    words: str
    speaker: str = ""


def rows(text: str, kind: str, known: Callable[[str], bool]) -> list[Row]:
    """The rows of a table that name a recording and its words; empty if it is none.

    `kind` is the suffix of its file, `known` tells whether a cell names a recording. A line of jsonl that is no JSON is
    left out (see `broken`).
    """
    try:
        if kind in (".json", ".jsonl"):
            found = list(_of_json(text, kind))
        else:
            ways = (_of_cells(cells, known) for cells in _cells(text, kind))
            found = _unmarked(max(ways, key=len, default=[]))
        return [row._replace(words=" ".join(row.words.split())) for row in found]
    except (csv.Error, ValueError, RecursionError):  # ValueError: no JSON, or a number of five thousand digits
        return []


def broken(text: str, kind: str) -> list[int]:
    """The lines of a jsonl, by number, that are no JSON."""
    written = [(number, line) for number, line in enumerate(lines_of(text), 1) if line.strip()]
    return [number for number, line in written if _json(line) is None] if kind == ".jsonl" else []


def lines_of(text: str) -> list[str]:
    """The lines of a file. `str.splitlines` would part a sentence at marks that no editor shows, such as U+2028."""
    return re.split(r"\r\n|\r|\n", text)


def _cells(text: str, kind: str) -> Iterator[Sequence[Sequence[str]]]:
    """The cells of each line, by every mark that may part them: the right one gives the most rows."""
    lines = lines_of(text)
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    marks = [mark for mark in ("|", "\t") if mark in first]
    for mark in marks:  # nobody quotes in these, and a lone quote must not swallow the lines after it
        yield [[cell.strip().strip('"') for cell in line.split(mark)] for line in lines]
    if kind == ".txt" and not marks:
        # AISHELL-1's and Kaldi's: a name without a suffix, then the words; prose and notes are none.
        table = [line.split(maxsplit=1) for line in lines if line.strip()]
        if all(re.fullmatch(r"[\w/\\-]+", row[0], re.ASCII) for row in table):
            yield table
    if kind in (".csv", ".tsv"):
        csv.field_size_limit(_LONGEST_CELL)
        for mark in (",", ";"):  # Excel parts by what the system's numbers leave free
            yield [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=mark)]


def _of_cells(table: Sequence[Sequence[str]], known: Callable[[str], bool]) -> list[Row]:
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
    speaker = None if called(name + 1, WORDS) else _speakers(name, columns, hanzi)
    speaker = next((n for n in range(width) if n != name and called(n, SPEAKERS)), speaker)
    # LJSpeech's second spelling of the words, which comes last, has its numbers in words.
    words = best([n for n in hanzi if n not in (name, speaker) and hanzi[n]], lambda n: (called(n, WORDS), hanzi[n], n))
    if words is None:
        return []
    wanted = max(name, words)
    return [
        Row(row[name], row[words], "" if speaker is None or speaker >= len(row) else _a_name(row[speaker]))
        for row in table
        if len(row) > wanted and row[name] and row[words]
    ]


def _speakers(name: int, columns: Sequence[Sequence[str]], hanzi: Mapping[int, int]) -> int | None:
    """The column of `wav|speaker|text` and `wav|speaker|ZH|text`: the next one, if it holds few names of several rows.

    The words behind it are more varied, though short ones may have fewer hanzi.
    """
    if name + 1 >= len(columns):
        return None
    column, behind = columns[name + 1], [columns[n] for n in hanzi if n > name + 1 and hanzi[n]]
    different = set(column)
    if 2 * len(different) > len(column) or not any(len(set(words)) > len(different) for words in behind):
        return None
    odd = any(not _a_name(cell) or _NO_SPEAKER.fullmatch(cell) for cell in different)
    return None if odd else name + 1


def _a_name(cell: str) -> str:
    """A speaker's name on one line; "" for what is none: nothing, something too long, or what no screen shows."""
    name = " ".join(cell.split())
    return name if len(name) <= _LONGEST_NAME and name.isprintable() else ""


# What corpora write into their sentences and nobody says: AISHELL-3 each hanzi's pinyin and, as Biaobei, where the
# breaks are (广 guang3 州 zhou1; 卡尔普#2陪外孙#1玩滑梯#4; 广州%女大学生$).
_SYLLABLE = re.compile(r"\s+[a-zü:]+[1-6](?=\s|$)")
_BREAK = re.compile(r"(?<=[^\s\w])#[0-4](?!\d)|(?<=[㐀-鿿])(?:#[0-4](?!\d)|[%$])")


def _unmarked(table: list[Row]) -> list[Row]:
    """The rows without such marks, where most of them have some."""
    for mark in (_SYLLABLE, _BREAK):
        if 2 * sum(bool(mark.search(row.words)) for row in table) > len(table):
            table = [row._replace(words=mark.sub("", row.words)) for row in table]
    return table


def _of_json(text: str, kind: str) -> Iterator[Row]:
    values = [_json(line) for line in lines_of(text) if line.strip()] if kind == ".jsonl" else json.loads(text)
    if isinstance(values, dict):
        # A plain table of name: words; anything else is not one.
        yield from (Row(name, words) for name, words in values.items() if isinstance(words, str))
        return
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict):
            name, words = named(value, FILES), named(value, WORDS)
            if name and words:
                yield Row(name, words, _a_name(named(value, SPEAKERS)))


def _json(line: str) -> object:
    """What a line of jsonl holds; None where it is no JSON."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def named(values: Mapping[str, object], names: Sequence[str]) -> str:
    """The first text that a record has under one of the names, without blanks around it; "" if there is none."""
    return next((values[name].strip() for name in names if isinstance(values.get(name), str)), "")
