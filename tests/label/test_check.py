"""The verdict on a folder: the rules on made-up findings, then real recordings through the command line."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import AudioError
from ffvits.label.check import Heard, _cut_out, _Place, _places, check, judge

LINES = ((5, "wav"), (11, "wav"), (17, "wav"), (10, "flac"), (16, "flac"), (22, "flac"))


def heard(speaker: int = 0, **changes) -> Heard:
    values = {"seconds": 9.0, "speech": 6.0, "snr": 30.0, "quality": 3.0, "music": False, "bandwidth": 12000.0}
    voice = np.eye(256, dtype=np.float32)[speaker]
    return Heard(**{**values, "clipped": 0.0, "voice": voice, **changes})


SILENT = {"speech": 0.0, "snr": float("nan"), "quality": 0.0, "voice": None}


@pytest.mark.parametrize(
    ("changes", "problems", "usable"),
    [
        ({}, [], True),
        (SILENT, ["no speech"], False),
        ({"clipped": 0.1}, ["clipped"], False),
        ({"quality": 1.2}, ["sounds bad"], False),
        ({"music": True, "snr": 5.0}, ["music"], True),
        ({"music": True, "snr": 5.0, "quality": 1.2}, ["music"], True),  # as it sounds before it is cleaned
        ({"snr": 5.0}, ["noise"], True),
        ({"snr": 5.0, "quality": 1.2}, ["noise"], True),
        ({"bandwidth": 3500.0}, ["narrow band"], True),
        ({"music": None}, [], True),
    ],
)
def test_what_is_wrong_with_a_recording(changes, problems, usable):
    assert (heard(**changes).problems, heard(**changes).usable) == (problems, usable)


def write(path: Path, sound: Sound) -> None:
    """A recording in whatever format its name says."""
    import soundfile

    if path.suffix != ".m4a":
        soundfile.write(path, sound.samples, sound.rate)
        return
    import av

    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=sound.rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound.samples[None], format="fltp", layout="mono")
        frame.sample_rate = sound.rate
        container.mux([*stream.encode(frame), *stream.encode(None)])


def verdict(*found: Heard, minutes: float = 15.0):
    return judge(list(enumerate(found)), len(found), minutes, 0)


def test_minutes_are_those_of_the_main_voice_in_what_can_be_used():
    found = verdict(*[heard()] * 8, *[heard(1)] * 2, *[heard(clipped=0.1)] * 5)
    assert found.go and found.usable_minutes == pytest.approx(15 * (10 / 15) * (6 / 9) * (13 / 15), abs=0.1)
    assert found.speakers == (pytest.approx(13 / 15, abs=0.01), pytest.approx(2 / 15, abs=0.01))
    assert found.problems == {"clipped": 5} and "gain" in " ".join(found.advice)


@pytest.mark.parametrize(
    ("found", "minutes", "go", "said"),
    [
        ([heard()] * 8, 30.0, True, ""),
        ([heard()] * 8, 6.0, True, "6 min more"),
        ([heard()] * 8, 1.0, False, "record more"),
        ([heard(**SILENT)] * 8, 30.0, False, "no speech in 8 of 8"),
        ([heard(number % 2) for number in range(8)], 60.0, True, "one folder per speaker"),
        ([heard()] * 3, 30.0, True, ""),
        ([], 0.0, False, "record more"),
    ],
)
def test_the_verdict_and_what_to_do(found, minutes, go, said):
    result = verdict(*found, minutes=minutes)
    assert result.go == go and result.text().startswith("GO" if go else "NO-GO")
    assert said in " ".join(result.advice) and bool(result.advice) == bool(said)
    assert json.loads(json.dumps(result.to_dict()))["go"] == go


def test_a_recording_has_what_is_wrong_in_most_of_its_speech():
    silent, noisy = heard(**SILENT), heard(snr=5.0)
    one = [("长.wav", sound) for sound in (silent, silent, heard(), heard(), noisy)]
    other = [("乐.wav", silent), ("噪.wav", noisy), ("噪.wav", heard())]
    found = judge([*one, *other], 3, 60.0, 0)
    assert found.listened == 3 and found.problems == {"no speech": 1, "noise": 1}
    assert found.usable_minutes == pytest.approx(60 * (6 / 9) * (5 / 8), abs=0.1)


def test_noise_and_music_make_no_strangers_of_a_voice():
    clear, noisy = [heard()] * 8, [heard(speaker, snr=5.0) for speaker in range(1, 5)]
    assert verdict(*clear, *noisy).speakers == (1.0,)
    assert len(verdict(*clear[:2], *noisy).speakers) == 5  # too few are clear


def test_places_are_spread_over_what_was_recorded():
    long, short = Path("long.wav"), [Path(f"{number}.wav") for number in range(100)]
    places = _places({long: 3600.0})
    assert len(places) == 24 and places[0].start > 30 and places[-1].start > 3400
    assert sum(place.path == long for place in _places({long: 3600.0, **dict.fromkeys(short, 9.0)})) in range(18, 21)
    assert len({place.path for place in _places(dict.fromkeys(short, 4.0))}) == 24
    few = _places({long: 27.0, short[0]: 4.0, short[1]: 0.0})
    assert [place.start for place in few if place.path == long] == [0.0, 9.0, 18.0]
    assert sum(place.weight for place in few) == pytest.approx(1)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3", "a.m4a"])
def test_a_place_is_found_in_every_format(tmp_path, name):
    """A tone for each second: what is heard says where it lies."""
    time = np.arange(16000 * 20) / 16000
    samples = (0.3 * np.sin(2 * np.pi * np.cumsum(200 + 100 * np.floor(time)) / 16000)).astype(np.float32)
    write(tmp_path / name, Sound(samples, 16000))
    heard = _cut_out(_Place(tmp_path / name, 12.0, 1.0)).samples
    assert len(heard) >= 7 * 16000
    spectrum = np.abs(np.fft.rfft(heard[4000:12000]))
    assert spectrum.argmax() * 2 == pytest.approx(1400, abs=110)  # within a second of the place


@pytest.mark.slow  # DNSMOS, the music detector and the speaker encoder
def test_an_introduction_of_noise_condemns_no_recording(examples, tmp_path):
    spoken = [Sound.load(examples / f"line_{number:02d}.{kind}").at(16000) for number, kind in LINES]
    noise = np.random.default_rng(1).normal(0, 0.1, 12 * 16000).astype(np.float32)
    whole = np.concatenate([noise, *(one.samples for one in spoken * 3)])
    Sound(whole, 16000).save(tmp_path / "录音.wav")
    found = check(tmp_path)
    assert found.go and found.listened == 1 and "no speech" not in found.problems
    assert found.usable_minutes == pytest.approx((len(whole) - len(noise)) / 16000 / 60, rel=0.25)


def test_a_folder_that_is_closed_is_named(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    real = os.scandir

    def refuse(place):
        if Path(place).name == "closed":
            raise PermissionError(errno.EACCES, "Permission denied", str(place))
        return real(place)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(AudioError, match="closed: this folder cannot be opened"):
        check(tmp_path, offline=True)


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(AudioError, match="no recordings"):
        check(tmp_path)


@pytest.mark.slow  # the music detector and DNSMOS on a few recordings
def test_the_command_tells_what_is_in_a_folder(examples, tmp_path):
    import shutil

    for name in ("line_00.ogg", "line_03.mp3", "line_04.flac", "only music.mp3", "empty.wav"):
        shutil.copy(examples / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-m", "ffvits", "check", str(tmp_path), "--json"], capture_output=True, text=True
    )
    found = json.loads(done.stdout)
    assert done.returncode == 1 and not found["go"]  # a few seconds of speech only
    assert found["recordings"] == 5 and found["unreadable"] == 1 and found["listened"] == 4
    assert found["problems"]["no speech"] == 1 and found["quality"] > 2


def test_a_sample_that_is_no_number_is_silence(tmp_path):
    import soundfile

    samples = np.full((1600, 2), 0.25, np.float32)
    samples[100, 0], samples[200, 1] = np.inf, np.nan
    soundfile.write(tmp_path / "a.wav", samples, 16000, subtype="FLOAT")
    found = _cut_out(_Place(tmp_path / "a.wav", 0.0, 1.0)).samples
    assert found[[0, 100, 200]].tolist() == [0.25, 0.125, 0.125]
