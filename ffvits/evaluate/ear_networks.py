"""The networks of the ear: tones from the melody of a sentence, initials and finals from each spectrum.

Both also see what Whisper's encoder made of each syllable, narrowed to a few numbers a moment: it has heard far more
people than these networks could be shown. 0.4 M weights together.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

CHANNELS, HIDDEN, KERNEL, DILATIONS = 40, 64, 5, (1, 2, 4)
STATES, MOMENTS, NARROW = 512, 6, 48  # numbers of a state of Whisper base; states of a syllable; numbers kept of each
SOUND = 224  # numbers in the middle of the network for initials and finals


class Impression(nn.Module):
    """The states of a syllable, [B, N, MOMENTS, STATES] -> [B, N, MOMENTS * NARROW]."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(STATES)
        self.narrow = nn.Linear(STATES, NARROW)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor) -> Tensor:
        return self.dropout(torch.relu(self.narrow(self.dropout(self.norm(states))))).flatten(-2)


class ToneNetwork(nn.Module):
    """`frames` numbers a frame of the melody, `points` moments and `facts` further numbers a syllable.

    A few convolutions see the melody around each moment; the moments of a syllable make one vector; a recurrent layer
    reads these vectors in both directions, because a tone is only high or low beside its neighbours.
    """

    def __init__(self, frames: int, points: int, facts: int, dropout: float = 0.0) -> None:
        super().__init__()
        widths = (frames, *(CHANNELS for _ in DILATIONS))
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, CHANNELS, KERNEL, padding=(KERNEL // 2) * dilation, dilation=dilation)
            for width, dilation in zip(widths, DILATIONS, strict=False)
        )
        self.impression = Impression(dropout)
        self.syllable = nn.Linear((CHANNELS + frames) * points + facts, HIDDEN)
        self.sentence = nn.GRU(HIDDEN, HIDDEN // 2, batch_first=True, bidirectional=True)
        self.heard = nn.Linear(MOMENTS * NARROW, HIDDEN)
        self.tone = nn.Linear(3 * HIDDEN, 5)
        self.dropout = nn.Dropout(dropout)

    def forward(self, frames: Tensor, places: Tensor, facts: Tensor, states: Tensor, lengths: Tensor) -> Tensor:
        """Frames [B, T, F], places [B, N, P] (in frames), facts [B, N, S], states [B, N, MOMENTS, STATES], and how many
        syllables each row has [B] -> scores [B, N, 5].
        """
        seen = frames.transpose(1, 2)
        for number, convolution in enumerate(self.convolutions):
            found = torch.relu(convolution(self.dropout(seen) if number else seen))
            seen = seen + found if number else found
        moments = _read(torch.cat([seen.transpose(1, 2), frames], dim=2), places)
        syllables = self.dropout(torch.relu(self.syllable(torch.cat([moments.flatten(2), facts], dim=2))))
        packed = nn.utils.rnn.pack_padded_sequence(syllables, lengths, batch_first=True, enforce_sorted=False)
        context, _ = nn.utils.rnn.pad_packed_sequence(self.sentence(packed)[0], batch_first=True)
        heard = torch.relu(self.heard(self.impression(states)))
        return self.tone(self.dropout(torch.cat([context, syllables, heard], dim=2)))


class SoundNetwork(nn.Module):
    """`inputs` numbers about the spectrum of a syllable; `outputs` initials and finals together."""

    def __init__(self, inputs: int, outputs: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("scale", torch.ones(inputs))
        self.impression = Impression(dropout)
        self.hidden = nn.Linear(inputs + MOMENTS * NARROW, SOUND)
        self.answer = nn.Linear(SOUND, outputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, spectra: Tensor, states: Tensor) -> Tensor:
        """Spectra [N, inputs] and states [N, MOMENTS, STATES] -> scores [N, outputs]."""
        seen = torch.cat([(spectra - self.mean) / self.scale, self.impression(states)], dim=1)
        return self.answer(self.dropout(torch.relu(self.hidden(seen))))


def _read(values: Tensor, places: Tensor) -> Tensor:
    """[B, T, C] at fractional places [B, N, P] -> [B, N, P, C], in straight lines between frames."""
    places = places.clamp(0, values.shape[1] - 1)
    before = places.floor().long().clamp(max=max(values.shape[1] - 2, 0))
    after = (before + 1).clamp(max=values.shape[1] - 1)
    share = (places - before)[..., None]
    batch = torch.arange(len(values))[:, None, None]
    return values[batch, before] * (1 - share) + values[batch, after] * share
