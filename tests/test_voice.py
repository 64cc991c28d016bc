"""A voice speaks: same seed same samples, any length, and without anything but the core packages."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ffvits.audio.sound import Sound
from ffvits.base import load_base
from ffvits.errors import AudioError, BaseError, FfvitsError, TextError
from ffvits.speak import synthesis
from ffvits.speak.files import read_text
from ffvits.speak.folder import find_voice
from ffvits.text.symbols import TABLES
from ffvits.voice import Voice, VoiceInfo

ROOT = Path(__file__).parents[1]
# What labelling and training need, and a bot must not.
NOT_FOR_SPEAKING = (
    "faster_whisper", "whisper", "librosa", "demucs", "torchaudio", "tensorboard", "monotonic_align", "soxr", "av",
    "onnxruntime", "silero_vad", "scipy", "numba", "sklearn",
)  # fmt: skip


@pytest.fixture(scope="module")
def voice() -> Voice:
    return Voice.load("mandarin-lite")


@pytest.fixture(scope="module")
def exact() -> Voice:
    """The same with a decoder in float32, whatever the processor likes best."""
    return Voice.load("mandarin-lite", precision="float32")


def test_a_sentence_becomes_samples(voice):
    samples = voice.say("你好，今天是2024年5月1日。", seed=1)
    assert samples.dtype == np.float32
    assert samples.ndim == 1
    assert 1.5 < len(samples) / voice.sample_rate < 8
    assert 0.05 < np.abs(samples).max() <= 1


def test_the_same_seed_gives_the_same_samples_and_another_one_does_not(voice):
    one = voice.say("你好世界", seed=1)
    assert np.array_equal(one, voice.say("你好世界", seed=1))
    assert np.array_equal(one, voice.say("你好世界", seed=np.int64(1)))
    other = voice.say("你好世界", seed=2)
    assert len(one) != len(other) or not np.array_equal(one, other)


def test_a_faster_voice_takes_less_time(voice):
    slow, fast = (len(voice.say("今天天气很好", speed=speed, noise=0, noise_w=0)) for speed in (1.0, 2.0))
    assert 0.4 < fast / slow < 0.65


def test_what_streams_is_what_is_said(voice):
    text = "今天天气很好。我们去公园吧！好不好？"
    pieces = list(voice.stream(text, seed=5))
    assert len(pieces) >= 3
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


def level(error: np.ndarray, of: np.ndarray) -> float:
    """How loud a difference is beside the sound, in dB."""
    return 10 * np.log10(np.square(error).mean() / np.square(of).mean() + 1e-30)


def test_the_joins_of_a_stream_cannot_be_heard(exact):
    """Tile by tile what the decoder makes of the whole at once, to -60 dB, at the edges of every tile as well."""
    ids = exact.info.reader().encode("今天天气很好，我们去公园散步，晚上一起吃饭吧，你说好不好呢？").ids
    stage = synthesis.Alone(exact._parts)
    g = exact._parts.speaker(exact._row(None))
    asked = synthesis.Asked(ids, g, synthesis.Manner(0.4, 0.6, 1.0), 0)
    thought = stage.run(synthesis.think, asked)
    (z,) = synthesis.flow(exact._parts, [synthesis.Stretch(thought.z_p, g)])
    whole = exact._parts.decode(z, g, 0, 0)[0]
    tiles = list(synthesis.spoken(stage, thought))
    joined = np.concatenate(tiles)
    assert len(tiles) >= 4
    assert len(joined) == len(whole)
    assert level(joined - whole, whole) < -60
    for border in np.cumsum([len(tile) for tile in tiles])[:-1]:
        near = slice(border - 64, border + 64)
        assert np.abs(joined[near] - whole[near]).max() < 1e-4


def test_the_first_sound_comes_long_before_the_last(voice):
    pieces = list(voice.stream("今天天气很好我们去公园散步晚上一起吃饭吧", seed=5))
    assert len(pieces) >= 4
    assert len(pieces[0]) < sum(map(len, pieces)) / 5


def test_bfloat16_is_not_heard(exact):
    half = Voice.load("mandarin-lite", precision="bfloat16")
    one, other = (v.say("今天天气很好，我们去公园吧！", seed=1) for v in (exact, half))
    assert len(one) == len(other)
    assert level(one - other, one) < -40


@pytest.mark.parametrize("slip", [{"backend": "tensorrt"}, {"precision": "half"}])
def test_what_a_voice_cannot_be_computed_with_is_refused(slip):
    with pytest.raises(FfvitsError, match=f"there is no {next(iter(slip))} "):
        Voice.load("mandarin-lite", **slip)


def test_a_batch_is_each_text_alone(voice):
    texts = ["今天天气很好。我们去公园吧！", "你好", "2024年"]
    together = voice.batch(texts, seed=3)
    assert [np.array_equal(one, voice.say(text, seed=3)) for one, text in zip(together, texts, strict=True)] == [
        True
    ] * 3
    assert voice.batch([]) == []
    with pytest.raises(FfvitsError, match="a batch takes several texts"):
        voice.batch("你好")


def test_a_phrase_does_not_depend_on_how_much_was_said_before(voice):
    one, other = (voice.say(text, seed=4, pause=0) for text in ("早上好。你好世界。", "今天天气很好。你好世界。"))
    assert np.array_equal(one[-8000:], other[-8000:])


def test_a_sentence_that_is_said_twice_is_not_said_alike(voice):
    made = voice.say("你好世界。你好世界。", seed=4, pause=0)
    half = len(made) // 2
    assert len(made) % 2 or not np.array_equal(made[:half], made[half:])


def test_breaks_and_pauses_last_as_long_as_they_say(voice):
    rate = voice.sample_rate
    fixed = {"seed": 1, "noise": 0, "noise_w": 0}
    bare = len(voice.say("你好。", **fixed)) + len(voice.say("世界。", **fixed))
    assert len(voice.say('你好。<break time="500ms"/>世界。', **fixed)) == bare + rate // 2
    assert len(voice.say('<break time="1s"/>你好。世界。', **fixed, pause=0)) == bare + rate
    assert len(voice.say("你好。世界。", **fixed, pause=2)) == bare + 2 * rate


@pytest.mark.parametrize(
    "settings",
    [{"noise": -1}, {"noise": float("nan")}, {"noise_w": 9}, {"pause": -1}, {"pause": 1e9}, {"speaker": "谁"}],
)
def test_an_impossible_setting_is_refused_before_anything_is_spoken(voice, settings):
    with pytest.raises(FfvitsError, match=next(iter(settings))):
        voice.stream("你好", **settings)


def test_long_text_in_constant_memory():
    """Four times the text takes hardly more memory; the peak of a process of its own."""
    pytest.importorskip("resource", reason="Windows has no peak of memory to ask for")
    code = (
        "import resource, sys\n"
        "from ffvits import Voice\n"
        "voice = Voice.load('mandarin-lite')\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "speak = lambda times: sum(map(len, voice.stream('今天天气很好，我们去公园散步。' * times, seed=1)))\n"
        "speak(2); before = peak(); samples = speak(8); print(samples, before, peak())\n"
    )
    ran = subprocess.run([sys.executable, "-X", "utf8", "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    samples, before, after = map(int, ran.stdout.split())
    assert samples > 12 * 22050
    assert after < 1.1 * before


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Voice:
    """A small voice of two speakers, with weights drawn at random."""
    import torch

    from ffvits.vits import Vits, VitsConfig

    torch.manual_seed(0)
    config = VitsConfig(
        78, 513, 32, 16, 16, 16, n_layers=1, upsample_initial_channel=32, gin_channels=8, n_speakers=2, resblock="2"
    )
    info = VoiceInfo(config.to_dict(), 22050, TABLES["pinyin-letters"], "pinyin-letters", True, ("甲", "乙"))
    folder = tmp_path_factory.mktemp("voice")
    info.save(folder, Vits(config).state_dict())
    return Voice.load(folder, precision="float32")


class TestConversion:
    def test_a_recording_keeps_its_length_and_changes_its_voice(self, two):
        samples = (0.1 * np.sin(np.arange(22050) * 0.05)).astype(np.float32)
        same, other = (two.convert(samples, "甲", name, seed=1) for name in ("甲", "乙"))
        assert same.dtype == np.float32
        assert len(same) == len(other) == 22050 // 256 * 256
        assert not np.allclose(same, other)
        assert np.array_equal(other, two.convert(samples, "甲", "乙", seed=1))

    def test_any_rate_and_files(self, two, tmp_path):
        samples = (0.1 * np.sin(np.arange(16000) * 0.05)).astype(np.float32)
        Sound(samples, 16000).save(tmp_path / "我.wav")
        from_file = two.convert(tmp_path / "我.wav", "甲", "乙", seed=1)
        assert len(from_file) == len(two.convert(samples, "甲", "乙", rate=16000, seed=1))
        assert len(from_file) == 22050 // 256 * 256

    @pytest.mark.parametrize("kind", [np.int16, np.int32])
    def test_samples_as_files_hold_them(self, two, kind):
        samples = (0.1 * np.sin(np.arange(22050) * 0.05)).astype(np.float32)
        whole = np.round(samples * np.iinfo(kind).max).astype(kind)
        one, other = (two.convert(given, "甲", "乙", seed=1) for given in (samples, whole))
        assert np.abs(one - other).max() < 0.01 * np.abs(one).max()
        with pytest.raises(AudioError, match="uint8"):
            two.convert(np.full(22050, 128, np.uint8), "甲", "乙")

    def test_what_cannot_be_converted_is_refused(self, two, voice):
        with pytest.raises(FfvitsError, match="no speaker"):
            two.convert(np.zeros(22050, np.float32), "甲", "谁")
        with pytest.raises(AudioError):
            two.convert(np.zeros(10, np.float32), "甲", "乙")
        with pytest.raises(AudioError):
            two.convert(np.full(22050, np.nan, np.float32), "甲", "乙")
        with pytest.raises(AudioError, match="at 0 Hz"):
            two.convert(np.zeros(22050, np.float32), "甲", "乙", rate=0)
        with pytest.raises(FfvitsError, match="no speaker"):
            voice.convert(np.zeros(22050, np.float32), "a", "b")


def test_what_cannot_be_read_is_told_with_its_line_before_anything_is_spoken(voice, tmp_path):
    text = "你好。\n今天天气很好。\n\n我们走吧。こんにちは。再见。"
    with pytest.raises(TextError, match="'こんにちは'") as caught:
        voice.stream(text, read_first=True)
    assert caught.value.line == 4 and caught.value.text == "こんにちは。"
    next(voice.stream(text))  # whoever does not ask for that hears what comes before
    with pytest.raises(TextError) as caught:
        voice.save(tmp_path / "speech.wav", text)
    assert caught.value.line == 4 and not (tmp_path / "speech.wav").exists()


@pytest.mark.parametrize("text", ["", "  \n ", "。。。", "☺", '<break time="1s"/>'])
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
    with pytest.raises(FfvitsError) as refused:
        voice.save(tmp_path / "file" / "x.wav", "你好")
    assert refused.value.cure == "choose another with --out"  # there is space enough
    with pytest.raises(FfvitsError, match="cannot be written"):
        voice.save(tmp_path / f"{'好' * 300}.wav", "你好")


def test_how_far_it_is_is_told_phrase_by_phrase(voice, tmp_path):
    heard: list[int] = []
    voice.save(tmp_path / "a.wav", "你好。<break/>今天天气很好！", seed=1, told=heard.append)
    assert heard == [3, 7]


@pytest.mark.parametrize("name", ["old.wav", "old.flac"])
def test_a_full_disk_leaves_the_old_file_and_one_message(voice, tmp_path, full_disk, capfd, name):
    (tmp_path / name).write_bytes(b"old")
    full = pytest.raises(FfvitsError, match=rf"{name}: cannot be written: the disk is full")
    with full_disk(10_000), full as refused:
        voice.save(tmp_path / name, "今天天气很好，我们去公园吧。", seed=1)
    assert "free some space" in refused.value.cure and capfd.readouterr().err == ""
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"old")]


def test_more_than_a_wav_file_can_count_is_refused(voice, tmp_path, monkeypatch):
    monkeypatch.setattr("ffvits.speak.files.LONGEST_WAV", 20_000)
    with pytest.raises(FfvitsError, match="holds no more than") as refused:
        voice.save(tmp_path / "long.wav", "今天天气很好，我们去公园吧。", seed=1)
    assert ".flac" in refused.value.cure and not list(tmp_path.iterdir())
    assert voice.save(tmp_path / "long.flac", "今天天气很好，我们去公园吧。", seed=1) > 20_000 / voice.sample_rate


def test_home_is_found_in_the_path_of_a_voice(voice, tmp_path, monkeypatch):
    """Shells leave the mark alone in --voice=~/runs/a."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a" / "voice").mkdir(parents=True)
    (tmp_path / "a" / "voice" / "voice.json").write_text("{}", encoding="utf-8")
    assert find_voice("~/a") == tmp_path / "a" / "voice"
    monkeypatch.chdir(tmp_path / "a")
    voice.save("~/said.wav", "你好", seed=1)
    (tmp_path / "said.txt").write_text("你好", encoding="utf-8")
    assert read_text("~/said.txt") == "你好"
    assert (tmp_path / "said.wav").is_file() and not Path("~").exists()


def test_speaking_needs_the_core_packages_only():
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({NOT_FOR_SPEAKING!r}))\n"  # None there makes an import fail
        "import ffvits\n"
        "assert len(ffvits.Voice.load('mandarin-lite').say('今天是2024年5月1日', seed=0)) > 20000\n"
    )
    spoken = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert spoken.returncode == 0, spoken.stderr


@pytest.mark.parametrize("missing", ["torch", "safetensors"])
def test_a_base_says_what_it_needs_where_only_voices_in_onnx_speak(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)  # as if it were not installed
    with pytest.raises(BaseError, match=f"needs the package {missing}") as caught:
        Voice.load("mandarin-lite")
    assert "pip install torch" in caught.value.cure and "--to onnx" in caught.value.cure


class TestFolder:
    def test_an_unfinished_run_says_what_to_do(self, tmp_path):
        (tmp_path / "recipe.yaml").write_text("speaker: x\n", encoding="utf-8")
        with pytest.raises(BaseError, match="no finished voice"):
            Voice.load(tmp_path)

    def test_a_folder_of_runs_names_them(self, tmp_path, voice):
        voice.info.save(tmp_path / "runs" / "paimon" / "voice", {})
        with pytest.raises(BaseError, match="holds voices") as caught:
            Voice.load(tmp_path / "runs")
        assert str(tmp_path / "runs" / "paimon") in caught.value.cure

    def test_a_folder_of_runs_without_voices_names_them_and_how_to_go_on(self, tmp_path):
        for name in ("tb", "few"):
            (tmp_path / "runs" / name).mkdir(parents=True)
            (tmp_path / "runs" / name / "recipe.yaml").write_text("speaker: x\n", encoding="utf-8")
        with pytest.raises(BaseError, match="has a finished voice yet: few, tb") as caught:
            Voice.load(tmp_path / "runs")
        assert f"ffvits train {tmp_path / 'runs' / 'few'}" in caught.value.cure

    def test_a_run_is_not_in_onnx_before_it_is_exported(self, tmp_path, voice):
        pytest.importorskip("onnxruntime")
        voice.info.save(tmp_path / "paimon" / "voice", {})
        with pytest.raises(BaseError, match="_enc_p") as caught:
            Voice.load(tmp_path / "paimon", backend="onnx")
        run = tmp_path / "paimon"
        assert f"ffvits export {run} --to onnx, then load {run / 'exports' / 'onnx'}" in caught.value.cure

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

    @pytest.mark.parametrize(
        "damage",
        [
            {"sampling_rate": 0},
            {"sampling_rate": True},
            {"add_blank": "no"},
            {"lexicon": {"重庆": 1}},
            {"lexicon": ["重庆"]},
            {"symbols": ["_"] * 500},
            {"speakers": ["派蒙", "荧", "空"]},
            {"model": {}},
            {"symbols": []},
            {"front_end": "bopomof"},
        ],
    )
    def test_a_description_that_does_not_fit_is_named(self, tmp_path, voice, damage):
        voice.info.save(tmp_path, load_base("mandarin-lite").generator)
        file = tmp_path / "voice.json"
        file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **damage}), encoding="utf-8")
        with pytest.raises((BaseError, TextError)) as caught:
            Voice.load(tmp_path)
        assert caught.value.file == str(file)

    def test_weights_that_are_missing_are_named(self, tmp_path, voice):
        """The voice was in torch: that ONNX could be made of it is no cure."""
        voice.info.describe(tmp_path)
        with pytest.raises(BaseError, match=r"model\.safetensors: .*cannot be read") as caught:
            Voice.load(tmp_path)
        assert "copy it here again" in caught.value.cure

    def test_damaged_weights_are_named(self, tmp_path, voice):
        voice.info.save(tmp_path, {})
        (tmp_path / "model.safetensors").write_bytes(b"<html>not found</html>")
        with pytest.raises(BaseError, match=r"model\.safetensors"):
            Voice.load(tmp_path)

    def test_a_description_comes_back_as_it_went(self, tmp_path, voice):
        voice.info.save(tmp_path, {})
        assert VoiceInfo.load(tmp_path) == voice.info
        assert json.loads((tmp_path / "voice.json").read_text(encoding="utf-8"))["format"] == 1


NOVEL = "第一章　初见\n“你好，旅行者。”她说。\n" * 40
DAMAGED = NOVEL.encode()[:300] + b"\xe4" + NOVEL.encode()[300:]


@pytest.mark.parametrize(
    "data",
    [b"\xef\xbb\xbf" + NOVEL.encode(), NOVEL.replace("\n", "\r\n").encode("gbk"), NOVEL.encode("utf-16")],
    ids=("UTF-8 with its mark", "GBK", "UTF-16"),
)
def test_texts_are_read_as_chinese_windows_writes_them(tmp_path, data):
    (tmp_path / "小说 1.txt").write_bytes(data)
    assert read_text(str(tmp_path / "小说 1.txt")) == NOVEL


def test_of_subtitles_only_what_they_say_is_read(tmp_path):
    file = tmp_path / "字幕.srt"
    file.write_text(
        "1\n00:00:01,000 --> 00:00:03,000\n你好，旅行者。\n\n2\n00:00:03,500 --> 00:00:05,000\n<i>我们走吧！</i>\n",
        encoding="utf-8",
    )
    assert read_text(str(file)) == "你好，旅行者。\n我们走吧！"
    (tmp_path / "a.lrc").write_text("[ti:歌]\n[00:12.00]第一句\n[00:15.30]第二句\n", encoding="utf-8")
    assert read_text(str(tmp_path / "a.lrc")) == "第一句\n第二句"


BIG5 = "今天天氣很好，我們一起去公園散步吧。".encode("big5")


@pytest.mark.parametrize(
    "data",
    [DAMAGED, b"\xff\xfe\x00", bytes(range(256)) * 3, BIG5],
    ids=("damaged", "half", "binary", "Big5"),
)
def test_what_is_no_text_is_not_guessed_at(tmp_path, data):
    (tmp_path / "b.txt").write_bytes(data)
    with pytest.raises(TextError, match="UTF-8"):
        read_text(str(tmp_path / "b.txt"))


def test_a_voice_is_known_by_its_weights(voice):
    from ffvits.base import load_base
    from ffvits.speak.torch_parts import TorchParts

    base = load_base("mandarin-lite")
    changed = {name: value.float() for name, value in base.generator.items()}
    again = TorchParts.build(base.config, dict(changed), "cpu", "float32").fingerprint()
    assert again == TorchParts.build(base.config, dict(changed), "cpu", "float32").fingerprint()
    changed["dec.conv_pre.bias"] = changed["dec.conv_pre.bias"] + 1e-3
    assert again != TorchParts.build(base.config, changed, "cpu", "float32").fingerprint()
    assert len(voice.fingerprint()) == 64
