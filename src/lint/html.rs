//! The HTML part: W and A.

use std::fmt::Write as _;

use scraper::{ElementRef, Html, Node};

use super::{Findings, Setup, contrast, parts::Parts, support, text};

/// What Gmail shows before it cuts.
const CLIPPED: usize = 102_400;
const NEARLY: usize = 90_000;
const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];
/// What a style element may have for Gmail.
const STYLE: usize = 8_192;

pub(super) fn check(parts: &Parts, setup: &Setup, findings: &mut Findings) {
    let Some(html) = &parts.html else {
        findings.tell("W00", "", "no HTML part");
        return;
    };
    let size = html.len();
    findings.tell_if(size > CLIPPED, "W09", "", format!("{size} octets of HTML"));
    findings.tell_if(
        (NEARLY..=CLIPPED).contains(&size),
        "W09W",
        "",
        format!("{size} octets of HTML"),
    );
    let document = Html::parse_document(html);
    let elements: Vec<_> = document.tree.nodes().filter_map(ElementRef::wrap).collect();
    head(html, &elements, findings);
    for element in &elements {
        active(element, findings);
        picture(element, findings);
        table(element, findings);
        link(element, findings);
    }
    headings(&elements, findings);
    language(parts, &elements, findings);
    words(parts, &document, setup, findings);
    contrast::check(html, &document, findings);
    support::check(html, &elements, findings);
}

/// An element's tag as it stands, for a finding's place.
pub(super) fn tag(element: &ElementRef) -> String {
    let mut tag = format!("<{}", element.value().name());
    for (name, value) in element.value().attrs().filter(|(name, _)| *name != "style") {
        let _ = write!(tag, " {name}=\"{value}\"");
    }
    tag + ">"
}

fn head(html: &str, elements: &[ElementRef], findings: &mut Findings) {
    let has = |name: &str| {
        elements
            .iter()
            .any(|element| element.value().name() == name)
    };
    let meta = |key: &str, value: &str| {
        elements.iter().any(|element| {
            element.value().name() == "meta"
                && element
                    .attr(key)
                    .is_some_and(|found| found.eq_ignore_ascii_case(value))
        })
    };
    let doctype = html
        .trim_start()
        .get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    for (so, what) in [
        (doctype, "no doctype"),
        (meta("charset", "utf-8"), "no charset"),
        (has("title"), "no title"),
        (meta("name", "viewport"), "no viewport"),
    ] {
        findings.tell_if(!so, "W01", "", what);
    }
    findings.tell_if(!meta("name", "color-scheme"), "W10", "", "no color-scheme");
    for style in elements
        .iter()
        .filter(|element| element.value().name() == "style")
    {
        let length = style.text().map(str::len).sum::<usize>();
        findings.tell_if(
            length > STYLE,
            "W07",
            "",
            format!("a style element of {length} characters"),
        );
    }
    let (opened, closed) = (
        html.matches("<!--[if").count(),
        html.matches("<![endif]").count(),
    );
    findings.tell_if(
        opened != closed,
        "W11",
        "",
        format!("{opened} comments open, {closed} close"),
    );
    for braces in ["{{", "{%"] {
        if let Some(at) = html.find(braces) {
            findings.tell(
                "W15",
                html[at..].chars().take(60).collect::<String>(),
                "a template's braces",
            );
        }
    }
}

/// Whether nothing of an element is shown: the preheader.
pub(super) fn is_hidden(element: &ElementRef) -> bool {
    let style = element.attr("style").unwrap_or_default().replace(' ', "");
    style.contains("display:none") || style.contains("visibility:hidden")
}

fn active(element: &ElementRef, findings: &mut Findings) {
    let name = element.value().name();
    let runs = [
        "script", "iframe", "object", "embed", "form", "input", "button", "video", "audio", "link",
        "base",
    ];
    findings.tell_if(
        runs.contains(&name),
        "W03",
        tag(element),
        format!("a {name} element"),
    );
    let handler = element
        .value()
        .attrs()
        .any(|(name, _)| name.starts_with("on"));
    findings.tell_if(
        handler,
        "W03",
        tag(element),
        "an attribute that runs a script",
    );
}

fn picture(element: &ElementRef, findings: &mut Findings) {
    if element.value().name() != "img" {
        return;
    }
    let place = tag(element);
    let size = |name: &str| {
        element
            .attr(name)
            .and_then(|value| value.parse::<u32>().ok())
    };
    let tiny = |name: &str| size(name).is_some_and(|size| size <= 1);
    findings.tell_if(
        tiny("width") || tiny("height"),
        "W18",
        place.clone(),
        "a picture of one pixel",
    );
    findings.tell_if(
        size("width").is_none(),
        "W05S",
        place.clone(),
        "a picture without a width",
    );
    let source = element.attr("src").unwrap_or_default();
    findings.tell_if(
        source.starts_with("http://"),
        "W04H",
        source,
        "a picture by http",
    );
    let absolute = ["https://", "http://", "cid:"]
        .iter()
        .any(|start| source.starts_with(start));
    findings.tell_if(
        !absolute,
        "W04",
        place.clone(),
        "a picture's address that isn't absolute",
    );
    match element.attr("alt") {
        None => findings.tell("W05", place, "a picture without an alt text"),
        Some(alt) => {
            let lower = alt.to_lowercase();
            let is_name = [".jpg", ".jpeg", ".png", ".gif", ".webp"]
                .iter()
                .any(|end| lower.ends_with(end));
            findings.tell_if(
                is_name && !alt.contains(' '),
                "A11",
                place,
                "a file's name as alt text",
            );
        }
    }
}

fn table(element: &ElementRef, findings: &mut Findings) {
    let is_table = element.value().name() == "table";
    let has_header = || {
        element
            .descendent_elements()
            .any(|inner| inner.value().name() == "th")
    };
    let is_layout = is_table && element.attr("role") != Some("presentation") && !has_header();
    findings.tell_if(
        is_layout,
        "W06",
        tag(element),
        "a table without role=presentation",
    );
}

fn link(element: &ElementRef, findings: &mut Findings) {
    let Some(address) = element
        .attr("href")
        .filter(|_| element.value().name() == "a")
    else {
        return;
    };
    let place = tag(element);
    let known = ["https://", "http://", "mailto:"]
        .iter()
        .any(|start| address.to_lowercase().starts_with(start));
    findings.tell_if(!known, "W04", place.clone(), "a link that isn't absolute");
    findings.tell_if(
        address.starts_with("http://"),
        "W04H",
        address,
        "a link by http",
    );
    let text = element.text().collect::<String>();
    let text = text.trim();
    let vague = [
        "click here",
        "here",
        "read more",
        "more",
        "cliquez ici",
        "ici",
        "hier",
        "hier klicken",
        "aquí",
        "여기",
        "点击这里",
        "اضغط هنا",
    ];
    findings.tell_if(
        vague.contains(&text.to_lowercase().as_str()),
        "A05",
        place.clone(),
        "a link that doesn't say where it leads",
    );
    // A text that is an address of another host than the link's.
    let host = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
        host.trim_start_matches("www.").to_lowercase()
    };
    let shows_address =
        text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.");
    let differs = shows_address && !text.contains(' ') && host(text) != host(address);
    findings.tell_if(
        differs,
        "W04",
        place.clone(),
        format!("a link that says `{text}` and goes elsewhere"),
    );
    let style = element.attr("style").unwrap_or_default().replace(' ', "");
    let inside_heading = element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|outer| HEADINGS.contains(&outer.value().name()));
    let bare = style.contains("text-decoration:none")
        && !style.contains("font-weight:700")
        && !inside_heading;
    let has_picture = element
        .descendent_elements()
        .any(|inner| inner.value().name() == "img");
    findings.tell_if(
        bare && !has_picture,
        "A07",
        place,
        "a link that isn't underlined",
    );
}

fn headings(elements: &[ElementRef], findings: &mut Findings) {
    let mut last = 0;
    let mut firsts = 0;
    for element in elements {
        let level = HEADINGS
            .iter()
            .position(|name| *name == element.value().name());
        let Some(level) = level.map(|place| place + 1) else {
            continue;
        };
        firsts += usize::from(level == 1);
        findings.tell_if(
            level > last + 1 && last > 0,
            "A04",
            tag(element),
            "a level of headings is skipped",
        );
        last = level;
        let style = element.attr("style").unwrap_or_default();
        findings.tell_if(
            !style.contains("font-weight"),
            "W16",
            tag(element),
            "a heading without a weight",
        );
    }
    findings.tell_if(firsts != 1, "A04", "", format!("{firsts} headings h1"));
}

fn language(parts: &Parts, elements: &[ElementRef], findings: &mut Findings) {
    let root = elements
        .iter()
        .find(|element| element.value().name() == "html");
    let language = root.and_then(|root| root.attr("lang")).unwrap_or_default();
    findings.tell_if(language.is_empty(), "A01", "<html>", "no lang");
    let said = parts.one("content-language");
    let differs = !said.is_empty() && !language.is_empty() && !said.eq_ignore_ascii_case(language);
    findings.tell_if(differs, "H19", said, format!("the HTML is in `{language}`"));
    for heading in elements
        .iter()
        .filter(|element| element.value().name() == "h3")
    {
        let mut around = heading.ancestors().filter_map(ElementRef::wrap);
        let said = around.any(|outer| {
            outer.value().name() == "table"
                && outer.attr("lang").is_some()
                && outer.attr("dir").is_some()
        });
        findings.tell_if(!said, "W17", tag(heading), "a story without lang and dir");
    }
}

/// What the HTML says: enough, the same as the text, the link to leave.
fn words(parts: &Parts, document: &Html, setup: &Setup, findings: &mut Findings) {
    let (mut shown, mut hidden) = (String::new(), String::new());
    for node in document.tree.nodes() {
        let Node::Text(text) = node.value() else {
            continue;
        };
        let mut around = node.ancestors().filter_map(ElementRef::wrap);
        if around
            .clone()
            .any(|outer| ["style", "title", "script"].contains(&outer.value().name()))
        {
            continue;
        }
        let place = if around.any(|outer| is_hidden(&outer)) {
            &mut hidden
        } else {
            &mut shown
        };
        place.push_str(text);
        place.push(' ');
    }
    let preheader = hidden.trim().chars().filter(|c| !c.is_whitespace()).count();
    findings.tell_if(preheader < 10, "W12", "", "no preheader");
    let letters = shown.chars().filter(|c| c.is_alphanumeric()).count();
    findings.tell_if(letters < 80, "W14", "", "hardly any text");
    text::said(&shown, "the HTML", setup, findings);
    let leave = text::leave_link(parts);
    let leaves = document
        .tree
        .nodes()
        .filter_map(ElementRef::wrap)
        .any(|element| {
            element.attr("href").is_some_and(|address| match &leave {
                Some(token) => address.contains(token.as_str()),
                None => address.contains("unsubscribe") || address.contains("/u/"),
            })
        });
    findings.tell_if(!leaves, "L07", "", "no link to leave in the HTML");
    if let Some((text, _)) = &parts.text {
        let share = overlap(text, &shown);
        findings.tell_if(
            share < 50,
            "M10",
            "",
            format!("{share} % of the text's words are in the HTML"),
        );
    }
}

/// How many in a hundred of the words of `text` are in `other`. In scripts without spaces, pairs of characters.
fn overlap(text: &str, other: &str) -> usize {
    let links = |word: &&str| !word.contains("://") && !word.contains('@');
    let flat = |text: &str| -> String {
        text.split_whitespace()
            .filter(links)
            .collect::<Vec<_>>()
            .concat()
            .to_lowercase()
    };
    let (text, other) = (flat(text), flat(other));
    let threes = |text: &str| -> std::collections::HashSet<String> {
        let letters: Vec<_> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        letters
            .windows(3)
            .map(|three| three.iter().collect())
            .collect()
    };
    let (text, other) = (threes(&text), threes(&other));
    if text.is_empty() {
        return 100;
    }
    text.intersection(&other).count() * 100 / text.len()
}
