"""From recordings to a voice: auto, label, check, train, pretrain."""

from __future__ import annotations

import argparse
import sys

from ffvits import console
from ffvits.cli.flags import options, recipe_flags
from ffvits.cli.verbs import Verb
from ffvits.errors import FfvitsError
from ffvits.language import counted


def add(verb: Verb) -> None:
    """The verbs of this module, in the order of the help."""
    auto = verb(
        "auto",
        _auto,
        "recordings in, a speaking voice out: label, train, report",
        "ffvits auto ./raw_clips --base biaobei",
        "ffvits auto ./raw_clips --speaker 派蒙 --dry-run",
        "ffvits auto --recipe recipes/paimon.yaml --set label.segment.max_seconds=10",
        "ffvits auto ./raw_clips --until screen        # label only, look at clips.jsonl, run again without --until",
    )
    recipe_flags(auto)
    auto.add_argument("--until", metavar="STAGE", default="report", help="ingest … screen, train or report")
    auto.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    auto.add_argument("--json", action="store_true", help="print the outcome as JSON")

    label = verb(
        "label",
        _label,
        "cut, clean, transcribe and screen recordings, without training",
        "ffvits label ./raw_clips --speaker 派蒙",
        "ffvits label ./raw_clips --whisper small --separator demucs",
        "ffvits label ./raw_clips --engine ray                 # by the workers of a Ray cluster (RAY_ADDRESS)",
        "ffvits label ./raw_clips --whisper small --diff       # what that would change, and change nothing",
    )
    recipe_flags(label)
    label.add_argument("--diff", action="store_true", help="show what labelling again would change, and change nothing")

    check = verb(
        "check",
        _check,
        "listen into a folder for half a minute: can a voice be made of it?",
        "ffvits check ./raw_clips",
        "ffvits check ./raw_clips --json",
    )
    check.add_argument("input", help="the folder of raw recordings")
    check.add_argument("--offline", action="store_true", help="never download")
    check.add_argument("--json", action="store_true", help="print the findings as JSON")

    train = verb(
        "train",
        _train,
        "train a labelled run folder, or go on training it; writes the report too",
        "ffvits train runs/paimon",
        "ffvits train runs/paimon --steps 2000 --device cuda",
        "ffvits train runs/paimon --recipe recipes/paimon.yaml    # edited since",
        "ffvits train runs/paimon --voice 400                     # which pleases more than the best by the looks",
    )
    train.add_argument("folder", metavar="RUN", help="a run folder that holds clips.jsonl")
    _voice_flag(train)
    recipe_flags(train, with_input=False)

    pretrain = verb(
        "pretrain",
        _pretrain,
        "train a base from a labelled corpus of one or many voices",
        "ffvits pretrain runs/corpus --recipe recipes/pretrain-mandarin-lite.yaml",
        "ffvits pretrain runs/corpus --set train.from_scratch=true --steps 20000",
    )
    pretrain.add_argument("folder", metavar="RUN", help="a run folder that holds the corpus and its clips.jsonl")
    _voice_flag(pretrain)
    recipe_flags(pretrain, with_input=False)


def _voice_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--voice",
        metavar="STEP",
        help="train nothing; write the voice of a step whose checkpoint is there (400), or of the best so far (best)",
    )


def _auto(arguments: argparse.Namespace) -> int:
    from ffvits.auto import make_voice, resolve

    if arguments.dry_run:
        from ffvits.plan import plan

        recipe = resolve(arguments.input, recipe=arguments.recipe, options=options(arguments))
        planned = plan(recipe, arguments.until)
        if arguments.json:
            console.data(planned.to_dict())
        else:
            console.report(planned.text())
        return 0
    made = make_voice(arguments.input, recipe=arguments.recipe, until=arguments.until, options=options(arguments))
    if arguments.json:
        outcome = {
            "run": str(made.run),
            "voice": str(made.voice) if made.voice else None,
            "report": str(made.report) if made.report else None,
            "kept": len(made.kept),
            "rejected": len(made.clips) - len(made.kept),
            "kept_minutes": round(made.kept_minutes, 2),
            "verdict": made.verdict,
        }
        console.data(outcome)
    return 0


def _label(arguments: argparse.Namespace) -> int:
    from ffvits.auto import make_voice, resolve

    if arguments.diff:
        from ffvits.label import difference
        from ffvits.run import Run

        recipe = resolve(arguments.input, recipe=arguments.recipe, options=options(arguments))
        run = Run.open(recipe.out)
        with run.locked():
            found = difference(recipe, run)
        for change in found:
            console.result(change.told(lambda words: console.told(words, sys.stdout)))
        console.info(counted(len(found), "change") if found else "nothing would change")
        return 0
    made = make_voice(arguments.input, recipe=arguments.recipe, until="screen", options=options(arguments))
    console.info(f"labels: {made.run / 'clips.jsonl'}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ffvits.label.check import check

    found = check(arguments.input, offline=arguments.offline)
    if arguments.json:
        console.data(found.to_dict())
    else:
        console.report(found.text())
    return 0 if found.go else 1


def _train(arguments: argparse.Namespace, *, as_base: bool = False) -> int:
    from contextlib import nullcontext

    from ffvits.auto import choose_voice, going_on, train_run
    from ffvits.recipe import Recipe
    from ffvits.run import Run
    from ffvits.train.ranks import started_first

    run = Run.open(arguments.folder)
    if arguments.voice is not None:
        _refuse_settings(arguments)
        with run.locked():
            choose_voice(run, arguments.voice, as_base=as_base)
        return 0
    own = going_on(run.recipe())
    given = Recipe.load(arguments.recipe, over=own) if arguments.recipe else own
    recipe = given.override({**options(arguments), "out": arguments.folder})
    with run.locked() if started_first() else nullcontext():  # under torchrun the first process holds it for all
        train_run(recipe, run, as_base=as_base)
    return 0


def _refuse_settings(arguments: argparse.Namespace) -> None:
    """Raises FfvitsError for settings of a training beside --voice, which would come to nothing."""
    given = [name for name in options(arguments) if name not in ("device", "offline")]
    if arguments.recipe or given:
        raise FfvitsError(
            f"--voice trains nothing, and takes no settings: {', '.join(given or ['--recipe'])}",
            cure="leave them out, or train by them first, without --voice",
        )


def _pretrain(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ffvits.export import export
    from ffvits.train.ranks import started_first

    folder = Path(arguments.folder)
    _train(arguments, as_base=True)
    if not started_first():
        return 0
    (bundle,) = export(folder, ["bundle"])
    if bundle.refused:
        return 1
    console.result(f"{bundle.folder}  (a base: ffvits auto ./raw_clips --base {console.typed(bundle.folder)})")
    return 0
