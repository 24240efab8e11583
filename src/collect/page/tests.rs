use super::*;
use crate::collect::{plain, raw::RawText};

const PAGE: &str = r#"<!doctype html><html lang="fr"><head><title>Le port | Agence</title>
    <link rel="canonical" href="https://agency.example/fr/port">
    <meta property="og:title" content="Le port (og)"><meta name="description" content="Un résumé &amp; plus.">
    <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Organization","name":"Agence"},
    {"@type":"NewsArticle","headline":"Le port rouvre","datePublished":"2024-03-12T10:15:00+01:00",
    "author":[{"@type":"Person","name":"Ana Roe","url":"https://agency.example/ana"}],"keywords":"ports, commerce",
    "image":{"@type":"ImageObject","url":"https://images.example/port.jpg","caption":"Le port."}}]}</script></head>
    <body><nav>Menu</nav><article><h1>Le port rouvre</h1><p>Premier <a href="/x">lien</a>.</p><aside>Pub</aside>
    <h2>Suite</h2><p>Second.</p></article><footer>Pied</footer></body></html>"#;

#[test]
fn json_ld_then_open_graph_then_the_page_itself() {
    let article = parse(PAGE);
    assert_eq!(article.title, RawText::Plain("Le port rouvre".into()));
    assert_eq!(
        article.url.as_deref(),
        Some("https://agency.example/fr/port")
    );
    assert_eq!(
        article.published.unwrap().to_rfc3339(),
        "2024-03-12T09:15:00+00:00"
    );
    assert_eq!(
        article.authors[0].url.as_deref(),
        Some("https://agency.example/ana")
    );
    assert_eq!(article.tags, ["ports", "commerce"]);
    assert_eq!(article.language.unwrap().as_str(), "fr");
    assert_eq!(article.image.unwrap().caption, "Le port.");
    assert_eq!(article.summary, RawText::Plain("Un résumé & plus.".into()));
}

#[test]
fn the_body_is_the_article_without_what_surrounds_it() {
    let RawText::Html(body) = parse(PAGE).body else {
        panic!()
    };
    assert_eq!(plain::from_html(&body), "Premier lien.\n\nSuite\n\nSecond.");
}

#[test]
fn a_page_with_nothing_but_text_is_an_article_too() {
    let article = parse("<title>A title</title><p>Some text.");
    assert_eq!(article.title, RawText::Plain("A title".into()));
    assert_eq!(article.body, RawText::Html("<p>Some text.</p>".into()));
    assert_eq!(parse("").body, RawText::None);
}

#[test]
fn a_figure_tells_caption_and_credit() {
    let image = parse("<h1>T</h1><figure><img src=https://i.example/a.jpg alt='A bridge'><figcaption>A bridge at dusk. <span class=photo-credit>© Agency</span></figcaption></figure>").image.unwrap();
    assert_eq!(
        (image.caption.as_str(), image.credit.as_str()),
        ("A bridge at dusk.", "Agency")
    );
}

#[test]
fn a_page_with_linked_data_of_many_kinds_is_read_by_the_first_that_tells() {
    let page = "<html lang=en><meta property=article:tag content=ports><meta property=article:tag content='deep sea'>\
        <meta name=parsely-author content='By Ana Roe and Bo Li'><meta name=description content='Cut off …'>\
        <meta name=twitter:description content='Cut off no more.'><meta property=article:section content=World>\
        <div itemscope itemtype=https://schema.org/NewsArticle><h1 itemprop=headline>The port reopens</h1>\
        <meta itemprop=datePublished content=2026-11-24T10:00:00Z></div>";
    let article = parse(page);
    let names: Vec<&str> = article
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    assert_eq!(names, ["Ana Roe", "Bo Li"]);
    assert_eq!(article.tags, ["ports", "deep sea", "World"]);
    assert_eq!(article.title, RawText::Plain("The port reopens".into()));
    assert_eq!(article.summary, RawText::Plain("Cut off no more.".into()));
    assert_eq!(
        article.published.unwrap().to_rfc3339(),
        "2026-11-24T10:00:00+00:00"
    );
}

#[test]
fn a_page_drawn_by_a_script_has_its_text_in_its_data() {
    let page = r#"<title>The port</title><script type="application/ld+json">{"@type":"NewsArticle","headline":"The port",
        "articleBody":"First paragraph.\n\nSecond paragraph."}</script><div id=app></div>"#;
    assert_eq!(
        parse(page).body,
        RawText::Plain("First paragraph.\n\nSecond paragraph.".into())
    );
}

#[test]
fn the_language_is_that_of_the_text_where_the_page_is_wrong() {
    let text = "Les deux gouvernements sont convenus mardi de rouvrir la ligne ferroviaire entre les ports. ".repeat(4);
    let told = |lang: &str, text: &str| {
        parse(&format!("<html lang={lang}><p>{text}"))
            .language
            .map(String::from)
    };
    assert_eq!(told("en", &text).as_deref(), Some("fr"));
    assert_eq!(told("fr-CA", &text).as_deref(), Some("fr-CA"));
    assert_eq!(told("nl", "Kort").as_deref(), Some("nl"));
}

#[test]
fn pictures_that_are_loaded_late_are_in_the_text() {
    let text = "<p>This is a sentence of the article, long enough to be one.</p>".repeat(3);
    let page = format!(
        "<article>{text}<img src='data:image/gif;base64,x' data-src=https://i.example/a.jpg>{text}</article>"
    );
    let RawText::Html(body) = parse(&page).body else {
        panic!()
    };
    assert!(body.contains(r#"src="https://i.example/a.jpg""#), "{body}");
}

mod any_bytes {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn do_no_harm(
            pieces in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        "<html lang=", "<title>", "</title>", "<h1>", "<p>", "</p>", "<article>", "<div class='ad ", "'>", "<a href='/2026/1/1/", "</a>",
                        "<script type='application/ld+json'>", "</script>", r#"{"@type":"NewsArticle","headline":"#, "[{", "}]", "\"", "\\", "//", "/*",
                        "<meta property=og:title content='", "<meta name=author content='By ", "<time datetime='", "<span itemprop=author itemscope>",
                        "<img srcset='a 1w, b", "<base href='", "<link rel=canonical href='", "<!--", "-->", "<figure><img src=", "<figcaption>", "2026-11-24",
                    ]).prop_map(str::to_owned),
                    ".{0,16}",
                ],
                0..40,
            ),
            bytes in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let page = [pieces.concat().as_bytes(), &bytes].concat();
            let at = Url::parse("https://agency.example/2026/01/01/x").unwrap();
            let html = decode_html(&page, None);
            let _ = contents(&html, &at, 16);
            let _ = feeds(&html, &at);
        }
    }
}
