"""Where each symbol lies in a recording, found before the model can hear it.

A base of one speaker has heard nobody else: its posterior encoder makes little sense of a new voice, and the alignment
that training searches with it (VITS, section 2.2.1) is wrong for hundreds of steps. But the base can read the clip's
text aloud and knows when it says what; warping its reading onto the recording gives the alignment to start from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ffvits import console
from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram
from ffvits.run import Run, digest
from ffvits.train.dataset import Item, save_samples

if TYPE_CHECKING:
    from ffvits.base import Base

COEFFICIENTS = 13  # of the mel cepstrum, by channel mean and variance: who speaks matters less, what is said stays
WIDTH = 1.5  # symbols that an alignment may stray before the guide pulls it back


def guided(items: Sequence[Item], base: Base, run: Run) -> list[Item]:
    """The items, each with the file that says which symbol each of its frames should be at."""
    missing = [item for item in items if not _file(item, base, run).is_file()]
    if missing:
        from ffvits.vits import Vits

        model = Vits(base.config)
        model.load_state_dict(base.generator)
        model = model.eval().fused()
        with console.progress("Reading along", total=len(missing), unit="clips") as bar:
            for item in missing:
                save_samples(_file(item, base, run), symbol_positions(item, model, base.audio))
                bar.advance()
    return [replace(item, guide=_file(item, base, run)) for item in items]


def _file(item: Item, base: Base, run: Run) -> Path:
    key = digest("guide", base.sha256, item.ids, item.samples.name)
    return run.folder / "cache" / "guide" / key[:2] / f"{key}.npy"


@torch.inference_mode()
def symbol_positions(item: Item, model: torch.nn.Module, audio: AudioFormat) -> np.ndarray:
    """Which symbol (a fractional index into `item.ids`) each frame of the recording is at: float32 [frames].

    `model` is a base without speakers. Dynamic time warping of mel cepstra (Sakoe & Chiba 1978).
    """
    import librosa

    ids = torch.tensor([item.ids])
    speech = model.infer(ids, torch.tensor([len(item.ids)]), noise_scale=0.0, noise_scale_w=0.0)
    of_frame = np.repeat(np.arange(len(item.ids)), speech.durations[0].numpy())
    read = _cepstrum(speech.audio[0, 0], audio)
    heard = _cepstrum(torch.from_numpy(item.load(audio.hop_length)), audio)
    _, path = librosa.sequence.dtw(read, heard)
    total, count = np.zeros(item.frames), np.zeros(item.frames)
    for mine, theirs in path:
        total[theirs] += of_frame[min(mine, len(of_frame) - 1)]
        count[theirs] += 1
    return (total / count).astype(np.float32)


def _cepstrum(wav: torch.Tensor, audio: AudioFormat) -> np.ndarray:
    """Mel cepstrum [COEFFICIENTS, frames], each row with mean 0 and variance 1."""
    from scipy.fft import dct

    mel = mel_spectrogram(wav, audio)[0].numpy()
    cepstrum = dct(mel, axis=0, norm="ortho")[:COEFFICIENTS]
    return (cepstrum - cepstrum.mean(1, keepdims=True)) / (cepstrum.std(1, keepdims=True) + 1e-5)


def pull(positions: torch.Tensor, symbols: int, strength: float) -> torch.Tensor:
    """What the guide adds to the alignment's scores: positions [B, T_spec] -> [B, T_spec, symbols], 0 at its line."""
    indices = torch.arange(symbols, device=positions.device)
    return -strength * (indices - positions.unsqueeze(-1)).square() / (2 * WIDTH**2)
