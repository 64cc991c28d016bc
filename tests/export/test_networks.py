"""What onnxruntime computes is what torch computes, in every kind of voice and every precision."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
from finished_voice import save_voice

from ffvits import Voice
from ffvits.errors import FfvitsError
from ffvits.export import networks
from ffvits.export.finished import finished
from ffvits.speak import onnx_parts

ROOT = Path(__file__).parents[2]
KINDS = [((), False, False), (("甲", "乙"), True, False), (("甲", "乙"), False, True)]
TEXT = "今天天气很好，我们去公园吧！"


def in_onnx(run: Path, folder: Path, precision: str = "float32") -> Path:
    voice = finished(run)
    folder.mkdir()
    split = {part: networks.small(content, precision) for part, content in networks.split(voice.model()).items()}
    networks.write(folder, voice.name, split)
    voice.info.describe(folder)
    return folder


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory) -> Path:
    """The run's voice in ONNX."""
    return in_onnx(run, tmp_path_factory.mktemp("onnx") / "voice")


@pytest.mark.parametrize(("speakers", "sdp", "harmonic"), KINDS)
def test_the_split_networks_equal_torch(tmp_path, speakers, sdp, harmonic):
    run = save_voice(tmp_path / "run", "pinyin-letters", speakers, sdp=sdp, harmonic=harmonic)
    torch, onnx = Voice.load(run, precision="float32"), Voice.load(in_onnx(run, tmp_path / "onnx"))
    for speaker in speakers or (None,):
        one, other = (voice.say(TEXT, speaker, seed=1) for voice in (torch, onnx))
        assert len(one) == len(other)
        # The phase of a source adds up all that two ways to compute it differ in.
        assert np.abs(one - other).max() < (2e-3 if harmonic else 1e-4)


@pytest.mark.parametrize(("precision", "share", "error"), [("float16", 0.6, 1e-2), ("int8", 0.4, 0.1)])
def test_small_variants_are_small_and_near(folder, tmp_path, precision, share, error):
    small = Path(shutil.copytree(folder, tmp_path / "small"))
    for file in small.glob("*.onnx"):
        file.write_bytes(networks.small(file.read_bytes(), precision))
    sizes = [sum(file.stat().st_size for file in place.glob("*_dec.onnx")) for place in (folder, small)]
    assert sizes[1] < share * sizes[0]
    spoken = [Voice.load(place)._parts for place in (folder, small)]
    z = np.random.default_rng(0).standard_normal((1, 32, 20), np.float32)
    one, other = (parts.decode(z, parts.speaker(0), 0, 0) for parts in spoken)
    assert np.abs(one - other).max() < error * np.abs(one).max()


@pytest.fixture(scope="module")
def harmonic(tmp_path_factory):
    """A voice with a harmonic decoder, and its networks in float32."""
    folder = tmp_path_factory.mktemp("harmonic")
    run = save_voice(folder / "run", "pinyin-letters", (), harmonic=True)
    return run, in_onnx(run, folder / "float32", "float32")


@pytest.mark.parametrize(("precision", "error"), [("float16", 1e-2), ("int8", 0.1)])
def test_tables_of_a_harmonic_decoder_are_small_too(harmonic, tmp_path, precision, error):
    """They are no weights of it, and most of a small one's file."""
    run, large = harmonic
    places = [large, in_onnx(run, tmp_path / precision, precision)]
    sizes = [sum(file.stat().st_size for file in place.glob("*_dec.onnx")) for place in places]
    assert sizes[1] < 0.55 * sizes[0]
    z = np.random.default_rng(0).standard_normal((1, 36, 20), np.float32)
    z[:, 32:] = np.array([0.9, 2.5, 0.3, 0.6])[:, None]  # the state of its source
    one, other = (Voice.load(place)._parts.decode(z, None, 0, 0) for place in places)
    assert np.abs(one - other).max() < error * np.abs(one).max()


def test_int8_has_its_whole_range_in_every_channel(folder):
    onnx = networks.onnx_package()
    network = next(folder.glob("*_dec.onnx")).read_bytes()
    before, after = (
        {one.name: onnx.numpy_helper.to_array(one) for one in onnx.load_model_from_string(content).graph.initializer}
        for content in (network, networks.small(network, "int8"))
    )
    names = [name.removesuffix(".int8") for name in after if name.endswith(".int8")]
    assert names
    for name in names:
        whole, scale = after[f"{name}.int8"].astype(np.float32), after[f"{name}.scale"]
        assert (np.abs(whole).max(axis=tuple(range(1, whole.ndim))) == 127).all()
        assert (np.abs(whole * scale - before[name]) <= 0.501 * scale).all()


def test_programs_that_know_nothing_of_surroundings_need_not_give_them(folder):
    import onnxruntime

    content = {file.stem.removeprefix("paimeng_a_"): file.read_bytes() for file in folder.glob("*.onnx")}
    decoder = onnxruntime.InferenceSession(content["dec"])
    z, g = np.zeros((1, 32, 9), np.float32), np.zeros((1, 16, 1), np.float32)
    assert decoder.run(["o"], {"z_in": z, "g": g})[0].shape == (1, 1, 9 * 256)
    named = {
        part: [i.name for i in onnxruntime.InferenceSession(network).get_inputs()] for part, network in content.items()
    }
    assert named["enc_p"] == ["x", "x_lengths"]
    assert named["dp"] == ["x", "x_mask", "zin", "g"]
    assert named["flow"] == ["z_p", "y_mask", "g"]
    assert named["emb"] == ["sid"]


def test_a_voice_in_onnx_speaks_without_torch_and_another_says_what_it_needs(run, folder, tmp_path):
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['torch', 'safetensors', 'onnx', 'whisper', 'librosa', 'soxr', 'scipy']))\n"
        "import ffvits\n"
        f"voice = ffvits.Voice.load({str(folder)!r})\n"
        "assert voice.speakers == ('派蒙', 'Ａ君')\n"
        "assert len(voice.say('今天是2024年5月1日', 'Ａ君', seed=0)) > 5000\n"
        "voice.save('speech.wav', '你好')\n"
        "try:\n"
        f"    ffvits.Voice.load({str(run)!r})\n"
        "except ffvits.FfvitsError as error:\n"
        "    assert 'safetensors' in error.message and '--to onnx' in error.cure\n"
        "else:\n"
        "    raise SystemExit('it was loaded')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr


def test_threads_of_a_voice_in_onnx_sleep_while_they_wait(folder):
    for session in Voice.load(folder)._parts._sessions.values():
        assert session.get_session_options().get_session_config_entry("session.intra_op.allow_spinning") == "0"


@pytest.mark.parametrize(
    ("said", "given", "machine", "threads"), [("3", 2, 8, 3), ("", 2, 8, 2), ("", 8, 8, 0), ("many", 2, 8, 2)]
)
def test_a_container_s_voice_in_onnx_uses_the_cores_that_it_was_given(monkeypatch, said, given, machine, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    monkeypatch.setattr(onnx_parts, "cores", lambda: given)
    monkeypatch.setattr(os, "cpu_count", lambda: machine)
    assert onnx_parts.threads() == threads


def test_threads_that_share_a_voice_in_onnx_hear_what_each_hears_alone(folder):
    """It cannot batch, and so does not try."""
    voice = Voice.load(folder)
    shared, begin, said = voice.together(4), threading.Barrier(3), {}

    def say(seed):
        begin.wait(60)
        said[seed] = shared.say(TEXT, seed=seed)

    threads = [threading.Thread(target=say, args=(seed,)) for seed in range(3)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    for seed in range(3):
        alone = voice.say(TEXT, seed=seed)
        assert len(said[seed]) == len(alone)
        assert np.abs(said[seed] - alone).max() < 1e-4


class TestRefused:
    def test_a_voice_without_networks(self, run):
        with pytest.raises(FfvitsError, match=r"\*_enc_p\.onnx"):
            Voice.load(run, backend="onnx")

    def test_a_damaged_network(self, folder, tmp_path):
        damaged = Path(shutil.copytree(folder, tmp_path / "damaged"))
        next(damaged.glob("*_flow.onnx")).write_bytes(b"<html>")
        with pytest.raises(FfvitsError, match="cannot be read"):
            Voice.load(damaged)

    def test_what_onnx_cannot_do(self, run, folder):
        with pytest.raises(FfvitsError, match="convert"):
            Voice.load(folder).convert(np.zeros(22050, np.float32), "派蒙", "Ａ君")
        with pytest.raises(FfvitsError, match="backend"):
            Voice.load(run, backend="tensorflow")
        with pytest.raises(FfvitsError, match="ONNX"):
            Voice.load("mandarin-lite", backend="onnx")
