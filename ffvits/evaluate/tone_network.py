"""The network that hears tones: the melody of a whole sentence in, five scores for each of its syllables out.

A few convolutions see the melody around each moment; the moments of a syllable make one vector; a recurrent layer reads
these vectors in both directions, because a tone is only high or low beside its neighbours. 0.1 M weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

CHANNELS, HIDDEN, KERNEL, DILATIONS = 40, 64, 5, (1, 2, 4)


class ToneNetwork(nn.Module):
    """`frames` numbers a frame, `points` moments and `facts` further numbers a syllable."""

    def __init__(self, frames: int, points: int, facts: int, dropout: float = 0.0) -> None:
        super().__init__()
        widths = (frames, *(CHANNELS for _ in DILATIONS))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, CHANNELS, KERNEL, padding=(KERNEL // 2) * dilation, dilation=dilation)
            for width, dilation in zip(widths, DILATIONS, strict=False)
        )
        self.syllable = nn.Linear((CHANNELS + frames) * points + facts, HIDDEN)
        self.sentence = nn.GRU(HIDDEN, HIDDEN // 2, batch_first=True, bidirectional=True)
        self.tone = nn.Linear(2 * HIDDEN, 5)
        self.dropout = nn.Dropout(dropout)

    def forward(self, frames: Tensor, places: Tensor, facts: Tensor, lengths: Tensor) -> Tensor:
        """Frames [B, T, F], places [B, N, P] (in frames), facts [B, N, S], syllables [B] -> scores [B, N, 5]."""
        seen = frames.transpose(1, 2)
        for number, convolution in enumerate(self.convolutions):
            found = torch.relu(convolution(self.dropout(seen) if number else seen))
            seen = seen + found if number else found
        moments = _read(torch.cat([seen.transpose(1, 2), frames], dim=2), places)
        syllables = self.dropout(torch.relu(self.syllable(torch.cat([moments.flatten(2), facts], dim=2))))
        packed = nn.utils.rnn.pack_padded_sequence(syllables, lengths, batch_first=True, enforce_sorted=False)
        context, _ = nn.utils.rnn.pad_packed_sequence(self.sentence(packed)[0], batch_first=True)
        return self.tone(self.dropout(torch.cat([context, syllables], dim=2)))


def _read(values: Tensor, places: Tensor) -> Tensor:
    """[B, T, C] at fractional places [B, N, P] -> [B, N, P, C], in straight lines between frames."""
    places = places.clamp(0, values.shape[1] - 1)
    before = places.floor().long().clamp(max=max(values.shape[1] - 2, 0))
    after = (before + 1).clamp(max=values.shape[1] - 1)
    share = (places - before)[..., None]
    batch = torch.arange(len(values))[:, None, None]
    return values[batch, before] * (1 - share) + values[batch, after] * share
