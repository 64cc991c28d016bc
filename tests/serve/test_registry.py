"""Voices come, change and go while requests are under way."""

import errno
import json
import shutil
import threading
import time
from pathlib import Path

import pytest

from ffvits.errors import RunError, ServeError
from ffvits.serve.registry import Registry, find_voices
from ffvits.voice import Voice


@pytest.fixture(scope="module")
def steady(made_voices):
    """A registry for tests that change nothing."""
    made = Registry(made_voices)
    made.look(settled=False)
    return made


@pytest.fixture
def registry(runs):
    made = Registry(runs)
    made.look(settled=False)
    return made


def described(folder: Path, **changed) -> None:
    """Writes other things into a voice's description."""
    file = folder / "voice.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changed}), encoding="utf-8")


def seen_by(registry: Registry, name: str) -> tuple[str, ...]:
    """The names that a registry knows when its thread has seen that one, or has had a minute."""
    for _ in range(3000):
        if name in registry.names:
            break
        time.sleep(0.02)
    return registry.names


def test_runs_and_voice_folders_are_found_and_nothing_else(runs):
    assert find_voices(runs) == {"duo": runs / "duo" / "voice", "solo": runs / "solo"}
    assert find_voices(runs / "duo") == {"duo": runs / "duo" / "voice"}
    assert find_voices(runs / "solo") == {"solo": runs / "solo"}


def test_a_folder_without_a_voice_is_told_once(tmp_path, capsys):
    """Such as the one of the recordings, by mistake."""
    registry = Registry(tmp_path)
    registry.look(settled=False)
    registry.look()
    assert capsys.readouterr().err.count(f"no finished voice is in {tmp_path} yet") == 1


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(RunError, match="no such folder"):
        Registry(tmp_path / "none").start()


@pytest.mark.parametrize(
    ("wanted", "within", "title"),
    [
        ("solo", "", "solo"),
        ("派蒙", "", "duo/派蒙"),
        ("duo/旅行者", "tts-1", "duo/旅行者"),
        ("duo", "", "duo/派蒙"),
        ("旅行者", "duo", "duo/旅行者"),
    ],
)
def test_somebody_is_found_by_any_name(steady, wanted, within, title):
    assert steady.find(wanted, within).title == title


@pytest.mark.parametrize("wanted", ["", "alloy", "../solo", "duo/", "/etc/passwd", "solo/voice.json", "."])
def test_nobody_is_found_by_a_path(steady, wanted):
    with pytest.raises(ServeError) as caught:
        steady.find(wanted)
    assert caught.value.status == 404 and "solo" in caught.value.cure


def test_a_name_that_two_voices_share_must_be_told_apart(registry, runs):
    shutil.copytree(runs / "duo", runs / "trio")
    registry.look(settled=False)
    with pytest.raises(ServeError, match="several") as caught:
        registry.find("派蒙")
    assert "duo/派蒙" in caught.value.cure
    assert registry.find("派蒙", "trio").title == "trio/派蒙"


def test_a_voice_can_be_asked_for_by_its_own_name_whatever_speakers_are_called(registry, runs):
    shutil.copytree(runs / "duo", runs / "派蒙")
    described(runs / "派蒙" / "voice", speakers=["甲", "乙"])
    registry.look(settled=False)
    assert registry.find("派蒙").title == "派蒙/甲"
    assert registry.find("duo/派蒙").title == "duo/派蒙"
    assert registry.find("旅行者").title == "duo/旅行者"


@pytest.mark.parametrize("wanted", ["alloy", "Nova"])
def test_openai_s_own_names_mean_the_only_speaker(made_voices, steady, wanted):
    alone = Registry(made_voices / "solo")
    alone.look(settled=False)
    assert alone.find(wanted, "tts-1").title == "solo"
    with pytest.raises(ServeError, match=wanted):
        steady.find(wanted, "tts-1")


def test_who_shares_a_name_is_shown_with_the_voice(registry, runs):
    shutil.copytree(runs / "duo", runs / "trio")
    registry.look(settled=False)
    assert sorted(registry.speakers.labels().values()) == [
        "duo/旅行者", "duo/派蒙", "solo", "trio/旅行者", "trio/派蒙",
    ]  # fmt: skip


def test_a_number_stays_with_its_speaker_while_the_server_runs(registry, runs):
    shutil.copytree(runs / "solo", runs / "anna")
    registry.look(settled=False)
    assert [registry.number(id).title for id in range(4)] == ["duo/派蒙", "duo/旅行者", "solo", "anna"]
    shutil.rmtree(runs / "duo")
    registry.look()
    registry.look()
    assert registry.number(2).title == "solo"
    with pytest.raises(ServeError, match="id 0 was duo/派蒙, and is gone"):
        registry.number(0)
    assert list(registry.speakers.by_number()) == [2, 3]


@pytest.mark.parametrize(
    ("speakers", "numbers"),
    [
        (["小派", "旅行者"], {0: "duo/小派", 1: "duo/旅行者", 2: "solo"}),
        (["旅行者", "派蒙"], {0: "duo/派蒙", 1: "duo/旅行者", 2: "solo"}),
        (["旅行者", "小派"], {1: "duo/旅行者", 2: "solo", 3: "duo/小派"}),
    ],
)
def test_a_speaker_who_gets_another_name_keeps_the_number(registry, runs, speakers, numbers):
    before = json.loads((runs / "duo" / "voice" / "voice.json").read_text("utf-8"))["speakers"]
    described(runs / "duo" / "voice", speakers=speakers)
    registry.look(settled=False)
    assert {id: who.title for id, who in registry.speakers.by_number().items()} == numbers
    described(runs / "duo" / "voice", speakers=before)
    registry.look(settled=False)
    assert registry.number(1).title == "duo/旅行者" and registry.number(2).title == "solo"


def test_numbers_go_through_everybody(steady):
    assert [steady.number(id).title for id in range(3)] == ["duo/派蒙", "duo/旅行者", "solo"]
    for id in (-1, 3):
        with pytest.raises(ServeError, match="does not exist"):
            steady.number(id)


def test_a_voice_has_spoken_before_anybody_asks_for_it(made_voices, monkeypatch):
    spoken, say = [], Voice.say

    def heard(voice, *words, **choices):
        assert not registry.names, "it is in reach, and still makes its dictionaries ready"
        spoken.append(voice)
        return say(voice, *words, **choices)

    monkeypatch.setattr(Voice, "say", heard)
    registry = Registry(made_voices)
    registry.look(settled=False)
    assert len(spoken) == len(registry.names) == 2


def test_it_can_be_stopped_while_it_loads(made_voices, monkeypatch):
    registry, load, asked = Registry(made_voices), Voice.load, threading.Event()

    def until_it_is_stopped(*what, **how):
        asked.set()
        assert registry._stopping.wait(60)
        return load(*what, **how)

    monkeypatch.setattr(Voice, "load", until_it_is_stopped)
    registry.start()
    asked.wait(60)
    registry.stop()
    assert registry.loaded.is_set() and len(registry._loaded) == 1


@pytest.mark.parametrize(("key", "value"), [("model", []), ("speakers", [1]), ("symbols", 3), ("speed", "x")])
def test_a_description_that_makes_no_sense_keeps_nobody_from_being_served(runs, capsys, key, value):
    described(runs / "duo" / "voice", **{key: value})
    registry = Registry(runs)
    registry.look(settled=False)
    assert registry.names == ("solo",)
    told = capsys.readouterr().err
    assert "duo is not served" in told and "voice.json: the voice's description is damaged" in told


@pytest.mark.parametrize("name", ["voice.json", "model.safetensors"])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(runs, capsys, monkeypatch, name):
    forbidden, opened = runs / "duo" / "voice" / name, Path.open

    def for_others(path, *how, **more):
        if path == forbidden:  # an administrator, who may run the tests, could read whatever the mode of the file is
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", for_others)
    registry = Registry(runs)
    registry.look(settled=False)
    assert registry.names == ("solo",)
    told = capsys.readouterr().err
    assert f"{name}: the voice's" in told and "cannot be read: Permission denied" in told


def test_a_run_that_cannot_be_looked_into_does_not_end_the_watching(runs, capsys, monkeypatch):
    is_file = Path.is_file

    def forbidden(path):
        if "closed" in path.parts:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", forbidden)
    (runs / "closed").mkdir()
    registry = Registry(runs, every=0.02)
    registry.start()
    try:
        shutil.copytree(runs / "solo", runs / "new")
        assert seen_by(registry, "new") == ("duo", "new", "solo")
        monkeypatch.undo()
        shutil.copytree(runs / "solo", runs / "closed", dirs_exist_ok=True)
        assert "closed" in seen_by(registry, "closed")
    finally:
        registry.stop()
    told = capsys.readouterr().err
    assert told.count("closed is not served") == 1 and "Permission denied" in told


@pytest.mark.parametrize("asked", ["is_dir", "is_file", "iterdir"])
def test_a_drive_that_fails_for_a_while_ends_neither_the_voices_nor_the_watching(
    registry, runs, capsys, monkeypatch, asked
):
    def stale(path):
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    with monkeypatch.context() as drive:
        drive.setattr(Path, asked, stale)
        for _ in range(3):
            registry.look()
        with pytest.raises(RunError, match="cannot be listed: Stale file handle"):
            Registry(runs).start()
    assert capsys.readouterr().err.count("Stale file handle") == 1
    shutil.copytree(runs / "solo", runs / "new")
    registry.look()
    registry.look()
    assert registry.names == ("duo", "new", "solo")


def test_a_folder_that_is_gone_is_told_once(registry, runs, capsys):
    shutil.rmtree(runs)
    for _ in range(3):
        registry.look()
    assert capsys.readouterr().err.count("cannot be listed") == 1
    assert registry.names == ("duo", "solo")


def test_an_empty_folder_says_that_there_is_no_voice_yet(tmp_path):
    registry = Registry(tmp_path)
    registry.look()
    with pytest.raises(ServeError) as caught:
        registry.find("solo")
    assert caught.value.status == 503


def test_a_new_voice_is_taken_up_when_its_files_have_settled(registry, runs):
    shutil.copytree(runs / "solo", runs / "new")
    registry.look()
    assert "new" not in registry.names
    registry.look()
    assert "new" in registry.names


def test_a_replaced_voice_is_loaded_and_the_old_one_goes_on_for_who_holds_it(registry, runs):
    before = registry.find("solo").voice
    description = runs / "solo" / "voice.json"
    description.write_text(description.read_text("utf-8").replace('"speed": 1.0', '"speed": 2.0'), encoding="utf-8")
    registry.look()
    registry.look()
    after = registry.find("solo").voice
    assert (before.info.speed, after.info.speed) == (1.0, 2.0)
    assert len(before.say("你好", noise=0, noise_w=0)) > len(after.say("你好", noise=0, noise_w=0))


def test_what_did_not_change_is_not_loaded_again(steady):
    before = steady.find("solo").voice
    steady.look()
    steady.look()
    assert steady.find("solo").voice is before


def test_a_damaged_replacement_leaves_the_old_voice(registry, runs):
    (runs / "solo" / "model.safetensors").write_bytes(b"half a file")
    before = registry.find("solo").voice
    registry.look()
    registry.look()
    assert registry.find("solo").voice is before


def test_a_voice_that_is_gone_is_no_longer_offered(registry, runs):
    shutil.rmtree(runs / "solo")
    registry.look()  # perhaps it is only being moved
    assert "solo" in registry.names
    registry.look()
    assert registry.names == ("duo",)


def test_the_thread_sees_what_comes(runs):
    registry = Registry(runs, every=0.02)
    registry.start()
    try:
        shutil.copytree(runs / "solo", runs / "new")
        assert "new" in seen_by(registry, "new")
    finally:
        registry.stop()
