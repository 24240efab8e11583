use proptest::prelude::*;

use super::*;
use crate::collect::{Summaries, charset, edit, normalise};
use crate::domain::{Article, CollectSettings, DeclaredSource, Priority, SourcePlace};

fn article(text: &str) -> Article {
    let source = DeclaredSource {
        name: "Desk".to_owned(),
        place: SourcePlace::Folder("articles".into()),
        priority: Priority::default(),
        language: None,
        topics: Vec::new(),
    };
    let raw = RawArticle {
        entry: "a.txt".to_owned(),
        ..parse(text)
    };
    let article = normalise::article(raw, &source, &CollectSettings::default());
    edit::edit(article, Summaries::Chosen).unwrap()
}

fn body(text: &str) -> Vec<String> {
    article(text)
        .body
        .text
        .split("\n\n")
        .map(str::to_owned)
        .collect()
}

fn related(article: &Article) -> Vec<&str> {
    article
        .related
        .iter()
        .map(|related| related.title.as_str())
        .collect()
}

#[test]
fn an_english_page_gives_every_field_and_no_furniture() {
    let article = article(&charset::decode(include_bytes!(
        "../../../tests/data/collect/ferry.txt"
    )));
    assert_eq!(
        article.title,
        "North and South Korea agree to reopen a ferry line"
    );
    let image = article.image.as_ref().unwrap();
    assert_eq!(
        image.caption,
        "Passengers wait on the quay at Sokcho, South Korea, on 4 March."
    );
    assert_eq!(image.credit, "Jun Park / AFP");
    let authors: Vec<&str> = article
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    assert_eq!(authors, ["Ana Roe", "Nicolas Vale"]);
    assert_eq!(article.reading_minutes, Some(3));
    assert_eq!(
        article.published.unwrap().to_rfc3339(),
        "2024-03-12T10:15:00+00:00"
    );
    assert_eq!(
        article.summary.text,
        "The two Koreas will let a ferry sail between them again this summer, for the first time in sixteen years."
    );
    assert_eq!(
        article.body.text,
        "The two Koreas will let a ferry sail between them again this summer, for the first time in sixteen years.\n\n\
         The announcement came after the summit in Hanoi, which ended without a wider agreement. Observers noted that Pyongyang had already repaired its quay.\n\n\
         A long wait\n\n\
         “It is a small boat, and a large step,” the minister said, calling the accord \"a beginning\" for both coasts.\n\n\
         Families on both sides have waited for years.\n\n\
         What next?\n\n\
         The first crossing is planned for June, the ministry’s spokesman said."
    );
    assert!(
        article.body.html.contains("<h2>A long wait</h2>"),
        "{}",
        article.body.html
    );
    assert_eq!(article.tags, ["North Korea", "South Korea", "Diplomacy"]);
    assert_eq!(
        related(&article),
        [
            "A port that kept its lights on",
            "Sixteen years of silence at sea",
            "South Korea's fishermen look north",
            "The railway that stops at the border",
        ]
    );
    assert_eq!(article.language.unwrap().as_str(), "en");
}

#[test]
fn a_french_page_without_empty_lines_gives_every_field_and_no_furniture() {
    let article = article(&charset::decode(include_bytes!(
        "../../../tests/data/collect/barrage.txt"
    )));
    assert_eq!(
        article.title,
        "Au Sahel, un barrage attendu depuis vingt ans"
    );
    let image = article.image.as_ref().unwrap();
    assert_eq!(
        (image.caption.as_str(), image.credit.as_str()),
        (
            "Le chantier du barrage, vu de la rive nord.",
            "AFP - Awa Diop"
        )
    );
    let authors: Vec<&str> = article
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    assert_eq!(authors, ["Claire Morin", "Paul N’Diaye"]);
    assert_eq!(article.reading_minutes, Some(4));
    assert_eq!(
        article.updated.unwrap().to_rfc3339(),
        "2024-03-12T11:00:00+00:00"
    );
    assert_eq!(
        article.body.text,
        "Le barrage, promis depuis vingt ans, sera mis en eau à l’automne, annonce le gouvernement.\n\n\
         Le ministre de l’Eau s’est rendu mardi sur le chantier, où il a salué «\u{a0}une promesse tenue\u{a0}» devant les habitants.\n\n\
         Des villages à déplacer\n\n\
         Trois villages doivent encore être déplacés, selon l’ONU, qui suit le dossier.\n\n\
         Les premières maisons sont prêtes."
    );
    assert_eq!(article.tags, ["Afrique", "Eau"]);
    assert_eq!(
        related(&article),
        [
            "Le fleuve et ses riverains",
            "Vingt ans de promesses",
            "L’eau, une affaire régionale"
        ]
    );
    assert_eq!(article.language.unwrap().as_str(), "fr");
}

#[test]
fn windows_line_ends_change_nothing() {
    let text = charset::decode(include_bytes!("../../../tests/data/collect/ferry.txt"));
    assert_eq!(article(&text.replace('\n', "\r\n")), article(&text));
}

#[test]
fn a_file_that_has_only_some_of_the_parts_is_an_article_too() {
    let only_title = article("A title and nothing else");
    assert_eq!(
        (only_title.title.as_str(), only_title.body.text.as_str()),
        ("A title and nothing else", "")
    );
    let one = article("A title\n\nOne paragraph. It has two sentences.");
    assert_eq!(one.body.text, "One paragraph. It has two sentences.");
    assert_eq!(one.summary.text, "One paragraph. It has two sentences.");
    assert_eq!(one.reading_minutes, Some(1));
    let related_only = article("A title\nText here.\nSur le même sujet\nUn\nDeux");
    assert_eq!(related(&related_only), ["Un", "Deux"]);
}

#[test]
fn sentences_broken_at_a_link_are_whole_again() {
    assert_eq!(
        body(
            "T\nThe lead is here.\nThe talks with\nDonald Trump\nended on Friday.\nThe next paragraph."
        ),
        [
            "The lead is here.",
            "The talks with Donald Trump ended on Friday.",
            "The next paragraph."
        ]
    );
    assert_eq!(
        body(
            "T\n\nThe lead is here.\n\nIn a report by the\n\nWorld Bank\n\n, the country’s debt (\n\n80%\n\n) is called “\n\nhigh\n\n”.\n\nThe end is near."
        ),
        [
            "The lead is here.",
            "In a report by the World Bank, the country’s debt (80%) is called “high”.",
            "The end is near."
        ]
    );
    assert_eq!(
        body("제목\n첫 문장이다.\n\n지난달\n북한\n은 미사일을 발사했다.")[1],
        "지난달 북한은 미사일을 발사했다."
    );
}

#[test]
fn a_script_without_capitals_is_joined_too() {
    let broken = "عنوان\nهذه هي المقدمة كاملة.\nوقالت هيئة الأركان في سيول إن الصاروخ أطلق من\nبيونغ يانغ\nوقطع مسافة طويلة.";
    assert_eq!(
        body(broken)[1],
        "وقالت هيئة الأركان في سيول إن الصاروخ أطلق من بيونغ يانغ وقطع مسافة طويلة."
    );
}

#[test]
fn crossheads_stand_between_paragraphs() {
    let html = article(
        "T\nThe lead is here.\nA new threat\nThe army said so on Monday.\nWho pays?\nNobody knows.",
    )
    .body
    .html;
    assert_eq!(
        html,
        "<p>The lead is here.</p><h2>A new threat</h2><p>The army said so on Monday.</p><h2>Who pays?</h2><p>Nobody knows.</p>"
    );
}

#[test]
fn a_list_in_the_text_is_no_list_of_topics() {
    let article = article(
        "T\n\nThe lead is here.\n\nThree points were agreed:\n\n- trade\n- health\n\nThe end came late.\n\n- Korea\n- Trade",
    );
    assert_eq!(article.tags, ["Korea", "Trade"]);
    assert!(
        article
            .body
            .html
            .contains("<ul><li>trade</li><li>health</li></ul>")
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|\n){0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn no_page_makes_it_panic(lines in prop::collection::vec(prop::sample::select(vec![
        "Title", "", "To read also:", "\"", "«", "”", "With our correspondent in Seoul,", "Text by:", "3 min", "- a", "•", "-",
        "On the same subject", "Published on:", "12/03/2024", "©", "(AFP)", ":", ",", "the summit", "A sentence.", "İ", "l’", "Tags:", "북한", "은",
        "Caption. AFP", "See also: \"A\" and \"B\"", "Photo: İİ", "|", "· ·", "Lire aussi", "\u{a0}",
    ]), 0..24)) {
        let _ = parse(&lines.join("\n"));
    }
}

#[test]
fn names_times_and_topics_may_stand_in_other_ways() {
    let article = article(
        "A title\n\nThe lead is here.\n\n4 min Listen to the article\n\nBy\nAna Roe\n|\nJun Park\n\nThe body is here.\n\n(With AFP)\n\nNewsletterReceive all the news directly in your inbox\n\nShare :\n\nKorea\nTrade",
    );
    let authors: Vec<&str> = article
        .authors
        .iter()
        .map(|author| author.name.as_str())
        .collect();
    assert_eq!(authors, ["Ana Roe", "Jun Park"]);
    assert_eq!(article.reading_minutes, Some(4));
    assert_eq!(
        article.body.text,
        "The lead is here.\n\nThe body is here.\n\n(With AFP)"
    );
    assert_eq!(article.tags, ["Korea", "Trade"]);
    assert_eq!(article.image, None);
}
