"""One address becomes one file: resumed, watched for stalls, and refused when it is not what was announced."""

from __future__ import annotations

import codecs
import http.client
import json
import os
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from ffvits import console
from ffvits.files import FULL, system_words

CHUNK = 1 << 18  # bytes
ENOUGH = 1 << 20  # bytes that make a try worth while: after them the tries are counted anew
_BUSY = (429, 502, 503, 504)  # what a server says that may serve a moment later
_MOST_WAIT = 60.0  # seconds that a server may ask to wait


class SourceFailed(Exception):
    """One source could not serve a file; `gone` says that its host is out of reach, so later files need not ask."""

    def __init__(self, reason: str, gone: bool = False) -> None:
        self.reason = reason
        self.gone = gone
        super().__init__(reason, gone)

    def __str__(self) -> str:
        return self.reason


class DiskFull(Exception):
    """There is no room for the file: no other source can help."""


@dataclass(frozen=True)
class Patience:
    """How long a download waits: `connect` s for an answer, `stall` s without a byte, at least `floor` bytes/s over
    each `window` s, and `attempts` tries in a row that bring next to nothing, the later ones `pause`, 2 `pause` … s
    after a server that was busy or a network that had gone."""

    connect: float = 10.0
    stall: float = 30.0
    floor: float = 2048.0
    window: float = 30.0
    attempts: int = 5
    pause: float = 1.0


def download(url: str, part: Path, *, title: str, expected: int | None, sha_known: bool, patience: Patience) -> None:
    """Fetches `url` into `part`, continuing what is there, until it has `expected` bytes (None: as announced).

    A part is continued from any address when its sha256 is known (`sha_known`), because the whole is checked later;
    otherwise only from the same address with the same ETag. Raises SourceFailed or DiskFull.
    """
    memory = part.with_name(part.name + ".json")
    if not sha_known and _remembered(memory).get("url") != url:
        part.unlink(missing_ok=True)
    if expected is not None:
        _room_for(part, expected)
    with console.progress(f"Downloading {title}", total=expected, unit="B") as bar:
        have = begun = _size(part)
        bar.advance(have)
        poor = 0  # tries in a row that brought next to nothing
        while True:
            try:
                _one_try(url, part, memory, expected, sha_known, patience, bar)
                memory.unlink(missing_ok=True)
                return
            except _Interrupted as error:
                now = _size(part)
                poor = 0 if now - have >= ENOUGH else poor + 1
                # A host that never answered is out of reach; one that has served before is only lost for a while.
                waits = error.busy or (error.gone and now > begun)
                if poor >= patience.attempts or (now <= have and not waits):
                    raise SourceFailed(str(error), gone=error.gone or error.busy) from error
                have = now
                if waits:
                    wait = max(error.wait, patience.pause * 2 ** max(poor - 1, 0))
                    console.info(f"{title}: {error}; trying again in {wait:.0f} s")
                    time.sleep(wait)


class _Interrupted(Exception):
    """The connection ended early, or did not come about; what arrived stays and the next try continues it.

    `busy` says that the server asks to come later, `wait` in how many seconds at least; `gone` that it did not answer.
    """

    def __init__(self, reason: str, *, busy: bool = False, wait: float = 0.0, gone: bool = False) -> None:
        self.busy, self.wait, self.gone = busy, wait, gone
        super().__init__(reason)


def _one_try(url: str, part: Path, memory: Path, expected: int | None, sha_known: bool, patience: Patience, bar):
    have = _size(part)
    if expected is not None and have == expected:
        return
    if expected is not None and have > expected:
        part.unlink()
        have = 0
    request = urllib.request.Request(_quoted(url), headers={"User-Agent": "ffvits", "Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
        if not sha_known:
            etag = _remembered(memory).get("etag")
            if not etag:
                have = _restart(part, bar, have)
                request.remove_header("Range")
            else:
                request.add_header("If-Range", etag)
    try:
        response = _opener(patience).open(request, timeout=patience.connect)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 416 and have:  # the server has no more than the part
                if error.headers.get("Content-Range") != f"bytes */{have}":
                    _restart(part, bar, have)  # and less than it
                    _one_try(url, part, memory, expected, sha_known, patience, bar)
                return  # else it is the whole file, from a visit that ended before it could say so
            reason = f"HTTP {error.code} {error.reason}".splitlines()[0]
            wait = _asked_to_wait(error)
            if error.code in _BUSY and wait <= _MOST_WAIT:
                raise _Interrupted(reason, busy=True, wait=wait) from error
            raise SourceFailed(f"{reason}, come again in {wait:.0f} s" if wait else reason) from error
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        raise _Interrupted(_why(error, patience.connect) + _proxied(url), gone=True) from error
    with response:
        packed = response.headers.get("Content-Encoding", "identity")
        if packed != "identity":
            raise SourceFailed(f"the server sent it packed ({packed}), although it was asked not to")
        if have and response.status != 206:
            have = _restart(part, bar, have)  # the server ignores ranges, or the file has changed
        total = _announced(response, have)
        if expected is not None and total is not None and total != expected:
            raise SourceFailed(f"the server announces {total:,} bytes instead of {expected:,}{_page_hint(response)}")
        if total is not None and expected is None:
            _room_for(part, total)
        etag = response.headers.get("ETag", "")
        memory.write_text(json.dumps({"url": url, "etag": "" if etag.startswith("W/") else etag}), encoding="utf-8")
        _copy(response, part, have, total if total is not None else expected, patience, bar)


def _copy(response, part: Path, have: int, total: int | None, patience: Patience, bar) -> None:
    window_start, window_bytes = time.monotonic(), 0
    # Without a buffer: one that a full disk left unwritten would fail once more when the file is closed.
    with part.open("ab", buffering=0) as file:
        while True:
            try:
                block = response.read1(CHUNK)
            except TimeoutError as error:
                raise _Interrupted(f"nothing arrived for {patience.stall:g} s") from error
            except (OSError, http.client.HTTPException) as error:
                raise _Interrupted(f"the connection broke: {system_words(error)}") from error
            if not block:
                break
            if have == 0:
                refuse_page(block)
            have += len(block)
            if total is not None and have > total:
                raise SourceFailed(f"the server sent more than the {total:,} bytes it should")
            left = memoryview(block)
            try:
                while left:
                    left = left[file.write(left) :]
            except OSError as error:
                raise unwritable(error, part) from error
            bar.advance(len(block))
            window_bytes += len(block)
            elapsed = time.monotonic() - window_start
            if elapsed >= patience.window:
                if window_bytes < patience.floor * elapsed:
                    raise SourceFailed(f"too slow: {window_bytes / elapsed:.0f} bytes/s over {elapsed:.0f} s")
                window_start, window_bytes = time.monotonic(), 0
    if total is not None and have < total:
        raise _Interrupted(f"the connection ended after {have:,} of {total:,} bytes")


def refuse_page(head: bytes) -> None:
    """Raises SourceFailed when the first bytes are a web page or a Git LFS pointer instead of the file."""
    start = head[:512].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml", b"<head")):
        raise SourceFailed("the server sent a web page instead of the file (a login, a block or an error page)")
    if start.startswith(b"version https://git-lfs.github.com"):
        raise SourceFailed("the server sent a Git LFS pointer instead of the file")


def _announced(response, have: int) -> int | None:
    if response.status == 206:
        span, _, total = response.headers.get("Content-Range", "").rpartition("/")
        if not span.startswith(f"bytes {have}-"):
            raise SourceFailed("the server answered with another range than the one asked for")
        if total.isdigit():
            return int(total)
    length = response.headers.get("Content-Length", "")
    return have + int(length) if length.isdigit() else None


def _asked_to_wait(error: urllib.error.HTTPError) -> float:
    """The seconds after which a busy server may be asked again; 0 where it does not say so in seconds."""
    told = error.headers.get("Retry-After", "").strip()
    return float(told) if told.isascii() and told.isdigit() else 0.0


def _page_hint(response) -> str:
    return " (a web page)" if "html" in response.headers.get("Content-Type", "") else ""


def _restart(part: Path, bar, have: int) -> int:
    part.unlink(missing_ok=True)
    bar.advance(-have)
    return 0


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _remembered(memory: Path) -> dict:
    try:
        content = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _room_for(part: Path, size: int) -> None:
    free = shutil.disk_usage(part.parent).free
    need = size - _size(part)
    if need > free:
        raise DiskFull(f"{part.parent} has {free / 1e6:,.0f} MB free and {need / 1e6:,.0f} MB are needed")


def unwritable(error: OSError, part: Path) -> Exception:
    """What to raise where `part` could not be written: DiskFull where that is why, and then it is gone."""
    if error.errno in FULL:
        part.unlink(missing_ok=True)
        return DiskFull(f"{part.parent}: {os.strerror(error.errno)}")
    return error


def _why(error: Exception, connect: float) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, (TimeoutError, socket.timeout)):
        return f"no answer within {connect:g} s"
    if isinstance(reason, socket.gaierror):
        return "the host's name cannot be resolved (no network?)"
    if isinstance(reason, ssl.SSLError):
        return f"no secure connection: {reason}"
    return f"no connection: {reason}"


def _quoted(url: str) -> str:
    """An address as a server is asked for it, spaces and Chinese characters in percent signs.

    Raises SourceFailed for what is no address.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SourceFailed(f"{url} is no address of the web")
        host = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    except ValueError as error:
        raise SourceFailed(f"{url} is no address: {error}") from error
    path, query = (quote(part, safe="%/:@!$&'()*+,;=~?") for part in (parts.path, parts.query))
    return urlunsplit((parts.scheme, host, path, query, ""))


def _proxies() -> dict[str, str]:
    """The user's proxies by scheme (environment, Windows, macOS); ALL_PROXY, which urllib passes over, for the rest."""
    found = urllib.request.getproxies()
    rest = found.get("all", "")
    return {scheme: rest for scheme in ("http", "https") if rest and not rest.startswith("socks")} | found


def _proxied(url: str) -> str:
    """What to say of the proxy that the user's settings name for an address, without its password; "" for none."""
    parts, proxies = urlsplit(url), _proxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all", "")
    if not proxy or urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    kind, _, place = proxy.rpartition("://")
    shown = f"{kind or 'http'}://{place.rpartition('@')[2]}"
    if not proxy.startswith("socks"):
        return f"; asked through the proxy {shown} of your settings (HTTPS_PROXY): see whether it runs and lets you in"
    return (
        f"; the proxy {shown} speaks SOCKS, which is not supported: set HTTPS_PROXY to the HTTP port of the same "
        "program, such as http://127.0.0.1:7890"
    )


def host_of(url: str) -> str:
    """The host of an address, as `SourceFailed.gone` concerns it."""
    return url.partition("://")[2].partition("/")[0]


def _opener(patience: Patience) -> urllib.request.OpenerDirector:
    """An opener that connects within `connect` seconds and then waits `stall` seconds for each block."""

    class Http(http.client.HTTPConnection):
        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(patience.stall)

    class Https(http.client.HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            self.sock.settimeout(patience.stall)

    class HttpHandler(urllib.request.HTTPHandler):
        def http_open(self, request):
            return self.do_open(Http, request)

    class HttpsHandler(urllib.request.HTTPSHandler):
        def https_open(self, request):
            return self.do_open(Https, request, context=_certificates())

    return urllib.request.build_opener(urllib.request.ProxyHandler(_proxies()), HttpHandler, HttpsHandler)


def _certificates() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not os.environ.get("SSL_CERT_FILE"):
        try:  # Pythons from python.org on macOS come without root certificates
            import certifi
        except ImportError:
            return context
        context.load_verify_locations(certifi.where())
    return context
