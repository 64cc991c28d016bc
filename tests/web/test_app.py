"""The page over HTTP, without a browser: reviewing, training, speaking, and who is let in."""

import errno
import io
import json
import re
import shutil
import subprocess
import sys
import threading
import time
from importlib import resources
from pathlib import Path

import pytest
import soundfile
from starlette.testclient import TestClient

from ffvits.clip import Clip, read_clips, write_clips
from ffvits.errors import ClipError
from ffvits.extras import install
from ffvits.train.history import History
from ffvits.web.app import PAGE, create_app

ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(run):
    with TestClient(create_app(run), base_url="http://127.0.0.1") as client:
        yield client


def test_a_label_is_edited_and_found_in_the_file(page, run):
    assert page.patch("/api/clips/长-0", json={"text": "你好，世界。"}).json()["rows"][0]["edited"]
    assert read_clips(run.clips_file)[0].text == "你好，世界。"
    assert page.get("/api/clips").json()[0]["text"] == "你好，世界。"


def test_splitting_and_joining(page, run):
    halves = page.post("/api/clips/长-0/split", json={"at": 1.0, "left": "你好", "right": "世界"}).json()["rows"]
    assert [half["text"] for half in halves] == ["你好", "世界"]
    made = page.post(f"/api/clips/{halves[0]['id']}/join", json={"other": halves[1]["id"]}).json()["rows"][0]
    assert made["text"] == "你好世界"
    assert len(read_clips(run.clips_file)) == 5


def test_a_clip_is_heard(page):
    answer = page.get("/api/clips/长-0/audio", headers={"Range": "bytes=0-99"})
    assert answer.status_code == 206 and len(answer.content) == 100
    samples, rate = soundfile.read(io.BytesIO(page.get("/api/clips/长-0/audio?which=original").content))
    assert len(samples) / rate == pytest.approx(2.9)
    assert page.get("/api/clips/空/audio").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", "/api/clips/nobody", {"text": "x"}, 404),
        ("PATCH", "/api/clips/长-0", {"status": "maybe"}, 422),
        ("PATCH", "/api/clips/..%2F..%2Fetc", {"text": "x"}, 404),
        ("POST", "/api/clips/长-0/split", {"at": -1, "left": "", "right": ""}, 422),
        ("POST", "/api/clips/长-0/join", {"other": "坏"}, 400),
        ("POST", "/api/say", {"voice": "nobody", "text": "你好"}, 404),
        ("POST", "/api/say", {"voice": "../..", "text": "你好"}, 404),
        ("POST", "/api/say", {"voice": "own", "text": '好<break time="60s"/>' * 6}, 413),
        ("POST", "/api/voices/take", {"voice": "../step-00000001"}, 404),
        ("POST", "/api/train/start", {"steps": -1}, 422),
        ("GET", "/api/train/samples/7", None, 404),
        ("GET", "/nothing", None, 404),
    ],
)
def test_a_refusal_is_json_with_a_cause(page, method, path, body, status):
    answer = page.request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert set(answer.json()["said"]) == {"zh", "en"}
    assert re.search(r"[\u4e00-\u9fff]", answer.json()["said"]["zh"].replace("长", "")), "it is told in English"


def test_what_is_refused_is_said_in_chinese_too(page):
    said = page.patch("/api/clips/长-0", json={"text": ""}).json()["said"]
    assert said["en"] == "a clip without a text cannot be kept — write what is said in it"
    assert said["zh"] == "没有文字的片段不能保留。请写出其中说的话"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/clips/长-0", {"text": "改"}),
        ("POST", "/api/clips/长-0/split", {"at": 1.0, "left": "你好", "right": "世界"}),
        ("POST", "/api/train/start", {}),
    ],
)
def test_a_folder_that_cannot_be_written_is_no_bug_of_ours(page, run, method, path, body):
    for name in (".lock", "train.log"):  # as good as a folder without rights, and also for an administrator
        (run.folder / name).mkdir()
    before = run.clips_file.read_bytes()
    answer = page.request(method, path, json=body)
    assert answer.status_code == 400
    assert "写不进去" in answer.json()["said"]["zh"] and str(run.folder) in answer.json()["said"]["en"]
    assert run.clips_file.read_bytes() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}, {"Host": "["}, {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)  # fmt: skip
def test_other_peoples_pages_are_not_answered(page, run, headers):
    before = run.clips_file.read_bytes()
    assert page.patch("/api/clips/长-0", json={"text": "x"}, headers=headers).status_code == 403
    assert page.get("/api/clips", headers=headers).status_code == 403
    assert run.clips_file.read_bytes() == before


def test_the_page_itself_may(page):
    headers = {"Host": "localhost:23457", "Origin": "http://localhost:23457"}
    assert page.patch("/api/clips/长-0", json={"text": "x"}, headers=headers).status_code == 200


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(page):
    files = {path: page.get(path) for path in PAGE}
    scripts = {path: answer.text for path, answer in files.items() if path.endswith(".js")}
    for answer in files.values():
        assert answer.status_code == 200
        assert not re.search(r"(?:src|href|import|url)\W{1,3}https?://", answer.text)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert {f"/{path.name}" for path in resources.files("ffvits.web").joinpath("static").iterdir()} == {
        *PAGE, "/index.html",
    } - {"/"}  # fmt: skip
    words = "".join(scripts.values())
    languages = re.search(r"zh: \{(.*?)\n  \},\n  en: \{(.*?)\n  \},", scripts["/words.js"], re.DOTALL).groups()
    keys = [set(re.findall(r"(\w+): \"", text)) for text in languages]
    assert keys[0] == keys[1]
    used = set(re.findall(r"data-(?:t|p|title)=\"(\w+)\"", files["/"].text)) | set(re.findall(r"\bt\(\"(\w+)\"", words))
    assert used <= keys[0]
    ids = set(re.findall(r"id=\"(\w+)\"", files["/"].text))
    assert set(re.findall(r"\$\(\"(\w+)\"\)", words)) - ids <= {"seed"}


@pytest.mark.parametrize("path", sorted(PAGE))
def test_nobody_chooses_which_file_is_handed_out(page, run, path):
    secret = run.folder / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    asked = page.get(path, params={"name": str(secret), "mime": "text/plain"})
    assert asked.content == page.get(path).content and b"secret" not in asked.content
    assert asked.headers["content-type"] == page.get(path).headers["content-type"]


def test_no_route_takes_a_file_from_whoever_asks(run):
    routes = [route for route in create_app(run).routes if hasattr(route, "dependant")]
    asked = {(route.path, field.name) for route in routes for field in route.dependant.query_params}
    assert len(routes) > 10 and asked == {("/api/clips/{id}/audio", "which")}


def test_five_thousand_clips(page, run):
    clips = [
        Clip(
            f"c{n}", f"录音/{n // 10}.wav", 3.0 * (n % 10), 3.0 * (n % 10) + 2.5, "派蒙", text=f"第{n}句话，说得不长。"
        ).signed()
        for n in range(5000)
    ]
    write_clips(run.clips_file, clips)
    assert len(page.get("/api/clips").json()) == 5000
    assert page.patch("/api/clips/c4321", json={"text": "改了", "status": "reject"}).status_code == 200
    after = read_clips(run.clips_file)
    assert len(after) == 5000 and (after[4321].text, after[4321].status) == ("改了", "reject")


class TestTraining:
    def test_the_page_opens_where_training_is_not_installed(self, run, monkeypatch):
        told = []
        monkeypatch.setattr(threading, "excepthook", told.append)
        monkeypatch.setitem(sys.modules, "ffvits.train.session", None)  # as if a package that it imports were missing
        before = set(threading.enumerate())
        with TestClient(create_app(run), base_url="http://127.0.0.1") as client:
            assert client.get("/api/clips").status_code == 200
            for thread in set(threading.enumerate()) - before:
                thread.join(0.2)
        assert not told

    def test_the_step_is_that_of_the_last_checkpoint_where_no_look_came_after_it(self, page, run):
        assert page.get("/api/train").json()["step"] == 0
        run.checkpoints.mkdir()
        History(run.checkpoints / "history.jsonl").add("train", 5, {"mel": 1.0})
        assert page.get("/api/train").json()["step"] == 5
        (run.checkpoints / "step-00000007.pt").write_bytes(b"")
        assert page.get("/api/train").json()["step"] == 7

    def test_what_went_wrong_is_told(self, page, run):
        clips = read_clips(run.clips_file)
        write_clips(run.clips_file, [clip.with_(text="☺") if clip.kept else clip for clip in clips])
        assert page.get("/api/train").json()["state"] == "idle"
        page.post("/api/train/start", json={"steps": 1})
        status = settled(page)
        assert status["state"] == "failed" and status["message"]
        assert any(status["message"][:20] in line for line in status["log"])

    def test_a_package_that_training_needs_is_named(self, page, run, monkeypatch):
        """`pip install "ffvits[web]"` brings the page, and not what trains."""
        from ffvits import auto
        from ffvits.web import training

        def missing(*_):
            raise ModuleNotFoundError("No module named 'librosa'", name="librosa")

        monkeypatch.setattr(training, "_listen", lambda: None)
        monkeypatch.setattr(auto, "train_run", missing)
        assert training.main(str(run.folder), "{}") == 2
        said = page.get("/api/train").json()["said"]
        assert "librosa" in said["en"] and install("train") in said["en"]
        assert said["zh"].startswith("没有安装程序包 librosa。请运行")

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (OSError(errno.ENOSPC, "No space left on device", "events.1"), "events.1: 磁盘满了。请腾出空间，再来一次"),
            (
                ClipError("the id 'a' stands in line 3 already", cure="delete one of the two", file="clips", line=7),
                "clips:7: 编号 'a' 在第 3 行已经有了。请删掉其中一行",
            ),
        ],
    )
    def test_what_ended_it_is_said_in_chinese_with_where_it_is(self, page, run, monkeypatch, error, said):
        from ffvits import auto
        from ffvits.web import training

        def ended(*_):
            raise error

        monkeypatch.setattr(training, "_listen", lambda: None)
        monkeypatch.setattr(auto, "train_run", ended)
        assert training.main(str(run.folder), "{}") == 2
        assert page.get("/api/train").json()["said"]["zh"] == said

    @pytest.mark.slow
    def test_it_runs_is_stopped_and_leaves_curves_and_a_sample(self, page, trainable):
        with TestClient(create_app(trainable), base_url="http://127.0.0.1") as client:
            assert client.post("/api/train/start", json={"steps": 100000}).json()["state"] == "running"
            assert client.post("/api/train/start", json={}).status_code == 409
            for _ in range(3000):
                status = client.get("/api/train").json()
                assert status["state"] == "running", status
                if any(entry["kind"] == "train" for entry in status["history"]):
                    break
                time.sleep(0.1)
            client.post("/api/train/stop")
            status = settled(client)
            assert status["state"] == "stopped", status
            steps = {path.stem for path in trainable.checkpoints.glob("step-*.pt")}
            assert steps and {voice["id"] for voice in client.get("/api/voices").json()} == steps
            assert f"step-{status['step']:08d}" in steps
            assert status["samples"] == [0]
            samples, _ = soundfile.read(io.BytesIO(client.get("/api/train/samples/0").content))
            assert len(samples) > 5000
            clip = read_clips(trainable.clips_file)[0]
            assert client.patch(f"/api/clips/{clip.id}", json={"text": "改"}).status_code == 200

    @pytest.mark.slow
    def test_it_goes_by_the_recipe_is_edited_beside_and_ends_with_a_report(self, trainable):
        trainable.create(trainable.folder, trainable.recipe().override({"train.steps": 3, "train.minutes": 30}))
        with TestClient(create_app(trainable), base_url="http://127.0.0.1") as client:
            client.post("/api/train/start", json={"steps": 2})
            clip = read_clips(trainable.clips_file)[0]
            edited = [client.patch(f"/api/clips/{clip.id}", json={"text": "今天天气"}).status_code]
            while (status := client.get("/api/train").json())["state"] == "running":
                edited.append(client.patch(f"/api/clips/{clip.id}", json={"text": f"改{len(edited)}"}).status_code)
                time.sleep(0.2)
            assert status["state"] == "done" and status["step"] == 2, status
            assert set(edited) == {200} and len(edited) > 2
        recipe = trainable.recipe()
        assert (recipe.train.steps, recipe.train.minutes) == (2, 30)  # what a person changed, and the recipe's own
        assert trainable.report.is_file() and list(trainable.samples.glob("*.wav"))


def settled(client) -> dict:
    for _ in range(3000):
        status = client.get("/api/train").json()
        if status["state"] not in ("running", "stopping"):
            return status
        time.sleep(0.1)
    raise AssertionError(status)


@pytest.fixture
def trainable(tmp_path, tiny_base):
    """Three real sentences of the embedded base's own voice, for a model so small that a step takes a blink."""
    from ffvits.audio.sound import Sound
    from ffvits.recipe import Recipe
    from ffvits.run import Run
    from ffvits.voice import Voice

    # Nobody listens to the looks: a whole minute of Whisper, and tests/train/ has that.
    settings = {"train.batch_size": 2, "train.listen_every": -1}
    recipe = Recipe().override({"input": str(tmp_path), "speaker": "甲", "base": str(tiny_base), **settings})
    run = Run.create(tmp_path / "甲", recipe)
    run.audio.mkdir()
    voice = Voice.load("mandarin-lite")
    clips = []
    for n in range(3):
        text = f"今天天气第{'一二三'[n]}好。"
        sound = Sound(voice.say(text, seed=n), voice.sample_rate)
        clip = Clip(
            f"c{n}", f"c{n}.wav", 0, sound.seconds, "甲", text=text, split="train", audio=f"audio/c{n}.wav", key=str(n)
        )
        sound.save(run.path(clip))
        clips.append(clip.signed())
    write_clips(run.clips_file, clips)
    return run


class TestSpeaking:
    @pytest.fixture
    def spoken(self, run):
        from ffvits.base import adapt, load_base
        from ffvits.train import state
        from ffvits.voice import VoiceInfo

        base = load_base("mandarin-lite")
        made = adapt(base, speakers=["派蒙", "the base's own"])
        info = VoiceInfo(
            model={**made.config.to_dict(), "n_speakers": 1},
            sampling_rate=base.audio.sampling_rate,
            symbols=base.symbols,
            front_end=base.front_end,
            add_blank=base.add_blank,
            speakers=("派蒙",),
            card={"steps": 20},
        )
        info.save(run.voice, {**made.state, "emb_g.weight": made.state["emb_g.weight"][:1]})
        quiet = {name: tensor - 0.7 if name == "dec.proj.bias" else tensor for name, tensor in made.state.items()}
        state.save(run.checkpoints, state.Progress(step=20), "same", {"average": quiet}, keep=2)
        shutil.copytree(run.voice, run.folder.parent / "旅行者")
        with TestClient(create_app(run), base_url="http://127.0.0.1") as client:
            yield client

    def test_two_voices_are_compared(self, spoken, run, monkeypatch):
        def refuse():
            raise PermissionError(errno.EACCES, "Permission denied")

        listed = spoken.get("/api/voices").json()
        assert [(voice["id"], voice["kind"], voice["speakers"]) for voice in listed] == [
            ("own", "own", ["派蒙"]), ("step-00000020", "checkpoint", ["派蒙"]), ("run:旅行者", "other", ["派蒙"]),
        ]  # fmt: skip
        damaged = run.folder.parent / "坏" / "voice.json"
        damaged.parent.mkdir()
        damaged.write_text("[]", encoding="utf-8")
        assert spoken.get("/api/voices").json() == listed, "a damaged neighbour takes the others' place in no list"
        real = Path.iterdir
        with monkeypatch.context() as closed:  # whoever the folder belongs to may have others' runs in it, too
            closed.setattr(Path, "iterdir", lambda path: refuse() if path == run.folder.parent else real(path))
            assert spoken.get("/api/voices").json() == listed[:2]
        levels = {}
        for voice in listed:
            answer = spoken.post(
                "/api/say", json={"voice": voice["id"], "text": "你好。", "seed": 1, "noise": 0, "noise_w": 0}
            )
            assert answer.headers["content-type"] == "audio/wav"
            samples, _ = soundfile.read(io.BytesIO(answer.content))
            levels[voice["id"]] = float(abs(samples).mean())
        assert levels["step-00000020"] < 0.9 * levels["own"] == pytest.approx(0.9 * levels["run:旅行者"])
        assert not (run.folder / "cache" / "voices").exists(), "a checkpoint that was heard left a voice on the disk"
        assert spoken.post("/api/say", json={"voice": "own", "text": "☺"}).json()["error"]["code"] == "text"
        assert spoken.post("/api/say", json={"voice": "own", "text": "好", "speaker": "谁"}).status_code == 400

    def test_a_checkpoint_becomes_the_voice_and_stays_it(self, spoken, run):
        from ffvits.train import state

        assert spoken.post("/api/voices/take", json={"voice": "own"}).status_code == 400
        _, saved = state.load(run.checkpoints / "step-00000020.pt")
        state.save(run.checkpoints, state.Progress(step=30), "same", saved, keep=2)
        listed = spoken.post("/api/voices/take", json={"voice": "step-00000030"}).json()
        assert next(voice["step"] for voice in listed if voice["kind"] == "own") == 30
        assert state.choice(run.checkpoints) == state.Choice(30, 30)
        assert run.report.is_file()
        with run.locked():
            assert spoken.post("/api/voices/take", json={"voice": "step-00000020"}).status_code == 423

    def test_a_checkpoint_is_told_with_the_speakers_that_it_has_and_not_those_of_the_voice_before_it(self, spoken, run):
        from dataclasses import asdict, replace

        from ffvits.train import state
        from ffvits.voice import VoiceInfo

        def speakers():
            return {voice["id"]: voice["speakers"] for voice in spoken.get("/api/voices").json()}

        renamed = replace(VoiceInfo.load(run.voice), speakers=("Paimon",))
        _, saved = state.load(run.checkpoints / "step-00000020.pt")
        state.save(run.checkpoints, state.Progress(step=30), "other", {**saved, "voice": asdict(renamed)}, keep=2)
        assert speakers()["own"] == ["派蒙"] and speakers()["step-00000030"] == ["Paimon"]


@pytest.mark.parametrize(("chosen", "ours", "usual"), [(2, 64, 2), (64, 2, 2)])  # by OMP_NUM_THREADS; a container's
def test_a_voice_is_heard_with_one_thread_while_the_run_is_trained(run, monkeypatch, chosen, ours, usual):
    import torch

    from ffvits.base import load_base
    from ffvits.voice import VoiceInfo
    from ffvits.web import speaking

    base = load_base("mandarin-lite")
    VoiceInfo.of_base(base).save(run.voice, base.generator)
    monkeypatch.setattr(speaking, "cores", lambda: ours)
    training, used = [True, False], []
    page = speaking.Speaking(run, lambda: training.pop(0))
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(chosen)
        for _ in range(2):
            page.say("own", "你好。", None)
            used.append(torch.get_num_threads())
    finally:
        torch.set_num_threads(before)
    assert used == [1, usual]


def test_the_command_needs_a_run_folder(tmp_path):
    command = [sys.executable, "-m", "ffvits", "web", str(tmp_path), "--no-browser"]
    failed = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert failed.returncode == 2 and "not a run folder" in " ".join(failed.stderr.split())
    assert json.dumps("Traceback")[1:-1] not in failed.stderr
