"""What the recipe leaves open, decided by the number of clips, the base and the device; and said in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ffvits.device import multiplies_bfloat16
from ffvits.errors import RecipeError
from ffvits.recipe import TrainSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS = ("enc_p", "enc_q", "flow", "dp", "dec", "pitch")
# A base of one speaker keeps its language: text encoder and flow stay as they are, the posterior encoder learns to hear
# the new voice in the base's own latents, and the decoder to speak it from them. Where the flow learns too, it follows
# the latents of an encoder that does not understand the new voice yet, and the words are gone within fifty steps
# (measured on mandarin-lite: docs/measured/training-experiments.md).
KEEP_LANGUAGE = {"enc_p": 0.0, "enc_q": 1.0, "flow": 0.0, "dp": 0.5, "dec": 0.4, "pitch": 0.0}
# A harmonic decoder has little to forget, and a base that has one a rhythm in which it is understood: the character's
# pace comes in by the speaker's layer alone, for what a few minutes of speech say of single syllables costs words.
KEEP_LANGUAGE_SINGING = {**KEEP_LANGUAGE, "dec": 5.0, "dp": 0.0, "dp.cond": 1.0}
# When the posterior encoder has learnt to hear, it is kept, and the flow may go where its latents are: they mean what
# they did, so the words stay, and what is spoken comes nearer to what the decoder has heard. What it goes to stands
# still, so it may go faster than the parts that move together (docs/measured/training.md).
THEN_FOLLOW = {"enc_q": 0.0, "flow": 3.0}
HEARS_FOR, HEARS_AT_LEAST = 1 / 3, 160  # of the training; and steps, before which the flow would follow a deaf encoder
# A harmonic decoder costs so little that it may speak more of each clip; a judge or HiFi-GAN is most of a step.
SEGMENTS_SINGING = 3
# Beside such a decoder, posterior encoder and flow are most of a step. A latent is decided by 32 frames on each side of
# it, and what is said from the text by 36: so what is decoded is that of the whole clip. What the flow makes of the
# latents at the edges, which only the KL term hears, is not quite.
AROUND = 48
# Where the text's own way is taught, the character's own sentences keep the words, and every clip of a batch is hers.
REPLAYED = 0.25
# A base of many speakers has learnt to tell voice from words; all of it may follow.
FOLLOW = {"enc_p": 0.2, "enc_q": 1.0, "flow": 1.0, "dp": 0.5, "dec": 1.0, "pitch": 1.0}
# Against the log-likelihood of a frame, a sum over all its channels. It never lets go unless the recipe says so: a
# fine-tune is too short for the search to become better than the guide (docs/measured/training-experiments.md).
GUIDE_STRENGTH = 100.0


@dataclass(frozen=True)
class Plan:
    """Every number that training goes by.

    `rates`: what the learning rate of each part is multiplied with; by those in `then` once the parts have taken turns,
    which is planned for after step `turn` (0: not at all, or when a third of the `minutes` is over). So many `segments`
    of the length that the model's config names are decoded of each clip; if it `says` them, from its text as well. So
    many frames `around` them are heard on each side, where it is known who says what when (0: the whole clip).
    """

    steps: int
    minutes: float
    batch_size: int
    learning_rate: float
    device: str
    precision: str
    check_every: int
    adversary: bool
    judge_warmup: int
    segments: int = 1
    says: bool = False
    around: int = 0
    rates: Mapping[str, float] = field(default_factory=dict)
    then: Mapping[str, float] = field(default_factory=dict)
    turn: int = 0
    new_layers: float = 1.0
    ema: float = 0.99
    max_norm: float = 1000.0
    guide: float = 0.0
    guide_holds: float = 1.0
    guide_ends: float = 1.0
    adversary_begins: int = 0
    warmup: int = 20
    decay: float = 0.1
    until: str = "steps"
    best_by: str = "mel"
    listen_every: int = -1

    def rate(self, step: int) -> float:
        """The learning rate of a step (from 1): a short warm-up, then half a cosine down to `decay` of it."""
        warm = min(1.0, step / self.warmup) if self.warmup else 1.0
        gone = min(1.0, step / max(self.steps, 1))
        return self.learning_rate * warm * (self.decay + (1 - self.decay) * 0.5 * (1 + math.cos(math.pi * gone)))

    def factor(self, part: str, turned: bool, new: bool = False) -> float:
        """What the learning rate of a part is multiplied with before or after the turn; 0 where it is frozen.

        Layers that are `new` in it, those of the speakers, may have a rate of their own (dp.cond).
        """
        usual = self.rates.get(part, 1.0)
        usual = self.then.get(part, usual) if turned else usual
        return self.rates.get(f"{part}.cond", usual) if new else usual

    def turns(self, step: int, seconds: float) -> bool:
        """Whether the parts take turns after a step, if they have not yet; `seconds` were trained until then."""
        if not self.then or step < HEARS_AT_LEAST:
            return False
        return 0 < self.turn <= step or 0 < HEARS_FOR * self.minutes * 60 <= seconds

    def guide_at(self, step: int) -> float:
        """How strongly the guide pulls at a step: fully, then less and less, then not at all."""
        gone = min(1.0, step / max(self.steps, 1))  # a budget of minutes may know of more steps
        if gone <= self.guide_holds:
            return self.guide
        return self.guide * max(0.0, (self.guide_ends - gone) / max(self.guide_ends - self.guide_holds, 1e-9))


def choose_precision(name: str, device: str) -> str:
    """bf16 where the hardware multiplies it fast, else float32; or the one named."""
    import torch

    if name != "auto":
        return name
    if device.startswith("cuda"):
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bf16" if device == "cpu" and multiplies_bfloat16() else "float32"


def is_judged(settings: TrainSettings, judge: bool) -> bool:
    """Whether an adversary takes part; `judge` tells whether the base brings one."""
    return settings.adversary == "on" or (settings.adversary == "auto" and judge)


def says(settings: TrainSettings, *, sings: bool, guided: bool, judge: bool) -> bool:
    """Whether the text's own way is taught: where the alignment is known and the decoder is cheap and unjudged."""
    return sings and guided and settings.guide and not is_judged(settings, judge)


def make_plan(
    settings: TrainSettings,
    *,
    device: str,
    clips: int,
    small: bool,
    judge: bool,
    many_voices: bool = False,
    guided: bool = False,
    sings: bool = False,
) -> Plan:
    """Completes the settings. So many `clips` are trained on, `small` tells an embedded base from a
    published-size one, `judge` whether the base brings a discriminator, `many_voices` whether it has speakers,
    `guided` whether each clip's alignment is known beforehand, `sings` whether the decoder is a harmonic one.

    Raises RecipeError for a part that the model does not have, a budget that is not named, a guide that ends before it
    lets go, or measures that nobody is to take.
    """
    _refuse_impossible(settings)
    on_gpu = not device.startswith("cpu")
    batch = settings.batch_size or (16 if on_gpu else 8)
    steps = settings.steps or _usual_steps(math.ceil(clips / batch), on_gpu)
    adversary = is_judged(settings, judge)
    adversary_begins = round(settings.adversary_from * steps)
    check_every = settings.check_every or max(25, steps // 20)
    usual = FOLLOW if many_voices else KEEP_LANGUAGE_SINGING if sings else KEEP_LANGUAGE
    if sings and adversary and not many_voices:
        usual = {**usual, "dec": 1.0}  # or it would outrun its judge
    guide = GUIDE_STRENGTH if settings.guide and guided else 0.0
    taught = says(settings, sings=sings, guided=guided, judge=judge)
    told = _factors(settings.parts)
    turn = max(round(HEARS_FOR * steps), HEARS_AT_LEAST)
    # Whoever names one of the parts that take turns decides for the whole training.
    follows = sings and guided and not many_voices and told.keys().isdisjoint(THEN_FOLLOW)
    return Plan(
        steps=steps,
        minutes=settings.minutes,
        batch_size=batch,
        learning_rate=settings.learning_rate or (3e-4 if small else 2e-4),
        device=device,
        precision=choose_precision(settings.precision, device),
        check_every=check_every,
        adversary=adversary,
        segments=settings.segments or (SEGMENTS_SINGING if sings and not adversary else 1),
        says=taught,
        around=settings.around if settings.around >= 0 else AROUND if taught else 0,
        judge_warmup=0 if judge or not adversary else min(500, (steps - adversary_begins) // 4),
        rates={part: rate for part, rate in usual.items() if part.partition(".")[0] not in told} | told,
        then=THEN_FOLLOW if follows else {},
        turn=turn if follows and turn < steps and settings.until != "minutes" else 0,
        new_layers=settings.new_layers,
        ema=settings.ema,
        guide=guide,
        guide_holds=settings.guide_holds,
        guide_ends=settings.guide_ends,
        adversary_begins=adversary_begins,
        warmup=settings.warmup,
        # Without a known end there is nothing to slow down for.
        decay=1.0 if settings.until == "minutes" else settings.decay,
        until=settings.until,
        best_by=settings.best_by,
        listen_every=settings.listen_every or check_every * (1 if settings.best_by == "measures" else 4),
    )


def _refuse_impossible(settings: TrainSettings) -> None:
    """Raises RecipeError for values that do not go together."""
    if settings.guide_ends < settings.guide_holds:
        raise RecipeError(
            f"train.guide_ends ({settings.guide_ends:g}) is before train.guide_holds ({settings.guide_holds:g})",
            cure="the guide lets go between the two: guide_holds 0.15, guide_ends 0.6",
        )
    if settings.until == "minutes" and not settings.minutes:
        raise RecipeError(
            "train.until is minutes, and train.minutes says not how many",
            cure="say how many: --minutes 30 (on the page: the field Minutes)",
        )
    if settings.best_by == "measures" and settings.listen_every < 0:
        raise RecipeError(
            "train.best_by is measures, and train.listen_every is -1: nobody listens",
            cure="leave train.listen_every at 0, or let train.best_by be mel",
        )


def _usual_steps(batches: int, on_gpu: bool) -> int:
    """The steps that suit so many batches of clips."""
    if on_gpu:
        # About 30 passes over the clips, as users of earlier tools found to be enough; never less than settles.
        return min(20_000, max(1_000, 30 * batches))
    return min(3_000, max(400, 60 * batches))


def _factors(parts: Mapping[str, str]) -> dict[str, float]:
    """The factor of each part that the recipe names."""
    found = {}
    for part, value in parts.items():
        if part not in PARTS:
            raise RecipeError(f"train.parts: there is no part {part!r}", cure=f"one of: {', '.join(PARTS)}")
        try:
            found[part] = 0.0 if value == "frozen" else float(value)
        except ValueError:
            found[part] = math.nan
        if not 0 <= found[part] < math.inf:
            raise RecipeError(f"train.parts: {part} cannot be {value!r}", cure="a number from 0 up, or: frozen")
    return found
