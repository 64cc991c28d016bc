"""What ffvits says, in Chinese: for the page, the report and a terminal whose user reads it.

clips        why a clip was rejected or doubted, what was done to it, what was measured
running      verdicts on a training, where it stands, what the page refuses, the names of a voice's card
failures     what keeps a text from being spoken and a training from going on
requests     what is wrong with a request to the server or the page
commands     what the command line's --help says, and what is wrong with arguments
results      what its results say: outlooks, verdicts on folders, lists of bases, how texts are read
labelling    what the terminal says of recordings and labels
recipes      … of recipes
making       … of runs and trainings
checkpoints  … of checkpoints and their configurations
voices       … of bases, what is fetched and exported
speaking     … of finished voices: speaking, serving, judging
rules        the names of the rules that turn numbers and signs into words
patterns     how a sentence with figures in it is found again
"""

from __future__ import annotations

import itertools
import re
from functools import cache

from ffvits.chinese.checkpoints import CHECKPOINTS
from ffvits.chinese.clips import CHANGED, CODES, NOTES, SCORES, SENTENCES
from ffvits.chinese.commands import COMMANDS
from ffvits.chinese.failures import FAILURES
from ffvits.chinese.labelling import LABELLING
from ffvits.chinese.making import MAKING
from ffvits.chinese.patterns import Patterns
from ffvits.chinese.recipes import RECIPES
from ffvits.chinese.requests import REQUESTS
from ffvits.chinese.results import RESULTS
from ffvits.chinese.rules import RULES
from ffvits.chinese.running import CARD, LOOKS, REFUSALS, STANDING, VERDICTS
from ffvits.chinese.speaking import SPEAKING
from ffvits.chinese.voices import VOICES
from ffvits.clip import Reason

__all__ = ["CARD", "CODES", "NOTES", "SCORES", "both", "kind", "reason", "rule", "said", "sentence", "with_cure"]


_COLONS = 8  # more has no file's name, and what is before it, in front of a message
_SENTENCE = 3  # blanks in what can be nothing but a sentence
# What the tables have in the plural only, as `ffvits.language.counted` says it of one.
_ONE = re.compile(r"(?<![\d.,/])\b1 (?:step|clip|change|recording|sentence|worker|character|syllable|more text)\b(?!-)")
_PLACE = re.compile(r" \((?:line (\d+), )?character (\d+)\)")  # as `ffvits.errors.Place` names it


@cache
def _sentences() -> Patterns:
    told = {**COMMANDS, **RESULTS, **LABELLING, **RECIPES, **MAKING, **CHECKPOINTS, **VOICES, **SPEAKING}
    told |= {**CHANGED, **SENTENCES, **REFUSALS, **FAILURES, **REQUESTS}
    return Patterns({**told, **VERDICTS, **LOOKS, **STANDING})


@cache
def _notes() -> Patterns:
    return Patterns(NOTES)


def sentence(english: str) -> str | None:
    """A sentence in Chinese, and what it quotes of others; None for one that stands in no line of the tables."""
    found = _sentences().find(english) or _sentences().find(_ONE.sub(r"\g<0>s", english))
    if found is None:
        return None
    chinese, places = found
    return chinese.format(*(_quoted(words, f"“{{{n}}}" in chinese) for n, words in enumerate(places)))


def _quoted(words: str, speech: bool) -> str:
    """What fills a place of a sentence: a name, a number, or what went wrong elsewhere; `speech` is somebody's."""
    if speech or words.startswith("“") or " " not in words:
        return words
    if "\n  - " in words:  # where something was looked for, and why it was not had there
        return re.sub(r"(?m)^(  - .+?): (.+)$", lambda line: f"{line[1]}：{said(line[2])}", words)
    # Of a few words many a line might be the pattern.
    known = words in _sentences() or words.count(" ") >= _SENTENCE
    # Several of them stand behind each other with commas.
    return _PLACE.sub(_numbered, said(words) if known else words).replace("）, ", "）、")


def _numbered(place: re.Match[str]) -> str:
    line, character = place.groups()
    return f"（第 {line} 行第 {character} 个字）" if line else f"（第 {character} 个字）"


def said(english: str) -> str:
    """One or several sentences, joined by "; ", or an error in one line (FILE: message — cure).

    What is not known stays as it is.
    """
    if known := _joined(english):
        return known
    message, dash, cure = english.rpartition(" — ")
    located = _located(message) if dash else None
    return f"{located}。{_joined(cure) or cure}" if located else english


def _joined(english: str) -> str | None:
    """One or several sentences; None where not one of them is known."""
    if whole := sentence(english):
        return whole
    parts = english.split("; ")
    found = [sentence(part) for part in parts]
    return "；".join(known or part for known, part in zip(found, parts, strict=True)) if any(found) else None


def _located(message: str) -> str | None:
    """An error's message, perhaps with the file that it is about before it; None where it is not known."""
    colons = itertools.islice(re.finditer(": ", message), _COLONS)
    for start in (0, *(colon.end() for colon in colons)):
        if known := _joined(message[start:]):
            return message[:start] + known
    return None


def both(english: str) -> dict[str, str]:
    """What is said, in the page's languages."""
    return {"en": english, "zh": said(english)}


def reason(why: Reason) -> str:
    """A reason and its cure; where its words are not known, what its code says stands before them."""
    told = with_cure(why.message, why.cure)
    return f"{CODES[why.code]}：{told}" if said(why.message) == why.message and why.code in CODES else told


def with_cure(message: str, cure: str) -> str:
    """What went wrong, and what to do about it."""
    return f"{said(message)}。{said(cure)}" if cure else said(message)


def kind(note: str) -> str:
    """What kind of thing a note says was done, without its figures; what is not known stays as it is."""
    found = _notes().find(note)
    return found[0] if found else note


def rule(name: str) -> str:
    """What a rule of the normaliser is called; one that is not known keeps its name."""
    return RULES.get(name, name)
