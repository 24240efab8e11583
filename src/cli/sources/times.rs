//! Times as an operator reads them.

use chrono::{DateTime, Local, Utc};

/// A time in this machine's zone, to the minute.
pub fn local(time: DateTime<Utc>) -> String {
    time.with_timezone(&Local)
        .format("%Y-%m-%d %H:%M")
        .to_string()
}

/// How long ago that was, in the largest unit of which there are two.
pub fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (now - time).num_minutes();
    match minutes {
        ..1 => "just now".to_owned(),
        1..120 => format!("{minutes} min ago"),
        120..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_unit_is_the_largest_that_says_enough() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(100);
        let ago = |minutes| ago(now - TimeDelta::minutes(minutes), now);
        assert_eq!(ago(-5), "just now");
        assert_eq!(ago(119), "119 min ago");
        assert_eq!(ago(120), "2 h ago");
        assert_eq!(ago(2880), "2 days ago");
    }
}
