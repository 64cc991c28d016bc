"""Build `ffvits/text/data/polyphones.npz` and `phrases.txt`: the weights behind the reading of polyphones.

    pip install g2pM==0.1.2.5 pypinyin-dict==0.9.0
    python benchmarks/polyphone_model.py cpp_dev.tsv            # five-fold cross-validation, then the files
    python benchmarks/polyphone_model.py cpp_dev.tsv --folds 0  # the files alone

The network comes from the package g2pM (Apache-2.0), the phrases from pypinyin-dict (MIT); the log-linear weights are
trained here on the development split of CPP (tab-separated: sentence, position, pinyin). The test split is never read.
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
from pathlib import Path

import numpy as np
import torch

from ffvits import console
from ffvits.text.polyphones import (
    DENSE,
    Phrases,
    PolyphoneModel,
    default_reading,
    dense_features,
    neighbour,
    sparse_features,
    to_tone3,
)
from ffvits.text.segmentation import cut

DATA = Path(__file__).parents[1] / "ffvits" / "text" / "data"
DENSE_DECAY, SPARSE_DECAY, STEPS, SMALLEST = 0.1, 0.4, 100, 0.04
# Dictionaries that say which neighbours a reading keeps; and how much they must say to be kept.
DICTIONARIES = ("large_pinyin", "zdic_cibs", "cc_cedict", "di")
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


def exceptions(candidates: dict[str, list[int]], classes: list[str]) -> dict[str, tuple[str, ...]]:
    """Phrases that pypinyin lacks and in which a polyphone has not its usual reading, unless a part implies it."""
    from pypinyin.phrases_dict import phrases_dict

    large = importlib.import_module("pypinyin_dict.phrase_pinyin_data.large_pinyin").phrases_dict
    kept: dict[str, tuple[str, ...]] = {}
    phrases = Phrases(phrases_dict, kept)
    for length in range(2, 8):
        for phrase, marked in large.items():
            if len(phrase) != length or phrase in phrases_dict or len(marked) != length:
                continue
            readings = tuple(to_tone3(syllable[0]) for syllable in marked)
            for i, char in enumerate(phrase):
                if char not in candidates or readings[i] == default_reading(char):
                    continue
                if readings[i] not in [classes[c] for c in candidates[char]]:
                    continue
                implied, size = phrases.covering(phrase, i, phrases.common_reading)
                rare, rare_size = phrases.covering(phrase, i, phrases.exception_reading)
                if (rare if rare_size > size else implied) != readings[i]:
                    kept[phrase] = readings
                    break
    return kept


class Neighbours:
    """How much more often a reading stands beside a neighbour in the phrases of dictionaries than its rivals do."""

    def __init__(self, candidates: dict[str, list[int]], classes: list[str]) -> None:
        from pypinyin.phrases_dict import phrases_dict

        sources = [phrases_dict]
        for name in DICTIONARIES:
            sources.append(importlib.import_module(f"pypinyin_dict.phrase_pinyin_data.{name}").phrases_dict)
        readings = {char: [classes[i] for i in ids] for char, ids in candidates.items()}
        opinions: dict[str, Counter] = defaultdict(Counter)
        for source in sources:
            for phrase, marked in source.items():
                if 2 <= len(phrase) <= 8 and len(marked) == len(phrase) and not readings.keys().isdisjoint(phrase):
                    opinions[phrase][tuple(to_tone3(syllable[0]) for syllable in marked)] += 1
        counts: dict[str, Counter] = defaultdict(Counter)
        for phrase, votes in opinions.items():
            said = votes.most_common(1)[0][0]
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


def right(dense, sparse, mask, answers, w, e) -> int:
    total = ((dense * w).sum(-1) + e[sparse].sum(-1)).masked_fill(~mask, -1e9)
    return int((total.argmax(-1) == answers).sum())


def folded(
    weights: dict[str, float], neighbours: Neighbours, scale: list[float], model: PolyphoneModel
) -> dict[str, float]:
    """The sparse weights with what the dictionaries say of neighbours added, so that reading needs no third table."""
    out = dict(weights)
    for key, ratios in neighbours.ratios.items():
        char, name = key.split(" ")
        for index, ratio in zip(model.candidates[char], ratios, strict=True):
            whole = f"{char}{model.classes[index]} {name}"
            out[whole] = out.get(whole, 0.0) + scale["blr".index(name[0])] * ratio
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cpp_dev", type=Path, help="development split of CPP (sentence, position, pinyin)")
    parser.add_argument("--folds", type=int, default=5, help="folds of the cross-validation; 0 for none")
    parser.add_argument("--out", type=Path, default=DATA, help="where polyphones.npz and phrases.txt go")
    args = parser.parse_args()
    from pypinyin.phrases_dict import phrases_dict

    arrays, characters, classes, candidates = g2pm()
    rare = exceptions(candidates, classes)
    meta = {"characters": characters, "classes": classes, "candidates": candidates, "sparse": []}
    packed = {**arrays, "dense": np.zeros(DENSE, np.float32), "sparse": np.zeros(0, np.float32)}
    packed["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), np.uint8)
    model = PolyphoneModel(packed, Phrases(phrases_dict, rare))
    neighbours = Neighbours(candidates, classes)
    dense, sparse, mask, answers, names = examples(args.cpp_dev, model, neighbours)
    network = int((dense[:, :, 0].masked_fill(~mask, -1e9).argmax(-1) == answers).sum())
    console.info(f"network alone: {network / len(answers):.4f} of {len(answers)}")
    torch.manual_seed(0)
    if args.folds:
        fold = torch.randint(0, args.folds, (len(answers),))
        hits = 0
        for f in range(args.folds):
            seen, unseen = fold != f, fold == f
            w, e = train(dense[seen], sparse[seen], mask[seen], answers[seen], len(names))
            hits += right(dense[unseen], sparse[unseen], mask[unseen], answers[unseen], w, e)
        console.info(f"cross-validated over {args.folds} folds: {hits / len(answers):.4f}")
    w, e = train(dense, sparse, mask, answers, len(names))
    weights = folded(dict(zip(names, e.tolist(), strict=False)), neighbours, w[DENSE:].tolist(), model)
    kept = {name: weight for name, weight in weights.items() if abs(weight) >= SMALLEST}
    meta["sparse"] = list(kept)
    packed["dense"], packed["sparse"] = w[:DENSE].numpy(), np.array(list(kept.values()), np.float16)
    packed["embedding"] = packed["embedding"].astype(np.float16)
    packed["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), np.uint8)
    args.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out / "polyphones.npz", **packed)
    lines = "".join(f"{phrase} {' '.join(readings)}\n" for phrase, readings in sorted(rare.items()))
    (args.out / "phrases.txt").write_text(
        "# Phrases with readings that pypinyin lacks, from pypinyin-dict (large_pinyin, MIT). Built, not edited.\n"
        + lines,
        encoding="utf-8",
    )
    console.info(f"{len(kept)} weights, {len(rare)} phrases written to {args.out}; dense {w.tolist()}")


if __name__ == "__main__":
    sys.exit(main())
