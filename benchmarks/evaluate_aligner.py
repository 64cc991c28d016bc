"""Trains the aligner of the evaluation (`ffvits/evaluate/data/aligner.npz`), before `tone_classifier.py`.

    python benchmarks/evaluate_aligner.py audio/aishell1_S0150 audio/aishell3_30speakers corpus

The folders are those of `tone_classifier.py`. It starts from syllables of equal length between silences, and then
trains and aligns by turns, as hidden Markov models are trained: each round knows the borders better.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tone_classifier import PEOPLE, Utterance, labelled, network, to_arrays, utterances

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.evaluate.aligner import CONTEXT, SILENCE, Aligner, acoustic_features, best_path, chain
from ffvits.evaluate.ear import levels

DATA = Path(__file__).parents[1] / "ffvits" / "evaluate" / "data" / "aligner.npz"
HIDDEN, QUIET = (256,), -22.0  # dB below the mean power: what starts as silence


@dataclass
class Known:
    """One utterance in training: features, its chain of states, and the place of each frame in it."""

    features: np.ndarray
    states: list[str]
    optional: list[bool]
    path: np.ndarray


def prepared(utterance: Utterance) -> Known | None:
    names = labelled(utterance)
    if not names:
        return None
    sound = Sound.load(utterance.path)
    features = acoustic_features(sound)
    states, optional, _ = chain(names)
    loud = levels(sound)
    loud = np.pad(loud, (0, max(0, len(features) - len(loud))), constant_values=-99.0)[: len(features)] > QUIET
    places = np.array([place for place, state in enumerate(states) if state != SILENCE])
    if loud.sum() < 2 * len(places):
        return None
    path = np.zeros(len(features), np.int64)
    path[loud] = places[np.arange(loud.sum()) * len(places) // loud.sum()]
    return Known(features, states, optional, path)


def rounds(known: Sequence[Known], names: Sequence[str], count: int, epochs: int) -> Iterator[Aligner]:
    """The model after each round of training and aligning."""
    features = [np.pad(k.features, ((CONTEXT, CONTEXT), (0, 0)), mode="edge") for k in known]
    flat = np.concatenate(features)
    starts = np.cumsum([0, *(len(f) for f in features)])[:-1]
    frames = [start + CONTEXT + np.arange(len(k.features)) for start, k in zip(starts, known, strict=True)]
    centres = torch.from_numpy(np.concatenate(frames))
    offsets = torch.arange(-CONTEXT, CONTEXT + 1, 2)
    mean, scale = np.tile(flat.mean(0), len(offsets)), np.tile(flat.std(0) + 1e-3, len(offsets))
    table = torch.from_numpy(flat)
    index = {name: number for number, name in enumerate(names)}
    model = network(len(mean), HIDDEN, len(names))
    middle, width = torch.from_numpy(mean), torch.from_numpy(scale)
    for number in range(count):
        labels = np.concatenate([np.array([index[s] for s in k.states])[k.path] for k in known])
        targets = torch.from_numpy(labels)
        optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
        steps = (1 if number == 0 else epochs) * (len(labels) // 512)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
        model.train()
        total = 0.0
        for _ in range(steps):
            rows = torch.randint(len(labels), (512,))
            x = table[centres[rows][:, None] + offsets].flatten(1)
            loss = torch.nn.functional.cross_entropy(model((x - middle) / width), targets[rows], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        prior = (np.bincount(labels, minlength=len(names)) + 50) / (len(labels) + 50 * len(names))
        aligner = Aligner(to_arrays("aligner", (model.eval(), mean, scale)), tuple(names), prior.astype(np.float32))
        moved = 0
        for k in known:
            x = aligner.scores_of(k.features)
            path = best_path(x, [index[s] for s in k.states], k.optional)
            moved += int((path != k.path).sum())
            k.path = path
        console.result(f"round {number + 1}: loss {total / steps:.3f}, {moved / len(labels):.3f} of the frames moved")
        yield aligner


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()

    torch.manual_seed(1)
    everyone = [u for folder in options.folders for u in utterances(folder) if u.speaker not in PEOPLE]
    known = [k for k in map(prepared, everyone) if k is not None]
    names = sorted({state for k in known for state in k.states})
    console.result(
        f"{len(known)} utterances, {sum(len(k.features) for k in known) / 6000:.1f} min, {len(names)} states"
    )
    for aligner in rounds(known, names, options.rounds, options.epochs):
        np.savez_compressed(DATA, names=np.array(aligner.names), prior=aligner.prior, **aligner.weights)
    console.result(f"{DATA}: {DATA.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
