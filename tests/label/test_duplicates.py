"""The same recording is known again in other formats, and other recordings are not."""

import io

import numpy as np
import pytest
import soundfile

from ffvits.audio.sound import Sound
from ffvits.label.duplicates import SAME, groups, pairs
from ffvits.label.measure import fingerprint

LINES = [f"line_{number:02}" for number in (0, 1, 2, 6, 7, 8, 12, 13, 14, 18, 19, 20, 24, 25, 26, 30, 31, 32)]


def through(sound: Sound, kind: str, rate: int) -> Sound:
    file = io.BytesIO()
    soundfile.write(file, sound.at(rate).samples, rate, format=kind)
    file.seek(0)
    samples, rate = soundfile.read(file, dtype="float32")
    return Sound(samples, rate)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: through(s, "MP3", 22050),
        lambda s: through(s, "OGG", 44100),
        lambda s: through(s, "WAV", 8000),
        lambda s: Sound(s.samples * np.float32(0.1), s.rate),
        lambda s: Sound(np.concatenate([np.zeros(s.rate // 3, np.float32), s.samples]), s.rate),
        lambda s: Sound(s.samples + np.random.default_rng(0).normal(0, 3e-3, len(s.samples)).astype("f4"), s.rate),
    ],
    ids=["mp3", "ogg", "telephone", "quiet", "silence in front", "hiss"],
)
@pytest.mark.parametrize("name", ["line_00.ogg", "line_07.ogg", "line_17.wav"])
def test_a_copy_is_known_again(recording, name, change):
    sound = recording(name)
    assert fingerprint(sound) @ fingerprint(change(sound)) > SAME


def test_other_sentences_of_the_same_voice_are_not_copies(recording):
    prints = np.stack([fingerprint(recording(f"{name}.ogg")) for name in LINES])
    alike = prints @ prints.T
    np.fill_diagonal(alike, 0)
    assert alike.max() < SAME - 0.1


def test_groups_are_closed_and_blind_to_order():
    rng = np.random.default_rng(1)
    prints = rng.normal(size=(8, 384))
    prints[3] = prints[0] + 0.1 * rng.normal(size=384)
    prints[6] = prints[3] + 0.1 * rng.normal(size=384)
    prints[7] = prints[1]
    prints = (prints / np.linalg.norm(prints, axis=1, keepdims=True)).astype(np.float32)
    assert groups(prints, [3.0] * 8) == [[0, 3, 6], [1, 7]]
    assert groups(prints, [3.0, 3.0, 3, 9.0, 3, 3, 3.0, 1.0]) == [[0, 6]]  # a copy has the same length
    assert next(pairs(prints, [3.0] * 8))[:2] == (0, 3)


@pytest.mark.parametrize("samples", [0, 10, 4000])
def test_silence_is_no_copy_of_silence(samples):
    empty = fingerprint(Sound(np.zeros(samples, np.float32), 16000))
    assert empty.shape == (384,) and not empty.any()
