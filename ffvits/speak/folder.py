"""A voice folder: `model.safetensors` (weights) and `voice.json` (everything else: shape, symbols, speakers, front end,
lexicon, how it likes to speak, and its card: what it was made from, by whose consent)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffvits import console
from ffvits.errors import BaseError
from ffvits.files import path_of, replacing, write_text
from ffvits.recipe import SpeakSettings

if TYPE_CHECKING:
    import torch

    from ffvits.base import Base
    from ffvits.text import FrontEnd

FORMAT = 1
_KINDS = {
    "model": Mapping, "sampling_rate": int, "front_end": str, "add_blank": bool, "lexicon": Mapping,
    "noise": int | float, "noise_w": int | float, "speed": int | float, "card": Mapping,
}  # fmt: skip
_LISTS = {"symbols": str, "speakers": str, "octaves": int | float}
_LOWEST_RATE, _HIGHEST_RATE = 1000, 1_000_000  # Hz
JUDGE_FILE = "D_latest.safetensors"  # beside the weights of a voice that is to be a base


@dataclass(frozen=True)
class VoiceInfo:
    """All of a voice but its weights, as `voice.json` holds it.

    `octaves`: by how much its posterior encoder must be given each speaker's recordings higher; empty for not at all.
    """

    model: Mapping[str, Any]
    sampling_rate: int
    symbols: tuple[str, ...]
    front_end: str
    add_blank: bool
    speakers: tuple[str, ...] = ()
    lexicon: Mapping[str, str] = field(default_factory=dict)
    noise: float = 0.667
    noise_w: float = 0.8
    speed: float = 1.0
    octaves: tuple[float, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)

    def save(self, folder: Path, weights: Mapping[str, torch.Tensor]) -> None:
        """Writes the voice folder; the description comes last, so a folder that has one is whole."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / "model.safetensors") as temporary:
            save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary)
        self.describe(folder)

    def describe(self, folder: Path) -> None:
        """Writes `voice.json` alone."""
        write_text(
            folder / "voice.json",
            json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n",
        )

    @classmethod
    def load(cls, folder: Path) -> VoiceInfo:
        """Reads `voice.json`. Raises BaseError if it cannot be read, is damaged or of another version of ffvits."""
        file = folder / "voice.json"
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            if values.pop("format") != FORMAT:
                raise BaseError("this voice was written by another version of ffvits", cure="update ffvits", file=file)
            return cls.of_mapping(values)
        except OSError as error:
            raise _unreadable("the voice's description", file, error) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BaseError(
                f"the voice's description is damaged ({error})", cure="export it again: ffvits train RUN", file=file
            ) from error

    @classmethod
    def of_mapping(cls, values: Mapping[str, Any]) -> VoiceInfo:
        """From what `asdict` made of it. Raises KeyError, TypeError or ValueError for anything else."""
        wrong = [name for name, kind in _KINDS.items() if name in values and not isinstance(values[name], kind)]
        tuples = {name: tuple(values.get(name, ())) for name in _LISTS}
        wrong += [name for name, kind in _LISTS.items() if not all(isinstance(one, kind) for one in tuples[name])]
        if not wrong and not all(isinstance(reading, str) for reading in values.get("lexicon", {}).values()):
            wrong.append("lexicon")
        if not wrong and not _LOWEST_RATE <= values["sampling_rate"] <= _HIGHEST_RATE:
            wrong.append("sampling_rate")
        if wrong:
            raise TypeError(f"{wrong[0]} is {values[wrong[0]]!r}")
        for name, rows in (("symbols", "n_vocab"), ("speakers", "n_speakers")):
            there = values["model"].get(rows, len(tuples[name]))
            if len(tuples[name]) > there:
                raise ValueError(f"{len(tuples[name])} {name}, and weights for {there}")
        if len(tuples["octaves"]) not in (0, len(tuples["speakers"])):
            raise ValueError(f"{len(tuples['octaves'])} octaves for {len(tuples['speakers'])} speakers")
        return cls(**{**values, **tuples})

    @classmethod
    def of_base(cls, base: Base) -> VoiceInfo:
        """What is known of a base as a voice of its own, which speaks as recipes do that say nothing else.

        Raises BaseError where ffvits cannot write its symbols.
        """
        if not base.front_end:
            raise BaseError(
                f"{base.name} cannot be made to speak: ffvits has no front end that writes its symbols",
                cure="as a base it serves (its symbols are replaced); to hear one, take another of `ffvits bases`",
                file=base.path,
            )
        usual = SpeakSettings()
        return cls(
            model=base.config.to_dict(),
            sampling_rate=base.audio.sampling_rate,
            symbols=base.symbols,
            front_end=base.front_end,
            add_blank=base.add_blank,
            speakers=base.speakers,
            noise=usual.noise,
            noise_w=usual.noise_w,
            card={"base": base.name, "licence": base.licence},
        )

    def reader(self) -> FrontEnd:
        """What turns text into this voice's symbols."""
        from ffvits.text import front_end

        return front_end(self.front_end, symbols=self.symbols, add_blank=self.add_blank, lexicon=self.lexicon)


def find_voice(path: str | Path) -> Path | None:
    """The folder with `voice.json` that a run, a voice folder or an export is; None for anything else.

    Raises BaseError for a run that has no voice yet, a folder of several, of runs without one, and one that cannot be
    looked into.
    """
    folder = path_of(path)
    try:
        found = next((place for place in (folder / "voice", folder) if (place / "voice.json").is_file()), None)
    except OSError as error:
        raise _unreadable("this folder", folder, error) from error
    if found:
        return found
    if (folder / "recipe.yaml").is_file():
        raise BaseError(
            "this run has no finished voice yet", cure=f"go on with: ffvits train {console.typed(folder)}", file=folder
        )
    within = [place.parent for place in (*folder.glob("*/voice/voice.json"), *folder.glob("*/voice.json"))]
    if within and not any(folder.glob("*.pth")):
        names = sorted(str(place.parent if place.name == "voice" else place) for place in within)
        cure = f"choose one: {', '.join(names[:20])}"
        raise BaseError("this folder holds voices, and is none itself", cure=cure, file=folder)
    runs = sorted(place.parent for place in folder.glob("[!.]*/recipe.yaml"))
    if runs and not any(file.suffix in (".pth", ".safetensors") for file in folder.iterdir()):
        raise BaseError(
            f"of the runs in this folder none has a finished voice yet: {', '.join(run.name for run in runs[:20])}",
            cure=f"go on with: ffvits train {console.typed(runs[0])}",
            file=folder,
        )
    return None


def read_weights(file: Path) -> dict[str, torch.Tensor]:
    """The tensors of a voice folder. Raises BaseError if they cannot be read, or torch is not installed."""
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ModuleNotFoundError as error:
        raise lacking(error, file) from error
    try:
        with file.open("rb"):  # safetensors calls whatever cannot be opened a file that is not there
            pass
    except OSError as error:
        raise _unreadable("the voice's weights", file, error) from error
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise BaseError(
            f"the voice's weights cannot be read ({error})", cure="export it again: ffvits train RUN", file=file
        ) from error


def lacking(error: ModuleNotFoundError, voice: str | Path) -> BaseError:
    """What to say of a voice in torch where only voices in ONNX can speak, since torch was left out."""
    return BaseError(
        f"this voice needs the package {error.name}, which is not installed",
        cure="pip install torch safetensors; or export it elsewhere with --to onnx, and copy that here",
        file=voice,
    )


def _unreadable(what: str, file: Path, error: OSError) -> BaseError:
    cure = "make it readable for who runs ffvits" if isinstance(error, PermissionError) else "copy it here again"
    return BaseError(f"{what} cannot be read: {error.strerror}", cure=cure, file=file)
