//! `postrider unsubscribe`: by address, by token, or by the mail that somebody wrote.

use std::io::Read as _;

use anyhow::{Context as _, bail};
use chrono::Utc;
use mail_parser::{Message, MessageParser};

use super::{Exit, Terminal, arguments::Unsubscribe};
use crate::{
    domain::{Address, EditionId, Purpose, Token},
    keys::Keys,
    run::Project,
    store::{Roster as _, Suppression, SuppressionReason, sqlite::Sqlite},
};

/// The largest mail that is read: who unsubscribes writes little.
const LONGEST_MAIL: u64 = 1 << 20;

/// Who leaves, and which edition.
struct Leaver {
    address: Address,
    edition: Option<EditionId>,
    evidence: &'static str,
}

pub(super) fn run(
    project: &Project,
    arguments: &Unsubscribe,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys) = project.open()?;
    let named = match &arguments.edition {
        Some(id) => Some(project.edition(&EditionId(id.clone()))?.id.clone()),
        None => None,
    };
    let mut leaver = match &arguments.who {
        Some(who) => by_word(project, &store, &keys, who)?,
        None => by_mail(project, &store, &keys)?,
    };
    leaver.edition = named.or(leaver.edition);
    let new = store.suppress(&Suppression {
        address: keys.address_hash(&leaver.address),
        edition: leaver.edition.clone(),
        reason: SuppressionReason::Unsubscribed,
        evidence: leaver.evidence.to_owned(),
        at: Utc::now(),
    })?;
    let from = leaver
        .edition
        .map_or("all editions".to_owned(), |edition| format!("`{edition}`"));
    if terminal.json() {
        terminal
            .json_line(&serde_json::json!({ "address": leaver.address, "from": from, "new": new }));
    } else if new {
        terminal.result(&format!("{} is unsubscribed from {from}", leaver.address));
    } else {
        terminal.result(&format!(
            "{} was unsubscribed from {from} already",
            leaver.address
        ));
    }
    Ok(Exit::Done)
}

/// An address, or a token from a link.
fn by_word(project: &Project, store: &Sqlite, keys: &Keys, who: &str) -> anyhow::Result<Leaver> {
    if who.contains('@') {
        let address = who.parse().context("reading the address")?;
        return Ok(Leaver {
            address,
            edition: None,
            evidence: "command line",
        });
    }
    let token = keys
        .tokens()
        .verify(who)
        .with_context(|| format!("reading `{who}`"))?;
    by_token(project, store, token, "token")
}

/// The mail of somebody who followed a `mailto:` link: the token stands in its subject, or in the address it went to. Without
/// one the sender is asked to leave, if they are a subscriber: a mail's sender can be forged, but only to end a subscription.
fn by_mail(project: &Project, store: &Sqlite, keys: &Keys) -> anyhow::Result<Leaver> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_MAIL)
        .read_to_end(&mut bytes)
        .context("reading the mail")?;
    let Some(mail) = MessageParser::new().parse(&bytes) else {
        bail!(
            "what came in is no mail: a mail alias pipes one mail to `postrider unsubscribe --stdin`"
        );
    };
    if let Some(token) = token_in(&mail, keys) {
        return by_token(project, store, token, "mail");
    }
    let sender = mail
        .from()
        .and_then(|from| from.first())
        .and_then(|from| from.address());
    let Some(address) = sender.and_then(|sender| sender.parse::<Address>().ok()) else {
        bail!("the mail has no token of ours, and no sender that can be read");
    };
    if store.find(&address)?.is_empty() {
        bail!("the mail has no token of ours, and its sender {address} is no subscriber");
    }
    Ok(Leaver {
        address,
        edition: None,
        evidence: "mail without a token",
    })
}

fn token_in(mail: &Message, keys: &Keys) -> Option<Token> {
    let recipients = mail
        .to()
        .into_iter()
        .flat_map(|to| to.iter())
        .filter_map(|to| to.address());
    let body = mail.body_text(0);
    mail.subject()
        .into_iter()
        .chain(recipients)
        .chain(body.as_deref())
        .find_map(|text| keys.tokens().find(text))
}

fn by_token(
    project: &Project,
    store: &Sqlite,
    token: Token,
    evidence: &'static str,
) -> anyhow::Result<Leaver> {
    match token.purpose {
        Purpose::Test => bail!("that link is from a test mail: it changes nothing"),
        Purpose::Bounce => bail!("that token is of a bounce, not of a link to unsubscribe"),
        Purpose::Confirm | Purpose::Manage | Purpose::Move => {
            bail!("that token is of a link to confirm something, not of one to unsubscribe")
        }
        // Whoever answers a digest with its Message-ID quoted means that digest.
        Purpose::Unsubscribe | Purpose::Preferences | Purpose::Message | Purpose::View => {}
    }
    let Some(address) = store.address_of(token.reader)? else {
        bail!("the token is ours, but its subscriber isn't in the store");
    };
    // An edition that isn't there any more can't be left alone: then they leave all.
    let edition = project
        .config
        .editions
        .iter()
        .find(|edition| edition.id.tag() == token.edition);
    Ok(Leaver {
        address,
        edition: edition.map(|edition| edition.id.clone()),
        evidence,
    })
}
