"""How much of Universal Feed Parser's test suite `postrider sources show` gets right.

    python3 tests/peers/feedparser_suite.py [--verbose] [--suite FOLDER] [GROUP]…

The suite is fetched with pip from its source distribution, whose hash is known here, and kept in target/peers/. A case
is a feed with a Python expression over what feedparser would give; here the expression is read over what Postrider
gives, under feedparser's names (`Article` below).

Which cases count is a matter of what their expressions mention, not of how they end. An expression is taken apart at its
`and`s. A part counts if each thing that it says of an entry or of the feed is in ENTRY or FEED, the fields that an
article or `sources show` has; parts about anything else (`bozo`, `version`, `encoding`, namespaces, contributors, rights,
geography, podcasts' flags) don't. A case with no part that counts is not ours; nor is one that needs a header which
`sources show` can't be told of a file: it takes an address and a media type.

How values are compared: a time as an instant, a language without regard to its case, an address as a browser would
write it. Text with tags is compared by what it says and links to (its words, the targets of its links and pictures in
order), since which harmless tags and attributes remain is each sanitiser's own choice; text without tags by its words.
Titles are plain text here, so theirs are compared by their words alone.

Prints a line for each group of cases and ends in `N passed, N failed`, a group counting as one: it fails where fewer of
its cases pass than FLOORS says.
"""

import argparse
import ast
import codecs
import datetime
import hashlib
import html
import html.parser
import json
import os
import re
import subprocess
import sys
import tarfile
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = "6.0.14"
SHA256 = "088679b0c4b543ee211a820dd544698c76a402122eae7473c04a43425f283d06"
# The server that the suite's own runner starts: addresses in it are relative to this.
BASE = "http://127.0.0.1:8097/"

# The least share of a group's cases that must pass, in percent.
FLOORS = {"well-formed": 97, "ill-formed": 100, "entities": 99, "encodings": 92, "sanitised": 98, "dates": 100}

# What an expression may say of an entry, and of the feed, to be about a field of ours.
PERSON = {"name", "email", "url", "href"}
ENTRY = {
    "title": None,
    "title_detail": {"value", "language"},
    "link": None,
    "id": None,
    "guid": None,
    "published_parsed": None,
    "updated_parsed": None,
    "author": None,
    "author_detail": PERSON,
    "authors": PERSON,
    "tags": {"term"},
    "category": None,
    "language": None,
    "summary": None,
    "description": None,
    "summary_detail": {"value", "language"},
    "content": {"value", "language"},
    "enclosures": {"href", "url"},
    "image": {"href"},
}
FEED = {"title": None, "title_detail": {"value"}, "link": None, "language": None, "image": {"href", "url"}}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--verbose", action="store_true", help="list the cases that fail")
    options.add_argument("--suite", type=Path, help="an unpacked source distribution, instead of fetching one")
    options.add_argument("groups", nargs="*", metavar="GROUP", help=f"some of {', '.join(FLOORS)}")
    chosen = options.parse_args()
    tests = (chosen.suite or fetched()) / "tests"
    program = os.environ.get("POSTRIDER") or build()
    outcomes = run(program, cases(tests)) + dates(program, tests)
    passed = failed = 0
    for group, floor in FLOORS.items():
        if chosen.groups and group not in chosen.groups:
            continue
        ours = [outcome for outcome in outcomes if outcome.case.group == group]
        good = sum(outcome.is_right for outcome in ours)
        share = 100 * good / max(1, len(ours))
        is_enough = share >= floor
        passed, failed = passed + is_enough, failed + (not is_enough)
        print(f"  {'ok' if is_enough else 'FAILED':6} {group}: {good} of {len(ours)} cases ({share:.1f} %, at least {floor} %)")
        if chosen.verbose:
            for outcome in ours:
                if not outcome.is_right:
                    print(f"           {outcome.case.name}: {outcome.case.expectation}\n             {outcome.found}")
    print(f"\n{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


# The suite


def fetched() -> Path:
    """The suite's folder; fetched, the first time."""
    cache = ROOT / "target" / "peers"
    folder = cache / f"feedparser-{VERSION}"
    if not (folder / "tests").is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "--dest", str(cache), f"feedparser=={VERSION}"], check=True)
        archive = cache / f"feedparser-{VERSION}.tar.gz"
        if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
            sys.exit(f"not the feedparser {VERSION} that is known here: {archive}")
        with tarfile.open(archive) as files:
            files.extractall(cache)
    return folder


def build() -> str:
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
    return str(ROOT / "target" / "release" / "postrider")


class Case:
    """A feed, and what is expected of it."""

    def __init__(self, group: str, name: str, path: Path, expectation: str, base: str, content_type: str | None):
        self.group, self.name, self.path, self.base, self.content_type = group, name, path, base, content_type
        self.expectation = expectation
        self.parts = [part for part in parts(expectation) if is_ours(part)]


def cases(tests: Path) -> list[Case]:
    """The cases that concern our fields."""
    found = []
    for path in sorted(tests.rglob("*.xml")):
        name = path.relative_to(tests).as_posix()
        text = readable(path.read_bytes())
        expectation = re.search(r"Expect:\s*(.*?)\s*-->", text, re.DOTALL)
        if not expectation or not can_decode(text):
            continue
        headers = dict(re.findall(r"^\s*Header:\s+([^:]+):(.+)$", text, re.MULTILINE))
        headers = {name.lower(): value.strip() for name, value in headers.items()}
        base = urllib.parse.urljoin(BASE + "tests/" + name, headers.get("content-location", ""))
        if base.startswith("http"):
            headers.pop("content-location", None)
        case = Case(group_of(name), name, path, expectation.group(1), base, headers.pop("content-type", None))
        if case.parts and not headers:
            found.append(case)
    return found


def can_decode(text: str) -> bool:
    """The suite's own rule: a case in an encoding that Python doesn't know can't be read here."""
    encodings = re.findall(r"SkipUnless:.*lookup\('([^']*)'\)", text)
    try:
        return all(codecs.lookup(encoding) for encoding in encodings)
    except LookupError:
        return False


def group_of(name: str) -> str:
    if name.startswith("wellformed/sanitize/"):
        return "sanitised"
    folder = name.partition("/")[0]
    return {"wellformed": "well-formed", "illformed": "ill-formed", "encoding": "encodings"}.get(folder, folder)


def readable(octets: bytes) -> str:
    """The comment at the beginning of a case, whatever the case's encoding."""
    for start, encoding in [
        (b"\x4c\x6f\xa7\x94", "cp037"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\x00\x3c", "utf-32-be"), (b"\x3c\x00\x00\x00", "utf-32-le"), (b"\x00\x3c", "utf-16-be"),
        (b"\x3c\x00", "utf-16-le"), (b"\xfe\xff", "utf-16"), (b"\xff\xfe", "utf-16"),
    ]:  # fmt: skip
        if octets.startswith(start):
            return octets.decode(encoding, "replace")
    return octets.decode("utf-8", "replace")


# Expressions


def parts(expression: str) -> list[ast.expr]:
    """An expression, taken apart at its `and`s."""
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        return []
    todo, found = [tree], []
    while todo:
        part = todo.pop(0)
        if isinstance(part, ast.BoolOp) and isinstance(part.op, ast.And):
            todo[:0] = part.values
        else:
            found.append(part)
    return found


def is_ours(part: ast.expr) -> bool:
    """Whether a part says something, and only of fields of ours."""
    chains = list(said_of(part))
    return bool(chains) and all(chain is not None for chain in chains)


def said_of(part: ast.AST):
    """The fields that a part mentions: a name for each, none for what isn't ours."""
    path = path_of(part)
    if path is None:
        for child in ast.iter_child_nodes(part):
            yield from said_of(child)
        return
    root, *names = path
    fields = {"entries": ENTRY, "feed": FEED}.get(root)
    if fields is None:
        if root not in ("len", "ord"):
            yield None
        return
    if root == "entries" and not names:
        yield "entries"
        return
    names = [name for name in names if name not in ("has_key", "get")]
    field, *inner = names or [None]
    known = field in fields and (not inner and fields[field] is None or inner and inner[0] in (fields[field] or ()))
    yield field if known else None


def path_of(node: ast.AST) -> list[str] | None:
    """`entries[0]['title_detail']['value']` → entries, title_detail, value; none for what begins with no name."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute):
        path = path_of(node.value)
        return path and [*path, node.attr]
    if isinstance(node, ast.Subscript):
        path = path_of(node.value)
        name = [node.slice.value] if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else []
        return path and [*path, *name]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("has_key", "get"):
        path = path_of(node.func)
        name = [node.args[0].value] if node.args and isinstance(node.args[0], ast.Constant) else []
        return path and [*path, *name]
    return None


# What Postrider gives, under feedparser's names


class Fields(dict):
    """A dictionary whose keys are attributes too, as feedparser's are."""

    def __getattr__(self, name):
        return self[name]

    def has_key(self, name):
        return name in self


class Words(str):
    """A text: in plain text, and in HTML where it may have links and pictures."""

    def __eq__(self, other):
        if not isinstance(other, str):
            return False
        words, targets = said(other) if has_tags(other) else (other, [])
        return solid(self) == solid(words) and (self.markup is None or said(self.markup)[1] == targets)

    __hash__ = str.__hash__
    markup = None

    @classmethod
    def of(cls, text: str, markup: str | None = None):
        words = cls(text)
        words.markup = markup
        return words


class Tag(str):
    """A language's."""

    def __eq__(self, other):
        return isinstance(other, str) and self.casefold() == other.casefold()

    __hash__ = str.__hash__


class Address(str):
    """A URL."""

    def __eq__(self, other):
        return isinstance(other, str) and as_written_by_a_browser(self) == as_written_by_a_browser(other)

    __hash__ = str.__hash__


def as_written_by_a_browser(address: str) -> str:
    parts = urllib.parse.urlsplit(address.strip())
    host = parts.netloc.lower()
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        pass
    path = urllib.parse.quote(urllib.parse.unquote(parts.path or ("/" if host else "")))
    query = urllib.parse.quote(urllib.parse.unquote(parts.query), safe="=&;")
    return urllib.parse.urlunsplit((parts.scheme, host, path, query, parts.fragment))


# HTML's elements, those of the past and the ones that never came to be included: feedparser's cases use them all.
HTML = set("""a abbr acronym address area article aside audio b base basefont bdi bdo bgsound big blockquote br button
    canvas caption center cite code col colgroup command datagrid datalist dd del details dfn dialog dir div dl dt em embed
    event-source fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 header hr i iframe img input
    ins kbd keygen label layer legend li link m map mark math menu meta meter multicol nav nextid nobr noscript object ol
    optgroup option output p param pre progress q rt ruby s samp script section select small sound source spacer span strike
    strong style sub summary sup svg table tbody td textarea tfoot th thead time tr track tt u ul var video wbr""".split())


def has_tags(text: str) -> bool:
    """Whether a text has tags or references of HTML, so that it is to be read as HTML."""
    return any(name.lower() in HTML for name in re.findall(r"</?([a-zA-Z][a-zA-Z0-9-]*)", text)) or html.unescape(text) != text


def solid(text: str) -> str:
    """Without spaces: where HTML has them is for its elements to say."""
    return "".join(text.split())


class Reader(html.parser.HTMLParser):
    """The words of HTML, and the targets of its links and pictures."""

    def __init__(self):
        super().__init__()
        self.words, self.targets = [], []

    def handle_starttag(self, tag, attributes):
        wanted = {"a": "href", "img": "src"}.get(tag)
        self.targets += [as_written_by_a_browser(value) for name, value in attributes if name == wanted and value]

    def handle_data(self, data):
        self.words.append(data)


def said(markup: str) -> tuple[str, list[str]]:
    """The words of HTML, and the targets of its links and pictures."""
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.words), reader.targets


def article(given: dict) -> Fields:
    """An article, as feedparser would show the entry."""
    fields = Fields()
    language = Tag(given["language"]) if given["language"] else None
    fields["language"] = language

    def put(name, value, when):
        if when:
            fields[name] = value

    title, summary, body = (
        Words.of(given["title"]),
        Words.of(given["summary"]["text"], given["summary"]["html"]),
        Words.of(given["body"]["text"], given["body"]["html"]),
    )
    fields["title"], fields["title_detail"] = title, Fields(value=title, language=language)
    # feedparser's own rule: where there is no summary, the body is it
    fields["summary"] = fields["description"] = summary if summary.markup else body
    fields["summary_detail"] = Fields(value=fields["summary"], language=language)
    fields["content"] = [Fields(value=body, language=language)]
    enclosures = [
        Fields(href=Address(file["url"]), url=Address(file["url"]))
        # A picture among them is the article's
        for file in [*given["enclosures"], *filter(None, [given["image"]])]
    ]
    put("link", Address(given["url"] or ""), given["url"])
    put("enclosures", enclosures, enclosures)
    for name in ("id", "guid"):
        put(name, given["id"], given["id"])
    for name, value in [("published_parsed", given["published"]), ("updated_parsed", given["updated"])]:
        put(name, value and moment(value), value)
    authors = [
        Fields({name: value for name, value in person.items() if value and not (name == "name" and value == person["email"])})
        for person in given["authors"]
    ]
    for person in authors:
        if "url" in person:
            person["url"] = person["href"] = Address(person["url"])
    if authors:
        person = authors[-1]
        name, email = person.get("name"), person.get("email")
        fields["author"] = f"{name} ({email})" if name and email else name or email
        fields["author_detail"], fields["authors"] = person, authors
    tags = [Fields(term=tag) for tag in given["tags"]]
    put("tags", tags, tags)
    put("category", tags and tags[0]["term"], tags)
    put("image", Fields(href=Address((given["image"] or {}).get("url", ""))), given["image"])
    return fields


def feed(given: dict) -> Fields:
    fields = Fields()
    fields["title"] = Words.of(given["title"] or "")
    fields["title_detail"] = Fields(value=fields["title"])
    if given["link"]:
        fields["link"] = Address(given["link"])
    if given["language"]:
        fields["language"] = Tag(given["language"])
    if given["image"]:
        fields["image"] = Fields(href=Address(given["image"]), url=Address(given["image"]))
    return fields


def moment(text: str) -> tuple:
    return tuple(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).utctimetuple())


# Running


class Outcome:
    def __init__(self, case: Case, is_right: bool, found: str):
        self.case, self.is_right, self.found = case, is_right, found


def run(program: str, todo: list[Case]) -> list[Outcome]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda case: outcome(program, case), todo))


def outcome(program: str, case: Case) -> Outcome:
    lines, complaint = show(program, case.path, case.base, case.content_type)
    if not lines:
        return Outcome(case, False, complaint)
    names = {"entries": [article(line) for line in lines[:-1]], "feed": feed(lines[-1]), "len": len, "ord": ord}
    is_right = True
    for part in case.parts:
        try:
            is_right &= bool(eval(compile(ast.Expression(part), case.name, "eval"), {"__builtins__": {}}, names))
        except (KeyError, IndexError, TypeError, AttributeError):
            is_right = False
    return Outcome(case, is_right, " ".join(map(str, lines))[:1500])


def show(program: str, path: Path, base: str, content_type: str | None) -> tuple[list[dict], str]:
    """The lines of `sources show --json`: an article each, and the feed."""
    command = [program, "sources", "show", str(path), "--kind", "feed", "--base", base, "--json"]
    if content_type is not None:
        command += ["--content-type", content_type]
    # Away from any project: the usual settings
    ended = subprocess.run(command, cwd="/", capture_output=True, timeout=60)
    try:
        return [json.loads(line) for line in ended.stdout.splitlines()], ""
    except json.JSONDecodeError:
        return [], ended.stderr.decode(errors="replace")


class DateCase:
    group = "dates"

    def __init__(self, text: str, expected: tuple):
        self.name, self.expectation = repr(text), expected
        self.text = text


def dates(program: str, tests: Path) -> list[Outcome]:
    """The dates of the suite's runner that stand for a time, each in an item of one feed."""
    tree = ast.parse((tests / "runtests.py").read_text())
    tables = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "date_tests"]
    pairs = [ast.literal_eval(pair) for table in tables for value in table.values for pair in value.elts]
    todo = [DateCase(text, expected) for text, expected in pairs if expected is not None]
    items = "".join(f"<item><guid>{number}</guid><pubDate>{html.escape(case.text)}</pubDate></item>" for number, case in enumerate(todo))
    path = ROOT / "target" / "peers" / "dates.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{items}</channel></rss>", encoding="utf-8")
    lines, _ = show(program, path, BASE, None)
    found = {line["id"]: line["published"] for line in lines[:-1]}
    return [
        Outcome(case, bool(found.get(str(number))) and moment(found[str(number)]) == case.expectation, str(found.get(str(number))))
        for number, case in enumerate(todo)
    ]


if __name__ == "__main__":
    began = time.monotonic()
    status = main()
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    sys.exit(status)
