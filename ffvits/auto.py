"""The main job: a folder of raw recordings becomes a voice that speaks. `python -m ffvits.auto ./raw_clips`"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffvits import console
from ffvits.clip import Clip
from ffvits.errors import BaseError, FfvitsError, RecipeError, TrainError
from ffvits.files import path_of, replacing
from ffvits.recipe import Recipe
from ffvits.recipe import options as every_option
from ffvits.recipe_file import or_nearest
from ffvits.run import Run

if TYPE_CHECKING:
    from ffvits.train import Trained

LABEL_STAGES = ("ingest", "repair", "separate", "denoise", "segment", "transcribe", "screen")
STAGES = (*LABEL_STAGES, "train", "report")
TRIAL_STEPS, TRIAL_SENTENCES = 200, 30  # by which several bases are compared
SEEN_IN_LABELS = ("label.", "train.held_out", "speaker", "layout")  # fields that a training alone does not act on
# What training refuses a recipe with, before its first step: no network, or a clip's text, is not the recipe's fault.
_REFUSALS = (BaseError, RecipeError)


@dataclass(frozen=True)
class Made:
    """What one run came to; `voice` and `report` are None if it stopped before them."""

    run: Path
    voice: Path | None
    report: Path | None
    clips: tuple[Clip, ...]
    verdict: str = ""

    @property
    def kept(self) -> tuple[Clip, ...]:
        return tuple(clip for clip in self.clips if clip.kept)

    @property
    def kept_minutes(self) -> float:
        return sum(clip.seconds for clip in self.kept) / 60


def make_voice(
    input: str | Path | None = None,
    *,
    recipe: str | Path | Recipe | None = None,
    until: str = "report",
    bases: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Made:
    """Makes a voice from a folder of raw recordings, going on where an earlier call in the same run folder stopped.

    `fields` are the recipe's top-level options (`base=`, `speaker=`, `out=`, `device=` …), `options` any of them by
    dotted name (`{"train.steps": 200}`); both override `recipe`. `until` names the last stage to run (`STAGES`). Of
    several `bases` each is trained for `TRIAL_STEPS`, judged, and the best by `ffvits.evaluate.comparison.best_base`
    is taken.
    Raises FfvitsError naming cause and cure.
    """
    if until not in STAGES:
        raise RecipeError(f"there is no stage {until!r}", cure=f"one of: {', '.join(STAGES)}")
    if isinstance(bases, str):  # each of its letters would be one
        raise RecipeError("bases takes several names", cure=f"give a list: bases=[{bases!r}]")
    if len(bases) == 1:
        options = {**(options or {}), "base": bases[0]}
    resolved = resolve(input, recipe=recipe, options=options, **fields)
    told = "base" in {*fields, *(options or {})}
    if until not in LABEL_STAGES:
        _look_at_training(resolved)
    if until not in LABEL_STAGES or told:
        for base in bases or [resolved.base]:  # a slip is told now, not after labelling
            base_on_disk(resolved, base)
            if until not in LABEL_STAGES:
                _fetch(resolved, base)
    from ffvits.label import label

    with Run(Path(resolved.out)).locked():
        run = Run.create(resolved.out, resolved)
        clips = label(resolved, run, until=until)
        if until in LABEL_STAGES:
            return Made(run.folder, None, None, tuple(clips))
        if len(bases) > 1:
            resolved = _with_best_base(resolved, run, bases)
        trained = train_run(resolved, run, report=until == "report")
        if until == "train":
            return Made(run.folder, run.voice, None, tuple(run.clips()), trained.verdict)
        console.stage("Done")
        console.info(f"voice:  {run.voice}")
        console.info(f"report: {run.report}")
        console.info(f'speak:  ffvits say "你好" --voice {console.typed(run.folder)}')
        return Made(run.folder, run.voice, run.report, tuple(run.clips()), trained.verdict)


def train_run(recipe: Recipe, run: Run, *, as_base: bool = False, report: bool = True) -> Trained:
    """Trains a labelled run that the caller holds by `recipe`, which it goes by from then on, and writes the report.

    A base for others gets no report: it may have hundreds of voices. Raises what training raises; where that refuses
    the recipe, the run goes by its earlier one again.
    """
    from ffvits.base.load import check_base, settled
    from ffvits.train import train
    from ffvits.train.ranks import started_first

    recipe = recipe.override({"input": _settled_input(recipe.input), "base": settled(recipe.base)})
    check_base(recipe.base, out=run.folder, start_from=recipe.train.start_from)
    first = started_first()  # under torchrun the first process writes the recipe and the report for all
    report = report and first and not as_base
    if first:
        _tell_of_labelling(run, recipe)
    if first and run.clips_file.is_file():
        _renew_tables(run)
    try:
        with _taken_up(run, recipe) if first else nullcontext():
            trained = train(recipe, run, as_base=as_base)
    except TrainError:
        if report and not any(clip.kept for clip in run.clips()):
            _report(run)  # it says why each clip was rejected
        raise
    if report:
        _report(run)
    if first and not as_base:
        _tell_of_exports(run)
    return trained


def _tell_of_labelling(run: Run, recipe: Recipe) -> None:
    """Names what the recipe says otherwise than the run's own and what only another labelling will show."""
    earlier = run.recipe()
    fields = (name for name, _, _ in every_option() if name.startswith(SEEN_IN_LABELS))
    if changed := [name for name in fields if attrgetter(name)(earlier) != attrgetter(name)(recipe)]:
        again = f"ffvits label {console.typed(recipe.input or 'RECORDINGS')} --out {console.typed(run.folder)}"
        console.warn(f"{', '.join(changed)} will show in the clips when they are labelled again: {again}")


def choose_voice(run: Run, said: str | Path | int, *, as_base: bool = False) -> None:
    """Makes a training state of a run that the caller holds its voice, and writes the report; trains nothing.

    It is `said` by its step, its file's name or its path, and stays the voice until training goes on; "best" leaves it
    to the looks again. A base for others (`as_base`) is written as `train_run` does. Raises RunError naming the states
    that there are, or TrainError.
    """
    from ffvits.train.export import choose

    choose(run, run.recipe(), said, keep_judge=as_base)
    if not as_base:
        _report(run)
        _tell_of_exports(run)


def _renew_tables(run: Run) -> None:
    """A person may have decided otherwise since the clips were labelled; a table that Excel holds ends no training."""
    from ffvits.label.finish import write_tables

    try:
        write_tables(run.clips(), run)
    except OSError as error:
        console.warn(f"{error.filename or run.folder} is not up to date: {error.strerror}")


def _tell_of_exports(run: Run) -> None:
    """Other programs, and whoever was given a bundle, go on speaking with the voice of before."""
    from ffvits.export.folder import holds_base, mark_of, outdated

    exports = run.folder / "exports"
    if left := [name for name in outdated(exports, mark_of(run.voice)) if not holds_base(exports / name, run)]:
        console.warn(
            f"{exports} still holds the voice of before: {', '.join(left)}; "
            f"ffvits export {console.typed(run.folder)} --to … writes the new one"
        )


def _report(run: Run) -> None:
    from ffvits.report import write_report

    write_report(run)


@contextmanager
def _taken_up(run: Run, recipe: Recipe) -> Iterator[None]:
    """The run goes by `recipe`; by its earlier one again where this one is refused, so that a slip is made once."""
    earlier = run.recipe_file.read_bytes()
    run.create(run.folder, recipe)
    try:
        yield
    except _REFUSALS:
        with replacing(run.recipe_file) as temporary:
            temporary.write_bytes(earlier)
        raise


def _with_best_base(recipe: Recipe, run: Run, bases: Sequence[str]) -> Recipe:
    """The recipe with that of several bases which comes out best after a short training."""
    from ffvits.evaluate.comparison import best_base, train_on_bases
    from ffvits.evaluate.evaluation import asked, judged
    from ffvits.evaluate.panel import Panel

    trials = train_on_bases(run.folder, bases, TRIAL_STEPS)
    panel = Panel(recipe.label.transcribe, recipe.device, recipe.offline)
    wanted = {"against": "none", "sentences": TRIAL_SENTENCES, "seed": recipe.seed}
    found = {base: judged(asked(trial, panel, **wanted), panel) for base, trial in zip(bases, trials, strict=True)}
    chosen, why = best_base(found)
    console.info(f"base {chosen}: {why}")
    chosen_recipe = recipe.override({"base": chosen})
    Run.create(run.folder, chosen_recipe)
    return chosen_recipe


def resolve(
    input: str | Path | None = None,
    *,
    recipe: str | Path | Recipe | None = None,
    options: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Recipe:
    """One complete recipe from a file, options and defaults; a run folder is named where none is given, and the
    recordings and a base on this disk by their whole paths: what a run remembers holds from every folder.

    Without a `recipe`, what an earlier call told the run folder stays (see `going_on`); where an earlier run of these
    recordings would be left for a new one that nobody named, a warning says so. Raises RecipeError for an
    unknown option or Whisper model, a missing input folder or one that is a run folder, an earlier recipe of the run
    that cannot be read, and where the run folder that would be taken for its name is another character's.
    """
    from ffvits.base.load import settled

    chosen = recipe if isinstance(recipe, Recipe) else Recipe.load(recipe) if recipe is not None else Recipe()
    named = {name: str(value) if isinstance(value, Path) else value for name, value in fields.items()}
    told = {name: value for name, value in named.items() if value is not None} | dict(options or {})
    if input is not None:
        told = {"input": str(input)} | told
    chosen = chosen.override(told)
    if not chosen.input:
        raise RecipeError("no folder of recordings is named", cure="ffvits auto ./raw_clips, or input: in the recipe")
    folder = path_of(chosen.input)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        cure = "name the folder that holds them"
        if min(chosen.input) < " ":  # "D:\new" holds a line break
            cure = "in double quotes YAML takes \\n and \\t for special signs: use single quotes, or write /"
        raise RecipeError(f"the folder of recordings {what}", cure=cure, file=folder)
    if _is_begun(Run(folder)):
        raise RecipeError(
            "this is a run folder, not one of recordings",
            cure=f"to train it, or go on: ffvits train {console.typed(folder)}; "
            f"to label again: ffvits auto {_input_of(folder)}",
            file=folder,
        )
    name = re.sub(r'[<>:"/\\|?*\s]+', "_", chosen.speaker or folder.resolve().name).strip("._") or "voice"
    out = path_of(chosen.out or Path("runs") / name)
    if out.resolve() == folder.resolve():
        raise RecipeError(
            "the run would lie among its own recordings", cure=f"another folder for it: --out runs/{name}", file=out
        )
    Run(out).check_place()
    if Run(out).recipe_file.is_file():
        try:
            earlier = Run(out).recipe()
        except RecipeError:
            if recipe is None:  # a slip made by hand, or what a newer version wrote: not to be written over in silence
                raise
        else:
            ours = _is_of(earlier, chosen)
            if Run(out).clips_file.is_file() and not ours:
                _refuse_another(chosen, out, earlier)
            if recipe is None and (ours or Run(out).clips_file.is_file()):
                chosen = going_on(earlier).override({"input": chosen.input, **told})
    elif not chosen.out:
        _tell_of_another(out, folder)
    _look_for_whisper(chosen)
    return chosen.override({"input": _settled_input(chosen.input), "out": str(out), "base": settled(chosen.base)})


def _settled_input(input: str) -> str:
    """The folder of recordings as a run remembers it, if it is there: see `ffvits.base.load.settled`."""
    folder = path_of(input)
    return str(folder.absolute()) if input and folder.is_dir() else input


def base_on_disk(recipe: Recipe, base: str | None = None) -> Path | None:
    """The file of the recipe's base (or of another one) if it lies on this disk, None where it is to be fetched.

    Raises BaseError for one that is not there, could not serve, or is what the run itself will overwrite.
    """
    from ffvits.base.load import check_base

    return check_base(base or recipe.base, out=Path(recipe.out), start_from=recipe.train.start_from)


def _look_at_training(recipe: Recipe) -> None:
    """Raises RecipeError now, not after labelling, for a training that no clips and no base make possible."""
    from ffvits.device import choose_device
    from ffvits.train.plan import make_plan

    make_plan(recipe.train, device=choose_device(recipe.device), clips=1, small=True, judge=False)


def _fetch(recipe: Recipe, base: str) -> None:
    """Fetches a base of the manifest: who cannot reach it is told now. Raises DownloadError or BaseError."""
    from ffvits import store
    from ffvits.base import load_base

    if base in {entry.name for entry in store.entries("base")}:
        load_base(base, offline=recipe.offline)


def _look_for_whisper(recipe: Recipe) -> None:
    from ffvits import store

    model = recipe.label.transcribe.model
    names = [entry.name.removeprefix("whisper-") for entry in store.entries("asr")]
    known = [name for name in names if not name.endswith("-openai")]
    if model not in known and not (model and path_of(model).is_dir()):  # "" would be the working folder
        raise RecipeError(
            f"label.transcribe.model: there is no Whisper {model!r}", cure=f"{or_nearest(model, known)}, or a folder"
        )


def going_on(recipe: Recipe) -> Recipe:
    """A run's recipe for who goes on with it, perhaps elsewhere: device and network are not what the run is about."""
    usual = Recipe()
    return replace(recipe, device=usual.device, offline=usual.offline)


def _is_of(earlier: Recipe, recipe: Recipe) -> bool:
    """Whether a run by `earlier` is one of this recipe's recordings and speaker; those that are gone were moved."""
    theirs, ours = (path_of(one.input) for one in (earlier, recipe))
    if earlier.input and theirs.is_dir() and theirs.resolve() != ours.resolve():
        return False
    return not (earlier.speaker and recipe.speaker and earlier.speaker != recipe.speaker)


def _refuse_another(recipe: Recipe, out: Path, earlier: Recipe) -> None:
    """Two folders of one name would share a run, and the second voice be made of the first one's clips.

    A run that is named goes on, with a warning.
    """
    theirs, ours = (path_of(one.input) for one in (earlier, recipe))
    found = f"this run was made of {theirs}, not of {ours}"
    if theirs.resolve() == ours.resolve() or not theirs.is_dir():
        found = f"this run's speaker is {earlier.speaker}, not {recipe.speaker}"
    if recipe.out:
        console.warn(f"{out}: {found}; going on in it, since it is named")
        return
    another = out.with_name(f"{ours.resolve().parent.name}_{out.name}")
    raise RecipeError(
        found,
        cure=f"a run of its own: --out {console.typed(another)}; "
        f"or, to go on in this one all the same: --out {console.typed(out)}",
        file=out,
    )


def _tell_of_another(out: Path, folder: Path) -> None:
    """Says that a new run would be made of recordings of which one beside it was: its flags are remembered there."""
    beside = [Run(file.parent) for file in out.parent.glob("*/recipe.yaml")]
    same = [run for run in beside if _is_begun(run) and _recordings_of(run) == folder.resolve()]
    if same:
        latest = max(same, key=lambda run: run.recipe_file.stat().st_mtime).folder
        console.warn(
            f"{out} is a new run, though {latest} was made of the same recordings; "
            f"to go on in that one: --out {console.typed(latest)}"
        )


def _is_begun(run: Run) -> bool:
    """Whether a folder is one of a run on which work was done, not only a recipe's."""
    return run.recipe_file.is_file() and (run.clips_file.exists() or (run.folder / "cache").exists())


def _recordings_of(run: Run) -> Path | None:
    """The folder that a run was made of; None where it does not say, or says what this ffvits cannot read."""
    try:
        input = run.recipe().input
    except RecipeError:
        return None
    return path_of(input).resolve() if input else None


def _input_of(folder: Path) -> str:
    """What a run's recordings are named in its recipe, as it is typed."""
    try:
        return console.typed(Run(folder).recipe().input or "RECORDINGS")
    except FfvitsError:
        return "RECORDINGS"


if __name__ == "__main__":
    from ffvits.cli import main

    raise SystemExit(main(["auto", *sys.argv[1:]]))
