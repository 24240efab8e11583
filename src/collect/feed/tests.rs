//! Whole feeds, whole and wounded.

use proptest::prelude::*;
use url::Url;

use super::*;
use crate::collect::raw::RawText;

fn try_read(bytes: &[u8], base: &Url) -> Result<ParsedFeed, String> {
    let document = Document {
        bytes: bytes.to_owned(),
        url: base.clone(),
        content_type: None,
    };
    parse(&document, &CollectSettings::default())
}

fn read(text: &str) -> ParsedFeed {
    try_read(
        text.as_bytes(),
        &Url::parse("https://agency.example/feed.xml").unwrap(),
    )
    .unwrap()
}

#[test]
fn rss_with_media_is_read_whole() {
    let feed = read(
        r#"<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Agency</title><language>en</language>
        <item><title>Trade &amp;amp; ports</title><link>https://agency.example/1</link><guid isPermaLink="false">g1</guid>
        <description>&lt;p&gt;A &lt;b&gt;summary&lt;/b&gt;.&lt;/p&gt;</description><content:encoded><![CDATA[<p>Body <a href="/x">x</a></p>]]></content:encoded>
        <dc:creator>Ana Roe</dc:creator><category>Korea</category><pubDate>Tue, 12 Mar 2024 10:15:00 +0000</pubDate>
        <media:content url="https://images.example/1.jpg" medium="image" type="image/jpeg"><media:title>Cranes</media:title><media:description>Cranes at dusk.</media:description><media:credit>Agency</media:credit></media:content></item>
        <item><title>Second</title><guid>https://agency.example/2</guid></item></channel></rss>"#,
    );
    let [first, second] = feed.articles.as_slice() else {
        panic!("{feed:?}")
    };
    assert_eq!(first.entry, "g1");
    assert_eq!(first.title, RawText::Html("Trade &amp; ports".into()));
    assert_eq!(first.authors[0].name, "Ana Roe");
    assert_eq!(first.tags, ["Korea"]);
    assert_eq!(
        first.body,
        RawText::Html("<p>Body <a href=\"/x\">x</a></p>".into())
    );
    assert_eq!(first.updated, None);
    let image = first.image.as_ref().unwrap();
    assert_eq!(
        (
            image.alt.as_str(),
            image.caption.as_str(),
            image.credit.as_str()
        ),
        ("Cranes", "Cranes at dusk.", "Agency")
    );
    assert_eq!(first.language.as_ref().unwrap().as_str(), "en");
    assert_eq!(second.url.as_deref(), Some("https://agency.example/2"));
    assert_eq!(second.published, None);
}

#[test]
fn each_entry_of_an_atom_feed_has_its_own_language() {
    let feed = read(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>A</title><id>a</id>
        <entry xml:lang="fr"><id>1</id><title>Un</title><link href="/fr/1"/></entry><entry><id>2</id><title type="text">A &lt;b&gt; &amp; c</title></entry></feed>"#,
    );
    let languages: Vec<_> = feed
        .articles
        .iter()
        .map(|article| article.language.clone().unwrap().to_string())
        .collect();
    assert_eq!(languages, ["fr", "en"]);
    assert_eq!(
        feed.articles[0].url.as_deref(),
        Some("https://agency.example/fr/1")
    );
}

#[test]
fn json_feed_and_rdf_are_feeds_too() {
    let json = read(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","url":"https://a.example/1","title":"One","content_html":"<p>x</p>","tags":["korea"]}]}"#,
    );
    assert_eq!(json.articles[0].tags, ["korea"]);
    let rdf = read(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>A</title><link>https://a.example</link><description>d</description></channel><item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link></item></rdf:RDF>"#,
    );
    assert_eq!(rdf.articles[0].url.as_deref(), Some("https://a.example/1"));
}

#[test]
fn what_is_no_feed_is_an_error_that_says_what_it_is() {
    let base = Url::parse("https://a.example/").unwrap();
    let told = |text: &str| try_read(text.as_bytes(), &base).unwrap_err();
    assert_eq!(told(""), "it is empty");
    assert_eq!(told("hello"), "it is neither XML nor JSON");
    assert_eq!(
        told("<!DOCTYPE html><html><title>a</title></html>"),
        "it is an HTML page"
    );
    assert!(
        told("<opml><body/></opml>").starts_with("it is XML or HTML, but no element of a feed")
    );
    assert_eq!(
        told("{}"),
        "it is JSON, but has no `items` as JSON Feed has"
    );
    assert_eq!(
        try_read(b"<rss><channel>", &base).unwrap().articles.len(),
        0
    );
}

/// The first article of an RSS feed whose item holds `inner`.
fn item(inner: &str) -> RawArticle {
    let text = format!(
        "<rss version='2.0'><channel><title>Agency</title><item>{inner}</item></channel></rss>"
    );
    read(&text).articles.remove(0)
}

/// The first article of an Atom feed whose entry holds `inner`.
fn entry(inner: &str) -> RawArticle {
    let text = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><author><name>The desk</name></author><entry>{inner}</entry></feed>"
    );
    read(&text).articles.remove(0)
}

fn titles(text: &str) -> Vec<String> {
    let words = |title: &RawText| match title {
        RawText::None => String::new(),
        RawText::Html(text) | RawText::Plain(text) => text.clone(),
    };
    read(text)
        .articles
        .iter()
        .map(|article| words(&article.title))
        .collect()
}

fn plain(text: &str) -> RawText {
    RawText::Plain(text.to_owned())
}

#[test]
fn old_dialects_are_read() {
    let atom = read(
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped' type='text/html'>&lt;b&gt;One&lt;/b&gt;</title><issued>2024-03-12T10:15Z</issued><modified>2024-03-13T10:15:00Z</modified></entry></feed>",
    );
    assert_eq!(
        atom.articles[0].title,
        RawText::Html("<b>One</b>".to_owned())
    );
    assert!(atom.articles[0].published < atom.articles[0].updated);
    let cdf = read(
        "<CHANNEL HREF='https://a.example/'><TITLE>A</TITLE><ITEM HREF='/1' LASTMOD='2024-03-12T10:15:00Z'><TITLE>One</TITLE><ABSTRACT>Words</ABSTRACT></ITEM></CHANNEL>",
    );
    assert_eq!(
        cdf.articles[0].url.as_deref(),
        Some("https://agency.example/1")
    );
    assert_eq!(cdf.articles[0].summary, plain("Words"));
    assert_eq!(cdf.info.link.as_deref(), Some("https://a.example/"));
}

#[test]
fn what_stands_in_another_element_is_not_the_feeds_nor_the_entrys() {
    let feed = read("<rss><channel><image><title>Logo</title><url>/logo.png</url><link>/logo</link></image><textInput><title>Search</title><link>/search</link></textInput><title>Agency</title><link>https://a.example/</link>
        <item xmlns:media='http://search.yahoo.com/mrss/'><media:title>Picture</media:title><image><title>Photo</title><url>/1.jpg</url></image><title>Story</title><x:wrap><title>Wrapped</title><link>/other</link></x:wrap><link>/1</link></item></channel></rss>");
    assert_eq!(feed.info.title.as_deref(), Some("Agency"));
    assert_eq!(feed.info.link.as_deref(), Some("https://a.example/"));
    assert_eq!(
        feed.info.image.as_deref(),
        Some("https://agency.example/logo.png")
    );
    let article = &feed.articles[0];
    assert_eq!(article.title, plain("Story"));
    assert_eq!(article.url.as_deref(), Some("https://agency.example/1"));
    assert_eq!(
        article.image.as_ref().unwrap().url,
        "https://agency.example/1.jpg"
    );
}

#[test]
fn authors_are_the_entrys_then_its_sources_then_the_feeds() {
    let names = |article: RawArticle| -> Vec<String> {
        article
            .authors
            .into_iter()
            .map(|person| person.name)
            .collect()
    };
    assert_eq!(
        names(entry(
            "<author><name>Ana</name></author><author><name>Bo</name></author><contributor><name>Cy</name></contributor>"
        )),
        ["Ana", "Bo"]
    );
    assert_eq!(
        names(entry(
            "<source><author><name>Elsewhere</name></author></source>"
        )),
        ["Elsewhere"]
    );
    assert_eq!(names(entry("<title>One</title>")), ["The desk"]);
    assert_eq!(
        names(item(
            "<author>ana@a.example (Ana)</author><dc:creator>Ana</dc:creator><itunes:author>The show</itunes:author>"
        )),
        ["Ana"]
    );
    assert_eq!(
        names(item("<itunes:author>The show</itunes:author>")),
        ["The show"]
    );
}

#[test]
fn labels_are_told_in_many_ways() {
    let labels = item("<category>A, B</category><dc:subject>C</dc:subject><media:keywords>d, e</media:keywords><itunes:keywords>f,g</itunes:keywords><itunes:category text='H'><itunes:category text='I'/></itunes:category><category>C</category>").tags;
    assert_eq!(labels, ["A, B", "C", "d", "e", "f", "g", "H", "I"]);
    assert_eq!(
        entry("<category term='kr' label='Korea &amp;amp; Japan'/>").tags,
        ["kr", "Korea & Japan"]
    );
}

#[test]
fn the_page_is_chosen_among_links() {
    let page = |inner| entry(inner).url;
    assert_eq!(
        page("<link rel='self' href='/self'/><link rel='alternate' type='application/pdf' href='/pdf'/><link href='/page'/><link rel='enclosure' href='/a.mp3'/>").as_deref(),
        Some("https://agency.example/page")
    );
    assert_eq!(
        page("<id>https://a.example/1</id>").as_deref(),
        Some("https://a.example/1")
    );
    assert_eq!(
        item("<guid isPermaLink='false'>https://a.example/1</guid>").url,
        None
    );
    let burnt = item(
        "<link>https://feeds.example/x</link><feedburner:origLink>https://a.example/1</feedburner:origLink>",
    );
    assert_eq!(burnt.url.as_deref(), Some("https://a.example/1"));
}

#[test]
fn addresses_are_relative_to_the_nearest_base() {
    let feed = read(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/news/'><entry xml:base='2024/'><link href='1'/><content type='html' xml:base='http://b.example/c/'>&lt;a href='d'&gt;x&lt;/a&gt;</content></entry><entry><link href='2'/></entry></feed>",
    );
    assert_eq!(
        feed.articles[0].url.as_deref(),
        Some("https://agency.example/news/2024/1")
    );
    assert_eq!(
        feed.articles[0].base.as_ref().unwrap().as_str(),
        "http://b.example/c/"
    );
    assert_eq!(
        feed.articles[1].url.as_deref(),
        Some("https://agency.example/news/2")
    );
    let printed = "<rss><channel><link>https://a.example/news/</link><item><link>1</link></item></channel></rss>";
    let from_a_program = try_read(
        printed.as_bytes(),
        &Url::parse("file:///srv/project/").unwrap(),
    )
    .unwrap();
    assert_eq!(
        from_a_program.articles[0].url.as_deref(),
        Some("https://a.example/news/1")
    );
}

#[test]
fn a_second_text_is_the_body_where_there_is_none() {
    let two = item("<description>Short</description><summary>Longer words</summary>");
    assert_eq!(
        (two.summary, two.body),
        (plain("Short"), plain("Longer words"))
    );
    let three = item(
        "<description>Short</description><itunes:summary>Other</itunes:summary><content:encoded>&lt;p&gt;Body&lt;/p&gt;</content:encoded>",
    );
    assert_eq!(
        (three.summary, three.body),
        (plain("Short"), RawText::Html("<p>Body</p>".to_owned()))
    );
    assert_eq!(
        item("<media:group><media:description>Words</media:description></media:group>").summary,
        plain("Words")
    );
}

#[test]
fn the_widest_picture_of_a_group_is_shown_with_the_nearest_words() {
    let image = item(
        "<media:credit>Agency</media:credit><media:group><media:description>Cranes</media:description><media:content url='/s.jpg' medium='image' width='100'/><media:content url='/l.jpg' medium='image' width='900'><media:credit>Ana</media:credit></media:content><media:content url='/v.mp4' type='video/mp4'/></media:group>",
    );
    let picture = image.image.unwrap();
    assert_eq!(picture.url, "https://agency.example/l.jpg");
    assert_eq!(
        (picture.caption.as_str(), picture.credit.as_str()),
        ("Cranes", "Ana")
    );
    assert_eq!(image.enclosures[0].url, "https://agency.example/v.mp4");
}

#[test]
fn an_entry_of_labels_only_is_an_article() {
    let article = item("<category>Korea</category>");
    assert_eq!(article.tags, ["Korea"]);
    assert!(!article.entry.is_empty());
}

#[test]
fn dublin_cores_date_stands_for_what_nothing_else_tells() {
    let only = item("<dc:date>2024-03-12T10:15:00Z</dc:date>");
    assert!(only.published.is_some() && only.published == only.updated);
    let beside = item(
        "<pubDate>Tue, 12 Mar 2024 10:15:00 +0000</pubDate><dc:date>2024-03-13T10:15:00Z</dc:date>",
    );
    assert!(beside.published < beside.updated);
}

// Wounds

#[test]
fn a_feed_that_is_cut_off_gives_the_entries_before_the_cut_and_what_is_known_of_the_last() {
    let whole = "<rss><channel><item><title>One</title><link>/1</link></item><item><title>Two</title><link>/2</link><description><![CDATA[Words</description></item></channel></rss>";
    let cut = |end: &str| read(&whole[..whole.find(end).unwrap() + end.len()]);
    assert_eq!(cut("</item>").problems, []);
    let second = cut("Words");
    assert_eq!(second.articles[1].summary, plain("Words"));
    assert_eq!(
        second.problems[0].to_string(),
        "entry 2, line 1: the feed ends inside of it: what comes after is lost"
    );
    // Half an address leads nowhere
    assert_eq!(cut("<link>/2").articles[1].url, None);
    assert_eq!(cut("</item><item>").articles.len(), 1);
    assert_eq!(cut("</item><ite").articles.len(), 1);
}

#[test]
fn end_tags_that_are_missing_or_wrong_lose_nothing() {
    for (wound, expected) in [
        (
            "<item><title>One<link>/1</link></item><item><title>Two</title></item>",
            ["One", "Two"],
        ),
        (
            "<item><title>One</title><link>/1<item><title>Two</title></item>",
            ["One", "Two"],
        ),
        (
            "<item><title>One</tilte><guid>1</guid></item><item><title>Two</title></item>",
            ["One", "Two"],
        ),
        (
            "<item><title>One</b></title></p></item><item><x:y><title>Two</title></item>",
            ["One", "Two"],
        ),
        (
            "<item><title>One</title><description>a<guid>1</guid></item><item><title>Two</title><description>b</description></item>",
            ["One", "Two"],
        ),
        (
            "<item><title>One</title></item></channel></rss><item><title>Two</title></item>",
            ["One", "Two"],
        ),
        (
            "<item><title>One</title><itle>x</title><description>a</item><item><title>Two</title><description>b</description></item>",
            ["One", "Two"],
        ),
    ] {
        let feed = format!("<rss><channel><title>Agency<link>/</link>{wound}</channel></rss>");
        assert_eq!(titles(&feed), expected, "{wound}");
    }
}

#[test]
fn tags_in_any_case_and_without_quotes_are_read() {
    let article = item(
        "<TITLE>One</TITLE><Link>/1</Link><PubDate>Tue, 12 Mar 2024 10:15:00 +0000</pubdate><enclosure url=/a.mp3 type=audio/mpeg length=3 />",
    );
    assert_eq!(article.title, plain("One"));
    assert!(article.published.is_some());
    assert_eq!(article.enclosures[0].length, Some(3));
}

#[test]
fn ampersands_entities_and_brackets_may_stray() {
    let article = item(
        "<title>AT&T &eacute;t&#233; &unknown; 1 < 2 &nbsp;</title><link>/1?a=1&b=2&copy=3</link>",
    );
    assert_eq!(article.title, plain("AT&T été &unknown; 1 < 2"));
    assert_eq!(
        article.url.as_deref(),
        Some("https://agency.example/1?a=1&b=2&copy=3")
    );
}

#[test]
fn html_that_was_not_escaped_is_a_text_still() {
    let article = item(
        "<title>A <b>bold</b> title</title><description><p>One<br>two <a href='/x?a=1&b=2'>x</a></description><link>/1</link>",
    );
    assert_eq!(
        article.title,
        RawText::Html("A <b>bold</b> title".to_owned())
    );
    assert_eq!(
        article.summary,
        RawText::Html("<p>One<br>two <a href='/x?a=1&b=2'>x</a>".to_owned())
    );
    assert_eq!(article.url.as_deref(), Some("https://agency.example/1"));
}

#[test]
fn junk_before_between_and_after_is_passed_over() {
    let feed = "<rss><channel><item><title>One</title></item></channel></rss>";
    for text in [
        format!("\n\n <?xml version='1.0'?>{feed}"),
        format!("<b>Warning</b>: failed in /x.php on line 3<br />\n<?xml version='1.0'?>{feed}"),
        format!("PHP Notice: x\n{feed}"),
        format!("\u{feff}\u{feff}<?xml version='1.0'?><?xml version='1.0'?>{feed}"),
        format!("<!-- a -- b --><!DOCTYPE rss SYSTEM 'x'>{feed}<!-- cached --><script>1</script>"),
        format!("<html><body>{feed}</body></html>"),
        feed.replace("One", "O\0n\u{b}e"),
    ] {
        assert_eq!(titles(&text), ["One"], "{text}");
    }
}

#[test]
fn a_json_feed_that_is_cut_off_gives_the_items_before_the_cut() {
    let whole = r#"{"version":"https://jsonfeed.org/version/1.1","title":"The \"items\": [A]","language":"fr","items":[{"id":1,"title":"One"},{"id":"2","title":"Two"},{"id":"3","ti"#;
    let feed = read(whole);
    let ids: Vec<_> = feed
        .articles
        .iter()
        .map(|article| article.entry.as_str())
        .collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!(feed.info.title.as_deref(), Some("The \"items\": [A]"));
    assert_eq!(feed.articles[0].language.as_ref().unwrap().as_str(), "fr");
    assert_eq!(feed.problems[0].place, "entry 3");
}

#[test]
fn no_more_than_the_newest_entries_are_taken() {
    let settings = CollectSettings {
        max_entries: 1,
        ..CollectSettings::default()
    };
    let kept = |years: [u32; 2]| {
        let items = years.map(|year| {
            format!(
                "<item><guid>{year}</guid><pubDate>12 Mar {year} 10:15:00 +0000</pubDate></item>"
            )
        });
        let document = Document {
            bytes: format!("<rss><channel>{}</channel></rss>", items.concat()).into_bytes(),
            url: Url::parse("https://a.example/").unwrap(),
            content_type: None,
        };
        let feed = parse(&document, &settings).unwrap();
        (
            feed.articles[0].entry.clone(),
            feed.problems[0].message.clone(),
        )
    };
    let (newest, message) = kept([2024, 2023]);
    assert_eq!(newest, "2024");
    assert_eq!(kept([2023, 2024]).0, "2024");
    assert_eq!(
        message,
        "has 2 entries, more than 1 (`max_entries`): the newest were taken"
    );
}

#[test]
fn what_is_nested_too_deep_is_left_out_and_told() {
    let text = format!(
        "<rss><channel>{}<item><title>One</title></item></channel></rss>",
        "<a>".repeat(1000)
    );
    let feed = read(&text);
    assert!(feed.problems[0].message.contains("`max_depth`"));
}

proptest! {
    #[test]
    fn no_octets_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let base = Url::parse("https://a.example/").unwrap();
        let _ = try_read(&bytes, &base);
    }

    #[test]
    fn no_broken_feed_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<media:content url='x'>", "<entry>",
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'>", "</entry>", "<media:group>", "<![CDATA[", "]]>",
        "<content type='xhtml'>", "<link href='::'/>", "&#xE000;", "&bad;", "<!--", "-->", "<updated>0</updated>", "<entry xml:lang='fr'>",
    ]), 0..20)) {
        let base = Url::parse("https://a.example/").unwrap();
        let _ = try_read(pieces.concat().as_bytes(), &base);
    }

    #[test]
    fn the_beginning_of_a_feed_gives_all_that_was_whole_in_it(share in 0.0..1.0_f64, is_atom in any::<bool>()) {
        let (start, item, end) = if is_atom {
            ("<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>", "<entry><title>é &amp; ü</title><id>{}</id><content type='html'><![CDATA[<p>ö</p>]]></content></entry>\n", "</feed>")
        } else {
            ("<?xml version='1.0' encoding='utf-8'?><rss><channel><title>A</title>", "<item><title>é &amp; ü</title><guid>{}</guid><description>&lt;p&gt;ö</description></item>\n", "</channel></rss>")
        };
        let items: String = (0..8).map(|number| item.replace("{}", &number.to_string())).collect();
        let whole = [start, &items, end].concat();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a few hundred octets")]
        let cut = (whole.len() as f64 * share) as usize;
        let base = Url::parse("https://a.example/").unwrap();
        let complete = whole.as_bytes()[..cut].windows(7).filter(|end| *end == b"</item>" || *end == b"/entry>").count();
        let read = try_read(&whole.as_bytes()[..cut], &base).map_or(0, |feed| feed.articles.len());
        prop_assert!(read >= complete, "{read} of {complete}");
    }
}
