"""Requests as people type them: `curl "http://127.0.0.1:23456/voice/vits?text=你好"` sends the words as they are."""

from __future__ import annotations

import re

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class TypedRequests(H11Protocol):
    """Speaks HTTP/1.1 with one client, and takes an address with letters that it should have written as %E4%BD%A0."""

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE and b"\n" not in self.conn.trailing_data[0]:  # still in the first line
            line, end, rest = data.partition(b"\n")
            data = _NOT_ASCII.sub(lambda found: b"%%%02X" % ord(found[0]), line) + end + rest
        super().data_received(data)
