"""What a reader sees of a mail, by parsers that aren't ours: text without line breaks, titles out of HTML."""

import html.parser
from email.message import EmailMessage

BLOCKS = {"p", "div", "td", "th", "tr", "li", "br", "h1", "h2", "h3", "h4", "table", "ul", "ol", "title"}


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def unflowed(part: EmailMessage) -> str:
    """The paragraphs of a text part: its lines joined where RFC 3676 says that a break is soft."""
    text = part.get_content()
    if part.get_param("format") != "flowed":
        return text
    delsp = part.get_param("delsp") == "yes"
    joined = ""
    for line in text.splitlines():
        line = line.removeprefix(" ")  # Space-stuffed.
        if line.endswith(" ") and line != "-- ":
            joined += line[:-1] if delsp else line
        else:
            joined += line + "\n"
    return joined


class _Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.pieces, self.root, self.hidden = [], {}, 0

    def handle_starttag(self, tag, attributes):
        if tag == "html":
            self.root = dict(attributes)
        if tag in ("style", "script", "title"):
            self.hidden += 1
        if tag in BLOCKS:
            self.pieces.append(" ")

    def handle_endtag(self, tag):
        if tag in ("style", "script", "title"):
            self.hidden -= 1
        if tag in BLOCKS:
            self.pieces.append(" ")

    def handle_data(self, data):
        if not self.hidden:
            self.pieces.append(data)


def html_text(source: str) -> str:
    """What an HTML page says, on one line."""
    reader = _Text()
    reader.feed(source)
    return one_line("".join(reader.pieces))


def html_root(source: str) -> dict:
    """The attributes of `<html>`."""
    reader = _Text()
    reader.feed(source)
    return reader.root
