"""What is settled before a training: the base, who reads what, where each voice starts, and what it goes on with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import FfvitsError, RecipeError, TextError
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.train import state
from ffvits.train.dataset import Item, prepare
from ffvits.train.guide import Lessons, Staff, hire, read_along, semitones_above
from ffvits.train.melody import sing_along
from ffvits.train.plan import REPLAYED, says
from ffvits.train.resume import begun_with

if TYPE_CHECKING:
    from ffvits.base import Base
    from ffvits.text import FrontEnd

HEARD_ALL = 64  # of a base with more voices, not every one is listened to unasked
COMPARED = 16  # clips by which the nearest of the base's voices is found
PITCHED = 12  # clips by which the base's pitch is compared with the character's


@dataclass(frozen=True)
class Course:
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


def settle(recipe: Recipe, run: Run, as_base: bool) -> Course:
    """The course of a training as the recipe has it. Raises BaseError, RecipeError or TextError naming the cure."""
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
    return Course(
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
    share = recipe.train.replay
    if -1 < share < 0:
        raise RecipeError(f"train.replay cannot be {share:g}", cure="a share from 0 to 0.9, or -1 to leave it open")
    if share >= 0:
        return share
    newest = state.newest(run.checkpoints)
    began = state.about(newest).identity if newest else ""
    if began == identity_of(False):
        return 0.0
    return REPLAYED if began == identity_of(True) or not taught else 0.0


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
        own = [clip for clip in clips if clip.kept and clip.speaker == speaker][:COMPARED]
        sounds = [Sound.load(run.path(clip)) for clip in own]
        chosen[speaker] = nearest_voice(base, sounds, offline=recipe.offline).name
        console.info(f"{speaker} starts from the base's voice {chosen[speaker]}")
    return chosen


def judge_kind(recipe: Recipe, base: Base) -> str:
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
    return theirs is not None and not recipe.train.from_scratch and kind_of(theirs) == judge_kind(recipe, base)
