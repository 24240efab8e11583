"""The sender that everybody writes first: hand the mail over, then note that it went. After a crash, go on with the rest.

It is the negative control of the kill tests. Between the server's "taken" and the note there is a gap, so somebody gets
the mail twice; a harness that doesn't find that finds nothing.

    naive_sender.py PORT RECIPIENTS SENT     one address a line in both files; SENT grows
"""

import os
import smtplib
import sys
from pathlib import Path


def main(port: int, recipients: Path, sent: Path) -> None:
    done = set(sent.read_text().splitlines()) if sent.exists() else set()
    with smtplib.SMTP("127.0.0.1", port) as server, sent.open("a") as note:
        for recipient in recipients.read_text().splitlines():
            if recipient in done:
                continue
            server.sendmail("news@publisher.test", recipient, f"To: {recipient}\r\nSubject: news\r\n\r\nToday.\r\n")
            note.write(f"{recipient}\n")
            note.flush()
            os.fsync(note.fileno())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
