"""The verdict on a folder: the rules on made-up findings, then real recordings through the command line."""

import json
import subprocess
import sys

import numpy as np
import pytest

from ffvits.errors import AudioError
from ffvits.label.check import Heard, _beginning, check, judge


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
        ({"snr": 5.0}, ["noise"], True),
        ({"bandwidth": 3500.0}, ["narrow band"], True),
        ({"music": None}, [], True),
    ],
)
def test_what_is_wrong_with_a_recording(changes, problems, usable):
    assert (heard(**changes).problems, heard(**changes).usable) == (problems, usable)


def verdict(*found: Heard, minutes: float = 15.0):
    return judge([(9.0, one) for one in found], len(found), minutes, 0)


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
    found = _beginning(tmp_path / "a.wav").samples
    assert found[[0, 100, 200]].tolist() == [0.25, 0.125, 0.125]
