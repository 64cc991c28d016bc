"""Downloads against a real server: everything that networks, servers and disks do to people."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from loopback import CONTENT, PATIENCE, make_file, sha256

from ffvits import chinese
from ffvits.errors import BaseError, DownloadError
from ffvits.store import Manifest, Store, home
from ffvits.store.manifest import Entry
from ffvits.store.record import RECORD

OTHER = b"other" * 1000


def record(store: Store) -> dict:
    return json.loads((store.place("thing") / RECORD).read_text(encoding="utf-8"))["files"]


def leftovers(store: Store) -> list[str]:
    return sorted(path.name for path in store.place("thing").iterdir() if ".part" in path.name)


def refused(store: Store, **options) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        store.fetch("thing", **options)
    return caught.value


def test_a_file_is_fetched_once_verified_and_remembered(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    assert not store.is_cached("thing")
    assert store.missing_bytes("thing") == len(CONTENT)
    folder = store.fetch("thing")
    assert (folder / "G.bin").read_bytes() == CONTENT
    assert store.fetch("thing") == folder
    assert len(web.asked) == 1
    assert store.is_cached("thing")
    assert store.missing_bytes("thing") == 0
    assert record(store)["G.bin"]["sha256"] == sha256(CONTENT)
    assert record(store)["G.bin"]["verified"] is True
    assert leftovers(store) == []


def test_the_bytes_are_on_the_disk_before_the_file_has_its_name(web, make_store, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *what, name=name, real=real: (done.append(name), real(*what))[1])
    make_store(make_file(web.serve("/G.bin", CONTENT))).fetch("thing")
    assert done == ["fsync", "replace"] * 2  # the file, then the record of it


def _html(web) -> str:
    return web.serve("/bad", b"<!DOCTYPE html><html>log in</html>", kind="text/html")


# (what the first source does, what the error must say about it)
BAD_SOURCES = {
    "not found": (lambda web: web.says("/bad", 404), "HTTP 404"),
    "forbidden": (lambda web: web.says("/bad", 403), "HTTP 403"),
    "server error": (lambda web: web.says("/bad", 500), "HTTP 500"),
    "web page": (_html, "a web page"),
    "web page of the right size": (
        lambda web: web.serve("/bad", b"<html>".ljust(len(CONTENT), b" ")),
        "a web page instead of the file",
    ),
    "web page behind a byte order mark": (
        lambda web: web.serve("/bad", b"\xef\xbb\xbf<!DOCTYPE html>".ljust(len(CONTENT), b" ")),
        "a web page instead of the file",
    ),
    "packed": (lambda web: web.serve("/bad", CONTENT, packed="gzip"), "sent it packed (gzip)"),
    "Git LFS pointer": (
        lambda web: web.serve("/bad", b"version https://git-lfs.github.com/spec/v1\n".ljust(len(CONTENT), b" ")),
        "Git LFS pointer",
    ),
    "too short": (lambda web: web.serve("/bad", CONTENT[:-1]), "announces 1,048,575 bytes instead of 1,048,576"),
    "too long": (lambda web: web.serve("/bad", CONTENT + b"x"), "announces 1,048,577 bytes"),
    "more than it should, unannounced": (
        lambda web: web.serve("/bad", CONTENT + b"x", announced=False),
        "sent more than the 1,048,576 bytes it should",
    ),
    "wrong content": (lambda web: web.serve("/bad", CONTENT[::-1]), "wrong content: sha256"),
    "empty": (lambda web: web.serve("/bad", b""), "announces 0 bytes"),
    "breaks again and again": (
        lambda web: web.breaks_after("/bad", CONTENT, 1000),
        "the connection ended after 4,000 of 1,048,576 bytes",
    ),
    "stalls": (lambda web: web.stalls("/bad", CONTENT, 5), "nothing arrived for 0.5 s"),
    "trickles": (lambda web: web.stalls("/bad", CONTENT, 5, chunk=10), "too slow"),
    "lies about its length": (
        lambda web: web.breaks_after("/bad", CONTENT, 1000, forever=True),
        "the connection ended after 1,000",
    ),
}


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_a_bad_source_is_named_and_the_next_one_serves(web, make_store, case):
    prepare, reason = BAD_SOURCES[case]
    bad = prepare(web)
    error = refused(make_store(make_file(bad), folder="alone"))
    assert reason in error.message
    assert bad in error.message
    assert "G.bin" in str(error)
    store = make_store(make_file(bad, web.serve("/good", CONTENT)))
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert leftovers(store) == []


def test_an_error_names_every_source_and_every_cure(web, make_store):
    first, second = web.says("/first", 404), web.says("/second", 403)
    error = refused(make_store(make_file(first, second, "hf:models/a/b@main:G.bin"), kind="base"), source="official")
    assert f"{first}: HTTP 404" in error.message
    assert f"{second}: HTTP 403" in error.message
    for cure in ("another base instead: mandarin-lite", "/path/G_0.pth", "HF_ENDPOINT", "by hand"):
        assert cure in error.cure
    assert "--base" not in error.cure, "say and inspect have no such flag"


def test_an_interrupted_download_goes_on_where_it_stopped(web, make_store):
    url = web.breaks_after("/G.bin", CONTENT, 400_000)
    store = make_store(make_file(url))
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert web.requests("/G.bin") == ["", "bytes=400000-", "bytes=800000-"]


def test_a_download_that_gets_on_is_not_given_up(web, make_store):
    content = CONTENT * 6
    url = web.breaks_after("/G.bin", content, len(CONTENT))  # six tries, and four that bring nothing are the most
    store = make_store(make_file(url, content=content))
    assert (store.fetch("thing") / "G.bin").read_bytes() == content
    assert len(web.requests("/G.bin")) == 6


def test_a_network_that_was_lost_for_a_moment_is_waited_for(web, make_store, capsys):
    store = make_store(make_file(web.breaks_after("/G.bin", CONTENT, 600_000, gone=(2, 3))))
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert web.requests("/G.bin") == ["", *3 * ["bytes=600000-"]]
    assert "trying again in 0 s" in capsys.readouterr().err


def test_a_busy_server_is_asked_again(web, make_store):
    store = make_store(make_file(web.is_busy("/G.bin", CONTENT, 2)))
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    error = refused(make_store(make_file(web.is_busy("/never", CONTENT, 99, 503)), folder="never"))
    assert "HTTP 503 Service Unavailable" in error.message and len(web.requests("/never")) == PATIENCE.attempts
    error = refused(make_store(make_file(web.is_busy("/tomorrow", CONTENT, 99, wait="3600")), folder="tomorrow"))
    assert "HTTP 429 Too Many Requests, come again in 3600 s" in error.message
    assert len(web.requests("/tomorrow")) == 1


def test_a_part_that_is_longer_than_the_file_is_thrown_away(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT), known=False))
    store.place("thing").mkdir(parents=True)
    (store.place("thing") / "G.bin.part").write_bytes(CONTENT + b"more")
    memory = {"url": web.url + "/G.bin", "etag": '"one"'}
    (store.place("thing") / "G.bin.part.json").write_text(json.dumps(memory), encoding="utf-8")
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT


def test_a_part_from_an_earlier_day_is_continued_from_another_source(web, make_store):
    broken = web.breaks_after("/a", CONTENT, 1000, forever=True)
    assert "goes on where it stopped" in refused(make_store(make_file(broken))).cure
    assert leftovers(make_store(make_file(broken)))[0] == "G.bin.part"
    store = make_store(make_file(web.serve("/b", CONTENT)))
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert web.requests("/b") == ["bytes=1000-"]


def test_a_part_that_is_not_a_beginning_of_the_file_is_thrown_away(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    store.place("thing").mkdir(parents=True)
    (store.place("thing") / "G.bin.part").write_bytes(b"\xff" * 5000)
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert web.requests("/G.bin") == ["bytes=5000-", ""]


def test_a_server_without_ranges_starts_again(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT, ranges=False)))
    store.place("thing").mkdir(parents=True)
    (store.place("thing") / "G.bin.part").write_bytes(CONTENT[:5000])
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT


def test_a_whole_part_of_unknown_size_is_taken(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT), known=False))
    store.place("thing").mkdir(parents=True)
    (store.place("thing") / "G.bin.part").write_bytes(CONTENT)
    memory = {"url": f"{web.url}/G.bin", "etag": '"one"'}
    (store.place("thing") / "G.bin.part.json").write_text(json.dumps(memory), encoding="utf-8")
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert web.requests("/G.bin") == [f"bytes={len(CONTENT)}-"]
    assert leftovers(store) == []


@pytest.mark.parametrize("etags", [('"one"', '"two"'), ('W/"one"', 'W/"one"')])  # a weak one vouches for no byte
def test_a_file_of_unknown_hash_is_not_continued_when_the_server_has_another_version(web, make_store, etags):
    broken = web.breaks_after("/G.bin", CONTENT, 1000, forever=True, etag=etags[0])
    store = make_store(make_file(broken, known=False))
    refused(store)
    web.serve("/G.bin", OTHER, etag=etags[1])
    assert (store.fetch("thing") / "G.bin").read_bytes() == OTHER


def test_a_damaged_cached_file_is_replaced_only_by_a_good_one(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    path = store.fetch("thing") / "G.bin"
    path.write_bytes(CONTENT[:-1] + b"!")
    web.says("/G.bin", 500)
    refused(store)
    assert path.read_bytes() == CONTENT[:-1] + b"!"
    web.serve("/G.bin", CONTENT)
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_a_good_cached_file_survives_every_bad_server(web, make_store, case):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)), folder="good")
    path = store.fetch("thing") / "G.bin"
    asked = len(web.asked)
    bad = make_store(make_file(BAD_SOURCES[case][0](web)), folder="good")
    assert bad.fetch("thing") == path.parent
    assert path.read_bytes() == CONTENT
    assert len(web.asked) == asked


def test_a_pre_filled_cache_needs_no_network(web, make_store, monkeypatch):
    store = make_store(make_file(web.url + "/G.bin"))
    store.place("thing").mkdir(parents=True)
    (store.place("thing") / "G.bin").write_bytes(CONTENT)
    monkeypatch.setenv("FFVITS_OFFLINE", "1")
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT
    assert web.asked == []


@pytest.mark.parametrize("by_environment", [True, False])
def test_offline_asks_nobody_and_says_where_to_put_the_file(web, make_store, monkeypatch, by_environment):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    if by_environment:
        monkeypatch.setenv("FFVITS_OFFLINE", "1")
    error = refused(store, offline=not by_environment)
    assert "offline" in error.message
    assert str(store.place("thing")) in error.cure
    assert web.asked == []


def test_a_host_out_of_reach_is_asked_once_for_all_files(web, make_store, capsys):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{unused.getsockname()[1]}"
    files = [
        make_file(f"{dead}/{name}", web.serve(f"/{name}", CONTENT), name=name) for name in ("a.bin", "b.bin", "c.bin")
    ]
    folder = make_store(*files).fetch("thing")
    assert all((folder / file.name).read_bytes() == CONTENT for file in files)
    assert capsys.readouterr().err.count("out of reach") == 1


def test_an_unpublished_hash_is_taken_on_trust_once(web, make_store, capsys):
    store = make_store(make_file(web.serve("/G.bin", CONTENT), known=False))
    path = store.fetch("thing") / "G.bin"
    assert "could not be verified" in capsys.readouterr().err
    assert record(store)["G.bin"] | {"verified": False, "sha256": sha256(CONTENT)} == record(store)["G.bin"]
    store.fetch("thing")
    assert "could not be verified" not in capsys.readouterr().err
    path.unlink()
    web.serve("/G.bin", OTHER)
    assert "another file than at the first download" in refused(store).message
    assert not path.exists()


def test_an_unknown_file_put_there_by_hand_is_remembered_and_then_watched(web, make_store):
    store = make_store(make_file(web.says("/G.bin", 404), known=False))
    store.place("thing").mkdir(parents=True)
    path = store.place("thing") / "G.bin"
    path.write_bytes(CONTENT)
    assert store.fetch("thing", offline=True) == path.parent
    assert record(store)["G.bin"]["source"] == "put there by hand"
    path.write_bytes(OTHER)
    refused(store)


def test_a_file_of_unknown_hash_is_looked_at_before_it_gets_its_name(web, make_store):
    def check(path: Path, name: str) -> None:
        if not path.read_bytes().startswith(CONTENT[:8]):
            raise BaseError(f"this is no {name}")

    store = make_store(make_file(web.serve("/G.bin", b'{"code": 403, "message": "quota exceeded"}'), known=False))
    assert "what came is no G.bin" in refused(store, check=check).message
    assert leftovers(store) == [] and not (store.place("thing") / "G.bin").exists()
    web.serve("/G.bin", CONTENT)
    assert (store.fetch("thing", check=check) / "G.bin").read_bytes() == CONTENT


def test_an_optional_file_may_be_missing(web, make_store, capsys):
    config = replace(make_file(web.says("/c.json", 404), name="c.json", known=False), optional=True)
    store = make_store(make_file(web.serve("/G.bin", CONTENT)), config)
    folder = store.fetch("thing")
    assert not (folder / "c.json").exists()
    assert "going on without c.json" in capsys.readouterr().err
    assert store.is_cached("thing")
    asked = len(web.asked)
    store.fetch("thing", offline=True)
    assert len(web.asked) == asked


def test_no_room_on_the_disk_is_seen_before_the_download(web, make_store):
    huge = make_file(web.serve("/G.bin", CONTENT))
    huge = type(huge)("G.bin", 10**18, huge.sha256, huge.sources)
    error = refused(make_store(huge))
    assert "MB free" in error.message
    assert "FFVITS_HOME" in error.cure and "free some space" in error.cure
    assert web.asked == []


def _fetch_with_a_small_limit(url: str, folder: str, queue) -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sys.dont_write_bytecode = True  # a module that is first imported here would be kept cut off
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    store = Store(Manifest({"thing": Entry("thing", "base", "", "MIT", (make_file(url),))}), Path(folder), PATIENCE)
    try:
        store.fetch("thing")
    except DownloadError as error:
        queue.put((error.message, sorted(os.listdir(store.place("thing")))))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_disk_that_fills_up_in_the_middle_leaves_nothing_behind(web, tmp_path):
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    worker = context.Process(
        target=_fetch_with_a_small_limit, args=(web.serve("/G.bin", CONTENT), str(tmp_path), queue)
    )
    worker.start()
    message, names = queue.get()
    worker.join()
    assert "no room for G.bin" in message
    assert not [name for name in names if name.startswith("G.bin") and not name.endswith(".json")]


def test_a_cache_that_cannot_be_written_is_named(web, make_store, tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    error = refused(make_store(make_file(web.serve("/G.bin", CONTENT)), folder="file"))
    assert "FFVITS_HOME" in error.cure and "free some space" in error.cure
    assert re.fullmatch("the cache cannot be used: [A-Za-z ]+", error.message)  # neither its number nor its path
    assert not re.search("[a-z]{3}", chinese.said(error.message))
    assert error.file.startswith(str(tmp_path / "file"))


def test_a_cache_that_may_not_be_looked_into_is_named(web, make_store):
    # A name too long for the system is as good as another user's file, and refused to an administrator too.
    store = make_store(replace(make_file(web.serve("/G.bin", CONTENT)), name="G" * 300))
    store.place("thing").mkdir(parents=True)
    assert not store.is_cached("thing") and store.missing_bytes("thing") == len(CONTENT)
    assert "FFVITS_HOME" in refused(store).cure


def test_processes_and_threads_share_one_download(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    results: list[bytes] = []

    def fetch() -> None:
        results.append((store.fetch("thing") / "G.bin").read_bytes())

    threads = [threading.Thread(target=fetch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [CONTENT] * 6
    assert len(web.asked) == 1


# ---- where from -----------------------------------------------------------------------------------------------------


def test_hf_endpoint_names_the_mirror(web, make_store, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", web.url + "/")
    web.serve("/datasets/a/b/resolve/refs%2Fpr%2F1/%E6%B7%B1/G.bin", CONTENT)
    store = make_store(make_file("hf:datasets/a/b@refs/pr/1:深/G.bin"))
    assert (store.fetch("thing") / "G.bin").read_bytes() == CONTENT


def test_a_cure_advises_hf_endpoint_where_it_is_not_set(web, make_store, monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    file = make_file(web.says("/G.bin", 404), "hf:models/a/b@main:G.bin")
    assert "set HF_ENDPOINT to a mirror" in refused(make_store(file), source="official").cure
    monkeypatch.setenv("HF_ENDPOINT", "hf-mirror.com")
    cure = refused(make_store(file), source="official").cure
    assert "set HF_ENDPOINT" not in cure and "HF_ENDPOINT (hf-mirror.com)" in cure


def test_spaces_and_chinese_characters_in_an_address(web, make_store):
    web.serve("/%E5%A3%B0%20%E9%9F%B3/G.pth?a=%E5%A3%B0&b=1", CONTENT)
    folder = make_store(make_file(web.url)).fetch_address("mine", f"{web.url}/声 %E9%9F%B3/G.pth?a=声&b=1")
    assert (folder / "G.pth").read_bytes() == CONTENT


@pytest.mark.parametrize("address", ["http://[::1/G.pth", "http:///G.pth", "http://127.0.0.1:port/G.pth"])
def test_what_is_no_address_is_told(make_store, address):
    with pytest.raises(DownloadError, match=r"address|port"):
        make_store(make_file("https://example.invalid/x"))._with("mine", "G.pth", address).fetch("mine")


@pytest.fixture
def proxy(monkeypatch):
    """Sets one variable to a proxy where nobody listens, and gives its HOST:PORT; others are not set."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    def set_to(variable: str, address: str) -> str:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv(variable, address.format(place))
        return place

    return set_to


def test_a_socks_proxy_is_named_where_nothing_came(make_store, monkeypatch, proxy):
    place = proxy("ALL_PROXY", "socks5://me:secret@{}")
    dead = f"http://{place}/G.bin"
    told = refused(make_store(make_file(dead))).message
    assert f"the proxy socks5://{place} speaks SOCKS, which is not supported: set HTTPS_PROXY" in told
    assert "secret" not in told
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    assert "SOCKS" not in refused(make_store(make_file(dead))).message


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_does_not_run_is_named_without_its_password(make_store, proxy, variable):
    place = proxy(variable, "http://me:secret@{}")
    told = refused(make_store(make_file("https://hub.invalid/G.bin"))).message
    assert f"asked through the proxy http://{place} of your settings" in told
    assert "secret" not in told


def test_a_mirror_address_and_a_folder_serve_the_same_names(web, make_store, tmp_path):
    web.serve("/mirror/G.bin", CONTENT)
    file = make_file(web.says("/gone", 404))
    assert (make_store(file).fetch("thing", source=f"{web.url}/mirror/") / "G.bin").read_bytes() == CONTENT
    usb = tmp_path / "U 盘"
    usb.mkdir()
    (usb / "G.bin").write_bytes(CONTENT)
    store = make_store(file, folder="two")
    assert (store.fetch("thing", source=str(usb), offline=True) / "G.bin").read_bytes() == CONTENT
    (usb / "G.bin").write_bytes(OTHER)
    assert "bytes came instead of" in refused(make_store(file, folder="three"), source=str(usb)).message


def test_a_kind_of_source_can_be_chosen(web, make_store):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    assert "has no source of kind 'wheel'" in refused(store, source="wheel").message
    assert store.fetch("thing", source="official")


def test_an_address_without_a_manifest_brings_what_lies_beside_it(web, make_store):
    store = make_store(make_file(web.url + "/x"))
    web.serve("/v/G_12.pth", CONTENT)
    web.serve("/v/D_12.pth", OTHER)
    folder = store.fetch_address("mine", f"{web.url}/v/G_12.pth")
    assert {path.name for path in folder.iterdir() if path.suffix == ".pth"} == {"G_12.pth", "D_12.pth"}
    asked = len(web.asked)
    store.fetch_address("mine", f"{web.url}/v/G_12.pth", offline=True)
    assert len(web.asked) == asked


@pytest.mark.parametrize("known", ["x", [1], None])
def test_a_record_that_somebody_has_broken_counts_as_none(web, make_store, known):
    store = make_store(make_file(web.serve("/G.bin", CONTENT)))
    folder = store.fetch("thing")
    (folder / RECORD).write_text(json.dumps({"files": {"G.bin": known}}), encoding="utf-8")
    assert store.missing_bytes("thing") == 0
    assert store.fetch("thing", offline=True) == folder


def test_a_name_stands_for_one_address(web, make_store):
    store = make_store(make_file(web.url + "/x"))
    web.serve("/one/G_1.pth", CONTENT)
    web.serve("/one/config.json", CONTENT)
    web.serve("/two/G_1.pth", OTHER)
    web.serve("/two/G_2.pth", OTHER)
    folder = store.fetch_address("mine", f"{web.url}/one/G_1.pth")
    for other in ("two/G_1.pth", "two/G_2.pth"):
        with pytest.raises(DownloadError) as caught:
            store.fetch_address("mine", f"{web.url}/{other}")
        assert f"{web.url}/one/" in caught.value.message
        assert f"OTHER@{web.url}/{other}" in caught.value.cure and caught.value.file == str(folder)
    assert (folder / "G_1.pth").read_bytes() == CONTENT and not (folder / "G_2.pth").exists()
    for path in folder.iterdir():
        path.unlink()
    assert (store.fetch_address("mine", f"{web.url}/two/G_1.pth") / "G_1.pth").read_bytes() == OTHER


def test_an_unknown_name_suggests_the_nearest(make_store):
    with pytest.raises(DownloadError) as caught:
        make_store(make_file("https://example.invalid/x")).fetch("thinga")
    assert "thing" in caught.value.cure


def test_the_cache_folder_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FFVITS_HOME", str(tmp_path / "家"))
    assert home() == tmp_path / "家"
    monkeypatch.delenv("FFVITS_HOME")
    assert home().name in ("ffvits", "Cache")


def test_a_user_whom_the_system_does_not_know_has_a_cache_folder_too(monkeypatch):
    def unknown(*_):
        raise RuntimeError("Could not determine home directory.")

    for name in ("FFVITS_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pathlib.Path.home", unknown)
    assert home().is_absolute() and home().name in ("ffvits", "Cache")
