"""How far an exported lexicon reads like ffvits itself, and what it must hold to come closer.

    python benchmarks/lexicon.py --test sentences.txt                              # share that agrees
    python benchmarks/lexicon.py --mine corpus.txt --test sentences.txt            # with contexts mined first
    python benchmarks/lexicon.py --mine corpus.txt --out ffvits/text/data          # writes contexts.txt

Text files hold a sentence a line. sherpa-onnx reads a sentence by longest match in its lexicon; where that gives
another reading than our own path, mining adds the shortest stretch of the sentence that is read the same way
wherever the corpus has it. Test sentences are never mined. Only hanzi are compared: marks and numbers are not.
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
ROUNDS, PURE, LONGEST, BACK = 4, 0.95, 6, 4


def stretches(sentences: Iterable[str]) -> Iterator[tuple[int, str, Readings]]:
    """The number of the sentence, and each stretch of hanzi in it with its readings."""
    for number, sentence in enumerate(sentences):
        said = character_readings(sentence)
        start = None
        for i in range(len(sentence) + 1):
            inside = i < len(sentence) and is_hanzi(sentence[i]) and said[i] is not None
            if inside and start is None:
                start = i
            elif not inside and start is not None:
                yield number, sentence[start:i], tuple(said[start:i])
                start = None


def shipped(contexts: dict[str, Readings]) -> dict[str, Readings]:
    """What the export writes for hanzi, as pinyin: characters, telling words, and `contexts` above them."""
    known = [word for word, count in lexicon._jieba() if count >= lexicon.COMMON]
    words = [word for word in known if len(word) > 1 and lexicon._telling(word)]
    words += [first + second for first in "一不" for second in known if len(second) == 1]
    read = {word: tuple(character_readings(word)) for word in words}
    read |= {char: tuple(character_readings(char)) for char in lexicon._single() if is_hanzi(char)}
    return {word: said for word, said in read.items() if None not in said} | contexts


def wrong(text: str, said: Readings, words: dict[str, Readings]) -> tuple[list[int], list[int]]:
    """Where the longest match reads otherwise than `said`, and where its pieces begin."""
    bad, starts, at = [], [], 0
    for piece in lexicon.longest_match(text, words):
        starts.append(at)
        read = words.get(piece) or (None,) * len(piece)
        bad += [at + i for i, reading in enumerate(read) if reading != said[at + i]]
        at += len(piece)
    return bad, starts


def agreement(sentences: list[tuple[int, str, Readings]], words: dict[str, Readings]) -> dict[str, float]:
    """Shares of sentences read alike as a whole, and of syllables."""
    failed, syllables, missed = set(), 0, 0
    for number, text, said in sentences:
        bad, _ = wrong(text, said, words)
        syllables, missed = syllables + len(text), missed + len(bad)
        if bad:
            failed.add(number)
    count = len({number for number, *_ in sentences})
    return {"sentences": count, "alike": 1 - len(failed) / count, "syllables_alike": 1 - missed / syllables}


def mine(corpus: list[tuple[int, str, Readings]], words: dict[str, Readings]) -> dict[str, Readings]:
    """Contexts that bring the longest match to the readings of the corpus."""
    words, found = dict(words), {}
    for turn in range(ROUNDS):
        errors: list[tuple[Readings, list[tuple[int, int]], str]] = []
        wanted: set[str] = set()
        for _, text, said in corpus:
            bad, starts = wrong(text, said, words)
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
        for _, text, said in corpus:
            for size in range(2, LONGEST + 1):
                for start in range(len(text) - size + 1):
                    if (stretch := text[start : start + size]) in wanted:
                        seen[stretch][said[start : start + size]] += 1
        fresh = {}
        for said, spans, text in errors:
            for start, end in spans:
                usual, times = seen[text[start:end]].most_common(1)[0]
                if usual == said[start:end] and times >= PURE * seen[text[start:end]].total():
                    fresh[text[start:end]] = usual
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
    parser.add_argument("--out", type=Path, help="folder that contexts.txt goes to")
    args = parser.parse_args()
    tested = set(lines(args.test))
    contexts = {} if args.mine else dict(lexicon._contexts())
    words = shipped(contexts)
    if args.mine:
        contexts = mine(list(stretches(s for s in lines(args.mine) if s not in tested)), words)
        words |= contexts
    for path in args.test:
        console.info(f"{path.name}: {agreement(list(stretches(lines([path]))), words)}")
    if args.out:
        rows = "".join(f"{context} {' '.join(said)}\n" for context, said in sorted(contexts.items()))
        note = "# Stretches of sentences that a longest match of words reads wrongly. Built by benchmarks/lexicon.py.\n"
        (args.out / "contexts.txt").write_text(note + rows, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
