"""faster-whisper on a card: what the card or its libraries lack is found out before the first clip, and made up for."""

import ctypes
import sys

import pytest
from graphics_card import plugged_in

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.evaluate import cer
from ffvits.label import on_card, recogniser
from ffvits.label.faster_engine import FasterEngine
from ffvits.recipe import TranscribeSettings

S = TranscribeSettings()
MISSING = "Library libcublas.so.12 is not found or cannot be loaded"


@pytest.fixture(autouse=True)
def told_anew(quiet):
    console.quiet(False)
    on_card.tell.cache_clear()
    yield
    on_card.tell.cache_clear()


@pytest.mark.slow
def test_what_ctranslate2_cannot_use_hears_through_torch(recording, said, capsys):
    """The processor writes what torch hears on the card, which is a stand-in; CTranslate2 has none here."""
    with plugged_in() as driver:
        listener = recogniser.load(S, "cuda")
        heard = listener(recording("line_04.flac"))
    assert driver.calls > 100
    assert cer(said["line_04.flac"], heard.text) < 0.2
    assert "faster-whisper cannot use the graphics card" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_a_card_that_can_be_used_hears_itself(recording, said, capsys, monkeypatch):
    """The card is the processor under another name; what is tried, and what hears then, is real."""
    faster_whisper = pytest.importorskip("faster_whisper")
    real, asked = faster_whisper.WhisperModel, []

    def here(folder, *, device, device_index, compute_type, **options):
        asked.append((device, device_index, compute_type))
        return real(folder, device="cpu", compute_type="int8", **options)

    monkeypatch.setattr(faster_whisper, "WhisperModel", here)
    monkeypatch.setattr(on_card, "_kind", lambda number: "float16")
    engine = FasterEngine(recogniser.weights(S), S, "cuda:1")
    assert asked == [("cuda", 1, "float16")] and engine.workers == 1 and engine._encoder is None
    (heard,) = engine.write([recording("line_04.flac").at(recogniser.RATE)], 8)
    assert cer(said["line_04.flac"], heard.text) < 0.2
    assert "cannot use" not in capsys.readouterr().err


def test_a_library_that_is_missing_is_named_with_its_package(capsys):
    on_card.tell(MISSING)
    on_card.tell(MISSING)
    said = " ".join(capsys.readouterr().err.split())
    assert said.count(MISSING) == 1 and "pip install nvidia-cublas-cu12" in said


def test_of_another_trouble_no_package_is_blamed(capsys):
    on_card.tell("CUDA failed with error no kernel image is available for execution on the device")
    assert "pip install" not in capsys.readouterr().err


def test_cublas_is_brought_from_its_package(tmp_path, monkeypatch):
    name = "bin/cublas64_12.dll" if sys.platform == "win32" else "lib/libcublas.so.12"
    library = tmp_path / "nvidia" / "cublas" / name
    library.parent.mkdir(parents=True)
    library.touch()
    brought = []
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "nvidia", raising=False)
    monkeypatch.setattr(ctypes, "CDLL", brought.append)
    on_card._bring_cublas()
    assert brought == [str(library)]


@pytest.mark.parametrize(("kinds", "chosen"), [({"float32", "float16", "int8"}, "float16"), ({"float32"}, "float32")])
def test_an_old_card_computes_in_float32(monkeypatch, kinds, chosen):
    ctranslate2 = pytest.importorskip("ctranslate2")
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda device, number: kinds)
    assert on_card._kind(1) == chosen


class Full(FasterEngine):
    """An engine whose card has room for so many sounds at once."""

    def __init__(self, room: int) -> None:
        self.room = room

    def _written(self, sounds, seconds, prompted):
        if len(sounds) > self.room:
            raise RuntimeError("CUDA failed with error out of memory")
        return [(sound, seconds, prompted) for sound in sounds]


@pytest.mark.parametrize("room", [1, 2, 7])
def test_a_card_that_is_full_hears_fewer_at_once(room):
    sounds = list("abcdefg")
    assert Full(room).write(sounds, 8, prompted=False) == [(sound, 8, False) for sound in sounds]


def test_a_card_without_room_for_one_is_told(recording):
    with pytest.raises(FfvitsError, match="not enough memory") as told:
        Full(0).write([Sound([], 16000)] * 3, 8)
    assert "--device cpu" in told.value.cure


def test_another_error_is_none_of_memory():
    class Broken(Full):
        def _written(self, *_):
            raise RuntimeError("CUDA failed with error an illegal memory access was encountered")

    with pytest.raises(RuntimeError, match="illegal"):
        Broken(1).write(["a"], 8)
