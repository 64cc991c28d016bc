"""Voices come, change and go while requests are under way."""

import shutil

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


def test_runs_and_voice_folders_are_found_and_nothing_else(runs):
    assert find_voices(runs) == {"duo": runs / "duo" / "voice", "solo": runs / "solo"}
    assert find_voices(runs / "duo") == {"duo": runs / "duo" / "voice"}
    assert find_voices(runs / "solo") == {"solo": runs / "solo"}


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
    import time

    registry = Registry(runs, every=0.02)
    registry.start()
    try:
        shutil.copytree(runs / "solo", runs / "new")
        for _ in range(500):
            if "new" in registry.names:
                break
            time.sleep(0.02)
        assert "new" in registry.names
    finally:
        registry.stop()
