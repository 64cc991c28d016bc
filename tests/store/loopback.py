"""A web server on the loopback that behaves, or misbehaves, as told; the downloads themselves are real."""

from __future__ import annotations

import hashlib
import http.server
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ffvits.store import Patience
from ffvits.store.manifest import File, Source, parse_source

CONTENT = bytes(range(256)) * 4096  # 1 MiB
# Short, so that the cases of waiting stay quick.
PATIENCE = Patience(connect=2.0, stall=0.5, floor=2000.0, window=0.4, attempts=4, pause=0.01)


@dataclass
class Web:
    """What the server does for each path, and what it was asked."""

    url: str = ""
    pages: dict[str, Callable[[http.server.BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def serve(
        self,
        path: str,
        content: bytes,
        *,
        etag: str = '"one"',
        ranges: bool = True,
        kind: str = "",
        packed: str = "",
        announced: bool = True,
    ) -> str:
        """An honest file, with ranges as a hub has them; without `announced` nobody is told how long it is."""

        def answer(handler) -> None:
            wanted = handler.headers.get("Range")
            fresh = handler.headers.get("If-Range") in (None, etag)
            start = int(wanted[6:-1]) if wanted and ranges and fresh else 0
            if start >= len(content) > 0 and start:
                handler.send_response(416)
                handler.send_header("Content-Range", f"bytes */{len(content)}")
                handler.send_header("Content-Length", "0")
                handler.end_headers()
                return
            handler.send_response(206 if start else 200)
            handler.send_header("ETag", etag)
            if kind:
                handler.send_header("Content-Type", kind)
            if packed:
                handler.send_header("Content-Encoding", packed)
            if start:
                handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if announced:
                handler.send_header("Content-Length", str(len(content) - start))
            handler.close_connection = not announced
            handler.end_headers()
            handler.wfile.write(content[start:])

        self.pages[path] = answer
        return self.url + path

    def breaks_after(
        self,
        path: str,
        content: bytes,
        size: int,
        *,
        forever: bool = False,
        etag: str = '"one"',
        gone: Collection[int] = (),
    ) -> str:
        """Sends `size` bytes per connection and hangs up; ranges continue, so patience gets there (or not).

        Requests whose number (from 1) is in `gone` are hung up on without an answer.
        """

        def answer(handler) -> None:
            if len(self.requests(path)) in gone:
                handler.close_connection = True
                return
            wanted = handler.headers.get("Range")
            start = int(wanted[6:-1]) if wanted and not forever else 0
            handler.send_response(206 if start else 200)
            handler.send_header("ETag", etag)
            if start:
                handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            handler.send_header("Content-Length", str(len(content) - start))
            handler.end_headers()
            handler.wfile.write(content[start : start + size])
            handler.wfile.flush()
            handler.close_connection = True

        self.pages[path] = answer
        return self.url + path

    def stalls(self, path: str, content: bytes, seconds: float, chunk: int = 0) -> str:
        """Announces everything, then sends nothing (or `chunk` bytes now and then) for a while."""

        def answer(handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            end = time.monotonic() + seconds
            sent = 0
            while time.monotonic() < end and not self.closing.is_set():
                if chunk:
                    handler.wfile.write(content[sent : sent + chunk])
                    sent += chunk
                self.closing.wait(0.05)

        self.pages[path] = answer
        return self.url + path

    def says(self, path: str, status: int) -> str:
        """An HTTP error."""
        self.pages[path] = lambda handler: handler.send_error(status)
        return self.url + path

    def is_busy(self, path: str, content: bytes, times: int, status: int = 429, wait: str = "") -> str:
        """Sends so many refusals before the file."""
        self.serve(path, content)
        honest = self.pages[path]

        def answer(handler) -> None:
            if len(self.requests(path)) > times:
                return honest(handler)
            handler.send_response(status)
            if wait:
                handler.send_header("Retry-After", wait)
            handler.send_header("Content-Length", "0")
            handler.end_headers()

        self.pages[path] = answer
        return self.url + path

    closing: threading.Event = field(default_factory=threading.Event)

    def requests(self, path: str) -> list[str]:
        """The Range headers of all requests for a path."""
        return [wanted for asked, wanted in self.asked if asked == path]


@contextmanager
def serving() -> Iterator[Web]:
    """A server on a port of its own."""
    site = Web()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, self.headers.get("Range", "")))
            page = site.pages.get(self.path)
            try:
                if page is None:
                    self.send_error(404)
                else:
                    page(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield site
    site.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_file(*sources: str, name: str = "G.bin", content: bytes | None = CONTENT, known: bool = True) -> File:
    """A manifest's file; `known` says whether its size and hash are published."""
    exact = known and content is not None
    return File(
        name,
        len(content) if exact else None,
        sha256(content) if exact else None,
        tuple(source if isinstance(source, Source) else parse_source(source) for source in sources),
    )
