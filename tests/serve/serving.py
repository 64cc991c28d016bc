"""A real server on the loopback."""

import socket
import threading
import time
from contextlib import contextmanager


@contextmanager
def running(app):
    """The application as it is served, on the loopback; yields its address."""
    from ffvits.serve.door import server_of

    with socket.create_server(("127.0.0.1", 0)) as door:
        server = server_of(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
