"""What an operator meets besides a dead process: a full disk, a broken or locked database, a backup that was put back, a pause."""

import shutil
import signal
import sqlite3
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from project import DONE, Project, now
from slow_smtp import Faults, SlowServer

ADDRESSES = [f"reader{number:03}@readers.test" for number in range(200)]


class Ledger(unittest.TestCase):
    delay = 0.004

    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = self.enterContext(SlowServer(delay=self.delay))
        self.project = Project.init(folder / "project")
        self.project.use_relay(f"smtp://127.0.0.1:{self.server.port}", connections=2)
        self.project.subscribe([{"address": address, "topics": ["*"]} for address in ADDRESSES])
        self.project.run("collect")
        self.send = ("send", "--no-collect", "--at", now())
        self.database = self.project.folder / "state" / "postrider.db"

    def wait_for_mails(self, number: int) -> None:
        deadline = time.monotonic() + 60
        while self.server.taken < number:
            self.assertLess(time.monotonic(), deadline, f"no mail comes: {self.project.log()}")
            time.sleep(0.005)

    def assert_nobody_has_two_and_who_has_none_is_in_doubt(self) -> None:
        copies, in_doubt = self.server.copies(), self.project.in_doubt()
        self.assertEqual([address for address in ADDRESSES if copies[address] > 1], [], "mailed twice")
        self.assertEqual({address for address in ADDRESSES if not copies[address]} - in_doubt, set(), "lost")


class Backup(Ledger):
    delay = 0

    def test_a_backup_that_is_put_back_sends_nothing_until_somebody_says_what_it_is(self):
        backup = self.project.folder.parent / "backup"
        self.project.run("send", "--no-collect", "--at", self.yesterday())
        shutil.copytree(self.project.folder / "state", backup)
        before = self.server.taken
        self.project.run("collect")
        (self.project.folder / "articles" / "late.md").write_text("# News of today\n\nSomething happened.\n")
        self.project.run("send", "--at", now())
        self.assertGreater(self.server.taken, before)
        copies = self.server.copies()

        shutil.rmtree(self.project.folder / "state")
        shutil.copytree(backup, self.project.folder / "state")
        self.project.run(*self.send, status=1)
        self.assertIn("postrider restored --skip", self.project.errors)
        self.assertIn("not mailed any more", self.project.run("restored", "--skip"))
        self.project.run("send", "--at", now())
        self.assertEqual(self.server.copies(), copies, "mailed again from the backup")

    def yesterday(self) -> str:
        return (datetime.now(timezone.utc) - timedelta(days=1)).isoformat(timespec="seconds")

    def test_a_project_that_was_moved_goes_on(self):
        shutil.copy(self.database, self.database.with_suffix(".new"))
        self.database.with_suffix(".new").rename(self.database)
        self.project.run(*self.send, status=1)
        self.project.run("restored", "--moved")
        self.project.run(*self.send)
        self.assertEqual(self.server.copies(), {address: 1 for address in ADDRESSES})


class Broken(Ledger):
    def test_a_corrupted_database_sends_nothing_and_says_so(self):
        self.project.run("issues")
        content = bytearray(self.database.read_bytes())
        content[:100] = b"\0" * 100
        self.database.write_bytes(content)
        self.project.run(*self.send, status=1)
        self.assertIn("not a database", self.project.errors)
        self.assertEqual(self.server.taken, 0)

    def test_a_database_that_another_holds_locked_is_waited_for(self):
        holder = sqlite3.connect(self.database, isolation_level=None, timeout=30)
        holder.execute("BEGIN IMMEDIATE")
        sender = self.project.start(*self.send)
        time.sleep(1)
        self.assertIsNone(sender.poll())
        self.assertEqual(self.server.taken, 0)
        holder.execute("ROLLBACK")
        holder.close()
        self.assertEqual(sender.wait(timeout=60), DONE, self.project.log())
        self.assert_nobody_has_two_and_who_has_none_is_in_doubt()

    def test_a_disk_that_is_full_in_the_middle_stops_the_run_and_mails_nobody_twice(self):
        sender = self.project.start(*self.send)
        self.wait_for_mails(30)
        holder = sqlite3.connect(self.database, timeout=30)
        holder.execute("CREATE TRIGGER full BEFORE UPDATE ON chunk BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
        holder.commit()
        self.assertEqual(sender.wait(timeout=60), 1, self.project.log())
        self.assertIn("disk is full", self.project.log())
        holder.execute("DROP TRIGGER full")
        holder.commit()
        holder.close()
        self.project.run(*self.send, status=None)
        self.assert_nobody_has_two_and_who_has_none_is_in_doubt()


class Stopped(Ledger):
    delay = 0.02

    def test_a_run_that_slept_past_its_lease_mails_nobody_twice(self):
        self.project.replace({"delivery"}, '[delivery]\nlease = "10s"\n')
        sleeper = self.project.start(*self.send)
        self.wait_for_mails(20)
        sleeper.send_signal(signal.SIGSTOP)
        time.sleep(11)
        self.project.run(*self.send, status=None)
        sleeper.send_signal(signal.SIGCONT)
        sleeper.wait(timeout=60)
        self.project.run(*self.send, status=None)
        self.assert_nobody_has_two_and_who_has_none_is_in_doubt()

    def test_a_paused_issue_stops_within_a_micro_batch_and_goes_on(self):
        sender = self.project.start(*self.send)
        self.wait_for_mails(20)
        issue = self.project.json("status")["issue"]
        self.assertIn("paused", self.project.run("issue", issue, "--pause"))
        sender.wait(timeout=60)
        taken = self.server.taken
        self.assertLess(taken, len(ADDRESSES))
        self.project.run(*self.send, status=None)
        self.assertEqual(self.server.taken, taken, "a paused issue was mailed")
        self.project.run("issue", issue, "--continue")
        self.project.run(*self.send)
        self.assertEqual(self.server.copies(), {address: 1 for address in ADDRESSES})
        self.assertIn("done", self.project.run("issues"))

    def test_a_cancelled_issue_ends_and_nobody_else_gets_it(self):
        sender = self.project.start(*self.send)
        self.wait_for_mails(20)
        issue = self.project.json("status")["issue"]
        self.project.run("issue", issue, "--cancel")
        sender.wait(timeout=60)
        taken = self.server.taken
        self.project.run(*self.send, status=None)
        self.assertEqual(self.server.taken, taken)
        self.assertLess(taken, len(ADDRESSES))


class Resent(Ledger):
    def test_a_doubtful_mail_is_resent_with_the_same_bytes_where_that_is_chosen(self):
        faults = Faults(lost=0.03, taken_in_silence=0.03)
        with SlowServer(delay=0, faults=faults, seed=7) as server:
            text = self.project.configuration.read_text()
            self.project.configuration.write_text(text.replace('id                  = "daily"', 'id = "daily"\nin_doubt = "resend"'))
            self.project.use_relay(f"smtp://127.0.0.1:{server.port}", connections=1)
            self.project.replace({"delivery"}, '[delivery]\nretry = ["1s"]\nwait = "30s"\n')
            self.project.run(*self.send, status=None)
            self.project.run(*self.send, status=None)
            mails = {}
            for recipient, mail in server.mails():
                mails.setdefault(recipient, []).append(mail)
            twice = [copies for copies in mails.values() if len(copies) > 1]
            self.assertGreater(len(twice), 0, "nothing was resent")
            for copies in twice:
                self.assertEqual(len(set(copies)), 1, "the second copy differs")
                self.assertEqual(len(copies), 2)
            missing = set(ADDRESSES) - set(mails)
            self.assertEqual(missing - self.project.in_doubt(), set())


if __name__ == "__main__":
    unittest.main()
