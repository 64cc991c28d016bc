"""What the server counts, in Prometheus' text form."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 60)


class Metrics:
    """One set of counters for each server, so that two in one process do not mix."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self, *, waiting: Callable[[], int], voices: Callable[[], int]) -> None:
        self._all = CollectorRegistry()
        place = {"registry": self._all, "namespace": "ffvits"}
        self.requests = Counter("requests", "Requests, by route and status", ("route", "status"), **place)
        self.seconds = Histogram("request_seconds", "From request to last byte", ("route",), buckets=_SECONDS, **place)
        self.first = Histogram("first_audio_seconds", "From request to first audio", buckets=_SECONDS, **place)
        self.audio = Counter("audio_seconds", "Seconds of speech made", ("voice",), **place)
        self.characters = Counter("characters", "Characters asked for", ("voice",), **place)
        Gauge("turns_taken", "Requests that wait or are being spoken", **place).set_function(waiting)
        Gauge("voices", "Voices that can be asked for", **place).set_function(voices)

    def text(self) -> bytes:
        return generate_latest(self._all)
