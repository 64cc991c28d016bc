"""The shipped manifest is whole and true to itself; a broken one is refused with the place named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ffvits.store import entries, entry, manifest_path, read_manifest
from ffvits.store.manifest import SOURCE_KINDS, ManifestError, parse_source
from ffvits.text.symbols import TABLES, known_tables

SHA = "a" * 64


def test_the_manifest_is_found_in_a_checkout_and_in_an_installed_package(tmp_path, monkeypatch):
    assert manifest_path().name == "pretrained_manifest.yaml"
    package = tmp_path / "site-packages" / "ffvits"
    (package / "store").mkdir(parents=True)
    (package / "shipped").mkdir()
    shipped = package / "shipped" / "pretrained_manifest.yaml"
    monkeypatch.setattr("ffvits.store.manifest.__file__", str(package / "store" / "manifest.py"))
    with pytest.raises(ManifestError, match="missing from this installation"):
        manifest_path()
    shipped.write_text("version: 1\nentries: {}\n", encoding="utf-8")
    assert manifest_path() == shipped


def test_every_entry_has_files_with_sources_and_a_licence():
    for one in entries():
        assert one.licence
        assert one.files or one.base.embedded
        for file in one.files:
            assert file.sources
            assert {source.kind for source in file.sources} <= set(SOURCE_KINDS)
            assert file.size > 0


def test_weights_that_are_loaded_as_code_or_shipped_by_strangers_have_a_published_hash():
    for one in entries():
        for file in one.files:
            assert file.sha256 or file.name.endswith(".json"), f"{one.name}: {file.name}"


@pytest.mark.parametrize("one", entries("base"), ids=lambda one: one.name)
def test_a_base_names_a_table_and_a_front_end_that_exist(one):
    card = one.base
    assert len(TABLES[card.symbol_table]) == card.n_symbols
    info = next(info for info in known_tables().values() if info.name == card.symbol_table)
    assert card.front_end == info.front_end


# Sizes and hashes as the hub's pages and packages state them.
PUBLISHED = {
    ("biaobei", "G_0.pth"): (145503157, "67b83ddd0ed4e8a8bab7eec6c544a9819f999c1e679deee99aa4937497f43c7a"),
    ("biaobei", "D_0.pth"): (187026467, "bb159080c3a9e34c68e592f6b59fd8d8e79bb7db24f4f898117fa58c833c1150"),
    ("chinese-c", "G_0.pth"): (159072845, "d569ba5c9cd6ca0c8e493a92907b04117ba2d0932601eb2730dbd18b2337805e"),
    ("cje", "G_trilingual.pth"): (159918157, "651381372bd0936fa90cdcfd75c8c4c231edd341a180466fc65dd3f75c5e4d70"),
    ("whisper-base", "model.bin"): (145217532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
    ("resemblyzer", "pretrained.pt"): (17090379, "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"),
}


@pytest.mark.parametrize(("name", "file"), PUBLISHED)
def test_published_sizes_and_hashes(name, file):
    found = next(one for one in entry(name).files if one.name == file)
    assert (found.bytes, found.sha256) == PUBLISHED[name, file]


ADDRESSES = {
    "hf:datasets/P/s@8ae12:VITS-bb/G_0.pth": "/datasets/P/s/resolve/8ae12/VITS-bb/G_0.pth",
    "hf:models/P/s@main:G_0.pth": "/P/s/resolve/main/G_0.pth",
    "hf:spaces/P/s@main:model/a b.pth".replace(" ", "+"): "/spaces/P/s/resolve/main/model/a%2Bb.pth",
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_hub_source_has_the_hubs_address_and_a_mirrors(text, monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert parse_source(text).url() == "https://huggingface.co" + ADDRESSES[text]
    for written in ("https://hf-mirror.com/", "hf-mirror.com"):
        monkeypatch.setenv("HF_ENDPOINT", written)
        assert parse_source(text).url() == "https://hf-mirror.com" + ADDRESSES[text]


def test_other_sources():
    assert parse_source("modelscope:A/b@master:c.bin").url() == "https://modelscope.cn/models/A/b/resolve/master/c.bin"
    members = parse_source("wheel:one==1.0:a/b.part1 + two==2.0:c/d.part2").members()
    assert [(m.requirement, m.member) for m in members] == [("one==1.0", "a/b.part1"), ("two==2.0", "c/d.part2")]
    assert parse_source("convert:openai-whisper:whisper-base").maker() == ("openai-whisper", "whisper-base")


BROKEN = {
    "not a mapping": ("[]", "version 1"),
    "another version": ("version: 2\nentries: {}", "version 1"),
    "not YAML": ("version: 1\nentries: {a: [", "cannot read"),
    "unknown key": ("entries: {a: {kind: asr, title: t, licence: l, file: {}}}", "unknown key 'file'"),
    "unknown kind": ("entries: {a: {kind: voice, title: t, licence: l, files: {}}}", "kind must be one of"),
    "no source": (
        f"entries: {{a: {{kind: asr, title: t, licence: l, files: {{x: {{bytes: 1, sha256: {SHA}}}}}}}}}",
        "x has no source",
    ),
    "bad hash": (
        "entries: {a: {kind: asr, title: t, licence: l, sources: ['https://x/{file}'], "
        "files: {x: {bytes: 1, sha256: 12}}}}".replace("12", "'12'"),
        "64 hexadecimal digits",
    ),
    "bad source": (
        f"entries: {{a: {{kind: asr, title: t, licence: l, sources: ['ftp://x'], "
        f"files: {{x: {{bytes: 1, sha256: {SHA}}}}}}}}}",
        "cannot understand the source",
    ),
    "unknown origin": (
        f"entries: {{a: {{kind: asr, title: t, licence: l, sources: ['convert:m:gone'], "
        f"files: {{x: {{bytes: 1, sha256: {SHA}}}}}}}}}",
        "made from an unknown entry",
    ),
    "base without its generator": (
        "entries: {a: {kind: base, title: t, licence: l, files: {}, base: {language: zh, speakers: 0, "
        "sampling_rate: 22050, hop_length: 256, n_symbols: 78, symbol_table: s, front_end: f, generator: G.pth}}}",
        "no source for G.pth",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_manifest_is_refused(tmp_path: Path, case):
    text, message = BROKEN[case]
    path = tmp_path / "manifest.yaml"
    path.write_text(text if text.startswith("version") or text == "[]" else f"version: 1\n{text}", encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert message in str(caught.value)
