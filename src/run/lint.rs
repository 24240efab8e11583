//! What the rules say of an issue's mails: of one in each language before it goes, of all of them in a dry run.

use super::{MadeFrom, Project, RunError, Sheet, test_mail::nobody_in_particular};
use crate::{
    config::Config,
    domain::{Edition, Language, Notice, Ref, Subscription, SubscriptionNumber},
    keys::Keys,
    lint::{Finding, Setup, lint},
    store::{IssueRow, Store},
};

/// The first segments of an issue that are looked at before it goes. Their order is that of the subscribers: all languages
/// that many read are among them.
const LOOKED_AT: u32 = 64;

/// What the mails of a publisher are held to.
#[must_use]
pub fn setup(config: &Config) -> Setup {
    Setup {
        publisher: config.publisher.name.clone(),
        postal_address: config.publisher.postal_address.clone(),
    }
}

/// What is wrong with an issue that is planned: with a mail of it in each language.
///
/// # Errors
/// When what it is made from can't be read again, or a template fails.
pub fn lint_issue(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    row: &IssueRow,
) -> Result<Vec<Finding>, RunError> {
    let (config, templates) = MadeFrom::recall(store, &row.made_from, project)?;
    let after = store.lowest_watermark(&row.id)?;
    let sheet = Sheet::new((&config, &templates), store, keys, row, after, Notice::Real)?;
    let mut languages: Vec<Language> = Vec::new();
    let mut all = Vec::new();
    for number in 0..LOOKED_AT {
        let Some(grounds) = store.segment(&row.id, number)? else {
            break;
        };
        let key = sheet.key(store, &grounds)?;
        let language = sheet.segment(key.clone()).language;
        if languages.contains(&language) {
            continue;
        }
        let mail = sheet.mail(&sheet.prepare(key)?, &somebody(sheet.edition()));
        add(&mut all, lint(&mail.bytes, sheet.setup()));
        languages.push(language);
    }
    Ok(all)
}

/// Adds findings to others of the same issue: the same fault is told once.
pub fn add(all: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        let known = all
            .iter_mut()
            .find(|known| known.rule == finding.rule && known.what == finding.what);
        match known {
            Some(known) => known.more += finding.more + 1,
            None => all.push(finding),
        }
    }
    all.sort_by_key(|finding| finding.rule.level);
}

/// A subscription that nobody has.
fn somebody(edition: &Edition) -> Subscription {
    let address = "reader@example.org".parse();
    Subscription {
        number: SubscriptionNumber(0),
        reader: Ref([0; 10]),
        edition: edition.id.clone(),
        subscriber: nobody_in_particular(&address.unwrap_or_else(|_| edition.from.address.clone())),
    }
}
