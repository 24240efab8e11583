//! `[ranking]`, `[[pin]]` and `[stories]`: what comes first, what has room, and what is one story.

use chrono::TimeDelta;

use super::{
    form::{Form, Reading},
    tree::{Node, Value},
    values::{date, expected, known, list, page, some_time, wrong},
};
use crate::{
    domain::{EditionId, Pin, Ranking},
    plan::story::StorySettings,
};

/// Reads `[ranking]`.
pub fn ranking(mut form: Form<'_>) -> Ranking {
    let usual = Ranking::default();
    let ranking = Ranking {
        half_life: form.or("half_life", some_time, usual.half_life),
        sources: form.or("sources", hundredths(10), usual.sources),
        topics: form.or("topics", hundredths(10), usual.topics),
        diversity: form.or("diversity", hundredths(1), usual.diversity),
        floor: form.or("floor", hundredths(1), usual.floor),
        topic_share: form.or("topic_share", hundredths(1), usual.topic_share),
        source_share: form.or("source_share", hundredths(1), usual.source_share),
        updates: form.or("updates", share_or_none, usual.updates),
    };
    form.finish();
    ranking
}

/// Reads a `[[pin]]`; `editions` are the ids of those that are declared.
pub fn pin(mut form: Form<'_>, editions: &[String]) -> Option<Pin> {
    let url = form.required("url", "url = \"https://example.org/story\"", page);
    let until = form.optional("until", date);
    let editions = form.or(
        "editions",
        list("[\"daily\"]", known("edition", editions)),
        Vec::new(),
    );
    form.finish();
    Some(Pin {
        url: url?,
        until,
        editions: editions.into_iter().map(EditionId).collect(),
    })
}

/// Reads `[stories]`.
pub fn stories(mut form: Form<'_>) -> StorySettings {
    let usual = StorySettings::default();
    let settings = StorySettings {
        likeness: form
            .optional("likeness", likeness)
            .unwrap_or(usual.likeness),
        open_for: form.or("open_for", open_for, usual.open_for),
    };
    form.finish();
    settings
}

/// A number from 0 to `most`, in hundredths.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked"
)]
fn hundredths(most: u32) -> impl Fn(&Node) -> Reading<u32> {
    move |node| {
        let value = number(node)?;
        if !(0.0..=f64::from(most)).contains(&value) {
            return wrong(
                node,
                format!(
                    "a number from 0 to {most} is expected, not {}",
                    node.written
                ),
            );
        }
        Ok((value * 100.0).round() as u32)
    }
}

fn share_or_none(node: &Node) -> Reading<Option<u32>> {
    match node.as_str() {
        Some("none") => Ok(None),
        _ => hundredths(1)(node).map(Some),
    }
}

fn likeness(node: &Node) -> Reading<f64> {
    match node.as_str() {
        Some("strict") => return Ok(0.18),
        Some("usual") => return Ok(0.14),
        Some("loose") => return Ok(0.10),
        _ => {}
    }
    let value = number(node)?;
    if !(0.01..=1.0).contains(&value) {
        return wrong(
            node,
            format!(
                "`strict`, `usual`, `loose`, or a number from 0.01 to 1 is expected, not {}",
                node.written
            ),
        );
    }
    Ok(value)
}

fn number(node: &Node) -> Reading<f64> {
    match node.value {
        Value::Float(number) => Ok(number),
        Value::Integer(number) => Ok(i32::try_from(number).map_or(f64::INFINITY, f64::from)),
        _ => expected(node, "a number such as `0.35`"),
    }
}

/// As long as memory is to remember: every open story is compared with every new article.
fn open_for(node: &Node) -> Reading<TimeDelta> {
    let time = some_time(node)?;
    if time > TimeDelta::days(14) {
        return wrong(node, "at most `14d` is expected");
    }
    Ok(time)
}
