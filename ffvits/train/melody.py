"""How high each clip is at each frame: what a model with a harmonic source sings along with while it learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.audio.spectrogram import AudioFormat
from ffvits.audio.transposed import transposed_spectrogram
from ffvits.train.dataset import Batch, Item
from ffvits.train.samples import save_samples
from ffvits.vits.segments import slice_segments
from ffvits.vits.source import MIDDLE, Melody

SURE = 20.0  # a voicing that leaves no doubt
VERSION = 2  # of what is kept in a run's cache


def sing_along(items: Sequence[Item], audio: AudioFormat) -> list[Item]:
    """The items with their melodies; what was tracked before is kept beside the samples."""
    missing = [item for item in items if not _file(item, audio).is_file()]
    if missing:
        with console.progress("Listening for pitch", total=len(missing), unit="clips") as bar:
            for item in missing:
                save_samples(_file(item, audio), melody(item, audio))
                bar.advance()
    return [replace(item, melody=_file(item, audio)) for item in items]


def _file(item: Item, audio: AudioFormat) -> Path:
    return item.samples.with_name(f"{item.samples.stem}-melody{VERSION}-{audio.hop_length}.npy")


def melody(item: Item, audio: AudioFormat) -> np.ndarray:
    """Octaves above MIDDLE cycles in a frame, bridged where there is no voice; and 1 where there is: [frames, 2]."""
    from ffvits.audio.pitch import HOP, RATE, track

    found = track(Sound(item.load(audio.hop_length), audio.sampling_rate))
    at = (np.arange(item.frames) + 0.5) * audio.hop_length / audio.sampling_rate * RATE / HOP
    middle = MIDDLE * audio.sampling_rate / audio.hop_length
    octaves = np.interp(at, np.arange(len(found.hz)), found.semitones(middle) / 12)
    voiced = np.interp(at, np.arange(len(found.hz)), found.voiced.astype(float)) >= 0.5
    return np.stack([octaves, voiced], axis=1).astype(np.float32)


def heard(batch: Batch, audio: AudioFormat, octaves: Sequence[float]) -> Tensor:
    """The spectrograms [B, bins, T_spec] that the posterior encoder hears of a batch.

    Those of speaker `n` are `octaves[n]` higher than the recording: as high as the base would have read it, whose
    latents know no other height.
    """
    wav = batch.wav[:, 0]
    spec = wav.new_empty(len(wav), audio.spec_channels, wav.shape[-1] // audio.hop_length)
    raised = [octaves[speaker] if speaker < len(octaves) else 0.0 for speaker in batch.speakers.tolist()]
    for interval in sorted(set(raised)):
        rows = torch.tensor([other == interval for other in raised], device=wav.device)
        spec[rows] = transposed_spectrogram(wav[rows], audio, interval)
    return spec


def known(batch: Batch) -> Melody | None:
    """What is known of a batch's melody, as the model takes it."""
    if batch.melody is None:
        return None
    melody = batch.melody.mT
    return Melody(melody[:, :1], SURE * (2 * melody[:, 1:] - 1))


def cut(melody: Melody, starts: Tensor, size: int) -> Melody:
    """The stretches of `size` frames that begin at `starts` [B]; see `slice_segments`."""
    return Melody(slice_segments(melody.octaves, starts, size), slice_segments(melody.voicing, starts, size))


def melody_loss(read: Melody, real: Melody, mask: Tensor, frames: int) -> Tensor:
    """How far what was read is from what is real, in octaves where there is voice, and in whether there is any.

    A mean over `frames`, those of the whole batch.
    """
    voiced = (real.voicing > 0) * mask
    far = (read.octaves - real.octaves).abs() * voiced
    unsure = F.binary_cross_entropy_with_logits(read.voicing, voiced, reduction="none") * mask
    return (far.sum() + unsure.sum()) / frames
