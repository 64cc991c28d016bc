"""What the page reads of TensorBoard's files while they grow."""

import io

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

tensorboard = pytest.importorskip("torch.utils.tensorboard", reason="the extra [train] is not installed")

from ffvits.train.history import History  # noqa: E402
from ffvits.web.app import create_app  # noqa: E402
from ffvits.web.samples import Samples  # noqa: E402
from ffvits.web.training import POINTS, Training  # noqa: E402


def written(folder, steps, purge=None):
    """A session that says something at each of these steps, louder each time."""
    with tensorboard.SummaryWriter(str(folder), purge_step=purge) as writer:
        for step in steps:
            writer.add_scalar("train/mel", 1.0, step)
            writer.add_audio("sample", np.full(2000, step / 100, np.float32), step, 22050)


def levels(samples):
    return {step: float(soundfile.read(io.BytesIO(wav))[0].max()) for step, wav in samples.by_step().items()}


def test_every_sample_by_its_step(tmp_path):
    samples = Samples(tmp_path / "tensorboard")
    assert samples.by_step() == {}
    written(tmp_path / "tensorboard", [0, 20, 40])
    assert levels(samples) == pytest.approx({0: 0.0, 20: 0.2, 40: 0.4}, abs=1e-3)


def test_a_file_is_read_on_and_not_again(tmp_path, monkeypatch):
    written(tmp_path, [10, 20])
    (file,) = tmp_path.glob("events.*")
    data = file.read_bytes()
    middle = len(data) - 1000  # within the last sound
    file.write_bytes(data[:middle])
    samples, read = Samples(tmp_path), []
    assert set(samples.by_step()) == {10}
    events = samples._events
    monkeypatch.setattr(samples, "_events", lambda path: (read.append(len(one)) or one for one in events(path)))
    file.write_bytes(data)
    assert set(samples.by_step()) == {10, 20}
    assert len(read) == 1
    assert set(samples.by_step()) == {10, 20}
    assert len(read) == 1


def test_what_a_training_that_went_on_from_a_checkpoint_forgot_is_gone(tmp_path):
    written(tmp_path, [10, 20, 35])
    (file,) = tmp_path.glob("events.*")
    file.rename(tmp_path / "events.a")
    samples = Samples(tmp_path)
    assert set(samples.by_step()) == {10, 20, 35}
    written(tmp_path, [30], purge=21)
    next(tmp_path.glob("events.out*")).rename(tmp_path / "events.b")
    assert set(samples.by_step()) == {10, 20, 30}


@pytest.mark.parametrize("length", [2**64 - 1, 2**60, 40])
def test_a_file_that_a_disk_has_damaged_hides_no_other(tmp_path, length):
    written(tmp_path, [10])
    next(tmp_path.glob("events.*")).rename(tmp_path / "events.b")
    (tmp_path / "events.a").write_bytes(length.to_bytes(8, "little") + b"\xff" * 100)
    assert set(Samples(tmp_path).by_step()) == {10}


def test_of_a_training_that_was_begun_anew_nothing_is_left(tmp_path):
    written(tmp_path, [10, 20])
    samples = Samples(tmp_path)
    assert set(samples.by_step()) == {10, 20}
    next(tmp_path.glob("events.*")).unlink()
    assert samples.by_step() == {}


def test_the_page_is_sent_as_many_points_as_it_draws(run):
    history = History(run.checkpoints / "history.jsonl")
    run.checkpoints.mkdir()
    for step in range(1, 3 * POINTS):
        history.add("train", step, {"mel": 1.0, "waiting": 0.1})
    history.add("check", 3 * POINTS, {"spoken": 2.0, "cer": 0.1})
    history.add("train", 3 * POINTS, {"mel": 1.0})
    sent = Training(run).status()["history"]
    assert len(sent) <= POINTS + 2
    assert sent[-1] == {"kind": "train", "step": 3 * POINTS, "mel": 1.0}
    assert {"kind": "check", "step": 3 * POINTS, "spoken": 2.0} in sent


def test_what_is_no_number_is_not_drawn_as_a_zero(run):
    history = History(run.checkpoints / "history.jsonl")
    run.checkpoints.mkdir()
    history.add("check", 10, {"spoken": float("nan"), "kl": 1.0})
    assert Training(run).status()["history"] == [{"kind": "check", "step": 10, "kl": 1.0}]


@pytest.mark.parametrize(
    ("wanted", "status", "sent", "said"),
    [
        ("bytes=0-1", 206, slice(0, 2), "bytes 0-1/{}"),
        ("bytes=100-", 206, slice(100, None), "bytes 100-{last}/{}"),
        ("bytes=0-999999999", 206, slice(None), "bytes 0-{last}/{}"),
        ("", 200, slice(None), None),
        ("bytes=999999999-", 200, slice(None), None),
        ("bytes=0-1,4-5", 200, slice(None), None),
    ],
)
def test_a_browser_is_given_the_part_of_a_sound_that_it_asks_for(run, wanted, status, sent, said):
    """Safari asks for two bytes first, and plays nothing where it is given all."""
    written(run.tensorboard, [20])
    wav = Samples(run.tensorboard).by_step()[20]
    with TestClient(create_app(run), base_url="http://127.0.0.1") as page:
        answer = page.get("/api/train/samples/20", headers={"Range": wanted} if wanted else {})
    assert (answer.status_code, answer.content) == (status, wav[sent])
    assert answer.headers.get("content-range") == (said and said.format(len(wav), last=len(wav) - 1))
