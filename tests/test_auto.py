"""The road's own decisions: which recipe, which folder, which stage; and several characters in one go."""

import errno
import os
import shutil
from importlib import resources
from pathlib import Path

import pytest

from ffvits import chinese
from ffvits.auto import make_voice, resolve, train_run
from ffvits.batch import run_batch
from ffvits.cli import main
from ffvits.clip import Clip
from ffvits.errors import AudioError, BaseError, BusyError, DownloadError, RecipeError, RunError, TextError, TrainError
from ffvits.plan import plan
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.train import state


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "派蒙 的录音"
    folder.mkdir()
    return folder


def test_the_run_folder_is_named_after_the_speaker_or_the_folder(raw):
    assert resolve(raw).out == str(resolve(raw).override({}).out)
    assert resolve(raw).out.endswith("派蒙_的录音")
    assert resolve(raw, speaker="a/b: c").out.endswith("a_b_c")
    assert resolve(raw, out="x").out == "x"


def test_options_override_fields_and_fields_override_the_recipe(raw, tmp_path):
    (tmp_path / "r.yaml").write_text(f"input: {raw}\nbase: biaobei\ntrain: {{steps: 7}}\n", encoding="utf-8")
    recipe = resolve(recipe=tmp_path / "r.yaml", base="mandarin-lite", options={"train.steps": 9})
    assert (recipe.base, recipe.train.steps) == ("mandarin-lite", 9)


@pytest.mark.parametrize("wrong", [{"bass": "x"}, {"train": 3}])
def test_unknown_fields_are_refused(raw, wrong):
    with pytest.raises(RecipeError):
        resolve(raw, **wrong)


def test_an_unknown_stage_is_refused_before_anything_is_made(raw, tmp_path):
    with pytest.raises(RecipeError, match="lunch"):
        make_voice(raw, until="lunch", out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_one_failing_character_does_not_stop_the_rest(raw, tmp_path):
    (raw / "坏.mp3").write_bytes(b"")
    good = Recipe(input=str(raw), out=str(tmp_path / "run"), base="mandarin-lite")
    rows = run_batch([tmp_path / "none.yaml", good], until="ingest")
    assert "no such recipe" in rows[0].error
    assert rows[0].made is None
    assert rows[1].error == ""
    assert rows[1].made.run == tmp_path / "run"


def test_a_bug_in_one_characters_run_does_not_stop_the_rest(raw, tmp_path, monkeypatch):
    (raw / "坏.mp3").write_bytes(b"")
    names = ("a", "b", "c")
    unlucky, full, good = (Recipe(input=str(raw), out=str(tmp_path / name), base="mandarin-lite") for name in names)

    def made(*, recipe, until):
        if recipe is full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "clips.jsonl")
        return 1 / 0 if recipe is unlucky else make_voice(recipe=recipe, until=until)

    monkeypatch.setattr("ffvits.batch.make_voice", made)
    rows = run_batch([unlucky, full, good], until="ingest")
    assert "ZeroDivisionError: division by zero" in rows[0].error and "a bug in ffvits" in rows[0].error
    assert "clips.jsonl" in rows[1].error and "free some space" in rows[1].error and "bug" not in rows[1].error
    assert rows[0].made is None and rows[1].made is None and rows[2].made.run == tmp_path / "c"


def test_a_base_that_is_not_there_is_missed_before_anything_is_written(raw, tmp_path):
    with pytest.raises(BaseError, match="mandarin-litee"):
        make_voice(raw, base="mandarin-litee", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("slip", "named"),
    [
        ({"train.parts": {"enc_q": "fast"}}, "enc_q cannot be 'fast'"),
        ({"train.parts": {"encoder": 1}}, "no part 'encoder'"),
        ({"train.until": "minutes"}, "says not how many"),
        ({"train.best_by": "measures", "train.listen_every": -1}, "nobody listens"),
        ({"device": "cuda:9"}, "this machine has no cuda"),
        ({"device": "gpu"}, "device cannot be 'gpu'"),
    ],
)
def test_an_impossible_training_is_told_before_labelling(raw, tmp_path, slip, named):
    with pytest.raises(RecipeError, match=named):
        make_voice(raw, out=tmp_path / "run", base="mandarin-lite", options=slip)
    assert not (tmp_path / "run").exists()


def test_a_device_that_is_not_there_is_told_before_anybody_listens(raw, tmp_path):
    """Whisper's engine would call its weights damaged."""
    with pytest.raises(RecipeError, match="this machine has no cuda") as caught:
        make_voice(raw, out=tmp_path / "run", until="screen", options={"device": "cuda:9"})
    assert "--device" in caught.value.cure
    assert not list((tmp_path / "run").rglob("*.flac"))


def test_a_path_whose_backslashes_yaml_took_is_told(tmp_path):
    (tmp_path / "recipe.yaml").write_text('input: "D:\\new\\test"\n', encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        resolve(recipe=tmp_path / "recipe.yaml")
    assert "single quotes" in caught.value.cure
    with pytest.raises(RecipeError) as caught:
        resolve("派蒙\u3000的录音")  # a wide space is no escape
    assert "quotes" not in caught.value.cure


def test_a_base_named_from_here_is_found_from_elsewhere(raw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(resources.files("ffvits.base") / "embedded" / "mandarin-lite", tmp_path / "底模")
    whole = str(tmp_path / "底模")
    assert resolve(raw, base="底模").base == whole
    assert [resolve(raw, base=name).base for name in ("auto", "biaobei", "mine@https://x.invalid/G_0.pth")] == [
        "auto",
        "biaobei",
        "mine@https://x.invalid/G_0.pth",
    ]
    monkeypatch.setattr("ffvits.train.session.train", lambda recipe, run, **_: None)
    run = Run.create(tmp_path / "run", Recipe(out=str(tmp_path / "run")))
    train_run(run.recipe().override({"base": "底模"}), run, report=False)
    assert run.recipe().base == whole


def test_an_empty_base_is_not_the_working_folder(raw, tmp_path):
    with pytest.raises(BaseError, match="the base is empty"):
        make_voice(raw, base="", out=tmp_path / "run")


def test_a_base_that_cannot_serve_is_told_before_anything_is_written(raw, tmp_path):
    (raw / "一句.wav").write_bytes(b"")
    (tmp_path / "G_0.pth").write_bytes(b"broken".ljust(100))
    mine = tmp_path / "run" / "voice"
    shutil.copytree(resources.files("ffvits.base") / "embedded" / "mandarin-lite", mine)
    cases = [
        ({"base": str(tmp_path / "G_0.pth")}, "neither a file of torch.save"),
        ({"base": str(tmp_path / "run")}, "the run's own voice"),
        ({"base": str(mine), "out": str(tmp_path / "other"), "train.start_from": "甲"}, "has a single voice"),
        ({"base": "mandarin-lite", "train.start_from": "甲"}, "has a single voice"),
    ]
    for told, message in cases:
        wanted = {"out": str(tmp_path / "run"), **told}
        with pytest.raises(BaseError, match=message):
            make_voice(raw, options=wanted)
        with pytest.raises(BaseError, match=message):
            plan(resolve(raw, options=wanted))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["G_0.pth", "run", raw.name]


def test_a_run_is_not_trained_from_a_base_that_diverged(tmp_path):
    from ffvits.base import load_base, save_generator

    base = load_base("mandarin-lite")
    weights = {**base.generator, "enc_p.emb.weight": base.generator["enc_p.emb.weight"] * float("nan")}
    told = {"audio": base.audio, "symbols": base.symbols, "front_end": base.front_end}
    save_generator(tmp_path / "G.safetensors", weights, base.config, **told)
    run = Run.create(tmp_path / "run", Recipe(out=str(tmp_path / "run")))
    with pytest.raises(BaseError, match="had diverged"):
        train_run(run.recipe().override({"base": str(tmp_path / "G.safetensors")}), run)
    assert run.recipe().base == "auto"


def test_an_only_base_of_a_list_is_the_one_that_is_taken(raw, tmp_path):
    (raw / "坏.mp3").write_bytes(b"")
    made = make_voice(raw, bases=["mandarin-lite"], out=tmp_path / "run", until="ingest")
    assert Run(made.run).recipe().base == "mandarin-lite"


def test_where_no_clip_is_left_the_report_says_why(tmp_path):
    run = Run.create(tmp_path / "run", Recipe(out=str(tmp_path / "run"), base="mandarin-lite"))
    clip = Clip("a", "a.wav", 0.0, 1.0, "派蒙", text="你好", audio="audio/a.wav")
    run.save_clips([clip.reject("no-speech", "nobody speaks in it: music or noise", "remove it")])
    with pytest.raises(TrainError, match="no clip is left") as caught:
        train_run(run.recipe(), run)
    assert caught.value.file == str(run.clips_file)
    assert "nobody speaks in it" in run.report.read_text(encoding="utf-8")


def test_tables_of_the_clips_are_renewed_by_a_training_and_end_none(tmp_path, monkeypatch, capsys):
    run = Run.create(tmp_path / "run", Recipe(out=str(tmp_path / "run"), base="mandarin-lite"))
    run.save_clips([Clip("a", "a.wav", 0.0, 1.0, "派蒙", text="你好").reject("no-speech", "nobody speaks")])
    (run.folder / "rejected.csv").write_text("of the labelling", encoding="utf-8")
    for held, kept in ((True, "of the labelling"), (False, "nobody speaks")):
        with monkeypatch.context() as patch, pytest.raises(TrainError, match="no clip is left"):
            if held:
                refusal = PermissionError(errno.EACCES, "Permission denied", "rejected.csv")
                patch.setattr("ffvits.label.finish.write_text", lambda *_, refusal=refusal: raising(refusal))
            train_run(run.recipe(), run, report=False)
        assert kept in (run.folder / "rejected.csv").read_text(encoding="utf-8")
        assert held == ("rejected.csv is not up to date" in capsys.readouterr().err)


def raising(error: Exception) -> None:
    raise error


def test_a_base_that_may_not_be_fetched_is_told_before_labelling(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "cache"))
    with pytest.raises(DownloadError) as caught:
        make_voice(raw, base="biaobei", offline=True, out=tmp_path / "run")
    assert "offline" in caught.value.message and "without --offline" in caught.value.cure
    assert not (tmp_path / "run").exists()
    (raw / "坏.mp3").write_bytes(b"")
    assert make_voice(raw, base="biaobei", offline=True, out=tmp_path / "run", until="ingest").voice is None


def test_a_base_out_of_reach_is_told_before_labelling(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # where nobody listens
    with pytest.raises(DownloadError, match="cannot get"):
        make_voice(raw, base="biaobei", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_unknown_whisper_is_told_with_the_nearest(raw, tmp_path):
    with pytest.raises(RecipeError, match=r"label\.transcribe\.model: there is no Whisper 'larg-v3'") as caught:
        resolve(raw, options={"label.transcribe.model": "larg-v3"})
    assert "did you mean 'large-v3'?" in caught.value.cure
    assert resolve(raw, options={"label.transcribe.model": str(tmp_path)}).label.transcribe.model == str(tmp_path)
    with pytest.raises(RecipeError, match="no Whisper ''"):  # --whisper "$SIZE"; as a path it is the working folder
        resolve(raw, options={"label.transcribe.model": ""})


@pytest.fixture
def of_one_name(tmp_path, monkeypatch):
    """Two characters whose recordings lie in folders of one name; the first has a run already."""
    monkeypatch.chdir(tmp_path)
    for character in ("x", "y"):
        (tmp_path / character / "raw").mkdir(parents=True)
    first = resolve("x/raw")
    Run.create(first.out, first).save_clips([])
    return tmp_path


def test_a_run_is_not_shared_by_two_folders_of_one_name(of_one_name, capsys):
    assert resolve("x/raw").out == resolve(of_one_name / "x" / "raw").out
    with pytest.raises(RecipeError) as caught:
        resolve("y/raw")
    told = str(caught.value)
    assert "x/raw" in told and "y/raw" in told and "--out runs/y_raw" in told and "--out runs/raw" in told
    assert resolve("y/raw", out="runs/y_raw").out == "runs/y_raw"
    assert capsys.readouterr().err == ""
    assert resolve("y/raw", out="runs/raw").out == "runs/raw"
    assert "going on in it" in capsys.readouterr().err


@pytest.mark.parametrize("began", ["clips.jsonl", "cache"])
def test_a_new_run_of_recordings_that_have_one_is_told_of(of_one_name, capsys, began):
    """What it was told is remembered in the other, and it would label everything again."""
    if began == "cache":  # the labelling was stopped
        Run.open("runs/raw").clips_file.unlink()
        Path("runs/raw/cache").mkdir()
    Path("runs/broken").mkdir()
    Path("runs/broken/recipe.yaml").write_text("stepz: 1", encoding="utf-8")
    Path("runs/broken/clips.jsonl").touch()
    Path("x/raw/一句.wav").touch()
    assert main(["auto", "x/raw", "--speaker", "派蒙", "--base", "mandarin-lite", "--dry-run"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "runs/派蒙 is a new run, though runs/raw was made of the same recordings" in told
    assert "--out runs/raw" in told


@pytest.mark.parametrize(
    ("recordings", "told"),
    [
        ("x/raw", {}),  # goes on in it
        ("x/raw", {"out": "runs/raw", "speaker": "派蒙"}),
        ("x/raw", {"out": "runs/b"}),  # whoever names a new one wants it
        ("y/raw", {"speaker": "派蒙"}),
    ],
)
def test_a_run_that_is_meant_needs_no_warning(of_one_name, capsys, recordings, told):
    resolve(recordings, **told)
    assert capsys.readouterr().err == ""


def test_the_recordings_of_a_run_are_known_from_every_folder(of_one_name, monkeypatch, capsys):
    assert Run.open("runs/raw").recipe().input == str(of_one_name / "x" / "raw")
    monkeypatch.chdir(of_one_name / "y")
    Path("r.yaml").write_text("input: raw", encoding="utf-8")
    resolve("raw", out="../runs/raw")
    assert f"made of {of_one_name / 'x' / 'raw'}, not of raw; going on in it" in capsys.readouterr().err
    assert main(["train", "../runs/raw", "--recipe", "r.yaml"]) == 2  # nothing is labelled
    assert Run.open("../runs/raw").recipe().input == str(of_one_name / "y" / "raw")


def test_a_run_whose_recordings_were_moved_goes_on(of_one_name):
    (of_one_name / "x" / "raw").rename(of_one_name / "z")
    shutil.move(of_one_name / "z", of_one_name / "w" / "raw")
    assert resolve("w/raw").out == "runs/raw"


def test_two_speakers_whose_names_make_one_folder_are_told_apart(raw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = resolve(raw, speaker="a b")
    Run.create(first.out, first).save_clips([])
    with pytest.raises(RecipeError, match="this run's speaker is a b, not a:b"):
        resolve(raw, speaker="a:b")


def test_a_batch_whose_characters_would_share_a_run_does_not_begin(of_one_name):
    with pytest.raises(RecipeError, match=r"x/raw and 派蒙 would share one run folder"):
        run_batch([Recipe(input="x/raw", out="one"), Recipe(input="y/raw", speaker="派蒙", out="./one")])
    assert not (of_one_name / "one").exists()


@pytest.mark.parametrize("one", ["a.yaml", Path("a.yaml"), Recipe()])
def test_one_recipe_is_no_batch(one):
    with pytest.raises(RecipeError, match="a batch takes several recipes"):
        run_batch(one)


def test_a_base_by_itself_is_no_list_of_its_letters(raw, tmp_path):
    with pytest.raises(RecipeError, match="several names") as caught:
        make_voice(raw, bases="mandarin-lite", out=tmp_path / "run")
    assert "['mandarin-lite']" in caught.value.cure


def test_what_a_run_was_told_stays_until_it_is_told_otherwise(raw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = {"train.steps": 7, "label.screen.duplicates": False}
    first = resolve(raw, base="mandarin-lite", offline=True, device="cpu", options=told)
    Run.create(first.out, first)
    again = resolve(raw)
    assert (again.base, again.train.steps, again.label.screen.duplicates) == ("mandarin-lite", 7, False)
    assert (again.offline, again.device, again.out) == (False, "auto", first.out)
    assert resolve(raw, base="auto", options={"train.steps": 9}).train.steps == 9
    (tmp_path / "r.yaml").write_text("base: biaobei", encoding="utf-8")
    assert resolve(raw, recipe="r.yaml").train.steps == 0, "a recipe says everything"


class TestRefused:
    @pytest.fixture
    def training(self, monkeypatch):
        """What training does is put into the list; labelling finds nothing."""
        errors: list[Exception] = []

        def label(recipe, run, until):
            run.save_clips([])
            return []

        def train(recipe, run, **_):
            raise errors[0]

        monkeypatch.setattr("ffvits.label.label", label)
        monkeypatch.setattr("ffvits.train.session.train", train)
        return errors

    @pytest.mark.parametrize("error", [BaseError("as it is"), DownloadError("no network"), TextError("of a clip")])
    def test_labels_and_recipe_stay_together(self, raw, tmp_path, training, error):
        """Whatever training says: the labels are those of the new settings, and what was asked for is still wanted."""
        run = Run.create(tmp_path / "run", resolve(raw, base="mandarin-lite", out=str(tmp_path / "run")))
        training.append(error)
        with pytest.raises(type(error)):
            make_voice(raw, out=str(run.folder), options={"train.steps": 9, "label.segment.max_seconds": 8})
        assert (run.recipe().base, run.recipe().train.steps) == ("mandarin-lite", 9)
        assert run.recipe().label.segment.max_seconds == 8

    @pytest.mark.parametrize("until", ["screen", "report"])
    def test_a_base_that_is_none_is_told_before_anything_is_made(self, raw, tmp_path, until):
        with pytest.raises(BaseError, match="mandarin-litee"):
            make_voice(raw, base="mandarin-litee", out=str(tmp_path / "run"), until=until)
        assert not (tmp_path / "run").exists()

    def test_a_run_that_another_process_holds_keeps_its_recipe(self, raw, tmp_path):
        run = Run.create(tmp_path / "run", resolve(raw, out=str(tmp_path / "run")))
        before = run.recipe_file.read_bytes()
        with run.locked(), pytest.raises(BusyError):
            make_voice(raw, out=str(run.folder), options={"train.steps": 9})
        assert run.recipe_file.read_bytes() == before

    def test_a_recipe_that_cannot_be_read_is_not_written_over(self, raw, tmp_path):
        run = Run.create(tmp_path / "run", resolve(raw, out=str(tmp_path / "run")))
        run.recipe_file.write_text("base: biaobei\nstepz: 98\n", encoding="utf-8")
        with pytest.raises(RecipeError, match="stepz") as caught:
            resolve(raw, out=str(run.folder))
        assert caught.value.line == 2 and str(run.recipe_file) in str(caught.value)
        assert resolve(raw, recipe=Recipe(), out=str(run.folder)).base == "auto"


def test_a_run_that_came_to_nothing_holds_no_name(of_one_name):
    """Its recordings were none, say."""
    Run.open("runs/raw").clips_file.unlink()
    told = resolve("y/raw")
    assert (told.out, told.input) == ("runs/raw", str(of_one_name / "y" / "raw"))


def test_a_run_folder_may_be_named_from_home(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    recipe = resolve(raw, out="~/voices/派蒙")
    assert recipe.out == str(tmp_path / "voices" / "派蒙")
    Run.create("~/voices/派蒙", recipe)
    assert Run.open("~/voices/派蒙").folder == tmp_path / "voices" / "派蒙"


def test_a_run_cannot_lie_among_its_own_recordings(raw):
    with pytest.raises(RecipeError, match="its own recordings"):
        resolve(raw, out=str(raw / "." / ""))


@pytest.mark.parametrize("verb", ["auto", "label"])
def test_a_run_folder_is_not_labelled(tmp_path, capsys, verb):
    """Whoever names one wants to go on: its cache and its clips are no recordings."""
    run = Run.create(tmp_path / "run", Recipe(input="录音"))
    (run.folder / "cache").mkdir()
    assert main([verb, str(run.folder), "--out", str(tmp_path / "made")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "this is a run folder" in told and "ffvits train" in told and "ffvits auto 录音" in told
    assert not (tmp_path / "made").exists()


def test_a_dry_run_tells_and_writes_nothing(raw, tmp_path):
    import numpy as np
    import soundfile

    soundfile.write(raw / "一 句.wav", np.zeros(32000, np.float32), 16000)
    (raw / "坏.mp3").write_bytes(b"")
    (raw / "notes.txt").write_text("x", encoding="utf-8")
    out = tmp_path / "run"
    told = plan(resolve(raw, base="mandarin-lite", out=str(out)))
    assert (told.files, told.ignored, told.unreadable) == (2, 1, ("坏.mp3",))
    assert told.minutes == pytest.approx(2 / 60, abs=0.01)
    assert told.speakers == {raw.name: 2}  # as the run counts them
    assert "mandarin-lite" in told.text()
    assert not out.exists()
    assert told.to_dict()["files"] == 2


@pytest.mark.parametrize(("base", "here", "told"), [("auto", False, 1), ("auto", True, 0), ("biaobei", False, 0)])
def test_a_dry_run_tells_what_it_would_be_without_the_base_that_has_yet_to_come(raw, monkeypatch, base, here, told):
    from ffvits import store

    (raw / "一句.wav").write_bytes(b"")
    monkeypatch.delenv("FFVITS_OFFLINE", raising=False)
    monkeypatch.setattr(store, "is_cached", lambda name: here)
    given = {"train.steps": 1000, "device": "cpu"}
    outlook = plan(resolve(raw, base=base, options=given))
    lines = [line for line in outlook.text().splitlines() if line.startswith("otherwise   mandarin-lite, if biaobei")]
    assert outlook.base == "biaobei" and len(lines) == told
    small = plan(resolve(raw, base="mandarin-lite", options=given))
    assert small.train_minutes < outlook.train_minutes and not small.smaller_minutes
    assert outlook.smaller_minutes == (small.train_minutes if told else 0)
    for line in lines:
        assert chinese.said(line.partition("   ")[2]).startswith("下载不到 biaobei 就用 mandarin-lite：训练约 ")


def test_a_dry_run_names_a_folder_that_is_closed(raw, tmp_path, monkeypatch):
    (raw / "closed").mkdir()
    real = os.scandir

    def refuse(place):
        if os.path.basename(place) == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(place))
        return real(place)

    monkeypatch.setattr(os, "scandir", refuse)
    assert "closed/" in plan(resolve(raw, out=tmp_path / "run", base="mandarin-lite")).unreadable


def test_a_dry_run_refuses_what_could_not_work(raw, tmp_path):
    with pytest.raises(AudioError, match="no recordings in it"):
        plan(resolve(raw))
    (raw / "一句.wav").write_bytes(b"")
    with pytest.raises(RecipeError, match="no stage 'scren'"):
        plan(resolve(raw), until="scren")
    with pytest.raises(BaseError, match="no base named 'mandarin-lit'") as caught:
        plan(resolve(raw, base="mandarin-lit"))
    assert "'mandarin-lite'" in caught.value.cure
    with pytest.raises(BaseError, match="no such file or folder"):
        plan(resolve(raw, base=str(tmp_path / "nope.pth")))
    assert plan(resolve(raw, base="mine@https://example.invalid/G_0.pth")).base.startswith("mine@")


def test_a_dry_run_looks_at_a_base_that_lies_here(raw, tmp_path):
    """A small one is not taken for one of the published size, and a broken one is told of before hours of labels."""
    (raw / "一句.wav").write_bytes(b"")
    shutil.copytree(resources.files("ffvits.base") / "embedded" / "mandarin-lite", tmp_path / "mine")
    given = {"train.steps": 1000}
    named = plan(resolve(raw, base="mandarin-lite", options=given))
    assert plan(resolve(raw, base=str(tmp_path / "mine"), options=given)).train_minutes == named.train_minutes
    (tmp_path / "mine" / "G.safetensors").write_bytes(b"broken")
    with pytest.raises(BaseError, match="safetensors"):
        plan(resolve(raw, base=str(tmp_path / "mine")))


def test_a_dry_run_says_what_would_be_fetched_and_what_cannot_be(raw, tmp_path, monkeypatch):
    (raw / "一句.wav").write_bytes(b"")
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FFVITS_OFFLINE", raising=False)
    mine = plan(resolve(raw, base="mine@https://example.invalid/v/G_0.pth"))
    assert (mine.downloads[-1].name, mine.downloads[-1].bytes) == ("mine", 0)
    assert "? MB  mine  from https://example.invalid/v/G_0.pth" in mine.text()
    assert "biaobei" in [one.name for one in plan(resolve(raw, base="biaobei@https://example.invalid/v")).downloads]
    assert plan(resolve(raw)).base == "biaobei"
    separated = {one.name for one in plan(resolve(raw, options={"label.separate.separator": "demucs"})).downloads}
    assert {"demucs-htdemucs", "spleeter-2stems"} <= separated
    monkeypatch.setenv("FFVITS_OFFLINE", "1")
    offline = plan(resolve(raw))
    assert offline.base == "mandarin-lite"
    assert "nothing may be fetched (offline)" in offline.text()


def test_a_dry_run_keeps_to_the_base_that_the_training_began_with(raw, tmp_path, monkeypatch):
    (raw / "一句.wav").write_bytes(b"")
    monkeypatch.delenv("FFVITS_OFFLINE", raising=False)
    run = Run(tmp_path / "run")
    state.save(run.checkpoints, state.Progress(step=5), "x", {"voice": {"card": {"base": "mandarin-lite"}}}, keep=2)
    told = plan(resolve(raw, out=str(run.folder)))
    assert told.base == "mandarin-lite" and "biaobei" not in told.text()


@pytest.mark.parametrize("below", [(), ("run",)])
def test_a_dry_run_says_that_the_run_folder_cannot_be_made(raw, tmp_path, below):
    (raw / "一句.wav").write_bytes(b"")
    (tmp_path / "文件").write_bytes(b"")
    with pytest.raises(RunError, match="文件 is a file") as told:
        plan(resolve(raw, base="mandarin-lite", out=str(tmp_path.joinpath("文件", *below))))
    assert "--out" in told.value.cure
    assert (tmp_path / "文件").read_bytes() == b""
    inside = tmp_path / "not" / "yet"
    assert plan(resolve(raw, base="mandarin-lite", out=str(inside))).out == str(inside)
    assert not inside.parent.exists()


def test_a_dry_run_names_a_run_folder_that_no_disk_takes(raw, tmp_path):
    (raw / "一句.wav").write_bytes(b"")
    with pytest.raises(RunError, match="the run folder cannot be written"):
        plan(resolve(raw, base="mandarin-lite", out=str(tmp_path / ("长" * 300))))


def test_a_dry_run_tells_the_time_that_the_recipe_gives(raw):
    (raw / "一句.wav").write_bytes(b"")
    given = {"train.until": "minutes", "train.minutes": 600}
    told = plan(resolve(raw, base="mandarin-lite", options=given))
    assert (told.train_minutes, told.steps) == (600, 0)
    assert "about 10.0 h to train (" in told.text()
    fewer = plan(resolve(raw, base="mandarin-lite", options={"train.minutes": 1, "train.steps": 5000}))
    assert (fewer.train_minutes, fewer.steps) == (1, 5000)
