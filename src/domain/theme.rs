//! What an operator may say about a look without writing a template: colours, fonts, a logo, the width.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A colour of the sRGB space: `#1d1a16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A text that is no colour.
#[derive(Debug, thiserror::Error)]
#[error("not a colour such as `#1d1a16`: `{0}`")]
pub struct NoColour(String);

impl Colour {
    /// From its red, green and blue.
    #[must_use]
    pub fn new(rgb: [u8; 3]) -> Self {
        Self(rgb)
    }

    /// How well one colour is read on the other, from 1 to 21 (WCAG 2.2, "contrast ratio"). Small text needs 4.5.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = NoColour;

    /// Reads `#1d1a16` and `#fff`.
    fn from_str(text: &str) -> Result<Self, NoColour> {
        let failed = || NoColour(text.to_owned());
        let digits = text.trim().strip_prefix('#').ok_or_else(failed)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(failed());
        }
        let whole: String = match digits.len() {
            3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
            6 => digits.to_owned(),
            _ => return Err(failed()),
        };
        let number = u32::from_str_radix(&whole, 16).map_err(|_| failed())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// How articles stand in a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// With their pictures.
    Card,
    /// Words alone, but for the lead.
    List,
}

/// A picture in place of the edition's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// Where it is: `https`.
    pub url: String,
    /// Its width in the mail, in pixels.
    pub width: u32,
    /// Its height in the mail, in pixels.
    pub height: u32,
}

/// Families of fonts, as CSS lists them; each ends in one that every reader has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fonts {
    /// Of what is read.
    pub text: Option<String>,
    /// Of titles and headings.
    pub titles: Option<String>,
    /// Of the small print: bylines, dates, captions.
    pub small: Option<String>,
}

/// Colours by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Colours {
    /// What lies around the sheet.
    pub paper: Option<Colour>,
    /// What the text stands on.
    pub sheet: Option<Colour>,
    /// The text.
    pub ink: Option<Colour>,
    /// The small print.
    pub soft: Option<Colour>,
    /// Links and headings of topics.
    pub accent: Option<Colour>,
    /// Lines between articles.
    pub rule: Option<Colour>,
}

/// What is said about a look. What isn't said is the look's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// The width of the sheet, in pixels.
    pub width: Option<u32>,
    /// The space at either side of the text, in pixels.
    pub margin: Option<u32>,
    /// How articles stand.
    pub layout: Option<Layout>,
    /// A picture in place of the name.
    pub logo: Option<Logo>,
    /// The fonts.
    pub fonts: Fonts,
    /// The colours by day.
    pub light: Colours,
    /// The colours by night.
    pub dark: Colours,
}

impl Theme {
    /// This one, and for what it doesn't say the other.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            width: self.width.or(base.width),
            margin: self.margin.or(base.margin),
            layout: self.layout.or(base.layout),
            logo: self.logo.or(base.logo),
            fonts: Fonts {
                text: self.fonts.text.or(base.fonts.text),
                titles: self.fonts.titles.or(base.fonts.titles),
                small: self.fonts.small.or(base.fonts.small),
            },
            light: self.light.over(base.light),
            dark: self.dark.over(base.dark),
        }
    }
}

impl Colours {
    fn over(self, base: Self) -> Self {
        Self {
            paper: self.paper.or(base.paper),
            sheet: self.sheet.or(base.sheet),
            ink: self.ink.or(base.ink),
            soft: self.soft.or(base.soft),
            accent: self.accent.or(base.accent),
            rule: self.rule.or(base.rule),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.parse().expect("a colour")
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |a, b| (colour(a).contrast(colour(b)) * 100.0).round() / 100.0;
        assert!((ratio("#000", "#ffffff") - 21.0).abs() < f64::EPSILON);
        assert!((ratio("#777777", "#fff") - 4.48).abs() < f64::EPSILON);
        assert!((ratio("#8f1d14", "#8f1d14") - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_colour_is_read_and_written() {
        assert_eq!(colour("#FFF").to_string(), "#ffffff");
        assert_eq!(colour(" #1d1a16 ").to_string(), "#1d1a16");
        for text in ["red", "#12", "#12345g", "#é12", "1d1a16", "#1d1a166"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_a_theme_does_not_say_is_the_looks_own() {
        let own = Theme {
            width: Some(640),
            light: Colours {
                ink: Some(colour("#000")),
                ..Colours::default()
            },
            ..Theme::default()
        };
        let look = Theme {
            width: Some(600),
            margin: Some(20),
            light: Colours {
                ink: Some(colour("#111")),
                soft: Some(colour("#222")),
                ..Colours::default()
            },
            ..Theme::default()
        };
        let theme = own.over(look);
        assert_eq!((theme.width, theme.margin), (Some(640), Some(20)));
        assert_eq!(theme.light.ink, Some(colour("#000")));
        assert_eq!(theme.light.soft, Some(colour("#222")));
    }
}
