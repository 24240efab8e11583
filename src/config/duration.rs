//! Lengths of time as an operator writes them: `90m`, `24h`, `3d`, `1h30m`.

use chrono::TimeDelta;

const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];
/// A century: nothing here lasts longer, and no sum with a date overflows.
const MOST: i64 = 36_525 * 86_400;

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a length of time such as `90m`, `24h` or `3d`: `{0}`")]
pub struct DurationError(String);

/// The length of time that a text says.
///
/// # Errors
/// When it says none.
pub fn duration(text: &str) -> Result<TimeDelta, DurationError> {
    let error = || DurationError(text.to_owned());
    let mut rest = text.trim();
    let mut seconds = 0_i64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let number: i64 = rest[..digits].parse().map_err(|_| error())?;
        let unit = rest[digits..].chars().next().ok_or_else(error)?;
        let (_, of_unit) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(error)?;
        seconds = number
            .checked_mul(*of_unit)
            .and_then(|more| seconds.checked_add(more))
            .filter(|seconds| *seconds <= MOST)
            .ok_or_else(error)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    if text.trim().is_empty() {
        return Err(error());
    }
    TimeDelta::try_seconds(seconds).ok_or_else(error)
}

/// A length of time as [`duration`] reads it, in its largest whole unit.
#[must_use]
pub fn write(duration: TimeDelta) -> String {
    let seconds = duration.num_seconds();
    UNITS
        .iter()
        .find(|(_, unit)| seconds % unit == 0 && seconds != 0)
        .map_or_else(
            || format!("{seconds}s"),
            |(name, unit)| format!("{}{name}", seconds / unit),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_written() {
        let seconds = |text| duration(text).map(|duration| duration.num_seconds()).ok();
        assert_eq!(seconds("90m"), Some(5400));
        assert_eq!(seconds("1h30m"), Some(5400));
        assert_eq!(seconds("0s"), Some(0));
        for bad in [
            "",
            "24",
            "h",
            "3w",
            "-1h",
            "1.5h",
            "99999999999d",
            "1é",
            "1h 3",
        ] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
        for text in ["3d", "36h", "90m", "61s", "0s"] {
            assert_eq!(write(duration(text).unwrap()), text);
        }
    }
}
