"""Gathers what a run knows and fills the page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffvits import __version__, chinese, console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import AudioError
from ffvits.files import write_text
from ffvits.label.finish import by_reason, cleaned, told
from ffvits.report.media import audio_uri, curve_svg, mel_uri
from ffvits.run import Run

LISTED = 60  # rejected clips that can be listened to in the page
EXAMPLES = 6  # kept clips that can be listened to in the page


@dataclass(frozen=True)
class Said:
    """Something in both languages; `english` is empty where it would only say the same again."""

    chinese: str
    english: str

    @classmethod
    def of(cls, english: str) -> Said:
        found = chinese.said(english)
        return cls(found, "" if found == english else english)


@dataclass(frozen=True)
class Cause:
    """All clips rejected for one reason; what was found in the first of them, and the cure of most."""

    code: str
    clips: int
    minutes: float
    example: Said
    cure: Said


def causes(clips: Sequence[Clip]) -> list[Cause]:
    """Rejections by their first reason, the most frequent first."""
    return [
        Cause(
            code,
            len(group),
            sum(clip.seconds for clip in group) / 60,
            Said.of(group[0].reasons[0].message if group[0].reasons else "set aside by a person"),
            Said.of(cure),
        )
        for code, group, cure in by_reason(clips)
    ]


def done(clips: Sequence[Clip]) -> list[tuple[str, int]]:
    """What was done to how many clips, by kind, the most frequent first."""
    return Counter(kind for clip in clips for kind in {chinese.kind(note) for note in clip.notes}).most_common()


def write_report(run: Run) -> Path:
    """Lets the voice say the recipe's sentences, and writes `samples/*.wav` and `report.html`."""
    from jinja2 import Environment, PackageLoader

    console.stage("Report")
    clips = run.clips()
    kept = [clip for clip in clips if clip.kept]
    rejected = [clip for clip in clips if not clip.kept]
    page = Environment(loader=PackageLoader("ffvits", "report"), autoescape=True).get_template("report.html.j2")
    recipe = run.recipe()
    write_text(
        run.report,
        page.render(
            version=__version__,
            name=", ".join(sorted({clip.speaker for clip in kept})) or run.folder.name,
            recipe=recipe,
            card=_card(run),
            entries=_entries(_card(run)),
            said=Said.of,
            codes=chinese.CODES,
            samples=_samples(run),
            kept=kept,
            rejected=rejected,
            kept_minutes=sum(clip.seconds for clip in kept) / 60,
            rejected_minutes=sum(clip.seconds for clip in rejected) / 60,
            causes=causes(clips),
            cleaned=[(what, len(theirs), told(theirs)) for what, theirs in cleaned(kept).items()],
            examples=[(clip, _player(run, clip)) for clip in _spread(kept, EXAMPLES)],
            listed=[(clip, _player(run, clip)) for clip in rejected[:LISTED]],
            doubtful=[(clip, _player(run, clip)) for clip in [clip for clip in kept if clip.waiting][:LISTED]],
            unlisted=max(0, len(rejected) - LISTED),
            notes=done(clips),
            curves=_curves(run),
        ),
    )
    console.info(f"report: {run.report} ({run.report.stat().st_size / 1e6:.1f} MB)")
    return run.report


def _card(run: Run) -> dict[str, Any]:
    file = run.voice / "voice.json"
    return json.loads(file.read_text(encoding="utf-8"))["card"] if file.is_file() else {}


def _entries(card: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """A voice's card for people: what each entry is called, by its key, and what it says."""
    rows = []
    for key, value in card.items():
        if value in ("", None):
            continue
        if isinstance(value, float):
            value = f"{value:.3g}" if value < 100 else f"{value:.0f}"
        elif isinstance(value, list):
            value = "、".join(map(str, value))
        rows.append((chinese.CARD.get(key, key), key, str(value)))
    return rows


def _samples(run: Run) -> list[dict[str, str]]:
    """What the voice says, by speaker and sentence, written to samples/ and ready for the page."""
    from ffvits.voice import Voice

    if not (run.voice / "voice.json").is_file():
        return []
    recipe = run.recipe()
    voice = Voice.load(run.folder)
    run.samples.mkdir(exist_ok=True)
    shown = []
    for speaker in voice.speakers or (None,):
        for number, sentence in enumerate(recipe.speak.sentences, 1):
            sound = Sound(voice.say(sentence, speaker, seed=recipe.seed), voice.sample_rate)
            prefix = f"{voice.speakers.index(speaker) + 1:02d}-" if len(voice.speakers) > 1 else ""
            file = run.samples / f"{prefix}{number:02d}.wav"
            sound.save(file)
            shown.append(
                {
                    "speaker": speaker or "",
                    "text": sentence,
                    "file": f"samples/{file.name}",
                    "audio": audio_uri(sound),
                    "mel": mel_uri(sound),
                }
            )
    return shown


def _player(run: Run, clip: Clip) -> str:
    """The clip's sound for the page, or nothing where there is none (an unreadable file has no samples)."""
    if not clip.audio or not run.path(clip).is_file():
        return ""
    try:
        return audio_uri(Sound.load(run.path(clip)).cut(0, 20))
    except AudioError:
        return ""


def _spread(clips: Sequence[Clip], number: int) -> list[Clip]:
    """So many clips at most, from all over the list."""
    count = min(number, len(clips))
    return [clips[place * len(clips) // count] for place in range(count)]


def _curves(run: Run) -> list[str]:
    from ffvits.train.history import History

    entries = History(run.checkpoints / "history.jsonl").read()

    def line(kind: str, name: str) -> list[tuple[float, float]]:
        return [(entry["step"], entry[name]) for entry in entries if entry["kind"] == kind and name in entry]

    charts = {
        "留出片段的距离 held out": {"自己说": line("check", "spoken"), "跟着说": line("check", "copied")},
        "训练损失 training": {"跟着说": line("train", "mel")},
        "文字与声音的差距 KL": {"留出": line("check", "kl"), "训练": line("train", "kl")},
        "时长误差 duration": {"留出": line("check", "duration"), "训练": line("train", "duration")},
    }
    drawn = [curve_svg(title, {n: points for n, points in lines.items() if points}) for title, lines in charts.items()]
    return [chart for chart in drawn if chart]
