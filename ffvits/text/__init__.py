"""Written Chinese becomes symbol ids: characters -> normalizer -> mandarin -> spelling -> symbols, one path for all.

clean      what cannot be read is noted; width, Traditional characters, markup      characters, markup, latex
normalize  numbers and symbols to words, by context                                normalizer, rules, numerals
read       words, polyphones, Latin, the user's lexicon                            mandarin, polyphones, latin
spell      sandhi and symbols as the base was trained                              sandhi, spelling, symbols
"""

from ffvits.errors import TextError
from ffvits.text.characters import Cleaned, clean
from ffvits.text.frontend import FRONT_ENDS, Encoded, FrontEnd, Syllable, front_end
from ffvits.text.markup import Note
from ffvits.text.normalizer import normalize
from ffvits.text.readings import readings
from ffvits.text.sentences import Phrase, split_sentences
from ffvits.text.symbols import SymbolTable, TableInfo, fingerprint, known_tables

__all__ = [
    "FRONT_ENDS",
    "Cleaned",
    "Encoded",
    "FrontEnd",
    "Note",
    "Phrase",
    "Syllable",
    "SymbolTable",
    "TableInfo",
    "TextError",
    "clean",
    "fingerprint",
    "front_end",
    "known_tables",
    "normalize",
    "readings",
    "split_sentences",
]
