//! Rules over a finished mail: is it correct, will it arrive, can everybody read it?
//!
//! [`lint`] is pure: it reads the octets that would be sent. Each finding names its [`Rule`], the place, and what is wrong there.
//! What stands on a setting that isn't made is a warning that says which to make. The data of mail clients is caniemail's, of
//! the date in `support.tsv`.

mod contrast;
mod header;
mod html;
mod parts;
mod rules;
mod support;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;

use serde::Serialize;

use self::parts::Parts;
pub use self::rules::{Level, RULES, Rule};

/// What is known about the sender beside the mail.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Who publishes; empty if unknown.
    pub publisher: String,
    /// Where they get post; empty if unknown.
    pub postal_address: String,
}

/// Something that a mail does wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule.
    #[serde(flatten)]
    pub rule: &'static Rule,
    /// Where: a header field, a line of the text, a tag of the HTML.
    pub place: String,
    /// What is wrong there, with the figure.
    pub what: String,
    /// How many more places have the same.
    pub more: usize,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            place,
            what,
            more,
        } = self;
        write!(f, "{} {what}", rule.id)?;
        if !place.is_empty() {
            write!(f, ": {place}")?;
        }
        if *more > 0 {
            write!(f, " (and {more} more)")?;
        }
        write!(f, "\n    {}; {}", rule.reason, rule.mend)
    }
}

/// What is found so far: one finding a rule and kind of fault, the first place of it.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn tell(&mut self, id: &str, place: impl Into<String>, what: impl Into<String>) {
        let (rule, place, what) = (rules::rule(id), place.into(), what.into());
        let known = self
            .0
            .iter_mut()
            .find(|finding| finding.rule.id == rule.id && finding.what == what);
        match known {
            Some(finding) => finding.more += 1,
            None => self.0.push(Finding {
                rule,
                place: excerpt(&place),
                what,
                more: 0,
            }),
        }
    }

    /// The same, if it is so.
    fn tell_if(&mut self, so: bool, id: &str, place: impl Into<String>, what: impl Into<String>) {
        if so {
            self.tell(id, place, what);
        }
    }
}

/// What is wrong with a mail, the worst first.
#[must_use]
pub fn lint(mail: &[u8], setup: &Setup) -> Vec<Finding> {
    let mut findings = Findings::default();
    let Some(parts) = Parts::new(mail) else {
        findings.tell("H00", "", "this is no mail");
        return findings.0;
    };
    header::check(&parts, mail, &mut findings);
    text::check(&parts, setup, &mut findings);
    html::check(&parts, setup, &mut findings);
    findings.0.sort_by_key(|finding| finding.rule.level);
    findings.0
}

/// Whether one of them stops a sending.
#[must_use]
pub fn stops(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.rule.level == Level::Error)
}

/// A place that fits into a line.
fn excerpt(place: &str) -> String {
    const LONGEST: usize = 120;
    let line = place.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
