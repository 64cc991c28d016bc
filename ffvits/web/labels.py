"""The label file as the page sees it. Every change is in `clips.jsonl` before the page hears that it was made, and is a
person's edit: it outlives a new labelling by the rules of `ffvits.clip.merge_edits`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ffvits.audio.sound import Sound
from ffvits.clip import STATUSES, Clip, Reason, clip_id, write_clips
from ffvits.errors import FfvitsError, RunError, ServeError
from ffvits.files import write_text
from ffvits.run import Run, digest
from ffvits.web import chinese

SHORTEST = 0.3  # seconds of each half of a clip that is cut
LONGEST = 30.0  # seconds of two clips that are joined
APART = 2.0  # seconds between two clips that may be joined
# Rejected for what a machine may have misjudged; the other reasons leave nothing to listen for.
ARGUABLE = frozenset(
    {"uncertain", "quality", "other-speaker", "hallucination", "rate", "too-long", "too-short", "clipped", "overlap"}
)


def doubt(clip: Clip) -> float:
    """How much a clip needs a person's ear, from 0 to 1: by what the recogniser and the screening measured."""
    if clip.edited:
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
            "code": reason.code if reason else "",
            "doubt": doubt(clip),
            "review": [
                {"why": {"en": found.why, "zh": chinese.said(found.why)}, "other": found.other} for found in clip.review
            ],
            "edited": clip.edited,
            "seen": self._heard.get(clip.id) == _state(clip),
            "audio": bool(clip.audio),
            "cleaned": _cleaned(clip),
            "scores": dict(clip.scores),
            "notes": list(clip.notes),
            "machine": clip.machine.get("text", ""),
        }

    def edit(self, id: str, *, text: str | None = None, status: str | None = None, seen: bool | None = None) -> Clip:
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
            if clip.kept and clip != before and not clip.text:
                raise _refused("a clip without a text cannot be kept", "write what is said in it", 409)
            if clip != before:
                clips[id] = clip
                self._save()
            if seen is not None or clip != before:
                self._remember(clip, seen is not False)
            return clip

    def split(self, id: str, at: float, texts: tuple[str, str]) -> tuple[Clip, Clip]:
        """Cuts a clip in two `at` so many seconds; both are a person's from then on.

        Raises ServeError where a half would be shorter than SHORTEST.
        """
        with self._writing() as clips:
            clip = self._known(id)
            sound = Sound.load(self.file(clip))
            if not SHORTEST <= at <= sound.seconds - SHORTEST:
                raise _refused(f"a half would be shorter than {SHORTEST} s", "cut further from the edge")
            original = Sound.load(self.file(clip, original=True)) if _cleaned(clip) else None
            middle = clip.start + at
            halves = []
            for start, end, where, text in (
                (clip.start, middle, (0.0, at), texts[0]),
                (middle, max(clip.end, middle), (at, sound.seconds), texts[1]),
            ):
                made = _hand_made(clip, start, end, text, "cut out by a person")
                halves.append(self._with_sound(made, sound.cut(*where), original and original.cut(*where)))
            self._replace(clips, [clip], halves)
            return halves[0], halves[1]

    def join(self, id: str, other: str) -> Clip:
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
            text = first.text + second.text
            made = _hand_made(first, first.start, second.end, text, "joined by a person").with_(
                heard=first.heard + second.heard,
                status="keep" if first.kept and second.kept else "reject",
                key=digest("joined", first.key, second.key),
            )
            sound = _joined(Sound.load(self.file(first)), Sound.load(self.file(second)), gap)
            before = None
            if _cleaned(first) and _cleaned(second):
                before = _joined(
                    Sound.load(self.file(first, original=True)), Sound.load(self.file(second, original=True)), gap
                )
            made = self._with_sound(made, sound, before)
            self._replace(clips, [first, second], [made])
            return made

    def known(self, id: str) -> Clip:
        """Raises ServeError (404) if there is no such clip."""
        with self._mutex:
            self._read()
            return self._known(id)

    def file(self, clip: Clip, *, original: bool = False) -> Path:
        """A clip's sound, which must lie in the run folder. Raises ServeError (404) if there is none."""
        name = clip.original if original and clip.original else clip.audio
        path = (self._run.folder / name).resolve()
        if not name or not path.is_relative_to(self._run.folder.resolve()) or not path.is_file():
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
            if not self._training():
                try:
                    held.enter_context(self._run.locked())
                except RunError as error:
                    raise ServeError(error.message, status=423, code="busy", cure="wait until it is done") from error
            try:
                self._read()
                yield self._clips
            except OSError as error:
                self._stamp = None
                raise FfvitsError(f"cannot be saved: {error.strerror}", file=self._run.clips_file) from error

    def _save(self) -> None:
        try:
            write_clips(self._run.clips_file, self._clips.values())
        finally:
            self._stamp = None  # whatever happened, what is on disk counts
            self._read()

    def _replace(self, clips: dict[str, Clip], old: list[Clip], new: list[Clip]) -> None:
        """New clips in the place of the first old one."""
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
        for clip in new:
            self._remember(clip, True)

    def _with_sound(self, clip: Clip, sound: Sound, original: Sound | None) -> Clip:
        self._run.audio.mkdir(exist_ok=True)
        audio = f"audio/{clip.id}.wav"
        sound.save(self._run.folder / audio)
        if original is None:
            return clip.with_(audio=audio, original=audio)
        before = f"audio/{clip.id}.before.wav"
        original.save(self._run.folder / before)
        return clip.with_(audio=audio, original=before)

    def _remember(self, clip: Clip, seen: bool) -> None:
        if seen:
            self._heard[clip.id] = _state(clip)
        else:
            self._heard.pop(clip.id, None)
        write_text(self._heard_file, json.dumps(self._heard, ensure_ascii=False, indent=0))


def _hand_made(clip: Clip, start: float, end: float, text: str, note: str) -> Clip:
    """A clip that no labelling made. Its id names both its ends, as the machine's never do: under the id of an old clip
    it would be taken for an edit of that clip's text when the run is labelled again."""
    return clip.with_(
        id=f"{clip_id(clip.source, start)}-{round(end * 1000):08d}",
        start=start,
        end=end,
        text=" ".join(text.split()),
        heard="",
        scores={},
        notes=(*clip.notes, note),
        key=digest("by hand", clip.key, round(start, 3), round(end, 3)),
        machine={},
    )


def _joined(first: Sound, second: Sound, gap: float) -> Sound:
    """One after the other, with the silence between; where their margins overlap, the second's is left out."""
    import numpy as np

    second = second.at(first.rate)
    silence = np.zeros(max(0, round(gap * first.rate)), np.float32)
    overlap = min(max(0, round(-gap * first.rate)), len(second.samples))
    return Sound(np.concatenate([first.samples, silence, second.samples[overlap:]]), first.rate)


def _why(reason: Reason) -> dict[str, str]:
    """A reason and its cure, in the page's languages."""
    english = f"{reason.message} — {reason.cure}" if reason.cure else reason.message
    return {"en": english, "zh": chinese.reason(reason)}


def _cleaned(clip: Clip) -> bool:
    """Whether `original` sounds different from `audio`. A stage's result number 0 is what it made, 1 what was before
    (`StageCache.audio`); a kept clip's own copy lies in audio/."""
    return clip.original not in ("", clip.audio) and not clip.original.endswith("-0.flac")


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
