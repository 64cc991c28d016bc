"""How fast recordings become labelled clips, beside the plain way, on the same files in one run.

    python benchmarks/labelling_speed.py raw_clips --files 12 --json
    python benchmarks/labelling_speed.py raw_clips --json --memory 20 2000
    python benchmarks/labelling_speed.py raw_clips --plain spleeter demucs --json

The plain way is what scripts around Whisper and a separator do: one recording after the other, the separator started
for each in a process of its own, then openai-whisper (beam 5) on its voice padded to 30 s. It neither cuts, denoises,
measures nor screens. The separator is Spleeter, or Demucs by its own command (`demucs --two-stems=vocals`), as in
VITS-fast-fine-tuning; where Demucs's weights are out of reach, random ones of the same shape take the same time, and
Whisper then hears the recording. Our road is the same beside both (it separates with Spleeter what has music in it).

Each road runs in a fresh process, models in the cache. `cpu_seconds` are those of all its processes, and hardly depend
on what else the machine does; `seconds` do. The stages are timed one after the other, so their sum is more than the
whole road takes, where they overlap.
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
from ffvits.device import wait_asleep
from ffvits.recipe import Recipe
from ffvits.run import Run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=0, help="so many recordings, spread over the folder (0: all)")
    parser.add_argument("--memory", type=int, nargs="*", default=[], help="peak memory for so many copies of a clip")
    parser.add_argument("--plain", nargs="+", choices=SEPARATORS, default=SEPARATORS[:1], help="for the plain way")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--road", choices=(*ROADS, "separated"), help="(used by itself: one road, in this process)")
    parser.add_argument("--into", type=Path, help="(used by itself: where a separated voice is written)")
    options = parser.parse_args()
    if options.road:
        console.quiet()
        if options.road in ("ffvits", "stages"):
            wait_asleep()  # as the command does
        by_itself = options.road == "separated"
        done = spleeter(options.folder, options.into) if by_itself else ROADS[options.road](options.folder)
        console.result(json.dumps(done))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "recordings"
        chosen = _chosen(options.folder, options.files, folder)
        result = {"files": len(chosen), "cores": os.cpu_count()}
        result.update({name: _apart(name, folder) for name in ("stages", "ffvits", *options.plain)})
        for separator in options.plain:
            for name in ("seconds", "cpu_seconds"):
                ratio = result[separator][name] / result["ffvits"][name]
                result[separator][f"times_as_slow_by_{name}"] = round(ratio, 2)
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


def plain(folder: Path, separated: Callable[[Path, Path], Path | None]) -> dict[str, float]:
    """One recording after the other through a separator, a process each, and openai-whisper.

    `separated(recording, folder)` writes the voice into the folder and returns its file, None if it cannot be decoded.
    """
    import whisper

    from ffvits import store
    from ffvits.audio.sound import Sound

    began = _Clock()
    model = whisper.load_model(str(next(store.fetch("whisper-base-openai").glob("*.pt"))), device="cpu")
    settings = whisper.DecodingOptions(language="zh", beam_size=5, fp16=False, without_timestamps=True)
    audio = 0.0
    for path in find(folder).audio:
        with tempfile.TemporaryDirectory() as scratch:
            voice = separated(path, Path(scratch))
            if voice is None:
                continue
            sound = Sound.load(voice)
        audio += sound.seconds
        for start in range(0, max(1, round(sound.seconds)), 30):
            samples = sound.cut(start, start + 30).at(16000).samples
            whisper.decode(model, whisper.log_mel_spectrogram(whisper.pad_or_trim(samples)), settings)
    return began.speed(audio)


def plain_spleeter(folder: Path) -> dict[str, float]:
    """The plain way with Spleeter."""

    def separated(path: Path, target: Path) -> Path | None:
        command = [sys.executable, __file__, str(path), "--road", "separated", "--into", str(target)]
        done = subprocess.run(command, capture_output=True, text=True)
        return None if done.returncode else Path(json.loads(done.stdout)["voice"])

    return plain(folder, separated)


def plain_demucs(folder: Path) -> dict[str, float]:
    """The plain way with Demucs's own command."""
    from ffvits import store
    from ffvits.errors import FfvitsError
    from ffvits.label.demucs import SIGNATURE

    with tempfile.TemporaryDirectory() as scratch:
        try:
            weights = store.fetch("demucs-htdemucs")
        except FfvitsError:
            weights, real = _random_demucs(Path(scratch) / f"{SIGNATURE}.th").parent, False
        else:
            real = True

        def separated(path: Path, target: Path) -> Path | None:
            command = [sys.executable, "-m", "demucs", "--two-stems=vocals", "--repo", str(weights), "-n", SIGNATURE]
            done = subprocess.run([*command, "-o", str(target), str(path)], capture_output=True)
            voice = next(target.rglob("vocals.wav"), None)
            if done.returncode or voice is None:
                return None
            return voice if real else path

        return {**plain(folder, separated), "weights": "real" if real else "random, of the same shape"}


def _random_demucs(target: Path) -> Path:
    """A checkpoint as large and as slow as the published one (84.0 MB of float16)."""
    from fractions import Fraction

    import torch
    from demucs import states
    from demucs.htdemucs import HTDemucs

    stems = ["drums", "bass", "other", "vocals"]
    model = HTDemucs(sources=stems, bottom_channels=512, dconv_mode=3, segment=Fraction(39, 5))
    arguments, named = model._init_args_kwargs
    state = states.get_state(model, None, half=True)
    kept = {"klass": HTDemucs, "args": arguments, "kwargs": named, "state": state, "training_args": {}}
    torch.save(kept, target)
    return target


def spleeter(path: Path, into: Path) -> dict[str, str]:
    """Separates one file from a cold start, as `spleeter separate` does."""
    import numpy as np

    from ffvits import store
    from ffvits.audio.mixdown import parts, survey
    from ffvits.audio.sound import Sound
    from ffvits.label import spleeter as network

    loaded = network.load(store.fetch("spleeter-2stems"), exact=True)  # as Spleeter computes
    _, whole = next(iter(parts(path, survey(path), max_rate=network.RATE, seconds=3600.0)))
    sound = whole.at(network.RATE)
    step = 12 * network.RATE
    voice = [
        block - loaded.music(block)
        for block in (sound.samples[start : start + step] for start in range(0, len(sound.samples), step))
    ]
    target = into / "voice.flac"
    Sound(np.concatenate(voice), network.RATE).save(target)
    return {"voice": str(target)}


ROADS = {"ffvits": ours, "stages": stages, "spleeter": plain_spleeter, "demucs": plain_demucs}
SEPARATORS = ("spleeter", "demucs")


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
