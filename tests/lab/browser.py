"""Chromium without a window, spoken to over a pipe by its DevTools protocol; it reaches this machine only.

    with Browser() as browser:
        browser.resize(375, 800, dark=True)
        browser.open("http://127.0.0.1:8080/")
        browser.evaluate("document.title")
"""

import base64
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

OPTIONS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --hide-scrollbars"
    " --disable-background-networking --disable-component-update --disable-sync --disable-default-apps"
    " --remote-debugging-pipe --font-render-hinting=none --lang=en-US"
).split()
ONLY_THIS_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


class Browser:
    """One page in one browser, as long as the `with` lasts."""

    def __enter__(self) -> "Browser":
        self._profile = tempfile.TemporaryDirectory(prefix="browser", ignore_cleanup_errors=True)
        its_input, self._to = os.pipe()
        self._from, its_output = os.pipe()
        self._process = subprocess.Popen(
            # It reads commands on descriptor 3 and answers on 4, wherever the pipes are here. (The first ones that bash
            # may use for itself begin at 10.)
            ["bash", "-c", f'exec 3<&{its_input} 4>&{its_output}; exec chromium "$@"', "browser"]
            + [*OPTIONS, ONLY_THIS_MACHINE, f"--user-data-dir={self._profile.name}", "about:blank"],
            pass_fds=(its_input, its_output),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(its_input)
        os.close(its_output)
        self._buffer = b""
        self._number = 0
        self._loaded = 0
        self._session = None
        target = self._command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._command("Page.enable")
        return self

    def __exit__(self, *_) -> None:
        try:
            self._session = None
            self._command("Browser.close")
        except (OSError, RuntimeError):
            self._process.terminate()
        os.close(self._to)
        os.close(self._from)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def resize(self, width: int, height: int = 900, dark: bool = False) -> None:
        """Makes the page so wide; below 480 it is a phone's."""
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if width < 480 else 1,
            mobile=width < 480,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._command("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, url: str) -> None:
        """Goes there, and returns when everything is loaded."""
        before = self._loaded
        problem = self._command("Page.navigate", url=url).get("errorText")
        if problem:
            raise RuntimeError(f"{url}: {problem}")
        while self._loaded == before:
            self._message()

    def evaluate(self, expression: str):
        """The value of an expression in the page, waited for if it is a promise."""
        answer = self._command("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"in the page: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_until(self, expression: str, seconds: float = 20) -> None:
        """Returns once the expression holds."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"!!({expression})"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never true in the page: {expression}")
            time.sleep(0.05)

    def screenshot(self, file: Path, most_height: int = 6000) -> None:
        """Takes a picture of the whole page."""
        width, height = self.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, most_height), "scale": 1}
        picture = self._command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(picture["data"]))

    def _command(self, method: str, **parameters) -> dict:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _message(self) -> dict:
        while b"\0" not in self._buffer:
            more = os.read(self._from, 1 << 20)
            if not more:
                raise RuntimeError("the browser is gone")
            self._buffer += more
        message, self._buffer = self._buffer.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Page.loadEventFired":
            self._loaded += 1
        return message
