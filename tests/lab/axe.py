"""axe-core, which finds what keeps people with disabilities out of a page. It is fetched from PyPI, and kept in target/.

    browser.evaluate(axe.SOURCE)
    axe.violations(browser)
"""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "axe-playwright-python==0.1.8"  # With axe-core 4.12.1
WHEEL = "fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8"
KEPT = Path(__file__).resolve().parents[2] / "target" / "axe.min.js"

# What a mail can't have, or its client gives it: regions and a way past them.
NOT_FOR_MAIL = ["region", "bypass", "skip-link", "landmark-one-main", "page-has-heading-one"]

RUN = """
axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  rules: Object.fromEntries(%s.map((rule) => [rule, { enabled: false }])),
}).then((found) => found.violations.map((rule) => `${rule.id}: ${rule.nodes.length} × ${rule.help}: ${rule.nodes[0].html.slice(0, 160)} ${(rule.nodes[0].any[0] || {}).message || ""}`))
"""


def source() -> str:
    """axe-core itself."""
    if not KEPT.exists():
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
            subprocess.run(pip, check=True, stdin=subprocess.DEVNULL, timeout=120)
            (wheel,) = Path(folder).glob("*.whl")
            if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL:
                raise RuntimeError(f"{PACKAGE} isn't what it was")
            with zipfile.ZipFile(wheel) as files:
                text = files.read("axe_playwright_python/axe.min.js")
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_bytes(text)
    return KEPT.read_text(encoding="utf-8")


def violations(browser) -> list[str]:
    """What axe-core finds in the page that is open."""
    browser.evaluate(source() + "; null")
    return browser.evaluate(RUN % NOT_FOR_MAIL)
