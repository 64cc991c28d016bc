"""Sixth stage: what is said in each clip, in the words and marks that the voice will learn from."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from statistics import fmean
from threading import Lock
from typing import Any

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.label import repeats
from ffvits.label.inventions import is_invention
from ffvits.label.laying import lay, worth
from ffvits.label.recogniser import Heard, Recogniser, load, weights
from ffvits.label.wording import corrected, simplified
from ffvits.recipe import TranscribeSettings
from ffvits.run import Run

__all__ = ["Heard", "Listener", "Recogniser", "load", "transcribe"]

_FIRST, _AHEAD = 8, 16  # clips heard together: few, so that nobody waits long for the stages before, fewest at first
_AGREED = 0.8  # likeness of two hearings, below which somebody should listen
# Fit of the weakest characters, below which somebody should listen. Of 44 kept clips 17 were doubted by it or by their
# hearings: 11 of the 13 with three or more wrong characters, and one of the 10 without any.
_WEAK, _STRETCH = 0.4, 3
_AS_WELL = 0.1  # log-likelihood per frame, by which one number of times must fit better than another to be sure
# By so much a hearing of the cleaned sound must be surer than one of the original to be believed: recognisers are used
# to noise, but not to what filters leave. Of 66 mixtures at 5 dB and more the original alone gave 19.4 % wrong
# characters, the cleaned alone 22.3 %, the surer of the two 18.5 %, with this handicap 18.2 %, and with a third 17.7 %.
_HANDICAP = 0.04
_CREDIBLE = 0.5  # sure enough to be believed where another hearing, though surer of it, is an invention


def transcribe(
    clips: Iterable[Clip], run: Run, settings: TranscribeSettings, *, listener: Listener | None = None
) -> Iterator[Clip]:
    """Writes down each clip: `text` as spoken, `heard` as the recogniser wrote it, and how sure it was in `scores`.

    Where music or noise was removed the recogniser hears the clip before and after, and the words that it is surer
    of are kept: a voice within music is often understood better than what a separator leaves of it. The other
    hearings stay in `notes`. Clips whose words are doubtful say so in `review`. Raises DownloadError if the recogniser
    is out of reach.
    """
    cache = run.cache("transcribe", _deciding(settings), version=10)
    listener = listener or Listener(settings)
    for ahead in _in_lists(clips):
        known = {clip.id: cache.get(cache.key(clip.key)) for clip in ahead if clip.kept}
        missing = [clip for clip in ahead if clip.id in known and known[clip.id] is None]
        for clip, hearings in zip(
            missing, _hear(missing, run, listener.recogniser, settings) if missing else (), strict=True
        ):
            known[clip.id] = {"hearings": [_stored(heard) for heard in hearings]}
            cache.put(cache.key(clip.key), known[clip.id])
        for clip in ahead:
            if clip.id not in known:
                yield clip
            else:
                hearings = [_corrected(hearing, settings.corrections) for hearing in known[clip.id]["hearings"]]
                yield _told(clip, hearings).with_(key=cache.key(clip.key))


def _in_lists(clips: Iterable[Clip]) -> Iterator[list[Clip]]:
    """The clips in a list of `_FIRST` and then lists of `_AHEAD`."""
    clips, size = iter(clips), _FIRST
    while ahead := list(itertools.islice(clips, size)):
        yield ahead
        size = _AHEAD


def _deciding(settings: TranscribeSettings) -> TranscribeSettings:
    """Whether transcripts are used, and what is corrected, comes after the hearing, which stays what it was."""
    return replace(settings, transcripts="auto", corrections={})


def _corrected(hearing: dict[str, Any], corrections: Mapping[str, str]) -> dict[str, Any]:
    return {**hearing, **{name: corrected(hearing[name], corrections) for name in ("text", "unread")}}


def _hear(clips: Sequence[Clip], run: Run, recogniser: Recogniser, settings: TranscribeSettings) -> list[list[Heard]]:
    """For each clip what is heard in it, or, if it was cleaned, in its original, in it, and half-way between them.

    The third hearing is only of clips in which the first two do not sound the same, and of those no second attempt
    is made at it: it is an opinion on two that are there already.
    """
    from ffvits.evaluate.metrics import pinyin_error

    cleaned = [Sound.load(run.path(clip)) for clip in clips]
    twice = [number for number, clip in enumerate(clips) if _is_cleaned(clip)]
    originals = {number: Sound.load(run.folder / clips[number].original) for number in twice}
    first = [originals.get(number, sound) for number, sound in enumerate(cleaned)]
    heard = recogniser.hear([*first, *(cleaned[number] for number in twice)])
    found = [[one] for one in heard[: len(clips)]]
    for number, one in zip(twice, heard[len(clips) :], strict=True):
        found[number].append(one)
    thrice = [n for n in twice if pinyin_error(found[n][0].text, found[n][1].text, tones=False) > 0]
    halves = [_half_way(originals[n], cleaned[n]) for n in thrice]
    for number, one in zip(thrice, recogniser.hear(halves, patient=False), strict=True):
        found[number].append(one)
    for number in thrice if settings.by_sound else ():
        laid = _laid(found[number], (originals[number], cleaned[number]))
        found[number] = [replace(one, laid=value) for one, value in zip(found[number], laid, strict=True)]
    return found


def _laid(hearings: Sequence[Heard], sounds: Sequence[Sound]) -> list[float]:
    """How well what each hearing says lies over the sounds of the first ones, on the mean; 0 where none can tell."""
    texts = [_so_often(_stored(one))["text"] for one in hearings]
    readings = [one.reading for one in hearings[: len(sounds)]]
    laid = [lay(sound, texts, reading) or [0.0] * len(texts) for sound, reading in zip(sounds, readings, strict=True)]
    return [fmean(values) for values in zip(*laid, strict=True)]


def _is_cleaned(clip: Clip) -> bool:
    return clip.original not in ("", clip.audio)


def _half_way(original: Sound, cleaned: Sound) -> Sound:
    """The sound with half of what cleaning removes."""
    import numpy as np

    cleaned = cleaned.at(original.rate)
    length = min(len(original.samples), len(cleaned.samples))
    before, after = original.samples[:length], cleaned.samples[:length]
    power = float(np.dot(after, after))
    # Pieces are brought to one loudness after cleaning, so the voice has another level in the original.
    gain = float(np.dot(before, after)) / power if power else 0.0
    return Sound((0.5 * before + np.float32(0.5 * gain) * after).astype(np.float32), original.rate)


def _told(clip: Clip, hearings: Sequence[dict[str, Any]]) -> Clip:
    """The clip with the best of its hearings."""
    hearings = [_so_often(hearing) for hearing in hearings]
    number = _best(hearings)
    best = hearings[number]
    if len(hearings) > 1:
        sure = ", ".join(f"{one['confidence']:.2f} {where}" for one, where in zip(hearings, _WHERE, strict=False))
        clip = clip.note(f"understood best {_WHERE[number]} (sure: {sure})")
    clip = clip.with_(text=best["text"], heard=best["raw"]).score(
        asr_confidence=best["confidence"],
        no_speech=max(one["no_speech"] for one in hearings),
        compression=best["compression"],
        chinese=max(one["chinese"] for one in hearings),
        # Of the cleaned sound, which trains the voice: music with a singer in it is gone by then.
        voiced_seconds=hearings[min(1, len(hearings) - 1)]["speech"],
        # Neither what a filter makes of one voice nor a singer in the music that is gone makes two of it.
        overlap=min(hearings[min(1, len(hearings) - 1)]["overlap"], fmean(one["overlap"] for one in hearings)),
    )
    if best["language"] not in ("zh", "yue"):
        clip = clip.note(f"sounds like {_LANGUAGES.get(best['language'], 'another language')}")
    if len(hearings) > 1:
        from ffvits.evaluate.metrics import pinyin_error

        one, two = hearings[0]["text"], hearings[1]["text"]
        agreement = 1 - min(1.0, pinyin_error(one, two, tones=False))
        clip = clip.score(agreement=agreement)
        others = list(dict.fromkeys(heard["text"] for heard in hearings if heard["text"] != best["text"]))
        for other in others:
            clip = clip.note(f"another hearing: {other}")
        if agreement < _AGREED:
            clip = clip.doubt(f"heard otherwise when cleaned more or less ({agreement:.0%} alike)", others[0])
    if best["whole"] != best["text"]:
        clip = clip.note(f"not said as often as was written: “{best['whole']}”")
    if best["other"]:
        clip = clip.doubt(f"what is said may as well be “{best['other']}”", best["other"])
    if best["unread"]:
        clip = clip.note(f"numbers read as the sound has them: “{best['text']}”, not “{best['unread']}”")
    weakest, place = _weakest(best["characters"])
    clip = clip.score(weakest=weakest)
    if weakest < _WEAK:
        words, other = _quoted(best["text"], best["characters"], place)
        clip = clip.doubt(f"“{words}” hardly fits the sound ({weakest:.2f})", other)
    return clip


def _best(hearings: Sequence[dict[str, Any]]) -> int:
    """Which hearing fits best of those that may have been said, or of all where none of these is credible."""
    worths = [worth(one["confidence"] - (_HANDICAP if n else 0), one["laid"]) for n, one in enumerate(hearings)]
    said = [
        number
        for number, one in enumerate(hearings)
        if one["confidence"] >= _CREDIBLE and not is_invention(one["raw"], one["compression"])
    ]
    return max(said or range(len(hearings)), key=worths.__getitem__)


def _so_often(hearing: dict[str, Any]) -> dict[str, Any]:
    """The hearing with its text as often as it was said, where it was written several times.

    `whole` is what was written; `other` another number of times, or the other half, where that fits as well, or "".
    """
    text, fits = hearing["text"], hearing["times"]
    hearing = {**hearing, "whole": text, "other": ""}
    if not fits:
        return hearing
    parts = repeats.parts(text)
    best, second = sorted(range(len(fits)), key=fits.__getitem__, reverse=True)[:2]
    said = repeats.part_of(text, parts[best])
    if fits[best] - fits[second] < _AS_WELL:
        hearing["other"] = repeats.part_of(text, parts[second])
    spoken = [number for number, (char, *_) in enumerate(hearing["characters"]) if char.isalnum()]
    if len(spoken) != parts[-1][1]:  # with numbers in it their places differ: they are judged as they were written
        return {**hearing, "text": said}
    start, end = parts[best]
    return {**hearing, "text": said, "characters": hearing["characters"][spoken[start] : spoken[end - 1] + 1]}


def _weakest(characters: Sequence[Sequence[Any]]) -> tuple[float, int]:
    """The least sure stretch of three spoken characters: the geometric mean of their probabilities, and its place."""
    chances = [max(chance, 1e-6) for text, chance, _ in characters if text.isalnum()]
    stretches = [chances[start : start + _STRETCH] for start in range(max(1, len(chances) - _STRETCH + 1))]
    means = [math.exp(sum(map(math.log, part)) / max(1, len(part))) for part in stretches]
    number = min(range(len(means)), key=means.__getitem__)
    return means[number], number


def _quoted(text: str, characters: Sequence[Sequence[Any]], place: int) -> tuple[str, str]:
    """What stands in the text for the stretch of spoken characters that begins at `place`.

    With it comes the text as it was heard there, or "" if it was written so.
    """
    from difflib import SequenceMatcher

    heard = simplified("".join(char for char, *_ in characters if char.isalnum()))
    letters = [number for number, char in enumerate(text) if char.isalnum()]
    stretch = range(place, min(place + _STRETCH, len(heard)))
    inside: list[int] = []
    first, last = stretch.start, stretch.stop
    blocks = SequenceMatcher(None, heard, "".join(text[number] for number in letters), autojunk=False).get_opcodes()
    for kind, left, right, start, end in blocks:
        common = [number for number in stretch if left <= number < right]
        if common and (kind == "equal" or right - left == end - start):
            inside += [start + number - left for number in common]
        elif common:  # a number, in other characters than were heard
            inside += range(start, end)
            first, last = min(first, left), max(last, right)
    if not inside:
        return heard[stretch.start : stretch.stop], ""
    begin, end = letters[inside[0]], letters[inside[-1]] + 1
    same = heard[first:last] == "".join(char for char in text[begin:end] if char.isalnum())
    return text[begin:end], "" if same else text[:begin] + heard[first:last] + text[end:]


_WHERE = ("before cleaning", "after it", "half-way")
_LANGUAGES = {"en": "English", "ja": "Japanese", "ko": "Korean", "fr": "French", "de": "German", "ru": "Russian"}


def _stored(heard: Heard) -> dict[str, Any]:
    values = {**asdict(replace(heard, reading=None)), "overlap": round(heard.overlap, 4)}
    del values["reading"]
    values["characters"] = [[one.text, round(one.probability, 3), round(one.start, 2)] for one in heard.characters]
    return values


@dataclass
class Listener:
    """The recogniser, loaded when the first clip needs it, to hear in so many `threads` (None: one for each core)."""

    settings: TranscribeSettings
    device: str = "cpu"
    offline: bool = False
    threads: int | None = None
    _loading: Future[Recogniser] | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def recogniser(self) -> Recogniser:
        self.prepare()
        return self._loading.result()

    def prepare(self) -> None:
        """Begins to load the recogniser beside the other stages; raises DownloadError if its weights are out of reach.

        What else goes wrong is raised where it is needed.
        """
        with self._lock:
            if self._loading is None:
                console.info(f"Loading Whisper {self.settings.model} ({self.settings.engine})")
                weights(self.settings, self.offline)  # a long download is waited for here, where it can be given up
                loader = ThreadPoolExecutor(1, thread_name_prefix="loading")
                self._loading = loader.submit(load, self.settings, self.device, self.offline, threads=self.threads)
                loader.shutdown(wait=False)

    def fit(self, clip: Clip, run: Run, texts: Sequence[str]) -> list[float]:
        """How well each text fits the clip's sound, from 0 to 1, heard before and after cleaning; the better counts."""
        cache = run.cache("fit", _deciding(self.settings), version=1)
        key = cache.key(clip.audio, clip.original, *texts)
        values = cache.get(key)
        if values is None:
            files = dict.fromkeys(file for file in (clip.original, clip.audio) if file)
            found = [self.recogniser.fit(Sound.load(run.folder / file), texts) for file in files]
            values = {"fits": [round(max(fits), 4) for fits in zip(*found, strict=True)]}
            cache.put(key, values)
        return values["fits"]

    def lay(self, clip: Clip, run: Run, texts: Sequence[str]) -> tuple[float, ...]:
        """How well each text lies over the clip's sound: log-likelihoods per frame (see `laying`)."""
        return lay(Sound.load(run.path(clip)), texts)
