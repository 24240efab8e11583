"""A real mailbox server: takes mail by LMTP, gives it out by IMAP, and checks passwords for Postfix.

Every address is a mailbox, with the password `secret`.
"""

import imaplib
import shutil
from pathlib import Path

from ports import free_port, wait_for_port
from processes import start_in_background, stop

PASSWORD = "secret"

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
protocols = imap lmtp
listen = 127.0.0.1
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_username_format = %Lu
recipient_delimiter = +
mail_location = maildir:~/Maildir
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
# Who gives a wrong password need not wait.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener passwords {{
    mode = 0666
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@lab.test
}}
"""


class Dovecot:
    """A Dovecot with its own folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.imap_port = free_port()
        self.lmtp_port = free_port()
        for part in ("run", "state", "mail"):
            (folder / part).mkdir(parents=True)
        shutil.chown(folder / "mail", "mail", "mail")
        (folder / "dovecot.conf").write_text(
            CONFIGURATION.format(folder=folder, password=PASSWORD, imap=self.imap_port, lmtp=self.lmtp_port)
        )

    def start(self) -> None:
        """Starts it, and returns once it answers."""
        start_in_background(["/usr/sbin/dovecot", "-c", self.folder / "dovecot.conf"], self.folder / "start.log")
        wait_for_port(self.lmtp_port)
        wait_for_port(self.imap_port)

    @property
    def password_socket(self) -> Path:
        """Where Postfix asks whether a name and a password belong together."""
        return self.folder / "run" / "passwords"

    def mails(self, address: str) -> list[bytes]:
        """The mails in the inbox of an address, in the order of their arrival."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20) as session:
            session.login(address, PASSWORD)
            session.select("INBOX", readonly=True)
            _, (numbers,) = session.search(None, "ALL")
            return [session.fetch(number, "(RFC822)")[1][0][1] for number in numbers.decode().split()]

    def close(self) -> None:
        """Ends it."""
        stop(self.folder / "run" / "master.pid")
