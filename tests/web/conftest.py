"""A small run with sound, as a labelling leaves it."""

import pytest
from tones import tone

from ffvits.clip import Clip, write_clips
from ffvits.recipe import Recipe
from ffvits.run import Run

pytest.importorskip("fastapi", reason="the extra [web] is not installed")


@pytest.fixture
def run(tmp_path) -> Run:
    """长.wav cut into three pieces (the second half as loud), 坏.wav rejected, 空.wav without sound."""
    run = Run.create(tmp_path / "派蒙", Recipe().override({"input": str(tmp_path), "speaker": "派蒙"}))
    run.audio.mkdir()
    clips = []
    for number, (start, text, confidence) in enumerate(
        [(0.0, "你好世界", 0.99), (3.0, "今天天气", 0.4), (6.2, "再见", 0.9)]
    ):
        clip = Clip(
            f"长-{number}", "长.wav", start, start + 2.9, "派蒙", text=text, heard=text, split="train", key=f"k{number}"
        )
        clip = clip.with_(audio=f"audio/{clip.id}.wav", original=f"audio/{clip.id}.wav").score(
            asr_confidence=confidence
        )
        tone(2.9, 0.3 if number == 0 else 0.15).save(run.path(clip))
        clips.append(clip)
    rejected = Clip(
        "坏", "坏.wav", 0, 2.0, "派蒙", text="听不清", audio="audio/坏.wav", original="audio/坏.wav", key="k8"
    )
    tone(2.0).save(run.path(rejected))
    empty = Clip("空", "空.wav", 0, 0, "派蒙").reject("empty", "the file is empty", "copy it again")
    clips += [rejected.reject("uncertain", "not understood", "write what is said"), empty]
    write_clips(run.clips_file, [clip.signed() for clip in clips])
    return run
