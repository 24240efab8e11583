//! Which stories have room in a digest: the weightiest, but not all of one topic, of one source, or of one kind.

use super::{
    rank::Factor,
    window::{Candidate, likeness},
};
use crate::domain::{Limit, Ranking};

/// A story that wants room.
pub(super) struct Contender<'a> {
    /// The article that tells it.
    pub candidate: &'a Candidate,
    /// The topic that it would stand under.
    pub heading: Option<usize>,
    /// What it weighs.
    pub score: Factor,
    /// Whether it comes before all others.
    pub pinned: bool,
}

/// Whether each of the contenders, which come the weightiest first, has room.
///
/// Pinned ones come first; then the best of each topic, if it is not far below the best of all; then, one after another, the one that
/// weighs most and is least like those that are in. While others wait, no topic and no source takes more than its share. Shares never
/// leave room empty.
pub(super) fn make_room(
    contenders: &[Contender],
    most: Limit<u32>,
    ranking: &Ranking,
) -> Vec<bool> {
    let most = most.most().map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    if contenders.len() <= most {
        return vec![true; contenders.len()];
    }
    let mut room = Room {
        contenders,
        ranking,
        most,
        taken: vec![false; contenders.len()],
        likest: vec![0.0; contenders.len()],
        count: 0,
    };
    room.take_pinned();
    room.take_best_of_topics();
    room.take_the_rest();
    room.taken
}

struct Room<'a> {
    contenders: &'a [Contender<'a>],
    ranking: &'a Ranking,
    most: usize,
    taken: Vec<bool>,
    /// For each contender, how like it is to what is in.
    likest: Vec<f64>,
    count: usize,
}

impl Room<'_> {
    fn take(&mut self, place: usize) {
        if self.count == self.most || self.taken[place] {
            return;
        }
        self.taken[place] = true;
        self.count += 1;
        for (other, likest) in self.contenders.iter().zip(&mut self.likest) {
            *likest = likest.max(likeness(self.contenders[place].candidate, other.candidate));
        }
    }

    fn take_pinned(&mut self) {
        for place in 0..self.contenders.len() {
            if self.contenders[place].pinned {
                self.take(place);
            }
        }
    }

    fn take_best_of_topics(&mut self) {
        let best = self.best();
        let floor = f64::from(self.ranking.floor) / 100.0;
        let mut seen = Vec::new();
        for place in 0..self.contenders.len() {
            let contender = &self.contenders[place];
            if contender.heading.is_none() || seen.contains(&contender.heading) {
                continue;
            }
            seen.push(contender.heading);
            if contender.score.part_of(best) >= floor {
                self.take(place);
            }
        }
    }

    fn take_the_rest(&mut self) {
        let best = self.best();
        while self.count < self.most {
            let waiting = || (0..self.contenders.len()).filter(|place| !self.taken[*place]);
            let next = self
                .likeliest(
                    waiting().filter(|place| self.is_within_shares(*place)),
                    best,
                )
                .or_else(|| self.likeliest(waiting(), best));
            match next {
                Some(place) => self.take(place),
                None => return,
            }
        }
    }

    fn best(&self) -> Factor {
        let scores = self.contenders.iter().map(|contender| contender.score);
        scores.max().unwrap_or_default()
    }

    /// The one that weighs most and is least like what is in; of equals the first.
    fn likeliest(&self, places: impl Iterator<Item = usize>, best: Factor) -> Option<usize> {
        let diversity = f64::from(self.ranking.diversity) / 100.0;
        let worth = |place: usize| {
            let weight = self.contenders[place].score.part_of(best);
            in_billionths((1.0 - diversity) * weight - diversity * self.likest[place])
        };
        places
            .map(|place| (worth(place), std::cmp::Reverse(place)))
            .max()
            .map(|(_, std::cmp::Reverse(place))| place)
    }

    fn is_within_shares(&self, place: usize) -> bool {
        let contender = &self.contenders[place];
        let source = &contender.candidate.article.article.source;
        let (mut of_topic, mut of_source) = (0, 0);
        for (other, _) in self
            .contenders
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| **taken)
        {
            of_topic += usize::from(other.heading == contender.heading);
            of_source += usize::from(other.candidate.article.article.source == *source);
        }
        of_topic < self.share(self.ranking.topic_share)
            && of_source < self.share(self.ranking.source_share).max(2)
    }

    /// A part of the room, in hundredths.
    fn share(&self, hundredths: u32) -> usize {
        let hundredths = usize::try_from(hundredths).unwrap_or(usize::MAX);
        self.most.saturating_mul(hundredths).div_ceil(100).max(1)
    }
}

/// A whole number: the last digits are noise, and must decide nothing.
#[expect(clippy::cast_possible_truncation, reason = "it is between -1 and 1")]
fn in_billionths(value: f64) -> i64 {
    (value * 1e9).round() as i64
}
