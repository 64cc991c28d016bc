"""A part of each clip in its place: as much on each side of the stretch that is decoded as the networks need."""

from __future__ import annotations

from dataclasses import replace

from ffvits.train.dataset import Batch
from ffvits.train.guide import pull
from ffvits.vits import Excerpt, random_starts, sequence_mask, slice_segments


def excerpt(batch: Batch, size: int, around: int, hop: int) -> tuple[Batch, Excerpt]:
    """The batch with `around` frames on each side of `size` drawn ones, and where these and the symbols are in it.

    The text stays whole. Which frame says what is taken from the guide alone, without the model's own opinion, for
    that would have to hear the whole clip. A part that would reach over an end of its clip is moved inwards.
    """
    from monotonic_align import maximum_path

    starts = random_starts(batch.frames, size)
    longest = size + 2 * around
    begins = (starts - around).clamp(min=0).minimum((batch.frames - longest).clamp(min=0))
    padded = batch.wav.shape[2] // hop
    width = min(longest, padded)
    mask = sequence_mask(batch.frames, padded).mT * sequence_mask(batch.x_lengths, batch.x.shape[1])
    path = maximum_path(pull(batch, 1.0), mask)  # [B, T_spec, T_text]
    part = replace(
        batch,
        whole=replace(batch.whole, frames=tuple(min(frames, longest) for frames in batch.whole.frames)),
        wav=slice_segments(batch.wav, begins * hop, width * hop),
        frames=batch.frames.clamp(max=width),
        positions=None,
        melody=None if batch.melody is None else slice_segments(batch.melody.mT, begins, width).mT,
    )
    known = Excerpt(
        path=slice_segments(path.mT, begins, width).mT.unsqueeze(1),
        frames=path.sum(1, keepdim=True),
        starts=starts - begins,
    )
    return part, known
