use chrono::{DateTime, NaiveDate, Utc};
use icu_calendar::Date;
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::{YMD, YMDE},
};
use icu_locale::Locale;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Option<String> {
    parse(text).map(|time| time.format("%FT%T").to_string())
}

fn at_in(text: &str, language: &str) -> Option<String> {
    parse_in(text, language.parse().ok().as_ref()).map(|time| time.format("%FT%T").to_string())
}

fn all_are(expected: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(at(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn the_date_of_mail_is_read_in_all_its_dialects() {
    all_are(
        "2024-03-12T10:15:30",
        &[
            "Tue, 12 Mar 2024 10:15:30 GMT",
            "tue, 12 mar 2024 10:15:30 gmt",
            "12 Mar 24 10:15:30 UT",
            "Mon, 12 March 2024 10:15:30",
            "Tuesday, 12-Mar-24 10:15:30 GMT",
            "Tue, Mar 12, 2024 10:15:30 GMT",
            "Tue Mar 12 10:15:30 2024",
            "Tue Mar 12 11:15:30 CET 2024",
            "Tue Mar 12 10:15:30 +0000 2024",
            "Tue, 12 Mar 2024 11:15:30 +0100 (a comment)",
            "Tue, 12 Mar 2024 15:45:30 +5:30",
            "Tue, 12 Mar 2024 05:15:30 UTC-0500",
            "Tue, 12 Mar 2024 10:15:30 Etc/GMT",
            "Tue, 12 Mar 2024 06:15:30 ET",
            "Tue, 12 Mar 2024 11:15:30 Europe/Paris",
            "Tue, 12 Mar 2024 10:15:30 +99:99",
        ],
    );
    assert_eq!(
        at("Sat, 31 Dec 2016 23:59:60 GMT"),
        at("Sun, 01 Jan 2017 00:00:00 GMT")
    );
    assert_eq!(
        at("Wed, 31 Dec 2003 24:00:00 GMT"),
        at("Thu, 01 Jan 2004 00:00:00 GMT")
    );
}

#[test]
fn iso_8601_is_read_basic_and_extended() {
    all_are(
        "2024-03-12T10:15:30",
        &[
            "2024-03-12T10:15:30Z",
            "2024-03-12t11:15:30+01",
            "2024-03-12 10:15:30.0",
            "20240312T101530,25Z",
            "2024-072T10:15:30",
            "2024W112T101530Z",
            "2024-03-12T11:15:30+01:00[Europe/Paris]",
            "20240312101530",
            "1710238530",
            "1710238530000",
        ],
    );
    all_are(
        "2003-12-01T00:00:00",
        &["2003-12", "200312", "-0312", "2003335", "03335"],
    );
    all_are(
        "2003-12-31T10:30:00",
        &["2003-12-31T10,5Z", "2003-12-31T10:30", "031231T1030"],
    );
    all_are("2003-01-01T00:00:00", &["2003", "-03"]);
}

#[test]
fn months_have_their_names_in_every_language() {
    all_are(
        "2024-03-12T10:15:00",
        &[
            "12 mars 2024 à 10h15",
            "Dienstag, 12. März 2024, 10.15 Uhr",
            "martes, 12 de marzo de 2024 a las 10:15",
            "terça-feira, 12 de março de 2024 às 10h15",
            "12. maaliskuuta 2024 klo 10.15",
            "12 марта 2024 г., 10:15",
            "2024. március 12., kedd 10:15",
            "Τρίτη, 12 Μαρ 2024 10:15",
            "ngày 12 tháng 3 năm 2024 10:15",
            "12 آذار 2024 10:15 ص",
            "۱۲ مارس ۲۰۲۴ ۱۰:۱۵",
            "12 מרץ 2024 10:15",
            "१२ मार्च २०२४, 10:15 am",
            "12 มี.ค. 2567 10:15 น.",
            "2024年3月12日(火) 午前10時15分",
            "令和6年3月12日 10:15",
            "2024년 3월 12일 오후 7:15",
            "۲۲ اسفند ۱۴۰۲ ۱۰:۱۵",
        ],
    );
    all_are(
        "2026-11-24T00:00:00",
        &["mar. 24 nov. 2026", "24 listopada 2026", "24 Kasım 2026"],
    );
    assert_eq!(
        at_in("24 listopada 2026", "hr").as_deref(),
        Some("2026-10-24T00:00:00")
    );
}

#[test]
fn of_two_numbers_the_month_is_the_one_that_can_be_and_else_the_second() {
    all_are(
        "2024-03-12T00:00:00",
        &["12/03/2024", "12.3.24", "2024/3/12"],
    );
    all_are("2024-04-10T00:00:00", &["Wednesday 04/10/2024"]);
    all_are("2024-03-25T00:00:00", &["25/03/2024", "03/25/2024"]);
    all_are(
        "2024-03-12T15:05:00",
        &["3/12/2024 3:05 PM", "03/12/2024 10:05 EST"],
    );
    assert_eq!(
        at_in("03/12/2024", "en-US").as_deref(),
        Some("2024-03-12T00:00:00")
    );
    assert_eq!(
        at_in("03/12/2024", "en-GB").as_deref(),
        Some("2024-12-03T00:00:00")
    );
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        "tomorrow",
        "12",
        "12 March",
        "12 Foo 2024",
        "Sun, 99 Jun 2009 12:00:00 GMT",
        "Sun, 16 Dec 2012 1:2:3:4 GMT",
        "Sun, 16 Dec 2012 11:47:32 +zz:00",
        "31/02/2024",
        "2024-13-01",
        "99999-01-01",
        "2003-12-31T10:14:61Z",
        "2003-366",
        "99:99",
        "$12.03.2024",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn words_may_stand_beside_a_fields_date_but_not_in_a_line_that_is_one() {
    all_are(
        "2024-03-12T10:15:00",
        &["Published by the desk on 12 March 2024 at 10:15"],
    );
    assert_eq!(line("The 12 March 2024 accord"), None);
    assert_eq!(line("2024"), None);
    assert!(line("Tuesday 12 March 2024 at 10:15").is_some());
}

fn times() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..4_102_444_800)
        .prop_filter_map("in range", |seconds| DateTime::from_timestamp(seconds, 0))
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,80}") {
        let _ = (parse(&text), line(&text));
    }

    #[test]
    fn no_pieces_of_dates_make_it_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "12", "2024", "31", "99", "0", "24", "60", ":", "-", "+", "T", "Z", "W", "/", ".", ",", " ", "Mar", "Tue", "PM", "a.m.",
        "年", "元年", "令和", "오후", "시", "h", "GMT", "Europe/Paris", "พ.ศ.", "thg", "XII", "'", "(", "ق.ظ", "99999999999999999999",
    ]), 0..14)) {
        let _ = (parse(&pieces.concat()), line(&pieces.join(" ")));
    }

    #[test]
    fn what_programs_write_reads_back(time in times(), format in prop::sample::select(vec![
        "%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%Y %H:%M:%S +0000", "%a %b %e %H:%M:%S %Y", "%a %b %e %H:%M:%S UTC %Y",
        "%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%S", "%G-W%V-%uT%H:%M:%S", "%Y-%jT%H:%M:%S", "%s", "%Y/%m/%d %H:%M:%S",
        "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%B %-d, %Y at %-I:%M:%S %p", "%-d %B %Y, %Hh%Mm%Ss", "%Y年%m月%d日 %H时%M分%S秒",
        "%Y. %-m. %-d. %H:%M:%S", "%d/%b/%Y:%H:%M:%S +0000", "%Y:%m:%d %H:%M:%S", "%Y%m%d%H%M%S",
    ])) {
        // Nine digits are seconds too, eight a date; ten may be a day and its hour, as seconds from 2030 on
        prop_assume!(format != "%s" || (100_000_000..1_900_000_000).contains(&time.timestamp()));
        let written = time.format(format).to_string();
        prop_assert_eq!(parse(&written), Some(time), "{}", written);
    }

    #[test]
    fn what_a_language_writes_reads_back(
        days in 0_i32..36_500,
        language in prop::sample::select(names::LANGUAGES.split_whitespace().collect::<Vec<_>>()),
        long: bool,
    ) {
        let date = NaiveDate::from_epoch_days(days).unwrap();
        let written = write(language, date, long);
        let expected = date.and_time(chrono::NaiveTime::MIN).and_utc();
        prop_assert_eq!(parse_in(&written, language.parse().ok().as_ref()), Some(expected), "{}: {}", language, written);
    }
}

fn write(language: &str, date: NaiveDate, long: bool) -> String {
    use chrono::Datelike;
    let locale: Locale = format!("{language}-u-ca-gregory").parse().unwrap();
    let (month, day) = (
        date.month().try_into().unwrap(),
        date.day().try_into().unwrap(),
    );
    let date = Date::try_new_iso(date.year(), month, day).unwrap();
    if long {
        let format = DateTimeFormatter::try_new((&locale).into(), YMDE::long()).unwrap();
        format.format(&date).to_string()
    } else {
        let format = DateTimeFormatter::try_new((&locale).into(), YMD::long()).unwrap();
        format.format(&date).to_string()
    }
}
