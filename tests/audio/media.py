"""Small recordings in every format and in every kind of disrepair, for the tests of what reads them."""

from pathlib import Path

import av
import numpy as np
import soundfile

EXAMPLES = Path(__file__).parents[2] / "examples" / "raw_clips"


def tone(rate: int = 16000, seconds: float = 1.0, frequency: float = 440.0, level: float = 0.5) -> np.ndarray:
    """A sine, float32 [T]."""
    return (level * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate: int = 16000, **options) -> Path:
    """Writes samples [T] or [T, C] with libsndfile, in the format of the suffix unless told otherwise."""
    with path.open("wb") as file:
        soundfile.write(file, samples, rate, **{"format": path.suffix[1:].upper(), **options})
    return path


def encode(path: Path, samples: np.ndarray, rate: int, codec: str, video: bool = False) -> Path:
    """Writes samples [T, C] with FFmpeg's libraries, with a moving picture beside them if asked."""
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[1]]
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=5) if video else None
        if picture is not None:
            picture.width = picture.height = 16
            picture.pix_fmt = "yuv420p"
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 128000
        wanted = stream.codec_context.format.name
        resampler = av.AudioResampler(format=wanted, layout=layout, rate=rate, frame_size=stream.frame_size or 1024)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.T), format="fltp", layout=layout)
        frame.sample_rate = rate
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
        if picture is not None:
            for number in range(3):
                image = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 60 * number, np.uint8), format="rgb24")
                container.mux(picture.encode(image))
            container.mux(picture.encode(None))
    return path
