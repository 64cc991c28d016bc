"""One base from two trainings that went on side by side from the same start: the words of one, the sound of the other.

    python benchmarks/base_join.py runs/words runs/sound out/

`runs/words` trained text encoder, flow and durations, `runs/sound` the decoder against its discriminator; the posterior
encoder was frozen in both, so the latents between them mean the same. Writes `G.safetensors` (large weights of decoder,
flow and posterior encoder in half precision) with its configuration inside, and the discriminator beside it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor

from ffvits.base import load_base, save_discriminator, save_generator
from ffvits.run import Run
from ffvits.speak.folder import JUDGE_FILE
from ffvits.train import state

LARGE = 1000  # weights of a tensor from which on half precision saves anything
HALVED = ("dec.", "flow.", "enc_q.")  # text encoder and durations stay whole: a frame more is another rhythm


def newest(run: Run) -> dict:
    """The state of a run's last checkpoint."""
    files = sorted(run.checkpoints.glob("step-*.pt"))
    if not files:
        raise SystemExit(f"{run.folder} has no checkpoint")
    progress, saved = state.load(files[-1])
    sys.stderr.write(f"{run.folder}: step {progress.step:,}\n")
    return saved


def joined(words: dict[str, Tensor], sound: dict[str, Tensor]) -> dict[str, Tensor]:
    """The decoder of `sound`, everything else of `words`."""
    for name, tensor in words.items():
        if name.startswith("enc_q.") and not torch.equal(tensor, sound[name]):
            raise SystemExit(f"{name} differs: both must start from the same base, with train.parts.enc_q: frozen")
    return {name: sound[name] if name.startswith("dec.") else tensor for name, tensor in words.items()}


def stored(name: str, tensor: Tensor) -> Tensor:
    """A tensor as the embedded base keeps it."""
    return tensor.to(torch.float16) if name.startswith(HALVED) and tensor.numel() >= LARGE else tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", type=Path, help="the run whose text encoder, flow and durations are taken")
    parser.add_argument("sound", type=Path, help="the run whose decoder is taken")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    words, sound = Run.open(options.words), Run.open(options.sound)
    base = load_base(words.recipe().base, offline=True)
    said, heard = newest(words), newest(sound)
    weights = joined(said["average"], heard["average"])
    options.out.mkdir(parents=True, exist_ok=True)
    shape = {
        "audio": base.audio,
        "symbols": base.symbols,
        "speakers": base.speakers,
        "front_end": base.front_end,
        "add_blank": base.add_blank,
    }
    half = {name: stored(name, tensor) for name, tensor in weights.items()}
    save_generator(options.out / "G.safetensors", half, base.config, **shape)
    if heard["judge"] is not None:
        judge = {name: tensor.to(torch.float16) for name, tensor in heard["judge"].items()}
        save_discriminator(options.out / JUDGE_FILE, judge)


if __name__ == "__main__":
    main()
