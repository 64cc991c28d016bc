"""Which of a base's voices a new speaker should start from, judged by the base itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.errors import BaseError

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.base.load import Base


@dataclass(frozen=True)
class Nearness:
    """The nearest voice, and for each voice how badly it explains the clips: nats per frame, lower is nearer."""

    name: str
    scores: dict[str, float]


def nearest_voice(base: Base, clips: Sequence[tuple[Tensor, Sequence[int]]], *, most: int = 8) -> Nearness:
    """The voice of a multi-speaker base that explains a new speaker's clips best.

    `clips` are pairs of a linear spectrogram [spec_channels, T] at the base's rate and the symbol ids of what is said;
    the first `most` of them are used. The measure is the KL term of the model's own bound (VITS, 2.1.2): how far the
    latents of the recording, heard as each voice, lie from what the text predicts along the best alignment.

    Raises BaseError for a base without voices, or without clips.
    """
    import torch

    from ffvits.base.skeleton import filled
    from ffvits.vits import kl_loss
    from ffvits.vits.alignment import align, spread

    if not base.config.has_speakers:
        raise BaseError(f"{base.name} has one voice only", cure="leave the choice of a starting voice out")
    if not clips:
        raise BaseError("no clips to judge the voices by", cure="give a few clips of the new speaker")
    model = filled(base.config, base.generator).eval()
    totals = torch.zeros(base.config.n_speakers, dtype=torch.float64)
    frames = 0
    with torch.no_grad(), console.progress("Nearest voice", total=min(len(clips), most), unit="clips") as bar:
        for spec, ids in clips[:most]:
            text = model.enc_p(torch.tensor([list(ids)]), torch.tensor([len(ids)]))
            lengths = torch.tensor([spec.shape[1]])
            for voice in range(base.config.n_speakers):
                g = model.speaker(torch.tensor([voice]))
                posterior = model.enc_q(spec[None], lengths, g)
                z_p = model.flow(posterior.mean, posterior.mask, g)
                path = align(z_p, text.mean, text.logs, text.mask, posterior.mask)
                mean, logs = spread(path, text.mean), spread(path, text.logs)
                totals[voice] += float(kl_loss(z_p, posterior.logs, mean, logs, posterior.mask)) * spec.shape[1]
            frames += spec.shape[1]
            bar.advance()
    scores = dict(zip(base.speakers, (totals / frames).tolist(), strict=True))
    return Nearness(min(scores, key=scores.__getitem__), scores)
