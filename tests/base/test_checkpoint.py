"""The reader: the same tensors as torch's, mapped and private; damage is named, never executed, never a crash."""

from __future__ import annotations

import io
import pickle
import zipfile
from functools import lru_cache
from pathlib import Path

import pytest
import safetensors.torch
import torch
from checkpoints import save, small_model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ffvits.base.checkpoint import UnreadableCheckpoint, read_checkpoint, scan_pickle
from ffvits.base.inspect import examine

TENSORS = {
    "plain": torch.arange(12.0).view(3, 4),
    "transposed": torch.arange(12.0).view(3, 4).t(),
    "slice of a shared storage": torch.arange(20.0)[4:10],
    "scalar": torch.tensor(2.5),
    "empty": torch.empty(0, 5),
    "repeated": torch.ones(1).expand(7, 3),
    "half": torch.randn(4).half(),
    "bfloat16": torch.randn(4).bfloat16(),
    "double": torch.randn(4).double(),
    "long": torch.arange(5),
    "bool": torch.tensor([True, False]),
}


@pytest.mark.parametrize("new_format", [True, False])
def test_tensors_are_those_that_torch_reads(tmp_path: Path, new_format):
    path = tmp_path / "检查点.pth"
    content = {"model": TENSORS, "iteration": 7, "optimizer": None, "learning_rate": 2e-4}
    torch.save(content, path, _use_new_zipfile_serialization=new_format)
    found = read_checkpoint(path)
    assert found.container == ("torch-zip" if new_format else "torch-legacy")
    assert (found.iteration, found.learning_rate, found.has_optimizer) == (7, 2e-4, False)
    reference = torch.load(path, weights_only=True)["model"]
    for name, tensor in found.tensors.items():
        assert tensor.dtype == reference[name].dtype
        assert tensor.stride() == reference[name].stride()
        assert torch.equal(tensor, reference[name])


def test_what_torch_itself_saves_is_read_without_torchs_reader(tmp_path: Path, monkeypatch):
    model = small_model(20, 3)
    optimizer = torch.optim.AdamW(model.parameters())
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    path = save(tmp_path / "G_5.pth", model.state_dict(), optimizer=optimizer.state_dict(), epoch=3)
    monkeypatch.setattr(torch, "load", None)
    found = read_checkpoint(path)
    assert found.has_optimizer
    assert all(torch.equal(found.tensors[name], tensor) for name, tensor in model.state_dict().items())


def test_parameters_and_prefixes_are_read_too(tmp_path: Path):
    path = tmp_path / "G.pth"
    torch.save({"a": torch.nn.Parameter(torch.ones(2))}, path)
    assert torch.equal(read_checkpoint(path).tensors["a"], torch.ones(2))


def test_writing_to_a_tensor_does_not_write_to_the_file(tmp_path: Path):
    path = save(tmp_path / "G_5.pth", {"a": torch.zeros(1000)})
    before = path.read_bytes()
    read_checkpoint(path).tensors["a"].add_(1)
    assert path.read_bytes() == before
    assert float(read_checkpoint(path).tensors["a"].sum()) == 0


def test_tensors_outlive_the_reader_and_the_files_name(tmp_path: Path):
    path = save(tmp_path / "G_5.pth", {"a": torch.arange(1000.0)})
    tensor = read_checkpoint(path).tensors["a"]
    path.rename(tmp_path / "moved.pth")
    assert float(tensor.sum()) == 499500


def _rewritten(path: Path, change: dict[str, bytes]) -> None:
    """The same zip with some members replaced."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    prefix = next(iter(members)).split("/")[0]
    members |= {f"{prefix}/{name}": content for name, content in change.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _pickle_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl")))


def test_a_storage_shorter_than_its_tensor_is_damage(tmp_path: Path):
    path = save(tmp_path / "G_5.pth", {"a": torch.zeros(100)})
    _rewritten(path, {"data/0": bytes(399)})
    with pytest.raises(UnreadableCheckpoint, match="shorter than it says") as caught:
        read_checkpoint(path)
    assert caught.value.code == "truncated"


@pytest.mark.parametrize("length", [101, 200])
def test_a_tensor_beyond_its_storage_is_damage(tmp_path: Path, length):
    path = save(tmp_path / "G_5.pth", {"a": torch.zeros(100)})
    # The shape (100,) is written K 'd' in the pickle, the storage's count as well: only the shape grows.
    code = _pickle_of(path)
    place = code.rindex(b"Kd")
    _rewritten(path, {"data.pkl": code[:place] + b"K" + bytes([length]) + code[place + 2 :]})
    with pytest.raises(UnreadableCheckpoint, match="beyond its storage"):
        read_checkpoint(path)


def test_a_zip_packed_again_with_compression_is_refused(tmp_path: Path):
    path = save(tmp_path / "G_5.pth", {"a": torch.randn(20000)})  # large enough that the file becomes smaller
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableCheckpoint) as caught:
        read_checkpoint(path)
    assert caught.value.code == "compressed"


# Protocol 2 pickles that call something, written by hand so that nothing has to exist here.
NAMES = ("os system", "nt system", "builtins eval", "subprocess Popen", "torch._utils _rebuild_anything_else extra")


@pytest.mark.parametrize("name", NAMES)
def test_any_other_name_is_refused_and_told(tmp_path: Path, name):
    module, _, function = name.partition(" ")
    path = save(tmp_path / "G_5.pth", {"a": torch.zeros(2)})
    code = b"\x80\x02c" + f"{module}\n{function}\n".encode() + b"X\x02\x00\x00\x00ls\x85R."
    _rewritten(path, {"data.pkl": code})
    with pytest.raises(UnreadableCheckpoint) as caught:
        read_checkpoint(path)
    assert caught.value.code == "unsafe-pickle"
    assert f"{module}.{function}" in caught.value.message


def test_the_scan_sees_names_that_were_put_away_in_the_memo():
    class Twice:
        def __reduce__(self):
            return eval, ("1",)

    for protocol in range(6):
        code = pickle.dumps([Twice(), Twice()], protocol=protocol)
        found = scan_pickle(io.BytesIO(code)).names
        assert found & {"builtins.eval", "__builtin__.eval"}


@lru_cache
def honest(name: str) -> bytes:
    """A good file of one of the formats."""
    content = {"model": {"a": torch.arange(50.0), "b": torch.zeros(3, 2)}, "iteration": 1, "optimizer": None}
    packed = io.BytesIO()
    if name == "safetensors":
        return safetensors.torch.save(content["model"])
    torch.save(content, packed, _use_new_zipfile_serialization=name == "zip")
    return packed.getvalue()


@pytest.mark.parametrize("name", ["zip", "legacy", "safetensors"])
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_crashes_the_reader_or_the_inspection(name, tmp_path, data):
    content = bytearray(honest(name))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    path = tmp_path / "fuzzed.pth"
    path.write_bytes(bytes(content[:end]))
    try:
        for tensor in read_checkpoint(path).tensors.values():
            tensor.clone()
    except UnreadableCheckpoint as error:
        assert error.cure
    assert examine(path).problems


@pytest.mark.parametrize("start", [b"\x80\x01", b"PK", b"\x80\x02"])
def test_a_safetensors_file_whose_length_looks_like_something_else(tmp_path, start):
    """The first eight bytes are the length of the header: 0x80 opens a pickle as well, PK a zip."""
    from safetensors.torch import save_file

    path, wanted = tmp_path / "G_1.safetensors", int.from_bytes(start, "little")
    tensors = {"enc_p.emb.weight": torch.ones(2, 3)}
    save_file(tensors, path, metadata={"filler": ""})
    length = int.from_bytes(path.read_bytes()[:8], "little")
    save_file(tensors, path, metadata={"filler": "x" * (wanted - length)})
    assert path.read_bytes()[:2] == start
    assert torch.equal(read_checkpoint(path).tensors["enc_p.emb.weight"], tensors["enc_p.emb.weight"])
