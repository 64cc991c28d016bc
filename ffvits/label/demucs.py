"""Demucs, the better separator: S. Rouard et al., "Hybrid transformers for music source separation", ICASSP 2023."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import FfvitsError
from ffvits.extras import install

if TYPE_CHECKING:
    import numpy as np

SIGNATURE = "955717e8"  # of the hybrid transformer with four stems


class Demucs:
    """The `demucs` package's model behind the same call as Spleeter's; make it with `load`."""

    name = "Demucs"

    def __init__(self, model: object, device: str = "cpu") -> None:
        self.model = model
        self.device = device

    def music(self, samples: np.ndarray) -> np.ndarray:
        """What is not voice in a mix [T] at 44.1 kHz."""
        import torch
        from demucs.apply import apply_model

        mix = torch.from_numpy(samples)
        mean, spread = mix.mean(), mix.std() + 1e-8
        stereo = ((mix - mean) / spread).expand(1, 2, -1)
        with torch.inference_mode():
            # No random shifts: the same recording gives the same voice.
            stems = apply_model(self.model, stereo, shifts=0, split=True, overlap=0.25, device=self.device)[0]
        voice = stems[self.model.sources.index("vocals")].mean(dim=0).cpu() * spread + mean
        return (mix - voice).numpy()


def load(folder: Path, device: str = "cpu") -> Demucs:
    """Loads the checkpoint of the manifest's entry `demucs-htdemucs`, whose checksum the store has verified.

    Raises FfvitsError if the package is missing or does not understand the file.
    """
    try:
        from demucs.pretrained import get_model
        from demucs.repo import ModelLoadingError
    except ImportError as error:
        raise FfvitsError(f"the package {error.name!r} is not installed", cure=install("label")) from error
    try:
        return Demucs(get_model(SIGNATURE, repo=folder), device)
    except (ModelLoadingError, RuntimeError, KeyError) as error:
        raise FfvitsError(f"Demucs cannot be loaded: {error}", cure="pip install -U demucs", file=folder) from error
