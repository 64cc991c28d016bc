"""Reading somebody's checkpoint without trusting it: nothing in the file is executed, and nothing copied.

A `.pth` is a zip whose `data.pkl` names the functions that rebuild it. Our own reader (unpickle.py) knows what a state
dict needs. A file that asks for more has all its names read first, without running it; if they are harmless, torch's
`weights_only` reader opens it, else it is refused and the name is told. Weights stay mapped from the file.
"""

from __future__ import annotations

import codecs
import json
import mmap
import os
import pickletools
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ffvits.base.readahead import read_ahead
from ffvits.base.unpickle import Damaged, Unfamiliar, read_zip
from ffvits.errors import BaseError

if TYPE_CHECKING:
    from torch import Tensor

# What a state dict of torch needs, and no more: containers, tensors, storages.
_HARMLESS = re.compile(
    r"collections\.(OrderedDict|defaultdict|Counter)|torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_from_type_v2|"
    r"torch\.(\w+Storage|Tensor|Size|device|dtype|float\d+|bfloat16|u?int\d+|bool)|torch\.storage\.\w+Storage|"
    r"torch\.nn\.parameter\.Parameter|torch\.serialization\._get_layout|_codecs\.encode|builtins\.(bytearray|set)"
)
_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."  # the number that opens a .pth of torch before 1.6
_LARGEST_PICKLE = 64 << 20  # bytes; the pickle of a published training state is under 1 MB
# What a file can make zipfile, pickletools, safetensors and torch raise; none of it is a fault of ours.
_DAMAGE = (
    Damaged,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
# Kinds of numbers in a safetensors file that are mapped by us; the rarer ones are left to its library.
_KINDS = {"F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32"}
_REPEATED = 512 << 20  # bytes of numbers that tensors may say again (a row for all speakers, say); more is an attack
WEIGHTS = (".pth", ".pt", ".ckpt", ".safetensors")
_WRAPPERS = ("model", "weight", "state_dict", "generator", "net_g", "model_g")


class UnreadableCheckpoint(BaseError):
    """The file cannot be read as weights; `code` says why in one word, `strings` what its pickle names."""

    def __init__(self, code: str, message: str, *, cure: str, file: Path, strings: frozenset[str] = frozenset()):
        super().__init__(message, cure=cure, file=file)
        self.code = code
        self.strings = strings


@dataclass(frozen=True)
class Checkpoint:
    """The weights of a file under their own names, mapped from it, and what the file says beside them.

    `container` is torch-zip, torch-legacy or safetensors; `wrapper` the key that held the weights ("" for a bare
    state dict); `iteration` an EPOCH in checkpoints of the VITS family; `config` a config.json inside the file.
    """

    path: Path
    container: str
    wrapper: str
    tensors: Mapping[str, Tensor]
    iteration: int | None = None
    learning_rate: float | None = None
    has_optimizer: bool = False
    config: Mapping[str, object] | None = None
    others: tuple[str, ...] = field(default=())


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a .pth, .pt, .ckpt or .safetensors; what it is, its content decides, not its name.

    Tensors are views of the mapped file (private: writing to one does not write to the file). Raises
    UnreadableCheckpoint naming what is wrong and what to do.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UnreadableCheckpoint("missing", f"the checkpoint {what}", cure="check the path", file=path)
    try:
        return _read(path)
    except PermissionError as error:
        raise UnreadableCheckpoint(
            "missing", "the checkpoint may not be opened", cure="check its permissions", file=path
        ) from error
    except _DAMAGE as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise _unreadable(path, "truncated", f"the file is damaged or ends too early: {reason}") from error


def _read(path: Path) -> Checkpoint:
    with path.open("rb") as file:
        head = file.read(512)
        _refuse_foreign(path, head)
        # A safetensors file begins with the length of its header, which may look like the first bytes of any other.
        if head[4:9] == b"\0\0\0\0{":
            return _read_safetensors(path, head)
        if head.startswith(b"PK"):
            read_ahead(path)
            return _read_zip(path)
        if head.startswith(_LEGACY):
            return _read_legacy(path, file)
        if head.startswith(b"\x80"):
            file.seek(0)
            scan = scan_pickle(file)
            _refuse_globals(path, scan)
            raise _unreadable(
                path, "not-a-checkpoint", "this is a plain pickle, not a file of torch.save", scan.strings
            )
    return _read_safetensors(path, head)


def _refuse_foreign(path: Path, head: bytes) -> None:
    size = path.stat().st_size
    if size == 0:
        raise _unreadable(path, "empty", "the file is empty")
    text = head.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise _unreadable(path, "html", "this is a web page, not weights: the download got a login or an error page")
    if text.startswith(b"version https://git-lfs"):
        raise _unreadable(path, "lfs-pointer", "this is a Git LFS pointer: the weights themselves were not downloaded")
    if head.startswith((b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")):
        cure = "unpack it, and name the checkpoint (G_*.pth) that was in it"
        raise _unreadable(path, "not-a-checkpoint", "this is a packed archive (rar or 7z), not weights", cure=cure)
    if text.startswith((b"{", b"[")) and b'"' in text:
        cure = "name the checkpoint (G_*.pth) that it lies beside"
        raise _unreadable(path, "not-a-checkpoint", "this is JSON text, not weights", cure=cure)
    if re.match(rb"0\d", head[:2]) and head[2:4] == b"\x03\x04":
        raise _unreadable(
            path,
            "gpt-sovits",
            "this is a GPT-SoVITS model (its first two bytes are a version code): another architecture",
            cure="use a VITS checkpoint: GPT-SoVITS speaks from semantic tokens and has no text encoder of symbols",
        )
    if path.suffix.lower() == ".onnx" or (b"pytorch" in head[:64] and head[:1] == b"\x08"):
        raise _unreadable(path, "onnx", "this is an exported ONNX graph, which cannot be trained further")
    if size < 64:
        raise _unreadable(path, "truncated", f"the file has only {size} bytes")


def _unreadable(
    path: Path,
    code: str,
    message: str,
    strings: frozenset[str] = frozenset(),
    cure: str = "download it again (`ffvits bases` lists bases that are checked), or name another file",
) -> UnreadableCheckpoint:
    return UnreadableCheckpoint(code, message, cure=cure, file=path, strings=strings)


# ---- torch ----------------------------------------------------------------------------------------------------------


def _read_zip(path: Path) -> Checkpoint:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        pickles = [member for member in members if member.filename.endswith("/data.pkl")]
        if not pickles:
            names = ", ".join(member.filename for member in members[:3])
            inside = next((member.filename for member in members if member.filename.lower().endswith(WEIGHTS)), "")
            raise _unreadable(
                path,
                "not-a-checkpoint",
                f"this zip holds no weights of torch (it holds {names} …)",
                **({"cure": f"unpack it, and name {inside}"} if inside else {}),
            )
        # Weights shrink by a tenth; a bomb, which would fill the memory when unpacked, by more. Neither is unpacked.
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise _unreadable(
                path,
                "compressed",
                "somebody packed this zip again with compression, and torch never compresses",
                cure="unpack it and pack it without compression (zip -0 -r), or get the original file",
            )
        if pickles[0].file_size > _LARGEST_PICKLE:
            raise _unreadable(path, "zip-bomb", f"its pickle claims {pickles[0].file_size / 1e6:,.0f} MB")
        try:
            return _unwrapped(path, "torch-zip", read_zip(path, archive, pickles[0]))
        except Unfamiliar:
            with archive.open(pickles[0]) as file:
                scan = scan_pickle(file)
    _refuse_globals(path, scan)
    return _open_torch(path, "torch-zip", scan)


def _read_legacy(path: Path, file: IO[bytes]) -> Checkpoint:
    file.seek(0)
    scan = PickleScan(frozenset(), frozenset())
    for _ in range(5):  # magic number, protocol, machine, the object, the storages' names
        scan = scan.joined(scan_pickle(file))
    _refuse_globals(path, scan)
    return _open_torch(path, "torch-legacy", scan)


def _open_torch(path: Path, container: str, scan: PickleScan) -> Checkpoint:
    import pickle

    import torch

    # torch on Windows cannot map a file whose path is not ASCII; such a file is read instead.
    mapped = container == "torch-zip" and (os.name != "nt" or str(path).isascii())
    try:
        if mapped:
            content = torch.load(str(path), map_location="cpu", weights_only=True, mmap=True)
        else:
            with path.open("rb") as file:
                content = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        named = re.findall(r"GLOBAL ([\w.]+)", str(error))
        raise _unsafe(path, frozenset(named), scan.strings) from error
    return _unwrapped(path, container, content)


def _unwrapped(path: Path, container: str, content: object) -> Checkpoint:
    if isinstance(content, Mapping):
        if {"progress", "average"} <= content.keys():
            cure = "name its run folder instead: the best of its states is the voice that is finished there"
            raise _unreadable(path, "training-state", "this is a training state of ffvits, not a voice", cure=cure)
        for wrapper in (*_WRAPPERS, ""):
            tensors = content.get(wrapper) if wrapper else content
            if _is_state(tensors):
                _refuse_inflated(path, tensors)
                beside = content if wrapper else {}
                optimizer, rate, epoch = beside.get("optimizer"), beside.get("learning_rate"), beside.get("iteration")
                return Checkpoint(
                    path,
                    container,
                    wrapper,
                    {str(name): value for name, value in tensors.items()},
                    iteration=epoch if isinstance(epoch, int) else None,
                    learning_rate=float(rate) if isinstance(rate, int | float) else None,
                    has_optimizer=bool(optimizer),
                    others=tuple(str(key) for key in beside if key != wrapper),
                )
    kind = type(content).__name__
    keys = f" with the keys {', '.join(map(str, list(content)[:5]))}" if isinstance(content, Mapping) else ""
    raise _unreadable(path, "not-a-checkpoint", f"it holds a {kind}{keys}, and no weights in it")


def _is_state(value: object) -> bool:
    import torch

    return isinstance(value, Mapping) and bool(value) and all(isinstance(item, torch.Tensor) for item in value.values())


def _refuse_inflated(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """A tensor may show one number a billion times (a stride of zero), which costs nothing until somebody copies it."""
    claimed, size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values()), path.stat().st_size
    if claimed > size + _REPEATED:
        raise _unreadable(
            path, "zip-bomb", f"its tensors claim {claimed / 1e6:,.0f} MB of numbers and the file has {size / 1e6:,.1f}"
        )


# ---- pickles, read and not run --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PickleScan:
    """What a pickle would call (`names`, as module.name) and the texts in it, found without running it."""

    names: frozenset[str]
    strings: frozenset[str]

    def joined(self, other: PickleScan) -> PickleScan:
        return PickleScan(self.names | other.names, self.strings | other.strings)


def scan_pickle(file: IO[bytes]) -> PickleScan:
    """Reads one pickle's opcodes up to its STOP. Raises EOFError if it ends before."""
    names: set[str] = set()
    strings: set[str] = set()
    stack: list[str] = []  # the texts pushed so far: STACK_GLOBAL takes the last two
    memo: dict[int, str] = {}
    last = ""
    try:
        for opcode, argument, _ in pickletools.genops(file):
            if opcode.name in ("GLOBAL", "INST"):
                names.add(str(argument).replace(" ", ".", 1))
            elif opcode.name == "STACK_GLOBAL":
                names.add(".".join(stack[-2:]) or "?")
            elif isinstance(argument, str):
                last = argument
                stack.append(argument)
                strings.add(argument)
            elif opcode.name == "MEMOIZE":
                memo[len(memo)] = last
            elif opcode.name in ("BINPUT", "LONG_BINPUT"):
                memo[argument] = last
            elif opcode.name in ("BINGET", "LONG_BINGET") and argument in memo:
                stack.append(memo[argument])
    except (ValueError, UnicodeDecodeError, struct.error) as error:
        raise EOFError(str(error)) from error
    return PickleScan(frozenset(names), frozenset(strings))


def _refuse_globals(path: Path, scan: PickleScan) -> None:
    forbidden = frozenset(name for name in scan.names if not _HARMLESS.fullmatch(name))
    if forbidden:
        raise _unsafe(path, forbidden, scan.strings)


def _unsafe(path: Path, names: frozenset[str], strings: frozenset[str]) -> UnreadableCheckpoint:
    listed = ", ".join(sorted(names)[:4]) or "a function"
    return UnreadableCheckpoint(
        "unsafe-pickle",
        f"loading it would call {listed}, which weights do not need; it was not opened",
        cure="ask its author for a .safetensors, or for torch.save of the state dict alone",
        file=path,
        strings=strings,
    )


# ---- safetensors ----------------------------------------------------------------------------------------------------


def _read_safetensors(path: Path, head: bytes) -> Checkpoint:
    size = path.stat().st_size
    length = struct.unpack("<Q", head[:8])[0]
    if head[8:9] != b"{":
        raise _unreadable(path, "not-a-checkpoint", "this is neither a file of torch.save nor a safetensors file")
    if length > size - 8:
        raise _unreadable(path, "truncated", f"its header says {length:,} bytes and the file has {size:,}")
    from safetensors import SafetensorError, safe_open

    read_ahead(path)
    try:
        with safe_open(str(path), framework="pt", device="cpu") as file:
            metadata = file.metadata() or {}
            tensors = _mapped(path, length) or {name: file.get_tensor(name) for name in file.keys()}
    except SafetensorError as error:
        raise _unreadable(path, "truncated", f"the safetensors file is damaged: {error}") from error
    if not tensors:
        raise _unreadable(path, "not-a-checkpoint", "the safetensors file holds no tensors")
    iteration = metadata.get("iteration", "")
    return Checkpoint(
        path,
        "safetensors",
        "",
        tensors,
        iteration=int(iteration) if iteration.isdigit() else None,
        config=_config_inside(metadata),
        others=tuple(metadata),
    )


def _mapped(path: Path, length: int) -> dict[str, Tensor]:
    """The tensors of a safetensors file that its own library has examined, as views of one private mapping.

    Until every value is read, what that library gives costs a third more processor time from the system's cache, and
    twice as much from the disk. {} where a kind of number is rare or a tensor does not lie where its kind may.
    """
    import torch

    with path.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    header = json.loads(whole[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        kind = _KINDS.get(entry["dtype"])
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        dtype: torch.dtype | None = getattr(torch, kind) if kind else None
        if dtype is None or start % dtype.itemsize:
            return {}
        count = (end - start) // dtype.itemsize
        flat = torch.frombuffer(whole, dtype=dtype, count=count, offset=start) if count else torch.empty(0, dtype=dtype)
        tensors[name] = flat.view(entry["shape"])
    return tensors


def _config_inside(metadata: Mapping[str, str]) -> Mapping[str, object] | None:
    try:
        config = json.loads(metadata.get("config", ""))
    except ValueError:
        return None
    return config if isinstance(config, dict) else None
