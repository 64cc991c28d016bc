"""Every situation in which people have brought a checkpoint: what it is, whether it serves, and why not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from checkpoints import config_json, generator
from situations import CASES, with_config

from ffvits import chinese, console
from ffvits.base import inspect_checkpoint
from ffvits.base.inspect import describe, rows
from ffvits.vits import VitsConfig

KEYS = (
    "kind dialect n_symbols symbol_table n_speakers gin_channels sampling_rate front_end problems usable details"
).split()


@pytest.mark.parametrize("name", CASES)
def test_the_verdict(name, tmp_path: Path, monkeypatch):
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    found = inspect_checkpoint(case.build(tmp_path))
    report = found.to_json()
    assert list(report) == KEYS
    assert (report["kind"], report["dialect"]) == (case.kind, case.dialect)
    assert tuple(problem["code"] for problem in report["problems"]) == case.codes
    assert report["usable"] is case.usable
    assert {key: report[key] for key in case.shown} == case.shown
    assert case.says in describe(found)
    assert all(problem["message"] and problem["cure"] for problem in report["problems"])
    json.dumps(report, ensure_ascii=False)
    assert not (tmp_path / "executed.txt").exists()


@pytest.mark.parametrize("name", CASES)
def test_a_chinese_terminal_says_what_it_is_in_chinese(name, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FFVITS_LANG", "zh")
    found = inspect_checkpoint(CASES[name].build(tmp_path))
    console.report(describe(found))
    told = capsys.readouterr().out
    assert not re.search(r"\b(unknown|other|unreadable|not recognised|is missing|not part of)\b", told), told


def test_there_are_enough_situations():
    assert len(CASES) >= 25


def test_a_path_that_is_not_there_and_a_folder(tmp_path: Path):
    for path, reason in ((tmp_path / "none.pth", "does not exist"), (tmp_path, "is a folder")):
        found = inspect_checkpoint(path)
        assert found.problems[0].code == "missing"
        assert reason in found.problems[0].message


def test_a_named_config_wins_over_the_one_beside(tmp_path: Path):
    path = with_config(generator(50), table="pinyin-letters")(tmp_path)
    right = config_json(tmp_path / "elsewhere" / "right.json", table="bopomofo")
    assert not inspect_checkpoint(path).usable
    assert inspect_checkpoint(path, right).usable


def test_a_named_config_that_is_missing_or_broken_is_named_with_its_line(tmp_path: Path):
    path = with_config(generator(50), table="bopomofo")(tmp_path)
    broken = tmp_path / "broken.json"
    broken.write_text('{\n"data": {,\n}', encoding="utf-8")
    for config, told in ((broken, f"{broken}:2: "), (tmp_path / "none.json", f"{tmp_path / 'none.json'}: ")):
        found = inspect_checkpoint(path, config)
        assert not found.usable
        assert found.problems[0].code == "bad-config" and found.problems[0].message.startswith(told)


def test_a_refused_pickle_that_looks_like_nothing_is_not_said_to(tmp_path: Path):
    told = inspect_checkpoint(CASES["a hostile pickle"].build(tmp_path)).problems[0].message
    assert "looks like" not in told


def test_what_it_is_and_the_tables_of_its_size_are_told_in_chinese(tmp_path: Path):
    bare = inspect_checkpoint(CASES["the format of torch before 1.6"].build(tmp_path))
    assert chinese.said(dict(rows(bare))["dialect"]) == "原版 VITS"
    found = inspect_checkpoint(with_config(generator(78), table="bopomofo")(tmp_path))
    (cure,) = (problem.cure for problem in found.problems if problem.code == "symbol-count-mismatch")
    assert chinese.said(cure).startswith("请用这个检查点的配置文件；78 个符号的表：pinyin-letters, pinyin-letters-")


def test_rows_answer_what_a_person_asks(tmp_path: Path):
    path = with_config(generator(50), table="bopomofo")(tmp_path)
    labels = [label for label, _ in rows(inspect_checkpoint(path))]
    assert labels[:8] == [
        "file",
        "kind",
        "dialect",
        "symbols",
        "front end",
        "speakers",
        "gin channels",
        "sampling rate",
    ]


GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("name", ["single_sdp", "multi_sdp", "multi_dp_resblock2"])
def test_the_architecture_of_real_original_weights_is_read_from_their_shapes(name):
    """Weights of the original VITS code: what their config says is what the shapes show."""
    stated = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    expected = VitsConfig(
        n_vocab=stated["n_vocab"],
        spec_channels=stated["spec_channels"],
        segment_frames=stated["segment_frames"],
        **stated["model"],
    )
    assert inspect_checkpoint(GOLDEN / f"{name}.G.safetensors").config == expected
