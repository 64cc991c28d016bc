"""`ffvits check`: half a minute of listening into a folder, and whether a voice can be made of it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.errors import AudioError, DownloadError
from ffvits.files import path_of

if TYPE_CHECKING:
    import numpy as np

_PROBED = 500  # recordings whose length is looked up
_PLACES, _SECONDS = 24, 9.0  # places that are listened to, and for how long
_FEW, _ENOUGH = 1.0, 10.0  # minutes of usable speech below which no voice can be made, and from which on a good one
_NOISY, _BAD = 15.0, 1.8  # dB of speech over noise, DNSMOS
_VOICE = 5.0  # seconds by which a voice is known
_PAUSE = 0.3  # seconds after a stretch of speech that are kept with it
_NARROW, _CLIPPED = 5000, 0.002  # Hz, share of samples


@dataclass(frozen=True)
class Heard:
    """What was found in some seconds of one recording; `snr` is nan, and `voice` None, where nobody speaks.

    `weight` is the share of all recordings that they stand for, in any unit.
    """

    seconds: float
    speech: float
    snr: float
    quality: float
    music: bool | None
    bandwidth: float
    clipped: float
    voice: np.ndarray | None = field(repr=False, default=None)
    weight: float = 1.0

    @property
    def problems(self) -> list[str]:
        """What is wrong with it, the worst first."""
        found = ["no speech"] if math.isnan(self.snr) else []
        found += ["clipped"] if self.clipped > _CLIPPED else []
        # What lies under the voice is taken out before its quality counts.
        found += ["sounds bad"] if not found and self.clear and self.quality < _BAD else []
        found += ["music"] if self.music else []
        found += ["noise"] if self.snr < _NOISY and not self.music else []
        found += ["narrow band"] if 0 < self.bandwidth < _NARROW else []
        return found

    @property
    def clear(self) -> bool:
        """Whether somebody speaks, and nothing else is heard."""
        return self.snr >= _NOISY and not self.music

    @property
    def usable(self) -> bool:
        """Music, noise and narrow bands are seen to, or borne; the rest is rejected when it is labelled."""
        return not {"no speech", "clipped", "sounds bad"} & set(self.problems)


@dataclass(frozen=True)
class Verdict:
    """What a folder promises. Minutes of speech are extrapolated from places in `listened` recordings to all.

    `problems` counts the recordings that have them in at least half of the places where somebody speaks. `speakers`
    are shares of the speech by voice, the most heard first, or empty where nobody could tell.
    """

    recordings: int
    minutes: float
    listened: int
    usable_minutes: float
    unreadable: int
    speakers: tuple[float, ...]
    problems: dict[str, int]
    quality: float
    advice: tuple[str, ...]

    @property
    def go(self) -> bool:
        return self.usable_minutes >= _FEW

    def to_dict(self) -> dict:
        return {"go": self.go, **asdict(self)}

    def text(self) -> str:
        """The verdict in a few lines for a person."""
        shares = ", ".join(f"{share:.0%}" for share in self.speakers)
        problems = "; ".join(f"{name} in {count}" for name, count in self.problems.items())
        lines = [
            f"{'GO' if self.go else 'NO-GO'}: about {self.usable_minutes:.1f} min of usable speech",
            f"recordings  {self.recordings}, {self.minutes:.1f} min; {self.listened} listened into"
            + (f"; {self.unreadable} unreadable" if self.unreadable else ""),
            f"voices      {len(self.speakers)} ({shares} of the speech)"
            if self.speakers
            else "voices      too few to tell",
            f"quality     DNSMOS {self.quality:.1f} of 5" + (f"; {problems}" if problems else "; nothing wrong"),
        ]
        return "\n".join([*lines, *(f"→ {line}" for line in self.advice)])


def check(folder: str | Path, *, offline: bool = False) -> Verdict:
    """Listens to up to 24 places of some seconds, spread over all that was recorded; nothing is written.

    Raises AudioError if the folder cannot be listed or holds no recording, DownloadError if the speaker encoder is
    out of reach; without the music detector music is not looked for.
    """
    from ffvits import console
    from ffvits.audio.files import find
    from ffvits.audio.length import seconds_of

    folder = path_of(folder)
    there = find(folder)
    files = there.audio
    if not files and there.unreadable:
        cure = "give yourself the right to read it"
        raise AudioError("this folder cannot be opened", cure=cure, file=there.unreadable[0])
    if not files:
        raise AudioError("there are no recordings in it", cure="name the folder that holds them", file=folder)
    lengths: dict[Path, float] = {}
    probed = _spread(files, _PROBED)
    for path in probed:
        try:
            lengths[path] = seconds_of(path)
        except AudioError:
            continue
    places = _places(lengths)
    minutes = sum(lengths.values()) / 60 * len(files) / len(probed)
    listener = _Listener(offline)
    heard: list[tuple[Path, Heard]] = []
    broken = set()
    with console.progress("Listening", total=len(places), unit="places") as bar:
        for place in places:
            try:
                heard.append((place.path, replace(listener.hear(_cut_out(place)), weight=place.weight)))
            except AudioError:
                broken.add(place.path)
            bar.advance()
    closed = len(there.unreadable)  # folders
    return judge(heard, len(files), minutes, len(probed) - len(lengths) + len(broken) + closed)


def judge(heard: Sequence[tuple[object, Heard]], recordings: int, minutes: float, unreadable: int) -> Verdict:
    """The verdict on what was heard, each with the recording that it was heard in."""
    from ffvits.label import voices

    weight = sum(one.weight for _, one in heard)
    good = sum(one.weight * one.speech / one.seconds for _, one in heard if one.usable)
    usable = minutes * good / weight if weight else 0.0
    spoken = [one for _, one in heard if one.voice is not None]
    clear = [one for one in spoken if one.clear]
    told_by = clear if len(clear) >= voices.FEWEST else spoken  # noise and music make strangers of one voice
    shares: tuple[float, ...] = ()
    if len(told_by) >= voices.FEWEST:
        import numpy as np

        told = voices.tell_apart(np.stack([one.voice for one in told_by]), [one.speech for one in told_by])
        seconds = Counter()
        for heap, one in zip(told.heap, told_by, strict=True):
            seconds[heap] += one.weight * one.speech / one.seconds
        shares = tuple(round(value / sum(seconds.values()), 3) for _, value in sorted(seconds.items()))
    usable *= shares[0] if shares else 1.0
    listened = len({recording for recording, _ in heard})
    problems = _problems(heard)
    quality = [one.quality for one in spoken]
    return Verdict(
        recordings=recordings,
        minutes=round(minutes, 1),
        listened=listened,
        usable_minutes=round(usable, 1),
        unreadable=unreadable,
        speakers=shares,
        problems=problems,
        quality=round(sum(quality) / len(quality), 2) if quality else 0.0,
        advice=tuple(_advice(usable, shares, problems, max(1, listened))),
    )


def _problems(heard: Iterable[tuple[object, Heard]]) -> dict[str, int]:
    """In how many recordings each is, the most frequent first; one that speaks elsewhere is not without speech."""
    of_recording: dict[object, list[Heard]] = defaultdict(list)
    for recording, one in heard:
        of_recording[recording].append(one)
    found: Counter[str] = Counter()
    for places in of_recording.values():
        judged = [one for one in places if not math.isnan(one.snr)] or places
        counted = Counter(problem for one in judged for problem in one.problems)
        found.update(problem for problem, count in counted.items() if 2 * count >= len(judged))
    return dict(found.most_common())


def _advice(usable: float, shares: Sequence[float], problems: dict[str, int], listened: int) -> Iterator[str]:
    if usable < _FEW:
        yield f"record more: {_FEW:g} min of speech is the least, {_ENOUGH:g} min makes a good voice"
    elif usable < _ENOUGH:
        yield f"{_ENOUGH - usable:.0f} min more would make it better: whole sentences, questions and exclamations too"
    if shares and shares[0] < 0.8:
        yield (
            f"the voice heard most has {shares[0]:.0%} of the speech, the others are set aside: "
            "one folder per speaker, or label.screen.speakers: auto"
        )
    cures = {
        "music": "record without music, or try --separator demucs",
        "noise": "record nearer to the microphone, in a quieter room",
        "clipped": "record with less gain",
        "sounds bad": "use recordings of better quality",
        "narrow band": "use recordings of 16 kHz or more: the voice will sound like a telephone",
        "no speech": "remove what holds no speech",
    }
    for name, count in problems.items():
        if count > 0.2 * listened:
            yield f"{name} in {count} of {listened}: {cures[name]}"


def _spread(items: Sequence[Path], most: int) -> list[Path]:
    """At most so many items, from all over the list."""
    step = max(1.0, len(items) / most)
    return [items[int(number * step)] for number in range(min(most, len(items)))]


@dataclass(frozen=True)
class _Place:
    """Some seconds of a recording, and the share of all recordings that they stand for."""

    path: Path
    start: float
    weight: float


def _places(lengths: Mapping[Path, float]) -> list[_Place]:
    """Where to listen: at equal distances in all that was recorded, so that a long recording is heard in many places.

    A recording whose length nobody tells is taken to be as long as a place.
    """
    lengths = {path: seconds or _SECONDS for path, seconds in lengths.items()}
    total, before, weights = sum(lengths.values()), 0.0, Counter()
    moments = [(number + 0.5) * total / _PLACES for number in range(_PLACES)]
    for path, seconds in lengths.items():
        count = max(1, round(seconds / _SECONDS))
        for moment in moments:
            if before <= moment < before + seconds:
                weights[path, min(count - 1, int((moment - before) / seconds * count)), seconds / count] += 1
        before += seconds
    return [
        _Place(path, (number + 0.5) * width - min(width, _SECONDS) / 2, weight / _PLACES)
        for (path, number, width), weight in weights.items()
    ]


def _cut_out(place: _Place) -> Sound:
    """The seconds of a place, in mono."""
    import numpy as np

    from ffvits.audio.files import opened
    from ffvits.audio.mixdown import mended

    with opened(place.path, start=place.start) as reader:
        wanted = round(_SECONDS * reader.probe.rate)  # what its header says of its length may be wrong
        blocks, count = [], 0
        for block in reader.blocks:
            blocks.append(mended(block)[0].mean(axis=1))
            count += len(block)
            if count >= wanted:
                break
        if not count:
            raise AudioError("there are no samples in it", cure="copy or export it again", file=place.path)
        return Sound(np.concatenate(blocks)[:wanted], reader.probe.rate)


class _Listener:
    """The networks that listen, loaded once."""

    def __init__(self, offline: bool) -> None:
        from ffvits import console, store
        from ffvits.label import quality, speakers, spleeter, vad

        self._ear, self._judge, self._encoder = vad.load(), quality.load(), speakers.shared(offline)
        try:
            self._detector = spleeter.load(store.fetch("spleeter-2stems", offline=offline))
        except DownloadError:
            console.warn("Music is not looked for: its detector is out of reach")
            self._detector = None

    def hear(self, sound: Sound) -> Heard:
        from ffvits.audio.measure import bandwidth, clipped_share
        from ffvits.label import cuts, spleeter
        from ffvits.label.levels import heard_levels, snr
        from ffvits.label.music import is_music

        chances = self._ear(sound)
        over = snr(heard_levels(sound, len(chances)), chances)
        speaks = not math.isnan(over)
        stretches = cuts.speech(chances)
        first = stretches[0].start * cuts.SECONDS if stretches else 0.0
        begins = max(0.0, min(first, sound.seconds - _VOICE))
        music = is_music(*self._detector.spectra(sound.at(spleeter.RATE).samples)) if self._detector else None
        return Heard(
            seconds=sound.seconds,
            speech=min(sound.seconds, sum(stretch.seconds + _PAUSE for stretch in stretches)),
            snr=over,
            quality=self._judge(sound).overall if speaks else 0.0,
            music=music,
            bandwidth=bandwidth(sound),
            clipped=clipped_share(sound),
            voice=self._encoder.embed(sound.cut(begins, begins + _VOICE)) if speaks else None,
        )
