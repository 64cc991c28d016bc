"""Who reads along with whom, and what the model then trains on."""

import json
import os
import stat
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ffvits.base import load_base
from ffvits.errors import BaseError, FfvitsError
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.train import course, guide, state, train
from ffvits.train.dataset import Item
from ffvits.train.guide import Staff, Teacher, hire, semitones_above
from ffvits.voice import Voice


@pytest.fixture(scope="module")
def single(tiny_base):
    return load_base(tiny_base)


@pytest.fixture(scope="module")
def many(single):
    return replace(single, speakers=("甲", "乙", "丙"))


def test_who_may_write_neither_among_the_packages_nor_at_home_trains_all_the_same(monkeypatch, tmp_path):
    """numba then refuses librosa's import, until it is told another folder."""
    from numba.core import config

    package = tmp_path / "librosa"
    package.mkdir()
    (package / "__init__.py").touch()
    refusal = (
        "from numba.core import config\nif not config.CACHE_DIR:\n    raise RuntimeError('no locator available')\n"
    )
    (package / "sequence.py").write_text(f"{refusal}dtw = 'warped'\n", encoding="ascii")
    for name in [name for name in sys.modules if name.partition(".")[0] == "librosa"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(config, "CACHE_DIR", "")
    made: list[str] = []
    monkeypatch.setattr("atexit.register", lambda _, folder, **__: made.append(folder))
    assert guide._warping.__wrapped__() == "warped"
    (folder,) = made
    assert config.CACHE_DIR == folder and stat.S_IMODE(os.stat(folder).st_mode) & 0o077 == 0, "nobody else's code"
    os.rmdir(folder)
    for name in ("librosa", "librosa.sequence"):
        sys.modules.pop(name)


def test_the_only_voice_of_a_base_reads_along_with_everybody(single):
    staff = hire(single, ["派蒙", "旅行者"], "mean")
    assert staff == Staff({0: Teacher(None, 2), 1: Teacher(None, 2)}, (f"{single.name} (base)",))


def test_of_many_voices_the_one_that_a_speaker_starts_from_reads_along(many):
    staff = hire(many, ["派蒙", "旅行者"], {"派蒙": "丙", "旅行者": "甲"})
    assert staff == Staff({0: Teacher(2, 2), 1: Teacher(0, 3)}, ("丙", "甲"))
    assert hire(many, ["派蒙", "旅行者"], "乙") == Staff({0: Teacher(1, 2), 1: Teacher(1, 2)}, ("乙",))


def test_a_voice_that_is_trained_on_reads_along_with_itself(many):
    assert hire(many, ["乙", "新"], "乙") == Staff({0: Teacher(1, 0), 1: Teacher(1, 0)}, ())


@pytest.mark.parametrize("start_from", ["mean", {"新": "mean"}, "nobody's"])
def test_the_mean_of_many_voices_cannot_read(many, start_from):
    assert hire(many, ["新"], start_from) == Staff()


def test_a_voice_of_the_base_is_replayed_and_left_out_of_the_finished_voice(run, tmp_path, capsys):
    first = run.recipe().override({"train.steps": 1})
    train(first, Run.create(run.folder, first))
    grown = Run.create(tmp_path / "grown", Recipe())
    (grown.folder / "audio").mkdir(exist_ok=True)
    for file in run.audio.iterdir():
        (grown.folder / "audio" / file.name).write_bytes(file.read_bytes())
    grown.save_clips([clip.with_(speaker="旅行者") for clip in run.clips()])
    wanted = {"base": str(run.voice), "train.start_from": "派蒙", "train.steps": 2, "train.replay": 0.5}
    recipe = run.recipe().override({**wanted, "train.keep": 9})
    train(recipe, Run.create(grown.folder, recipe))
    _, saved = state.load(grown.checkpoints / "step-00000002.pt")
    _, begun = state.load(grown.checkpoints / "step-00000000.pt")
    assert saved["model"]["emb_g.weight"].shape[0] == 2
    assert begun["model"]["emb_g.weight"][1].equal(load_base(run.voice).generator["emb_g.weight"][0])
    assert Voice.load(grown.folder).speakers == ("旅行者",)
    said = " ".join(capsys.readouterr().err.split())
    assert "the new voice speaks as 旅行者 only, not as 派蒙 of the base" in said
    surgery = json.loads((grown.folder / "surgery.json").read_text(encoding="utf-8"))
    assert (surgery["speakers"], surgery["read_along"]) == (["旅行者"], ["派蒙"])


def test_a_run_is_not_trained_from_its_own_voice(run):
    train(run.recipe().override({"train.steps": 1}), run)
    before = (run.voice / "model.safetensors").read_bytes()
    with pytest.raises(BaseError, match="the run's own voice"):
        train(run.recipe().override({"base": str(run.folder), "train.steps": 2}), run)
    with pytest.raises(BaseError, match="has a single voice"):
        train(run.recipe().override({"train.start_from": "旅行者"}), run)
    assert (run.voice / "model.safetensors").read_bytes() == before


def test_without_an_encoder_a_new_voice_starts_from_the_mean(run, tmp_path, monkeypatch, capsys):
    train(run.recipe().override({"train.steps": 1}), run)
    base = load_base(run.voice)
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "empty"))
    recipe = run.recipe().override({"base": str(run.voice), "offline": True})
    clips = [clip.with_(speaker="旅行者") for clip in run.clips()]
    assert course._start_from(recipe, run, base, clips, ["旅行者"]) == "mean"
    assert "starting from their mean" in capsys.readouterr().err
    with pytest.raises(FfvitsError):
        course._start_from(recipe.override({"train.start_from": "nearest"}), run, base, clips, ["旅行者"])


@pytest.mark.parametrize("wanted", ["auto", "nearest", "mean", "派蒙"])
def test_a_speaker_of_the_base_starts_from_its_own_row(run, tmp_path, monkeypatch, capsys, wanted):
    """And nobody says otherwise, nor is an encoder asked for."""
    train(run.recipe().override({"train.steps": 1}), run)
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "empty"))
    capsys.readouterr()
    recipe = run.recipe().override({"train.start_from": wanted, "offline": True})
    assert course._start_from(recipe, run, load_base(run.voice), run.clips(), ["派蒙"]) == {"派蒙": "派蒙"}
    assert "starts from" not in capsys.readouterr().err


def test_no_more_clips_are_read_than_the_nearest_voice_is_found_by(run, many, monkeypatch):
    """Of ten hours of recordings all would lie in memory."""
    read = []
    monkeypatch.setattr("ffvits.train.course.Sound.load", read.append)
    monkeypatch.setattr("ffvits.base.nearest_voice", lambda base, sounds, offline: SimpleNamespace(name="乙"))
    clips = [replace(clip, speaker="旅行者") for clip in run.clips()] * 10
    recipe = run.recipe().override({"train.start_from": "nearest"})
    assert course._start_from(recipe, run, many, clips, ["旅行者"]) == {"旅行者": "乙"}
    assert len(read) == 16 < len(clips)


def hummed(folder, name, hz, audio):
    """Two seconds of a voice-like sound: a pulse train."""
    samples = np.zeros(2 * audio.sampling_rate // audio.hop_length * audio.hop_length, np.float32)
    if hz:
        samples[(np.arange(0, len(samples) * hz // audio.sampling_rate) * audio.sampling_rate / hz).astype(int)] = 0.5
    path = folder / f"{name}.npy"
    np.save(path, samples)
    return Item(name, (1,), 0, path, len(samples) // audio.hop_length)


def test_how_much_higher_the_base_speaks(single, tmp_path):
    audio = single.audio
    recordings = [hummed(tmp_path, f"r{n}", hz, audio) for n, hz in enumerate((110, 120, 0))]
    readings = [hummed(tmp_path, f"b{n}", hz, audio) for n, hz in enumerate((220, 240, 250))]
    assert semitones_above(readings, recordings, audio) == pytest.approx(12, abs=0.2)
    assert semitones_above(recordings, readings, audio) == pytest.approx(-12, abs=0.2)
    assert semitones_above(readings[2:], recordings[2:], audio) == 0


@pytest.mark.parametrize(("above", "said"), [(6.2, "6 semitones higher"), (-9.0, "9 semitones lower"), (3.0, "")])
def test_a_base_of_another_pitch_is_warned_of(run, monkeypatch, capsys, above, said):
    monkeypatch.setattr(course, "semitones_above", lambda *_: above)
    train(run.recipe().override({"train.steps": 1}), run)
    told = " ".join(capsys.readouterr().err.split())
    assert said in told and ("semitones" in told) == bool(said)
