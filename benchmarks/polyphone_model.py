"""Build `ffvits/text/data/polyphones.npz`: the network, dictionaries and weights behind the reading of polyphones.

    pip install g2pM==0.1.2.5 pypinyin-dict==0.9.0
    npm pack @pinyin-pro/data@1.3.1 && tar xf pinyin-pro-data-1.3.1.tgz
    python benchmarks/polyphone_model.py cpp_dev.tsv --pinyin-pro package/json/complete.json

`--folds 0` leaves the five-fold cross-validation out. The network comes from the package g2pM (Apache-2.0), the
phrases from pypinyin-dict (MIT) and @pinyin-pro/data (ISC); the log-linear weights are trained here on the development
split of CPP (tab-separated: sentence, position, pinyin). The test split is never read.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import json
import math
import pickle
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch

from ffvits import console
from ffvits.text.dictionaries import DICTIONARIES, LONGEST_PHRASE, Entry, Phrases, Said, pack, to_tone3
from ffvits.text.mandarin import _decide
from ffvits.text.polyphones import (
    DENSE,
    PolyphoneModel,
    dense_features,
    neighbour,
    sparse_features,
)
from ffvits.text.segmentation import cut

DATA = Path(__file__).parents[1] / "ffvits" / "text" / "data"
DENSE_DECAY, SPARSE_DECAY, STEPS, SMALLEST = 0.1, 0.4, 100, 0.04
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


def examples(path: Path, model: PolyphoneModel, neighbours: Neighbours):
    """Padded tensors of features, mask and answer for every sentence whose character the network knows."""
    names: dict[str, int] = {}
    rows = []
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            sentence, position, answer = row["sentence"], int(row["position"]), row["pinyin"]
            char = sentence[position]
            words = list(cut(sentence))
            start = index = 0
            while start + len(words[index]) <= position:
                start += len(words[index])
                index += 1
            candidates, scores = model.scores(model.states(sentence)[position], char)
            dense = dense_features(sentence, position, words[index], start, candidates, scores, model.phrases)
            around = sparse_features(sentence, position, words, index, start)
            dense = np.concatenate([dense, neighbours.features(char, around, len(candidates))], axis=1)
            sparse = [[names.setdefault(f"{char}{r} {n}", len(names)) for n in around] for r in candidates]
            rows.append((dense, sparse, candidates.index(answer) if answer in candidates else -1))
    most = max(len(sparse) for _, sparse, _ in rows)
    dense = torch.zeros(len(rows), most, DENSE + 3)
    sparse = torch.full((len(rows), most, len(rows[0][1][0])), len(names))
    mask = torch.zeros(len(rows), most, dtype=torch.bool)
    for i, (d, s, _) in enumerate(rows):
        dense[i, : len(s)], sparse[i, : len(s)], mask[i, : len(s)] = torch.from_numpy(d), torch.tensor(s), True
    return dense, sparse, mask, torch.tensor([answer for *_, answer in rows]), list(names)


def train(dense, sparse, mask, answers, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights of a conditional log-linear model, with the squares of the weights held down."""
    known = answers >= 0
    dense, sparse, mask, answers = dense[known], sparse[known], mask[known], answers[known]
    w = torch.zeros(dense.shape[-1])
    w[0] = 0.3
    w.requires_grad_()
    e = torch.zeros(size + 1, requires_grad=True)
    optimizer = torch.optim.Adam([w, e], lr=0.05)
    for _ in range(STEPS):
        total = ((dense * w).sum(-1) + e[sparse].sum(-1)).masked_fill(~mask, -1e9)
        loss = torch.nn.functional.cross_entropy(total, answers, reduction="sum")
        loss = loss + DENSE_DECAY * (w**2).sum() + SPARSE_DECAY * (e**2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return w.detach(), e.detach()


def right(dense, sparse, mask, answers, w, e) -> torch.Tensor:
    total = ((dense * w).sum(-1) + e[sparse].sum(-1)).masked_fill(~mask, -1e9)
    return total.argmax(-1) == answers


def by_rule(path: Path) -> list[bool | None]:
    """Whether lists, names and rules, which stand above the model, read a marked character right; None where silent."""
    out: list[bool | None] = []
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            sentence = row["sentence"]
            reading, source = _decide(sentence, list(cut(sentence)), {})[int(row["position"])]
            out.append(None if source == "model" else reading == row["pinyin"])
    return out


def shipped(
    names: list[str], w: torch.Tensor, e: torch.Tensor, neighbours: Neighbours, model: PolyphoneModel
) -> dict[str, float]:
    """The sparse weights with what the dictionaries say of neighbours added, so that reading needs no third table;
    without the smallest, in half precision."""
    out = dict(zip(names, e.tolist(), strict=False))
    scale = w[DENSE:].tolist()
    for key, ratios in neighbours.ratios.items():
        char, name = key.split(" ")
        for index, ratio in zip(model.candidates[char], ratios, strict=True):
            whole = f"{char}{model.classes[index]} {name}"
            out[whole] = out.get(whole, 0.0) + scale["blr".index(name[0])] * ratio
    return {name: float(np.float16(weight)) for name, weight in out.items() if abs(weight) >= SMALLEST}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cpp_dev", type=Path, help="development split of CPP (sentence, position, pinyin)")
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
    meta = {"characters": characters, "classes": classes, "candidates": candidates, "sparse": []}
    packed = {**arrays, "dense": np.zeros(DENSE, np.float32), "sparse": np.zeros(0, np.float32)}
    packed["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), np.uint8)
    model = PolyphoneModel(packed, Phrases(phrases_dict, entries))
    neighbours = Neighbours([own, *listed.values()], readings)
    dense, sparse, mask, answers, names = examples(args.cpp_dev, model, neighbours)
    network = int((dense[:, :, 0].masked_fill(~mask, -1e9).argmax(-1) == answers).sum())
    console.info(f"network alone: {network / len(answers):.4f} of {len(answers)}")
    torch.manual_seed(args.seed)
    if args.folds:
        fold = torch.randint(0, args.folds, (len(answers),))
        hits = torch.zeros(len(answers), dtype=torch.bool)
        for f in range(args.folds):
            seen, unseen = fold != f, fold == f
            w, e = train(dense[seen], sparse[seen], mask[seen], answers[seen], len(names))
            # Scored as it would ship, small weights and dictionaries' neighbours and all.
            kept = shipped(names, w, e, neighbours, model)
            w[DENSE:] = 0
            e = torch.tensor([kept.get(name, 0.0) for name in names] + [0.0])
            hits[unseen] = right(dense[unseen], sparse[unseen], mask[unseen], answers[unseen], w, e)
        console.info(f"cross-validated over {args.folds} folds: {hits.float().mean():.4f}")
        whole = [hit if rule is None else rule for hit, rule in zip(hits.tolist(), by_rule(args.cpp_dev), strict=True)]
        console.info(
            f"with the lists and rules above it, which have seen these sentences: {sum(whole) / len(whole):.4f}"
        )
    w, e = train(dense, sparse, mask, answers, len(names))
    kept = shipped(names, w, e, neighbours, model)
    meta["sparse"] = list(kept)
    packed["dense"], packed["sparse"] = w[:DENSE].numpy(), np.array(list(kept.values()), np.float16)
    packed["embedding"] = packed["embedding"].astype(np.float16)
    packed["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), np.uint8)
    packed["phrases"] = np.frombuffer(pack(entries).encode("utf-8"), np.uint8)
    args.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out / "polyphones.npz", **packed)
    console.info(f"{len(kept)} weights, {len(entries)} phrases written to {args.out}; dense {w.tolist()}")


if __name__ == "__main__":
    sys.exit(main())
