"""A folder holds one export and no remains of another; what a person put there is not lost."""

import json
import os
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
    """What lies there, but for the locks that tell exports of each other."""
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


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


def test_what_lies_in_a_folder_of_the_export_s_own_stays(tmp_path, capsys):
    def original(content: str) -> None:
        with placed(tmp_path / "original", "paimon") as made:
            for name in ("moegoe/moegoe_config.json", "moetts/moetts.json"):
                (made / name).parent.mkdir()
                (made / name).write_text(content, encoding="utf-8")

    original("1")
    for name in ("moegoe/my_notes.txt", "moegoe/mine.pth", "moetts/more/voice.txt"):
        (tmp_path / "original" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "original" / name).write_text("mine", encoding="utf-8")
    original("2")
    assert names(tmp_path / "original" / "moegoe") == {"moegoe_config.json", "my_notes.txt", "mine.pth"}
    assert (tmp_path / "original" / "moetts" / "more" / "voice.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "original" / "moetts" / "moetts.json").read_text(encoding="utf-8") == "2"
    written(tmp_path / "original", "paimon", a_onnx="3")
    assert names(tmp_path / "original" / "moegoe") == {"my_notes.txt", "mine.pth"}
    assert not capsys.readouterr().err


def test_a_network_of_somebody_s_own_is_not_mixed_with_ours(tmp_path):
    written(tmp_path / "onnx", "paimon", a_onnx="1")
    (tmp_path / "onnx" / "mine.onnx").write_text("mine", encoding="utf-8")
    with (
        pytest.raises(Refused, match=r"mine\.onnx: this network is not of an export"),
        placed(tmp_path / "onnx", "paimon"),
    ):
        pytest.fail("the work was begun")
    assert names(tmp_path / "onnx") == {"a.onnx", "mine.onnx", RECORD}
    assert names(tmp_path) == {"onnx"}


def test_what_another_export_is_just_writing_is_left_alone(tmp_path):
    with placed(tmp_path / "onnx", "paimon") as made:
        (made / "a.onnx").write_text("half", encoding="utf-8")
        with pytest.raises(Refused, match="another ffvits is exporting"), placed(tmp_path / "onnx", "paimon"):
            pytest.fail("the work was begun")
        written(tmp_path / "piper", "paimon", a_onnx="1")
    assert names(tmp_path) == {"onnx", "piper"} and names(tmp_path / "onnx") == {"a.onnx", RECORD}


@pytest.mark.parametrize("before", [True, False])
def test_an_export_that_fails_leaves_everything_as_it_was(tmp_path, before):
    if before:
        written(tmp_path / "onnx", "paimon", a_onnx="1")
    with pytest.raises(Refused), placed(tmp_path / "onnx", "paimon") as made:
        (made / "half.onnx").write_text("half", encoding="utf-8")
        raise Refused("it cannot")
    assert names(tmp_path) == ({"onnx"} if before else set())
    assert not before or names(tmp_path / "onnx") == {"a.onnx", RECORD}


def test_an_export_that_cannot_take_its_place_leaves_the_one_before(tmp_path, monkeypatch):
    written(tmp_path / "onnx", "paimon", a_onnx="1")
    rename = Path.rename

    def held(path: Path, target: Path) -> Path:
        """As where a virus scanner reads the new files."""
        if path.name.endswith(".new"):
            raise PermissionError(13, "used by another process", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(PermissionError):
        written(tmp_path / "onnx", "paimon", b_onnx="2")
    assert names(tmp_path) == {"onnx"} and names(tmp_path / "onnx") == {"a.onnx", RECORD}


@pytest.mark.parametrize("target", ["original", "onnx", "bundle"])
def test_a_full_disk_is_told_with_its_cure(tmp_path, full_disk, target):
    source = save_voice(tmp_path / "a", "pinyin-letters", sdp=False)
    with full_disk(20_000), pytest.raises(FfvitsError, match="cannot be written") as caught:
        export(source, [target], out=tmp_path / "out")
    assert "free some space" in caught.value.cure
    assert names(tmp_path / "out") == set()


def test_a_run_that_was_renamed_is_exported_again(tmp_path):
    run = save_voice(tmp_path / "a", "pinyin-letters", card={"steps": 14})
    (first,) = export(run, ["original"], out=tmp_path / "out")
    assert "G_14.pth" in names(first.folder)
    shutil.rmtree(run)
    (second,) = export(
        save_voice(tmp_path / "b", "pinyin-letters", card={"steps": 514}), ["original"], out=tmp_path / "out"
    )
    assert names(second.folder) == {"G_514.pth", "config.json", "moegoe", "moetts", "READ_ME.txt", RECORD}


def before_records(folder: Path, *files: str) -> None:
    """Makes an export what it was before exports kept a record, with other files of that time."""
    (folder / RECORD).unlink()
    for name in files:
        (folder / name).write_text("old", encoding="utf-8")


OF_BEFORE = {"G_7.pth", "moegoe_config.json", "moetts.json"}


@pytest.mark.parametrize(
    ("target", "own", "foreign"),
    [("original", OF_BEFORE, {"notes.json"}), ("bundle", {"D_latest.safetensors"}, {"notes.json"})],
)
def test_what_an_export_of_before_records_left_goes(tmp_path, target, own, foreign):
    run = save_voice(tmp_path / "a", "pinyin-letters", card={"steps": 14})
    (made,) = export(run, [target], out=tmp_path / "out")
    clean = names(made.folder)
    for name in ("moegoe", "moetts"):  # those exports had none
        shutil.rmtree(made.folder / name, ignore_errors=True)
    before_records(made.folder, *own, *foreign)
    (made,) = export(run, [target], out=tmp_path / "out")
    assert not made.refused
    assert names(made.folder) == clean | foreign


@pytest.mark.parametrize("target", ["onnx", "piper"])
def test_networks_that_an_export_of_before_records_named_in_its_note_are_its_own(tmp_path, few_words, target):
    (made,) = export(save_voice(tmp_path / "a", "pinyin-letters", sdp=False), [target], out=tmp_path / "out")
    written = names(made.folder) - {RECORD}
    before_records(made.folder, "notes.json", "model.json")
    with placed(made.folder, "a"):
        pass
    assert names(made.folder) == {"notes.json", "model.json", RECORD} and "READ_ME.txt" in written
    for name in ("READ_ME.txt", "a_dec.onnx", "b_dec.onnx"):
        shutil.copy(made.folder / "notes.json", made.folder / name)
    (made.folder / RECORD).unlink()
    with pytest.raises(Refused, match="a_dec"), placed(made.folder, "a"):
        pytest.fail("the work was begun")


def test_a_network_beside_an_export_of_before_records_is_refused_and_the_others_are_written(tmp_path):
    run = save_voice(tmp_path / "a", "pinyin-letters")
    (made,) = export(run, ["bundle"], out=tmp_path / "out")
    before_records(made.folder, "mine.safetensors")
    refused, other = export(run, ["bundle", "original"], out=tmp_path / "out")
    assert "mine.safetensors" in refused.refused and not other.refused
    assert (made.folder / "mine.safetensors").read_text(encoding="utf-8") == "old" and RECORD not in names(made.folder)


def test_what_a_killed_export_left_is_cleared_away(tmp_path):
    for pid in (1, os.getpid()):
        (tmp_path / f".onnx.{pid}.new").mkdir()
        (tmp_path / f".onnx.{pid}.new" / "half.onnx").touch()
    written(tmp_path / "onnx", "paimon", a_onnx="1")
    assert names(tmp_path) == {"onnx"} and names(tmp_path / "onnx") == {"a.onnx", RECORD}


@pytest.mark.parametrize("swapped", [True, False])
def test_an_export_that_was_killed_while_it_took_its_place_is_ended(tmp_path, swapped):
    written(tmp_path / "onnx", "paimon", a_onnx="1")
    (tmp_path / "onnx" / "notes.md").write_text("mine", encoding="utf-8")
    (tmp_path / "onnx").rename(tmp_path / ".onnx.1.old")
    if swapped:
        (tmp_path / "onnx").mkdir()
        (tmp_path / "onnx" / "b.onnx").touch()
        (tmp_path / "onnx" / RECORD).write_text(json.dumps({"voice": "paimon", "files": ["b.onnx", RECORD]}))
    with pytest.raises(Refused), placed(tmp_path / "onnx", "paimon"):
        raise Refused("it cannot")
    assert names(tmp_path) == {"onnx"}
    assert names(tmp_path / "onnx") == {"b.onnx" if swapped else "a.onnx", "notes.md", RECORD}


def test_voices_of_one_file_name_are_told_apart(tmp_path, capsys):
    for name in ("派蒙", "旅行者"):
        export(save_voice(tmp_path / name, "pinyin-letters"), ["bundle"], out=tmp_path / "out")
    assert "held an export of 派蒙, which is replaced" in " ".join(capsys.readouterr().err.split())
