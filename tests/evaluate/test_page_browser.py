"""A listener at the page of a comparison, in a headless Chromium that has no network."""

import shutil

import pytest
from verdicts import compared

from ffvits.evaluate.page import write_page
from ffvits.evaluate.votes import count

sync_api = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def test_a_blind_vote_is_cast_saved_and_counted(tmp_path):
    comparison = compared(tmp_path, ("甲", "乙"))
    write_page(comparison)
    mistakes: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(offline=True, accept_downloads=True).new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else mistakes.append(r.url))
        page.goto(comparison.page.as_uri())
        assert page.locator(".voices").count() == 12
        assert not page.locator("#ballot").is_visible() and page.locator("#save").is_disabled()
        page.click("#start")
        assert page.evaluate("[...'abx'].every(id => document.getElementById(id).src.startsWith('data:audio'))")
        page.click("#next")  # without an answer nothing is counted
        assert page.locator("#where").inner_text() == "1 / 12"
        for _ in range(12):
            # X is one of the two, bit for bit; this listener hears which, and likes A.
            same = page.evaluate("document.getElementById('x').src === document.getElementById('a').src")
            page.click("[data-x=a]" if same else "[data-x=b]")
            page.click("[data-p=a]")
            page.click("#next")
        assert "n = 12" in page.locator("#result").inner_text()
        with page.expect_download() as download:
            page.click("#save")
        download.value.save_as(tmp_path / "votes.json")
        browser.close()
    assert mistakes == []
    found = count([tmp_path / "votes.json"])
    assert found.told.n == 12
    assert {name: won.n for name, won in found.preferred.items()} == {"甲": 12, "乙": 12}
    assert sum(won.value for won in found.preferred.values()) == pytest.approx(1)
