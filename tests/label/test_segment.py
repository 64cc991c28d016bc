"""Real recordings into pieces: sentences whole, silences told apart, loudness right, everything cached."""

import dataclasses
import itertools
import shutil

import numpy as np
import pytest

from ffvits.audio.loudness import k_weighted, loudness, peak
from ffvits.audio.sound import Sound
from ffvits.label import vad
from ffvits.label.ingest import ingest
from ffvits.label.segment import cut, segment
from ffvits.recipe import Recipe, SegmentSettings

S = SegmentSettings()
LINES = ["line_00.ogg", "line_03.mp3", "line_04.flac", "line_05.wav", "line_07.ogg", "line_09.mp3"]
RATE = 16000


@pytest.fixture(scope="module")
def ear():
    return vad.load()


def joined(recording, names, pause: float, level: float = 1e-4) -> tuple[Sound, list[tuple[float, float]]]:
    """Lines with silences between them, and where each lies (seconds)."""
    rng = np.random.default_rng(0)
    parts, places, at = [], [], 0.0
    for name in names:
        samples = recording(name).at(RATE).samples
        places.append((at, at + len(samples) / RATE))
        silence = rng.normal(0, level, round(pause * RATE)).astype(np.float32)
        parts += [samples, silence]
        at += (len(samples) + len(silence)) / RATE
    return Sound(np.concatenate(parts), RATE), places


@pytest.mark.parametrize("pause", [0.3, 1.0, 3.0])
def test_every_sentence_becomes_one_piece(recording, ear, pause):
    sound, places = joined(recording, LINES, pause)
    found = list(cut(sound, None, ear, S))
    assert len(found) == len(places)
    for piece, (start, end) in zip(found, places, strict=True):
        assert start - pause <= piece.start < piece.end <= end + pause
        assert not piece.forced


def test_no_syllable_is_lost(recording, ear):
    """What lies outside of the pieces is much quieter than the speech: none of it is a voice."""
    sound, _ = joined(recording, LINES, 1.0)
    outside = sound.samples.copy()
    for piece in cut(sound, None, ear, S):
        outside[round(piece.start * RATE) : round(piece.end * RATE)] = 0
    assert float(ear(Sound(outside, RATE)).max()) < 0.5
    heard = k_weighted(Sound(outside, RATE)).samples
    blocks = np.square(heard[: len(heard) // 480 * 480]).reshape(-1, 480).mean(axis=1)
    assert 10 * np.log10(blocks.max() / np.square(sound.samples).mean()) < -20


def test_pieces_are_as_loud_as_asked_and_never_clip(recording, ear):
    sound, _ = joined(recording, LINES[:3], 1.0)
    for target in (-30.0, -23.0):
        for piece in cut(sound, None, ear, dataclasses.replace(S, loudness=target)):
            assert loudness(piece.sound) == pytest.approx(target, abs=0.2)
            assert peak(piece.sound) <= -0.99
            assert piece.sound.seconds == pytest.approx(piece.end - piece.start, abs=1e-3)
            assert abs(piece.sound.samples[0]) < 1e-3


def test_rumble_is_taken_out_and_the_voice_stays(recording, ear):
    sound = recording("line_04.flac")
    rumble = 0.1 * np.sin(2 * np.pi * 20 * np.arange(len(sound.samples)) / sound.rate).astype(np.float32)
    (plain,) = cut(sound, None, ear, S)
    (rumbling,) = cut(Sound(sound.samples + rumble, sound.rate), None, ear, S)
    low = slice(round(plain.start * sound.rate), round(plain.start * sound.rate) + len(plain.sound.samples))
    assert np.corrcoef(plain.sound.samples, sound.samples[low])[0, 1] > 0.99
    spectrum = np.abs(np.fft.rfft(rumbling.sound.samples))
    frequencies = np.fft.rfftfreq(len(rumbling.sound.samples), 1 / sound.rate)
    left = 2 * spectrum[frequencies < 25].max() / len(rumbling.sound.samples) / 10 ** (rumbling.gain / 20)
    assert left < 0.01


def test_times_are_those_of_the_source(run, recording, ingested):
    sound, places = joined(recording, LINES[:3], 1.2)
    clip = ingested(sound).with_(start=100.0, end=100.0 + sound.seconds)
    made = list(segment([clip], run, S))
    assert len(made) == 3
    for piece, (start, end) in zip(made, places, strict=True):
        assert 100 + start - 1.2 <= piece.start < piece.end <= 100 + end + 1.2
        assert piece.id.startswith(clip.id)
        assert piece.key != clip.key
        assert piece.original == piece.audio
        assert Sound.load(run.path(piece)).seconds == pytest.approx(piece.seconds, abs=1e-3)
        assert 0 < piece.scores["speech_seconds"] <= piece.seconds
        assert piece.scores["snr_db"] > 15
        assert piece.scores["clipped"] < 0.001
    assert len({piece.id for piece in made}) == 3


def test_the_original_is_cut_with_the_cleaned(run, recording, ingested):
    sound, _ = joined(recording, LINES[:2], 1.2)
    noisy = Sound(sound.samples + np.random.default_rng(0).normal(0, 0.02, len(sound.samples)).astype(np.float32), RATE)
    before, after = ingested(noisy, key="noisy"), ingested(sound, key="clean")
    made = list(segment([after.with_(original=before.audio)], run, S))
    assert len(made) == 2
    for piece in made:
        assert piece.original != piece.audio
        first, second = Sound.load(run.path(piece)), Sound.load(run.folder / piece.original)
        assert len(first.samples) == len(second.samples)
        assert np.corrcoef(first.samples, second.samples)[0, 1] > 0.8
        assert piece.scores["snr_db"] < 20  # as it was before cleaning
        removed = second.samples - first.samples * (first.samples @ second.samples / (first.samples @ first.samples))
        expected = 20 * np.log10(np.linalg.norm(removed) / np.linalg.norm(second.samples - removed))
        assert piece.scores["removed_db"] == pytest.approx(expected, abs=0.5)


def test_what_was_cut_off_is_counted_before_cleaning(run, recording, ingested):
    """A filter rounds the edges by which clipping is known; the damage stays."""
    sound, _ = joined(recording, LINES[:1], 1.2)
    overdriven = np.clip(4 * sound.samples / np.abs(sound.samples).max(), -1, 1)
    before, after = ingested(Sound(overdriven, RATE), key="overdriven"), ingested(sound, key="clean")
    (piece,) = segment([after.with_(original=before.audio)], run, S)
    assert piece.scores["clipped"] > 0.01


def test_a_piece_out_of_which_nothing_was_taken_was_not_cleaned(run, recording, ingested):
    """A jingle in front of the first sentence of a long recording."""
    sound, ((start, end), _) = joined(recording, LINES[:2], 1.2)
    times = np.arange(len(sound.samples)) / RATE
    jingle = 0.05 * np.sin(2000 * times) * (times > start) * (times < end)
    mix = ingested(Sound((sound.samples + jingle).astype(np.float32), RATE), key="mix")
    clip = ingested(sound, key="voice").with_(original=mix.audio).score(music=0.3)
    first, second = segment([clip.note("music removed by Spleeter in 30% of it")], run, S)
    assert first.original != first.audio
    assert (first.scores["music"], first.notes[0][:13]) == (0.3, "music removed")
    assert second.original == second.audio
    assert second.scores["music"] == 0
    assert "removed_db" not in second.scores
    assert not any("removed" in note for note in second.notes)


def test_the_long_example_becomes_its_eight_sentences(run, examples, tmp_path):
    """`raw_clips.tsv` beside the examples lists what is read in it; no piece holds two of them."""
    (tmp_path / "raw").mkdir()
    shutil.copy(examples / "长 录音.m4a", tmp_path / "raw")
    made = list(segment(ingest(tmp_path / "raw", run, Recipe()), run, S))
    listed = (examples.parent / "raw_clips.tsv").read_text(encoding="utf-8").splitlines()
    assert len(made) == sum(line.startswith("长") for line in listed) == 8
    assert all(clip.kept for clip in made)
    assert all(left.end <= right.start for left, right in itertools.pairwise(made))


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda recording: Sound(np.zeros(3 * RATE, np.float32), RATE), "silence"),
        (lambda recording: recording("silence.wav"), "silence"),
        (lambda recording: recording("only noise.ogg"), "no-speech"),
        (lambda recording: Sound(np.sin(np.arange(4 * RATE) / 9).astype(np.float32) * 0.3, RATE), "no-speech"),
        (lambda recording: recording("line_00.ogg").cut(0.5, 1.2), "too-short"),
        (lambda recording: Sound(np.zeros(1, np.float32), RATE), "too-short"),
    ],
)
def test_what_holds_no_sentence_is_rejected(run, recording, ingested, make, code):
    (clip,) = segment([ingested(make(recording))], run, S)
    assert [reason.code for reason in clip.reasons] == [code]
    assert clip.reasons[0].message
    assert clip.reasons[0].cure


def test_quiet_music_is_not_called_silence(run, recording, ingested):
    sound = recording("only noise.ogg")
    clip = ingested(Sound(sound.samples * 0.001, sound.rate))
    nothing, music = segment([clip, clip.score(music=1.0)], run, S)
    assert [clip.reasons[0].code for clip in (nothing, music)] == ["silence", "no-speech"]


def test_a_quiet_recording_is_heard(run, recording, ingested):
    sound = recording("line_04.flac")
    quiet = Sound(sound.samples * 0.01, sound.rate)
    clip, same = segment([ingested(quiet, "quiet.wav"), ingested(sound, "loud.wav")], run, S)
    assert clip.kept
    assert (clip.start, clip.end) == (same.start, same.end)
    assert loudness(Sound.load(run.path(clip))) == pytest.approx(loudness(Sound.load(run.path(same))), abs=0.1)


def test_rejected_clips_pass_through(run):
    from ffvits.clip import Clip

    clip = Clip("x", "x.wav", 0, 0, "派蒙").reject("unreadable", "it is broken", "mend it")
    assert list(segment([clip], run, S)) == [clip]


def test_a_second_run_loads_no_model(run, recording, ingested, monkeypatch):
    clips = [ingested(recording(name), name) for name in LINES[:2]]
    first = list(segment(clips, run, S))
    monkeypatch.setattr(vad, "load", lambda: pytest.fail("the network was loaded again"))
    assert list(segment(clips, run, S)) == first


def test_a_piece_whose_sound_was_deleted_is_cut_again(run, recording, ingested):
    clip = ingested(recording(LINES[0]))
    (piece,) = segment([clip], run, S)
    run.path(piece).unlink()
    assert list(segment([clip], run, S)) == [piece]
    assert run.path(piece).is_file()


def test_a_changed_setting_cuts_again(run, recording, ingested):
    clip = ingested(recording(LINES[0]))
    (first,) = segment([clip], run, S)
    (second,) = segment([clip], run, dataclasses.replace(S, loudness=-30.0))
    assert first.key != second.key
    assert first.start == second.start
