"""Is the voice right, and which is better: evaluate, compare."""

from __future__ import annotations

import argparse

from ffvits import console
from ffvits.cli.flags import evaluation_flags, language
from ffvits.cli.verbs import Verb
from ffvits.errors import FfvitsError


def add(verb: Verb) -> None:
    """The verbs of this module, in the order of the help."""
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
    evaluation_flags(evaluate)

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
    evaluation_flags(compare)


def _evaluate(arguments: argparse.Namespace) -> int:
    from ffvits.evaluate.evaluation import evaluate, table

    names = ("checkpoint", "against", "out", "speaker", "sentences", "seed", "device", "offline")
    evaluation = evaluate(arguments.target, **{name: getattr(arguments, name) for name in names})
    if arguments.json:
        console.data(evaluation.to_dict())
        return 0
    table(evaluation, language(arguments))
    console.result("\n".join(evaluation.summary(language(arguments))))
    console.info(f"kept in {evaluation.folder}")
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    from ffvits.evaluate.comparison import compare, table, train_on_bases
    from ffvits.evaluate.sentences import spread

    if arguments.votes:
        return _votes(arguments)
    names = ("speaker", "sentences", "seed", "device", "offline")
    chosen = {name: getattr(arguments, name) for name in names}
    targets = list(arguments.targets)
    if arguments.bases:
        bases = [name.strip() for name in arguments.bases.split(",") if name.strip()]
        if len(bases) * len(targets) < 2:
            raise FfvitsError("there is nothing to compare", cure="name one run and two bases or more: --bases a,b")
        spread(arguments.sentences)  # refuses less than one, before a training that takes minutes
        targets = [trial for target in targets for trial in train_on_bases(target, bases, arguments.steps)]
    comparison = compare(targets, out=arguments.out, **chosen)
    if arguments.json:
        console.data(comparison.to_dict())
        return 0
    table(comparison, language(arguments))
    console.result("\n".join(comparison.words(language(arguments))))
    console.info(f"listen and vote: {comparison.page}")
    return 0


def _votes(arguments: argparse.Namespace) -> int:
    from ffvits.evaluate.votes import count

    found = count(arguments.votes)
    if arguments.json:
        console.data(found.to_dict())
        return 0
    console.result("\n".join(found.words(language(arguments))))
    return 0
