"""One local page for one run: review the clips, train, and listen.

labels       clips.jsonl behind the review: edit, split, join, undo, saved at once
changes      what was changed, so that it can be taken back
cutting      one clip becomes two, or two become one
training     the training in a process of its own, started and stopped from the page
samples      what the voice said while it was trained
speaking     the finished voice, its checkpoints and its neighbours, to compare
app          the routes
static/      the page: HTML, CSS and JavaScript without anything from elsewhere
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["open_page"]


def open_page(folder: Path, *, host: str = "127.0.0.1", port: int = 23457, browser: bool = True) -> None:
    """Serves the page of a run folder until it is stopped, and opens it in the browser.

    Raises RunError if the folder is none, FfvitsError if the port is taken.
    """
    import ipaddress
    import threading
    import webbrowser

    from ffvits import console
    from ffvits.run import Run
    from ffvits.serve.door import listening, serve_app
    from ffvits.web.app import create_app

    run = Run.open(folder)
    with listening(host, port) as door:
        address, chosen = door.getsockname()[:2]
        url = f"http://{f'[{address}]' if ':' in address else address}:{chosen}"
        console.info(url)
        local = ipaddress.ip_address(address).is_loopback
        if not local:
            console.warn("anybody who reaches this machine can change this run: there is no password")
        if browser and local:
            threading.Timer(0.5, webbrowser.open, (url,)).start()
        serve_app(create_app(run, local_only=local), door)
