//! The plan of a run that is only looked at: made on a copy of the store, so that nothing is recorded, by the same code.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    Collecting, LeftOut, MadeFrom, Planner, Project, RosterReport, RunError, Sending, Sheet,
    SourceReport, collect,
    lint::add,
    send::{close_what_is_over, plan_slot, slots},
    take_in, topic_index,
};
use crate::{
    compose::Mail,
    domain::{
        Address, Digest, Edition, EditionId, IssueId, Notice, Segment, SlotId, Subscription,
        SubscriptionNumber, TopicId, digest::pictures,
    },
    keys::Keys,
    lint::{Finding, lint},
    plan::{Due, due},
    store::{IssueRow, Store},
};

/// How many segments the rules are held to.
const LINTED: usize = 200;

/// What a run would do.
pub struct Preview {
    /// What came of the sources.
    pub sources: Vec<SourceReport>,
    /// What came of the subscribers' files.
    pub roster: RosterReport,
    /// The issues that would go.
    pub issues: Vec<PreviewIssue>,
    /// The editions of which nothing would go.
    pub idle: Vec<Idle>,
    /// The issues that the brake would stop: the figures.
    pub braked: Vec<String>,
}

/// An edition of which nothing would go.
pub struct Idle {
    /// Which.
    pub edition: EditionId,
    /// Its slot.
    pub slot: SlotId,
    /// When it is due next; `None` if it is due, but nobody would get it.
    pub next: Option<DateTime<Utc>>,
    /// Who is left out, and why.
    pub left_out: Vec<LeftOut>,
}

/// An issue that would go.
pub struct PreviewIssue {
    /// Its row.
    pub row: IssueRow,
    /// Its segments, in their order.
    pub segments: Vec<PreviewSegment>,
    /// What the rules find in its mails.
    pub findings: Vec<Finding>,
    /// Who is left out, and why.
    pub left_out: Vec<LeftOut>,
}

/// A segment that would be mailed.
pub struct PreviewSegment {
    /// The segment, its articles placed.
    pub segment: Segment,
    /// Its digest.
    pub digest: Digest,
    /// How many would get it.
    pub recipients: u64,
    /// The mail of its first recipient.
    pub sample: Mail,
    /// The mail of the one recipient that was asked for, if they are in it.
    pub only: Option<Mail>,
}

impl PreviewIssue {
    /// How many would be mailed.
    #[must_use]
    pub fn recipients(&self) -> u64 {
        self.segments.iter().map(|segment| segment.recipients).sum()
    }

    /// How many different articles each topic has in it.
    #[must_use]
    pub fn articles_per_topic(&self) -> BTreeMap<Option<TopicId>, usize> {
        let mut topics: BTreeMap<Option<TopicId>, std::collections::BTreeSet<_>> = BTreeMap::new();
        for section in self
            .segments
            .iter()
            .flat_map(|segment| &segment.segment.sections)
        {
            let numbers = section.articles.iter().map(|placed| placed.article.number);
            topics
                .entry(section.topic.clone())
                .or_default()
                .extend(numbers);
        }
        topics
            .into_iter()
            .map(|(topic, numbers)| (topic, numbers.len()))
            .collect()
    }
}

/// Plans on the copy `store`, and makes what would be sent.
///
/// # Errors
/// When the store, a template or the key ends it.
pub fn preview(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
    only: Option<&Address>,
) -> Result<Preview, RunError> {
    close_what_is_over(store, sending.at)?;
    let sources = if sending.collect {
        collect(project, store, sending.at, &Collecting::default())?
    } else {
        Vec::new()
    };
    let roster = take_in(
        project,
        store,
        keys,
        &Sending {
            yes: true,
            ..sending.clone()
        },
    )?;
    let mut preview = Preview {
        sources,
        roster,
        issues: Vec::new(),
        idle: Vec::new(),
        braked: Vec::new(),
    };
    let index = topic_index(&project.config)?;
    // What the rules find is shown, and stops nothing here.
    let sending = &Sending {
        force: true,
        ..sending.clone()
    };
    for (edition, slot_id) in slots(store, &project.editions(&sending.editions)?)? {
        let mut left_out = Vec::new();
        let mut note = |left: LeftOut| left_out.push(left);
        let slot = (edition, &slot_id);
        let mut planner = Planner::new(project, store, slot, &index, Some(&mut note));
        let planned = match plan_slot(project, store, keys, slot, &mut planner, sending) {
            Err(RunError::Brake { what }) => {
                preview.braked.push(what);
                let unbraked = Sending {
                    yes: true,
                    ..sending.clone()
                };
                plan_slot(project, store, keys, slot, &mut planner, &unbraked)?
            }
            planned => planned?,
        };
        if let Some(planned) = planned {
            let (segments, findings) = segments(project, store, keys, &planned.row, only)?;
            preview.issues.push(PreviewIssue {
                row: planned.row,
                segments,
                findings,
                left_out,
            });
        } else {
            let next = next(store, slot, sending.at)?;
            preview.idle.push(Idle {
                edition: edition.id.clone(),
                slot: slot_id.clone(),
                next,
                left_out,
            });
        }
    }
    Ok(preview)
}

fn next(
    store: &dyn Store,
    (edition, slot_id): (&Edition, &SlotId),
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, RunError> {
    let last = store.last_issue(&edition.id, slot_id, None)?;
    let slot = edition.slot_of_id(slot_id);
    let last_date = last.map(|row| row.id.date);
    Ok(match due(&slot, edition.deadline, now, last_date) {
        Due::Not { next } => next,
        Due::Now { .. } => None,
    })
}

fn segments(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    row: &IssueRow,
    only: Option<&Address>,
) -> Result<(Vec<PreviewSegment>, Vec<Finding>), RunError> {
    let (mut config, templates) = MadeFrom::recall(store, &row.made_from, project)?;
    // What is only shown is not published: its pictures go with it
    config.publisher.media = None;
    let after = store.lowest_watermark(&row.id)?;
    let sheet = Sheet::new((&config, &templates), store, keys, row, after, Notice::Real)?;
    let recipients = recipients(store, &row.id)?;
    let mut segments = Vec::new();
    let mut findings = Vec::new();
    for found in store.segments(&row.id)? {
        let Some((first, count, asked)) = recipients.get(&found.number).map(|members| {
            let asked = only.and_then(|only| {
                members
                    .iter()
                    .find(|member| member.subscriber.address == *only)
            });
            (members.first(), members.len() as u64, asked)
        }) else {
            continue;
        };
        let Some(first) = first else { continue };
        let key = sheet.key(store, &found.grounds)?;
        let segment = sheet.segment(key.clone());
        let digest = sheet.digest(&segment)?;
        let prepared = sheet.prepare(key)?;
        let sample = sheet.mail(&prepared, first);
        if segments.len() < LINTED {
            add(&mut findings, lint(&sample.bytes, sheet.setup()));
        }
        segments.push(PreviewSegment {
            segment,
            digest,
            recipients: count,
            sample,
            only: asked.map(|asked| sheet.mail(&prepared, asked)),
        });
    }
    Ok((segments, findings))
}

/// The subscriptions of an issue's segments, in the order of their numbers.
fn recipients(
    store: &dyn Store,
    issue: &IssueId,
) -> Result<BTreeMap<u32, Vec<Subscription>>, RunError> {
    let mut segments: BTreeMap<u32, Vec<Subscription>> = BTreeMap::new();
    for members in store.members(issue)? {
        for (member, subscription) in members.iter().zip(store.recipients(&members)?) {
            segments
                .entry(member.segment)
                .or_default()
                .extend(subscription);
        }
    }
    for members in segments.values_mut() {
        members.sort_by_key(|member: &Subscription| -> SubscriptionNumber { member.number });
    }
    Ok(segments)
}

impl PreviewSegment {
    /// The octets of the sample's HTML: what Gmail cuts off beyond 102,400.
    #[must_use]
    pub fn html_size(&self) -> usize {
        self.parts().1.len()
    }

    /// The HTML of the sample mail as a page of its own: the pictures that go with the mail stand in it.
    #[must_use]
    pub fn page(&self) -> String {
        let (_, html) = self.parts();
        let pictures = pictures(&self.digest.html);
        let embedded = pictures.iter().filter(|picture| picture.is_embedded());
        embedded.fold(html, |html, picture| {
            html.replace(&picture.url, &picture.data_url())
        })
    }

    /// The text and HTML of the sample mail, as its reader sees them.
    #[must_use]
    pub fn parts(&self) -> (String, String) {
        let mail = mail_parser::MessageParser::new().parse(&self.sample.bytes);
        let part = |mail: &mail_parser::Message, html: bool| {
            let body = if html {
                mail.body_html(0)
            } else {
                mail.body_text(0)
            };
            body.unwrap_or_default().into_owned()
        };
        mail.map_or_else(Default::default, |mail| {
            (part(&mail, false), part(&mail, true))
        })
    }
}
