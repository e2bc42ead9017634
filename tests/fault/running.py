"""A real server in a thread: our protocol or the plain one, on a free port of this machine."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn


@contextlib.contextmanager
def running(app: Any, protocol: type[asyncio.Protocol] | str) -> Iterator[tuple[str, int]]:
    """Serve `app` while inside; yields host and port."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
        config = uvicorn.Config(
            app, loop="uvloop", http=protocol, ws="none", lifespan="auto", log_level="critical",
            access_log=False, timeout_graceful_shutdown=5,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
