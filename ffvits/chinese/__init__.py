"""What ffvits says of clips, trainings and requests, in Chinese: for the page and the report.

clips        why a clip was rejected or doubted, what was done to it, what was measured
running      verdicts on a training, what the page refuses, the names of a voice's card
failures     what keeps a text from being spoken and a training from going on
requests     what is wrong with a request to the server or the page
patterns     how a sentence with figures in it is found again
"""

from __future__ import annotations

from functools import cache

from ffvits.chinese.clips import CODES, NOTES, SCORES, SENTENCES
from ffvits.chinese.failures import FAILURES
from ffvits.chinese.patterns import Patterns
from ffvits.chinese.requests import REQUESTS
from ffvits.chinese.running import CARD, REFUSALS, VERDICTS
from ffvits.clip import Reason

__all__ = ["CARD", "CODES", "NOTES", "SCORES", "both", "kind", "reason", "said", "sentence", "with_cure"]


@cache
def _sentences() -> Patterns:
    return Patterns({**SENTENCES, **REFUSALS, **FAILURES, **REQUESTS, **VERDICTS})


@cache
def _notes() -> Patterns:
    return Patterns(NOTES)


def sentence(english: str) -> str | None:
    """A sentence in Chinese; None for one that stands in no line of the tables."""
    found = _sentences().find(english)
    return found and found[0].format(*found[1])


def said(english: str) -> str:
    """One or several sentences, joined by "; "; what is not known stays as it is."""
    if whole := sentence(english):
        return whole
    parts = english.split("; ")
    found = [sentence(part) for part in parts]
    if not any(found):
        return english
    return "；".join(known or part for known, part in zip(found, parts, strict=True))


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
