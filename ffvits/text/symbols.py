"""Symbol tables: which symbols a model knows, in which order, and the tables of the field by fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

from ffvits.errors import TextError

PAD = "_"
BOPOMOFO = "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙㄚㄛㄜㄝㄞㄟㄠㄡㄢㄣㄤㄥㄦㄧㄨㄩ"
_LATIN = ascii_uppercase + ascii_lowercase
_IPA = "ɑɐɒæɓʙβɔɕçɗɖðʤəɘɚɛɜɝɞɟʄɡɠɢʛɦɧħɥʜɨɪʝɭɬɫɮʟɱɯɰŋɳɲɴøɵɸθœɶʘɹɺɾɻʀʁɽʂʃʈʧʉʊʋⱱʌɣɤʍχʎʏʑʐʒʔʡʕʢǀǁǂǃˈˌːˑʼʴʰʱʲʷˠˤ˞"

INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s".split()
_FINALS = (
    "a ai an ang ao e ei en eng er i ia ian iang iao ie ii iii in ing iong iou o ong ou "
    "u ua uai uan uang uei uen uo v van ve vn ueng io"
).split()


def _toned(finals: Sequence[str]) -> list[str]:
    return [final + tone for final in finals for tone in "12345"]


def fingerprint(symbols: Sequence[str]) -> str:
    """The first 16 hex digits of the sha256 of the symbols joined by NUL: equal tables, equal order, equal print."""
    return hashlib.sha256("\0".join(symbols).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class TableInfo:
    """A symbol table of the field: its usual name, its size, and the front end that writes it (or None and why)."""

    name: str
    n: int
    front_end: str | None
    note: str


class SymbolTable:
    """The symbols of one model in the order of its embedding rows.

    Raises TextError if the list is empty or holds something that is not a string. A symbol that stands twice keeps
    its last id, as in the code that trained such tables.
    """

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols: tuple[str, ...] = tuple(symbols)
        if not self.symbols or not all(isinstance(symbol, str) for symbol in self.symbols):
            raise TextError(
                "a symbol table must be a list of strings", cure="check `symbols` in the base's config.json"
            )
        self._ids = {symbol: index for index, symbol in enumerate(self.symbols)}
        self.fingerprint = fingerprint(self.symbols)
        known = known_tables().get(self.fingerprint)
        self.name: str | None = known.name if known else None

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SymbolTable) and self.symbols == other.symbols

    def __hash__(self) -> int:
        return hash(self.symbols)

    def __repr__(self) -> str:
        return f"SymbolTable({self.name or 'unknown'}, {len(self)} symbols, {self.fingerprint})"

    def id(self, symbol: str) -> int:
        """The row of `symbol`. Raises TextError if the table does not hold it."""
        found = self._ids.get(symbol)
        if found is None:
            raise TextError(
                f"the symbol {symbol!r} is not in the table {self.name or self.fingerprint}",
                character=symbol,
                cure="use the front end that the base was trained with (`ffvits inspect` names it)",
            )
        return found


# Each list is rebuilt from the published facts: what stands in the table and in which order.
TABLES: Mapping[str, tuple[str, ...]] = {
    "mandarin-lite": (PAD, *"，。！？^", *INITIALS, *_toned(_FINALS)),
    "pinyin-letters": (PAD, *"；：，。！？-“”《》、（）…— ", *_LATIN, *"123450ＢＰ"),
    "pinyin-letters-alexandajerry": (PAD, *"；：，。！？-“”《》、（）ＢＰ…— ", *_LATIN, *"123450"),
    "pinyin-letters-and-ipa": (
        PAD,
        *"；：，。！？-“”《》、（）…— ",
        *_LATIN,
        *"123450ＢＰ",
        *";:,.!?¡¿'\"«»()",
        *_IPA,
        *"↓↑→↗↘'̩'ᵻ",
    ),
    "bopomofo": (PAD, *"，。！？—…", *BOPOMOFO, *"ˉˊˇˋ˙ "),
    "zh_ja_mixture": (PAD, *",.!?-~…AEINOQUabdefghijklmnoprstuvwyzʃʧʦɯɹəɥ⁼ʰ`→↓↑ "),
    "cjke": (PAD, *",.!?-~…NQabdefghijklmnopstuvwxyzɑæʃʑçɯɪɔɛɹðəɫɥɸʊɾʒθβŋɦ⁼ʰ`^#*=ˈˌ→↓↑ "),
    "vits_chinese": (
        *"sil eos sp #0 #1 #2 #3 ^ b c ch d f g h j k l m n p q r s sh t x z zh".split(),
        *_toned([f for f in _FINALS if f not in ("ueng", "io", "uo", "v", "van", "ve", "vn")]),
        *_toned(["ueng", "uo", "v", "van", "ve", "vn"]),
    ),
    "initials-finals": (
        PAD,
        *"，。！？、；：…—",
        "^",
        *INITIALS,
        *_toned(_FINALS),
        *_toned(["m", "n", "ng", "ê"]),
        "rr",
    ),
    "japanese_cleaners": (PAD, *",.!?-AEINOQUabdefghijkmnoprstuvwyzʃʧ↓↑ "),
    "japanese_cleaners2": (PAD, *",.!?-~…AEINOQUabdefghijkmnoprstuvwyzʃʧʦ↓↑ "),
    "korean_cleaners": (PAD, *",.!?…~ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㄲㄸㅃㅆㅉㅏㅓㅗㅜㅡㅣㅐㅔ "),
    "sanskrit_cleaners": (PAD, *"।ँंःअआइईउऊऋएऐओऔकखगघङचछजझञटठडढणतथदधनपफबभमयरलळवशषसहऽािीुूृॄेैोौ्ॠॢ "),
    "cjks_cleaners": (PAD, *",.!?-~…NQabdefghijklmnopstuvwxyzʃʧʥʦɯɹəɥçɸɾβŋɦː⁼ʰ`^#*=→↓↑ "),
    "thai_cleaners": (
        PAD,
        *".!? กขฃคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลวศษสหฬอฮฯะัาำิีึืุูเแโใไๅๆ็่้๊๋์",
    ),
    "shanghainese_cleaners": (PAD, *",.!?…abdfghiklmnopstuvyzøŋȵɑɔɕəɤɦɪɿʑʔʰ̩̃ᴀᴇ15678 "),
    "chinese_dialect_cleaners": (
        PAD,
        *",.!?~…─#Nabdefghijklmnoprstuvwxyzæçøŋœȵɐɑɒɓɔɕɗɘəɚɛɜɣɤɦɪɭɯɵɷɸɻɾɿʂʅʊʋʌʏʑʔʦʮʰʷˀː˥˦˧˨˩̥̩̃̚ᴀᴇ↑↓∅ⱼ ",
    ),
    "original-ipa": (
        PAD,
        *';:,.!?¡¿—…"«»“” ',
        *_LATIN,
        *_IPA,
        *"↓↑→↗↘'̩'ᵻ",
    ),
    "ipa-of-vits-mandarin-windows": (PAD, " ", *";:,.!?¡¿'\"«»()", *_LATIN, *_IPA, *"↓↑→↗↘ᵻ'̩"),
}

_NOTES: Mapping[str, tuple[str | None, str]] = {
    "mandarin-lite": ("mandarin-lite", "initials and finals with tone; the embedded base"),
    "pinyin-letters": ("pinyin-letters", "pinyin spelled in letters, Biaobei (VITS-bb, vits-mandarin-windows)"),
    "pinyin-letters-alexandajerry": (
        "pinyin-letters",
        "the same 78 characters as Biaobei in another order (vits-mandarin-biaobei): 63 ids differ",
    ),
    "pinyin-letters-and-ipa": ("pinyin-letters", "Chinese and English of vits-mandarin-windows; Chinese is written"),
    "bopomofo": ("bopomofo", "chinese_cleaners of the CjangCjengh family; the Chinese base of VITS-fast-fine-tuning"),
    "zh_ja_mixture": ("zh_ja_mixture", "Chinese and Japanese; the Chinese part is written"),
    "cjke": ("cjke", "Chinese, Japanese, Korean, English (cjke_cleaners2); the Chinese part is written"),
    "vits_chinese": ("vits_chinese", "pauses, initials, finals with tone; needs that project's BERT features as well"),
    "initials-finals": ("initials-finals", "initials and finals with tone, sandhi and erhua written; for new bases"),
    "japanese_cleaners": (None, "Japanese only: it has no symbols for Mandarin tones"),
    "japanese_cleaners2": (None, "Japanese only: it has no symbols for Mandarin tones"),
    "korean_cleaners": (None, "Korean only"),
    "sanskrit_cleaners": (None, "Sanskrit only"),
    "cjks_cleaners": (None, "Chinese, Japanese, Korean, Sanskrit; no base with it is in the manifest"),
    "thai_cleaners": (None, "Thai only"),
    "shanghainese_cleaners": (None, "Shanghainese, not Mandarin"),
    "chinese_dialect_cleaners": (None, "several Chinese languages in IPA; no base with it is in the manifest"),
    "original-ipa": (None, "English in IPA (the original VITS)"),
    "ipa-of-vits-mandarin-windows": (None, "English in IPA (vits-mandarin-windows)"),
}


@lru_cache(maxsize=1)
def known_tables() -> dict[str, TableInfo]:
    """Every table that can be recognised, by fingerprint, spoken or not."""
    return {fingerprint(symbols): TableInfo(name, len(symbols), *_NOTES[name]) for name, symbols in TABLES.items()}
