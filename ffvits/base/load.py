"""`load_base`: a name, a file, a folder or an address becomes a base that training can start from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ffvits import console, store
from ffvits.audio.spectrogram import AudioFormat
from ffvits.base.catalogue import known_entry
from ffvits.base.checkpoint import WEIGHTS, read_checkpoint
from ffvits.base.config_file import read_config
from ffvits.base.inspect import Inspection, examine
from ffvits.errors import BaseError, DownloadError
from ffvits.files import path_of

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.vits.config import VitsConfig

EMBEDDED = "mandarin-lite"
PREFERRED = "biaobei"
HOW_TO_START = ("auto", "nearest", "mean")  # what train.start_from says besides the name of a voice
_PAGE = re.compile(r"^(https?://(?:huggingface\.co|hf-mirror\.com)/.+?)/blob/")  # of a file; "resolve" is the file
_ANYONES = ("voice", "bundle", "exports", "")  # folders that are called so in every run


@dataclass(frozen=True)
class Base:
    """A voice to start from. Tensors are mapped from the file (private: training on them does not write to it).

    `discriminator` is None where none lies beside the generator; `front_end` is "" where ffvits has none for these
    symbols; `speakers` are the names of the rows of `emb_g`, () for a single voice without that table. `octaves`: see
    `VoiceInfo`.
    """

    name: str
    config: VitsConfig
    generator: Mapping[str, Tensor] = field(repr=False)
    discriminator: Mapping[str, Tensor] | None = field(repr=False)
    symbols: tuple[str, ...] = field(repr=False)
    front_end: str
    add_blank: bool
    audio: AudioFormat
    speakers: tuple[str, ...] = field(repr=False)
    language: str
    licence: str
    notes: str
    path: Path
    octaves: tuple[float, ...] = ()

    @property
    def small(self) -> bool:
        """True if it is narrower than the published size, like the embedded one: it learns faster and is quicker."""
        return self.config.hidden_channels < 192

    @cached_property
    def sha256(self) -> str:
        """The sha256 of the generator's file; reads it once, when asked for."""
        return store.sha256_of(self.path)


def load_base(spec: str | Path, *, offline: bool = False, config: str | Path | None = None) -> Base:
    """The base that `spec` names: a name of `ffvits bases`, a G_*.pth or .safetensors, a folder, or NAME@ADDRESS.

    `auto` takes biaobei where it is cached or in reach, else the embedded mandarin-lite. NAME@ADDRESS fetches the
    files of NAME from that address (a mirror folder, or the address of a generator). `config` names a config.json
    that does not lie beside the file. Raises BaseError or DownloadError naming cause and cure.
    """
    text = str(spec)
    if text == "auto":
        return _auto(offline)
    known = {entry.name: entry for entry in store.entries("base")}
    name, address = _address(text)
    if address:
        return _from_address(name, address, known, offline)
    if text in known:
        return _from_manifest(known[text], store.fetch(text, offline=offline, check=_readable))
    path = _on_disk(text, known)
    return _loaded(path, Path(config) if config else None, known_entry(path))


def check_base(spec: str | Path, *, out: Path | None = None, start_from: str = "auto") -> Path | None:
    """The generator's file if `spec` names one on this disk, None for a base of the manifest or of an address.

    Raises what `load_base` would for a base that is not there or cannot serve, and BaseError where training into the
    run folder `out` would overwrite it, where it has no voice `start_from`, or where its training had diverged: unlike
    `load_base` it looks at every value. Fetches nothing.
    """
    text = str(spec)
    known = {entry.name: entry for entry in store.entries("base")}
    name, address = _address(text)
    if address:
        _file_at(name, address, known)
        return None
    if text == "auto" or text in known:
        if text == "auto" or known[text].base.speakers == 0:
            refuse_start(text, (), start_from)
        return None
    path = _on_disk(text, known)
    found = _examined(path, None, known_entry(path), check_values=True)
    judge = find_discriminator(path)
    if judge:
        _discriminator(judge, check_values=True)
    refuse_start(path.stem, found.speakers, start_from)
    if out is not None:
        refuse_itself(path, out)
    return path


def settled(spec: str) -> str:
    """The base as a run remembers it: a path that is there as an absolute one, so that it holds from every folder."""
    if spec == "auto" or spec in {entry.name for entry in store.entries("base")}:
        return spec
    path = path_of(spec)
    return str(path.absolute()) if spec and path.exists() else spec


def locate(spec: str | Path) -> Path:
    """The file that a base's name, a folder or a path stands for, for whoever only looks; nothing is fetched.

    Raises BaseError for a base that is not in the cache yet and a folder without a generator.
    """
    text = str(spec)
    known = {entry.name: entry for entry in store.entries("base")}
    if text in known:
        path = store.place(text) / known[text].base.generator
        if not path.is_file():
            raise BaseError(
                f"{text} is not here yet", cure=f"it is fetched by its first use, as in: ffvits say 你好 --voice {text}"
            )
        return path
    path = path_of(text)
    return find_generator(path) if path.is_dir() else path


def refuse_start(name: str, speakers: Sequence[str], start_from: str) -> None:
    """Raises BaseError if the base of that name has no voice that `train.start_from` names."""
    if start_from in (*HOW_TO_START, *speakers):
        return
    if not speakers:
        raise BaseError(
            f"train.start_from is {start_from!r}, and {name} has a single voice", cure="leave train.start_from out"
        )
    near = difflib.get_close_matches(start_from, speakers, n=1)
    listed = ", ".join(speakers[:8]) + (" …" if len(speakers) > 8 else "")
    cure = (f"did you mean {near[0]!r}? " if near else "") + f"it has: {listed}; or {', '.join(HOW_TO_START)}"
    raise BaseError(f"train.start_from is {start_from!r}, and {name} has no such voice", cure=cure)


def refuse_itself(path: Path, out: Path, *, as_base: bool = False) -> None:
    """Raises BaseError if the generator is what training into the run folder `out` will overwrite.

    What was exported from it may serve; but a base (`as_base`) is exported itself, in the place of the bundle.
    """
    if any((out / made).resolve() in path.resolve().parents for made in ("voice", "checkpoints")):
        raise BaseError(
            "this base is the run's own voice, which training would overwrite",
            cure="leave --base as it was to go on training; or take another run folder, or what was exported",
            file=path,
        )
    if as_base and (out / "exports" / "bundle").resolve() in path.resolve().parents:
        raise BaseError(
            "this base lies where pretrain writes its own in the end, and could not be gone on from after that",
            cure=f"copy {path.parent} out of the run folder, and name the copy",
            file=path,
        )


def find_generator(folder: Path) -> Path:
    """The generator in a folder: the only candidate, `G_latest`, or the G_ file with the highest number in its name.

    A run folder's `voice/` and `checkpoints/` are looked into as well. Raises BaseError when there is none.
    """
    for place in (folder, folder / "voice", folder / "checkpoints"):
        # Hidden ones are no weights: macOS lays a "._G_0.pth" beside each file on a drive or in a zip for others.
        files = [path for path in sorted(place.glob("[!.]*")) if path.suffix.lower() in WEIGHTS and path.is_file()]
        candidates = [path for path in files if re.match(r"G(_|\.|$)", path.name, re.IGNORECASE)]
        if not candidates:
            candidates = [path for path in files if not re.match(r"(D|DUR|WD)(_|\.)", path.name)]
            if len(candidates) > 1:
                listed = ", ".join(path.name for path in candidates[:5])
                raise BaseError(f"which of these is the generator? {listed}", cure="name the file itself", file=place)
        if candidates:
            chosen = max(candidates, key=_order)
            if len(candidates) > 1:
                console.info(f"{place} holds {len(candidates)} generators; taking {chosen.name}")
            return chosen
    there = ", ".join(sorted(path.name for path in folder.iterdir())[:5])
    raise BaseError(
        "there is no generator (G_*.pth or .safetensors) in this folder",
        cure=f"name the file itself; here are: {there or 'no files'}",
        file=folder,
    )


def find_discriminator(generator: Path) -> Path | None:
    """The D_ file that belongs to a G_ file by name (G_0-p.pth: D_0-p.pth), or the folder's only D_ file."""
    twin = re.sub(r"^G(?=[_.])", "D", generator.name)
    if twin != generator.name:
        for suffix in (generator.suffix, *WEIGHTS):
            candidate = generator.with_name(twin).with_suffix(suffix)
            if candidate.is_file():
                return candidate
    files = sorted(generator.parent.glob("D_*"))
    matching = [path for path in files if path.suffix.lower() in WEIGHTS]
    return matching[0] if len(matching) == 1 else None


def _order(path: Path) -> tuple[bool, int, str]:
    numbers = re.findall(r"\d+", path.stem)
    return "latest" in path.stem, int(numbers[-1]) if numbers else -1, path.name


def _auto(offline: bool) -> Base:
    try:
        return load_base(PREFERRED, offline=offline)
    except DownloadError as error:
        console.info(f"{PREFERRED} is not to be had ({store.reasons(error)}); using {EMBEDDED}")
        return load_base(EMBEDDED)


def _from_manifest(entry: store.Entry, folder: Path) -> Base:
    card = entry.base
    config = folder / ("config.json" if card.embedded else card.config or "")
    discriminator = folder / card.discriminator if card.discriminator else None
    stated = config if config.is_file() else None
    return _loaded(folder / card.generator, stated, entry, discriminator, name=entry.name)


def _from_address(name: str, address: str, known: Mapping[str, store.Entry], offline: bool) -> Base:
    """A known base from another address, or an unknown one that is then taken on trust and remembered."""
    file = _file_at(name, address, known)
    if name in known:
        prefix = address.rpartition("/")[0] if file else address
        return _from_manifest(known[name], store.fetch(name, offline=offline, source=prefix, check=_readable))
    folder = store.fetch_address(name, address, offline=offline, check=_readable)
    try:
        return _loaded(folder / file, None, None, name=name)
    except BaseError as error:  # it came from a stranger, and may be better there by now
        error.cure += f"; or delete {folder}, and it is fetched again"
        raise


def _readable(path: Path, name: str) -> None:
    """Raises BaseError for a file that nobody has published a hash of, if it is not what its name says."""
    if name.lower().endswith(WEIGHTS):
        read_checkpoint(path)
    elif name.lower().endswith(".json"):
        read_config(path)


def _address(text: str) -> tuple[str, str]:
    """NAME@ADDRESS taken apart; the address is "" for anything else."""
    name, _, address = text.partition("@")
    if not address.lower().startswith(("http://", "https://")):
        return name, ""
    try:
        urlsplit(address)
    except ValueError as error:
        raise BaseError(f"{address} is no address: {error}", cure="write NAME@https://…/G_0.pth") from error
    return name, _PAGE.sub(r"\1/resolve/", address)


def _file_at(name: str, address: str, known: Collection[str]) -> str:
    """The generator's file that an address ends in; "" for the folder of a known base."""
    last = urlsplit(address).path.rpartition("/")[2]
    is_file = last.lower().endswith(WEIGHTS)
    if name not in known and not is_file:
        raise BaseError(
            f"{name} is no name of `ffvits bases`, so the address must be that of its generator",
            cure=f"write {name}@https://…/G_0.pth",
        )
    if name not in known and not re.fullmatch(r"\w[\w.-]*", name):
        raise BaseError(
            f"{name!r} cannot be the name of a base", cure="use letters, digits, '-', '_' and '.', a letter first"
        )
    if name not in known and name in {entry.name for entry in store.entries()}:
        raise BaseError(f"{name} is the name of something else that ffvits fetches", cure="choose another name")
    return last if is_file else ""


def _on_disk(text: str, known: Collection[str]) -> Path:
    """The generator that a path names, or that lies in the folder which it names."""
    if not text:  # base: with nothing behind it, or --base "$BASE"; as a path it would be the working folder
        raise BaseError("the base is empty", cure=f"leave it out, or name one of: auto, {', '.join(known)}")
    path = path_of(text)
    if path.is_dir():
        return find_generator(path)
    if not path.exists():
        raise _unknown(text, path, list(known))
    return path


def _loaded(
    path: Path, config: Path | None, card: store.Entry | None, discriminator: Path | None = None, name: str = ""
) -> Base:
    found = _examined(path, config, card)
    for problem in found.problems:
        console.warn(f"{path.name}: {problem.message}")
    judge = discriminator or find_discriminator(path)
    ours = {} if card else _own_card(found)
    return Base(
        name=name or (card.name if card else _name_of(path)),
        config=found.config,
        generator=found.state,
        discriminator=_discriminator(judge) if judge else None,
        symbols=found.symbols,
        front_end=found.front_end or "",
        add_blank=found.add_blank,
        audio=found.audio,
        speakers=found.speakers,
        language=card.base.language if card else "zh",
        licence=card.licence if card else str(ours.get("licence") or ours.get("base_licence") or "not stated"),
        notes=card.notes if card else str(ours.get("notes") or ours.get("base_notes") or ""),
        path=path,
        octaves=found.octaves,
    )


def _examined(path: Path, config: Path | None, card: store.Entry | None, *, check_values: bool = False) -> Inspection:
    """What a generator's file is. Raises BaseError if it cannot be a base."""
    found = examine(path, config, card=card, check_values=check_values)
    if found.kind == "discriminator":
        raise BaseError(
            "this is a discriminator, not a voice", cure="name the generator (G_*.pth) beside it", file=path
        )
    for problem in found.problems:
        if problem.fatal:
            raise BaseError(problem.message, cure=problem.cure, file=path)
    return found


def _name_of(path: Path) -> str:
    """The file's own name; that of the run for a finished voice, whose file is called like every other's."""
    if path.name != "model.safetensors" or not path.with_name("voice.json").is_file():
        return path.stem
    return next((folder.name for folder in path.resolve().parents if folder.name not in _ANYONES), path.stem)


def _own_card(found: Inspection) -> Mapping[str, object]:
    """What the config in the file, or the one (a `voice.json` too) beside it, tells of where the weights come from."""
    inside = read_checkpoint(found.path).config if found.path.suffix == ".safetensors" else None
    ours = (inside or {}).get("ffvits")
    if inside is None and "config" in found.details:
        ours = read_config(Path(str(found.details["config"]))).ours
    ours = ours if isinstance(ours, Mapping) else {}
    card = ours.get("card")
    return {**ours, **card} if isinstance(card, Mapping) else ours


def _discriminator(path: Path, *, check_values: bool = False) -> Mapping[str, Tensor]:
    found = examine(path, check_values=check_values)
    if found.kind != "discriminator" or not found.usable:
        reason = found.problems[0].message if found.problems else f"it is a {found.kind}"
        raise BaseError(
            f"the discriminator beside the base cannot be used: {reason}",
            cure="remove it (training then starts a fresh one), or get it again",
            file=path,
        )
    return found.state


def _unknown(text: str, path: Path, known: list[str]) -> BaseError:
    if re.match("https?://", text, re.IGNORECASE):
        return BaseError(
            "a base by its address needs a name by which it is kept", cure=f"write it behind one: mine@{text}"
        )
    if path.suffix.lower() in WEIGHTS or len(path.parts) > 1:
        cure = "check the path; a run whose base was moved goes on with --base and where it lies now"
        return BaseError("there is no such file or folder", cure=cure, file=path.absolute())
    near = difflib.get_close_matches(text, known, n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"names: {', '.join(known)}; or give a G_*.pth or a folder"
    return BaseError(f"there is no base named {text!r}", cure=cure)
