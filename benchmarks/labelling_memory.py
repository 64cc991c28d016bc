"""Whether labelling needs more memory for more recordings, and whether its time grows faster than their number.

    python benchmarks/labelling_memory.py clip.wav --counts 20 2000 --json

Each count is labelled in a fresh process: so many recordings of a second and a half, cut out of `clip.wav` at random,
through decoding, cutting and the label file. Listening, which is nearly all of the time and whose memory does not
depend on how many wait, is left out with `--until segment`, the default; `--until screen` is the whole road. Then as
many made-up clips go through what looks at all of them together: other voices, duplicates, hold-out, `clips.jsonl`,
edits. `find` is the finder in a folder of so many empty files. Peaks are of the process itself, in MB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from labelling_speed import peak_mb

from ffvits import console

SECONDS = 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, help="a recording of half a minute or more")
    parser.add_argument("--counts", type=int, nargs="+", default=[20, 2000])
    parser.add_argument("--until", default="segment", help="last stage of the road (%(default)s)")
    parser.add_argument("--find", type=int, default=100_000, help="empty files for the finder; 0 for none")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=("road", "together", "find"), help="(used by itself: one part, here)")
    options = parser.parse_args()
    if options.part:
        console.quiet()
        (count,) = options.counts
        began = time.process_time()
        {"road": road, "together": together, "find": find}[options.part](options.clip, count, options.until)
        found = {"peak_mb": peak_mb(), "cpu_seconds": round(time.process_time() - began, 2)}
        console.result(json.dumps(found))
        return
    result: dict[str, dict] = {}
    for part, counts in (("road", options.counts), ("together", options.counts), ("find", [options.find])):
        result[part] = {str(count): _apart(options, part, count) for count in counts if count}
    console.result(json.dumps(result, indent=2) if options.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def road(clip: Path, count: int, until: str) -> None:
    """Labels `count` short recordings; no two are equal."""
    from ffvits.label import label
    from ffvits.recipe import Recipe
    from ffvits.run import Run

    samples, rate = soundfile.read(clip, dtype="float32", always_2d=True)
    length = round(SECONDS * rate)
    dice = np.random.default_rng(count)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "recordings"
        folder.mkdir()
        for number in range(count):
            start = int(dice.integers(len(samples) - length))
            soundfile.write(folder / f"{number:06}.wav", samples[start : start + length], rate)
        chosen = {"input": str(folder), "out": f"{scratch}/run", "device": "cpu", "label.segment.min_seconds": 0.5}
        if until == "segment":  # without the networks that judge each recording by itself, and hold nothing of it
            chosen |= {"label.separate.when": "never", "label.denoise.when": "never", "label.segment.turns": False}
        recipe = Recipe().override(chosen)
        label(recipe, Run.create(recipe.out, recipe), until=until)


def together(clip: Path, count: int, until: str) -> None:
    """What looks at all clips at once, on `count` made-up ones of four voices."""
    from ffvits.clip import Clip, merge_edits, read_clips, write_clips
    from ffvits.label.finish import split
    from ffvits.label.measure import Measured
    from ffvits.label.quality import Quality
    from ffvits.label.screen import apart, once
    from ffvits.recipe import ScreenSettings

    dice = np.random.default_rng(0)
    people = np.abs(dice.normal(size=(4, 256)))
    clips = [
        Clip(f"c{number}", f"{number}.wav", 0.0, 3.0, "她", text="今天天气很好我们去公园玩", audio=f"{number}.flac")
        for number in range(count)
    ]
    measured = {}
    for clip_, person in zip(clips, dice.choice(4, count, p=(0.85, 0.05, 0.05, 0.05)), strict=True):
        voice = people[person] + np.abs(dice.normal(0, 0.3, 256))
        print_ = dice.normal(size=384)
        measured[clip_.id] = Measured(
            Quality(3, 3, 3),
            (voice / np.linalg.norm(voice)).astype(np.float32),
            (print_ / np.linalg.norm(print_)).astype(np.float32),
        )
    judged = once(apart(clips, measured, ScreenSettings()), measured, ScreenSettings())
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "clips.jsonl"
        write_clips(file, split(merge_edits(judged, []), 0.05))
        edited = [
            clip_.with_(text="改过了。") if number % 3 else clip_ for number, clip_ in enumerate(read_clips(file))
        ]
        write_clips(file, merge_edits(judged, edited))


def find(clip: Path, count: int, until: str) -> None:
    """The finder in one folder of `count` files."""
    from ffvits.audio.files import find as find_recordings

    with tempfile.TemporaryDirectory() as scratch:
        for number in range(count):
            (Path(scratch) / f"{number:06}.wav").touch()
        assert len(find_recordings(Path(scratch)).audio) == count


def _apart(options: argparse.Namespace, part: str, count: int) -> dict[str, float]:
    command = [sys.executable, __file__, str(options.clip), "--part", part, "--counts", str(count)]
    done = subprocess.run([*command, "--until", options.until], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
