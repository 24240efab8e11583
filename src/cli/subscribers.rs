//! `postrider subscribers` and `suppress`: who gets mail, who must not, and the operator's hand in both.
//!
//! The files are read first, so that what is shown or changed is what the next run would find.

use anyhow::{Context as _, bail};
use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Exit, Terminal};
use crate::{
    domain::{Address, Choice, EditionId, Pause, Query},
    keys::Keys,
    run::{Project, Sending, people::Counter, places, take_in},
    store::{
        People as _, Person, PersonNumber, Roster as _, Store, Suppression, SuppressionReason,
    },
};

/// People that are read from the store at once.
const PAGE: usize = 1000;
/// What the store says is how a suppression came about.
const EVIDENCE: &str = "command line";

/// `postrider subscribers`
#[derive(Debug, Subcommand)]
pub enum Subscribers {
    /// Each subscriber, with their state, editions and topics
    List(List),
    /// All that is known of a subscriber, with what happened to them
    Show {
        /// Their address
        address: String,
    },
    /// Send a subscriber nothing for a while
    Pause {
        /// Their address
        address: String,
        /// The first date on which they are mailed again; without it, when they or you say so
        #[arg(long, value_name = "DATE", conflicts_with = "off")]
        until: Option<NaiveDate>,
        /// Mail them again
        #[arg(long)]
        off: bool,
    },
    /// Take somebody out who is in no file. They may come back
    Remove {
        /// Their address
        address: String,
    },
    /// Forget a person: only a hash of their address stays, so that no file or import brings them back
    Erase {
        /// Their address
        address: String,
    },
}

/// `postrider subscribers list`
#[derive(Debug, Args)]
pub struct List {
    /// Of this edition
    #[arg(long, value_name = "ID")]
    pub edition: Option<String>,
    /// Who name this topic in what they follow
    #[arg(long)]
    pub topic: Option<String>,
    /// In this state
    #[arg(long, value_parser = ["active", "paused", "suppressed", "gone"])]
    pub state: Option<String>,
    /// With an address at this domain
    #[arg(long)]
    pub domain: Option<String>,
}

/// `postrider suppress`
#[derive(Debug, Subcommand)]
pub enum Suppress {
    /// The suppressions that hold. Addresses are kept as hashes: known subscribers are named
    List,
    /// Mail an address no more
    Add {
        /// The address; it need not be a subscriber's
        address: String,
        /// For this edition only
        #[arg(long, value_name = "ID")]
        edition: Option<String>,
        /// Why
        #[arg(long, default_value = "unsubscribed", value_parser = ["unsubscribed", "complaint", "hard bounce"])]
        reason: String,
    },
    /// Lift what suppresses an address, where you know that its owner wants that
    Remove {
        /// The address
        address: String,
        /// For this edition only
        #[arg(long, value_name = "ID")]
        edition: Option<String>,
    },
}

pub(super) fn run(
    project: &Project,
    command: &Subscribers,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let now = Utc::now();
    if let Subscribers::List(filter) = command {
        let (store, keys, _) = project.scratch()?;
        read_files(project, &*store, &keys, true, terminal)?;
        return list(project, &*store, filter, now, terminal);
    }
    if let Subscribers::Show { address } = command {
        let (store, keys, _) = project.scratch()?;
        read_files(project, &*store, &keys, true, terminal)?;
        return show(project, &*store, &keys, address, now, terminal);
    }
    let (store, keys) = project.open()?;
    read_files(project, &store, &keys, false, terminal)?;
    let counter = counter(project, &store, &keys);
    match command {
        Subscribers::List(_) | Subscribers::Show { .. } => Ok(Exit::Done),
        Subscribers::Pause {
            address,
            until,
            off,
        } => {
            let person = known(&store, address)?;
            let pause = match (off, until) {
                (true, _) => Pause::No,
                (false, Some(until)) => Pause::Until(*until),
                (false, None) => Pause::Open,
            };
            let choice = Choice {
                paused: Some(pause),
                ..Choice::default()
            };
            counter.keep_choice(person.reader, &choice, EVIDENCE, now)?;
            let said = match pause {
                Pause::No => "is mailed again".to_owned(),
                Pause::Until(until) => format!("is mailed again from {until} on"),
                Pause::Open => "is mailed no more until they or you say so".to_owned(),
            };
            tell(&person.subscriber.address, &said, terminal);
            Ok(Exit::Done)
        }
        Subscribers::Remove { address } => {
            let person = known(&store, address)?;
            if let Some(filed) = &person.filed {
                bail!(
                    "{address} is declared by `{}`, row {}: take the row out there, or `postrider suppress add {address}`",
                    filed.file,
                    filed.index + 1
                );
            }
            let places = |subscriber: &_| places(&project.config.editions, subscriber);
            store.remove(person.reader, &places, now)?;
            tell(
                &person.subscriber.address,
                "is a subscriber no more",
                terminal,
            );
            Ok(Exit::Done)
        }
        Subscribers::Erase { address } => {
            let address: Address = parsed(address)?;
            let filed = store.person(&address)?.and_then(|person| person.filed);
            store.erase(&address, &keys, now)?;
            tell(
                &address,
                "is erased, and no file or import brings them back",
                terminal,
            );
            if let Some(filed) = filed {
                terminal.warn(&format!(
                    "`{}` still has their row {}: take it out",
                    filed.file,
                    filed.index + 1
                ));
            }
            Ok(Exit::Done)
        }
    }
}

pub(super) fn suppress(
    project: &Project,
    command: &Suppress,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys) = project.open()?;
    match command {
        Suppress::List => list_suppressions(&store, &keys, terminal),
        Suppress::Add {
            address,
            edition,
            reason,
        } => {
            let address = parsed(address)?;
            let reason = SuppressionReason::ALL
                .into_iter()
                .find(|known| known.as_str() == reason)
                .unwrap_or(SuppressionReason::Unsubscribed);
            let new = store.suppress(&Suppression {
                address: keys.address_hash(&address),
                edition: edition_of(project, edition.as_deref())?,
                reason,
                evidence: EVIDENCE.to_owned(),
                at: Utc::now(),
            })?;
            let said = if new {
                "is mailed no more"
            } else {
                "was suppressed already"
            };
            tell(&address, said, terminal);
            Ok(Exit::Done)
        }
        Suppress::Remove { address, edition } => {
            let address = parsed(address)?;
            let edition = edition_of(project, edition.as_deref())?;
            let hash = keys.address_hash(&address);
            let mut lifted = 0;
            for reason in SuppressionReason::ALL {
                if reason != SuppressionReason::Erased {
                    let always = DateTime::UNIX_EPOCH;
                    lifted += store.lift(&hash, edition.as_ref(), reason, always, Utc::now())?;
                }
            }
            if lifted == 0 {
                bail!(
                    "nothing of that kind suppresses {address}: `postrider subscribers show {address}` tells what does. Who was erased comes back only by themselves"
                );
            }
            tell(&address, "may be mailed again", terminal);
            Ok(Exit::Done)
        }
    }
}

fn read_files(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    yes: bool,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let sending = Sending {
        editions: Vec::new(),
        at: Utc::now(),
        collect: false,
        yes,
        force: false,
    };
    for problem in take_in(project, store, keys, &sending)?.problems {
        terminal.warn(&problem);
    }
    Ok(())
}

fn counter<'a>(project: &'a Project, store: &'a dyn Store, keys: &'a Keys) -> Counter<'a> {
    Counter {
        editions: &project.config.editions,
        store,
        keys,
    }
}

fn parsed(address: &str) -> anyhow::Result<Address> {
    address.parse().context("reading the address")
}

fn known(store: &dyn Store, address: &str) -> anyhow::Result<Person> {
    let address = parsed(address)?;
    match store.person(&address)? {
        Some(person) => Ok(person),
        None => bail!("{address} is no subscriber: `postrider subscribers list` names them all"),
    }
}

fn edition_of(project: &Project, id: Option<&str>) -> anyhow::Result<Option<EditionId>> {
    let edition = id.map(|id| project.edition(&EditionId(id.to_owned())));
    Ok(edition.transpose()?.map(|edition| edition.id.clone()))
}

fn tell(address: &Address, said: &str, terminal: &Terminal) {
    if terminal.json() {
        terminal.json_line(&json!({ "address": address, "result": said }));
    } else {
        terminal.result(&format!("{address} {said}"));
    }
}

fn list(
    project: &Project,
    store: &dyn Store,
    filter: &List,
    now: DateTime<Utc>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let edition = edition_of(project, filter.edition.as_deref())?;
    let is_wanted = |person: &Person| {
        let is_of = |id: &EditionId| person.editions.iter().any(|own| own.edition == *id);
        let domain = person.subscriber.address.domain();
        edition.as_ref().is_none_or(is_of)
            && filter
                .state
                .as_deref()
                .is_none_or(|wanted| wanted == state(person, now))
            && filter
                .domain
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(domain))
            && filter.topic.as_deref().is_none_or(|topic| {
                person
                    .subscriber
                    .topics
                    .as_ref()
                    .is_some_and(|query| names(query, topic))
            })
    };
    let mut after = PersonNumber::default();
    loop {
        let page = store.people(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(Exit::Done);
        };
        after = last.number;
        for person in page.iter().filter(|person| is_wanted(person)) {
            line(person, now, terminal);
        }
    }
}

fn line(person: &Person, now: DateTime<Utc>, terminal: &Terminal) {
    let editions: Vec<&str> = person
        .editions
        .iter()
        .map(|own| own.edition.0.as_str())
        .collect();
    let subscriber = &person.subscriber;
    let topics = subscriber.topics.as_ref().map(ToString::to_string);
    if terminal.json() {
        terminal.json_line(&json!({
            "address": subscriber.address, "name": subscriber.name, "state": state(person, now), "editions": editions,
            "topics": topics, "languages": subscriber.languages, "file": person.filed.as_ref().map(|filed| &filed.file),
        }));
    } else {
        terminal.result(&format!(
            "{}  {}  {}  {}",
            subscriber.address,
            state(person, now),
            editions.join(" "),
            topics.as_deref().unwrap_or("(the edition's topics)")
        ));
    }
}

/// How a person stands today.
fn state(person: &Person, now: DateTime<Utc>) -> &'static str {
    let zone = person.subscriber.time_zone.unwrap_or(chrono_tz::UTC);
    if person.gone_at.is_some() || person.editions.is_empty() {
        "gone"
    } else if person.editions.iter().all(|own| own.suppressed.is_some()) {
        "suppressed"
    } else if person
        .subscriber
        .paused
        .covers(now.with_timezone(&zone).date_naive())
    {
        "paused"
    } else {
        "active"
    }
}

/// Whether a query names a topic, other than to leave it out.
fn names(query: &Query, topic: &str) -> bool {
    match query {
        Query::Any | Query::Not(_) => false,
        Query::Topic(name) | Query::Exactly(name) => name.to_lowercase() == topic.to_lowercase(),
        Query::And(parts) | Query::Or(parts) => parts.iter().any(|part| names(part, topic)),
    }
}

fn show(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    address: &str,
    now: DateTime<Utc>,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let parsed = parsed(address)?;
    let Some(person) = store.person(&parsed)? else {
        let suppressions = store.suppressions(&keys.address_hash(&parsed))?;
        if suppressions.is_empty() {
            bail!("nothing is known of {parsed}");
        }
        for kept in suppressions {
            let lifted = if kept.lifted_at.is_some() {
                ", lifted since"
            } else {
                ""
            };
            let Suppression {
                reason,
                at,
                evidence,
                ..
            } = &kept.suppression;
            terminal.result(&format!(
                "{}  {}  {evidence}{lifted}",
                at.format("%F %T"),
                reason.as_str()
            ));
        }
        return Ok(Exit::Done);
    };
    let about = counter(project, store, keys).about(&person)?;
    if terminal.json() {
        terminal.json_line(&about);
        return Ok(Exit::Done);
    }
    line(&person, now, terminal);
    let Value::Object(fields) = about else {
        return Ok(Exit::Done);
    };
    for (name, value) in fields.iter().filter(|(name, _)| *name != "address") {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Object(fields) if fields.is_empty() => {}
            Value::Array(items) => {
                terminal.result(&format!("{name}:"));
                for item in items {
                    terminal.result(&format!("  {}", flat(item)));
                }
            }
            value => terminal.result(&format!("{name}: {}", flat(value))),
        }
    }
    Ok(Exit::Done)
}

/// A value on a line: `name value`, without the fields that say nothing.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let told = fields.iter().filter(|(_, value)| !is_empty(value));
            let parts: Vec<String> = told
                .map(|(name, value)| format!("{name} {}", flat(value)))
                .collect();
            parts.join(", ")
        }
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn list_suppressions(store: &dyn Store, keys: &Keys, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut addresses = std::collections::HashMap::new();
    let mut after = PersonNumber::default();
    loop {
        let page = store.people(after, PAGE)?;
        let Some(last) = page.last() else { break };
        after = last.number;
        for person in page.iter().map(|person| &person.subscriber.address) {
            addresses.insert(keys.address_hash(person), person.to_string());
        }
    }
    let mut after = 0;
    loop {
        let page = store.all_suppressions(after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(Exit::Done);
        };
        after = last.number;
        for Suppression {
            address,
            edition,
            reason,
            evidence,
            at,
        } in page.iter().map(|kept| &kept.suppression)
        {
            let address = addresses.get(address);
            let edition = edition.as_ref().map(|edition| edition.0.as_str());
            if terminal.json() {
                terminal.json_line(&json!({
                    "address": address, "edition": edition, "reason": reason.as_str(), "evidence": evidence, "at": at,
                }));
            } else {
                terminal.result(&format!(
                    "{}  {}  {}  {}  {evidence}",
                    at.format("%F %T"),
                    address.map_or("(a hash)", String::as_str),
                    edition.unwrap_or("all editions"),
                    reason.as_str()
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_named_by_who_follows_it_and_not_by_who_leaves_it_out() {
        let query: Query = "(Korea OR trade) AND NOT sport".parse().unwrap();
        assert!(names(&query, "korea") && names(&query, "Trade"));
        assert!(!names(&query, "sport") && !names(&Query::Any, "korea"));
    }
}
