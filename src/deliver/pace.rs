//! Whose turn it is among several relays, and how many mails their limits leave room for.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};

use super::{clerk::Clerk, desk::Desk};
use crate::{
    domain::{Rate, Subscription},
    store::{NamedRate, StoreError},
};

/// A wait that isn't worth giving a chunk back for.
const SOON: Duration = Duration::from_secs(2);

/// How it goes on with a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// So many mails may go now, at least one.
    Go(usize),
    /// After this.
    Soon(Duration),
    /// These mails, later: their domain takes no more for now.
    NotBefore(DateTime<Utc>),
    /// Over another relay, or later: this one's limit is reached.
    NotHere,
}

/// Whether a relay may take a chunk: one with a weight when none of the others has had less for its weight, one with weight 0 when
/// no other can be used. A relay that is left, or whose quota is used up, holds nobody up.
pub(super) fn is_its_turn(desk: &Desk, all: &[Desk]) -> bool {
    let mut others = all
        .iter()
        .filter(|other| !std::ptr::eq(*other, desk) && other.is_usable());
    match desk.weight {
        None => true,
        Some(0) => !others.any(|other| other.weight != Some(0)),
        Some(weight) => others.all(|other| match other.weight {
            None | Some(0) => true,
            Some(others_weight) => {
                u128::from(desk.given()) * u128::from(others_weight)
                    <= u128::from(other.given()) * u128::from(weight)
            }
        }),
    }
}

/// When a relay takes mail again, if none does now, and it isn't because all were left.
pub(super) fn all_rest_until(desks: &[Desk]) -> Option<DateTime<Utc>> {
    if desks.iter().any(Desk::is_usable) {
        return None;
    }
    let waiting = desks.iter().filter(|desk| desk.stopped().is_none());
    waiting.filter_map(Desk::rests_until).min()
}

/// How many of the members from `from` to below `upto` may go now. Their number is counted against the limits.
pub(super) fn allowed(
    clerk: Clerk,
    recipients: &[Option<Subscription>],
    from: usize,
    upto: usize,
) -> Result<Pace, StoreError> {
    let (store, route) = (clerk.shared.job.store, clerk.route);
    let named = |rate: &Rate, of: &str| NamedRate {
        name: format!("{}{of} {rate}", route.relay.name()),
        rate: *rate,
    };
    let limits: Vec<_> = route.limits.iter().map(|rate| named(rate, "")).collect();
    let mut mails = upto - from;
    if !limits.is_empty() {
        let allowed = store.allow(&limits, count(mails), Utc::now())?;
        if allowed.count == 0 {
            let wait = until(allowed.next);
            if wait <= SOON {
                return Ok(Pace::Soon(wait));
            }
            if clerk.desk.rest(allowed.next) {
                let limits: Vec<_> = route.limits.iter().map(ToString::to_string).collect();
                clerk.shared.trouble(format!(
                    "relay `{}` has had what `limit` allows ({}): it takes more from {} on",
                    route.relay.name(),
                    limits.join(", "),
                    allowed.next.format("%F %H:%M UTC")
                ));
                clerk.shared.job.stop.ring();
            }
            return Ok(Pace::NotHere);
        }
        mails = allowed.count as usize;
    }
    let asked = mails;
    let mut next = None;
    for (domain, members) in by_domain(&route.domains, recipients, from, mails) {
        let limit = [named(&route.domains[domain], &format!(" {domain}"))];
        let wanted = members.iter().filter(|at| **at < from + mails).count();
        let allowed = store.allow(&limit, count(wanted), Utc::now())?;
        if let Some(first_too_many) = members.get(allowed.count as usize) {
            mails = mails.min(first_too_many - from);
            next = next.max(Some(allowed.next));
        }
        // Another domain may have cut the mails shorter than what was taken here.
        let goes = members.iter().filter(|at| **at < from + mails).count();
        store.give_back(
            &limit,
            allowed.count.saturating_sub(count(goes)),
            Utc::now(),
        )?;
    }
    if asked > mails && !limits.is_empty() {
        store.give_back(&limits, count(asked - mails), Utc::now())?;
    }
    if mails > 0 {
        return Ok(Pace::Go(mails));
    }
    let next = next.unwrap_or_else(Utc::now);
    Ok(match until(next) {
        wait if wait <= SOON => Pace::Soon(wait),
        _ => Pace::NotBefore(next),
    })
}

/// The indices of those members whose domain has a rate of its own.
fn by_domain<'a>(
    domains: &'a BTreeMap<String, Rate>,
    recipients: &[Option<Subscription>],
    from: usize,
    mails: usize,
) -> BTreeMap<&'a str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    if domains.is_empty() {
        return found;
    }
    for (at, subscription) in recipients.iter().enumerate().skip(from).take(mails) {
        let domain = subscription
            .as_ref()
            .map(|subscription| subscription.subscriber.address.domain());
        if let Some((domain, _)) = domain.and_then(|domain| domains.get_key_value(domain)) {
            found.entry(domain).or_default().push(at);
        }
    }
    found
}

fn until(at: DateTime<Utc>) -> Duration {
    let wait = (at - Utc::now()).to_std().unwrap_or_default();
    wait.max(Duration::from_millis(1))
}

fn count(mails: usize) -> u32 {
    u32::try_from(mails).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives 1200 mails, 10 at a time, to whoever's turn it is.
    fn share(desks: &[Desk]) -> Vec<u64> {
        for _ in 0..120 {
            let turn = desks
                .iter()
                .find(|desk| desk.is_usable() && is_its_turn(desk, desks));
            if let Some(desk) = turn {
                desk.give(10);
            }
        }
        desks.iter().map(Desk::given).collect()
    }

    fn desk(weight: u32) -> Desk {
        Desk::new(1, Some(weight))
    }

    #[test]
    fn mails_are_shared_by_weight() {
        assert_eq!(share(&[desk(3), desk(1), desk(0)]), [900, 300, 0]);
    }

    #[test]
    fn a_relay_of_weight_0_takes_over_when_no_other_can_be_used() {
        let desks = [desk(3), desk(0)];
        desks[0].stop("it refuses us");
        assert_eq!(share(&desks), [0, 1200]);
    }

    #[test]
    fn a_relay_whose_quota_is_used_up_holds_nobody_up() {
        let desks = [desk(1), desk(1)];
        let later = Utc::now() + chrono::TimeDelta::hours(1);
        assert!(desks[0].rest(later) && !desks[0].rest(later));
        assert_eq!(share(&desks), [0, 1200]);
        assert_eq!(all_rest_until(&desks), None);
        desks[1].stop("it refuses us");
        assert_eq!(all_rest_until(&desks), Some(later));
    }
}
