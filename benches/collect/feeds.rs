//! Feeds of 1 MB, as a newspaper's are: a title, a teaser with markup, a few tags, a picture, and a body with each third.

use std::fmt::Write as _;

const SIZE: usize = 1_000_000;

const TEASER: &str = "<p>The two ports reopened on Tuesday after eleven years, officials on both sides of the strait said. \
     <a href=\"https://agency.example/topics/ports?utm_source=feed&amp;utm_medium=rss\">All about the ports</a>.</p>";
const BODY: &str = "<p>The first ferry left at dawn with <b>four hundred</b> passengers, most of whom had never seen the other shore. \
     “We did not sleep,” said a teacher from the islands.</p><figure><img src=\"/i/ferry.jpg\" width=\"600\" height=\"400\" alt=\"A ferry\">\
     <figcaption>The first ferry.</figcaption></figure><h2>What comes next</h2><ul><li>trains, in spring</li><li>one form instead of six</li></ul>\
     <p>Korean: 두 항구가 다시 열렸다. French: « Les deux ports rouvrent. »</p><script>count(1)</script>";

fn escape(html: &str) -> String {
    html.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// RSS 2.0, bodies in CDATA.
pub fn rss() -> Vec<u8> {
    let mut feed = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:media=\"http://search.yahoo.com/mrss/\">\n<channel><title>The Agency</title>\
         <link>https://agency.example/</link><language>en</language>\n",
    );
    let mut number = 0;
    while feed.len() < SIZE {
        number += 1;
        let body = if number % 3 == 0 {
            format!(
                "<content:encoded><![CDATA[{}]]></content:encoded>",
                BODY.repeat(4)
            )
        } else {
            String::new()
        };
        let _ = writeln!(
            feed,
            "<item><title>The ports reopen, part {number} &amp;#8211; what we know</title><link>https://agency.example/2026/{number}?utm_source=rss</link>\
             <guid isPermaLink=\"false\">agency-{number}</guid><pubDate>Tue, 24 Nov 2026 07:{:02}:00 +0100</pubDate><dc:creator>Ann Lee</dc:creator>\
             <category>Ports</category><category>Korea</category><description>{}</description>{body}\
             <media:content url=\"https://agency.example/i/{number}.jpg\" medium=\"image\" width=\"1200\"><media:credit>A. Roe</media:credit></media:content></item>",
            number % 60,
            escape(TEASER),
        );
    }
    feed.push_str("</channel></rss>\n");
    feed.into_bytes()
}

/// Atom 1.0, bodies escaped.
pub fn atom() -> Vec<u8> {
    let mut feed = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\"><title>The Agency</title>\
         <id>https://agency.example/</id><updated>2026-11-24T07:00:00Z</updated><link href=\"https://agency.example/\"/>\n",
    );
    let mut number = 0;
    while feed.len() < SIZE {
        number += 1;
        let body = if number % 3 == 0 {
            format!(
                "<content type=\"html\">{}</content>",
                escape(&BODY.repeat(4))
            )
        } else {
            String::new()
        };
        let _ = writeln!(
            feed,
            "<entry><title type=\"html\">The ports reopen, part {number} &amp;#8211; what we know</title><id>tag:agency.example,2026:{number}</id>\
             <link rel=\"alternate\" href=\"https://agency.example/2026/{number}?utm_source=atom\"/><published>2026-11-24T07:{:02}:00+01:00</published>\
             <updated>2026-11-24T08:{:02}:00+01:00</updated><author><name>Ann Lee</name></author><category term=\"ports\" label=\"Ports\"/>\
             <summary type=\"html\">{}</summary>{body}</entry>",
            number % 60,
            number % 60,
            escape(TEASER),
        );
    }
    feed.push_str("</feed>\n");
    feed.into_bytes()
}
