"""The recipe: every decision a user can make about a voice, with its default, its bounds and what it means.

One YAML file per character; what it leaves out takes the defaults below (`recipes/default.yaml` shows them all).
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ffvits.errors import RecipeError, TextError
from ffvits.files import path_of
from ffvits.recipe_file import Reader, as_node, or_nearest, read_file


def _option(
    default: Any,
    help: str,
    *,
    low: float | None = None,
    high: float | None = None,
    check: Callable[[str, str], None] | None = None,
) -> Any:
    """A field of a recipe: its default, one sentence of meaning, the bounds of sense, and what looks at each text."""
    metadata = {"help": help, "low": low, "high": high, "check": check}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def _section(kind: type, help: str) -> Any:
    return field(default_factory=kind, metadata={"help": help})


def _is_pinyin(word: str, reading: str) -> None:
    from ffvits.text.frontend import read_lexicon

    try:
        read_lexicon({word: reading})
    except TextError as error:
        raise RecipeError(error.message.removeprefix("lexicon: "), cure=error.cure) from error


def _is_front_end(_: str, name: str) -> None:
    from ffvits.text import FRONT_ENDS

    if name and name not in FRONT_ENDS:
        raise RecipeError(f"there is no front end {name!r}", cure=or_nearest(name, FRONT_ENDS))


def _is_correction(wrong: str, _: str) -> None:
    if not wrong.strip():
        raise RecipeError("it corrects nothing", cure="write what Whisper writes wrongly before it: {派萌: 派蒙}")


def _is_sentence(_: str, text: str) -> None:
    if not text.strip():
        raise RecipeError("there is an empty sentence", cure="write what the voice is to say, or take it out")


def _in_order(section: str, low: float, high: float) -> None:
    if low >= high:
        raise RecipeError(
            f"{section}.min_seconds ({low:g}) is not below max_seconds ({high:g})", cure="no clip has such a length"
        )


@dataclass(frozen=True)
class RepairSettings:
    declip: bool = _option(
        False, "draw peaks again that were cut off; for clipped recordings that cannot be made again"
    )
    dereverb: bool = _option(False, "take away the late echo of a room; for recordings in halls and bathrooms")


@dataclass(frozen=True)
class SeparateSettings:
    separator: Literal["auto", "demucs", "spleeter"] = _option(
        "auto", "what removes music: demucs is best and needs the hub; auto takes spleeter where demucs is out of reach"
    )
    when: Literal["auto", "always", "never"] = _option("auto", "auto listens to each file and decides if it has music")


@dataclass(frozen=True)
class DenoiseSettings:
    when: Literal["auto", "always", "never"] = _option("auto", "auto removes noise only where there is some")
    attenuation: float = _option(100.0, "the most that noise is turned down, in dB", low=0, high=100)


@dataclass(frozen=True)
class SegmentSettings:
    min_seconds: float = _option(1.5, "pieces shorter than this join a neighbour or are rejected", low=0.3, high=10)
    max_seconds: float = _option(12.0, "pieces longer than this are cut at their best pause", low=3, high=30)
    pause: float = _option(0.35, "a silence of this many seconds may become a cut", low=0.1, high=2)
    margin: float = _option(0.15, "seconds of silence kept before and after the speech", low=0, high=0.5)
    turns: bool = _option(True, "cut where another voice begins, so that a clip holds one speaker")
    loudness: float = _option(-23.0, "loudness of every piece, in LUFS (EBU R 128)", low=-40, high=-10)

    def __post_init__(self) -> None:
        _in_order("label.segment", self.min_seconds, self.max_seconds)


@dataclass(frozen=True)
class TranscribeSettings:
    engine: Literal["faster-whisper", "openai-whisper"] = _option("faster-whisper", "both read the same weights")
    model: str = _option("base", "Whisper size: tiny, base, small, medium, large-v3, large-v3-turbo, or a folder")
    beam_size: int = _option(5, "hypotheses followed at once; more is slower", low=1, high=20)
    by_sound: bool = _option(
        True, "believe the guess of Whisper that also fits the sound best, not only the one it likes best itself"
    )
    prompt: str = _option("以下是普通话的句子。", "tells Whisper the language and the script it should write")
    transcripts: Literal["auto", "never"] = _option(
        "auto", "auto uses the words of tables, subtitles and labels that lie with the recordings"
    )
    homophones: bool = _option(True, "spell what was heard by a dictionary: Whisper hears better than it spells")
    pauses: bool = _option(True, "put a mark where the speaker pauses, and none where nobody does")
    vocabulary: tuple[str, ...] = _option((), "names and terms that the character says: [派蒙, 旅行者]")
    corrections: dict[str, str] = _option(
        {}, "what Whisper writes wrongly, and what was said: {派萌: 派蒙}", check=_is_correction
    )

    def __post_init__(self) -> None:
        # YAML takes [派蒙，旅行者], as Chinese keyboards write it, for one term.
        parted = (part.strip() for term in self.vocabulary for part in re.split("[，、]", term))
        object.__setattr__(self, "vocabulary", tuple(part for part in parted if part))


@dataclass(frozen=True)
class ScreenSettings:
    min_seconds: float = _option(1.0, "shorter clips are rejected", low=0.2, high=10)
    max_seconds: float = _option(15.0, "longer clips are rejected", low=3, high=60)
    min_quality: float = _option(1.8, "lowest DNSMOS overall score (1 bad … 5 good) after cleaning", low=1, high=5)
    min_confidence: float = _option(0.35, "lowest mean probability Whisper gives its own words", low=0, high=1)
    min_agreement: float = _option(
        0.4, "least likeness of what is heard before and after cleaning, where neither is sure", low=0, high=1
    )
    doubtful: Literal["keep", "reject"] = _option(
        "keep",
        "keep trains on clips whose words are in doubt and lists them for review; reject lets them wait",
    )
    max_rate: float = _option(9.0, "most characters a second that a person can say", low=3, high=20)
    min_rate: float = _option(1.0, "fewest characters a second that make a sentence", low=0, high=3)
    max_clipped: float = _option(0.002, "largest share of samples cut off at full scale", low=0, high=1)
    min_similarity: float = _option(
        0.0, "lowest likeness to the character's other clips (0 lets ffvits choose by the clips)", low=0, high=1
    )
    max_overlap: float = _option(
        0.6,
        "how surely two people may seem to speak at once; 1 lets all pass (heard by Whisper base only)",
        low=0,
        high=1,
    )
    duplicates: bool = _option(True, "reject a clip that was heard before")
    speakers: Literal["one", "auto"] = _option(
        "one", "one: other voices are set aside; auto: each voice with enough clips becomes a speaker of its own"
    )
    reference: str = _option("", "a recording of the wanted voice, where another one is heard more")
    other_speakers: bool = _option(True, "reject clips of another speaker than the one heard most")

    def __post_init__(self) -> None:
        _in_order("label.screen", self.min_seconds, self.max_seconds)


@dataclass(frozen=True)
class LabelSettings:
    engine: Literal["local", "ray"] = _option(
        "local",
        "where recordings are worked on: in this process, or by workers on a Ray cluster (or Ray on this machine)",
    )
    workers: int = _option(0, "workers on Ray; 0 takes one for each processor of the cluster", low=0, high=4096)
    repair: RepairSettings = _section(RepairSettings, "faults of the recording, off by default")
    separate: SeparateSettings = _section(SeparateSettings, "vocals from music")
    denoise: DenoiseSettings = _section(DenoiseSettings, "speech from noise")
    segment: SegmentSettings = _section(SegmentSettings, "long recordings into sentences")
    transcribe: TranscribeSettings = _section(TranscribeSettings, "sentences into text")
    screen: ScreenSettings = _section(ScreenSettings, "what may not enter the voice")


@dataclass(frozen=True)
class TextSettings:
    lexicon: dict[str, str] = _option({}, "your own readings, above all others: {重庆: chong2 qing4}", check=_is_pinyin)
    front_end: str = _option(
        "", "another way to write text than the base's own; for a new base (ffvits pretrain)", check=_is_front_end
    )


@dataclass(frozen=True)
class TrainSettings:
    steps: int = _option(
        0, "optimizer steps at most; 0 chooses by the number of clips and the device", low=0, high=10**7
    )
    minutes: float = _option(0.0, "stop after so many minutes of training; 0 for no limit", low=0, high=10**5)
    until: Literal["converged", "steps", "minutes"] = _option(
        "steps", "steps and minutes go on to their end; converged stops early where more steps would not help"
    )
    best_by: Literal["mel", "measures"] = _option(
        "mel",
        "what the best step and an early end go by: mel distance, or what ffvits evaluate measures (slower)",
    )
    batch_size: int = _option(0, "clips per step; 0 chooses by the device", low=0, high=1024)
    segments: int = _option(
        0, "how often the base's segment (32 frames) is decoded of each clip; 0: 3 where that is cheap", low=0, high=32
    )
    around: int = _option(
        -1,
        "frames heard of a clip on each side of what is decoded, where the base reads along; 0: all; -1: 48 if it pays",
        low=-1,
        high=10_000,
    )
    learning_rate: float = _option(0.0, "AdamW's rate; 0 chooses by the base", low=0, high=0.01)
    warmup: int = _option(20, "steps in which the rate rises", low=0, high=10**5)
    decay: float = _option(0.1, "share of the rate that is left at the last step; 1 keeps it as it is", low=0, high=1)
    parts: dict[str, str] = _option({}, "factor on the rate per part: {enc_p: 0.1, dec: 1.0, dp: frozen}")
    new_layers: float = _option(3.0, "factor on the rate of layers that the base did not have", low=0, high=100)
    conditioning: Literal["silent", "random"] = _option(
        "silent", "how such layers begin: silent changes nothing of the base's speech, random does"
    )
    from_scratch: bool = _option(False, "the base gives its shape and symbols only, its weights begin at random")
    start_from: str = _option(
        "auto",
        "the base's voice that a new one starts from: nearest, mean, a name; auto is nearest where that is quick",
    )
    adversary: Literal["auto", "on", "off"] = _option(
        "auto", "train against a discriminator; auto does where the base brings one"
    )
    adversary_from: float = _option(
        0.0, "share of the steps before it joins: early on, steps without it teach as much for less", low=0, high=1
    )
    discriminator: Literal["auto", "published", "lite"] = _option(
        "auto", "which one; auto takes the base's own, else lite (1.6 M parameters) for a small one"
    )
    decoder: Literal["base", "harmonic"] = _option(
        "base", "the base's decoder, or a fresh one that shapes pulses and breath (docs/embedded-base.md)"
    )
    guide: bool = _option(True, "a base of one speaker reads along, to tell which symbol is where")
    guide_holds: float = _option(1.0, "share of the steps after which it begins to let go", low=0, high=1)
    guide_ends: float = _option(1.0, "share of the steps after which it is gone; both 1: never", low=0, high=1)
    replay: float = _option(
        -1.0,
        "share of each batch that the base's own voice speaks, so it is not forgotten; -1: a quarter, or none where "
        "the text's own way is taught (docs/training.md)",
        low=-1,
        high=0.9,
    )
    ema: float = _option(0.995, "decay of the running mean of the weights; 0 turns it off", low=0, high=0.9999)
    precision: Literal["auto", "float32", "bf16", "fp16"] = _option(
        "auto", "auto takes bf16 where the processor has it"
    )
    held_out: float = _option(0.05, "share of clips never trained on, to judge the voice by", low=0, high=0.5)
    check_every: int = _option(0, "steps between looks at the held-out clips; 0 chooses", low=0, high=10**7)
    listen_every: int = _option(
        0,
        "steps between hearings of what the voice says; 0: every fourth look (each by measures), -1 never",
        low=-1,
        high=10**7,
    )
    keep: int = _option(2, "newest checkpoints kept, beside the best", low=1, high=100)


@dataclass(frozen=True)
class SpeakSettings:
    sentences: tuple[str, ...] = _option(
        (
            "你好，很高兴认识你。",
            "今天是2024年5月1日，气温23.5度。",
            "这件事情，你到底是怎么想的呢？",
            "山重水复疑无路，柳暗花明又一村。",
        ),
        "what the finished voice says for the report",
        check=_is_sentence,
    )
    noise: float = _option(0.1, "variety of the voice; lower is steadier", low=0, high=2)
    noise_w: float = _option(0.6, "variety of the rhythm; lower is steadier", low=0, high=2)
    speed: float = _option(1.0, "2 speaks twice as fast", low=0.25, high=4)


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a voice is made; equal recipes on equal clips make equal voices (CPU, float32)."""

    input: str = _option("", "the folder of raw recordings (audio or video, nested at will)")
    out: str = _option("", "the run folder; left out, runs/<speaker>")
    speaker: str = _option("", "the character's name, for a folder that holds one speaker")
    layout: Literal["auto", "flat", "folders"] = _option(
        "auto", "flat is one speaker, folders is one folder per speaker; auto takes flat if audio lies at the top"
    )
    base: str = _option(
        "auto",
        "a name of `ffvits bases`, a G_*.pth, or a folder; auto takes biaobei where in reach, else mandarin-lite",
    )
    language: Literal["zh"] = _option("zh", "the language spoken in the recordings")
    source: str = _option("", "where the recordings come from; goes into the voice's card")
    consent: str = _option("", "who allowed their use, and for what; goes into the voice's card")
    seed: int = _option(1234, "start of every random choice", low=0, high=2**32 - 1)
    device: str = _option("auto", "auto, cpu, cuda, cuda:1 or mps")
    offline: bool = _option(False, "never download; use what the cache holds")
    label: LabelSettings = _section(LabelSettings, "from recordings to labelled clips")
    text: TextSettings = _section(TextSettings, "from text to symbols")
    train: TrainSettings = _section(TrainSettings, "from clips to a voice")
    speak: SpeakSettings = _section(SpeakSettings, "how the finished voice speaks")

    @classmethod
    def load(cls, path: str | Path, over: Recipe | None = None) -> Recipe:
        """Reads a YAML recipe, or by a bare name one of the folder `recipes`; what it leaves out is as in `over`.

        Relative `input` and `out` are taken from where the command runs. Without `over`, the defaults fill it up.

        Raises RecipeError naming the key, the line and the nearest valid name.
        """
        path = path_of(path)
        named = Path("recipes") / f"{path}.yaml"
        if not path.suffix and not path.exists() and named.is_file():
            path = named
        return Reader(path).build(over or cls(), read_file(path))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], *, file: str | Path | None = None) -> Recipe:
        """A recipe from nested mappings, checked like a file."""
        return Reader(file).build(cls(), as_node(_plain(values)))

    def override(self, values: Mapping[str, Any]) -> Recipe:
        """This recipe with dotted names replaced: `{"base": "biaobei", "train.steps": 200}`.

        A whole section (`{"train": {"ema": 0}}`) replaces what it names and leaves the rest as it was. Raises
        RecipeError for a name or value that a file could not hold either.
        """
        tree: dict[str, Any] = {}
        for name, value in values.items():
            _put(tree, self, name.split("."), value)
        return Reader(None).build(self, as_node(_plain(tree)))

    def to_mapping(self) -> dict[str, Any]:
        """Nested plain values, as YAML and JSON hold them."""
        return _plain(dataclasses.asdict(self))

    def to_yaml(self) -> str:
        import yaml

        return yaml.safe_dump(self.to_mapping(), allow_unicode=True, sort_keys=False, width=120)


def _put(place: dict[str, Any], start: Any, steps: Sequence[str], value: Any) -> None:
    """Enters a value under its dotted name; in a table, beside what the table in `start` holds."""
    first, *rest = steps
    within = getattr(start, first, None) if not isinstance(start, Mapping) else None
    if rest:
        inner = place.setdefault(first, dict(within) if isinstance(within, Mapping) else {})
        if not isinstance(inner, dict):
            raise RecipeError(f"{first} is given twice, and as two different things", cure="keep one")
        _put(inner, within, rest, value)
    elif dataclasses.is_dataclass(within) and isinstance(value, Mapping):
        place.setdefault(first, {})
        for name, inner in value.items():
            _put(place[first], within, [str(name)], inner)
    else:
        place[first] = value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Path) else value


def options(kind: type = Recipe, path: str = "") -> Iterable[tuple[str, types.MappingProxyType, Any]]:
    """Every option as (dotted name, metadata, default), sections in the order of the recipe."""
    defaults = kind()
    for entry in dataclasses.fields(kind):
        name = f"{path}.{entry.name}" if path else entry.name
        value = getattr(defaults, entry.name)
        if dataclasses.is_dataclass(value):
            yield from options(type(value), name)
        else:
            yield name, entry.metadata, value
