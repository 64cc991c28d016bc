"""What the model trains on: kept clips as samples at the base's rate and symbol ids, dealt out in batches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from ffvits import console
from ffvits.clip import Clip, line_of
from ffvits.errors import RunError, TextError, TrainError
from ffvits.language import counted
from ffvits.run import Run, digest
from ffvits.train.ranks import ALONE, Ranks
from ffvits.train.samples import Shelf, save_samples

if TYPE_CHECKING:
    from ffvits.audio.spectrogram import AudioFormat
    from ffvits.text import Encoded, FrontEnd

_TOLD = 6  # texts that cannot be said, before the rest is only counted


@dataclass(frozen=True)
class Item:
    """One training example: where its samples lie (float32 .npy at the base's rate) and what is said in them.

    `guide` is a file that says which symbol each frame should be at, where that is known beforehand; `melody` one that
    says how high each frame is (see `ffvits.train.melody`).
    """

    name: str
    ids: tuple[int, ...]
    speaker: int
    samples: Path
    frames: int
    guide: Path | None = None
    melody: Path | None = None

    def load(self, hop: int) -> np.ndarray:
        """The samples, float32 [frames * hop]; read from disk each time, so memory does not grow with the clips."""
        return np.load(self.samples, mmap_mode="r")[: self.frames * hop].astype(np.float32)


@dataclass(frozen=True)
class Whole:
    """A step's whole batch: what each loss is a mean over, whoever works on which of its rows."""

    names: tuple[str, ...]
    symbols: int
    frames: tuple[int, ...]


@dataclass(frozen=True)
class Batch:
    """Padded tensors: `x` [B, T_text], `wav` [B, 1, T], lengths [B], `speakers` [B]; names in the same order.

    `positions` [B, T_spec] says which symbol each frame should be at, `melody` [B, T_spec, 2] how high it is and
    whether there is voice (None where nothing is known of that). The rows are every `stride`-th of the
    `whole` batch, from `first` on; there may be none.
    """

    whole: Whole
    names: tuple[str, ...]
    x: torch.Tensor
    x_lengths: torch.Tensor
    wav: torch.Tensor
    frames: torch.Tensor
    speakers: torch.Tensor
    positions: torch.Tensor | None = None
    melody: torch.Tensor | None = None
    first: int = 0
    stride: int = 1

    def shares(self, count: int) -> list[Batch]:
        """This batch in (at most) `count` smaller ones of like length, padded as they were."""
        tensors = {name: value for name, value in vars(self).items() if isinstance(value, torch.Tensor)}
        return [
            replace(
                self,
                names=self.names[number::count],
                first=self.first + number * self.stride,
                stride=self.stride * count,
                **{name: value[number::count] for name, value in tensors.items()},
            )
            for number in range(min(count, len(self.names)))
        ]

    def to(self, device: torch.device) -> Batch:
        tensors = {name: value for name, value in vars(self).items() if isinstance(value, torch.Tensor)}
        return replace(self, **{name: value.to(device, non_blocking=True) for name, value in tensors.items()})


def prepare(
    clips: Iterable[Clip], run: Run, audio: AudioFormat, reader: FrontEnd, speakers: Sequence[str]
) -> tuple[list[Item], list[Item]]:
    """The kept clips as (training, held-out) items.

    Raises TextError naming the line of the label file and the character if a text cannot be said with the base's
    symbols (the first such lines are told, the others counted), and TrainError if nothing is left to train on.
    """
    items: dict[str, list[Item]] = {"train": [], "val": []}
    problems: list[TextError] = []
    skipped: list[str] = []
    shelf = Shelf(run, audio.sampling_rate)
    for clip in clips:
        if not clip.kept:
            continue
        try:
            encoded = reader.encode(clip.text, file=run.clips_file)
        except TextError as error:
            if len(problems) < _TOLD:  # each looks for its line in the whole file
                error.line = line_of(run.clips_file, clip.id)
            problems.append(error)
            continue
        samples, length = shelf.take(clip)
        if length == 0:
            skipped.append(f"{clip.id}: its sound holds no usable samples")
            continue
        frames = length // audio.hop_length
        if frames < len(encoded.ids):
            # The alignment gives every symbol at least one frame, so this clip cannot hold its own text.
            skipped.append(
                f"{clip.id}: its text is too long for its sound, {len(encoded.ids)} symbols in {frames} frames"
            )
            continue
        guide = _timed(clip, run, encoded, reader.add_blank, samples, frames, audio)
        item = Item(clip.id, encoded.ids, speakers.index(clip.speaker), samples, frames, guide)
        items["val" if clip.split == "val" else "train"].append(item)
    shelf.close()
    if problems:
        for problem in problems[1:_TOLD]:
            console.warn(str(problem))
        if len(problems) > _TOLD:
            console.warn(f"and {counted(len(problems) - _TOLD, 'more text')} that cannot be said")
        raise problems[0]
    if skipped:
        many = len(skipped) > 1
        console.warn(f"{len(skipped)} clips are left out of training:" if many else "1 clip is left out of training:")
    for what in skipped:
        console.warn(f"  {what}")
    if not items["train"]:
        raise TrainError(
            "no clip is left to train on",
            cure=f"see why each was rejected, and keep some: ffvits web {console.typed(run.folder)}, or clips.jsonl",
            file=run.clips_file,
        )
    return items["train"], items["val"]


def _timed(
    clip: Clip, run: Run, encoded: Encoded, add_blank: bool, samples: Path, frames: int, audio: AudioFormat
) -> Path | None:
    """The guide of a clip whose syllables have known times, written beside its samples; None where there are none.

    Raises RunError if the file is damaged, or its times are not those of the text.
    """
    file = run.path(clip).with_suffix(".times.npy")
    if not file.is_file():
        return None
    try:
        times = np.load(file, allow_pickle=False)
        whole = times.dtype.kind == "f" and bool(np.isfinite(times).all())
    except (OSError, ValueError, EOFError) as error:
        raise RunError("cannot be read as times", cure="make them again, or delete the file", file=file) from error
    if not whole:
        raise RunError("holds times that are no numbers", cure="make them again, or delete the file", file=file)
    if times.shape != (len(encoded.syllables), 3):
        raise RunError(
            f"holds times of shape {times.shape}; the text has {len(encoded.syllables)} syllables of three times each",
            cure="make them again, or delete the file: training then looks for the alignment itself",
            file=file,
        )
    path = samples.with_name(f"{samples.stem}-{digest(encoded.ids, times.tolist())}-times.npy")
    if not path.is_file():
        save_samples(path, timed_positions(encoded, add_blank, times, frames, audio))
    return path


def timed_positions(
    encoded: Encoded, add_blank: bool, times: np.ndarray, frames: int, audio: AudioFormat
) -> np.ndarray:
    """Which symbol (a fractional index into the ids) each frame is at, float32 [frames].

    `times` [syllables, 3] are seconds: where a syllable begins, where its final begins, where it ends. Between these
    the position moves evenly.
    """
    wide, edge = (2, 0.0) if add_blank else (1, -0.5)  # ids for a symbol; a boundary lies in the middle of a blank
    at, second = [-0.5], [0.0]
    for syllable, (begin, final, end) in zip(encoded.syllables, times.tolist(), strict=True):
        at += [wide * symbol + edge for symbol in (syllable.start, syllable.end - 1, syllable.end)]
        second += [begin, final, end]
    at.append(len(encoded.ids) - 0.5)
    second.append(max(second[-1], frames * audio.hop_length / audio.sampling_rate))
    centres = (np.arange(frames) + 0.5) * audio.hop_length / audio.sampling_rate
    return np.interp(centres, np.maximum.accumulate(second), at).astype(np.float32)


def collate(items: Sequence[Item], hop: int, rank: int = 0, ranks: int = 1) -> Batch:
    """Pads a batch, in whole frames of `hop` samples; of several processes, each takes every `ranks`-th row."""
    whole = Whole(
        tuple(item.name for item in items),
        symbols=sum(len(item.ids) for item in items),
        frames=tuple(item.frames for item in items),
    )
    rows = items[rank::ranks]
    texts = [torch.tensor(item.ids, dtype=torch.long) for item in rows]
    sounds = [torch.from_numpy(item.load(hop)) for item in rows]
    positions = None
    if all(item.guide is not None for item in items):
        positions = _padded([torch.from_numpy(np.load(item.guide)) for item in rows])
    melody = None
    if all(item.melody is not None for item in items):
        melody = _padded([torch.from_numpy(np.load(item.melody)) for item in rows])
    return Batch(
        whole,
        tuple(item.name for item in rows),
        x=_padded(texts),
        x_lengths=torch.tensor([len(text) for text in texts]),
        wav=_padded(sounds).unsqueeze(1),
        frames=torch.tensor([item.frames for item in rows]),
        speakers=torch.tensor([item.speaker for item in rows]),
        positions=positions,
        melody=melody,
        first=rank,
        stride=ranks,
    )


def _padded(rows: list[torch.Tensor]) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True) if rows else torch.zeros(0, 1)


@dataclass(frozen=True)
class Deck:
    """Deals items in batches of like length: epoch and seed alone decide the order, so a resumed run deals on.

    `replay` items are mixed in so that they make up about `share` of each batch. Speakers with few clips are dealt
    as often as the square root of their share asks for, so that a small voice is neither drowned nor drilled.
    """

    items: Sequence[Item]
    batch_size: int
    seed: int
    replay: Sequence[Item] = ()
    share: float = 0.0

    @property
    def own(self) -> int:
        """How many items of a batch are the user's."""
        replayed = round(self.batch_size * self.share) if self.replay else 0
        return max(1, self.batch_size - replayed)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return max(1, math.ceil(len(self.items) / self.own))

    def epoch(self, number: int) -> list[list[Item]]:
        """The batches of one epoch, each sorted so that it pads little."""
        random = np.random.default_rng((self.seed, number))
        dealt = self._balanced(random)
        pool = self.own * 8
        batches: list[list[Item]] = []
        for start in range(0, len(dealt), pool):
            near = sorted(dealt[start : start + pool], key=lambda item: item.frames)
            batches += [near[i : i + self.own] for i in range(0, len(near), self.own)]
        random.shuffle(batches)
        if self.replay:
            for batch in batches:
                wanted = min(self.batch_size - self.own, max(1, round(len(batch) * self.share / (1 - self.share))))
                for index in random.integers(len(self.replay), size=wanted if self.share else 0):
                    batch.append(self.replay[index])
        return batches

    def _balanced(self, random: np.random.Generator) -> list[Item]:
        speakers: dict[int, list[Item]] = {}
        for item in self.items:
            speakers.setdefault(item.speaker, []).append(item)
        if len(speakers) == 1:
            return [self.items[i] for i in random.permutation(len(self.items))]
        weights = np.array([math.sqrt(len(group)) for group in speakers.values()])
        counts = np.maximum(1, np.round(weights / weights.sum() * len(self.items))).astype(int)
        dealt: list[Item] = []
        for group, count in zip(speakers.values(), counts, strict=True):
            while count > 0:
                order = random.permutation(len(group))[:count]
                dealt += [group[i] for i in order]
                count -= len(order)
        return [dealt[i] for i in random.permutation(len(dealt))]


def deal(deck: Deck, epoch: int, index: int, hop: int, ranks: Ranks = ALONE) -> Iterator[tuple[Batch, tuple[int, int]]]:
    """Batches from the `index`-th of an epoch on, without end; each with the epoch and index that follow it."""
    while True:
        batches = deck.epoch(epoch)
        for number in range(index, len(batches)):
            after = (epoch, number + 1) if number + 1 < len(batches) else (epoch + 1, 0)
            yield collate(batches[number], hop, ranks.rank, ranks.size), after
        epoch, index = epoch + 1, 0


def ahead(batches: Iterator) -> Iterator:
    """Prepares the next batch while the model works on this one."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, batches)
        while True:
            ready = coming.result()
            coming = worker.submit(next, batches)
            yield ready
