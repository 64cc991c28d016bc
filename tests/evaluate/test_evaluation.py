"""A voice judged, kept and compared: the real panel on the embedded base, and what it writes."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from verdicts import compared, evaluation, heard, verdict

from ffvits.audio.loudness import loudness
from ffvits.audio.sound import Sound
from ffvits.base import load_base
from ffvits.cli import main
from ffvits.clip import Clip
from ffvits.errors import BaseError, FfvitsError, RunError
from ffvits.evaluate import measures, words
from ffvits.evaluate.comparison import Comparison, best_base, compare, train_on_bases
from ffvits.evaluate.evaluation import _base, _compared, _mark, evaluate, run_of, table
from ffvits.evaluate.hearing import _read, _write
from ffvits.evaluate.page import equally_loud, melody_svg, write_page
from ffvits.evaluate.panel import Panel, Verdict, alike
from ffvits.evaluate.sentences import Sentence
from ffvits.evaluate.syllables import Span
from ffvits.evaluate.takes import speak
from ffvits.recipe import Recipe
from ffvits.run import Run
from ffvits.voice import Voice, VoiceInfo


def test_a_verdict_survives_being_written():
    one = verdict(1, similarity=0.8)
    assert Verdict.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_what_was_heard_may_hold_any_sign(tmp_path):
    _write(tmp_path, "a", [one := replace(verdict(1), heard="一\u2028二\x85三")], {})
    (tmp_path / f"{one.id}.flac").touch()
    assert _read(tmp_path, "a").verdicts[0].heard == "一\u2028二\x85三"


def test_a_voice_whose_sounds_were_deleted_is_heard_again(tmp_path):
    kept = [verdict(1), verdict(2)]
    _write(tmp_path, "a", kept, {})
    for one in kept:
        assert _read(tmp_path, "a") is None
        (tmp_path / f"{one.id}.flac").touch()
    assert _read(tmp_path, "a").verdicts == tuple(kept)


def test_what_another_evaluation_is_at_work_on_is_left_alone(tmp_path):
    (tmp_path / "001.flac").touch()
    assert _read(tmp_path, "a") is None
    assert (tmp_path / "001.flac").exists()


def test_every_measure_that_is_written_is_listed():
    assert set(words.KINDS) >= {verdict(1).category}
    assert len({m.name for m in measures.MEASURES}) == len(measures.MEASURES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_has_five_lines_and_names_the_weakest_tone(tmp_path, language):
    real = heard("real", tmp_path, cer=0.05, similarity=0.92)
    voice = heard("voice", tmp_path, cer=0.08, similarity=0.75)
    lines = words.summary(voice.figures, voice.verdicts, real.figures, {}, language)
    assert len(lines) == 5
    assert ("第三声听成第二声：12 处" if language == "zh" else "tone 3 heard as tone 2: 12 times") in lines[1]
    assert ("再录" if language == "zh" else "record") in lines[4]


def test_a_voice_is_as_clear_as_whisper_hears_any(tmp_path):
    """The words of recordings are mostly Whisper's own: to mishear none of them is no measure."""

    def told(cer: float, base_cer: float | None) -> tuple[str, str]:
        real, voice = (
            heard("real", tmp_path, cer=0.0, similarity=0.8),
            heard("voice", tmp_path, cer=cer, similarity=0.8),
        )
        base = {} if base_cer is None else heard("base", tmp_path, cer=base_cer).figures
        lines = words.summary(voice.figures, voice.verdicts, real.figures, base, "en")
        return lines[0].split(";")[0], lines[4]

    assert told(0.24, 0.23)[0] == told(0.24, None)[0] == "clear"
    assert told(0.30, 0.23)[0] == told(0.35, 0.35)[0] == "mostly clear"
    assert told(0.30, 0.08)[0] == "hard to understand"
    assert "clips.jsonl" in told(0.45, 0.45)[1] and "clips.jsonl" not in told(0.3, 0.23)[1]


def test_tones_are_as_right_as_the_ear_hears_any(tmp_path):
    voice = heard("voice", tmp_path, tone_error=0.14)
    good, told = words.summary(voice.figures, voice.verdicts, {}, {}, "en")[1::3]
    assert good.startswith("native tones") and "purely Chinese base" not in told
    voice = heard("voice", tmp_path, tone_error=0.4)
    bad, told = words.summary(voice.figures, voice.verdicts, {}, {}, "en")[1::3]
    assert bad.startswith("wrong tones") and "purely Chinese base" in told


def test_a_voice_that_only_hisses_is_told_so(tmp_path):
    """It has no pitch at all, and there may be no recordings to be like."""
    voice = heard("voice", tmp_path)
    assert words.summary(voice.figures, voice.verdicts, {}, {}, "en")[2] == "no voice is heard in it."


def test_likeness_leaves_a_clip_out_of_its_own_mean():
    own = [verdict(1), verdict(2)]
    found = alike(own, own, "similarity", own=True)
    assert found[0].parts["similarity"][0] == pytest.approx(1 / np.sqrt(2), abs=1e-4)


def test_the_first_audio_is_what_came_first(monkeypatch):
    """Not what came on the average: the longer the other phrases, the later it would be."""
    voice, clock = Voice.load("mandarin-lite"), SimpleNamespace(now=0.0)
    phrases = voice.phrases

    def slowly(*asked, **manner):
        for phrase, seconds in zip(phrases(*asked, **manner), (0.1, 0.9), strict=True):
            clock.now += seconds
            yield phrase

    monkeypatch.setattr(voice, "phrases", slowly)
    monkeypatch.setattr("ffvits.evaluate.takes.time", SimpleNamespace(perf_counter=lambda: clock.now))
    _, pace = speak(voice, Sentence(1, "everyday", "好。走。", ("hao3", "zou3")), seed=1)
    assert (pace.first, pace.work) == pytest.approx((0.1, 1.0))


@pytest.mark.parametrize("recorded", [False, True])
def test_a_base_is_no_measure_of_its_own_likeness_whether_there_are_recordings_or_not(tmp_path, recorded):
    real = heard("real", tmp_path) if recorded else None
    _, _, base = _compared(heard("voice", tmp_path), real, heard("base", tmp_path))
    rest = np.array([11.0, 5.0 if base.verdicts[0].embedding[1] else 6.0])  # the other eleven of twelve
    own = np.array(base.verdicts[0].embedding)
    expected = own @ rest / np.linalg.norm(own) / np.linalg.norm(rest)
    assert base.verdicts[0].parts["base_similarity"][0] == pytest.approx(expected, abs=1e-5)


def test_differences_are_b_minus_a_over_shared_sentences(tmp_path):
    a, b = heard("a", tmp_path, cer=0.3), heard("b", tmp_path, cer=0.1)
    found = measures.differences(a.verdicts, b.verdicts[:8])
    assert found["cer"].value == pytest.approx(-0.2)
    assert found["cer"].n == 8
    assert measures.differences(a.verdicts, []) == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": (0.10, 0.1, 0.7), "b": (0.12, 0.1, 0.8)}, "b"),
        ({"a": (0.10, 0.1, 0.7), "b": (0.20, 0.1, 0.9)}, "a"),
        ({"a": (0.10, 0.1, 0.7), "b": (0.10, 0.3, 0.9)}, "a"),
        ({"a": (0.10, 0.3, 0.7), "b": (0.30, 0.1, 0.9)}, "a"),
    ],
)
def test_the_best_base_is_clear_and_native_and_then_alike(tmp_path, values, expected):
    judged = {name: evaluation(name, tmp_path, cer=c, tone_error=t, similarity=s) for name, (c, t, s) in values.items()}
    chosen, why = best_base(judged)
    assert chosen == expected
    assert "CER" in why


@pytest.fixture
def comparison(tmp_path):
    return compared(tmp_path)


def test_who_is_better_is_said_in_words(comparison):
    assert comparison.words("en") == ["丙 is clearer (CER −0.20, p < 0.01)"]
    assert comparison.words("zh") == ["丙 更清楚（字错率 −0.20, p < 0.01）"]


def test_who_has_more_of_what_is_good_is_better(tmp_path):
    a, b = evaluation("a", tmp_path, quality=3.2), evaluation("b", tmp_path, quality=2.7)
    found = {("a", "b"): measures.differences(a.voice.verdicts, b.voice.verdicts)}
    told = Comparison((a, b), ("a", "b"), found, tmp_path / "comparison.html").words("en")
    assert told == ["a sounds cleaner (DNSMOS +0.50, p < 0.01)"]


def test_the_page_is_one_file_that_needs_no_network(comparison):
    write_page(comparison)
    page = comparison.page.read_text(encoding="utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")
    assert 'src="data:audio' in page and '<b>"' not in page
    assert "a <b>" not in page.split("<script>")[0]
    assert page.count('class="melody"') == 2 * 12


def test_intended_tones_are_drawn_and_missed_ones_marked():
    from ffvits.audio.pitch import Pitch
    from ffvits.evaluate.ear import Register

    pitch = Pitch(np.full(50, 200, np.float32), np.ones(50, np.float32))
    spans = (Span("ni2", 0.0, 0.2), Span("hao3", 0.2, 0.4), Span("ma5", 0.4, 0.5))
    drawn = melody_svg(pitch, spans, Register(200.0, 3.0), (2, 4, 4), ("", "", ""))
    assert drawn.count("<polyline") == 2
    assert "hao3 ≈4" in drawn and "ma5<" in drawn


def test_voices_on_the_page_are_equally_loud():
    time = np.arange(24000) / 24000
    wave = np.sin(2 * np.pi * 200 * time).astype(np.float32)
    loud, soft, silent = (Sound(wave * np.float32(gain), 24000) for gain in (0.5, 0.05, 0.0))
    levels = [loudness(sound) for sound in equally_loud([loud, soft, silent])]
    assert levels[0] == pytest.approx(levels[1], abs=0.1)
    assert levels[1] == pytest.approx(loudness(soft), abs=0.01)


def test_impossible_wishes_are_refused_before_anything_loads(tmp_path):
    with pytest.raises(FfvitsError, match="0 sentences"):
        evaluate("mandarin-lite", sentences=0, out=tmp_path)
    with pytest.raises(FfvitsError, match="0 sentences"):
        compare(["mandarin-lite", tmp_path], sentences=0, out=tmp_path)
    with pytest.raises(FfvitsError, match="nothing to compare"):
        compare(["mandarin-lite"], out=tmp_path)
    with pytest.raises(FfvitsError, match="twice"):
        compare(["mandarin-lite", "mandarin-lite"], out=tmp_path)
    with pytest.raises(FfvitsError, match="0 steps"):
        train_on_bases(tmp_path, ["mandarin-lite"], 0)
    with pytest.raises(RunError):
        train_on_bases(tmp_path, ["mandarin-lite"], 1)
    with pytest.raises(RunError, match="the run that it belongs to"):
        evaluate("mandarin-lite", checkpoint="step-1.pt", out=tmp_path)


def test_one_voice_is_not_compared_with_itself(tmp_path, monkeypatch):
    run = Run.create(tmp_path / "run1", Recipe())
    run.voice.mkdir()
    monkeypatch.chdir(tmp_path)
    for names in (["run1", "run1/"], ["run1", "./run1"], ["run1", str(run.folder)], ["run1", "run1/voice"]):
        with pytest.raises(FfvitsError, match="twice"):
            compare(names, out=tmp_path / "out")


def test_a_voice_that_is_not_there_is_told_before_the_first_is_judged(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Panel, "gather", lambda panel: pytest.fail("the judges are loaded"))
    assert main(["compare", "mandarin-lite", "runs/nobody", "--out", str(tmp_path / "out")]) == 2
    assert "runs/nobody" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_base_that_is_not_there_is_told_before_the_first_is_trained(tmp_path, monkeypatch):
    run = Run.create(tmp_path / "run", Recipe())
    run.save_clips([])
    monkeypatch.setattr("ffvits.train.train", lambda *_: pytest.fail("one was trained"))
    with pytest.raises(BaseError, match="mandarin-litee"):
        train_on_bases(run.folder, ["mandarin-lite", "mandarin-litee"], steps=1)
    assert not (run.folder / "trials").exists()


@pytest.mark.parametrize("command", ["evaluate mandarin-lite", "compare mandarin-lite twin"])
def test_a_speaker_who_is_not_there_is_told_before_the_judges_are_loaded(tmp_path, capsys, monkeypatch, command):
    monkeypatch.setattr(Panel, "gather", lambda panel: pytest.fail("the judges are loaded"))
    shutil.copytree(load_base("mandarin-lite").path.parent, tmp_path / "twin")
    monkeypatch.chdir(tmp_path)
    assert main([*command.split(), "--speaker", "谁", "--out", str(tmp_path / "out")]) == 2
    assert "no speaker '谁'" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out").exists()


def test_a_slip_in_a_runs_name_is_told_as_one(capsys):
    assert main(["evaluate", "runs/nosuch"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "no run folder" in told and "name the folder of a run, or a base" in told


@pytest.mark.parametrize(
    "wrong",
    [
        "evaluate nobody", "evaluate mandarin-lite --sentences 0", "evaluate mandarin-lite --speaker 谁",
        "evaluate mandarin-lite --against nobase", "evaluate mandarin-lite --checkpoint step-00000001.pt",
        "evaluate mandarin-lite --device gpu", "compare mandarin-lite BASE --device gpu",
        "compare mandarin-lite nobody", "compare mandarin-lite BASE --sentences 0",
    ],
)  # fmt: skip
def test_nothing_is_announced_before_the_arguments_are_seen_to_be_right(tmp_path, capsys, wrong):
    base = load_base("mandarin-lite")
    VoiceInfo.of_base(base).save(tmp_path / "base", base.generator)
    words = [str(tmp_path / "base") if word == "BASE" else word for word in wrong.split()]
    assert main([*words, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "✗" in told and "▶" not in told


def test_a_wrong_number_of_sentences_is_told_before_bases_are_tried(monkeypatch, capsys):
    monkeypatch.setattr("ffvits.evaluate.comparison.train_on_bases", lambda *_: pytest.fail("they are trained"))
    assert main(["compare", "runs/a", "--bases", "cj,cje", "--sentences", "0"]) == 2
    assert "0 sentences cannot be judged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "place"), [("evaluate mandarin-lite", "."), ("compare mandarin-lite ITSELF", "evaluation")]
)
def test_what_cannot_be_kept_is_told_before_anybody_speaks(tmp_path, capsys, monkeypatch, command, place):
    monkeypatch.setattr(Panel, "gather", lambda panel: pytest.fail("the judges are loaded"))
    (tmp_path / "evaluation").write_text("", encoding="utf-8")  # as good as a folder that may not be written
    asked = [str(load_base("mandarin-lite").path) if word == "ITSELF" else word for word in command.split()]
    assert main([*asked, "--out", str(tmp_path / place), "--sentences", "1"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "cannot be kept" in told and "--out" in told


def test_a_voice_whose_folder_may_not_be_written_is_compared_all_the_same(tmp_path, monkeypatch):
    base = load_base("mandarin-lite")
    for name in ("甲", "乙"):
        VoiceInfo.of_base(base).save(tmp_path / name, base.generator)
    (tmp_path / "乙" / "evaluation").write_text("", encoding="utf-8")  # as good as a folder that may not be written
    places = []

    def asked(target, panel, *, out, **_):
        places.append(out)
        if len(places) == 2:
            raise FfvitsError("both are asked")

    monkeypatch.setattr("ffvits.evaluate.comparison.asked", asked)
    monkeypatch.setattr("ffvits.evaluate.comparison.judged", lambda *_: evaluation("甲", tmp_path))
    with pytest.raises(FfvitsError, match="both are asked"):
        compare([tmp_path / "甲", tmp_path / "乙"], out=tmp_path / "both")
    assert places == [tmp_path / "甲", tmp_path / "both" / "乙"]


def test_a_trial_ends_by_its_steps(tmp_path, monkeypatch):
    run = Run.create(tmp_path / "run", Recipe().override({"train.until": "minutes", "train.minutes": 90}))
    run.save_clips([])
    run.audio.mkdir()
    asked = []
    monkeypatch.setattr("ffvits.train.train", lambda recipe, _: asked.append(recipe.train))
    train_on_bases(run.folder, ["mandarin-lite"], steps=7)
    assert [(train.steps, train.until) for train in asked] == [(7, "steps")]


def test_a_fuller_evaluation_stays_and_speakers_have_files_of_their_own(tmp_path, capsys):
    few = evaluation("a", tmp_path, similarity=0.8)
    assert _mark(few, of_checkpoint=False) == ""
    full = {**few.to_dict(), "sentences": 100}
    (tmp_path / "evaluation.json").write_text(json.dumps(full), encoding="utf-8")
    assert _mark(few, of_checkpoint=False) == "-12-sentences"
    told = " ".join(capsys.readouterr().err.split())
    assert "100 sentences and stays" in told and "evaluation-12-sentences.json" in told
    assert _mark(few, of_checkpoint=True) == "-a"
    trained_anew = replace(few, voice=replace(few.voice, fingerprint="another"))
    assert _mark(trained_anew, of_checkpoint=False) == ""
    of_two = replace(few, speaker="派 蒙", speakers=("派 蒙", "旅行者"), seed=7)
    assert _mark(of_two, of_checkpoint=False) == "-派_蒙"
    assert of_two.headline("zh") == "a · 派 蒙：12 句，种子 7"
    assert (of_two.to_dict()["speaker"], of_two.to_dict()["seed"]) == ("派 蒙", 7)


def test_the_table_is_of_one_language(tmp_path, capsys):
    measured = {"real_time_factor": 0.1, "first_audio_seconds": 0.2, "peak_memory_megabytes": 1130.4}
    few = evaluation("a", tmp_path)
    table(replace(few, voice=replace(few.voice, fast=measured)), "zh")
    told = capsys.readouterr()
    assert "实时率" in told.out + told.err and "factor" not in told.out + told.err
    assert "1130" in told.out + told.err


def test_bases_are_not_tried_where_the_clips_sounds_are_gone(tmp_path):
    run = Run.create(tmp_path, Recipe())
    run.save_clips([Clip("a", "a.wav", 0.0, 1.0, "派蒙", text="你好", audio="audio/a.wav")])
    with pytest.raises(RunError, match="sound of 1 clip is") as refused:
        train_on_bases(tmp_path, ["mandarin-lite"], 1)
    assert "ffvits label" in refused.value.cure
    assert not (tmp_path / "trials").exists()


def test_the_base_of_a_voice_is_found_again(tmp_path, capsys):
    embedded = load_base("mandarin-lite")
    info = VoiceInfo.of_base(embedded)
    info.save(tmp_path / "凯瑟琳" / "voice", embedded.generator)
    base = load_base(tmp_path / "凯瑟琳")
    run = Run.create(tmp_path / "派蒙", Recipe(base=str(tmp_path / "凯瑟琳")))

    def found(sha256: str = base.sha256, name: str = base.name) -> str:
        card = {"speakers": ["派蒙"], "base": name, "base_sha256": sha256}
        replace(info, card=card).describe(run.voice)
        chosen = _base(None, Voice.load(run.voice), run, "cpu", offline=True)
        return chosen[0] if chosen else ""

    info.save(run.voice, embedded.generator)
    assert _base(None, Voice.load(run.voice), run, "cpu", offline=True) is None, "a base has none of its own"
    assert found() == "凯瑟琳"
    assert "not compared" not in capsys.readouterr().err
    assert found(sha256="0" * 64) == ""
    assert "it is another" in " ".join(capsys.readouterr().err.split())
    (tmp_path / "凯瑟琳").rename(tmp_path / "gone")
    assert found() == ""
    assert "no such file or folder" in " ".join(capsys.readouterr().err.split())
    # A name is the card's to say: the recipe may leave it to ffvits, or name another by now.
    for now in ("auto", "biaobei"):
        Run.create(run.folder, Recipe(base=now))
        assert found(embedded.sha256, "mandarin-lite") == "mandarin-lite"


@pytest.mark.slow
def test_the_judges_leave_the_number_of_threads_alone():
    """In a process of its own: once somebody has set a number, torch no longer asks OpenMP."""
    script = (
        "import torch; from ffvits.evaluate.panel import Panel; from ffvits.recipe import Recipe; "
        "before = torch.get_num_threads(); Panel(Recipe().label.transcribe, 'cpu').recogniser; "
        "print(before, torch.get_num_threads())"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]


@pytest.mark.slow
@pytest.mark.usefixtures("short_windows")
def test_the_embedded_base_is_judged_kept_and_judged_no_second_time(tmp_path, capsys):
    command = ["evaluate", "mandarin-lite", "--sentences", "4", "--out", str(tmp_path), "--json", "--quiet"]
    assert main(command) == 0
    first = json.loads(capsys.readouterr().out)
    figures = first["voice"]["figures"]
    assert 0 <= figures["cer"]["value"] < 0.6
    assert 0 <= figures["tone_error"]["value"] < 0.7
    assert first["voice"]["fast"]["real_time_factor"] > 0
    assert first["voice"]["fingerprint"]
    folder = tmp_path / "evaluation"
    summary = (folder / "summary.txt").read_text(encoding="utf-8")
    assert summary.count("\n") == 13 and summary.startswith("mandarin-lite：4 句，种子 1\n")
    sounds = {path: path.stat().st_mtime_ns for path in folder.rglob("*.flac")}
    assert len(sounds) == 4
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.flac")} == sounds


def test_home_is_found_in_the_path_of_a_run(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    Run.create(tmp_path / "派蒙", Recipe())
    assert run_of("~/派蒙") == Run(tmp_path / "派蒙")
