"""Seventh stage: what may not enter the voice is set aside, each clip with its reason and a cure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import AudioError
from ffvits.files import path_of
from ffvits.label import duplicates, speakers, voices
from ffvits.label.inventions import COURTESIES, CREDITS, LOOP, repeated, stock_phrase
from ffvits.label.measure import Measured, measure
from ffvits.language import counted
from ffvits.recipe import ScreenSettings
from ffvits.run import Run

if TYPE_CHECKING:
    import numpy as np

_MAYBE, _LITTLE = 0.2, 0.6  # "nobody speaks" and seconds of speech from which on a courtesy is believed
_NO_SPEECH, _UNSURE = 0.6, 0.5  # Whisper's own word for "nobody speaks", where it is not sure of its words either
_SAID = 0.5  # of a transcript's syllables, heard in a clip that may be in another language
_CHINESE = 0.3  # least probability of Chinese: accents go down to 0.5, other languages are below 0.1
_SAME_PERSON = 0.8  # likeness to the character: 30 other speakers had 0.76 at most
CROWDED = 0.7  # share of `max_overlap` from which on somebody should listen for a second voice
_NAMED = 5  # of the speakers that are one person
_VOICED = 0.3  # least share of a clip in which somebody speaks


def screen(clips: Iterable[Clip], run: Run, settings: ScreenSettings, *, offline: bool = False) -> Iterator[Clip]:
    """Rejects what a careful person would not let into training, with reason and cure in words.

    Whether a clip is another speaker's, or was heard before, can only be told among all of them, so the whole list is
    read before the first is yielded; only the measures are kept in memory, not the sounds. Raises DownloadError if
    the speaker encoder is out of reach, AudioError if the reference recording cannot be read.
    """
    wanted = reference_sound(settings)
    reference = None if wanted is None else speakers.shared(offline).embed(wanted)
    everything = []
    measured: dict[str, Measured] = {}
    for clip, found in measure(clips, run, offline=offline):
        everything.append(clip)
        if found is not None:
            measured[clip.id] = found
    judged = {clip.id: judge(clip, measured[clip.id], settings) for clip in everything if clip.kept}
    _tell_of_one_person([clip for clip in judged.values() if clip.kept], measured)
    judged = {clip.id: clip for clip in apart(list(judged.values()), measured, settings, reference)}
    judged = {clip.id: clip for clip in once(list(judged.values()), measured, settings)}
    for clip in everything:
        yield doubted(judged.get(clip.id, clip), settings)


def doubted(clip: Clip, settings: ScreenSettings) -> Clip:
    """The clip set aside if its words are in doubt and the recipe wants a person to hear it first."""
    if settings.doubtful == "keep" or not clip.kept or not clip.review:
        return clip
    return clip.reject(
        "doubtful",
        "; ".join(doubt.why for doubt in clip.review),
        "listen, mend the text and set it to keep, or set label.screen.doubtful to keep",
    )


def judge(clip: Clip, measured: Measured, settings: ScreenSettings) -> Clip:
    """The clip judged by itself: its length, its sound, its words."""
    quality = measured.quality
    clip = clip.score(quality=quality.overall, quality_speech=quality.signal, quality_background=quality.background)
    if measured.before is not None:
        clip = clip.score(quality_before=measured.before)
    clip = _sound(_length(clip, settings), settings)
    if why := _unsaid(clip):
        return _hallucinated(clip, why)
    # Of a short sound the recogniser tells words better than languages; those of a transcript are known to be Chinese.
    if clip.scores.get("chinese", 1) < _CHINESE and clip.scores.get("transcript_match", 0) < _SAID:
        return _foreign(clip)  # its words cannot be judged as Chinese ones
    return _words(_alone(clip, settings), settings)


def _alone(clip: Clip, settings: ScreenSettings) -> Clip:
    """Rejects a clip in which a second voice is heard under the first, and doubts one where that may be."""
    overlap = clip.scores.get("overlap", 0.0)
    if overlap > settings.max_overlap:
        found, most = _missed(overlap, settings.max_overlap)
        return clip.reject(
            "overlap",
            f"two people speak at once in it ({found}, at most {most} is allowed)",
            "if it is one voice, set it to keep, or raise label.screen.max_overlap",
        )
    if overlap > CROWDED * settings.max_overlap:
        return clip.doubt(f"a second voice may be in it ({overlap:.2f})")
    return clip


def _length(clip: Clip, settings: ScreenSettings) -> Clip:
    if clip.seconds < settings.min_seconds:
        return clip.reject(
            "too-short",
            f"{clip.seconds:.2f} s of sound are too few to learn from",
            f"record whole sentences, or lower label.screen.min_seconds (it is {settings.min_seconds:g})",
        )
    if clip.seconds > settings.max_seconds:
        return clip.reject(
            "too-long",
            f"it lasts {clip.seconds:.1f} s, which is too long for one clip",
            # Cut at the usual length no clip comes to this.
            "lower label.segment.max_seconds, or raise label.screen.max_seconds (it is "
            f"{settings.max_seconds:g}), or cut it by hand",
        )
    return clip


def _sound(clip: Clip, settings: ScreenSettings) -> Clip:
    scores = clip.scores
    if scores.get("clipped", 0) > settings.max_clipped:
        clip = clip.reject(
            "clipped",
            f"{scores['clipped']:.1%} of it is cut off at full scale",
            "record again with less gain, or find a version that is not distorted",
        )
    if scores["quality"] < settings.min_quality:
        cure = "try --separator demucs" if scores.get("music", 0) > 0 else "use a cleaner recording"
        found, least = _missed(scores["quality"], settings.min_quality)
        clip = clip.reject(
            "quality",
            f"it sounds bad: DNSMOS {found} of 5, at least {least} is wanted",
            f"{cure}, or lower label.screen.min_quality",
        )
    return clip


def _foreign(clip: Clip) -> Clip:
    language = next((note.removeprefix("sounds like ") for note in clip.notes if note.startswith("sounds like ")), "")
    return clip.reject(
        "other-language",
        f"{language or 'another language'} is spoken: “{_shortened(clip.heard)}”",
        "remove it, or set it to keep and write its text in Chinese characters",
    )


def _words(clip: Clip, settings: ScreenSettings) -> Clip:
    """Rejects words that were not said, cannot have been said, or were not understood."""
    seconds = _speech_seconds(clip)
    spoken = len(re.findall(r"\w", clip.text))
    rate = spoken / max(seconds, 0.1)
    clip = clip.score(characters_per_second=rate)
    if why := _invented(clip):
        return _hallucinated(clip, why)
    if not settings.min_rate <= rate <= settings.max_rate:
        return clip.reject(
            "rate",
            f"{spoken} characters in {seconds:.1f} s of speech ({rate:.1f} a second): words are missing or invented",
            "listen, mend the text and set it to keep",
        )
    if "transcript_match" in clip.scores:
        return clip  # its words are a transcript's, which were compared with the sound
    confidence, agreement = clip.scores.get("asr_confidence", 1.0), clip.scores.get("agreement", 1.0)
    if confidence < settings.min_confidence:
        found, least = _missed(confidence, settings.min_confidence)
        return clip.reject(
            "uncertain",
            f"“{clip.text}” is not sure enough: {found}, at least {least} is wanted",
            "listen, mend the text and set it to keep, or use a larger --whisper",
        )
    if agreement < settings.min_agreement and confidence < _UNSURE + 0.1:
        return clip.reject(
            "uncertain",
            f"heard as “{clip.text}”, and otherwise when cleaned more or less ({agreement:.0%} alike)",
            "listen, mend the text and set it to keep",
        )
    return clip


def _hallucinated(clip: Clip, why: str) -> Clip:
    return clip.reject("hallucination", why, "if somebody does speak, write the text and set it to keep")


def _unsaid(clip: Clip) -> str:
    """Why nobody said anything, in whatever language, or ""."""
    scores, seconds = clip.scores, _speech_seconds(clip)
    if not re.search(r"\w", clip.text):
        return "the recogniser understands nothing in it"
    if stock_phrase(clip.heard, CREDITS):
        return f"“{_shortened(clip.heard)}” is what recognisers write when nobody speaks"
    if seconds < _VOICED * clip.seconds:
        return f"somebody speaks in {seconds:.1f} of its {clip.seconds:.1f} s only"
    if scores.get("no_speech", 0) > _NO_SPEECH and scores.get("asr_confidence", 1) < _UNSURE:
        return f"the recogniser thinks that nobody speaks ({scores['no_speech']:.0%})"
    return ""


def _invented(clip: Clip) -> str:
    """Why other words were said than these Chinese ones, or ""."""
    scores = clip.scores
    little = scores.get("no_speech", 0) > _MAYBE or _speech_seconds(clip) < _LITTLE
    if stock_phrase(clip.heard, COURTESIES) and (little or scores.get("asr_confidence", 1) < _UNSURE):
        return f"“{_shortened(clip.heard)}” is what recognisers write when little is said"
    if again := repeated(clip.text):
        return f"“{again}” over and over: the recogniser was caught in a loop"
    if scores.get("compression", 0) > LOOP:
        return f"the recogniser was caught in a loop: “{_shortened(clip.heard)}”"
    return ""


def _speech_seconds(clip: Clip) -> float:
    return clip.scores.get("speech_seconds", clip.seconds)


def apart(
    clips: Sequence[Clip], measured: dict[str, Measured], settings: ScreenSettings, reference: np.ndarray | None = None
) -> list[Clip]:
    """The clips with other voices than the character's rejected or made speakers, for each speaker of the recipe.

    `reference` [256] is the character's voice, where it need not be the one heard most.
    """
    by_speaker: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        # Noise, other languages and what else is rejected already must not sway what the usual voice is.
        if clip.kept and (settings.other_speakers or settings.speakers == "auto"):
            by_speaker[clip.speaker].append(clip)
    found = {clip.id: clip for clip in clips}
    for speaker, theirs in by_speaker.items():
        found.update((clip.id, clip) for clip in _apart(speaker, theirs, measured, settings, reference))
    return list(found.values())


def _tell_of_one_person(clips: Sequence[Clip], measured: dict[str, Measured]) -> None:
    """Warns of speakers that are one: folders may be chapters or moods, and so may a table's column."""
    if not clips:
        return
    found = voices.one_person(_stacked(measured[clip.id].voice for clip in clips), [clip.speaker for clip in clips])
    if found:
        names = ", ".join(found[:_NAMED]) + (f", … ({len(found)} speakers)" if len(found) > _NAMED else "")
        console.warn(f"{names} sound like one person; to make one speaker of all, give it a name: --speaker NAME")


def _apart(
    speaker: str,
    clips: list[Clip],
    measured: dict[str, Measured],
    settings: ScreenSettings,
    reference: np.ndarray | None,
) -> Iterator[Clip]:
    told = _told_apart(clips, measured, settings, reference)
    if not told.judged:
        console.info(f"{speaker}: too few clips ({len(clips)}) to tell whether one is another speaker's")
    elif not told.dominant and settings.speakers == "one":
        console.warn(
            f"{speaker}: no voice is heard for most of the time; put each speaker into a folder of their own, "
            "or set label.screen.speakers to auto"
        )
    strangers = [clip.score(likeness=told.likeness[n]) for n, clip in enumerate(clips) if told.heap[n]]
    own = _own_voices(speaker, strangers, measured, settings) if settings.speakers == "auto" else {}
    count = Counter(told.heap)
    for number, clip in enumerate(clips):
        if clip.id in own:
            yield own[clip.id]
            continue
        likeness = told.likeness[number]
        clip = clip.score(likeness=likeness)
        alike, least = _missed(likeness, told.threshold)
        stranger = told.heap[number] and settings.other_speakers
        if stranger and not settings.min_similarity and voices.may_be_same(likeness, clip.seconds):
            clip = clip.doubt(
                f"another speaker, or {speaker} in a short or bad recording: likeness {alike}, {least} would be sure"
            )
        elif stranger:
            many = count[told.heap[number]]
            clip = clip.reject(
                "other-speaker",
                f"speaker {told.name(number)} ({many} clip{'s' if many > 1 else ''}), not {speaker}: "
                f"likeness {alike}, at least {least} is wanted",
                "if it is the same person, set it to keep, or lower label.screen.min_similarity",
            )
        yield clip


def _own_voices(
    speaker: str, clips: list[Clip], measured: dict[str, Measured], settings: ScreenSettings
) -> dict[str, Clip]:
    """The clips of voices that are heard often enough to be speakers of their own: "派蒙 B", "派蒙 C" …, by id.

    `clips` are not the character's; a voice that is much like the character all the same is the character in a bad
    recording, and no speaker.
    """
    found: dict[str, Clip] = {}
    number = 0
    while len(clips) >= voices.FEWEST:
        told = _told_apart(clips, measured, settings)
        theirs = [number for number in range(len(clips)) if not told.heap[number]]
        clips, group = [clip for n, clip in enumerate(clips) if told.heap[n]], [clips[n] for n in theirs]
        if len(theirs) < voices.FEWEST:
            break
        if sum(clip.scores["likeness"] for clip in group) / len(group) > _SAME_PERSON:
            continue
        number += 1
        name = f"{speaker} {voices.letter(number)}"
        console.info(f"{name}: another voice, {counted(len(theirs), 'clip')}")
        for place, clip in zip(theirs, group, strict=True):
            found[clip.id] = clip.with_(speaker=name).score(likeness=told.likeness[place])
    return found


def _told_apart(
    clips: list[Clip], measured: dict[str, Measured], settings: ScreenSettings, reference: np.ndarray | None = None
) -> voices.Voices:
    return voices.tell_apart(
        _stacked(measured[clip.id].voice for clip in clips),
        [clip.seconds for clip in clips],
        threshold=settings.min_similarity,
        reference=reference,
    )


def reference_sound(settings: ScreenSettings) -> Sound | None:
    """The first minute of the recording that the recipe names for the character's voice; None if it names none.

    Raises AudioError naming the setting if it cannot be read.
    """
    if not settings.reference:
        return None
    from ffvits.audio.files import Undecodable
    from ffvits.audio.mixdown import parts, survey

    path = path_of(settings.reference)
    try:
        _, sound = next(iter(parts(path, survey(path), max_rate=speakers.RATE, seconds=60.0)))
    except Undecodable as error:
        raise AudioError(
            f"label.screen.reference: {error.message}",
            cure="name a recording of the character there, or nothing",
            file=path,
        ) from error
    return sound


def once(clips: Sequence[Clip], measured: dict[str, Measured], settings: ScreenSettings) -> list[Clip]:
    """The clips with all but the best of equal recordings rejected; words that a copy has from a transcript stay."""
    if not settings.duplicates:
        return list(clips)
    able = [clip for clip in clips if clip.kept]
    found = {clip.id: clip for clip in clips}
    if able:
        lengths = [_speech_seconds(clip) for clip in able]
        for group in duplicates.groups(_stacked(measured[clip.id].print for clip in able), lengths):
            same = [able[number] for number in group]
            best = max(same, key=_worth)
            found[best.id] = _told_by(best, same)
            for clip in same:
                if clip is not best:
                    found[clip.id] = clip.reject(
                        "duplicate", f"the same recording as {best.source} at {best.start:.1f} s", "none is needed"
                    )
    return list(found.values())


def _told_by(best: Clip, copies: Sequence[Clip]) -> Clip:
    """The clip with the words of that copy whose transcript fits best, if it has none itself.

    Somebody who cut and transcribed a part of a recording leaves the whole of it, too, in the folder.
    """
    written = [clip for clip in copies if "transcript_match" in clip.scores]
    if not written or best in written:
        return best
    copy = max(written, key=lambda clip: clip.scores["transcript_fit"])
    match, fit = copy.scores["transcript_match"], copy.scores["transcript_fit"]
    best = best.with_(text=copy.text, review=copy.review).score(transcript_match=match, transcript_fit=fit)
    return best.note(f"words of its copy {copy.source}")


def _worth(clip: Clip) -> tuple[float, float]:
    """Of equal recordings the one with the widest band and the best sound is kept; of equals, the first."""
    return round(clip.scores.get("bandwidth_hz", 0) / 1000), round(clip.scores.get("quality", 0), 1)


def _stacked(rows: Iterable[np.ndarray]) -> np.ndarray:
    import numpy as np

    return np.stack(list(rows))


def _missed(value: float, limit: float) -> tuple[str, str]:
    """A value and the limit that it missed, with as many places as tell them apart; two at least."""
    places = next((places for places in (2, 3) if f"{value:.{places}f}" != f"{limit:.{places}f}"), 4)
    return f"{value:.{places}f}", f"{limit:.{places}f}"


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
