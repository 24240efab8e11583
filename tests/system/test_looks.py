"""Digests in every look and language, as real clients show them: on a screen and on a phone, by day and by night, with pictures and
without, and where the client leaves out the styles of the head. Nothing of what strangers write in an article runs or calls home.

The pictures are left in target/screenshots/looks/.
"""

import re
import shutil
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from project import ROOT, Project

import axe
from browser import Browser

CHECKS = (ROOT / "tests" / "lab" / "page_checks.js").read_text()
PICTURES = ROOT / "target" / "screenshots" / "looks"
LOOKS = ("broadsheet", "brief", "plain")
LANGUAGES = ("en", "fr", "ar", "ko", "zh")
# The samples have no Chinese.
CHINESE = (
    ("热线重新接通", "双方官员上午九点拿起听筒，互报日期与天气，并约定下午再通话。外交官称这是最微小的开端。", "Korea"),
    ("地图上没有名字的冰川", "它小得没有名字，却养活了四个村庄。研究者记录了它最后的夏天。", "Climate"),
    ("初霜未至，热泵已经售罄", "缺的不是机器，而是安装工人。", "Energy"),
)
PICTURE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='900' height='600'%3E"
    "%3Crect width='900' height='600' fill='%23789'/%3E%3C/svg%3E"
)


def digests(project: Project, folder: Path) -> dict[str, Path]:
    """The HTML of a dry run's segments, by language."""
    project.run("send", "--dry-run", "--out", folder)
    pages = {}
    for page in sorted(folder.glob("*.html")):
        if language := re.search(r'<html lang="([\w-]+)"', page.read_text()):
            pages.setdefault(language[1], page)
    return pages


def setUpModule():
    shutil.rmtree(PICTURES, ignore_errors=True)


class Looks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.project = Project.init(cls.folder / "project")
        cls.project.subscribe(
            [{"address": f"{tag}@readers.test", "language": [tag], "topics": ["*"]} for tag in LANGUAGES]
        )
        for number, (title, text, tag) in enumerate(CHINESE):
            article = f"+++\ntitle = '{title}'\nlanguage = 'zh'\ntags = ['{tag}']\nurl = 'https://agency.example/zh/{number}'\n+++\n{text}\n"
            (cls.project.folder / "articles" / f"zh-{number}.md").write_text(article)
        cls.plain = cls.project.configuration.read_text().replace('"ar", "ko"]', '"ar", "ko", "zh"]')

    def pages(self, look: str) -> dict[str, Path]:
        text = self.plain.replace("tz                  =", f'look = "{look}"\ntz                  =')
        self.project.configuration.write_text(text)
        pages = digests(self.project, self.folder / look)
        self.assertEqual(set(pages), set(LANGUAGES))
        return pages

    def complaints(self, width: int) -> list[str]:
        return self.browser.evaluate(f"{CHECKS}({width})")

    def test_every_look_is_whole_in_every_language_at_every_width_by_day_and_by_night(self):
        for look in LOOKS:
            for language, page in self.pages(look).items():
                html = page.read_text()
                shown = page.with_suffix(".shown.html")
                shown.write_text(re.sub(r'(<img[^>]* src=")https?://[^"]*', rf"\g<1>{PICTURE}", html))
                for width in (600, 375):
                    for dark in (False, True):
                        name = f"{look}-{language}-{width}-{'dark' if dark else 'light'}"
                        with self.subTest(name):
                            self.browser.resize(width, dark=dark)
                            self.browser.open(shown.as_uri())
                            self.browser.screenshot(PICTURES / f"{name}.png")
                            self.assertEqual(self.complaints(width), [])
                            self.assertEqual(axe.violations(self.browser), [])
                with self.subTest(f"{look}-{language} without pictures, and without the styles of the head"):
                    self.browser.resize(375)
                    self.browser.open(page.as_uri())
                    root = self.browser.evaluate("[document.documentElement.lang, getComputedStyle(document.body).direction]")
                    self.assertEqual(root, [language, "rtl" if language == "ar" else "ltr"])
                    self.assertEqual(self.complaints(375), [])
                    self.browser.screenshot(PICTURES / f"{look}-{language}-375-images-off.png")
                    self.browser.evaluate("document.querySelectorAll('style').forEach((style) => style.remove())")
                    self.assertEqual(self.complaints(375), [])
                    self.browser.screenshot(PICTURES / f"{look}-{language}-375-styles-off.png")

    def test_the_page_of_a_dry_run_shows_each_segment(self):
        folder = self.folder / "index"
        self.project.configuration.write_text(self.plain)
        pages = digests(self.project, folder)
        self.browser.resize(1400)
        self.browser.open((folder / "index.html").as_uri())
        frames = self.browser.evaluate("[...document.querySelectorAll('iframe.html')].map((frame) => frame.getAttribute('src'))")
        self.assertEqual(sorted(frames), sorted(page.name for page in folder.glob("*.html") if page.name != "index.html"))
        self.assertTrue(pages)
        self.browser.screenshot(PICTURES / "dry-run-index.png", most_height=2000)
        self.assertEqual(self.complaints(1400), [])


HOSTILE = """+++
title = '<script>call("title")</script><img src=x onerror=call("title-img")> "quoted" {{{{ 7 * 7 }}}}'
url = 'javascript:call("url")'
author = '<b onmouseover=call("author")>Mallory</b>'
tags = ["korea"]
language = "en"
+++
<p>First words, <b>bold</b>, so that something is left.</p>
<script>call("script")</script>
<img src="{home}/listed.jpg" alt="listed" onload="call('onload')" onerror="call('onerror')">
<img src="javascript:call('img-src')">
<svg onload="call('svg')"><script>call("svg-script")</script><image href="{home}/svg-image"/></svg>
<iframe src="{home}/iframe" srcdoc="<script>parent.call('srcdoc')</script>"></iframe>
<object data="{home}/object"></object><embed src="{home}/embed">
<link rel="stylesheet" href="{home}/stylesheet"><link rel="prefetch" href="{home}/prefetch">
<style>@import url("{home}/import"); body {{background: url("{home}/style")}}</style>
<div style="background-image: url('{home}/inline'); position: fixed; inset: 0">over all</div>
<meta http-equiv="refresh" content="0; url={home}/refresh"><base href="{home}/base/">
<form action="{home}/form"><input autofocus onfocus="call('focus')"><button>go</button></form>
<video src="{home}/video" poster="{home}/poster" autoplay onplay="call('video')"></video>
<audio src="{home}/audio" autoplay></audio><table background="{home}/background"><tr><td>cell</td></tr></table>
<a href="javascript:call('link')">a</a><a href="data:text/html,<script>call('data')</script>">b</a><a href="  jAvAsCrIpT&colon;call('entity')">c</a>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=call('mxss')&gt;">
<noscript><p title="</noscript><img src=x onerror=call('noscript')>">
<details open ontoggle="call('toggle')"><summary>s</summary></details><marquee onstart="call('marquee')">m</marquee>
<textarea><img src=x onerror=call('textarea')></textarea><template><script>call('template')</script></template>
</td></tr></table></div></body></html><script>call("closed")</script><!--[if gte mso 1]><script>call("mso")</script><![endif]-->
"""


class Strangers(unittest.TestCase):
    """What an article may bring: it is shown, and does nothing."""

    def test_nothing_that_an_article_brings_runs_or_calls_home(self):
        asked = []

        class Home(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                if self.path.startswith("/page"):
                    page = (Path(self.server.folder) / self.path.rpartition("/")[2]).read_bytes()
                    spy = b"<script>called = []; window.call = (who) => called.push(who)</script>"
                    self.send_response(200)
                    self.send_header("Content-Type", "text/html; charset=utf-8")
                    self.end_headers()
                    self.wfile.write(page.replace(b"<head>", b"<head>" + spy, 1))
                else:
                    self.send_error(404)

            def log_message(self, *_):
                pass

        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        project = Project.init(folder / "project")
        with ThreadingHTTPServer(("127.0.0.1", 0), Home) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            home = f"http://127.0.0.1:{server.server_port}"
            for old in (project.folder / "articles").glob("*.*"):
                old.unlink()
            (project.folder / "articles" / "hostile.md").write_text(HOSTILE.format(home=home))
            # The same as HTML, and once more so that it takes another form.
            (project.folder / "articles" / "hostile.html").write_text(
                f'<html lang="en"><head><title>Second &lt;script&gt;call("second")&lt;/script&gt;</title><meta name="keywords" content="korea">'
                f"</head><body><article>{HOSTILE.format(home=home).partition('+++')[2].partition('+++')[2]}</article></body></html>"
            )
            project.subscribe([{"address": "ann@readers.test", "language": ["en"], "topics": ["*"]}])
            # Whole texts too: the look shows them in place of summaries.
            short, full = (project.folder / "templates" / "article" / f"{form}.html" for form in ("lead", "full"))
            short.write_text(full.read_text())
            pages = digests(project, folder / "out")
            server.folder = folder / "out"
            with Browser() as browser:
                for page in pages.values():
                    self.assertIn("First words", page.read_text())
                    browser.open(f"{home}/page/{page.name}")
                    browser.evaluate("new Promise((later) => setTimeout(later, 1500))")
                    self.assertEqual(browser.evaluate("called"), [])
                    allowed = "script, iframe, object, embed, form, input, link, svg, math, video, audio, base, style ~ style ~ style"
                    left = browser.evaluate(f"[...document.body.querySelectorAll('{allowed}')].map((each) => each.outerHTML)")
                    self.assertEqual(left, [])
                    links = browser.evaluate("[...document.links].map((link) => link.protocol)")
                    self.assertLessEqual(set(links), {"https:", "http:", "mailto:"})
            server.shutdown()
        others = {path for path in asked if not path.startswith(("/page", "/listed.jpg", "/favicon"))}
        self.assertEqual(others, set(), "requests that nobody asked for")


if __name__ == "__main__":
    unittest.main()
