"""One training, from a labelled run and a base to the voice: what is settled before the loop, and what comes of it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.device import choose_device
from ffvits.errors import FfvitsError, RecipeError, TextError
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.train import state
from ffvits.train.dataset import Deck, Item, prepare
from ffvits.train.guide import Lessons, Staff, hire, read_along, semitones_above
from ffvits.train.learner import Learner
from ffvits.train.loop import Loop
from ffvits.train.melody import sing_along
from ffvits.train.plan import REPLAYED, Plan, make_plan, says
from ffvits.train.ranks import Ranks, joined
from ffvits.train.resume import begun_with, resume
from ffvits.train.state import Progress

if TYPE_CHECKING:
    from ffvits.base import Adapted, Base
    from ffvits.text import FrontEnd
    from ffvits.vits import Discriminators, Vits

HEARD_ALL = 64  # of a base with more voices, not every one is listened to unasked
CHECKED = 12  # held-out clips looked at each time
PITCHED = 12  # clips by which the base's pitch is compared with the character's
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


@dataclass(frozen=True)
class _Course:
    """Who teaches what to whom: all that is settled before there is a model.

    `table` are the speakers that the voice will have rows for, `voices` those of the base that read along; the base's
    own `readings` are replayed if there are any, a `share` of each batch. Checkpoints carry `identity`. The base reads
    by `above` semitones higher than the recordings.
    """

    base: Base
    reader: FrontEnd
    speakers: list[str]
    table: list[str]
    start_from: str | dict[str, str]
    items: list[Item]
    held_out: list[Item]
    readings: list[Item]
    share: float
    voices: tuple[str, ...]
    identity: str
    above: tuple[float, ...]
    octaves: tuple[float, ...]
    sings: bool


def _train(recipe: Recipe, run: Run, device: str, ranks: Ranks, as_base: bool) -> Trained:
    from ffvits.train.export import describe, write_voice

    console.stage("Train")
    with ranks.first_goes_first():
        course = _course(recipe, run, as_base)
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


def _course(recipe: Recipe, run: Run, as_base: bool) -> _Course:
    from ffvits.base.load import load_base, refuse_itself, refuse_start

    clips = run.clips()
    speakers = sorted({clip.speaker for clip in clips if clip.kept})
    base = load_base(begun_with(run) if recipe.base == "auto" else recipe.base, offline=recipe.offline)
    refuse_itself(base.path, run.folder, as_base=as_base)
    refuse_start(base.name, base.speakers, recipe.train.start_from)
    reader = _reader(base, recipe)
    _look_at_sentences(recipe.speak.sentences, reader)
    items, held_out = prepare(clips, run, base.audio, reader, speakers)
    start_from = _start_from(recipe, run, base, clips, speakers)
    timed = all(item.guide for item in (*items, *held_out))
    reads = _reads(base, reader)
    sings = base.config.sings or recipe.train.decoder == "harmonic"
    taught = says(recipe.train, sings=sings, guided=timed or reads, judge=brings_judge(recipe, base))

    kept = {clip.id: clip.text for clip in clips if clip.kept}
    alone = as_base and not base.speakers and len(speakers) == 1

    def rows(replayed: bool) -> list[str]:
        # Whoever fine-tunes a base of one voice adds a table that begins silent; the base itself needs none.
        return [] if alone and not replayed else speakers

    def identity_of(replayed: bool) -> str:
        return digest(
            base.sha256,
            recipe.train.from_scratch,
            rows(replayed),
            replayed,
            *([start_from] if base.speakers else []),
            # Not the ids: a newer ffvits reads a character better here and there, and no training is lost for that.
            (reader.name, reader.table.fingerprint, reader.add_blank, _own_readings(recipe, kept.values())),
            [(item.name, kept[item.name], item.speaker, item.samples.name) for item in items],
            *([recipe.train.decoder] if recipe.train.decoder != "base" else []),
        )

    share = _replayed(recipe, run, taught, identity_of)
    table, identity = rows(share > 0), identity_of(share > 0)
    readings: list[Item] = []
    staff = Staff()
    above = (0.0,) * len(speakers)
    if not timed and reads and (recipe.train.guide or share):
        staff = hire(base, speakers, start_from)
    if staff.teachers:
        lessons = read_along(items, base, run, staff)
        items = lessons.items
        above = tuple(_above(lessons, number, base) for number in range(len(speakers)))
        readings = lessons.readings if share else []
        held_out = read_along(held_out, base, run, staff).items
    if sings:
        items, held_out, readings = (sing_along(some, base.audio) for some in (items, held_out, readings))
    octaves = _octaves(base, staff, above) if sings and table else ()
    voices = staff.voices if readings else ()
    return _Course(
        base,
        reader,
        speakers,
        table,
        start_from,
        items,
        held_out,
        readings,
        share,
        voices,
        identity,
        above,
        octaves,
        sings,
    )


def _replayed(recipe: Recipe, run: Run, taught: bool, identity_of: Callable[[bool], str]) -> float:
    """The share of each batch that the base's readings have: the recipe's, or what goes with how training is `taught`.

    What has begun with them, or without, goes on so: nothing of it could be taken up otherwise.
    """
    if recipe.train.replay >= 0:
        return recipe.train.replay
    newest = state.newest(run.checkpoints)
    began = state.header(newest)["identity"] if newest else ""
    if began == identity_of(False):
        return 0.0
    return REPLAYED if began == identity_of(True) or not taught else 0.0


def _looked_at(held_out: Sequence[Item]) -> list[Item]:
    """The held-out clips by which training is judged: of each speaker as many as of the others, where there are."""
    of_speaker: dict[int, list[Item]] = defaultdict(list)
    for item in held_out:
        of_speaker[item.speaker].append(item)
    dealt = itertools.chain.from_iterable(itertools.zip_longest(*of_speaker.values()))
    return [item for item in dealt if item is not None][:CHECKED]


def _above(lessons: Lessons, speaker: int, base: Base) -> float:
    """By how many semitones the base reads higher than a speaker."""
    pairs = [pair for pair in zip(lessons.readings, lessons.items, strict=True) if pair[1].speaker == speaker]
    hum = 0.0 if base.config.sings else None  # no other decoder than HiFi-GAN's hums
    return semitones_above(*zip(*pairs[:PITCHED], strict=True), base.audio, hum) if pairs else 0.0


def _octaves(base: Base, staff: Staff, above: Sequence[float]) -> tuple[float, ...]:
    """By how much each speaker's recordings are raised for the posterior encoder."""
    found = []
    for speaker, semitones in enumerate(above):
        teacher = staff.teachers.get(speaker)
        known = base.octaves[teacher.row] if teacher and teacher.row is not None and base.octaves else 0.0
        found.append(known + semitones / 12)
    return tuple(found)


def _model(recipe: Recipe, course: _Course) -> tuple[Adapted, Vits]:
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

    judge = DISCRIMINATORS[_judge_kind(recipe, base)]()
    if brings_judge(recipe, base):
        judge.load_state_dict(base.discriminator)
    return judge


def _reader(base: Base, recipe: Recipe) -> FrontEnd:
    """The base's own front end, or the one that the recipe names; ours for a base whose symbols none writes.

    Where it is not the base's own, its symbols replace the base's.
    """
    from ffvits.text import FRONT_ENDS, front_end

    wanted = recipe.text.front_end
    if wanted and wanted != base.front_end:
        return front_end(wanted, lexicon=recipe.text.lexicon)
    if base.front_end:
        return front_end(base.front_end, symbols=base.symbols, add_blank=base.add_blank, lexicon=recipe.text.lexicon)
    console.warn(
        f"no front end of ffvits writes all symbols of {base.name}: it lends its voice production, and learns those of "
        "initials-finals anew. If it speaks Chinese, --set text.front_end=NAME keeps what it knows of the symbols that "
        f"such a front end writes ({', '.join(FRONT_ENDS)})"
    )
    return front_end("initials-finals", add_blank=base.add_blank, lexicon=recipe.text.lexicon)


def _own_readings(recipe: Recipe, texts: Iterable[str]) -> dict[str, str]:
    """The entries of the recipe's lexicon that some text may be read by."""
    spoken = "\n".join(texts).lower()
    return {word: reading for word, reading in recipe.text.lexicon.items() if word.strip().lower() in spoken}


def _reads(base: Base, reader: FrontEnd) -> bool:
    """Whether the base can read what this front end writes."""
    return bool(base.front_end) and base.symbols == reader.table.symbols


def _start_from(recipe: Recipe, run: Run, base: Base, clips: list[Clip], speakers: list[str]) -> str | dict[str, str]:
    """The base's voice that each speaker starts from, as `adapt` wants it: its own where the base has that speaker."""
    wanted = recipe.train.start_from
    if not base.speakers:
        return "mean"
    own = {name: name for name in speakers if name in base.speakers}
    new = [name for name in speakers if name not in own]
    if wanted == "auto":
        if not base.front_end or len(base.speakers) > HEARD_ALL:
            wanted = "mean"
        else:
            try:
                return own | _nearest(recipe, run, base, clips, new)
            except (FfvitsError, ModuleNotFoundError) as error:
                console.warn(f"which of the base's voices is nearest cannot be told: {error}; starting from their mean")
                wanted = "mean"
    if wanted == "nearest":
        return own | _nearest(recipe, run, base, clips, new)
    return own | dict.fromkeys(new, wanted) if own else wanted


def _look_at_sentences(sentences: Iterable[str], reader: FrontEnd) -> None:
    """What the voice is to say is read before it learns for hours. Raises RecipeError for what cannot be read."""
    from ffvits.speak.script import script

    for sentence in sentences:
        try:
            for line in script(sentence):
                if line.text:
                    reader.encode(line.text)
        except TextError as error:
            raise RecipeError(
                f"speak.sentences: {error.message} (in “{sentence}”)", cure=error.cure or "write it otherwise"
            ) from error


def _nearest(recipe: Recipe, run: Run, base: Base, clips: list[Clip], speakers: list[str]) -> dict[str, str]:
    from ffvits.base import nearest_voice

    chosen = {}
    for speaker in speakers:
        own = [Sound.load(run.path(clip)) for clip in clips if clip.kept and clip.speaker == speaker][:16]
        chosen[speaker] = nearest_voice(base, own, offline=recipe.offline).name
        console.info(f"{speaker} starts from the base's voice {chosen[speaker]}")
    return chosen


def _judge_kind(recipe: Recipe, base: Base) -> str:
    """Which discriminator to train against: the recipe's, the base's own, or what suits the base's size."""
    from ffvits.vits import kind_of

    if recipe.train.discriminator != "auto":
        return recipe.train.discriminator
    if base.discriminator is not None:
        return kind_of(base.discriminator)
    return "lite" if base.small else "published"


def brings_judge(recipe: Recipe, base: Base) -> bool:
    """Whether the base has a discriminator of that kind, to go on from."""
    from ffvits.vits import kind_of

    theirs = base.discriminator
    return theirs is not None and not recipe.train.from_scratch and kind_of(theirs) == _judge_kind(recipe, base)


def _plan(recipe: Recipe, course: _Course, device: str) -> Plan:
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


def _announce(plan: Plan, course: _Course) -> None:
    base, reader = course.base, course.reader
    if base.front_end not in ("", reader.name):
        console.info(f"the base wrote {base.front_end}, the new voice writes {reader.name}: symbols move by name")
    minutes = _minutes(course.items, base)
    budget = f"{plan.minutes:g} min in" if plan.until == "minutes" else f"{plan.steps:,}"
    console.info(
        f"base {base.name}; {len(course.items)} clips, {minutes:.1f} min of {_some(course.speakers)}; "
        f"{len(course.held_out)} held out; {budget} steps of {plan.batch_size} on {plan.device} in {plan.precision}"
    )
    if plan.turn:
        console.info(f"hears the new voice first; after step {plan.turn} the way from text to sound follows")
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


def _announce_far(course: _Course) -> None:
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


def _announce_left(course: _Course) -> None:
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
