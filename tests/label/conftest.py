"""Real recordings and a run folder, for the tests of the labelling stages."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip, clip_id
from ffvits.recipe import Recipe
from ffvits.run import Run

EXAMPLES = Path(__file__).parents[2] / "examples" / "raw_clips"


@pytest.fixture(autouse=True)
def quiet():
    console.quiet()
    yield
    console.quiet(False)


@pytest.fixture
def run(tmp_path) -> Run:
    return Run.create(tmp_path / "运行", Recipe(speaker="派蒙"))


@pytest.fixture
def examples() -> Path:
    return EXAMPLES


@pytest.fixture
def recording():
    """Loads one of the example recordings by name."""
    return lambda name: Sound.load(EXAMPLES / name)


@pytest.fixture(scope="session")
def said() -> dict[str, str]:
    """What is said in each of the example recordings."""
    with EXAMPLES.with_suffix(".tsv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["text"] for row in csv.DictReader(file, delimiter="\t")}


@pytest.fixture
def save():
    """Writes samples [T] or [T, C] as a 16-bit WAV, making its folder."""

    def write(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            soundfile.write(file, samples, rate, format="WAV")
        return path

    return write


@pytest.fixture
def ingested(run):
    """Puts a sound into the run folder as the first stage would, and returns its clip."""

    def put(sound: Sound, source: str = "a.wav", key: str = "") -> Clip:
        cache = run.cache("ingest", Recipe().label.segment)
        key = cache.key(key or source)
        cache.put(key, {}, sound)
        audio = cache.audio(key)
        return Clip(clip_id(source), source, 0.0, sound.seconds, "派蒙", audio=audio, original=audio, key=key)

    return put


@pytest.fixture
def noisy():
    """Puts white noise behind a sound, at that ratio of power to power in dB."""

    def mix(sound: Sound, decibels: float, seed: int = 0) -> Sound:
        noise = np.random.default_rng(seed).normal(0, 1, len(sound.samples))
        noise *= np.sqrt(np.square(sound.samples).mean()) * 10 ** (-decibels / 20)
        return Sound((sound.samples + noise).astype(np.float32), sound.rate)

    return mix
