from pathlib import Path

import pytest
from loopback import PATIENCE, serving

from ffvits.store import File, Manifest, Store
from ffvits.store.manifest import Entry


@pytest.fixture
def web(monkeypatch):
    """A server of its own for each test."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as site:
        yield site


@pytest.fixture
def make_store(tmp_path: Path):
    """A store with one entry `thing` in a cache folder whose name has spaces and Chinese characters."""

    def make(*files: File, kind: str = "base", folder: str = "缓存 folder") -> Store:
        entry = Entry("thing", kind, "a thing", "MIT", files)
        return Store(Manifest({"thing": entry}), tmp_path / folder, PATIENCE)

    return make
