"""Whisper's encoder in torch: the same states as CTranslate2's from the same file."""

import struct

import numpy as np
import pytest

from ffvits import store
from ffvits.errors import DownloadError
from ffvits.label import encoder, recogniser
from ffvits.recipe import TranscribeSettings


@pytest.fixture(scope="module")
def folder():
    try:
        return store.fetch("whisper-base")
    except DownloadError as error:
        pytest.skip(f"no weights here: {error.message}")


@pytest.fixture
def spectrograms(recording) -> np.ndarray:
    """Log-mel spectrograms of two recordings in a window of 3 s."""
    from faster_whisper.feature_extractor import FeatureExtractor

    found = []
    for name in ("line_04.flac", "line_05.wav"):
        samples = np.zeros(3 * recogniser.RATE, np.float32)
        sound = recording(name).at(recogniser.RATE).samples[: len(samples)]
        samples[: len(sound)] = sound
        found.append(FeatureExtractor()(samples, padding=0)[:, :300])
    return np.stack(found).astype(np.float32)


def decibels(wanted: np.ndarray, found: np.ndarray) -> float:
    return float(10 * np.log10(np.square(wanted).sum() / np.square(wanted - found).sum()))


def by_ctranslate2(folder, spectrograms: np.ndarray, kind: str) -> np.ndarray:
    import ctranslate2

    network = ctranslate2.models.Whisper(str(folder), compute_type=kind)
    return np.array(network.encode(ctranslate2.StorageView.from_array(spectrograms)))


def test_the_states_are_those_of_float32_more_nearly_than_in_int8(folder, spectrograms):
    wanted = by_ctranslate2(folder, spectrograms, "float32")
    loaded = encoder.load(folder / "model.bin")
    found = loaded.states(spectrograms)
    assert found.shape == wanted.shape == (2, 150, 512) and found.dtype == np.float32
    assert decibels(wanted, found) > decibels(wanted, by_ctranslate2(folder, spectrograms, "int8")) + 5


def test_a_sound_has_the_same_states_alone_and_with_others(folder, spectrograms):
    loaded = encoder.load(folder / "model.bin")
    together = loaded.states(spectrograms)
    assert all(
        np.array_equal(loaded.states(one[None])[0], states) for one, states in zip(spectrograms, together, strict=True)
    )


def model(variables: dict[str, tuple[int, np.ndarray]], version: int = 6) -> bytes:
    """A file as CTranslate2 writes it; each variable with the number of its type."""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    made = struct.pack("<I", version) + text("WhisperSpec") + struct.pack("<II", 3, len(variables))
    for name, (kind, values) in variables.items():
        made += text(name) + struct.pack(f"<B{values.ndim}I", values.ndim, *values.shape)
        made += struct.pack("<BI", kind, values.nbytes) + values.tobytes()
    return made + struct.pack("<I", 0)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no model",
        model({}),
        model({}, version=7),
        model({"encoder/conv1/weight": (1, np.zeros((512, 80, 3), np.int8))}),
        model({"encoder/num_heads": (2, np.array(8, np.int16)), "encoder/conv1/weight": (4, np.zeros(5, np.float16))}),
    ],
    ids=["empty", "text", "no encoder", "another version", "int8", "another shape"],
)
def test_what_is_kept_otherwise_is_left_to_ctranslate2(tmp_path, content):
    (tmp_path / "model.bin").write_bytes(content)
    assert encoder.load(tmp_path / "model.bin") is None


@pytest.mark.parametrize("tiles", [True, False])
def test_it_is_for_processors_that_multiply_tiles(folder, recording, monkeypatch, tiles):
    monkeypatch.setattr("ffvits.device.multiplies_tiles", lambda: tiles)
    whisper = recogniser.load(TranscribeSettings(), "cpu", False)
    heard = []
    monkeypatch.setattr(
        encoder.Encoder, "states", lambda self, mels: heard.append(mels) or np.zeros((1, 300, 512), np.float32)
    )
    whisper.states(recording("line_04.flac"))
    assert bool(heard) is tiles
