"""How each family of bases writes words and marks as symbols. Marks that a table lacks take the nearest it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ffvits.text.syllables import bopomofo, parts
from ffvits.text.tokens import ERHUA, Mark, Piece, Token, Word

SENTENCE_END = "。！？"


@dataclass(frozen=True)
class Spelled:
    """The symbols of a sentence, and for each syllable (in order) the half-open stretch of symbols that is its own."""

    symbols: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


Speller = Callable[[Sequence[Token]], Spelled]


def _trim(tokens: Sequence[Token]) -> list[Token]:
    """Without marks before the first word: nothing is spoken there, and no base saw a sentence begin so."""
    first = next((i for i, token in enumerate(tokens) if isinstance(token, Word)), len(tokens))
    return list(tokens[first:])


def initial_and_final(pinyin: str) -> tuple[str, str]:
    """The two symbols of a syllable in the initial+final tables: "shi4" is ("sh", "iii4"), "yuan2" is ("^", "van2")."""
    p = parts(pinyin)
    final = p.final
    if final == "i" and p.initial in ("z", "c", "s"):
        final = "ii"
    elif final == "i" and p.initial in ("zh", "ch", "sh", "r"):
        final = "iii"
    else:
        # Interjections that have no vowel of their own take the nearest syllable of the table.
        final = {"n": "en", "ng": "en", "m": "en", "ê": "ei", "io": "iou", "iai": "ia"}.get(final, final)
    return p.initial or "^", f"{final}{p.tone}"


_LITE_MARKS = dict.fromkeys("、；：—…", "，") | {mark: mark for mark in "，。！？"}


def spell_mandarin_lite(tokens: Sequence[Token]) -> Spelled:
    """Initial, final with tone; ，。！？ where they stand; a final 。 where there is none."""
    return _initials_finals(tokens, _LITE_MARKS)


_OWN_MARKS = {mark: mark for mark in "，。！？、；：…—"}


def spell_initials_finals(tokens: Sequence[Token]) -> Spelled:
    """As mandarin-lite with five more marks and `rr` for the r of erhua."""
    return _initials_finals(tokens, _OWN_MARKS)


def _initials_finals(tokens: Sequence[Token], marks: Mapping[str, str]) -> Spelled:
    symbols: list[str] = []
    spans = []
    known = set(marks.values())
    for token in _trim(tokens):
        if isinstance(token, Mark):
            mark = marks.get(token.text)
            if mark is not None:
                # "？！" and "……" are one pause: of neighbouring marks the weightier stays.
                if symbols and symbols[-1] in known:
                    symbols[-1] = max(symbols[-1], mark, key=lambda m: (m in SENTENCE_END, m == symbols[-1]))
                else:
                    symbols.append(mark)
            continue
        for piece in token.pieces:
            for syllable in piece.pinyin:
                start = len(symbols)
                if syllable == ERHUA:
                    symbols.append("rr")
                else:
                    symbols.extend(initial_and_final(syllable))
                spans.append((start, len(symbols)))
    if symbols and symbols[-1] not in SENTENCE_END:
        if symbols[-1] in known and symbols[-1] not in ("…", "—"):
            symbols[-1] = "。"
        else:
            symbols.append("。")
    return Spelled(tuple(symbols), tuple(spans))


_LETTER_MARKS = {mark: mark for mark in "；：，。！？“”《》、（）…—"}
_LETTER_SYLLABLES = {"n": "en", "ng": "en", "m": "mu", "ê": "ei", "hm": "hen", "hng": "heng"}


def spell_pinyin_letters(tokens: Sequence[Token]) -> Spelled:
    """Pinyin letters and the tone digit (none for the neutral tone), items separated by a space.

    Marks that touch one another are one item, as in the transcripts of the base: `gui3 fen3 si1 ”， “`.
    """
    items: list[str] = []
    ends: list[int] = []  # item index of each syllable
    in_marks = False
    for token in _trim(tokens):
        if isinstance(token, Mark):
            mark = _LETTER_MARKS.get(token.text)
            if mark is None:
                continue
            if in_marks:
                items[-1] += mark
            else:
                items.append(mark)
            in_marks = True
            continue
        in_marks = False
        for piece in token.pieces:
            for syllable in piece.pinyin:
                base, tone = syllable[:-1], syllable[-1]
                base = _LETTER_SYLLABLES.get(base, base)
                ends.append(len(items))
                items.append(base if tone == "5" else base + tone)
    if items and not re.search(r"[。！？…—]", items[-1]):
        if in_marks and items[-1] in ("，", "、", "；", "："):
            items[-1] = "。"
        elif in_marks:
            items[-1] += "。"
        else:
            items.append("。")
    starts, position = [], 0
    for item in items:
        starts.append(position)
        position += len(item) + 1
    symbols = tuple(" ".join(items))
    return Spelled(symbols, tuple((starts[i], starts[i] + len(items[i])) for i in ends))


# Letters as the cleaners of the CjangCjengh family read them; the sounds are not all Mandarin, the symbols are.
_LETTERS_BOPOMOFO: Mapping[str, tuple[str, ...]] = {
    "A": ("ㄟˉ",), "B": ("ㄅㄧˋ",), "C": ("ㄙㄧˉ",), "D": ("ㄉㄧˋ",), "E": ("ㄧˋ",), "F": ("ㄝˊ", "ㄈㄨˋ"),
    "G": ("ㄐㄧˋ",), "H": ("ㄝˇ", "ㄑㄩˋ"), "I": ("ㄞˋ",), "J": ("ㄐㄟˋ",), "K": ("ㄎㄟˋ",), "L": ("ㄝˊ", "ㄛˋ"),
    "M": ("ㄝˊ", "ㄇㄨˋ"), "N": ("ㄣˉ",), "O": ("ㄡˉ",), "P": ("ㄆㄧˉ",), "Q": ("ㄎㄧㄡˉ",), "R": ("ㄚˋ",),
    "S": ("ㄝˊ", "ㄙˋ"), "T": ("ㄊㄧˋ",), "U": ("ㄧㄡˉ",), "V": ("ㄨㄧˉ",), "W": ("ㄉㄚˋ", "ㄅㄨˋ", "ㄌㄧㄡˋ"),
    "X": ("ㄝˉ", "ㄎㄨˋ", "ㄙˋ"), "Y": ("ㄨㄞˋ",), "Z": ("ㄗㄟˋ",),
}  # fmt: skip

_BOPOMOFO_MARKS = dict.fromkeys("、；：，", "，") | {mark: mark for mark in "。！？—…"}


def _in_bopomofo(piece: Piece) -> list[str]:
    """The bopomofo of each syllable of the piece; a letter keeps the reading its bases were trained with."""
    if piece.source == "letter" and piece.text.upper() in _LETTERS_BOPOMOFO:
        spelled = list(_LETTERS_BOPOMOFO[piece.text.upper()])
        return (spelled + [""] * len(piece.pinyin))[: max(len(piece.pinyin), len(spelled))]
    return [bopomofo(syllable) for syllable in piece.pinyin]


def _has_hanzi(word: Word) -> bool:
    return any(piece.source != "letter" and piece.source != "english" for piece in word.pieces)


def _bopomofo_stretches(tokens: Sequence[Token]) -> list[str | tuple[str, ...]]:
    """The sentence as strings (spaces, marks) and one-syllable tuples, in order.

    A word in hanzi has a space before it unless it opens the sentence; Latin stands without one.
    """
    stretches: list[str | tuple[str, ...]] = []
    for token in _trim(tokens):
        if isinstance(token, Mark):
            mark = _BOPOMOFO_MARKS.get(token.text)
            if mark is not None:
                stretches.append(mark)
            continue
        if stretches and _has_hanzi(token):
            stretches.append(" ")
        for piece in token.pieces:
            spelled = _in_bopomofo(piece)
            # One tuple per syllable of the reading, so that spans keep counting syllables.
            merged = spelled[: len(piece.pinyin)]
            if len(spelled) > len(merged):
                merged[-1] += "".join(spelled[len(piece.pinyin) :])
            stretches.extend((s,) for s in merged)
    return stretches


def spell_bopomofo(tokens: Sequence[Token]) -> Spelled:
    """Bopomofo letters and tone marks, a space before each word, a final 。 where there is no mark."""
    symbols: list[str] = []
    spans = []
    for stretch in _bopomofo_stretches(tokens):
        if isinstance(stretch, str):
            symbols.append(stretch)
        else:
            spans.append((len(symbols), len(symbols) + len(stretch[0])))
            symbols.extend(stretch[0])
    if symbols and symbols[-1] in "ˉˊˇˋ˙":
        symbols.append("。")
    return Spelled(tuple(symbols), tuple(spans))


_TONE_ARROWS = {"ˉ": "→", "ˊ": "↑", "ˇ": "↓↑", "ˋ": "↓", "˙": ""}
_ASCII_MARKS = {"，": ",", "。": ".", "！": "!", "？": "?", "—": "-", "…": "…", " ": " "}

# Sounds of bopomofo in the two Latin alphabets, longest spelling first.
_CONSONANTS = {
    "ㄅ": "p⁼", "ㄆ": "pʰ", "ㄇ": "m", "ㄈ": "f", "ㄉ": "t⁼", "ㄊ": "tʰ", "ㄋ": "n", "ㄌ": "l", "ㄍ": "k⁼",
    "ㄎ": "kʰ", "ㄕ": "s`", "ㄖ": "ɹ`", "ㄙ": "s", "ㄒ": "ʃ",
}  # fmt: skip
_IPA = _CONSONANTS | {
    "ㄅㄛ": "p⁼wo", "ㄆㄛ": "pʰwo", "ㄇㄛ": "mwo", "ㄈㄛ": "fwo",
    "ㄏ": "x", "ㄐ": "tʃ⁼", "ㄑ": "tʃʰ", "ㄓ": "ts`⁼", "ㄔ": "ts`ʰ", "ㄗ": "ts⁼", "ㄘ": "tsʰ",
    "ㄚ": "a", "ㄛ": "o", "ㄜ": "ə", "ㄝ": "ɛ", "ㄞ": "aɪ", "ㄟ": "eɪ", "ㄠ": "ɑʊ", "ㄡ": "oʊ",
    "ㄧㄢ": "jɛn", "ㄩㄢ": "ɥæn", "ㄢ": "an", "ㄧㄣ": "in", "ㄩㄣ": "ɥn", "ㄣ": "ən", "ㄤ": "ɑŋ",
    "ㄧㄥ": "iŋ", "ㄨㄥ": "ʊŋ", "ㄩㄥ": "jʊŋ", "ㄥ": "əŋ", "ㄦ": "əɻ", "ㄧ": "i", "ㄨ": "u", "ㄩ": "ɥ",
}  # fmt: skip
_ROMAJI = _CONSONANTS | {
    "ㄅㄛ": "p⁼wo", "ㄆㄛ": "pʰwo", "ㄇㄛ": "mwo", "ㄈㄛ": "fwo",
    "ㄏ": "h", "ㄐ": "ʧ⁼", "ㄑ": "ʧʰ", "ㄓ": "ʦ`⁼", "ㄔ": "ʦ`ʰ", "ㄗ": "ʦ⁼", "ㄘ": "ʦʰ",
    "ㄚ": "a", "ㄛ": "o", "ㄜ": "ə", "ㄝ": "e", "ㄞ": "ai", "ㄟ": "ei", "ㄠ": "au", "ㄡ": "ou",
    "ㄧㄢ": "yeNN", "ㄢ": "aNN", "ㄧㄣ": "iNN", "ㄣ": "əNN", "ㄤ": "aNg",
    "ㄧㄥ": "iNg", "ㄨㄥ": "uNg", "ㄩㄥ": "yuNg", "ㄥ": "əNg", "ㄦ": "əɻ", "ㄧ": "i", "ㄨ": "u", "ㄩ": "ɥ",
}  # fmt: skip


def _sounds(spelled: str, table: Mapping[str, str]) -> str:
    """Bopomofo without its tone in the sounds of `table`, two letters at a time where the table has the pair."""
    out, i = [], 0
    while i < len(spelled):
        width = 2 if spelled[i : i + 2] in table and i + 1 < len(spelled) else 1
        out.append(table[spelled[i : i + width]])
        i += width
    return "".join(out)


def _spell_latin(tokens: Sequence[Token], table: Mapping[str, str], glide: str, apical: str) -> Spelled:
    """Bopomofo turned into sounds and tone arrows, as the mixed-language cleaners do.

    Where the rules of those cleaners look over the edge of a syllable (a neutral tone leaves no arrow behind), the
    next character decides, as it did in training.
    """
    stretches = _bopomofo_stretches(tokens)
    symbols: list[str] = []
    spans = []
    bodies: list[list[str]] = []  # [sounds, tone arrow] of syllables; [mark] of the rest
    for stretch in stretches:
        if isinstance(stretch, str):
            bodies.append([_ASCII_MARKS[stretch]])
            continue
        spelled = re.findall(r"([^ˉˊˇˋ˙]*)([ˉˊˇˋ˙])", stretch[0])
        bodies.append([part for body, tone in spelled for part in (_sounds(body, table), _TONE_ARROWS[tone])])
    for index, body in enumerate(bodies):
        if len(body) == 1:
            symbols.extend(body[0])
            continue
        following = bodies[index + 1][0] if index + 1 < len(bodies) else ""
        text = ""
        for at in range(0, len(body), 2):
            sounds, arrow = body[at], body[at + 1]
            after = arrow or (body[at + 2] if at + 2 < len(body) else following)
            text += _contextual(sounds, after, glide, apical) + arrow
        spans.append((len(symbols), len(symbols) + len(text)))
        symbols.extend(text)
    while symbols and symbols[-1] == " ":
        symbols.pop()
    if symbols and symbols[-1] not in ".,!?-…~":
        symbols.append(".")
    return Spelled(tuple(symbols), tuple(spans))


def _contextual(sounds: str, after: str, glide: str, apical: str) -> str:
    """i and u before a vowel are glides; a bare hissing consonant gets the vowel ɹ (ɹ` after the curled ones)."""
    whole = sounds + after[:1]
    whole = re.sub("i(?=[aoe])", glide, whole)
    whole = re.sub("u(?=[aoəe])", "w", whole)
    sounds = whole[: len(whole) - len(after[:1])]
    if after[:1] in ("", " ", "→", "↑", "↓"):
        sounds = re.sub(rf"([{apical}ɹ]`[⁼ʰ]?)$", r"\1ɹ`", sounds)
        sounds = re.sub(rf"([{apical}][⁼ʰ]?)$", r"\1ɹ", sounds)
    return sounds.replace("ɻ", "ɹ`")


def spell_cjke(tokens: Sequence[Token]) -> Spelled:
    """The Chinese part of cjke_cleaners2: IPA with tone arrows."""
    return _spell_latin(tokens, _IPA, "j", "s")


def spell_zh_ja(tokens: Sequence[Token]) -> Spelled:
    """The Chinese part of zh_ja_mixture_cleaners: Latin letters with tone arrows."""
    return _spell_latin(tokens, _ROMAJI, "y", "ʦs")


def spell_vits_chinese(tokens: Sequence[Token]) -> Spelled:
    """`sil`, initials and finals, `sp` after each phrase, `sil`."""
    symbols = ["sil"]
    spans = []
    for token in _trim(tokens):
        if isinstance(token, Mark):
            if token.text in "，。！？、；：…—" and symbols[-1] not in ("sil", "sp"):
                symbols.append("sp")
            continue
        for piece in token.pieces:
            for syllable in piece.pinyin:
                spans.append((len(symbols), len(symbols) + 2))
                symbols.extend(initial_and_final(syllable))
    if symbols[-1] != "sp":
        symbols.append("sp")
    return Spelled((*symbols, "sil"), tuple(spans))
