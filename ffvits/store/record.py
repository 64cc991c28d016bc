"""What is known of the files of one cache folder, and whether they are what they should be."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ffvits import console
from ffvits.errors import DownloadError, FfvitsError
from ffvits.files import write_text
from ffvits.store.manifest import File, Source
from ffvits.store.transfer import SourceFailed, refuse_page

RECORD = ".ffvits.json"
Check = Callable[[Path, str], None]  # looks at a file under its name to be; raises an FfvitsError if it is not that


class Record:
    """What was found out about the files of one folder, kept beside them so that big files are hashed once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD
        self._changed = False
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        files = content.get("files") if isinstance(content, dict) else None
        files = files if isinstance(files, dict) else {}
        self.files: dict[str, dict] = {name: known for name, known in files.items() if isinstance(known, dict)}

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


def plausible(file: File, folder: Path) -> bool:
    """Whether the cached file is there with the right size; one that may not be looked at is not."""
    path = folder / file.name
    try:
        if not path.is_file():
            return False
        return file.bytes is None or path.stat().st_size == file.bytes or _made_here(file, folder)
    except OSError:  # somebody else's, who lets nobody in; `fetch` tells
        return False


def _made_here(file: File, folder: Path) -> bool:
    return Record(folder).files.get(file.name, {}).get("source", "").startswith("convert:")


def is_good(file: File, folder: Path, record: Record) -> bool:
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


def verify(file: File, part: Path, digest: str, record: Record, source: Source) -> bool:
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


def look(check: Check, part: Path, name: str) -> None:
    try:
        check(part, name)
    except FfvitsError as error:
        part.unlink()
        raise SourceFailed(f"what came is no {name}: {error.message}") from error


def refuse_another(folder: Path, name: str, addresses: Mapping[str, str]) -> None:
    """One name stands for one address: files of two would be mixed, or the first taken for the second."""
    for title, known in Record(folder).files.items():
        origin = str(known.get("source", ""))
        if origin.startswith("http") and addresses.get(title) != origin and (folder / title).exists():
            raise DownloadError(
                f"{name} stands for another address already: {origin}",
                cure=f"give this one another name (OTHER@{next(iter(addresses.values()))}), or delete the folder",
                file=folder,
            )


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
