"""A reader for the pickles of torch.save that can build containers, numbers, texts and tensors, and nothing else.

There is no code path from the file to a function of Python: of all names a pickle may call, six are understood, and
each is answered here. torch's own `weights_only` reader is as strict but takes ten times as long, mostly because it
gives every tensor a storage object of its own; here tensors are views of one private mapping of the file.
"""

from __future__ import annotations

import mmap
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}
_MARK = object()
_ORDERED_DICT, _TENSOR, _PARAMETER = object(), object(), object()
_CALLS = {
    "collections OrderedDict": _ORDERED_DICT,
    "torch._utils _rebuild_tensor_v2": _TENSOR,
    "torch._utils _rebuild_parameter": _PARAMETER,
}


class Unfamiliar(Exception):
    """The pickle uses something that this reader does not know; it may be harmless, and it may not."""


class Damaged(Exception):
    """The file contradicts itself, for instance a tensor that reaches beyond its storage."""


def read_zip(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> object:
    """The object in a zip of torch.save, tensors mapped from the file. Raises Unfamiliar or Damaged."""
    prefix = member.filename.removesuffix("data.pkl")
    records = {info.filename: info for info in archive.infolist()}
    order = records.get(f"{prefix}byteorder")
    if order is not None and archive.read(order) != b"little":
        raise Unfamiliar("big-endian")
    with path.open("rb") as file:
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return _Machine(archive.read(member), _Records(whole, records, prefix)).run()


class _Records:
    """The storages of a zip as views of its mapping."""

    def __init__(self, whole: mmap.mmap, records: dict[str, zipfile.ZipInfo], prefix: str) -> None:
        self.whole = whole
        self.records = records
        self.prefix = prefix
        self._cache: dict[str, Tensor] = {}

    def storage(self, key: str, kind: str, count: int) -> Tensor:
        """All `count` numbers of one storage, [count]."""
        import torch

        if key not in self._cache:
            dtype: torch.dtype = getattr(torch, kind)
            info = self.records.get(f"{self.prefix}data/{key}")
            if info is None:
                raise Damaged(f"the storage {key} is missing")
            if info.compress_type != zipfile.ZIP_STORED:
                raise Unfamiliar("compressed")
            if count * dtype.itemsize > info.file_size:
                raise Damaged(f"the storage {key} is shorter than it says")
            # The local header repeats the name and may pad before the data, so that tensors are aligned.
            head = info.header_offset
            name, padding = struct.unpack_from("<HH", self.whole, head + 26)
            start = head + 30 + name + padding
            if start + info.file_size > len(self.whole):
                raise Damaged(f"the storage {key} reaches beyond the end of the file")
            if count == 0:
                self._cache[key] = torch.empty(0, dtype=dtype)
            else:
                self._cache[key] = torch.frombuffer(self.whole, dtype=dtype, count=count, offset=start)
        return self._cache[key]


class _Machine:
    """The stack machine of pickle's protocol 2, as far as torch.save uses it."""

    def __init__(self, code: bytes, records: _Records) -> None:
        self.code = code
        self.records = records
        self.at = 0
        self.stack: list = []
        self.memo: dict[int, object] = {}

    def run(self) -> object:
        steps: dict[int, Callable[[], None]] = {ord(letter): getattr(self, name) for letter, name in _STEPS.items()}
        code, stop = self.code, ord(".")
        try:
            while True:
                opcode = code[self.at]
                self.at += 1
                if opcode == stop:
                    return self.stack.pop()
                step = steps.get(opcode)
                if step is None:
                    raise Unfamiliar(f"opcode {opcode:#x}")
                step()
        except (IndexError, KeyError, TypeError, ValueError, struct.error, UnicodeDecodeError) as error:
            raise Damaged(f"its pickle breaks off or contradicts itself ({error})") from error

    def _take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.code):
            raise Damaged("its pickle ends too early")
        self.at += size
        return self.code[self.at - size : self.at]

    def _number(self, form: str) -> int:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _since_mark(self) -> list:
        mark = len(self.stack) - 1 - self.stack[::-1].index(_MARK)
        items = self.stack[mark + 1 :]
        del self.stack[mark:]
        return items

    # Each step is one opcode, under the letter that stands for it in _STEPS.
    def proto(self) -> None:
        if self._take(1) != b"\x02":
            raise Unfamiliar("another protocol")

    def mark(self) -> None:
        self.stack.append(_MARK)

    def none(self) -> None:
        self.stack.append(None)

    def true(self) -> None:
        self.stack.append(True)

    def false(self) -> None:
        self.stack.append(False)

    def int1(self) -> None:
        self.stack.append(self._take(1)[0])

    def int2(self) -> None:
        self.stack.append(self._number("<H"))

    def int4(self) -> None:
        self.stack.append(self._number("<i"))

    def long1(self) -> None:
        self.stack.append(int.from_bytes(self._take(self._take(1)[0]), "little", signed=True))

    def float8(self) -> None:
        self.stack.append(self._number(">d"))

    def text(self) -> None:
        self.stack.append(self._take(self._number("<I")).decode("utf-8", "surrogatepass"))

    def dict(self) -> None:
        self.stack.append({})

    def list(self) -> None:
        self.stack.append([])

    def tuple(self) -> None:
        self.stack.append(tuple(self._since_mark()))

    def tuple0(self) -> None:
        self.stack.append(())

    def tuple1(self) -> None:
        self.stack[-1:] = [(self.stack[-1],)]

    def tuple2(self) -> None:
        self.stack[-2:] = [tuple(self.stack[-2:])]

    def tuple3(self) -> None:
        self.stack[-3:] = [tuple(self.stack[-3:])]

    def put1(self) -> None:
        self.memo[self._take(1)[0]] = self.stack[-1]

    def put4(self) -> None:
        self.memo[self._number("<I")] = self.stack[-1]

    def get1(self) -> None:
        self.stack.append(self.memo[self._take(1)[0]])

    def get4(self) -> None:
        self.stack.append(self.memo[self._number("<I")])

    def append(self) -> None:
        item = self.stack.pop()
        self.stack[-1].append(item)

    def appends(self) -> None:
        items = self._since_mark()
        self.stack[-1].extend(items)

    def setitem(self) -> None:
        key, value = self.stack[-2:]
        del self.stack[-2:]
        self.stack[-1][key] = value

    def setitems(self) -> None:
        items = self._since_mark()
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))

    def build(self) -> None:
        self.stack.pop()  # attributes of an OrderedDict: the versions of a module's buffers

    def name(self) -> None:
        end = self.code.index(b"\n", self.code.index(b"\n", self.at) + 1)
        module, name = self._take(end - self.at).decode().split("\n")
        self.at += 1
        if module == "torch" and name in _STORAGES:
            self.stack.append(_STORAGES[name])
        elif (found := _CALLS.get(f"{module} {name}")) is not None:
            self.stack.append(found)
        else:
            raise Unfamiliar(f"{module}.{name}")

    def storage(self) -> None:
        what, kind, key, _, count = self.stack.pop()
        if what != "storage":
            raise Unfamiliar("another kind of persistent object")
        self.stack.append(self.records.storage(key, kind, count))

    def call(self) -> None:
        arguments = self.stack.pop()
        call = self.stack.pop()
        if call is _ORDERED_DICT:
            self.stack.append(dict(*arguments))
        elif call is _TENSOR:
            self.stack.append(_tensor(*arguments[:4]))
        elif call is _PARAMETER:
            self.stack.append(arguments[0])
        else:
            raise Unfamiliar("a call of something else")


def _tensor(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """A view of a storage [N]; refused if it would reach outside."""
    if len(size) != len(stride) or offset < 0 or min(size, default=0) < 0 or min(stride, default=0) < 0:
        raise Damaged("a tensor of impossible shape")
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if 0 not in size and last >= storage.numel():
        raise Damaged("a tensor reaches beyond its storage")
    return storage.as_strided(size, stride, offset)


_STEPS = {
    "\x80": "proto",
    "(": "mark",
    "N": "none",
    "\x88": "true",
    "\x89": "false",
    "K": "int1",
    "M": "int2",
    "J": "int4",
    "\x8a": "long1",
    "G": "float8",
    "X": "text",
    "}": "dict",
    "]": "list",
    "t": "tuple",
    ")": "tuple0",
    "\x85": "tuple1",
    "\x86": "tuple2",
    "\x87": "tuple3",
    "q": "put1",
    "r": "put4",
    "h": "get1",
    "j": "get4",
    "a": "append",
    "e": "appends",
    "s": "setitem",
    "u": "setitems",
    "b": "build",
    "c": "name",
    "Q": "storage",
    "R": "call",
}
