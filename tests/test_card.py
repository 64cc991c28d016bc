"""A card that torch cannot use is told of, with the reason and what helps."""

import sys

import pytest
import torch

from ffvits import card, chinese
from ffvits.device import choose_device
from ffvits.errors import RecipeError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="NVIDIA's program is a shell's script here")

OLD_DRIVER = "The NVIDIA driver on your system is too old (found version 12020)"


@pytest.fixture(autouse=True)
def told_anew(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    card.tell.cache_clear()
    yield
    card.tell.cache_clear()


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Puts a program that says this, and ends so, in the place of NVIDIA's."""

    def install(said: str, status: int = 0):
        program = tmp_path / "nvidia-smi"
        (tmp_path / "said").write_text(said, encoding="utf-8")
        program.write_text(f"#!/bin/sh\n/bin/cat '{tmp_path}/said'\nexit {status}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        card._listed.cache_clear()

    yield install
    card._listed.cache_clear()


@pytest.mark.parametrize(
    ("said", "name", "cure"),
    [
        ("NVIDIA GeForce RTX 4090, 8.9, 580.65.06\n", "NVIDIA GeForce RTX 4090", card._NEWEST),
        ("Tesla T4, 7.5, 585.10\nTesla T4, 7.5, 585.10\n", "Tesla T4", card._NEWEST),
        ("NVIDIA GeForce RTX 3060, 8.6, 535.104.05\n", "NVIDIA GeForce RTX 3060", card._LEGACY),
        ("NVIDIA GeForce GTX 1080 Ti, 6.1, 580.65\n", "NVIDIA GeForce GTX 1080 Ti", card._LEGACY),
        ("Tesla V100, [N/A], 590.1\n", "Tesla V100", card._LEGACY),
        ("Tesla V100\n", "Tesla V100", card._LEGACY),
    ],
)
def test_the_torch_for_a_card_goes_by_the_card_and_its_driver(driver, said, name, cure):
    driver(said)
    found = card.obstacle(OLD_DRIVER)
    assert found.reason == f"{name}: {OLD_DRIVER}" and found.cure == cure


def test_a_driver_that_is_too_old_to_be_asked_is_a_card(driver):
    driver('Field "compute_cap" is not a valid field to query.\n', 2)
    assert card.obstacle(OLD_DRIVER).cure == card._LEGACY


def test_a_card_that_others_fill_asks_for_no_other_torch(driver):
    driver("NVIDIA GeForce RTX 4090, 8.9, 580.65.06\n")
    assert card.obstacle("CUDA out of memory").cure.startswith("end what else computes on it")


def test_of_what_no_other_torch_would_cure_none_is_blamed(driver):
    driver("NVIDIA GeForce RTX 4090, 8.9, 580.65.06\n")
    assert card.obstacle("CUDA unknown error").cure.startswith("restart")


@pytest.mark.parametrize(("said", "status"), [("", 0), ("NVIDIA-SMI has failed\n", 9)])
def test_where_no_card_is_nothing_is_missed(driver, said, status):
    driver(said, status)
    assert card.obstacle("Found no NVIDIA driver") is None


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_a_card_that_is_hidden_is_not_missed(driver, monkeypatch, hidden):
    driver("NVIDIA GeForce RTX 4090, 8.9, 580.65.06\n")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert card.obstacle("no CUDA-capable device is detected") is None


def test_a_torch_for_the_processor_is_named_as_such(driver, monkeypatch):
    driver("NVIDIA GeForce RTX 4090, 8.9, 580.65.06\n")
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    assert card.obstacle("Torch not compiled with CUDA enabled").reason.endswith("computes on the processor alone")


@pytest.mark.parametrize(("rank", "asked"), [(None, "cuda:0"), ("2", "cuda:2")])
def test_of_several_processes_each_tries_its_own_card(monkeypatch, rank, asked):
    tried = []
    monkeypatch.setattr(torch, "ones", lambda *_, device: tried.append(device) or torch.zeros(1))
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    if rank is not None:
        monkeypatch.setenv("LOCAL_RANK", rank)
    assert choose_device("auto") == "cuda" and tried == [asked]


@pytest.mark.skipif(torch.cuda.is_available(), reason="a card computes here")
class TestWithoutACardThatWorks:
    def test_torch_says_why_in_a_sentence(self):
        assert card.trouble() and "\n" not in card.trouble() and not card.trouble().endswith(".")

    def test_auto_goes_on_without_it_and_says_so_once(self, driver, monkeypatch, capsys):
        driver("NVIDIA GeForce RTX 3060, 8.6, 535.104.05\n")
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        assert [choose_device("auto"), choose_device("auto")] == ["cpu", "cpu"]
        said = " ".join(capsys.readouterr().err.split())
        assert said.count("the graphics card is not used: NVIDIA GeForce RTX 3060") == 1 and card._LEGACY in said

    def test_who_asks_for_it_is_refused_with_what_helps(self, driver):
        driver("NVIDIA GeForce RTX 3060, 8.6, 535.104.05\n")
        with pytest.raises(RecipeError, match="cannot be used: NVIDIA GeForce RTX 3060") as refused:
            choose_device("cuda")
        assert refused.value.cure == card._LEGACY

    def test_where_none_is_it_is_not_there(self, driver):
        driver("")
        with pytest.raises(RecipeError, match="no cuda") as refused:
            choose_device("cuda:1")
        assert refused.value.cure.startswith("--device auto; ") and "nvidia-smi" in refused.value.cure
        assert chinese.said(refused.value.cure).startswith("请用 --device auto；如果应该有显卡，请看 nvidia-smi")

    def test_where_it_is_hidden_that_is_told(self, driver, monkeypatch):
        driver("NVIDIA GeForce RTX 3060, 8.6, 535.104.05\n")
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
        with pytest.raises(RecipeError, match="no cuda") as refused:
            choose_device("cuda")
        assert "nvidia-smi" not in refused.value.cure and "CUDA_VISIBLE_DEVICES" in refused.value.cure
        assert chinese.said(refused.value.cure) == "请用 --device auto；CUDA_VISIBLE_DEVICES 让 ffvits 看不到显卡"
