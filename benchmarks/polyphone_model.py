"""Build `ffvits/text/data/polyphones.npz`: the network, dictionaries and weights behind the reading of polyphones.

    pip install g2pM==0.1.2.5 pypinyin-dict==0.9.0
    npm pack @pinyin-pro/data@1.3.1 && tar xf pinyin-pro-data-1.3.1.tgz
    git clone https://github.com/whzikaros/g2pL
    python benchmarks/polyphone_model.py cpp_dev.tsv g2pL/data --pinyin-pro package/json/complete.json

`--folds 0` leaves the five-fold cross-validation out. The network comes from the package g2pM (Apache-2.0), the
phrases from pypinyin-dict (MIT) and @pinyin-pro/data (ISC). The log-linear weights over them are trained here, on two
usages: an encyclopedia (the development split of CPP, tab-separated: sentence, position, pinyin) and everyday texts
(the data of whzikaros/g2pL, Apache-2.0: 114 characters in 500 sentences each, rare readings as often as could be had).
Neither test split is trained on: the second one is what the everyday texts are judged by, and sentences of CPP's are
left out where `--unseen test.sent` names it.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import math
import pickle
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ffvits import console
from ffvits.text.dictionaries import DICTIONARIES, LONGEST_PHRASE, Entry, Phrases, Said, pack, to_tone3
from ffvits.text.mandarin import _decide
from ffvits.text.polyphones import (
    DENSE,
    NEVER_SEEN,
    PolyphoneModel,
    dense_features,
    neighbour,
    sparse_features,
    votes,
)
from ffvits.text.segmentation import cut

DATA = Path(__file__).parents[1] / "ffvits" / "text" / "data"
ENCYCLOPEDIA, EVERYDAY = 0, 1
MARK = "▁"
DENSE_DECAY, SPARSE_DECAY, OWN_DECAY, USUAL_DECAY, STEPS, SMALLEST = 0.1, 0.4, 4.0, 0.05, 150, 0.04
# What tells the usages apart has seen these two collections only: the encyclopedia is left when it is surer than even.
CAREFUL, TOPIC_DECAY, SEEN_OFTEN = 1.5, 1.0, 20
# Dictionaries of pypinyin-dict: `di` says too little to ship, but counts for the neighbours that a reading keeps.
MODULES = ("large_pinyin", "zdic_cibs", "cc_cedict", "di")
# How much must be said of a neighbour to be kept.
SMOOTHING, TELLING = 2.0, 0.5


def g2pm() -> tuple[dict[str, np.ndarray], list[str], list[str], dict[str, list[str]]]:
    """Weights, characters, classes and readings of the installed g2pM package."""
    folder = Path(importlib.util.find_spec("g2pM").origin).parent

    def load(name: str):
        with (folder / name).open("rb") as file:
            return pickle.load(file)

    state, characters, classes = load("np_ckpt.pkl"), load("char2idx.pkl"), load("class2idx.pkl")
    order = ["시", "끝", "<UNK>"]
    order += [c for c in characters if c not in order and len(c) == 1]
    rows = [characters[c] for c in order]
    lstm = {name: state[f"lstm.{name}"] for name in ("weight_ih_l0", "weight_ih_l0_reverse")}
    arrays = {
        "embedding": state["embedding.weight"][rows],
        "input": np.stack([lstm["weight_ih_l0"].T, lstm["weight_ih_l0_reverse"].T], axis=1),
        "input_bias": np.stack([state[f"lstm.bias_ih_l0{d}"] + state[f"lstm.bias_hh_l0{d}"] for d in ("", "_reverse")]),
        "recurrent": np.stack([state[f"lstm.weight_hh_l0{d}"].T for d in ("", "_reverse")]),
        "hidden": state["logit_layer.0.weight"].T,
        "hidden_bias": state["logit_layer.0.bias"],
        "output": state["logit_layer.2.weight"].T,
        "output_bias": state["logit_layer.2.bias"],
    }
    names = [""] * len(classes)
    for name, index in classes.items():
        names[index] = name.replace("u:", "v")
    readings = {c: r for c, r in load("digest_cedict.pkl").items() if len(r) > 1 and all(x in classes for x in r)}
    candidates = {c: [classes[x] for x in r] for c, r in readings.items()}
    return arrays, order[3:], names, candidates


def dictionaries(pinyin_pro: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    """The phrases of two characters and more of each dictionary, with one reading for each character."""
    sources: dict[str, Iterable[tuple[str, list[str]]]] = {}
    for name in MODULES:
        marked = importlib.import_module(f"pypinyin_dict.phrase_pinyin_data.{name}").phrases_dict
        sources[name] = ((phrase, [readings[0] for readings in said]) for phrase, said in marked.items())
    known = json.loads(pinyin_pro.read_text(encoding="utf-8"))
    sources["pinyin-pro"] = ((phrase, said[0].split()) for phrase, said in known.items())
    return {
        name: {
            phrase: tuple(map(to_tone3, said))
            for phrase, said in source
            if 2 <= len(phrase) <= LONGEST_PHRASE and len(said) == len(phrase)
        }
        for name, source in sources.items()
    }


def opinions(listed: dict[str, dict[str, tuple[str, ...]]], readings: dict[str, list[str]]) -> dict[str, Entry]:
    """What the dictionaries that ship say of the polyphones of every phrase, where the network knows the reading."""
    entries: dict[str, Entry] = {}
    for phrase in set().union(*(listed[name] for name in DICTIONARIES)):
        entry: list[Said | None] = []
        for i, char in enumerate(phrase):
            said = tuple(listed[name][phrase][i] if phrase in listed[name] else None for name in DICTIONARIES)
            said = tuple(reading if reading in readings.get(char, ()) else None for reading in said)
            entry.append(said if any(said) else None)
        if any(entry):
            entries[phrase] = tuple(entry)
    return entries


class Neighbours:
    """How much more often a reading stands beside a neighbour in the phrases of dictionaries than its rivals do."""

    def __init__(self, listed: Sequence[dict[str, tuple[str, ...]]], readings: dict[str, list[str]]) -> None:
        votes: dict[str, Counter] = defaultdict(Counter)
        for source in listed:
            for phrase, said in source.items():
                if not readings.keys().isdisjoint(phrase):
                    votes[phrase][said] += 1
        counts: dict[str, Counter] = defaultdict(Counter)
        for phrase, opinion in votes.items():
            said = opinion.most_common(1)[0][0]
            for i, char in enumerate(phrase):
                if said[i] in readings.get(char, ()):
                    counts[f"{char} b"][said[i]] += 1
                    if i:
                        counts[f"{char} l{neighbour(phrase[i - 1])}"][said[i]] += 1
                    if i + 1 < len(phrase):
                        counts[f"{char} r{neighbour(phrase[i + 1])}"][said[i]] += 1
        # Log ratios to the first reading, for that is all that a choice sees of them.
        self.ratios: dict[str, list[float]] = {}
        for key, count in counts.items():
            char, kind = key.split(" ")
            base = counts[f"{char} b"]
            size = base.total() + len(readings[char])
            usual = [(base[reading] + 1) / size for reading in readings[char]]
            logs = [math.log(share) for share in usual]
            if kind != "b":
                total = count.total() + SMOOTHING
                pairs = zip(readings[char], usual, strict=True)
                logs = [math.log((count[r] + SMOOTHING * u) / total) - math.log(u) for r, u in pairs]
            ratios = [value - logs[0] for value in logs]
            if kind == "b" or max(map(abs, ratios)) >= TELLING:
                self.ratios[key] = ratios

    def features(self, char: str, around: list[str], count: int) -> np.ndarray:
        """`[readings, 3]`: how usual a reading is, and what the left and the right neighbour say of it."""
        keys = [next((f"{char} {name}" for name in around if name[0] == kind), "") for kind in "blr"]
        return np.array([self.ratios.get(key, [0.0] * count) for key in keys], np.float32).T


@dataclass(frozen=True)
class Sentence:
    """A sentence with one character whose reading is known, and the usage that it comes from."""

    text: str
    position: int
    reading: str
    usage: int

    @property
    def char(self) -> str:
        return self.text[self.position]


def encyclopedia(path: Path) -> list[Sentence]:
    """The sentences of CPP's development split."""
    with path.open(encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Sentence(row["sentence"], int(row["position"]), row["pinyin"], ENCYCLOPEDIA) for row in rows]


def marked(path: Path) -> list[tuple[str, int]]:
    """Sentences and the place of the character between two ▁ in each."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(line.replace(MARK, ""), line.index(MARK)) for line in lines]


def everyday(folder: Path, split: str) -> list[Sentence]:
    """The sentences of one split of g2pL's data."""
    answers = (folder / f"{split}.lb").read_text(encoding="utf-8").split()
    places = marked(folder / f"{split}.sent")
    return [Sentence(text, at, said, EVERYDAY) for (text, at), said in zip(places, answers, strict=True)]


def bare(text: str) -> str:
    """A sentence without marks, by which it is known again."""
    return "".join(char for char in text if char.isalnum())


@dataclass
class Examples:
    """Features `[N, readings, DENSE + 3]` and `[N, readings, names]`, which readings there are and which is right."""

    dense: torch.Tensor
    sparse: torch.Tensor
    mask: torch.Tensor
    answers: torch.Tensor
    usage: torch.Tensor
    names: list[str]

    def __getitem__(self, which: torch.Tensor) -> Examples:
        parts = (self.dense, self.sparse, self.mask, self.answers, self.usage)
        return Examples(*(part[which] for part in parts), self.names)


def examples(sentences: Sequence[Sentence], model: PolyphoneModel, neighbours: Neighbours) -> Examples:
    """What is known of each sentence's character, padded to the most readings that one has."""
    names: dict[str, int] = {}
    rows = []
    for sentence in sentences:
        words = list(cut(sentence.text))
        start = index = 0
        while start + len(words[index]) <= sentence.position:
            start += len(words[index])
            index += 1
        where = (sentence.text, sentence.position)
        state = model.states(sentence.text)[sentence.position]
        candidates, scores = model.scores(state, sentence.char)
        dense = dense_features(*where, words[index], start, candidates, scores, model.phrases)
        around = sparse_features(*where, words, index, start)
        beside = neighbours.features(sentence.char, around, len(candidates))
        sparse = [
            [names.setdefault(f"{sentence.char}{reading} {name}", len(names)) for name in [*around, *said]]
            for reading, said in zip(candidates, votes(dense), strict=True)
        ]
        answer = candidates.index(sentence.reading) if sentence.reading in candidates else -1
        rows.append((np.concatenate([dense, beside], axis=1), sparse, answer))
    most = max(len(sparse) for _, sparse, _ in rows)
    dense = torch.zeros(len(rows), most, DENSE + 3)
    sparse = torch.full((len(rows), most, len(rows[0][1][0])), len(names))
    mask = torch.zeros(len(rows), most, dtype=torch.bool)
    for i, (d, s, _) in enumerate(rows):
        dense[i, : len(s)], sparse[i, : len(s)], mask[i, : len(s)] = torch.from_numpy(d), torch.tensor(s), True
    answers = torch.tensor([answer for *_, answer in rows])
    return Examples(dense, sparse, mask, answers, torch.tensor([s.usage for s in sentences]), list(names))


def train(seen: Examples) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights of a conditional log-linear model of two usages, `[2, DENSE + 3]` and `[2, names + 1]`.

    Each usage weighs dense features by itself and knows by itself how usual a reading is; what neighbours and words
    say is learnt from both together. The squares of the weights are held down.
    """
    seen = seen[seen.answers >= 0]
    size = len(seen.names) + 1
    dense = torch.zeros(2, DENSE + 3)
    dense[:, 0] = 0.3
    dense.requires_grad_()
    shared, own = torch.zeros(size, requires_grad=True), torch.zeros(2, size, requires_grad=True)
    usual = torch.tensor([name.endswith(" b") for name in seen.names] + [False])
    decay = torch.where(usual, USUAL_DECAY, OWN_DECAY)
    place = seen.sparse + seen.usage[:, None, None] * size
    optimizer = torch.optim.Adam([dense, shared, own], lr=0.05)
    for _ in range(STEPS):
        total = (seen.dense * dense[seen.usage][:, None]).sum(-1)
        total = total + shared[seen.sparse].sum(-1) + own.view(-1)[place].sum(-1)
        total = total.masked_fill(~seen.mask, -1e9)
        loss = torch.nn.functional.cross_entropy(total, seen.answers, reduction="sum")
        loss = loss + DENSE_DECAY * (dense**2).sum() + SPARSE_DECAY * (shared**2).sum() + (decay * own**2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return dense.detach(), (shared + own).detach()


class Topics:
    """Which characters of a sentence tell an everyday text from an encyclopedia: a logistic regression over them."""

    def __init__(self, sentences: Sequence[Sentence], characters: Sequence[str]) -> None:
        """`characters` are those that the network knows, from its id 3 on; the bias stands where unknown ones would."""
        often = Counter(char for sentence in sentences for char in set(sentence.text))
        ids = {char: at for at, char in enumerate(characters, 3) if often[char] >= SEEN_OFTEN}
        known = [sorted(ids[char] for char in set(sentence.text) if char in ids) for sentence in sentences]
        self.ids = torch.tensor([at for row in known for at in row])
        self.starts = torch.tensor([0, *map(len, known)]).cumsum(0)[:-1]
        self.size = len(characters) + 3
        self.usage = torch.tensor([float(sentence.usage) for sentence in sentences])

    def odds(self, weights: torch.Tensor) -> torch.Tensor:
        """Log odds of each sentence for being everyday, `[N]`."""
        sums = torch.nn.functional.embedding_bag(self.ids, weights[:, None], self.starts, mode="sum")
        return sums[:, 0] + weights[2]

    def learn(self, seen: torch.Tensor) -> torch.Tensor:
        """The weights `[characters + 3]` that tell the seen sentences apart, both usages counting alike."""
        weights = torch.zeros(self.size, requires_grad=True)
        usage = self.usage[seen]
        fair = torch.where(usage == EVERYDAY, 0.5 / usage.mean(), 0.5 / (1 - usage.mean()))
        optimizer = torch.optim.Adam([weights], lr=0.05)
        for _ in range(60):
            odds = self.odds(weights)[seen]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, usage, fair, reduction="sum")
            loss = loss + TOPIC_DECAY * (weights**2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        weights = weights.detach()
        weights[2] -= CAREFUL
        return weights


def by_rule(sentence: Sentence) -> bool | None:
    """Whether lists, names and rules, which stand above the model, read the character right; None where silent."""
    reading, source = _decide(sentence.text, list(cut(sentence.text)), {})[sentence.position]
    return None if source == "model" else reading == sentence.reading


def with_rules(sentences: Sequence[Sentence], hits: torch.Tensor) -> float:
    """The share that the whole front end reads right, given where the model does."""
    rules = map(by_rule, sentences)
    return statistics.fmean(hit if rule is None else rule for hit, rule in zip(hits.tolist(), rules, strict=True))


def shipped(
    names: list[str], dense: torch.Tensor, sparse: torch.Tensor, neighbours: Neighbours, model: PolyphoneModel
) -> dict[str, tuple[float, float]]:
    """The sparse weights of both usages with what the dictionaries say of neighbours added, so that reading needs no
    third table; without the smallest, in half precision."""
    out = {name: sparse[:, index].numpy() for index, name in enumerate(names)}
    scales = dense[:, DENSE:].numpy()
    for key, ratios in neighbours.ratios.items():
        char, name = key.split(" ")
        scale = scales[:, "blr".index(name[0])]
        for index, ratio in zip(model.candidates[char], ratios, strict=True):
            whole = f"{char}{model.classes[index]} {name}"
            out[whole] = out.get(whole, 0.0) + scale * np.float32(ratio)
    # Of a character that was learnt in one usage, what it weighs in the other is never asked for.
    out = {name: both if name[0] in model.everyday else both[[0, 0]] for name, both in out.items()}
    return {name: tuple(np.float16(both).tolist()) for name, both in out.items() if abs(both).max() >= SMALLEST}


def right(
    unseen: Examples, everyday: torch.Tensor, dense: torch.Tensor, kept: dict[str, tuple[float, float]]
) -> torch.Tensor:
    """Whether each character is read right by the weights as they ship, going by everyday usage so far, `[N]`."""
    values = torch.tensor([kept.get(name, NEVER_SEEN) for name in unseen.names] + [NEVER_SEEN])
    both = unseen.dense[:, :, :DENSE] @ dense[:, :DENSE].T + values[unseen.sparse].sum(-2)  # [N, readings, 2]
    total = torch.lerp(both[..., 0], both[..., 1], everyday[:, None])
    return total.masked_fill(~unseen.mask, -1e9).argmax(-1) == unseen.answers


def share(hits: torch.Tensor) -> str:
    return f"{int(hits.sum())} of {len(hits)} ({hits.float().mean():.4f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cpp_dev", type=Path, help="development split of CPP (sentence, position, pinyin)")
    parser.add_argument("g2pl", type=Path, help="folder with the train, dev and test splits (.sent, .lb) of g2pL")
    parser.add_argument("--unseen", type=Path, help="sentences (.sent) that are not trained on: CPP's test split")
    parser.add_argument("--pinyin-pro", type=Path, required=True, help="complete.json of @pinyin-pro/data")
    parser.add_argument("--folds", type=int, default=5, help="folds of the cross-validation; 0 for none")
    parser.add_argument("--seed", type=int, default=0, help="of the folds")
    parser.add_argument("--out", type=Path, default=DATA, help="where polyphones.npz goes")
    args = parser.parse_args()
    from pypinyin.phrases_dict import phrases_dict

    arrays, characters, classes, candidates = g2pm()
    readings = {char: [classes[i] for i in ids] for char, ids in candidates.items()}
    listed = dictionaries(args.pinyin_pro)
    entries = opinions(listed, readings)
    own = {
        phrase: tuple(to_tone3(syllable[0]) for syllable in said)
        for phrase, said in phrases_dict.items()
        if 2 <= len(phrase) <= LONGEST_PHRASE and len(said) == len(phrase)
    }
    learnt = encyclopedia(args.cpp_dev)
    apart = {bare(text) for text, _ in marked(args.unseen)} if args.unseen else set()
    daily = [s for split in ("train", "dev") for s in everyday(args.g2pl, split) if bare(s.text) not in apart]
    judged = everyday(args.g2pl, "test")
    broad = sorted({sentence.char for sentence in daily})
    meta = {"characters": characters, "classes": classes, "candidates": candidates, "sparse": [], "everyday": broad}
    packed = {**arrays, "dense": np.zeros((2, DENSE), np.float32), "sparse": np.zeros((2, 0), np.float32)}
    packed["usage"] = np.zeros(len(characters) + 3, np.float32)
    packed["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), np.uint8)
    model = PolyphoneModel(packed, Phrases(phrases_dict, entries))
    neighbours = Neighbours([own, *listed.values()], readings)
    sentences = [*learnt, *daily, *judged]
    every = examples(sentences, model, neighbours)
    place = torch.arange(len(sentences))
    first, last = place < len(learnt), place >= len(learnt) + len(daily)
    is_broad = torch.tensor([float(sentence.char in model.everyday) for sentence in sentences])
    topics = Topics(sentences, characters)
    network = every.dense[:, :, 0].masked_fill(~every.mask, -1e9).argmax(-1) == every.answers
    console.info(f"network alone: encyclopedia {share(network[first])}, everyday {share(network[last])}")

    def made(seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, dict[str, tuple[float, float]]]:
        dense, sparse = train(every[seen])
        return topics.learn(seen), dense, shipped(every.names, dense, sparse, neighbours, model)

    def judged_by(
        which: torch.Tensor, usage: torch.Tensor, dense: torch.Tensor, kept: dict[str, tuple[float, float]]
    ) -> torch.Tensor:
        share = is_broad * torch.sigmoid(topics.odds(usage))
        return right(every[which], share[which], dense, kept)

    torch.manual_seed(args.seed)
    if args.folds:
        fold = torch.full((len(sentences),), -1)
        fold[first] = torch.randint(0, args.folds, (len(learnt),))
        hits = torch.zeros(len(sentences), dtype=torch.bool)
        for f in range(args.folds):
            out = fold == f
            # Scored as it would ship, small weights and dictionaries' neighbours and all.
            hits[out] = judged_by(out, *made(~out & ~last))
        console.info(f"encyclopedia, cross-validated over {args.folds} folds: {share(hits[first])}")
        whole = with_rules(learnt, hits[first])
        console.info(f"with the lists and rules above it, which have seen these sentences: {whole:.4f}")
    usage, dense, kept = made(~last)
    hits = judged_by(last, usage, dense, kept)
    console.info(f"everyday, its test split: {share(hits)}, with the lists and rules {with_rules(judged, hits):.4f}")
    meta["sparse"] = list(kept)
    packed["dense"], packed["sparse"] = dense[:, :DENSE].numpy(), np.array(list(kept.values()), np.float16).T
    packed["usage"] = usage.numpy().astype(np.float16)
    packed["embedding"] = packed["embedding"].astype(np.float16)
    packed["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), np.uint8)
    packed["phrases"] = np.frombuffer(pack(entries).encode("utf-8"), np.uint8)
    args.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out / "polyphones.npz", **packed)
    console.info(f"{len(kept)} weights, {len(entries)} phrases written to {args.out}; dense {dense.tolist()}")


if __name__ == "__main__":
    sys.exit(main())
