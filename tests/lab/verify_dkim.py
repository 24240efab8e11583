"""Verifies DKIM signatures as the world does: with keys from a DNS server.

    unshare --net --mount verify_dkim.py RECORDS MAIL…     prints, for each mail, a line of JSON

RECORDS is a JSON object of names and texts. The server answers on the port that resolvers ask, in a network of its own,
so it needs root and disturbs nobody.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dkim


def start_dns(records: dict[str, str]) -> subprocess.Popen:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as resolv:
        resolv.write("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", resolv.name, "/etc/resolv.conf"], check=True)
    # It makes a string of each part between commas, of which a record of ours has none.
    strings = lambda text: ",".join(text[at : at + 255] for at in range(0, len(text), 255))
    txt = [f"--txt-record={name},{strings(text)}" for name, text in records.items()]
    server = subprocess.Popen(["dnsmasq", "--no-daemon", "--no-resolv", "--no-hosts", "--user=root", "--conf-file=/dev/null", *txt])
    time.sleep(0.5)
    return server


def verify(mail: bytes) -> dict:
    message = dkim.DKIM(mail)
    count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
    peer = subprocess.run(["opendkim-testmsg"], input=mail, capture_output=True)
    said = (peer.stdout + peer.stderr).decode("utf-8", "replace").strip()
    return {
        "dkimpy": [dkim.DKIM(mail).verify(idx=index) for index in range(count)],
        "opendkim": peer.returncode == 0,
        "said": said,
    }


def main(records: Path, mails: list[Path]) -> None:
    server = start_dns(json.loads(records.read_text()))
    try:
        for mail in mails:
            print(json.dumps(verify(mail.read_bytes())), flush=True)
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
