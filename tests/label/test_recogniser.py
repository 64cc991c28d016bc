"""What Whisper understands of real recordings, by both engines, and what the stage makes of it."""

import numpy as np
import pytest
import torch

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.device import cores
from ffvits.errors import DownloadError, FfvitsError
from ffvits.evaluate import cer, total_cer
from ffvits.label import recogniser
from ffvits.label.transcribe import transcribe
from ffvits.recipe import TranscribeSettings
from ffvits.text import readings
from ffvits.voice import Voice

pytestmark = pytest.mark.slow  # Whisper base, 145 MB once, then seconds a clip
S = TranscribeSettings()
LINES = ["line_00.ogg", "line_03.mp3", "line_04.flac", "line_07.ogg", "line_12.ogg", "line_17.wav"]


@pytest.fixture(scope="module")
def whisper() -> recogniser.Recogniser:
    return recogniser.load(S, "cpu")


def test_mandarin_is_understood(whisper, recording, said):
    heard = whisper.hear([recording(name) for name in LINES])
    assert total_cer((said[name], one.text) for name, one in zip(LINES, heard, strict=True)) < 0.2
    for one in heard:
        assert one.confidence > 0.5 and one.chinese > 0.9 and one.language == "zh"
        assert one.text[-1] in "。！？" and not any(char.isascii() and char.isdigit() for char in one.text)
        times = [character.start for character in one.characters]
        assert times == sorted(times) and times[-1] > 1


def test_a_sound_is_heard_the_same_alone_and_with_others(whisper, recording):
    sounds = [recording(name) for name in LINES[:4]]
    together = whisper.hear(sounds)
    assert [one.raw for one in together] == [whisper(sound).raw for sound in sounds]
    before = torch.get_num_threads()
    assert recogniser.load(S, "cpu", threads=2).hear(sounds) == recogniser.load(S, "cpu", threads=1).hear(sounds)
    assert torch.get_num_threads() == before


def test_the_right_words_fit_the_sound_and_others_do_not(whisper, recording, said):
    right, wrong = whisper.fit(recording("line_12.ogg"), [said["line_12.ogg"], said["line_00.ogg"]])
    assert right > 0.25 and wrong < 0.05
    assert whisper.fit(recording("line_12.ogg"), ["，。", ""]) == [0.0, 0.0]


def test_the_sound_tells_how_a_number_was_read(whisper):
    voice = Voice.load("mandarin-lite")
    digits, thousands, plain = forms = readings("他在2024年离开了上海。")
    right = 0
    for seed in range(3):
        for spoken, other in ((digits, thousands), (thousands, digits)):
            sound = Sound(voice.say(spoken, seed=seed), voice.sample_rate)
            fits = dict(zip(forms, whisper.fit(sound, forms), strict=True))
            assert fits[spoken] > 1.5 * fits[other]
            right += max(fits, key=fits.get) == spoken
    assert right >= 4, f"{plain} is nearly {thousands}, and mostly told apart all the same"


def test_another_language_is_noticed(whisper, recording):
    heard = whisper(recording("english.flac"))
    assert heard.language == "en" and heard.chinese < 0.3


@pytest.mark.parametrize("seconds", [0.0, 0.05, 3.0, 31.0])
def test_silence_of_any_length_is_no_error(whisper, seconds):
    heard = whisper(Sound(np.zeros(round(seconds * 16000), np.float32), 16000))
    assert heard.speech == 0
    assert 0 <= heard.confidence <= 1


MANY = tuple(f"{first}{second}" for first in "派旅蒙璃稻须枫至" for second in "蒙行德月妻弥丹冬纳挪")


def test_the_authors_own_engine_reads_the_same_weights(recording, said, monkeypatch):
    """Also where its prompt holds as many names as it may: loading it takes a quarter of a minute."""
    warned: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", warned.append)
    other = recogniser.load(TranscribeSettings(engine="openai-whisper", vocabulary=MANY), "cpu")
    heard = other(recording("line_12.ogg"))
    assert cer(said["line_12.ogg"], heard.text) < 0.35
    assert len(warned) == 1 and f"of the {len(MANY)} names" in warned[0]
    assert (
        other._engine._opening.startswith("以下是普通话的句子。派蒙、派行、") and MANY[-1] not in other._engine._opening
    )
    assert heard.chinese > 0.9 and heard.confidence > 0.5 and len(heard.characters) >= len(heard.raw) - 2


def test_names_of_the_recipe_are_heard(recording):
    settings = TranscribeSettings(vocabulary=("派蒙", "旅行者"))
    assert recogniser.opening(settings) == "以下是普通话的句子。派蒙、旅行者。"
    assert recogniser.load(settings, "cpu")(recording("line_12.ogg")).text


def test_a_long_vocabulary_leaves_the_prompt_before_it(recording, said, monkeypatch):
    warned: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", warned.append)
    heard = recogniser.load(TranscribeSettings(vocabulary=MANY), "cpu")
    told = heard._engine._tokens.decode(heard._engine._start)
    assert "以下是普通话的句子。派蒙、派行、" in told and MANY[-1] not in told
    assert len(warned) == 1 and f"of the {len(MANY)} names" in warned[0]
    assert cer(said["line_12.ogg"], heard(recording("line_12.ogg")).text) < 0.35


def test_what_trains_later_has_the_whole_processor():
    before, wanted = torch.get_num_threads(), cores() + 3  # which is the number of nobody else
    torch.set_num_threads(wanted)
    try:
        recogniser.load(S, "cpu")
        assert torch.get_num_threads() == wanted
    finally:
        torch.set_num_threads(before)


def test_a_model_that_is_none_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"nothing")
    for engine in ("faster-whisper", "openai-whisper"):
        with pytest.raises((DownloadError, FfvitsError)) as caught:
            recogniser.load(TranscribeSettings(engine=engine, model=str(tmp_path)), "cpu")
        assert caught.value.file == str(tmp_path)
        assert "delete" not in caught.value.cure  # it is the user's own


def test_a_folder_that_is_called_like_a_size_is_no_model(tmp_path, monkeypatch):
    (tmp_path / "base").mkdir()  # a run, or the base of voices
    monkeypatch.chdir(tmp_path)
    assert (recogniser.weights(S) / "model.bin").is_file()


def test_an_unknown_size_is_refused():
    with pytest.raises(FfvitsError):
        recogniser.load(TranscribeSettings(model="gigantic"), "cpu", offline=True)


def test_the_stage_keeps_what_it_heard(run, ingested, recording, said, monkeypatch):
    clip = ingested(recording("line_12.ogg"), "line_12.ogg")
    gone = Clip("x", "x.wav", 0, 1, "派蒙", status="reject")
    first = list(transcribe([clip, gone], run, S))
    assert cer(said["line_12.ogg"], first[0].text) < 0.35 and first[0].heard
    assert first[1] is gone
    assert {"asr_confidence", "no_speech", "compression", "chinese", "voiced_seconds"} <= set(first[0].scores)
    # With everything known no model is loaded.
    monkeypatch.setattr("ffvits.label.transcribe.load", lambda *a, **k: pytest.fail("loaded a model"))
    assert list(transcribe([clip, gone], run, S)) == first
    # Nor for what is only to be written otherwise.
    word = first[0].text[:2]
    corrected, _ = transcribe([clip, gone], run, TranscribeSettings(corrections={word: "派蒙"}))
    assert corrected.text == first[0].text.replace(word, "派蒙") and corrected.key == first[0].key


def test_the_better_of_two_hearings_is_kept(run, ingested, recording):
    clean = ingested(recording("line_12.ogg"), "line_12.ogg")
    hiss = np.random.default_rng(0).normal(0, 0.3, 16000 * 4).astype(np.float32)
    ruined = ingested(Sound(hiss, 16000), "hiss.wav")
    (found,) = transcribe([clean.with_(audio=ruined.audio, original=clean.audio, key="both")], run, S)
    (alone,) = transcribe([clean], run, S)
    assert found.text == alone.text
    assert found.audio == ruined.audio
    assert any("understood best before cleaning" in note for note in found.notes)
    assert found.scores["agreement"] < 0.7
