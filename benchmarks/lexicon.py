"""How far an exported lexicon reads like ffvits itself, and what it must hold to come closer.

    python benchmarks/lexicon.py --test sentences.txt                              # share that agrees
    python benchmarks/lexicon.py --mine corpus.txt --test sentences.txt            # with contexts mined first
    python benchmarks/lexicon.py --mine corpus.txt --out ffvits/text/data          # writes what ships

Text files hold a sentence a line. sherpa-onnx reads a sentence by longest match in its lexicon. Mining first gives
each character and word the reading that it has most often where the longest match comes upon it; where a sentence is
still read otherwise than by our own path, it adds the shortest stretch of it that is read the same way nearly
everywhere in the corpus. Such a stretch may hold marks (，为), for sherpa-onnx takes them as any other character.
`--out` writes `contexts.txt`, and `characters.txt` for programs that know single characters only. Test sentences are
never mined. Only hanzi are compared: marks and numbers are not.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from ffvits import console
from ffvits.export import lexicon
from ffvits.text.characters import is_hanzi
from ffvits.text.mandarin import character_readings

Readings = tuple[str, ...]
Stretches = list[tuple[int, str, Readings]]
ROUNDS, PURE, LONGEST, BACK = 4, 0.9, 6, 4
# Marks that a context may hold. Those that end a sentence stay for themselves: sherpa-onnx computes from mark to mark.
PAUSES = "，、；："
SEEN, SEEN_ALONE = 2, 3  # how often at least, for a piece of the longest match and for a character anywhere


def stretches(sentences: Iterable[str]) -> Iterator[tuple[int, str, Readings]]:
    """The number of the sentence, and each stretch of hanzi in it, with pauses between them and all readings."""
    for number, sentence in enumerate(sentences):
        known = character_readings(sentence)
        said = tuple(reading or char for reading, char in zip(known, sentence, strict=True))
        start = None
        for i in range(len(sentence) + 1):
            hanzi = i < len(sentence) and is_hanzi(sentence[i]) and known[i] is not None
            # Of marks that touch sherpa-onnx knows only the first.
            pause = i < len(sentence) and sentence[i] in PAUSES and sentence[i - 1] not in PAUSES
            if hanzi and start is None:
                start = i
            elif start is not None and not hanzi and not pause:
                yield number, sentence[start:i], said[start:i]
                start = None


def shipped(contexts: dict[str, Readings]) -> dict[str, Readings]:
    """What the export writes for hanzi, as pinyin: characters, telling words, and `contexts` above them."""
    known = [word for word, count in lexicon._jieba() if count >= lexicon.COMMON]
    words = [word for word in known if len(word) > 1 and lexicon._telling(word)]
    words += [first + second for first in "一不" for second in known if len(second) == 1]
    read = {word: tuple(character_readings(word)) for word in words}
    read |= {char: tuple(character_readings(char)) for char in lexicon._single() if is_hanzi(char)}
    read |= {mark: (mark,) for mark in PAUSES}
    return {word: said for word, said in read.items() if None not in said} | contexts


def beginnings(words: Iterable[str]) -> set[str]:
    """The first two characters of all words that have more than one."""
    return {word[:2] for word in words if len(word) > 1}


def wrong(text: str, said: Readings, words: dict[str, Readings], begun: set[str]) -> tuple[list[int], list[int]]:
    """Where the longest match reads otherwise than `said`, and where its pieces begin; `begun` are `beginnings`."""
    bad, starts, at = [], [], 0
    for piece in lexicon.longest_match(text, words, begun):
        starts.append(at)
        read = words.get(piece) or (None,) * len(piece)
        bad += [at + i for i, reading in enumerate(read) if reading != said[at + i]]
        at += len(piece)
    return bad, starts


def agreement(sentences: Stretches, words: dict[str, Readings]) -> dict[str, float]:
    """Shares of sentences read alike as a whole, and of syllables."""
    failed, syllables, missed, begun = set(), 0, 0, beginnings(words)
    for number, text, said in sentences:
        bad, _ = wrong(text, said, words, begun)
        syllables, missed = syllables + sum(map(is_hanzi, text)), missed + len(bad)
        if bad:
            failed.add(number)
    count = len({number for number, *_ in sentences})
    return {"sentences": count, "alike": 1 - len(failed) / count, "syllables_alike": 1 - missed / syllables}


def usual(corpus: Stretches, words: dict[str, Readings]) -> dict[str, Readings]:
    """The commonest reading of what the longest match comes upon, where it is not the one that `words` gives.

    地 between words is mostly de5, though it is di4 by itself. A word must be read otherwise twice more.
    """
    seen: dict[str, Counter[Readings]] = defaultdict(Counter)
    begun = beginnings(words)
    for _, text, said in corpus:
        at = 0
        for piece in lexicon.longest_match(text, words, begun):
            seen[piece][said[at : at + len(piece)]] += 1
            at += len(piece)
    found = {}
    for piece, count in seen.items():
        reading, times = count.most_common(1)[0]
        if piece in words and times >= SEEN and times > count[words[piece]] + (len(piece) > 1):
            found[piece] = reading
    return found


def characters(corpus: Stretches, words: dict[str, Readings]) -> dict[str, Readings]:
    """The commonest reading of each character, in words or between them, where it is not the one that `words` gives."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for _, text, said in corpus:
        for char, reading in zip(text, said, strict=True):
            seen[char][reading] += 1
    found = {}
    for char, count in seen.items():
        reading, times = count.most_common(1)[0]
        if char in words and times >= SEEN_ALONE and times > count[words[char][0]]:
            found[char] = (reading,)
    return found


def mine(corpus: Stretches, words: dict[str, Readings]) -> dict[str, Readings]:
    """What is usual in the corpus, and contexts that bring the longest match to its readings."""
    words, found = dict(words), {}
    for turn in range(ROUNDS):
        found |= (known := usual(corpus, words))
        words |= known
        errors: list[tuple[Readings, list[tuple[int, int]], str]] = []
        wanted: set[str] = set()
        begun = beginnings(words)
        for _, text, said in corpus:
            bad, starts = wrong(text, said, words, begun)
            for place in bad:
                spans = [
                    (start, end)
                    for start in starts
                    if place - BACK <= start <= place
                    for end in range(max(place + 1, start + 2), min(len(text), start + LONGEST) + 1)
                ]
                errors.append((said, sorted(spans, key=lambda span: span[1] - span[0]), text))
                wanted.update(text[start:end] for start, end in spans)
        seen: dict[str, Counter[Readings]] = defaultdict(Counter)
        begun = beginnings(wanted)
        for _, text, said in corpus:
            for start in range(len(text) - 1):
                if text[start : start + 2] in begun:
                    for end in range(start + 2, min(len(text), start + LONGEST) + 1):
                        if (stretch := text[start:end]) in wanted:
                            seen[stretch][said[start:end]] += 1
        fresh = {}
        for said, spans, text in errors:
            for start, end in spans:
                reading, times = seen[text[start:end]].most_common(1)[0]
                if reading == said[start:end] and times >= PURE * seen[text[start:end]].total():
                    fresh[text[start:end]] = reading
                    break
        console.info(f"round {turn + 1}: {len(errors)} syllables differ, {len(fresh)} contexts")
        if not fresh:
            break
        words |= fresh
        found |= fresh
    return found


def lines(paths: list[Path]) -> list[str]:
    """The lines of text files, once each, in order."""
    return list(dict.fromkeys(line.strip() for path in paths for line in path.read_text("utf-8").splitlines()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mine", type=Path, nargs="*", default=[], help="text to take contexts from")
    parser.add_argument("--test", type=Path, nargs="*", default=[], help="text to measure on")
    parser.add_argument("--out", type=Path, help="folder that contexts.txt and characters.txt go to")
    args = parser.parse_args()
    tested = set(lines(args.test))
    contexts = {} if args.mine else dict(lexicon._listed("contexts.txt"))
    words = shipped(contexts)
    single: dict[str, Readings] = {}
    if args.mine:
        corpus = list(stretches(s for s in lines(args.mine) if s not in tested))
        single = characters(corpus, words)
        contexts = mine(corpus, words)
        words |= contexts
    for path in args.test:
        console.info(f"{path.name}: {agreement(list(stretches(lines([path]))), words)}")
    if args.out:
        for name, what, entries in (
            ("contexts.txt", "Stretches of sentences that a longest match of words reads wrongly", contexts),
            ("characters.txt", "Characters whose commonest reading they have not by themselves", single),
        ):
            rows = "".join(f"{context} {' '.join(said)}\n" for context, said in sorted(entries.items()))
            (args.out / name).write_text(f"# {what}. Built by benchmarks/lexicon.py.\n{rows}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
