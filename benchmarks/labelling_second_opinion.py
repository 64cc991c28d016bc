"""Trains what tells syllables from Whisper's states, and measures what it is for.

    python benchmarks/labelling_second_opinion.py AUDIO --json          # what is shipped, on people whom it never heard
    python benchmarks/labelling_second_opinion.py AUDIO --train --json  # trains it, and writes `second_opinion.npz`

AUDIO holds `aishell1_S0150`, `aishell3_30speakers`, `music` and `noise`. The aligner of the evaluation finds the parts
of syllables in the clean recordings; the same sounds with noise and music keep these labels. Ten of the thirty people
(`tone_classifier.PEOPLE`) are left out and judge: each sentence clean and under twelve kinds of noise, heard by
the recogniser as it labels recordings: without a second opinion, with the aligner's, and with this one.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from labelling_mix import sources
from tone_classifier import PEOPLE, Utterance, labelled, utterances
from torch import nn

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.evaluate.aligner import best_path, chain, load_aligner
from ffvits.evaluate.metrics import distance, pinyin_error, plain
from ffvits.evaluate.syllables import intended
from ffvits.label import overlap, recogniser, second_opinion
from ffvits.recipe import TranscribeSettings

DATA = Path(__file__).parents[1] / "ffvits" / "label" / "data" / "second_opinion.npz"
RATE = 16000
LEVELS = (0, 5, 5, 10, 15)  # dB of the voice above what it is mixed with, in training
NARROW, HIDDEN, DROPOUT, SMOOTHING = 96, 256, 0.2, 0.05
BATCH, EPOCHS, LEARNING_RATE = 512, 4, 2e-3
JUDGED = [None, *((kind, level) for kind in ("noise", "music") for level in (15, 10, 5))]


@dataclass(frozen=True)
class Example:
    """States [T, 512] of one sound, and at each the part of a syllable and the tone (0: in no final)."""

    states: np.ndarray
    parts: np.ndarray
    tones: np.ndarray


class Network(nn.Module):
    """What `second_opinion.Reader` computes, to be trained: states [B, len(NEAR), 512] -> parts and tones."""

    def __init__(self, parts: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(512)
        self.narrow = nn.Linear(512, NARROW)
        self.hidden = nn.Linear(NARROW * len(second_opinion.NEAR), HIDDEN)
        self.answer = nn.Linear(HIDDEN, parts + second_opinion.TONES)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, states: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        narrow = torch.relu(self.narrow(self.norm(states))).flatten(1)
        found = self.answer(self.dropout(torch.relu(self.hidden(self.dropout(narrow)))))
        return found[:, : -second_opinion.TONES], found[:, -second_opinion.TONES :]


def mixed(sound: Sound, other: np.ndarray, level: float, dice: random.Random) -> Sound:
    """The sound with a stretch of another, so many dB below it."""
    start = dice.randrange(max(1, len(other) - len(sound.samples)))
    behind = np.resize(other[start:], len(sound.samples))
    gain = np.sqrt(np.square(sound.samples).mean() / (np.square(behind).mean() + 1e-12)) * 10 ** (-level / 20)
    return Sound((sound.samples + gain * behind).astype(np.float32), RATE)


def examples(known: Sequence[Utterance], others: dict[str, list[np.ndarray]]) -> Iterator[Example]:
    """Each recording as it is, and with noise and music behind it: who has said little, more often."""
    whisper = recogniser.load(TranscribeSettings(model=overlap.MODEL, by_sound=False), "cpu")
    aligner, dice = load_aligner(), random.Random(11)
    with console.progress("Listening", total=len(known)) as bar:
        for utterance in known:
            bar.advance()
            if not labelled(utterance):
                continue
            sound = Sound.load(utterance.path).at(RATE)
            names = intended(utterance.text)
            parts, optional, owners = chain(names)
            path = best_path(aligner.scores(sound), [aligner.names.index(part) for part in parts], optional)[::2]
            tones = np.zeros(len(parts), np.int64)
            for name, places in zip(names, owners, strict=True):
                tones[places] = [second_opinion.tone_of(name, parts[place]) for place in places]
            labels = np.array([aligner.names.index(part) for part in parts])[path], tones[path]
            for copy in range(8 if utterance.speaker.startswith("SSB") else 3):
                noise = dice.choice(others["noise" if copy % 2 else "music"])
                heard = mixed(sound, noise, dice.choice(LEVELS), dice) if copy else sound
                states = whisper.states(heard)
                length = min(len(states), len(path))
                yield Example(states[:length].astype(np.float16), *(label[:length] for label in labels))


def train(known: Sequence[Example], names: Sequence[str]) -> dict[str, np.ndarray]:
    """The network's numbers, as they are shipped."""
    torch.manual_seed(0)
    reach = second_opinion.NEAR[-1]
    padded = [np.pad(one.states, ((reach, reach), (0, 0)), mode="edge") for one in known]
    starts = np.cumsum([0, *(len(states) for states in padded)])[:-1]
    centres = [start + reach + np.arange(len(one.states)) for start, one in zip(starts, known, strict=True)]
    table, places = torch.from_numpy(np.concatenate(padded)), torch.from_numpy(np.concatenate(centres))
    parts = torch.from_numpy(np.concatenate([one.parts for one in known]))
    tones = torch.from_numpy(np.concatenate([one.tones for one in known])) - 1
    network, near = Network(len(names)), torch.tensor(second_opinion.NEAR)
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=0.01)
    steps = EPOCHS * len(parts) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    with console.progress("Learning", total=steps) as bar:
        for _ in range(steps):
            rows = torch.randint(len(parts), (BATCH,))
            part, tone = network(table[places[rows][:, None] + near].float())
            loss = nn.functional.cross_entropy(part, parts[rows], label_smoothing=SMOOTHING)
            loss = loss + 0.5 * nn.functional.cross_entropy(
                tone, tones[rows], ignore_index=-1, label_smoothing=SMOOTHING
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            bar.advance()
    counts = np.bincount(parts.numpy(), minlength=len(names)) + 50
    of_tones = np.bincount(tones[tones >= 0].numpy(), minlength=second_opinion.TONES)
    weights = {name: value.numpy().astype(np.float16) for name, value in network.eval().state_dict().items()}
    return {**weights, "prior": counts / counts.sum(), "tone_prior": of_tones / of_tones.sum()}


def judged(people: Sequence[Utterance], others: dict[str, list[np.ndarray]]) -> dict[str, object]:
    """Shares of characters and of syllables wrong, by the recogniser alone, with the aligner and with its encoder."""
    dice = random.Random(3)
    sounds, truths, kinds = [], [], []
    for one in people:
        clean = Sound.load(one.path).at(RATE)
        for judge in [*JUDGED, *JUDGED[1:]]:
            behind = mixed(clean, dice.choice(others[judge[0]]), judge[1], dice) if judge else clean
            sounds.append(behind)
            truths.append(one.text)
            kinds.append(" ".join(map(str, judge)) if judge else "clean")
    found: dict[str, object] = {"sounds": len(sounds)}
    for name in ("alone", "with_aligner", "with_encoder"):
        settings = TranscribeSettings(model=overlap.MODEL, by_sound=name != "alone")
        # As for a recogniser whose states cannot be read.
        unread = mock.patch.object(second_opinion, "load", lambda _: None) if name == "with_aligner" else nullcontext()
        with unread:
            ear = recogniser.load(settings, "cpu")
        began = time.process_time()
        texts = [one.text for one in ear.hear(sounds)]
        found[name] = {
            "processor_seconds": round(time.process_time() - began, 1),
            **{kind: _shares(truths, texts, kinds, kind) for kind in ("all", *sorted(set(kinds)))},
        }
    return found


def _shares(truths: Sequence[str], texts: Sequence[str], kinds: Sequence[str], kind: str) -> dict[str, float]:
    rows = [(truth, text) for truth, text, own in zip(truths, texts, kinds, strict=True) if kind in ("all", own)]
    count = sum(len(plain(truth)) for truth, _ in rows)
    return {
        "characters": round(sum(distance(plain(truth), plain(text)) for truth, text in rows) / count, 4),
        "syllables": round(
            sum(pinyin_error(truth, text, tones=False) * len(plain(truth)) for truth, text in rows) / count, 4
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--train", action="store_true", help="train the network first, and write it")
    parser.add_argument("--json", action="store_true", help="print nothing but the result")
    options = parser.parse_args()
    if options.json:
        console.quiet()
    heard = {
        kind: [Sound.load(source.file).at(RATE).samples for source in sources(options.audio / kind)]
        for kind in ("noise", "music")
    }
    everyone = [one for name in ("aishell1_S0150", "aishell3_30speakers") for one in utterances(options.audio / name)]
    if options.train:
        # What the judging noise is taken from trains nobody. Of music there is too little for that.
        unjudged = {"noise": heard["noise"][12:], "music": heard["music"]}
        names = load_aligner().names
        known = list(examples([one for one in everyone if one.speaker not in PEOPLE], unjudged))
        np.savez_compressed(DATA, names=np.array(names), **train(known, names))
        second_opinion._shipped.cache_clear()
    people = [one for one in everyone if one.speaker in PEOPLE]
    console.result(json.dumps(judged(people, {"noise": heard["noise"][:12], "music": heard["music"]}), indent=1))


if __name__ == "__main__":
    main()
