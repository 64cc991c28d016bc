"""`--dry-run`: what a recipe would do, before anything is decoded, downloaded or trained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import AudioError, RecipeError
from ffvits.files import path_of
from ffvits.language import counted
from ffvits.recipe import Recipe

if TYPE_CHECKING:
    from ffvits.train.plan import Plan

# Rough costs, to tell a coffee from a night. Measured: labelling and the small base on two CPU cores. Extrapolated: the
# published size (from a pass of its generator there). Guessed: the GPU, which was not at hand.
LABEL_SECONDS = {"cpu": 0.35, "gpu": 0.1}  # per second of audio
STEP_SECONDS = {("cpu", True): 1.5, ("cpu", False): 12.0, ("gpu", True): 0.1, ("gpu", False): 0.4}
WHISPER_FACTOR = {"tiny": 0.7, "base": 1.0, "small": 2.5, "medium": 7.0}
USABLE = 0.7  # share of raw minutes that a usual folder keeps


@dataclass(frozen=True)
class Download:
    """One thing to fetch; `bytes` is 0 where nobody has published its size."""

    name: str
    bytes: int
    title: str


@dataclass(frozen=True)
class Outlook:
    """What would be done; times are estimates in minutes, `bytes` those still to download.

    `steps` is 0 where the time alone ends the training. `smaller_minutes` is how long training would take where
    `base: auto` has yet to fetch its base and cannot, and so takes the embedded one; 0 where the base is certain.
    """

    files: int
    unreadable: tuple[str, ...]
    ignored: int
    minutes: float
    speakers: dict[str, int]
    formats: dict[str, int]
    base: str
    device: str
    downloads: tuple[Download, ...]
    label_minutes: float
    train_minutes: float
    steps: int
    out: str
    offline: bool
    smaller_minutes: float = 0.0

    def to_dict(self) -> dict:
        return asdict(self)

    def text(self) -> str:
        """The outlook in a few lines for a person."""
        from ffvits.base.load import EMBEDDED

        lines = [
            f"files       {self.files} audio or video, {self.minutes:.1f} min"
            + (f"; {self.ignored} that are no recordings" if self.ignored else ""),
            "formats     " + ", ".join(f"{name} × {count}" for name, count in self.formats.items()),
            "speakers    " + ", ".join(f"{name} × {count}" for name, count in self.speakers.items()),
            f"base        {self.base}, on {self.device}",
            f"run         {self.out}",
        ]
        if self.unreadable:
            named = ", ".join(self.unreadable[:5]) + (" …" if len(self.unreadable) > 5 else "")
            lines.append(f"unreadable  {len(self.unreadable)}: {named}")
        if self.downloads:
            total = sum(download.bytes for download in self.downloads) / 1e6
            size = f"{total:.0f} MB" if total else "of a size that is not known"
            what = "not here, and nothing may be fetched (offline)" if self.offline else size
            lines.append(f"downloads   {what}:")
            for download in self.downloads:
                size = f"{download.bytes / 1e6:6.0f}" if download.bytes else "     ?"
                lines.append(f"            {size} MB  {download.name}  {download.title}")
        else:
            lines.append("downloads   none: everything needed is here")
        steps = f" {counted(self.steps, 'step')}" if self.steps else ""
        lines.append(
            f"takes       about {_span(self.label_minutes)} to label, "
            f"about {_span(self.train_minutes)} to train{steps} "
            "(estimates; downloads aside)"
        )
        if self.smaller_minutes:
            lines.append(
                f"otherwise   {EMBEDDED}, if {self.base} cannot be fetched: "
                f"about {_span(self.smaller_minutes)} to train"
            )
        return "\n".join(lines)


def plan(recipe: Recipe, until: str = "report") -> Outlook:
    """Looks at the folder's files and the cache, and estimates the rest; nothing is written.

    `recipe` must be resolved (see `ffvits.auto.resolve`). Raises FfvitsError for what could not work at all: no such
    stage as `until`, no recordings, a base that is not there, an impossible training.
    """
    from ffvits import store
    from ffvits.audio.files import find
    from ffvits.audio.length import seconds_of
    from ffvits.auto import STAGES, base_on_disk
    from ffvits.device import choose_device
    from ffvits.label.ingest import speaker_names
    from ffvits.train.plan import make_plan

    if until not in STAGES:
        raise RecipeError(f"there is no stage {until!r}", cure=f"one of: {', '.join(STAGES)}")
    on_disk = base_on_disk(recipe)
    folder = path_of(recipe.input)
    found = find(folder, skip=(Path(recipe.out).resolve(),))
    if not found.audio and not found.unreadable:
        raise AudioError("there are no recordings in it", cure="name the folder that holds them", file=folder)
    speakers = speaker_names(folder, found, recipe)
    seconds, formats = 0.0, Counter()
    unreadable = [f"{path.relative_to(folder).as_posix()}/" for path in found.unreadable]
    for path in found.audio:
        try:
            seconds += seconds_of(path)
        except AudioError:
            unreadable.append(path.relative_to(folder).as_posix())
            continue
        formats[path.suffix.lower().lstrip(".") or "?"] += 1
    device = choose_device(recipe.device)
    base, small, judge = _base(recipe, on_disk)
    clips = max(1, round(seconds * USABLE / 5))
    training = make_plan(recipe.train, device=device, clips=clips, small=small, judge=judge)
    kind = "cpu" if device == "cpu" else "gpu"
    factor = WHISPER_FACTOR.get(recipe.label.transcribe.model, 15.0)
    by_time = recipe.train.until == "minutes"

    def minutes(training: Plan, small: bool) -> float:
        trained = training.steps * STEP_SECONDS[kind, small] * training.batch_size / 8 / 60
        return round(recipe.train.minutes if by_time else min(trained, recipe.train.minutes or trained), 1)

    uncertain = recipe.base == "auto" and not small and not store.is_cached(base)
    smaller = make_plan(recipe.train, device=device, clips=clips, small=True, judge=False)
    return Outlook(
        files=len(found.audio),
        unreadable=tuple(unreadable),
        ignored=len(found.ignored),
        minutes=round(seconds / 60, 2),
        speakers=dict(Counter(speakers.values())),
        formats=dict(formats),
        base=base,
        device=device,
        downloads=tuple(_downloads(recipe, base)),
        label_minutes=round(seconds * LABEL_SECONDS[kind] * factor / 60 + 0.5, 1),
        train_minutes=minutes(training, small),
        steps=0 if by_time else training.steps,
        out=recipe.out,
        offline=recipe.offline or store.is_offline(),
        smaller_minutes=minutes(smaller, True) if uncertain else 0.0,
    )


def _base(recipe: Recipe, on_disk: Path | None) -> tuple[str, bool, bool]:
    """Which base it would be (without asking the network), if it is a small one, and if it brings a discriminator."""
    from ffvits import store
    from ffvits.base.load import EMBEDDED, PREFERRED, load_base
    from ffvits.run import Run
    from ffvits.train.course import brings_judge
    from ffvits.train.resume import begun_with

    if on_disk:
        base = load_base(on_disk)  # which maps the file, and reads none of its weights
        return recipe.base, base.small, brings_judge(recipe, base)
    name = begun_with(Run(Path(recipe.out))) if recipe.base == "auto" else recipe.base
    alone = recipe.offline or store.is_offline()
    if name == EMBEDDED or (name == "auto" and alone and not store.is_cached(PREFERRED)):
        return EMBEDDED, True, False
    return (PREFERRED if name == "auto" else name), False, True


def _downloads(recipe: Recipe, base: str) -> list[Download]:
    from ffvits import store

    model = recipe.label.transcribe.model
    suffix = "-openai" if recipe.label.transcribe.engine == "openai-whisper" else ""
    name, _, address = base.partition("@")  # a base of the manifest may come from another place
    wanted = [f"whisper-{model}{suffix}", "resemblyzer", name]
    separate = recipe.label.separate
    if separate.when == "auto" or (separate.when == "always" and separate.separator != "demucs"):
        wanted.append("spleeter-2stems")  # which hears whether there is music, whatever removes it
    if separate.when != "never" and separate.separator == "demucs":
        wanted.append("demucs-htdemucs")
    missing = _missing(wanted)
    known = {entry.name for entry in store.entries()}
    if address and name not in known and not (store.place(name) / address.rpartition("/")[2]).is_file():
        missing.append(Download(name, 0, f"from {address}"))
    return missing


def _missing(names: Iterable[str]) -> list[Download]:
    from ffvits import store

    known = {entry.name: entry for entry in store.entries()}
    return [
        Download(name, store.missing_bytes(name), known[name].title)
        for name in names
        if name in known and not store.is_cached(name)
    ]


def _span(minutes: float) -> str:
    return f"{minutes / 60:.1f} h" if minutes >= 90 else f"{max(1, round(minutes))} min"
