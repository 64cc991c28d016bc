"""The page on which voices are heard side by side, and voted on blindly; one file that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ffvits import __version__
from ffvits.audio.loudness import SILENT, loudness
from ffvits.audio.pitch import HOP, RATE, Pitch, track
from ffvits.audio.sound import Sound
from ffvits.evaluate import measures
from ffvits.evaluate.ear import Register
from ffvits.evaluate.panel import Verdict
from ffvits.evaluate.syllables import Span
from ffvits.evaluate.words import KINDS
from ffvits.files import write_text
from ffvits.report.media import audio_uri, mel_uri

if TYPE_CHECKING:
    from ffvits.evaluate.comparison import Comparison

SHOWN = 24  # sentences that are on the page
# The four tones on Chao's scale of five levels, read from left to right (Y. R. Chao 1930), less its middle.
SHAPES = {1: (2.0, 2.0), 2: (0.0, 2.0), 3: (-1.0, -2.0, 1.0), 4: (2.0, -2.0), 5: ()}
_WIDTH, _HEIGHT = 900, 120


def write_page(comparison: Comparison) -> None:
    """Writes the page of a comparison."""
    from jinja2 import Environment, PackageLoader

    sides = [evaluation.voice for evaluation in comparison.evaluations]
    figures = [side.figures for side in sides]
    shared = [v for v in sides[0].verdicts if all(v.id in {o.id for o in side.verdicts} for side in sides)]
    step = max(1, len(shared) // SHOWN)
    page = Environment(loader=PackageLoader("ffvits", "evaluate"), autoescape=True).get_template("compare.html.j2")
    write_text(
        comparison.page,
        page.render(
            version=__version__,
            names=comparison.names,
            words=list(zip(comparison.words("zh"), comparison.words("en"), strict=True)),
            rows=_rows(comparison, figures),
            pairs=[f"{b} − {a}" for a, b in comparison.differences],
            sentences=[_sentence(comparison, verdict) for verdict in shared[::step][:SHOWN]],
            listener=comparison.evaluations[0].listener,
        ),
    )


def _rows(comparison: Comparison, figures: Sequence[dict]) -> list[dict[str, Any]]:
    rows = []
    for measure in measures.MEASURES:
        if not any(measure.name in side for side in figures):
            continue
        cells = []
        for side in figures:
            found = side.get(measure.name)
            interval = measure.write_bounds(found.low, found.high) if found else ""
            cells.append((measure.write(found.value) if found else "–", interval))
        changes = []
        for found in comparison.differences.values():
            change = found.get(measure.name)
            text = measure.write(change.value) if change else "–"
            interval = f"{measure.write_bounds(change.low, change.high)} p {change.p:.3f}" if change else ""
            changes.append((text, interval, bool(change and change.p < 0.05 and measure.better != "near")))
        rows.append({"measure": measure, "cells": cells, "changes": changes})
    return rows


def _sentence(comparison: Comparison, verdict: Verdict) -> dict[str, Any]:
    voices = []
    owns = [next(v for v in e.voice.verdicts if v.id == verdict.id) for e in comparison.evaluations]
    sounds = [Sound.load(e.voice.sound(own)) for e, own in zip(comparison.evaluations, owns, strict=True)]
    for name, own, sound in zip(comparison.names, owns, equally_loud(sounds), strict=True):
        pitch = track(sound, own.hum)
        voices.append(
            {
                "name": name,
                "audio": audio_uri(sound),
                "mel": mel_uri(sound),
                "melody": melody_svg(pitch, own.spans, Register.of([pitch]), own.tones, own.foreign),
                "heard": own.heard,
            }
        )
    kind = KINDS.get(verdict.category, (verdict.category, ""))
    return {"text": verdict.text, "category": " ".join(kind), "voices": voices}


def equally_loud(sounds: Sequence[Sound]) -> list[Sound]:
    """All as loud as the softest of them: of two voices the louder one would be liked better."""
    import numpy as np

    levels = [loudness(sound) for sound in sounds]
    target = min((level for level in levels if level > SILENT), default=SILENT)
    gains = [10 ** ((target - level) / 20) if level > SILENT else 1.0 for level in levels]
    return [Sound(sound.samples * np.float32(gain), sound.rate) for sound, gain in zip(sounds, gains, strict=True)]


def melody_svg(
    pitch: Pitch, spans: Sequence[Span], register: Register, tones: Sequence[int], foreign: Sequence[str]
) -> str:
    """The melody as dots, the intended tones as lines over their syllables, in red where another tone was heard."""
    seconds = max(len(pitch.hz) * HOP / RATE, 0.01)

    def across(at: float) -> float:
        return max(0.0, min(at / seconds, 1.0)) * _WIDTH

    def down(level: float) -> float:
        return _HEIGHT / 2 - max(-3.0, min(level, 3.0)) * (_HEIGHT / 2 - 18) / 3

    melody = pitch.semitones(register.hz) / max(register.spread, 0.8)
    dots = "".join(
        f'<circle cx="{across(i * HOP / RATE):.0f}" cy="{down(float(melody[i])):.0f}" r="1.6"/>'
        for i in range(0, len(melody), 2)
        if pitch.hz[i] > 0
    )
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" class="melody" preserveAspectRatio="none">', dots]
    for span, heard, taken in zip(spans, tones, foreign, strict=True):
        wrong = span.tone <= 4 and heard != span.tone
        middle = across((span.start + span.end) / 2)
        label = escape(span.pinyin + (f" ≈{heard}" if wrong else "") + (f" {taken}" if taken else ""))
        parts.append(
            f'<text x="{middle:.0f}" y="{_HEIGHT - 3}" class="{"bad" if wrong or taken else "ok"}">{label}</text>'
        )
        shape = SHAPES[span.tone]
        if shape:
            left, width = across(span.start), across(span.end) - across(span.start)
            line = " ".join(
                f"{left + width * (0.15 + 0.7 * i / (len(shape) - 1)):.0f},{down(level):.0f}"
                for i, level in enumerate(shape)
            )
            parts.append(f'<polyline points="{line}" class="{"bad" if wrong else "ok"}"/>')
    return "".join(parts) + "</svg>"
