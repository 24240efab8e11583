"""The program under test, and a project of its own for each test.

    project = Project.init(folder)
    project.use_relay(f"smtp://127.0.0.1:{server.port}")
    project.subscribe([{"address": "ann@readers.test", "topics": ["korea"]}])
    project.run("send")
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lab"))
BINARY = Path(os.environ.get("POSTRIDER") or ROOT / "target" / "release" / "postrider").resolve()

# What the program's exit status says; the README has the same list.
DONE, CONFIGURATION, PARTIAL, UNREACHABLE, ALREADY_RUNNING = 0, 3, 4, 5, 6


def now() -> str:
    """This moment, as `--at` takes it. A test that says it once is in one issue, though midnight passes."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


class Project:
    """A folder with a `postrider.toml`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.configuration = folder / "postrider.toml"

    @classmethod
    def init(cls, folder: Path) -> "Project":
        """What `postrider init` makes, as it is."""
        subprocess.run([BINARY, "init", folder], check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        return cls(folder)

    # What it is set up with

    def settings(self) -> dict:
        """The configuration, as it is read."""
        return tomllib.loads(self.configuration.read_text())

    def replace(self, names: set[str], text: str) -> None:
        """Takes the tables of these names out of the configuration, and adds the text."""
        kept, keep = [], True
        for line in self.configuration.read_text().splitlines(keepends=True):
            if header := re.match(r"\s*\[\[?\s*([\w-]+)", line):
                keep = header[1] not in names
            if keep:
                kept.append(line)
        self.configuration.write_text("".join(kept) + "\n" + text)

    def use_relay(self, url: str, **settings) -> None:
        """Makes this the only relay."""
        self.replace({"relay"}, table("[relay]", {"url": url, **settings}))

    def subscribe(self, subscribers: list[dict]) -> None:
        """Makes these the only subscribers."""
        folder = self.folder / "subscribers"
        shutil.rmtree(folder)
        folder.mkdir()
        (folder / "all.toml").write_text("\n".join(table("[subscriber]", subscriber) for subscriber in subscribers))

    # What it does

    def command(self, *arguments) -> list:
        return [BINARY, *arguments, "--config", self.configuration]

    def run(self, *arguments, status: int | None = DONE, stdin: bytes = b"") -> str:
        """Runs a command to its end, and gives what it printed. `status` is how it must end; `None`: anyhow."""
        done = subprocess.run(self.command(*arguments), capture_output=True, input=stdin, timeout=300)
        output, errors = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        if status is not None and done.returncode != status:
            words = " ".join(map(str, arguments))
            raise AssertionError(f"`postrider {words}` ended with {done.returncode}, not {status}:\n{output}\n{errors}")
        self.status = done.returncode
        self.errors = errors
        return output

    def json(self, *arguments, status: int | None = DONE):
        """The same, for a command that answers in JSON."""
        output = self.run(*arguments, "--json", status=status)
        try:
            return json.loads(output)
        except json.JSONDecodeError:
            raise AssertionError(f"not JSON: {output[:2000]!r}\n{self.errors}") from None

    def start(self, *arguments) -> subprocess.Popen:
        """Starts a command. What it says goes to the file `log`."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def log(self) -> str:
        """What started commands said."""
        return (self.folder / "log").read_text(errors="replace")

    # What it remembers

    def in_doubt(self) -> set[str]:
        """The addresses whose mail nobody can tell about."""
        lines = self.run("doubt", "list", "--json").splitlines()
        return {json.loads(line)["address"] for line in lines}

    def memory(self) -> dict[str, list[str]]:
        """Every row of the database, by table, and the other files in `state/` with their bytes."""
        state = self.folder / "state"
        memory = {}
        for file in sorted(file for file in state.rglob("*") if file.is_file()):
            name = str(file.relative_to(state))
            if file.suffix == ".db":
                with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                    memory[name] = sorted(database.iterdump())
                database.close()
            elif not name.endswith(("-wal", "-shm")):
                memory[name] = [file.read_bytes().hex()]
        return memory


def table(header: str, settings: dict) -> str:
    """A table of TOML. `[x]` in the header makes it one more `[[x]]`."""
    lines = [f"[{header}]"]
    for key, value in settings.items():
        lines.append(f"{key} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def toml_value(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(each)}" for key, each in value.items()) + " }"
    # What JSON writes for a text, number, truth value or list is also TOML.
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
