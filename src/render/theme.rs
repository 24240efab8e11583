//! `theme` in templates and stylesheets: what the operator said, over what the look's own `theme.toml` says, over the shared one.

use serde::Serialize;

use super::{RenderError, Templates, clean};
use crate::domain::{Colour, Colours, Edition, Images, Layout, Logo, Look, Theme};

/// The theme of a look, complete.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ThemeView {
    width: u32,
    margin: u32,
    /// The width of the text.
    column: u32,
    /// The width of a picture beside the text.
    side: u32,
    layout: Layout,
    logo: Option<Logo>,
    fonts: FontsView,
    light: ColoursView,
    dark: ColoursView,
}

#[derive(Debug, Clone, Serialize)]
struct FontsView {
    text: String,
    titles: String,
    small: String,
    /// Of Outlook, which knows none of the system's own names.
    outlook: &'static str,
}

#[derive(Debug, Clone, Serialize)]
struct ColoursView {
    paper: Colour,
    sheet: Colour,
    ink: Colour,
    soft: Colour,
    accent: Colour,
    rule: Colour,
}

impl ThemeView {
    /// The edition's theme in a look.
    pub fn new(look: &Look, templates: &Templates, edition: &Edition) -> Result<Self, RenderError> {
        let files = templates.layers(look);
        let file = files.iter().filter(|(name, ..)| *name == "theme.toml");
        let mut theme = Theme::default();
        let mut last = "theme.toml";
        for (_, origin, text) in file {
            let layer: Theme = toml::from_str(text).map_err(|error| RenderError::Theme {
                file: (*origin).to_owned(),
                report: error.to_string(),
            })?;
            theme = layer.over(theme);
            last = origin;
        }
        let mut theme = edition.design.theme.clone().over(theme);
        if edition.design.images == Images::None {
            theme.logo = None;
        }
        Self::complete(theme).ok_or_else(|| RenderError::Theme {
            file: last.to_owned(),
            report: "width, margin, layout, [fonts] text, titles, small, [light] and [dark] paper, sheet, ink, soft, accent, rule \
                     must be said here or in the shared theme.toml"
                .to_owned(),
        })
    }

    fn complete(theme: Theme) -> Option<Self> {
        let (width, margin) = (theme.width?, theme.margin?);
        let column = width.saturating_sub(2 * margin).max(1);
        let text = theme.fonts.text?;
        let is_serif = text.split(',').any(|family| family.trim() == "serif");
        Some(Self {
            width,
            margin,
            column,
            side: column * 3 / 10,
            layout: theme.layout?,
            logo: theme.logo.and_then(|logo| {
                Some(Logo {
                    url: clean::url(&logo.url)?,
                    ..logo
                })
            }),
            fonts: FontsView {
                text,
                titles: theme.fonts.titles?,
                small: theme.fonts.small?,
                outlook: if is_serif {
                    "Georgia, serif"
                } else {
                    "Arial, sans-serif"
                },
            },
            light: ColoursView::complete(&theme.light)?,
            dark: ColoursView::complete(&theme.dark)?,
        })
    }
}

impl ColoursView {
    fn complete(colours: &Colours) -> Option<Self> {
        Some(Self {
            paper: colours.paper?,
            sheet: colours.sheet?,
            ink: colours.ink?,
            soft: colours.soft?,
            accent: colours.accent?,
            rule: colours.rule?,
        })
    }
}
