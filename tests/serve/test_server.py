"""The whole server on the loopback, asked by the clients that people use."""

import asyncio
import errno
import io
import json
import re
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import numpy as np
import openai
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serving import running
from starlette.testclient import TestClient

from ffvits.serve.registry import Registry
from ffvits.serve.routes import Desk
from ffvits.serve.server import create_app
from ffvits.serve.settings import Settings
from ffvits.serve.turns import Turns
from ffvits.voice import Voice


@pytest.fixture(scope="module")
def client(address):
    return openai.OpenAI(base_url=f"{address}/v1", api_key="none needed", max_retries=0)


class TestOpenAI:
    @pytest.mark.parametrize("format", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
    def test_every_format_of_its_client(self, client, format):
        answer = client.audio.speech.create(model="tts-1", voice="solo", input="你好。", response_format=format)
        assert len(answer.content) > 1500

    def test_it_says_what_the_voice_says(self, client, made_voices):
        body = {"seed": 7, "noise": 0.3, "noise_w": 0.5}
        answer = client.audio.speech.create(
            model="duo",
            voice="旅行者",
            input="今天天气很好。我们走吧！",
            response_format="wav",
            speed=1.5,
            extra_body=body,
        )
        samples = np.frombuffer(answer.content[44:], "<i2") / 32768
        voice = Voice.load(made_voices / "duo")
        own = voice.say("今天天气很好。我们走吧！", "旅行者", speed=1.5, seed=7, noise=0.3, noise_w=0.5)
        assert len(samples) == len(own)
        assert np.abs(samples - own).max() < 1e-2

    def test_the_first_sentence_arrives_before_the_last_is_spoken(self, client):
        text = "今天天气很好，我们去公园吧。" * 6
        began = time.perf_counter()
        arrived = []
        with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="solo", input=text, response_format="pcm"
        ) as answer:
            for piece in answer.iter_bytes():
                arrived.append((time.perf_counter() - began, len(piece)))
        assert len(arrived) > 3
        assert sum(size for when, size in arrived if when < arrived[-1][0] / 2) > 0

    def test_events(self, web):
        asked = {"input": "你好。", "voice": "solo", "response_format": "mp3", "stream_format": "sse"}
        with web.stream("POST", "/v1/audio/speech", json=asked) as answer:
            lines = [line for line in answer.iter_lines() if line]
        assert answer.headers["content-type"].startswith("text/event-stream")
        kinds = [json.loads(line.removeprefix("data: "))["type"] for line in lines]
        assert kinds[-1] == "speech.audio.done" and set(kinds[:-1]) == {"speech.audio.delta"}

    def test_its_errors_are_its_clients_errors(self, client):
        with pytest.raises(openai.NotFoundError, match="no voice 'alloy'"):
            client.audio.speech.create(model="tts-1", voice="alloy", input="你好")
        with pytest.raises(openai.BadRequestError, match="empty"):
            client.audio.speech.create(model="tts-1", voice="solo", input=" \n")
        with pytest.raises(openai.UnprocessableEntityError, match="speed"):
            client.audio.speech.create(model="tts-1", voice="solo", input="你好", speed=9)

    @pytest.mark.parametrize(
        "asked",
        [
            {}, [], {"input": 1}, {"voice": 1}, {"voice": {}}, {"voice": "好" * 201}, {"stream_format": "x"},
            {"seed": 0.5}, {"seed": -1}, {"seed": []}, {"speed": "x"}, {"speed": []}, {"instructions": 1},
            {"model": None, "voice": None},
        ],
    )  # fmt: skip
    def test_a_wrong_field_is_told_in_chinese_too(self, web, asked):
        body = {"input": "你好", "voice": "solo", **asked} if asked else asked
        answer = web.post("/v1/audio/speech", json=body)
        assert answer.status_code == 422
        assert re.search(r"[\u4e00-\u9fff]", answer.json()["said"]["zh"])

    def test_voices_are_its_models(self, client):
        assert [model.id for model in client.models.list()] == ["duo", "solo"]


ASKED = {"text": "[ZH]你好。[ZH]", "id": "2", "format": "wav", "lang": "zh", "length": "1.2", "max": "50", "noise": ""}


class TestVitsSimpleApi:
    @pytest.mark.parametrize("path", ["/voice/vits", "/voice"])
    @pytest.mark.parametrize("how", ["query", "form", "multipart", "json"])
    def test_every_way_to_ask(self, web, path, how):
        ways = {
            "query": lambda: web.get(path, params=ASKED),
            "form": lambda: web.post(path, data=ASKED),
            "multipart": lambda: web.post(path, files={name: (None, value) for name, value in ASKED.items()}),
            "json": lambda: web.post(path, json=ASKED),
        }
        answer = ways[how]()
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.headers["content-disposition"].endswith(".wav")
        samples, rate = soundfile.read(io.BytesIO(answer.content))
        assert 0.3 < len(samples) / rate < 3

    def test_speakers_are_its_table(self, web):
        for answer in (web.get("/voice/speakers"), web.post("/voice/speakers")):
            table = answer.json()["VITS"]
            assert [(who["id"], who["name"], who["lang"]) for who in table] == [
                (0, "派蒙", ["zh"]), (1, "旅行者", ["zh"]), (2, "solo", ["zh"]),
            ]  # fmt: skip

    def test_what_cannot_be_spoken_is_said_in_chinese_too(self, web):
        said = web.get("/voice/vits", params={**ASKED, "text": "☺"}).json()["said"]
        assert said["en"] == "there is nothing to say in this text — give some Chinese words"
        assert said["zh"] == "这段文字里没有可以念的内容。请写几个汉字"

    def test_a_longer_length_is_slower(self, web):
        sizes = [
            len(web.get("/voice/vits", params={**ASKED, "length": n, "noise": 0, "noisew": 0}).content) for n in (1, 2)
        ]
        assert 1.6 < sizes[1] / sizes[0] < 2.4

    def test_streaming_is_mp3(self, web):
        with web.stream("GET", "/voice/vits", params={**ASKED, "streaming": "true"}) as answer:
            assert answer.headers["content-type"] == "audio/mpeg"
            assert len(b"".join(answer.iter_bytes())) > 1000

    @pytest.mark.parametrize(
        ("changed", "status"),
        [
            ({"text": ""}, 400), ({"text": "☺"}, 400), ({"id": "3"}, 404), ({"id": "-1"}, 422), ({"id": "x"}, 422),
            ({"format": "../../x"}, 400), ({"lang": "zh" * 99}, 422), ({"length": "0"}, 422), ({"noise": "nan"}, 422),
            ({"text": "好" * 301}, 413), ({"noise": "x"}, 422), ({"seed": "1.5"}, 422), ({"seed": "9" * 5000}, 422),
            ({"streaming": "perhaps"}, 422), ({"length": "5"}, 422), ({"seed": str(2**63)}, 422),
        ],
    )  # fmt: skip
    def test_what_is_refused_is_refused_in_its_form(self, web, changed, status):
        for answer in (
            web.get("/voice/vits", params={**ASKED, **changed}),
            web.post("/voice/vits", data={**ASKED, **changed}),
        ):
            assert answer.status_code == status
            assert answer.json()["status"] == "error" and answer.json()["message"]
            assert re.search(r"[\u4e00-\u9fff]", answer.json()["said"]["zh"].replace("好", ""))


class TestLimits:
    @pytest.fixture
    def guarded(self, made_voices):
        with TestClient(create_app(Settings(made_voices, key="geheim", rate=12, max_body=1000))) as made:
            yield made

    def test_a_key_is_asked_for_and_taken_in_three_ways(self, guarded):
        assert guarded.get("/v1/models").json()["error"]["code"] == "invalid_api_key"
        assert guarded.get("/v1/models", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert guarded.get("/v1/models", headers={"Authorization": "Bearer geheim"}).status_code == 200
        assert guarded.get("/v1/models", headers={"X-API-KEY": "geheim"}).status_code == 200
        assert guarded.get("/voice/vits", params={"text": "好", "api_key": "geheim"}).status_code == 200
        for path in ("/healthz", "/voice/speakers", "/docs"):
            assert guarded.get(path).status_code == 200

    def test_a_key_in_the_body_is_none_and_no_description_asks_for_it(self, guarded):
        """As vits-simple-api has it, which looks at the address and the header."""
        for how in ("data", "json"):
            refused = guarded.post("/voice/vits", **{how: {"text": "好", "api_key": "geheim"}})
            assert refused.status_code == 401 and refused.json()["said"]["zh"].endswith("或 ?api_key=…")
        verbs = guarded.get("/openapi.json").json()["paths"]["/voice/vits"]
        assert "api_key" in {one["name"] for one in verbs["get"]["parameters"]}
        for kind in verbs["post"]["requestBody"]["content"].values():
            assert "text" in kind["schema"]["properties"] and "api_key" not in kind["schema"]["properties"]
        sent = guarded.post("/voice/vits", json={"text": "好", "api_key": 7}, headers={"X-API-KEY": "geheim"})
        assert sent.status_code == 200

    def test_a_large_body_is_not_read(self, guarded):
        head = {"X-API-KEY": "geheim", "Content-Type": "application/json"}
        assert guarded.post("/v1/audio/speech", content=b"x" * 1001, headers=head).status_code == 413
        pieces = (b"x" * 100 for _ in range(20))  # without a length
        assert guarded.post("/v1/audio/speech", content=pieces, headers=head).status_code == 413

    def test_too_many_requests_in_a_minute(self, guarded):
        head = {"X-API-KEY": "geheim"}
        answers = [guarded.get("/v1/models", headers=head) for _ in range(20)]
        late = answers[-1]
        assert late.status_code == 429 and late.json()["error"]["code"] == "rate_limit"
        assert late.headers["retry-after"]

    def test_a_full_queue_is_429(self, made_voices, monkeypatch):
        stream, asked, go, answers = Voice.stream, {"text": "今天天气很好。", "id": 2}, threading.Event(), []

        def held(voice, *words, **choices):
            go.wait(60)
            yield from stream(voice, *words, **choices)

        with running(create_app(Settings(made_voices, queue=1))) as url, httpx.Client(timeout=60) as web:
            web.get(f"{url}/voice/speakers")  # answered when the voices are loaded
            monkeypatch.setattr(Voice, "stream", held)
            first = threading.Thread(target=lambda: answers.append(web.get(f"{url}/voice/vits", params=asked)))
            first.start()
            while web.get(f"{url}/healthz").json()["turns_taken"] == 0:
                assert first.is_alive()
                time.sleep(0.01)
            answers += [web.get(f"{url}/voice/vits", params=asked) for _ in range(3)]
            go.set()
            first.join()
            assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
            assert web.get(f"{url}/healthz").json()["turns_taken"] == 0

    @pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99999), ("127.0.0.1", -1), ("a..b", 0)])
    def test_an_address_that_there_cannot_be_is_refused(self, host, port):
        from ffvits.errors import FfvitsError
        from ffvits.serve.door import listening

        with pytest.raises(FfvitsError, match="cannot listen") as caught, listening(host, port):
            pass
        assert "--port" in caught.value.cure

    def test_a_port_that_is_taken_is_told_in_the_reader_s_language(self):
        from ffvits import chinese
        from ffvits.errors import FfvitsError
        from ffvits.serve.door import listening

        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(FfvitsError) as caught, listening("127.0.0.1", port):
                pass
        assert caught.value.message == f"cannot listen at 127.0.0.1:{port}: Address already in use"
        assert chinese.said(caught.value.message) == f"127.0.0.1:{port} 已被别的程序占用"

    @pytest.mark.parametrize(
        ("number", "told"), [(errno.EACCES, "没有权限监听 127.0.0.1:80"), (errno.EADDRNOTAVAIL, "没有地址 127.0.0.1")]
    )
    def test_what_the_system_refuses_goes_by_its_number(self, monkeypatch, number, told):
        from ffvits import chinese
        from ffvits.errors import FfvitsError
        from ffvits.serve.door import listening

        def refused(*_, **__):
            raise OSError(number, "wie Windows es auf Deutsch sagt (while attempting to bind on address ('', 80))")

        monkeypatch.setattr(socket, "create_server", refused)
        with pytest.raises(FfvitsError) as caught, listening("127.0.0.1", 80):
            pass
        assert told in chinese.said(caught.value.message)

    @pytest.mark.parametrize("bad", [{"port": 99999}, {"queue": 0}, {"patience": float("nan")}, {"rate": -1}])
    def test_impossible_settings_are_refused(self, tmp_path, bad):
        from ffvits.errors import FfvitsError

        with pytest.raises(FfvitsError, match=next(iter(bad))):
            Settings(tmp_path, **bad)

    def test_a_device_that_there_is_not_is_refused_before_anybody_is_let_in(self, tmp_path):
        from ffvits.errors import FfvitsError
        from ffvits.serve import serve

        with pytest.raises(FfvitsError, match="device cannot be 'gpu'"):
            serve(Settings(tmp_path, port=0, device="gpu"))


@pytest.mark.parametrize("streaming", ["true", "false"])
def test_a_client_that_leaves_is_not_spoken_for(web, address, streaming):
    asked = {"text": "今天天气很好，我们去公园吧。" * 20, "id": 2, "streaming": streaming}
    with httpx.Client() as hurried, pytest.raises(httpx.ReadTimeout):
        with hurried.stream("GET", f"{address}/voice/vits", params=asked, timeout=0.2) as answer:
            list(answer.iter_bytes())
            raise httpx.ReadTimeout("it was all there before we could leave")
    for _ in range(6000):
        if web.get("/healthz").json()["turns_taken"] == 0:
            break
        time.sleep(0.01)
    before = _spoken(web)
    time.sleep(0.3)
    assert _spoken(web) == before


def _spoken(web) -> str:
    return next(line for line in web.get("/metrics").text.splitlines() if line.startswith("ffvits_audio_seconds_total"))


def test_a_voice_is_replaced_under_load_without_a_failure(runs):
    app = create_app(Settings(runs))
    statuses = []
    with running(app) as url, httpx.Client(timeout=60) as web:
        web.get(f"{url}/voice/speakers")  # answered when the voices are loaded

        def ask():
            for _ in range(6):
                statuses.append(web.get(f"{url}/voice/vits", params={"text": "你好。", "id": 2}).status_code)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        [thread.start() for thread in threads]
        description = runs / "solo" / "voice.json"
        text = description.read_text("utf-8").replace('"speed": 1.0', '"speed": 3.9')
        description.write_text(text, encoding="utf-8")
        [thread.join() for thread in threads]
        assert set(statuses) == {200}
        quick = {"text": "你好。", "id": 2, "noise": 0, "noisew": 0}
        slow = len(web.get(f"{url}/voice/vits", params={**quick, "length": 1}).content)
        for _ in range(1200):
            if len(web.get(f"{url}/voice/vits", params=quick).content) < slow / 2:
                return
            time.sleep(0.05)
        raise AssertionError("the new voice was not taken up")


def test_requests_that_are_computed_together_say_what_each_says_alone(made_voices):
    """Different voices, speakers, lengths and seeds at once, in batches, each as if it were the only one."""
    texts = ["你好。", "今天天气很好。我们走吧！", "明天早上八点开会，别迟到。"]
    asked = [{"text": texts[n % 3], "id": n % 3, "seed": n, "noise": 0.4, "noisew": 0.6} for n in range(9)]
    answers = {}
    with running(create_app(Settings(made_voices, batch=4))) as url, httpx.Client(timeout=60) as web:

        def ask(number):
            answers[number] = web.get(f"{url}/voice/vits", params=asked[number])

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(9)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert web.get(f"{url}/healthz").json()["turns_taken"] == 0
    solo, duo = (Voice.load(made_voices / name) for name in ("solo", "duo"))
    for number, one in enumerate(asked):
        samples = np.frombuffer(answers[number].content[44:], "<i2") / 32767
        voice, speaker = [(duo, "派蒙"), (duo, "旅行者"), (solo, None)][one["id"]]
        own = voice.say(one["text"], speaker, seed=number, noise=0.4, noise_w=0.6)
        assert len(samples) == len(own)
        # The decoder may compute in bfloat16, where sums in another order are heard at -49 dB of a voice at most.
        assert np.square(samples - own).mean() < 1e-4 * np.square(own).mean()


def test_what_is_counted(web):
    web.get("/voice/vits", params={"text": "你好。", "id": 2})
    text = web.get("/metrics").text
    assert 'ffvits_requests_total{route="/voice/vits",status="200"}' in text
    assert "ffvits_voices 2.0" in text and "ffvits_turns_taken " in text
    assert 'ffvits_audio_seconds_total{voice="solo"}' in text


def test_the_page_needs_nothing_from_elsewhere(web):
    page = web.get("/docs").text
    assert "https://" not in page and "http://" not in page
    assert set(web.get("/openapi.json").json()["paths"]) == {
        "/v1/audio/speech", "/v1/audio/voices", "/v1/models", "/voice/vits", "/voice", "/voice/speakers", "/healthz",
        "/readyz", "/metrics",
    }  # fmt: skip


@pytest.fixture
def loading(monkeypatch):
    """Set, voices are read; before, whoever reads one waits."""
    may, load = threading.Event(), Voice.load

    def slowly(*what, **how):
        may.wait(60)
        return load(*what, **how)

    monkeypatch.setattr(Voice, "load", slowly)
    yield may
    may.set()


def test_it_answers_while_voices_are_loaded_and_who_wants_one_waits(made_voices, loading):
    with running(create_app(Settings(made_voices))) as url, ThreadPoolExecutor(1) as bot:
        asked = bot.submit(httpx.get, f"{url}/voice/speakers", timeout=60)
        assert httpx.get(f"{url}/healthz").json()["voices"] == 0
        assert (httpx.get(f"{url}/readyz").status_code, asked.done()) == (503, False)
        loading.set()
        assert len(asked.result().json()["VITS"]) == 3
        assert httpx.get(f"{url}/readyz").json() == {"status": "ok", "voices": 2}


def test_who_has_waited_long_enough_for_the_voices_is_told(made_voices, loading):
    with running(create_app(Settings(made_voices, patience=0.2))) as url:
        answer = httpx.post(f"{url}/v1/audio/speech", json={"input": "你好", "voice": "solo"}, timeout=60)
        assert answer.status_code == 503 and "still being loaded" in answer.json()["message"]
        assert answer.headers["retry-after"] == "5"
        loading.set()


def test_no_thread_waits_for_the_voices_with_a_client(tmp_path):
    """There were six of them: the seventh client waited for one of those first, and longer than its patience."""
    asked = Settings(tmp_path, patience=0.1)
    desk = Desk(Registry(tmp_path), Turns(workers=1, threads=1, places=1), asked, metrics=None)

    async def clients() -> tuple[list, set[str]]:
        refused = await asyncio.gather(*(desk.voices_loaded() for _ in range(40)), return_exceptions=True)
        return refused, {thread.name.partition("_")[0] for thread in threading.enumerate()}

    refused, names = asyncio.run(clients())
    assert {error.code for error in refused} == {"loading"}
    assert "asyncio" not in names


MARK = "zz-marker-zz"
opened: list[str] = []
listening = threading.Event()


def _note(event: str, arguments: tuple) -> None:
    if listening.is_set() and event in ("open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir"):
        opened.append(str(arguments[0]))


def test_no_path_of_a_request_touches_the_file_system(web):
    sys.addaudithook(_note)
    listening.set()
    try:
        for name in (f"../{MARK}", f"/tmp/{MARK}", f"{MARK}/voice.json", f"..\\{MARK}"):
            web.post("/v1/audio/speech", json={"input": name, "voice": name, "model": name, "response_format": "mp3"})
            web.post("/v1/audio/speech", json={"input": f"你好{name}", "voice": "solo", "model": name})
            web.get("/voice/vits", params={"text": name, "format": name[:19], "id": 2})
            web.post("/voice/vits", files={"text": (name, b"x"), "upload": (name, b"y")})
            web.get(f"/{name}")
            web.get(f"/docs/{name}")
    finally:
        listening.clear()
    assert not [path for path in opened if MARK in path]


_words = st.text(max_size=12) | st.sampled_from(
    ["你好", "solo", "wav", "mp3", "0", "1.5", "true", "null", "☺", "\ud800"]
)
_values = st.none() | st.booleans() | st.integers() | st.floats() | _words | st.lists(_words, max_size=2)
_names = st.sampled_from(
    "input voice model response_format speed stream_format seed text id format lang length noise noisew noise_w max "
    "segment_size streaming api_key".split()
)


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/voice/vits"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.dictionaries(_names, _values, max_size=8) | _values, kind=st.sampled_from(["json", "form", "raw"]))
def test_nothing_that_is_sent_breaks_it(web, path, asked, kind):
    if kind == "form" and isinstance(asked, dict):
        data = {name: str(value).encode("utf-8", "replace").decode() for name, value in asked.items()}
        answer = web.post(path, data=data)
    elif kind == "raw":
        answer = web.post(path, content=repr(asked).encode("utf-8", "replace"), headers={"Content-Type": "text/x"})
    else:
        answer = web.post(path, content=json.dumps(asked), headers={"Content-Type": "application/json"})
    assert answer.status_code < 500
    if answer.status_code != 200:
        assert answer.json()["status"] == "error"


def test_the_command_serves_and_says_where(made_voices, tmp_path):
    import os
    import subprocess
    from pathlib import Path

    root = Path(__file__).parents[2]
    command = [sys.executable, "-X", "utf8", "-m", "ffvits", "serve", str(made_voices), "--port", "0"]
    process = subprocess.Popen(
        command, cwd=root, stderr=subprocess.PIPE, encoding="utf-8", env={**os.environ, "FFVITS_API_KEY": "k"}
    )
    try:
        line = ""
        while "http://" not in line:
            line = process.stderr.readline()
            assert line, "it ended"
        url = line.split()[0]
        for _ in range(600):
            try:
                if httpx.get(f"{url}/healthz").json()["voices"] == 2:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        assert httpx.get(f"{url}/v1/models").status_code == 401
    finally:
        process.terminate()
        process.communicate(timeout=120)
