"""What people see: the demo's inbox, in a real browser, on a desktop and on a phone, by day and by night.

The pictures are left in target/screenshots/inbox/.
"""

import email
import email.policy
import re
import shutil
import signal
import subprocess
import threading
import unittest
from pathlib import Path

from project import BINARY, ROOT
from browser import Browser

CHECKS = (ROOT / "tests" / "lab" / "page_checks.js").read_text()
PICTURES = ROOT / "target" / "screenshots" / "inbox"
LOOKS = [(width, dark) for width in (600, 375) for dark in (False, True)]


def setUpModule():
    shutil.rmtree(PICTURES, ignore_errors=True)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def look_at(self, url: str, name: str) -> None:
        """Opens the page in every look, takes the pictures, and complains about what is wrong with it."""
        for width, dark in LOOKS:
            look = f"{name}-{width}-{'dark' if dark else 'light'}"
            with self.subTest(look):
                self.browser.resize(width, dark=dark)
                self.browser.open(url)
                self.browser.screenshot(PICTURES / f"{look}.png")
                self.assertEqual(self.browser.evaluate(f"{CHECKS}({width})"), [])


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        demo = subprocess.run(
            [BINARY, "demo", "--exit"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120
        )
        cls.said, cls.status = demo.stdout, demo.returncode
        folders = [Path(path.rstrip(".,:;")) for path in re.findall(r"(?:^|\s)(/\S+)", demo.stdout)]
        cls.folder = next((folder for folder in folders if folder.is_dir() and any(folder.glob("*.eml"))), None)
        if cls.folder:
            cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        files = sorted(cls.folder.glob("*.eml")) if cls.folder else []
        cls.mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def test_demo_exit_says_what_it_did_and_where_the_mails_are(self):
        self.assertEqual(self.status, 0)
        self.assertIsNotNone(self.folder, f"no folder of mails in: {self.said}")
        self.assertIn(str(len(self.mails)), self.said, "the summary has the number of mails")


class Inbox(Pages):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = subprocess.Popen(
            [BINARY, "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        cls.addClassCleanup(cls.end)
        # Whoever talks too long without saying where to look is ended, which ends the loop.
        patience = threading.Timer(120, cls.demo.kill)
        patience.start()
        cls.said, cls.url = "", None
        for line in cls.demo.stdout:
            cls.said += line
            if found := re.search(r"http://127\.0\.0\.1:\d+/?", line):
                cls.url = found[0]
                break
        patience.cancel()
        # What it says later must find a reader, or it would wait for one.
        threading.Thread(target=cls.demo.stdout.read, daemon=True).start()

    @classmethod
    def end(cls):
        cls.demo.kill()
        cls.demo.wait()

    def test_the_inbox_and_its_mails_are_whole_in_every_look(self):
        self.assertIsNotNone(self.url, f"no address to look at in: {self.said}")
        self.look_at(self.url, "inbox")
        self.browser.resize(1200)
        self.browser.open(self.url)
        self.browser.screenshot(PICTURES / "inbox-1200-light.png")
        links = self.browser.evaluate("[...new Set([...document.links].map(link => link.href.split('#')[0]))]")
        links = [link for link in links if link.startswith(self.url) and link.rstrip("/") != self.url.rstrip("/")]
        self.assertTrue(links, "the inbox leads to no mail")
        self.look_at(links[0], "inbox-mail")

    def test_when_it_is_told_to_end_it_ends(self):
        # In the order of their names this comes last: the page is no longer needed.
        self.demo.send_signal(signal.SIGINT)
        self.assertEqual(self.demo.wait(timeout=10), 0)


if __name__ == "__main__":
    unittest.main()
