"""The command line: one verb per thing a user does. It only reads arguments; the work is done by the library."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ffvits import console
from ffvits.cli.verbs import Parser, declarer, refuse
from ffvits.device import out_of_memory, wait_asleep
from ffvits.errors import FfvitsError, Stopped
from ffvits.extras import install
from ffvits.files import refused_by_disk

GOES_ON = ("auto", "label", "train", "pretrain")  # the verbs that take up what an earlier call left


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; its exit status is 0 done, 1 a negative verdict, 2 an error with a cure, 130 stopped.

    141 says that whoever read the results left early.
    """
    wait_asleep()
    parser = build_parser()
    arguments, unknown = parser.parse_known_args(argv)
    try:
        if unknown:
            refuse(unknown, getattr(arguments, "parser", parser))
        if arguments.verb is None:
            parser.print_help()
            return 0
        console.quiet(arguments.quiet)
        return arguments.run(arguments) or 0
    except FfvitsError as error:
        console.failure(error)
        return 2
    except console.Unread:
        return 141
    except KeyboardInterrupt as stop:
        console.error(str(stop) or "stopped", _how_to_go_on(stop, arguments.verb))
        return 130
    except OSError as error:
        refusal = refused_by_disk(error)
        if refusal is None:
            raise
        console.failure(refusal)
        return 2
    except ModuleNotFoundError as error:
        if (error.name or "ffvits").partition(".")[0] == "ffvits":
            raise
        extra = arguments.verb if arguments.verb in ("serve", "web") else "all"  # a small server needs no recogniser
        console.error(f"the package {error.name!r} is not installed", install(extra))
        return 2
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        console.error(
            f"there is not enough memory: {(str(error) or type(error).__name__).splitlines()[0]}",
            "end other programs, take a smaller Whisper or batch, or compute on the processor (--device cpu)",
        )
        return 2
    finally:
        console.quiet(False)  # a program that calls this is not silenced for good


def _how_to_go_on(stop: KeyboardInterrupt, verb: str) -> str:
    """What somebody can do who stopped a command; empty where all is to be done again."""
    if verb not in GOES_ON:
        return ""
    again = "the same command goes on from here"
    if not isinstance(stop, Stopped):
        return again
    trains = "pretrain" if verb == "pretrain" else "train"
    return f"{again}; for a voice of what is learnt so far: ffvits {trains} {console.typed(stop.folder)} --voice best"


def build_parser() -> argparse.ArgumentParser:
    """The whole command line, without importing anything that it will need."""
    from ffvits import __version__
    from ffvits.cli import judging, looking, making, speaking

    parser = Parser(
        prog="ffvits", description="From a folder of raw recordings of a character to a voice that speaks Chinese."
    )
    parser.add_argument("--version", action="version", version=f"ffvits {__version__}")
    verb = declarer(parser.add_subparsers(dest="verb", metavar="VERB", title="verbs (each has --help with examples)"))
    for verbs in (making, speaking, judging, looking):
        verbs.add(verb)
    return parser
