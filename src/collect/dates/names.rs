//! The names of months and weekdays in all languages that CLDR knows, and a few that it doesn't.
//!
//! They are taken from dates that CLDR writes: what differs from month to month is the month's name, in the case that a
//! date has it in (`12 марта`, `12 de març`). Made once, when the first word is met that isn't English.

use std::{collections::HashMap, sync::LazyLock};

use chrono::Weekday;
use icu_calendar::{Date, Iso, cal::Hijri};
use icu_datetime::{
    DateTimeFormatter,
    fieldsets::{E, M, YMD, YMDE},
};
use icu_locale::Locale;

use super::tokens;

/// The languages whose names are known, the most written first: it has a word that two languages have.
pub(super) const LANGUAGES: &str = "en de fr es pt it nl ru pl tr id vi ja ko zh ar fa uk cs sv da nb nn fi el hu ro ca bg hr sk sl lt lv et \
     he hi bn th ms sr sr-Latn mk sq is ga cy eu gl af sw fil ur ne ta te kn ml mr gu pa si my km lo ka hy az kk ky uz mn be \
     bs bs-Cyrl lb fo br mt ps ckb am ti ha yo ig zu xh so om rw as or sd dsb hsb rm sc oc kok yue zh-Hant de-AT \
     es-MX es-AR es-PE pt-PT fr-CA fr-CH it-CH nl-BE en-GB en-AU en-CA ar-IQ ar-SY ar-LB ar-MA ar-DZ ar-TN ar-EG ar-SA kk-Arab \
     ug tg tk tt ba cv sah ia eo";

/// What is used beside CLDR's names: `language month name`.
const MORE: &str = "en 9 sept;de 3 maerz;de 3 mrz;de 1 jaenner;de 2 feber;fr 2 fev;fr 8 aout;es 9 set;es 9 setiembre;it 9 sett;\
     pl 9 wrzes;ru 2 фев;ru 9 сен;ru 11 ноя;uk 9 вер;el 5 μαι;el 6 ιουν;el 7 ιουλ;hu 1 ja;tr 1 oca;pt 3 marco;ro 7 iul;\
     id 8 agu;id 8 agt;id 8 agust;id 11 nop;id 11 nopember;ms 3 mac;fi 1 tammi;fi 2 helmi;fi 3 maalis;fi 4 huhti;fi 5 touko;\
     fi 6 kesa;fi 7 heina;fi 8 elo;fi 9 syys;fi 10 loka;fi 11 marras;fi 12 joulu;sv 3 mar;cs 1 led;cs 2 uno;cs 3 bre;cs 4 dub;\
     cs 5 kve;cs 6 cvn;cs 7 cvc;cs 8 srp;cs 9 zar;cs 10 rij;cs 11 lis;cs 12 pro;ar 1 جانفي;ar 2 فيفري;ar 4 افريل;ar 4 ابريل;\
     ar 5 ماي;ar 6 جوان;ar 7 جويلية;ar 8 اوت;ar 8 اغسطس;ar 10 اكتوبر;ar 4 إبريل;fa 1 جنوری;fa 5 می;fa 7 جولای;fa 8 آگوست;\
     fa 1 ژانویه;fa 2 فوریه;fa 3 مارس;fa 5 مه;fa 6 ژوئن;fa 7 ژوئیه;fa 8 اوت;fa 12 دسامبر;hi 3 मार्च;hi 9 सितम्बर;hi 10 अक्तूबर;\
     hi 11 नवम्बर;hi 12 दिसम्बर";

/// In which calendar a month is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Calendar {
    /// The one of ISO 8601.
    Gregorian,
    /// Of Iran and Afghanistan.
    Persian,
    /// Of Islam, as Umm al-Qura reckons.
    Hijri,
}

/// A month by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month {
    pub calendar: Calendar,
    pub number: u32,
}

/// What a name means in each language that has it, by the language's place in [`LANGUAGES`].
type Meanings<T> = HashMap<String, Vec<(usize, T)>>;

struct Names {
    months: Meanings<Month>,
    weekdays: Meanings<Weekday>,
}

/// The month of a name, folded as [`tokens::fold`] does; the one that it is in `language`, if it is one there.
pub(super) fn month(name: &str, language: Option<&str>) -> Option<Month> {
    english_month(name)
        .filter(|_| language.is_none_or(|language| language == "en"))
        .or_else(|| meaning(&NAMES.months, name, language))
        .or_else(|| begun(name))
}

/// The weekday of a name.
pub(super) fn weekday(name: &str, language: Option<&str>) -> Option<Weekday> {
    // chrono reads English names, long and short
    let english = || {
        name.parse()
            .ok()
            .filter(|_| name.len() != 4 && name.is_ascii())
    };
    english().or_else(|| meaning(&NAMES.weekdays, name, language))
}

fn english_month(name: &str) -> Option<Month> {
    let number = match name {
        "jan" | "january" => 1,
        "feb" | "february" => 2,
        "mar" | "march" => 3,
        "apr" | "april" => 4,
        "may" => 5,
        "jun" | "june" => 6,
        "jul" | "july" => 7,
        "aug" | "august" => 8,
        "sep" | "sept" | "september" => 9,
        "oct" | "october" => 10,
        "nov" | "november" => 11,
        "dec" | "december" => 12,
        _ => return None,
    };
    Some(Month {
        calendar: Calendar::Gregorian,
        number,
    })
}

fn meaning<T: Copy>(names: &Meanings<T>, name: &str, language: Option<&str>) -> Option<T> {
    let known = names.get(name)?;
    let in_language = language.and_then(|language| {
        known
            .iter()
            .find(|(place, _)| LANGUAGES.split_whitespace().nth(*place) == Some(language))
    });
    in_language
        .or_else(|| known.iter().min_by_key(|(place, _)| place))
        .map(|(_, meaning)| *meaning)
}

/// A name that was cut: four letters or more that begin the names of one month only.
fn begun(start: &str) -> Option<Month> {
    if start.chars().count() < 4 {
        return None;
    }
    let mut months = NAMES
        .months
        .iter()
        .filter(|(name, _)| name.starts_with(start))
        .flat_map(|(_, known)| known.iter().map(|(_, month)| *month));
    let first = months.next()?;
    months.all(|month| month == first).then_some(first)
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names {
        months: HashMap::new(),
        weekdays: HashMap::new(),
    };
    for (place, tag) in LANGUAGES.split_whitespace().enumerate() {
        names.learn(place, tag);
    }
    for entry in MORE.split(';') {
        let mut parts = entry.splitn(3, ' ');
        let (Some(language), Some(number), Some(name)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let place = LANGUAGES.split_whitespace().position(|tag| tag == language);
        let month = number.parse().ok().map(|number| Month {
            calendar: Calendar::Gregorian,
            number,
        });
        if let Some((place, month)) = place.zip(month) {
            add(&mut names.months, tokens::fold(name), place, month);
        }
    }
    names
});

impl Names {
    /// Reads the names of one language out of dates that CLDR writes in it.
    fn learn(&mut self, place: usize, tag: &str) {
        for (calendar, key) in [
            (Calendar::Gregorian, "gregory"),
            (Calendar::Persian, "persian"),
            (Calendar::Hijri, "islamic-umalqura"),
        ] {
            let language = tag.split('-').next().unwrap_or_default();
            let used = match calendar {
                Calendar::Gregorian => true,
                Calendar::Persian => matches!(language, "en" | "fa" | "ps" | "ckb"),
                Calendar::Hijri => {
                    matches!(language, "en" | "ar" | "fa" | "tr" | "id" | "ms" | "ur")
                }
            };
            let Some(locale) = used
                .then(|| format!("{tag}-u-ca-{key}-nu-latn").parse::<Locale>().ok())
                .flatten()
            else {
                continue;
            };
            let year = months_of_a_year(calendar);
            for written in write_months(&locale, &year) {
                for (name, number) in distinguishing(&written).into_iter().zip(1..) {
                    add(&mut self.months, name, place, Month { calendar, number });
                }
            }
            if calendar == Calendar::Gregorian {
                for written in write_weekdays(&locale) {
                    for (name, number) in distinguishing(&written).into_iter().zip(0_u8..) {
                        if let Ok(weekday) = Weekday::try_from(number) {
                            add(&mut self.weekdays, name, place, weekday);
                        }
                    }
                }
            }
        }
    }
}

/// The fifteenth of each month of a year.
fn months_of_a_year(calendar: Calendar) -> Vec<Date<Iso>> {
    (1..=12)
        .filter_map(|month| match calendar {
            Calendar::Gregorian => Date::try_new_iso(2026, month, 15).ok(),
            Calendar::Persian => Date::try_new_persian(1405, month, 15)
                .ok()
                .map(|date| date.to_calendar(Iso)),
            Calendar::Hijri => {
                let rules = Hijri::new_umm_al_qura();
                let date = Date::try_new_hijri_with_calendar(1448, month, 15, rules).ok();
                date.map(|date| date.to_calendar(Iso))
            }
        })
        .collect()
}

/// The same dates in each of the ways in which a language writes months.
fn write_months(locale: &Locale, dates: &[Date<Iso>]) -> Vec<Vec<String>> {
    macro_rules! in_ways {
        ($($fields:expr),*) => {
            [$(DateTimeFormatter::try_new(locale.into(), $fields)
                .ok()
                .map(|format| dates.iter().map(|date| format.format(date).to_string()).collect())),*]
        };
    }
    let ways = in_ways!(YMD::long(), YMD::medium(), M::long(), M::medium());
    ways.into_iter().flatten().collect()
}

/// A week from Monday on, in each of the ways in which a language writes weekdays.
fn write_weekdays(locale: &Locale) -> Vec<Vec<String>> {
    let week: Vec<_> = (16..=22)
        .filter_map(|day| Date::try_new_iso(2026, 11, day).ok())
        .collect();
    macro_rules! in_ways {
        ($($fields:expr),*) => {
            [$(DateTimeFormatter::try_new(locale.into(), $fields)
                .ok()
                .map(|format| week.iter().map(|date| format.format(date).to_string()).collect())),*]
        };
    }
    let ways = in_ways!(E::long(), E::medium(), YMDE::long());
    ways.into_iter().flatten().collect()
}

/// What each text says that not all of them say: its words but the common ones.
fn distinguishing(texts: &[String]) -> Vec<String> {
    let words: Vec<Vec<String>> = texts.iter().map(|text| tokens::words(text)).collect();
    words
        .iter()
        .map(|own| {
            let telling = own
                .iter()
                .filter(|word| !words.iter().all(|others| others.contains(word)));
            telling.cloned().collect::<Vec<_>>().join(" ")
        })
        .collect()
}

fn add<T: Copy>(names: &mut Meanings<T>, name: String, place: usize, meaning: T) {
    // `de genier` beside `d'abril`: the word between day and month isn't the name's
    let name = match name.strip_prefix("de ") {
        Some(bare) => bare.to_owned(),
        None => name,
    };
    if name.chars().count() < 2 {
        return;
    }
    let known = names.entry(name).or_default();
    if known.iter().all(|(other, _)| *other != place) {
        known.push((place, meaning));
    }
}
