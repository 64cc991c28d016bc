"""How the server holds up: many clients at once beside one request at a time, and its memory over many requests.

    python benchmarks/serve.py --json
    python benchmarks/serve.py --voice runs/paimon --clients 50 --seconds 60 --requests 5000

The server is a process of its own with the default settings, the clients are tasks of this one, the texts short ones
(8 to 20 characters; shorter where memory is watched) asked for as WAV through /voice/vits. "one at a time" is the same
server with one worker and the model's threads on all cores, asked by one client that waits for each answer; "batched"
computes up to eight phrases of different requests in one batch. Clocks of a busy machine say little, so the server's
processor time for a second of speech stands beside them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from ffvits import console

TEXTS = (
    "你好，很高兴认识你。", "今天天气很好，我们去公园吧。", "这件事情，你到底是怎么想的呢？", "请把窗户关上。好吗？",
    "明天早上八点开会，别迟到。", "我想喝一杯热水。谢谢你。", "他昨天坐火车去了北京。", "好的，没有问题，马上就来。",
)  # fmt: skip

SHORT = ("你好。", "谢谢你。", "再见。", "没问题。", "早上好。", "我知道了。", "明天见！", "真的吗？")
BATCH = 8


@dataclass(frozen=True)
class Load:
    """What clients met: seconds from request to last byte, requests a second, seconds of speech a second.

    `processor_per_speech`: seconds of the server's processor time for a second of speech.
    """

    clients: int
    requests: int
    errors: int
    seconds: float
    per_second: float
    p50: float
    p95: float
    slowest: float
    speech_per_second: float
    processor_per_speech: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--voice", default="mandarin-lite", help="a run folder, or the embedded base (%(default)s)")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="of load; 0 for none (%(default)s)")
    parser.add_argument("--requests", type=int, default=5000, help="requests over which memory is watched; 0 for none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result: dict[str, object] = {"machine": f"{platform.machine()}, {os.cpu_count()} cores", "voice": options.voice}
    with tempfile.TemporaryDirectory() as folder:
        _place(options.voice, Path(folder))
        if options.seconds:
            with _server(folder, "--workers", "1") as (url, process):
                single = asyncio.run(_load(url, process.pid, 1, options.seconds / 2))
            with _server(folder, "--batch", str(BATCH)) as (url, process):
                batched = asyncio.run(_load(url, process.pid, options.clients, options.seconds / 2))
            with _server(folder) as (url, process):
                many = asyncio.run(_load(url, process.pid, options.clients, options.seconds))
            result |= {"one_at_a_time": asdict(single), "batched": asdict(batched), "many": asdict(many)}
            result["throughput_over_one_at_a_time"] = round(many.per_second / single.per_second, 2)
            cost = batched.processor_per_speech / many.processor_per_speech
            result["batched_processor_time_over_default"] = round(cost, 2)
        if options.requests:
            with _server(folder, "--patience", "600") as (url, process):
                result["memory_mb"] = asyncio.run(_memory(url, process.pid, options.requests))
    result["load_average"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    console.result(json.dumps(result, ensure_ascii=False, indent=None if options.json else 2))


def _place(voice: str, folder: Path) -> None:
    """The voice to serve, in a folder of its own."""
    if (Path(voice) / "voice" / "voice.json").is_file():
        shutil.copytree(Path(voice) / "voice", folder / "voice")
        return
    from ffvits.base import load_base
    from ffvits.voice import VoiceInfo

    base = load_base(voice)
    VoiceInfo.of_base(base).save(folder / "voice", base.generator)


@contextmanager
def _server(folder: str, *flags: str) -> Iterator[tuple[str, subprocess.Popen]]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "ffvits", "serve", "-q", folder, "--port", str(port), *flags]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                if httpx.get(f"{url}/healthz").json()["voices"]:
                    break
            except httpx.TransportError:
                if process.poll() is not None:
                    raise SystemExit("the server did not start") from None
                time.sleep(0.1)
        httpx.get(f"{url}/voice/vits", params={"text": TEXTS[0]}, timeout=600)
        yield url, process
    finally:
        process.terminate()
        process.wait()


async def _load(url: str, pid: int, clients: int, seconds: float) -> Load:
    times: list[float] = []
    errors = heard = 0.0
    computed = _processor(pid)
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=clients)) as web:
        began = time.perf_counter()

        async def client(number: int) -> None:
            nonlocal errors, heard
            turn = number
            while time.perf_counter() - began < seconds:
                asked = time.perf_counter()
                answer = await web.get(f"{url}/voice/vits", params={"text": TEXTS[turn % len(TEXTS)]})
                turn += 1
                times.append(time.perf_counter() - asked)
                errors += answer.status_code != 200
                heard += (len(answer.content) - 44) / 2 / int.from_bytes(answer.content[24:28], "little")

        await asyncio.gather(*(client(number) for number in range(clients)))
        took = time.perf_counter() - began
    times.sort()
    return Load(
        clients=clients,
        requests=len(times),
        errors=int(errors),
        seconds=round(took, 1),
        per_second=round(len(times) / took, 2),
        p50=round(statistics.median(times), 3),
        p95=round(times[int(0.95 * (len(times) - 1))], 3),
        slowest=round(times[-1], 3),
        speech_per_second=round(heard / took, 2),
        processor_per_speech=round((_processor(pid) - computed) / heard, 4),
    )


async def _memory(url: str, pid: int, requests: int) -> list[float]:
    """The server's resident memory in MB at the start and after each tenth of the requests."""
    seen = [_resident(pid)]
    waiting = asyncio.Semaphore(16)
    async with httpx.AsyncClient(timeout=600) as web:

        async def ask(number: int) -> None:
            async with waiting:
                (await web.get(f"{url}/voice/vits", params={"text": SHORT[number % len(SHORT)]})).raise_for_status()

        for tenth in range(10):
            await asyncio.gather(*(ask(number) for number in range(tenth, requests, 10)))
            seen.append(_resident(pid))
            console.info(f"{(tenth + 1) * requests // 10} requests: {seen[-1]} MB")
    return seen


def _processor(pid: int) -> float:
    """Seconds of processor time, by Linux's /proc; 0 elsewhere."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return 0.0
    user, system = stat.read_text(encoding="utf-8").rpartition(") ")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    """Megabytes, by Linux's /proc; 0 elsewhere."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)


if __name__ == "__main__":
    main()
