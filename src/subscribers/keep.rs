//! Whose last good version is kept when rows or files are broken.

use std::collections::{BTreeSet, HashSet};

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
    let (mut kept, mut nameless) = (Vec::new(), Vec::new());
    for (index, row) in read.rows.iter().enumerate() {
        match (&row.subscriber, &row.address) {
            (Err(_), Some(address)) => kept.push(address.clone()),
            (Err(_), None) => nameless.push(index),
            (Ok(_), _) => {}
        }
    }
    if nameless.is_empty() {
        return kept;
    }
    let declared: HashSet<&Address> = read
        .rows
        .iter()
        .filter_map(|row| row.address.as_ref())
        .collect();
    // The place in `before` stands beside the row's: a kept subscriber has the row of old, which may be another's by now.
    let missing = before
        .iter()
        .enumerate()
        .filter(|(_, (_, address))| !declared.contains(address))
        .map(|(at, (row, _))| (*row, at))
        .collect();
    let nearest = nearest(&nameless, missing);
    kept.extend(nearest.into_iter().map(|at| before[at].1.clone()));
    kept
}

/// For each row without an address the one who is missing and whose row was nearest, each of them once. Whoever stood in just
/// that row comes before all who only stood near it.
fn nearest(nameless: &[usize], mut missing: BTreeSet<(usize, usize)>) -> Vec<usize> {
    let (mut kept, mut shifted) = (Vec::new(), Vec::new());
    for row in nameless {
        let exact = missing
            .range((*row, 0)..=(*row, usize::MAX))
            .next()
            .copied();
        match exact.filter(|exact| missing.remove(exact)) {
            Some((_, at)) => kept.push(at),
            None => shifted.push(*row),
        }
    }
    for row in shifted {
        let above = missing.range(..(row, 0)).next_back();
        let below = missing.range((row, 0)..).next();
        let near = above
            .into_iter()
            .chain(below)
            .min_by_key(|(other, _)| other.abs_diff(row))
            .copied();
        if let Some(near) = near.filter(|near| missing.remove(near)) {
            kept.push(near.1);
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
    fn whoever_stood_in_the_broken_row_is_kept_before_a_neighbour() {
        let rows = vec![row(None, false), row(None, false)];
        assert_eq!(
            kept(
                rows.clone(),
                &["ann@a.example", "bob@a.example", "cid@a.example"]
            ),
            ["ann@a.example", "bob@a.example"]
        );
        let rows = [vec![row(Some("ann@a.example"), true); 2], rows].concat();
        assert_eq!(
            kept(rows, &["bob@a.example", "cid@a.example", "dan@a.example"]),
            ["dan@a.example", "cid@a.example"]
        );
    }

    #[test]
    fn a_row_without_an_address_keeps_one_at_most() {
        let before = ["ann@a.example", "bob@a.example", "cid@a.example"];
        assert_eq!(kept(vec![row(None, false)], &before).len(), 1);
        assert_eq!(kept(vec![row(None, false); 9], &before).len(), 3);
    }

    #[test]
    fn two_who_stood_in_one_row_are_both_kept() {
        let before: Vec<(usize, Address)> = ["ann@a.example", "bob@a.example"]
            .map(|address| (1, address.parse().unwrap()))
            .to_vec();
        let read = FileRead {
            file: "a.csv".into(),
            rows: vec![row(None, false), row(None, false)],
            unreadable: None,
        };
        assert_eq!(keep(&read, &before).len(), 2);
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
