"""How fast voices speak: real-time factor and time to first audio, beside the plain arrangement.

    python benchmarks/speak.py            a table
    python benchmarks/speak.py --json     the same as JSON

Each voice (the published size with random weights, the embedded base) speaks one sentence on one core and on two. The
plain arrangement is what original VITS does: weight norm computed at every step, one-dimensional convolutions in
float32, the whole sentence at once. All arrangements take turns, and the best of several tries counts, because other
programs disturb. Times are of the wall clock on two cores, and of the processor on one.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SENTENCE = "山重水复疑无路，柳暗花明又一村，这件事情你到底是怎么想的呢？"
RHYTHM = 5  # frames of a symbol of the random voice, near those of trained ones


def random_voice(folder: Path) -> Path:
    """A voice folder of the published size, 78 symbols, no speakers, that takes RHYTHM frames for each symbol."""
    import math

    import torch

    from ffvits.text.symbols import TABLES
    from ffvits.vits import Vits, VitsConfig
    from ffvits.voice import VoiceInfo

    torch.manual_seed(0)
    config = VitsConfig(n_vocab=78, use_sdp=False)
    weights = Vits(config).state_dict()
    weights["dp.proj.weight"].zero_()
    weights["dp.proj.bias"].fill_(math.log(RHYTHM) - 0.01)
    VoiceInfo(config.to_dict(), 22050, TABLES["pinyin-letters"], "pinyin-letters", True).save(folder, weights)
    return folder


def plain(source: str) -> Callable[[], Iterator]:
    """The plain arrangement: an iterator with one piece, the whole sentence."""
    import torch
    from torch.nn import functional as F

    from ffvits.export.finished import finished
    from ffvits.vits import Vits, VitsConfig, layers

    voice = finished(source)
    model = Vits(VitsConfig.from_dict(voice.info.model)).eval()
    model.load_state_dict({name: tensor.float() for name, tensor in voice.weights.items()})

    def convolve(self, x, weight, bias):
        return F.conv1d(x.squeeze(2), weight, bias, self.stride, self.padding, self.dilation).unsqueeze(2)

    def upsample(self, x, weight):
        return F.conv_transpose1d(x.squeeze(2), weight, self.bias, self.stride, self.padding).unsqueeze(2)

    for module in model.dec.modules():
        if isinstance(module, layers.RowConv1d | layers.NormedRowConv1d):
            module._conv_forward = convolve.__get__(module)
        elif isinstance(module, layers.RowConvTranspose1d):
            module._upsample = upsample.__get__(module)
    reader = voice.info.reader()

    def speak() -> Iterator:
        ids = torch.tensor([reader.encode(SENTENCE).ids])
        with torch.no_grad():
            speech = model.infer(ids, torch.tensor([ids.shape[1]]), noise_scale=0.4, noise_scale_w=0.6)
        yield speech.audio[0, 0].numpy()

    return speak


def arrangements(source: str, folder: Path) -> dict[str, Callable[[], Iterator]]:
    """Every way to speak the sentence; `folder` takes the ONNX networks."""
    from ffvits import Voice
    from ffvits.export import networks
    from ffvits.export.finished import finished

    voice = finished(source)
    folder.mkdir()
    networks.write(folder, "voice", networks.split(voice.model()))
    voice.info.describe(folder)
    voices = {
        "torch float32": Voice.load(source, precision="float32"),
        "torch bfloat16": Voice.load(source, precision="bfloat16"),
        "onnxruntime": Voice.load(folder, backend="onnx"),
    }
    ways = {name: (lambda one=one: one.stream(SENTENCE, seed=0)) for name, one in voices.items()}
    return {"plain": plain(source), **ways}


def timed(speak: Callable[[], Iterator], clock: Callable[[], float]) -> tuple[float, float, int]:
    """Seconds to the first piece, seconds to the end, samples."""
    start = clock()
    pieces = speak()
    samples = len(next(pieces))
    first = clock() - start
    samples += sum(len(piece) for piece in pieces)
    return first, clock() - start, samples


def measure(cores: int, repeats: int) -> dict[str, dict[str, dict[str, float]]]:
    """All voices and arrangements in this process, on so many cores."""
    import torch

    torch.set_num_threads(cores)
    clock = time.process_time if cores == 1 else time.perf_counter
    found: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        sources = {"published size": str(random_voice(Path(folder) / "random")), "mandarin-lite": "mandarin-lite"}
        for name, source in sources.items():
            ways = arrangements(source, Path(folder) / name.replace(" ", "-"))
            best = {way: (float("inf"), float("inf")) for way in ways}
            seconds = {}
            for attempt in range(repeats + 1):
                for way, speak in ways.items():
                    first, whole, samples = timed(speak, clock)
                    seconds[way] = samples / 22050
                    if attempt:  # the first one warms up
                        best[way] = min(best[way][0], first), min(best[way][1], whole)
            rates = {way: whole / seconds[way] for way, (_, whole) in best.items()}
            found[name] = {
                way: {
                    "rtf": rates[way],
                    "times_plain": rates["plain"] / rates[way],
                    "first_audio_seconds": first,
                    "first_audio_over_whole": first / whole,
                    "speech_seconds": seconds[way],
                }
                for way, (first, whole) in best.items()
            }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=5, help="tries of each kind (%(default)s)")
    parser.add_argument("--cores", type=int, help="measure in this process on so many cores only")
    arguments = parser.parse_args()
    from ffvits import console

    console.quiet()
    if arguments.cores:
        console.result(json.dumps(measure(arguments.cores, arguments.repeats)))
        return
    found = {}
    for cores in (1, 2):
        # A process of its own: onnxruntime and torch take their number of threads when they start.
        command = [sys.executable, __file__, "--cores", str(cores), "--repeats", str(arguments.repeats)]
        environment = {**os.environ, "OMP_NUM_THREADS": str(cores)}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        found[f"{cores} core{'s' if cores > 1 else ''}"] = json.loads(done.stdout)
    if arguments.json:
        console.result(json.dumps(found, indent=1))
        return
    for cores, voices in found.items():
        for name, ways in voices.items():
            console.result(f"{name}, {cores}")
            for way, one in ways.items():
                console.result(
                    f"  {way:<16}real-time factor {one['rtf']:.3f}  {one['times_plain']:.2f} x plain  first audio"
                    f" {1000 * one['first_audio_seconds']:4.0f} ms, {one['first_audio_over_whole']:.2f} of the whole"
                )


if __name__ == "__main__":
    main()
