"""What we write, the community's loaders and we ourselves read back, bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from checkpoints import small_model

from ffvits.audio.spectrogram import AudioFormat
from ffvits.base import load_base, save_discriminator, save_generator
from ffvits.base.skeleton import filled
from ffvits.errors import BaseError
from ffvits.text.symbols import TABLES
from ffvits.vits import MultiPeriodDiscriminator, Vits

SPEAKERS = {0: (), 1: ("派蒙",), 3: ("派蒙", "凯瑟琳", "Ａ君")}


def audio(model: Vits, sid: int | None) -> torch.Tensor:
    x, lengths = torch.tensor([[1, 9, 17, 25, 33]]), torch.tensor([5])
    voice = None if sid is None else torch.tensor([sid])
    return model.infer(x, lengths, voice, generator=torch.Generator().manual_seed(3)).audio


def save(folder: Path, model: Vits, name: str, **options: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save_generator(
        folder / name,
        model.state_dict(),
        model.config,
        audio=AudioFormat(),
        symbols=TABLES["bopomofo"],
        speakers=SPEAKERS[model.config.n_speakers],
        front_end="bopomofo",
        **options,
    )
    return folder / name


@pytest.mark.parametrize("name", ["G_1200.pth", "G_1200.safetensors"])
@pytest.mark.parametrize("n_speakers", SPEAKERS)
def test_our_own_export_gives_the_same_audio_bit_for_bit(tmp_path: Path, n_speakers, name):
    model = small_model(50, n_speakers)
    base = load_base(save(tmp_path / "导出", model, name, epoch=12, card={"licence": "CC0"}))
    assert base.config == model.config
    assert (base.speakers, base.symbols) == (SPEAKERS[n_speakers], TABLES["bopomofo"])
    assert (base.front_end, base.audio, base.add_blank) == ("bopomofo", AudioFormat(), True)
    again = filled(base.config, base.generator).eval()
    for sid in range(n_speakers) if n_speakers else [None]:
        assert torch.equal(audio(model, sid), audio(again, sid))


def test_the_checkpoint_is_what_original_vits_reads(tmp_path: Path):
    model = small_model(50, 3)
    path = save(tmp_path, model, "G_1200.pth", epoch=12)
    content = torch.load(path, weights_only=True)
    assert set(content) == {"model", "iteration", "optimizer", "learning_rate"}
    assert (content["iteration"], content["optimizer"], content["learning_rate"]) == (12, None, 2e-4)
    assert content["model"].keys() == model.state_dict().keys()
    assert not any("parametrizations" in name for name in content["model"])
    assert {tensor.dtype for tensor in content["model"].values()} == {torch.float32}


def test_the_config_is_what_the_communitys_loaders_read(tmp_path: Path):
    save(tmp_path, small_model(50, 3), "G_1200.pth")
    raw = (tmp_path / "config.json").read_bytes()
    assert raw.isascii()
    config = json.loads(raw)
    assert config["speakers"] == list(SPEAKERS[3])
    assert config["symbols"] == list(TABLES["bopomofo"])
    assert config["data"]["n_speakers"] == 3
    assert config["data"]["text_cleaners"] == ["chinese_cleaners"]
    needed = (
        "sampling_rate filter_length hop_length win_length add_blank n_mel_channels mel_fmin mel_fmax max_wav_value"
    )
    assert set(needed.split()) <= set(config["data"])
    assert config["train"]["segment_size"] == 8192
    # SynthesizerTrn of the original takes the section as keyword arguments, and knows no others.
    known = (
        "inter_channels hidden_channels filter_channels n_heads n_layers kernel_size p_dropout resblock "
        "resblock_kernel_sizes resblock_dilation_sizes upsample_rates upsample_initial_channel upsample_kernel_sizes "
        "gin_channels use_sdp n_layers_q use_spectral_norm"
    )
    assert set(config["model"]) == set(known.split())


def test_one_speaker_is_written_twice_because_the_original_needs_two(tmp_path: Path):
    model = small_model(50, 1)
    content = torch.load(save(tmp_path, model, "G_1.pth"), weights_only=True)["model"]
    assert torch.equal(content["emb_g.weight"], model.emb_g.weight.repeat(2, 1))
    config = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert (config["data"]["n_speakers"], config["speakers"]) == (2, ["派蒙", "派蒙"])


@pytest.mark.parametrize("name", ["D_1200.pth", "D_1200.safetensors"])
def test_discriminators_come_back(tmp_path: Path, name):
    model = small_model(50)
    save(tmp_path, model, name.replace("D_", "G_"))
    torch.manual_seed(1)
    judge = MultiPeriodDiscriminator()
    save_discriminator(tmp_path / name, judge.state_dict(), epoch=12)
    found = load_base(tmp_path).discriminator
    assert all(torch.equal(found[key], tensor) for key, tensor in judge.state_dict().items())


def test_a_model_that_is_not_the_trained_one_is_refused(tmp_path: Path):
    model = small_model(50)
    with pytest.raises(BaseError, match="do not fit"):
        save_generator(
            tmp_path / "G.pth",
            model.fused().state_dict(),
            model.config,
            audio=AudioFormat(),
            symbols=TABLES["bopomofo"],
        )
    with pytest.raises(BaseError, match="50 symbols"):
        save_generator(
            tmp_path / "G.pth", model.state_dict(), model.config, audio=AudioFormat(), symbols=TABLES["pinyin-letters"]
        )
    assert not list(tmp_path.iterdir())
