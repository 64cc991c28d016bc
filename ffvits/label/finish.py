"""The end of labelling: which clips are held out, the label file with a person's edits, the audio, the summary."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip, Reason, write_clips
from ffvits.files import write_text
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run

_INDEX = "index.json"  # in audio/: the key of what each file was made from
_NAMED = 5  # of the recordings or speakers that are gone
_UNDER_WAY = "under way"  # instead of a key
_GONE = Reason(
    "gone",
    "its sound was deleted, and the recording is cut otherwise now",
    "put audio/ back and set it to keep, or delete its line and label again",
)
_SOUNDLESS = Reason(
    "soundless",
    "it was set to keep, but no sound could be had from its recording",
    "put a recording that can be read in its place, or set it to reject",
)


def finish(clips: Sequence[Clip], run: Run, recipe: Recipe) -> list[Clip]:
    """Saves what the stages found and returns it merged with a person's edits.

    A clip that a person set to keep is kept, whatever the machine thought of it. The kept clips' audio is written
    to the run's `audio/`, all other files there that ffvits wrote are removed, `rejected.csv` says why each of the
    others was left out, and `review.csv` which clips a person should listen to.
    """
    merged = run.save_clips(list(clips))
    finished = split(export(merged, run), recipe.train.held_out)
    write_clips(run.clips_file, finished)
    write_tables(finished, run)
    summarise(finished)
    _tell_of_the_gone(finished, clips)
    return run.clips()


def write_tables(clips: Sequence[Clip], run: Run) -> None:
    """`rejected.csv` and `review.csv` of a run whose clips are these."""
    write_text(run.folder / "rejected.csv", _rejected(clips))
    write_text(run.folder / "review.csv", _waiting(clips))


def _tell_of_the_gone(clips: Iterable[Clip], found: Iterable[Clip]) -> None:
    """Says which clips stay for a person's edits alone, though their recordings lie in the folder no more."""
    takes: dict[str, set[str]] = defaultdict(set)
    for clip in found:
        takes[clip.source].add(clip.recording)

    def gone(clip: Clip) -> bool:
        here = takes.get(clip.source)
        return here is None or (clip.recording != "" and here.isdisjoint({"", clip.recording}))

    left = [clip for clip in clips if clip.kept and gone(clip)]
    if left:
        names = list(dict.fromkeys(clip.source for clip in left))
        console.warn(
            (
                f"{len(left)} clips that you edited are kept, though their recordings are gone: {_some(names)}; "
                if len(left) > 1
                else f"1 clip that you edited is kept, though its recording is gone: {_some(names)}; "
            )
            + "to train without such clips set them to reject, or delete their lines in clips.jsonl"
        )


def _some(names: Sequence[str]) -> str:
    """Names for a line of the console."""
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def split(clips: Iterable[Clip], held_out: float) -> list[Clip]:
    """The clips with `split` set: of each speaker's kept clips the share `held_out` is "val", the rest "train".

    Who is held out depends on the clip's id only, so a clip seldom changes sides when others come or go. A speaker
    with fewer than ten clips has none to spare.
    """
    clips = list(clips)
    kept: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        if clip.kept and clip.text:
            kept[clip.speaker].append(clip)
    val: set[str] = set()
    for theirs in kept.values():
        if len(theirs) >= 10 and held_out > 0:
            ranked = sorted(
                theirs, key=lambda clip: hashlib.sha256(clip.id.encode("utf-8", "surrogateescape")).digest()
            )
            val.update(clip.id for clip in ranked[: max(1, round(held_out * len(ranked)))])
    return [clip.with_(split="" if not clip.kept else "val" if clip.id in val else "train") for clip in clips]


def export(clips: Iterable[Clip], run: Run) -> list[Clip]:
    """Writes the kept clips' samples as `audio/<id>.wav`; the clips then point there, and the cache may be deleted.

    A clip that a person kept and that has no sound is rejected after all.
    """
    clips = list(clips)
    run.audio.mkdir(exist_ok=True)
    index_file = run.audio / _INDEX
    before = _index(index_file)
    missing = {f"{clip.id}.wav" for clip in clips if clip.kept and clip.audio and not _stands(clip, run, before)}
    if missing:  # told beforehand: what a killed run leaves is not taken for the sound, and goes with the next run
        write_text(index_file, json.dumps({**before, **dict.fromkeys(missing, _UNDER_WAY)}, ensure_ascii=False))
    after: dict[str, str] = {}
    exported = []
    for clip in clips:
        name = f"{clip.id}.wav"
        if clip.kept and not clip.audio:
            clip = _unusable(clip, _SOUNDLESS)
        elif clip.kept:
            if name in missing:
                sound = _source(clip, run)
                if sound is None:
                    exported.append(_unusable(clip, _GONE))
                    continue
                Sound.load(sound).save(run.audio / name)
            after[name] = clip.key
            clip = clip.with_(audio=f"audio/{name}")
        exported.append(clip)
    used = {clip.audio for clip in exported}  # a clip that a person cut has its only samples here, kept or not
    for name in before.keys() - after.keys():
        if f"audio/{name}" in used:
            after[name] = before[name]
            continue
        (run.audio / name).unlink(missing_ok=True)
    write_text(index_file, json.dumps(after, ensure_ascii=False, indent=0))
    return exported


def in_audio(clip: Clip, run: Run) -> Clip:
    """A clip that is kept between two labellings, its samples in `audio/` as `export` will write them.

    So training hears the same bytes before the next labelling as after. One that is not kept, or whose sound is
    nowhere, stays as it is.
    """
    sound = _source(clip, run)
    if not clip.kept or not clip.audio or sound is None:
        return clip
    run.audio.mkdir(exist_ok=True)
    name, file = f"{clip.id}.wav", run.audio / _INDEX
    index = _index(file)
    if not _stands(clip, run, index):
        write_text(file, json.dumps({**index, name: _UNDER_WAY}, ensure_ascii=False, indent=0))
        Sound.load(sound).save(run.audio / name)
        write_text(file, json.dumps({**index, name: clip.key}, ensure_ascii=False, indent=0))
    return clip.with_(audio=f"audio/{name}")


def _source(clip: Clip, run: Run) -> Path | None:
    """Where a clip's samples are, or those that they were made from; None if they are gone."""
    return next((path for path in (run.path(clip), run.folder / clip.original) if path.is_file()), None)


def _unusable(clip: Clip, why: Reason) -> Clip:
    """The clip rejected by the machine's own judgement; the words that a person wrote stay an edit.

    Of a clip that a person cut the machine has no judgement, and everything stays an edit.
    """
    machine = clip.machine and {**clip.machine, "status": "reject"}
    return clip.with_(status="reject", reasons=(why, *clip.reasons), machine=machine)


def _stands(clip: Clip, run: Run, index: dict[str, str]) -> bool:
    """Whether the clip's samples lie in `audio/` as they should."""
    name = f"{clip.id}.wav"
    return (run.audio / name).is_file() and (index.get(name) == clip.key or clip.audio == f"audio/{name}")


def summarise(clips: Sequence[Clip]) -> None:
    """Says what was found, kept and rejected, in minutes, and for each reason how many clips and what can be done."""
    kept = [clip for clip in clips if clip.kept]
    rejected = [clip for clip in clips if not clip.kept]
    console.info(
        f"{counted(len(clips), 'clip')} found ({_minutes(clips)}): {len(kept)} kept ({_minutes(kept)}), "
        f"{len(rejected)} rejected ({_minutes(rejected)})"
    )
    heard = {clip.speaker for clip in kept}
    if len(heard) > 1:
        for speaker, count in sorted(Counter(clip.speaker for clip in kept).items()):
            minutes = _seconds(clip for clip in kept if clip.speaker == speaker) / 60
            console.info(f"  {speaker}: {counted(count, 'clip')}, {minutes:.1f} min")
    # A file that is none lies anywhere, and speaks for nobody.
    if heard and (left := sorted({clip.speaker for clip in rejected if clip.seconds} - heard)):
        console.warn(f"no clip is kept of {_some(left)}: the voice will not speak as them")
    for what, found in cleaned(kept).items():
        console.info(f"  {what} of {len(found)} of the kept clips: {told(found)}")
    rows = by_reason(rejected)
    if rows:
        console.table(
            "Rejected",
            ("clips", "minutes", "why", "what can be done"),
            [(len(found), f"{_seconds(found) / 60:.1f}", TITLES.get(code, code), cure) for code, found, cure in rows],
        )
    if waiting := [clip for clip in kept if clip.waiting]:
        console.warn(
            f"{len(waiting)} of the kept clips have words in doubt: listen to them (review.csv says why), "
            "or set label.screen.doubtful to reject"
        )


def cleaned(clips: Iterable[Clip]) -> dict[str, list[Clip]]:
    """The clips out of which something was taken, by what it was; a clip may stand under both."""
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        for what in ("music", "noise", "late echo"):
            if "quality_before" in clip.scores and any(note.startswith(f"{what} removed") for note in clip.notes):
                found.setdefault(f"{what} removed", []).append(clip)
    return found


def told(clips: Sequence[Clip]) -> str:
    """How cleaned clips sound before and after, and how loud what was taken away was, on average."""
    before, after, removed = (
        sum(clip.scores.get(name, 0.0) for clip in clips) / len(clips)
        for name in ("quality_before", "quality", "removed_db")
    )
    return f"DNSMOS {before:.2f} → {after:.2f}, what was removed {removed:+.0f} dB against the voice"


def by_reason(clips: Iterable[Clip]) -> list[tuple[str, list[Clip], str]]:
    """Rejected clips by their first reason, the most frequent first: code, clips, and the cure of most of them."""
    found: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        if not clip.kept:
            found[_first(clip).code].append(clip)
    return [
        (code, those, Counter(_first(clip).cure for clip in those).most_common(1)[0][0])
        for code, those in sorted(found.items(), key=lambda item: -len(item[1]))
    ]


TITLES = {  # what stands on the screen for the code of a reason
    "unreadable": "unreadable",
    "silence": "nothing to be heard",
    "no-speech": "nobody speaks",
    "too-short": "too short",
    "too-long": "too long",
    "empty": "an empty file",
    "clipped": "clipped",
    "hallucination": "the words were invented",
    "other-language": "another language",
    "other-speaker": "another speaker",
    "overlap": "two speak at once",
    "duplicate": "heard before",
    "quality": "sounds bad",
    "uncertain": "not understood well enough",
    "rate": "impossible speaking rate",
    "mismatch": "its transcript is another's",
    "doubtful": "its words are in doubt",
    "person": "set aside by a person",
    "covered": "around a clip that was edited",
    "gone": "its sound was deleted",
    "soundless": "no sound to keep",
}


def _first(clip: Clip) -> Reason:
    return clip.reasons[0] if clip.reasons else Reason("person", "set to reject in the label file")


def _rejected(clips: Iterable[Clip]) -> str:
    rows = []
    for clip in clips:
        if not clip.kept:
            reason = _first(clip)
            rows.append((clip, reason.code, reason.message, reason.cure, clip.text or clip.heard))
    return _table(("reason", "message", "cure", "text"), rows)


def _waiting(clips: Iterable[Clip]) -> str:
    # Of the rejected only those that a settled doubt brings back.
    waiting = [clip for clip in clips if clip.waiting and {reason.code for reason in clip.reasons} <= {"doubtful"}]
    rows = [(clip, clip.status, clip.text, doubt.other, doubt.why) for clip in waiting for doubt in clip.review]
    return _table(("status", "text", "other", "why"), rows)


def _table(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> str:
    """A table for spreadsheets: where each clip is, then its cells; with the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["source", "start", "end", "speaker", *columns, "id"])
    for clip, *cells in rows:
        writer.writerow([clip.source, f"{clip.start:.2f}", f"{clip.end:.2f}", clip.speaker, *cells, clip.id])
    return out.getvalue()


def _index(path: Path) -> dict[str, str]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # no JSON, or no text at all: the sounds are then written again
        return {}
    # Only plain names: the index must never be able to point out of its folder.
    return {name: key for name, key in values.items() if Path(name).name == name} if isinstance(values, dict) else {}


def _seconds(clips: Iterable[Clip]) -> float:
    return sum(clip.seconds for clip in clips)


def _minutes(clips: Iterable[Clip]) -> str:
    return f"{_seconds(clips) / 60:.1f} min"
