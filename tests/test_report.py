"""The report: one file that opens offline, and says of every clip what became of it."""

import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.recipe import Recipe
from ffvits.report import write_report
from ffvits.report.media import audio_uri, curve_svg, mel_uri
from ffvits.report.page import _spread, causes, done
from ffvits.run import Run
from ffvits.train.history import History
from ffvits.voice import Voice


@pytest.fixture
def run(tmp_path) -> Run:
    """A run with clips and a voice (the embedded base, as if it were the result)."""
    run = Run.create(tmp_path / "run", Recipe(input="raw", speaker="派蒙"))
    run.audio.mkdir()
    clips = []
    for number in range(3):
        clip = Clip(f"c{number}", f"a <{number}>.wav", 0.0, 2.0, "派蒙", text="你好", audio=f"audio/c{number}.wav")
        Sound(np.sin(np.arange(32000) / 20).astype(np.float32) * 0.3, 16000).save(run.path(clip))
        clips.append(clip)
    clips[1] = (
        clips[1].reject("noisy", "DNSMOS 1.1 is below 1.8", "record closer").with_(heard="<script>alert(1)</script>")
    )
    clips[2] = clips[2].reject("unreadable", "not audio").with_(audio="")
    run.save_clips(clips)
    base = Voice.load("mandarin-lite")
    from ffvits.base import load_base

    card = {"speakers": ["派蒙"], "minutes": 4.615583, "base_sha256": "a8" * 32}
    replace(base.info, card=card).save(run.voice, load_base("mandarin-lite").generator)
    run.checkpoints.mkdir()
    history = History(run.checkpoints / "history.jsonl")
    for step in (1, 2, 3):
        history.add("train", step, {"mel": 1 / step, "kl": 2.0, "duration": 1.0})
        history.add("check", step, {"spoken": 1.0, "copied": 1 / step, "kl": 2.0, "duration": 1.0})
    return run


@pytest.mark.parametrize(("clips", "shown"), [(3, "012"), (6, "012345"), (11, "013579"), (0, "")])
def test_examples_are_from_all_over_the_list(clips, shown):
    assert "".join(map(str, _spread(range(clips), 6))) == shown


def test_the_report_is_one_file_that_needs_no_network(run):
    page = write_report(run).read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", page)
    assert page.count("<audio") == len(run.recipe().speak.sentences) + 1 + 1
    assert "record closer" in page
    assert page.count("<svg") >= 3
    assert len(list(run.samples.glob("*.wav"))) == len(run.recipe().speak.sentences)


def test_a_run_without_a_kept_clip_says_so(run):
    shutil.rmtree(run.voice)
    run.save_clips([clip.reject("noisy", "DNSMOS 1.1 is below 1.8", "record closer") for clip in run.clips()])
    page = write_report(run).read_text(encoding="utf-8")
    assert "没有留下片段" in page and "record closer" in page
    run.clips_file.write_text("", encoding="utf-8")
    assert "一个片段也没有" in write_report(run).read_text(encoding="utf-8")


def test_what_was_heard_cannot_write_into_the_page(run):
    page = write_report(run).read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "a &lt;1&gt;.wav" in page


def test_what_cleaning_did_is_in_the_page(run):
    clips = [
        clip.score(quality_before=1.5, quality=3.0, removed_db=-4).note("music removed by Spleeter")
        if clip.kept
        else clip
        for clip in run.clips()
    ]
    run.save_clips(clips)
    page = write_report(run).read_text(encoding="utf-8")
    assert "music removed" in page and "DNSMOS 1.50 → 3.00" in page


def test_the_page_says_it_in_chinese_with_the_english_beside(run):
    clips = run.clips()
    clips[1] = (
        clips[1]
        .with_(reasons=())
        .reject("quality", "it sounds bad: DNSMOS 1.1 of 5, at least 1.8 is wanted", "remove it")
    )
    clips[0] = clips[0].doubt("heard otherwise when cleaned more or less (80% alike)", "你号")
    run.save_clips([clip.signed() for clip in clips])
    page = write_report(run).read_text(encoding="utf-8")
    for chinese in (
        "音质差：DNSMOS 1.1 分",
        "删掉即可",
        "读不出来",
        "换一种处理后听得不一样",
        "留出片段的距离",
        "说话人",
    ):
        assert chinese in page
    assert "it sounds bad: DNSMOS 1.1 of 5" in page
    for machine in ("['", "&#39;]", "4.61558"):
        assert machine not in page


def test_what_was_done_is_counted_by_kind():
    notes = (
        "brought to -24 LUFS (+3.1 dB)",
        "brought to -24 LUFS (-12.0 dB)",
        "flac, 16 kHz, mono, 16 bit, 3.2 s",
        "新的",
    )
    clips = [Clip(str(n), "a", 0, 1, "x", notes=(note,)) for n, note in enumerate(notes)]
    clips.append(Clip("b", "a", 0, 1, "x", notes=("another hearing: 甲", "another hearing: 乙")))
    assert done(clips) == [("调到统一响度", 2), ("原格式", 1), ("新的", 1), ("另一种听法", 1)]


def test_it_fits_on_a_phone(run):
    sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    written = write_report(run)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto(written.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        browser.close()


def test_causes_are_counted_by_first_reason():
    clip = Clip("a", "a", 0, 60, "x")
    found = causes([clip, clip.reject("b", "m"), clip.reject("b", "m").reject("c", "n"), clip.reject("c", "n")])
    assert [(cause.code, cause.clips, cause.minutes) for cause in found] == [("b", 2, 2.0), ("c", 1, 1.0)]


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 48000, 96000])
def test_any_rate_can_be_heard_in_the_page(rate):
    assert audio_uri(Sound(np.zeros(rate, np.float32), rate)).startswith("data:audio/mpeg;base64,")


def test_pictures_of_sound_and_of_silence():
    assert mel_uri(Sound(np.zeros(22050, np.float32), 22050)).startswith("data:image/png;base64,")
    assert mel_uri(Sound(np.zeros(100, np.float32), 22050)) == ""


def test_curves_survive_flat_and_single_lines():
    assert curve_svg("x", {"a": [(0, 1.0)]}) == ""
    assert "polyline" in curve_svg("x <y>", {"a": [(0, 1.0), (1, 1.0)]})
    assert "<y>" not in curve_svg("x <y>", {"a": [(0, 1.0), (1, 1.0)]})


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_curves_of_a_training_that_diverged_show_it_as_far_as_there_are_numbers(broken):
    sound = [(0, 1.0), (10, 0.5)]
    assert curve_svg("x", {"a": [*sound, (20, broken)]}) == curve_svg("x", {"a": sound})


def test_a_history_line_cut_short_by_a_kill_is_passed_over(tmp_path):
    history = History(tmp_path / "h.jsonl")
    history.add("train", 1, {"mel": 1.0})
    with history.path.open("a", encoding="utf-8") as file:
        file.write('{"kind": "tr')
    assert len(history.read()) == 1
    history.cut(0)
    assert history.read() == []
