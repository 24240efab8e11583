"""A dry run changes nothing, needs no relay, and shows to the byte what a real run hands over."""

import tempfile
import unittest
from pathlib import Path

from project import Project, now
from ports import free_port
from slow_smtp import SlowServer

SUBSCRIBERS = [
    {"address": "ann@readers.test", "name": "Ann", "language": "en", "topics": ["*"]},
    {"address": "benoit@readers.test", "name": "Benoît d’Été", "language": "fr", "topics": ["*"]},
    {"address": "noor@readers.test", "name": "نور", "language": "ar", "topics": ["*"]},
    {"address": "jisu@readers.test", "name": "지수", "language": "ko", "topics": ["*"]},
    {"address": "pia@readers.test", "name": 'Pia "the Pen" <Müller>', "language": "en", "topics": ["*"], "max_articles": 2},
]
ADDRESSES = [subscriber["address"] for subscriber in SUBSCRIBERS]


class DryRun(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.project = Project.init(self.folder / "project")
        self.project.subscribe(SUBSCRIBERS)
        self.project.use_relay(f"smtp://127.0.0.1:{free_port()}")  # Nobody listens there.

    def dry_run(self, name: str, *arguments) -> dict[str, bytes]:
        """The files that a dry run writes, by name."""
        out = self.folder / name
        self.project.run("send", "--dry-run", *arguments, "--out", out)
        return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*") if file.is_file()}

    def mail_for(self, address: str, *arguments) -> bytes:
        files = self.dry_run(f"only-{address}", "--only", address, *arguments)
        mails = [mail for name, mail in files.items() if name.endswith(".eml")]
        self.assertEqual(len(mails), 1, f"one mail for {address}, not {sorted(files)}")
        return mails[0]

    def test_a_fresh_project_can_be_looked_at_before_anything_is_set_up(self):
        fresh = Project.init(self.folder / "fresh")
        before = fresh.memory()
        self.assertTrue(fresh.run("send", "--dry-run").strip())
        self.assertEqual(fresh.memory(), before, "the dry run left something in state/")

    def test_the_same_dry_run_twice_makes_the_same_files(self):
        self.project.run("collect")
        at = now()
        first = self.dry_run("first", "--no-collect", "--at", at)
        second = self.dry_run("second", "--no-collect", "--at", at)
        for kind in (".eml", ".html", ".txt"):
            self.assertTrue(any(name.endswith(kind) for name in first), f"no {kind} in {sorted(first)}")
        self.assertEqual(first, second)

    def test_a_dry_run_changes_nothing_that_is_remembered(self):
        self.project.run("collect")
        # An article that no run has seen yet: a dry run shows it, and doesn't learn it.
        (self.project.folder / "articles" / "new.md").write_text("+++\ntitle = 'Just in'\nlanguage = 'en'\n+++\nText.\n")
        before = self.project.memory()
        self.dry_run("out")
        self.mail_for("ann@readers.test")
        self.project.json("send", "--dry-run")
        self.assertEqual(self.project.memory(), before)

    def test_what_a_dry_run_shows_is_what_a_real_run_hands_over(self):
        self.project.run("collect")
        at = now()
        shown = {address: self.mail_for(address, "--no-collect", "--at", at) for address in ADDRESSES}
        with SlowServer(delay=0) as server:
            self.project.use_relay(f"smtp://127.0.0.1:{server.port}")
            self.project.run("send", "--no-collect", "--at", at)
            sent = server.mails()
        self.assertEqual(sorted(address for address, _ in sent), sorted(ADDRESSES))
        for address, mail in sent:
            with self.subTest(address=address):
                self.assertEqual(mail, shown[address])

    def test_what_was_shown_before_a_real_run_is_no_longer_due_after_it(self):
        self.project.run("collect")
        at = now()
        with SlowServer(delay=0) as server:
            self.project.use_relay(f"smtp://127.0.0.1:{server.port}")
            self.project.run("send", "--no-collect", "--at", at)
            self.assertEqual(server.taken, len(ADDRESSES))
        files = self.dry_run("after", "--no-collect", "--at", at)
        self.assertEqual([name for name in files if name.endswith(".eml")], [])


if __name__ == "__main__":
    unittest.main()
