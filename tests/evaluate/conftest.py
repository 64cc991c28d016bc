"""A run of the embedded base that was trained for two steps: a voice, two training states, recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.recipe import Recipe
from ffvits.run import Run

EXAMPLES = Path(__file__).parents[2] / "examples" / "raw_clips"
SPOKEN = {
    "line_05.wav": "房价下跌的压力正在加大",
    "line_11.wav": "今天的天气很好",
    "line_17.wav": "我们还在调查详细的经过",
    "line_29.wav": "他们的需求正在改变",
}


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Run:
    """Tests that write into it leave `voice/`, `checkpoints/` and `clips.jsonl` as they are."""
    from ffvits.train import train

    folder = tmp_path_factory.mktemp("evaluate") / "派蒙"
    settings = {"steps": 2, "batch_size": 1, "check_every": 1, "replay": 0, "listen_every": -1}
    recipe = Recipe.from_mapping(
        {
            "input": "raw",
            "out": str(folder),
            "speaker": "派蒙",
            "base": "mandarin-lite",
            "device": "cpu",
            "train": settings,
            "speak": {"sentences": ["你好。"]},
        }
    )
    run = Run.create(folder, recipe)
    run.audio.mkdir()
    clips = []
    for number, (name, text) in enumerate(SPOKEN.items()):
        whole = Sound.load(EXAMPLES / name)
        sound = Sound(whole.samples[: len(whole.samples) // 2], whole.rate)  # what is done with it costs by its length
        clip = Clip(
            id=f"clip-{number}",
            source=name,
            start=0.0,
            end=sound.seconds,
            speaker="派蒙",
            text=text,
            split="val" if number < 2 else "train",
            audio=f"audio/clip-{number}.wav",
            key=name,
        )
        sound.save(run.path(clip))
        clips.append(clip)
    run.save_clips(clips)
    with run.locked():
        train(recipe, run)
    return run
