//! `[publisher]` and `[[edition]]`: who publishes what, when.

use std::{collections::HashMap, fmt::Display, path::Path};

use chrono::{TimeDelta, Weekday};
use chrono_tz::Tz;

use super::{
    design::{self, word},
    form::{Form, Reading},
    problem::{Found, Problem},
    query::query,
    tree::{Node, Table},
    values::{
        address, day, id, known, language, limit, line, lines, list, mailbox, page, period_or_none,
        service, some_time, time, whole, wrong, zone,
    },
};
use crate::domain::{
    Address, Edition, EditionId, InDoubt, Language, Limit, Look, Media, Publisher, Query, Ranking,
    TopicId, WEEK,
};

/// What an edition may name.
pub struct Names {
    /// The ids of the topics.
    pub topics: Vec<String>,
    /// Their ids, names and aliases, folded.
    pub folded: Vec<String>,
    /// The names of the sources.
    pub sources: Vec<String>,
}

/// Reads `[publisher]`.
pub fn publisher(mut form: Form<'_>, base: &Path) -> Option<Publisher> {
    let name = form.required("name", "name = \"The Agency\"", line);
    let postal_address = form.required(
        "postal_address",
        "postal_address = \"1 Example Street, Example City\"",
        lines,
    );
    let url = form.optional("url", page);
    let service_url = form.optional("service_url", service);
    let bounce_address = form.optional("bounce_address", bounce_address);
    let media = media(&mut form, base);
    form.finish();
    Some(Publisher {
        name: name?,
        url,
        postal_address: postal_address?,
        service_url,
        bounce_address,
        media: media?,
    })
}

/// The folder of media, and what it is on the web: both or none. `None` where one is missing.
#[allow(
    clippy::option_option,
    reason = "a mistake is told, and isn't the same as nothing said"
)]
fn media(form: &mut Form<'_>, base: &Path) -> Option<Option<Media>> {
    let said = form.has("media") || form.has("media_url");
    if !said {
        return Some(None);
    }
    let folder = form.required("media", "media = \"public/media\"", line);
    let url = form.required(
        "media_url",
        "media_url = \"https://agency.example/media\"",
        service,
    );
    Some(Some(Media {
        folder: base.join(folder?),
        url: url?,
    }))
}

/// An address with room for `+` and a token in its local part of at most 64 octets (RFC 5321, section 4.5.3.1.1).
fn bounce_address(node: &Node) -> Reading<Address> {
    let address = address(node)?;
    if address.local().len() + 1 + TOKEN > 64 || address.needs_smtputf8() {
        return wrong(
            node,
            "what stands before the `@` must be ASCII of at most 10 characters, such as `bounces`: a token is put behind it",
        );
    }
    Ok(address)
}

/// How long a token is.
const TOKEN: usize = 53;

/// Reads an `[[edition]]`.
pub fn edition(mut form: Form<'_>, names: &Names) -> Option<Edition> {
    let id = form.required("id", "id = \"daily\"", id);
    let name = form.required("name", "name = \"The Morning Post\"", line);
    let from = form.required(
        "from",
        "from = \"The Morning Post <news@example.org>\"",
        mailbox,
    );
    let reply_to = form.optional("reply_to", mailbox);
    let unsubscribe_address = form.optional("unsubscribe_address", address);
    let languages = form.or(
        "languages",
        some("[\"en\", \"fr\"]", language),
        vec![Language::english()],
    );
    let at = form.optional("at", time);
    let tz = form.or("tz", zone, Tz::UTC);
    let days = form.or("days", days, WEEK.to_vec());
    let deadline = form.or("deadline", some_time, TimeDelta::hours(24));
    let sources = form.or(
        "sources",
        some("[\"The Agency\"]", known("source", &names.sources)),
        Vec::new(),
    );
    let topics = form.or(
        "topics",
        some("[\"korea\"]", known("topic", &names.topics)),
        Vec::new(),
    );
    let default_topics = form.or(
        "default_topics",
        query(&names.topics, &names.folded),
        Query::Any,
    );
    let max_articles = form.or("max_articles", limit, Limit::Most(30));
    let min_articles = form.or("min_articles", whole(1..=10_000), 1);
    let max_wait = form.or("max_wait", period_or_none, None);
    let max_age = form.or("max_age", period_or_none, Some(TimeDelta::hours(72)));
    let look = form
        .optional("look", super::values::id)
        .map_or_else(Look::default, Look);
    let design = design::design(&mut form);
    let in_doubt = form.or(
        "in_doubt",
        word([("hold", InDoubt::Hold), ("resend", InDoubt::Resend)]),
        InDoubt::Hold,
    );
    form.finish();
    if !max_articles.allows(min_articles) {
        form.problem(
            Problem::new(
                form.origin("min_articles"),
                "min_articles: more than `max_articles`",
            )
            .label("no digest could ever be sent"),
        );
    }
    let from = from?;
    let answers = reply_to.as_ref().unwrap_or(&from);
    Some(Edition {
        unsubscribe_address: unsubscribe_address.unwrap_or_else(|| answers.address.clone()),
        id: EditionId(id?),
        name: name?,
        from,
        reply_to,
        languages: once(languages),
        at,
        tz,
        days,
        deadline,
        sources: once(sources),
        topics: once(topics).into_iter().map(TopicId).collect(),
        default_topics,
        max_articles,
        min_articles,
        max_wait,
        max_age,
        look,
        design,
        in_doubt,
        // The configuration's own tables say these.
        ranking: Ranking::default(),
        pins: Vec::new(),
    })
}

/// A list with something in it: an empty one would be taken for "none", and mean "all".
fn some<T>(
    example: &'static str,
    read: impl Fn(&Node) -> Reading<T>,
) -> impl Fn(&Node) -> Reading<Vec<T>> {
    let list = list(example, read);
    move |node| {
        let values = list(node)?;
        if values.is_empty() {
            return wrong(
                node,
                format!("it is empty: write a list such as `{example}`, or leave it out"),
            );
        }
        Ok(values)
    }
}

fn once<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    values.into_iter().fold(Vec::new(), |mut kept, value| {
        if !kept.contains(&value) {
            kept.push(value);
        }
        kept
    })
}

fn days(node: &Node) -> Reading<Vec<Weekday>> {
    let days = some("[\"mon\", \"fri\"]", day)(node)?;
    Ok(WEEK.into_iter().filter(|day| days.contains(day)).collect())
}

/// Tells values of `key` that two tables of `list` have, `what` being the word for such a table.
pub fn refuse_twice(root: &Table, list: &str, key: &str, what: impl Display, found: &Found) {
    let mut first: HashMap<&str, &Node> = HashMap::new();
    for node in root.tables(list).filter_map(|table| table.get(key)) {
        let Some(value) = node.as_str() else {
            continue;
        };
        match first.get(value) {
            Some(before) => found.push(
                Problem::new(node.origin.clone(), format!("two {what} `{value}`"))
                    .label(format!("choose another {key}"))
                    .beside(&before.origin, "the first"),
            ),
            None => {
                first.insert(value, node);
            }
        }
    }
}

/// Tells ids of editions that a token couldn't tell from each other.
pub fn refuse_same_tag(root: &Table, found: &Found) {
    let mut first: HashMap<[u8; 2], &Node> = HashMap::new();
    for node in root.tables("edition").filter_map(|table| table.get("id")) {
        let Some(id) = node.as_str() else {
            continue;
        };
        let tag = EditionId(id.to_owned()).tag();
        match first.get(&tag) {
            Some(before) if before.as_str() == Some(id) => {}
            Some(before) => found.push(
                Problem::new(
                    node.origin.clone(),
                    format!(
                        "the editions `{}` and `{id}` can't be told apart in links: their ids have the same short form",
                        before.as_str().unwrap_or_default()
                    ),
                )
                .label("choose another id")
                .beside(&before.origin, "the first"),
            ),
            None => {
                first.insert(tag, node);
            }
        }
    }
}
