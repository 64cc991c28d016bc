"""The stages on Ray: two workers make what one process makes, in order, and the death of one loses nothing."""

import os
import shutil
import signal
import sys

import pytest

from ffvits.clip import Clip
from ffvits.errors import FfvitsError, RunError
from ffvits.extras import install
from ffvits.label import cluster
from ffvits.label.ingest import ingest
from ffvits.label.road import Road
from ffvits.recipe import Recipe
from ffvits.run import Run

pytestmark = pytest.mark.slow  # Ray and two workers are started once
NAMES = ["line_00.ogg", "line_03.mp3", "empty.wav", "noisy_1.ogg", "line_07.ogg", "line_12.ogg", "silence.wav"]


@pytest.fixture(scope="module")
def ray():
    ray = pytest.importorskip("ray")
    # Ray's workers stand back behind all other processes; here they are what is waited for.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_worker_niceness", "0")
        patch.setenv("RAY_memory_monitor_refresh_ms", "0")  # what else fills this machine is not our test's matter
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield ray
        ray.shutdown()


@pytest.fixture
def recipe(tmp_path, examples) -> Recipe:
    folder = tmp_path / "raw"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(examples / name, folder / name)
    wanted = {"input": str(folder), "speaker": "她", "device": "cpu", "label.engine": "ray"}
    # Music is looked for in other tests; here it would only be a network more to load.
    return Recipe().override({**wanted, "label.separate.when": "never"})


@pytest.fixture
def recordings(recipe, tmp_path):
    """A run folder and its decoded recordings."""

    def make(name: str):
        run = Run.create(tmp_path / name, recipe)
        return run, list(ingest(tmp_path / "raw", run, recipe))

    return make


def test_two_workers_make_what_one_process_makes_though_one_is_killed(ray, recipe, recordings, monkeypatch):
    monkeypatch.setattr(cluster, "_PORTION", 1)
    run, clips = recordings("there")
    crew = cluster._Crew(2, (run, recipe, "cpu"))
    first = crew.workers[0]
    victim = ray.get(first.__ray_call__.remote(lambda worker: os.getpid()))

    def feed():
        for number, clip in enumerate(clips):
            if number == 3:
                os.kill(victim, signal.SIGKILL)
            yield clip

    there = list(crew.label(feed(), "transcribe"))
    assert crew.workers[0] is not first
    run, clips = recordings("here")
    here = list(Road(recipe)(clips, run))
    assert there == here
    assert sum(clip.kept and bool(clip.text) for clip in there) == 5


class Doomed:
    """A worker that every recording kills."""

    def __init__(self, *_):
        self.worker = True

    def label(self, clips, until):
        os._exit(1)


def test_a_recording_that_kills_every_worker_is_named(ray, recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "Worker", Doomed)
    with pytest.raises(RunError, match=r"3 workers died of long\.wav"):
        list(cluster.spread([Clip("a", "long.wav", 0, 3, "她")], Run(tmp_path), recipe))


def test_an_error_of_a_stage_is_brought_back_with_its_cure(recipe, recordings):
    run, clips = recordings("there")
    missing = recipe.override({"label.transcribe.model": "enormous", "offline": True})
    error = cluster.Worker(run, missing, "cpu").label([clip for clip in clips if clip.kept][:1], None)
    assert isinstance(error, FfvitsError) and "enormous" in error.message and error.cure


def test_without_ray_it_says_how_to_get_it(recipe, recordings, monkeypatch):
    run, clips = recordings("there")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(FfvitsError) as caught:
        list(cluster.spread(clips, run, recipe))
    assert caught.value.cure == install("ray")
