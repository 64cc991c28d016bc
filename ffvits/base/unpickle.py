"""A reader for the pickles of torch.save that can build containers, numbers, texts and tensors, and nothing else.

There is no code path from the file to a function of Python: of all names that a pickle may call, three and the types
of storages are understood, and each is answered here. Tensors are views of one private mapping of the file.
"""

from __future__ import annotations

import mmap
import struct
import zipfile
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
            start = self._start(info)
            if count == 0:
                self._cache[key] = torch.empty(0, dtype=dtype)
            else:
                self._cache[key] = torch.frombuffer(self.whole, dtype=dtype, count=count, offset=start)
        return self._cache[key]

    def _start(self, info: zipfile.ZipInfo) -> int:
        """Where the data of a record begins: its local header repeats the name and pads, to align the tensors."""
        head = info.header_offset
        name, padding = struct.unpack_from("<HH", self.whole, head + 26)
        start = head + 30 + name + padding
        if start + info.file_size > len(self.whole):
            raise Damaged(f"the record {info.filename} reaches beyond the end of the file")
        return start


class _Machine:
    """The stack machine of pickle's protocol 2, as far as torch.save uses it.

    A step leaves its result on the stack. The commonest steps stand in `run` itself: a checkpoint with its optimizer
    has a hundred thousand of them.
    """

    def __init__(self, code: bytes, records: _Records) -> None:
        self.code = code
        self.records = records
        self.stack: list = []

    def run(self) -> object:
        try:
            return self._run()
        except (IndexError, KeyError, TypeError, ValueError, struct.error, UnicodeDecodeError) as error:
            raise Damaged(f"its pickle breaks off or contradicts itself ({error})") from error

    def _run(self) -> object:
        code, stack, memo = self.code, self.stack, {}
        push = stack.append
        rare = {letter: getattr(self, name) for letter, name in _RARE.items()}
        at = 0
        while True:
            opcode = code[at]
            at += 1
            if opcode == 0x71:  # q: put away under a small number
                memo[code[at]] = stack[-1]
                at += 1
            elif opcode == 0x72:  # r: put away under a large number
                memo[_U4(code, at)[0]] = stack[-1]
                at += 4
            elif opcode == 0x68:  # h: fetch by a small number
                push(memo[code[at]])
                at += 1
            elif opcode == 0x6A:  # j: fetch by a large number
                push(memo[_U4(code, at)[0]])
                at += 4
            elif opcode == 0x4B:  # K: a number of one byte
                push(code[at])
                at += 1
            elif opcode == 0x4D:  # M: a number of two bytes
                push(_U2(code, at)[0])
                at += 2
            elif opcode == 0x4A:  # J: a number of four bytes
                push(_S4(code, at)[0])
                at += 4
            elif opcode == 0x58:  # X: a text
                end = at + 4 + _U4(code, at)[0]
                if end > len(code):
                    raise Damaged("its pickle ends too early")
                push(code[at + 4 : end].decode("utf-8", "surrogatepass"))
                at = end
            elif opcode == 0x28:  # (: a mark
                push(_MARK)
            elif opcode == 0x74:  # t: a tuple of everything since the mark
                push(tuple(self._since_mark()))
            elif opcode == 0x85:
                stack[-1:] = [(stack[-1],)]
            elif opcode == 0x86:
                stack[-2:] = [(stack[-2], stack[-1])]
            elif opcode == 0x87:
                stack[-3:] = [(stack[-3], stack[-2], stack[-1])]
            elif opcode == 0x52:  # R: a call
                self._call()
            elif opcode == 0x51:  # Q: a storage
                self._storage()
            elif opcode == 0x89:
                push(False)
            elif opcode == 0x29:
                push(())
            elif opcode == 0x2E:  # .: the end
                return stack.pop()
            else:
                step = rare.get(opcode)
                if step is None:
                    raise Unfamiliar(f"opcode {opcode:#x}")
                at = step(at)

    def _since_mark(self) -> list:
        stack = self.stack
        mark = len(stack) - 1
        while stack[mark] is not _MARK:
            mark -= 1
            if mark < 0:
                raise Damaged("its pickle contradicts itself")
        items = stack[mark + 1 :]
        del stack[mark:]
        return items

    def _call(self) -> None:
        arguments = self.stack.pop()
        call = self.stack.pop()
        if call is _TENSOR:
            self.stack.append(_tensor(*arguments[:4]))
        elif call is _ORDERED_DICT:
            self.stack.append(dict(*arguments))
        elif call is _PARAMETER:
            self.stack.append(arguments[0])
        else:
            raise Unfamiliar("a call of something else")

    def _storage(self) -> None:
        what, kind, key, _, count = self.stack.pop()
        if what != "storage":
            raise Unfamiliar("another kind of persistent object")
        self.stack.append(self.records.storage(key, kind, count))

    # The rarer steps: each takes the place after its opcode and returns the place of the next.
    def proto(self, at: int) -> int:
        if self.code[at] != 2:
            raise Unfamiliar("another protocol")
        return at + 1

    def none(self, at: int) -> int:
        self.stack.append(None)
        return at

    def true(self, at: int) -> int:
        self.stack.append(True)
        return at

    def long(self, at: int) -> int:
        end = at + 1 + self.code[at]
        self.stack.append(int.from_bytes(self.code[at + 1 : end], "little", signed=True))
        return end

    def float(self, at: int) -> int:
        self.stack.append(struct.unpack_from(">d", self.code, at)[0])
        return at + 8

    def dict(self, at: int) -> int:
        self.stack.append({})
        return at

    def list(self, at: int) -> int:
        self.stack.append([])
        return at

    def append(self, at: int) -> int:
        item = self.stack.pop()
        self.stack[-1].append(item)
        return at

    def appends(self, at: int) -> int:
        items = self._since_mark()
        self.stack[-1].extend(items)
        return at

    def setitem(self, at: int) -> int:
        key, value = self.stack[-2:]
        del self.stack[-2:]
        self.stack[-1][key] = value
        return at

    def setitems(self, at: int) -> int:
        items = self._since_mark()
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))
        return at

    def build(self, at: int) -> int:
        self.stack.pop()  # attributes of an OrderedDict: the versions of a module's buffers
        return at

    def name(self, at: int) -> int:
        end = self.code.index(b"\n", self.code.index(b"\n", at) + 1)
        module, name = self.code[at:end].decode().split("\n")
        if module == "torch" and name in _STORAGES:
            self.stack.append(_STORAGES[name])
        elif (found := _CALLS.get(f"{module} {name}")) is not None:
            self.stack.append(found)
        else:
            raise Unfamiliar(f"{module}.{name}")
        return end + 1


def _tensor(storage: Tensor, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """A view of a storage [N]; refused if it would reach outside."""
    last = offset
    empty = False
    for length, step in zip(size, stride, strict=True):
        if length < 0 or step < 0:
            raise Damaged("a tensor of impossible shape")
        last += (length - 1) * step
        empty = empty or length == 0
    if offset < 0 or (not empty and last >= storage.numel()):
        raise Damaged("a tensor reaches beyond its storage")
    return storage.as_strided(size, stride, offset)


_U2, _U4, _S4 = (struct.Struct(form).unpack_from for form in ("<H", "<I", "<i"))
_RARE = {
    0x80: "proto",
    0x4E: "none",
    0x88: "true",
    0x8A: "long",
    0x47: "float",
    0x7D: "dict",
    0x5D: "list",
    0x61: "append",
    0x65: "appends",
    0x73: "setitem",
    0x75: "setitems",
    0x62: "build",
    0x63: "name",
}
