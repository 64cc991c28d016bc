"""What a set of weights is, from the names and shapes in it alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.errors import BaseError

if TYPE_CHECKING:
    from torch import Tensor

    from ffvits.vits.config import VitsConfig

Shapes = Mapping[str, tuple[int, ...]]
_NEEDED = ("enc_p.emb.weight", "enc_p.proj.weight", "dec.conv_pre.weight", "flow.flows.0.pre.weight")
_DILATIONS = {"1": (1, 3, 5), "2": (1, 3)}


@dataclass(frozen=True)
class Family:
    """A family of checkpoints. `why_not` is empty where ffvits can use it, else one sentence."""

    kind: str  # generator, discriminator or other
    dialect: str
    why_not: str = ""


@dataclass(frozen=True)
class Shape:
    """The architecture that weights show; `assumed` names what they cannot show, and the published value it got."""

    config: VitsConfig
    assumed: tuple[str, ...]


# The first whose pattern is found among the names decides.
_FAMILIES: tuple[tuple[str, str, str], ...] = (
    (
        r"model_g\.enc_p\.emb\.weight",
        "piper",
        "Piper reads espeak's phonemes, for which ffvits has no Mandarin front end",
    ),
    (r"text_encoder\.embed_tokens\.weight", "transformers", "the transformers port of VITS has other names and layers"),
    (r"(model_g\.)?waveform_decoder\..+", "coqui", "Coqui TTS has other names and its own table of characters"),
    (r"enc_p\.style_proj\.weight", "style-bert-vits2", "it speaks from BERT features and styles: another architecture"),
    (
        r"enc_p\.(tone_emb|language_emb|bert_proj|ja_bert_proj)\.weight",
        "bert-vits2",
        "it speaks from tones, languages and BERT features: another architecture",
    ),
    (
        r"enc_p\.ssl_proj\.weight|quantizer\.vq\..+|model\.ar_.+|ar_text_embedding\..+",
        "gpt-sovits",
        "GPT-SoVITS speaks from semantic tokens: another architecture",
    ),
    (
        r"enc_p\.emb_bert\.weight|enc_p\.bert_\w+\.weight",
        "vits_chinese",
        "it needs BERT prosody vectors for every symbol",
    ),
    (r"enc_p\.emo_proj\.weight", "emotional-vits", "it needs an emotion vector for every sentence"),
    (r"enc_p\.emb_(phone|pitch)\.weight", "rvc", "it converts voices (RVC) and has no text encoder"),
    (r"enc_p\.f0_emb\.weight|emb_uv\.weight", "so-vits-svc", "it converts singing voices and has no text encoder"),
    (r"enc_p\.emb\.weight", "vits", ""),
)


def recognise(names: Iterable[str]) -> Family:
    """The family that these parameter names belong to (or that the texts of a refused pickle speak of)."""
    joined = "\n".join(names)
    if re.search(r"^(module\.)?discriminators\.\d+\.convs\.0\.", joined, re.MULTILINE):
        return Family("discriminator", "vits")
    for pattern, dialect, why_not in _FAMILIES:
        if re.search(rf"^(?:module\.|_orig_mod\.)*(?:{pattern})$", joined, re.MULTILINE):
            return Family("generator", dialect, why_not)
    return Family("other", "unknown", "its parameters are not those of a VITS model")


def original_names(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """The same weights under the names of the original checkpoints, and what had to be done, in words.

    Prefixes of DDP and of torch.compile are cut, torch's newer weight-norm names become `weight_g`/`weight_v`, fused
    convolutions are split again, and half precision becomes float32.
    """
    import torch

    notes: list[str] = []
    state: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        short = re.sub(r"^(?:module\.|_orig_mod\.)+", "", name)
        short = short.replace("parametrizations.weight.original0", "weight_g")
        short = short.replace("parametrizations.weight.original1", "weight_v")
        if short in state:
            raise BaseError(f"the checkpoint holds {short} twice, once as {name}", cure="use the file it was made from")
        state[short] = tensor
    if any(short not in tensors for short in state):
        notes.append("names brought to the original form")
    widened = [name for name, tensor in state.items() if tensor.is_floating_point() and tensor.dtype != torch.float32]
    for name in widened:
        state[name] = state[name].float()
    if widened:
        notes.append(f"{len(widened)} tensors of lower precision widened to float32")
    return state, notes


def split_fused(state: dict[str, Tensor], wanted: Iterable[str]) -> list[str]:
    """Splits, in place, each plain `weight` where `wanted` has `weight_g` and `weight_v`; returns those layers."""
    import torch

    split: list[str] = []
    for name in wanted:
        layer, _, part = name.rpartition(".")
        if part == "weight_g" and name not in state and f"{layer}.weight" in state:
            weight = state.pop(f"{layer}.weight")
            state[f"{layer}.weight_v"] = weight
            state[name] = torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.dim())), keepdim=True)
            split.append(layer)
    return split


def shapes_of(tensors: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Names and shapes alone."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def infer_shape(shapes: Shapes, stated: Mapping[str, object] | None = None) -> Shape:
    """The VITS architecture of these shapes; `stated` (a config's `model` section) decides what they cannot show.

    Raises BaseError naming the first parameter that a VITS generator must have and this does not.
    """
    for name in _NEEDED:
        if name not in shapes:
            raise BaseError(f"the parameter {name} is missing", cure="use a complete generator (G_*.pth)")
    stated = dict(stated or {})
    n_vocab, hidden = shapes["enc_p.emb.weight"]
    layers = _count(shapes, r"enc_p\.encoder\.attn_layers\.(\d+)\.")
    head = shapes.get("enc_p.encoder.attn_layers.0.emb_rel_k", (1, 9, hidden // 2))[2]
    filters, _, kernel = shapes["enc_p.encoder.ffn_layers.0.conv_1.weight"]
    ups = [shapes[name] for name in _numbered(shapes, r"dec\.ups\.(\d+)\.weight(?:_v)?$")]
    block = "1" if any(name.startswith("dec.resblocks.0.convs1.") for name in shapes) else "2"
    part = "convs1" if block == "1" else "convs"
    blocks = [shapes[name][2] for name in _numbered(shapes, rf"dec\.resblocks\.(\d+)\.{part}\.0\.weight(?:_v)?$")]
    per_rate = len(blocks) // max(len(ups), 1)
    gin = _gin(shapes)
    found = {
        "n_vocab": n_vocab,
        "spec_channels": shapes["enc_q.pre.weight"][1] if "enc_q.pre.weight" in shapes else 513,
        "inter_channels": shapes["enc_p.proj.weight"][0] // 2,
        "hidden_channels": hidden,
        "filter_channels": filters,
        "n_heads": hidden // head,
        "n_layers": layers,
        "kernel_size": kernel,
        "resblock": block,
        "resblock_kernel_sizes": blocks[:per_rate],
        "upsample_initial_channel": shapes["dec.conv_pre.weight"][0],
        "upsample_kernel_sizes": [shape[2] for shape in ups],
        "gin_channels": gin,
        "n_speakers": shapes["emb_g.weight"][0] if "emb_g.weight" in shapes else 0,
        "use_sdp": "dp.flows.0.m" in shapes,
    }
    if {"pitch.proj.weight", "dec.proj.weight"} <= set(shapes):
        hop = (shapes["dec.proj.weight"][0] // 2 - 1) // 2
        found |= {"resblock": "2", "upsample_rates": [hop], "upsample_kernel_sizes": [2 * hop]}
        found |= {"decoder": "harmonic", "resblock_kernel_sizes": [3]}
        stated = {"upsample_rates": [hop], "resblock_dilation_sizes": [[1, 2]], **stated}
    return _completed(found, stated)


def _completed(found: dict[str, object], stated: dict[str, object]) -> Shape:
    from ffvits.vits.config import VitsConfig

    assumed = []
    for name in ("p_dropout", "n_layers_q", "use_spectral_norm"):
        if name in stated:
            found[name] = stated[name]
    kernels = found["upsample_kernel_sizes"]
    rates = stated.get("upsample_rates")
    if not isinstance(rates, list | tuple) or len(rates) != len(kernels):
        rates = [kernel // 2 for kernel in kernels]
        assumed.append(f"upsample_rates {rates}")
    found["upsample_rates"] = rates
    dilations = stated.get("resblock_dilation_sizes")
    blocks = found["resblock_kernel_sizes"]
    if not isinstance(dilations, list | tuple) or len(dilations) != len(blocks):
        dilations = [_DILATIONS[found["resblock"]]] * len(blocks)
        assumed.append(f"resblock_dilation_sizes {[list(d) for d in dilations]}")
    found["resblock_dilation_sizes"] = dilations
    return Shape(VitsConfig(**found), tuple(assumed))


def contradictions(found: VitsConfig, stated: Mapping[str, object]) -> list[tuple[str, object, object]]:
    """Each model argument that a config states and the weights refute: (name, what the weights show, what it says)."""
    shown = found.to_dict()
    differing = []
    for name, value in stated.items():
        seen = shown.get(name)
        if name in ("p_dropout", "n_layers_q", "use_spectral_norm", "resblock_dilation_sizes", "upsample_rates"):
            continue  # taken from the config, because weights do not show them
        value = list(value) if isinstance(value, tuple) else value
        if name == "resblock":
            value = str(value)
        if name == "gin_channels" and not seen and not found.n_speakers:
            continue  # published configs state it for models without speakers, too
        if seen != value:
            differing.append((name, seen, value))
    return differing


def _gin(shapes: Shapes) -> int:
    for name in ("emb_g.weight", "dec.cond.weight", "enc_q.enc.cond_layer.weight_v", "dp.cond.weight"):
        if name in shapes:
            return shapes[name][1]
    return 0


def _numbered(shapes: Shapes, pattern: str) -> list[str]:
    found = {int(match[1]): name for name in shapes if (match := re.match(pattern, name))}
    return [found[index] for index in sorted(found)]


def _count(shapes: Shapes, pattern: str) -> int:
    return len({match[1] for name in shapes if (match := re.match(pattern, name))})
