"""What may not enter the voice: each rule by itself, then all of them on real recordings."""

import dataclasses

import numpy as np
import pytest

from ffvits.clip import Clip
from ffvits.errors import AudioError
from ffvits.label import label
from ffvits.label.measure import Measured
from ffvits.label.quality import Quality
from ffvits.label.screen import _tell_of_one_person, apart, doubted, judge, once
from ffvits.recipe import Recipe, ScreenSettings

S = ScreenSettings()
GOOD = {
    "asr_confidence": 0.8,
    "no_speech": 0.02,
    "compression": 0.8,
    "chinese": 0.99,
    "speech_seconds": 3.5,
    "clipped": 0.0,
    "agreement": 1.0,
}


def clip(
    text: str = "今天天气很好我们去公园玩", seconds: float = 4.0, heard: str | None = None, **scores: float
) -> Clip:
    one = Clip("a", "a.wav", 0, seconds, "派蒙", text=text, heard=text if heard is None else heard)
    return one.score(**{**GOOD, **scores})


def measured(overall: float = 3.0, voice: int = 0, print: int = 0) -> Measured:
    return Measured(
        Quality(3.0, 3.0, overall), np.eye(256, dtype=np.float32)[voice], np.eye(384, dtype=np.float32)[print]
    )


def test_a_clip_that_is_too_long_is_to_be_cut_shorter():
    """The cutting never asks for more than its own longest piece: a pause was not what it lacked."""
    settings = ScreenSettings(max_seconds=20)
    why = judge(clip(seconds=21.5, speech_seconds=20), measured(), settings).reasons[0]
    assert why.code == "too-long" and "21.5 s" in why.message and "pause" not in why.message + why.cure
    assert "lower label.segment.max_seconds" in why.cure and "label.screen.max_seconds (it is 20)" in why.cure


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (clip(), ""),
        (clip(seconds=0.8, speech_seconds=0.7), "too-short"),
        (clip(seconds=30, speech_seconds=25, text="一" * 60 + "二三四五六"), "too-long"),
        (clip(clipped=S.max_clipped + 0.001), "clipped"),
        (clip(clipped=S.max_clipped), ""),
        (clip("Hello there, how are you", chinese=0.01), "other-language"),
        (clip(chinese=0.25), "other-language"),
        (clip(chinese=0.5), ""),  # an accent
        (clip(chinese=0.05, transcript_match=0.5), ""),  # what its transcript says is heard
        (clip(chinese=0.05, transcript_match=0.49), "other-language"),
        (clip("你读习惯了吗", chinese=0.004, no_speech=0.91, asr_confidence=0.23), "hallucination"),  # music
        (clip("Printing", chinese=0.004, no_speech=0.74, asr_confidence=0.84), "other-language"),
        (clip("你读习惯了吗", chinese=0.004, speech_seconds=0.5), "hallucination"),
        (clip("", heard=""), "hallucination"),
        (clip("謝謝", heard="Thanks for watching!", chinese=0.01), "hallucination"),
        (clip("谢谢大家", no_speech=0.5), "hallucination"),
        (clip("谢谢大家", speech_seconds=1.2, seconds=1.6), ""),
        (clip("好好好好好好好好好好"), "hallucination"),
        (clip(compression=3.0), "hallucination"),
        (clip(speech_seconds=0.5), "hallucination"),
        (clip(no_speech=0.8, asr_confidence=0.45), "hallucination"),
        (clip(no_speech=0.8, asr_confidence=0.9), ""),
        (clip(text="天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳"), "rate"),
        (clip(text="啊"), "rate"),
        (clip(asr_confidence=S.min_confidence - 0.01), "uncertain"),
        (clip(asr_confidence=S.min_confidence), ""),
        (clip(overlap=S.max_overlap + 0.01), "overlap"),
        (clip(overlap=S.max_overlap - 0.01), ""),
        (clip(asr_confidence=0.5, agreement=0.1), "uncertain"),
        (clip(asr_confidence=0.8, agreement=0.1), ""),
        (clip(asr_confidence=0.2, transcript_match=0.6), ""),
        (clip(asr_confidence=0.4, agreement=0.1, transcript_match=0.6), ""),
    ],
)
def test_each_rule(one, code):
    found = judge(one, measured(), S)
    assert (found.reasons[0].code if found.reasons else "") == code
    assert found.kept == (code == "")
    assert all(reason.message and reason.cure for reason in found.reasons)


def test_bad_sound_is_rejected_and_the_cure_depends_on_the_cause():
    plain, music = judge(clip(), measured(1.2), S), judge(clip(music=1.0), measured(1.2), S)
    assert plain.reasons[0].code == music.reasons[0].code == "quality"
    assert "demucs" in music.reasons[0].cure and "demucs" not in plain.reasons[0].cure


@pytest.mark.parametrize(
    ("one", "quality", "said"),
    [
        (clip(asr_confidence=S.min_confidence - 0.002), 3.0, "0.348, at least 0.350 is"),
        (clip(asr_confidence=S.min_confidence - 0.1), 3.0, "0.25, at least 0.35 is"),
        (clip(overlap=S.max_overlap + 0.0004), 3.0, "0.6004, at most 0.6000 is"),
        (clip(), S.min_quality - 0.004, "1.796 of 5, at least 1.800 is"),
    ],
)
def test_a_limit_that_was_missed_by_little_looks_missed(one, quality, said):
    assert said in judge(one, measured(quality), S).reasons[0].message


def test_a_clip_that_may_hold_a_second_voice_is_doubted():
    found = [judge(clip(overlap=share * S.max_overlap), measured(), S) for share in (0.1, 0.9)]
    assert [bool(one.review) for one in found] == [False, True]
    assert judge(clip(overlap=1.0), measured(), ScreenSettings(max_overlap=1.0)).kept


def test_how_it_sounded_before_cleaning_is_kept():
    assert judge(clip(), dataclasses.replace(measured(), before=1.4), S).scores["quality_before"] == 1.4
    assert "quality_before" not in judge(clip(), measured(), S).scores


def test_clips_in_doubt_train_or_wait_as_the_recipe_says():
    sure, unsure = clip(), clip().doubt("heard otherwise", "今天天汽很好")
    assert [doubted(one, S).kept for one in (sure, unsure)] == [True, True]
    found = [doubted(one, ScreenSettings(doubtful="reject")) for one in (sure, unsure)]
    assert [one.kept for one in found] == [True, False]
    assert found[1].reasons[0].code == "doubtful" and "heard otherwise" in found[1].reasons[0].message


def several(count: int) -> list[Clip]:
    return [clip().with_(id=str(number), source=f"{number}.wav") for number in range(count)]


def test_another_voice_is_set_aside_by_name():
    clips = several(10)
    found = apart(clips, {c.id: measured(voice=int(c.id == "7")) for c in clips}, S)
    (other,) = [c for c in found if not c.kept]
    assert other.id == "7" and other.reasons[0].code == "other-speaker"
    assert "speaker B (1 clip)" in other.reasons[0].message


@pytest.mark.parametrize(
    ("likeness", "settings", "kept"),
    [
        (0.76, S, False),
        (0.79, S, True),
        (0.82, S, True),
        (0.82, ScreenSettings(min_similarity=0.84), False),
        (0.85, ScreenSettings(min_similarity=0.84), True),
    ],
)
def test_what_is_nearly_the_character_is_doubted_and_not_called_another(likeness, settings, kept):
    """Telephones and old codecs bring a voice to where strangers can be; nobody slips in unlisted."""
    clips = several(60)
    near = np.zeros(256, np.float32)
    near[:2] = likeness, np.sqrt(1 - likeness**2)
    sounds = {c.id: measured() for c in clips} | {"59": dataclasses.replace(measured(), voice=near)}
    *_, last = apart(clips, sounds, settings)
    assert last.scores["likeness"] == pytest.approx(likeness, abs=0.015)
    assert last.kept == kept
    assert bool(last.review) == (kept and likeness < 0.84)
    assert all("another speaker" in doubt.why for doubt in last.review)


def test_a_clip_that_is_too_short_names_the_setting():
    assert "label.screen.min_seconds (it is 1)" in judge(clip(seconds=0.8), measured(), S).reasons[0].cure


def test_a_reference_that_cannot_be_read_is_told_by_its_key_before_anybody_listens(run, examples, monkeypatch):
    recipe = Recipe(input=str(examples)).override({"label.screen.reference": "nope.wav"})
    monkeypatch.setattr("ffvits.label.ingest.ingest", lambda *_, **__: pytest.fail("it began"))
    with pytest.raises(AudioError, match=r"label\.screen\.reference: the file is gone") as caught:
        label(recipe, run)
    assert "nothing" in caught.value.cure and str(caught.value.file) == "nope.wav"


def test_voices_with_enough_clips_become_speakers_if_the_recipe_says_so():
    clips = several(21)
    who = [0] * 12 + [1] * 7 + [2] * 2
    sounds = {c.id: measured(voice=who[int(c.id)]) for c in clips}
    found = apart(clips, sounds, ScreenSettings(speakers="auto"))
    assert [c.speaker for c in found if c.kept] == ["派蒙"] * 12 + ["派蒙 B"] * 7
    assert all(c.reasons[0].code == "other-speaker" for c in found[19:])
    assert sum(c.kept for c in apart(clips, sounds, S)) == 12
    found = apart(clips, sounds, ScreenSettings(speakers="auto", other_speakers=False))
    assert [c.speaker for c in found if c.kept] == ["派蒙"] * 12 + ["派蒙 B"] * 7 + ["派蒙"] * 2


def test_a_voice_much_like_the_character_is_no_speaker_of_its_own():
    """It is the character in a bad recording."""
    clips = several(19)
    alike = np.zeros((2, 256), np.float32)
    alike[0, 0], alike[1, :2] = 1, (0.85, 0.5268)
    sounds = {c.id: dataclasses.replace(measured(), voice=alike[int(c.id) // 12]) for c in clips}
    found = apart(clips, sounds, ScreenSettings(speakers="auto", min_similarity=0.96))
    assert [c.speaker for c in found] == ["派蒙"] * 19
    assert [c.reasons[0].code for c in found if not c.kept] == ["other-speaker"] * 7


@pytest.mark.parametrize(
    ("seconds", "likeness", "kept"),
    [
        (4.0, 0.81, True),
        (4.0, 0.74, False),
        (1.6, 0.76, True),
        (1.6, 0.72, False),
        (1.0, 0.60, True),
        (1.0, 0.5, False),
    ],
)
def test_a_short_clip_tells_less_of_a_voice(seconds, likeness, kept):
    """It stays, in doubt, down to where no clip of its length was the character's."""
    clips = several(19)
    clips[18] = clips[18].with_(end=clips[18].start + seconds)
    alike = np.eye(256, dtype=np.float32)[:2]
    alike[1, :2] = likeness, np.sqrt(1 - likeness**2)
    sounds = {c.id: dataclasses.replace(measured(), voice=alike[int(c.id) // 18]) for c in clips}
    *others, last = apart(clips, sounds, S)
    assert all(c.kept and not c.review for c in others)
    assert (last.kept, bool(last.review)) == (kept, kept)
    (by_hand,) = apart(clips, sounds, dataclasses.replace(S, min_similarity=0.83))[18:]
    assert not by_hand.kept


def test_a_reference_decides_who_is_wanted():
    clips = several(20)
    sounds = {c.id: measured(voice=int(int(c.id) >= 7)) for c in clips}
    found = apart(clips, sounds, S, np.eye(256, dtype=np.float32)[0])
    assert [c.kept for c in found] == [True] * 7 + [False] * 13


def test_each_speaker_of_the_recipe_is_judged_apart():
    clips = [c.with_(speaker="派蒙" if int(c.id) < 8 else "凝光") for c in several(16)]
    found = apart(clips, {c.id: measured(voice=int(int(c.id) >= 8)) for c in clips}, S)
    assert all(c.kept for c in found)


def test_folders_of_one_person_are_told_of(monkeypatch):
    told: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", told.append)
    clips = [c.with_(speaker=f"第{1 + int(c.id) // 4}集") for c in several(12)]
    _tell_of_one_person(clips, {c.id: measured(voice=int(int(c.id) >= 8)) for c in clips})
    assert told == ["第1集, 第2集 sound like one person; to make one speaker of all, give it a name: --speaker NAME"]
    _tell_of_one_person([], {})


def test_voices_are_not_judged_if_the_recipe_says_so():
    clips = several(10)
    settings = ScreenSettings(other_speakers=False)
    assert all(c.kept for c in apart(clips, {c.id: measured(voice=int(c.id)) for c in clips}, settings))


def test_the_best_of_equal_recordings_has_the_words_of_a_copy_that_was_transcribed():
    """Who cut and transcribed a part of a recording leaves the whole of it in the folder, too."""
    clips = [c.score(bandwidth_hz=8000 if c.id == "0" else 4000).doubt("hardly fits") for c in several(4)]
    for number, (words, fit) in {1: ("写得不好", 0.3), 2: ("写得好", 0.8)}.items():
        clips[number] = clips[number].with_(text=words, review=()).score(transcript_match=1.0, transcript_fit=fit)
    prints = {c.id: measured(print=int(c.id == "3")) for c in clips}
    found = once(clips, prints, S)
    assert [(c.kept, c.text) for c in found][:3] == [(True, "写得好"), (False, "写得不好"), (False, "写得好")]
    assert not found[0].review and "2.wav" in found[0].notes[-1] and found[0].scores["transcript_fit"] == 0.8
    assert found[3] == clips[3]
    own = once([clips[1].score(bandwidth_hz=9000), *clips[2:]], prints, S)
    assert own[0].text == "写得不好", "words of its own stay"


def test_of_equal_recordings_the_best_is_kept():
    clips = [c.score(bandwidth_hz=4000 if c.id == "0" else 8000) for c in several(4)]
    found = once(clips, {c.id: measured(print=0 if int(c.id) < 3 else 9) for c in clips}, S)
    assert [c.kept for c in found] == [False, True, False, True]
    assert "1.wav" in found[0].reasons[0].message
    assert all(c.kept for c in once(clips, {c.id: measured() for c in clips}, ScreenSettings(duplicates=False)))
