//! Subscribers in TOML: a `[[subscriber]]` each.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Row,
    field::{Value, known, subscriber},
};
use crate::domain::EditionId;

/// The rows of a file.
pub(super) fn rows(text: &str, editions: &[EditionId]) -> Result<Vec<Row>, String> {
    let document = DeTable::parse(text).map_err(|error| error.to_string().trim().to_owned())?;
    let mut rows = Vec::new();
    for (key, value) in document.get_ref() {
        if key.get_ref() != "subscriber" {
            return Err(format!(
                "line {}: there is no `{}`: write `[[subscriber]]`",
                line(text, key.span().start),
                key.get_ref()
            ));
        }
        let DeValue::Array(list) = value.get_ref() else {
            return Err(format!(
                "line {}: write `[[subscriber]]`, with two brackets",
                line(text, key.span().start)
            ));
        };
        rows.extend(list.iter().map(|entry| row(text, entry, editions)));
    }
    Ok(rows)
}

fn row(text: &str, entry: &Spanned<DeValue>, editions: &[EditionId]) -> Row {
    let at = line(text, entry.span().start);
    let DeValue::Table(table) = entry.get_ref() else {
        return Row {
            line: at,
            address: None,
            subscriber: Err("write `[[subscriber]]`, with two brackets".to_owned()),
        };
    };
    let (mut fields, mut wrong) = (Vec::new(), None);
    for (key, value) in table {
        match known(key.get_ref()).and_then(|name| Ok((name, text_of(name, value.get_ref())?))) {
            Ok(field) => fields.push(field),
            Err(why) => wrong = wrong.or(Some(why)),
        }
    }
    let address = fields.iter().find_map(|(name, value)| match value {
        Value::Text(text) if *name == "address" => text.parse().ok(),
        _ => None,
    });
    Row {
        line: at,
        address,
        subscriber: wrong.map_or_else(|| subscriber(&fields, editions), Err),
    }
}

fn text_of(name: &'static str, value: &DeValue) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Text(number.to_string()),
        DeValue::Boolean(yes) => Value::Text(yes.to_string()),
        DeValue::Datetime(at) => Value::Text(at.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| match item.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                _ => Err(format!("{name}: a list has texts in quotation marks")),
            });
            Value::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Float(_) | DeValue::Table(_) => {
            return Err(format!("{name}: a text in quotation marks is expected"));
        }
    })
}

fn line(text: &str, at: usize) -> usize {
    text.get(..at)
        .map_or(1, |before| before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_subscriber_is_read_with_all_fields() {
        let text = "[[subscriber]]\naddress = \"ann@a.example\"\nlanguage = [\"en\", \"fr\"]\ntopics = [\"korea\", \"-sport\"]\nmax_articles = 5\npaused = 2026-12-01\n";
        let subscriber = rows(text, &[]).unwrap()[0].subscriber.clone().unwrap();
        assert_eq!(subscriber.languages.len(), 2);
        assert_eq!(
            subscriber.topics.map(|query| query.to_string()).as_deref(),
            Some("korea AND NOT sport")
        );
    }

    #[test]
    fn a_broken_row_names_its_line_and_the_near_key() {
        let text = "[[subscriber]]\naddress = \"ann@a.example\"\n\n[[subscriber]]\naddress = \"bob@a.example\"\ntopic = \"korea\"\n";
        let rows = rows(text, &[]).unwrap();
        assert!(rows[0].subscriber.is_ok());
        assert_eq!(
            (rows[1].line, rows[1].subscriber.clone().unwrap_err()),
            (4, "there is no `topic`: did you mean `topics`?".into())
        );
        assert!(rows[1].address.is_some(), "it keeps its last good version");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC|[\\[\\]=\"\n]){0,200}") {
            let _ = rows(&text, &[]);
            let _ = rows(&format!("[[subscriber]]\naddress = \"a@a.example\"\n{text}"), &[]);
        }
    }
}
