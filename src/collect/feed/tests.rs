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
fn an_id_stays_when_the_title_is_corrected() {
    let entry = |title: &str| {
        read(&format!(r#"<rss version="2.0"><channel><item><title>{title}</title><link>https://a.example/1</link></item></channel></rss>"#))
            .articles[0].entry.clone()
    };
    assert_eq!(entry("Wrnog"), entry("Right"));
}

#[test]
fn an_id_used_twice_is_reported_and_the_rest_goes_on() {
    let feed = read(
        r#"<rss version="2.0"><channel><item><guid>1</guid><title>a</title></item><item><guid>1</guid><title>b</title></item><item><guid>2</guid><title>c</title></item></channel></rss>"#,
    );
    assert_eq!(feed.articles.len(), 2);
    assert_eq!(feed.problems[0].place, "entry 2");
}

#[test]
fn what_is_no_feed_is_an_error() {
    let base = Url::parse("https://a.example/").unwrap();
    for text in [
        "",
        "hello",
        "<html><body></body></html>",
        "{}",
        "<rss version=\"2.0\"><channel>",
    ] {
        let _ = try_read(text.as_bytes(), &base).map(|feed| assert!(feed.articles.is_empty()));
    }
    assert!(try_read(b"<html></html>", &base).is_err());
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
}
