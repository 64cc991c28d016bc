"""One voice, or one person, as the panel heard it; kept on disk, so that nothing is heard twice."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from ffvits import console
from ffvits.errors import RunError
from ffvits.evaluate import measures
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.networks import fingerprint
from ffvits.evaluate.panel import Panel, Verdict
from ffvits.evaluate.sentences import Sentence
from ffvits.evaluate.statistics import Figure
from ffvits.evaluate.takes import real_clips, recorded, save, speak
from ffvits.files import write_text
from ffvits.language import counted
from ffvits.run import Run, digest
from ffvits.store import sha256_of
from ffvits.voice import Voice

VERSION = 5  # of how a take is judged: what an older one found is judged anew


@dataclass(frozen=True)
class Heard:
    """One voice as the panel heard it: `folder` holds its sounds; `fast` how quickly it spoke (empty for a person).

    `fingerprint` tells it from one of the same name that was trained anew ("" for a person).
    """

    name: str
    folder: Path
    verdicts: tuple[Verdict, ...]
    fast: Mapping[str, float]
    fingerprint: str = ""

    @cached_property
    def figures(self) -> dict[str, Figure]:
        return measures.figures(self.verdicts)

    def sound(self, verdict: Verdict) -> Path:
        return self.folder / f"{verdict.id}.flac"


def hear_voice(
    voice: Voice, name: str, place: Path, sentences: Sequence[Sentence], speaker: str | None, seed: int, panel: Panel
) -> Heard:
    """What the panel makes of a voice; taken from a folder in `place` where the same was judged before."""
    own = _fingerprint(voice)
    known_by = (own, speaker, seed, [asdict(s) for s in sentences])
    key = _key(panel, *known_by)
    # By its key alone: a run that was renamed, or a state that became the voice, is no other voice.
    folder = next(iter(sorted(place.glob(f"*-{key}"))), place / f"{file_name(name)}-{key}")
    known = _read(folder, name)
    if known is not None:
        return replace(known, fingerprint=own)
    panel.gather()
    voice.say("你好", voice.speakers[0] if voice.speakers else None, seed=0)  # the first words of a program are slow
    console.info(f"{name} says {counted(len(sentences), 'sentence')}")
    takes, paces = [], []
    with console.progress("Speaking", total=len(sentences), unit="sentences") as bar:
        for sentence in sentences:
            take, pace = speak(voice, sentence, seed + sentence.number, speaker)
            takes.append(take)
            paces.append(pace)
            bar.advance()
    fast = {
        "real_time_factor": round(sum(p.work for p in paces) / sum(p.speech for p in paces), 4),
        "first_audio_seconds": round(sum(p.first for p in paces) / len(paces), 4),
        "peak_memory_megabytes": _peak_memory(),
    }
    verdicts = panel.judge(save(takes, folder), f"Listening to {name}")
    return replace(_write(folder, name, verdicts, fast), fingerprint=own)


def hear_recordings(run: Run, place: Path, speaker: str | None, panel: Panel) -> Heard | None:
    """What the panel makes of the run's held-out clips of one speaker; None where that speaker has none."""
    clips = real_clips(run, speaker)
    # By what the files hold: a person may put a better sound in the place of one.
    held = [(clip.id, sha256_of(run.path(clip)), clip.text) for clip in clips]
    folder = place / f"real-{_key(panel, held, speaker)}"
    known = _read(folder, "real")
    if known is not None:
        return known
    takes = recorded(run, clips, load_aligner())
    if not takes:
        return None
    panel.gather()
    return _write(folder, "real", panel.judge(save(takes, folder), "Listening to the recordings"), {})


def _key(panel: Panel, *known_by: object) -> str:
    """Another judge, trained anew or set otherwise, hears everything anew."""
    ears = [fingerprint(name) for name in ("ear.npz", "aligner.npz")]
    return digest(VERSION, ears, asdict(panel.settings), *known_by)[:8]


def _fingerprint(voice: Voice) -> str:
    """Tells voices apart by their description and their weights."""
    return digest(asdict(voice.info), voice.fingerprint())


def file_name(name: str) -> str:
    """A base may be named by its path or address: what is kept of it stays in the evaluation's folder."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name.rstrip("/\\"))[-60:].lstrip(".") or "voice"


def _write(folder: Path, name: str, verdicts: Sequence[Verdict], fast: Mapping[str, float]) -> Heard:
    """Keeps verdicts; the file comes last, so a folder that has one is whole."""
    write_text(folder / "fast.json", json.dumps(fast) + "\n")
    lines = (json.dumps(verdict.to_dict(), ensure_ascii=False) for verdict in verdicts)
    write_text(folder / "verdicts.jsonl", "".join(line + "\n" for line in lines))
    return Heard(name, folder, tuple(verdicts), fast)


def _read(folder: Path, name: str) -> Heard | None:
    """What was kept; None where it is not whole, its sounds with it: a page and `worst` let one listen to them."""
    file = folder / "verdicts.jsonl"
    if not file.is_file():  # what an interrupted one left is written over: another may be at work on it this moment
        return None
    try:
        with file.open(encoding="utf-8") as lines:  # what was heard may hold signs that `splitlines` ends a line at
            verdicts = tuple(Verdict.from_dict(json.loads(line)) for line in lines)
        fast = json.loads((folder / "fast.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"an earlier evaluation is damaged ({error})", cure="delete this folder and run again", file=folder
        ) from error
    kept = Heard(name, folder, verdicts, fast)
    return kept if all(kept.sound(verdict).is_file() for verdict in verdicts) else None  # deleted, as to save space


def _peak_memory() -> float:
    """The most memory that this process has held so far, in megabytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1e6 if sys.platform == "darwin" else 1e3), 1)
