use proptest::prelude::*;
use scraper::{Html, Node};

use super::*;

fn body(html: &str) -> String {
    let base = Url::parse("https://agency.example/news/").unwrap();
    sanitise(html, Some(&base), Keep::Body)
}

#[test]
fn what_runs_or_styles_is_gone() {
    assert_eq!(
        body(
            "<p onclick='x()' style='color:red' class=a>One<script>alert(1)</script><style>p{}</style></p>"
        ),
        "<p>One</p>"
    );
    assert_eq!(body("<a href='javascript:alert(1)'>x</a>"), "<a>x</a>");
    assert_eq!(
        body("<iframe src='https://a.example'></iframe><form><input>text</form>"),
        "text"
    );
    assert_eq!(
        body("<svg><script>1</script></svg><math><mtext></mtext></math>ok"),
        "ok"
    );
}

#[test]
fn links_are_resolved_and_only_to_the_web_or_mail() {
    assert_eq!(
        body("<a href='../a?b=1&c'>x</a>"),
        r#"<a href="https://agency.example/a?b=1&amp;c">x</a>"#
    );
    assert_eq!(
        body("<a href='mailto:a@b.example'>x</a>"),
        r#"<a href="mailto:a@b.example">x</a>"#
    );
    assert_eq!(body("<a href='ftp://b.example'>x</a>"), "<a>x</a>");
    assert_eq!(sanitise("<a href='/a'>x</a>", None, Keep::Body), "<a>x</a>");
}

#[test]
fn trackers_pixels_are_gone_and_pictures_stay() {
    for pixel in [
        "<img src='https://a.example/p.gif' width=1 height=1>",
        "<img src='https://a.example/p.gif' width='0'>",
        "<img src='https://a.example/p.gif' style='width: 1px; height:1px'>",
        "<img src='https://pixel.example/x?u=1'>",
        "<img src='https://a.example/open.gif?id=3'>",
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>",
        "<img alt='no address'>",
    ] {
        assert_eq!(body(&format!("<p>a{pixel}b</p>")), "<p>ab</p>", "{pixel}");
    }
    assert_eq!(
        body("<img src='/i.jpg' alt='A bridge' width=600 onerror=x()>"),
        r#"<img src="https://agency.example/i.jpg" alt="A bridge" width="600">"#
    );
}

#[test]
fn hidden_text_stays_hidden() {
    assert_eq!(
        body("<p>a</p><div style='display: none'>preheader</div>"),
        "<p>a</p>"
    );
}

#[test]
fn a_summary_has_no_pictures() {
    let html = "<p>a <b>b</b><img src='https://a.example/i.jpg'></p>";
    assert_eq!(sanitise(html, None, Keep::Summary), "<p>a <b>b</b></p>");
}

#[test]
fn the_marks_of_holes_are_gone_however_they_are_written() {
    assert_eq!(body("<p>a&#xE000;b\u{e010}c</p>"), "<p>abc</p>");
}

#[test]
fn what_is_no_markup_to_a_browser_is_none_here() {
    for (html, clean) in [
        ("a<!-- <b>x</b> -->b", "ab"),
        ("a<!--[if gte mso 9]><b>x</b><![endif]-->b", "ab"),
        ("a<!--><b>b</b>", "a<b>b</b>"),
        ("a<!-- -- >b<script>c</script>", "ab"),
        ("a<![if !mso]>b<![endif]>c", "abc"),
        ("a<?xml version='1.0'?>b", "ab"),
        ("<![CDATA[<p>a</p>]]>", "<p>a</p>"),
        ("a<textarea><img src=x onerror=y></textarea>b", "ab"),
        ("a<title></title><script>x</script >b", "ab"),
        ("a<plaintext>b</plaintext>c", "ac"),
        (
            "1 < 2 & 3 > 2 &lt;b&gt; &notit;",
            "1 &lt; 2 &amp; 3 &gt; 2 &lt;b&gt; ¬it;",
        ),
        ("&#x3C;script&#62;", "&lt;script&gt;"),
        ("don&#146;t &hellip;&nbsp", "don’t …"),
    ] {
        assert_eq!(body(html), clean, "{html}");
    }
}

#[test]
fn an_address_that_runs_something_is_none_however_it_is_written() {
    for address in [
        "javascript:x",
        "JaVaScRiPt:x",
        " javascript:x",
        "java\tscript:x",
        "&#106;avascript:x",
        "&#x6a&#x61vascript:x",
        "javascript&colon;x",
        "java&Tab;script:x",
        "&#1;javascript:x",
        "vbscript:x",
        "data:text/html;base64,x",
        "blob:x",
        "feed:javascript:x",
        "view-source:x",
        "mhtml:x",
        "\u{a0}javascript:x",
    ] {
        let clean = body(&format!(
            "<a href=\"{address}\">x</a><img src=\"{address}\"><iframe src=\"{address}\"></iframe>"
        ));
        assert!(
            !clean.contains(":x") && !clean.contains("data:"),
            "{address}: {clean}"
        );
    }
}

#[test]
fn good_content_survives() {
    for html in [
        "<ul><li>a</li><li>b<ol start=\"3\"><li>c</li></ol></li></ul>",
        "<table><caption>t</caption><thead><tr><th colspan=\"2\">h</th></tr></thead><tbody><tr><td>a</td><td>b</td></tr></tbody></table>",
        "<figure><img src=\"https://a.example/i.jpg\" alt=\"x\" width=\"600\" height=\"400\"><figcaption>c</figcaption></figure>",
        "<p dir=\"ltr\" lang=\"fr\"><abbr title=\"t\">a</abbr> <del>b</del> <ins>c</ins> <mark>d</mark> <time datetime=\"2026-11-24\">e</time></p>",
        "<pre><code>a\n  b</code></pre>",
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<p>a<br>b</p><hr><h2>c</h2><blockquote><p>d</p></blockquote>",
    ] {
        assert_eq!(body(html), html);
    }
    assert_eq!(
        body("<x-card><font color=red>a</font> <blink>b</blink></x-card>"),
        "a b"
    );
}

#[test]
fn what_is_not_closed_is_balanced() {
    for (html, clean) in [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>a<li>b</ul>c", "<ul><li>a</li><li>b</li></ul>c"),
        ("<b>a<i>b</b>c</i>", "<b>a<i>b</i></b>c"),
        ("<div>a</section></div>b</div>", "<div>a</div>b"),
        (
            "<a href='/x'>a<a href='/y'>b",
            "<a href=\"https://agency.example/x\">a</a><a href=\"https://agency.example/y\">b</a>",
        ),
        (
            "<table><td>a<td>b<tr><td>c",
            "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
        ),
        (
            "<table>a<td>b</table>",
            "<table><tr><td>a</td><td>b</td></tr></table>",
        ),
        ("<td>a</td>b", "ab"),
        ("<p>a</td></tr></table>b", "<p>ab</p>"),
        ("<p hidden>a<p>b", "<p>b</p>"),
        ("<div><p hidden>a</div>b", "<div></div>b"),
        ("a <a href='x", "a"),
    ] {
        assert_eq!(body(html), clean, "{html}");
    }
}

#[test]
fn a_picture_is_where_its_script_would_put_it() {
    let picture = |html: &str| body(html);
    let expected = "<img src=\"https://agency.example/i.jpg\" alt=\"x\">";
    for html in [
        "<img src='data:image/gif;base64,R0' data-src='/i.jpg' alt=x>",
        "<img src='/blank.gif' data-original='/i.jpg' alt=x>",
        "<img srcset='/s.jpg 320w, /i.jpg 1280w, /l.jpg 2560w' alt=x>",
        "<img srcset='/s.jpg 1x, /i.jpg 2x' alt=x>",
        "<picture><source srcset='/i.jpg' type='image/webp'><img alt=x></picture>",
        "<img src='data:,' class=lazy><noscript><img src='/i.jpg' alt=x>no script</noscript>",
    ] {
        assert_eq!(picture(html), expected, "{html}");
    }
    assert_eq!(
        picture("<img src='/i.jpg' alt=x><noscript><img src='/i.jpg'></noscript>"),
        expected
    );
}

#[test]
fn an_embed_is_a_link_to_it() {
    for (html, clean) in [
        (
            "<iframe src='https://video.example/e/1' title='The talks'></iframe>",
            "<a href=\"https://video.example/e/1\">The talks</a>",
        ),
        (
            "<video controls><source src='/v.mp4'>No video here</video>",
            "<a href=\"https://agency.example/v.mp4\">agency.example</a>",
        ),
        (
            "<iframe src='https://www.tags.example/ns.html' width=0 height=0></iframe>",
            "",
        ),
        ("<iframe src='https://a.example/'></iframe>", ""),
    ] {
        assert_eq!(body(html), clean, "{html}");
    }
}

#[test]
fn links_lose_what_follows_readers() {
    let tracking = ["utm_*".to_owned()];
    let links = Links {
        tracking: &tracking,
        ..Links::default()
    };
    let html = "<a href='https://a.example/?a=1&amp;utm_source=x'>a</a><img src='https://a.example/i.jpg?utm_x=1'>";
    assert_eq!(
        rich(html, links, Keep::Body, 9).html,
        "<a href=\"https://a.example/?a=1\">a</a><img src=\"https://a.example/i.jpg\">"
    );
}

#[test]
fn the_text_says_what_the_html_shows() {
    let text = |html: &str| rich(html, Links::default(), Keep::Body, 9).text;
    assert_eq!(
        text("<p>a &amp; b</p><p>c<br>d</p><ul><li>e</li><li>f</li></ul>"),
        "a & b\n\nc\nd\n\ne\nf"
    );
    assert_eq!(text("<td>a</td><div hidden>b</div>"), "a");
    assert_eq!(text(&("<div>".repeat(50) + "deep")), "deep");
}

#[test]
fn time_grows_with_the_length_alone() {
    for piece in [
        "<div>",
        "<a><b>",
        "<table><tr><td>",
        "<p><b>",
        "</p>",
        "<b><i></b>",
        "<svg>",
        "<div hidden>",
        "<!--",
        "<!-- >",
        "<a href='",
        "&",
        "<",
        "<ul><li>",
        "<select>",
        "</div><p>",
        "<x a=1 a=2 ",
        "<script>",
        "<![CDATA[",
        "&#",
        "<b a>",
    ] {
        let start = std::time::Instant::now();
        let html = piece.repeat(300_000 / piece.len());
        let clean = body(&html);
        assert!(clean.len() <= 12 * html.len(), "{piece}: {}", clean.len());
        assert!(
            start.elapsed().as_secs() < 10,
            "{piece}: {:?}",
            start.elapsed()
        );
    }
    let attributes = format!("<p {}>", "a=b ".repeat(250_000));
    assert_eq!(body(&(attributes + "x")), "<p>x</p>");
}

/// Pieces of what attacks are made of.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "<script>",
            "</script>",
            "<svg>",
            "</svg>",
            "<math>",
            "<mtext>",
            "<style>",
            "</style>",
            "<table>",
            "</table>",
            "<tr>",
            "<td>",
            "</td>",
            "<caption>",
            "<img src=x onerror=y>",
            "<a href='javascript:x'>",
            "<a href=/y>",
            "</a>",
            "<!--",
            "<!-- >",
            "-->",
            "--!>",
            "<![CDATA[",
            "]]>",
            "<noscript>",
            "</noscript>",
            "<p style=x>",
            "</p>",
            "<p hidden>",
            "\"",
            "'",
            "`",
            "<mglyph>",
            "<form>",
            "<iframe srcdoc='",
            "<iframe src=//b.example/x title=",
            "<textarea>",
            "</textarea>",
            "<title>",
            "</title>",
            "<base href=//x>",
            "<template>",
            "<img width=1 src=https://a.example/>",
            "&lt;script&gt;",
            "&#60;",
            "&amp;",
            "&",
            "<div hidden>",
            "</div>",
            "<img srcset='a b'>",
            "<xmp>",
            "<plaintext>",
            "<select>",
            "<option>",
            "<video src=/v.mp4 poster=x>",
            "</video>",
            "<object data=x>",
            "<a xlink:href='javascript:x' formaction=x ping=y>",
            "<ul>",
            "<li>",
            "<b>",
            "</b>",
            "<i>",
            "<br/>",
            "</br>",
            "<h1>",
            "<hr>",
            "<q cite='javascript:x'>",
            "<meta http-equiv=refresh>",
            "<link rel=stylesheet>",
            "<picture>",
            "<source srcset=/s.jpg>",
            "<td background=javascript:x>",
            "<image href=x>",
            "<p title='",
            ">",
            "<",
            "/",
            "\u{e000}",
            "&#xe000;",
            "\0",
            "<a title='<b>'>",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// What in a tree isn't allowed.
fn foreign(tree: &Html) -> Option<String> {
    let elements = tree
        .tree
        .nodes()
        .filter_map(|node| node.value().as_element());
    for element in elements.filter(|element| !matches!(element.name(), "html" | "head" | "body")) {
        if rules::rule(element.name()).is_none() {
            return Some(element.name().to_owned());
        }
        for (name, value) in element.attrs() {
            let is_address = matches!((element.name(), name), ("a", "href") | ("img", "src"));
            let known = is_address
                || matches!(name, "dir" | "lang")
                || rules::attributes(element.name()).contains(&name);
            let scheme = value.split(':').next().unwrap_or_default();
            if !known || is_address && !matches!(scheme, "http" | "https" | "mailto") {
                return Some(format!("{} {name}={value}", element.name()));
            }
        }
    }
    let comments = tree
        .tree
        .nodes()
        .any(|node| matches!(node.value(), Node::Comment(_)));
    comments.then(|| "a comment".to_owned())
}

proptest! {
    #[test]
    fn nothing_outside_the_allow_list_comes_through_wherever_it_is_put(html in soup()) {
        let clean = body(&html);
        prop_assert_eq!(foreign(&Html::parse_fragment(&clean)), None, "{}", clean);
        prop_assert_eq!(foreign(&Html::parse_document(&clean)), None, "{}", clean);
        let cell = Html::parse_document(&format!("<table><tr><td>{clean}</td></tr></table>"));
        prop_assert_eq!(foreign(&cell), None, "{}", clean);
        let tables = cell.select(&scraper::Selector::parse("body > table").unwrap()).count();
        prop_assert_eq!((tables, cell.root_element().select(&scraper::Selector::parse("body > :not(table)").unwrap()).count()), (1, 0), "{}", clean);
    }

    #[test]
    fn what_is_clean_stays_as_it_is(html in soup()) {
        let clean = body(&html);
        prop_assert_eq!(body(&clean), clean);
    }

    #[test]
    fn a_summary_has_no_more_than_text(html in soup()) {
        let clean = sanitise(&html, None, Keep::Summary);
        let tree = Html::parse_fragment(&clean);
        let elements = tree.root_element().descendants().skip(1).filter_map(|node| node.value().as_element().map(|element| element.name().to_owned()));
        for name in elements {
            prop_assert!(rules::rule(&name).is_some_and(|rule| rule.in_summary), "{}", clean);
        }
    }
}
