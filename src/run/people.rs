//! What people do themselves: subscribe, confirm, leave, come back, choose, move, ask what is known of them, be forgotten.
//!
//! Nothing here knows HTTP: a page or a mail calls these with a token and the time. Nothing tells a stranger who is subscribed:
//! [`Counter::ask`] gives the mail to send or none, and the page says the same either way.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

use super::places;
use crate::{
    domain::{
        Address, Choice, Edition, EditionId, IssueId, Purpose, Ref, SlotId, Subscriber, Token,
        token::TokenError,
    },
    keys::Keys,
    store::{
        Consent, How, Joined, Joining, Pending, Person, Store, StoreError, Suppression,
        SuppressionReason,
    },
};

/// How long a confirmation can be given.
pub const CONFIRM_WITHIN: TimeDelta = TimeDelta::days(7);
/// How long a link to everything that is known of a person works.
pub const MANAGE_WITHIN: TimeDelta = TimeDelta::hours(1);
/// How long somebody who left can take it back with the link of the same mail.
pub const UNDO_WITHIN: TimeDelta = TimeDelta::hours(24);
/// How many mails one address can be made to get in a day by whoever writes it into a form.
pub const MAILS_PER_ADDRESS: u64 = 3;
/// How many mails can be asked for from one network in an hour.
pub const MAILS_PER_NETWORK: u64 = 30;

/// Where people come to: the editions on offer, the store and the keys.
pub struct Counter<'a> {
    /// The editions on offer.
    pub editions: &'a [Edition],
    /// What is durable.
    pub store: &'a dyn Store,
    /// What signs tokens and hashes addresses.
    pub keys: &'a Keys,
}

/// What somebody wrote into the form.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where the mail shall go.
    pub address: Address,
    /// The edition.
    pub edition: EditionId,
    /// What they chose; an address in it is left out.
    pub choice: Choice,
    /// The version of the words that they agreed to.
    pub wording: String,
    /// Where they came from: see [`network`].
    pub origin: String,
}

/// A mail to send, with the link that confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub address: Address,
    /// What its token is good for.
    pub purpose: Purpose,
    /// The edition that sends it.
    pub edition: EditionId,
    /// The token of its link.
    pub token: String,
    /// Until when the link works.
    pub expires_at: DateTime<Utc>,
}

/// Somebody who has confirmed.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// Who they are now.
    pub person: Person,
    /// The edition that they confirmed.
    pub edition: EditionId,
    /// It wasn't confirmed before: the first issue is due to them.
    pub first: bool,
}

/// What leaves, or comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The edition that the token is of.
    Edition,
    /// All editions.
    All,
}

/// Why something that a person asked for isn't done.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// No token of ours.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A token of ours, for something else.
    #[error("a token that is good for something else")]
    Purpose,
    /// It was good once.
    #[error("a link that isn't good any more: ask for a new one")]
    Expired,
    /// Nobody is known by it.
    #[error("nobody is known by this link any more")]
    Nobody,
    /// The edition isn't there.
    #[error("there is no edition `{0}`")]
    NoEdition(String),
    /// The address is another subscriber's.
    #[error("{0} is another subscriber's address")]
    Taken(Address),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, PeopleError>;

/// The network that an address on the internet is of, as far as it is kept: 24 bits of an IPv4 address, 48 of an IPv6 one.
#[must_use]
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

impl Counter<'_> {
    /// Somebody wants to subscribe: the mail that asks them to confirm, or none where too many were asked for already. Say the same to
    /// whoever asked, whatever comes of it.
    ///
    /// # Errors
    /// When there is no such edition, or the store fails.
    pub fn ask(&self, wanted: &Wanted, now: DateTime<Utc>) -> Result<Option<Letter>> {
        self.edition(&wanted.edition)?;
        let choice = Choice {
            address: None,
            ..wanted.choice.clone()
        };
        let pending = Pending {
            nonce: nonce()?,
            purpose: Purpose::Confirm,
            address: wanted.address.clone(),
            edition: wanted.edition.clone(),
            reader: None,
            choice,
            wording: wanted.wording.clone(),
            origin: wanted.origin.clone(),
            at: now,
            expires_at: now + CONFIRM_WITHIN,
            settled_at: None,
        };
        self.pend(&pending)
    }

    /// What a confirmation would do: for the page that asks. Nothing is changed.
    ///
    /// # Errors
    /// When the token isn't good, or the store fails.
    pub fn asked(&self, token: &str, purpose: Purpose, now: DateTime<Utc>) -> Result<Pending> {
        let found = self.token(token, &[purpose])?;
        let pending = self.store.pending(found.reader)?;
        let pending = pending
            .filter(|pending| pending.purpose == purpose && pending.edition.tag() == found.edition)
            .ok_or(PeopleError::Expired)?;
        // Whoever has confirmed may look at it again.
        if pending.settled_at.is_none() && now > pending.expires_at {
            return Err(PeopleError::Expired);
        }
        Ok(pending)
    }

    /// They confirm that they want to subscribe. It lifts what suppresses them; to say it twice changes nothing more.
    ///
    /// # Errors
    /// When the token isn't good, or the store fails.
    pub fn confirm(&self, token: &str, now: DateTime<Utc>) -> Result<Confirmed> {
        let pending = self.asked(token, Purpose::Confirm, now)?;
        let edition = self.edition(&pending.edition)?.id.clone();
        let mut first = false;
        if pending.settled_at.is_none() {
            let consent = Consent {
                edition: edition.clone(),
                how: How::Form,
                at: now,
                wording: pending.wording.clone(),
                origin: pending.origin.clone(),
                evidence: "confirmed by mail".to_owned(),
            };
            let joining = Joining {
                subscriber: Subscriber {
                    editions: vec![edition.clone()],
                    ..Subscriber::new(pending.address.clone())
                },
                choice: pending.choice.clone(),
                consents: vec![consent],
                confirmed: true,
            };
            // In this order: whoever is interrupted in between confirms once more.
            self.join(&[joining], now)?;
            first = self.store.confirm_pending(pending.nonce, now)?;
        }
        let person = self.store.person(&pending.address)?;
        Ok(Confirmed {
            person: person.ok_or(PeopleError::Nobody)?,
            edition,
            first,
        })
    }

    /// Takes people in. What an import says of them gives way to what they chose themselves, and to what suppresses them.
    ///
    /// # Errors
    /// When the store fails.
    pub fn join(&self, joinings: &[Joining], now: DateTime<Utc>) -> Result<Vec<Joined>> {
        let editions: Vec<EditionId> = self
            .editions
            .iter()
            .map(|edition| edition.id.clone())
            .collect();
        let places = |subscriber: &Subscriber| places(self.editions, subscriber);
        Ok(self
            .store
            .join(joinings, &editions, &places, self.keys, now)?)
    }

    /// Whom a link in a digest is about, and the edition that it is of, if that is there still.
    ///
    /// # Errors
    /// When the token isn't good, nobody is known by it, or the store fails.
    pub fn reader(&self, token: &str) -> Result<(Person, Option<EditionId>)> {
        let token = self.token(
            token,
            &[Purpose::Unsubscribe, Purpose::Preferences, Purpose::View],
        )?;
        let person = self.store.person_of(token.reader)?;
        Ok((person.ok_or(PeopleError::Nobody)?, self.edition_of(&token)))
    }

    /// They leave. It works with every token that we ever made for it; to say it twice changes nothing more. Says whether it is new.
    ///
    /// # Errors
    /// When the token isn't good, nobody is known by it, or the store fails.
    pub fn leave(
        &self,
        token: &str,
        scope: Scope,
        evidence: &str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let (person, edition) = self.reader(token)?;
        Ok(self.store.suppress(&Suppression {
            address: self.keys.address_hash(&person.subscriber.address),
            // An edition that isn't there any more can't be left alone: then they leave all.
            edition: edition.filter(|_| scope == Scope::Edition),
            reason: SuppressionReason::Unsubscribed,
            evidence: evidence.to_owned(),
            at: now,
        })?)
    }

    /// They take it back, soon after they left. Says whether there was anything to take back.
    ///
    /// # Errors
    /// When the token isn't good, nobody is known by it, or the store fails.
    pub fn undo(&self, token: &str, scope: Scope, now: DateTime<Utc>) -> Result<bool> {
        let (person, edition) = self.reader(token)?;
        let lifted = self.store.lift(
            &self.keys.address_hash(&person.subscriber.address),
            edition.filter(|_| scope == Scope::Edition).as_ref(),
            SuppressionReason::Unsubscribed,
            now - UNDO_WITHIN,
            now,
        )?;
        Ok(lifted > 0)
    }

    /// They choose, by the link of a digest: anything but their address, for a digest gets forwarded. Says whether it is new.
    ///
    /// # Errors
    /// When the token isn't good, nobody is known by it, or the store fails.
    pub fn choose(&self, token: &str, choice: &Choice, now: DateTime<Utc>) -> Result<bool> {
        self.token(token, &[Purpose::Preferences])?;
        let choice = Choice {
            address: None,
            ..choice.clone()
        };
        let (person, _) = self.reader(token)?;
        self.keep_choice(person.reader, &choice, "preferences", now)
    }

    /// Lays a choice over what somebody chose before.
    ///
    /// # Errors
    /// When the store fails.
    pub fn keep_choice(
        &self,
        reader: Ref,
        choice: &Choice,
        detail: &str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let places = |subscriber: &Subscriber| places(self.editions, subscriber);
        Ok(self
            .store
            .choose(reader, choice, &places, self.keys, detail, now)?)
    }

    /// Somebody wants to see or change all that is known of them: the mail with the link, to whoever is known by that address.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ask_to_manage(
        &self,
        address: &Address,
        origin: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Letter>> {
        let Some(person) = self.store.person(address)? else {
            return Ok(None);
        };
        let own = person.editions.first().map(|own| own.edition.clone());
        let Some(edition) = own.or(self.editions.first().map(|edition| edition.id.clone())) else {
            return Ok(None);
        };
        self.pend(&Pending {
            nonce: nonce()?,
            purpose: Purpose::Manage,
            // As we have it, and not as whoever asked wrote it.
            address: person.subscriber.address,
            edition,
            reader: Some(person.reader),
            choice: Choice::default(),
            wording: String::new(),
            origin: origin.to_owned(),
            at: now,
            expires_at: now + MANAGE_WITHIN,
            settled_at: None,
        })
    }

    /// Whom a link to manage is about.
    ///
    /// # Errors
    /// When the token isn't good any more, nobody is known by it, or the store fails.
    pub fn manager(&self, token: &str, now: DateTime<Utc>) -> Result<Person> {
        let pending = self.asked(token, Purpose::Manage, now)?;
        if now > pending.expires_at {
            return Err(PeopleError::Expired);
        }
        self.known(&pending)
    }

    /// They want their mail at another address: the mail that asks them to confirm it there.
    ///
    /// # Errors
    /// When the token isn't good any more, or the store fails.
    pub fn ask_to_move(
        &self,
        token: &str,
        to: &Address,
        origin: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Letter>> {
        let person = self.manager(token, now)?;
        let pending = self.asked(token, Purpose::Manage, now)?;
        self.pend(&Pending {
            nonce: nonce()?,
            purpose: Purpose::Move,
            address: to.clone(),
            reader: Some(person.reader),
            origin: origin.to_owned(),
            at: now,
            expires_at: now + CONFIRM_WITHIN,
            settled_at: None,
            ..pending
        })
    }

    /// They confirm it at the new address. They stay who they are, with all that they chose.
    ///
    /// # Errors
    /// When the token isn't good, the address is another subscriber's by now, or the store fails.
    pub fn confirm_move(&self, token: &str, now: DateTime<Utc>) -> Result<Person> {
        let pending = self.asked(token, Purpose::Move, now)?;
        let person = self.known(&pending)?;
        if pending.settled_at.is_some() {
            return Ok(person);
        }
        let other = self.store.person(&pending.address)?;
        if other.is_some_and(|other| other.reader != person.reader && other.gone_at.is_none()) {
            return Err(PeopleError::Taken(pending.address));
        }
        let choice = Choice {
            address: Some(pending.address.clone()),
            ..Choice::default()
        };
        let detail = format!("from {}", person.subscriber.address);
        self.keep_choice(person.reader, &choice, &detail, now)?;
        self.store.confirm_pending(pending.nonce, now)?;
        self.known(&pending)
    }

    /// All that is known of a person, as JSON, for themselves.
    ///
    /// # Errors
    /// When the store fails.
    pub fn about(&self, person: &Person) -> Result<Value> {
        let suppressions = self
            .store
            .suppressions(&self.keys.address_hash(&person.subscriber.address))?;
        let suppressions: Vec<Value> = suppressions
            .iter()
            .map(|kept| {
                json!({
                    "edition": kept.suppression.edition.as_ref().map(|edition| &edition.0),
                    "reason": kept.suppression.reason.as_str(),
                    "evidence": kept.suppression.evidence,
                    "at": kept.suppression.at,
                    "lifted_at": kept.lifted_at,
                })
            })
            .collect();
        let editions: Vec<Value> = person
            .editions
            .iter()
            .map(|own| {
                json!({
                    "edition": own.edition.0,
                    "slot": own.slot.as_str(),
                    "since": own.since,
                    "suppressed": own.suppressed.map(SuppressionReason::as_str),
                })
            })
            .collect();
        Ok(json!({
            "address": person.subscriber.address,
            "ref": person.reader.to_string(),
            "subscriber": person.subscriber,
            "declared": person.filed.as_ref().map(|filed| json!({ "file": filed.file, "row": filed.index + 1, "subscriber": filed.subscriber })),
            "joined": person.joined,
            "chosen": person.choice,
            "editions": editions,
            "gone_at": person.gone_at,
            "consents": self.store.consents(person.reader)?,
            "suppressions": suppressions,
            "history": self.store.history(person.reader)?,
        }))
    }

    /// They are forgotten. Nothing is left but a hash of their address, so that nobody brings them back by accident.
    ///
    /// # Errors
    /// When the store fails.
    pub fn erase(&self, person: &Person, now: DateTime<Utc>) -> Result<()> {
        self.store
            .erase(&person.subscriber.address, self.keys, now)?;
        Ok(())
    }

    /// A token for a link in a mail that isn't of an issue: to the preferences, to leave.
    #[must_use]
    pub fn link(
        &self,
        purpose: Purpose,
        edition: &EditionId,
        reader: Ref,
        date: NaiveDate,
    ) -> String {
        let issue = IssueId {
            edition: edition.clone(),
            date,
            slot: SlotId::default(),
        };
        let tokens = self.keys.tokens();
        tokens.sign(tokens.current(), purpose, &issue, reader)
    }

    fn pend(&self, pending: &Pending) -> Result<Option<Letter>> {
        let (hash, at) = (self.keys.address_hash(&pending.address), pending.at);
        let today = self
            .store
            .asked(&hash, &pending.origin, at - TimeDelta::days(1))?;
        let lately = self
            .store
            .asked(&hash, &pending.origin, at - TimeDelta::hours(1))?;
        let too_many = !pending.origin.is_empty() && lately.by_origin >= MAILS_PER_NETWORK;
        if today.by_address >= MAILS_PER_ADDRESS || too_many {
            return Ok(None);
        }
        self.store.pend(pending, self.keys)?;
        Ok(Some(Letter {
            address: pending.address.clone(),
            purpose: pending.purpose,
            edition: pending.edition.clone(),
            token: self.link(
                pending.purpose,
                &pending.edition,
                pending.nonce,
                at.date_naive(),
            ),
            expires_at: pending.expires_at,
        }))
    }

    fn known(&self, pending: &Pending) -> Result<Person> {
        let reader = pending.reader.ok_or(PeopleError::Nobody)?;
        let person = self.store.person_of(reader)?;
        person.ok_or(PeopleError::Nobody)
    }

    fn token(&self, text: &str, purposes: &[Purpose]) -> Result<Token> {
        let token = self.keys.tokens().verify(text)?;
        if purposes.contains(&token.purpose) {
            Ok(token)
        } else {
            Err(PeopleError::Purpose)
        }
    }

    fn edition_of(&self, token: &Token) -> Option<EditionId> {
        let mut editions = self.editions.iter();
        let found = editions.find(|edition| edition.id.tag() == token.edition);
        found.map(|edition| edition.id.clone())
    }

    fn edition(&self, id: &EditionId) -> Result<&Edition> {
        let mut editions = self.editions.iter();
        editions
            .find(|edition| edition.id == *id)
            .ok_or_else(|| PeopleError::NoEdition(id.0.clone()))
    }
}

/// The name of something pending.
fn nonce() -> Result<Ref> {
    let mut nonce = Ref([0; 10]);
    SystemRandom::new()
        .fill(&mut nonce.0)
        .map_err(|_| PeopleError::Random)?;
    Ok(nonce)
}

#[cfg(test)]
mod tests;
