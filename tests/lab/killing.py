"""Kills a sender at random moments, and starts it again each time."""

import random
import subprocess
import time
from collections.abc import Callable

from slow_smtp import SlowServer


def kill_again_and_again(
    start: Callable[[], subprocess.Popen], server: SlowServer, kills: int, most_between: int, seed: int
) -> None:
    """Starts the sender `kills` times, and each time ends it as a power cut would.

    Most kills come when the server has taken a random number of mails more (up to `most_between`), some milliseconds
    later: in the middle of the work. One in four comes at a random moment after the start: while it still plans, or
    clears up after the last one.
    """
    chance = random.Random(seed)
    for number in range(kills):
        sender = start()
        try:
            if number % 4 == 3:
                time.sleep(chance.uniform(0, 0.3))
            else:
                _wait_for(server, server.taken + chance.randint(1, most_between), sender)
                time.sleep(chance.uniform(0, 2 * server.delay))
            if sender.poll() is not None:
                raise AssertionError(f"the sender ended by itself (status {sender.returncode}) before kill {number + 1}")
        finally:
            sender.kill()
            sender.wait()
        server.wait_until_idle()


def _wait_for(server: SlowServer, taken: int, sender: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while server.taken < taken and sender.poll() is None:
        if time.monotonic() > deadline:
            raise AssertionError(f"the sender stands still: {server.taken} mails taken, {taken} expected")
        time.sleep(0.0005)
