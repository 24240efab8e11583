//! Whose last good version is kept when rows or files are broken.

use super::FileRead;
use crate::domain::Address;

/// The addresses of a file that keep their last good version. `before` are those that it declared when it was last read, with their
/// rows' indices.
///
/// A broken row whose address can be read keeps that subscriber. One whose address can't is taken for the subscriber that is missing
/// now and whose row was nearest. A file that can't be read at all keeps everybody.
#[must_use]
pub fn keep(read: &FileRead, before: &[(usize, Address)]) -> Vec<Address> {
    if read.unreadable.is_some() {
        return before.iter().map(|(_, address)| address.clone()).collect();
    }
    let declared = |address: &Address| {
        read.rows
            .iter()
            .any(|row| row.address.as_ref() == Some(address))
    };
    let broken = read.rows.iter().filter(|row| row.subscriber.is_err());
    let mut kept: Vec<Address> = broken.filter_map(|row| row.address.clone()).collect();
    let nameless = read
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.subscriber.is_err() && row.address.is_none());
    let mut nameless = nameless.peekable();
    if nameless.peek().is_none() {
        return kept;
    }
    let mut missing: Vec<&(usize, Address)> = before
        .iter()
        .filter(|(_, address)| !declared(address))
        .collect();
    for (index, _) in nameless {
        let nearest = (0..missing.len()).min_by_key(|place| missing[*place].0.abs_diff(index));
        if let Some(place) = nearest {
            kept.push(missing.remove(place).1.clone());
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subscribers::Row;

    fn row(address: Option<&str>, good: bool) -> Row {
        let address: Option<Address> = address.map(|address| address.parse().unwrap());
        let subscriber = match (&address, good) {
            (Some(address), true) => {
                crate::subscribers::comma::rows(&format!("address\n{address}\n"), &[]).unwrap()[0]
                    .subscriber
                    .clone()
            }
            _ => Err("broken".into()),
        };
        Row {
            line: 1,
            address,
            subscriber,
        }
    }

    fn kept(rows: Vec<Row>, before: &[&str]) -> Vec<String> {
        let before: Vec<_> = before
            .iter()
            .enumerate()
            .map(|(index, address)| (index, address.parse().unwrap()))
            .collect();
        let read = FileRead {
            file: "a.csv".into(),
            rows,
            unreadable: None,
        };
        keep(&read, &before)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_broken_row_keeps_its_subscriber_and_a_row_that_is_gone_does_not() {
        let rows = vec![
            row(Some("ann@a.example"), true),
            row(Some("bob@a.example"), false),
        ];
        assert_eq!(
            kept(rows, &["ann@a.example", "bob@a.example", "cid@a.example"]),
            ["bob@a.example"]
        );
    }

    #[test]
    fn a_row_without_an_address_keeps_the_nearest_of_those_who_are_missing() {
        let rows = vec![
            row(Some("ann@a.example"), true),
            row(None, false),
            row(Some("dan@a.example"), true),
        ];
        let before = [
            "ann@a.example",
            "bob@a.example",
            "dan@a.example",
            "eve@a.example",
        ];
        assert_eq!(kept(rows, &before), ["bob@a.example"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_keeps_everybody() {
        let read = FileRead {
            file: "a.csv".into(),
            rows: Vec::new(),
            unreadable: Some("not UTF-8".into()),
        };
        assert_eq!(
            keep(&read, &[(0, "ann@a.example".parse().unwrap())]).len(),
            1
        );
    }
}
