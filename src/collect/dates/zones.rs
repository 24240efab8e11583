//! Zones as dates name them: offsets, abbreviations, names of the time zone database.

use chrono::{NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// Where a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// So many seconds before UTC.
    Fixed(i64),
    /// A place, whose clock is changed twice a year.
    Place(Tz),
}

/// An offset in seconds. One that no place ever had (`+99:99`) is a clock of which nothing is known: UTC.
pub(super) fn seconds(west: bool, hours: u32, minutes: u32) -> i64 {
    if hours > 24 || minutes > 59 {
        return 0;
    }
    let seconds = i64::from(hours * 3600 + minutes * 60);
    if west { -seconds } else { seconds }
}

impl Zone {
    /// How far the zone is before UTC when its own clock shows `local`, in seconds. In the hour that a clock shows twice
    /// it is the first; in one that it leaves out, what was before.
    pub(super) fn offset(self, local: NaiveDateTime) -> i64 {
        match self {
            Self::Fixed(seconds) => seconds,
            Self::Place(place) => {
                let known = place.offset_from_local_datetime(&local).earliest();
                let known = known.unwrap_or_else(|| place.offset_from_utc_datetime(&local));
                i64::from(known.fix().local_minus_utc())
            }
        }
    }

    /// Whether it is one of the United States.
    pub(super) fn is_american(name: &str) -> bool {
        matches!(
            name,
            "est"
                | "edt"
                | "et"
                | "cst"
                | "cdt"
                | "ct"
                | "mst"
                | "mdt"
                | "mt"
                | "pst"
                | "pdt"
                | "pt"
        )
    }
}

/// The zone of an abbreviation in lower case: RFC 5322 (section 4.3; the letters of the military are UTC, as it asks),
/// and those in use elsewhere. Where several places share one, the one that writes the most.
pub(super) fn abbreviation(name: &str) -> Option<Zone> {
    let quarters = match name {
        "ut" | "utc" | "gmt" | "z" | "zulu" | "uct" | "wet" | "tu" => 0,
        "et" => return Some(Zone::Place(Tz::America__New_York)),
        "ct" => return Some(Zone::Place(Tz::America__Chicago)),
        "mt" => return Some(Zone::Place(Tz::America__Denver)),
        "pt" => return Some(Zone::Place(Tz::America__Los_Angeles)),
        "bst" | "cet" | "met" | "mez" | "west" | "wat" | "hec" => 4,
        "cest" | "mest" | "mesz" | "hesc" | "eet" | "sast" | "cat" => 8,
        "eest" | "msk" | "мск" | "eat" | "trt" | "idt" | "fet" => 12,
        "irst" => 14,
        "gst" | "msd" | "samt" | "azt" | "get" | "mut" | "sct" | "ret" => 16,
        "aft" | "irdt" => 18,
        "pkt" | "uzt" | "tjt" | "tmt" | "mvt" | "yekt" | "aqtt" => 20,
        "ist" | "slst" => 22,
        "npt" => 23,
        "bdt" | "btt" | "kgt" | "almt" | "omst" => 24,
        "mmt" => 26,
        "ict" | "wib" | "novt" | "krat" | "hovt" | "davt" => 28,
        "hkt" | "sgt" | "myt" | "awst" | "pht" | "phst" | "wita" | "irkt" | "ulat" | "bnt" => 32,
        "jst" | "kst" | "wit" | "tlt" | "yakt" | "pwt" => 36,
        "acst" => 38,
        "aest" | "chst" | "pgt" | "vlat" => 40,
        "acdt" => 42,
        "aedt" | "nct" | "vut" | "sbt" | "magt" => 44,
        "nzst" | "fjt" | "pett" | "gilt" | "wakt" | "mht" | "tvt" => 48,
        "nzdt" | "tot" | "phot" => 52,
        "azot" | "cvt" | "egt" => -4,
        "brst" | "fnt" | "uyst" | "pmdt" => -8,
        "ndt" => -10,
        "adt" | "brt" | "art" | "clst" | "gft" | "pmst" | "rott" | "srt" | "uyt" | "wgt" => -12,
        "nst" => -14,
        "ast" | "at" | "edt" | "clt" | "amt" | "bot" | "gyt" | "pyt" | "vet" => -16,
        "est" | "cdt" | "cot" | "pet" | "ect" | "act" => -20,
        "cst" | "mdt" | "galt" => -24,
        "mst" | "pdt" => -28,
        "pst" | "akdt" => -32,
        "akst" | "hdt" | "gamt" => -36,
        "mart" => -38,
        "hst" | "ckt" | "taht" => -40,
        "sst" | "nut" => -44,
        // A letter of the military other than `a` and `p`, which are halves of a day
        _ if name.len() == 1
            && name
                .bytes()
                .all(|letter| letter.is_ascii_lowercase() && letter != b'j' && letter != b't') =>
        {
            0
        }
        _ => return None,
    };
    Some(Zone::Fixed(quarters * 900))
}

/// The zone of a name of the time zone database: `Europe/Paris`, `Etc/GMT`.
pub(super) fn place(name: &str) -> Option<Zone> {
    name.parse().ok().map(Zone::Place)
}
