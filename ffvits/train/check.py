"""A look at clips that the model never trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram
from ffvits.train.dataset import Item, collate
from ffvits.train.guide import pull
from ffvits.train.melody import heard, known
from ffvits.vits import Vits, duration_loss, kl_loss


@dataclass(frozen=True)
class Check:
    """What the model does on clips it never trained on, each a mean over clips.

    `spoken` is the mel distance of the clip spoken from its text with the clip's own timing: the way the voice will
    be used. `copied` is that of the clip passed through posterior and decoder; `kl` and `duration` are the losses.
    `change` is how far the weights have gone since the check before, relative to their length. `sounds` are what was
    spoken and the recording, samples [T], for whoever listens.
    """

    spoken: float
    copied: float
    kl: float
    duration: float
    change: float
    sounds: tuple[tuple[np.ndarray, np.ndarray], ...] = field(default=(), compare=False, repr=False)


@torch.no_grad()
def look(
    model: Vits,
    items: Sequence[Item],
    audio: AudioFormat,
    guide: float,
    octaves: Sequence[float] = (),
    change: float = 0.0,
) -> Check:
    """Measures a model on items, one at a time, always the same way; the guide pulls with that strength.

    `octaves`: see `ffvits.train.melody.heard`.
    """
    device = next(model.parameters()).device
    sums = torch.zeros(4)
    sounds = []
    for item in items:
        batch = collate([item], audio.hop_length).to(device)
        generator = torch.Generator().manual_seed(0)
        out = model(
            batch.x,
            batch.x_lengths,
            heard(batch, audio, octaves),
            batch.frames,
            batch.speakers,
            guide=pull(batch, guide),
            melody=known(batch),
            generator=generator,
        )
        g = model.speaker(batch.speakers)
        real = mel_spectrogram(batch.wav[:, 0], audio)
        copied = mel_spectrogram(model.dec(out.latent, g)[:, 0], audio)
        z = model.flow(out.m_p, out.y_mask, g, reverse=True)
        wav = model.dec(model.latent(z, out.y_mask, g), g)[:, 0]
        spoken = mel_spectrogram(wav, audio)
        sounds.append((wav[0].float().cpu().numpy(), batch.wav[0, 0].cpu().numpy()))
        sums += torch.tensor(
            [
                float((spoken - real).abs().mean()),
                float((copied - real).abs().mean()),
                float(kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask)),
                float(duration_loss(out.duration_loss)),
            ]
        )
    return Check(*(sums / len(items)).tolist(), change=change, sounds=tuple(sounds))
