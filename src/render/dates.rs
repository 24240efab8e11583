//! Dates as a reader of a language writes them (CLDR).

use chrono::{Datelike, NaiveDate};
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::{YMD, YMDE},
    input::Date,
};
use icu_locale::Locale;

use crate::domain::Language;

/// The date of a masthead: `Tuesday, November 24, 2026`.
pub(super) fn long(language: &Language, date: NaiveDate) -> String {
    written(language, date, true).unwrap_or_else(|| date.to_string())
}

/// The date of an article: `Nov 24, 2026`.
pub(super) fn medium(language: &Language, date: NaiveDate) -> String {
    written(language, date, false).unwrap_or_else(|| date.to_string())
}

fn written(language: &Language, date: NaiveDate, long: bool) -> Option<String> {
    let locale: Locale = language.as_str().parse().ok()?;
    let (month, day) = (date.month().try_into().ok()?, date.day().try_into().ok()?);
    let date = Date::try_new_iso(date.year(), month, day).ok()?;
    Some(if long {
        let format = DateTimeFormatter::try_new(locale.into(), YMDE::long()).ok()?;
        format.format(&date).to_string()
    } else {
        let format = DateTimeFormatter::try_new(locale.into(), YMD::medium()).ok()?;
        format.format(&date).to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_its_reader_writes_it() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date");
        let long = |tag: &str| long(&tag.parse().expect("a tag"), date);
        assert_eq!(long("en"), "Tuesday, November 24, 2026");
        assert_eq!(long("en-GB"), "Tuesday, 24 November 2026");
        assert_eq!(long("fr"), "mardi 24 novembre 2026");
        assert_eq!(long("ko"), "2026년 11월 24일 화요일");
        assert_eq!(long("ar"), "الثلاثاء، 24 نوفمبر 2026");
    }
}
