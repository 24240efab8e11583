//! Good documents of each kind, to be damaged.

/// Feeds.
pub const FEEDS: &[&[u8]] = &[
    include_bytes!("../../articles/feeds/agency.xml"),
    br#"<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xml:base="https://a.example/">
<title>Le fil</title><link href="/"/><entry><id>tag:a.example,2026:1</id><title type="html">Un &amp;lt;b&amp;gt;pont&amp;lt;/b&amp;gt;</title>
<link href="1"/><updated>2026-11-24T07:30:00+01:00</updated><author><name>A. Roe</name></author><category term="ports" label="Ports"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Le pont <a href="/b?utm_source=x">rouvre</a>.</p></div></content></entry></feed>"#,
    br#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://a.example/"><title>A</title></channel><item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link>
<dc:date>2026-11-24</dc:date><dc:subject>ports</dc:subject><dc:creator>A. Roe</dc:creator><description>&lt;p&gt;Text&lt;/p&gt;</description></item></rdf:RDF>"#,
    br#"{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","url":"https://a.example/1","title":"One",
"content_html":"<p>x</p>","date_published":"2026-11-24T07:30:00Z","tags":["korea"],"authors":[{"name":"A. Roe"}]},{"id":2,"content_text":"y"}]}"#,
    br#"<!DOCTYPE rss [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><rss version="2.0"><channel><title>&c;</title><item><title>&c;&eacute;&</title><link>/1</link><pubDate>Tue, 24 Nov 2026 07:30:00 GMT</pubDate></item></channel></rss>"#,
];

/// Sitemaps.
pub const SITEMAPS: &[&[u8]] = &[
    br#"<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/1</loc>
<lastmod>2026-11-24</lastmod><news:news><news:publication><news:name>A</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2026-11-24T07:30:00Z</news:publication_date><news:title>One &amp; two</news:title><news:keywords>ports, korea</news:keywords></news:news></url></urlset>"#,
    br#"<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>https://a.example/news.xml.gz</loc><lastmod>2026-11-24</lastmod></sitemap></sitemapindex>"#,
];

/// Pages.
pub const PAGES: &[&[u8]] = &[
    include_bytes!("../../articles/final-in-the-rain.html"),
    include_bytes!("../../articles/maktaba.html"),
    br#"<html lang=en><head><title>One - A</title><link rel=canonical href=/1><meta property="og:type" content=article><meta property="article:tag" content=ports>
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"NewsArticle","headline":"One","author":[{"@type":"Person","name":"A. Roe"}],
"datePublished":"2026-11-24T07:30:00Z","image":{"@type":"ImageObject","url":"/i.jpg","caption":"A port"},"keywords":["ports"]}]}</script></head>
<body><nav><a href=/>Home</a></nav><article><h1>One</h1><figure><img src=/i.jpg alt="A port"><figcaption>A port. <small>Agency</small></figcaption></figure>
<p>The ports reopened on Tuesday after eleven years, officials on both sides of the strait said.</p><p>More text that says more.</p></article></body></html>"#,
    br#"<html><body><main><section><article><h2><a href="/2026/11/24/ports-reopen">The ports reopen after eleven years</a></h2><p>A card.</p><time datetime=2026-11-24></time></article>
<article><h2><a href="/2026/11/24/clinic">A clinic by radio for the islands</a></h2><img src=/c.jpg></article></section></main></body></html>"#,
];

/// Files of articles.
pub const FILES: &[&[u8]] = &[
    include_bytes!("../../articles/cable-factory-korea.md"),
    include_bytes!("../../articles/corail-des-cendres.md"),
    include_bytes!("../../articles/ferry-sokcho-wonsan.txt"),
    include_bytes!("../../articles/barrage-de-kalanga.txt"),
    include_bytes!("../../articles/maktaba.html"),
    b"---\ntitle: One\ndate: 2026-11-24\ntags: [a, b]\nauthor: {name: A. Roe}\nimage: i.jpg\n---\n# One\n\nText <b>bold</b>.\n",
    b"+++\ntitle = \"One\"\ndate = 2026-11-24\nrelated = [\"A\", { title = \"B\", url = \"/b\" }]\n+++\n\nText.\n",
];

/// Lists of feeds.
pub const OPML: &[&[u8]] = &[
    br#"<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>Feeds</title></head><body><outline text="World">
<outline text="Korea" title="Korea &amp; more"><outline type="rss" text="Agency" xmlUrl="https://agency.example/feed.xml" htmlUrl="https://agency.example/" category="/Asia/Korea,Trade" language="en"/></outline>
<outline text="B" xmlurl="https://b.example/rss"/></outline></body></opml>"#,
];
