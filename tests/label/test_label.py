"""The whole labelling road on a folder of real recordings, and on it a second time."""

import shutil

import pytest

from ffvits.clip import read_clips, write_clips
from ffvits.label import label
from ffvits.recipe import Recipe
from ffvits.run import Run

pytestmark = pytest.mark.slow  # Whisper base on a dozen clips, twice

EXPECTED = {
    "line_00.ogg": "",
    "line_00 copy.flac": "duplicate",
    "line_03.mp3": "",
    "line_07.ogg": "",
    "line_12.ogg": "",
    "line_18.ogg": "",
    "line_24.ogg": "",
    "line_30.ogg": "",
    "english.flac": "other-language",
    "someone else.ogg": "other-speaker",
    "silence.wav": "silence",
    "only music.mp3": "no-speech",
    "empty.wav": "empty",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    from pathlib import Path

    examples = Path(__file__).parents[2] / "examples" / "raw_clips"
    folder = tmp_path_factory.mktemp("road")
    recordings = folder / "录音"
    recordings.mkdir()
    for name in EXPECTED:
        shutil.copy(examples / name, recordings / name)
    recipe = Recipe().override({"input": str(recordings), "out": str(folder / "run"), "speaker": "她", "device": "cpu"})
    run = Run.create(recipe.out, recipe)
    return recipe, run, label(recipe, run)


def test_each_recording_is_judged_as_a_careful_person_would(made):
    _, _, clips = made
    # Which of two equal recordings is kept is decided by how they sound: by the name they are one.
    found = {clip.source: clip.reasons[0].code if clip.reasons else "" for clip in clips}
    twins = {found.pop("line_00.ogg"), found.pop("line_00 copy.flac")}
    assert twins == {"", "duplicate"}
    assert found == {name: code for name, code in EXPECTED.items() if not name.startswith("line_00")}


def test_kept_clips_have_words_and_audio_and_rejected_ones_a_cure(made):
    _, run, clips = made
    assert read_clips(run.clips_file) == clips
    for clip in clips:
        if clip.kept:
            assert clip.text and run.path(clip).is_file() and clip.split == "train"
            assert clip.audio == f"audio/{clip.id}.wav"
        else:
            assert clip.reasons[0].message and clip.reasons[0].cure and clip.split == ""


def test_a_second_run_loads_no_model_and_keeps_what_a_person_changed(made, monkeypatch):
    recipe, run, before = made
    for name in ("recogniser", "vad", "quality", "speakers"):
        monkeypatch.setattr(f"ffvits.label.{name}.load", lambda *a, **k: pytest.fail("loaded a model"))
    monkeypatch.setattr("ffvits.label.transcribe.load", lambda *a, **k: pytest.fail("loaded a model"))
    assert label(recipe, run) == before
    edited = [clip.with_(text="我改过了。") if clip.source == "line_07.ogg" else clip for clip in before]
    edited = [
        clip.with_(status="keep", text="我要她") if clip.source == "someone else.ogg" else clip for clip in edited
    ]
    write_clips(run.clips_file, edited)
    after = {clip.source: clip for clip in label(recipe, run)}
    assert after["line_07.ogg"].text == "我改过了。"
    assert after["someone else.ogg"].kept and run.path(after["someone else.ogg"]).is_file()


@pytest.mark.parametrize("until", ["ingest", "segment"])
def test_it_stops_where_it_is_told_to(made, tmp_path, until):
    recipe, _, _ = made
    clips = label(recipe.override({"out": str(tmp_path)}), Run.create(tmp_path, recipe), until=until)
    assert clips and not any(clip.text for clip in clips)
