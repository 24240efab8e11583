"""What we sign, others verify: two programs that know nothing of ours, with the keys from a DNS server."""

import json
import os
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from project import ROOT, Project, now, table
from slow_smtp import SlowServer

READERS = [
    {"address": "ann@readers.test", "name": "Ann Lee", "topics": ["*"]},
    {"address": "zoe@readers.test", "name": "Zoë  Núñez, Ph.D.", "topics": ["*"], "language": ["fr"]},
    {"address": "min@readers.test", "name": "김민지", "topics": ["*"], "language": ["ko"]},
]


class Signed(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.project = Project.init(self.folder / "project")
        self.project.subscribe(READERS)
        self.keys = [self.project.json("dkim", "new"), self.project.json("dkim", "new", "--ed25519")]
        names = ("domain", "selector", "key_file")
        tables = [table("[dkim]", {name: key[name] for name in names}) for key in self.keys]
        self.project.replace({"dkim"}, "\n".join(tables))

    def verify(self, mails: list[bytes], records: dict[str, str]) -> list[dict]:
        paths = []
        for number, mail in enumerate(mails):
            paths.append(self.folder / f"{number}.eml")
            paths[-1].write_bytes(mail)
        dns = self.folder / "records.json"
        dns.write_text(json.dumps(records))
        program = ["unshare", "--net", "--mount", "/usr/bin/python3", ROOT / "tests" / "lab" / "verify_dkim.py"]
        done = subprocess.run([*program, dns, *paths], capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith(b"{")]

    def mails(self) -> list[bytes]:
        with SlowServer(delay=0) as server:
            self.project.use_relay(f"smtp://127.0.0.1:{server.port}")
            self.project.run("send", "--at", now())
            return [mail for _, mail in server.mails()]

    def test_both_signatures_of_each_mail_are_verified_by_two_others(self):
        mails = self.mails()
        self.assertEqual(len(mails), len(READERS))
        for result in self.verify(mails, {key["name"]: key["text"] for key in self.keys}):
            self.assertEqual(result["dkimpy"], [True, True])
            self.assertTrue(result["opendkim"], result["said"])

    def test_a_mail_that_was_changed_or_whose_key_is_another_is_not_verified(self):
        mail = self.mails()[0]
        records = {key["name"]: key["text"] for key in self.keys}
        added = b"From: Somebody Else <else@post.test>\r\n" + mail
        changed = mail.replace(b"\r\nSubject: ", b"\r\nSubject: Not ")
        for result in self.verify([added, changed], records):
            self.assertEqual(result["dkimpy"], [False, False])
            self.assertFalse(result["opendkim"])
        white = mail.replace(b"Subject: ", b"Subject:\r\n  \t")
        [result] = self.verify([white], records)
        self.assertEqual(result["dkimpy"], [True, True], "white space breaks nothing")

    def test_the_key_is_for_its_owner_only_and_is_never_made_twice(self):
        for key in self.keys:
            self.assertEqual(stat.S_IMODE(os.stat(key["key_file"]).st_mode), 0o600)
        self.project.run("dkim", "new", status=1)
        self.assertIn("there is a key already", self.project.errors)
        self.assertEqual(len(self.project.run("dkim", "show").splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
