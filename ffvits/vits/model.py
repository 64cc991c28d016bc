"""VITS (Kim, Kong & Son 2021), whole: how it learns, how it speaks and how it changes one voice into another."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.errors import BaseError
from ffvits.vits.alignment import align, path_of_durations, spread
from ffvits.vits.config import VitsConfig
from ffvits.vits.decoder import Decoder
from ffvits.vits.duration import DurationPredictor, StochasticDurationPredictor
from ffvits.vits.encoders import PosteriorEncoder, TextEncoder
from ffvits.vits.flow import CouplingFlow
from ffvits.vits.harmonic import HarmonicDecoder
from ffvits.vits.layers import fuse_weight_norm, noise_like, sequence_mask
from ffvits.vits.segments import random_starts, slice_segments
from ffvits.vits.source import Melody, PitchReader, sung


@dataclass(frozen=True)
class Excerpt:
    """What is known beforehand of parts of clips, so that no alignment is searched.

    `path` [B, 1, T_spec, T_text] says which symbol of the whole text each frame of the part says, `frames`
    [B, 1, T_text] how many each has in the whole clip, `starts` [B] where the segment to be decoded begins in the part.
    """

    path: Tensor
    frames: Tensor
    starts: Tensor


@dataclass(frozen=True)
class Said:
    """A stretch spoken from its text alone: `audio` [B, 1, S * hop], `melody` [B, 1, S] if one is read off latents."""

    audio: Tensor
    melody: Melody | None


@dataclass(frozen=True)
class TrainingOutput:
    """What the losses need. C is inter_channels and S the frames of a segment.

    `audio` [B, 1, S * hop] starts at frame `starts` [B] of each clip; `segment_mask` [B, 1, S] is 0 where a clip is
    shorter than the segment. `said` is the same stretch spoken from the text alone, where that was asked for.
    `attention` [B, 1, T_spec, T_text] is the path; `duration_loss` [B] is already divided by the symbols of the batch.
    Latents and Gaussians are [B, C, T_spec], the prior's spread over the frames; `latent` is what the decoder took,
    `melody` what was read off z where the real one was given.
    """

    audio: Tensor
    said: Said | None
    starts: Tensor
    segment_mask: Tensor
    latent: Tensor
    melody: Melody | None
    attention: Tensor
    duration_loss: Tensor
    x_mask: Tensor
    y_mask: Tensor
    z: Tensor
    z_p: Tensor
    m_p: Tensor
    logs_p: Tensor
    logs_q: Tensor


@dataclass(frozen=True)
class Speech:
    """A batch of spoken texts.

    `audio` [B, 1, T]; `lengths` [B] its samples that belong to the text; `attention` [B, 1, T_spec, T_text];
    `mask` [B, 1, T_spec]; `durations` [B, T_text] frames of each symbol; latents `z` and `z_p` [B, C, T_spec].
    """

    audio: Tensor
    lengths: Tensor
    attention: Tensor
    mask: Tensor
    durations: Tensor
    z: Tensor
    z_p: Tensor


@dataclass(frozen=True)
class Conversion:
    """A batch of converted recordings: `audio` [B, 1, T], its `lengths` [B] in samples, `mask` [B, 1, T_spec]."""

    audio: Tensor
    lengths: Tensor
    mask: Tensor


class Vits(nn.Module):
    """The published model; parameter names are those of the original checkpoints."""

    def __init__(self, config: VitsConfig) -> None:
        super().__init__()
        self.config = config
        inter, hidden, gin = config.inter_channels, config.hidden_channels, config.gin_channels
        self.enc_p = TextEncoder(
            config.n_vocab,
            inter,
            hidden,
            config.filter_channels,
            config.n_heads,
            config.n_layers,
            config.kernel_size,
            config.p_dropout,
        )
        self.dec = (HarmonicDecoder if config.sings else Decoder)(config)
        self.enc_q = PosteriorEncoder(config.spec_channels, inter, hidden, kernel_size=5, n_layers=16, gin_channels=gin)
        self.flow = CouplingFlow(inter, hidden, gin_channels=gin)
        if config.use_sdp:
            self.dp = StochasticDurationPredictor(hidden, gin_channels=gin)
        else:
            self.dp = DurationPredictor(hidden, 256, kernel_size=3, p_dropout=0.5, gin_channels=gin)
        if config.sings:
            self.pitch = PitchReader(inter, hidden, gin_channels=gin)
        if config.has_speakers:
            self.emb_g = nn.Embedding(config.n_speakers, gin)

    def speaker(self, sid: Tensor | None) -> Tensor | None:
        """Speaker ids [B] -> embeddings [B, gin, 1]; None for a model without speakers.

        Raises BaseError if the model has speakers and none is named.
        """
        if not self.config.has_speakers:
            return None
        if sid is None:
            raise BaseError(
                f"this model has {self.config.n_speakers} speakers and none was chosen",
                cure=f"give a speaker id from 0 to {self.config.n_speakers - 1}",
            )
        return self.emb_g(sid).unsqueeze(-1)

    @property
    def flow_reach(self) -> int:
        """How many frames on each side decide what the decoder takes of a frame of the prior's latent."""
        return self.flow.reach + (self.pitch.reach if self.config.sings else 0)

    def latent(self, z: Tensor, mask: Tensor, g: Tensor | None = None, melody: Melody | None = None) -> Tensor:
        """What the decoder takes of z [B, C, T]: z itself, and for one that sings the state of `melody` under it.

        Where no melody is known, it is read off z.
        """
        if not self.config.sings:
            return z
        return torch.cat([z.float(), sung(melody or self.pitch(z, mask, g)) * mask], dim=1)

    def forward(
        self,
        x: Tensor,
        x_lengths: Tensor,
        spec: Tensor,
        spec_lengths: Tensor,
        sid: Tensor | None = None,
        *,
        guide: Tensor | None = None,
        excerpt: Excerpt | None = None,
        melody: Melody | None = None,
        segment_frames: int = 0,
        say: bool = False,
        generator: torch.Generator | None = None,
    ) -> TrainingOutput:
        """One pass of training.

        x [B, T_text] symbol ids, x_lengths [B], spec [B, spec_channels, T_spec] linear magnitudes, spec_lengths [B],
        sid [B]. `guide` [B, T_spec, T_text] is added to the alignment's scores, for what is known beforehand about
        who says what when; with an `excerpt` all is known, and spec is a part of a clip whose text x is whole. `melody`
        [B, 1, T_spec] is how high the voice really is, for a model that sings.
        `segment_frames` of each clip are decoded, the config's where it is 0; with `say` also spoken from the text, at
        the recording's times and height, as `infer` will speak. `generator` makes the drawn latents,
        durations and segments reproducible.
        """
        g = self.speaker(sid)
        text = self.enc_p(x, x_lengths)
        posterior = self.enc_q(spec, spec_lengths, g)
        z = posterior.sample(generator)
        z_p = self.flow(z, posterior.mask, g)
        size = segment_frames or self.config.segment_frames
        if excerpt is None:
            path = align(z_p, text.mean, text.logs, text.mask, posterior.mask, guide)
            excerpt = Excerpt(path, path.sum(2), random_starts(spec_lengths, size, generator))
        path, starts = excerpt.path, excerpt.starts
        latent = self.latent(z, posterior.mask, g, melody)
        m_p = spread(path, text.mean)
        segment = slice_segments(latent, starts, size)
        return TrainingOutput(
            audio=self.dec(segment, g),
            said=self._said(m_p, posterior.mask, segment, starts, g) if say else None,
            latent=latent,
            melody=self.pitch(z.detach(), posterior.mask, g) if melody is not None else None,
            starts=starts,
            segment_mask=sequence_mask(spec_lengths, size),
            attention=path,
            duration_loss=self.dp.loss(text.hidden, text.mask, excerpt.frames, g, generator) / text.mask.sum(),
            x_mask=text.mask,
            y_mask=posterior.mask,
            z=z,
            z_p=z_p,
            m_p=m_p,
            logs_p=spread(path, text.logs),
            logs_q=posterior.logs,
        )

    def _said(self, m_p: Tensor, mask: Tensor, copied: Tensor, starts: Tensor, g: Tensor | None) -> Said:
        """What the text makes of the stretch that the decoder takes as `copied` [B, C (+ state), S]; without noise."""
        around, inter = self.flow_reach, self.config.inter_channels
        wide, size = (around, around), copied.shape[2]
        m_p, mask = (slice_segments(F.pad(x, wide), starts, size + 2 * around) for x in (m_p, mask))
        z = self.flow(m_p, mask, g, reverse=True)
        inside = slice(around, around + size)
        melody = None
        if self.config.sings:
            read = self.pitch(z.detach(), mask, g)
            melody = Melody(read.octaves[..., inside], read.voicing[..., inside])
        return Said(self.dec(torch.cat([z[..., inside].float(), copied[:, inter:]], dim=1), g), melody)

    @torch.no_grad()
    def infer(
        self,
        x: Tensor,
        x_lengths: Tensor,
        sid: Tensor | None = None,
        noise_scale: float = 0.667,
        noise_scale_w: float = 0.8,
        length_scale: float = 1.0,
        max_len: int | None = None,
        generator: torch.Generator | None = None,
    ) -> Speech:
        """Speaks symbol ids x [B, T_text] of x_lengths [B] in the voices sid [B].

        `noise_scale` varies the sound, `noise_scale_w` the rhythm, `length_scale` stretches time, `max_len` cuts what
        is decoded (frames). With both noises 0 the result is fixed; else `generator` makes it reproducible. Call
        `eval()` before, or dropout will be heard.
        """
        g = self.speaker(sid)
        text = self.enc_p(x, x_lengths)
        log_frames = self.dp.predict(text.hidden, text.mask, g, noise_scale_w, generator)
        frames = torch.ceil(torch.exp(log_frames) * text.mask * length_scale)  # [B, 1, T_text]
        spec_lengths = frames.sum((1, 2)).clamp(min=1).long()
        size = int(spec_lengths.max())
        mask = sequence_mask(spec_lengths, size)
        path = path_of_durations(frames, size)
        mean, logs = spread(path, text.mean), spread(path, text.logs)
        z_p = mean + noise_like(mean, generator) * torch.exp(logs) * noise_scale
        z = self.flow(z_p, mask, g, reverse=True)
        return Speech(
            audio=self.dec(self.latent(z * mask, mask, g)[:, :, :max_len], g),
            lengths=(spec_lengths if max_len is None else spec_lengths.clamp(max=max_len)) * self.config.hop_length,
            attention=path,
            mask=mask,
            durations=frames.squeeze(1).long(),
            z=z,
            z_p=z_p,
        )

    @torch.no_grad()
    def convert(
        self,
        spec: Tensor,
        spec_lengths: Tensor,
        sid_from: Tensor,
        sid_to: Tensor,
        generator: torch.Generator | None = None,
    ) -> Conversion:
        """Says what speakers sid_from [B] say in spec [B, spec_channels, T_spec] with the voices of sid_to [B].

        Raises BaseError for a model without speakers.
        """
        source, target = self.speaker(sid_from), self.speaker(sid_to)
        if source is None:
            raise BaseError("this model has no speakers to convert between", cure="use a model with several speakers")
        posterior = self.enc_q(spec, spec_lengths, source)
        z_p = self.flow(posterior.sample(generator), posterior.mask, source)
        z = self.flow(z_p, posterior.mask, target, reverse=True)
        return Conversion(
            audio=self.dec(self.latent(z * posterior.mask, posterior.mask, target), target),
            lengths=spec_lengths * self.config.hop_length,
            mask=posterior.mask,
        )

    def fused(self) -> Vits:
        """A copy for speaking: plain convolution weights instead of weight norm, the same output, less work.

        Its state dict has `weight` where a checkpoint has `weight_g` and `weight_v`.
        """
        model = copy.deepcopy(self)
        fuse_weight_norm(model)
        return model
