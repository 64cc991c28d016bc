"""The server against its own description: what schemathesis makes of the OpenAPI document never breaks it."""

import contextlib

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from serving import running

from ffvits.serve.server import create_app
from ffvits.serve.settings import Settings
from ffvits.text.symbols import TABLES
from ffvits.voice import VoiceInfo

schemathesis = pytest.importorskip("schemathesis", reason="the package schemathesis is not installed")


@pytest.fixture(scope="module")
def operations(tmp_path_factory):
    """Everything that can be asked of a running server, with a voice that babbles in no time."""
    from ffvits.vits import Vits, VitsConfig

    folder = tmp_path_factory.mktemp("babble")
    config = VitsConfig(78, 513, 32, 16, 16, 16, n_layers=1, upsample_initial_channel=32, resblock="2", use_sdp=False)
    info = VoiceInfo(config.to_dict(), 22050, TABLES["pinyin-letters"], "pinyin-letters", True)
    info.save(folder / "voice", Vits(config).state_dict())
    with running(create_app(Settings(folder, max_text=50))) as url:
        httpx.get(f"{url}/voice/vits", params={"text": "你好"}, timeout=300)  # dictionaries are read once
        described = schemathesis.openapi.from_url(f"{url}/openapi.json")
        yield [found.ok() for found in described.get_all_operations()]


def test_nothing_that_fits_or_misses_the_description_breaks_it(operations):
    """No 500, no status and no type that the description does not name, and every body as it is described."""
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    asked: list[tuple[str, int]] = []
    for operation in operations:
        for mode in schemathesis.GenerationMode:

            @settings(
                max_examples=15, database=None, phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def tried(case):
                answer = case.call(timeout=120)
                asked.append((case.operation.label, answer.status_code))
                case.validate_response(answer, checks=checks)

            with contextlib.suppress(Unsatisfiable):  # what takes no parameters cannot be asked wrongly
                tried()
    assert {label for label, _ in asked} == {operation.label for operation in operations}
    assert {200, 422} <= {status for _, status in asked}
