"""The mailer of an afternoon: Jinja2 for each reader, email.message, smtplib over one connection.

    smtplib_jinja.py PORT MAILS SIZE
"""

import smtplib
import sys
from email.message import EmailMessage

import jinja2

ARTICLE = {"title": "What the tide brought in, and who paid for it", "text": "The harbour was quiet. " * 30, "url": "https://bench.example/1"}
HTML = jinja2.Environment(autoescape=True).from_string(
    "<html><body><p>Dear {{ name }},</p>{% for a in articles %}<table><tr><td><h2><a href='{{ a.url }}'>{{ a.title }}</a></h2>"
    "<p>{{ a.text }}</p></td></tr></table>{% endfor %}<p>{{ address }}</p></body></html>"
)
TEXT = jinja2.Environment().from_string(
    "Dear {{ name }},\n{% for a in articles %}\n{{ a.title }}\n{{ a.text }}\n{{ a.url }}\n{% endfor %}\n{{ address }}\n"
)


def main(port: int, mails: int, size: int) -> None:
    articles = [ARTICLE] * max(1, size // 1700)
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(mails):
            reader = {"name": f"Reader {number}", "address": f"reader{number}@d1.example", "articles": articles}
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = "news@bench.example", reader["address"], "The Bench"
            mail.set_content(TEXT.render(reader))
            mail.add_alternative(HTML.render(reader), subtype="html")
            server.send_message(mail)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
