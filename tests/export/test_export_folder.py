"""A folder holds one export and no remains of another; what a person put there is not lost."""

import shutil
from pathlib import Path

import pytest
from finished_voice import save_voice

from ffvits.errors import FfvitsError
from ffvits.export import export
from ffvits.export.folder import RECORD, Refused, placed


def written(folder: Path, voice: str, **files: str) -> None:
    with placed(folder, voice) as made:
        for name, content in files.items():
            (made / name.replace("_", ".")).write_text(content, encoding="utf-8")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_an_export_takes_the_place_of_the_one_before(tmp_path, capsys):
    written(tmp_path / "onnx", "paimon", paimon_onnx="1", tokens_txt="1")
    written(tmp_path / "onnx", "paimon", paimon_onnx="2", tokens_txt="2")
    assert not capsys.readouterr().err
    written(tmp_path / "onnx", "traveller", traveller_onnx="3", tokens_txt="3")
    assert names(tmp_path / "onnx") == {"traveller.onnx", "tokens.txt", RECORD}
    assert (tmp_path / "onnx" / "tokens.txt").read_text(encoding="utf-8") == "3"
    assert "held an export of paimon, which is replaced" in capsys.readouterr().err
    assert names(tmp_path) == {"onnx"}


def test_what_else_lies_there_stays(tmp_path, capsys):
    written(tmp_path / "onnx", "paimon", a_onnx="1")
    (tmp_path / "onnx" / "notes.md").write_text("mine", encoding="utf-8")
    (tmp_path / "onnx" / "more").mkdir()
    (tmp_path / "onnx" / "tokens.txt").write_text("mine too", encoding="utf-8")
    written(tmp_path / "onnx", "paimon", b_onnx="2", tokens_txt="2")
    assert names(tmp_path / "onnx") == {"b.onnx", "tokens.txt", "tokens.txt.old", "notes.md", "more", RECORD}
    assert (tmp_path / "onnx" / "tokens.txt.old").read_text(encoding="utf-8") == "mine too"
    assert "is now tokens.txt.old" in capsys.readouterr().err


def test_a_network_of_somebody_s_own_is_not_mixed_with_ours(tmp_path):
    written(tmp_path / "onnx", "paimon", a_onnx="1")
    (tmp_path / "onnx" / "mine.onnx").write_text("mine", encoding="utf-8")
    with pytest.raises(FfvitsError, match=r"mine\.onnx: this network is not of an export"):
        written(tmp_path / "onnx", "paimon", b_onnx="2")
    assert names(tmp_path / "onnx") == {"a.onnx", "mine.onnx", RECORD}
    assert names(tmp_path) == {"onnx"}


@pytest.mark.parametrize("before", [True, False])
def test_an_export_that_fails_leaves_everything_as_it_was(tmp_path, before):
    if before:
        written(tmp_path / "onnx", "paimon", a_onnx="1")
    with pytest.raises(Refused), placed(tmp_path / "onnx", "paimon") as made:
        (made / "half.onnx").write_text("half", encoding="utf-8")
        raise Refused("it cannot")
    assert names(tmp_path) == ({"onnx"} if before else set())
    assert not before or names(tmp_path / "onnx") == {"a.onnx", RECORD}


def test_a_run_that_was_renamed_is_exported_again(tmp_path):
    run = save_voice(tmp_path / "a", "pinyin-letters", card={"steps": 14})
    (first,) = export(run, ["original"], out=tmp_path / "out")
    assert "G_14.pth" in names(first.folder)
    shutil.rmtree(run)
    (second,) = export(
        save_voice(tmp_path / "b", "pinyin-letters", card={"steps": 514}), ["original"], out=tmp_path / "out"
    )
    assert names(second.folder) == {"G_514.pth", "config.json", "moegoe", "moetts", "READ_ME.txt", RECORD}
