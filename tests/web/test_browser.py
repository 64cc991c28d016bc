"""A person at the page, in a headless Chromium; where there is none, the HTTP tests beside this one stand alone."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ffvits.clip import Clip, read_clips, write_clips
from ffvits.voice import VoiceInfo

sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
expect = sync_api.expect
expect.set_options(timeout=30_000)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser, run):
    """The real command, and a page that may ask nobody but it; a mistake in the page's own script fails the test."""
    command = [sys.executable, "-m", "ffvits", "web", str(run.folder), "--port", "0", "--no-browser"]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8")
    mistakes: list[str] = []
    try:
        url = ""
        while not (found := re.search(r"http://[\d.]+:\d+", url)):
            url = server.stderr.readline()
            assert url, "the command ended"
        context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
        opened = context.new_page()
        opened.set_default_timeout(30_000)
        opened.on("pageerror", lambda error: mistakes.append(str(error)))
        opened.on(
            "request",
            lambda request: (
                mistakes.append(request.url)
                if "//127.0.0.1" not in request.url and not request.url.startswith(("data:", "blob:"))
                else None
            ),
        )
        for _ in range(100):
            try:
                opened.goto(found[0])
                break
            except sync_api.Error:
                opened.wait_for_timeout(50)
        opened.wait_for_selector(".row.chosen")
        yield opened
        context.close()
    finally:
        server.terminate()
        server.communicate(timeout=60)
    assert not mistakes


def test_a_label_is_edited_and_found_again_after_reloading_and_in_the_file(page, run):
    assert page.locator(".row.chosen p").first.text_content() == "今天天气"  # the most doubtful comes first
    page.fill("#text", "今天天气真好。")
    expect(page.locator("#saved")).to_have_text("已保存")
    assert {clip.id: clip.text for clip in read_clips(run.clips_file)}["长-1"] == "今天天气真好。"
    page.reload()
    page.select_option("#filter", "edited")
    page.wait_for_selector(".row")
    assert page.locator(".row p").first.text_content() == "今天天气真好。"
    assert page.input_value("#text") == "今天天气真好。"


def test_why_a_clip_is_doubted_is_told_in_the_language_of_the_page(page):
    expect(page.locator("#scores")).to_have_text("识别可靠度 0.4")
    page.select_option("#filter", "reject")
    page.click(".row:has-text('听不清')")
    expect(page.locator("#reason")).to_have_text(re.compile("^听不清："))
    page.click("#language")
    expect(page.locator("#reason")).to_have_text("not understood — write what is said")


def test_an_edit_that_could_not_be_saved_is_not_left_behind(page, run):
    def refuse(route):
        route.abort() if route.request.method == "PATCH" else route.continue_()

    page.route("**/api/clips/*", refuse)
    page.fill("#text", "没有丢的字")
    expect(page.locator("#toast")).to_have_text(re.compile("^连不上"))
    page.unroute("**/api/clips/*")
    page.click(".row:has-text('再见')")
    expect(page.locator("#text")).to_have_value("再见")
    expect(page.locator("#saved")).to_have_text("已保存")
    assert {clip.id: clip.text for clip in read_clips(run.clips_file)}["长-1"] == "没有丢的字"


def test_pinyin_that_is_half_typed_is_not_saved(page, run):
    saved = []
    page.on("request", lambda request: saved.append(request.post_data_json) if request.method == "PATCH" else None)
    page.focus("#text")
    page.keyboard.press("End")
    keyboard = page.context.new_cdp_session(page)
    for pinyin in ("hen", "hen'hao"):
        at = len(pinyin)
        keyboard.send("Input.imeSetComposition", {"text": pinyin, "selectionStart": at, "selectionEnd": at})
        page.wait_for_timeout(800)  # longer than a pause after which what is typed is saved
    keyboard.send("Input.insertText", {"text": "很好"})
    expect(page.locator("#saved")).to_have_text("已保存")
    assert saved == [{"text": "今天天气很好"}]
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator("#text")).to_have_value("今天天气")
    assert run.clips()[1].text == "今天天气"


def test_what_could_not_be_undone_is_undone_later(page, run):
    before = run.clips_file.read_bytes()
    page.fill("#text", "今天天气真好")
    expect(page.locator("#saved")).to_have_text("已保存")
    page.focus("#rows")
    page.route("**/api/undo", lambda route: route.abort())
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_have_text(re.compile("^连不上"))
    page.unroute("**/api/undo")
    with run.locked():
        page.keyboard.press("z")
        expect(page.locator("#toast")).to_have_text(re.compile("另一个 ffvits"))
    page.keyboard.press("z")
    expect(page.locator("#text")).to_have_value("今天天气")
    assert run.clips_file.read_bytes() == before
    page.keyboard.press("z")
    expect(page.locator("#toast")).to_have_text("没有可以撤销的。")


def test_a_person_reviews_with_the_keyboard(page, run):
    page.focus("#rows")
    page.keyboard.press("a")  # 今天天气: kept
    expect(page.locator("#text")).to_have_value("听不清")
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("听清楚了")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("再见")
    page.keyboard.press("d")
    expect(page.locator("#text")).to_have_value("你好世界")
    page.keyboard.press("z")
    expect(page.locator("#text")).to_have_value("再见")
    expect(page.locator("#state")).to_have_text(re.compile("^保留"))
    clips = {clip.id: clip for clip in read_clips(run.clips_file)}
    assert (clips["坏"].text, clips["长-2"].status, clips["长-1"].status) == ("听清楚了", "keep", "keep")


def test_a_clip_is_split_where_one_points_and_joined_again(page, run):
    page.click(".row:has-text('你好世界')")
    expect(page.locator("#clock")).to_have_text(re.compile(r"/ 2.90 s$"))
    page.click("#play") if page.locator("#play").text_content() != "▶" else None
    page.locator(".wave").click(position={"x": page.locator(".wave").bounding_box()["width"] / 2, "y": 40})
    page.evaluate("document.querySelector('#text').setSelectionRange(2, 2)")
    page.focus("#text")
    page.click("#split")
    expect(page.locator("#text")).to_have_value("你好")
    halves = [clip for clip in read_clips(run.clips_file) if clip.source == "长.wav"][:2]
    assert [half.text for half in halves] == ["你好", "世界"]
    assert halves[0].end == pytest.approx(1.45, abs=0.2)
    page.click("#join")
    expect(page.locator("#text")).to_have_value("你好世界")
    assert read_clips(run.clips_file)[0].text == "你好世界"


def slowly(page, path: str) -> None:
    """Answers as a disk that has just woken up."""

    def wait(route):
        page.wait_for_timeout(400)
        route.continue_()

    page.route(path, wait)


def test_a_key_is_for_the_clip_that_is_shown_however_slow_the_saving(page, run):
    slowly(page, "**/api/clips/*")
    page.focus("#rows")
    for key, following in (("a", "听不清"), ("d", "再见"), ("d", "你好世界")):  # 今天天气, 听不清, 再见
        page.keyboard.press(key)
        assert page.input_value("#text") == following  # at once, before anything is saved
    page.keyboard.press("z")
    expect(page.locator("#text")).to_have_value("再见")
    kept = {clip.id: clip.kept for clip in read_clips(run.clips_file)}
    assert (kept["长-1"], kept["坏"], kept["长-2"], kept["长-0"]) == (True, False, True, True)


def test_a_clip_without_words_is_rejected_or_left_with_a_warning(page, run):
    page.fill("#text", "")
    page.click("#reject")  # sent with the words, not after them
    expect(page.locator("#text")).to_have_value("听不清")
    expect(page.locator("#saved")).to_have_text("已保存")
    assert {clip.id: (clip.text, clip.kept) for clip in read_clips(run.clips_file)}["长-1"] == ("", False)
    page.click(".row:has-text('再见')")
    page.fill("#text", "")
    page.click(".row:has-text('你好世界')")
    expect(page.locator("#toast")).to_have_text(re.compile("^没有文字的片段不能保留"))
    expect(page.locator("#text")).to_have_value("你好世界")
    page.click(".row:has-text('！')")
    expect(page.locator("#text")).to_have_value("")
    page.fill("#text", "再会")
    expect(page.locator("#saved")).to_have_text("已保存")
    assert {clip.id: clip.text for clip in read_clips(run.clips_file)}["长-2"] == "再会"


def test_joining_twice_by_mistake_joins_once_and_is_undone(page, run):
    before = run.clips_file.read_bytes()
    page.click(".row:has-text('你好世界')")
    slowly(page, "**/join")
    page.keyboard.press("m")
    page.keyboard.press("m")
    expect(page.locator("#text")).to_have_value("你好世界今天天气")
    page.keyboard.press("z")
    expect(page.locator("#text")).to_have_value("你好世界")
    assert run.clips_file.read_bytes() == before
    assert page.locator(".row").count() == 4


def test_a_narrow_window_shows_the_list_above_the_clip(page):
    for width in (840, 700, 360):
        page.set_viewport_size({"width": width, "height": 800})
        expect(page.locator(".row.chosen")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        rows, detail = page.locator("#rows").bounding_box(), page.locator("#detail").bounding_box()
        assert rows["height"] >= 180 and rows["y"] + rows["height"] <= detail["y"]
    page.click(".row:has-text('再见')")
    page.click("#reject")
    expect(page.locator("#saved")).to_have_text("已保存")


def test_training_goes_by_the_recipe_but_for_what_a_person_changed(page, run):
    run.create(run.folder, run.recipe().override({"train.steps": 1234, "train.minutes": 7.5}))
    sent = []

    def take(route):
        sent.append(route.request.post_data_json)
        route.abort()

    page.route("**/api/train/start", take)
    page.click("[data-page=train]")
    expect(page.locator("#steps")).to_have_value("1234")
    expect(page.locator("#minutes")).to_have_value("7.5")
    page.click("#start")
    page.fill("#steps", "50")
    with page.expect_response("**/api/train"):
        page.click("[data-page=train]")  # looks again, and leaves alone what is typed
    page.click("#start")
    expect(page.locator("#toast")).to_have_text(re.compile("^连不上"))
    assert sent == [{}, {"steps": 50}]


def test_a_blind_test_of_one_voice_says_what_is_missing(page, run):
    run.voice.mkdir()
    VoiceInfo({}, 22050, ("a",), "mandarin-lite", True).describe(run.voice)
    page.click("[data-page=speak]")
    page.click("#blind")
    expect(page.locator("#toast")).to_have_text(re.compile("^盲听要两个声音"))


def test_five_thousand_clips_are_a_list_that_scrolls(page, run):
    audio = "audio/长-0.wav"
    clips = [
        Clip(f"c{n}", f"录音{n // 10}.wav", 0, 2.9, "派蒙", text=f"第{n}句话。", audio=audio, original=audio).signed()
        for n in range(5000)
    ]
    write_clips(run.clips_file, clips)
    page.reload()
    page.wait_for_selector(".row.chosen")
    page.select_option("#order", "file")
    assert page.locator(".row").count() < 60
    page.evaluate("document.querySelector('#rows').scrollTop = 60 * 4000")
    page.wait_for_selector(".row:has-text('第4001句话')")
    page.click(".row:has-text('第4001句话')")
    page.fill("#text", "改过了")
    expect(page.locator("#saved")).to_have_text("已保存")
    assert read_clips(run.clips_file)[4001].text == "改过了"


def test_both_languages(page):
    assert page.locator("[data-page=review]").text_content() == "审听"
    page.click("#language")
    expect(page.locator("[data-page=review]")).to_have_text("Review")
    page.click("[data-page=train]")
    expect(page.locator("#trained")).to_have_text(re.compile("^Nothing"))
    page.click("[data-page=speak]")
    expect(page.locator("#spoken")).to_have_text(re.compile("^There is no voice yet"))
    page.reload()
    expect(page.locator("[data-page=review]")).to_have_text("Review")
