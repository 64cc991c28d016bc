"""Each export is loaded by the program it is for, where that runs here."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from finished_voice import save_voice
from safetensors.torch import load_file

from ffvits import Voice
from ffvits.audio.spectrogram import AudioFormat
from ffvits.auto import _tell_of_exports
from ffvits.base import load_base, save_generator
from ffvits.cli import main
from ffvits.errors import FfvitsError
from ffvits.export import TARGETS, export
from ffvits.export.finished import file_name
from ffvits.export.folder import mark_of, outdated
from ffvits.extras import install
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.text.symbols import TABLES
from ffvits.vits import Vits, VitsConfig
from ffvits.voice import VoiceInfo

ROOT = Path(__file__).parents[2]


def test_the_original_form(run, tmp_path):
    (written,) = export(run, ["original"], out=tmp_path)
    folder = written.folder
    again = load_base(folder / "G_0.pth", config=folder / "config.json")
    assert again.speakers == ("派蒙", "Ａ君")
    trained = Voice.load(run, precision="float32").say("今天", "Ａ君", seed=1)
    assert np.array_equal(
        trained, Voice.from_base(again, precision="float32").say("今天", "Ａ君", seed=1, noise=0.667, noise_w=0.8)
    )
    assert torch.load(folder / "G_0.pth", weights_only=True)["iteration"] == 0
    described = ("config.json", "moegoe/moegoe_config.json", "moetts/moetts.json")
    assert all((folder / name).read_bytes().isascii() for name in described)
    # vits-simple-api takes the first it finds beside the .pth.
    assert [file.name for file in folder.glob("*.json")] == ["config.json"]
    moegoe = json.loads((folder / "moegoe/moegoe_config.json").read_text(encoding="ascii"))
    assert moegoe["speakers"] == ["派蒙", "Ａ君"]
    assert moegoe["symbols"] == list(TABLES["bopomofo"])
    assert moegoe["data"]["n_speakers"] == 2
    moetts = json.loads((folder / "moetts/moetts.json").read_text(encoding="ascii"))
    assert moetts["speakers"] == {"派蒙": 0, "Ａ君": 1}
    assert written.size == sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


NOTES = [
    ("pinyin-letters", "[CLEANED]ni3 hao3 ，"),
    ("bopomofo", "plain Chinese"),
    ("cjke", "[ZH]"),
    ("mandarin-lite", "你好，很高兴认识你。 0 "),
]


@pytest.mark.parametrize(("front_end", "says"), NOTES)
def test_the_note_says_how_to_give_it_text(tmp_path, front_end, says):
    (written,) = export(save_voice(tmp_path / "run", front_end), ["original"], out=tmp_path / "out")
    assert says in (written.folder / "READ_ME.txt").read_text(encoding="utf-8")
    moegoe = json.loads((written.folder / "moegoe/moegoe_config.json").read_text(encoding="ascii"))
    assert moegoe["speakers"] == ["run"]


def test_home_is_found_in_both_paths(tmp_path, monkeypatch):
    """Shells leave the mark alone in --out=~/shared, and Windows has none that would see to it."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    run = save_voice(tmp_path / "run", "bopomofo")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for out, place in ((None, run / "exports"), ("~/shared", tmp_path / "shared")):
        (written,) = export("~/run", ["bundle"], out=out)
        assert written.folder == place / "bundle" and (written.folder / "voice.json").is_file()
    assert not any(Path().iterdir())


def test_exports_of_the_voice_of_before_are_known(tmp_path, capsys):
    run = Run(save_voice(tmp_path / "派蒙", "bopomofo"))
    (run.folder / "exports" / "mine").mkdir(parents=True)
    (made,) = export(run.folder, ["bundle"])
    _tell_of_exports(run)
    assert "voice of before" not in capsys.readouterr().err
    for change in ("speed", "weights"):
        save_voice(run.folder, "bopomofo", **({"speed": 1.2} if change == "speed" else {"sdp": False}))
        _tell_of_exports(run)
        assert "still holds the voice of before: bundle; ffvits export" in capsys.readouterr().err.replace("\n", "")
        assert export(run.folder, ["bundle"]) and not outdated(made.folder.parent, mark_of(run.voice))


def test_a_bundle_is_half_as_large_and_tells_where_it_is_from(run, tmp_path):
    original, bundle = export(run, ["original", "bundle"], out=tmp_path)
    large = (original.folder / "G_0.pth").stat().st_size
    assert (bundle.folder / "model.safetensors").stat().st_size < 0.6 * large
    exact = {
        name for name, weight in load_file(bundle.folder / "model.safetensors").items() if weight.dtype.itemsize == 4
    }
    assert exact and all(name.startswith("dp.") for name in exact)  # durations are rounded up: a hair is a frame
    card = (bundle.folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("# 派蒙 a\n")  # for people, who would not know it by its pinyin
    assert all(fact in card for fact in ("派蒙", "测试", "5.5 minutes", "she said yes", "voice.json"))
    one, other = (Voice.load(path, precision="float32").say("今天", seed=1) for path in (run, bundle.folder))
    assert len(one) == len(other)
    assert np.abs(one - other).max() < 0.02 * np.abs(one).max()


@pytest.mark.usefixtures("few_words")
class TestRealPrograms:
    def test_sherpa_onnx_speaks_and_moevoicestudio_finds_its_files(self, run, tmp_path):
        pytest.importorskip("onnx")
        sherpa = pytest.importorskip("sherpa_onnx")
        (written,) = export(run, ["onnx"], out=tmp_path)
        # Not the program's own reading, but what it reads with: every symbol of every word has an id.
        tokens = {line.rsplit(" ", 1)[0] for line in (written.folder / "tokens.txt").read_text("utf-8").splitlines()}
        lexicon = dict(line.split(" ", 1) for line in (written.folder / "lexicon.txt").read_text("utf-8").splitlines())
        assert {symbol for entry in lexicon.values() for symbol in entry.split(" ")} <= tokens
        assert lexicon["银行"] == "<space> ㄧ ㄣ ˊ ㄏ ㄤ ˊ"
        assert lexicon["行走"] == "<space> ㄒ ㄧ ㄥ ˊ ㄗ ㄡ ˇ"
        files = {name: str(written.folder / f"{name}.txt") for name in ("tokens", "lexicon")}
        vits = sherpa.OfflineTtsVitsModelConfig(model=str(written.folder / "model.onnx"), noise_scale=0.0, **files)
        config = sherpa.OfflineTtsConfig(model=sherpa.OfflineTtsModelConfig(vits=vits, num_threads=1))
        assert config.validate()
        speech = sherpa.OfflineTts(config)
        assert speech.num_speakers == 2
        for speaker in (0, 1):
            spoken = speech.generate("今天天气很好，我们去银行！", sid=speaker)
            assert spoken.sample_rate == 22050
            assert len(spoken.samples) > 5000
            assert np.isfinite(spoken.samples).all()
        # MoeVoiceStudio runs on Windows only; these are the files that it looks for.
        described = json.loads((written.folder / "paimeng_a.json").read_text(encoding="ascii"))
        assert described["Symbol"] == "".join(TABLES["bopomofo"])
        assert described["Characters"] == ["派蒙", "Ａ君"]
        parts = {file.name for file in written.folder.glob("paimeng_a_*.onnx")}
        assert parts == {f"paimeng_a_{part}.onnx" for part in ("enc_p", "dp", "flow", "dec", "emb")}

    def test_piper_speaks(self, run, tmp_path):
        pytest.importorskip("onnx")
        piper = pytest.importorskip("piper")
        (written,) = export(run, ["piper"], out=tmp_path)
        voice = piper.PiperVoice.load(written.folder / "paimeng_a.onnx")
        (phonemes,) = voice.phonemize("今天气很好！")
        reader = VoiceInfo.load(run / "voice").reader()
        symbols = [symbol for c in "今天气很好" for symbol in (" ", *reader.encode(c).symbols[:-1])]
        ids = [0, *(number for symbol in (*symbols, "！") for number in (reader.table.id(symbol), 0))]
        assert voice.phonemes_to_ids(phonemes) == ids
        spoken = list(voice.synthesize("今天气很好！", piper.SynthesisConfig(speaker_id=1)))
        assert spoken[0].sample_rate == 22050
        assert len(spoken[0].audio_float_array) > 2000

    def test_an_only_speaker_need_not_be_chosen(self, tmp_path):
        """As every fine-tuned voice is: it has a table of speakers, with one row."""
        pytest.importorskip("onnx")
        piper, sherpa = pytest.importorskip("piper"), pytest.importorskip("sherpa_onnx")
        run = save_voice(tmp_path / "one", "bopomofo", ("派蒙",))
        for_piper, for_sherpa = export(run, ["piper", "onnx"], out=tmp_path / "out")
        spoken = list(piper.PiperVoice.load(for_piper.folder / "one.onnx").synthesize("今天气很好！"))
        assert len(spoken[0].audio_float_array) > 2000
        files = {name: str(for_sherpa.folder / f"{name}.txt") for name in ("tokens", "lexicon")}
        vits = sherpa.OfflineTtsVitsModelConfig(model=str(for_sherpa.folder / "model.onnx"), **files)
        config = sherpa.OfflineTtsConfig(model=sherpa.OfflineTtsModelConfig(vits=vits, num_threads=1))
        assert len(sherpa.OfflineTts(config).generate("今天天气很好！").samples) > 2000
        assert len(Voice.load(for_sherpa.folder).say("今天天气很好！")) > 2000
        note = (for_sherpa.folder / "READ_ME.txt").read_text(encoding="utf-8")
        example = "\n".join(line[4:] for line in note.splitlines() if line.startswith("    "))
        subprocess.run([sys.executable, "-X", "utf8", "-c", example], cwd=for_sherpa.folder, check=True)
        assert (for_sherpa.folder / "speech.wav").stat().st_size > 5000


def test_piper_cannot_do_without_blanks_and_says_so(tmp_path):
    run = save_voice(tmp_path / "run", "bopomofo", add_blank=False)
    (written,) = export(run, ["piper"], out=tmp_path / "out")
    assert "blank" in written.refused and written.unfit
    assert not (tmp_path / "out").exists()  # no lock either


def test_without_the_package_onnx_the_others_are_written(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    written = export(run, list(TARGETS), out=tmp_path)
    assert {one.target for one in written if not one.refused} == {"original", "bundle"}
    for one in written:
        assert one.refused == "" or ("package onnx" in one.refused and install("export") in one.refused)
        assert not one.unfit


@pytest.mark.parametrize(
    ("harmonic", "to", "status"),
    [
        (True, ["all"], 0), (True, ["original"], 1), (True, ["original", "all"], 1), (True, ["bundle"], 0),
        (False, ["all"], 0), (False, ["original"], 0),
    ],
)  # fmt: skip
def test_with_all_a_program_that_cannot_take_the_voice_is_told_and_no_failure(
    tmp_path, monkeypatch, capsys, harmonic, to, status
):
    for slow in ("onnx", "piper"):
        monkeypatch.setitem(TARGETS, slow, lambda voice, folder, precision: (folder / "voice.onnx").touch())
    run = save_voice(tmp_path / "run", "bopomofo", harmonic=harmonic)
    assert main(["export", str(run), "--to", *to, "--out", str(tmp_path / "out")]) == status
    written = {"original"} if "original" in to else {"bundle"} if "bundle" in to else set(TARGETS)
    written = set(TARGETS) if "all" in to else written
    refused = {"original"} & written if harmonic else set()
    made = {path.name for path in (tmp_path / "out").iterdir()} if (tmp_path / "out").exists() else set()
    assert made == {name for target in written - refused for name in (target, f".{target}.lock")}
    assert ("original: these programs know HiFi-GAN's" in capsys.readouterr().err) == bool(refused)


def test_with_all_what_can_be_put_right_stays_a_failure(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    run = save_voice(tmp_path / "run", "bopomofo")
    assert main(["export", str(run), "--to", "all", "--out", str(tmp_path / "out")]) == 1


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("派蒙", "paimeng"), ("派蒙 a", "paimeng_a"), ("重庆·小面", "chongqingxiaomian"), ("Ａ君", "Ajun"),
        ("綠茶v2", "lvchav2"), ("paimon-2", "paimon-2"), ("Zoë", "Zoe"), ("ほのか", "voice"), ("../派蒙/", "paimeng"),
        ("二〇二四", "erlingersi"), ("…", "voice"),
    ],
)  # fmt: skip
def test_files_of_a_chinese_name_have_it_in_pinyin(name, file):
    """Of two voices called `voice` the second took the first one's place in MoeVoiceStudio's Models."""
    assert file_name(name) == file


def test_a_long_name_leaves_room_for_what_stands_behind_it():
    assert file_name("双" * 80) == "shuang" * 10


def test_the_command(run, tmp_path):
    command = [sys.executable, "-X", "utf8", "-m", "ffvits", "export", str(run), "--to", "original", "bundle", "--json"]
    ran = subprocess.run([*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    assert [one["target"] for one in json.loads(ran.stdout)] == ["original", "bundle"]
    assert "all" not in TARGETS


@pytest.mark.parametrize("wrong", [{"targets": ["tts"]}, {"targets": ["bundle"], "precision": "int4"}])
def test_a_wrong_word_is_refused(run, tmp_path, wrong):
    with pytest.raises(FfvitsError, match="choose"):
        export(run, out=tmp_path, **wrong)


@pytest.mark.parametrize("below", ["", "in/it"])
def test_a_file_in_the_place_of_the_folder_is_no_lack_of_space(run, tmp_path, below):
    (tmp_path / "file").touch()
    with pytest.raises(FfvitsError) as refused:
        export(run, ["bundle"], out=tmp_path / "file" / below)
    assert refused.value.cure == "choose another --out"


def test_a_base_that_ffvits_cannot_let_speak_is_told_before_anything_is_written(tmp_path):
    """A Japanese one, say: half of its exports failed, and the bundle was called a Mandarin voice."""
    symbols = TABLES["japanese_cleaners2"]
    config = VitsConfig(len(symbols), inter_channels=32, hidden_channels=32, filter_channels=64, n_layers=2)
    (tmp_path / "base").mkdir()
    weights = Vits(config).state_dict()
    save_generator(tmp_path / "base/G_0.pth", weights, config, audio=AudioFormat(22050), symbols=symbols)
    with pytest.raises(FfvitsError, match="no front end that writes its symbols"):
        export(tmp_path / "base", ["bundle"], out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_is_not_exported_again(run, tmp_path):
    (tmp_path / "voice.json").write_bytes((run / "voice/voice.json").read_bytes())
    with pytest.raises(FfvitsError, match="export"):
        export(tmp_path, ["bundle"])


def test_the_base_that_a_run_is_trained_from_is_not_written_over(tmp_path, capsys):
    """Labels changed, and a training begun anew from the bundle: that is no export of before, and must stay."""
    run = Run(save_voice(tmp_path / "派蒙", "bopomofo"))
    (made,) = export(run.folder, ["bundle"])
    run.create(run.folder, Recipe().override({"base": str(made.folder)}))
    before = mark_of(made.folder)
    save_voice(run.folder, "bopomofo", sdp=False)
    _tell_of_exports(run)
    assert "voice of before" not in capsys.readouterr().err
    for source in (run.folder, run.voice):
        refused, original = export(source, ["bundle", "original"], out=run.folder / "exports")
        assert "its training would begin afresh" in refused.refused and not original.refused
        assert mark_of(made.folder) == before
    (elsewhere,) = export(run.folder, ["bundle"], out=tmp_path / "bases")
    assert not elsewhere.refused
