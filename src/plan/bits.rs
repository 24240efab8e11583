//! Sets of an issue's articles, by their places in the window.

/// A set of places below a fixed number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    length: usize,
}

impl Bits {
    /// No place.
    pub fn none(length: usize) -> Self {
        Self {
            words: vec![0; length.div_ceil(64)],
            length,
        }
    }

    /// Every place.
    pub fn all(length: usize) -> Self {
        Self::none(length).complement()
    }

    /// The places from one on.
    pub fn from(place: usize, length: usize) -> Self {
        let mut bits = Self::all(length);
        for (index, word) in bits.words.iter_mut().enumerate() {
            let below = place.saturating_sub(index * 64);
            *word = if below >= 64 {
                0
            } else {
                *word >> below << below
            };
        }
        bits
    }

    /// Adds a place.
    pub fn insert(&mut self, place: usize) {
        self.words[place / 64] |= 1 << (place % 64);
    }

    /// Whether a place is in it.
    pub fn contains(&self, place: usize) -> bool {
        self.words
            .get(place / 64)
            .is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    /// Keeps what is in both.
    pub fn and(mut self, other: &Self) -> Self {
        for (word, theirs) in self.words.iter_mut().zip(&other.words) {
            *word &= theirs;
        }
        self
    }

    /// Adds what is in the other.
    pub fn or(mut self, other: &Self) -> Self {
        self.add(other);
        self
    }

    /// Adds what is in the other.
    pub fn add(&mut self, other: &Self) {
        for (word, theirs) in self.words.iter_mut().zip(&other.words) {
            *word |= theirs;
        }
    }

    /// Adds what isn't in the other.
    pub fn add_complement(&mut self, other: &Self) {
        self.add(&other.clone().complement());
    }

    /// How many places are in both.
    pub fn count_shared(&self, other: &Self) -> usize {
        let words = self.words.iter().zip(&other.words);
        words
            .map(|(word, theirs)| (word & theirs).count_ones() as usize)
            .sum()
    }

    /// What isn't in it.
    pub fn complement(mut self) -> Self {
        for word in &mut self.words {
            *word = !*word;
        }
        if let Some(last) = self.words.last_mut() {
            let unused = self.length.next_multiple_of(64) - self.length;
            *last = *last << unused >> unused;
        }
        self
    }

    /// How many places are in it.
    pub fn count(&self) -> usize {
        let counts = self.words.iter().map(|word| word.count_ones() as usize);
        counts.sum()
    }

    /// The places in it, the lowest first.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let rest = std::iter::successors(Some(*word), |rest| Some(rest & rest.wrapping_sub(1)));
            rest.take_while(|rest| *rest != 0)
                .map(move |rest| index * 64 + rest.trailing_zeros() as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits(places: &BTreeSet<usize>, length: usize) -> Bits {
        let mut bits = Bits::none(length);
        for place in places.iter().filter(|place| **place < length) {
            bits.insert(*place);
        }
        bits
    }

    proptest! {
        #[test]
        fn it_is_a_set(a in prop::collection::btree_set(0_usize..200, 0..40), b in prop::collection::btree_set(0_usize..200, 0..40), length in 0_usize..200, from in 0_usize..220) {
            let within = |set: &BTreeSet<usize>| set.iter().copied().filter(|place| *place < length).collect::<BTreeSet<_>>();
            let (one, other) = (within(&a), within(&b));
            let (set, theirs) = (bits(&a, length), bits(&b, length));
            let places = |bits: Bits| bits.places().collect::<BTreeSet<_>>();
            prop_assert_eq!(set.count(), one.len());
            prop_assert_eq!(set.count_shared(&theirs), (&one & &other).len());
            prop_assert_eq!(places(set.clone().and(&theirs)), &one & &other);
            prop_assert_eq!(places(set.clone().or(&theirs)), &one | &other);
            let rest: BTreeSet<_> = (0..length).filter(|place| !one.contains(place)).collect();
            prop_assert_eq!(places(set.complement()), rest);
            let later: BTreeSet<_> = (from..length.max(from)).collect();
            prop_assert_eq!(places(Bits::from(from, length)), later);
        }
    }
}
