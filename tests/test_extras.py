"""The command that an error names for a missing package installs it where ffvits came from."""

from pathlib import Path

import pytest

from ffvits import chinese, extras


@pytest.fixture
def laid(tmp_path, monkeypatch) -> Path:
    """A package in a folder of its own, as pip lays it."""
    monkeypatch.setattr(extras, "_PACKAGE", tmp_path / "my voices" / "ffvits")
    (tmp_path / "my voices").mkdir()
    return tmp_path / "my voices"


def test_an_installed_package_comes_from_the_registry(laid):
    assert extras.install("label") == 'pip install "ffvits[label]"'
    assert extras.install("label", newer=True) == 'pip install -U "ffvits[label]"'


def test_a_checkout_is_named_with_its_path(laid):
    (laid / "pyproject.toml").touch()
    assert extras.install("all") == f'pip install -e "{laid}[all]"'


def test_the_command_stays_whole_in_chinese(laid):
    (laid / "pyproject.toml").touch()
    command = extras.install("train")
    assert chinese.said(command) == f"请运行：{command}"
    told = chinese.said(f"onnx: exporting to ONNX needs the package onnx — {command}")
    assert told == f"onnx: 导出 ONNX 需要程序包 onnx。请运行：{command}"
