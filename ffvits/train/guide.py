"""The base reads along: what its own reading of a clip's text teaches before the model can hear the new voice.

A base of one speaker has heard nobody else, one of a few voices not many more: its posterior encoder makes little
sense of a new voice, and the alignment that training searches with it (VITS, section 2.2.1) is wrong for hundreds of
steps. But the base can read the clip's text aloud and knows when it says what; warping its reading onto the recording
gives the alignment to start from. The readings themselves are replayed in training, as the base's own speaker, so that
its clear Chinese is not forgotten.
"""

from __future__ import annotations

import atexit
import math
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ffvits import console
from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram
from ffvits.run import Run, digest
from ffvits.train.dataset import Batch, Item
from ffvits.train.samples import save_samples

if TYPE_CHECKING:
    from ffvits.base import Base
    from ffvits.vits import Vits

COEFFICIENTS = 13  # of the mel cepstrum, by channel mean and variance: who speaks matters less, what is said stays
WIDTH = 1.5  # symbols that an alignment may stray before the guide pulls it back


@dataclass(frozen=True)
class Lessons:
    """Items with their guides, and the base's own readings of the same texts."""

    items: list[Item]
    readings: list[Item]


@dataclass(frozen=True)
class Teacher:
    """A voice of the base that reads along: its row in the base (None if that has one voice), and in the new model."""

    row: int | None
    speaker: int


@dataclass(frozen=True)
class Staff:
    """The teacher of each speaker, and the names of those that the new model gets as speakers of their own."""

    teachers: Mapping[int, Teacher] = field(default_factory=dict)
    voices: tuple[str, ...] = ()


def hire(base: Base, speakers: Sequence[str], start_from: str | Mapping[str, str]) -> Staff:
    """Who reads along with whom: the base's only voice, or the one that a speaker starts from.

    There is nobody where speakers start from the mean of many voices, for no voice is that mean.
    """
    if not base.speakers:
        return Staff(
            {number: Teacher(None, len(speakers)) for number in range(len(speakers))}, (f"{base.name} (base)",)
        )
    chosen = [start_from if isinstance(start_from, str) else start_from[name] for name in speakers]
    if not set(chosen) <= set(base.speakers):
        return Staff()
    voices = tuple(dict.fromkeys(voice for voice in chosen if voice not in speakers))
    rows = [*speakers, *voices]
    return Staff({number: Teacher(base.speakers.index(v), rows.index(v)) for number, v in enumerate(chosen)}, voices)


def read_along(items: Sequence[Item], base: Base, run: Run, staff: Staff) -> Lessons:
    """Lets the base read every item's text in the voice of its speaker's teacher.

    What was read before is kept in the run's cache.
    """
    hop = base.audio.hop_length
    teachers = staff.teachers

    def files(item: Item) -> tuple[Path, Path, Path]:
        return _files(item, base, run, teachers[item.speaker].row)

    missing = [item for item in items if not files(item)[-1].is_file()]
    if missing:
        from ffvits.base.skeleton import filled

        model = filled(base.config, base.generator).eval().fused()
        with console.progress("Reading along", total=len(missing), unit="clips") as bar:
            for item in missing:
                reading = read(item, model, teachers[item.speaker].row)
                for path, values in zip(files(item), (reading.samples, reading.of_frame), strict=False):
                    save_samples(path, values)
                save_samples(files(item)[-1], symbol_positions(item, reading, base.audio))
                bar.advance()
    guided, readings = [], []
    for item in items:
        samples, of_frame, positions = files(item)
        speaker = teachers[item.speaker].speaker
        guided.append(replace(item, guide=positions))
        frames = np.load(samples, mmap_mode="r").shape[0] // hop
        readings.append(Item(f"{item.name} (base)", item.ids, speaker, samples, frames, guide=of_frame))
    return Lessons(guided, readings)


def _files(item: Item, base: Base, run: Run, row: int | None) -> tuple[Path, Path, Path]:
    """Where the reading, its own alignment and the recording's alignment are kept."""
    key = digest("reading", base.sha256, item.ids, item.samples.name, row)
    folder = run.folder / "cache" / "reading" / key[:2]
    return folder / f"{key}.npy", folder / f"{key}-own.npy", folder / f"{key}-guide.npy"


@dataclass(frozen=True)
class Reading:
    """What the base made of a text: `samples` float32 [T], and the symbol that each frame says, [frames]."""

    samples: np.ndarray
    of_frame: np.ndarray


@torch.inference_mode()
def read(item: Item, model: Vits, row: int | None = None) -> Reading:
    """Speaks an item's text in a voice of the base (the only one where `row` is None), as plainly as it can."""
    ids = torch.tensor([item.ids])
    sid = None if row is None else torch.tensor([row])
    speech = model.infer(ids, torch.tensor([len(item.ids)]), sid, noise_scale=0.0, noise_scale_w=0.0)
    of_frame = np.repeat(np.arange(len(item.ids)), speech.durations[0].numpy())
    return Reading(speech.audio[0, 0].numpy(), of_frame.astype(np.float32))


def symbol_positions(item: Item, reading: Reading, audio: AudioFormat) -> np.ndarray:
    """Which symbol (a fractional index into `item.ids`) each frame of the recording is at: float32 [frames].

    Dynamic time warping of mel cepstra (Sakoe & Chiba 1978).
    """
    mine = _cepstrum(torch.from_numpy(reading.samples), audio)
    heard = _cepstrum(torch.from_numpy(item.load(audio.hop_length)), audio)
    _, path = _warping()(mine, heard)
    total, count = np.zeros(item.frames), np.zeros(item.frames)
    for at, theirs in path:
        total[theirs] += reading.of_frame[min(at, len(reading.of_frame) - 1)]
        count[theirs] += 1
    return (total / count).astype(np.float32)


@lru_cache(maxsize=1)
def _warping() -> Callable[..., Any]:
    """librosa's dynamic time warping.

    numba ends its import where it may keep nothing that it compiles: neither among the packages nor in a home folder.
    Then that is kept in a folder of this process, since what lies in everybody's could be anybody's.
    """
    try:
        from librosa.sequence import dtw
    except RuntimeError:
        from numba.core import config

        folder = tempfile.mkdtemp(prefix="ffvits-numba-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        config.CACHE_DIR = folder
        from librosa.sequence import dtw
    return dtw


def _cepstrum(wav: torch.Tensor, audio: AudioFormat) -> np.ndarray:
    """Mel cepstrum [COEFFICIENTS, frames], each row with mean 0 and variance 1."""
    from scipy.fft import dct

    mel = mel_spectrogram(wav, audio)[0].numpy()
    cepstrum = dct(mel, axis=0, norm="ortho")[:COEFFICIENTS]
    return (cepstrum - cepstrum.mean(1, keepdims=True)) / (cepstrum.std(1, keepdims=True) + 1e-5)


def semitones_above(
    readings: Sequence[Item], items: Sequence[Item], audio: AudioFormat, hum: float | None = None
) -> float:
    """By how much the base's readings are higher than the recordings of the same texts: the median over clips.

    `hum` (Hz) is what no reading is taken to be as high as; the rate of the frames unless told. 0 where no pair has a
    pitch on both sides.
    """
    hum = audio.sampling_rate / audio.hop_length if hum is None else hum
    gaps = []
    for reading, item in zip(readings, items, strict=True):
        high, low = _pitch(reading, audio, hum), _pitch(item, audio)
        if high and low:
            gaps.append(12 * math.log2(high / low))
    return float(np.median(gaps)) if gaps else 0.0


def _pitch(item: Item, audio: AudioFormat, hum: float = 0.0) -> float:
    """The median pitch of what is voiced (Hz), 0 where nothing is."""
    from ffvits.audio.pitch import track
    from ffvits.audio.sound import Sound

    found = track(Sound(item.load(audio.hop_length), audio.sampling_rate), hum)
    return float(np.median(found.hz[found.voiced])) if found.voiced.any() else 0.0


def pull(batch: Batch, strength: float) -> torch.Tensor | None:
    """What the guide adds to the alignment's scores, 0 at its line: [B, T_spec, T_text]; None if nothing is known."""
    if batch.positions is None or not strength:
        return None
    indices = torch.arange(batch.x.shape[1], device=batch.positions.device)
    return -strength * (indices - batch.positions.unsqueeze(-1)).square() / (2 * WIDTH**2)
