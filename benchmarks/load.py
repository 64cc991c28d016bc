"""How long it takes, and how much memory, to load a published-size checkpoint: side by side with reading its bytes.

    python benchmarks/load.py            a table
    python benchmarks/load.py --json     the same as JSON

The file is written with random weights, then read and loaded in turn, from the page cache and from the disk (where the
system lets a program drop a file from its cache). `load` is `load_base` and a model around its weights; `touched` also
adds up every value, because mapped weights are only read when they are used.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

LIMITS = {"time": 1.3, "memory": 1.2}


FORMATS = (".pth", ".safetensors")


def write_checkpoint(folder: Path, suffix: str) -> Path:
    """A generator of the published size, 78 symbols, no speakers."""
    import torch

    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.base import save_generator
    from ffvits.text.symbols import TABLES
    from ffvits.vits import Vits, VitsConfig

    torch.manual_seed(0)
    config = VitsConfig(n_vocab=78)
    symbols = TABLES["pinyin-letters"]
    path = folder / f"G_1{suffix}"
    save_generator(
        path, Vits(config).state_dict(), config, audio=AudioFormat(), symbols=symbols, front_end="pinyin-letters"
    )
    return path


def read(path: Path) -> int:
    """All bytes in memory."""
    return len(path.read_bytes())


def load(path: Path, *, touch: bool = False) -> float:
    """The model; with `touch`, the sum of all its weights as well."""
    from ffvits.base import load_base
    from ffvits.base.skeleton import filled

    base = load_base(path)
    model = filled(base.config, base.generator)
    return sum(float(parameter.detach().sum()) for parameter in model.parameters()) if touch else 0.0


def drop_from_cache(path: Path) -> bool:
    """Whether the next reading will come from the disk."""
    if not hasattr(os, "posix_fadvise"):
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
    return True


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_memory(path: Path) -> int | None:
    """Bytes by which a fresh process grows at most while it loads and touches; None where the system does not tell."""
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\nimport load\nfrom ffvits import console\n"
        "console.quiet()\nload.load(Path(sys.argv[1]).parent / 'small' / 'G_1.pth', touch=True)\n"
        "before = load.resident()\nload.load(Path(sys.argv[1]), touch=True)\nprint(load.highest() - before)\n"
    )
    here = Path(__file__).resolve().parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(here), str(here.parent)], capture_output=True, text=True
    )
    return int(done.stdout) if done.returncode == 0 else None


def resident() -> int:
    """Bytes of this process in memory now, mapped files included (Linux)."""
    return _status("VmRSS")


def highest() -> int:
    """The most it ever had (Linux)."""
    return _status("VmHWM")


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def write_small(folder: Path) -> None:
    """A tiny checkpoint that warms a process up, so that imports are not counted."""
    import torch

    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.base import save_generator
    from ffvits.text.symbols import TABLES
    from ffvits.vits import Vits, VitsConfig

    folder.mkdir()
    config = VitsConfig(n_vocab=78, inter_channels=8, hidden_channels=8, filter_channels=8, upsample_initial_channel=32)
    save_generator(
        folder / "G_1.pth",
        {name: torch.zeros_like(tensor) for name, tensor in Vits(config).state_dict().items()},
        config,
        audio=AudioFormat(),
        symbols=TABLES["pinyin-letters"],
        front_end="pinyin-letters",
    )


def measure(repeats: int, suffix: str) -> dict[str, object]:
    """The best of several alternating tries, and the memory of one."""
    from ffvits import console

    console.quiet()
    with tempfile.TemporaryDirectory() as folder:
        path = write_checkpoint(Path(folder), suffix)
        write_small(path.parent / "small")
        load(path, touch=True)
        work = {"read": lambda: read(path), "load": lambda: load(path), "touched": lambda: load(path, touch=True)}
        best: dict[str, dict[str, float]] = {}
        for place in ("cache", "disk"):
            times: dict[str, list[float]] = {name: [] for name in work}
            for _ in range(repeats):
                for name, one in work.items():
                    if place == "disk" and not drop_from_cache(path):
                        continue
                    times[name].append(seconds(one))
            if all(times.values()):
                best[place] = {name: min(taken) for name, taken in times.items()}
        size = path.stat().st_size
        memory = peak_memory(path)
    ratios = {place: found["touched"] / found["read"] for place, found in best.items()}
    return {
        "bytes": size,
        "seconds": best,
        "load_over_read": {place: found["load"] / found["read"] for place, found in best.items()},
        "touched_over_read": ratios,
        "peak_memory_over_size": None if memory is None else memory / size,
        "limits": LIMITS,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repeats", type=int, default=7, help="tries of each kind (%(default)s)")
    arguments = parser.parse_args()
    from ffvits import console

    found = {suffix: measure(arguments.repeats, suffix) for suffix in FORMATS}
    if arguments.json:
        console.result(json.dumps(found, indent=1))
        return
    for suffix, one in found.items():
        show(suffix, one)


def show(suffix: str, found: dict) -> None:
    from ffvits import console

    console.result(f"{suffix} of {found['bytes'] / 1e6:.1f} MB")
    for place, times in found["seconds"].items():
        line = "  ".join(f"{name} {1000 * taken:6.0f} ms" for name, taken in times.items())
        console.result(
            f"from the {place:<6}{line}   load/read {found['load_over_read'][place]:.2f}"
            f"   touched/read {found['touched_over_read'][place]:.2f}   (limit {LIMITS['time']})"
        )
    memory = found["peak_memory_over_size"]
    shown = "not measured on this system" if memory is None else f"{memory:.2f} of its size"
    console.result(f"peak memory {shown}   (limit {LIMITS['memory']})")


if __name__ == "__main__":
    main()
