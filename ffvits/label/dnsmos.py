"""DNSMOS's network in torch, for processors that multiply bfloat16: there it takes half of onnxruntime's time.

The published file is read as it comes, without the package that belongs to its format: an ONNX file is a protocol
buffer, and of it only the named constants are needed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ffvits.errors import FfvitsError
from ffvits.extras import install

STEP = 160  # samples from frame to frame; each is two steps long
_WIDTHS = (1, 128, 64, 64, 32, 32, 32, 64)  # channels in front of and behind each convolution
_POOLED = (3, 4, 5)  # convolutions behind which four neighbours become one
_DENSE = ("dense", "dense_1", "dense_3")
# Fields of the protocol buffers ModelProto, GraphProto and TensorProto.
_GRAPH, _CONSTANT, _DIMENSIONS, _KIND, _FLOATS, _NAME, _RAW = 7, 5, 1, 2, 4, 8, 9
_FLOAT32 = 1


class Dnsmos(nn.Module):
    """Samples at 16 kHz [(T + 1) * 160] and the number of frames T to the three raw scores, float32 [3]."""

    def __init__(self, constants: dict[str, np.ndarray]) -> None:
        super().__init__()
        for part in ("real", "imag"):
            self.register_buffer(part, _tensor(constants[f"time2freq/stft-{part}/kernel:0"])[:, :, 0].T.contiguous())
        self.convs = nn.ModuleList()
        for number, (ins, outs) in enumerate(itertools.pairwise(_WIDTHS)):
            conv, name = nn.Conv2d(ins, outs, 3, padding=1), f"conv2d_{number}" if number else "conv2d"
            conv.load_state_dict({k: _tensor(constants[f"{name}/{v}:0"]) for k, v in _PARTS.items()})
            self.convs.append(conv.to(torch.bfloat16, memory_format=torch.channels_last))
        self.dense = nn.ModuleList()
        for name in _DENSE:
            weight, bias = (_tensor(constants[f"{_PLACE}/{name}/{op}/ReadVariableOp/resource:0"]) for op in _OPERATIONS)
            layer = nn.Linear(*weight.shape)
            layer.load_state_dict({"weight": weight.T, "bias": bias})
            self.dense.append(layer)

    def forward(self, samples: Tensor, frames: int) -> Tensor:
        cut = samples[: (frames + 1) * STEP].unfold(0, 2 * STEP, STEP)
        power = (cut @ self.real).square() + (cut @ self.imag).square()
        x = power.clamp(min=1e-12).log10()[None, None].to(torch.bfloat16)
        for number, conv in enumerate(self.convs):
            x = functional.relu_(conv(x))
            if number in _POOLED:
                x = functional.max_pool2d(x, 2)
        x = x.amax(dim=(2, 3)).float()
        for number, layer in enumerate(self.dense):
            x = layer(functional.relu(x) if number else x)
        return x[0]

    @torch.inference_mode()
    def look(self, windows: np.ndarray, frames: int) -> np.ndarray:
        """Raw scores, float32 [N, 3], of the first so many frames of windows [N, T]."""
        return torch.stack([self(torch.from_numpy(window), frames) for window in windows]).numpy()


_PARTS = {"weight": "kernel", "bias": "bias"}
_PLACE, _OPERATIONS = "mos_estimator_logpow", ("MatMul", "BiasAdd")


def load(model: bytes) -> Dnsmos:
    """The network with the constants of the published ONNX file.

    Raises FfvitsError if they are not DNSMOS's.
    """
    try:
        return Dnsmos(dict(_constants(model))).eval()
    except (KeyError, IndexError, ValueError, RuntimeError) as error:
        raise FfvitsError(f"not the network of DNSMOS: {error}", cure=install("label", newer=True)) from error


def _constants(model: bytes) -> Iterator[tuple[str, np.ndarray]]:
    """The float constants of an ONNX model by name."""
    for graph in _fields(model, _GRAPH):
        for tensor in _fields(graph, _CONSTANT):
            (name,) = _fields(tensor, _NAME)
            if next(_fields(tensor, _KIND), 0) != _FLOAT32:
                continue
            raw = b"".join(_fields(tensor, _RAW)) or b"".join(_fields(tensor, _FLOATS))
            yield name.decode(), np.frombuffer(raw, np.float32).reshape([*_fields(tensor, _DIMENSIONS)])


def _fields(message: bytes, wanted: int) -> Iterator:
    """The values of one field of a protocol buffer, in order: bytes, or numbers."""
    place = 0
    while place < len(message):
        tag, place = _number(message, place)
        field, kind = tag >> 3, tag & 7
        if kind == 0:
            value, place = _number(message, place)
        else:
            size, place = _number(message, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
            value, place = message[place : place + size], place + size
        if field == wanted:
            yield value


def _number(message: bytes, place: int) -> tuple[int, int]:
    """A variable-length number at a place, and the place behind it."""
    value = shift = 0
    while True:
        byte = message[place]
        value, shift, place = value | (byte & 0x7F) << shift, shift + 7, place + 1
        if byte < 0x80:
            return value, place


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.copy())
