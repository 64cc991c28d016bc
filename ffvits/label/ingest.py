"""First stage: every recording in a folder becomes a Clip with clean mono samples, or a rejected one with a reason."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffvits import console
from ffvits.audio.files import Found, Undecodable, find
from ffvits.clip import Clip, clip_id
from ffvits.device import cores
from ffvits.errors import AudioError
from ffvits.label.decoder import Job, decode_all
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run


@dataclass(frozen=True)
class _Settings:
    """What decides how samples are decoded; no voice in reach of this program needs a higher rate."""

    part_seconds: float
    max_rate: int = 48000


def ingest(folder: Path, run: Run, recipe: Recipe, *, part_seconds: float = 300.0) -> Iterator[Clip]:
    """Finds, decodes and reports every recording under `folder`.

    A recording longer than `part_seconds` becomes several clips that follow one another, cut at its quietest moments,
    so that memory does not grow with its length. Each clip's `audio` (and `original`) is 24-bit mono FLAC at the
    recording's own rate, at most 48 kHz. What cannot be read is yielded as a rejected clip. Raises AudioError if the
    folder cannot be listed or holds no recording, RunError if the cache cannot be written.
    """
    found = find(folder, skip=[run.folder])
    if not found.audio and not found.unreadable:
        raise AudioError("there are no recordings in it", cure="name the folder that holds them", file=folder)
    speakers = speaker_names(folder, found, recipe)
    _report(folder, found, speakers)
    settings = _Settings(part_seconds)
    cache = run.cache("ingest", settings, version=1)  # by it edits know their recording: it stays
    for path in found.unreadable:
        source = source_name(path, folder)
        clip = Clip(clip_id(source), source, 0.0, 0.0, _whose(folder, recipe))
        yield clip.reject("unreadable", "this folder cannot be opened", "give yourself the right to read it")
    jobs = (Job(path, cache, settings.max_rate, settings.part_seconds) for path in found.audio)
    workers = max(1, min(4, cores() // 2))
    for job, values in decode_all(jobs, workers):
        source, speaker = source_name(job.path, folder), speakers[job.path]
        if isinstance(values, Undecodable):
            yield Clip(clip_id(source), source, 0.0, 0.0, speaker).reject(values.code, values.message, values.cure)
            continue
        for part in values["parts"]:
            yield _clip(source, speaker, values, part, cache.audio(part["key"]))


def _clip(source: str, speaker: str, values: dict[str, Any], part: dict[str, Any], audio: str) -> Clip:
    whole = len(values["parts"]) == 1
    clip = Clip(
        id=clip_id(source, None if whole else part["start"]),
        source=source,
        start=part["start"],
        end=part["end"],
        speaker=speaker,
        audio=audio,
        original=audio,
        key=part["key"],
        recording=values["parts"][0]["key"],
    )
    clip = clip.score(source_rate=values["rate"], channels=values["channels"], bandwidth_hz=part["bandwidth"])
    clip = clip.score(level_db=values["level"])  # of the whole recording
    if values["bits"]:
        clip = clip.score(bits=values["bits"])
    for note in (values["format"], *values["notes"]):
        clip = clip.note(note)
    if 0 < part["bandwidth"] < 5000:
        clip = clip.note(f"nothing above {part['bandwidth'] / 1000:.1f} kHz: it sounds like a telephone")
    return clip


def speaker_names(folder: Path, found: Found, recipe: Recipe) -> dict[Path, str]:
    """Who speaks in each recording, by the recipe's `layout` and `speaker` and by where the file lies."""
    named = _whose(folder, recipe)
    at_top = [path for path in found.audio if path.parent == folder]
    layout = recipe.layout
    if layout == "auto":
        layout = "flat" if recipe.speaker.strip() or at_top else "folders"
    if layout == "flat":
        return dict.fromkeys(found.audio, named)
    return {
        path: named if path.parent == folder else _printable(path.relative_to(folder).parts[0]) for path in found.audio
    }


def _whose(folder: Path, recipe: Recipe) -> str:
    """Who speaks where no folder says it."""
    return recipe.speaker.strip() or _printable(folder.resolve().name).strip() or "speaker"


def _report(folder: Path, found: Found, speakers: dict[Path, str]) -> None:
    count = Counter(speakers.values())
    console.info(
        f"{counted(len(found.audio), 'recording')} of {', '.join(f'{who} ({n})' for who, n in sorted(count.items()))}"
    )
    if len(count) > 1 and (stray := [path for path in found.audio if path.parent == folder]):
        console.warn(
            f"{len(stray)} recordings lie in no speaker's folder; they count as {speakers[stray[0]]}'s"
            if len(stray) > 1
            else f"1 recording lies in no speaker's folder; it counts as {speakers[stray[0]]}'s"
        )
    if found.runs:
        console.info(f"Run folders, passed over: {', '.join(path.name for path in found.runs)}")
    if found.ignored:
        kinds = Counter(path.suffix.lower() or "no suffix" for path in found.ignored)
        # Not "ignored": a transcript may be among them, whose words are used later.
        console.info(f"Files that are no recordings: {', '.join(f'{k} ({n})' for k, n in kinds.items())}")


def source_name(path: Path, folder: Path) -> str:
    """What a recording in `folder` is called in its clips: its path from there, with forward slashes."""
    return _printable(path.relative_to(folder).as_posix())


def _printable(name: str) -> str:
    """The name as valid Unicode: bytes that are not UTF-8 are read as GBK, the old code of Chinese Windows."""
    try:
        name.encode("utf-8")
        return name
    except UnicodeEncodeError:
        pass
    try:
        return os.fsencode(name).decode("gb18030")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return name.encode("utf-8", "backslashreplace").decode("utf-8")
