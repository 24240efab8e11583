//! Subscribers in CSV: a head of column names, then a row each. Parted by `,`, `;` or tabs.

use csv::{ByteRecord, ReaderBuilder};

use super::{
    Row,
    field::{Value, known, subscriber},
};
use crate::domain::EditionId;

/// The rows of a file.
pub(super) fn rows(text: &str, editions: &[EditionId]) -> Result<Vec<Row>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let head = reader
        .headers()
        .map_err(|error| format!("line 1: {error}"))?
        .clone();
    let mut columns = Vec::new();
    for name in &head {
        columns.push(column(name, &columns).map_err(|why| format!("line 1: {why}"))?);
    }
    if !columns.contains(&Some("address")) {
        return Err(
            "line 1: there is no column `address`: the first line names the columns".to_owned(),
        );
    }
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(rows),
            Ok(true) if record.iter().all(|field| field.trim_ascii().is_empty()) => {}
            Ok(true) => rows.push(row(&record, &columns, editions)),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// The field that a column of this name holds. A spreadsheet leaves columns without a name at the end: they hold none.
fn column(name: &str, before: &[Option<&'static str>]) -> Result<Option<&'static str>, String> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    let name = known(name)?;
    if before.contains(&Some(name)) {
        return Err(format!("two columns `{name}`"));
    }
    Ok(Some(name))
}

fn row(record: &ByteRecord, columns: &[Option<&'static str>], editions: &[EditionId]) -> Row {
    let line = record.position().map_or(0, |position| {
        usize::try_from(position.line()).unwrap_or_default()
    });
    let fields: Vec<(&'static str, Value)> = columns
        .iter()
        .zip(record)
        .filter_map(|(name, value)| {
            let value = String::from_utf8_lossy(value).trim().to_owned();
            Some(((*name)?, Value::Text(value)))
        })
        .collect();
    let stray = columns
        .iter()
        .zip(record)
        .any(|(name, value)| name.is_none() && !value.trim_ascii().is_empty());
    let address = fields.iter().find(|(name, _)| *name == "address");
    let address = address.and_then(|(_, value)| match value {
        Value::Text(text) => text.parse().ok(),
        Value::List(_) => None,
    });
    let declared = if record.len() > columns.len() {
        Err(format!(
            "{} fields, though there are {} columns: a field with a comma in it stands in quotation marks",
            record.len(),
            columns.len()
        ))
    } else if stray {
        Err("a field in a column without a name".to_owned())
    } else {
        subscriber(&fields, editions)
    };
    Row {
        line,
        address,
        subscriber: declared,
    }
}

/// What parts the columns: whatever comes most often in the first line.
fn delimiter(text: &str) -> u8 {
    let head = text.trim_start().lines().next().unwrap_or_default();
    // What stands in quotation marks parts nothing.
    let bare: String = head.split('"').step_by(2).collect();
    let count = |delimiter: char| bare.matches(delimiter).count();
    [';', '\t']
        .into_iter()
        .filter(|delimiter| count(*delimiter) > count(','))
        .max_by_key(|delimiter| count(*delimiter))
        .map_or(
            b',',
            |delimiter| if delimiter == ';' { b';' } else { b'\t' },
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Limit, Pause};

    #[test]
    fn columns_stand_in_any_order_and_are_parted_in_any_way() {
        for parted in [",", ";", "\t"] {
            let text = format!(
                "name{parted}address{parted}topics{parted}max_articles{parted}paused\n\"Lee, \"\"Ann\"\"\"{parted}ann@a.example{parted}korea AND NOT sport{parted}5{parted}2026-12-01\n"
            );
            let rows = rows(&text, &[]).unwrap();
            let subscriber = rows[0].subscriber.clone().unwrap();
            assert_eq!(subscriber.name, "Lee, \"Ann\"");
            assert_eq!(
                subscriber.topics.map(|query| query.to_string()).as_deref(),
                Some("korea AND NOT sport")
            );
            assert_eq!(subscriber.max_articles, Some(Limit::Most(5)));
            assert!(matches!(subscriber.paused, Pause::Until(_)));
        }
    }

    #[test]
    fn a_wrong_column_suggests_the_near_one() {
        assert_eq!(
            rows("adress,name\n", &[]).unwrap_err(),
            "line 1: there is no `adress`: did you mean `address`?"
        );
    }

    #[test]
    fn what_a_spreadsheet_leaves_behind_does_no_harm() {
        let text = "address;\"name\";;\n\nann@a.example;Ann;;\n;;;\n";
        assert_eq!(rows(text, &[]).unwrap().len(), 1);
        let stray = rows("address;;\nann@a.example;x;\n", &[]).unwrap();
        assert_eq!(
            stray[0].subscriber.clone().unwrap_err(),
            "a field in a column without a name"
        );
        assert_eq!(
            rows("address,Address\n", &[]).unwrap_err(),
            "line 1: two columns `address`"
        );
    }

    #[test]
    fn a_bad_query_is_pointed_at() {
        let rows = rows("address,topics\nann@a.example,korea AND (sport\n", &[]).unwrap();
        let why = rows[0].subscriber.clone().unwrap_err();
        assert_eq!(
            why,
            "topics: this parenthesis is never closed: write `)` behind what belongs in it\n  korea AND (sport\n            ^"
        );
        assert!(rows[0].address.is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\PC|[,;\"\n\t@]){0,200}") {
            let _ = rows(&text, &[]);
            let _ = rows(&format!("address,topics,paused\n{text}"), &[]);
        }
    }
}
