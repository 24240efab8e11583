//! How a chunk's members are stored: for each, the subscription's number and the segment's, as LEB128.

use crate::{domain::SubscriptionNumber, store::Member};

/// The octets of a list of members.
pub(super) fn encode(members: &[Member]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(members.len() * 5);
    for member in members {
        put(&mut bytes, member.number.0.unsigned_abs());
        put(&mut bytes, member.segment.into());
    }
    bytes
}

/// The members in those octets; `None` if they are no such list.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<Member>> {
    let mut members = Vec::new();
    while !bytes.is_empty() {
        let number = take(&mut bytes)?;
        let segment = take(&mut bytes)?;
        members.push(Member {
            number: SubscriptionNumber(i64::try_from(number).ok()?),
            segment: u32::try_from(segment).ok()?,
        });
    }
    Some(members)
}

pub(super) fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
}

pub(super) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn members_are_read_back(list in proptest::collection::vec((0..i64::MAX, any::<u32>()), 0..50)) {
            let members: Vec<_> = list
                .into_iter()
                .map(|(number, segment)| Member { number: SubscriptionNumber(number), segment })
                .collect();
            prop_assert_eq!(decode(&encode(&members)), Some(members));
        }

        #[test]
        fn any_octets_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
