//! The press: makes the mail of a member from what its issue was made from.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    EditorsHand, MadeFrom, Project, RunError, lint::setup, media::MediaFolder, segment_key,
    topic_index,
};
use crate::{
    compose::{Composer, Letterhead, Mail, Prepared},
    config::Config,
    deliver::Press,
    domain::{Digest, Edition, IssueId, Notice, Number, Segment, SegmentKey, Subscription},
    keys::Keys,
    lint::Setup,
    plan::{self, TopicIndex, Window},
    render::{Renderer, Templates},
    store::{Grounds, IssueRow, Store},
};

/// Prepared segments that are kept at hand for each issue. Members of a chunk are sorted by segment.
const AT_HAND: usize = 64;

/// All that the mails of one issue are made with.
pub struct Sheet {
    edition: Edition,
    index: TopicIndex,
    window: Window,
    hand: EditorsHand,
    renderer: Renderer,
    composer: Composer,
    setup: Setup,
    row: IssueRow,
    media: Option<MediaFolder>,
}

impl Sheet {
    /// The sheet of an issue, from the configuration and templates that it was made from, and its articles with
    /// `after < number <= row.cutoff`.
    ///
    /// # Errors
    /// When the edition isn't in that configuration, a template has a mistake, or the store fails.
    pub fn new(
        (config, templates): (&Config, &Templates),
        store: &dyn Store,
        keys: &Keys,
        row: &IssueRow,
        after: Number,
        notice: Notice,
    ) -> Result<Self, RunError> {
        let edition = config
            .editions
            .iter()
            .find(|edition| edition.id == row.id.edition);
        let edition = edition
            .ok_or_else(|| RunError::Forgotten(row.id.to_string()))?
            .clone();
        let index = topic_index(config)?;
        let changes = store.changes(after, row.cutoff)?;
        let hand = MadeFrom::editors_hand(store, &row.made_from)?;
        let changes = hand.apply_to_changes(changes);
        let window = Window::with_changes(
            (hand.apply(store.articles(after, row.cutoff)?), &changes),
            &index,
            &edition,
            &config.sources,
            row.planned_at,
        );
        let renderer = Renderer::new(
            templates,
            &config.publisher,
            &edition,
            &config.topics,
            &row.id,
            notice,
        )?;
        let composer = Composer::new(
            letterhead(config, &edition, row, notice),
            keys.tokens().clone(),
        )
        .signed_by(keys.signers(edition.from.address.domain()));
        Ok(Self {
            setup: setup(config),
            row: row.clone(),
            media: (config.publisher.media.as_ref()).map(|media| MediaFolder::new(&media.folder)),
            edition,
            index,
            window,
            hand,
            renderer,
            composer,
        })
    }

    /// The edition, as it was when the issue was planned.
    #[must_use]
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// What its mails are held to.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The key of a segment of the issue.
    ///
    /// # Errors
    /// When the store fails.
    pub fn key(&self, store: &dyn Store, grounds: &Grounds) -> Result<SegmentKey, RunError> {
        segment_key(&self.row, store, (&self.edition, &self.index), grounds)
    }

    /// The segment of a key, with its articles placed.
    #[must_use]
    pub fn segment(&self, key: SegmentKey) -> Segment {
        let segment = plan::segment(&self.window, &self.index, &self.edition, key);
        Segment {
            opening: self.hand.opening(&segment.language),
            ..segment
        }
    }

    /// The digest of a segment.
    ///
    /// # Errors
    /// When a template fails.
    pub fn digest(&self, segment: &Segment) -> Result<Digest, RunError> {
        Ok(self.renderer.render(segment)?)
    }

    /// What the mails of a segment have in common. Its pictures are published, where there is a folder for them.
    ///
    /// # Errors
    /// When a template fails, or a picture can't be written.
    pub fn prepare(&self, key: SegmentKey) -> Result<Prepared, RunError> {
        let hash = key.hash();
        let digest = self.digest(&self.segment(key))?;
        if let Some(media) = &self.media {
            media.publish(&digest)?;
        }
        Ok(self.composer.prepare(&digest, hash))
    }

    /// The mail of one subscriber.
    #[must_use]
    pub fn mail(&self, prepared: &Prepared, subscription: &Subscription) -> Mail {
        self.composer.mail(prepared, subscription)
    }
}

fn letterhead(config: &Config, edition: &Edition, row: &IssueRow, notice: Notice) -> Letterhead {
    Letterhead {
        issue: row.id.clone(),
        name: edition.name.clone(),
        from: edition.from.clone(),
        reply_to: edition.reply_to.clone(),
        unsubscribe_address: edition.unsubscribe_address.clone(),
        service_url: config.publisher.service_url.clone(),
        bounce_address: config.publisher.bounce_address.clone(),
        date: local(row.planned_at, edition.tz),
        key_id: row.key_id,
        notice,
    }
}

fn local(at: DateTime<Utc>, tz: Tz) -> DateTime<chrono::FixedOffset> {
    at.with_timezone(&tz).fixed_offset()
}

/// The press of a run: a sheet for each open issue.
pub struct PressRoom<'a> {
    store: &'a dyn Store,
    sheets: HashMap<IssueId, (Sheet, Mutex<AtHand>)>,
}

#[derive(Default)]
struct AtHand {
    prepared: HashMap<u32, Arc<Prepared>>,
}

impl<'a> PressRoom<'a> {
    /// The press for all open issues.
    ///
    /// # Errors
    /// When what an issue was made from can't be read again.
    pub fn open(project: &Project, store: &'a dyn Store, keys: &Keys) -> Result<Self, RunError> {
        let mut sheets = HashMap::new();
        for row in store.open_issues()? {
            let (config, templates) = MadeFrom::recall(store, &row.made_from, project)?;
            let after = store.lowest_watermark(&row.id)?;
            let sheet = Sheet::new(
                (&config, &templates),
                store,
                keys,
                &row,
                after,
                Notice::Real,
            )?;
            sheets.insert(row.id, (sheet, Mutex::default()));
        }
        Ok(Self { store, sheets })
    }

    /// The sheet of an issue.
    #[must_use]
    pub fn sheet(&self, issue: &IssueId) -> Option<&Sheet> {
        self.sheets.get(issue).map(|(sheet, _)| sheet)
    }

    fn prepared(&self, issue: &IssueId, number: u32) -> Result<(&Sheet, Arc<Prepared>), RunError> {
        let (sheet, at_hand) = self
            .sheets
            .get(issue)
            .ok_or_else(|| RunError::Forgotten(issue.to_string()))?;
        let lock = || at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = lock().prepared.get(&number) {
            return Ok((sheet, prepared.clone()));
        }
        let grounds = self.store.segment(issue, number)?;
        let forgotten = || RunError::Forgotten(format!("{issue}, segment {number}"));
        let key = sheet.key(self.store, &grounds.ok_or_else(forgotten)?)?;
        let prepared = Arc::new(sheet.prepare(key)?);
        let mut at_hand = lock();
        if at_hand.prepared.len() >= AT_HAND {
            at_hand.prepared.clear();
        }
        at_hand.prepared.insert(number, prepared.clone());
        Ok((sheet, prepared))
    }
}

impl Press for PressRoom<'_> {
    fn mail(
        &self,
        issue: &IssueId,
        segment: u32,
        subscription: &Subscription,
    ) -> Result<Mail, String> {
        let (sheet, prepared) = self
            .prepared(issue, segment)
            .map_err(|error| error.to_string())?;
        Ok(sheet.mail(&prepared, subscription))
    }
}
