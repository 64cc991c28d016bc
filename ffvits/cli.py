"""The command line: one verb per thing a user does. It only reads arguments; the work is done by the library."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

from ffvits import console
from ffvits.errors import FfvitsError

# Flags that stand for one field of the recipe; every other field is reached by --set.
FLAGS = {
    "--base": ("base", "the voice to start from: a name of `ffvits bases`, a G_*.pth, or a folder"),
    "--speaker": ("speaker", "the character's name (a folder that holds one speaker)"),
    "--out": ("out", "the run folder (default: runs/<speaker>)"),
    "--layout": ("layout", "flat: one speaker; folders: one folder per speaker"),
    "--separator": ("label.separate.separator", "what removes music: auto, demucs or spleeter"),
    "--engine": ("label.transcribe.engine", "faster-whisper or openai-whisper; ray labels on a Ray cluster"),
    "--whisper": ("label.transcribe.model", "Whisper size: tiny, base, small, medium, large-v3 …"),
    "--steps": ("train.steps", "optimizer steps (default: chosen by the minutes of speech)"),
    "--minutes": ("train.minutes", "stop training after so many minutes"),
    "--batch-size": ("train.batch_size", "clips per step"),
    "--device": ("device", "auto, cpu, cuda or mps"),
    "--seed": ("seed", "start of every random choice"),
}

PLACES = ("local", "ray")  # where labelling is done, which `--engine` may also name


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; its exit status is 0 done, 1 a negative verdict, 2 an error with a cure, 130 stopped."""
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if arguments.verb is None:
        parser.print_help()
        return 0
    console.quiet(arguments.quiet)
    try:
        return arguments.run(arguments) or 0
    except FfvitsError as error:
        where = "" if not error.file else f"{error.file}:{error.line}: " if error.line else f"{error.file}: "
        console.error(where + error.message, error.cure)
        return 2
    except KeyboardInterrupt:
        console.error("stopped", "the same command goes on from here")
        return 130
    except ModuleNotFoundError as error:
        if (error.name or "ffvits").partition(".")[0] == "ffvits":
            raise
        console.error(
            f"the package {error.name!r} is not installed", 'install the rest with: pip install "ffvits[all]"'
        )
        return 2
    finally:
        console.quiet(False)  # a program that calls this is not silenced for good


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, without importing anything that it will need."""
    from ffvits import __version__

    parser = argparse.ArgumentParser(
        prog="ffvits", description="From a folder of raw recordings of a character to a voice that speaks Chinese."
    )
    parser.add_argument("--version", action="version", version=f"ffvits {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs (each has --help with examples)")

    def verb(name: str, run: Callable[[argparse.Namespace], int | None], help: str, *examples: str):
        added = verbs.add_parser(
            name,
            help=help,
            description=help[0].upper() + help[1:] + ".",
            epilog="examples:\n" + "\n".join(f"  {example}" for example in examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.add_argument("-q", "--quiet", action="store_true", help="show results and errors only")
        added.set_defaults(run=run)
        return added

    auto = verb(
        "auto",
        _auto,
        "recordings in, a speaking voice out: label, train, report",
        "ffvits auto ./raw_clips --base biaobei",
        "ffvits auto ./raw_clips --speaker 派蒙 --dry-run",
        "ffvits auto --recipe recipes/paimon.yaml --set label.segment.max_seconds=10",
        "ffvits auto ./raw_clips --until screen        # label only, look at clips.jsonl, run again without --until",
    )
    _recipe_flags(auto)
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
    _recipe_flags(label)
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
        "train a labelled run folder, or go on training it",
        "ffvits train runs/paimon",
        "ffvits train runs/paimon --steps 2000 --device cuda",
    )
    train.add_argument("folder", metavar="RUN", help="a run folder that holds clips.jsonl")
    _recipe_flags(train, with_input=False)

    pretrain = verb(
        "pretrain",
        _pretrain,
        "train a base from a labelled corpus of one or many voices",
        "ffvits pretrain runs/corpus --recipe recipes/pretrain-mandarin-lite.yaml",
        "ffvits pretrain runs/corpus --set train.from_scratch=true --steps 20000",
    )
    pretrain.add_argument("folder", metavar="RUN", help="a run folder that holds the corpus and its clips.jsonl")
    pretrain.add_argument("--recipe", metavar="YAML", help="how to train (default: the run's own recipe)")
    _recipe_flags(pretrain, with_input=False)

    say = verb(
        "say",
        _say,
        "speak a text with a finished voice, or with a base that is one",
        'ffvits say "你好，今天是2024年5月1日。" --voice runs/paimon',
        'ffvits say "你好" --voice mandarin-lite --out hello.wav --speed 1.2 --seed 7',
        "ffvits say --file novel.txt --voice runs/paimon --out novel.wav",
    )
    say.add_argument("text", nargs="?", help="what to say")
    say.add_argument("--file", help="read the text from a UTF-8 file (- for standard input)")
    say.add_argument(
        "--voice", default="mandarin-lite", help="a run folder, its voice/ folder, or a base (%(default)s)"
    )
    say.add_argument("--speaker", help="which speaker of a voice that has several")
    say.add_argument("--out", default="speech.wav", help="the file to write: wav or flac (%(default)s)")
    say.add_argument("--speed", type=float, default=None, help="2 speaks twice as fast")
    say.add_argument("--noise", type=float, default=None, help="variety of the voice; lower is steadier")
    say.add_argument("--noise-w", type=float, default=None, help="variety of the rhythm; lower is steadier")
    say.add_argument("--seed", type=int, default=None, help="the same seed gives the same samples")
    say.add_argument("--pause", type=float, default=None, help="seconds of silence after a sentence")
    say.add_argument("--backend", choices=("torch", "onnx"), help="default: what the voice's folder holds")
    say.add_argument("--device", default="cpu", help="cpu, cuda or mps (%(default)s)")

    export = verb(
        "export",
        _export,
        "write a finished voice for other programs",
        "ffvits export runs/paimon --to all",
        "ffvits export runs/paimon --to onnx --precision int8",
        "ffvits export runs/paimon --to original bundle --out shared/paimon",
    )
    export.add_argument("source", metavar="RUN", help="a run folder, its voice/ folder, or a base")
    export.add_argument(
        "--to",
        nargs="+",
        required=True,
        metavar="TARGET",
        help="original, onnx, piper, bundle (see docs/exports.md), or all",
    )
    export.add_argument("--out", help="the folder for the exports (default: RUN/exports)")
    export.add_argument(
        "--precision", default="float32", help="of the ONNX files: float32, float16 or int8 (%(default)s)"
    )
    export.add_argument("--offline", action="store_true", help="never download")
    export.add_argument("--json", action="store_true", help="print what was written as JSON")

    serve = verb(
        "serve",
        _serve,
        "speak over HTTP: OpenAI's and vits-simple-api's endpoints, for every voice in a folder",
        "ffvits serve runs",
        "ffvits serve runs --host 0.0.0.0 --rate 60        # with FFVITS_API_KEY set",
    )
    serve.add_argument("folder", metavar="RUNS_FOLDER", help="a folder of runs, a run, or a voice folder")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (%(default)s: this machine only)")
    serve.add_argument("--port", type=int, default=23456, help="the port to listen at (%(default)s)")
    serve.add_argument("--api-key", default="", metavar="KEY", help="let in only who sends it (or: FFVITS_API_KEY)")
    serve.add_argument("--rate", type=int, default=0, help="requests a minute for each client (0: any number)")
    serve.add_argument("--queue", type=int, default=64, help="requests admitted at once (%(default)s)")
    serve.add_argument("--patience", type=float, default=60, help="seconds that a request may take (%(default)s)")
    serve.add_argument("--max-text", type=int, default=4096, help="characters of one request (%(default)s)")
    serve.add_argument("--workers", type=int, default=0, help="requests spoken at once (0: one for each core)")
    serve.add_argument("--batch", type=int, default=0, help="phrases computed in one batch (0: as the device likes it)")
    serve.add_argument("--device", default="cpu", help="cpu, cuda or mps (%(default)s)")

    web = verb(
        "web",
        _web,
        "one page for a run: review its clips, train, listen",
        "ffvits web runs/paimon",
        "ffvits web runs/paimon --port 8000 --no-browser",
    )
    web.add_argument("folder", metavar="RUN", help="a run folder")
    web.add_argument("--host", default="127.0.0.1", help="the address to listen at (%(default)s: this machine only)")
    web.add_argument("--port", type=int, default=23457, help="the port to listen at (%(default)s)")
    web.add_argument("--no-browser", action="store_true", help="do not open the page")

    evaluate = verb(
        "evaluate",
        _evaluate,
        "measure a voice: is it clear, native, like the speaker, clean and fast",
        "ffvits evaluate runs/paimon",
        "ffvits evaluate runs/paimon --checkpoint step-00000400.pt --against biaobei",
        "ffvits evaluate mandarin-lite --sentences 30 --language en",
    )
    evaluate.add_argument("target", metavar="RUN", help="a run folder, a voice/ folder, or a base")
    evaluate.add_argument("--checkpoint", help="a training state of the run (step-*.pt) instead of its finished voice")
    evaluate.add_argument(
        "--against", metavar="BASE", help="the base to compare with (default: the run's own; or none)"
    )
    evaluate.add_argument("--out", help="where evaluation/ is written (default: the run folder)")
    _evaluation_flags(evaluate)

    compare = verb(
        "compare",
        _compare,
        "put voices side by side: one table, one page to listen and to vote",
        "ffvits compare runs/a runs/b",
        "ffvits compare runs/paimon --bases biaobei,mandarin-lite --steps 200",
        "ffvits compare --votes votes.json",
    )
    compare.add_argument("targets", nargs="*", metavar="RUN", help="run folders, voice/ folders or bases")
    compare.add_argument("--bases", help="train the run's clips briefly on each of these: biaobei,cje,mandarin-lite")
    compare.add_argument("--steps", type=int, default=200, help="steps of each such training (%(default)s)")
    compare.add_argument("--votes", nargs="+", metavar="JSON", help="only count what listeners saved on the page")
    compare.add_argument("--out", default="comparison", help="the folder to write (%(default)s)")
    _evaluation_flags(compare)

    text = verb(
        "text",
        _text,
        "show how a text is read: each step from characters to symbols",
        'ffvits text "今天是2024年5月1日，他在银行{hang2}行走。" --explain',
        'ffvits text "你好" --front-end bopomofo',
    )
    text.add_argument("text", help="what to read")
    text.add_argument("--front-end", default="mandarin-lite", help="how a base wants its text (%(default)s)")
    text.add_argument("--explain", action="store_true", help="show every step")
    text.add_argument("--cleaned", action="store_true", help="write the symbols as other programs take ready text")

    inspect = verb(
        "inspect",
        _inspect,
        "say what a checkpoint is, and whether it can be a base",
        "ffvits inspect G_0.pth",
        "ffvits inspect G_latest.pth config.json --json",
    )
    inspect.add_argument("file", help="a .pth, .pt, .ckpt or .safetensors")
    inspect.add_argument("config", nargs="?", help="the config.json that should belong to it")
    inspect.add_argument("--json", action="store_true", help="print the findings as JSON")

    bases = verb("bases", _bases, "list the bases that ffvits knows", "ffvits bases", "ffvits bases --json")
    bases.add_argument("--json", action="store_true", help="print the list as JSON")
    return parser


def _evaluation_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sentences", type=int, default=100, help="how many of the 100 test sentences (%(default)s)")
    parser.add_argument("--speaker", help="which speaker of a voice that has several")
    parser.add_argument("--seed", type=int, default=1, help="start of every random choice (%(default)s)")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or mps (%(default)s)")
    parser.add_argument("--language", choices=("zh", "en"), default="zh", help="of the summary (%(default)s)")
    parser.add_argument("--offline", action="store_true", help="never download")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def _recipe_flags(parser: argparse.ArgumentParser, with_input: bool = True) -> None:
    if with_input:
        parser.add_argument("input", nargs="?", help="the folder of raw recordings")
        parser.add_argument("--recipe", metavar="YAML", help="a character's recipe; the flags below override it")
    for flag, (name, help) in FLAGS.items():
        parser.add_argument(flag, dest=name, metavar=name.rpartition(".")[2].upper(), help=help)
    parser.add_argument("--offline", action="store_true", default=None, help="never download")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="any field of the recipe, by its dotted name"
    )


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The recipe fields that were given as flags."""
    names = [name for name, _ in FLAGS.values()] + ["offline"]
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    if given.get("label.transcribe.engine") in PLACES:
        given["label.engine"] = given.pop("label.transcribe.engine")
    for setting in arguments.set:
        name, equals, value = setting.partition("=")
        if not equals:
            raise FfvitsError(f"--set {setting}: there is no '='", cure="write it as --set train.steps=200")
        given[name.strip()] = _yaml_value(setting, value)
    return given


def _yaml_value(setting: str, value: str) -> Any:
    """`--set` values read as YAML does, so that lists and tables can be given too."""
    import yaml

    try:
        return yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise FfvitsError(f"--set {setting}: the value is not valid YAML", cure="quote it") from error


def _auto(arguments: argparse.Namespace) -> int:
    from ffvits.auto import make_voice, resolve

    if arguments.dry_run:
        from ffvits.plan import plan

        planned = plan(resolve(arguments.input, recipe=arguments.recipe, options=_options(arguments)))
        console.result(json.dumps(planned.to_dict(), ensure_ascii=False) if arguments.json else planned.text())
        return 0
    made = make_voice(arguments.input, recipe=arguments.recipe, until=arguments.until, options=_options(arguments))
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
        console.result(json.dumps(outcome, ensure_ascii=False))
    return 0


def _label(arguments: argparse.Namespace) -> int:
    from ffvits.auto import make_voice, resolve

    if arguments.diff:
        from ffvits.label import difference
        from ffvits.run import Run

        recipe = resolve(arguments.input, recipe=arguments.recipe, options=_options(arguments))
        run = Run.open(recipe.out)
        with run.locked():
            found = difference(recipe, run)
        for change in found:
            console.result(str(change))
        console.info(f"{len(found)} changes" if found else "nothing would change")
        return 0
    made = make_voice(arguments.input, recipe=arguments.recipe, until="screen", options=_options(arguments))
    console.info(f"labels: {made.run / 'clips.jsonl'}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from ffvits.label.check import check

    found = check(arguments.input, offline=arguments.offline)
    console.result(json.dumps(found.to_dict(), ensure_ascii=False) if arguments.json else found.text())
    return 0 if found.go else 1


def _train(arguments: argparse.Namespace, recipe_file: str | None = None, *, keep_judge: bool = False) -> int:
    from contextlib import nullcontext

    from ffvits.recipe import Recipe
    from ffvits.run import Run
    from ffvits.train import train
    from ffvits.train.ranks import started_first

    run = Run.open(arguments.folder)
    given = Recipe.load(recipe_file) if recipe_file else run.recipe()
    recipe = given.override({**_options(arguments), "out": arguments.folder})
    with run.locked() if started_first() else nullcontext():  # under torchrun the first process holds it for all
        train(recipe, Run.create(arguments.folder, recipe), keep_judge=keep_judge)
    return 0


def _pretrain(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ffvits.export import export
    from ffvits.train.ranks import started_first

    folder = Path(arguments.folder)
    _train(arguments, arguments.recipe, keep_judge=True)
    if not started_first():
        return 0
    written = export(folder, ["bundle"])
    console.result(f"{written[0].folder}  (a base: ffvits auto ./raw_clips --base {written[0].folder})")
    return 0


def _say(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ffvits.voice import Voice, read_text

    if (arguments.text is None) == (arguments.file is None):
        raise FfvitsError("nothing to say, or twice", cure='give a text, or --file: ffvits say "你好"')
    text = arguments.text if arguments.file is None else read_text(arguments.file)
    voice = Voice.load(arguments.voice, backend=arguments.backend, device=arguments.device)
    chosen = {name: getattr(arguments, name) for name in ("speaker", "speed", "noise", "noise_w", "seed", "pause")}
    seconds = voice.save(Path(arguments.out), text, **{k: v for k, v in chosen.items() if v is not None})
    console.result(f"{arguments.out}  {seconds:.2f} s")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from ffvits.export import TARGETS, export

    targets = list(TARGETS) if arguments.to == ["all"] else arguments.to
    written = export(
        arguments.source, targets, out=arguments.out, precision=arguments.precision, offline=arguments.offline
    )
    if arguments.json:
        rows = [{"target": w.target, "folder": str(w.folder), "bytes": w.size, "refused": w.refused} for w in written]
        console.result(json.dumps(rows, ensure_ascii=False))
    return 1 if any(one.refused for one in written) else 0


def _serve(arguments: argparse.Namespace) -> int:
    import os
    from pathlib import Path

    from ffvits.serve import serve
    from ffvits.serve.settings import Settings

    names = ("host", "port", "rate", "queue", "patience", "max_text", "workers", "batch", "device")
    key = arguments.api_key or os.environ.get("FFVITS_API_KEY", "")
    serve(Settings(Path(arguments.folder), key=key, **{name: getattr(arguments, name) for name in names}))
    return 0


def _web(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ffvits.web import open_page

    open_page(Path(arguments.folder), host=arguments.host, port=arguments.port, browser=not arguments.no_browser)
    return 0


def _evaluate(arguments: argparse.Namespace) -> int:
    from ffvits.evaluate.evaluation import evaluate, table

    names = ("checkpoint", "against", "out", "speaker", "sentences", "seed", "device", "offline")
    evaluation = evaluate(arguments.target, **{name: getattr(arguments, name) for name in names})
    if arguments.json:
        console.result(json.dumps(evaluation.to_dict(), ensure_ascii=False))
        return 0
    table(evaluation, arguments.language)
    console.result("\n".join(evaluation.summary(arguments.language)))
    console.info(f"kept in {evaluation.folder}")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from ffvits.evaluate.comparison import compare, table, train_on_bases

    if arguments.votes:
        return _votes(arguments)
    names = ("speaker", "sentences", "seed", "device", "offline")
    chosen = {name: getattr(arguments, name) for name in names}
    targets = list(arguments.targets)
    if arguments.bases:
        bases = [name.strip() for name in arguments.bases.split(",") if name.strip()]
        if len(bases) * len(targets) < 2:
            raise FfvitsError("there is nothing to compare", cure="name one run and two bases or more: --bases a,b")
        targets = [trial for target in targets for trial in train_on_bases(target, bases, arguments.steps)]
    comparison = compare(targets, out=arguments.out, **chosen)
    if arguments.json:
        console.result(json.dumps(comparison.to_dict(), ensure_ascii=False))
        return 0
    table(comparison, arguments.language)
    console.result("\n".join(comparison.words(arguments.language)))
    console.info(f"listen and vote: {comparison.page}")
    return 0


def _votes(arguments: argparse.Namespace) -> int:
    from ffvits.evaluate.votes import count

    found = count(arguments.votes)
    if arguments.json:
        console.result(json.dumps(found.to_dict(), ensure_ascii=False))
        return 0
    console.result("\n".join(found.words(arguments.language)))
    return 0


def _text(arguments: argparse.Namespace) -> int:
    from ffvits.text import front_end

    reader = front_end(arguments.front_end)
    if arguments.explain:
        from ffvits.text.explain import explain

        for step in explain(arguments.text, reader):
            console.result(f"{step.stage}: {step.result}")
            for detail in step.details:
                console.result(f"    {detail}")
        return 0
    console.result(("" if arguments.cleaned else " ").join(reader.encode(arguments.text).symbols))
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    from ffvits.base import inspect

    found = inspect.inspect_checkpoint(arguments.file, arguments.config)
    console.result(json.dumps(found.to_json(), ensure_ascii=False) if arguments.json else inspect.describe(found))
    return 0 if found.usable else 1


def _bases(arguments: argparse.Namespace) -> int:
    from ffvits.base import catalogue

    if arguments.json:
        console.result(json.dumps(catalogue.listing(), ensure_ascii=False))
    else:
        console.result(catalogue.describe())
    return 0
