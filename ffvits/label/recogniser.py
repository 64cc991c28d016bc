"""What was said in a sound, by Whisper, and how sure that is.

A. Radford et al., "Robust speech recognition via large-scale weak supervision", 2022. Two engines read the same
weights: faster-whisper (CTranslate2, int8 on the processor) and openai-whisper (the authors' own).
"""

from __future__ import annotations

import itertools
import math
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ffvits import console
from ffvits.audio.loudness import at_level
from ffvits.audio.sound import Sound
from ffvits.device import choose_device, threads
from ffvits.errors import FfvitsError
from ffvits.extras import install
from ffvits.files import path_of
from ffvits.label import cuts, homophones, pauses, repeats, vad
from ffvits.label.inventions import LOOP
from ffvits.label.wording import simplified, wordings
from ffvits.recipe import TranscribeSettings

if TYPE_CHECKING:
    import numpy as np

    from ffvits.label.second_opinion import Reading

T = TypeVar("T")
RATE = 16000
WINDOWS = (6, 8, 10, 12, 18, 30)  # seconds that the network hears at once
_LONGEST_WINDOW = WINDOWS[-1]  # what Whisper was trained with
_TAIL = 2  # seconds of silence after the speech, by which it knows where to end
_BATCH, _SHARED_BATCH = 8, 4  # sounds at once: of one worker, and of several, whose cores are full with fewer
TOLD = 200  # tokens that an opening may have; with 224 of text behind it, 448 are Whisper's whole window
LONGEST = 220  # tokens of a text that is compared with a sound
_TOKENS_A_SECOND, _TOKENS = 10, 16  # more than any speaker fills: a loop ends there
_SURER = 1.1  # times as well as the usual reading of a number another must fit the sound to be taken
# Confidence from which on one name of the recipe, alone, was said: of 10 that nobody said none had more than 0.50, of
# 17 that the embedded voice said none less than 0.57, though half of them are another word to who is not told.
_CALLED = 0.55
_DOUBTFUL = -0.9  # mean log-probability at which a short window is not trusted


@dataclass(frozen=True)
class Character:
    """One written character: the probability that the recogniser gave it, and when it begins (seconds)."""

    text: str
    probability: float
    start: float


@dataclass(frozen=True)
class Heard:
    """What a recogniser understood.

    `text` is what was said, as it is spoken; `raw` what was written. `confidence` is the geometric mean of the
    probabilities of the written tokens, `no_speech` the probability that nobody speaks, `compression` how well the
    text compresses (loops: above 2.4), `language` the likeliest of Whisper's languages and `chinese` the probability
    of Mandarin or Cantonese, all heard from the sound alone. `speech` is for how many seconds somebody speaks.
    `unread` is the usual reading of the numbers in it where the sound decided for another, or "". `overlap` is how
    surely two people speak at once, from 0 to 1 (0 where the recogniser cannot tell, see `overlap.load`). `times` is
    how well each part of a text that repeats itself fits the sound (see `repeats.fits`); `laid`, of several hearings
    of a clip, how well what was said lies over its sounds (see `laying.lay`). `reading` is what was read from the
    encoder's states, if that can be.
    """

    text: str
    raw: str
    confidence: float
    no_speech: float
    compression: float
    language: str
    chinese: float
    speech: float = 0.0
    characters: tuple[Character, ...] = ()
    unread: str = ""
    overlap: float = 0.0
    times: tuple[float, ...] = ()
    laid: float = 0.0
    reading: Reading | None = field(default=None, compare=False, repr=False)


class Engine(Protocol):
    """A loaded network, which hears sounds at 16 kHz in a window of so many seconds.

    `workers` is how many threads may call `write` at once and are faster together.
    """

    workers: int

    def write(self, sounds: Sequence[Sound], seconds: int, *, prompted: bool = True) -> list[Heard]:
        """What it writes for each sound; unless `prompted`, without having been told of the recipe's `opening`."""
        ...

    def fit(self, sound: Sound, seconds: int, texts: Sequence[str]) -> list[float]:
        """The geometric mean of the probabilities that it gives to each text's tokens, from 0 to 1."""
        ...

    def states(self, sound: Sound, seconds: int) -> np.ndarray:
        """What the encoder makes of a sound: float32 [T, D], 50 a second."""
        ...


class Recogniser:
    """Hears sounds with one loaded network; make it with `load`."""

    def __init__(
        self,
        engine: Engine,
        detector: vad.Vad,
        settings: TranscribeSettings,
        spelling: homophones.Spelling | None = None,
    ) -> None:
        self._engine = engine
        self._detector = detector
        self._settings = settings
        self._spelling = spelling

    def __call__(self, sound: Sound) -> Heard:
        """What is said in one sound of any rate, of which the first 30 s are heard."""
        return self.hear([sound])[0]

    def hear(self, sounds: Sequence[Sound], *, patient: bool = True, whole: bool = False) -> list[Heard]:
        """What is said in each sound, in order; together they are heard faster than one by one.

        The result for a sound does not depend on which others are heard with it. What seems lost is heard once more
        in the longest window, at five to ten times the price, where `patient`. `whole` hears all in that window, as
        Whisper was trained to: recordings are understood as well in short ones, half-clear voices are not. Of words
        that it may only have repeated from the recipe's `opening` those are believed that it hears without it, too.
        """
        sounds = [_levelled(sound.at(RATE)) for sound in sounds]
        windows = [_LONGEST_WINDOW if whole else _window(sound.seconds) for sound in sounds]
        heard = self._write(sounds, windows)
        # A window cut close to the sound saves most of the time, and now and then loses the thread.
        lost = [
            n
            for n, (window, one) in enumerate(zip(windows, heard, strict=True))
            if window < _LONGEST_WINDOW and _lost(one)
        ]
        again = lost if patient else []
        longest = [_LONGEST_WINDOW] * len(again)
        for number, one in zip(again, self._write([sounds[n] for n in again], longest), strict=True):
            if one.confidence > heard[number].confidence or heard[number].compression > LOOP:
                heard[number] = one
        echoes = [number for number, one in enumerate(heard) if _echoes(one, self._settings)]
        unprompted = self._write([sounds[n] for n in echoes], [windows[n] for n in echoes], prompted=False)
        for number, one in zip(echoes, unprompted, strict=True):
            if not _agree(one.raw, heard[number].raw):
                heard[number] = one
        return self._side_by_side(self._worded, heard, sounds)

    def fit(self, sound: Sound, texts: Sequence[str]) -> list[float]:
        """How well each text fits the sound (any rate), from 0 to 1; marks do not count.

        On 30 clips the right words had 0.30 to 0.94, those of another clip 0.02 at most.
        """
        sound = _levelled(sound.at(RATE))
        return self._engine.fit(sound, _window(sound.seconds), [_without_marks(text) for text in texts])

    def states(self, sound: Sound) -> np.ndarray:
        """What the network's encoder makes of a sound (any rate), of which the first 30 s are heard: [T, D]."""
        sound = _levelled(sound.at(RATE))
        return self._engine.states(sound, _window(sound.seconds))

    def _write(self, sounds: Sequence[Sound], windows: Sequence[int], *, prompted: bool = True) -> list[Heard]:
        size = _SHARED_BATCH if self._engine.workers > 1 else _BATCH
        batches: list[list[int]] = []
        # Only sounds of like length together: how long a text may become must not depend on who else is heard.
        kinds = [(window, _window(sound.seconds)) for sound, window in zip(sounds, windows, strict=True)]
        for kind in sorted(set(kinds), reverse=True):  # what takes longest begins first
            numbers = [number for number, other in enumerate(kinds) if other == kind]
            batches += [numbers[start : start + size] for start in range(0, len(numbers), size)]

        def write(batch: list[int]) -> list[Heard]:
            return self._engine.write([sounds[number] for number in batch], windows[batch[0]], prompted=prompted)

        found = self._side_by_side(write, batches)
        heard = dict(zip(itertools.chain(*batches), itertools.chain(*found), strict=True))
        return [heard[number] for number in range(len(sounds))]

    def _side_by_side(self, do: Callable[..., T], *of: Sequence[Any]) -> list[T]:
        """`[do(a, b) for a, b in zip(*of)]`, by all workers of the engine at once."""
        workers = min(self._engine.workers, len(of[0]))
        if workers < 2:
            return list(map(do, *of))
        with threads(), ThreadPoolExecutor(workers, thread_name_prefix="hearing") as pool:
            return list(pool.map(do, *of))

    def _worded(self, heard: Heard, sound: Sound) -> Heard:
        """The hearing with its words as they are spoken, and marks where the speaker pauses; not yet corrected."""
        settings = self._settings
        text = simplified("".join(character.text for character in heard.characters))
        chances = self._detector(sound)
        if self._spelling is not None:
            text = self._spelling.respell(text, [character.probability for character in heard.characters])
        if settings.pauses and text:
            starts = [character.start for character in heard.characters]
            text = pauses.marked(text, starts, pauses.find(chances))
        forms = wordings(text, vocabulary=settings.vocabulary)
        text = forms[0]
        if len(forms) > 1:
            fits = self.fit(sound, forms)
            best = max(range(len(forms)), key=fits.__getitem__)
            text = forms[best] if fits[best] > _SURER * fits[0] else text
        return replace(
            heard,
            text=text,
            unread="" if text == forms[0] else forms[0],
            speech=sum(stretch.seconds for stretch in cuts.speech(chances)),
            times=repeats.fits(sound, text),
        )


def load(
    settings: TranscribeSettings, device: str = "auto", offline: bool = False, *, threads: int | None = None
) -> Recogniser:
    """Loads the recipe's engine, weights and dictionary, fetching the weights at the first use.

    `device` is auto, cpu, cuda, cuda:1 or mps (on which faster-whisper uses the processor, in so many `threads`; None:
    one for each core). Raises DownloadError if the weights are out of reach, FfvitsError if the engine is not
    installed, or the device not there.
    """
    device = choose_device(device)
    try:
        if settings.engine == "openai-whisper":
            from ffvits.label.openai_engine import OpenAiEngine

            engine: Engine = OpenAiEngine(weights(settings, offline), settings, device)
        else:
            from ffvits.label.faster_engine import FasterEngine

            engine = FasterEngine(weights(settings, offline), settings, device, threads)
    except ImportError as error:
        raise FfvitsError(f"the package {error.name!r} is not installed", cure=install("label")) from error
    return Recogniser(engine, vad.load(), settings, homophones.load() if settings.homophones else None)


def weights(settings: TranscribeSettings, offline: bool = False) -> Path:
    """The folder with the weights that the recipe names: of the store, or the user's own."""
    from ffvits import store

    name = f"whisper-{settings.model}" + ("-openai" if settings.engine == "openai-whisper" else "")
    own = path_of(settings.model)
    # A size is a size, though a folder that lies here, perhaps a run, be called "base".
    if own.is_dir() and name not in {entry.name for entry in store.entries("asr")}:
        return own
    return store.fetch(name, offline=offline)


def opening(settings: TranscribeSettings) -> str:
    """What Whisper is told to have written before: the language's script, and the names that may come."""
    return settings.prompt + ("、".join(settings.vocabulary) + "。" if settings.vocabulary else "")


def fitting(settings: TranscribeSettings, length: Callable[[str], int]) -> TranscribeSettings:
    """The settings with as many names, from the first on, as Whisper can be told of; a warning says that some are not.

    `length` counts the tokens of a text. Whisper itself would forget what was told first: the prompt, which makes it
    write Chinese, before any name.
    """
    names = settings.vocabulary

    def told(count: int) -> TranscribeSettings:
        return replace(settings, vocabulary=names[:count])

    most = bisect_right(range(1, len(names) + 1), TOLD, key=lambda count: length(opening(told(count))))
    if most < len(names):
        console.warn(
            f"Whisper is told only the first {most} of the {len(names)} names in label.transcribe.vocabulary; "
            "the others only mend how it spells what it hears: put first what it would not know"
        )
    return told(most)


def _echoes(heard: Heard, settings: TranscribeSettings) -> bool:
    """Whether a hearing may only repeat what the recogniser was told: every two or more letters of it stand there."""
    letters, told = simplified(_without_marks(heard.raw)), _without_marks(opening(settings))
    if letters in settings.vocabulary and heard.confidence >= _CALLED:
        return False
    found = [letters[place : place + 2] in told for place in range(len(letters) - 1)]
    return bool(found) and all(left or right for left, right in itertools.pairwise([False, *found, False]))


def _agree(text: str, other: str) -> bool:
    """Whether two texts have half of their syllables in common."""
    from ffvits.evaluate.metrics import pinyin_error

    return pinyin_error(text, other, tones=False) <= 0.5


def most_tokens(sounds: Iterable[Sound]) -> int:
    """More tokens than anybody says in these sounds; the same for all that fit into one of the `WINDOWS`."""
    return _TOKENS + _TOKENS_A_SECOND * max(_window(sound.seconds) for sound in sounds)


def compression(text: str) -> float:
    """How many times shorter the text becomes when compressed; 0 for no text."""
    data = text.encode("utf-8")
    return len(data) / len(zlib.compress(data)) if data else 0.0


def written(
    raw: str, logprob: float, no_speech: float, languages: dict[str, float], characters=(), overlap: float = 0.0
) -> Heard:
    """A `Heard` as an engine returns it, before its words are looked at."""
    return Heard(
        text=raw,
        raw=raw,
        confidence=math.exp(min(0.0, logprob)),
        no_speech=no_speech,
        compression=compression(raw),
        language=max(languages, key=languages.__getitem__),
        chinese=languages.get("zh", 0.0) + languages.get("yue", 0.0),
        characters=tuple(characters),
        overlap=overlap,
    )


def _without_marks(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _window(seconds: float) -> int:
    return next((window for window in WINDOWS if seconds + _TAIL <= window), _LONGEST_WINDOW)


def _lost(heard: Heard) -> bool:
    return heard.confidence < math.exp(_DOUBTFUL) or heard.compression > LOOP or not heard.raw


def _levelled(sound: Sound) -> Sound:
    """The sound at a usual level: Whisper understands recordings that peak at a tenth less well."""
    import numpy as np

    samples = at_level(sound.samples, 0.07, silence=1e-4)
    return Sound(np.clip(samples, -1, 1).astype(np.float32), sound.rate)
