"""A transposed spectrogram is that of a higher or lower voice: its lines move, time and loudness stay."""

import numpy as np
import pytest
import torch

from ffvits.audio.spectrogram import AudioFormat, linear_spectrogram
from ffvits.audio.transposed import FORMANTS, _fast_length, _smoothing, transposed_spectrogram

FORMAT = AudioFormat()
BIN = 22050 / 1024  # Hz


def vowel(hz: float, peak: float = 1000.0, seconds: float = 1.0) -> torch.Tensor:
    """Harmonics under one broad formant."""
    at = np.arange(round(22050 * seconds)) / 22050
    harmonics = hz * np.arange(1, int(8000 / hz))
    loud = np.exp(-(((harmonics - peak) / 400) ** 2)) + 0.01
    return torch.from_numpy((0.05 * np.sin(2 * np.pi * np.outer(at, harmonics)) @ loud).astype(np.float32))


def spacing(spectrum: np.ndarray) -> float:
    """The distance of the lines (Hz), by the autocorrelation of the log spectrum."""
    shape = np.log(spectrum[:300])
    shape = shape - np.convolve(np.pad(shape, 12, mode="edge"), np.ones(25) / 25, mode="valid")
    lags = np.arange(4, 24)
    return float(lags[np.argmax([np.mean(shape[lag:] * shape[:-lag]) for lag in lags])] * BIN)


@pytest.mark.parametrize("octaves", [-0.5, 0.3, 0.5, 1.0])
def test_the_lines_move_by_the_interval(octaves):
    wav = vowel(180)
    found = transposed_spectrogram(wav, FORMAT, octaves)[0, :, 43].numpy()
    assert spacing(found) == pytest.approx(180 * 2**octaves, abs=BIN)


@pytest.mark.parametrize("octaves", [-0.4, 0.5, 1.0])
def test_the_formant_moves_by_less(octaves):
    """The centre of a broad peak, before and after."""
    wav = vowel(120)

    def centre(spectrum: torch.Tensor) -> float:
        power = spectrum[0, :120, 30:50].square().mean(1).numpy()
        return float((power * np.arange(120)).sum() / power.sum())

    moved = centre(transposed_spectrogram(wav, FORMAT, octaves)) / centre(linear_spectrogram(wav, FORMAT))
    assert FORMANTS / 2 < np.log2(moved) / octaves < 0.75


@pytest.mark.parametrize("octaves", [-1.0, -0.2, 0.7, 1.3])
@pytest.mark.parametrize("length", [641, 700, 1500, 22050, 30001])
def test_every_length_has_the_frames_it_had(octaves, length):
    wav = vowel(200, seconds=2)[:length]
    plain, moved = linear_spectrogram(wav, FORMAT), transposed_spectrogram(wav, FORMAT, octaves)
    assert moved.shape == plain.shape and torch.isfinite(moved).all()


def test_time_stays():
    wav = torch.cat([torch.zeros(11025), vowel(180, seconds=0.5), torch.zeros(11025)])
    for octaves in (-0.5, 0.5, 1.0):
        loud = transposed_spectrogram(wav, FORMAT, octaves)[0].square().sum(0)
        sounding = (loud > 0.1 * loud.max()).nonzero().flatten() * 256 / 22050
        assert sounding.min() == pytest.approx(0.5, abs=0.04) and sounding.max() == pytest.approx(1.0, abs=0.04)


def test_loudness_stays_about_the_same():
    wav = vowel(200)
    before = linear_spectrogram(wav, FORMAT).square().sum()
    for octaves in (-0.4, 0.5, 0.9):
        after = transposed_spectrogram(wav, FORMAT, octaves).square().sum()
        assert abs(10 * float(torch.log10(after / before))) < 4  # dB


@pytest.mark.parametrize("semitones", [-12, -7, -3.3, -1, 1, 4, 4.05, 7, 12, 19])
def test_its_window_transforms_fast_and_is_near_what_was_asked(semitones):
    wanted = 1024 * 2 ** (semitones / 12)
    length = _fast_length(wanted)
    assert length % 2 == 0 and abs(12 * np.log2(length / wanted)) < 0.26
    for factor in (2, 3, 5, 7, 11, 13):
        while length % factor == 0:
            length //= factor
    assert length == 1


def test_the_envelope_is_that_of_a_convolution_over_the_bins():
    power = torch.rand(2, 513, 7)
    window = torch.hann_window(39, periodic=False)
    rows = torch.nn.functional.pad(power.mT.flatten(0, 1).unsqueeze(1), (19, 19), mode="reflect")
    smooth = torch.nn.functional.conv1d(rows, (window / window.sum())[None, None]).reshape(2, 7, 513).mT
    torch.testing.assert_close(_smoothing(513, 19, power.device) @ power, smooth)


def test_no_interval_is_the_plain_spectrogram():
    wav = vowel(200)
    assert torch.equal(transposed_spectrogram(wav, FORMAT, 0.0), linear_spectrogram(wav, FORMAT))


def test_a_batch_is_its_rows():
    wav = torch.stack([vowel(200), vowel(150)])
    both = transposed_spectrogram(wav, FORMAT, 0.5)
    assert torch.allclose(both[1:], transposed_spectrogram(wav[1], FORMAT, 0.5), atol=1e-5)


def test_too_short_a_wave_is_refused():
    with pytest.raises(ValueError, match="too short"):
        transposed_spectrogram(torch.zeros(300), FORMAT, 0.5)
