"""Everything that is downloaded: what there is, where from, and a cache folder that only ever holds verified files."""

from __future__ import annotations

from pathlib import Path

from ffvits.store.cache import Store, home, is_offline, reasons
from ffvits.store.manifest import BaseCard, Entry, File, Manifest, manifest_path, read_manifest
from ffvits.store.record import Check, sha256_of
from ffvits.store.transfer import Patience

__all__ = [
    "BaseCard",
    "Check",
    "Entry",
    "File",
    "Manifest",
    "Patience",
    "Store",
    "default_store",
    "entries",
    "entry",
    "fetch",
    "fetch_address",
    "home",
    "is_cached",
    "is_offline",
    "manifest_path",
    "missing_bytes",
    "place",
    "read_manifest",
    "reasons",
    "sha256_of",
]


def default_store() -> Store:
    """The store of this user: the shipped manifest and the folder `home()`."""
    return Store(read_manifest(manifest_path()), home())


def fetch(name: str, *, offline: bool = False, source: str | None = None, check: Check | None = None) -> Path:
    """The folder with all files of an entry, verified; downloads what is missing (see `Store.fetch`)."""
    return default_store().fetch(name, offline=offline, source=source, check=check)


def fetch_address(name: str, address: str, *, offline: bool = False, check: Check | None = None) -> Path:
    """A folder with the file at an address that the manifest does not know (see `Store.fetch_address`)."""
    return default_store().fetch_address(name, address, offline=offline, check=check)


def entry(name: str) -> Entry:
    """One entry of the manifest by name."""
    return default_store().entry(name)


def entries(kind: str | None = None) -> tuple[Entry, ...]:
    """All entries of the manifest, or those of one kind: asr, separator, speaker-encoder, base."""
    return default_store().entries(kind)


def is_cached(name: str) -> bool:
    """Whether all files of an entry are in the cache with the right sizes."""
    return default_store().is_cached(name)


def missing_bytes(name: str) -> int:
    """How many bytes `fetch` would download; estimated where a size is not published."""
    return default_store().missing_bytes(name)


def place(name: str) -> Path:
    """The cache folder of an entry; files put there by hand are found."""
    return default_store().place(name)
