"""The real command line in a subprocess: instant help, errors with cures, exit statuses."""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ffvits.base import load_base
from ffvits.cli import main
from ffvits.cli.flags import language
from ffvits.extras import install
from ffvits.speak.folder import VoiceInfo

ROOT = Path(__file__).parents[1]
HEAVY = (
    "torch",
    "numpy",
    "librosa",
    "faster_whisper",
    "pypinyin",
    "jieba",
    "yaml",
    "rich",
    "soundfile",
    "scipy",
    "fastapi",
)
VERBS = ("auto", "label", "check", "train", "say", "serve", "web", "text", "inspect", "bases")


def ffvits(*arguments: str, **options) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONUTF8": "0", "COLUMNS": "100", **options.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-m", options.pop("module", "ffvits"), *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=options.pop("cwd", ROOT),
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        timeout=600,
        **options,
    )


@pytest.mark.parametrize("code", ["import ffvits", "import ffvits.cli; ffvits.cli.build_parser().format_help()"])
def test_nothing_heavy_is_imported_before_it_is_needed(code):
    listed = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, cwd=ROOT
    )
    assert listed.returncode == 0, listed.stderr
    loaded = {name.partition(".")[0] for name in listed.stdout.split()}
    assert not loaded & set(HEAVY)


def test_help_lists_every_verb():
    shown = ffvits("--help")
    assert shown.returncode == 0
    assert all(verb in shown.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_examples(verb):
    shown = ffvits(verb, "--help")
    assert shown.returncode == 0
    assert f"examples:\n  ffvits {verb}" in shown.stdout
    described = shown.stdout.split("\n\n")[1]
    assert described[0].isupper() and described[-1] in ".?" and "?." not in described


def test_python_m_ffvits_auto_is_ffvits_auto():
    assert ffvits("--help", module="ffvits.auto").stdout == ffvits("auto", "--help").stdout


@pytest.mark.parametrize(
    ("arguments", "said", "cure"),
    [
        (("auto",), "no folder of recordings", "ffvits auto ./raw_clips"),
        (("auto", "no such folder"), "does not exist", "name the folder"),
        (("auto", "pyproject.toml"), "is a file", "name the folder"),
        (("auto", "examples", "--until", "lunch"), "no stage 'lunch'", "ingest"),
        (("auto", "examples", "--until", "lunch", "--dry-run"), "no stage 'lunch'", "ingest"),
        (("auto", "examples", "--base", "biaobe", "--dry-run"), "no base named 'biaobe'", "'biaobei'"),
        (("auto", "examples", "--set", "train.stepz=1"), "'train.stepz'", "did you mean 'train.steps'?"),
        (("auto", "examples", "--steps", "-5"), "✗ train.steps cannot be -5", "from 0"),
        (("auto", "examples", "--set", "train.steps"), "no '='", "--set train.steps=200"),
        (("auto", "examples", "--speker", "x"), "ffvits auto knows no --speker", "did you mean --speaker?"),
        (("--offline", "auto", "examples"), "--offline stands before the verb", "ffvits auto --offline"),
        (("tain", "examples"), "invalid choice: 'tain'", "did you mean 'train'?"),
        (("train",), "required: RUN", "ffvits train --help"),
        (("train", "examples", "--out", "runs/b"), "ffvits train knows no --out", "ffvits train --help"),
        (("say", "你好", "世界"), "'世界' is one too many", "in quotes"),
        (("auto", "--recipe", "none.yaml"), "no such recipe", "default.yaml"),
        (("train", "examples"), "not a run folder", "ffvits auto"),
        (("say", "你好", "--out", "-"), "written to a file", "--out speech.wav"),
        (("say", "你好", "--out", "docs"), "docs: this is a folder", "speech.wav"),
        (("say", "你好", "--device", "bogus"), "device cannot be 'bogus'", "one of: auto, cpu, cuda"),
        (("say",), "nothing to say", "ffvits say"),
        (("say", "你好", "--file", "x"), "nothing to say, or twice", "ffvits say"),
        (("say", "--file", "none.txt"), "cannot be read", "name a text file"),
        (("text",), "nothing to read", "ffvits text"),
        (("text", "你好", "--file", "x"), "nothing to read, or twice", "ffvits text"),
    ],
)
def test_a_mistake_is_told_with_its_cure_and_no_traceback(arguments, said, cure):
    failed = ffvits(*arguments)
    assert failed.returncode == 2
    assert "Traceback" not in failed.stderr
    assert said in " ".join(failed.stderr.split())
    assert cure in failed.stderr


def test_all_targets_beside_one_of_them_are_all(monkeypatch):
    from ffvits.cli import main
    from ffvits.export import TARGETS

    asked = []
    monkeypatch.setattr("ffvits.export.export", lambda source, targets, **_: asked.append(targets) or [])
    assert main(["export", "mandarin-lite", "--to", "onnx", "all"]) == 0
    assert main(["export", "mandarin-lite", "--to", "onnx", "onnx"]) == 0
    assert asked == [list(TARGETS), ["onnx"]]


@pytest.fixture
def labelled(tmp_path):
    """A run that is labelled, as far as can be seen before a base is loaded."""
    from ffvits.clip import Clip
    from ffvits.recipe import Recipe
    from ffvits.run import Run

    run = Run.create(tmp_path / "run", Recipe(base="mandarin-lite", offline=True))
    run.save_clips([Clip("a", "a.wav", 0.0, 1.0, "派蒙", text="你好", audio="audio/a.wav")])
    return run


@pytest.mark.parametrize("verb", ["train", "pretrain"])
def test_a_refused_flag_is_not_remembered(labelled, verb):
    before = labelled.recipe_file.read_bytes()
    failed = ffvits(verb, str(labelled.folder), "--base", "mandarin-litee")
    assert failed.returncode == 2 and "'mandarin-lite'" in failed.stderr
    assert labelled.recipe_file.read_bytes() == before


@pytest.mark.parametrize("verb", ["train", "pretrain"])
@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--set", "train.held_out=0.1"], "train.held_out will show"),
        (["--set", "label.segment.max_seconds=9", "--engine", "ray"], "label.engine, label.segment.max_seconds will"),
        (["--set", "speaker=可莉", "--steps", "9"], "speaker will show"),
        (["--set", "train.held_out=0.05", "--whisper", "base", "--steps", "9", "--seed", "2"], ""),
    ],
)
def test_what_only_a_labelling_acts_on_is_told(labelled, monkeypatch, capsys, verb, flags, named):
    from ffvits import console
    from ffvits.cli import main
    from ffvits.errors import TrainError

    def train(*_, **__):
        raise TrainError("as far as this test goes")

    monkeypatch.setattr("ffvits.train.session.train", train)
    labelled.create(labelled.folder, labelled.recipe().override({"input": "录 音"}))
    assert main([verb, str(labelled.folder), *flags]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert (named in told) if named else ("labelled again" not in told)
    if named:
        assert f"ffvits label {console.typed('录 音')} --out {console.typed(labelled.folder)}" in told


def test_no_flag_of_training_speaks_of_labelling():
    for verb in ("train", "pretrain"):
        assert "label" not in ffvits(verb, "--help").stdout.partition("options:")[2].partition("examples:")[0]


@pytest.mark.parametrize("verb", ["train", "pretrain"])
def test_a_recipe_of_how_to_train_leaves_the_runs_origin_alone(labelled, monkeypatch, verb):
    from ffvits.cli import main
    from ffvits.errors import TrainError
    from ffvits.recipe import Recipe

    shipped = ROOT / "recipes" / "pretrain-mandarin-lite.yaml"
    steps = Recipe.load(shipped).train.steps

    def train(recipe, run, **_):
        assert (recipe.source, recipe.consent, recipe.input, recipe.train.steps) == ("广播", "本人同意", "raw", steps)
        raise TrainError("as far as this test goes")

    monkeypatch.setattr("ffvits.train.session.train", train)
    recipe = labelled.recipe().override({"source": "广播", "consent": "本人同意", "input": "raw"})
    assert steps != recipe.train.steps
    labelled.create(labelled.folder, recipe)
    assert main([verb, str(labelled.folder), "--recipe", str(shipped)]) == 2
    assert labelled.recipe().source == "广播"


def test_what_training_began_with_is_remembered_even_if_it_fails(labelled, monkeypatch, capsys):
    from ffvits.cli import main
    from ffvits.errors import RecipeError, TrainError

    def failing(error):
        def train(recipe, run, **_):
            assert run.recipe() == recipe
            raise error("as it is")

        monkeypatch.setattr("ffvits.train.session.train", train)

    failing(RecipeError)
    assert main(["train", str(labelled.folder), "--steps", "7"]) == 2
    assert labelled.recipe().train.steps == 0
    failing(TrainError)
    assert main(["train", str(labelled.folder), "--steps", "7"]) == 2
    assert labelled.recipe().train.steps == 7


def test_a_base_speaks_from_the_command_line(tmp_path):
    out = tmp_path / "你好 世界.wav"
    spoken = ffvits("say", "你好，今天是2024年5月1日。", "--out", str(out), "--seed", "7")
    assert spoken.returncode == 0, spoken.stderr
    import soundfile

    samples, rate = soundfile.read(out)
    assert rate == 22050
    assert 1.5 < len(samples) / rate < 8
    assert abs(samples).max() > 0.05


def test_offline_a_base_that_is_not_here_is_not_fetched(tmp_path):
    asked = ("say", "你好", "--voice", "biaobei", "--offline", "--out", str(tmp_path / "a.wav"))
    failed = ffvits(*asked, env={"FFVITS_HOME": str(tmp_path)})
    assert failed.returncode == 2
    assert "without --offline" in failed.stderr


def test_text_shows_every_step():
    shown = ffvits("text", "他在银行{hang2}里。", "--explain")
    assert shown.returncode == 0, shown.stderr
    assert "hang2" in shown.stdout


def test_a_text_that_begins_like_a_flag_is_a_text():
    shown = ffvits("text", "-5度", "--explain")
    assert shown.returncode == 0, shown.stderr
    assert "零下五度" in shown.stdout or "负五度" in shown.stdout


@pytest.mark.parametrize("verb", ["say", "text"])
def test_a_model_that_cannot_be_used_is_named_and_not_the_text(tmp_path, monkeypatch, capsys, verb):
    from ffvits.cli import main
    from ffvits.errors import TextError
    from ffvits.text import FrontEnd

    def refuse(*_):
        raise TextError("the model cannot be used", file="model.onnx", cure="put it there anew")

    monkeypatch.setattr(FrontEnd, "encode", refuse)
    (tmp_path / "novel.txt").write_text("你好。", encoding="utf-8")
    out = ("--out", str(tmp_path / "a.wav")) if verb == "say" else ()
    assert main([verb, "--file", str(tmp_path / "novel.txt"), *out]) == 2
    told = capsys.readouterr().err
    assert "model.onnx: the model cannot be used" in told and "novel.txt" not in told


def test_each_line_of_a_file_is_read(tmp_path):
    novel = tmp_path / "小说 一.txt"
    novel.write_bytes("你好。\r\n\r\n* * *\r\n再见。\r\n".encode("gbk"))
    shown = ffvits("text", "--file", str(novel), "--front-end", "pinyin-letters")
    assert shown.returncode == 0, shown.stderr
    assert len(shown.stdout.splitlines()) == 2
    novel.write_text("你好。\n\nสวัสดี\n", encoding="utf-8")
    failed = ffvits("text", "--file", str(novel))
    assert failed.returncode == 2
    assert "小说 一.txt:3: " in failed.stderr


def test_every_line_that_can_be_read_is_shown_and_the_others_are_named_at_once(tmp_path, capsys):
    """As `say` names them: whoever mends a novel would start it anew for each character else."""
    from ffvits.cli import main

    novel = tmp_path / "novel.txt"
    novel.write_text("你好。\n他说ほ\n\n再见。\n  好，Б吗；ほ\n\x0c好。\n", encoding="utf-8")
    assert main(["text", "--file", str(novel), "--front-end", "pinyin-letters"]) == 2
    shown = capsys.readouterr()
    assert [line[:2] for line in shown.out.splitlines()] == ["n ", "z ", "h "]
    told = " ".join(shown.err.split())
    assert "novel.txt:2: 'ほ' cannot be read in Mandarin, in “他说ほ”" in told
    assert "also 'Б' (line 5, character 5), 'ほ' (line 5, character 8)" in told


def test_bases_are_listed_as_data():
    listed = ffvits("bases", "--json")
    assert listed.returncode == 0, listed.stderr
    assert {"biaobei", "mandarin-lite"} <= {row["name"] for row in json.loads(listed.stdout)}


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "ascii"])
def test_json_keeps_its_characters_where_the_system_lacks_them(encoding):
    values = {"名字": "派蒙 ♪ café 🎵"}
    shown = subprocess.run(
        [sys.executable, "-c", f"from ffvits import console; console.data({values!r})"],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": encoding},
    )
    assert json.loads(shown.stdout.decode(encoding)) == values, shown.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end in another way there")
def test_a_reader_that_leaves_early_is_no_fault():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "ffvits", "text", "你好", "--explain"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    ) as started:
        started.stdout.close()
        said = started.stderr.read().decode()
    assert started.returncode == 141
    assert "Traceback" not in said and "Exception ignored" not in said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no disk that is always full")
def test_a_full_disk_is_no_bug():
    with open("/dev/full", "w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "ffvits", "bases"]
        failed = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", cwd=ROOT, timeout=600)
    assert failed.returncode == 2
    assert "No space left" in failed.stderr and "free some space" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_inspect_takes_what_base_takes():
    shown = ffvits("inspect", "mandarin-lite", "--json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["symbol_table"] == "mandarin-lite"


@pytest.mark.parametrize(("verb", "extra"), [("serve", "serve"), ("web", "web"), ("label", "all")])
def test_a_package_that_is_missing_is_asked_for_with_no_more_than_the_verb_needs(monkeypatch, capsys, verb, extra):
    from ffvits import cli

    def parsed(*_):
        return argparse.Namespace(verb=verb, quiet=False, run=missing), []

    def missing(_):
        raise ModuleNotFoundError("No module named 'nothing'", name="nothing")

    monkeypatch.setattr(cli.Parser, "parse_known_args", parsed)
    assert cli.main([]) == 2
    assert install(extra) in capsys.readouterr().err


@pytest.mark.parametrize(("verb", "goes_on"), [("train", True), ("say", False)])
def test_who_stops_it_is_told_that_it_goes_on_only_where_it_does(monkeypatch, capsys, verb, goes_on):
    from ffvits import cli

    def parsed(*_):
        return argparse.Namespace(verb=verb, quiet=False, run=stopped), []

    def stopped(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.Parser, "parse_known_args", parsed)
    assert cli.main([]) == 130
    assert ("goes on" in capsys.readouterr().err) is goes_on


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MemoryError(), 2),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."), 2),
        (RuntimeError("something else"), None),
    ],
)
def test_a_memory_that_is_full_is_no_bug(monkeypatch, capsys, error, status):
    from ffvits import cli

    def parsed(*_):
        return argparse.Namespace(verb="label", quiet=False, run=full), []

    def full(_):
        raise error

    monkeypatch.setattr(cli.Parser, "parse_known_args", parsed)
    if status is None:
        with pytest.raises(RuntimeError):
            cli.main([])
        return
    assert cli.main([]) == status
    said = capsys.readouterr().err
    assert "not enough memory" in said and "--device cpu" in said


def test_a_text_is_read_as_a_voice_reads_it(tmp_path, capsys):
    """By its own front end and its own lexicon; a base has none."""
    voice = tmp_path / "voice"
    info = VoiceInfo.of_base(load_base("mandarin-lite"))
    replace(info, lexicon={"派蒙": "pai1 meng1"}).save(voice, {})
    for target, reading in ((voice, "p ai1 m eng1"), ("mandarin-lite", "p ai4 m eng2")):
        assert main(["text", "派蒙", "--voice", str(target)]) == 0
        assert reading in capsys.readouterr().out
    assert main(["text", "派蒙", "--voice", str(tmp_path / "nobody")]) == 2


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_a_summary_is_in_the_language_of_the_terminal(monkeypatch, spoken):
    monkeypatch.setenv("FFVITS_LANG", spoken)
    arguments = argparse.Namespace(language=None)
    assert language(arguments) == spoken
    assert language(argparse.Namespace(language="zh")) == "zh"
