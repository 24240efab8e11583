"""Nobody is mailed twice, whenever the program dies. Counted at the server, not in the program's own ledger."""

import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from project import ROOT, Project, now
from killing import kill_again_and_again
from slow_smtp import Faults, SlowServer

SUBSCRIBERS = 500
KILLS = 20
CONNECTIONS = 4
# The most mails that one connection may have declared in the ledger without an outcome.
MICRO_BATCH = 32
# On average half of that goes between two kills, and what was on its way: enough is left for the last one.
MOST_BETWEEN = 20
SEED = 20261124

ADDRESSES = [f"reader{number:03}@{domain}.test" for number in range(SUBSCRIBERS) for domain in [f"d{number % 7}"]]


def count(copies: Counter) -> str:
    return (
        f"{sum(copies[address] == 1 for address in ADDRESSES)} of {SUBSCRIBERS} have one mail, "
        f"{sum(copies[address] > 1 for address in ADDRESSES)} more than one, "
        f"{sum(copies[address] == 0 for address in ADDRESSES)} none"
    )


class ManyReaders(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def project(self, server: SlowServer) -> Project:
        project = Project.init(self.folder / "project")
        project.use_relay(f"smtp://127.0.0.1:{server.port}", connections=CONNECTIONS)
        project.subscribe([{"address": address, "topics": ["*"]} for address in ADDRESSES])
        project.run("collect")
        self.send = ("send", "--no-collect", "--at", now())
        return project


class Killed(ManyReaders):
    def test_nobody_has_the_digest_twice_and_who_has_none_is_listed_as_in_doubt(self):
        with SlowServer() as server:
            project = self.project(server)
            kill_again_and_again(lambda: project.start(*self.send), server, KILLS, MOST_BETWEEN, SEED)
            project.run(*self.send, status=None)
            copies, in_doubt = server.copies(), project.in_doubt()
            bound = KILLS * CONNECTIONS * MICRO_BATCH
            print(f"    {KILLS} kills: {count(copies)}; {len(in_doubt)} in doubt (at most {bound} may be)", flush=True)
            self.assertEqual(set(copies) - set(ADDRESSES), set(), "mail for strangers")
            self.assertEqual([address for address in ADDRESSES if copies[address] > 1], [], "mailed twice")
            without = {address for address in ADDRESSES if not copies[address]}
            self.assertEqual(without - in_doubt, set(), "got nothing, and nobody says so")
            self.assertLessEqual(len(in_doubt), bound)
            # More than this in doubt would keep the promise, but be no use.
            self.assertLess(len(without), SUBSCRIBERS // 4)

            before = server.taken
            project.run(*self.send, status=None)
            self.assertEqual(server.taken, before, "one more run mailed somebody")

    def test_the_naive_sender_does_mail_people_twice(self):
        recipients = self.folder / "recipients"
        recipients.write_text("".join(f"{address}\n" for address in ADDRESSES))
        program = [sys.executable, ROOT / "tests" / "lab" / "naive_sender.py"]
        with SlowServer() as server:

            def start() -> subprocess.Popen:
                return subprocess.Popen(
                    [*program, str(server.port), recipients, self.folder / "sent"],
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )

            kill_again_and_again(start, server, KILLS, MOST_BETWEEN, SEED)
            self.assertEqual(start().wait(), 0)
            copies = server.copies()
            print(f"    {KILLS} kills, naive: {count(copies)}", flush=True)
            self.assertTrue(all(copies[address] for address in ADDRESSES))
            self.assertGreater(sum(copies[address] > 1 for address in ADDRESSES), 0, "the harness finds nothing")


class CutOff(ManyReaders):
    def test_a_relay_that_loses_connections_at_the_end_of_a_mail_makes_no_duplicates(self):
        faults = Faults(lost=0.02, taken_in_silence=0.02, hung_up=0.02)
        with SlowServer(delay=0, faults=faults, seed=SEED) as server:
            project = self.project(server)
            project.run(*self.send, status=None)
            project.run(*self.send, status=None)
            copies, in_doubt = server.copies(), project.in_doubt()
            lost, silent = server.fates["lost"], server.fates["taken_in_silence"]
            print(f"    {lost} lost, {silent} taken in silence: {count(copies)}; {len(in_doubt)} in doubt", flush=True)
            self.assertGreater(lost, 0)
            self.assertGreater(silent, 0)
            self.assertEqual([address for address in ADDRESSES if copies[address] > 1], [], "mailed twice")
            without = {address for address in ADDRESSES if not copies[address]}
            self.assertEqual(without - in_doubt, set(), "got nothing, and nobody says so")
            self.assertLessEqual(len(in_doubt), (lost + silent) * MICRO_BATCH)


if __name__ == "__main__":
    unittest.main()
