//! The parts of a date → the day that they are: which number is the year, the month, the day, and in which calendar.

use chrono::{Datelike, NaiveDate, Weekday};
use icu_calendar::{Date, Iso, cal::Hijri};
use icu_datetime::{DateTimeFormatter, fieldsets::YMD};
use icu_locale::Locale;

use super::{
    full_year,
    names::{Calendar, Month},
};

/// What a number of a date is, where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    Month,
    Day,
}

/// A number of a date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub value: u32,
    /// In how many digits it is written.
    pub digits: usize,
    /// The sign before it.
    pub before: Option<char>,
    pub field: Option<Field>,
}

/// What else is known of a date.
pub(super) struct Clues {
    /// The month, where it is in words.
    pub month: Option<Month>,
    /// How many numbers stand before the month's name: where it is two, the year is the first of them.
    pub numbers_before_month: usize,
    pub weekday: Option<Weekday>,
    /// Whether `3/12` is rather the twelfth of March.
    pub month_first: bool,
    /// What is added to a year to have ours.
    pub era: i32,
    /// Whether a year about 2567 is ours of 2024.
    pub buddhist: bool,
    /// Whether there is a time of day: then a day must be there too.
    pub timed: bool,
}

/// Whether a language writes the month before the day in digits (CLDR); without one, whether something else about a date
/// is of the United States.
pub(super) fn month_first(language: Option<&str>, american: bool) -> bool {
    let written = || {
        let locale: Locale = format!("{}-u-ca-gregory-nu-latn", language?).parse().ok()?;
        let format = DateTimeFormatter::try_new(locale.into(), YMD::short()).ok()?;
        let date = format
            .format(&Date::try_new_iso(2026, 11, 24).ok()?)
            .to_string();
        Some(date.find("11")? < date.find("24")?)
    };
    written().unwrap_or(american)
}

/// The day that `parts` are.
pub(super) fn date(parts: &[Part], clues: &Clues) -> Option<NaiveDate> {
    let told = |field| parts.iter().find(|part| part.field == Some(field)).copied();
    let (year, month, day) = (told(Field::Year), told(Field::Month), told(Field::Day));
    let rest: Vec<Part> = parts
        .iter()
        .filter(|part| part.field.is_none())
        .copied()
        .collect();
    let month = match (clues.month, month) {
        (Some(month), None) => Some(month),
        (None, Some(part)) => Some(Month {
            calendar: Calendar::Gregorian,
            number: part.value,
        }),
        (None, None) => None,
        (Some(_), Some(_)) => return None,
    };
    let first = Part {
        value: 1,
        digits: 2,
        before: None,
        field: None,
    };
    let Some(month) = month else {
        return in_digits(year, day, &rest, clues);
    };
    let (year, day) = match (year, day, rest.as_slice()) {
        (Some(year), Some(day), []) => (year, day),
        (Some(year), None, [day]) => (year, *day),
        (None, Some(day), [year]) => (*year, day),
        (None, None, [first, second])
            if !is_year(*second) && (is_year(*first) || clues.numbers_before_month == 2) =>
        {
            (*first, *second)
        }
        (None, None, [day, year]) => (*year, *day),
        (Some(year), None, []) if !clues.timed => (year, first),
        (None, None, [year]) if !clues.timed && is_year(*year) => (*year, first),
        _ => return None,
    };
    clues.day(year, month, day)
}

fn is_year(part: Part) -> bool {
    part.digits == 4
        || part.value > 31
        || part.before.is_some_and(|sign| matches!(sign, '\'' | '’'))
}

/// A date without a month in words.
fn in_digits(
    year: Option<Part>,
    day: Option<Part>,
    rest: &[Part],
    clues: &Clues,
) -> Option<NaiveDate> {
    let gregorian = |year: Part, month: Part, day: Part| {
        let number = month.value;
        let month = Month {
            calendar: Calendar::Gregorian,
            number,
        };
        clues.day(year, month, day)
    };
    match (year, day, rest) {
        (Some(year), None, [first, second]) => clues.either(*first, *second, year),
        (None, Some(day), [month, year]) => gregorian(*year, *month, day),
        (None, None, [year, month, day]) if is_year(*year) => gregorian(*year, *month, *day),
        // ISO 8601 with the century left out
        (None, None, [year, month, day])
            if [year, month, day].iter().all(|part| part.digits == 2)
                && month.before == Some('-')
                && day.before == Some('-') =>
        {
            gregorian(*year, *month, *day).or_else(|| clues.either(*year, *month, *day))
        }
        (None, None, [first, second, year]) if year.digits != 1 => {
            clues.either(*first, *second, *year)
        }
        // A month alone: its numbers stand together
        (None, None, [first, second])
            if !clues.timed && matches!(second.before, Some('/' | '-' | '.')) =>
        {
            let (year, month) = if first.digits == 4 {
                (*first, *second)
            } else {
                (*second, *first)
            };
            let year = (year.digits == 4).then(|| clues.year(year, Calendar::Gregorian))?;
            NaiveDate::from_ymd_opt(year, month.value, 1)
        }
        _ => None,
    }
}

impl Clues {
    /// The day of two numbers of which either may be the month: the only one that is possible; else the one whose weekday
    /// is right; else, between full stops, the day first; else as the language writes; else the day first, as most do.
    fn either(&self, first: Part, second: Part, year: Part) -> Option<NaiveDate> {
        let of = |month: Part, day: Part| {
            let number = month.value;
            let month = Month {
                calendar: Calendar::Gregorian,
                number,
            };
            self.day(year, month, day)
        };
        let (day_first, month_first) = (of(second, first), of(first, second));
        let (Some(by_day), Some(by_month)) = (day_first, month_first) else {
            return day_first.or(month_first);
        };
        if let Some(weekday) = self.weekday
            && (by_day.weekday() == weekday) != (by_month.weekday() == weekday)
        {
            return if by_day.weekday() == weekday {
                day_first
            } else {
                month_first
            };
        }
        let stops = second.before == Some('.');
        if self.month_first && !stops {
            month_first
        } else {
            day_first
        }
    }

    fn day(&self, year: Part, month: Month, day: Part) -> Option<NaiveDate> {
        let calendar = match month.calendar {
            // Iran's years in digits; the Gregorian ones of today begin with 1 no more
            Calendar::Gregorian if year.digits == 4 && (1300..1500).contains(&year.value) => {
                Calendar::Persian
            }
            calendar => calendar,
        };
        let (number, month) = (self.year(year, calendar), u8::try_from(month.number).ok()?);
        let day = u8::try_from(day.value).ok()?;
        match calendar {
            Calendar::Gregorian => NaiveDate::from_ymd_opt(number, month.into(), day.into()),
            Calendar::Persian => from_iso(
                Date::try_new_persian(number, month, day)
                    .ok()?
                    .to_calendar(Iso),
            ),
            Calendar::Hijri => {
                let rules = Hijri::new_umm_al_qura();
                let date = Date::try_new_hijri_with_calendar(number, month, day, rules).ok()?;
                from_iso(date.to_calendar(Iso))
            }
        }
    }

    /// A year as its calendar counts; of two or three digits, the one that RFC 5322 (section 4.3) takes it for.
    fn year(&self, part: Part, calendar: Calendar) -> i32 {
        let value = part.value.cast_signed();
        match calendar {
            Calendar::Gregorian if self.era != 0 => value + self.era,
            Calendar::Gregorian if self.buddhist && (2400..2700).contains(&value) => value - 543,
            Calendar::Gregorian if self.buddhist && part.digits == 2 => 2500 + value - 543,
            Calendar::Gregorian => full_year(part.value, part.digits),
            Calendar::Persian | Calendar::Hijri if part.digits == 2 => 1400 + value,
            Calendar::Persian | Calendar::Hijri => value,
        }
    }
}

fn from_iso(date: Date<Iso>) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        date.year().extended_year(),
        date.month().ordinal.into(),
        date.day_of_month().0.into(),
    )
}
