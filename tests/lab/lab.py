"""A mail system of its own for a test: certificates, Postfix and Dovecot, on loopback, in a temporary folder.

    with Lab() as lab:
        …hand mail for anybody@anything.test to lab.starttls_port…
        lab.mailbox("anybody@anything.test")

Several labs can run at once. Postfix only runs as root, so a lab does too.
"""

import email
import email.policy
import os
import shutil
import tempfile
from email.message import EmailMessage
from pathlib import Path

from certificates import make_certificates
from dovecot import PASSWORD, Dovecot
from postfix import Postfix


class Lab:
    """The mail system, as long as the `with` lasts."""

    password = PASSWORD

    def __enter__(self) -> "Lab":
        if os.geteuid() != 0:
            raise PermissionError("the lab's Postfix runs as root only: call tests/run, which sees to it")
        # Not wherever TMPDIR says: the path of a socket has to be short.
        self.folder = Path(tempfile.mkdtemp(prefix="lab", dir="/tmp"))
        self.folder.chmod(0o755)
        self.servers = []
        try:
            certificates = make_certificates(self.folder / "certificates")
            self.dovecot = Dovecot(self.folder / "dovecot")
            self.postfix = Postfix(self.folder / "postfix", certificates, self.dovecot)
            for server in (self.dovecot, self.postfix):
                self.servers.append(server)
                server.start()
        except BaseException:
            self.__exit__()
            raise
        self.authority = certificates.authority
        self.plain_port = self.postfix.plain_port
        self.starttls_port = self.postfix.starttls_port
        self.smtps_port = self.postfix.smtps_port
        self.reply_for = self.postfix.reply_for
        return self

    def __exit__(self, *_) -> None:
        for server in reversed(self.servers):
            server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mails(self, address: str) -> list[bytes]:
        """The mails that an address has, as they lie in its mailbox, once everything taken has been delivered."""
        self.postfix.settle()
        return self.dovecot.mails(address)

    def mailbox(self, address: str) -> list[EmailMessage]:
        """The same, read by a parser that isn't ours."""
        return [email.message_from_bytes(mail, policy=email.policy.default) for mail in self.mails(address)]
