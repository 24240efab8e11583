//! Single values of the configuration: each is read once, into the type that carries its rule.

use std::{ops::RangeInclusive, path::PathBuf, str::FromStr, time::Duration};

use chrono::{NaiveDate, NaiveTime, TimeDelta, Weekday};
use chrono_tz::Tz;

use super::{
    duration,
    form::Reading,
    problem::{Problem, near},
    tree::{Node, Value},
    zone::zone as named_zone,
};
use crate::domain::{Address, Language, Limit, Mailbox, Priority};

/// What is wrong with a value.
pub fn wrong<T>(node: &Node, message: impl Into<String>) -> Reading<T> {
    Err(vec![problem(node, message)])
}

fn problem(node: &Node, message: impl Into<String>) -> Problem {
    Problem::new(node.origin.clone(), message)
}

/// Another kind of value is expected.
pub fn expected<T>(node: &Node, what: &str) -> Reading<T> {
    wrong(node, format!("{what} is expected, not {}", node.kind()))
}

/// A text of one line.
pub fn line(node: &Node) -> Reading<String> {
    let text = lines(node)?;
    if text.contains(char::is_control) {
        return wrong(node, "a text of one line is expected");
    }
    Ok(text)
}

/// A text that may have several lines.
pub fn lines(node: &Node) -> Reading<String> {
    let Some(text) = node.as_str().map(str::trim) else {
        return expected(node, "a text in quotation marks");
    };
    if text.is_empty() {
        return wrong(node, "it is empty");
    }
    if text.contains(|c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return wrong(node, "it has a control character in it");
    }
    Ok(text.to_owned())
}

/// A text that a type of the domain reads.
pub fn parsed<T: FromStr<Err: ToString>>(node: &Node) -> Reading<T> {
    line(node)?
        .parse()
        .or_else(|error: T::Err| wrong(node, error.to_string()))
}

/// The id of an edition or a look: it stands in header fields, paths and the command line.
pub fn id(node: &Node) -> Reading<String> {
    let id = line(node)?;
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !id.chars().all(small) || id.starts_with('-') || id.len() > 60 {
        return wrong(
            node,
            format!("an id has small letters (a to z), digits and `-`: `{id}`"),
        );
    }
    Ok(id)
}

/// The id of a topic: it stands in queries, in any script.
pub fn topic_id(node: &Node) -> Reading<String> {
    let id = line(node)?;
    let small = |c: char| c.is_alphanumeric() && !c.is_uppercase() || c == '-';
    if !id.chars().all(small) || id.starts_with('-') {
        return wrong(
            node,
            format!("a topic's id has small letters, digits and `-`, as `north-korea` has: `{id}`"),
        );
    }
    Ok(id)
}

/// A list, each of its values read by `read`. All of them are looked at, whatever is wrong with one.
pub fn list<T>(
    example: &str,
    read: impl Fn(&Node) -> Reading<T>,
) -> impl Fn(&Node) -> Reading<Vec<T>> {
    move |node| {
        let Value::Array(nodes) = &node.value else {
            return expected(node, &format!("a list such as `{example}`"));
        };
        let mut values = Vec::with_capacity(nodes.len());
        let mut problems = Vec::new();
        for node in nodes {
            match read(node) {
                Ok(value) => values.push(value),
                Err(more) => problems.extend(more),
            }
        }
        if problems.is_empty() {
            Ok(values)
        } else {
            Err(problems)
        }
    }
}

/// A text in which there must be no password: it is never shown if there may be one.
pub fn open<T>(node: &Node, message: impl Into<String>) -> Reading<T> {
    let problem = problem(node, message);
    let secret = node.written.contains('@');
    Err(vec![if secret {
        problem.secret(&node.origin)
    } else {
        problem
    }])
}

/// A word out of those that are known.
pub fn known(what: &str, known: &[String]) -> impl Fn(&Node) -> Reading<String> {
    move |node| {
        let word = line(node)?;
        if known.contains(&word) {
            return Ok(word);
        }
        Err(vec![unknown(
            problem(node, format!("unknown {what} `{word}`")),
            &word,
            what,
            known,
        )])
    }
}

/// The same problem with the nearest of the words that are known, or all of them.
pub fn unknown(problem: Problem, word: &str, what: &str, known: &[String]) -> Problem {
    match near(word, known.iter().map(String::as_str)) {
        Some(near) => problem.label(format!("did you mean `{near}`?")),
        None if known.is_empty() => problem.help(format!("no {what} is declared")),
        None => problem.help(format!("there are: {}", known.join(", "))),
    }
}

/// A whole number.
pub fn whole(range: RangeInclusive<u32>) -> impl Fn(&Node) -> Reading<u32> {
    move |node| match node.value {
        Value::Integer(number) => u32::try_from(number)
            .ok()
            .filter(|number| range.contains(number))
            .map_or_else(
                || {
                    wrong(
                        node,
                        format!(
                            "a number from {} to {} is expected, not {number}",
                            range.start(),
                            range.end()
                        ),
                    )
                },
                Ok,
            ),
        _ => expected(node, "a whole number"),
    }
}

/// A whole number from 1 on, or `"none"`.
pub fn limit(node: &Node) -> Reading<Limit<u32>> {
    match (&node.value, node.as_str()) {
        (Value::Integer(number), _) => match u32::try_from(*number) {
            Ok(most) if most > 0 => Ok(Limit::Most(most)),
            _ => wrong(
                node,
                format!("a whole number from 1 on is expected, not {number}"),
            ),
        },
        (_, Some("none")) => Ok(Limit::None),
        (_, Some(other)) => wrong(
            node,
            format!("a whole number, or `\"none\"`, is expected, not `{other}`"),
        ),
        _ => expected(node, "a whole number, or `\"none\"`,"),
    }
}

/// The weight of a source: 1 is usual.
pub fn priority(node: &Node) -> Reading<Priority> {
    let weight = match node.value {
        Value::Integer(number) => i32::try_from(number).ok().map(f64::from),
        Value::Float(number) => Some(number),
        _ => return expected(node, "a number such as `1.5`"),
    };
    match weight {
        // Between 0 and 10,000 hundredths after the check.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(weight) if (0.0..=100.0).contains(&weight) => {
            Ok(Priority((weight * 100.0).round() as u32))
        }
        _ => wrong(
            node,
            format!("a number from 0 to 100 is expected, not {}", node.written),
        ),
    }
}

/// A length of time.
pub fn period(node: &Node) -> Reading<TimeDelta> {
    match node.as_str() {
        Some(text) => duration::duration(text).or_else(|error| wrong(node, error.to_string())),
        None => expected(node, "a length of time such as `\"24h\"`"),
    }
}

/// A length of time that is not nothing.
pub fn some_time(node: &Node) -> Reading<TimeDelta> {
    let period = period(node)?;
    if period.is_zero() {
        return wrong(node, "more than no time is expected");
    }
    Ok(period)
}

/// A length of time, or `"none"`.
pub fn period_or_none(node: &Node) -> Reading<Option<TimeDelta>> {
    match node.as_str() {
        Some("none") => Ok(None),
        _ => some_time(node).map(Some),
    }
}

/// A length of time for what only looks at clocks of this machine.
pub fn wait(node: &Node) -> Reading<Duration> {
    period(node)?
        .to_std()
        .or_else(|_| wrong(node, "it is below zero"))
}

/// A length of time for what only looks at clocks of this machine, at least so many seconds of it.
pub fn at_least(seconds: u64) -> impl Fn(&Node) -> Reading<Duration> {
    move |node| {
        let time = wait(node)?;
        if time.as_secs() < seconds {
            return wrong(node, format!("at least `{seconds}s` is expected"));
        }
        Ok(time)
    }
}

/// A time of day.
pub fn time(node: &Node) -> Reading<NaiveTime> {
    let text = match node.value {
        Value::Datetime => node.written.as_str(),
        _ => match node.as_str() {
            Some(text) => text.trim(),
            None => return expected(node, "a time of day such as `\"07:00\"`"),
        },
    };
    let read = |form| NaiveTime::parse_from_str(text, form).ok();
    match read("%H:%M").or_else(|| read("%H:%M:%S")) {
        Some(time) => Ok(time),
        None => Err(vec![
            problem(node, format!("not a time of day such as `07:00`: `{text}`"))
                .label("hours and minutes, from 00:00 to 23:59"),
        ]),
    }
}

/// A date.
pub fn date(node: &Node) -> Reading<NaiveDate> {
    let text = match node.value {
        Value::Datetime => Some(node.written.as_str()),
        _ => node.as_str(),
    };
    match text.and_then(|text| text.trim().parse().ok()) {
        Some(date) => Ok(date),
        None => wrong(
            node,
            format!(
                "a date such as `2026-12-01` is expected, not `{}`",
                node.written
            ),
        ),
    }
}

/// `true` or `false`.
pub fn yes(node: &Node) -> Reading<bool> {
    match node.value {
        Value::Boolean(yes) => Ok(yes),
        _ => expected(node, "`true` or `false`"),
    }
}

/// A day of the week.
pub fn day(node: &Node) -> Reading<Weekday> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let text = line(node)?;
    text.parse().map_err(|_| {
        let problem = problem(
            node,
            format!("not a day of the week such as `mon`: `{text}`"),
        );
        vec![match near(&text, DAYS) {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None => problem.label(format!("one of {}", DAYS.join(", "))),
        }]
    })
}

/// A time zone.
pub fn zone(node: &Node) -> Reading<Tz> {
    named_zone(&line(node)?).map_err(|error| {
        let problem = problem(node, error.to_string());
        vec![match error.meant {
            Some(meant) => problem.label(format!("write `{meant}`")),
            None => problem.help("a zone is written as its continent and city; the names are in https://en.wikipedia.org/wiki/List_of_tz_database_time_zones"),
        }]
    })
}

/// A language.
pub fn language(node: &Node) -> Reading<Language> {
    parsed(node)
}

/// A mail address.
pub fn address(node: &Node) -> Reading<Address> {
    parsed(node)
}

/// A mail address, with a name or without.
pub fn mailbox(node: &Node) -> Reading<Mailbox> {
    parsed(node)
}

/// A path. What it is relative to is the caller's to say.
pub fn path(node: &Node) -> Reading<PathBuf> {
    line(node).map(PathBuf::from)
}

/// The URL of a page.
pub fn page(node: &Node) -> Reading<String> {
    let text = line(node)?;
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => Ok(text),
        _ => wrong(
            node,
            format!("not a URL such as `https://example.org/`: `{text}`"),
        ),
    }
}

/// The public address of the service, without a slash at its end.
pub fn service(node: &Node) -> Reading<String> {
    let text = page(node)?;
    // RFC 8058 knows no link to unsubscribe but https.
    if !text.starts_with("https://") || text.contains(['?', '#']) {
        return wrong(
            node,
            format!(
                "not an https address without `?` and `#`, such as `https://news.example.org`: `{text}`"
            ),
        );
    }
    Ok(text.trim_end_matches('/').to_owned())
}
