"""The label file as the page sees it. Every change is in `clips.jsonl` before the page hears that it was made, and is a
person's edit: it outlives a new labelling by the rules of `ffvits.clip.merge_edits`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffvits import chinese
from ffvits.audio.sound import Sound
from ffvits.clip import STATUSES, Clip, Reason, write_clips
from ffvits.errors import BusyError, FfvitsError, ServeError
from ffvits.files import write_text
from ffvits.label.finish import in_audio
from ffvits.run import Run, digest
from ffvits.text.sentences import has_words
from ffvits.web.changes import Change, Changes
from ffvits.web.cutting import halves, one_after_the_other, whole

SHORTEST = 0.3  # seconds of each half of a clip that is cut
LONGEST = 30.0  # seconds of two clips that are joined
APART = 2.0  # seconds between two clips that may be joined
PATIENCE = 1.0  # seconds for our own training to say that it is the one who holds the folder
# Rejected for what a machine may have misjudged; the other reasons leave nothing to listen for.
ARGUABLE = frozenset(
    {"uncertain", "quality", "other-speaker", "hallucination", "rate", "too-long", "too-short", "clipped", "overlap"}
)


def doubt(clip: Clip) -> float:
    """How much a clip needs a person's ear, from 0 to 1: by what the recogniser and the screening measured."""
    if clip.edited and not clip.waiting:
        return 0.0
    if not clip.kept:
        return 0.5 if clip.reasons and clip.reasons[0].code in ARGUABLE else 0.0
    scores = clip.scores
    doubts = (
        0.6 if clip.review else 0.0,
        1 - scores.get("asr_confidence", 1.0),
        1 - scores.get("agreement", 1.0),
        0.9 - scores.get("likeness", 1.0),
        (2.5 - scores.get("quality", 5.0)) / 2,
    )
    return round(min(1.0, max(0.0, *doubts)), 3)


@dataclass(frozen=True)
class Done:
    """What came of a change: the clips that stand there now, and those that are gone.

    `change` is the number to undo it by (0: nothing changed); `note` says what a person should know of it.
    """

    clips: tuple[Clip, ...]
    gone: tuple[str, ...] = ()
    change: int = 0
    note: str = ""


class Labels:
    """The clips of a run. `training` says whether the page's own training holds the run folder (it only reads them)."""

    def __init__(self, run: Run, training: Callable[[], bool] = lambda: False) -> None:
        self._run = run
        self._training = training
        self._mutex = threading.RLock()
        self._stamp: tuple[int, int] | None = None
        self._clips: dict[str, Clip] = {}
        self._heard_file = run.folder / "review.json"
        self._heard: dict[str, str] = {}
        self._changes = Changes()

    def rows(self) -> list[dict[str, Any]]:
        """Every clip in few words, in the order of the file."""
        with self._mutex:
            self._read()
            return [self.row(clip) for clip in self._clips.values()]

    def row(self, clip: Clip) -> dict[str, Any]:
        """What the page shows of a clip."""
        reason = clip.reasons[0] if clip.reasons else None
        return {
            "id": clip.id,
            "source": clip.source,
            "start": round(clip.start, 3),
            "end": round(clip.end, 3),
            "speaker": clip.speaker,
            "text": clip.text,
            "heard": clip.heard,
            "status": clip.status,
            "split": clip.split,
            "reason": _why(reason) if reason else {"en": "", "zh": ""},
            "doubt": doubt(clip),
            "review": [
                {"why": {"en": found.why, "zh": chinese.said(found.why)}, "other": found.other} for found in clip.review
            ],
            "edited": clip.edited,
            "seen": self._heard.get(clip.id) == _state(clip),
            "audio": bool(clip.audio),
            "cleaned": _cleaned(clip),
            "scores": dict(clip.scores),
        }

    def told(self, done: Done) -> dict[str, Any]:
        """What the page is told of a change."""
        with self._mutex:
            rows = [self.row(clip) for clip in done.clips]
        return {"rows": rows, "gone": list(done.gone), "change": done.change, "note": chinese.both(done.note)}

    def edit(self, id: str, *, text: str | None = None, status: str | None = None, seen: bool | None = None) -> Done:
        """Writes a person's text or verdict, or that a person agrees. Raises ServeError for what cannot be."""
        with self._writing() as clips:
            before = clip = self._known(id)
            if text is not None:
                clip = clip.with_(text=" ".join(text.split()))
            if status is not None:
                if status not in STATUSES:
                    raise _refused(f"status cannot be {status!r}", f"one of: {', '.join(STATUSES)}")
                clip = clip.with_(status=status)
            if seen or clip != before:
                clip = clip.with_(review=())  # a person has listened: the doubts are settled
            if clip.kept and clip != before and not clip.audio:
                raise _refused("there is no sound in this clip", "record it again", 409)
            if clip.kept and clip != before:
                _look_for_words(clip.text)
            heard = {id: self._heard.get(id)}
            if clip != before:
                clips[id] = clip = in_audio(clip, self._run)
                self._save()
            if seen is not None or clip != before:
                self._remember({id: None if seen is False else _state(clip)})
            return self._done((before,), (id,), heard)

    def split(self, id: str, at: float, texts: tuple[str, str]) -> Done:
        """Cuts a clip in two `at` so many seconds; both are a person's from then on.

        Raises ServeError where a half would be shorter than SHORTEST, or nothing be said in it.
        """
        with self._writing() as clips:
            clip = self._known(id)
            if clip.kept:
                for text in texts:
                    _look_for_words(text)
            sound = Sound.load(self.file(clip))
            if not SHORTEST <= at <= sound.seconds - SHORTEST:
                raise _refused(f"a half would be shorter than {SHORTEST} s", "cut further from the edge")
            original = Sound.load(self.file(clip, original=True)) if _cleaned(clip) else None
            made = [
                self._with_sound(half, sound.cut(*where), original and original.cut(*where))
                for half, where in zip(halves(clip, at, texts), ((0.0, at), (at, sound.seconds)), strict=True)
            ]
            return self._replace(clips, [clip], made)

    def join(self, id: str, other: str) -> Done:
        """Makes one clip of two that follow each other in a recording.

        Raises ServeError if they do not, or would be too long together.
        """
        with self._writing() as clips:
            first, second = sorted((self._known(id), self._known(other)), key=lambda clip: clip.start)
            gap = second.start - first.end
            if first.id == second.id or first.source != second.source or first.speaker != second.speaker:
                raise _refused("these are not two pieces of one recording", "join a clip with the one that follows it")
            if gap > APART or second.end - first.start > LONGEST:
                raise _refused(
                    f"they are {gap:.1f} s apart and {second.end - first.start:.1f} s long together",
                    f"at most {APART:g} s and {LONGEST:g} s",
                )

            def both(original: bool) -> Sound:
                sounds = (Sound.load(self.file(clip, original=original)) for clip in (first, second))
                return one_after_the_other(*sounds, gap)

            before = both(True) if _cleaned(first) and _cleaned(second) else None
            made = self._with_sound(whole(first, second), both(False), before)
            note = ""
            if made.split == "train" and "val" in (first.split, second.split):
                left = sum(clip.split == "val" for clip in clips.values()) - 1
                note = f"one of the two was held out, and is now trained on; {left} held-out clips are left"
            return self._replace(clips, [first, second], [made], note)

    def undo(self, change: int) -> Done:
        """Takes back a change by its number: only what it changed, and only where nobody has changed the same since.

        Raises ServeError where that cannot be.
        """
        with self._writing() as clips:
            found = self._changes.find(change)
            restored = found.undone(clips)
            if found.edit:
                clips.update((clip.id, in_audio(clip, self._run)) for clip in restored)
                self._save()
            else:
                for clip in restored:
                    if clip.audio:
                        self.file(clip)  # a new labelling may have deleted it
                self._put(clips, found.after, restored)
            # What another tab has marked since stays.
            same = [id for id, state in found.agreed.items() if self._heard.get(id) == state]
            self._remember({id: found.heard[id] for id in same})
            self._changes.forget(change)
            kept = {clip.id for clip in restored}
            gone = tuple(clip.id for clip in found.after if clip.id not in kept)
            return Done(tuple(self._clips[clip.id] for clip in restored), gone)

    def known(self, id: str) -> Clip:
        """Raises ServeError (404) if there is no such clip."""
        with self._mutex:
            self._read()
            return self._known(id)

    def file(self, clip: Clip, *, original: bool = False) -> Path:
        """A clip's sound, which must lie in the run folder; its `audio` and `cache` may be links to another disk.

        Raises ServeError (404) if there is none.
        """
        name = clip.original if original and clip.original else clip.audio
        path = (self._run.folder / name).resolve()
        rooms = (self._run.folder, self._run.audio, self._run.folder / "cache")
        if not name or not any(path.is_relative_to(room.resolve()) for room in rooms) or not path.is_file():
            raise _refused("this clip's sound is missing", "label again: ffvits label", 404)
        return path

    def _known(self, id: str) -> Clip:
        if id not in self._clips:
            raise _refused(f"there is no clip {id!r}", "reload the page", 404)
        return self._clips[id]

    def _read(self) -> None:
        """Takes up what changed on disk: a person may use an editor at the same time."""
        stamp = _stamp(self._run.clips_file)
        if stamp != self._stamp or stamp is None:
            self._clips = {clip.id: clip for clip in self._run.clips()}
            self._stamp = stamp
            self._heard = _read_table(self._heard_file)

    @contextmanager
    def _writing(self) -> Iterator[dict[str, Clip]]:
        """The clips as they are on disk now, with the folder held so that no labelling runs meanwhile."""
        with self._mutex, ExitStack() as held:
            self._hold(held)
            try:
                self._read()
                yield self._clips
            except OSError as error:
                self._stamp = None
                file = error.filename or self._run.clips_file
                raise FfvitsError(
                    f"cannot be saved: {error.strerror}", cure="free some space, or mend the folder's rights", file=file
                ) from error

    def _hold(self, held: ExitStack) -> None:
        """Takes hold of the folder, or lets our own training hold it, which only reads the clips."""
        for patience in (0.0, PATIENCE):
            try:
                held.enter_context(self._run.locked(patience))
                return
            except BusyError as error:
                busy = error
            if self._training():
                return
        raise ServeError(busy.message, status=423, code="busy", cure="wait until it is done") from busy

    def _save(self) -> None:
        try:
            write_clips(self._run.clips_file, self._clips.values())
        finally:
            self._stamp = None  # whatever happened, what is on disk counts
            self._read()

    def _replace(self, clips: dict[str, Clip], old: list[Clip], new: list[Clip], note: str = "") -> Done:
        """New clips in the place of the first old one; a person who makes a clip has heard it."""
        heard = {clip.id: self._heard.get(clip.id) for clip in old}
        self._put(clips, old, new)
        self._remember({clip.id: _state(clip) for clip in new})
        return self._done(tuple(old), tuple(clip.id for clip in new), heard, note)

    def _put(self, clips: dict[str, Clip], old: Sequence[Clip], new: Sequence[Clip]) -> None:
        gone = {clip.id for clip in old}
        made: dict[str, Clip] = {}
        for id, clip in clips.items():
            if id == old[0].id:
                made.update((piece.id, piece) for piece in new)
            if id not in gone:
                made[id] = clip
        clips.clear()
        clips.update(made)
        self._save()

    def _done(
        self, before: tuple[Clip, ...], ids: tuple[str, ...], heard: Mapping[str, str | None], note: str = ""
    ) -> Done:
        """What was just saved, remembered so that it can be undone."""
        after = tuple(self._clips[id] for id in ids)
        gone = tuple(clip.id for clip in before if clip.id not in ids)
        agreed = {id: self._heard.get(id) for id in heard}
        if after == before and agreed == heard:
            return Done(after)
        return Done(after, gone, self._changes.keep(Change(before, after, heard, agreed)), note)

    def _with_sound(self, clip: Clip, sound: Sound, original: Sound | None) -> Clip:
        self._run.audio.mkdir(exist_ok=True)
        audio = f"audio/{clip.id}.wav"
        sound.save(self._run.folder / audio)
        if original is None:
            return clip.with_(audio=audio, original=audio)
        before = f"audio/{clip.id}.before.wav"
        original.save(self._run.folder / before)
        return clip.with_(audio=audio, original=before)

    def _remember(self, heard: Mapping[str, str | None]) -> None:
        """Notes what a person has agreed to, by id; None: to nothing any more."""
        for id, state in heard.items():
            if state is None:
                self._heard.pop(id, None)
            else:
                self._heard[id] = state
        write_text(self._heard_file, json.dumps(self._heard, ensure_ascii=False, indent=0))


def _why(reason: Reason) -> dict[str, str]:
    """A reason and its cure, in the page's languages."""
    english = f"{reason.message} — {reason.cure}" if reason.cure else reason.message
    return {"en": english, "zh": chinese.reason(reason)}


def _cleaned(clip: Clip) -> bool:
    """Whether `original` sounds different from `audio`. A stage's result number 0 is what it made, 1 what was before
    (`StageCache.audio`); a kept clip's own copy lies in audio/."""
    return clip.original not in ("", clip.audio) and not clip.original.endswith("-0.flac")


def _look_for_words(text: str) -> None:
    """Raises ServeError for a text in which nothing is said, also one of marks only: training would end at it."""
    if not has_words(text):
        raise _refused("a clip without a text cannot be kept", "write what is said in it", 409)


def _state(clip: Clip) -> str:
    return digest(clip.text, clip.status)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _read_table(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(k): str(v) for k, v in values.items()} if isinstance(values, dict) else {}


def _refused(message: str, cure: str, status: int = 400) -> ServeError:
    return ServeError(message, status=status, code="refused", cure=cure)
