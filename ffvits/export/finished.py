"""A voice, a training state or a base on its way to other programs, and the name that its files go by there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import BaseError
from ffvits.run import Run
from ffvits.speak.folder import JUDGE_FILE, VoiceInfo, find_voice, read_weights

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.vits import Vits

LONGEST_NAME = 60  # characters, so that a long name of hanzi still is a file's name with all that stands behind it
_HANZI = re.compile("[\u3007\u3400-\u9fff\U00020000-\U000323af]+")


@dataclass(frozen=True)
class Finished:
    """A voice on its way out: its description, its weights as trained (not fused), and a name for files.

    `title` is its own name, which may be Chinese: two voices can have one name for files (张三, 章三).
    `judge` is the discriminator of a voice that is to be a base.
    """

    info: VoiceInfo
    weights: Mapping[str, Tensor] = field(repr=False)
    name: str
    title: str
    judge: Mapping[str, Tensor] | None = field(default=None, repr=False)

    @property
    def audio(self) -> AudioFormat:
        """The audio settings that its shape implies."""
        from ffvits.audio.spectrogram import AudioFormat
        from ffvits.vits import VitsConfig

        config = VitsConfig.from_dict(self.info.model)
        length = 2 * (config.spec_channels - 1)
        return AudioFormat(
            self.info.sampling_rate, filter_length=length, hop_length=config.hop_length, win_length=length
        )

    def model(self) -> Vits:
        """The model for speaking, in float32."""
        from ffvits.base.skeleton import filled
        from ffvits.vits import VitsConfig

        weights = {name: tensor.float() for name, tensor in self.weights.items()}
        return filled(VitsConfig.from_dict(self.info.model), weights).eval().fused()


def finished(source: str | Path, offline: bool = False) -> Finished:
    """A run's voice, or a base as one. Raises what `Voice.load` does, and BaseError for a folder that is an export."""
    folder = find_voice(source)
    if folder is None:
        from ffvits.base import load_base

        base = load_base(source, offline=offline)
        return Finished(VoiceInfo.of_base(base), base.generator, file_name(base.name), base.name)
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise BaseError("this folder is itself an export", cure="export the run it came from", file=folder)
    title = (folder.parent if folder.name == "voice" else folder).resolve().name
    judge = read_weights(folder / JUDGE_FILE) if (folder / JUDGE_FILE).is_file() else None
    return Finished(VoiceInfo.load(folder), read_weights(weights), file_name(title), title, judge)


def of_checkpoint(source: str | Path, checkpoint: str | Path | int) -> Finished:
    """The voice that a training state of a run is. Raises RunError for no run, or naming the states that there are."""
    from ffvits.train.export import voice_of

    run = Run.open(source)
    info, weights = voice_of(run, checkpoint)
    title = f"{run.folder.resolve().name} {info.card['steps']}"
    return Finished(info, weights, file_name(title), title)


def file_name(name: str) -> str:
    """A voice's name in ASCII, because several of the programs open nothing else: hanzi in pinyin without tones.

    Were they left out, all voices of Chinese names would have one, and such a program keeps them in one folder.
    """
    from pypinyin import lazy_pinyin

    spelled = _HANZI.sub(lambda hanzi: "".join(lazy_pinyin(hanzi[0])), unicodedata.normalize("NFKD", name))
    plain = spelled.encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain)[:LONGEST_NAME].strip("_") or "voice"
