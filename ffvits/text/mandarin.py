"""From a spoken sentence (hanzi, Latin words, marks) to words whose every character has a reading.

Who decides, in this order: braces in the text, the user's lexicon, the phrases of `data/readings.txt` and `verses.txt`,
the polyphone rules, surnames, g2pW where it is installed, the polyphone model, pypinyin's phrases, pypinyin's first
reading of the character.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import lru_cache

from ffvits.errors import Place, TextError
from ffvits.text.beneficiaries import beneficiaries
from ffvits.text.characters import MARKS, is_hanzi
from ffvits.text.inline import Given
from ffvits.text.polyphone_rules import ruled
from ffvits.text.returns import besides
from ffvits.text.syllables import tidy
from ffvits.text.tokens import Mark, Piece, Token, Word
from ffvits.text.word_rules import adverbs, degrees, musts

_LATIN = re.compile("[A-Za-z]+")


def read(
    spoken: str,
    *,
    lexicon: Mapping[str, tuple[str, ...]],
    inline: Mapping[int, tuple[str, ...]],
    given: Mapping[int, Given] | None = None,
) -> list[Token]:
    """Words with readings for a normalised sentence.

    `lexicon` maps hanzi words and lower-case Latin words to syllables; `inline` maps the index of a hanzi (or of the
    first letter of a Latin word) in `spoken` to what the writer put in braces, `given` the index of a whole word that
    nothing else may read. Raises TextError for characters that have no reading, with their places in `spoken`.
    """
    given = given or {}
    words = list(_words(spoken, [word for word in lexicon if word in spoken and is_hanzi(word[0])], given))
    decided = _decide(spoken, words, lexicon)
    _demand_readings(spoken, {*decided, *inline, *(i + n for i, one in given.items() for n in range(len(one.text)))})
    tokens: list[Token] = []
    position = 0
    for word in words:
        if position in given:
            known = given[position]
            tokens.append(Word((Piece(known.text, known.syllables, known.source, position),)))
        else:
            tokens.extend(_tokens(spoken, word, position, decided, lexicon, inline))
        position += len(word)
    return tokens


def _words(spoken: str, fixed: Sequence[str], given: Mapping[int, Given]) -> Iterator[str]:
    """The words of the segmenter; those that are given stand as they are."""
    from ffvits.text.segmentation import cut

    at = 0
    for place in sorted(given):
        yield from cut(spoken[at:place], fixed)
        yield given[place].text
        at = place + len(given[place].text)
    yield from cut(spoken[at:], fixed)


def character_readings(text: str) -> list[str | None]:
    """The reading of each character of `text` as it stands, None for what is no hanzi or has no reading.

    Nothing is normalised, so the list is as long as the text: for measuring against annotated sentences.
    """
    from ffvits.text.segmentation import cut

    decided = _decide(text, list(cut(text)), {})
    return [decided[i][0] if i in decided else None for i in range(len(text))]


def _tokens(
    spoken: str,
    word: str,
    start: int,
    decided: Mapping[int, tuple[str, str]],
    lexicon: Mapping[str, tuple[str, ...]],
    inline: Mapping[int, tuple[str, ...]],
) -> Iterator[Token]:
    """The pieces of one segmented word; marks inside it split it."""
    pieces: list[Piece] = []
    at = 0
    while at < len(word):
        place, char = start + at, word[at]
        if char in MARKS or char == " ":
            if pieces:
                yield Word(tuple(pieces))
                pieces = []
            if char != " ":
                yield Mark(char, place)
            at += 1
            continue
        latin = _LATIN.match(word, at)
        if latin:
            pieces.extend(_latin(spoken, latin.group(), place, lexicon, inline))
            at = latin.end()
            continue
        if place in inline:
            pieces.append(Piece(char, inline[place], "inline", place))
        else:
            reading, source = decided[place]
            pieces.append(Piece(char, (reading,), source, place))
        at += 1
    if pieces:
        yield Word(tuple(pieces))


def _latin(
    spoken: str,
    text: str,
    place: int,
    lexicon: Mapping[str, tuple[str, ...]],
    inline: Mapping[int, tuple[str, ...]],
) -> list[Piece]:
    from ffvits.text.latin import reading_between, spell

    if place in inline:
        return [Piece(text, inline[place], "inline", place)]
    if text.lower() in lexicon:
        return [Piece(text, lexicon[text.lower()], "lexicon", place)]
    end = place + len(text)
    reading = reading_between(text, spoken[max(0, place - 20) : place], spoken[end : end + 20])
    if reading is not None:
        return [Piece(text, reading, "english", place)]
    return [Piece(letter, spell(letter), "letter", place + i) for i, letter in enumerate(text)]


def _demand_readings(spoken: str, known: Container[int]) -> None:
    """Raises TextError if hanzi or letters of other scripts stand where no reading is known."""
    lost = [
        Place(char, i)
        for i, char in enumerate(spoken)
        if i not in known and char not in MARKS and char != " " and not _LATIN.match(char)
    ]
    if not lost:
        return
    (char, place, _), *others = lost
    if is_hanzi(char):
        error = TextError(
            f"{char!r} has no known reading",
            position=place,
            character=char,
            cure="write its reading behind it, as in 甪{lu4}, or add it to the lexicon",
        )
    else:
        error = TextError(
            f"{char!r} cannot be read in Mandarin",
            position=place,
            character=char,
            cure="write the words in Chinese characters or Latin letters",
        )
    error.others = tuple(others)
    raise error


def _decide(spoken: str, words: Sequence[str], lexicon: Mapping[str, tuple[str, ...]]) -> dict[int, tuple[str, str]]:
    """The reading of every hanzi by its position, and who decided it."""
    from ffvits.text.g2pw import choose
    from ffvits.text.polyphones import model, phrases
    from ffvits.text.surnames import surnames

    decided: dict[int, tuple[str, str]] = {}
    settled: set[int] = set()
    start = 0
    for word in words:
        given = lexicon.get(word)
        # A whole word of three characters and more has one reading; the network, which has seen few idioms, has doubts.
        if len(word) > 2 and phrases().common.get(word):
            settled.update(range(start, start + len(word)))
        if any(map(is_hanzi, word)):
            for i, (char, reading) in enumerate(zip(word, word_readings(word), strict=True)):
                if given and len(given) == len(word) and is_hanzi(char):
                    decided[start + i] = (given[i], "lexicon")
                elif reading:
                    decided[start + i] = (reading, "phrase" if len(word) > 1 else "character")
        start += len(word)
    for position, (reading, source) in choose(spoken, model().choose(spoken, words).items()).items():
        if position not in decided or decided[position][1] == "lexicon":
            continue
        if source == "g2pW" or position not in settled:
            if len(spoken) == 1:
                reading, source = _ALONE.get(spoken, decided[position][0]), "character"
            decided[position] = (_PLAIN.get(reading, reading), source)
    start = 0
    for word in words:
        if "子" in word:
            for i, char in enumerate(word):
                if char == "子" and decided.get(start + i, ("", "lexicon"))[1] != "lexicon":
                    decided[start + i] = (_zi(word, i), "suffix 子")
        start += len(word)
    for source, readings in (("surname", surnames(spoken, words)), ("reading list", _phrases(spoken, words))):
        for position, reading in readings:
            if position in decided and decided[position][1] != "lexicon":
                decided[position] = (reading, source)
    return decided


# 子 keeps its tone where it means a person, a particle or a seed; as a mere suffix it is neutral.
_FULL_ZI = frozenset("""
    电子 男子 女子 分子 原子 粒子 离子 质子 中子 光子 因子 太子 天子 公子 王子 皇子 孔子 孟子 荀子 庄子 墨子
    韩非子 朱子 游子 才子 浪子 弟子 父子 母子 孝子 赤子 臣子 君子 童子 次子 长子 独子 养子 义子 世子 精子 卵子
    配子 棋子 瓜子 莲子 鱼子 量子 孢子 西门子 娘子军 亲子 妻子儿女 幼子 长公子 夫子 老夫子 孺子 竖子 夸克子 介子
    声子 中微子 等离子 负离子 正离子 算子 处子 犬子 骄子 松子 五子 三子 二子 四子 其子 之子 庶子 嫡子 逆子
    内子 学子 士子 仙子 舟子 诸子 子子
""".split())  # fmt: skip


def _zi(word: str, index: int) -> str:
    if index == 0 or {word[: index + 1], word[index - 1 : index + 1], word[max(0, index - 2) : index + 1]} & _FULL_ZI:
        return "zi3"
    return "zi5" if index == len(word) - 1 or _within(word, index) else "zi3"


def _within(word: str, index: int) -> bool:
    """Whether 子 in the middle of a known word ends a noun (饺子馅), and does not begin a word or a name (章子怡)."""
    from ffvits.text.polyphones import phrases
    from ffvits.text.segmentation import tokenizer

    noun, known = word[index - 1 : index + 1], tokenizer(word).FREQ
    if word[index : index + 2] in _BEGUN_BY_ZI or not known.get(word) or known.get(noun, 0) < 100:
        return False
    return {reading for reading in phrases().word(noun, 1) if reading} == {"zi5"}


_BEGUN_BY_ZI = frozenset("子弟 子孙 子女 子嗣 子午 子夜 子宫 子弹 子公 子爵".split())


# A character that is the whole text has no context to weigh: its first reading counts, or this one.
_ALONE = {"长": "chang2", "切": "qie1", "嗯": "en4", "哦": "o4"}
# The network knows syllables that no base was trained with.
_PLAIN = {"r5": "er2", "xx5": "er2"}


@lru_cache(maxsize=32768)
def word_readings(word: str) -> tuple[str | None, ...]:
    """pypinyin's reading of each character of a word by itself, None where it knows none."""
    from pypinyin import Style, pinyin

    readings: list[str | None] = []
    for run in re.findall(f"{_HANZI}+|[^{_HANZI[1:-1]}]", word):
        if not is_hanzi(run[0]):
            readings.append(None)
            continue
        for char, found in zip(
            run, pinyin(run, style=Style.TONE3, neutral_tone_with_five=True, errors=list), strict=True
        ):
            readings.append(_UNLISTED.get(char) or (tidy(found[0]) if found[0] != char else None))
    return tuple(readings)


# What pypinyin lacks: the simplified form of 孻, the last child, in Cantonese names and news.
_UNLISTED = {"𡥧": "nai2"}
_HANZI = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]"


@lru_cache(maxsize=1)
def _reading_list() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    from ffvits.text.polyphones import data_text, read_phrases

    listed = read_phrases(data_text("readings.txt")) | read_phrases(data_text("verses.txt"))
    ordered = sorted(listed, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered))), listed


def _phrases(spoken: str, words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Readings by rules, and above them by the phrases of `data/readings.txt` and `verses.txt`, longest first.

    In those lists `-` leaves a character to the others. A phrase of up to three characters counts where it begins and
    ends with a word, or lies inside one: 上当 is none in 晚上当我.
    """
    for place in beneficiaries(spoken, words):
        yield place, "wei4"
    for place in adverbs(spoken, words):
        yield place, "de5"
    for place in degrees(spoken, words):
        yield place, "de5"
    for place in musts(spoken, words):
        yield place, "dei3"
    yield from ruled(spoken)
    for place in besides(spoken):
        yield place, "hai2"
    pattern, listed = _reading_list()
    owner = [index for index, word in enumerate(words) for _ in word] + [len(words)]

    def counts(start: int, end: int) -> bool:
        inside = owner[start] == owner[end - 1]
        whole = (not start or owner[start] != owner[start - 1]) and owner[end] != owner[end - 1]
        return inside or whole or end - start > 3

    at = 0
    while match := pattern.search(spoken, at):
        start, longest = match.span()
        # A phrase that does not count here may begin with one that does.
        ends = (end for end in range(longest, start, -1) if spoken[start:end] in listed and counts(start, end))
        end = next(ends, start)
        if end == start:
            at = start + 1
            continue
        at = end
        for i, reading in enumerate(listed[spoken[start:end]]):
            if reading != "-":
                yield start + i, reading
