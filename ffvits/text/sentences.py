"""Long text cut into phrases that a model can speak in one breath, with the pause after each. Linear in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ffvits.text.characters import clean
from ffvits.text.markup import BOT_CODE, EMOTICON

MAX_CHARS = 60
LONGEST_WORD = 240  # characters: what attends to itself in a network takes memory with the square of its length

# Seconds of silence after a phrase that ends so; a paragraph's end is the longest.
PAUSES = {"。": 0.5, "！": 0.5, "？": 0.5, "…": 0.6, "；": 0.4, "：": 0.3, "，": 0.25, "、": 0.15, "—": 0.3, "\n": 0.8}
_ASCII = {
    ".": "。",
    "!": "！",
    "?": "？",
    ";": "；",
    ":": "：",
    ",": "，",
    "．": "。",
    "｡": "。",
    "､": "、",
    "~": "。",
    "～": "。",
}

# A full stop inside a number, an address or an abbreviation ends nothing.
_END = re.compile(r"(?:[。！？!?…｡]|(?<![0-9A-Za-z])\.|\.(?=\s|$)|[；;]|\n)+[”’」』》）)\]\"']*")
_CLAUSE = re.compile(r"(?:[，、：—]|,(?!\d)|:(?!\d|//))+[”’」』》）)\]\"']*")
_ABBREVIATION = re.compile(
    r"(?<![A-Za-z])(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|No|Vol|Fig|Mt|Lt|Gen|Col|Capt)$|(?:^|[\s。！？；：，、])\d{1,2}$"
)
_MAY_BE_A_FACE = re.compile(r"[(（][^()（）\n一-鿿]{0,9}[。｡！？…!?;；]")
_HANZI = re.compile("[一-鿿]")
_READING = re.compile(r"\{[^{}\n]{0,60}\}")
_TAG = re.compile(r"<[^<>\n]{1,60}>|\[[^\[\]\n]{1,12}\]")


@dataclass(frozen=True)
class Phrase:
    """A stretch of text to speak at once, and the seconds of silence after it."""

    text: str
    pause: float


def split_sentences(text: str, max_chars: int = MAX_CHARS) -> list[Phrase]:
    """Phrases of at most `max_chars` characters (a word or number may have LONGEST_WORD), cut where a reader pauses.

    Sentences end at 。！？；… and at line ends. A sentence that is too long is cut at commas, then between words;
    never inside a word, a number, an address, a tag or a reading in braces. Nothing but space between phrases is
    lost: the phrases together hold every other character. Only where the whole text has no words, or LONGEST_WORD
    signs stand together, has a phrase none.
    The last phrase has no pause. Raises ValueError for `max_chars` < 1.
    """
    if max_chars < 1:
        raise ValueError("max_chars must be at least 1")
    phrases = [
        Phrase(piece, _pause(piece, closed))
        for sentence, closed in _sentences(text)
        for piece in _fit(sentence, max_chars)
    ]
    if phrases:
        phrases[-1] = Phrase(phrases[-1].text, 0.0)
    return phrases


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Sentences with words in them, and "\\n" where a paragraph ends; marks alone join a neighbour, if there is one."""
    start = 0
    whole: list[str] = []  # has words, and waits for what may have to join it
    held: list[str] = []
    alone = False  # what is held is a single sentence with words; several may have none together: a tag over two lines
    for end in _ends(text):
        sentence = text[start:end]
        start = end
        words = has_words(sentence)
        if words and (alone or has_words(_joined(held)[0])):
            if whole:
                yield _joined(whole)
            whole, held = held, []
        held.append(sentence)
        alone = words and len(held) == 1
    if whole and (alone or has_words(_joined(held)[0])):
        yield _joined(whole)
        whole = []
    if "".join(whole + held).strip():
        yield _joined(whole + held)


def _joined(sentences: list[str]) -> tuple[str, str]:
    """What is spoken together, on one line, and whether a paragraph ends behind its words."""
    whole = "".join(sentences)
    last = next((i for i in range(len(whole) - 1, -1, -1) if whole[i].isalnum()), 0)
    return re.sub(r"\s*\n\s*", " ", whole.strip()), "\n" if "\n" in whole[last:] else ""


def _ends(text: str) -> Iterator[int]:
    """Where sentences end; a mark of a face ends none, nor a point behind an initial or a number that marks an item."""
    masked = _without_codes(text)
    if _MAY_BE_A_FACE.search(masked):
        masked = EMOTICON.sub(lambda m: "_" * len(m.group()), masked)
    for match in _END.finditer(masked):
        if match.group().strip() != "." or not _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start()]):
            yield match.end()
    yield len(text)


def _without_formulas(text: str, by: str) -> str:
    """The text with each formula of LaTeX covered, every place as it was."""
    if "$" not in text and "\\" not in text:
        return text
    from ffvits.text.latex import FORMULA

    return FORMULA.sub(lambda m: by * len(m.group()), text)


def _without_codes(text: str) -> str:
    """The text with formulas and codes of QQ bots covered, whose commas and colons end nothing."""
    masked = _without_formulas(text, "_")
    return BOT_CODE.sub(lambda m: "_" * len(m.group()), masked) if "[CQ:" in masked else masked


_MARKED_UP = re.compile(r"[<\[(（&^>_ʕ$\\`]")


def has_words(text: str) -> bool:
    """True if something of the text is spoken: a letter, a digit or a hanzi, and no markup or face."""
    return any(c.isalnum() for c in text) and (
        bool(_HANZI.search(text) and not _MARKED_UP.search(text)) or any(c.isalnum() for c in clean(text).text)
    )


def _fit(sentence: str, max_chars: int) -> Iterator[str]:
    """The sentence whole, or its clauses joined up to the limit, or words joined up to the limit."""
    if len(sentence) <= max_chars:
        yield sentence
        return
    held = ""
    for clause in _clauses(sentence):
        for part in (clause,) if len(clause) <= max_chars else _words(clause, max_chars):
            full = held and len(held) + len(part) > max_chars
            if full and (len(held) > LONGEST_WORD or (has_words(part) and has_words(held))):
                yield held.strip()
                held = ""
            held += part
    if held.strip():
        yield held.strip()


def _clauses(sentence: str) -> Iterator[str]:
    start = 0
    for match in _CLAUSE.finditer(_without_codes(sentence)):
        yield sentence[start : match.end()]
        start = match.end()
    if start < len(sentence):
        yield sentence[start:]


# What must stay whole besides words: numbers with their signs and units, Latin with digits, addresses.
_WHOLE = re.compile(r"(?:[0-9A-Za-z@#$¥￥€£]|(?<=[0-9A-Za-z])[.,:/+\-_%°&=?~'’](?=[0-9A-Za-z]))+[%‰°℃℉]?")


def _words(clause: str, max_chars: int) -> Iterator[str]:
    """Words joined up to the limit; a reading in braces stays with what it is for."""
    from ffvits.text.segmentation import cut

    held = ""
    for word in _atoms(clause, cut):
        full = held and len(held) + len(word) > max_chars and not word.startswith("{")
        if full and (len(held) > LONGEST_WORD or has_words(word)):
            yield held
            held = ""
        held += word
    if held:
        yield held


def _atoms(clause: str, cut) -> Iterator[str]:
    start = 0
    # A formula counts as a word.
    masked = _without_formulas(clause, "x")
    for match in re.finditer(f"{_READING.pattern}|{BOT_CODE.pattern}|{_TAG.pattern}|{_WHOLE.pattern}", masked):
        yield from chain.from_iterable(map(_halves, cut(clause[start : match.start()])))
        yield from _halves(clause[match.start() : match.end()])
        start = match.end()
    yield from chain.from_iterable(map(_halves, cut(clause[start:])))


def _halves(atom: str) -> Iterator[str]:
    """What nobody says as one word (thousands of digits or letters) in pieces; markup stays whole."""
    if len(atom) <= LONGEST_WORD or atom[0] in "[{<":
        yield atom
        return
    middle = len(atom) // 2
    yield from _halves(atom[:middle])
    yield from _halves(atom[middle:])


def _pause(piece: str, closed: str) -> float:
    """By the last mark of the piece; between words of a cut sentence there is hardly a pause."""
    end = piece.rstrip("”’」』》）)]\"' ")
    mark = _ASCII.get(end[-1:], end[-1:])
    pause = PAUSES.get(mark, 0.05)
    return PAUSES["\n"] if closed and (mark in PAUSES or not closed.strip()) else pause
