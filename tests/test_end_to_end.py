"""The whole road once, as a user walks it: real recordings, real Whisper, real base, the real command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ffvits.clip import read_clips

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "raw_clips"
GOOD = ("line_00.ogg", "line_01.ogg", "line_03.mp3", "line_04.flac", "line_05.wav", "line_09.mp3")
BAD = ("english.flac", "only music.mp3", "silence.wav", "empty.wav", "broken.mp3")

pytestmark = pytest.mark.slow


def auto(folder: Path, out: Path, *more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [
            *(sys.executable, "-m", "ffvits.auto", str(folder), "--base", "mandarin-lite", "--speaker", "测试 者"),
            *("--out", str(out), "--steps", "4", "--batch-size", "2", "--json", *more),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=1500,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One run over a small messy folder; the tests below look at what it left."""
    folder = tmp_path_factory.mktemp("end to end")
    raw = folder / "原始 录音"
    (raw / "子 文件夹").mkdir(parents=True)
    for name in (*GOOD, *BAD):
        shutil.copy(EXAMPLES / name, raw / ("子 文件夹" if name == "line_09.mp3" else ".") / name)
    (raw / "说明.txt").write_text("不是录音", encoding="utf-8")
    ran = auto(raw, folder / "run")
    assert ran.returncode == 0, ran.stderr
    return raw, folder / "run", json.loads(ran.stdout)


def test_good_clips_are_kept_bad_ones_rejected_and_none_is_lost(made):
    _, run, outcome = made
    clips = read_clips(run / "clips.jsonl")
    assert {Path(clip.source).name for clip in clips} == {*GOOD, *BAD}
    assert {Path(clip.source).name for clip in clips if clip.kept} == set(GOOD)
    assert all(clip.reasons for clip in clips if not clip.kept)
    assert outcome["kept"] + outcome["rejected"] == len(clips)


def test_kept_clips_have_sound_and_words_and_some_are_held_out(made):
    _, run, _ = made
    kept = [clip for clip in read_clips(run / "clips.jsonl") if clip.kept]
    assert all((run / clip.audio).is_file() and clip.text for clip in kept)
    assert {clip.split for clip in kept} <= {"train", "val"}
    assert {clip.speaker for clip in kept} == {"测试 者"}
    words = "".join(clip.text for clip in kept)
    assert not any(character.isascii() and character.isalnum() for character in words)


def test_the_voice_speaks_and_the_report_is_there(made):
    from ffvits import Voice

    _, run, outcome = made
    voice = Voice.load(run)
    assert voice.speakers == ("测试 者",)
    assert len(voice.say("你好，今天是2024年5月1日。", seed=1)) > voice.sample_rate
    assert Path(outcome["report"]).stat().st_size > 100_000
    assert list((run / "tensorboard").glob("events*"))


def test_running_again_repeats_nothing_and_keeps_an_edit(made):
    raw, run, _ = made
    labels = run / "clips.jsonl"
    (first, *_) = [clip for clip in read_clips(labels) if clip.kept and clip.split == "train"]
    text = labels.read_text(encoding="utf-8")
    edited = "".join(
        line.replace(f'"text": "{first.text}"', '"text": "这是手改的文字"', 1)
        if f'"id": "{first.id}"' in line
        else line
        for line in text.splitlines(keepends=True)
    )
    labels.write_text(edited, encoding="utf-8")
    results = {path: path.stat().st_mtime_ns for path in (run / "cache").rglob("*") if path.is_file()}
    again = auto(raw, run, "--until", "screen", "--offline")
    assert again.returncode == 0, again.stderr
    assert {path: path.stat().st_mtime_ns for path in (run / "cache").rglob("*") if path.is_file()} == results
    assert "这是手改的文字" in [clip.text for clip in read_clips(labels)]


def test_the_run_folder_can_be_moved(made, tmp_path):
    from ffvits import Voice

    _, run, _ = made
    shutil.copytree(run, tmp_path / "搬到别处")
    assert len(Voice.load(tmp_path / "搬到别处").say("你好", seed=0)) > 0
