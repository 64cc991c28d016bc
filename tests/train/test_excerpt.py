"""A part of a clip is learnt from as the whole clip is: what is decoded of it is the same, from less work."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ffvits.train.dataset import Batch, Whole
from ffvits.train.excerpt import excerpt
from ffvits.train.plan import AROUND
from ffvits.vits import Vits, VitsConfig, slice_segments
from ffvits.vits.source import Melody

HOP = 16


def batch(frames: list[int], symbols: list[int]) -> Batch:
    """Clips whose samples count themselves, and whose symbols follow each other evenly."""
    most, draw = max(frames), np.random.default_rng(0)
    positions = torch.zeros(len(frames), most)
    for row, (length, count) in enumerate(zip(frames, symbols, strict=True)):
        positions[row, :length] = torch.linspace(0, count - 1, length)
    inside = torch.arange(most) < torch.tensor(frames)[:, None]
    wav = (torch.arange(1, most * HOP + 1.0) * inside.repeat_interleave(HOP, dim=1)).unsqueeze(1)
    melody = torch.stack([positions, inside.float()], dim=2)
    return Batch(
        Whole(tuple(map(str, range(len(frames)))), sum(symbols), tuple(frames)),
        tuple(map(str, range(len(frames)))),
        x=torch.from_numpy(draw.integers(0, 20, (len(frames), max(symbols)))),
        x_lengths=torch.tensor(symbols),
        wav=wav,
        frames=torch.tensor(frames),
        speakers=torch.zeros(len(frames), dtype=torch.long),
        positions=positions,
        melody=melody,
    )


@given(st.lists(st.integers(8, 60), min_size=1, max_size=4), st.integers(1, 20), st.integers(0, 20), st.integers(0, 99))
def test_a_part_lies_in_its_clip_and_says_what_is_said_there(lengths, size, around, seed):
    whole = batch(lengths, [min(5, length) for length in lengths])
    torch.manual_seed(seed)
    part, known = excerpt(whole, size, around, HOP)
    torch.manual_seed(seed)
    everything, everywhere = excerpt(whole, size, 1000, HOP)
    assert torch.equal(everything.wav, whole.wav) and torch.equal(everything.frames, whole.frames)
    assert part.wav.shape[2] == min(size + 2 * around, max(lengths)) * HOP
    assert part.whole.frames == tuple(min(length, size + 2 * around) for length in lengths)
    assert torch.equal(part.frames, torch.tensor(part.whole.frames))
    assert torch.equal(known.frames, everywhere.frames) and torch.equal(known.frames.sum((1, 2)), whole.frames.float())
    for row, length in enumerate(part.frames.tolist()):
        first = int(part.wav[row, 0, 0] - 1) // HOP
        assert torch.equal(part.wav[row, :, : length * HOP], whole.wav[row, :, first * HOP : (first + length) * HOP])
        assert torch.equal(part.melody[row, :length], whole.melody[row, first : first + length])
        assert torch.equal(known.path[row, 0, :length], everywhere.path[row, 0, first : first + length])
        assert (known.path[row, 0, length:] == 0).all()
        begin = int(known.starts[row])
        assert first + begin == int(everywhere.starts[row])
        assert 0 <= begin <= max(0, length - size)
        assert begin >= min(around, int(everywhere.starts[row]))


def test_each_frame_says_the_symbol_that_the_guide_points_at():
    _, known = excerpt(batch([40], [5]), 8, 100, HOP)
    wanted = torch.linspace(0, 4, 40).round().long()
    assert torch.equal(known.path[0, 0].argmax(1), wanted)


@pytest.mark.parametrize("decoder", ["hifigan", "harmonic"])
def test_what_is_decoded_of_a_part_is_what_the_whole_clip_would_give(monkeypatch, decoder):
    """At the beginning, in the middle and at the end of clips, with as much around it as the networks reach.

    With less, as training has it, the latent and what is decoded are the same still, and the prior's latent is not.
    """
    monkeypatch.setattr("ffvits.vits.encoders.noise_like", lambda x, generator=None: torch.zeros_like(x))
    torch.manual_seed(0)
    config = VitsConfig(
        n_vocab=20,
        spec_channels=9,
        segment_frames=8,
        inter_channels=8,
        hidden_channels=8,
        filter_channels=16,
        n_layers=1,
        resblock="2",
        resblock_kernel_sizes=(3,),
        resblock_dilation_sizes=((1, 2),),
        upsample_rates=(4, 4),
        upsample_initial_channel=8,
        upsample_kernel_sizes=(8, 8),
        use_sdp=False,
        decoder=decoder,
    )
    model = Vits(config).eval()
    for name, parameter in model.named_parameters():  # fresh layers of the flow change nothing, and none reaches far
        if name.startswith("flow") and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.3)
        if name.endswith("weight_g") and ".enc." in name:
            parameter.data *= 4
    whole = batch([300, 260, 220], [9, 7, 5])
    spec = torch.rand(3, 9, 300) * (torch.arange(300) < whole.frames[:, None]).unsqueeze(1)
    reach = 32 + model.flow_reach  # of the posterior encoder, and of what comes behind it
    made = []
    for around in (1000, reach, AROUND):
        monkeypatch.setattr("ffvits.train.excerpt.random_starts", lambda *_: torch.tensor([0, 120, 212]))
        part, known = excerpt(whole, 8, around, HOP)
        begins = (part.wav[:, 0, 0].long() - 1) // HOP
        melody = part.melody.mT
        out = model(
            part.x,
            part.x_lengths,
            slice_segments(spec, begins, part.wav.shape[2] // HOP),
            part.frames,
            excerpt=known,
            melody=Melody(melody[:, :1], melody[:, 1:]) if config.sings else None,
            say=config.sings,
        )
        # Pulses begin elsewhere in their turn; how high they are is what the latents say.
        heard = [out.said.melody.octaves, out.said.melody.voicing] if config.sings else [out.audio]
        z, z_p, m_p = (slice_segments(x, known.starts, 8) for x in (out.z, out.z_p, out.m_p))
        made.append([z_p, z, m_p, out.duration_loss, *heard])
    whole_clip, all_around, as_trained = made
    for one, other in [*zip(whole_clip, all_around, strict=True), *zip(whole_clip[1:], as_trained[1:], strict=True)]:
        assert torch.allclose(one, other, rtol=0, atol=1e-5)
