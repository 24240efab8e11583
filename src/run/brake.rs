//! The brake: figures that differ so much from the last issue that somebody should look.

use crate::domain::IssueId;

/// How many subscribers of a slot are many.
const MANY: u64 = 1000;

/// Why an issue should not go without a look: its audience is more than twice that of the last one, or less than half.
/// `None` if it may go, as an edition's first issue may.
///
/// A slot that a few subscribers chose themselves changes much from day to day: there it holds for many only.
pub(super) fn brake(issue: &IssueId, audience: u64, last: Option<u64>) -> Option<String> {
    let last = last.filter(|last| *last > 0)?;
    if !issue.slot.is_own() && audience.max(last) < MANY {
        return None;
    }
    let change = if audience > last * 2 {
        "more than twice"
    } else if audience * 2 < last {
        "fewer than half"
    } else {
        return None;
    };
    Some(format!(
        "issue `{issue}` would go to {audience} subscribers, the last one went to {last}: that is {change}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_and_half_may_go_more_and_less_may_not() {
        let brake = |issue: &str, audience, last| brake(&issue.parse().unwrap(), audience, last);
        assert_eq!(brake("daily/2026-11-24", 10, None), None);
        assert_eq!(brake("daily/2026-11-24/mon.0700.UTC", 10, Some(3)), None);
        assert!(brake("daily/2026-11-24/mon.0700.UTC", 1000, Some(3)).is_some());
        assert_eq!(brake("daily/2026-11-24", 200, Some(100)), None);
        assert_eq!(brake("daily/2026-11-24", 50, Some(100)), None);
        let words = "issue `daily/2026-11-24` would go to 201 subscribers, the last one went to 100: that is more than twice";
        assert_eq!(
            brake("daily/2026-11-24", 201, Some(100)).as_deref(),
            Some(words)
        );
        assert!(brake("daily/2026-11-24", 0, Some(100)).is_some());
    }
}
