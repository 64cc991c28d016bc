"""How fast recordings become labelled clips, beside the plain way, on the same files in one run.

    python benchmarks/labelling_speed.py raw_clips --files 12 --json
    python benchmarks/labelling_speed.py raw_clips --json --memory 20 2000

The plain way is what scripts around Whisper and Spleeter do: one recording after the other, Spleeter started for each
in a process of its own, then openai-whisper (beam 5) on its voice padded to 30 s. It neither cuts, denoises, measures
nor screens. Each road runs in a fresh process, models in the cache. `cpu_seconds` are those of all its processes, and
hardly depend on what else the machine does; `seconds` do. The stages are timed one after the other, so their sum is
more than the whole road takes, where they overlap.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import soundfile

from ffvits import console
from ffvits.audio.files import find
from ffvits.recipe import Recipe
from ffvits.run import Run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=0, help="so many recordings, spread over the folder (0: all)")
    parser.add_argument("--memory", type=int, nargs="*", default=[], help="peak memory for so many copies of a clip")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--road", choices=tuple(ROADS), help="(used by itself: one road, in this process)")
    options = parser.parse_args()
    if options.road:
        console.quiet()
        console.result(json.dumps(ROADS[options.road](options.folder)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "recordings"
        chosen = _chosen(options.folder, options.files, folder)
        result = {"files": len(chosen), "cores": os.cpu_count()}
        result.update({name: _apart(name, folder) for name in ("stages", "ffvits", "plain")})
        for name in ("seconds", "cpu_seconds"):
            result[f"times_as_fast_by_{name}"] = round(result["plain"][name] / result["ffvits"][name], 2)
        result["memory"] = {str(count): _copies(chosen[0], count, Path(scratch)) for count in options.memory}
    if options.json:
        console.result(json.dumps(result, ensure_ascii=False, indent=2))
        return
    for name, value in result.items():
        console.result(f"{name}: {value}")


def ours(folder: Path) -> dict[str, float]:
    """The whole road as `ffvits label` takes it, from a cold start."""
    from ffvits.label import label

    began = _Clock()
    with tempfile.TemporaryDirectory() as out:
        recipe = _recipe(folder, out)
        clips = label(recipe, Run.create(out, recipe))
    audio = sum(clip.seconds for clip in clips)
    return {**began.speed(audio), "kept": sum(clip.kept for clip in clips)}


def stages(folder: Path) -> dict[str, dict[str, float]]:
    """Each stage by itself."""
    from ffvits.label.denoise import denoise
    from ffvits.label.ingest import ingest
    from ffvits.label.measure import measure
    from ffvits.label.screen import screen
    from ffvits.label.segment import segment
    from ffvits.label.separate import separate
    from ffvits.label.transcribe import transcribe

    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as out:
        recipe = _recipe(folder, out)
        run, settings = Run.create(out, recipe), recipe.label
        road: list[tuple[str, Callable[[list], Iterable]]] = [
            ("ingest", lambda _: ingest(folder, run, recipe)),
            ("separate", lambda clips: separate(clips, run, settings.separate)),
            ("denoise", lambda clips: denoise(clips, run, settings.denoise)),
            ("segment", lambda clips: segment(clips, run, settings.segment)),
            ("measure", lambda clips: (clip for clip, _ in measure(clips, run))),
            ("transcribe", lambda clips: transcribe(clips, run, settings.transcribe)),
            ("screen", lambda clips: screen(clips, run, settings.screen)),
        ]
        clips: list = []
        audio = 0.0
        for name, stage in road:
            began = _Clock()
            clips = list(stage(clips))
            audio = audio or sum(clip.seconds for clip in clips)
            found[name] = began.speed(audio)
    return found


def plain(folder: Path) -> dict[str, float]:
    """One recording after the other through Spleeter, a process each, and openai-whisper."""
    import whisper

    from ffvits import store
    from ffvits.audio.sound import Sound

    began = _Clock()
    model = whisper.load_model(str(next(store.fetch("whisper-base-openai").glob("*.pt"))), device="cpu")
    settings = whisper.DecodingOptions(language="zh", beam_size=5, fp16=False, without_timestamps=True)
    audio = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        for path in find(folder).audio:
            voice = Path(scratch) / "voice.flac"
            separated = subprocess.run(
                [sys.executable, __file__, str(path), "--road", "spleeter"], capture_output=True, text=True
            )
            if separated.returncode:
                continue  # what cannot be decoded
            voice = Path(json.loads(separated.stdout)["voice"])
            sound = Sound.load(voice)
            audio += sound.seconds
            for start in range(0, max(1, round(sound.seconds)), 30):
                samples = sound.cut(start, start + 30).at(16000).samples
                whisper.decode(model, whisper.log_mel_spectrogram(whisper.pad_or_trim(samples)), settings)
            shutil.rmtree(voice.parent)
    return began.speed(audio)


def spleeter(path: Path) -> dict[str, str]:
    """Separates one file from a cold start, as `spleeter separate` does."""
    import numpy as np

    from ffvits import store
    from ffvits.audio.mixdown import parts, survey
    from ffvits.audio.sound import Sound
    from ffvits.label import spleeter as network

    loaded = network.load(store.fetch("spleeter-2stems"))
    _, whole = next(iter(parts(path, survey(path), max_rate=network.RATE, seconds=3600.0)))
    sound = whole.at(network.RATE)
    step = 12 * network.RATE
    voice = [
        block - loaded.music(block)
        for block in (sound.samples[start : start + step] for start in range(0, len(sound.samples), step))
    ]
    target = Path(tempfile.mkdtemp()) / "voice.flac"
    Sound(np.concatenate(voice), network.RATE).save(target)
    return {"voice": str(target)}


ROADS = {"ffvits": ours, "stages": stages, "plain": plain, "spleeter": spleeter}


def _recipe(folder: Path, out: str) -> Recipe:
    chosen = {"input": str(folder), "out": out, "speaker": "x", "device": "cpu", "label.separate.separator": "spleeter"}
    return Recipe().override(chosen)


def _chosen(folder: Path, count: int, target: Path) -> list[Path]:
    """Recordings copied to a folder of their own."""
    found = find(folder).audio
    step = len(found) / count if count else 1.0
    target.mkdir()
    chosen = [found[int(number * step)] for number in range(min(count or len(found), len(found)))]
    return [Path(shutil.copy(path, target / f"{number:04}{path.suffix}")) for number, path in enumerate(chosen)]


def _copies(clip: Path, count: int, scratch: Path) -> dict[str, float]:
    """Peak memory of the road (decoding processes apart) for copies of one clip, each with a sound of its own."""
    folder = scratch / f"copies-{count}"
    folder.mkdir()
    samples, rate = soundfile.read(clip)
    for number in range(count):
        # By its length each is another sound, and nothing is found in the cache.
        soundfile.write(folder / f"{number:05}.wav", samples[: len(samples) - number], rate)
    return {"peak_mb": _apart("ffvits", folder)["peak_mb"]}


def _apart(road: str, folder: Path) -> dict:
    done = subprocess.run(
        [sys.executable, __file__, str(folder), "--road", road], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


@dataclass(frozen=True)
class _Clock:
    """Time since it was made: of the wall, and of all processors, child processes that have ended included."""

    wall: float = field(default_factory=time.monotonic)
    work: float = field(default_factory=lambda: sum(os.times()[:4]))

    def speed(self, audio: float) -> dict[str, float]:
        seconds = time.monotonic() - self.wall
        return {
            "audio_seconds": round(audio, 1),
            "seconds": round(seconds, 2),
            "cpu_seconds": round(sum(os.times()[:4]) - self.work, 2),
            "audio_per_second": round(audio / seconds, 2),
            "peak_mb": peak_mb(),
        }


def peak_mb() -> float:
    """The most memory that this process ever held, in MB; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


if __name__ == "__main__":
    main()
