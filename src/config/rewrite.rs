//! Changing the configuration's file for the operator, with its comments and its order kept.

use chrono::NaiveDate;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use crate::domain::TopicId;

/// Why the file can't be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    /// It isn't TOML.
    #[error("the configuration isn't TOML: {0}")]
    Toml(String),
    /// There is no such topic.
    #[error("there is no [[topic]] with the id `{0}`")]
    NoTopic(TopicId),
    /// A topic can't end in itself.
    #[error("topic `{0}` can't be merged into itself")]
    Itself(TopicId),
}

/// The text of a configuration in which the topic `old` has ended: its followers follow `into` from `since` on, or nothing. Its names
/// and aliases become aliases of `into`; whatever names it (`within`, `topics`) names `into`, or doesn't any more.
///
/// # Errors
/// When there is no such topic, or `text` isn't TOML.
pub fn end_topic(
    text: &str,
    old: &TopicId,
    into: Option<&TopicId>,
    since: NaiveDate,
) -> Result<String, RewriteError> {
    if into == Some(old) {
        return Err(RewriteError::Itself(old.clone()));
    }
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| RewriteError::Toml(error.message().to_owned()))?;
    let topics = document
        .get_mut("topic")
        .and_then(Item::as_array_of_tables_mut);
    let no_topic = |id: &TopicId| RewriteError::NoTopic(id.clone());
    let topics = topics.ok_or_else(|| no_topic(old))?;
    let place = place_of(topics, old).ok_or_else(|| no_topic(old))?;
    if let Some(into) = into {
        place_of(topics, into).ok_or_else(|| no_topic(into))?;
    }
    let ended = topics.get(place).cloned().unwrap_or_default();
    topics.remove(place);
    if let Some(table) = into.and_then(|into| {
        let place = place_of(topics, into)?;
        topics.get_mut(place)
    }) {
        take_over(table, &ended);
    }
    for list in ["topic", "edition", "source"] {
        let tables = document
            .get_mut(list)
            .and_then(Item::as_array_of_tables_mut);
        for table in tables.into_iter().flat_map(ArrayOfTables::iter_mut) {
            for key in ["within", "topics"] {
                rename(table, key, old, into);
            }
        }
    }
    let former = document
        .entry("former_topic")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    if let Some(former) = former.as_array_of_tables_mut() {
        // What ended in the one that ends now, goes on with it.
        for table in former.iter_mut() {
            if table.get("into").and_then(Item::as_str) == Some(&old.0) {
                match into {
                    Some(into) => table["into"] = toml_edit::value(&into.0),
                    None => drop(table.remove("into")),
                }
            }
        }
        former.push(former_table(&ended, old, into, since));
    }
    Ok(document.to_string())
}

fn place_of(topics: &ArrayOfTables, id: &TopicId) -> Option<usize> {
    topics
        .iter()
        .position(|table| table.get("id").and_then(Item::as_str) == Some(&id.0))
}

/// Gives a topic the names, aliases and phrases of one that ended in it: what they found before is found still.
fn take_over(table: &mut Table, ended: &Table) {
    let texts = |key: &str| -> Vec<String> {
        let array = ended.get(key).and_then(Item::as_array);
        let texts = array.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let names = ended.get("names").and_then(Item::as_table_like);
    let names = names.into_iter().flat_map(|names| {
        names
            .iter()
            .filter_map(|(_, name)| name.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    });
    let mut aliases: Vec<String> = ended
        .get("id")
        .and_then(Item::as_str)
        .map(str::to_owned)
        .into_iter()
        .collect();
    aliases.extend(names.chain(texts("aliases")));
    for (key, more) in [("aliases", aliases), ("match", texts("match"))] {
        if more.is_empty() {
            continue;
        }
        let item = table
            .entry(key)
            .or_insert_with(|| toml_edit::value(Array::new()));
        if let Some(array) = item.as_array_mut() {
            for text in more {
                if !array.iter().any(|known| known.as_str() == Some(&text)) {
                    array.push(text);
                }
            }
        }
    }
}

/// Puts the new name where the old one stands in a list, or takes it out.
fn rename(table: &mut Table, key: &str, old: &TopicId, into: Option<&TopicId>) {
    let own = table.get("id").and_then(Item::as_str).map(str::to_owned);
    let Some(array) = table.get_mut(key).and_then(Item::as_array_mut) else {
        return;
    };
    let Some(place) = array
        .iter()
        .position(|value| value.as_str() == Some(&old.0))
    else {
        return;
    };
    let known = |array: &Array, id: &str| array.iter().any(|value| value.as_str() == Some(id));
    match into.filter(|into| !known(array, &into.0) && own.as_deref() != Some(&into.0)) {
        Some(into) => drop(array.replace(place, into.0.as_str())),
        None => drop(array.remove(place)),
    }
    if array.is_empty() {
        // An empty list would be a mistake where none means all.
        table.remove(key);
    }
}

fn former_table(ended: &Table, old: &TopicId, into: Option<&TopicId>, since: NaiveDate) -> Table {
    let mut table = Table::new();
    table["id"] = toml_edit::value(&old.0);
    if let Some(into) = into {
        table["into"] = toml_edit::value(&into.0);
    }
    if let Some(names) = ended.get("names").and_then(Item::as_table_like) {
        let mut kept = InlineTable::new();
        for (language, name) in names.iter() {
            if let Some(name) = name.as_str() {
                kept.insert(language, name.into());
            }
        }
        table["names"] = toml_edit::value(kept);
    }
    let written = since.to_string();
    table["since"] = written
        .parse::<toml_edit::Datetime>()
        .map_or_else(|_| toml_edit::value(written), toml_edit::value);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# Ours.
[[topic]]
id      = "sport"
names   = { en = "Sport" }
aliases = ["Sports"]

[[topic]]
id     = "football"            # the big one
within = ["sport"]
names  = { en = "Football", fr = "Foot" }
match  = ["offside"]

[[topic]]
id     = "cup"
within = ["football"]

[[edition]]
id     = "daily"
topics = ["football", "sport"]
"#;

    fn since() -> NaiveDate {
        "2026-11-24".parse().unwrap()
    }

    fn id(text: &str) -> TopicId {
        TopicId(text.into())
    }

    #[test]
    fn a_topic_that_is_merged_leaves_its_names_and_its_place_to_the_other() {
        let text = end_topic(TEXT, &id("football"), Some(&id("sport")), since()).unwrap();
        assert_eq!(
            text,
            r#"# Ours.
[[topic]]
id      = "sport"
names   = { en = "Sport" }
aliases = ["Sports", "football", "Football", "Foot"]
match = ["offside"]

[[topic]]
id     = "cup"
within = ["sport"]

[[edition]]
id     = "daily"
topics = [ "sport"]

[[former_topic]]
id = "football"
into = "sport"
names = { en = "Football", fr = "Foot" }
since = 2026-11-24
"#
        );
        let again = end_topic(&text, &id("sport"), None, since()).unwrap();
        assert!(!again.contains("into"), "{again}");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let wrong = |old: &str, into: Option<&str>| {
            let into = into.map(id);
            end_topic(TEXT, &id(old), into.as_ref(), since())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            wrong("chess", None),
            "there is no [[topic]] with the id `chess`"
        );
        assert_eq!(
            wrong("cup", Some("chess")),
            "there is no [[topic]] with the id `chess`"
        );
        assert_eq!(
            wrong("cup", Some("cup")),
            "topic `cup` can't be merged into itself"
        );
    }
}
