//! Foreign HTML → HTML that is safe in a mail, and the same as plain text: an allow-list of elements that carry text,
//! nothing executable, no style, no tracker's pixel, no parameter that follows readers around.
//!
//! One pass, in time and memory that grow with the length alone: [`tokens`] tells tags from text, [`writer`] writes anew
//! what [`rules`] allow. Nothing is copied through: what isn't understood is text, and is escaped.

use url::Url;

use super::{link::Links, plain};
use crate::domain::RichText;

mod entities;
mod nesting;
mod picture;
mod rules;
mod tokens;
mod writer;

#[cfg(test)]
mod tests;

pub use picture::is_pixel_url;
use tokens::{Tag, Tokens};
use writer::Writer;

/// How deep elements may be nested where nobody says.
pub(super) const MAX_DEPTH: usize = 256;

/// What may remain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Text with pictures, tables and headings.
    Body,
    /// Text alone.
    Summary,
}

/// `html` without all that isn't allowed, balanced. Relative links are resolved against `base`; without one they lose
/// their target. Links and pictures are `http` or `https`, links `mailto` too.
#[must_use]
pub fn sanitise(html: &str, base: Option<&Url>, keep: Keep) -> String {
    let links = Links {
        base,
        ..Links::default()
    };
    rich(html, links, keep, MAX_DEPTH).html
}

/// The same, with the text: `max_depth` elements may be nested, of deeper ones only the text remains.
#[must_use]
pub fn rich(html: &str, links: Links<'_>, keep: Keep, max_depth: usize) -> RichText {
    let html = plain::clean(html);
    let html = without_cdata(html.trim());
    let mut writer = Writer::new(links, keep, max_depth, html.len());
    for token in Tokens::new(html) {
        writer.write(token);
    }
    writer.finish()
}

/// What a text without markup says where it has entities: `AT&amp;T` → `AT&T`.
#[must_use]
pub fn text_of(text: &str) -> String {
    entities::resolve(text, false).into_owned()
}

/// A text that was wrapped for XML twice, without the inner wrapping, which HTML would take for a comment.
fn without_cdata(html: &str) -> &str {
    let Some(inside) = html.strip_prefix("<![CDATA[") else {
        return html;
    };
    ["]]>", "]]&gt;"]
        .iter()
        .find_map(|end| inside.strip_suffix(end))
        .unwrap_or(inside)
}

/// The style of an element, without its spaces, in lower case.
fn style(tag: &Tag<'_>) -> String {
    let style = tag.attribute("style").unwrap_or_default();
    let letters = style.chars().filter(|c| !c.is_whitespace());
    letters.collect::<String>().to_ascii_lowercase()
}
