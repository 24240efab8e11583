//! What could be better about the topics: suggestions, each with the line to add; and topics that end.

use std::{collections::HashMap, fs};

use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use strsim::damerau_levenshtein;

use super::{Project, RunError, Sending, topic_index, topics};
use crate::{
    config,
    domain::{Topic, TopicId},
    keys::Keys,
    plan::fold,
    store::Store,
};

/// How far back tags and topics are counted.
const WEEKS: TimeDelta = TimeDelta::days(21);
/// How often a tag comes before it is worth a topic.
const OFTEN: usize = 3;
/// How many tags are suggested.
const MOST: usize = 20;

/// Something that could be better, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// What is the case.
    pub what: String,
    /// The line to add or the command to give.
    pub write: String,
}

/// Suggestions about the topics. `store` is a copy: the subscribers files are taken into it.
///
/// # Errors
/// When the store fails.
pub fn suggest(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
) -> Result<Vec<Suggestion>, RunError> {
    let counts = topics(project, store, keys, sending, WEEKS)?;
    let declared: Vec<&Topic> = counts.topics.iter().map(|count| &count.topic).collect();
    let mut tags: Vec<(&String, &usize)> = counts
        .tags
        .iter()
        .filter(|(_, count)| **count >= OFTEN)
        .collect();
    tags.sort_by_key(|(tag, count)| (std::cmp::Reverse(**count), (*tag).clone()));
    let mut suggestions: Vec<Suggestion> = tags
        .into_iter()
        .take(MOST)
        .map(|(tag, count)| of_tag(tag, *count, &declared))
        .collect();
    suggestions.extend(alike(&declared));
    let has_narrower = |id: &TopicId| declared.iter().any(|topic| topic.within.contains(id));
    for count in &counts.topics {
        let id = &count.topic.id;
        if count.articles == 0 {
            suggestions.push(Suggestion {
                what: format!(
                    "topic `{id}` has had no article for three weeks; {} follow it",
                    count.subscribers
                ),
                write: format!("postrider topics retire {id}"),
            });
        } else if count.subscribers == 0 && !has_narrower(id) {
            suggestions.push(Suggestion {
                what: format!(
                    "nobody follows topic `{id}`, which had {} articles",
                    count.articles
                ),
                write: format!("postrider topics retire {id}"),
            });
        }
    }
    for (name, followers) in &counts.unknown {
        suggestions.push(Suggestion {
            what: format!("{followers} follow `{name}`, which is no topic"),
            write: match nearest(&fold(name), &declared) {
                Some(topic) => format!("aliases = [\"{name}\"]   # in [[topic]] {}", topic.id),
                None => new_topic(name),
            },
        });
    }
    Ok(suggestions)
}

fn of_tag(tag: &str, count: usize, declared: &[&Topic]) -> Suggestion {
    match nearest(tag, declared) {
        Some(topic) => Suggestion {
            what: format!(
                "tag `{tag}` came {count} times and belongs to no topic; it looks like `{}`",
                topic.id
            ),
            write: format!("aliases = [\"{tag}\"]   # in [[topic]] {}", topic.id),
        },
        None => Suggestion {
            what: format!("tag `{tag}` came {count} times and belongs to no topic"),
            write: new_topic(tag),
        },
    }
}

fn new_topic(name: &str) -> String {
    let id = fold(name).replace(' ', "-");
    if id == name {
        format!("[[topic]]\nid = \"{id}\"")
    } else {
        format!("[[topic]]\nid = \"{id}\"\naliases = [\"{name}\"]")
    }
}

/// All that a topic is called, folded.
fn labels(topic: &Topic) -> Vec<String> {
    let all = [&topic.id.0]
        .into_iter()
        .chain(topic.names.values())
        .chain(&topic.aliases);
    let folded = all.map(|label| fold(label));
    folded.filter(|label| !label.is_empty()).collect()
}

/// The topic that a folded name may be a spelling of.
fn nearest<'a>(name: &str, declared: &[&'a Topic]) -> Option<&'a Topic> {
    let distance = |topic: &Topic| {
        labels(topic)
            .iter()
            .filter_map(|label| spelling(name, label))
            .min()
    };
    let near = declared
        .iter()
        .filter_map(|topic| Some((distance(topic)?, *topic)));
    near.min_by_key(|(distance, topic)| (*distance, topic.id.clone()))
        .map(|(_, topic)| topic)
}

/// How far apart two spellings are, if they may be of one name: word for word, two letters of a long word, one of a shorter one.
/// `north korea` is no spelling of `south korea`.
fn spelling(one: &str, other: &str) -> Option<usize> {
    let (mut these, mut those) = (one.split(' '), other.split(' '));
    let mut sum = 0;
    loop {
        let (this, that) = match (these.next(), those.next()) {
            (None, None) => return Some(sum),
            (Some(this), Some(that)) => (this, that),
            _ => return None,
        };
        let most = match this.chars().count().min(that.chars().count()) {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        sum += Some(damerau_levenshtein(this, that)).filter(|distance| *distance <= most)?;
    }
}

/// Topics that look like the same one: a name of one is nearly a name of the other.
fn alike(declared: &[&Topic]) -> Vec<Suggestion> {
    let mut suggestions = Vec::new();
    for (place, topic) in declared.iter().enumerate() {
        for other in &declared[place + 1..] {
            let pairs = labels(topic)
                .into_iter()
                .flat_map(|one| labels(other).into_iter().map(move |two| (one.clone(), two)));
            let near = pairs
                .into_iter()
                .find(|(one, two)| spelling(one, two).is_some());
            if let Some((one, two)) = near {
                suggestions.push(Suggestion {
                    what: format!(
                        "topics `{}` and `{}` look like the same one: `{one}` and `{two}`",
                        topic.id, other.id
                    ),
                    write: format!("postrider topics merge {} {}", other.id, topic.id),
                });
            }
        }
    }
    suggestions
}

/// Ends a topic in the configuration's file. Gives how many follow it, who are told in their next issue.
///
/// # Errors
/// When there is no such topic, or the file can't be changed, or would be wrong.
pub fn end_topic(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
    (old, into): (&TopicId, Option<&TopicId>),
    since: NaiveDate,
) -> Result<usize, RunError> {
    let counts = topics(project, store, keys, sending, WEEKS)?;
    let followers: HashMap<&TopicId, usize> = counts
        .topics
        .iter()
        .map(|count| (&count.topic.id, count.subscribers))
        .collect();
    let writing = |error| RunError::Writing {
        path: project.path.clone(),
        error,
    };
    let text = fs::read_to_string(&project.path).map_err(writing)?;
    let changed = config::end_topic(&text, old, into, since)?;
    let config = config::parse(&changed, &project.path, &project.folder, &[])?;
    topic_index(&config)?;
    // Whole or not at all: a reader of the file sees the old one or the new.
    let beside = project.path.with_extension("toml.new");
    fs::write(&beside, &changed).map_err(writing)?;
    fs::rename(&beside, &project.path).map_err(writing)?;
    Ok(followers.get(old).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn topic(id: &str, aliases: &[&str]) -> Topic {
        Topic {
            id: TopicId(id.into()),
            names: BTreeMap::new(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            within: Vec::new(),
            phrases: Vec::new(),
            body: false,
            not_phrases: Vec::new(),
        }
    }

    #[test]
    fn a_tag_is_an_alias_of_what_it_looks_like_or_a_topic_of_its_own() {
        let (economy, sport) = (topic("economy", &["Économie"]), topic("sport", &[]));
        let declared = [&economy, &sport];
        let write = |tag: &str| of_tag(tag, 5, &declared).write;
        assert_eq!(
            write("econmy"),
            "aliases = [\"econmy\"]   # in [[topic]] economy"
        );
        assert_eq!(
            write("sports"),
            "aliases = [\"sports\"]   # in [[topic]] sport"
        );
        assert_eq!(
            write("north sea"),
            "[[topic]]\nid = \"north-sea\"\naliases = [\"north sea\"]"
        );
        assert_eq!(spelling("north korea", "south korea"), None);
        assert_eq!(spelling("korea", "north korea"), None);
        assert_eq!(write("art"), "[[topic]]\nid = \"art\"");
    }

    #[test]
    fn topics_that_look_like_one_are_named() {
        let (one, other, third) = (
            topic("football", &[]),
            topic("fussball", &["Fotball"]),
            topic("chess", &[]),
        );
        let found = alike(&[&one, &other, &third]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].write, "postrider topics merge fussball football");
    }
}
