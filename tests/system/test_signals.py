"""Told to stop, the program stops cleanly; and two runs at once share the work, or one of them says why not."""

import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from project import ALREADY_RUNNING, DONE, Project, now
from slow_smtp import SlowServer

ADDRESSES = [f"reader{number:03}@readers.test" for number in range(300)]


class Interrupted(unittest.TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = self.enterContext(SlowServer(delay=0.01))
        self.project = Project.init(folder / "project")
        self.project.use_relay(f"smtp://127.0.0.1:{self.server.port}", connections=2)
        self.project.subscribe([{"address": address, "topics": ["*"]} for address in ADDRESSES])
        self.project.run("collect")
        self.send = ("send", "--no-collect", "--at", now())

    def wait_for_mails(self, number: int, sender: subprocess.Popen) -> None:
        deadline = time.monotonic() + 60
        while self.server.taken < number:
            self.assertIsNone(sender.poll(), f"ended by itself: {self.project.log()}")
            self.assertLess(time.monotonic(), deadline, "no mail comes")
            time.sleep(0.01)

    def assert_everybody_has_one(self) -> None:
        copies = self.server.copies()
        self.assertEqual({address: copies[address] for address in ADDRESSES}, dict.fromkeys(ADDRESSES, 1))

    def stop_with(self, ending: signal.Signals) -> None:
        sender = self.project.start(*self.send)
        self.wait_for_mails(40, sender)
        sender.send_signal(ending)
        told = time.monotonic()
        status = sender.wait(timeout=30)
        took = time.monotonic() - told
        self.server.wait_until_idle()
        print(f"    {ending.name}: ended in {took:.1f} s with {self.server.taken} of {len(ADDRESSES)} mails out", flush=True)
        self.assertGreaterEqual(status, 0, "it was killed, it did not end")
        self.assertNotEqual(status, DONE, "not everybody has their mail, and cron is told all is well")
        self.assertLess(took, 5)
        self.assertLess(self.server.taken, len(ADDRESSES), "it sent them all before it stopped")
        self.assertEqual(self.project.in_doubt(), set())
        self.project.run(*self.send)
        self.assert_everybody_has_one()

    def test_sigterm_in_the_middle_leaves_nothing_in_doubt(self):
        self.stop_with(signal.SIGTERM)

    def test_sigint_in_the_middle_leaves_nothing_in_doubt(self):
        self.stop_with(signal.SIGINT)

    def test_two_runs_at_once_mail_everybody_once(self):
        first = self.project.start(*self.send)
        self.wait_for_mails(20, first)
        second = self.project.start(*self.send)
        self.assertIn(second.wait(timeout=120), (DONE, ALREADY_RUNNING), self.project.log())
        self.assertEqual(first.wait(timeout=120), DONE, self.project.log())
        self.assert_everybody_has_one()
        self.assertEqual(self.project.in_doubt(), set())

    def test_two_runs_that_start_together_mail_everybody_once(self):
        both = [self.project.start(*self.send) for _ in range(2)]
        self.assertIn(DONE, [run.wait(timeout=120) for run in both], self.project.log())
        self.assertLessEqual({run.returncode for run in both}, {DONE, ALREADY_RUNNING}, self.project.log())
        self.assert_everybody_has_one()
        self.assertEqual(self.project.in_doubt(), set())


if __name__ == "__main__":
    unittest.main()
