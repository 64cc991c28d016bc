"""A run of real speech and a base of the true shape, made so small that a training step takes a blink."""

from __future__ import annotations

import shutil
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
    "line_23.wav": "观察中国新增人口曲线会发现",
    "line_29.wav": "他们的需求正在改变",
}


@pytest.fixture(scope="session")
def labelled(tmp_path_factory, tiny_base) -> Path:
    """A run folder as labelling leaves it; copy it before training in it."""
    folder = tmp_path_factory.mktemp("labelled") / "run"
    recipe = Recipe.from_mapping(
        {
            "input": "raw",
            "out": str(folder),
            "speaker": "派蒙",
            "base": str(tiny_base),
            "device": "cpu",
            "train": {
                "steps": 4,
                "batch_size": 2,
                "check_every": 2,
                "precision": "float32",
                "replay": 0,
                "listen_every": -1,
            },
            "offline": True,
            "speak": {"sentences": ["你好。"]},
        }
    )
    run = Run.create(folder, recipe)
    run.audio.mkdir()
    clips = []
    for number, (name, text) in enumerate(SPOKEN.items()):
        whole = Sound.load(EXAMPLES / name)
        sound = Sound(whole.samples[: len(whole.samples) // 3], whole.rate)  # what is done with it costs by its length
        clip = Clip(
            id=f"clip-{number}",
            source=name,
            start=0.0,
            end=sound.seconds,
            speaker="派蒙",
            text=text,
            split="val" if number == 0 else "train",
            audio=f"audio/clip-{number}.wav",
            key=name,
        )
        sound.save(run.path(clip))
        clips.append(clip)
    run.save_clips(clips)
    return folder


@pytest.fixture
def run(labelled, tmp_path) -> Run:
    """A labelled run of the test's own."""
    folder = tmp_path / "run"
    shutil.copytree(labelled, folder)
    return Run.create(folder, Run.open(folder).recipe().override({"out": str(folder)}))


@pytest.fixture(scope="session")
def harmonic_base(tiny_base, tmp_path_factory) -> Path:
    """The tiny base with a harmonic decoder, as a voice folder."""
    from ffvits.base import adapt, load_base
    from ffvits.speak.folder import VoiceInfo

    base = load_base(tiny_base)
    adapted = adapt(base, speakers=[], decoder="harmonic")
    folder = tmp_path_factory.mktemp("harmonic") / "voice"
    info = VoiceInfo(adapted.config.to_dict(), 22050, base.symbols, base.front_end, base.add_blank)
    info.save(folder, adapted.state)
    return folder
