"""A voice speaks: same seed same samples, any length, and without anything but the core packages."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ffvits.errors import BaseError, FfvitsError, TextError
from ffvits.voice import Voice, VoiceInfo, read_text

ROOT = Path(__file__).parents[1]
# What labelling and training need, and a bot must not.
NOT_FOR_SPEAKING = (
    "faster_whisper", "whisper", "librosa", "demucs", "torchaudio", "tensorboard", "monotonic_align", "soxr", "av",
    "onnxruntime", "silero_vad", "scipy", "numba", "sklearn",
)  # fmt: skip


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice.load("mandarin-lite")


def test_a_sentence_becomes_samples(voice):
    samples = voice.say("你好，今天是2024年5月1日。", seed=1)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 1.5 < len(samples) / voice.sample_rate < 8
    assert 0.05 < np.abs(samples).max() <= 1


def test_the_same_seed_gives_the_same_samples_and_another_one_does_not(voice):
    one = voice.say("你好世界", seed=1)
    assert np.array_equal(one, voice.say("你好世界", seed=1))
    other = voice.say("你好世界", seed=2)
    assert len(one) != len(other) or not np.array_equal(one, other)


def test_a_faster_voice_takes_less_time(voice):
    slow, fast = (len(voice.say("今天天气很好", speed=speed, noise=0, noise_w=0)) for speed in (1.0, 2.0))
    assert 0.4 < fast / slow < 0.65


def test_what_streams_is_what_is_said(voice):
    text = "今天天气很好。我们去公园吧！好不好？"
    pieces = list(voice.stream(text, seed=5))
    assert len(pieces) >= 2
    assert np.array_equal(np.concatenate(pieces), voice.say(text, seed=5))


def test_threads_may_share_a_voice():
    """Bit for bit what is said alone; in a process of its own, since other tests change how torch uses the cores."""
    code = (
        "import threading, numpy as np, ffvits\n"
        "voice, said = ffvits.Voice.load('mandarin-lite'), []\n"
        "alone = voice.say('你好世界', seed=1)\n"
        "say = lambda: said.append(voice.say('你好世界', seed=1))\n"
        "threads = [threading.Thread(target=say) for _ in range(4)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "assert len(said) == 4 and all(np.array_equal(alone, other) for other in said)\n"
    )
    ran = subprocess.run([sys.executable, "-X", "utf8", "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("text", ["", "  \n ", "。。。", "☺"])
def test_nothing_to_say_is_an_error(voice, text):
    with pytest.raises(TextError):
        voice.say(text)


@pytest.mark.parametrize("speed", [0, -1, 100, float("nan")])
def test_an_impossible_speed_is_refused(voice, speed):
    with pytest.raises(FfvitsError, match="speed"):
        voice.say("你好", speed=speed)


@pytest.mark.parametrize("name", ["out.wav", "我的 声音.flac"])
def test_files_hold_what_was_said(voice, tmp_path, name):
    seconds = voice.save(tmp_path / "new" / name, "你好", seed=1)
    samples, rate = soundfile.read(tmp_path / "new" / name, dtype="float32")
    assert rate == voice.sample_rate
    assert len(samples) / rate == pytest.approx(seconds)
    assert np.abs(samples - voice.say("你好", seed=1)).max() < 1e-3


def test_a_file_that_cannot_be_written_is_named(voice, tmp_path):
    with pytest.raises(FfvitsError, match="mp3"):
        voice.save(tmp_path / "x.mp3", "你好")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(FfvitsError):
        voice.save(tmp_path / "file" / "x.wav", "你好")


def test_speaking_needs_the_core_packages_only():
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({NOT_FOR_SPEAKING!r}))\n"  # None there makes an import fail
        "import ffvits\n"
        "assert len(ffvits.Voice.load('mandarin-lite').say('今天是2024年5月1日', seed=0)) > 20000\n"
    )
    spoken = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert spoken.returncode == 0, spoken.stderr


class TestFolder:
    def test_an_unfinished_run_says_what_to_do(self, tmp_path):
        (tmp_path / "recipe.yaml").write_text("speaker: x\n", encoding="utf-8")
        with pytest.raises(BaseError, match="no finished voice"):
            Voice.load(tmp_path)

    def test_an_unknown_name_lists_what_there_is(self):
        with pytest.raises(FfvitsError) as caught:
            Voice.load("no such voice")
        assert "mandarin-lite" in str(caught.value)

    @pytest.mark.parametrize("damage", ["{", "[]", '{"format": 1}', '{"format": 99}'])
    def test_a_damaged_description_is_named(self, tmp_path, damage):
        (tmp_path / "voice.json").write_text(damage, encoding="utf-8")
        with pytest.raises(BaseError) as caught:
            VoiceInfo.load(tmp_path)
        assert "voice.json" in str(caught.value)

    def test_damaged_weights_are_named(self, tmp_path, voice):
        voice.info.save(tmp_path, {})
        (tmp_path / "model.safetensors").write_bytes(b"<html>not found</html>")
        with pytest.raises(BaseError, match=r"model\.safetensors"):
            Voice.load(tmp_path)

    def test_a_description_comes_back_as_it_went(self, tmp_path, voice):
        voice.info.save(tmp_path, {})
        assert VoiceInfo.load(tmp_path) == voice.info
        assert json.loads((tmp_path / "voice.json").read_text(encoding="utf-8"))["format"] == 1


def test_text_files_are_utf8(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf" + "你好".encode())
    assert read_text(str(tmp_path / "a.txt")) == "你好"
    (tmp_path / "b.txt").write_bytes("你好".encode("gbk"))
    with pytest.raises(TextError, match="UTF-8"):
        read_text(str(tmp_path / "b.txt"))
