"""Something to hear."""

import numpy as np

from ffvits.audio.sound import Sound

RATE = 16000


def tone(seconds: float, level: float = 0.3) -> Sound:
    return Sound((level * np.sin(np.arange(round(seconds * RATE)) / 20)).astype(np.float32), RATE)
