"""The networks of a voice as ONNX: split as MoeVoiceStudio and our own backend want them, and as one model."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ffvits.export.folder import Refused
from ffvits.extras import install
from ffvits.vits.alignment import path_of_durations, spread
from ffvits.vits.layers import sequence_mask
from ffvits.vits.source import STATE

if TYPE_CHECKING:
    from ffvits.vits import Vits

OPSET = 17
LARGE = 1024  # values that a weight must have for `small` to touch it


class _Encoder(nn.Module):
    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.enc_p = model.enc_p

    def forward(self, x: Tensor, x_lengths: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        text = self.enc_p(x, x_lengths)
        return text.hidden, text.mean, text.logs, text.mask


class _Durations(nn.Module):
    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.dp = model.dp

    def forward(self, x: Tensor, x_mask: Tensor, zin: Tensor, g: Tensor | None = None) -> Tensor:
        # A predictor without noise keeps the input all the same: programs feed it to either kind.
        return self.dp.shaped(x, x_mask, zin, g) + 0 * zin[:, :1]


class _Flow(nn.Module):
    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.model = model

    def forward(self, z_p: Tensor, y_mask: Tensor, g: Tensor | None = None) -> Tensor:
        return self.model.latent(self.model.flow(z_p, y_mask, g, reverse=True), y_mask, g)


class _Decoder(nn.Module):
    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.dec = model.dec

    def forward(self, z_in: Tensor, before: Tensor, after: Tensor, g: Tensor | None = None) -> Tensor:
        return self.dec(z_in, g, before, after)


class _Piper(nn.Module):
    """`_Whole` with the three scales in one input, and one more dimension in what comes out."""

    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.whole = _Whole(model)

    def forward(self, x: Tensor, x_length: Tensor, scales: Tensor, sid: Tensor | None = None) -> Tensor:
        return self.whole(x, x_length, scales[0:1], scales[1:2], scales[2:3], sid).unsqueeze(1)


class _Speakers(nn.Module):
    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.emb_g = model.emb_g

    def forward(self, sid: Tensor) -> Tensor:
        return self.emb_g(sid)


class _Whole(nn.Module):
    """Text to sound in one graph; what is random is drawn inside it. Batches of one."""

    def __init__(self, model: Vits) -> None:
        super().__init__()
        self.model = model

    def forward(
        self,
        x: Tensor,
        x_length: Tensor,
        noise_scale: Tensor,
        length_scale: Tensor,
        noise_scale_w: Tensor,
        sid: Tensor | None = None,
    ) -> Tensor:
        model = self.model
        g = None
        if model.config.has_speakers:
            # An only speaker is not asked for: programs drop the number where there is nothing to choose.
            g = model.emb_g(torch.zeros(1, dtype=torch.long) if sid is None else sid).unsqueeze(-1)
        text = model.enc_p(x, x_length)
        noise = torch.randn_like(text.mask.expand(-1, 2, -1)) * noise_scale_w
        log_frames = model.dp.shaped(text.hidden, text.mask, noise, g) + 0 * noise[:, :1]  # see _Durations
        frames = torch.ceil(torch.exp(log_frames) * text.mask * length_scale)
        lengths = frames.sum((1, 2)).clamp(min=1).long()
        size = lengths.max()
        mask = sequence_mask(lengths, size)
        path = path_of_durations(frames, size)
        mean, logs = spread(path, text.mean), spread(path, text.logs)
        z_p = mean + torch.randn_like(mean) * torch.exp(logs) * noise_scale
        z = model.flow(z_p, mask, g, reverse=True) * mask
        return model.dec(model.latent(z, mask, g), g)


def split(model: Vits) -> dict[str, bytes]:
    """enc_p, dp, flow, dec and, for a model with speakers, emb: each an ONNX file's bytes. `model` is fused.

    Inputs and outputs are named as MoeVoiceStudio names them; dec also takes `before` and `after` (see `Decoder`),
    which are 0 where they are not given. The metadata of dec hold `hop_length`, `reach` and `work`, those of flow its
    `reach`.
    """
    config = model.config
    hidden, inter = config.hidden_channels, config.inter_channels
    g = torch.zeros(1, config.gin_channels, 1) if config.has_speakers else None
    x, mask = torch.ones(1, 7, dtype=torch.long), torch.ones(1, 1, 7)
    zero = torch.tensor(0)
    z = torch.randn(1, inter, 40)
    latent = torch.randn(1, inter + (STATE if config.sings else 0), 40)
    networks = {
        "enc_p": _exported(
            _Encoder(model),
            {"x": x, "x_lengths": torch.tensor([7])},
            ["xout", "m_p", "logs_p", "x_mask"],
            {"x": [0, 1], "x_lengths": [0], "xout": [0, 2], "m_p": [0, 2], "logs_p": [0, 2], "x_mask": [0, 2]},
        ),
        "dp": _exported(
            _Durations(model),
            {"x": torch.randn(1, hidden, 7), "x_mask": mask, "zin": torch.randn(1, 2, 7), "g": g},
            ["logw"],
            {"x": [0, 2], "x_mask": [0, 2], "zin": [0, 2], "logw": [0, 2]},
        ),
        "flow": _exported(
            _Flow(model),
            {"z_p": z, "y_mask": torch.ones(1, 1, 40), "g": g},
            ["z"],
            {"z_p": [0, 2], "y_mask": [0, 2], "z": [0, 2]},
            metadata={"reach": model.flow_reach},
        ),
        "dec": _exported(
            _Decoder(model),
            {"z_in": latent, "before": zero, "after": zero, "g": g},
            ["o"],
            {"z_in": [0, 2], "o": [0, 2]},
            metadata={"hop_length": config.hop_length, "reach": model.dec.reach.frames, "work": model.dec.work},
            optional=("before", "after"),
        ),
    }
    if config.has_speakers:
        networks["emb"] = _exported(_Speakers(model), {"sid": torch.tensor([0])}, ["g"], {})
    return networks


def whole(model: Vits, metadata: Mapping[str, object]) -> bytes:
    """One graph from symbol ids to sound, in the form that sherpa-onnx reads: its inputs, `y` [1, 1, T].

    `sid` is an input of voices of several speakers only.
    """
    inputs = {
        "x": torch.ones(1, 9, dtype=torch.long),
        "x_length": torch.tensor([9]),
        "noise_scale": torch.tensor([0.5]),
        "length_scale": torch.tensor([1.0]),
        "noise_scale_w": torch.tensor([0.5]),
        "sid": torch.tensor([0]) if model.config.n_speakers > 1 else None,
    }
    return _exported(_Whole(model), inputs, ["y"], {"x": [0, 1], "x_length": [0], "y": [0, 2]}, metadata=metadata)


def piper(model: Vits) -> bytes:
    """One graph as piper reads it: input, input_lengths, scales (noise, length, noise_w) -> [1, 1, 1, T].

    Of several speakers also sid.
    """
    inputs = {
        "input": torch.ones(1, 9, dtype=torch.long),
        "input_lengths": torch.tensor([9]),
        "scales": torch.tensor([0.5, 1.0, 0.5]),
        "sid": torch.tensor([0]) if model.config.n_speakers > 1 else None,
    }
    axes = {"input": [0, 1], "input_lengths": [0], "output": [0, 3]}
    return _exported(_Piper(model), inputs, ["output"], axes)


def _exported(
    module: nn.Module,
    inputs: Mapping[str, Tensor | None],
    outputs: Sequence[str],
    axes: Mapping[str, list[int]],
    *,
    metadata: Mapping[str, object] | None = None,
    optional: Sequence[str] = (),
) -> bytes:
    """Traces a module; inputs that are None are left out, `optional` ones get their example as default."""
    onnx = onnx_package()
    given = {name: tensor for name, tensor in inputs.items() if tensor is not None}
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        # Of torch's two exporters the older one traces lengths that depend on data, with no package but onnx.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            tuple(given.values()),
            buffer,
            input_names=list(given),
            output_names=list(outputs),
            dynamic_axes=dict(axes),
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load_model_from_string(buffer.getvalue())
    for name in optional:
        graph.graph.initializer.append(onnx.numpy_helper.from_array(given[name].numpy(), name))
    for key, value in (metadata or {}).items():
        graph.metadata_props.add(key=key, value=str(value))
    return graph.SerializeToString()


def small(network: bytes, precision: str) -> bytes:
    """The same network with its larger weights kept as float16 or int8, and widened again when it is loaded.

    int8 has one scale for each output channel; tables that are no weights (Fourier transforms) are float16 in either.
    Only `Cast` and `Mul` on constants are added, which every runtime folds while it loads: the file is smaller, the
    sums are float32 still, and as fast. float32 changes nothing.
    """
    import numpy as np

    if precision == "float32":
        return network
    onnx = onnx_package()
    model = onnx.load_model_from_string(network)
    graph, kept, added = model.graph, [], []

    def large(values: np.ndarray) -> bool:
        return values.dtype == np.float32 and values.size >= LARGE and values.ndim >= 2

    def halve(name: str, values: np.ndarray) -> None:
        kept.append(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        added.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))

    others = []
    for node in graph.node:
        values = onnx.numpy_helper.to_array(node.attribute[0].t) if node.op_type == "Constant" else np.zeros(0)
        if large(values):
            halve(node.output[0], values)
        else:
            others.append(node)
    for tensor in graph.initializer:
        values, name = onnx.numpy_helper.to_array(tensor), tensor.name
        if not large(values):
            kept.append(tensor)
            continue
        if precision == "float16":
            halve(name, values)
            continue
        scale = np.abs(values).max(axis=tuple(range(1, values.ndim)), keepdims=True) / 127
        scale[scale == 0] = 1
        kept.append(onnx.numpy_helper.from_array(np.round(values / scale).astype(np.int8), f"{name}.int8"))
        kept.append(onnx.numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"))
        added.append(onnx.helper.make_node("Cast", [f"{name}.int8"], [f"{name}.wide"], to=onnx.TensorProto.FLOAT))
        added.append(onnx.helper.make_node("Mul", [f"{name}.wide", f"{name}.scale"], [name]))
    nodes = [*added, *others]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    return model.SerializeToString()


def onnx_package():
    """The package `onnx`. Raises Refused if it is not installed."""
    try:
        import onnx
    except ImportError as error:
        raise Refused("exporting to ONNX needs the package onnx", cure=install("export")) from error
    return onnx


def write(folder: Path, name: str, networks: Mapping[str, bytes]) -> None:
    """Writes each network as `NAME_part.onnx`."""
    from ffvits.files import replacing

    for part, content in networks.items():
        with replacing(folder / f"{name}_{part}.onnx") as temporary:
            temporary.write_bytes(content)
