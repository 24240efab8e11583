"""The lab itself: what the other tests stand on."""

import smtplib
import ssl
import tempfile
import unittest
from email.message import EmailMessage
from pathlib import Path

from project import ROOT
from browser import Browser
from lab import Lab
from slow_smtp import Faults, SlowServer

CHECKS = (ROOT / "tests" / "lab" / "page_checks.js").read_text()


def mail(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "news@publisher.test", to, "오늘의 소식"
    message.set_content("Grüße\n.\n..two dots\n")
    return message


class RealServers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lab = cls.enterClassContext(Lab())
        cls.trust = ssl.create_default_context(cafile=str(cls.lab.authority))

    def test_a_mail_handed_over_by_starttls_is_fetched_by_imap(self):
        with smtplib.SMTP("localhost", self.lab.starttls_port) as session:
            session.starttls(context=self.trust)
            session.login("news@publisher.test", self.lab.password)
            session.send_message(mail("ann@readers.test"))
        (got,) = self.lab.mailbox("ann@readers.test")
        self.assertEqual(got["Subject"], "오늘의 소식")
        self.assertEqual(got.get_content().splitlines(), ["Grüße", ".", "..two dots"])

    def test_implicit_tls_and_the_plain_door_take_mail_too(self):
        with smtplib.SMTP_SSL("localhost", self.lab.smtps_port, context=self.trust) as session:
            session.login("news@publisher.test", self.lab.password)
            session.send_message(mail("bea@readers.test"))
        with smtplib.SMTP("localhost", self.lab.plain_port) as session:
            session.send_message(mail("bea@readers.test"))
        self.assertEqual(len(self.lab.mailbox("bea@readers.test")), 2)

    def test_the_submission_ports_refuse_a_wrong_password_and_a_stranger(self):
        with smtplib.SMTP_SSL("localhost", self.lab.smtps_port, context=self.trust) as session:
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                session.login("news@publisher.test", "wrong")
            with self.assertRaises(smtplib.SMTPException):
                session.send_message(mail("carl@readers.test"))

    def test_a_recipient_is_refused_as_the_test_asks(self):
        self.lab.reply_for("^full@", "552 5.2.2 mailbox full")
        with smtplib.SMTP("localhost", self.lab.plain_port) as session:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                session.send_message(mail("full@readers.test"))
        ((code, words),) = refused.exception.recipients.values()
        self.assertEqual(code, 552)
        self.assertIn(b"mailbox full", words)
        self.lab.reply_for("^full@", None)
        with smtplib.SMTP("localhost", self.lab.plain_port) as session:
            session.send_message(mail("full@readers.test"))
        self.assertEqual(len(self.lab.mailbox("full@readers.test")), 1)


class TheSlowServer(unittest.TestCase):
    def test_it_keeps_the_bytes_that_were_sent(self):
        with SlowServer(delay=0) as server:
            sent = b"Subject: dots\r\n\r\n.\r\n..\r\nend\r\n"
            with smtplib.SMTP("127.0.0.1", server.port) as session:
                session.sendmail("news@publisher.test", "ann@readers.test", sent)
            self.assertEqual(server.mails(), [("ann@readers.test", sent)])

    def test_it_answers_commands_that_come_together(self):
        with SlowServer(delay=0) as server, smtplib.SMTP("127.0.0.1", server.port) as session:
            session.ehlo()
            self.assertTrue(session.has_extn("PIPELINING"))
            session.send(b"MAIL FROM:<a@publisher.test>\r\nRCPT TO:<b@readers.test>\r\nDATA\r\n")
            self.assertEqual([session.getreply()[0] for _ in range(3)], [250, 250, 354])
            session.send(b"one\r\n.\r\nMAIL FROM:<a@publisher.test>\r\nRCPT TO:<c@readers.test>\r\nDATA\r\n")
            self.assertEqual([session.getreply()[0] for _ in range(4)], [250, 250, 250, 354])
            session.send(b"two\r\n.\r\n")
            self.assertEqual(session.getreply()[0], 250)
            self.assertEqual(server.copies(), {"b@readers.test": 1, "c@readers.test": 1})

    def test_each_fault_ends_the_connection_at_its_own_moment(self):
        for faults, taken, answered in (
            (Faults(lost=1), 0, False),
            (Faults(taken_in_silence=1), 1, False),
            (Faults(hung_up=1), 1, True),
        ):
            with self.subTest(faults=faults), SlowServer(delay=0, faults=faults) as server:
                session = smtplib.SMTP("127.0.0.1", server.port)
                try:
                    session.sendmail("news@publisher.test", "ann@readers.test", b"x\r\n")
                    self.assertTrue(answered)
                except smtplib.SMTPServerDisconnected:
                    self.assertFalse(answered)
                finally:
                    session.close()
                self.assertEqual(server.taken, taken)


class TheBrowser(unittest.TestCase):
    GOOD = (
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
        "<style>@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }</style>"
        "<body><p>Good morning, 좋은 아침</p><img alt='' src='data:,'>"
    )

    def test_the_checks_find_what_is_wrong_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as folder, Browser() as browser:
            page = Path(folder) / "page.html"
            for html, dark, finding in (
                (self.GOOD, False, None),
                (self.GOOD, True, None),
                (self.GOOD + "<img src='data:,'>", False, "without an alternative text"),
                (self.GOOD + "<div style='width:500px'>wide</div>", False, "px wide"),
                (self.GOOD + "<p style='color:#999;background:#fff'>pale</p>", False, "contrast"),
                (self.GOOD + "<p style='color:#333'>dark on dark</p>", True, "contrast"),
            ):
                page.write_text(html)
                browser.resize(375, dark=dark)
                browser.open(page.as_uri())
                findings = browser.evaluate(f"{CHECKS}(375)")
                if finding:
                    self.assertEqual(len(findings), 1, findings)
                    self.assertIn(finding, findings[0])
                else:
                    self.assertEqual(findings, [])


if __name__ == "__main__":
    unittest.main()
