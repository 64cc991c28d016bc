"""`ffvits evaluate`: a voice speaks the test set, the panel listens, and everything is kept in the run folder.

evaluation/
    evaluation.json      all figures, with intervals, of the voice, the speaker's recordings and the base
    summary.txt          who spoke, and five lines, in Chinese and in English
    evaluation-<step>.json, summary-<step>.txt      the same of a training state
    evaluation-<speaker>.json …                     of a speaker, where the voice has several
    evaluation-<N>-sentences.json …                 of fewer sentences than the same voice's that is there already
    <voice>-<key>/, real-<key>/      one folder per voice heard: its sounds, and verdicts.jsonl, a line per sentence
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ffvits import console, store
from ffvits.device import choose_device
from ffvits.errors import BaseError, DownloadError, FfvitsError, RunError
from ffvits.evaluate import measures, words
from ffvits.evaluate.hearing import VERSION, Heard, file_name, hear_recordings, hear_voice
from ffvits.evaluate.panel import Panel, Verdict, alike
from ffvits.evaluate.sentences import Sentence, spread
from ffvits.evaluate.statistics import Figure
from ffvits.files import path_of, write_text
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.voice import Voice

WORST = 10


@dataclass(frozen=True)
class Evaluation:
    """A voice beside the speaker's own recordings and the untouched base (None where there is none).

    It spoke as `speaker`, one of the voice's `speakers`, its chances drawn by `seed`.
    """

    voice: Heard
    real: Heard | None
    base: Heard | None
    folder: Path
    listener: str
    speaker: str | None = None
    speakers: tuple[str, ...] = ()
    seed: int = 1

    def headline(self, language: words.Language = "zh") -> str:
        """Who spoke how many sentences, and by which chances."""
        who = " · ".join(dict.fromkeys(name for name in (self.voice.name, self.speaker) if name))
        count = len(self.voice.verdicts)
        return (
            f"{who}：{count} 句，种子 {self.seed}"
            if language == "zh"
            else f"{who}: {counted(count, 'sentence')}, seed {self.seed}"
        )

    def summary(self, language: words.Language = "zh") -> list[str]:
        """Five lines that a hobbyist understands."""
        real = self.real.figures if self.real else {}
        base = self.base.figures if self.base else {}
        return words.summary(self.voice.figures, self.voice.verdicts, real, base, language)

    def worst(self) -> list[Verdict]:
        """The sentences that were understood least."""

        def error(verdict: Verdict) -> float:
            wrong, length = verdict.parts["cer"]
            return wrong / max(length, 1.0)

        return sorted(self.voice.verdicts, key=error, reverse=True)[:WORST]

    def to_dict(self) -> dict[str, Any]:
        sides = {"voice": self.voice, "real": self.real, "base": self.base}
        return {
            "version": VERSION,
            "speaker": self.speaker,
            "seed": self.seed,
            "listener": self.listener,
            "speaker_encoder": "resemblyzer (GE2E)",
            "sentences": len(self.voice.verdicts),
            **{
                name: {
                    "name": side.name,
                    "fingerprint": side.fingerprint,
                    "folder": side.folder.name,
                    "figures": measures.to_dict(side.figures),
                    "fast": dict(side.fast),
                }
                for name, side in sides.items()
                if side is not None
            },
            "categories": measures.to_dict(measures.by_category(self.voice.verdicts, "cer")),
            "worst": [
                {"text": v.text, "heard": v.heard, "audio": f"{self.voice.folder.name}/{v.id}.flac"}
                for v in self.worst()
            ],
            "summary": {"zh": self.summary("zh"), "en": self.summary("en")},
        }


def evaluate(
    target: str | Path,
    *,
    checkpoint: str | Path | None = None,
    against: str | None = None,
    out: str | Path | None = None,
    speaker: str | None = None,
    sentences: int = 100,
    seed: int = 1,
    device: str = "cpu",
    offline: bool = False,
) -> Evaluation:
    """Judges a run's voice (or a voice folder, or a base) and writes `evaluation/` beside it.

    `checkpoint` names a training state of the run instead of its finished voice; `against` the base to compare with
    (left out: the one that the voice was made from, if it is still to be found; "none": no base). A voice of several
    speakers speaks as `speaker` (left out: the first) and is held against that one's recordings. What was heard before
    is not heard again. Raises FfvitsError naming what is missing.
    """
    run = run_of(target)
    settings = (run.recipe() if run else Recipe()).label.transcribe
    panel = Panel(settings, device, offline)
    wanted = asked(
        target,
        panel,
        checkpoint=checkpoint,
        against=against,
        out=out,
        speaker=speaker,
        sentences=sentences,
        seed=seed,
    )
    console.stage("Evaluate")  # nothing can be wrong with the arguments any more
    evaluation = judged(wanted, panel)
    mark = _mark(evaluation, of_checkpoint=checkpoint is not None)
    written = json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=1)
    write_text(evaluation.folder / f"evaluation{mark}.json", written + "\n")
    lines = [evaluation.headline("zh"), *evaluation.summary("zh"), ""]
    lines += [evaluation.headline("en"), *evaluation.summary("en")]
    write_text(evaluation.folder / f"summary{mark}.txt", "\n".join(lines) + "\n")
    return evaluation


def _mark(evaluation: Evaluation, *, of_checkpoint: bool) -> str:
    """What the names of its files have after "evaluation" and "summary"; a fuller one of the same voice stays."""
    mark = f"-{evaluation.voice.name}" if of_checkpoint else ""
    if evaluation.speaker and len(evaluation.speakers) > 1:
        mark += f"-{file_name(evaluation.speaker)}"
    fuller = evaluation.folder / f"evaluation{mark}.json"
    count, there = len(evaluation.voice.verdicts), _sentences_in(fuller, evaluation.voice)
    if there <= count:
        return mark
    mark += f"-{count}-sentences"
    console.warn(f"{fuller.name} is of {there} sentences and stays: this one is evaluation{mark}.json")
    return mark


def _sentences_in(file: Path, voice: Heard) -> int:
    """Of how many sentences a voice's evaluation is; 0 where none can be read, or it is of another voice."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return int(found["sentences"]) if found["voice"]["fingerprint"] == voice.fingerprint else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


@dataclass(frozen=True)
class Asked:
    """What is to be heard, all of which is there: a voice by its `name`, and what to hear it beside."""

    voice: Voice
    name: str
    run: Run | None
    base: tuple[str, Voice] | None
    place: Path
    speaker: str | None
    sentences: tuple[Sentence, ...]
    seed: int


def asked(
    target: str | Path,
    panel: Panel,
    *,
    checkpoint: str | Path | None = None,
    against: str | None = None,
    out: str | Path | None = None,
    speaker: str | None = None,
    sentences: int = 100,
    seed: int = 1,
) -> Asked:
    """What arguments of `evaluate` mean, before anybody listens for minutes. Raises what `evaluate` raises."""
    folder, run = path_of(target), run_of(target)
    name = folder.resolve().name if folder.exists() else folder.name
    home = path_of(out) if out else folder if folder.is_dir() else Path("runs") / name
    place = home / "evaluation"
    chosen = spread(sentences)
    device = choose_device(panel.device)
    if checkpoint is not None:
        voice = _of_checkpoint(run, checkpoint, device)
        look_for(speaker, voice, checkpoint)
        name = f"step-{int(checkpoint):08d}" if str(checkpoint).isdecimal() else Path(checkpoint).stem
    else:
        voice = load_voice(target, speaker, device=device, offline=panel.offline)
    speaker = speaker or (voice.speakers[0] if voice.speakers else None)
    base = _base(against, voice, run, device, panel.offline)
    make_writable(place)
    return Asked(voice, name, run, base, place, speaker, chosen, seed)


def judged(wanted: Asked, panel: Panel) -> Evaluation:
    """What `evaluate` finds, by a panel that is there already; keeps sounds and verdicts, and writes no summary."""
    voice, run, place, speaker, seed = wanted.voice, wanted.run, wanted.place, wanted.speaker, wanted.seed
    heard = hear_voice(voice, wanted.name, place, wanted.sentences, speaker, seed, panel)
    base = None
    if wanted.base:
        base_name, spoken = wanted.base
        base = hear_voice(spoken, base_name, place, wanted.sentences, None, seed, panel)
    real = hear_recordings(run, place, speaker, panel) if run and run.clips_file.is_file() else None
    return Evaluation(*_compared(heard, real, base), place, panel.listener, speaker, voice.speakers, seed)


def load_voice(target: str | Path, speaker: str | None, *, device: str, offline: bool) -> Voice:
    """The voice of a run, a folder or a base, of which a speaker is to be heard (None: whoever is the first).

    Raises BaseError if there is no such thing, FfvitsError if nobody there is called so.
    """
    try:
        voice = Voice.load(target, device=device, offline=offline)
    except BaseError as error:
        if path_of(target).exists():
            raise
        raise BaseError(
            f"{error.message}, and no run folder",
            cure=f"name the folder of a run, or a base ({error.cure})",
            file=error.file,
        ) from error
    look_for(speaker, voice, target)
    return voice


def look_for(speaker: str | None, voice: Voice, place: str | Path) -> None:
    """Raises FfvitsError if somebody is asked for whom the voice does not have."""
    if speaker is not None and speaker not in voice.speakers:
        cure = f"it has: {', '.join(voice.speakers)}" if voice.speakers else "leave --speaker out: it has one"
        raise FfvitsError(f"this voice has no speaker {speaker!r}", cure=cure, file=place)


def make_writable(place: Path) -> None:
    """Makes the folder and tries it, so that nobody listens for minutes to what cannot be kept. Raises RunError."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise RunError(
            f"what is found cannot be kept here: {error.strerror}", cure="name another folder with --out", file=place
        ) from error


def run_of(target: str | Path) -> Run | None:
    """The run that a target is, if it is one."""
    return Run.open(target) if (path_of(target) / "recipe.yaml").is_file() else None


def table(evaluation: Evaluation, language: words.Language = "en") -> None:
    """Shows every measure beside those of the speaker's recordings and the base."""
    zh = language == "zh"
    sides = [(evaluation.voice, evaluation.voice.name)]
    sides += [(evaluation.real, "本人录音" if zh else "recordings")] if evaluation.real else []
    sides += [(evaluation.base, evaluation.base.name)] if evaluation.base else []
    found = [side.figures for side, _ in sides]
    rows = [
        (measures.GROUPS[m.group][0 if zh else 1], m.chinese if zh else m.english, *(_cell(m, side) for side in found))
        for m in measures.MEASURES
        if m.name in found[0]
    ]
    fast = measures.GROUPS["fast"][0 if zh else 1]
    pace = {name: told[0 if zh else 1] for name, told in measures.PACE.items()}
    rows += [(fast, pace.get(name, name), _pace(value)) for name, value in evaluation.voice.fast.items()]
    unit = "句" if zh else "sentences"
    heads = [f"{name} ({len(side.verdicts)} {unit})" for side, name in sides]
    console.table(
        "",
        ("", "", *heads),
        [("" if n and rows[n - 1][0] == row[0] else row[0], *row[1:]) for n, row in enumerate(rows)],
    )


def _pace(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _cell(measure: measures.Measure, figures: Mapping[str, Figure]) -> str:
    value = figures.get(measure.name)
    return f"{measure.write(value.value)} {measure.write_bounds(value.low, value.high)}" if value else "–"


def _compared(heard: Heard, real: Heard | None, base: Heard | None) -> tuple[Heard, Heard | None, Heard | None]:
    """The three with their likeness to the speaker and to the base's voice."""
    sides = [heard, real, base]
    for place, name in ((1, "similarity"), (2, "base_similarity")):
        other = sides[place]
        if other is not None:
            sides = [
                side and replace(side, verdicts=tuple(alike(side.verdicts, other.verdicts, name, own=side is other)))
                for side in sides
            ]
    return sides[0], sides[1], sides[2]


def _base(against: str | None, voice: Voice, run: Run | None, device: str, offline: bool) -> tuple[str, Voice] | None:
    """The base to compare with, by name and as a voice; None for none."""
    if against == "none":
        return None
    if against:
        return against, Voice.load(against, device=device, offline=offline)
    spec = _own_base(voice, run)
    return _found_again(spec, voice, device, offline) if spec else None


def _found_again(spec: str, voice: Voice, device: str, offline: bool) -> tuple[str, Voice] | None:
    """The base that a voice was made from; None, with a warning, where it is gone or has become another."""
    from ffvits.base import load_base

    try:
        base = load_base(spec, offline=offline)
    except (BaseError, DownloadError) as error:
        reason = error.message.splitlines()[0]
    else:
        if voice.info.card.get("base_sha256") not in (None, base.sha256):
            reason = "it is another than the one that the voice was made from"
        elif not base.front_end:
            reason = "no front end of ffvits writes its symbols"
        else:
            return base.name, Voice.from_base(base, device=device)
    console.warn(f"the base {spec} is not compared: {reason} (--against names another)")
    return None


def _own_base(voice: Voice, run: Run | None) -> str:
    """What `load_base` finds a voice's base by; "" for a base itself, whose card names no speakers."""
    card = voice.info.card
    if card.get("speakers") is None:
        return ""
    named = str(card.get("base") or "")
    spec = run.recipe().base if run else named
    # The card says what `auto` came to, and what a name was before somebody changed it; of a path it holds the end.
    return named if spec == "auto" or spec in {entry.name for entry in store.entries("base")} else spec


def _of_checkpoint(run: Run | None, checkpoint: str | Path, device: str) -> Voice:
    """The voice that a training state is; nothing is written."""
    from ffvits.speak.torch_parts import TorchParts
    from ffvits.train.export import voice_of
    from ffvits.vits import VitsConfig

    if run is None:
        raise RunError("a checkpoint needs the run that it belongs to", cure="ffvits evaluate RUN", file=checkpoint)
    info, mapped = voice_of(run, checkpoint)
    # Copied: a training that goes on deletes old states, and Windows no file that is mapped.
    weights = {name: tensor.clone() for name, tensor in mapped.items()}
    parts = TorchParts.build(VitsConfig.from_dict(info.model), weights, device, "auto")
    return Voice(info, parts, info.reader())
