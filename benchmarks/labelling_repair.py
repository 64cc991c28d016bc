"""What the optional stages are worth: SI-SDR and DNSMOS of real sentences that were clipped, or put into rooms.

    python benchmarks/labelling_repair.py AUDIO/aishell1_S0150 --sentences 8 --json

Sentences are spread over the folder. Clipping cuts the loudest samples; a room is a tail of noise that dies away, and
what is wanted of it is the voice with the first 50 ms. Means over the sentences; `cpu_per_second` is processor time
over the sound's length.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from labelling_mix import sources
from labelling_quality import si_sdr

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.label import quality
from ffvits.label.declip import declipped
from ffvits.label.dereverb import dereverberated

RATE = 16000
EARLY = round(0.05 * RATE)
Pair = tuple[np.ndarray, np.ndarray]  # what is wanted, and what a recording holds of it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--sentences", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    everything = [source.file for source in sources(options.audio)]
    chosen = everything[:: max(1, len(everything) // options.sentences)][: options.sentences]
    voices = [_levelled(Sound.load(path).at(RATE).samples) for path in chosen]
    judge = quality.load()
    dice = np.random.default_rng(1)
    result = {
        **{
            f"clipped {share:.1%}": measured(judge, [clipped(v, share) for v in voices], lambda s: declipped(s)[0])
            for share in (0.002, 0.01, 0.05)
        },
        **{
            f"room {seconds} s": measured(judge, [in_room(v, seconds, dice) for v in voices], dereverberated)
            for seconds in (0.3, 0.6, 1.0)
        },
        "no room": measured(judge, [(voice, voice) for voice in voices], dereverberated),
    }
    console.result(json.dumps(result, indent=2) if options.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def clipped(voice: np.ndarray, share: float) -> Pair:
    """A voice of which this share of the samples is cut off."""
    top = np.float32(np.quantile(np.abs(voice), 1 - share))
    return voice, np.clip(voice, -top, top)


def in_room(voice: np.ndarray, seconds: float, dice: np.random.Generator) -> Pair:
    """A voice in a room whose echo is 60 dB down after so many seconds, 2 dB under the voice itself."""
    length = round(seconds * RATE)
    answer = dice.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
    answer[:40] = 0
    answer *= 0.8 / np.linalg.norm(answer)
    answer[0] = 1
    early = np.where(np.arange(length) < EARLY, answer, 0)
    wanted, wet = (np.convolve(voice, part)[: len(voice)].astype(np.float32) for part in (early, answer))
    return wanted, wet


def measured(judge: quality.Judge, pairs: list[Pair], mend: Callable[[Sound], Sound]) -> dict[str, float]:
    rows, spent, seconds = [], 0.0, 0.0
    for wanted, held in pairs:
        before, truth = Sound(held, RATE), Sound(wanted, RATE)
        began = time.process_time()
        after = mend(before)
        spent += time.process_time() - began
        seconds += before.seconds
        rows.append(
            (si_sdr(truth, before), si_sdr(truth, after), *(judge(sound).overall for sound in (truth, before, after)))
        )
    names = ("si_sdr_before", "si_sdr_after", "dnsmos_wanted", "dnsmos_before", "dnsmos_after")
    means = {name: round(float(value), 2) for name, value in zip(names, np.mean(rows, axis=0), strict=True)}
    return {**means, "cpu_per_second": round(spent / seconds, 3)}


def _levelled(samples: np.ndarray) -> np.ndarray:
    return (0.25 * samples / np.abs(samples).max()).astype(np.float32)


if __name__ == "__main__":
    main()
