"""Free ports on loopback, for servers that can't be asked to pick one themselves."""

import random
import socket
import time

# From 32768 on, a port may be taken at any moment as the near end of somebody's connection.
RANGE = range(20000, 32768)


def free_port() -> int:
    """A port that nobody listens on now. Picked at random, so that labs that start together don't meet."""
    for _ in range(100):
        port = random.choice(RANGE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port found in {RANGE}")


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Returns once something accepts connections on the port."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens on port {port} after {seconds} s") from None
            time.sleep(0.02)
