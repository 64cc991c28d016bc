"""Whisper weights of faster-whisper (CTranslate2 `model.bin`) in the form that openai-whisper loads.

Both hold the same tensors. CTranslate2 fuses the attention projections and drops nothing but the key bias, which
Whisper does not have; so the way back is a matter of names and slices, and no value changes.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import DownloadError

if TYPE_CHECKING:
    import numpy as np
    import torch

HEAD_SIZE = 64  # of every published Whisper: width / heads


def convert_folder(folder: Path, target: Path) -> None:
    """Writes the openai-whisper checkpoint of the CTranslate2 model in `folder` to `target`.

    Raises OSError if it cannot be written.
    """
    import torch

    state = openai_state(read_ct2(folder / "model.bin"))
    with target.open("wb") as file:  # torch cannot open paths with Chinese characters on some Windows versions
        try:
            torch.save({"dims": dimensions(state), "model_state_dict": state}, file)
        except RuntimeError as error:  # so its zip writer reports a full disk
            cause = error.__context__
            raise cause if isinstance(cause, OSError) else OSError(f"torch cannot write it: {error}") from error


def read_ct2(path: Path) -> dict[str, np.ndarray]:
    """All variables of a CTranslate2 binary model by name, float16 or float32, as views of one memory map.

    Layout (CTranslate2 model specification, binary version 6): version, specification name, revision; then each
    variable as name, rank, dimensions, type, byte count, bytes; then aliases. Strings carry a 16-bit length and end
    in NUL; numbers are little-endian. Raises DownloadError for quantised or foreign files.
    """
    import numpy as np

    content = np.memmap(path, dtype=np.uint8, mode="r")
    reader = _Reader(content)
    reader.number("I")
    specification = reader.text()
    reader.number("I")
    if specification != "WhisperSpec":
        raise DownloadError(f"this is a CTranslate2 {specification}, not a Whisper model", file=path)
    variables: dict[str, np.ndarray] = {}
    for _ in range(reader.number("I")):
        name = reader.text()
        shape = [reader.number("I") for _ in range(reader.number("B"))]
        kind = reader.number("B")
        block = reader.block(reader.number("I"))
        if kind not in (0, 4):
            if block.size <= 8:  # settings such as num_heads, not weights
                continue
            raise DownloadError(
                f"{name} is quantised; openai-whisper needs float16 or float32 weights",
                cure="use the engine faster-whisper with this model",
                file=path,
            )
        variables[name] = np.frombuffer(block, dtype=np.float32 if kind == 0 else np.float16).reshape(shape)
    for _ in range(reader.number("I")):
        alias = reader.text()
        variables[alias] = variables[reader.text()]
    return variables


class _Reader:
    def __init__(self, content: np.ndarray) -> None:
        self.content = content
        self.position = 0

    def block(self, size: int) -> np.ndarray:
        self.position += size
        return self.content[self.position - size : self.position]

    def number(self, kind: str) -> int:
        return struct.unpack(f"<{kind}", self.block(struct.calcsize(kind)).tobytes())[0]

    def text(self) -> str:
        return self.block(self.number("H")).tobytes().rstrip(b"\0").decode("utf-8")


def openai_state(variables: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """The same weights under openai-whisper's names."""
    import numpy as np
    import torch

    def tensor(name: str) -> torch.Tensor:
        return torch.from_numpy(np.array(variables[name]))

    state: dict[str, torch.Tensor] = {}

    def linear(target: str, source: str) -> None:
        state[f"{target}.weight"] = tensor(f"{source}/weight")
        state[f"{target}.bias"] = tensor(f"{source}/bias")

    def norm(target: str, source: str) -> None:
        state[f"{target}.weight"] = tensor(f"{source}/gamma")
        state[f"{target}.bias"] = tensor(f"{source}/beta")

    def fused(target: str, source: str, parts: tuple[str, ...]) -> None:
        weights, biases = tensor(f"{source}/weight").chunk(len(parts)), tensor(f"{source}/bias").chunk(len(parts))
        for part, weight, bias in zip(parts, weights, biases, strict=True):
            state[f"{target}.{part}.weight"] = weight.clone()
            if part != "key":
                state[f"{target}.{part}.bias"] = bias.clone()

    for layer in ("conv1", "conv2"):
        linear(f"encoder.{layer}", f"encoder/{layer}")
    state["encoder.positional_embedding"] = tensor("encoder/position_encodings/encodings")
    norm("encoder.ln_post", "encoder/layer_norm")
    state["decoder.token_embedding.weight"] = tensor("decoder/embeddings/weight")
    state["decoder.positional_embedding"] = tensor("decoder/position_encodings/encodings")
    norm("decoder.ln", "decoder/layer_norm")
    for side in ("encoder", "decoder"):
        for index in range(_depth(variables, side)):
            target, source = f"{side}.blocks.{index}", f"{side}/layer_{index}"
            fused(f"{target}.attn", f"{source}/self_attention/linear_0", ("query", "key", "value"))
            linear(f"{target}.attn.out", f"{source}/self_attention/linear_1")
            norm(f"{target}.attn_ln", f"{source}/self_attention/layer_norm")
            if side == "decoder":
                linear(f"{target}.cross_attn.query", f"{source}/attention/linear_0")
                fused(f"{target}.cross_attn", f"{source}/attention/linear_1", ("key", "value"))
                linear(f"{target}.cross_attn.out", f"{source}/attention/linear_2")
                norm(f"{target}.cross_attn_ln", f"{source}/attention/layer_norm")
            linear(f"{target}.mlp.0", f"{source}/ffn/linear_0")
            linear(f"{target}.mlp.2", f"{source}/ffn/linear_1")
            norm(f"{target}.mlp_ln", f"{source}/ffn/layer_norm")
    return state


def dimensions(state: dict[str, torch.Tensor]) -> dict[str, int]:
    """The `dims` of an openai-whisper checkpoint, read from the shapes of its weights."""
    vocabulary, width = state["decoder.token_embedding.weight"].shape
    audio_context, audio_width = state["encoder.positional_embedding"].shape
    return {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_vocab": vocabulary,
        "n_audio_ctx": audio_context,
        "n_audio_state": audio_width,
        "n_audio_head": audio_width // HEAD_SIZE,
        "n_audio_layer": _blocks(state, "encoder"),
        "n_text_ctx": state["decoder.positional_embedding"].shape[0],
        "n_text_state": width,
        "n_text_head": width // HEAD_SIZE,
        "n_text_layer": _blocks(state, "decoder"),
    }


def _depth(variables: dict[str, np.ndarray], side: str) -> int:
    layers = {name.split("/")[1] for name in variables if name.startswith(f"{side}/layer_") and name.count("/") > 2}
    return len(layers)


def _blocks(state: dict[str, torch.Tensor], side: str) -> int:
    return len({name.split(".")[2] for name in state if name.startswith(f"{side}.blocks.")})
