//! How an edition's digests are made, beside their look: `images`, `format`, `max_size`, and `[edition.theme]`.

use super::{
    form::{Form, Reading},
    problem::{Problem, near},
    size,
    tree::Node,
    values::{line, page, parsed, whole, wrong},
};
use crate::domain::{Colours, Design, Fonts, Images, Layout, Limit, Logo, Parts, Theme};

/// Reads what an `[[edition]]` says about its design.
pub fn design(form: &mut Form<'_>) -> Design {
    let default = Design::default();
    let images = [("remote", Images::Remote), ("none", Images::None)];
    let parts = [("html", Parts::Both), ("text", Parts::Text)];
    Design {
        images: form.or("images", word(images), default.images),
        parts: form.or("format", word(parts), default.parts),
        max_size: form.or("max_size", limit, default.max_size),
        theme: form
            .table("theme", "[edition.theme]")
            .map(theme)
            .unwrap_or_default(),
    }
}

fn theme(mut form: Form<'_>) -> Theme {
    let layouts = [("card", Layout::Card), ("list", Layout::List)];
    let theme = Theme {
        width: form.optional("width", whole(320..=800)),
        margin: form.optional("margin", whole(0..=80)),
        layout: form.optional("layout", word(layouts)),
        logo: form.table("logo", "[edition.theme.logo]").and_then(logo),
        fonts: form
            .table("fonts", "[edition.theme.fonts]")
            .map(fonts)
            .unwrap_or_default(),
        light: form
            .table("light", "[edition.theme.light]")
            .map(colours)
            .unwrap_or_default(),
        dark: form
            .table("dark", "[edition.theme.dark]")
            .map(colours)
            .unwrap_or_default(),
    };
    form.finish();
    theme
}

fn logo(mut form: Form<'_>) -> Option<Logo> {
    let url = form.required("url", "url = \"https://example.org/logo.png\"", page);
    let width = form.required("width", "width = 240", whole(1..=800));
    let height = form.required("height", "height = 48", whole(1..=400));
    form.finish();
    Some(Logo {
        url: url?,
        width: width?,
        height: height?,
    })
}

fn fonts(mut form: Form<'_>) -> Fonts {
    let fonts = Fonts {
        text: form.optional("text", families),
        titles: form.optional("titles", families),
        small: form.optional("small", families),
    };
    form.finish();
    fonts
}

fn colours(mut form: Form<'_>) -> Colours {
    let colours = Colours {
        paper: form.optional("paper", parsed),
        sheet: form.optional("sheet", parsed),
        ink: form.optional("ink", parsed),
        soft: form.optional("soft", parsed),
        accent: form.optional("accent", parsed),
        rule: form.optional("rule", parsed),
    };
    form.finish();
    colours
}

/// A list of font families that can end no rule of the stylesheet.
fn families(node: &Node) -> Reading<String> {
    let text = line(node)?;
    let allowed = |c: char| c.is_alphanumeric() || " ,'-".contains(c);
    if !text.chars().all(allowed) || !text.matches('\'').count().is_multiple_of(2) {
        return wrong(
            node,
            format!(
                "families of fonts are expected, such as `Georgia, 'Times New Roman', serif`, not `{text}`"
            ),
        );
    }
    Ok(text)
}

/// A size, or `"none"`.
fn limit(node: &Node) -> Reading<Limit<u64>> {
    match node.as_str() {
        Some("none") => Ok(Limit::None),
        _ => size::size(node).map(Limit::Most),
    }
}

/// One of a few words.
pub fn word<T: Copy, const N: usize>(
    words: [(&'static str, T); N],
) -> impl Fn(&Node) -> Reading<T> {
    move |node| {
        let said = line(node)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == said) {
            return Ok(*value);
        }
        let all: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let problem = Problem::new(
            node.origin.clone(),
            format!("{} is expected, not `{said}`", all.join(" or ")),
        );
        Err(vec![match near(&said, words.map(|(word, _)| word)) {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None => problem,
        }])
    }
}
