"""Sounds and pictures as text, so that the report is one file."""

from __future__ import annotations

import base64
import io
import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound, for_libsndfile

if TYPE_CHECKING:
    import numpy as np

# Dark violet to yellow: three anchors of a perceptually even scale, mixed linearly between them.
SCALE = ((24, 15, 62), (183, 55, 121), (252, 253, 191))


def audio_uri(sound: Sound) -> str:
    """The sound as an MP3 data URI, small enough that a report with a hundred of them stays handy."""
    import numpy as np
    import soundfile

    # MP3 knows a few rates only; the nearest one below keeps the file small and the voice whole.
    rate = max((r for r in (16000, 22050, 24000, 32000, 44100, 48000) if r <= sound.rate), default=16000)
    with tempfile.TemporaryDirectory() as folder:  # see `for_libsndfile`
        file = Path(folder) / "sound.mp3"
        soundfile.write(for_libsndfile(file), np.clip(sound.at(rate).samples, -1, 1), rate)
        return "data:audio/mpeg;base64," + base64.b64encode(file.read_bytes()).decode("ascii")


def mel_uri(sound: Sound) -> str:
    """The log-mel spectrogram of a sound as a PNG data URI, low frequencies at the bottom."""
    import numpy as np
    import torch
    from PIL import Image

    from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram

    format = AudioFormat(sampling_rate=sound.rate)
    if len(sound.samples) < format.filter_length:
        return ""
    mel = mel_spectrogram(torch.from_numpy(np.ascontiguousarray(sound.samples)), format)[0].numpy()
    buffer = io.BytesIO()
    Image.fromarray(_colours(mel[::-1])).resize((mel.shape[1], 160)).save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _colours(values: np.ndarray) -> np.ndarray:
    """Values [H, W] -> uint8 [H, W, 3] along the colour scale."""
    import numpy as np

    low, high = np.percentile(values, (5, 99.5))
    place = np.clip((values - low) / max(high - low, 1e-6), 0, 1) * (len(SCALE) - 1)
    anchors = np.array(SCALE, np.float32)
    left = np.minimum(place.astype(int), len(SCALE) - 2)
    mix = (place - left)[..., None]
    return (anchors[left] * (1 - mix) + anchors[left + 1] * mix).astype(np.uint8)


def curve_svg(
    title: str, lines: Mapping[str, Sequence[tuple[float, float]]], width: int = 360, height: int = 180
) -> str:
    """A small line chart as inline SVG: each line a list of (step, value). Empty if there is nothing to draw.

    Values that are no numbers, of a training that diverged, are left out.
    """
    from html import escape

    lines = {name: [point for point in line if math.isfinite(point[1])] for name, line in lines.items()}
    points = [point for line in lines.values() for point in line]
    if len(points) < 2:
        return ""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = 44, width - 8, 24, height - 22
    x_span, y_span = (max(xs) - min(xs)) or 1, (max(ys) - min(ys)) or 1

    def place(x: float, y: float) -> str:
        across = left + (x - min(xs)) / x_span * (right - left)
        return f"{across:.1f},{bottom - (y - min(ys)) / y_span * (bottom - top):.1f}"

    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">',
        f'<text x="{left}" y="14" class="t">{escape(title)}</text>',
        f'<path d="M{left},{top}V{bottom}H{right}" class="axis"/>',
        f'<text x="{left - 4}" y="{top + 4}" class="n" text-anchor="end">{max(ys):.3g}</text>',
        f'<text x="{left - 4}" y="{bottom}" class="n" text-anchor="end">{min(ys):.3g}</text>',
        f'<text x="{right}" y="{height - 6}" class="n" text-anchor="end">{max(xs):g}</text>',
    ]
    for number, (name, line) in enumerate(lines.items()):
        drawn = " ".join(place(x, y) for x, y in line)
        parts.append(f'<polyline points="{drawn}" class="l{number % 3}"/>')
        if len(lines) > 1:
            parts.append(
                f'<text x="{right - 90}" y="{top + 10 + 14 * number}" class="k{number % 3}">{escape(name)}</text>'
            )
    return "".join(parts) + "</svg>"
