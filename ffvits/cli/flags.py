"""Flags that several verbs share, and what of the recipe they say."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any

from ffvits.errors import FfvitsError, TextError
from ffvits.language import speaks_chinese

if TYPE_CHECKING:
    from ffvits.evaluate.words import Language

# Flags that stand for one field of the recipe; every other field is reached by --set.
FLAGS = {
    "--base": ("base", "the voice to start from: a name of `ffvits bases`, a G_*.pth, or a folder"),
    "--speaker": ("speaker", "the character's name (a folder that holds one speaker)"),
    "--out": ("out", "the run folder (default: runs/<speaker>)"),
    "--layout": ("layout", "flat: one speaker; folders: one folder per speaker"),
    "--separator": ("label.separate.separator", "what removes music: auto, demucs or spleeter"),
    "--engine": ("label.transcribe.engine", "faster-whisper or openai-whisper; ray labels on a Ray cluster"),
    "--whisper": ("label.transcribe.model", "Whisper size: tiny, base, small, medium, large-v3 …"),
    "--steps": ("train.steps", "optimizer steps (default: chosen by the number of clips and the device)"),
    "--minutes": ("train.minutes", "stop training after so many minutes"),
    "--batch-size": ("train.batch_size", "clips per step"),
    "--device": ("device", "auto, cpu, cuda or mps"),
    "--seed": ("seed", "start of every random choice"),
}

OF_LABELS = ("--speaker", "--out", "--layout", "--separator")  # what a labelled run has settled
# What others mean where nothing is labelled: the voice is listened to as it is trained.
OF_TRAINING = {
    "--engine": "what hears the voice as it learns: faster-whisper or openai-whisper",
    "--whisper": "the size of the Whisper that hears it: tiny, base, small, medium, large-v3 …",
}
PLACES = ("local", "ray")  # where labelling is done, which `--engine` may also name


def recipe_flags(parser: argparse.ArgumentParser, with_input: bool = True) -> None:
    """Adds a recipe and the flags that override it; `with_input` also the folder of recordings, and what decides about
    labels."""
    if with_input:
        parser.add_argument("input", nargs="?", help="the folder of raw recordings")
    meaning = "a character's recipe" if with_input else "how to train; the run's own recipe says the rest"
    parser.add_argument("--recipe", metavar="YAML", help=f"{meaning}; the flags below override it")
    for flag, (name, help) in FLAGS.items():
        if flag in OF_LABELS and not with_input:
            continue
        told = help if with_input else OF_TRAINING.get(flag, help)
        parser.add_argument(flag, dest=name, metavar=name.rpartition(".")[2].upper(), help=told)
    parser.add_argument("--offline", action="store_true", default=None, help="never download")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="any field of the recipe, by its dotted name"
    )


def options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The recipe fields that were given as flags; a value of `--set` is read as it would be in a recipe's file."""
    from ffvits.recipe_file import read_value

    names = [name for name, _ in FLAGS.values()] + ["offline"]
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name, None) is not None}
    if given.get("label.transcribe.engine") in PLACES:
        given["label.engine"] = given.pop("label.transcribe.engine")
    for setting in arguments.set:
        name, equals, value = setting.partition("=")
        if not equals:
            raise FfvitsError(f"--set {setting}: there is no '='", cure="write it as --set train.steps=200")
        given[name.strip()] = read_value(value)
    return given


def text_flags(parser: argparse.ArgumentParser, help: str) -> None:
    """Adds a text, or the file that holds it; `given_text` takes what was given."""
    # To argparse a text like "-5度" is a flag, unless it is told that those are numbers.
    parser._negative_number_matcher = re.compile(r"-[^-A-Za-z]")
    parser.add_argument("text", nargs="?", help=help)
    parser.add_argument(
        "--file", help="read the text from a file, or what subtitles and lyrics say (- for standard input)"
    )


def given_text(arguments: argparse.Namespace) -> str:
    """The text of `text_flags`. Raises FfvitsError if there is none or two, TextError if its file cannot be read."""
    from ffvits.speak.files import read_text

    if (arguments.text is None) == (arguments.file is None):
        verb = arguments.verb
        raise FfvitsError(
            f"nothing to {'say' if verb == 'say' else 'read'}, or twice",
            cure=f'give a text, or --file: ffvits {verb} "你好"',
        )
    return read_text(arguments.file) if arguments.text is None else arguments.text


def language(arguments: argparse.Namespace) -> Language:
    """The language of a summary: the one asked for, else the one that the terminal speaks."""
    return arguments.language or ("zh" if speaks_chinese(sys.stdout) else "en")


def about_given(error: TextError, arguments: argparse.Namespace) -> TextError:
    """An error about a text of `given_text`, with the file that it came from and the sentence that it was met in."""
    error.file = error.file or arguments.file  # its own where not the text is to blame
    if 0 < len(error.text.strip()) <= 200:
        error.message += f", in “{error.text}”"
    return error


def evaluation_flags(parser: argparse.ArgumentParser) -> None:
    """Adds what `evaluate` and `compare` both ask for."""
    parser.add_argument("--sentences", type=int, default=100, help="how many of the 100 test sentences (%(default)s)")
    parser.add_argument("--speaker", help="which speaker of a voice that has several")
    parser.add_argument("--seed", type=int, default=1, help="start of every random choice (%(default)s)")
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda or mps (%(default)s)")
    parser.add_argument("--language", choices=("zh", "en"), help="of the summary (left out: the terminal's)")
    parser.add_argument("--offline", action="store_true", help="never download")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
