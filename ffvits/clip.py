"""The one record that travels from the raw recording to the trained voice, and the file that holds it.

`clips.jsonl` has one line per clip. A person may edit `text`, `status` and `speaker` in it (the first two in the review
page, too); ffvits keeps what it wrote itself in `machine`, so an edit is recognised by the difference and never
overwritten.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from ffvits.errors import ClipError
from ffvits.files import write_text

SCHEMA = 1
BEYOND = 0.5  # s of a clip that may go with an edited one in its place
REPLACED = "the recording is another than when you edited this clip"
STATUSES = ("keep", "reject")
EDITABLE = ("text", "status", "speaker")
SPLITS = ("", "train", "val")


@dataclass(frozen=True)
class Reason:
    """Why a clip was rejected, in words, and what the user can do about it."""

    code: str
    message: str
    cure: str = ""


@dataclass(frozen=True)
class Doubt:
    """Why a person should listen to a clip, and what else may be said in it ("" where nothing else was heard)."""

    why: str
    other: str = ""


@dataclass(frozen=True)
class Clip:
    """A stretch of one raw recording and everything known about it.

    `start` and `end` are seconds in the decoded source; `audio` is the path of the current samples, relative to the
    run folder, with forward slashes, and `original` that of the same stretch before anything was removed from it (the
    same path if nothing was); `key` is the hash of everything that those samples came from, `recording` that of the
    whole recording. `scores` are plain numbers by name; `notes` say in words what was done to the clip. `review` holds
    the doubts about `text`; a person who found it right empties the list.
    """

    id: str
    source: str
    start: float
    end: float
    speaker: str
    text: str = ""
    status: str = "keep"
    reasons: tuple[Reason, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    split: str = ""
    heard: str = ""
    notes: tuple[str, ...] = ()
    review: tuple[Doubt, ...] = ()
    audio: str = ""
    original: str = ""
    key: str = ""
    recording: str = ""
    machine: Mapping[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def kept(self) -> bool:
        return self.status == "keep"

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that a person changed after ffvits wrote them; all that may be where a person wrote the line."""
        return tuple(
            name for name in EDITABLE if not self.machine or self.machine.get(name) not in (None, getattr(self, name))
        )

    @property
    def edited(self) -> bool:
        """True if a person wrote the line, or changed something in it, or settled its doubts, after ffvits did."""
        return self.settled or bool(self.changed)

    @property
    def settled(self) -> bool:
        """True if a person emptied the list of doubts."""
        return not self.review and self.machine.get("review") == "open"

    @property
    def waiting(self) -> bool:
        """True if a person should listen to it and has not done so."""
        return bool(self.review) and not {"text", "status"} & set(self.changed)

    def with_(self, **changes: object) -> Clip:
        return replace(self, **changes)

    def score(self, **scores: float) -> Clip:
        """The clip with these scores added, rounded to what a person can read; one that is no number tells nothing."""
        told = {name: round(float(value), 4) for name, value in scores.items() if math.isfinite(value)}
        return replace(self, scores={**self.scores, **told})

    def note(self, text: str) -> Clip:
        return replace(self, notes=(*self.notes, text))

    def doubt(self, why: str, other: str = "") -> Clip:
        return replace(self, review=(*self.review, Doubt(why, other)))

    def reject(self, code: str, message: str, cure: str = "") -> Clip:
        """The clip set aside for one more reason; nothing else about it is lost."""
        return replace(self, status="reject", reasons=(*self.reasons, Reason(code, message, cure)))

    def signed(self) -> Clip:
        """The clip with the machine's own words and judgement on record, as it is written to the label file."""
        review = {"review": "open"} if self.review else {}
        return replace(self, machine={**{name: getattr(self, name) for name in EDITABLE}, **review})

    def to_json(self) -> str:
        # Not by `asdict`, which copies whatever it finds: of every edit on the page that took two thirds of the time.
        values = {"schema": SCHEMA, **vars(self), "start": round(self.start, 3), "end": round(self.end, 3)}
        return json.dumps(values, ensure_ascii=False, default=vars)


def clip_id(source: str, start: float | None = None) -> str:
    """A name for a clip that is stable over runs, unique in a folder and safe as a file name on every system.

    `source` is the path relative to the input folder; `start` (seconds) is given for a piece of a longer recording.
    """
    stem = re.sub(r"[^\w]+", "_", Path(source).stem, flags=re.UNICODE).strip("_") or "clip"
    mark = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    whole = f"{stem[:40]}-{mark}"
    return whole if start is None else f"{whole}-{round(start * 1000):08d}"


_TEXT_FIELDS = ("id", "source", "speaker", "text", "status", "split", "heard", "audio", "original", "key", "recording")
_KNOWN = {f.name for f in fields(Clip)}
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f]|^\.*$')  # what some system takes for no file's name


def parse_clip(line: str, *, file: str | Path, number: int) -> Clip:
    """Reads one line of the label file.

    Raises ClipError naming file, line and field if a hand edit left it invalid.
    """

    def wrong(message: str, cure: str = "mend the line, or delete the file to label again") -> ClipError:
        return ClipError(message, cure=cure, file=file, line=number)

    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise wrong(f"not a JSON object: {error.msg} at column {error.colno}") from error
    except (RecursionError, ValueError) as error:  # brackets in brackets without end, a number of 5000 digits
        raise wrong(f"not a JSON object that can be read: {error}") from error
    if not isinstance(values, dict):
        raise wrong("not a JSON object")
    if values.pop("schema", SCHEMA) != SCHEMA:
        raise wrong(f"written by another version of ffvits (this one reads schema {SCHEMA})")
    missing = [name for name in ("id", "source", "start", "end", "speaker") if name not in values]
    if missing:
        raise wrong(f"the field {missing[0]!r} is missing")
    unknown = sorted(set(values) - _KNOWN)
    if unknown:
        raise wrong(f"unknown field {unknown[0]!r}", cure=f"known fields: {', '.join(sorted(_KNOWN))}")
    for name in _TEXT_FIELDS:
        if not isinstance(values.get(name, ""), str):
            raise wrong(f"the field {name!r} must be a text, not {values[name]!r}")
        if re.search("[\ud800-\udfff]", values.get(name, "")):  # which nobody could write into a file again
            raise wrong(f"the field {name!r} holds half a character: {values[name]!r}")
    if _NO_NAME.search(values["id"]):
        raise wrong(f"the id {values['id']!r} can be no file's name", "use letters, digits, '-', '_' and '.'")
    for name in ("start", "end"):
        if isinstance(values[name], bool) or not isinstance(values[name], int | float):
            raise wrong(f"the field {name!r} must be a number of seconds, not {values[name]!r}")
    if not 0 <= values["start"] <= values["end"] < math.inf:
        raise wrong(f"'start' {values['start']} and 'end' {values['end']} are not a stretch of time")
    for name, allowed in (("status", STATUSES), ("split", SPLITS)):
        if values.get(name, allowed[0]) not in allowed:
            raise wrong(f"the field {name!r} is {values[name]!r}", cure=f"one of: {', '.join(map(repr, allowed))}")
    machine = _texts(values.get("machine", {}), wrong)
    if "speaker" in machine:
        machine = {**machine, "speaker": machine["speaker"].strip()}
    speaker = values["speaker"].strip()  # else a blank that slipped in makes a second speaker of the same name
    if not speaker:
        raise wrong("the field 'speaker' is empty", "write whose voice it is")
    return Clip(
        **{
            **values,
            "speaker": speaker,
            "reasons": tuple(Reason(**entry) for entry in _told("reasons", ("code", "message", "cure"), values, wrong)),
            "review": tuple(Doubt(**entry) for entry in _told("review", ("why", "other"), values, wrong)),
            "notes": tuple(map(str, _listed(values.get("notes", []), "notes", wrong))),
            "scores": _scores(values.get("scores", {}), wrong),
            "machine": machine,
        }
    )


def _listed(value: object, name: str, wrong) -> list:
    if not isinstance(value, list):
        raise wrong(f"the field {name!r} must be a list, not {value!r}")
    return value


def _told(field: str, names: tuple[str, ...], values: Mapping, wrong) -> Iterable[dict[str, str]]:
    """The entries of a list of objects, each with texts by these names, of which the last may be missing."""
    for entry in _listed(values.get(field, []), field, wrong):
        if not isinstance(entry, dict) or not set(names[:-1]) <= set(entry) <= set(names):
            raise wrong(f"an entry of {field!r} must hold {', '.join(map(repr, names))}, not {entry!r}")
        yield {name: str(text) for name, text in entry.items()}


def _scores(value: object, wrong) -> dict[str, float]:
    if not isinstance(value, dict):
        raise wrong(f"the field 'scores' must be an object, not {value!r}")
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
            raise wrong(f"the score {name!r} must be a number, not {number!r}")
    return value


def _texts(value: object, wrong) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise wrong(f"the field 'machine' must be an object of texts, not {value!r}")
    return value


def read_clips(path: Path) -> list[Clip]:
    """Reads a label file; blank lines are allowed, an id that stands twice is not.

    Raises ClipError naming file, line and field.
    """
    return [clip for _, clip in _numbered(path)]


def line_of(path: Path, id: str) -> int | None:
    """The line of the label file, from 1, in which a clip stands; None if it is in none. Raises as `read_clips`."""
    return next((number for number, clip in _numbered(path) if clip.id == id), None)


def _numbered(path: Path) -> Iterator[tuple[int, Clip]]:
    """The clips with their lines."""
    seen: dict[str, int] = {}
    try:
        # utf-8-sig: Windows editors put a byte order mark in front of what a person edited.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ClipError(
            f"not UTF-8 text (byte {error.start})", cure="save the file as UTF-8 in your editor", file=path
        ) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        clip = parse_clip(line, file=path, number=number)
        if clip.id in seen:
            raise ClipError(
                f"the id {clip.id!r} stands in line {seen[clip.id]} already",
                cure="delete one of the two",
                file=path,
                line=number,
            )
        seen[clip.id] = number
        yield number, clip


def write_clips(path: Path, clips: Iterable[Clip]) -> None:
    """Writes the label file in one atomic step, so that a crash leaves either the old file or the new one."""
    write_text(path, "".join(clip.to_json() + "\n" for clip in clips))


def merge_edits(fresh: Iterable[Clip], previous: Iterable[Clip]) -> list[Clip]:
    """The newly labelled clips with every edit that a person made to the previous ones kept.

    An edit belongs to its recording, also where that has another name now. The clip of the same cut gets its text,
    status and speaker. If the cuts have moved, the edited clip itself stays and takes the place of new clips that cover
    more than half of it; one that reaches beyond it is rejected instead, so that nothing of a recording is missing
    without a word. If another recording lies under the name now, or it was converted (a.flac instead of a.wav), the
    edit is not for it and becomes a doubt.
    """
    merge = _Merge(fresh)
    for old in previous:
        merge.take(old)
    return merge.settled()


class _Merge:
    """New clips, in which a person's edits of earlier ones find their places one after the other."""

    def __init__(self, fresh: Iterable[Clip]) -> None:
        self._clips = {clip.id: clip.signed() for clip in fresh}
        self._replaced: list[Clip] = []
        self._of_source: dict[str, list[Clip]] = defaultdict(list)
        self._of_name: dict[str, list[Clip]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)  # of each recording; of copies there are several
        for clip in self._clips.values():
            self._of_source[clip.source].append(clip)
            self._of_name[_stem(clip.source)].append(clip)
            self._names[clip.recording].append(clip.source)

    def take(self, old: Clip) -> None:
        """Lets a clip's edits, or what became of earlier ones, find their place."""
        doubts = [doubt for doubt in old.review if doubt.why == REPLACED] if old.waiting else []
        if not old.edited and not doubts:
            return
        home = self._home(old)
        same = self._same_cut(old, home)
        places = [same] if same else self._covered(old, home)
        strange = home is None
        if not same and self._clips.get(old.id) not in (None, *places):  # its name is another recording's clip now
            strange, places = True, places or [self._clips[old.id]]
        if old.edited and strange and places:  # else the same words would train twice, the old ones unseen
            doubts.append(Doubt(REPLACED, old.text))
        for clip in places if doubts else ():
            machine = {**clip.machine, "review": "open"}
            self._clips[clip.id] = clip.with_(review=(*clip.review, *doubts), machine=machine)
        if not old.edited or (strange and places):
            return
        if same:
            self._edit(same.id, old)
        else:
            self._stay(old, home, places)

    def settled(self) -> list[Clip]:
        """The clips; what reaches beyond the edited ones that took its place is rejected and not missing."""
        for clip in self._replaced:
            others = [other for other in self._clips.values() if other.source == clip.source]
            beyond = clip.seconds - sum(_shared(clip, other) for other in others)
            if beyond > BEYOND and clip.id not in self._clips:
                self._clips[clip.id] = clip.reject(
                    "covered",
                    f"a clip that you edited lies in it and stays; {beyond:.1f} s of speech around that are left out",
                    "cut it by hand in ffvits web, or delete the line of your clip and label again",
                ).signed()
        return list(self._clips.values())

    def _home(self, old: Clip) -> str | None:
        """What a clip's recording is called now; None where it is gone, or another has its name."""
        names = self._names.get(old.recording, ()) if old.recording else ()
        if names:
            return old.source if old.source in names else names[0]
        here = self._of_source.get(old.source, ())
        nobody_knows = not old.recording or not any(clip.recording for clip in here)
        return old.source if here and nobody_knows else None

    def _same_cut(self, old: Clip, home: str | None) -> Clip | None:
        """The new clip of the same cut."""
        if home in (None, old.source):
            return self._clips.get(old.id)
        name = clip_id(home) + old.id.removeprefix(clip_id(old.source))
        there = [clip.id for clip in self._of_source[home] if clip.id == name or _cut(clip) == _cut(old)]
        return next((self._clips[id] for id in there if id in self._clips), None)

    def _covered(self, old: Clip, home: str | None) -> list[Clip]:
        """The new clips that are mostly the same, unless another edited one has taken their place already."""
        there = self._of_source.get(home or old.source) or self._of_name[_stem(old.source)]
        left = (self._clips[clip.id] for clip in there if clip.id in self._clips)
        return [clip for clip in left if _shared(clip, old) > 0.5 * min(clip.seconds, old.seconds)]

    def _edit(self, id: str, old: Clip) -> None:
        edits: dict[str, object] = {name: getattr(old, name) for name in old.changed}
        if old.settled:  # what was found right are these words, whatever is heard now
            edits |= {"text": old.text, "review": (), "machine": {**self._clips[id].machine, "review": "open"}}
        self._clips[id] = self._clips[id].with_(**edits)

    def _stay(self, old: Clip, home: str | None, places: Iterable[Clip]) -> None:
        for clip in places:
            self._replaced.append(self._clips.pop(clip.id))
        if home is not None:
            old = old.with_(source=home)
            if "speaker" not in old.changed:  # whom nobody corrected is called what the recipe calls her now
                whose = max(self._of_source[home], key=lambda clip: _shared(clip, old)).speaker
                old = old.with_(speaker=whose, machine={**old.machine, "speaker": whose})
        self._clips[old.id] = old


def _cut(clip: Clip) -> tuple[float, float]:
    return round(clip.start, 3), round(clip.end, 3)


def _stem(source: str) -> str:
    """The name of a recording without its suffix."""
    return re.sub(r"\.[^./]*$", "", source)


def _shared(one: Clip, other: Clip) -> float:
    """Seconds that two clips of one recording have in common."""
    return max(0.0, min(one.end, other.end) - max(one.start, other.start))
