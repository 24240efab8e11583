"""From articles in a folder to mailboxes behind a real mail server, read by somebody else's parser."""

import datetime
import email.utils
import hashlib
import shutil
import re
import smtplib
import tempfile
import unittest
import urllib.parse
from email.message import EmailMessage
from pathlib import Path

from project import DONE, PARTIAL, UNREACHABLE, Project, now, table
from lab import Lab
from ports import free_port
from reading import html_root, html_text, one_line, unflowed
from slow_smtp import SlowServer

TOPICS = [
    {"id": "asia", "names": {"en": "Asia", "fr": "Asie", "ar": "آسيا", "ko": "아시아"}},
    {
        "id": "korea",
        "names": {"en": "Korea", "fr": "Corée", "ar": "كوريا", "ko": "한국"},
        "aliases": ["South Korea", "Corée du Sud"],
        "within": ["asia"],
    },
    {"id": "climate", "names": {"en": "Climate", "fr": "Climat", "ar": "المناخ", "ko": "기후"}},
    {"id": "sport", "names": {"en": "Sport", "fr": "Sport", "ar": "رياضة", "ko": "스포츠"}},
]

# Title, language, tag as its source writes it, and the topics that this comes to.
ARTICLES = [
    ("Seoul opens a tunnel under the river", "en", "SOUTH KOREA", {"korea", "asia"}),
    ("A glacier gives back a village", "en", "climate", {"climate"}),
    ("Twelve runners & one pair of shoes", "en", "Sport", {"sport"}),
    ("Le métro de Séoul passe à l’heure d’été", "fr", "corée du sud", {"korea", "asia"}),
    ("Une vendange avant l’aube", "fr", "Climat", {"climate"}),
    ("سيول تفتح متحفا للخرائط القديمة", "ar", "كوريا", {"korea", "asia"}),
    ("البحر يعلو قدر إصبع", "ar", "المناخ", {"climate"}),
    ("한강에 다리가 하나 더 놓인다", "ko", "한국", {"korea", "asia"}),
    ("운동장에 나무를 심는 학교", "ko", "기후", {"climate"}),
]
TITLES = {title for title, *_ in ARTICLES}

# A subscriber, and which of the articles in their language they want, by the article's topics.
everything = lambda topics: True  # noqa: E731
nothing = lambda topics: False  # noqa: E731
READERS = [
    ({"address": "ann@readers.test", "name": "Ann", "language": "en", "topics": ["korea"]}, lambda t: "korea" in t),
    ({"address": "bob@readers.test", "language": "en", "topics": ["asia"]}, lambda t: "asia" in t),
    ({"address": "cem@readers.test", "name": "Cem Öz", "language": "en", "topics": "climate OR sport"}, lambda t: t & {"climate", "sport"}),
    ({"address": "dora@readers.test", "name": 'Dora "D." <x>', "language": "en", "topics": "* AND NOT korea"}, lambda t: "korea" not in t),
    ({"address": "elodie@readers.test", "name": "Élodie Lefèvre", "language": "fr", "topics": ["korea"]}, lambda t: "korea" in t),
    ({"address": "francois@readers.test", "name": "François, de Brest", "language": "fr", "topics": ["*"]}, everything),
    ({"address": "noor@readers.test", "name": "نور الهدى", "language": "ar", "topics": ["*"]}, everything),
    ({"address": "jisu@readers.test", "name": "김지수", "language": "ko", "topics": ["korea"]}, lambda t: "korea" in t),
    ({"address": "leserin@bücher.test", "name": "Zoë Müller-Weiß", "language": "en", "topics": ["*"]}, everything),
    ({"address": "idle@readers.test", "language": "en", "topics": "asia AND NOT korea"}, nothing),
    ({"address": "paused@readers.test", "language": "en", "topics": ["*"], "paused": True}, nothing),
    ({"address": "gone@readers.test", "language": "en", "topics": ["*"]}, nothing),
    ({"address": "nosuch@readers.test", "language": "en", "topics": ["*"]}, nothing),
]  # fmt: skip
TWICE = {"address": "bob@Readers.TEST", "language": "en", "topics": ["asia"]}


def titles_for(subscriber: dict, wants) -> set[str]:
    return {title for title, language, _, topics in ARTICLES if language == subscriber["language"] and wants(topics)}


def delivered_to(subscriber: dict) -> str:
    local, domain = subscriber["address"].split("@")
    return f"{local}@{domain.encode('idna').decode()}"


MAILED = [(subscriber, titles_for(subscriber, wants)) for subscriber, wants in READERS if wants is not nothing]
UNMAILED = [subscriber for subscriber, wants in READERS if wants is nothing]


def write_articles(project: Project, articles, name: str = "") -> None:
    """Makes these the only articles. A file that was there under the same name is the same article, corrected."""
    folder = project.folder / "articles"
    shutil.rmtree(folder)
    folder.mkdir()
    for number, (title, language, tag, _) in enumerate(articles):
        head = f"title = '''{title}'''\nlanguage = '{language}'\ntags = ['{tag}']\nurl = 'https://publisher.test/{name}{number}'\n"
        (folder / f"{name}{number}.md").write_text(f"+++\n{head}+++\nNumber {number}: {hashlib.sha256(title.encode()).hexdigest()}\n")


def set_up(folder: Path, subscribers: list[dict]) -> Project:
    project = Project.init(folder)
    edition = {
        "id": "daily",
        "name": "The Lab’s Daily",
        "from": "The Lab’s Daily <news@publisher.test>",
        "unsubscribe_address": "unsubscribe@publisher.test",
        "languages": ["en", "fr", "ar", "ko"],
        "topics": [topic["id"] for topic in TOPICS],
    }
    source = {"kind": "folder", "path": "articles", "name": "The Lab"}
    tables = [table("[edition]", edition), table("[source]", source), *(table("[topic]", topic) for topic in TOPICS)]
    project.replace({"edition", "source", "topic"}, "\n".join(tables))
    write_articles(project, ARTICLES)
    project.subscribe(subscribers)
    return project


def setUpModule():
    global lab
    lab = unittest.enterModuleContext(Lab())


class Daily(unittest.TestCase):
    """One issue for everybody, sent once; the tests look at it from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        lab.reply_for("^nosuch@", "550 5.1.1 nobody of that name")
        cls.project = project = set_up(cls.folder / "project", [*(subscriber for subscriber, _ in READERS), TWICE])
        (project.folder / "password").write_text(f"{lab.password}\n")
        (project.folder / "password").chmod(0o600)
        project.use_relay(
            f"smtp+starttls://localhost:{lab.starttls_port}",
            username="news@publisher.test",
            password_file="password",
            ca_file=lab.authority,
        )
        project.run("unsubscribe", "gone@readers.test")
        cls.summary = project.json("send", status=None)
        cls.status = project.status
        cls.mails = {subscriber["address"]: lab.mailbox(delivered_to(subscriber)) for subscriber, _ in MAILED}

    def each_mail(self):
        for subscriber, titles in MAILED:
            with self.subTest(address=subscriber["address"]):
                self.assertEqual(len(self.mails[subscriber["address"]]), 1, "mails in the mailbox")
                yield subscriber, titles, self.mails[subscriber["address"]][0]

    def test_everybody_who_should_have_one_has_one_and_nobody_else(self):
        self.assertIn(self.status, (DONE, PARTIAL))
        self.assertEqual(
            {address: len(mails) for address, mails in self.mails.items()},
            {subscriber["address"]: 1 for subscriber, _ in MAILED},
        )
        self.assertEqual([s["address"] for s in UNMAILED if lab.mailbox(s["address"])], [])

    def test_both_parts_have_the_articles_that_the_reader_follows_and_no_other(self):
        for _, titles, mail in self.each_mail():
            self.assertEqual(mail.get_content_type(), "multipart/alternative")
            text, html = mail.iter_parts()
            self.assertEqual((text.get_content_type(), html.get_content_type()), ("text/plain", "text/html"))
            for shown in (one_line(unflowed(text)), html_text(html.get_content())):
                self.assertEqual({title for title in TITLES if title in shown}, titles)

    def test_the_head_says_from_whom_to_whom_and_what(self):
        identities = set()
        for subscriber, _, mail in self.each_mail():
            (sender,), (recipient,) = mail["From"].addresses, mail["To"].addresses
            self.assertEqual((sender.display_name, sender.addr_spec), ("The Lab’s Daily", "news@publisher.test"))
            self.assertEqual((recipient.display_name, recipient.addr_spec), (subscriber.get("name", ""), delivered_to(subscriber)))
            self.assertTrue(mail["Subject"].strip())
            self.assertNotIn("=?", mail["Subject"])
            self.assertEqual(mail["Auto-Submitted"], "auto-generated")
            self.assertRegex(mail["List-Id"], r"<daily\.[a-z.-]+>$")
            self.assertIsNotNone(mail["Feedback-ID"])
            age = datetime.datetime.now(datetime.timezone.utc) - mail["Date"].datetime
            self.assertLess(abs(age), datetime.timedelta(hours=1))
            self.assertRegex(mail["Message-ID"], r"^<[^@\s]+@[a-z.-]+>$")
            identities.add(mail["Message-ID"])
            self.assertRegex(mail["Return-Path"], r"^<[^@\s]+@publisher\.test>$")
            for header in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id", "List-Unsubscribe"):
                self.assertEqual(len(mail.get_all(header)), 1, header)
        self.assertEqual(len(identities), len(MAILED), "Message-IDs")

    def test_the_parser_finds_no_defect(self):
        for _, _, mail in self.each_mail():
            for part in mail.walk():
                self.assertEqual(part.defects, [])
                for name, value in part.items():
                    self.assertEqual(list(value.defects), [], f"{name}: {value}")

    def test_lines_are_no_longer_than_the_standard_has_them(self):
        for subscriber, _, _ in self.each_mail():
            (raw,) = lab.mails(delivered_to(subscriber))
            own = raw.partition(b"\r\n\r\n")
            received = (b"Return-Path:", b"Delivered-To:", b"Received:", b"\t", b" ")
            head = [line for line in own[0].split(b"\r\n") if not line.startswith(received)]
            self.assertLessEqual(max(map(len, own[2].split(b"\r\n"))), 78)
            # A word can't be folded, and the first stays beside the field's name.
            foldable = [line for line in head if line.count(b" ") > 1]
            self.assertLessEqual(max(map(len, foldable)), 78, foldable)
            self.assertLess(max(map(len, head)), 998, head)
            self.assertTrue(raw.isascii())

    def test_html_tells_its_language_and_direction(self):
        for subscriber, _, mail in self.each_mail():
            root = html_root(mail.get_body(("html",)).get_content())
            self.assertEqual(root["lang"].split("-")[0], subscriber["language"])
            self.assertEqual(root.get("dir", "ltr"), "rtl" if subscriber["language"] == "ar" else "ltr")

    def test_every_mail_tells_how_to_leave_and_who_sent_it(self):
        address = one_line(self.project.settings()["publisher"]["postal_address"])
        for subscriber, _, mail in self.each_mail():
            self.assertNotIn(subscriber["address"].split("@")[0], mail["List-Unsubscribe"])
            self.assertNotIn("List-Unsubscribe-Post", mail, "there is no service to post to")
            (link,) = re.findall("<(mailto:[^>]+)>", mail["List-Unsubscribe"])
            text, html = mail.iter_parts()
            for shown in (one_line(unflowed(text)), html_text(html.get_content())):
                self.assertIn(address, shown)
            for source in (unflowed(text), html.get_content()):
                self.assertIn("mailto:unsubscribe", source)
            self.assertTrue(link.startswith("mailto:unsubscribe"))

    def test_the_ledger_agrees_with_the_mailboxes(self):
        self.assertEqual(self.project.in_doubt(), set())
        self.assertEqual(self.summary["sent"], len(MAILED))
        self.assertEqual(self.summary["rejected"], 1)
        said = self.project.run("send")
        self.assertEqual(said, "", "nothing is due, so nothing is said")
        self.assertEqual(sum(len(lab.mailbox(delivered_to(s))) for s, _ in MAILED), len(MAILED), "a second run mails nobody")

    def test_explain_says_for_each_article_why(self):
        for subscriber, titles in MAILED:
            with self.subTest(address=subscriber["address"]):
                rows = self.project.json("explain", subscriber["address"])
                text = str(rows)
                for title in titles:
                    self.assertIn(title, text)


class Leaving(unittest.TestCase):
    def test_the_mail_that_a_mail_program_writes_unsubscribes_whoever_got_the_digest(self):
        with tempfile.TemporaryDirectory() as folder:
            subscribers = [{"address": f"{name}@leaving.test", "language": "en", "topics": ["*"]} for name in ("stay", "leave")]
            project = set_up(Path(folder) / "project", subscribers)
            project.use_relay(f"smtp://localhost:{lab.plain_port}")
            project.run("send")
            (digest,) = lab.mailbox("leave@leaving.test")
            (link,) = re.findall("<mailto:([^>]+)>", digest["List-Unsubscribe"])
            to, _, fields = link.partition("?")
            letter = EmailMessage()
            letter["From"], letter["To"] = "Somebody Else <other@elsewhere.test>", urllib.parse.unquote(to)
            letter["Date"], letter["Message-ID"] = email.utils.localtime(), email.utils.make_msgid()
            for name, value in urllib.parse.parse_qsl(fields):
                if name.lower() == "subject":
                    letter["Subject"] = value
                elif name.lower() == "body":
                    letter.set_content(value)
            with smtplib.SMTP("localhost", lab.plain_port) as session:
                session.send_message(letter)
            mailbox = urllib.parse.unquote(to)
            mailbox = re.sub(r"\+.*@", "@", mailbox)
            project.run("unsubscribe", "--stdin", stdin=lab.mails(mailbox)[-1])

            write_articles(project, [("Tomorrow’s only news", "en", "sport", {"sport"})], "tomorrow-")
            project.run("collect")
            tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
            plan = project.run("send", "--dry-run", "--no-collect", "--at", tomorrow.isoformat(timespec="seconds"))
            self.assertIn("suppressed", plan.lower())
            project.run("send", "--no-collect", "--at", tomorrow.isoformat(timespec="seconds"))
            self.assertEqual(len(lab.mailbox("stay@leaving.test")), 2)
            self.assertEqual(len(lab.mailbox("leave@leaving.test")), 1)


class Relays(unittest.TestCase):
    """Every way to a relay, and what happens where it is barred."""

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.address = f"reader@{self.id().rpartition('.')[2].replace('_', '-')[:60].strip('-')}.test"
        self.project = set_up(folder / "project", [{"address": self.address, "language": "en", "topics": ["*"]}])
        self.send = ("send", "--at", now())
        for name, password in (("password", lab.password), ("wrong-password", "guess")):
            (self.project.folder / name).write_text(password)
            (self.project.folder / name).chmod(0o600)
        self.smtps = f"smtps://localhost:{lab.smtps_port}"
        self.login = {"username": "news@publisher.test", "password_file": "password"}

    def mails(self) -> int:
        return len(lab.mailbox(self.address))

    def assert_barred_and_then_sent(self, url: str, **settings):
        """Nothing goes, nobody is blamed; with the right settings everybody gets theirs."""
        self.project.use_relay(url, **settings)
        self.project.run(*self.send, status=None)
        self.assertEqual(self.project.status, UNREACHABLE, self.project.errors)
        self.assertEqual(self.mails(), 0)
        self.assertEqual(self.project.in_doubt(), set())
        self.project.use_relay(self.smtps, ca_file=lab.authority, **self.login)
        self.project.run(*self.send)
        self.assertEqual(self.mails(), 1)

    def test_implicit_tls_with_a_password(self):
        self.project.use_relay(self.smtps, ca_file=lab.authority, **self.login)
        self.project.run(*self.send)
        self.assertEqual(self.mails(), 1)

    def test_a_plain_relay_on_this_machine(self):
        self.project.use_relay(f"smtp://localhost:{lab.plain_port}")
        self.project.run(*self.send)
        self.assertEqual(self.mails(), 1)

    def test_a_certificate_that_nobody_vouches_for_bars_the_way(self):
        self.assert_barred_and_then_sent(self.smtps, **self.login)

    def test_a_wrong_password_bars_the_way(self):
        wrong = self.login | {"password_file": "wrong-password"}
        self.assert_barred_and_then_sent(self.smtps, ca_file=lab.authority, **wrong)

    def test_a_relay_without_starttls_gets_nothing(self):
        with SlowServer(delay=0) as server:
            self.assert_barred_and_then_sent(f"smtp+starttls://localhost:{server.port}", ca_file=lab.authority)
            self.assertEqual(server.taken, 0)

    def test_a_relay_where_nobody_listens_costs_nothing_but_time(self):
        self.assert_barred_and_then_sent(f"smtp://localhost:{free_port()}")


if __name__ == "__main__":
    unittest.main()
