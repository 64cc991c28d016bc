"""The rate of a client: as many requests at once as a minute has, which come back as it goes by."""

from types import SimpleNamespace

import pytest

from ffvits.errors import ServeError
from ffvits.serve import gate


@pytest.fixture
def clock(monkeypatch):
    """The gate's clock, which stands until somebody sets it."""
    made = SimpleNamespace(now=100.0)
    monkeypatch.setattr(gate, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def refused(rates: gate._Rates, client: str) -> str:
    with pytest.raises(ServeError) as caught:
        rates.take(client)
    assert caught.value.status == 429
    return caught.value.cure


def test_a_minute_s_requests_come_back_within_a_minute(clock):
    rates = gate._Rates(6)
    for _ in range(6):
        rates.take("a")
    assert refused(rates, "a") == "wait 10 s"
    clock.now += 9
    assert refused(rates, "a") == "wait 1 s"
    clock.now += 1.5  # what is refused costs nothing
    rates.take("a")
    refused(rates, "a")
    clock.now += 3600
    for _ in range(6):  # and no more than a minute's are saved up
        rates.take("a")
    refused(rates, "a")


def test_whoever_was_not_here_for_longest_is_forgotten(clock, monkeypatch):
    monkeypatch.setattr(gate, "REMEMBERED", 2)
    rates = gate._Rates(1)
    for client in "abc":
        rates.take(client)
    for client in "bc":
        refused(rates, client)
    rates.take("a")
