"""One serving process of `pulse serve`, started by `pulse.cli.processes` and ended with it.

`python -m pulse.cli.child APP SOCKETS LIFELINE`: the app's import path, the file descriptors of
its bound sockets (parted by commas), and the reading end of a pipe whose other end only the
parent holds. The pipe reports the parent's end whatever ended it, SIGKILL included.
"""

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from typing import Final, Literal

import uvicorn

GRACE: Final = 5  # seconds for requests under way
_TURN: Final = 0.0005  # seconds; so long the writer threads wait for the event loop, not 5 ms


def main() -> int:
    """Serve until a signal or the parent's end; 1 if the app could not start."""
    app, numbers, lifeline = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])
    config = uvicorn.Config(
        app,
        factory=True,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=_protocol(),
        ws="none",
        lifespan="on",
        log_level="error",
        access_log=False,  # protocol: nothing timed is kept
        server_header=False,
        proxy_headers=False,  # no address of a visitor is of interest
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)
    sys.setswitchinterval(_TURN)
    threading.Thread(target=_end_with_parent, args=(server, lifeline), daemon=True).start()
    # uvicorn ends in order and then raises the signal again: that is our end in peace.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.run(sockets=[socket.socket(fileno=int(number)) for number in numbers])
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


def _protocol() -> type[asyncio.Protocol] | Literal["h11"]:
    if sys.platform == "win32":
        return "h11"
    from pulse.cli.patience import patient

    return patient()


def _end_with_parent(server: uvicorn.Server, lifeline: int) -> None:
    os.read(lifeline, 1)  # returns when the parent's end of the pipe is closed
    server.should_exit = True
    time.sleep(GRACE + 1)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
