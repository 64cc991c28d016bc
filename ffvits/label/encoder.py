"""Whisper's encoder in torch: for processors that multiply tiles of bfloat16, in half of CTranslate2's time in int8,
and for graphics cards that CTranslate2 cannot use.

A. Radford et al., "Robust speech recognition via large-scale weak supervision", 2022. The weights come from the file
that CTranslate2 reads, which goes on from the encoder's states to words.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

_VERSION = 6  # of CTranslate2's file
# Its numbers of the types in which encoders are kept as they were trained; int8, with its scales, is left to it.
_TYPES = {0: np.dtype("<f4"), 2: np.dtype("<i2"), 4: np.dtype("<f2")}
_PLACE = "encoder/"


class Encoder(nn.Module):
    """Log-mel spectrograms [B, M, T] in half precision, 100 frames a second, to states [B, T / 2, D]; T is even.

    At most 3000 frames.
    """

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        super().__init__()
        heads = int(weights["num_heads"])
        self.conv1, self.conv2 = _conv(weights, "conv1", stride=1), _conv(weights, "conv2", stride=2)
        self.register_buffer("positions", weights["position_encodings/encodings"])
        count = sum(name.endswith("/ffn/linear_0/weight") for name in weights)
        self.layers = nn.Sequential(*(_Layer(weights, f"layer_{number}/", heads) for number in range(count)))
        self.norm = _norm(weights, "layer_norm")

    def forward(self, mel: Tensor) -> Tensor:
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).transpose(1, 2)
        return self.norm(self.layers(x + self.positions[: x.shape[1]]))

    @torch.inference_mode()
    def states(self, mels: np.ndarray) -> np.ndarray:
        """Float32 states [B, T / 2, D] of spectrograms [B, M, T]; each is what it would be alone, bit for bit."""
        where = self.positions
        heard = [self(torch.from_numpy(mel[None]).to(where.device, where.dtype)).float() for mel in mels]
        return torch.cat(heard).cpu().numpy()


class _Layer(nn.Module):
    def __init__(self, weights: Mapping[str, Tensor], place: str, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = _norm(weights, f"{place}self_attention/layer_norm")
        self.qkv, self.out = (_linear(weights, f"{place}self_attention/linear_{n}") for n in (0, 1))
        self.mlp_norm = _norm(weights, f"{place}ffn/layer_norm")
        self.up, self.down = (_linear(weights, f"{place}ffn/linear_{n}") for n in (0, 1))

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        parts = self.qkv(self.attention_norm(x)).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(found.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(functional.gelu(self.up(self.mlp_norm(x))))


def load(model: Path, device: str = "cpu") -> Encoder | None:
    """The encoder of a `model.bin`, in bfloat16 on the processor and in float16 on a card.

    None if the file keeps it in a way that only CTranslate2 reads, or the card has no room for it.
    """
    half = torch.bfloat16 if device == "cpu" else torch.float16
    try:
        with model.open("rb") as file:
            # One by one: of a large network there is never a second copy in float32.
            weights = {name.removeprefix(_PLACE): _tensor(values).to(device, half) for name, values in _encoder(file)}
        return Encoder(weights).eval()
    except (KeyError, ValueError, RuntimeError, struct.error):
        return None


def _encoder(file: BinaryIO) -> Iterator[tuple[str, np.ndarray]]:
    """The encoder's variables by name; the decoder's are passed over."""
    version, _name, _revision, count = _number(file, "I"), _text(file), _number(file, "I"), _number(file, "I")
    if version != _VERSION:
        raise ValueError(f"version {version} of CTranslate2's files")
    for _ in range(count):
        name = _text(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        kind, size = _number(file, "B"), _number(file, "I")
        if name.startswith(_PLACE):
            yield name, np.frombuffer(file.read(size), _TYPES[kind]).reshape(shape)
        else:
            file.seek(size, 1)


def _number(file: BinaryIO, kind: str) -> int:
    return struct.unpack(f"<{kind}", file.read(struct.calcsize(kind)))[0]


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode("ascii")


def _conv(weights: Mapping[str, Tensor], place: str, stride: int) -> nn.Conv1d:
    outs, ins, taps = weights[f"{place}/weight"].shape
    return _filled(lambda: nn.Conv1d(ins, outs, taps, stride=stride, padding=taps // 2), weights, place)


def _linear(weights: Mapping[str, Tensor], place: str) -> nn.Linear:
    outs, ins = weights[f"{place}/weight"].shape
    return _filled(lambda: nn.Linear(ins, outs), weights, place)


def _norm(weights: Mapping[str, Tensor], place: str) -> nn.LayerNorm:
    return _filled(lambda: nn.LayerNorm(len(weights[f"{place}/gamma"])), weights, place, ("gamma", "beta"))


def _filled(
    make: Callable[[], nn.Module],
    weights: Mapping[str, Tensor],
    place: str,
    names: tuple[str, str] = ("weight", "bias"),
) -> nn.Module:
    # On no device, so that nothing is drawn for it; torch's own skip_init would load sympy and all that it needs.
    with torch.device("meta"):
        layer = make()
    values = (weights[f"{place}/{name}"] for name in names)
    layer.load_state_dict(dict(zip(("weight", "bias"), values, strict=True)), assign=True)
    return layer


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
