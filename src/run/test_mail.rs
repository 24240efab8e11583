//! A test mail: one marked mail of the newest articles through the real relay. It records nothing, and its links change nothing.

use chrono::{DateTime, Utc};

use super::{
    Collecting, Project, RunError, Sending, Sheet, collect, send::relays, take_in, topic_index,
};
use crate::{
    compose::Mail,
    deliver::{
        relay::{Route, StopBy, send_one},
        reply::Reply,
    },
    domain::{
        Address, Edition, Frequency, IssueId, Length, Notice, Number, Pause, Ref, SegmentKey,
        SlotId, Subscriber, Subscription, SubscriptionNumber,
    },
    keys::Keys,
    plan,
    store::{IssueRow, IssueState, Store},
};

/// How many of the newest articles a test mail draws from.
const NEWEST: i64 = 200;

/// Makes a test mail to `to`: of the newest articles, as the subscriber `like` would get them, or as somebody with the edition's
/// defaults.
///
/// # Errors
/// When there is nothing to show, no such subscriber, or a template fails.
pub fn test_mail(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
    to: &Address,
    like: Option<&Address>,
) -> Result<Mail, RunError> {
    if sending.collect {
        collect(project, store, sending.at, &Collecting::default())?;
    }
    take_in(
        project,
        store,
        keys,
        &Sending {
            yes: true,
            ..sending.clone()
        },
    )?;
    let edition = *project
        .editions(&sending.editions)?
        .first()
        .ok_or_else(|| RunError::Unknown("there is no edition in the configuration".to_owned()))?;
    let subscriber = match like {
        Some(like) => {
            let found = store.find(like)?;
            let active = found
                .iter()
                .find(|active| active.subscription.edition == edition.id);
            let active = active.ok_or_else(|| {
                RunError::Unknown(format!("{like} has no subscription to `{}`", edition.id))
            })?;
            Subscriber {
                address: to.clone(),
                ..active.subscription.subscriber.clone()
            }
        }
        None => nobody_in_particular(to),
    };
    super::file_stories(project, store)?;
    let row = row(store, keys, edition, sending.at)?;
    let after = Number(row.cutoff.0.saturating_sub(NEWEST));
    let sheet = Sheet::new(
        (&project.config, &project.templates),
        store,
        keys,
        &row,
        after,
        Notice::Test,
    )?;
    let index = topic_index(&project.config)?;
    let wish = plan::wish(&index, edition, &subscriber);
    let key = SegmentKey {
        issue: row.id.clone(),
        query: wish.query.canonical(&index),
        topics: wish.query.order(&index),
        languages: wish.languages,
        watermark: after,
        cutoff: row.cutoff,
        had: Number(0),
        max_articles: wish.max_articles,
        length: Length::Summary,
        parts: wish.parts,
        former: Vec::new(),
        moved: Vec::new(),
        look: edition.look.clone(),
        made_from: String::new(),
    };
    if sheet.segment(key.clone()).articles().next().is_none() {
        return Err(RunError::Unknown(
            "there is no article to show: collect some (`postrider collect`), or choose somebody who follows more with --as".to_owned(),
        ));
    }
    let subscription = Subscription {
        number: SubscriptionNumber(0),
        reader: Ref([0; 10]),
        edition: edition.id.clone(),
        subscriber,
    };
    Ok(sheet.mail(&sheet.prepare(key)?, &subscription))
}

/// A subscriber who said nothing but an address.
pub(super) fn nobody_in_particular(to: &Address) -> Subscriber {
    Subscriber {
        address: to.clone(),
        name: String::new(),
        languages: Vec::new(),
        time_zone: None,
        editions: Vec::new(),
        topics: None,
        max_articles: None,
        format: None,
        paused: Pause::No,
        frequency: Frequency::Each,
        at: None,
        days: Vec::new(),
        quiet: Vec::new(),
        min_articles: None,
        max_wait: None,
        length: Length::Summary,
    }
}

fn row(
    store: &dyn Store,
    keys: &Keys,
    edition: &Edition,
    at: DateTime<Utc>,
) -> Result<IssueRow, RunError> {
    Ok(IssueRow {
        id: IssueId {
            edition: edition.id.clone(),
            date: at.with_timezone(&edition.tz).date_naive(),
            slot: SlotId::default(),
        },
        planned_at: at,
        deadline: at + edition.deadline,
        cutoff: store.latest()?,
        upto: SubscriptionNumber(0),
        made_from: String::new(),
        key_id: keys.tokens().current(),
        audience: 0,
        state: IssueState::Planning,
    })
}

/// Hands a test mail to each relay in turn until one takes it. Gives the relay's name and its words.
///
/// # Errors
/// In words for the operator: what each relay said.
pub fn hand_over(project: &Project, mail: &Mail) -> Result<(String, Reply), RunError> {
    let mut refused = Vec::new();
    for Route { relay, .. } in relays(project, &StopBy::default())? {
        let mut session = match relay.connect() {
            Ok(session) => session,
            Err(error) => {
                let hint = error
                    .hint()
                    .map(|hint| format!("\n  {hint}"))
                    .unwrap_or_default();
                refused.push(format!("{error}{hint}"));
                continue;
            }
        };
        match send_one(&mut *session, mail.clone(), &mut || Ok(())) {
            Ok(reply) => {
                session.quit();
                return Ok((relay.name(), reply));
            }
            Err(error) => refused.push(format!("relay `{}`: {error}", relay.name())),
        }
    }
    Err(RunError::Unreachable(refused.join("\n")))
}
