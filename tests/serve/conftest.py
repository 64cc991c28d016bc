"""A folder of runs with two small real voices, and servers that speak them."""

import shutil
from pathlib import Path

import pytest

from ffvits.voice import VoiceInfo

pytest.importorskip("fastapi", reason="the extra [serve] is not installed")


@pytest.fixture(scope="session")
def made_voices(tmp_path_factory) -> Path:
    """runs/solo: the embedded base as it is; runs/duo/voice: the same with speakers 派蒙 and 旅行者."""
    from ffvits.base import adapt, load_base

    folder = tmp_path_factory.mktemp("runs")
    base = load_base("mandarin-lite")
    common = {
        "sampling_rate": base.audio.sampling_rate,
        "symbols": base.symbols,
        "front_end": base.front_end,
        "add_blank": base.add_blank,
    }
    VoiceInfo(model=base.config.to_dict(), **common).save(folder / "solo", base.generator)
    adapted = adapt(base, speakers=["派蒙", "旅行者"])
    duo = VoiceInfo(model=adapted.config.to_dict(), speakers=("派蒙", "旅行者"), **common)
    duo.save(folder / "duo" / "voice", adapted.state)
    (folder / "not a voice").mkdir()
    return folder


@pytest.fixture
def runs(made_voices, tmp_path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(made_voices, tmp_path / "runs"))


@pytest.fixture(scope="session")
def address(made_voices):
    """One running server for every test that changes nothing."""
    from serving import running

    from ffvits.serve.server import create_app
    from ffvits.serve.settings import Settings

    with running(create_app(Settings(made_voices, max_text=300))) as url:
        yield url


@pytest.fixture(scope="module")
def web(address):
    """A client of that server."""
    import httpx

    with httpx.Client(base_url=address, timeout=60) as made:
        yield made
