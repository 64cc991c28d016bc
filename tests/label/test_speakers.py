"""The speaker encoder: the original's numbers, and voices that are alike and not."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from ffvits.audio.sound import Sound
from ffvits.errors import DownloadError
from ffvits.evaluate import similarity
from ffvits.label import speakers

pytestmark = pytest.mark.slow  # the weights are fetched once, 17 MB
GOLDEN = Path(__file__).parent / "data" / "resemblyzer.json"


@pytest.fixture(scope="module")
def encoder():
    return speakers.load()


@pytest.mark.parametrize(("name", "expected"), json.loads(GOLDEN.read_text(encoding="utf-8")).items())
def test_equal_to_the_original(encoder, recording, name, expected):
    found = encoder.embed(recording(name))
    assert found.shape == (256,) and found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert found[::8] == pytest.approx(np.array(expected), abs=2e-4)


def test_one_voice_is_more_like_itself_than_another(encoder, recording):
    mine = [encoder.embed(recording(f"line_{number:02}.ogg")) for number in (0, 7, 12, 18, 24, 30)]
    other = [encoder.embed(recording(name)) for name in ("someone else.ogg", "english.flac")]
    within = min(similarity(a, b) for a in mine for b in mine)
    across = max(similarity(a, b) for a in mine for b in other)
    assert within > across + 0.02


def test_level_and_rate_do_not_matter(encoder, recording):
    sound = recording("line_00.ogg")
    voice = encoder.embed(sound)
    assert similarity(voice, encoder.embed(Sound(sound.samples * np.float32(0.1), sound.rate))) > 0.9999
    assert similarity(voice, encoder.embed(sound.at(44100))) > 0.99


@pytest.mark.parametrize("samples", [0, 100, 8000, 16000])
def test_silence_has_no_voice(encoder, samples):
    assert not encoder.embed(Sound(np.zeros(samples, np.float32), 16000)).any()


def test_other_weights_are_refused(tmp_path, monkeypatch):
    torch.save({"model_state": {"linear.weight": torch.zeros(2, 2)}}, tmp_path / "pretrained.pt")
    monkeypatch.setattr("ffvits.store.fetch", lambda name, offline=False: tmp_path)
    with pytest.raises(DownloadError, match="not the weights"):
        speakers.load()
