"""What a finished voice is for: say, export, serve, web."""

from __future__ import annotations

import argparse

from ffvits import console
from ffvits.cli.flags import about_given, given_text, text_flags
from ffvits.cli.verbs import Verb
from ffvits.errors import FfvitsError, TextError


def add(verb: Verb) -> None:
    """The verbs of this module, in the order of the help."""
    say = verb(
        "say",
        _say,
        "speak a text with a finished voice, or with a base that is one",
        'ffvits say "你好，今天是2024年5月1日。" --voice runs/paimon',
        'ffvits say "你好" --voice mandarin-lite --out hello.wav --speed 1.2 --seed 7',
        "ffvits say --file novel.txt --voice runs/paimon --out novel.wav",
    )
    text_flags(say, "what to say")
    say.add_argument(
        "--voice", default="mandarin-lite", help="a run folder, its voice/ folder, or a base (%(default)s)"
    )
    say.add_argument("--speaker", help="which speaker of a voice that has several")
    say.add_argument("--out", default="speech.wav", help="the file to write: wav or flac (%(default)s)")
    say.add_argument("--speed", type=float, default=None, help="2 speaks twice as fast")
    say.add_argument("--noise", type=float, default=None, help="variety of the voice; lower is steadier")
    say.add_argument("--noise-w", type=float, default=None, help="variety of the rhythm; lower is steadier")
    say.add_argument("--seed", type=int, default=None, help="the same seed gives the same samples")
    say.add_argument("--pause", type=float, default=None, help="seconds of silence after a sentence")
    say.add_argument("--backend", choices=("torch", "onnx"), help="default: what the voice's folder holds")
    say.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps (%(default)s)")
    say.add_argument("--offline", action="store_true", help="never download")

    export = verb(
        "export",
        _export,
        "write a finished voice for other programs",
        "ffvits export runs/paimon --to all",
        "ffvits export runs/paimon --to onnx --precision int8",
        "ffvits export runs/paimon --to original bundle --out shared/paimon",
    )
    export.add_argument("source", metavar="RUN", help="a run folder, its voice/ folder, or a base")
    export.add_argument(
        "--to",
        nargs="+",
        required=True,
        metavar="TARGET",
        help="original, onnx, piper, bundle (see docs/exports.md), or all",
    )
    export.add_argument(
        "--checkpoint", metavar="STEP", help="a training state of the run (400, step-00000400.pt), not its voice"
    )
    export.add_argument("--out", help="the folder for the exports (default: RUN/exports)")
    export.add_argument(
        "--precision", default="float32", help="of the ONNX files: float32, float16 or int8 (%(default)s)"
    )
    export.add_argument("--offline", action="store_true", help="never download")
    export.add_argument("--json", action="store_true", help="print what was written as JSON")

    serve = verb(
        "serve",
        _serve,
        "speak over HTTP: OpenAI's and vits-simple-api's endpoints, for every voice in a folder",
        "ffvits serve runs",
        "ffvits serve runs --host 0.0.0.0 --rate 60        # with FFVITS_API_KEY set",
    )
    serve.add_argument("folder", metavar="RUNS_FOLDER", help="a folder of runs, a run, or a voice folder")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (%(default)s: this machine only)")
    serve.add_argument("--port", type=int, default=23456, help="the port to listen at (%(default)s)")
    serve.add_argument("--api-key", default="", metavar="KEY", help="let in only who sends it (or: FFVITS_API_KEY)")
    serve.add_argument("--rate", type=int, default=0, help="requests a minute for each client (0: any number)")
    serve.add_argument("--queue", type=int, default=64, help="requests admitted at once (%(default)s)")
    serve.add_argument("--patience", type=float, default=60, help="seconds that a request may wait (%(default)s)")
    serve.add_argument("--max-text", type=int, default=4096, help="characters of one request (%(default)s)")
    serve.add_argument(
        "--cors", action="append", default=[], metavar="ORIGIN",
        help="whose pages may use it, as https://example.org, once for each (default: with a key anybody's, else none)",
    )  # fmt: skip
    serve.add_argument("--workers", type=int, default=0, help="requests spoken at once (0: one for each core)")
    serve.add_argument("--batch", type=int, default=0, help="phrases computed in one batch (0: as the device likes it)")
    serve.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps (%(default)s)")

    web = verb(
        "web",
        _web,
        "one page for a run: review its clips, train, listen",
        "ffvits web runs/paimon",
        "ffvits web runs/paimon --port 8000 --no-browser",
    )
    web.add_argument("folder", metavar="RUN", help="a run folder")
    web.add_argument("--host", default="127.0.0.1", help="the address to listen at (%(default)s: this machine only)")
    web.add_argument("--port", type=int, default=23457, help="the port to listen at (%(default)s)")
    web.add_argument("--no-browser", action="store_true", help="do not open the page")


def _say(arguments: argparse.Namespace) -> int:
    from ffvits.voice import Voice

    text = given_text(arguments)
    if arguments.out in ("", "-"):
        raise FfvitsError("speech is written to a file", cure="name one: --out speech.wav")
    voice = Voice.load(arguments.voice, backend=arguments.backend, device=arguments.device, offline=arguments.offline)
    chosen = {name: getattr(arguments, name) for name in ("speaker", "speed", "noise", "noise_w", "seed", "pause")}
    try:
        with console.progress("Speaking", total=len(text), unit="characters") as bar:
            seconds = voice.save(arguments.out, text, told=bar.advance, **chosen)
    except TextError as error:
        raise about_given(error, arguments) from None
    console.result(f"{arguments.out}  {seconds:.2f} s")
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from ffvits.export import TARGETS, export

    targets = list(TARGETS) if "all" in arguments.to else list(dict.fromkeys(arguments.to))
    names = ("checkpoint", "out", "precision", "offline")
    written = export(arguments.source, targets, **{name: getattr(arguments, name) for name in names})
    if arguments.json:
        rows = [{"target": w.target, "folder": str(w.folder), "bytes": w.size, "refused": w.refused} for w in written]
        console.data(rows)
    # Of all programs some take no such voice: that is told, and has failed only where one was asked for by its name.
    failed = [one for one in written if one.refused and (one.target in arguments.to or not one.unfit)]
    return 1 if failed or (written and all(one.refused for one in written)) else 0


def _serve(arguments: argparse.Namespace) -> int:
    import os

    from ffvits.files import path_of
    from ffvits.serve import serve
    from ffvits.serve.settings import Settings

    names = ("host", "port", "rate", "queue", "patience", "max_text", "workers", "batch", "device")
    key = arguments.api_key or os.environ.get("FFVITS_API_KEY", "")
    given = {name: getattr(arguments, name) for name in names}
    serve(Settings(path_of(arguments.folder), key=key, cors=tuple(arguments.cors), **given))
    return 0


def _web(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from ffvits.web import open_page

    open_page(Path(arguments.folder), host=arguments.host, port=arguments.port, browser=not arguments.no_browser)
    return 0
