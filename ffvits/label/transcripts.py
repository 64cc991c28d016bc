"""Transcripts that exist already are used instead of what a recogniser hears, and checked against it.

Tables (`wav|text`, `wav|speaker|text`, GPT-SoVITS `.list`, `esd.list`, csv and tsv, json and jsonl) may lie anywhere in
the folder of recordings; subtitles and labels (srt, vtt, lrc, ass, TextGrid, txt, lab, json) lie beside the recording
and have its name.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ffvits import console
from ffvits.audio import files as recordings
from ffvits.clip import Clip
from ffvits.label import tables
from ffvits.label.wording import wordings
from ffvits.recipe import TranscribeSettings

_BESIDE = frozenset({".srt", ".vtt", ".lrc", ".ass", ".ssa", ".textgrid", ".txt", ".lab", ".json"})
_ALIKE = 0.5  # of the syllables at least must be heard too, or the transcript is another recording's
_AGREED = 0.8  # of the syllables should be heard too, or somebody should listen
# Of 30 clips the right words fitted the sound by 0.3 to 0.94, those of other clips by 0.02 at most.
_FITTING, _MISFIT = 0.3, 0.1
_MANY = 3  # transcripts of others and more than half: it is not the odd wrong one, but the wrong table
Fit = Callable[[Clip, Sequence[str]], list[float]]
_LARGEST = 50_000_000  # bytes of a file that can be a transcript


@dataclass(frozen=True)
class Line:
    """One line of a transcript: its words, and from when to when they are said (seconds) if that is known."""

    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Transcripts:
    """What is known of the words in a folder, by the path of the recording (posix, relative).

    `files` are those that the words were read from.
    """

    by_path: dict[str, list[Line]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    def of(self, source: str) -> list[Line]:
        """The lines of a recording, in order; empty if none are known."""
        return self.by_path.get(source.replace("\\", "/"), [])

    def __bool__(self) -> bool:
        return bool(self.by_path)


class _Sources:
    """The recordings of a folder, found by what tables call them: often by paths of another machine."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.stems: dict[str, list[PurePosixPath]] = defaultdict(list)
        for source in sorted(sources):
            path = PurePosixPath(source.replace("\\", "/"))
            self.stems[path.stem].append(path)

    def alike(self, name: str) -> list[PurePosixPath]:
        """Those of that name, whatever the folder; a suffix may be missing or another's."""
        path = PurePosixPath(name.replace("\\", "/"))
        return self.stems.get(path.name) or self.stems.get(path.stem, [])

    def meant(self, name: str, place: PurePosixPath) -> list[PurePosixPath]:
        """Those that a table in the folder `place` means: the most folders alike, or else the nearest to the table.

        More than one is one recording in several formats, or cannot be told apart.
        """
        path = PurePosixPath(name.replace("\\", "/"))

        def nearness(source: PurePosixPath) -> tuple[int, bool, bool]:
            pairs = zip(reversed(path.parent.parts), reversed(source.parent.parts), strict=False)
            folders = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)))
            return folders, source.parent == place, source.is_relative_to(place)

        found = self.alike(name)
        nearest = max(map(nearness, found), default=None)
        best = [source for source in found if nearness(source) == nearest]
        return [source for source in best if source.name == path.name] or best


def find(folder: Path, sources: Iterable[str]) -> Transcripts:
    """Reads every transcript in `folder` that speaks of one of `sources` (paths relative to it).

    A file that is not a transcript is passed over, as are hidden ones and those of runs; one that is, but cannot be
    read, is told of, and so are rows that may mean several recordings.
    """
    known = _Sources(sources)
    by_path: dict[str, list[Line]] = {}
    files: dict[Path, None] = {}
    for path in recordings.find(folder).ignored:
        kind = path.suffix.lower()
        if kind not in tables.SUFFIXES | _BESIDE:
            continue
        text = _decoded(path)
        if text is None:
            continue
        here = PurePosixPath(path.relative_to(folder).as_posix())
        owners = [source for source in known.stems.get(here.stem, []) if source.parent == here.parent]
        if owners and kind in _BESIDE:
            lines = parse(text, kind)
            if lines:
                by_path.update((str(owner), lines) for owner in owners)
                files[path] = None
            else:
                console.warn(f"No words found in {path.name}")
            continue
        unclear = 0
        for name, words in tables.rows(text, kind, lambda cell: bool(known.alike(cell))):
            meant = known.meant(name, here.parent)
            if len({source.with_suffix("") for source in meant}) > 1:
                unclear += 1
                continue
            by_path.update((str(source), [Line(words)]) for source in meant)
            if meant:
                files[path] = None
        if unclear:
            console.warn(
                f"{here}: {unclear} rows are not used, for recordings in several folders have the names in them; "
                "write the folder too (派蒙/001.wav), or let the table lie beside its recordings"
            )
    return Transcripts(by_path, tuple(files))


def imported(
    clips: Iterable[Clip], folder: Path, settings: TranscribeSettings, fit: Fit | None = None
) -> Iterator[Clip]:
    """The clips with the words of the transcripts that lie in `folder`, where there are some (see `use`)."""
    if settings.transcripts == "never":
        yield from clips
        return
    clips = list(clips)
    found = find(folder, {clip.source for clip in clips})
    if found:
        known = len({clip.source for clip in clips if found.of(clip.source)})
        where = found.files[0].name if len(found.files) == 1 else f"{len(found.files)} files"
        console.info(f"Transcripts found for {known} recordings, in {where}")
    yield from use(clips, found, settings, fit)


def use(
    clips: Iterable[Clip], transcripts: Transcripts, settings: TranscribeSettings, fit: Fit | None = None
) -> Iterator[Clip]:
    """Gives each clip the words that its recording's transcript has for it, and a score of how well they agree.

    Of lines with times those count that are said within the clip; a text without times is shared among the clips of
    its recording by what was heard in each. A clip whose transcript says something else than is heard is rejected,
    unless the words fit the sound all the same: `fit` tells how well each of several texts does, from 0 to 1. It also
    chooses among the readings of a number.
    """
    everything = list(clips)
    of_source: dict[str, list[Clip]] = defaultdict(list)
    for clip in everything:
        if clip.kept and transcripts.of(clip.source):
            of_source[clip.source].append(clip)
    given: dict[str, str] = {}
    for source, theirs in of_source.items():
        theirs.sort(key=lambda clip: clip.start)
        lines = transcripts.of(source)
        if all(line.start is not None for line in lines):
            given.update((clip.id, _within(lines, clip)) for clip in theirs)
        else:
            whole = "，".join(line.text for line in lines)
            shares = share(whole, [clip.text for clip in theirs])
            given.update(zip((clip.id for clip in theirs), shares, strict=True))
    checked = others = 0
    for clip in everything:
        if given.get(clip.id):
            clip = _given(clip, given[clip.id], settings, fit)
            checked += 1
            others += not clip.kept
        yield clip
    if others >= _MANY and 2 * others > checked:
        console.warn(
            f"{others} of {checked} transcripts say something else than is heard: do they belong to these recordings, "
            "is a table shifted by a row? (label.transcribe.transcripts: never goes by what is heard)"
        )


def _given(clip: Clip, words: str, settings: TranscribeSettings, fit: Fit | None) -> Clip:
    from ffvits.evaluate.metrics import pinyin_error

    forms = wordings(words, corrections=settings.corrections)
    fits = fit(clip, forms) if fit else [1.0]
    fitting = max(fits)
    text = forms[fits.index(fitting)]
    heard = clip.text
    match = 1 - min(1.0, pinyin_error(text, heard, tones=False))
    # What was doubted were the words of the recogniser.
    clip = clip.with_(review=()).score(transcript_match=match, transcript_fit=fitting)
    if match < _ALIKE and not (fit and fitting > _FITTING):
        return clip.reject(
            "mismatch",
            f"its transcript says “{text}”, but “{clip.text}” is heard ({match:.0%} alike)",
            "correct the transcript, or write the right text and set it to keep",
        )
    clip = clip.with_(text=text).note(f"words from its transcript ({match:.0%} of the syllables are heard)")
    if match < _AGREED or fitting < _MISFIT:
        clip = clip.doubt(f"its transcript says something else than is heard ({match:.0%} alike)", heard)
    return clip


def _within(lines: Iterable[Line], clip: Clip) -> str:
    said = [line for line in lines if clip.start <= (line.start + (line.end or line.start)) / 2 < clip.end]
    return "，".join(line.text.strip() for line in said)


def share(whole: str, heard: list[str]) -> list[str]:
    """One text in as many parts as clips were heard: cut where, by the likest characters, the next clip begins."""
    from difflib import SequenceMatcher

    if len(heard) == 1:
        return [whole]
    together = "".join(heard)
    # The place in `whole` for each place in what was heard: exact where characters agree, in between by proportion.
    anchors = [(0, 0)]
    for block in SequenceMatcher(None, together, whole, autojunk=False).get_matching_blocks():
        anchors += [(block.a, block.b), (block.a + block.size, block.b + block.size)]
    anchors.append((len(together), len(whole)))
    cuts, place = [0], 0
    for text in heard[:-1]:
        place += len(text)
        before = max(anchor for anchor in anchors if anchor[0] <= place)
        after = min(anchor for anchor in anchors if anchor[0] >= place)
        span = after[0] - before[0]
        guess = before[1] + (round((place - before[0]) / span * (after[1] - before[1])) if span else 0)
        cuts.append(max(cuts[-1], guess))
    cuts.append(len(whole))
    return [whole[start:end].strip("，。、；：！？,.;:!? ") for start, end in itertools.pairwise(cuts)]


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


def _decoded(path: Path) -> str | None:
    """The text of a file in UTF-8, UTF-16 or GBK, whichever it is; None if it is none, or too large to be read."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        data = path.read_bytes()
    except OSError:
        console.warn(f"{path.name} cannot be read")
        return None
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if "\x00" not in text else None
    return None
