"""Latin letters and words inside Chinese, said with Mandarin syllables.

Three ways, in this order: words that Chinese speakers say in a settled way (`data/latin.txt`), words spelled letter
by letter (abbreviations, and what has no vowel), and words read by English spelling rules with the nearest syllables
that a Chinese-only base knows.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LETTERS: dict[str, tuple[str, ...]] = {
    "A": ("ei1",), "B": ("bi4",), "C": ("xi1",), "D": ("di4",), "E": ("yi4",), "F": ("ai2", "fu5"), "G": ("ji4",),
    "H": ("ei1", "chi5"), "I": ("ai4",), "J": ("zhei4",), "K": ("kei4",), "L": ("ai2", "lou5"), "M": ("ai2", "mu5"),
    "N": ("en1",), "O": ("ou1",), "P": ("pi1",), "Q": ("kiu1",), "R": ("a4",), "S": ("ai2", "si5"), "T": ("ti4",),
    "U": ("you1",), "V": ("wei1",), "W": ("da2", "bu5", "liu5"), "X": ("ai2", "ke5", "si5"), "Y": ("wai4",),
    "Z": ("zei4",),
}  # fmt: skip


def spell(letter: str) -> tuple[str, ...]:
    """The name of a letter in Mandarin syllables."""
    return _LETTERS[letter.upper()]


# Abbreviations that are words in small letters.
_LETTERS_IN_CAPITALS = frozenset(("IT", "AM", "MS", "DR", "MR"))
# Milliseconds; the title is Ms.
_LETTERS_IN_SMALL = frozenset(("ms",))
# Words and names as well (original sin, Amy Tan).
_FUNCTIONS = frozenset(("sin", "tan"))
# A family and a given name (Hu Tao), each with its capital, on either side of the space.
_GIVEN_BEHIND = re.compile(" ([A-Z][a-z]{1,11})(?![A-Za-z])")
_FAMILY_BEFORE = re.compile("(?<![A-Za-z])([A-Z][a-z]{1,5}) $")
_BESIDE = re.compile(r"(?:sin|cos|tan|cot|sec|csc|arc\w+|ln|lg|log|[A-Za-z]|)$")


def reading_between(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """`word_reading` of a word that stands between these: sin and tan are functions unless Latin words are beside."""
    if word.lower() in _FUNCTIONS and not word.isupper():
        beside = (re.search("[A-Za-z]*$", before.removesuffix(" ")), re.match(" ?([A-Za-z]*)", after))
        words = (beside[0].group() if beside[0] else "", beside[1][1] if beside[1] else "")
        if not word.islower() or not all(map(_BESIDE.match, words)):
            return sound_out(word.lower())
    return _of_a_chinese_name(word, before, after) or word_reading(word)


def _of_a_chinese_name(word: str, before: str, after: str) -> tuple[str, ...] | None:
    """Both parts of a name in pinyin, though English may have each of them: Hu Tao, Lin Dan."""
    if not word.istitle():
        return None
    family, given = _FAMILY_BEFORE.search(before), _GIVEN_BEHIND.match(after)
    if family and family[1].lower() in _FAMILIES and _may_be_given(word):
        return _with_tones(_syllables(word.lower()))
    if given and word.lower() in _FAMILIES and _may_be_given(given[1]):
        return _with_tones([word.lower()])
    return None


def _may_be_given(name: str) -> bool:
    syllables = _syllables(name.lower())
    return bool(syllables) and not _NEVER_GIVEN.intersection(syllables)


@lru_cache(maxsize=8192)
def word_reading(word: str) -> tuple[str, ...] | None:
    """A Latin word in Mandarin syllables, or None where it is spelled letter by letter."""
    lower = word.lower()
    known = _known().get(lower)
    if known and word not in _LETTERS_IN_CAPITALS and word not in _LETTERS_IN_SMALL:
        return known
    if len(word) == 1 or is_spelled(word):
        return None
    if lower[-1] == "s" and len(word) > 3 and lower[:-1] in _known():
        return (*_known()[lower[:-1]], "si5")
    romanised = _pinyin(lower)
    if romanised:
        return romanised
    parts = re.findall("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", word)
    if len(parts) > 1:
        # CamelCase: each part by its own rules, single letters and capitals spelled.
        readings = [word_reading(part) or tuple(s for c in part for s in spell(c)) for part in parts]
        return tuple(s for reading in readings for s in reading)
    return sound_out(lower)


# Formulas of chemistry: at least two symbols, and one of the elements that most compounds have.
_ELEMENTS = re.compile(
    "(?=.*(?:[OHNS](?![a-z])|C(?![a-z])|Cl|F(?![a-z])|Br))"
    "(?:He|Li|Be|Ne|Na|Mg|Al|Si|Cl|Ar|Ca|Sc|Ti|Cr|Mn|Fe|Co|Ni|Cu|Zn|Ga|As|Se|Br|Sr|Ag|Cd|Sn|Ba|Pt|Au|Hg|Pb|[HBCNOFPSKVYI]){2,}"
)


def is_spelled(word: str) -> bool:
    """True for abbreviations: all capitals and short, formulas of chemistry, or no way to say it as one word."""
    lower = word.lower()
    # A y between consonants is a vowel (gym); yyds has none.
    if not re.search("[aeiou]|^[^y]+y[^y]*$", lower) or re.search("[bcdfghjklmnpqrstvwxz]{5}", lower):
        return True
    # YoY, IoT, PhD.
    if re.fullmatch("[A-Z][a-z][A-Z]", word):
        return True
    if not word.islower() and _ELEMENTS.fullmatch(word) and not word.istitle():
        return True
    if re.fullmatch("[A-Z]+s?", word) and len(word) <= 4:
        return True
    return word.isupper() and (len(word) <= 5 and not re.fullmatch("(?:[^AEIOU][AEIOU]){2,}[^AEIOU]?", word))


# Syllables that no English word has; a q or an x is one only where the word begins (taxi, queen).
_TELLING = re.compile(
    "zh.*|x(?:in|iao|ian|iang|ue|un|uan|iong)|.+(?:iao|iang|iong|uang|uai|iu|uan)|wang|chen|feng|deng|zeng|peng|luo|guo"
)
_TELLING_FIRST = re.compile("[qx](?!ue).*")
_TONES = """
    zhang1 wang2 li3 liu2 chen2 yang2 zhao4 huang2 zhou1 wu2 xu2 sun1 ma3 zhu1 hu2 guo2 he2 lin2 gao1 luo2 zheng4 liang2
    xie4 song4 tang2 han2 feng1 deng4 cao2 peng2 zeng1 xiao3 ming2 hong2 hua2 jun1 lei3 wei3 qiang2 fang1 min3 jing4
    xin1 yu3 xue3 mei3 li4 ping2 gang1 bo1 jie2 tao1 chao1 hui4 ying1 ting2 yan4 long2 bin1 fei1 san1 si4 bei3 shang4
    hai3 guang3 dong1 nan2 xi1 jiang1 zhong1 guo2 an1
""".split()
_TONE_OF = {s[:-1]: s for s in _TONES}
# But for He, Sun, Song, Pan and Tan, which English has as words (He Man).
# Of no given name, but at the end of English words (line).
_NEVER_GIVEN = frozenset("ne me de te ze".split())
_FAMILIES = frozenset(
    """
    zhang wang li liu chen yang zhao huang zhou wu xu ma zhu hu guo lin gao luo zheng liang xie tang han feng deng
    cao peng zeng xiao tian dong yuan cai jiang yu du ye cheng wei su lu ding ren shen yao cui zhong xue
    """.split()
)


def _pinyin(word: str) -> tuple[str, ...] | None:
    """A name in pinyin without tones (xiaoming), or None: every syllable is one, and one at least is not English."""
    syllables = _syllables(word)
    if not syllables or not (_TELLING_FIRST.fullmatch(syllables[0]) or any(map(_TELLING.fullmatch, syllables))):
        return None
    return _with_tones(syllables)


def _with_tones(syllables: list[str]) -> tuple[str, ...]:
    """Each syllable in the tone that it mostly has in names."""
    from ffvits.text.syllables import tidy

    return tuple(_TONE_OF.get(s) or tidy(s + "1") or "" for s in syllables)


def _syllables(word: str) -> list[str]:
    """The word split into syllables of pinyin, the longest first; nothing where it cannot be."""
    from ffvits.text.syllables import known_bases

    if len(word) > 24:
        return []

    def split(rest: str) -> list[str] | None:
        if not rest:
            return []
        for length in range(min(6, len(rest)), 0, -1):
            head = rest[:length]
            if head in known_bases() and (length > 1 or head == "a") and head not in ("ng", "hm", "hng"):
                tail = split(rest[length:])
                if tail is not None:
                    return [head, *tail]
        return None

    return split(word) or []


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, ...]]:
    from ffvits.text.polyphones import data_text, read_phrases

    return read_phrases(data_text("latin.txt"))


# Spelling to sounds, tried in this order at each place: pattern, then the sounds (none for a silent letter).
_SPELLINGS = """
tion$ SH er N; tions$ SH er N s; sion$ r er N; cian$ SH er N; ture$ CH er; tures$ CH er s; ious$ Y er s; ous$ er s
eigh EI; igh AI; ough o; augh o; tch CH; dge$ J; ck k; ch CH; sh SH; ph f; th s; wh(?=o) h; wh w; qu k w; gh; sch s k
sc(?=[eiy]) s
ng$ NG; ng(?=[^aeiouy]) NG; nk NG k; mb$ m; ss s; ll l; tt t; pp p; bb b; dd d; ff f; gg g; mm m; nn n; rr r
zz z; cc(?=[eiy]) k s; cc k; c(?=[eiy]) s; g(?=[ey]) J; ge$ J; c k; j J; x k s; y(?=[aeiou]) Y
air$ EI er; are$ EI er; eer$ I er; ear$ I er; ire$ AI er; ure$ U er; ore$ o er; our$ AO er; ar(?![aeiouy]) a
or(?![aeiouy]) o; er(?![aeiouy]) er; ir(?![aeiouy]) er; ur(?![aeiouy]) er
ee I; ea I; oo U; ou AO; ow$ O; ow AO; oi OI; oy OI; ai EI; ay EI; ei EI; ey$ I; au o; aw o; ie I; oa O; ew U; ue$ U
ui U; eu U; eo I O; ia I a; io I O; ua w a; le$ er; a(?=[bcdfgklmnpstvz]es?$) EI; i(?=[bcdfgklmnpstvz]es?$) AI
o(?=[bcdfgklmnpstvz]es?$) O; u(?=[bcdfgklmnpstvz]es?$) U; es$ s; ed$ d; e$; y$ I; y I; o$ O; u$ U; i$ I; a$ a
u(?=[^aeiouy][aeiouy]) U; a a; e E; i I; o o; u A
b b; d d; f f; g g; h h; k k; l l; m m; n n; p p; q k; r r; s s; t t; v w; w w; z z
"""


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    entries = (entry.split() for entry in _SPELLINGS.replace("\n", ";").split(";") if entry.strip())
    return tuple((re.compile(entry[0]), tuple(entry[1:])) for entry in entries)


_STARTS = {"kn": "n", "wr": "r", "ps": "s", "x": "s", "gn": "n"}
_VOWELS = frozenset("a A E I O U o er EI AI AO OI".split())

# Onset and vowel as the nearest syllable: rows are onsets, columns the vowels of _COLUMNS.
_COLUMNS = "a A E I O U o er EI AI AO OI".split()
_GRID = {
    "": "a a ai yi ou wu o e ei ai ao oyi",
    "b": "ba ba bei bi bo bu bo bo bei bai bao boyi",
    "p": "pa pa pei pi po pu po po pei pai pao poyi",
    "m": "ma ma mei mi mou mu mo mo mei mai mao moyi",
    "f": "fa fa fei fei fo fu fo fo fei fai fao foyi",
    "d": "da da dai di dou du duo de dei dai dao duoyi",
    "t": "ta ta tai ti tou tu tuo te tei tai tao tuoyi",
    "n": "na na nai ni nuo nu nuo ne nei nai nao nuoyi",
    "l": "la la lai li lou lu luo le lei lai lao luoyi",
    "g": "ga ga gai ji gou gu gao ge gei gai gao guoyi",
    "k": "ka ka kai ji kou ku kao ke kei kai kao kuoyi",
    "h": "ha ha hei xi hou hu huo he hei hai hao huoyi",
    "J": "zha zha jie ji zhou zhu zhuo zhe zhei zhai zhao zhuoyi",
    "CH": "cha cha qie qi chou chu chuo che chei chai chao chuoyi",
    "SH": "sha sha xie xi shou shu shuo she shei shai shao shuoyi",
    "r": "rua rua rui rui rou ru ruo re rui rai rao ruoyi",
    "s": "sa sa sai xi sou su suo se sei sai sao suoyi",
    "z": "za za zei ji zou zu zuo ze zei zai zao zuoyi",
    "w": "wa wa wei wei wo wu wo wo wei wai wao woyi",
    "Y": "ya ya ye yi you yu yo ye yei yai yao yoyi",
}
_CODA = {
    "b": "bu", "p": "pu", "m": "mu", "f": "fu", "d": "de", "t": "te", "n": "en", "l": "er", "g": "ge", "k": "ke",
    "h": "he", "J": "zhi", "CH": "qi", "SH": "shi", "r": "er", "s": "si", "z": "zi", "w": "fu", "Y": "yi",
}  # fmt: skip


def sounds(word: str) -> list[str]:
    """The sounds of an English word by its spelling, one name each (vowels as in _COLUMNS)."""
    out: list[str] = []
    at = 0
    for opening, sound in _STARTS.items():
        if word.startswith(opening) and len(word) > len(opening):
            out.append(sound)
            at = len(opening)
            break
    while at < len(word):
        for pattern, found in _rules():
            match = pattern.match(word, at)
            if match and match.end() > at:
                if word[at:] == "e" and not any(s in _VOWELS for s in out):
                    found = ("I",)
                out.extend(found)
                at = match.end()
                break
        else:
            at += 1
    return out


def sound_out(word: str) -> tuple[str, ...] | None:
    """An English word in the nearest Mandarin syllables: falling tone on the last but one, neutral on loose ends."""
    from ffvits.text.syllables import tidy

    found = sounds(word)
    syllables: list[tuple[str, str]] = []  # base, tone
    at = 0
    while at < len(found):
        onset = ""
        if found[at] not in _VOWELS:
            onset = found[at]
            if onset in ("NG", "N"):
                at += 1
                syllables.append(("en", "5"))
                continue
            if at + 1 >= len(found) or found[at + 1] not in _VOWELS:
                syllables.append((_CODA[onset], "5"))
                at += 1
                continue
            at += 1
        vowel = found[at]
        at += 1
        cell = _GRID[onset].split()[_COLUMNS.index(vowel)]
        # more, player, flower: what is left of the r is light.
        if vowel == "er" and not onset and syllables:
            syllables.append(("er", "5"))
            continue
        if cell.endswith("oyi"):
            syllables.append((cell[:-2], "1"))
            cell = "yi"
        closing = found[at] if at < len(found) else ""
        after = found[at + 1] if at + 1 < len(found) else ""
        if closing in ("n", "NG", "N") and after not in _VOWELS:
            cell = _nasal(cell, "ng" if closing == "NG" else "n")
            at += 1
        syllables.append((cell, "1"))
    if not syllables:
        return None
    full = [i for i, (_, tone) in enumerate(syllables) if tone != "5"]
    if full:
        syllables[full[-1]] = (syllables[full[-1]][0], "4")
    readings = [tidy(base + tone) for base, tone in syllables]
    return None if None in readings else tuple(r for r in readings if r)


def _nasal(base: str, ending: str) -> str:
    """The syllable closed by n or ng, or its nearest relative: ba and n give ban, ji and ng give jing."""
    from ffvits.text.syllables import known_bases

    rest = base.lstrip("bcdfghjklmnpqrstwxyz")
    onset = base.removesuffix(rest)
    body = {"ai": "a", "ei": "e", "ao": "a", "ou": "o", "uo": "o", "ui": "u", "ie": "ia"}.get(rest, rest)
    other = "n" if ending == "ng" else "ng"
    tries = {"o": ("ong", "eng", "an"), "u": (f"u{ending}", "un", "ong", "an")}.get(
        body, (body + ending, body + other, "an", "en")
    )
    return next((onset + end for end in tries if onset + end in known_bases()), base)
