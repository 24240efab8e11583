//! Time zones by their IANA names. Abbreviations and offsets are refused: they have no summer time, or several.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::problem::near;

/// What people write for a zone, and the zone that they mostly mean.
const MEANT: [(&str, &str); 28] = [
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("EST5EDT", "America/New_York"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("CST6CDT", "America/Chicago"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("MST7MDT", "America/Denver"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("PST8PDT", "America/Los_Angeles"),
    ("GMT", "Europe/London"),
    ("BST", "Europe/London"),
    ("WET", "Europe/Lisbon"),
    ("CET", "Europe/Paris"),
    ("CEST", "Europe/Paris"),
    ("MET", "Europe/Paris"),
    ("EET", "Europe/Athens"),
    ("EEST", "Europe/Athens"),
    ("MSK", "Europe/Moscow"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("AEST", "Australia/Sydney"),
    ("HST", "Pacific/Honolulu"),
    ("Z", "UTC"),
    ("GB", "Europe/London"),
];

/// Why a text is no zone, and the zone that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone such as `Europe/Paris` or `UTC`: `{given}`")]
pub struct ZoneError {
    /// The text.
    pub given: String,
    /// The zone that may be meant.
    pub meant: Option<String>,
}

/// The zone of that name.
///
/// # Errors
/// When there is none, or the name is an abbreviation or an offset.
pub fn zone(text: &str) -> Result<Tz, ZoneError> {
    let text = text.trim();
    match text.parse::<Tz>() {
        // `Etc/GMT+2` is two hours *behind* Greenwich, which nobody means.
        Ok(zone) if (text.contains('/') && !text.starts_with("Etc/")) || text == "UTC" => Ok(zone),
        _ => Err(ZoneError {
            given: text.to_owned(),
            meant: meant(text),
        }),
    }
}

fn meant(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    if let Some((_, zone)) = MEANT.iter().find(|(short, _)| *short == upper) {
        return Some((*zone).to_owned());
    }
    let city = text.replace(' ', "_").to_lowercase();
    let names = || {
        TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .filter(|name| !name.starts_with("Etc/"))
            .filter(|name| name.contains('/') || *name == "UTC")
    };
    names()
        .find(|name| {
            let lower = name.to_lowercase();
            lower == city || lower.ends_with(&format!("/{city}"))
        })
        .or_else(|| near(text, names()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_known_by_its_iana_name_alone() {
        assert_eq!(zone("Asia/Seoul"), Ok(Tz::Asia__Seoul));
        assert_eq!(zone(" UTC "), Ok(Tz::UTC));
        let meant = |text| zone(text).unwrap_err().meant;
        assert_eq!(meant("EST").as_deref(), Some("America/New_York"));
        assert_eq!(meant("paris").as_deref(), Some("Europe/Paris"));
        assert_eq!(meant("new york").as_deref(), Some("America/New_York"));
        assert_eq!(meant("Europe/Pariss").as_deref(), Some("Europe/Paris"));
        assert_eq!(meant("europe/paris").as_deref(), Some("Europe/Paris"));
        for none in ["+02:00", "Etc/GMT+2", "", "nowhere at all"] {
            assert_eq!(meant(none), None, "{none}");
        }
    }
}
