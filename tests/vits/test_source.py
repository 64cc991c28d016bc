"""The source sounds as high as it is told, without a seam, and is read off a latent for each voice."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from ffvits.audio.pitch import track
from ffvits.audio.sound import Sound
from ffvits.vits.source import HIGHEST, LOWEST, MIDDLE, STATE, Excitation, Melody, PitchReader, sung

HOP, RATE = 256, 22050


def held(hz: float | np.ndarray, frames: int = 60, voicing: float = 20.0) -> Melody:
    rate = torch.as_tensor(np.broadcast_to(hz, frames) * HOP / RATE, dtype=torch.float32)
    return Melody(torch.log2(rate / MIDDLE)[None, None], torch.full((1, 1, frames), voicing))


def waves(melody: Melody) -> torch.Tensor:
    return Excitation(HOP)(sung(melody))


@pytest.mark.parametrize("hz", [70.0, 129.2, 200.0, 258.4, 400.0])
def test_a_held_note_has_its_pitch_and_the_power_1(hz):
    made = waves(held(hz))[0, 0].numpy()
    found = track(Sound(made / 10, RATE))
    middle = found.hz[10:-10]
    assert np.abs(middle / hz - 1).max() < 0.01
    assert 0.8 < np.sqrt(np.mean(made**2)) < 1.2


def test_a_glide_is_followed_through_multiples_of_the_frame_rate():
    """What a decoder without a source cannot do: 172 and 258 Hz are two and three times the rate of the frames."""
    hz = np.linspace(150, 280, 120)
    found = track(Sound(waves(held(hz, 120))[0, 0].numpy() / 10, RATE))
    seconds = np.arange(len(found.hz)) * 0.01
    wanted = np.interp(seconds, (np.arange(120) + 0.5) * HOP / RATE, hz)
    inner = slice(10, -10)
    assert np.abs(found.hz[inner] / wanted[inner] - 1).max() < 0.02


def test_pulses_have_every_harmonic_alike_and_none_above_half_the_rate():
    made = waves(held(215.332, 64))[0, 0].numpy()  # 2.5 cycles in a frame: bins of the transform below
    power = np.abs(np.fft.rfft(made[: 32 * HOP])) ** 2
    step = 32 * 2.5
    lines = power[[round(step * k) for k in range(1, 50)]]
    assert lines.max() / lines.min() < 1.1
    rest = power.sum() - lines.sum()
    assert rest < 0.05 * lines.sum()


def test_where_there_is_no_voice_only_breath_is_left():
    silent = waves(held(200.0, voicing=-20.0))[0]
    assert silent[0].abs().max() < 1e-6
    assert 0.9 < float(silent[1].std()) < 1.1
    alike = torch.corrcoef(silent[1].reshape(-1, HOP))[0, 1:8]
    assert alike.abs().max() < 0.3, "one frame breathes like the next: that is a hum"


@given(
    octaves=st.lists(st.floats(-12, 12, width=32), min_size=1, max_size=40),
    voicing=st.floats(-1e4, 1e4, width=32),
)
def test_any_melody_gives_finite_waves(octaves, voicing):
    melody = Melody(torch.tensor(octaves)[None, None], torch.full((1, 1, len(octaves)), voicing))
    state = sung(melody)
    assert state.shape == (1, STATE, len(octaves))
    assert state[:, 1].min() >= LOWEST and state[:, 1].max() <= HIGHEST
    made = Excitation(HOP)(state)
    assert made.shape == (1, 2, len(octaves) * HOP)
    assert torch.isfinite(made).all() and made.abs().max() < 40


def test_padding_is_silent_and_not_heard_in_the_last_frame():
    state = sung(held(180.0, 20))
    padded = torch.nn.functional.pad(state, (0, 5))
    made = Excitation(HOP)(padded)
    assert_close(made[..., : 20 * HOP], Excitation(HOP)(state))
    assert not made[..., 20 * HOP :].any()


class TestPitchReader:
    def test_it_sings_each_voice_where_it_was_transposed_to(self):
        torch.manual_seed(0)
        reader, voices = PitchReader(16, 16, 8), torch.randn(3, 8)
        reader.cond.weight.data.zero_()
        reader.transpose(voices, torch.tensor([0.5, -1.0, 0.0]))
        z, mask = torch.randn(1, 16, 9), torch.ones(1, 1, 9)
        plain = reader(z, mask, torch.zeros(1, 8, 1))
        for voice, octaves in zip(voices, (0.5, -1.0, 0.0), strict=True):
            moved = reader(z, mask, voice[None, :, None])
            assert_close(moved.octaves, plain.octaves + octaves)
            assert_close(moved.voicing, plain.voicing)

    def test_it_looks_as_far_as_it_says(self):
        reader = PitchReader(16, 16)
        z = torch.randn(1, 16, 40)
        changed = z.clone()
        changed[..., 20] += 1
        mask = torch.ones(1, 1, 40)
        moved = (reader(z, mask).octaves != reader(changed, mask).octaves)[0, 0].nonzero().flatten()
        assert moved.min() == 20 - reader.reach and moved.max() == 20 + reader.reach
