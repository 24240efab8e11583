"""Servers that put themselves in the background: started, and stopped by the process id that they wrote down."""

import os
import signal
import subprocess
import time
from pathlib import Path


def start_in_background(command: list, log: Path) -> None:
    """Runs a command that returns once its server is up."""
    # A file, never a pipe: the server keeps its standard error open for as long as it lives.
    with log.open("ab") as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} did not start: {log.read_text(errors='replace')}")


def stop(pid_file: Path) -> None:
    """Ends the server that wrote the file, gently at first."""
    try:
        pid = int(pid_file.read_text())
    except FileNotFoundError:
        return
    for ending in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, ending)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if not is_running(pid):
                return
            time.sleep(0.02)
    raise RuntimeError(f"process {pid} of {pid_file} does not end")


def is_running(pid: int) -> bool:
    """Whether a process lives. A zombie does not: some machines are slow to bury them."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
