"""What clients of either dialect do out of habit, and what the server lets them."""

import asyncio
import json
import re
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import openai
import pytest
from serving import running
from starlette.testclient import TestClient

from ffvits.serve.routes import Desk
from ffvits.serve.server import create_app
from ffvits.serve.settings import Settings
from ffvits.voice import Voice

STILL = {"noise": "0", "noisew": "0", "id": "2"}


class TestVitsSimpleApi:
    @pytest.mark.parametrize("lang", ["zh,en", "auto,zh", "zh-CN", "ja", "EN", "Mix"])
    def test_a_language_is_taken_and_not_needed(self, web, lang):
        """As there, where it is ignored for a voice of one language."""
        assert web.get("/voice/vits", params={**STILL, "text": "你好", "lang": lang}).status_code == 200

    @pytest.mark.parametrize("nothing", ["None", "null", "undefined", " "])
    def test_a_word_for_nothing_is_as_usual(self, web, nothing):
        usual = dict.fromkeys(["id", "format", "lang", "length", "segment_size", "streaming", "seed"], nothing)
        given = {**usual, "text": "你好", "noise": "0", "noisew": "0"}
        answer = web.post("/voice/vits", data=given)
        assert answer.headers["content-type"] == "audio/wav"
        assert answer.content == web.get("/voice/vits", params={**STILL, "text": "你好", "id": 0}).content

    @pytest.mark.parametrize(("format", "mime"), [("WAV", "audio/wav"), ("MP3", "audio/mpeg")])
    def test_formats_in_capitals(self, web, format, mime):
        answer = web.get("/voice/vits", params={**STILL, "text": "你好", "format": format})
        assert answer.headers["content-type"] == mime
        assert answer.headers["content-disposition"].endswith(format.lower())

    def test_a_stream_has_a_file_name_too(self, web):
        answer = web.get("/voice/vits", params={**STILL, "text": "你好", "streaming": "true"})
        assert re.fullmatch(r"attachment; filename=[0-9a-f-]{36}\.mp3", answer.headers["content-disposition"])

    def test_the_path_may_end_with_a_slash(self, web):
        for answer in (web.get("/voice/", params={"text": "你好"}), web.post("/voice/", data={"text": "你好"})):
            assert answer.status_code == 200

    def test_the_address_may_end_with_a_slash(self, address, web):
        """As Flask has it, which merges them."""
        assert web.get(f"{address}//voice//vits?text=你好").headers["content-type"] == "audio/wav"
        assert web.get(f"{address}//voice/speakers").json() == web.get("/voice/speakers").json()

    def test_json_that_is_called_a_form_is_read_as_json(self, web):
        """So sends `curl -d '{…}'`."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        said = json.dumps({**STILL, "text": "你好"}, ensure_ascii=False).encode()
        answer = web.post("/voice/vits", content=said, headers=form)
        assert answer.content == web.post("/voice/vits", data={**STILL, "text": "你好"}).content
        refused = web.post("/v1/audio/speech", content=b'{"input": "a", "voice": "a"}', headers=form)
        assert refused.status_code == 422 and "Content-Type: application/json" in refused.json()["cure"]

    def test_marks_of_languages_are_not_spoken(self, web):
        marked = "[ZH]你好，[ZH][EN]hello[EN][ja][JA][KO][KO]"
        said, plain = (
            web.get("/voice/vits", params={**STILL, "text": text}).content for text in (marked, "你好，hello")
        )
        assert said == plain

    def test_an_address_as_people_type_it(self, address, web):
        """curl sends the letters as they are, and this server's own clients write them as %E4%BD%A0."""
        asked = "/voice/vits?id=2&noise=0&noisew=0&text="
        typed = f"GET {asked}你好 HTTP/1.1\r\nHost: x\r\nX-API-KEY: 钥匙\r\nConnection: close\r\n\r\n".encode()
        for cut in (len(typed), 51, len(typed) - 20):  # it may arrive in two
            assert _answer(address, typed[:cut], typed[cut:]).endswith(web.get(f"{asked}你好").content)

    @pytest.mark.parametrize("text", ["你好", "联通你好", "你好，今天天气很好", "中文abc"])
    def test_letters_in_another_code_are_called_so(self, address, text):
        answer = _answer(address, f"GET /voice/vits?text={text} HTTP/1.0\r\n\r\n".encode("gbk"))
        assert answer.startswith(b"HTTP/1.1 400") and b"not UTF-8" in answer

    @pytest.mark.parametrize("path", ["/v1/audio/speech", "/voice/vits"])
    def test_json_in_another_code_is_called_so(self, web, path):
        asked = '{"input": "你好", "text": "你好", "voice": "solo"}'.encode("gbk")
        answer = web.post(path, content=asked, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert answer.json()["error"]["message"] == "the body is not JSON — send it in UTF-8"
        assert answer.json()["said"]["zh"] == "请求不是 JSON。请用 UTF-8 发送"

    def test_a_letter_that_was_lost_does_not_silence_the_others(self, web):
        assert web.get("/voice/vits", params={"text": "嗯\ufffd\ufffd", "id": 2}).status_code == 200

    def test_the_bare_address_shows_the_page(self, tmp_path):
        with TestClient(create_app(Settings(tmp_path, key="geheim"))) as web:
            assert web.get("/").text == web.get("/docs").text

    def test_who_leaves_before_all_is_sent_is_no_bug(self, tmp_path, capsys, caplog):
        with running(create_app(Settings(tmp_path))) as url:
            _answer(url, b"POST /voice/vits HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\ntext=", leave=True)
            for _ in range(6000):
                if counted := 'status="499"' in httpx.get(f"{url}/metrics").text:
                    break
                time.sleep(0.01)
            assert counted
        assert "bug" not in capsys.readouterr().err and "Traceback" not in caplog.text


def _answer(url: str, *parts: bytes, leave: bool = False) -> bytes:
    """What comes back for bytes that are sent one part after the other."""
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            connection.sendall(part)
            time.sleep(0.05)
        return b"" if leave else b"".join(iter(lambda: connection.recv(65536), b""))


class TestOpenAI:
    def test_the_voices_that_can_be_chosen(self, tmp_path, web):
        names = [voice["id"] for voice in web.get("/v1/audio/voices").json()["voices"]]
        assert names == ["duo/派蒙", "duo/旅行者", "solo"]
        assert web.post("/v1/audio/speech", json={"input": "你好。", "voice": names[1]}).status_code == 200
        with TestClient(create_app(Settings(tmp_path, key="geheim"))) as guarded:  # open-webui sends no key there
            assert guarded.get("/v1/audio/voices").json() == {"voices": []}

    def test_null_is_as_usual(self, web):
        asked = {"input": "你好。", "voice": "solo", "model": None, "response_format": None, "speed": None}
        answer = web.post("/v1/audio/speech", json={**asked, "stream_format": None, "instructions": None})
        assert answer.headers["content-type"] == "audio/mpeg"

    def test_a_client_that_knows_openai_s_voices_only(self, made_voices):
        with running(create_app(Settings(made_voices / "solo"))) as url:
            client = openai.OpenAI(base_url=f"{url}/v1", api_key="none needed", max_retries=0)
            answer = client.audio.speech.create(model="tts-1", voice="alloy", input="你好。", response_format="wav")
            assert len(answer.content) > 1500


class TestBrowsers:
    ASKING = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}  # noqa: RUF012 — read only

    @pytest.mark.parametrize(
        ("settings", "allowed"),
        [
            ({}, None),
            ({"key": "geheim"}, "*"),
            ({"cors": ("https://page.example",)}, "https://page.example"),
            ({"cors": ("https://page.example/",)}, "https://page.example"),
            ({"cors": ("https://other.example",)}, None),
        ],
    )
    def test_whose_pages_may_ask(self, tmp_path, settings, allowed):
        """Without a key no page of anybody's may use the server on the machine of whoever visits it."""
        with TestClient(create_app(Settings(tmp_path, **settings))) as web:
            asked = {**self.ASKING, "Access-Control-Request-Headers": "x-api-key"}
            before = web.options("/voice/vits", headers=asked)
            assert before.headers.get("access-control-allow-origin") == allowed
            assert (before.status_code == 200) == (allowed is not None)
            refused = web.post("/voice/vits", data={"text": "好"}, headers={"Origin": "https://page.example"})
            assert refused.status_code in (401, 503)
            assert refused.headers.get("access-control-allow-origin") == allowed

    def test_a_page_that_may_not_hear_is_named_once(self, tmp_path, capsys):
        """Its browser says no more than "Failed to fetch"."""
        with TestClient(create_app(Settings(tmp_path, cors=("https://mine.example",)))) as web:
            for origin in ("https://page.example", "https://page.example", "https://mine.example", "http://testserver"):
                web.post("/voice/vits", data={"text": "好"}, headers={"Origin": origin})
            web.get("/healthz", headers={"Origin": b"http://\x9b2J"})  # which clears some terminals
        told = " ".join(capsys.readouterr().err.split())
        assert told.count("--cors") == 1 and "--cors https://page.example" in told


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/audio/speech", 404), ("PUT", "/voice/vits", 405)])
def test_what_is_not_answered_is_told_by_its_name(web, method, path, status):
    refused = web.request(method, path)
    assert refused.status_code == status
    assert refused.json()["message"] == f"{method} {path} is not answered here: see /docs"


def test_who_watches_over_the_server_asks_for_the_head_only(tmp_path):
    with TestClient(create_app(Settings(tmp_path, key="geheim"))) as web:
        assert web.head("/healthz").status_code == web.get("/healthz").status_code == 200
        assert web.head("/readyz").status_code == web.get("/readyz").status_code == 503
        assert not any("head" in path for path in web.get("/openapi.json").json()["paths"].values())


class TestWhatCannotBeSpoken:
    def test_it_is_refused_wherever_it_stands(self, web):
        asked = {"input": "你好。今天天气很好。こんにちは。", "voice": "solo"}
        answer = web.post("/v1/audio/speech", json=asked)
        assert answer.status_code == 400
        assert "'こんにちは' cannot be read" in answer.json()["error"]["message"]

    def test_what_breaks_after_the_first_sound_ends_the_connection_with_one_line(
        self, made_voices, monkeypatch, capsys, caplog
    ):
        def broken(voice, *_, **__):
            yield np.zeros(2000, np.float32)
            raise MemoryError("no room for the second")

        with running(create_app(Settings(made_voices / "solo"))) as url:
            httpx.get(f"{url}/voice/speakers", timeout=60)  # answered when the voices are loaded
            monkeypatch.setattr(Voice, "stream", broken)
            asked = {"input": "你好。", "voice": "solo", "response_format": "pcm"}
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.post(f"{url}/v1/audio/speech", json=asked, timeout=60)
        told = capsys.readouterr().err
        assert told.count("a stream broke off: MemoryError: no room for the second") == 1
        assert "bug" not in told and "Traceback" not in told + caplog.text


class TestLimits:
    def test_who_asked_too_often_is_told_how_long_to_wait(self, tmp_path):
        with TestClient(create_app(Settings(tmp_path, rate=2))) as web:
            late = [web.get("/v1/models") for _ in range(3)][-1]
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) > 20
        assert f"wait {late.headers['retry-after']} s" in late.json()["error"]["message"]

    def test_whoever_guesses_keys_is_slowed_down(self, tmp_path):
        with TestClient(create_app(Settings(tmp_path, rate=2, key="right"))) as web:
            guessed = [web.get("/v1/models", headers={"X-API-KEY": guess}).status_code for guess in "abc"]
        assert guessed == [401, 401, 429]

    @pytest.mark.parametrize("how", ["json", "data"])
    def test_as_long_a_text_as_is_allowed_gets_in(self, made_voices, how):
        long = {"text": "好" + "\u3000" * 29_999, "id": 0}
        with TestClient(create_app(Settings(made_voices / "solo", max_text=30_000))) as web:
            assert web.post("/voice/vits", **{how: long}).status_code == 200
            assert web.post("/voice/vits", **{how: {**long, "text": long["text"] + "好"}}).status_code == 413
        assert len(json.dumps(long)) > 65536

    def test_a_short_text_cannot_ask_for_hours_of_silence(self, web):
        """Of 3,800 characters came 507 MB, and 2.3 GB were taken for them."""
        refused = web.post("/voice/vits", data={"text": '好<break time="60s"/>' * 6, "format": "mp3"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (413, "silence_too_long")

    def test_a_key_in_any_script(self, tmp_path):
        with TestClient(create_app(Settings(tmp_path, key="派蒙的钥匙"))) as web:
            key = "派蒙的钥匙".encode()
            for headers in ({b"X-API-KEY": key}, {b"Authorization": b"Bearer " + key}):
                assert web.get("/v1/models", headers=headers).status_code == 200
            assert web.get("/v1/models", params={"api_key": "派蒙的钥匙"}).status_code == 200
            for wrong in ("派蒙", "", "????"):
                assert web.get("/v1/models", headers={b"X-API-KEY": wrong.encode()}).status_code == 401

    def test_a_key_as_old_clients_spell_it(self, tmp_path):
        with TestClient(create_app(Settings(tmp_path, key="schlüssel"))) as web:
            for spelling in ("utf-8", "latin-1"):
                headers = {b"X-API-KEY": "schlüssel".encode(spelling)}
                assert web.get("/v1/models", headers=headers).status_code == 200

    def test_patience_is_for_each_piece_however_many_there_are(self, tmp_path):
        """A text of the greatest length takes a heavy voice more than a minute."""
        waited: list[float] = []

        class Pieces:
            async def next(self, patience):
                waited.append(patience)
                return b"x" if len(waited) < 5 else None

            def cancel(self):
                return

        class Staying:
            async def receive(self):
                await asyncio.sleep(3600)

        desk = Desk(None, None, Settings(tmp_path, patience=7), None)
        assert asyncio.run(desk.finished(Staying(), Pieces())) == b"xxxx"
        assert waited == [7] * 5


def test_who_shares_a_name_is_told_apart_in_the_table(runs):
    (runs / "duo").rename(runs / "a")
    (runs / "solo").rename(runs / "派蒙")
    with TestClient(create_app(Settings(runs))) as web:
        assert [who["name"] for who in web.get("/voice/speakers").json()["VITS"]] == ["a/派蒙", "旅行者", "派蒙"]


@pytest.mark.parametrize("given", [None, ["/runs", "--rate", "60"]])
def test_a_container_is_heard_from_outside_whatever_flags_it_is_given(given):
    from ffvits.cli import build_parser

    lines = (Path(__file__).parents[2] / "Dockerfile").read_text(encoding="utf-8").splitlines()
    entry, usual = (
        json.loads(next(line for line in lines if line.startswith(word)).removeprefix(word))
        for word in ("ENTRYPOINT", "CMD")
    )
    asked = build_parser().parse_args([*entry[1:], *(given or usual)])
    assert (asked.verb, asked.folder, asked.host) == ("serve", "/runs", "0.0.0.0")
