"""The notebook is valid, empty of outputs, and says nothing to the command line that it does not know."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ffvits.cli import build_parser

nbformat = pytest.importorskip("nbformat")
FILE = Path(__file__).parents[2] / "examples" / "ffvits.ipynb"


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(FILE, as_version=4)


def test_it_is_valid_and_was_saved_without_outputs(notebook):
    nbformat.validate(notebook)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


def test_every_command_is_one_of_ours(notebook):
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    commands = re.findall(r"^!ffvits (.+)$", source, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        assert build_parser().parse_args(shlex.split(command)).verb in ("auto", "say")


def test_its_python_is_python(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if not line.startswith(("!", "%"))]
            compile("\n".join(lines), "cell", "exec")


@pytest.mark.parametrize("inside", ["", "examples"])
def test_in_the_source_tree_that_tree_is_installed_and_elsewhere_what_is_published(
    notebook, tmp_path, monkeypatch, inside
):
    root, asked = FILE.parents[1], []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: asked.append(command))
    install = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    for folder in (root / inside, tmp_path):
        monkeypatch.chdir(folder)
        exec(compile(install, "cell", "exec"), {})
    pip = [sys.executable, "-m", "pip", "install", "-q"]
    assert asked == [[*pip, f"{root}[label,train]"], [*pip, "ffvits[label,train]"]]
