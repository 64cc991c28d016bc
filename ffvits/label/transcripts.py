"""Transcripts that exist already are used instead of what a recogniser hears, and checked against it.

Tables (`wav|text`, `wav|speaker|text`, GPT-SoVITS `.list`, `esd.list`, csv and tsv, json and jsonl) may lie anywhere in
the folder of recordings; subtitles and labels (srt, vtt, lrc, ass, bcc, TextGrid, txt, lab, json, Whisper's tsv) lie
beside the recording and have its name, with or without its suffix and a mark of the language (第1集.srt, 第1集.mp4.srt,
第1集.zh-CN.srt). Where none do, the Chinese subtitles inside a film count.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from ffvits import console
from ffvits.audio import files as recordings
from ffvits.clip import Clip
from ffvits.files import text_of
from ffvits.label import embedded, strangers, subtitles, tables
from ffvits.label.ingest import source_name
from ffvits.label.sharing import share
from ffvits.label.sources import Sources, strangeness
from ffvits.label.subtitles import Line
from ffvits.label.wording import simplified, wordings
from ffvits.recipe import TranscribeSettings
from ffvits.text.characters import is_hanzi

_BESIDE = subtitles.SUFFIXES | {".txt", ".json", ".tsv"}
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
# Log-likelihood per frame by which a transcript must lie better over the sound than what was heard, to be believed
# though next to nothing of it was heard. Of 300 short lines 38 were heard as something else: 34 of their transcripts
# did, and of 900 other lines 3, where what was heard was nonsense. Of 63 sentences no half did (-0.1 at most in noise,
# -0.4 without), nor one with four more characters, nor another sentence (-0.4).
_BETTER = 0.05
Fit = Callable[[Clip, Sequence[str]], Sequence[float]]
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


def find(folder: Path, sources: Iterable[str], skip: Collection[Path] = ()) -> Transcripts:
    """Reads every transcript in `folder` that speaks of one of `sources` (paths relative to it).

    A file that is not a transcript is passed over, as are hidden ones and those of runs and of `skip` (folders); one
    that is, but cannot be read or belongs to no recording, is told of, and so are rows that may mean several
    recordings.
    """
    return _read(folder, recordings.find(folder, skip).ignored, set(sources))


def _read(folder: Path, files: Iterable[Path], sources: Collection[str]) -> Transcripts:
    """What `files` in the folder say of its `sources`, and the films among these of themselves."""
    search = _Search(folder, Sources(sources))
    # What comes later counts: of a recording's subtitles those that have its plain name, then the Simplified ones.
    for path in sorted(files, key=lambda path: strangeness(path.stem), reverse=True):
        if path.suffix.lower() in tables.SUFFIXES | _BESIDE and (text := _decoded(path)) is not None:
            search.look(path, text)
    for source in sorted(sources):
        search.look_inside(source)
    search.tell()
    return Transcripts(search.by_path, tuple(search.files), search.speakers)


@dataclass
class _Search:
    """What is found while file after file is looked at, and what has to be told in the end."""

    folder: Path
    known: Sources
    by_path: dict[str, list[Line]] = field(default_factory=dict)
    files: dict[Path, None] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    wordless: list[str] = field(default_factory=list)

    def look(self, path: Path, text: str) -> None:
        """Takes a file for the subtitles of the recordings beside it that it is named after, or else for a table."""
        kind, here = path.suffix.lower(), PurePosixPath(path.relative_to(self.folder).as_posix())
        owners = self.known.beside(here) if kind in _BESIDE else []
        if lines := subtitles.parse(text, kind) if owners else []:
            for owner in owners:
                self._add(owner, lines, path)
            return
        if kind in subtitles.SUFFIXES and not owners:
            self.unused.append(str(here))
        found = tables.rows(text, kind, self.known.names)
        used, unclear = self._take(found, path, here)
        if owners and not used and not unclear:
            self.wordless.append(str(here))
        if used and (broken := tables.broken(text, kind)):
            console.warn(f"{here}: what is no JSON is passed over, in line {', '.join(map(str, broken[:_NAMED]))}")
        if not used and not unclear and not owners and kind in tables.SUFFIXES:
            strangers.tell(text, kind, here, self.known, rows=bool(found))

    def look_inside(self, source: str) -> None:
        """Takes the subtitles inside a film of which nothing else tells the words."""
        path = self.folder / source
        if path.suffix.lower() in embedded.SUFFIXES and source not in self.by_path and (lines := embedded.read(path)):
            self.by_path[source], self.files[path] = lines, None

    def tell(self) -> None:
        """Says which files were meant as transcripts and are none."""
        if self.wordless:
            console.warn(f"No words found in {_some(self.wordless)}")
        if self.unused:
            console.warn(
                f"{len(self.unused)} files of subtitles or labels are not used, for they are named after no recording: "
                f"{_some(self.unused)}; let each lie beside its recording and have its name "
                "(第1集.srt, 第1集.mp4.srt, 第1集.zh.srt for 第1集.mp4)"
            )

    def _take(self, rows: Iterable[tables.Row], path: Path, here: PurePosixPath) -> tuple[bool, int]:
        """Whether rows of a table are of recordings that are here, and how many may be of several."""
        told: dict[PurePosixPath, str] = {}
        twice: dict[str, None] = {}
        used, unclear = False, 0
        for name, words, speaker in rows:
            meant = self.known.meant(name, here.parent)
            if len({source.with_suffix("") for source in meant}) > 1:
                unclear += 1
                continue
            for source in meant:
                if told.setdefault(source, words) != words:
                    twice[str(source)] = None
                self._add(source, [Line(words)], path)
                if speaker:
                    self.speakers[str(source)] = speaker
            used = used or bool(meant)
        if unclear:
            console.warn(
                f"{here}: {unclear} rows are not used, for recordings in several folders have the names in them; "
                "write the folder too (派蒙/001.wav), or let the table lie beside its recordings"
            )
        if twice:
            console.warn(f"{here} has different words for one recording, and the last count: {_some([*twice])}")
        return used, unclear

    def _add(self, source: PurePosixPath, lines: list[Line], path: Path) -> None:
        if _timed(lines) or not _timed(self.by_path.get(str(source), ())):  # no plain text takes the place of subtitles
            self.by_path[str(source)], self.files[path] = lines, None


def _some(files: Sequence[str]) -> str:
    return ", ".join(sorted(files)[:_NAMED]) + (f", … ({len(files)} files)" if len(files) > _NAMED else "")


def _timed(lines: Sequence[Line]) -> bool:
    """Whether these lines tell when they are said."""
    return bool(lines) and all(line.start is not None for line in lines)


def imported(
    clips: Iterable[Clip],
    folder: Path,
    settings: TranscribeSettings,
    fit: Fit | None = None,
    lay: Fit | None = None,
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
    there = recordings.find(folder, skip)
    sources = {source_name(path, folder) for path in there.audio}
    found = _read(folder, there.ignored, sources)
    if found:
        where = found.files[0].name if len(found.files) == 1 else f"{len(found.files)} files"
        console.info(f"Transcripts found for {len(found.by_path)} of {len(sources)} recordings, in {where}")
    yield from _by_tables(use(clips, found, settings, fit, lay), found, one_speaker)


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
    clips: Iterable[Clip],
    transcripts: Transcripts,
    settings: TranscribeSettings,
    fit: Fit | None = None,
    lay: Fit | None = None,
) -> Iterator[Clip]:
    """Gives each clip the words that its recording's transcript has for it, and a score of how well they agree.

    Of lines with times those count that are said within the clip, and of one that spans several each has its share; a
    text without times, or with those of another cut of the film, is shared among the clips of its recording by what was
    heard in each. A clip whose transcript says something else than is heard is rejected, unless the words fit the sound
    all the same and are about as many: `fit` tells how well each of several texts does, from 0 to 1. It also chooses
    among the readings of a number. Or unless they lie better over the sound than those that are heard: `lay` gives
    log-likelihoods per frame.
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
            in_time = _said(lines, theirs)
            if _right(shares, theirs) - _right(in_time, theirs) >= max(_MANY, len(theirs) / 10):
                console.warn(f"{source}: its subtitles are not in time with it; what is heard tells where each is said")
            else:
                shares = in_time
        given.update(zip((clip.id for clip in theirs), shares, strict=True))
    checked = others = 0
    for clip in everything:
        if given.get(clip.id):
            clip = _given(clip, given[clip.id], settings, fit, lay)
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


def _given(clip: Clip, words: str, settings: TranscribeSettings, fit: Fit | None, lay: Fit | None) -> Clip:
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
    unlike = match < _ALIKE and (part or not fits_well) and not few
    if unlike and not _lies_better(clip, text, lay):
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


def _lies_better(clip: Clip, text: str, lay: Fit | None) -> bool:
    """Whether a text lies clearly better over a clip's sound than what was heard in it."""
    laid = lay(clip, (text, clip.text)) if lay and clip.text else ()
    return bool(laid) and laid[0] - laid[1] >= _BETTER


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
