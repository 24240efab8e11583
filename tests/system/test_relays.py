"""Several relays: whose share is whose, who takes over, and what a quota leaves for the next time."""

import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

from project import PARTIAL, Project, now
from slow_smtp import SlowServer

ADDRESSES = [f"reader{number:03}@readers.test" for number in range(60)]


class Relays(unittest.TestCase):
    def setUp(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.first = self.enterContext(SlowServer(delay=0))
        self.second = self.enterContext(SlowServer(delay=0))
        self.project = Project.init(folder / "project")
        self.project.subscribe([{"address": address, "topics": ["*"]} for address in ADDRESSES])

    def use(self, first: str, second: str, ports: tuple[int, int] | None = None) -> None:
        ports = ports or (self.first.port, self.second.port)
        relays = zip(ports, (first, second))
        self.project.replace(
            {"relay"},
            "".join(f'[[relay]]\nurl = "smtp://127.0.0.1:{port}"\nconnections = 2\n{more}\n' for port, more in relays),
        )

    def send(self) -> None:
        self.project.run("send", "--at", now())

    def assert_everybody_has_one(self) -> None:
        copies = self.first.copies() + self.second.copies()
        self.assertEqual([address for address in ADDRESSES if copies[address] != 1], [])

    def test_mails_are_shared_by_weight(self):
        self.use("weight = 3", "weight = 1")
        self.send()
        self.assert_everybody_has_one()
        self.assertAlmostEqual(self.first.taken, 45, delta=9)

    def test_a_relay_that_is_gone_is_made_up_for_by_the_other(self):
        self.use("weight = 1", "weight = 0", (1, self.second.port))
        self.send()
        self.assert_everybody_has_one()
        self.assertEqual(self.second.taken, 60)

    def test_a_quota_is_kept_over_runs_and_the_other_relay_takes_the_rest(self):
        self.use('limit = "10/month"', "weight = 0")
        self.send()
        self.assert_everybody_has_one()
        self.assertEqual((self.first.taken, self.second.taken), (10, 50))

    def test_whoever_a_quota_left_out_goes_first_the_next_time(self):
        self.project.replace(
            {"relay"}, f'[[relay]]\nurl = "smtp://127.0.0.1:{self.first.port}"\nlimit = "40/month"\n'
        )
        yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).isoformat(timespec="seconds")
        self.project.run("send", "--at", yesterday, status=PARTIAL)
        self.assertEqual(self.first.taken, 40)
        left_out = set(ADDRESSES) - set(self.first.copies())
        self.project.replace(
            {"relay"}, f'[[relay]]\nurl = "smtp://127.0.0.1:{self.second.port}"\nlimit = "20/month"\n'
        )
        (self.project.folder / "articles" / "late.md").write_text("# News of today\n\nSomething happened.\n")
        self.project.run("send", "--at", now(), status=PARTIAL)
        self.assertEqual(set(self.second.copies()), left_out)

    def test_a_rate_for_a_domain_holds_up_nobody_else(self):
        self.project.subscribe(
            [{"address": f"slow{number}@slow.test", "topics": ["*"]} for number in range(5)]
            + [{"address": address, "topics": ["*"]} for address in ADDRESSES]
        )
        self.use('domains = { "slow.test" = "2/s" }', "weight = 0")
        began = time.monotonic()
        self.send()
        self.assertGreater(time.monotonic() - began, 1.9)
        self.assert_everybody_has_one()
        self.assertEqual(self.first.taken, 65)


if __name__ == "__main__":
    unittest.main()
