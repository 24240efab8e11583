//! How segments are stored: for each, what it comes of, as LEB128.

use chrono::{Datelike as _, NaiveDate};

use super::members::{put, take};
use crate::{
    domain::Number,
    store::{Grounds, WishId},
};

/// The octets of segments whose numbers follow each other.
pub(super) fn encode<'a>(segments: impl Iterator<Item = &'a Grounds>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for grounds in segments {
        put(&mut bytes, grounds.wish.0.unsigned_abs());
        put(&mut bytes, grounds.watermark.0.unsigned_abs());
        put(&mut bytes, grounds.had.0.unsigned_abs());
        let told_since = grounds.told_since.map_or(0, |date| date.num_days_from_ce());
        put(&mut bytes, told_since.unsigned_abs().into());
        // Nearly nobody followed something else before.
        let former = if grounds.former.is_empty() {
            Vec::new()
        } else {
            serde_json::to_vec(&grounds.former).unwrap_or_default()
        };
        put(&mut bytes, former.len() as u64);
        bytes.extend(former);
    }
    bytes
}

/// The segments in those octets; `None` if they are none.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<Grounds>> {
    let mut segments = Vec::new();
    while !bytes.is_empty() {
        let number = |value: u64| i64::try_from(value).ok();
        let wish = WishId(number(take(&mut bytes)?)?);
        let watermark = Number(number(take(&mut bytes)?)?);
        let had = Number(number(take(&mut bytes)?)?);
        let told_since = match i32::try_from(take(&mut bytes)?).ok()? {
            0 => None,
            days => Some(NaiveDate::from_num_days_from_ce_opt(days)?),
        };
        let length = usize::try_from(take(&mut bytes)?).ok()?;
        let (former, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        segments.push(Grounds {
            wish,
            watermark,
            had,
            told_since,
            former: if former.is_empty() {
                Vec::new()
            } else {
                serde_json::from_slice(former).ok()?
            },
        });
    }
    Some(segments)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::FormerWish;

    fn grounds() -> impl Strategy<Value = Grounds> {
        let number = 0..i64::MAX;
        let told_since = prop::option::of(1_i32..1_000_000);
        let former = prop::collection::vec("[a-z가]{0,9}", 0..3);
        (number.clone(), number.clone(), number, told_since, former).prop_map(
            |(wish, watermark, had, told_since, former)| Grounds {
                wish: WishId(wish),
                watermark: Number(watermark),
                had: Number(had),
                told_since: told_since.and_then(NaiveDate::from_num_days_from_ce_opt),
                former: former
                    .into_iter()
                    .map(|query| FormerWish {
                        query,
                        languages: Vec::new(),
                        upto: Number(had),
                    })
                    .collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn segments_are_read_back(segments in prop::collection::vec(grounds(), 0..9)) {
            prop_assert_eq!(decode(&encode(segments.iter())), Some(segments));
        }

        #[test]
        fn any_octets_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
