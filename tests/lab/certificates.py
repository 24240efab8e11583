"""A certificate authority of the lab's own, and a server's certificate that it signed for this machine."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """Files in PEM."""

    authority: Path
    certificate: Path
    key: Path


def make_certificates(folder: Path) -> Certificates:
    """Makes the authority and the server's certificate, for `localhost` and 127.0.0.1."""
    folder.mkdir()
    names = ("authority.pem", "authority.key", "server.pem", "server.key", "server.csr", "server.ext")
    authority, authority_key, certificate, key, request, extensions = (folder / name for name in names)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    extensions.write_text(
        "subjectAltName = DNS:localhost, IP:127.0.0.1\n"
        "basicConstraints = CA:FALSE\n"
        "keyUsage = digitalSignature\n"
        "extendedKeyUsage = serverAuth\n"
    )
    openssl(
        "req", "-x509", *curve, "-keyout", authority_key, "-out", authority, "-days", "2",
        "-subj", "/CN=Lab authority", "-addext", "keyUsage = critical, keyCertSign",
    )  # fmt: skip
    openssl("req", "-new", *curve, "-keyout", key, "-out", request, "-subj", "/CN=localhost")
    openssl(
        "x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
        "-extfile", extensions, "-out", certificate, "-days", "2",
    )  # fmt: skip
    return Certificates(authority, certificate, key)


def openssl(*arguments) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
