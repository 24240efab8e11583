use std::{
    fs,
    sync::{Arc, LazyLock},
};

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::{sample::filled, *};
use crate::domain::{
    Also, Archived, Article, ArticleId, Beside, Colours, Corrected, Correction, Design, EditionId,
    Form, Handling, Image, Images, InDoubt, Length, Limit, Logo, Mailbox, Mark, Moved, Number,
    Parts, Person, Query, Ranking, Related, RichText, SegmentKey, SlotId, Theme,
    digest::{CLOSE, OPEN},
};

mod looks;

fn language(tag: &str) -> Language {
    tag.parse().expect("a tag")
}

fn publisher() -> Publisher {
    Publisher {
        name: "The Harbour Press".into(),
        url: Some("https://harbour.example/".into()),
        postal_address: "12 Quay Street\n1000 Harbour Town".into(),
        service_url: Some("https://news.harbour.example".into()),
        bounce_address: None,
        media: None,
    }
}

fn edition(name: &str) -> Edition {
    Edition {
        id: EditionId("daily".into()),
        name: name.into(),
        from: Mailbox {
            name: name.into(),
            address: "daily@harbour.example".parse().expect("an address"),
        },
        reply_to: None,
        unsubscribe_address: "leave@harbour.example".parse().expect("an address"),
        languages: ["en", "fr", "ar", "ko"].map(language).into(),
        at: None,
        tz: chrono_tz::Europe::Paris,
        days: Vec::new(),
        deadline: chrono::TimeDelta::hours(24),
        sources: Vec::new(),
        topics: Vec::new(),
        default_topics: "*".parse::<Query>().expect("a query"),
        max_articles: Limit::None,
        min_articles: 1,
        max_wait: None,
        max_age: None,
        look: Look::default(),
        design: Design::default(),
        in_doubt: InDoubt::Hold,
        ranking: Ranking::default(),
        pins: Vec::new(),
    }
}

fn issue() -> IssueId {
    IssueId {
        edition: EditionId("daily".into()),
        date: NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date"),
        slot: SlotId::default(),
    }
}

fn topic(id: &str, names: &[(&str, &str)]) -> Topic {
    Topic {
        id: TopicId(id.into()),
        names: names
            .iter()
            .map(|(tag, name)| (language(tag), (*name).into()))
            .collect(),
        aliases: Vec::new(),
        within: Vec::new(),
        phrases: Vec::new(),
        not_phrases: Vec::new(),
        body: false,
    }
}

fn topics() -> Vec<Topic> {
    vec![
        topic(
            "korea",
            &[
                ("en", "Korea"),
                ("fr", "Corée"),
                ("ar", "كوريا"),
                ("ko", "한반도"),
            ],
        ),
        topic(
            "climate",
            &[
                ("en", "Climate"),
                ("fr", "Climat"),
                ("ar", "المناخ"),
                ("ko", "기후"),
            ],
        ),
        topic(
            "sport",
            &[
                ("en", "Sport"),
                ("fr", "Sport"),
                ("ar", "رياضة"),
                ("ko", "스포츠"),
            ],
        ),
    ]
}

fn renderer_with(templates: &Templates, notice: Notice) -> Result<Renderer, RenderError> {
    let edition = edition("Morning Tide");
    Renderer::new(
        templates,
        &publisher(),
        &edition,
        &topics(),
        &issue(),
        notice,
    )
}

fn renderer() -> &'static Renderer {
    static RENDERER: LazyLock<Renderer> = LazyLock::new(|| {
        renderer_with(&Templates::built_in(), Notice::Real)
            .unwrap_or_else(|error| panic!("{error}"))
    });
    &RENDERER
}

fn reader() -> ReaderValues {
    ReaderValues::new(
        "ann.o'neil@mail.example",
        "Ann",
        "https://news.harbour.example/u/aabbccddeeffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz2",
        "https://news.harbour.example/p/aabbccddeeffgghhiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz2",
    )
}

fn article(title: &str, summary: &str) -> Article {
    Article {
        id: ArticleId::new(title),
        url: Some(format!("https://harbour.example/{}", title.len())),
        title: title.into(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: None,
        tags: Vec::new(),
        summary: RichText {
            html: String::new(),
            text: summary.into(),
        },
        body: RichText::default(),
        image: None,
        enclosures: Vec::new(),
        reading_minutes: Some(4),
        related: Vec::new(),
        source: "Harbour Wire".into(),
        handling: Handling::default(),
    }
}

fn placed(article: Article, form: Form) -> Placed {
    Placed::new(
        form,
        Arc::new(Archived {
            number: Number(1),
            eligible_at: DateTime::<Utc>::UNIX_EPOCH,
            story: Number(1),
            revision: article.revision(),
            article,
        }),
    )
}

fn segment(tag: &str, follows: &[&str], sections: Vec<(Option<&str>, Vec<Placed>)>) -> Segment {
    let topics: Vec<_> = follows.iter().map(|id| TopicId((*id).into())).collect();
    Segment {
        key: SegmentKey {
            issue: issue(),
            query: String::new(),
            topics: topics.clone(),
            languages: vec![language(tag)],
            watermark: Number(0),
            cutoff: Number(9),
            had: Number(0),
            max_articles: Limit::None,
            length: Length::Summary,
            parts: Parts::Both,
            former: Vec::new(),
            moved: Vec::new(),
            look: Look::default(),
            made_from: String::new(),
        },
        language: language(tag),
        follows: topics,
        opening: None,
        corrections: Vec::new(),
        moved: Vec::new(),
        sections: sections
            .into_iter()
            .map(|(topic, articles)| Section {
                topic: topic.map(|id| TopicId(id.into())),
                articles,
            })
            .collect(),
    }
}

fn one(article: Article) -> Segment {
    segment("en", &[], vec![(None, vec![placed(article, Form::Lead)])])
}

#[test]
fn the_built_in_templates_work_in_every_language_they_have_labels_for() {
    let renderer = renderer();
    for tag in [
        "en", "fr", "ko", "ar", "es", "de", "pt-BR", "ru", "ja", "zh-Hant", "xh", "it", "nl", "pl",
        "ro", "uk", "tr", "fa", "vi", "sw", "ha",
    ] {
        let mut segment = one(article("A title", "A summary."));
        segment.language = language(tag);
        let digest = renderer.render(&segment).expect("a digest");
        let (html, text) = filled(&digest, &reader());
        assert!(
            html.contains("A title") && text.contains("A title"),
            "{tag}"
        );
        assert!(!html.contains("{n}") && !text.contains("{n}"), "{tag}");
    }
}

#[test]
fn every_title_and_link_is_in_both_parts() {
    let forms = [Form::Lead, Form::Card, Form::Short, Form::Line, Form::Full];
    let articles: Vec<_> = forms
        .into_iter()
        .enumerate()
        .map(|(n, form)| {
            let mut article = article(&format!("Title {n}"), "Summary");
            article.url = Some(format!("https://harbour.example/story-{n}?a=b&c={n}"));
            placed(article, form)
        })
        .collect();
    let segment = segment("en", &["korea"], vec![(Some("korea"), articles)]);
    let (html, text) = filled(&renderer().render(&segment).expect("a digest"), &reader());
    for n in 0..forms.len() {
        assert!(html.contains(&format!(">Title {n}</a>")), "{html}");
        assert!(html.contains(&format!(
            "\"https://harbour.example/story-{n}?a=b&amp;c={n}\""
        )));
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert!(lines.contains(&format!("Title {n}").as_str()), "{text}");
        let link = format!("https://harbour.example/story-{n}?a=b&c={n}");
        assert!(lines.contains(&link.as_str()), "{text}");
    }
}

#[test]
fn the_footer_says_who_sends_why_and_how_to_leave() {
    let segment = segment(
        "en",
        &["korea", "climate"],
        vec![(None, vec![placed(article("A title", ""), Form::Lead)])],
    );
    let (html, text) = filled(&renderer().render(&segment).expect("a digest"), &reader());
    for part in [&html, &text] {
        for wanted in [
            "12 Quay Street, 1000 Harbour Town",
            "The Harbour Press",
            "Korea · Climate",
            "you subscribed to Morning Tide",
            "ann.o'neil@mail.example",
        ] {
            assert!(part.contains(wanted), "{wanted}: {part}");
        }
        assert!(part.contains(&format!("{OPEN}{}{CLOSE}", reader().unsubscribe_url)));
        assert!(part.contains(&reader().preferences_url));
    }
    assert!(text.contains("\n-- \n"), "{text}");
}

#[test]
fn without_a_service_there_is_no_link_to_preferences() {
    let publisher = Publisher {
        service_url: None,
        ..publisher()
    };
    let edition = edition("Morning Tide");
    let renderer = Renderer::new(
        &Templates::built_in(),
        &publisher,
        &edition,
        &[],
        &issue(),
        Notice::Real,
    )
    .expect("a renderer");
    let digest = renderer.render(&one(article("A", ""))).expect("a digest");
    let parts = [digest.html, digest.text].concat();
    let mark = crate::domain::Hole::Preferences.mark();
    assert!(parts.iter().all(|piece| !piece.text.contains(&mark)));
}

#[test]
fn a_test_mail_says_so() {
    let renderer = renderer_with(&Templates::built_in(), Notice::Test).expect("a renderer");
    let digest = renderer.render(&one(article("A", ""))).expect("a digest");
    let (html, text) = filled(&digest, &reader());
    assert_eq!(digest.subject, "Test: Morning Tide: A");
    assert!(html.contains("its links change nothing") && text.contains("its links change nothing"));
}

#[test]
fn pieces_are_shared_between_segments_and_end_in_a_line_break() {
    let renderer = renderer();
    let story = placed(article("Shared", "One & the same"), Form::Card);
    let first = segment("en", &["korea"], vec![(Some("korea"), vec![story.clone()])]);
    let lead = placed(article("Another", ""), Form::Lead);
    let second = segment("en", &[], vec![(None, vec![lead, story])]);
    let [first, second] =
        [first, second].map(|segment| renderer.render(&segment).expect("a digest"));
    let shared = |a: &[Arc<crate::domain::Fragment>], b: &[Arc<crate::domain::Fragment>]| {
        a.iter()
            .filter(|piece| b.iter().any(|other| Arc::ptr_eq(piece, other)))
            .count()
    };
    // All but what is the segment's own: preheader, count, topics followed, and its heading
    assert_eq!(first.html.len() - shared(&first.html, &second.html), 4);
    assert_eq!(first.text.len() - shared(&first.text, &second.text), 3);
    let pieces = [first.html, first.text, second.html, second.text].concat();
    assert!(pieces.iter().all(|piece| piece.text.ends_with('\n')));
}

#[test]
fn an_article_keeps_its_own_language_and_direction() {
    let mut arabic = article("عنوان عربي", "ملخص");
    arabic.language = Some(language("ar"));
    let (html, _) = filled(
        &renderer().render(&one(arabic)).expect("a digest"),
        &reader(),
    );
    assert!(html.contains("<html lang=\"en\" dir=\"ltr\""), "{html}");
    let story = html
        .find("عنوان عربي")
        .and_then(|at| html[..at].rfind("<table"));
    let tag = story.map_or("", |at| &html[at..at + 200]);
    assert!(tag.contains("lang=\"ar\" dir=\"rtl\""), "{tag}");
}

#[test]
fn what_an_article_brings_cannot_become_markup_marks_or_a_script_link() {
    let mut evil = article(
        "<script>alert(1)</script>",
        "\u{e000}\u{e012}\u{e001}{{ 7 * 7 }}",
    );
    evil.url = Some("javascript:alert(1)".into());
    evil.authors = vec![Person {
        name: "\"><img src=x onerror=alert(1)>".into(),
        ..Person::default()
    }];
    let digest = renderer().render(&one(evil)).expect("a digest");
    let html: String = digest
        .html
        .iter()
        .map(|piece| piece.text.as_str())
        .collect();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("javascript:"));
    assert_eq!(
        html.matches(OPEN).count(),
        3,
        "unsubscribe, preferences, address"
    );
    assert!(html.contains("{{ 7 * 7 }}"));
}

#[test]
fn a_broken_template_names_the_file_and_the_line() {
    let error = |name: &str, text: &str| {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("a file");
        let error = Templates::built_in()
            .with_folder(dir.path())
            .and_then(|templates| renderer_with(&templates, Notice::Real))
            .expect_err("an error")
            .to_string();
        error.replace(&dir.path().display().to_string(), "DIR")
    };
    let undefined = error(
        "article/card.html",
        "<table><tr><td>\n{{ article.tilte }}\n</td></tr></table>\n",
    );
    assert!(
        undefined.starts_with("template DIR/article/card.html, line 2: "),
        "{undefined}"
    );
    assert!(undefined.contains("did you mean `title`?"), "{undefined}");
    assert!(
        undefined.contains("tilte") && undefined.contains("DIR/article/card.html:2:"),
        "{undefined}"
    );
    let syntax = error("digest.txt", "{{ date }}\n{% if x %}\n");
    assert!(
        syntax.starts_with("template DIR/digest.txt, line "),
        "{syntax}"
    );
    let filter = error("subject.txt", "a\n{{ date | shout }}");
    assert!(
        filter.starts_with("template DIR/subject.txt, line 2: "),
        "{filter}"
    );
    let marker = error("digest.txt", "no articles");
    assert_eq!(
        marker,
        "template DIR/digest.txt: write `{{ content | safe }}` once, on a line of its own"
    );
    let unbalanced = error("article/line.html", "<div>{{ article.title }}\n");
    assert!(
        unbalanced.contains("close each tag in the template that opens it"),
        "{unbalanced}"
    );
    let ancestor = error("looks/broadsheet/style.css", ".sheet .story {color: red}");
    assert!(
        ancestor.contains("in DIR/looks/broadsheet/style.css, select by single classes"),
        "{ancestor}"
    );
    let labels = error("labels/fr.toml", "by = 'Par'\nby = 'De'\n");
    assert!(
        labels.starts_with("labels DIR/labels/fr.toml: ") && labels.contains("line 2"),
        "{labels}"
    );
}

#[test]
fn the_operator_overrides_one_partial_and_one_label_and_keeps_the_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        (
            "parts/masthead.html",
            "{% component masthead(@edition) %}<h1>Our {{ edition.name }}</h1>{% endcomponent %}",
        ),
        ("labels/en.toml", "unsubscribe = 'Leave us'"),
        ("labels/.en.toml.swp", "\u{1}"),
    ] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let templates = Templates::built_in()
        .with_folder(dir.path())
        .expect("templates");
    let again = Templates::from_content(templates.content().clone());
    let of = |templates| {
        let renderer = renderer_with(templates, Notice::Real).expect("a renderer");
        filled(
            &renderer.render(&one(article("A", ""))).expect("a digest"),
            &reader(),
        )
    };
    let (html, text) = of(&templates);
    assert!(
        html.contains("Our Morning Tide") && html.contains("Leave us"),
        "{html}"
    );
    assert!(
        text.contains("Leave us") && text.contains("You follow"),
        "{text}"
    );
    assert_eq!(of(&again), (html, text));
}

/// The whole of a digest, made with files in the operator's folder for an edition of this design.
fn made_with(
    files: &[(&str, &str)],
    design: Design,
    segment: &Segment,
) -> (Digest, String, String) {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let templates = Templates::built_in()
        .with_folder(dir.path())
        .expect("templates");
    let edition = Edition {
        design,
        ..edition("Morning Tide")
    };
    let renderer = Renderer::new(
        &templates,
        &publisher(),
        &edition,
        &topics(),
        &issue(),
        Notice::Real,
    );
    let renderer = renderer.unwrap_or_else(|error| panic!("{error}"));
    let digest = renderer.render(segment).expect("a digest");
    let (html, text) = filled(&digest, &reader());
    let whole = renderer.render_whole(segment, &reader()).expect("a digest");
    assert_eq!((&html, &text), (&whole.html, &whole.text));
    (digest, html, text)
}

fn in_look(look: &str) -> Segment {
    looks::segment("en", look)
}

#[test]
fn a_look_of_the_operators_own_has_the_shared_templates_for_all_that_it_lacks() {
    let files = [
        (
            "looks/ours/style.css",
            "h1 {color: {{ theme.light.accent }}}\n@media print {h1 {color: black}}",
        ),
        ("looks/ours/theme.toml", "[light]\naccent = '#123456'"),
        (
            "looks/ours/topic.html",
            "<table><tr><td><h2>~ {{ heading }} ~</h2></td></tr></table>",
        ),
    ];
    let (_, html, _) = made_with(&files, Design::default(), &in_look("ours"));
    assert!(html.contains("~ Climate ~"), "{html}");
    assert!(
        html.contains("<h1 class=\"name ink\" style=\"color:#123456\">Morning Tide"),
        "{html}"
    );
    assert!(html.contains("@media print"), "{html}");
    let (_, html, _) = made_with(&files, Design::default(), &in_look("brief"));
    assert!(
        !html.contains("~ Climate ~") && !html.contains("#123456"),
        "{html}"
    );
}

#[test]
fn what_the_operator_says_of_the_theme_is_in_every_look() {
    let theme = Theme {
        width: Some(480),
        logo: Some(Logo {
            url: "https://harbour.example/logo.png".into(),
            width: 200,
            height: 40,
        }),
        light: Colours {
            ink: Some("#010203".parse().expect("a colour")),
            ..Colours::default()
        },
        ..Theme::default()
    };
    let design = Design {
        theme,
        ..Design::default()
    };
    for look in ["broadsheet", "brief", "plain"] {
        let (_, html, _) = made_with(&[], design.clone(), &in_look(look));
        for wanted in [
            "max-width:480px",
            "color:#010203",
            "<img class=\"logo\" alt=\"Morning Tide\" src=\"https://harbour.example/logo.png\" width=\"200\"",
        ] {
            assert!(html.contains(wanted), "{look}: {wanted}: {html}");
        }
    }
}

#[test]
fn all_that_the_table_of_names_has_is_there() {
    let uses = |templates: &str| -> String {
        let names = VARS.iter().filter(|var| var.templates.contains(templates));
        let uses = names.map(|var| format!("{{% set x = [{}] %}}{{{{ x | length }}}}", var.name));
        uses.collect::<Vec<_>>().concat()
    };
    let built_in = Templates::built_in();
    for (file, templates) in [
        ("digest.html", "digest.html"),
        ("subject.txt", "subject.txt, preheader"),
        ("article/card.txt", "article/*"),
        ("topic.txt", "topic.txt"),
        ("notes.txt", "notes.txt"),
        ("topic.html", "all"),
    ] {
        let text = &built_in.content()[file];
        let used = uses(templates).replace(
            "article.",
            if file == "subject.txt" {
                "lead."
            } else {
                "article."
            },
        );
        let text =
            format!("{text}{{% if false %}}{{% endif %}}{{% set all %}}{used}{{% endset %}}");
        made_with(&[(file, &text)], Design::default(), &in_look("broadsheet"));
    }
}

#[test]
fn without_images_a_digest_has_none() {
    let design = Design {
        images: Images::None,
        ..Design::default()
    };
    let mut story = article("A", "B");
    story.body.html = "<p>One <img src=\"https://a.example/a.jpg\" alt=\"x > y\"> two</p>".into();
    story.body.text = "One two".into();
    story.image = Some(Image {
        url: "https://a.example/b.jpg".into(),
        ..Image::default()
    });
    let stories = [Form::Full, Form::Lead, Form::Card].map(|form| placed(story.clone(), form));
    let segment = segment("en", &[], vec![(None, stories.into())]);
    let (_, html, _) = made_with(&[], design, &segment);
    assert!(
        !html.contains("<img") && html.contains("One  two"),
        "{html}"
    );
    let (_, html, _) = made_with(&[], Design::default(), &segment);
    assert_eq!(html.matches("<img").count(), 4, "one in the text");
}

/// A digest of `count` stories, each with a picture and a summary.
fn long_segment(count: usize) -> Segment {
    let stories = (0..count).map(|n| {
        let mut story = article(&format!("Story {n}"), &"A sentence of it. ".repeat(15));
        story.image = Some(Image {
            url: format!("https://harbour.example/images/{n}.jpg"),
            ..Image::default()
        });
        placed(story, if n == 0 { Form::Lead } else { Form::Card })
    });
    let mut stories = stories.collect::<Vec<_>>();
    let others = stories.split_off(count / 2);
    segment(
        "en",
        &["korea"],
        vec![(Some("korea"), stories), (None, others)],
    )
}

#[test]
fn a_pictures_height_follows_from_its_size_in_whole_pixels() {
    let mut story = article("Ports reopen", "");
    story.image = Some(Image {
        url: "https://harbour.example/a.jpg".into(),
        size: crate::domain::ImageSize::new(1600, 901),
        ..Image::default()
    });
    let stories = vec![placed(story, Form::Lead)];
    let segment = segment("en", &["korea"], vec![(Some("korea"), stories)]);
    let (_, html, _) = made_with(&[], Design::default(), &segment);
    assert!(html.contains("width=\"536\" height=\"302\""), "{html}");
}

#[test]
fn the_whole_text_shows_its_picture_once_and_no_wider_than_the_mail() {
    let mut story = article("Ports reopen", "");
    story.body.html = "<p>a</p><img src=\"https://harbour.example/a.jpg?x&amp;y\">".into();
    story.image = Some(Image {
        url: "https://harbour.example/a.jpg?x&y".into(),
        ..Image::default()
    });
    let stories = vec![placed(story, Form::Full)];
    let segment = segment("en", &["korea"], vec![(Some("korea"), stories)]);
    let (_, html, _) = made_with(&[], Design::default(), &segment);
    assert_eq!(html.matches("a.jpg").count(), 1, "{html}");
    let (_, picture) = html.split_once("<img").unwrap();
    assert!(
        picture[..picture.find('>').unwrap()].contains("max-width:100%"),
        "{html}"
    );
}

#[test]
fn a_digest_over_its_limit_is_shortened_from_its_end() {
    let made = |octets| {
        let design = Design {
            max_size: Limit::Most(octets),
            ..Design::default()
        };
        let (digest, html, text) = made_with(&[], design, &long_segment(20));
        assert!(html.len() as u64 <= octets, "{} octets", html.len());
        // The footer is whole, and so is the HTML.
        assert!(html.contains("12 Quay Street") && html.trim_end().ends_with("</html>"));
        assert!(text.contains("12 Quay Street") && text.contains("Story 0\n"));
        (digest.shortened, html, text)
    };
    let (shortened, html, _) = made(200_000);
    assert_eq!(shortened, Shortened::default());
    assert!(html.contains("images/19.jpg"));
    let (shortened, html, _) = made(html.len() as u64 - 1_000);
    assert!(
        shortened.shorter > 0 && shortened.left_out == 0,
        "{shortened:?}"
    );
    assert!(html.contains("images/1.jpg") && !html.contains("images/19.jpg"));
    let (shortened, html, text) = made(20_000);
    assert!(shortened.left_out > 0, "{shortened:?}");
    let rest = format!("and {} more stories", shortened.left_out);
    assert!(
        html.contains("href=\"https://harbour.example/\"") && html.contains(&rest),
        "{html}"
    );
    assert!(
        text.contains(&format!("{rest}\nhttps://harbour.example/\n")),
        "{text}"
    );
    assert!(html.contains("images/0.jpg"), "the lead keeps its picture");
}

#[test]
fn a_limit_that_nothing_fits_leaves_the_first_story() {
    let design = Design {
        max_size: Limit::Most(1),
        ..Design::default()
    };
    let (digest, html, _) = made_with(&[], design, &long_segment(5));
    assert_eq!(digest.shortened.left_out, 4);
    assert!(html.contains("Story 0") && html.contains("and 4 more stories"));
}

#[test]
fn a_subject_is_short_and_on_one_line() {
    let long = "A very long title\nthat goes on ".repeat(8);
    let segment = segment(
        "en",
        &[],
        vec![(
            None,
            vec![
                placed(article(&long, "x"), Form::Lead),
                placed(article("Second\r\nstory", "x"), Form::Card),
            ],
        )],
    );
    let digest = renderer().render(&segment).expect("a digest");
    assert!(
        digest
            .subject
            .starts_with("Morning Tide: A very long title that goes on")
    );
    assert!(
        digest.subject.ends_with('…') && digest.subject.width() <= 78,
        "{}",
        digest.subject
    );
    assert_eq!(digest.preheader, "Second story");
}

#[test]
fn a_digest_of_thirty_stories_is_not_clipped() {
    let stories = (0..30).map(|n| {
        let mut story = article(
            &format!("The title of story number {n} in its usual length"),
            &"A sentence of the summary. ".repeat(12),
        );
        story.authors = vec![Person {
            name: "Jane Roe".into(),
            ..Person::default()
        }];
        story.image = Some(Image {
            url: format!("https://harbour.example/images/{n}.jpg"),
            ..Image::default()
        });
        placed(story, if n == 0 { Form::Lead } else { Form::Card })
    });
    let segment = segment("en", &["korea"], vec![(Some("korea"), stories.collect())]);
    let (html, _) = filled(&renderer().render(&segment).expect("a digest"), &reader());
    // Gmail cuts a message off at 102 KiB
    assert!(html.len() < 102_400 * 95 / 100, "{} octets", html.len());
}

#[test]
fn the_styles_that_gmail_must_read_stay_small_and_the_rest_is_in_the_elements() {
    let (html, _) = filled(
        &renderer()
            .render(&one(article("A", "B")))
            .expect("a digest"),
        &reader(),
    );
    let blocks: Vec<_> = html.split("<style>").skip(1).collect();
    let length: usize = blocks
        .iter()
        .map(|block| block.split("</style>").next().map_or(0, str::len))
        .sum();
    assert!(length < 8192, "{length} characters");
    assert!(html.contains("class=\"summary ink\" style=\""), "{html}");
    assert_eq!(
        html.matches("<!--[if mso]>").count(),
        html.matches("<![endif]-->").count()
    );
    for (tag, count) in [("h1", 1), ("h2", 1), ("h3", 1)] {
        let heading = html.split(&format!("<{tag} ")).nth(1).unwrap_or_default();
        assert!(
            heading
                .split('>')
                .next()
                .is_some_and(|tag| tag.contains("font-weight:700"))
        );
        assert_eq!(html.matches(&format!("<{tag} ")).count(), count);
    }
}

fn odd_text() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[A-Za-z ,.'-]{0,60}",
        2 => "[ء-ي ]{0,40}",
        2 => "[가-힣一-龥ぁ-ん]{0,60}",
        2 => "[<>&\"'{}%#/=;\u{a0}-]{0,20}",
        1 => "[a-z]{80,200}",
        2 => "\\PC{0,30}",
        1 => "[\u{0}-\u{20}\u{7f}-\u{a0}\u{200b}-\u{202f}\u{2060}-\u{206f}\u{feff}\u{e000}-\u{e0ff}\u{fffd}-\u{ffff}]{0,12}",
        1 => Just("-- ".to_owned()),
        1 => Just("https://a.example/b c?d=e&f=<g>\"h\"".to_owned()),
    ]
    .boxed()
}

prop_compose! {
    fn odd_article()(
        title in odd_text(), url in proptest::option::of(odd_text()), summary in proptest::collection::vec(odd_text(), 0..4),
        names in proptest::collection::vec(odd_text(), 0..3), tag in proptest::option::of(prop_oneof![Just("ar"), Just("ko"), Just("en")]),
        body in odd_text(), image in proptest::option::of([odd_text(), odd_text(), odd_text(), odd_text()]),
        reading_minutes in proptest::option::of(0_u32..300), related in proptest::collection::vec((odd_text(), proptest::option::of(odd_text())), 0..3),
        source in odd_text(), secure: bool,
    ) -> Article {
        let prefix = if secure { "https://x.example/" } else { "" };
        Article {
            url: url.map(|url| format!("{prefix}{url}")),
            authors: names.into_iter().map(|name| Person { name, ..Person::default() }).collect(),
            language: tag.map(language),
            body: RichText { html: ammonia::clean(&body), text: body },
            image: image.map(|[url, alt, caption, credit]| Image { url: format!("{prefix}{url}"), alt, caption, credit, size: None }),
            reading_minutes,
            related: related.into_iter().map(|(title, url)| Related { title, url }).collect(),
            source,
            ..article(&title, &summary.join("\n\n"))
        }
    }
}

fn odd_segment() -> BoxedStrategy<Segment> {
    let form = prop_oneof![
        Just(Form::Full),
        Just(Form::Lead),
        Just(Form::Card),
        Just(Form::Short),
        Just(Form::Line)
    ];
    let articles = proptest::collection::vec((odd_article().boxed(), form), 1..3).boxed();
    let topic = proptest::option::of(prop_oneof![
        Just("korea"),
        Just("sport"),
        Just("<unknown> & \"odd\"")
    ]);
    let sections = proptest::collection::vec((topic, articles), 1..3);
    (
        prop_oneof![Just("en"), Just("ar"), Just("ko"), Just("fr")],
        prop_oneof![Just("broadsheet"), Just("brief"), Just("plain")],
        sections,
        0_usize..3,
    )
        .prop_map(|(tag, look, sections, follows)| {
            let sections = sections.into_iter().map(|(topic, articles)| {
                (
                    topic,
                    articles
                        .into_iter()
                        .map(|(article, form)| placed(article, form))
                        .collect(),
                )
            });
            let mut segment = segment(
                tag,
                &["korea", "<b>&\u{a0}", "sport"][..follows],
                sections.collect(),
            );
            segment.key.look = Look(look.into());
            segment
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn pieces_joined_are_the_whole(segments in proptest::collection::vec(odd_segment(), 1..3), name in odd_text(), address in odd_text()) {
        let renderer = renderer();
        let reader = ReaderValues::new(&address, &name, &reader().unsubscribe_url, &reader().preferences_url);
        for segment in &segments {
            let digest = renderer.render(segment).expect("a digest");
            let whole = renderer.render_whole(segment, &reader).expect("a digest");
            let (html, text) = filled(&digest, &reader);
            prop_assert_eq!(html, whole.html);
            prop_assert_eq!(text, whole.text);
            prop_assert_eq!(&digest.subject, &whole.subject);
            prop_assert_eq!(&digest.preheader, &whole.preheader);
            prop_assert!(!digest.subject.contains(['\n', '\r']) && !digest.preheader.contains(['\n', '\r']));
            prop_assert!(!digest.subject.contains(OPEN));
        }
    }

    #[test]
    fn the_text_part_fits_its_lines_and_is_read_back(segment in odd_segment()) {
        let digest = renderer().render(&segment).expect("a digest");
        let (_, text) = filled(&digest, &reader());
        for line in text.lines().filter(|line| !line.contains("://")) {
            prop_assert!(line.width() <= 78, "{} columns: {line:?}", line.width());
        }
        let paragraphs = flow::tests::unflow(&text);
        for placed in segment.articles() {
            let title = clean::line(&placed.article.article.title);
            prop_assert!(title.is_empty() || paragraphs.contains(&title), "{title:?} in {paragraphs:#?}");
        }
        prop_assert_eq!(paragraphs.iter().filter(|line| *line == "-- ").count(), 1);
    }
}

/// Writes digests to look at into the folder that `DIGESTS` names: `DIGESTS=/tmp/digests cargo test --lib digests_to_look_at -- --ignored`.
#[test]
#[ignore = "writes files for a person to look at"]
fn digests_to_look_at() {
    let dir =
        std::path::PathBuf::from(std::env::var_os("DIGESTS").expect("DIGESTS names a folder"));
    for tag in ["en", "fr", "ar", "ko", "zh"] {
        for look in ["broadsheet", "brief", "plain"] {
            let segment = looks::segment(tag, look);
            let digest = renderer().render(&segment).expect("a digest");
            let (html, text) = filled(&digest, &reader());
            let plain = |text: String| text.replace([OPEN, CLOSE], "");
            fs::write(dir.join(format!("{look}-{tag}.html")), plain(html)).expect("a file");
            fs::write(dir.join(format!("{look}-{tag}.txt")), plain(text)).expect("a file");
            println!("{look} {tag}: {}\n    {}", digest.subject, digest.preheader);
        }
    }
}

#[test]
fn what_stands_beside_and_above_the_articles_is_in_both_parts() {
    let mut segment = one(article("Talks resume", "In Seoul."));
    segment.sections[0].articles[0].beside = Arc::new(Beside {
        also: vec![Also {
            source: "Second Wire".into(),
            title: "Talks go on".into(),
            url: Some("https://second.example/talks".into()),
        }],
        mark: Some(Mark::Updated),
    });
    segment.opening = Some(RichText {
        html: "<p>Good <b>morning</b></p>".into(),
        text: "Good morning".into(),
    });
    let wrong = placed(article("Cup final", "Rain."), Form::Line).article;
    segment.corrections = vec![
        Correction {
            article: Arc::clone(&wrong),
            what: Corrected::Corrected("it was three to two".into()),
        },
        Correction {
            article: wrong,
            what: Corrected::Withdrawn(String::new()),
        },
    ];
    segment.moved = vec![Moved {
        name: "Football".into(),
        into: None,
    }];
    let digest = renderer().render(&segment).expect("a digest");
    let (html, text) = filled(&digest, &reader());
    for part in [html.as_str(), text.as_str()] {
        for expected in [
            "Updated",
            "Also:",
            "Second Wire",
            "https://second.example/talks",
            "morning",
            "Corrected since we sent it:",
            "it was three to two",
            "Withdrawn:",
            "“Football” is no topic of ours any more.",
        ] {
            assert!(part.contains(expected), "{expected} in {part}");
        }
    }
}

#[test]
fn a_mail_may_have_corrections_and_no_article() {
    let mut segment = segment("en", &[], Vec::new());
    segment.corrections = vec![Correction {
        article: placed(article("Cup final", "Rain."), Form::Line).article,
        what: Corrected::Corrected("it was three to two".into()),
    }];
    let digest = renderer().render(&segment).expect("a digest");
    assert_eq!(digest.subject, "Correction: Cup final");
    assert_eq!(digest.preheader, "it was three to two");
    segment.corrections.clear();
    assert!(renderer().render(&segment).is_err());
}
