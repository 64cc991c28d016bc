"""A pretrained run as the embedded base: all large weights but those of the durations in half precision.

python benchmarks/base_store.py runs/corpus out/
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

from ffvits.audio.spectrogram import AudioFormat
from ffvits.base import save_generator
from ffvits.run import Run
from ffvits.train.export import voice_of
from ffvits.vits import VitsConfig

LARGE = 1000  # weights of a tensor from which on half precision saves anything
HALVED = ("enc_p.", "dec.", "flow.", "enc_q.", "pitch.")  # durations stay whole: a frame more is another rhythm


def newest(run: Run) -> Path:
    """The run's last checkpoint: the rates have fallen to their end, and so has the running mean's noise."""
    files = sorted(run.checkpoints.glob("step-*.pt"))
    if not files:
        raise SystemExit(f"{run.folder} has no checkpoint")
    sys.stderr.write(f"{files[-1].name}\n")
    return files[-1]


def stored(name: str, tensor: Tensor) -> Tensor:
    """A tensor as the embedded base keeps it."""
    return tensor.to(torch.float16) if name.startswith(HALVED) and tensor.numel() >= LARGE else tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    info, weights = voice_of(Run.open(options.run), newest(Run.open(options.run)))
    audio = AudioFormat(info.sampling_rate)
    half = {name: stored(name, tensor) for name, tensor in weights.items()}
    options.out.mkdir(parents=True, exist_ok=True)
    for file in (options.out / "G.safetensors", options.out / "config.json"):
        file.unlink(missing_ok=True)
    save_generator(
        options.out / "G.safetensors",
        half,
        VitsConfig.from_dict(info.model),
        audio=audio,
        symbols=info.symbols,
        speakers=info.speakers,
        front_end=info.front_end,
        add_blank=info.add_blank,
    )


if __name__ == "__main__":
    main()
