//! One look: its templates, compiled, and its stylesheet, written into the elements.
//!
//! A look is the shared templates with its own files in place of those of the same name. Its stylesheet is a template too, and
//! sees the theme.

use std::collections::BTreeMap;

use css_inline::{CSSInliner, InlineOptions};
use tera::{Context, Tera};

use super::{
    RenderError, Templates, filters, media::Media, stylesheet::Stylesheet, theme::ThemeView,
};
use crate::domain::{Edition, Form, Look};

/// The templates that a look must have; those of `article/` besides.
const NEEDED: [&str; 10] = [
    "digest.html",
    "digest.txt",
    "subject.txt",
    "preheader.txt",
    "topic.html",
    "topic.txt",
    "notes.html",
    "notes.txt",
    "rest.html",
    "rest.txt",
];
const STYLESHEET: &str = "style.css";

/// A look, ready to render.
#[derive(Debug)]
pub(super) struct Press {
    /// Its name.
    pub look: Look,
    tera: TeraWithNames,
    inliner: CSSInliner<'static>,
    /// The rules that mail clients must find in a `style` element, an element each: dark mode, narrow screens.
    pub head_css: Vec<String>,
    /// What every template sees of the theme.
    pub theme: ThemeView,
    /// Where the publisher's own pictures go.
    pub media: Media,
}

struct TeraWithNames {
    tera: Tera,
    origins: BTreeMap<String, String>,
}

impl std::fmt::Debug for TeraWithNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.origins.keys()).finish()
    }
}

impl Press {
    /// The shared files, and the look's own in their place.
    pub fn new(
        look: &Look,
        templates: &Templates,
        edition: &Edition,
        media: Media,
    ) -> Result<Self, RenderError> {
        let mut files = BTreeMap::new();
        for (name, origin, text) in templates.layers(look) {
            files.insert(name, (origin, text));
        }
        let forms = Form::ALL.map(|form| ["html", "txt"].map(|part| article(form, part)));
        let articles = forms.iter().flatten().map(String::as_str);
        if let Some(file) = NEEDED
            .into_iter()
            .chain(articles)
            .find(|file| !files.contains_key(file))
        {
            return Err(RenderError::Missing {
                look: look.to_string(),
                file: file.to_owned(),
            });
        }
        let origins = files
            .iter()
            .map(|(name, (origin, _))| ((*name).to_owned(), (*origin).to_owned()));
        let origins: BTreeMap<_, _> = origins.collect();
        let mut tera = Tera::default();
        filters::register(&mut tera);
        let sources = files.iter().filter(|(name, _)| kind(name) != "toml");
        tera.add_raw_templates(sources.map(|(name, (_, text))| (*name, unindented(name, text))))
            .map_err(|error| RenderError::template(&error, &origins))?;
        let theme = ThemeView::new(look, templates, edition)?;
        let stylesheet = if files.contains_key(STYLESHEET) {
            let mut context = Context::new();
            context.insert("theme", &theme);
            let css = tera.render(STYLESHEET, &context);
            Stylesheet::new(&css.map_err(|error| RenderError::template(&error, &origins))?)
        } else {
            Stylesheet::default()
        };
        let options = InlineOptions::default()
            .inline_style_tags(false)
            .keep_style_tags(true)
            .load_remote_stylesheets(false)
            .minify_css(true)
            .extra_css(Some(stylesheet.inlined.into()));
        Ok(Self {
            look: look.clone(),
            tera: TeraWithNames { tera, origins },
            inliner: options.build(),
            head_css: stylesheet.head,
            theme,
            media,
        })
    }

    /// Renders one template.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, RenderError> {
        let rendered = self.tera.tera.render(name, context);
        rendered.map_err(|error| RenderError::template(&error, &self.tera.origins))
    }

    /// Where a template or stylesheet comes from.
    pub fn origin(&self, name: &str) -> String {
        let origin = self.tera.origins.get(name);
        origin
            .cloned()
            .unwrap_or_else(|| format!("{}/{name}", self.look))
    }

    /// Writes the styles into a piece that will stand within a document.
    pub fn inline_piece(&self, html: &str) -> Result<String, RenderError> {
        let inlined = self.inliner.inline_fragment(html, "");
        inlined.map_err(|source| self.inline_error(source))
    }

    /// Writes the styles into a document.
    pub fn inline_document(&self, html: &str) -> Result<String, RenderError> {
        let inlined = self.inliner.inline(html);
        inlined.map_err(|source| self.inline_error(source))
    }

    fn inline_error(&self, source: css_inline::InlineError) -> RenderError {
        RenderError::Inline {
            look: self.look.to_string(),
            source,
        }
    }
}

/// The template of a form: `article/card.html`.
pub(super) fn article(form: Form, part: &str) -> String {
    format!("article/{}.{part}", form.as_str())
}

fn kind(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, suffix)| suffix)
}

/// HTML without its indentation, which each mail would carry.
fn unindented(name: &str, text: &str) -> String {
    if kind(name) != "html" {
        return text.to_owned();
    }
    let rows: Vec<_> = text.lines().map(str::trim_start).collect();
    rows.join("\n") + "\n"
}
