//! `send`: collect, take in the subscribers, close what is over, plan what is due, deliver.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};

use super::{
    Collecting, Planned, Planner, PressRoom, Project, RosterReport, RunError, SourceReport,
    brake::brake, collect, lint::lint_issue, take_in, topic_index,
};
use crate::{
    deliver::{
        self, Delivering, Event, Renew, Report, Settings,
        relay::{Route, StopBy},
        smtp::{SmtpRelay, Timeouts},
    },
    domain::{Edition, InDoubt, IssueId, Slot, SlotId},
    keys::Keys,
    lint::Level,
    plan::{Due, due},
    store::{IssueRow, IssueState, Store, Tally},
};

/// How a run is to be.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Only these editions; all, if none.
    pub editions: Vec<String>,
    /// The plan's time.
    pub at: DateTime<Utc>,
    /// Whether sources are collected first.
    pub collect: bool,
    /// Whether the brake is off.
    pub yes: bool,
    /// Whether an issue goes although the rules find errors in it.
    pub force: bool,
}

/// How far a run has come.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Sources are being collected.
    Collecting {
        /// So many are done.
        done: usize,
        /// Of so many.
        of: usize,
    },
    /// Mails are being delivered.
    Delivering(Event<'a>),
}

/// What a run did.
#[derive(Debug, Default)]
pub struct SendReport {
    /// What came of the sources.
    pub sources: Vec<SourceReport>,
    /// What came of the subscribers' files.
    pub roster: Option<RosterReport>,
    /// The issues that were planned.
    pub planned: Vec<Planned>,
    /// The issues that the brake stopped: the figures.
    pub braked: Vec<String>,
    /// The issues that the rules stopped: their errors.
    pub linted: Vec<String>,
    /// The issues that a mistake in an editor's file stopped: the mistake.
    pub mistaken: Vec<String>,
    /// What was delivered; `None` if there was nothing to deliver.
    pub delivered: Option<Report>,
    /// Where the issues stand that this run worked on.
    pub issues: Vec<(IssueId, Tally)>,
}

/// A run of `send`.
///
/// # Errors
/// When the store, a template, the key or the brake ends it. What was delivered before is recorded.
pub fn send(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    sending: &Sending,
    stop: &StopBy,
    watch: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<SendReport, RunError> {
    let mut report = SendReport::default();
    close_what_is_over(store, sending.at)?;
    let editions = project.editions(&sending.editions)?;
    if anything_to_plan(project, store, &editions, sending.at)? {
        if sending.collect {
            let how = Collecting {
                stop: Some(stop),
                watch: Some(&|done, of| watch(Progress::Collecting { done, of })),
                ..Collecting::default()
            };
            report.sources = collect(project, store, sending.at, &how)?;
            // What is planned of half the sources would be half an issue
            if stop.is_set() {
                return Ok(report);
            }
        }
        report.roster = Some(take_in(project, store, keys, sending)?);
        plan_what_is_due(project, store, keys, &editions, sending, &mut report)?;
    }
    if store.left()?.free + store.left()?.claimed > 0 {
        let open: Vec<_> = store.open_issues()?.into_iter().map(|row| row.id).collect();
        report.delivered = Some(deliver_all(
            project,
            store,
            keys,
            sending.at,
            stop,
            &|event| watch(Progress::Delivering(event)),
        )?);
        for id in open {
            let tally = store.tally(&id)?;
            report.issues.push((id, tally));
        }
    }
    Ok(report)
}

/// Ends the issues whose deadline has passed.
pub(super) fn close_what_is_over(store: &dyn Store, now: DateTime<Utc>) -> Result<(), RunError> {
    for row in store.open_issues()? {
        if row.state != IssueState::Planning && row.deadline <= now {
            store.close(&row.id, now)?;
        }
    }
    Ok(())
}

/// Whether an edition is due, an issue's plan was left half done, or somebody may have joined since an open issue was planned.
fn anything_to_plan(
    project: &Project,
    store: &dyn Store,
    editions: &[&Edition],
    now: DateTime<Utc>,
) -> Result<bool, RunError> {
    for (edition, slot_id) in slots(store, editions)? {
        let last = store.last_issue(&edition.id, &slot_id, None)?;
        let slot = edition.slot_of_id(&slot_id);
        let last_date = last.as_ref().map(|row| row.id.date);
        if let Due::Now { .. } = due(&slot, edition.deadline, now, last_date) {
            return Ok(true);
        }
        let since = last
            .filter(|row| row.state != IssueState::Closed)
            .map(|row| (row.state, row.planned_at));
        if let Some((state, planned_at)) = since
            && (state == IssueState::Planning
                || changed_since(&project.config.subscribers.0, planned_at))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The slots of editions, each edition's own first.
pub(super) fn slots<'a>(
    store: &dyn Store,
    editions: &[&'a Edition],
) -> Result<Vec<(&'a Edition, SlotId)>, RunError> {
    let mut slots = Vec::new();
    for edition in editions {
        let theirs = store.slots(&edition.id)?.into_iter();
        slots.extend(theirs.map(|slot| (*edition, slot)));
    }
    Ok(slots)
}

/// Whether a subscribers file was written after `time`.
fn changed_since(folder: &Path, time: DateTime<Utc>) -> bool {
    let modified = |path: &Path| {
        fs::metadata(path)
            .and_then(|metadata| metadata.modified())
            .ok()
    };
    let files = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    files
        .filter_map(|path| modified(&path))
        .chain(modified(folder))
        .any(|at| at > SystemTime::from(time))
}

/// Plans every due issue, goes on with those that were left half done, and adds whoever joined since to those that are open.
/// An edition that the brake stops doesn't stop the others.
fn plan_what_is_due(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    editions: &[&Edition],
    sending: &Sending,
    report: &mut SendReport,
) -> Result<(), RunError> {
    let index = topic_index(&project.config)?;
    for (edition, slot) in slots(store, editions)? {
        let slot = (edition, &slot);
        let mut planner = Planner::new(project, store, slot, &index, None);
        match plan_slot(project, store, keys, slot, &mut planner, sending) {
            Ok(planned) => report.planned.extend(planned),
            Err(RunError::Brake { what }) => report.braked.push(what),
            Err(error @ RunError::Lint { .. }) => report.linted.push(error.to_string()),
            // An editor's mistake stops that edition only.
            Err(error @ RunError::Editor { .. }) => report.mistaken.push(error.to_string()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Plans the issue of one slot that is due, if one is.
pub(super) fn plan_slot(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    (edition, slot_id): (&Edition, &SlotId),
    planner: &mut Planner,
    sending: &Sending,
) -> Result<Option<Planned>, RunError> {
    let last = store.last_issue(&edition.id, slot_id, None)?;
    let slot = edition.slot_of_id(slot_id);
    let last_date = last.as_ref().map(|row| row.id.date);
    let row = match due(&slot, edition.deadline, sending.at, last_date) {
        Due::Now { date, deadline, .. } => {
            planner.begin(project, keys, date, deadline, sending.at)?
        }
        Due::Not { .. } => None,
    };
    match (row, last) {
        (Some(row), _) => finish_plan((project, store, keys), &slot, planner, &row, sending),
        (None, Some(row)) if row.state == IssueState::Planning => {
            finish_plan((project, store, keys), &slot, planner, &row, sending)
        }
        (None, Some(row)) if row.state == IssueState::Open => {
            welcome(store, planner, row, sending.yes)
        }
        _ => Ok(None),
    }
}

fn finish_plan(
    (project, store, keys): (&Project, &dyn Store, &Keys),
    slot: &Slot,
    planner: &mut Planner,
    row: &IssueRow,
    sending: &Sending,
) -> Result<Option<Planned>, RunError> {
    let planned = planner.plan(row)?;
    let last = store
        .last_issue(&row.id.edition, &row.id.slot, Some(row.id.date))?
        .map(|row| row.audience);
    if let Some(what) = brake(&row.id, planned.row.audience, last).filter(|_| !sending.yes) {
        store.abandon(&row.id)?;
        return Err(RunError::Brake { what });
    }
    // An issue that nobody gets is not decided where no hour decides it: the next run of the day may find something.
    let nobody = planned.recipients == 0 && store.segments(&row.id)?.is_empty();
    if nobody && (slot.at.is_none() || planned.row.audience == 0) {
        store.abandon(&row.id)?;
        return Ok(None);
    }
    if !sending.force {
        let mut findings = lint_issue(project, store, keys, row)?;
        findings.retain(|finding| finding.rule.level == Level::Error);
        if !findings.is_empty() {
            store.abandon(&row.id)?;
            return Err(RunError::Lint {
                issue: row.id.to_string(),
                findings,
            });
        }
    }
    store.open(&row.id)?;
    Ok(Some(planned))
}

/// Adds whoever joined since an open issue was planned.
fn welcome(
    store: &dyn Store,
    planner: &mut Planner,
    row: IssueRow,
    yes: bool,
) -> Result<Option<Planned>, RunError> {
    let (upto, count) = store.audience(&row.id.edition, Some(&row.id.slot))?;
    let joined = count.max(row.audience);
    if let Some(what) =
        brake(&row.id, joined, Some(row.audience)).filter(|_| !yes && upto > row.upto)
    {
        return Err(RunError::Brake { what });
    }
    if upto <= row.upto || !store.extend(&row.id, row.upto, upto)? {
        return Ok(None);
    }
    let planned = planner.plan(&IssueRow { upto, ..row })?;
    Ok((planned.recipients > 0).then_some(planned))
}

fn deliver_all(
    project: &Project,
    store: &dyn Store,
    keys: &Keys,
    plan_time: DateTime<Utc>,
    stop: &StopBy,
    watch: &(dyn Fn(Event) + Sync),
) -> Result<Report, RunError> {
    let press = PressRoom::open(project, store, keys)?;
    let relays = relays(project, stop)?;
    let delivery = &project.config.delivery;
    let settings = Settings {
        retry: delivery.retry.clone(),
        wait: delivery.wait,
        lease: delivery.lease,
        micro_batch: usize::try_from(delivery.micro_batch).unwrap_or(usize::MAX),
        renew: Renew {
            mails: usize::try_from(delivery.connection_mails).unwrap_or(usize::MAX),
            time: delivery.connection_time,
        },
    };
    let policy = |issue: &IssueId| {
        let edition = project
            .config
            .editions
            .iter()
            .find(|edition| edition.id == issue.edition);
        edition.map_or(InDoubt::Hold, |edition| edition.in_doubt)
    };
    Ok(deliver::deliver(&Delivering {
        store,
        keys,
        press: &press,
        relays: &relays,
        journals: &project.journals(),
        settings: &settings,
        plan_time,
        in_doubt: &policy,
        stop,
        watch,
    })?)
}

/// The relays of the configuration, with their connections.
///
/// # Errors
/// When a password or a file of certificates can't be read.
pub fn relays(project: &Project, stop_by: &StopBy) -> Result<Vec<Route>, RunError> {
    let mut relays = Vec::new();
    for declared in &project.config.relays {
        let timeouts = Timeouts {
            end: project.config.delivery.timeout,
            ..Timeouts::default()
        };
        let relay = SmtpRelay::new(declared.declared()?, timeouts, stop_by.clone())?;
        relays.push(Route {
            relay: Box::new(relay),
            connections: declared.connections,
            weight: declared.weight,
            limits: declared.limits.clone(),
            domains: declared.domains.clone(),
        });
    }
    if relays.is_empty() {
        return Err(RunError::NoRelay);
    }
    Ok(relays)
}

/// How long a run that is told to stop still waits for a relay's answer.
pub const STOP_TIME: Duration = Duration::from_mins(1);
