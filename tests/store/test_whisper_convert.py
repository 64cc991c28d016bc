"""A small random Whisper, written as CTranslate2 writes it, comes back as openai-whisper's own model."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import torch
from loopback import make_file, sha256

from ffvits.errors import DownloadError
from ffvits.store import Manifest, Store
from ffvits.store.manifest import Entry
from ffvits.store.whisper_convert import convert_folder, dimensions, openai_state, read_ct2

DIMS = {
    "n_mels": 80,
    "n_audio_ctx": 20,
    "n_audio_state": 128,
    "n_audio_head": 2,
    "n_audio_layer": 2,
    "n_vocab": 50,
    "n_text_ctx": 12,
    "n_text_state": 128,
    "n_text_head": 2,
    "n_text_layer": 3,
}


@pytest.fixture(scope="module")
def original() -> dict[str, torch.Tensor]:
    """openai-whisper's state dict, filled with random halves."""
    model = pytest.importorskip("whisper.model")
    torch.manual_seed(1)
    state = model.Whisper(model.ModelDimensions(**DIMS)).state_dict()
    return {name: torch.randn_like(tensor).half() for name, tensor in state.items()}


def ct2_variables(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """CTranslate2's names: projections fused, a key bias of zeros, embeddings beside the output layer."""
    found = {}

    def put(target: str, source: str, kind: str = "linear") -> None:
        ends = ("weight", "bias") if kind == "linear" else ("gamma", "beta")
        found[f"{target}/{ends[0]}"], found[f"{target}/{ends[1]}"] = state[f"{source}.weight"], state[f"{source}.bias"]

    def fuse(target: str, source: str, parts: tuple[str, ...]) -> None:
        found[f"{target}/weight"] = torch.cat([state[f"{source}.{part}.weight"] for part in parts])
        zero = torch.zeros(128, dtype=torch.float16)
        found[f"{target}/bias"] = torch.cat([state.get(f"{source}.{part}.bias", zero) for part in parts])

    for name in ("conv1", "conv2"):
        put(f"encoder/{name}", f"encoder.{name}")
    found["encoder/position_encodings/encodings"] = state["encoder.positional_embedding"]
    found["decoder/position_encodings/encodings"] = state["decoder.positional_embedding"]
    found["decoder/embeddings/weight"] = state["decoder.token_embedding.weight"]
    put("encoder/layer_norm", "encoder.ln_post", "norm")
    put("decoder/layer_norm", "decoder.ln", "norm")
    for side, count in (("encoder", 2), ("decoder", 3)):
        for i in range(count):
            ours, theirs = f"{side}/layer_{i}", f"{side}.blocks.{i}"
            fuse(f"{ours}/self_attention/linear_0", f"{theirs}.attn", ("query", "key", "value"))
            put(f"{ours}/self_attention/linear_1", f"{theirs}.attn.out")
            put(f"{ours}/self_attention/layer_norm", f"{theirs}.attn_ln", "norm")
            if side == "decoder":
                put(f"{ours}/attention/linear_0", f"{theirs}.cross_attn.query")
                fuse(f"{ours}/attention/linear_1", f"{theirs}.cross_attn", ("key", "value"))
                put(f"{ours}/attention/linear_2", f"{theirs}.cross_attn.out")
                put(f"{ours}/attention/layer_norm", f"{theirs}.cross_attn_ln", "norm")
            put(f"{ours}/ffn/linear_0", f"{theirs}.mlp.0")
            put(f"{ours}/ffn/linear_1", f"{theirs}.mlp.2")
            put(f"{ours}/ffn/layer_norm", f"{theirs}.mlp_ln", "norm")
    return found


def ct2_file(variables: dict[str, torch.Tensor], *, specification: str = "WhisperSpec", kind: int = 4) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    parts = [struct.pack("<I", 6), text(specification), struct.pack("<II", 3, len(variables) + 1)]
    for name, tensor in variables.items():
        raw = tensor.numpy().tobytes()
        shape = struct.pack(f"<B{tensor.dim()}I", tensor.dim(), *tensor.shape)
        parts += [text(name), shape, struct.pack("<BI", kind, len(raw)), raw]
    parts += [text("encoder/num_heads"), struct.pack("<BBI", 0, 2, 2), struct.pack("<h", 2)]  # a setting, int16
    parts += [struct.pack("<I", 1), text("decoder/projection/weight"), text("decoder/embeddings/weight")]
    return b"".join(parts)


def test_every_tensor_comes_back_bit_for_bit(original, tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(ct2_file(ct2_variables(original)))
    state = openai_state(read_ct2(tmp_path / "model.bin"))
    assert state.keys() == original.keys()
    assert all(torch.equal(state[name], original[name]) for name in original)
    assert dimensions(state) == DIMS


def test_openai_whisper_loads_the_result(original, tmp_path: Path):
    whisper = pytest.importorskip("whisper")
    (tmp_path / "model.bin").write_bytes(ct2_file(ct2_variables(original)))
    convert_folder(tmp_path, tmp_path / "小.pt")
    model = whisper.load_model(str(tmp_path / "小.pt"))
    assert torch.equal(model.decoder.ln.weight.half(), original["decoder.ln.weight"])


@pytest.mark.parametrize(
    ("options", "message"), [({"specification": "TransformerSpec"}, "not a Whisper"), ({"kind": 1}, "quantised")]
)
def test_foreign_and_quantised_models_are_refused(original, tmp_path: Path, options, message):
    (tmp_path / "model.bin").write_bytes(ct2_file(ct2_variables(original), **options))
    with pytest.raises(DownloadError, match=message):
        read_ct2(tmp_path / "model.bin")


def test_the_store_converts_where_the_official_file_is_out_of_reach(original, web, tmp_path: Path):
    content = ct2_file(ct2_variables(original))
    small = make_file(web.serve("/model.bin", content), name="model.bin", content=content)
    openai = make_file(web.says("/small.pt", 404), "convert:openai-whisper:small", name="small.pt")
    entries = {
        "small": Entry("small", "asr", "", "MIT", (small,)),
        "small-openai": Entry("small-openai", "asr", "", "MIT", (openai,)),
    }
    store = Store(Manifest(entries), tmp_path)
    path = store.fetch("small-openai") / "small.pt"
    assert torch.load(path, weights_only=True)["dims"] == DIMS
    made = sha256(path.read_bytes())
    web.pages.clear()
    assert sha256((store.fetch("small-openai", offline=True) / "small.pt").read_bytes()) == made
    assert store.is_cached("small-openai")
    path.write_bytes(b"damaged")
    assert sha256((store.fetch("small-openai", offline=True) / "small.pt").read_bytes()) == made


@pytest.mark.parametrize("source", [None, "a folder"])
def test_a_disk_that_fills_up_while_a_file_is_made_here_is_told(original, web, tmp_path: Path, full_disk, source):
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "small.pt").write_bytes(bytes(100_000))
    content = ct2_file(ct2_variables(original))
    small = make_file(web.serve("/model.bin", content), name="model.bin", content=content)
    openai = make_file("convert:openai-whisper:small", name="small.pt")
    entries = {name: Entry(name, "asr", "", "MIT", (file,)) for name, file in (("small", small), ("openai", openai))}
    store = Store(Manifest(entries), tmp_path)
    store.fetch("small")
    with full_disk(20_000), pytest.raises(DownloadError, match=r"no room for small\.pt") as caught:
        store.fetch("openai", source=source and str(tmp_path / source))
    assert "free some space" in caught.value.cure
    assert not [file.name for file in store.place("openai").iterdir() if file.name.startswith("small.pt")]
