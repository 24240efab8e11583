"""A mail server that takes its time, keeps what it took where it can be counted, and can lose connections.

A mail is a file in the server's folder before the server says 250: what is there was taken, whatever the sender
came to know of it. The gap between the two is where a sender that is killed must not forget.
"""

import os
import random
import re
import socket
import socketserver
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote


@dataclass(frozen=True)
class Faults:
    """How often a connection ends at the end of a mail, as shares of 1."""

    lost: float = 0.0
    """The mail was not taken, and no reply comes."""
    taken_in_silence: float = 0.0
    """The mail was taken, and no reply comes."""
    hung_up: float = 0.0
    """The mail was taken, the reply comes, and then the connection ends."""

    def pick(self, chance: float) -> str | None:
        for name in ("lost", "taken_in_silence", "hung_up"):
            chance -= getattr(self, name)
            if chance < 0:
                return name
        return None


class SlowServer:
    """The server, as long as the `with` lasts. `delay` is in seconds, before each reply."""

    def __init__(self, delay: float = 0.003, faults: Faults = Faults(), seed: int = 0):
        self.delay = delay
        self.faults = faults
        self.seed = seed
        self.fates = Counter()
        """How many mails met each fault."""
        self._folder = tempfile.TemporaryDirectory(prefix="slow")
        self.folder = Path(self._folder.name)
        self._lock = threading.Lock()
        self._attempts = Counter()
        self._taken = 0
        self._open = 0

    def __enter__(self) -> "SlowServer":
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session, bind_and_activate=False)
        self._server.request_queue_size = 64
        self._server.daemon_threads = True
        self._server.slow = self
        self._server.server_bind()
        self._server.server_activate()
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.wait_until_idle()
        self._folder.cleanup()

    @property
    def taken(self) -> int:
        """How many mails it has."""
        return self._taken

    def mails(self) -> list[tuple[str, bytes]]:
        """The recipient and the bytes of each mail, in the order in which they were taken."""
        return [(unquote(file.name.split(" ")[1]), file.read_bytes()) for file in sorted(self.folder.glob("*.eml"))]

    def copies(self) -> Counter:
        """How many mails each recipient has."""
        return Counter(unquote(file.name.split(" ")[1]) for file in self.folder.glob("*.eml"))

    def wait_until_idle(self, seconds: float = 20) -> None:
        """Returns when no connection is open: what a dead client had sent has been dealt with."""
        deadline = time.monotonic() + seconds
        while self._open:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._open} connections are still open")
            time.sleep(0.005)

    def _count(self, opened: int) -> None:
        with self._lock:
            self._open += opened

    def _fate(self, recipient: str) -> str | None:
        """What happens to the next mail for a recipient: the same in every run with the same seed."""
        with self._lock:
            self._attempts[recipient] += 1
            fate = self.faults.pick(random.Random(f"{self.seed} {recipient} {self._attempts[recipient]}").random())
            self.fates[fate] += 1
            return fate

    def _keep(self, recipient: str, mail: bytes) -> None:
        with self._lock:
            name = f"{self._taken:06} {quote(recipient, safe='@+')} .eml"
            draft = self.folder / "draft"
            draft.write_bytes(mail)
            os.rename(draft, self.folder / name)
            self._taken += 1


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.slow: SlowServer = self.server.slow
        self.slow._count(+1)
        try:
            self.converse()
        except OSError:
            pass  # The client is gone.
        finally:
            self.slow._count(-1)

    def converse(self) -> None:
        self.reply("220 slow.lab.test ESMTP")
        recipient = None
        while line := self.rfile.readline():
            command = line.decode("utf-8", "replace").strip()
            verb = command.split(" ")[0].split(":")[0].upper()
            if verb == "EHLO":
                self.reply("250-slow.lab.test", "250-PIPELINING", "250-8BITMIME", "250 SIZE 10000000")
            elif verb == "RCPT":
                recipient = re.search("<(.*)>", command)[1]
                self.reply("250 2.1.5 ok")
            elif verb == "DATA" and recipient:
                self.reply("354 go on")
                if not self.take(recipient):
                    return
                recipient = None
            elif verb == "QUIT":
                self.reply("221 2.0.0 bye")
                return
            elif verb in ("HELO", "MAIL", "RSET", "NOOP"):
                self.reply("250 2.0.0 ok")
            else:
                self.reply("503 5.5.1 not now")

    def take(self, recipient: str) -> bool:
        """Reads a mail and answers; false where that ends the connection."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                return False  # Cut off in the middle: not a mail.
            lines.append(line[1:] if line.startswith(b".") else line)
        fate = self.slow._fate(recipient)
        if fate == "lost":
            return self.hang_up()
        self.slow._keep(recipient, b"".join(lines))
        if fate == "taken_in_silence":
            return self.hang_up()
        self.reply("250 2.0.0 taken")
        return self.hang_up() if fate == "hung_up" else True

    def hang_up(self) -> bool:
        self.connection.shutdown(socket.SHUT_RDWR)
        return False

    def reply(self, *lines: str) -> None:
        time.sleep(self.slow.delay)
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())
