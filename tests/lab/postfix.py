"""A real mail server with three doors on loopback, whose mail for any address under `.test` goes to Dovecot.

Its configuration, queue and logs are in the lab's folder: it neither reads nor disturbs one that the machine has.
"""

import os
import shutil
import signal
import time
from pathlib import Path

from certificates import Certificates
from dovecot import Dovecot
from ports import free_port, wait_for_port
from processes import start_in_background, stop

MAIN = """
compatibility_level = 3.6
config_directory = {etc}
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = /etc/postfix
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = mx.lab.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
biff = no
alias_maps =
local_recipient_maps =
recipient_delimiter = +
smtputf8_enable = yes

# Whatever is under .test is a mailbox here; nothing else leaves the machine.
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
virtual_mailbox_domains = pcre:{etc}/domains
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.4.4 no route outside the lab
relay_transport = error:5.4.4 no route outside the lab

smtpd_tls_chain_files = {key}, {certificate}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = {password_socket}
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access pcre:{etc}/replies
smtpd_data_restrictions = reject_unauth_pipelining

# Tests open connections as fast as they like.
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
in_flow_delay = 0
"""

MASTER = """
127.0.0.1:{plain} inet n - n - - smtpd
127.0.0.1:{starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_tls_auth_only=yes
  -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{smtps} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A Postfix with its own folder."""

    def __init__(self, folder: Path, certificates: Certificates, dovecot: Dovecot):
        self.folder = folder
        self.etc = folder / "etc"
        self.replies: dict[str, str] = {}
        self.plain_port = free_port()
        self.starttls_port = free_port()
        self.smtps_port = free_port()
        for part in ("etc", "spool", "data"):
            (folder / part).mkdir(parents=True)
        shutil.chown(folder / "data", "postfix")
        self.write(
            "main.cf",
            MAIN.format(
                folder=folder,
                etc=self.etc,
                lmtp=dovecot.lmtp_port,
                key=certificates.key,
                certificate=certificates.certificate,
                password_socket=dovecot.password_socket,
            ),
        )
        self.write(
            "master.cf",
            MASTER.format(plain=self.plain_port, starttls=self.starttls_port, smtps=self.smtps_port),
        )
        self.write("domains", r"/\.test$/ ok" + "\n")
        self.write("replies", "")

    def start(self) -> None:
        """Starts it, and returns once it answers."""
        log = self.folder / "start.log"
        start_in_background(["/usr/sbin/postfix", "-c", self.etc, "check"], log)
        start_in_background(["/usr/lib/postfix/sbin/master", "-c", self.etc, "-w"], log)
        for port in (self.plain_port, self.starttls_port, self.smtps_port):
            wait_for_port(port)

    def write(self, name: str, text: str) -> None:
        file = self.etc / name
        file.write_text(text)
        # Postfix waits until a file is two seconds old, lest it be read while it is being written.
        a_minute_ago = time.time() - 60
        os.utime(file, (a_minute_ago, a_minute_ago))

    def reply_for(self, pattern: str, reply: str | None) -> None:
        """From now on, RCPT for an address that the expression matches gets this reply; `None` lifts it."""
        if reply is None:
            self.replies.pop(pattern, None)
        else:
            self.replies[pattern] = reply
        self.write("replies", "".join(f"/{pattern}/ {reply}\n" for pattern, reply in self.replies.items()))
        # Daemons that are at work read the table again at their next start.
        os.kill(self.pid(), signal.SIGHUP)
        wait_for_port(self.plain_port)
        time.sleep(0.5)

    def settle(self, seconds: float = 30) -> None:
        """Waits until every mail that was taken is where it belongs."""
        queues = [self.folder / "spool" / queue for queue in ("maildrop", "incoming", "active", "deferred")]
        deadline = time.monotonic() + seconds
        # In the order in which a mail goes through them, so that none slips by between two looks.
        while any(file.is_file() for queue in queues for file in queue.rglob("*")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"mail stays in the queue; see {self.log()[-3000:]}")
            time.sleep(0.05)

    def log(self) -> str:
        """What it wrote about its work."""
        return (self.folder / "maillog").read_text(errors="replace")

    def pid(self) -> int:
        return int((self.folder / "spool" / "pid" / "master.pid").read_text())

    def close(self) -> None:
        """Ends it."""
        stop(self.folder / "spool" / "pid" / "master.pid")
