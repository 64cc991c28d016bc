"""One training, from a labelled run and a base to the voice: model, judge and plan, the loop, and what comes of it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from ffvits import console
from ffvits.device import choose_device
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.train.course import Course, brings_judge, judge_kind, settle
from ffvits.train.dataset import Deck, Item
from ffvits.train.learner import Learner
from ffvits.train.loop import Loop
from ffvits.train.plan import Plan, make_plan
from ffvits.train.ranks import Ranks, joined
from ffvits.train.resume import resume
from ffvits.train.state import Progress

if TYPE_CHECKING:
    from ffvits.base import Adapted, Base
    from ffvits.vits import Discriminators, Vits

CHECKED = 12  # held-out clips looked at each time
FAR = 4.0  # semitones between them, from which on somebody should know
NAMED = 8  # speakers in a line of the console


@dataclass(frozen=True)
class Trained:
    """What training came to, in numbers and in words."""

    progress: Progress
    verdict: str


def train(recipe: Recipe, run: Run, *, as_base: bool = False) -> Trained:
    """Fine-tunes the recipe's base on the run's kept clips and writes the voice; goes on where it stopped.

    With `as_base` it is a base for others to train from: the discriminator lies beside it, and where there is one voice
    only, it needs no name.
    Under torchrun all processes call this; the first one writes. Raises BaseError, TextError or TrainError naming
    cause and cure.
    """
    device = choose_device(recipe.device)
    with joined(device) as ranks:
        if not ranks.first:
            console.quiet()
        return _train(recipe, run, device, ranks, as_base)


def _train(recipe: Recipe, run: Run, device: str, ranks: Ranks, as_base: bool) -> Trained:
    from ffvits.train.export import describe, write_voice

    console.stage("Train")
    with ranks.first_goes_first():
        course = settle(recipe, run, as_base)
    base, items = course.base, course.items
    plan = _plan(recipe, course, device)
    _announce(plan, course)
    torch.manual_seed(recipe.seed)
    adapted, model = _model(recipe, course)
    judge = _judge(recipe, base) if plan.adversary else None
    new = adapted.report.created_names()
    learner = Learner(
        model, base.audio, plan, new=new, judge=judge, seed=recipe.seed, octaves=course.octaves, ranks=ranks
    )
    with ranks.first_goes_first():
        progress = resume(run, learner, course.identity)
    deck = Deck(items, plan.batch_size, recipe.seed, course.readings, course.share if course.readings else 0.0)
    seconds = 60 * _minutes(items, base)
    held_out = _looked_at(course.held_out)
    voice = describe(run, recipe, base, adapted, course.reader, course.table, course.octaves)
    loop = Loop(run, learner, deck, held_out, recipe, course.identity, voice, course.reader, seconds)
    progress = loop.go(progress)
    verdict = loop.close(progress)
    if ranks.first:
        report = replace(adapted.report, speakers=tuple(course.table), read_along=course.voices)
        report.save(run.folder / "surgery.json")
        write_voice(run, voice, course.identity, keep_judge=as_base)
    return Trained(progress, verdict)


def _looked_at(held_out: Sequence[Item]) -> list[Item]:
    """The held-out clips by which training is judged: of each speaker as many as of the others, where there are."""
    of_speaker: dict[int, list[Item]] = defaultdict(list)
    for item in held_out:
        of_speaker[item.speaker].append(item)
    dealt = itertools.chain.from_iterable(itertools.zip_longest(*of_speaker.values()))
    return [item for item in dealt if item is not None][:CHECKED]


def _model(recipe: Recipe, course: Course) -> tuple[Adapted, Vits]:
    """The base with room for the new speakers and symbols, as weights in a report and as a model."""
    from ffvits.base import adapt
    from ffvits.vits import Vits

    adapted = adapt(
        course.base,
        speakers=[*course.table, *course.voices],
        symbols=course.reader.table.symbols,
        start_from=course.start_from,
        decoder="" if recipe.train.decoder == "base" else recipe.train.decoder,
    )
    console.table("What became of the base", ("what", "tensors", "why"), adapted.report.table())
    model = Vits(adapted.config)
    if recipe.train.from_scratch:
        console.info("from scratch: every weight begins at random")
    elif recipe.train.conditioning == "random":
        new = adapted.report.created_names()
        model.load_state_dict({**adapted.state, **{n: v for n, v in model.state_dict().items() if n in new}})
    else:
        model.load_state_dict(adapted.state)
    if course.octaves:
        lower = torch.tensor([*(-semitones / 12 for semitones in course.above), *(0.0 for _ in course.voices)])
        model.pitch.transpose(model.emb_g.weight.detach(), lower)
    return adapted, model


def _judge(recipe: Recipe, base: Base) -> Discriminators:
    from ffvits.vits import DISCRIMINATORS

    judge = DISCRIMINATORS[judge_kind(recipe, base)]()
    if brings_judge(recipe, base):
        judge.load_state_dict(base.discriminator)
    return judge


def _plan(recipe: Recipe, course: Course, device: str) -> Plan:
    base, items = course.base, course.items
    return make_plan(
        recipe.train,
        device=device,
        clips=len(items),
        small=base.small,
        judge=brings_judge(recipe, base),
        many_voices=bool(base.speakers),
        guided=all(item.guide for item in items),
        sings=course.sings,
    )


def _minutes(items: Iterable[Item], base: Base) -> float:
    return sum(item.frames for item in items) * base.audio.hop_length / base.audio.sampling_rate / 60


def _announce(plan: Plan, course: Course) -> None:
    base, reader = course.base, course.reader
    if base.front_end not in ("", reader.name):
        console.info(f"the base wrote {base.front_end}, the new voice writes {reader.name}: symbols move by name")
    minutes = _minutes(course.items, base)
    budget = f"{plan.minutes:g} min in" if plan.until == "minutes" else f"{plan.steps:,}"
    console.info(
        f"base {base.name}; {counted(len(course.items), 'clip')}, {minutes:.1f} min of {_some(course.speakers)}; "
        f"{len(course.held_out)} held out; {budget} steps of {plan.batch_size} on {plan.device} in {plan.precision}"
    )
    if plan.turn:
        console.info(
            f"first the sound of the new voice is learnt; after step {plan.turn} how it says a text: "
            "best step and verdict count from there"
        )
    if not plan.adversary:
        console.info("without an adversary: the base brings no discriminator (train.adversary: on starts a fresh one)")
    elif plan.judge_warmup:
        console.info("a fresh discriminator starts, and listens a while before it may push")
    if plan.adversary and plan.adversary_begins:
        console.info(f"the adversary joins at step {plan.adversary_begins + 1}")
    if minutes < 1:
        console.warn(
            f"only {minutes * 60:.0f} s of speech: the voice takes on the timbre and little more; 5 min are better"
        )
    _announce_far(course)
    _announce_left(course)
    if not course.held_out:
        console.warn("no clip is held out: too few clips; the last checkpoint is taken, not the best")


def _announce_far(course: Course) -> None:
    gaps = [
        f"{abs(above):.0f} semitones {'higher' if above > 0 else 'lower'} than {speaker}"
        for speaker, above in zip(course.speakers, course.above, strict=True)
        if abs(above) >= FAR
    ]
    if not gaps or not course.table:  # without a table it is the base itself that learns, from end to end
        return
    gap = f"{course.base.name} speaks {_some(gaps)}"
    if course.octaves:
        console.info(f"{gap}: the voice is moved by that much")
    else:
        console.warn(f"{gap}, and a short training keeps that pitch: a base whose voice is nearer comes closer")


def _announce_left(course: Course) -> None:
    """The base's voices are a start, and no part of what comes of it."""
    left = [name for name in course.base.speakers if name not in course.speakers]
    if left:
        console.info(
            f"the new voice speaks as {_some(course.speakers)} only, not as {_some(left)} of the base; "
            "for one voice of all, label everybody's recordings into one run (a folder each)"
        )


def _some(names: Sequence[str]) -> str:
    """Names for a line of the console."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
