"""The example bots in processes of their own, met by a OneBot client that speaks protocol v11 over a websocket."""

import asyncio
import base64
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import soundfile

pytest.importorskip(
    "nonebot", reason="nonebot2 and nonebot-adapter-onebot are not installed: see examples/bot/README.md"
)
websockets = pytest.importorskip("websockets")

ROOT = Path(__file__).parents[2]
BOT = ROOT / "examples" / "bot"


@contextmanager
def process(*command: str, cwd: Path, **environment: str):
    inherited = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    running = subprocess.Popen(
        [sys.executable, *command], cwd=cwd, env={**inherited, **environment}, stderr=subprocess.PIPE
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return str(door.getsockname()[1])


@contextmanager
def web_page(port: int):
    """A server that answers everything with a page."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>no such place</html>")

    with ThreadingHTTPServer(("127.0.0.1", port), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


async def exchange(port: str, text: str) -> list[dict]:
    """What the bot sends back for a private message."""
    event = {
        "time": int(time.time()), "self_id": 10001, "post_type": "message", "message_type": "private",
        "sub_type": "friend", "message_id": 1, "user_id": 42, "font": 0, "raw_message": text,
        "message": [{"type": "text", "data": {"text": text}}], "sender": {"user_id": 42, "nickname": "旅行者"},
    }  # fmt: skip
    headers = {"X-Self-ID": "10001", "X-Client-Role": "Universal"}
    for _ in range(3000):  # five minutes: a busy machine takes its time to import all that a bot needs
        try:
            connected = await websockets.connect(f"ws://127.0.0.1:{port}/onebot/v11/ws", additional_headers=headers)
            break
        except OSError:
            await asyncio.sleep(0.1)
    async with connected as bot:
        await bot.send(json.dumps(event))
        while True:
            call = json.loads(await asyncio.wait_for(bot.recv(), 120))
            await bot.send(json.dumps({"status": "ok", "retcode": 0, "data": {"message_id": 2}, "echo": call["echo"]}))
            if call["action"] == "send_msg":
                return call["params"]["message"]


def seconds(message: list[dict]) -> float:
    assert [part["type"] for part in message] == ["record"]
    data = base64.b64decode(message[0]["data"]["file"].removeprefix("base64://"))
    samples, rate = soundfile.read(io.BytesIO(data))
    assert abs(samples).max() > 0.05
    return len(samples) / rate


def test_the_bot_that_asks_a_server(tmp_path):
    from ffvits.base import load_base
    from ffvits.voice import VoiceInfo

    base = load_base("mandarin-lite")
    shape = {"model": base.config.to_dict(), "sampling_rate": base.audio.sampling_rate, "symbols": base.symbols}
    VoiceInfo(**shape, front_end=base.front_end, add_blank=base.add_blank).save(tmp_path / "lite", base.generator)
    port, bot_port = free_port(), free_port()
    server = ("-m", "ffvits", "serve", str(tmp_path), "--port", port)
    key = {"FFVITS_API_KEY": "派蒙的钥匙"}
    there = {"FFVITS_SERVER": f"http://127.0.0.1:{port}", "PORT": bot_port, **key}
    with process(*server, cwd=ROOT, **key) as serving, process("bot.py", "with_server", cwd=BOT, **there):
        while b"voice: lite" not in (line := serving.stderr.readline()):
            assert line
        assert 0.5 < seconds(asyncio.run(exchange(bot_port, "/说 你好，世界。"))) < 5
        refused = asyncio.run(exchange(bot_port, "/说 ☺"))
        assert refused[0]["type"] == "text" and "说不了" in refused[0]["data"]["text"]
        serving.kill()
        serving.wait()
        left = asyncio.run(exchange(bot_port, "/说 你好，世界。"))
        assert left[0]["type"] == "text" and "没有回答" in left[0]["data"]["text"]
        with web_page(int(port)):  # of a proxy, or of another program in its place
            page = asyncio.run(exchange(bot_port, "/说 你好，世界。"))
        assert page[0]["type"] == "text" and "没有回答" in page[0]["data"]["text"]


def test_a_server_that_is_only_slow_is_not_called_absent():
    bot_port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes the request, and never answers
        there = {"FFVITS_SERVER": f"http://127.0.0.1:{silent.getsockname()[1]}", "PORT": bot_port, "FFVITS_WAIT": "0.5"}
        with process("bot.py", "with_server", cwd=BOT, **there):
            slow = asyncio.run(exchange(bot_port, "/说 你好，世界。"))
    assert slow[0]["type"] == "text" and "0.5 秒还没念完" in slow[0]["data"]["text"]
    assert "没有回答" not in slow[0]["data"]["text"]


def test_the_bot_that_uses_the_library():
    port = free_port()
    with process("bot.py", "with_library", cwd=BOT, PORT=port):
        assert 0.5 < seconds(asyncio.run(exchange(port, "/说 你好，世界。"))) < 5
        refused = asyncio.run(exchange(port, "/说"))
        assert refused[0]["type"] == "text" and "说不了" in refused[0]["data"]["text"]


@pytest.mark.parametrize("name", ["with_server.py", "with_library.py"])
def test_it_is_about_twenty_lines(name):
    lines = (BOT / name).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 22
