"""Transcripts that exist already are used instead of what a recogniser hears, and checked against it.

Tables (`wav|text`, `wav|speaker|text`, GPT-SoVITS `.list`, `esd.list`, csv and tsv, json and jsonl) may lie anywhere in
the folder of recordings; subtitles and labels (srt, vtt, lrc, ass, bcc, TextGrid, txt, lab, json, Whisper's tsv) lie
beside the recording and have its name, with or without its suffix and a mark of the language (第1集.srt, 第1集.mp4.srt,
第1集.zh-CN.srt). Where none do, the Chinese subtitles inside a film count.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from ffvits import console
from ffvits.audio import files as recordings
from ffvits.clip import Clip
from ffvits.files import text_of
from ffvits.label import embedded, subtitles, tables
from ffvits.label.ingest import source_name
from ffvits.label.sharing import share
from ffvits.label.subtitles import Line
from ffvits.label.wording import simplified, wordings
from ffvits.recipe import TranscribeSettings
from ffvits.text.characters import is_hanzi

_BESIDE = subtitles.SUFFIXES | {".txt", ".json", ".tsv"}
# What players and sites write between a recording's name and the suffix of its Chinese subtitles.
_TAG = re.compile(
    r"\.(?:(?:ai[-_])?(?:zh|zho|chi|cmn|cn|chs|cht|sc|tc|gb|big5)(?:[-_&+][a-z0-9]+)*|[^.]*[简繁中][^.]*)$",
    re.IGNORECASE,
)
_TRADITIONAL = re.compile(r"hant|tw|hk|cht|tc|big5|繁", re.IGNORECASE)
_ALIKE = 0.5  # of the syllables at least must be heard too, or the transcript is another recording's
_AGREED = 0.8  # of the syllables should be heard too, or somebody should listen
# Of 30 clips the right words fitted the sound by 0.3 to 0.94, those of other clips by 0.02 at most.
_FITTING, _MISFIT = 0.3, 0.1
# Of the hanzi heard a transcript has as many at least if it is whole: of 159 right ones none had fewer than 0.75. The
# beginning of what is said fits the sound as well: of 159 first halves 119 had 0.3 and more.
_WHOLE = 0.7
_LATIN = re.compile(r"[A-Za-z]+")
_HANZI = 4  # beside Latin words, below which a transcript cannot be told to be another recording's
_LEAST, _SHARE = 0.4, 0.25  # seconds of a line, and share of it or the clip, that are more than a subtitle's hanging on
_MANY = 3  # transcripts of others and more than half: it is not the odd wrong one, but the wrong table
Fit = Callable[[Clip, Sequence[str]], list[float]]
_NAMED = 5  # of the files that are not used
_LARGEST = 50_000_000  # bytes of a file that can be a transcript


@dataclass(frozen=True)
class Transcripts:
    """What is known of the words in a folder, by the path of the recording (posix, relative).

    `files` are those that the words were read from; `speakers` has who speaks, where a table says so.
    """

    by_path: dict[str, list[Line]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    speakers: dict[str, str] = field(default_factory=dict)

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

    def names(self, cell: str) -> bool:
        """Whether a cell of a table names one."""
        return bool(self.alike(cell))

    def beside(self, file: PurePosixPath) -> list[PurePosixPath]:
        """Those in the folder of a file of subtitles that it is named after."""
        for stem in dict.fromkeys((file.stem, _TAG.sub("", file.stem))):
            named = [*self.stems.get(stem, ()), *self.stems.get(PurePosixPath(stem).stem, ())]
            found = [path for path in named if path.parent == file.parent and stem in (path.stem, path.name)]
            if found:
                return found
        return []

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


def find(folder: Path, sources: Iterable[str], skip: Collection[Path] = ()) -> Transcripts:
    """Reads every transcript in `folder` that speaks of one of `sources` (paths relative to it).

    A file that is not a transcript is passed over, as are hidden ones and those of runs and of `skip` (folders); one
    that is, but cannot be read or belongs to no recording, is told of, and so are rows that may mean several
    recordings.
    """
    sources = set(sources)
    known = _Sources(sources)
    by_path: dict[str, list[Line]] = {}
    files: dict[Path, None] = {}
    speakers: dict[str, str] = {}
    unused: list[str] = []
    wordless: list[str] = []

    def add(source: PurePosixPath, lines: list[Line], path: Path) -> None:
        if _timed(lines) or not _timed(by_path.get(str(source), ())):  # no plain text takes the place of subtitles
            by_path[str(source)], files[path] = lines, None

    # What comes later counts: of a recording's subtitles those that have its plain name, then the Simplified ones.
    for path in sorted(recordings.find(folder, skip).ignored, key=lambda path: _strangeness(path.stem), reverse=True):
        kind = path.suffix.lower()
        if kind not in tables.SUFFIXES | _BESIDE:
            continue
        text = _decoded(path)
        if text is None:
            continue
        here = PurePosixPath(path.relative_to(folder).as_posix())
        owners = known.beside(here) if kind in _BESIDE else []
        if lines := subtitles.parse(text, kind) if owners else []:
            for owner in owners:
                add(owner, lines, path)
            continue
        if kind in subtitles.SUFFIXES and not owners:
            unused.append(str(here))
        unclear, used = 0, False
        found, told, twice = tables.rows(text, kind, known.names), {}, {}
        for name, words, speaker in found:
            meant = known.meant(name, here.parent)
            if len({source.with_suffix("") for source in meant}) > 1:
                unclear += 1
                continue
            for source in meant:
                if told.setdefault(source, words) != words:
                    twice[str(source)] = None
                add(source, [Line(words)], path)
                if speaker:
                    speakers[str(source)] = speaker
            used = used or bool(meant)
        if owners and not used and not unclear:
            wordless.append(str(here))
        if unclear:
            console.warn(
                f"{here}: {unclear} rows are not used, for recordings in several folders have the names in them; "
                "write the folder too (派蒙/001.wav), or let the table lie beside its recordings"
            )
        if twice:
            console.warn(f"{here} has different words for one recording, and the last count: {_some([*twice])}")
        if used and (broken := tables.broken(text, kind)):
            console.warn(f"{here}: what is no JSON is passed over, in line {', '.join(map(str, broken[:_NAMED]))}")
        if not found and not owners and tables.seems_one(text, kind, known.names):
            console.warn(
                f"{here} names recordings, but no words can be read from it: if it is a transcript, write a line "
                "for each recording, as in 001.wav|你好"
            )
    for source in sorted(sources):
        path = folder / source
        if path.suffix.lower() in embedded.SUFFIXES and source not in by_path and (lines := embedded.read(path)):
            by_path[source], files[path] = lines, None
    if wordless:
        console.warn(f"No words found in {_some(wordless)}")
    if unused:
        console.warn(
            f"{len(unused)} files of subtitles or labels are not used, for they are named after no recording: "
            f"{_some(unused)}; "
            "let each lie beside its recording and have its name (第1集.srt, 第1集.mp4.srt, 第1集.zh.srt for 第1集.mp4)"
        )
    return Transcripts(by_path, tuple(files), speakers)


def _some(files: Sequence[str]) -> str:
    return ", ".join(sorted(files)[:_NAMED]) + (f", … ({len(files)} files)" if len(files) > _NAMED else "")


def _timed(lines: Sequence[Line]) -> bool:
    """Whether these lines tell when they are said."""
    return bool(lines) and all(line.start is not None for line in lines)


def _strangeness(stem: str) -> int:
    """0 for a name without a mark of the language, 1 with one, 2 with one of Traditional Chinese."""
    tag = _TAG.search(stem)
    return 0 if tag is None else 2 if _TRADITIONAL.search(tag.group()) else 1


def imported(
    clips: Iterable[Clip],
    folder: Path,
    settings: TranscribeSettings,
    fit: Fit | None = None,
    *,
    one_speaker: bool = False,
    skip: Collection[Path] = (),
) -> Iterator[Clip]:
    """The clips with the words of the transcripts that lie in `folder`, where there are some (see `use`).

    They are read before the first clip is asked for: what is wrong with them is told now, not after hours of listening.
    Where tables name several speakers and the folders only one, who speaks goes by the tables, unless the recipe says
    that there is `one_speaker`. Folders in `skip` are passed over: what a killed first run left does not look like one.
    """
    if settings.transcripts == "never":
        yield from clips
        return
    sources = {source_name(path, folder) for path in recordings.find(folder, skip).audio}
    found = find(folder, sources, skip)
    if found:
        where = found.files[0].name if len(found.files) == 1 else f"{len(found.files)} files"
        console.info(f"Transcripts found for {len(found.by_path)} of {len(sources)} recordings, in {where}")
    yield from _by_tables(use(clips, found, settings, fit), found, one_speaker)


def _by_tables(clips: Iterable[Clip], transcripts: Transcripts, one_speaker: bool) -> Iterator[Clip]:
    """The clips with the speakers that tables name, where nothing else tells several apart."""
    everything, told = list(clips), Counter(transcripts.speakers.values())
    if len(told) > 1 and len({clip.speaker for clip in everything}) == 1:
        names = ", ".join(f"{name} ({count})" for name, count in told.most_common(_NAMED))
        more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
        if one_speaker:
            console.warn(
                f"the transcripts name {len(told)} speakers ({names}{more}), who all count as {everything[0].speaker}; "
                "to keep them apart, leave out speaker: and layout: flat"
            )
        else:
            console.info(f"Speakers as the transcripts name them: {names}{more}")
            everything = [
                clip.with_(speaker=transcripts.speakers.get(clip.source, clip.speaker)) for clip in everything
            ]
    yield from everything


def use(
    clips: Iterable[Clip], transcripts: Transcripts, settings: TranscribeSettings, fit: Fit | None = None
) -> Iterator[Clip]:
    """Gives each clip the words that its recording's transcript has for it, and a score of how well they agree.

    Of lines with times those count that are said within the clip, and of one that spans several each has its share; a
    text without times, or with those of another cut of the film, is shared among the clips of its recording by what was
    heard in each. A clip whose transcript says something else than is heard is rejected, unless the words fit the sound
    all the same and are about as many: `fit` tells how well each of several texts does, from 0 to 1. It also chooses
    among the readings of a number.
    """
    everything = list(clips)
    of_source: dict[str, list[Clip]] = defaultdict(list)
    for clip in everything:
        if clip.kept and transcripts.of(clip.source):
            of_source[clip.source].append(clip)
    given: dict[str, str] = {}
    for source, theirs in of_source.items():
        theirs.sort(key=lambda clip: clip.start)
        # A recogniser writes Simplified, so only in it do letters tell where what is said.
        lines = [replace(line, text=simplified(line.text)) for line in transcripts.of(source)]
        shares = _shared(lines, theirs)
        if _timed(lines):
            anyhow, shares = shares, _said(lines, theirs)
            in_time, by_words = (_right(given, theirs) for given in (shares, anyhow))
            if by_words - in_time >= max(_MANY, len(theirs) / 10):
                console.warn(f"{source}: its subtitles are not in time with it; what is heard tells where each is said")
                shares = anyhow
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


def _shared(lines: Sequence[Line], clips: Sequence[Clip]) -> list[str]:
    """What of the lines is said in each of a recording's clips, which are in order, whatever their times."""
    return share("，".join(line.text for line in lines), [clip.text for clip in clips])


def _right(given: Sequence[str], clips: Sequence[Clip]) -> int:
    """To how many clips just the words are given that are heard there."""
    pairs = zip(given, (clip.text for clip in clips), strict=True)
    return sum(_recognised(words, heard) and _recognised(heard, words) for words, heard in pairs if words)


def _given(clip: Clip, words: str, settings: TranscribeSettings, fit: Fit | None) -> Clip:
    forms = wordings(words, corrections=settings.corrections)
    fits = fit(clip, forms) if fit else [1.0]
    fitting = max(fits)
    text = forms[fits.index(fitting)]
    heard = clip.text
    match, foreign = _match(text, heard)
    # What was doubted were the words of the recogniser.
    clip = clip.with_(review=()).score(transcript_match=match, transcript_fit=fitting)
    fits_well = bool(fit) and fitting > _FITTING
    part = not foreign and sum(map(is_hanzi, text)) < _WHOLE * sum(map(is_hanzi, heard))
    few = bool(foreign) and sum(map(is_hanzi, text)) < _HANZI
    if match < _ALIKE and (part or not fits_well) and not few:
        return clip.reject(
            "mismatch",
            f"its transcript says “{text}”, but “{clip.text}” is heard ({match:.0%} alike)",
            "correct the transcript, or write the right text and set it to keep",
        )
    clip = clip.with_(text=text).note(f"words from its transcript ({match:.0%} of the syllables are heard)")
    if match < _AGREED:
        clip = clip.doubt(f"its transcript says something else than is heard ({match:.0%} alike)", heard)
    elif foreign and not fits_well:
        clip = clip.doubt(f"“{foreign}” of its transcript is not among the words that are heard", heard)
    elif fitting < _MISFIT:
        clip = clip.doubt(f"“{text}” hardly fits the sound ({fitting:.2f})", heard)
    return clip


def _match(text: str, heard: str) -> tuple[float, str]:
    """The share of a transcript's syllables that is heard, and the first of its Latin words that is not written there.

    A recogniser writes such words as they sound to it (apple as 爱波), so where there are some only the hanzi count.
    """
    from ffvits.evaluate.metrics import edits, pinyin_error, syllables

    foreign = next((word for word in _LATIN.findall(text) if word.lower() not in heard.lower()), "")
    if not foreign:
        return 1 - min(1.0, pinyin_error(text, heard, tones=False)), ""
    wanted = syllables(_LATIN.sub("", text), tones=False)
    missing = edits(wanted, syllables(_LATIN.sub("", heard), tones=False))
    return 1 - (missing.dropped + missing.exchanged) / max(1, len(wanted)), foreign


def _said(lines: Sequence[Line], clips: Sequence[Clip]) -> list[str]:
    """What of the lines (with times) is said in each of a recording's clips, which are in order.

    A line that spans several clips is shared among them by what was heard in each; one whose middle lies in none of
    them (its own was rejected) is theirs only if it was heard.
    """
    said: list[list[str]] = [[] for _ in clips]
    ends = [clip.end for clip in clips]
    for line in lines:
        end = max(line.start, line.end or line.start)
        middle, spanned = [], []
        for number in range(bisect.bisect_right(ends, line.start), len(clips)):
            clip = clips[number]
            if clip.start > end:
                break
            common = min(end, clip.end) - max(line.start, clip.start)
            if clip.start <= (line.start + end) / 2 < clip.end:
                middle = [number]
            if middle == [number] or common >= max(_LEAST, _SHARE * min(end - line.start, clip.seconds)):
                spanned.append(number)
        heard = [clips[number].text for number in spanned]
        if spanned != middle and not _recognised(line.text, "".join(heard)):
            spanned, heard = middle, heard[:1]  # nothing tells where to cut, or that it is more than hanging on
        for number, words in zip(spanned, share(line.text, heard) if spanned else (), strict=True):
            said[number].append(words.strip())
    return ["，".join(filter(None, words)) for words in said]


def _recognised(words: str, heard: str) -> bool:
    """Whether at least half of the characters of a line were heard."""
    from difflib import SequenceMatcher

    blocks = SequenceMatcher(None, heard, words, autojunk=False).get_matching_blocks()
    return 2 * sum(block.size for block in blocks) >= len(words)


def _decoded(path: Path) -> str | None:
    """The text of a file in UTF-8, UTF-16 or GBK, whichever it is; None if it is none, or too large to be read."""
    try:
        if path.stat().st_size > _LARGEST:
            console.warn(
                f"{path.name} has more than {_LARGEST / 1e6:.0f} MB and is passed over: if it is a transcript, split it"
            )
            return None
        data = path.read_bytes()
    except OSError:
        console.warn(f"{path.name} cannot be read")
        return None
    text = text_of(data)
    if text is None:
        console.warn(f"{path.name} is neither UTF-8 nor GBK text and is passed over: save it as UTF-8")
    return text
