"""`ffvits compare`: several voices say the same sentences; one table of paired differences, one page to listen to."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ffvits import console
from ffvits.errors import FfvitsError, RunError
from ffvits.evaluate import measures
from ffvits.evaluate.evaluation import Evaluation, asked, judged, load_voice, look_for, make_writable, run_of
from ffvits.evaluate.hearing import file_name
from ffvits.evaluate.panel import Panel, alike
from ffvits.evaluate.sentences import spread
from ffvits.evaluate.statistics import Difference
from ffvits.evaluate.words import Language
from ffvits.files import path_of, write_text
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run

SURE = 0.05  # the chance of being wrong at which a difference is spoken of
# What is said of a difference: the measure that speaks for its group, and the words.
SPOKEN = {
    "cer": ("更清楚", "is clearer", "CER"),
    "tone_error": ("声调更准", "has better tones", "tone errors"),
    "foreign": ("口音更地道", "sounds less foreign", "foreign sounds"),
    "similarity": ("更像本人", "is more alike", "similarity"),
    "quality": ("更干净", "sounds cleaner", "DNSMOS"),
}
# Picking a base: nobody who is clearly less clear or less native, then whoever is most like the speaker.
CLEAR_WITHIN, NATIVE_WITHIN = 0.04, 0.04


@dataclass(frozen=True)
class Comparison:
    """Voices beside each other: `differences[a, b]` holds B - A of each measure."""

    evaluations: tuple[Evaluation, ...]
    names: tuple[str, ...]
    differences: Mapping[tuple[str, str], Mapping[str, Difference]]
    page: Path

    def words(self, language: Language = "zh") -> list[str]:
        """A sentence for each pair: who is better in what, where that is sure."""
        return [_told(a, b, found, language) for (a, b), found in self.differences.items()]

    def to_dict(self) -> dict[str, Any]:
        return {
            "voices": {
                name: measures.to_dict(evaluation.voice.figures)
                for name, evaluation in zip(self.names, self.evaluations, strict=True)
            },
            "differences": [
                {"a": a, "b": b, "b_minus_a": measures.to_dict(found)} for (a, b), found in self.differences.items()
            ],
            "words": {"zh": self.words("zh"), "en": self.words("en")},
            "page": str(self.page),
        }


def compare(
    targets: Sequence[str | Path],
    *,
    out: str | Path = "comparison",
    speaker: str | None = None,
    sentences: int = 100,
    seed: int = 1,
    device: str = "cpu",
    offline: bool = False,
) -> Comparison:
    """Judges every voice on the same sentences and writes `comparison.html` and `comparison.json` into `out`.

    A target is what `evaluate` takes. Raises FfvitsError if there are fewer than two, or one stands twice.
    """
    if len(targets) < 2:
        raise FfvitsError("there is nothing to compare", cure="name two runs, or one run and --bases a,b")
    names = _names(targets)
    spread(sentences)  # refuses less than one
    # A slip is told before the first of them has spoken for minutes.
    speakers = _speakers(targets, speaker, offline)
    folder = path_of(out)
    make_writable(folder)
    run = next((run for run in map(run_of, targets) if run is not None), None)
    panel = Panel((run.recipe() if run else Recipe()).label.transcribe, device, offline)
    evaluations = []
    for target, name, who in zip(targets, names, speakers, strict=True):
        place = _home(target, name, folder)
        wanted = asked(target, panel, against="none", out=place, speaker=who, sentences=sentences, seed=seed)
        console.stage(f"Judge {name}")
        evaluations.append(judged(wanted, panel))
    evaluations = _all_likened(evaluations)
    found = {
        (a, b): measures.differences(one.voice.verdicts, other.voice.verdicts, seed)
        for (a, one), (b, other) in itertools.combinations(zip(names, evaluations, strict=True), 2)
    }
    comparison = Comparison(tuple(evaluations), names, found, folder / "comparison.html")
    from ffvits.evaluate.page import write_page

    write_page(comparison)
    written = json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1)
    write_text(folder / "comparison.json", written + "\n")
    return comparison


def _speakers(targets: Sequence[str | Path], speaker: str | None, offline: bool) -> list[str | None]:
    """Who is to be heard of each voice: the speaker named, but of bases whose only one has no name.

    Raises FfvitsError or BaseError as `load_voice` does, also if none of the voices has names.
    """
    voices = [load_voice(target, None, device="cpu", offline=offline) for target in targets]
    if speaker is None:
        return [None] * len(voices)
    named = [bool(voice.speakers) for voice in voices]
    for target, voice, has_names in zip(targets, voices, named, strict=True):
        if has_names or not any(named):
            look_for(speaker, voice, target)
    return [speaker if has_names else None for has_names in named]


def _home(target: str | Path, name: str, folder: Path) -> Path:
    """Where what is heard of a voice is kept: with it, for the next time; in `folder` where that cannot be."""
    own = path_of(target)
    if own.is_dir():
        try:
            make_writable(own / "evaluation")
            return own
        except RunError as error:
            console.info(f"{error.located}: {name} is kept in {folder} instead")
    return folder / file_name(name)


def _all_likened(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """A voice without recordings of its own, a base for instance, is held against those of the first that has some."""
    real = next((evaluation.real for evaluation in evaluations if evaluation.real), None)
    if real is None:
        return list(evaluations)
    found = []
    for evaluation in evaluations:
        if evaluation.real is None:
            verdicts = alike(evaluation.voice.verdicts, real.verdicts, "similarity")
            evaluation = replace(evaluation, voice=replace(evaluation.voice, verdicts=tuple(verdicts)))
        found.append(evaluation)
    return found


def table(comparison: Comparison, language: Language = "en") -> None:
    """Shows each measure of each voice, and for two voices the paired difference."""
    zh = language == "zh"
    sides = [evaluation.voice.figures for evaluation in comparison.evaluations]
    pair = next(iter(comparison.differences.values())) if len(sides) == 2 else {}
    changes = ("差 [95 %]" if zh else "difference [95 %]", "p") if pair else ()
    rows = []
    for measure in measures.MEASURES:
        if not any(measure.name in side for side in sides):
            continue
        row = [measure.chinese if zh else measure.english]
        row += [measure.write(side[measure.name].value) if measure.name in side else "–" for side in sides]
        if pair:
            row += _difference_cells(measure, pair.get(measure.name))
        rows.append(row)
    console.table("", ("", *comparison.names, *changes), rows)


def _difference_cells(measure: measures.Measure, found: Difference | None) -> list[str]:
    if found is None:
        return ["–", "–"]
    return [f"{measure.write(found.value)} {measure.write_bounds(found.low, found.high)}", f"{found.p:.3f}"]


def _told(a: str, b: str, found: Mapping[str, Difference], language: Language) -> str:
    zh = language == "zh"
    said = []
    for name, (chinese, english, short) in SPOKEN.items():
        if name not in found or found[name].p >= SURE:
            continue
        measure, change = measures.BY_NAME[name], found[name]
        winner = b if (change.value < 0) == (measure.better == "low") else a
        gained = change.value if winner == b else -change.value
        sign = "+" if gained > 0 else "−"
        amount = f"{sign}{abs(gained):.2f}, p {'< 0.01' if change.p < 0.01 else f'= {change.p:.2f}'}"
        said.append(
            f"{winner} {chinese}（{measure.chinese} {amount}）" if zh else f"{winner} {english} ({short} {amount})"
        )
    if not said:
        return f"{a} 与 {b}：没有可靠的差别" if zh else f"{a} and {b}: no sure difference"
    return ("；" if zh else ", ").join(said)


def train_on_bases(target: str | Path, bases: Sequence[str], steps: int) -> list[Path]:
    """Trains the run's labelled clips briefly on each base, in `trials/<base>` of the run; gives the trials' folders.

    A finished trial is taken as it is. Raises what training raises; before any training, RunError if nothing is
    labelled or a clip's sound is gone, BaseError for a base that is not there or cannot serve, and FfvitsError for
    less than one step.
    """
    from ffvits.base.load import check_base, settled
    from ffvits.train import train

    if steps < 1:  # 0 is a recipe's word for as many as it takes
        raise FfvitsError(f"{steps} steps are no trial", cure="give --steps 1 or more")
    run = Run.open(target)
    for base in bases:
        check_base(base, start_from=run.recipe().train.start_from)
    gone = [clip for clip in run.clips() if clip.kept and not run.path(clip).is_file()]
    if gone:
        raise RunError(
            f"the sound of {counted(len(gone), 'clip')} is not there",
            cure="write it again with: ffvits label",
            file=run.audio,
        )
    folders = []
    for base, short in zip(bases, _names(bases), strict=True):
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in short)
        folder = run.folder / "trials" / name
        told = {"base": settled(base), "train.steps": steps, "train.until": "steps", "out": str(folder)}
        recipe = run.recipe().override(told)
        trial = Run.create(folder, recipe)
        shutil.copy2(run.clips_file, trial.clips_file)
        shutil.copytree(run.audio, trial.audio, dirs_exist_ok=True)
        console.stage(f"Trial of {base}")
        with trial.locked():
            train(recipe, trial)
        folders.append(folder)
    return folders


def best_base(evaluations: Mapping[str, Evaluation]) -> tuple[str, str]:
    """The base to go on with, and why.

    The rule: out with every base whose character error rate is more than 4 points above the lowest, or whose tone
    errors are; of the rest, the one most like the speaker (where no recording was held out: the clearest).
    """
    figures = {name: evaluation.voice.figures for name, evaluation in evaluations.items()}
    values = {name: {key: f.value for key, f in found.items()} for name, found in figures.items()}
    clearest = min(v["cer"] for v in values.values())
    most_native = min(v["tone_error"] for v in values.values())
    left = {
        name: v
        for name, v in values.items()
        if v["cer"] <= clearest + CLEAR_WITHIN and v["tone_error"] <= most_native + NATIVE_WITHIN
    } or {name: v for name, v in values.items() if v["cer"] <= clearest + CLEAR_WITHIN}
    chosen = max(left, key=lambda name: (left[name].get("similarity", 0.0), -left[name]["cer"]))
    found = values[chosen]
    why = f"CER {found['cer']:.2f}, tone errors {found['tone_error']:.2f}"
    if "similarity" in found:
        why += f", similarity {found['similarity']:.2f}"
    return chosen, f"{why}; of {len(left)} of {len(values)} bases that are clear and native enough, the most alike"


def _names(targets: Sequence[str | Path]) -> tuple[str, ...]:
    """Short names that tell the targets apart. Raises FfvitsError if two of them are one."""
    if len({_place(target) for target in targets}) < len(targets):
        raise FfvitsError("the same voice stands twice", cure="name each voice once")
    short = [path_of(target).name or str(target) for target in targets]
    if len(set(short)) == len(short):
        return tuple(short)
    return tuple(str(target) for target in targets)


def _place(target: str | Path) -> str:
    """What two ways of naming one voice have in common: where it lies, or the name of a base."""
    path = path_of(target)
    if not path.exists():
        return str(target)
    return str((path / "voice" if (path / "recipe.yaml").is_file() else path).resolve())
