"""One clean mono track out of whatever a recording holds, in stretches short enough for memory.

Two passes over the file: the first listens (levels, phase, damage), the second mixes, so that a recording of ten
hours needs no more memory than one of five minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.audio.files import Probe, Undecodable, opened
from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np

_CENTRE = 2  # front left, front right, centre: the order of WAV and of FFmpeg
_FRAME = 0.05  # seconds, in which the quietest moment for a cut is sought


@dataclass(frozen=True)
class Survey:
    """What the first pass over a recording found; `weights`, `offsets` [C] and `gain` make its mono track.

    `notes` tell a person what will be done to the samples, `decoder` is the library that read most of them.
    """

    probe: Probe
    decoder: str
    frames: int
    weights: tuple[float, ...]
    offsets: tuple[float, ...]
    gain: float
    notes: tuple[str, ...]

    @property
    def seconds(self) -> float:
        return self.frames / self.probe.rate


def survey(path: Path) -> Survey:
    """Listens to a recording once. Raises Undecodable if no samples can be had from it."""
    first = _listen(path, "any")
    if first.damaged and first.decoder == "libsndfile":
        # FFmpeg often gets past a damaged place where libsndfile stops.
        try:
            second = _listen(path, "ffmpeg")
        except Undecodable:
            second = first
        if second.frames > first.frames:
            second.damaged = (*second.damaged, "a damaged place was passed over")
            first = second
    if not first.frames:
        raise Undecodable("there are no samples in it", code="empty", cure="copy or export it again", file=path)
    return first.survey()


def parts(path: Path, heard: Survey, *, max_rate: int, seconds: float) -> Iterator[tuple[int, Sound]]:
    """The mono track of a surveyed recording in parts of at most `seconds`, each with its first sample's number.

    Parts follow one another without gap or overlap and are cut at the quietest moment of their last fifth. A rate
    above `max_rate` (Hz) is resampled, a lower one kept. Raises Undecodable if the file is no longer what it was.
    """
    import numpy as np

    rate = min(heard.probe.rate, max_rate)
    limit, start, held = round(seconds * rate), 0, np.zeros(0, np.float32)
    pending: list[np.ndarray] = []
    waiting = 0
    for block in _resampled(_mono(path, heard), heard.probe.rate, rate):
        pending.append(block)
        waiting += len(block)
        while len(held) + waiting > limit:
            held = np.concatenate([held, *pending])
            pending, waiting = [], 0
            cut = _quietest(held[:limit], rate, limit * 4 // 5)
            yield start, Sound(held[:cut].copy(), rate)
            start, held = start + cut, held[cut:]
    held = np.concatenate([held, *pending])
    if len(held):
        yield start, Sound(held, rate)


@dataclass
class _Heard:
    """Running sums of the first pass, in float64."""

    probe: Probe
    decoder: str
    surround: bool
    sums: np.ndarray
    energies: np.ndarray
    peaks: np.ndarray
    mix_energy: float = 0.0
    mix_peak: float = 0.0
    frames: int = 0
    broken: int = 0
    damaged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def add(self, block: np.ndarray) -> None:
        import numpy as np

        block, broken = mended(block)
        mix = block.mean(axis=1, dtype=np.float64)
        self.frames += len(block)
        self.broken += broken
        self.sums += block.sum(axis=0, dtype=np.float64)
        self.energies += np.square(block, dtype=np.float64).sum(axis=0)
        self.peaks = np.maximum(self.peaks, np.abs(block).max(axis=0, initial=0.0))
        self.mix_energy += float(np.square(mix).sum())
        self.mix_peak = max(self.mix_peak, float(np.abs(mix).max(initial=0.0)))

    def survey(self) -> Survey:
        import numpy as np

        channels = len(self.sums)
        offsets = self.sums / self.frames
        energies = np.maximum(self.energies / self.frames - offsets**2, 0)
        mix_energy = max(self.mix_energy / self.frames - offsets.mean() ** 2, 0)
        weights, peak, notes = np.full(channels, 1 / channels), self.mix_peak, [*self.notes, *self.damaged]
        if channels > 1:
            chosen, note = self._choose(energies, mix_energy)
            if note:
                weights, peak = np.eye(channels)[chosen], float(self.peaks[chosen])
                notes.append(note)
        if self.broken:
            notes.append(f"{self.broken} samples that are no numbers (NaN, infinite) were set to silence")
        offset = float(abs(offsets @ weights))
        if offset > 0.01:
            notes.append(f"a constant offset of {offset:.1%} of full scale was removed")
        if peak > 1:
            notes.append(f"peaks above full scale (by {20 * np.log10(peak):.1f} dB) were scaled down to it")
        return Survey(
            self.probe,
            self.decoder,
            self.frames,
            tuple(weights.tolist()),
            tuple(offsets.tolist()),
            1 / max(1.0, peak),
            tuple(notes),
        )

    def _choose(self, energies: np.ndarray, mix_energy: float) -> tuple[int, str]:
        """The one channel to take instead of the mix, and why; without a reason the mix is taken."""
        channels = len(energies)
        loudest = int(energies.argmax())
        if self.surround and energies[_CENTRE] > 0.1 * energies.mean():
            return _CENTRE, f"the centre of {channels} channels was taken, where films put speech"
        # Channels that have nothing in common add up to this energy; with less, they cancel each other.
        if mix_energy < 0.5 * energies.sum() / channels**2:
            return loudest, f"channel {loudest + 1} was taken alone: the channels are out of phase and cancel"
        return loudest, ""


def _listen(path: Path, decoder: str) -> _Heard:
    import numpy as np

    with opened(path, decoder) as reader:
        channels = reader.probe.channels
        zeros = np.zeros(channels)
        heard = _Heard(reader.probe, reader.decoder, reader.surround, zeros.copy(), zeros.copy(), zeros.copy())
        for block in reader.blocks:
            heard.add(block)
        heard.damaged, heard.notes = tuple(reader.damage), tuple(reader.notes)
    return heard


def mended(block: np.ndarray) -> tuple[np.ndarray, int]:
    """The block [T, C] with every sample a finite number, and how many were none and are silence now."""
    import numpy as np

    # Also absurdly large ones, whose square would be infinite: no converter delivers 1e9 times full scale.
    bad = ~(np.abs(block) < 1e9)
    count = int(np.count_nonzero(bad))
    return (np.where(bad, np.float32(0), block), count) if count else (block, 0)


def _mono(path: Path, heard: Survey) -> Iterator[np.ndarray]:
    import numpy as np

    weights = np.array(heard.weights, np.float32) * np.float32(heard.gain)
    offset = np.float32(np.dot(heard.offsets, heard.weights) * heard.gain)
    frames = 0
    with opened(path, heard.decoder) as reader:
        if reader.probe.channels != len(weights):
            raise Undecodable("it changed while it was read", cure="wait until it is written, and run again", file=path)
        for block in reader.blocks:
            frames += len(block)
            yield mended(block)[0] @ weights - offset
    if frames != heard.frames:
        raise Undecodable("it changed while it was read", cure="wait until it is written, and run again", file=path)


def _resampled(blocks: Iterator[np.ndarray], rate: int, target: int) -> Iterator[np.ndarray]:
    if rate == target:
        yield from blocks
        return
    import numpy as np
    import soxr

    stream = soxr.ResampleStream(rate, target, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


def _quietest(samples: np.ndarray, rate: int, earliest: int) -> int:
    """The middle of the quietest half second after `earliest` (samples)."""
    import numpy as np

    frame = max(1, round(_FRAME * rate))
    tail = samples[earliest : earliest + (len(samples) - earliest) // frame * frame]
    energies = np.square(tail, dtype=np.float64).reshape(-1, frame).mean(axis=1)
    width = min(len(energies), round(0.5 / _FRAME))
    smooth = np.convolve(energies, np.ones(width) / width, mode="valid")
    return earliest + round((int(smooth.argmin()) + width / 2) * frame)
