//! What a dead run left behind: members that it had declared, and of whom it recorded nothing.

use super::{
    clerk::Clerk,
    journal::{At, Notes},
    work::Work,
};
use crate::store::Outcome;

/// Settles the members that a former owner had declared: by its journal if it certainly died in this boot of the machine,
/// else all of them are in doubt.
pub(super) fn settle_what_it_left(clerk: Clerk<'_>, work: &mut Work) {
    let (from, to) = (work.claimed.done_n, work.claimed.intent_n);
    if from >= to {
        return;
    }
    let chunk = work.claimed.claim.chunk;
    let notes = work.claimed.declared_by.clone().and_then(|(owner, epoch)| {
        let notes = Notes::of_the_dead(clerk.shared.job.journals, &owner)?;
        notes.has_claim(chunk, epoch).then_some((notes, epoch))
    });
    let retry = &clerk.shared.job.settings.retry;
    for index in from..to {
        let member = work.claimed.members[index];
        let told = notes.as_ref().map(|(notes, epoch)| {
            let at = At {
                chunk,
                epoch: *epoch,
                index,
            };
            notes.of(at).map(Option::<&Outcome>::cloned)
        });
        let outcome = match told {
            // Its end was never written: it is as if it had not been tried.
            Some(None) => work.defer_at_once(member, "a run ended before it was sent".to_owned()),
            Some(Some(Some(Outcome::Deferred { code, text }))) => {
                work.defer(member, retry, code, text)
            }
            Some(Some(Some(outcome))) => outcome,
            Some(Some(None)) => clerk.doubt(
                work,
                member,
                "its end was written, and no reply came back".to_owned(),
            ),
            None => clerk.doubt(
                work,
                member,
                "a run ended without a word while it was being sent".to_owned(),
            ),
        };
        if matches!(outcome, Outcome::InDoubt { .. }) {
            clerk.shared.settled(&outcome);
        }
        work.outcomes.push((member, outcome));
    }
    work.done = to;
}
