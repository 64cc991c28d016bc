"""Whisper's encoder by torch in bfloat16 beside CTranslate2's in int8: processor time, and how near to float32.

    python benchmarks/encoder.py clip.wav other.wav --json

Both hear the same sounds in one window, in turn, in one thread. `seconds` are of processor time, the least of the
rounds; `from_float32_db` is how far the states lie from those that CTranslate2 computes in float32.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ffvits import console, store
from ffvits.audio.sound import Sound
from ffvits.device import multiplies_tiles, threads
from ffvits.label import encoder
from ffvits.label.recogniser import RATE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sounds", type=Path, nargs="+")
    parser.add_argument("--window", type=int, default=8, help="seconds that are heard of each sound")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = compare(spectrograms(options.sounds, options.window), options.rounds)
    console.result(json.dumps(result, indent=2) if options.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def spectrograms(paths: list[Path], window: int) -> np.ndarray:
    """Log-mel spectrograms [B, 80, T], 100 frames a second."""
    from faster_whisper.feature_extractor import FeatureExtractor

    found = []
    for path in paths:
        samples = Sound.load(path).at(RATE).samples[: window * RATE]
        samples = np.pad(samples, (0, window * RATE - len(samples)))
        found.append(FeatureExtractor()(samples, padding=0)[:, : window * 100])
    return np.stack(found).astype(np.float32)


def compare(mels: np.ndarray, rounds: int) -> dict:
    """Seconds and distances of both encoders."""
    folder = store.fetch("whisper-base")
    quick = encoder.load(folder / "model.bin")
    exact = _ctranslate2(folder, "float32")(mels)
    ways = {"int8": _ctranslate2(folder, "int8"), "bfloat16": quick.states}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    with threads(1):
        for _ in range(rounds + 1):  # the first warms up
            for name, way in ways.items():
                began = time.process_time()
                way(mels)
                taken[name].append(time.process_time() - began)
    result: dict = {"tiles": multiplies_tiles(), "sounds": len(mels), "window_s": mels.shape[2] / 100}
    for name, way in ways.items():
        distance = 10 * np.log10(np.square(exact).sum() / np.square(exact - way(mels)).sum())
        result[name] = {"seconds": round(min(taken[name][1:]), 3), "from_float32_db": round(float(distance), 1)}
    result["times_as_fast"] = round(result["int8"]["seconds"] / result["bfloat16"]["seconds"], 2)
    return result


def _ctranslate2(folder: Path, kind: str) -> Callable[[np.ndarray], np.ndarray]:
    import ctranslate2

    network = ctranslate2.models.Whisper(str(folder), compute_type=kind, intra_threads=1)
    return lambda mels: np.array(network.encode(ctranslate2.StorageView.from_array(mels)))


if __name__ == "__main__":
    main()
