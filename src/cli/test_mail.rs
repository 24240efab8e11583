//! `postrider send --test`: the first thing that an operator wants to see.

use anyhow::Context as _;
use serde_json::json;

use super::{Exit, Terminal, arguments::Send, send::sending};
use crate::{
    domain::Address,
    run::{self, Project},
};

pub(super) fn run(
    project: &Project,
    arguments: &Send,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let to: Address = arguments
        .test
        .as_deref()
        .unwrap_or_default()
        .parse()
        .context("reading --test")?;
    let like = arguments
        .as_subscriber
        .as_deref()
        .map(str::parse::<Address>)
        .transpose()
        .context("reading --as")?;
    let (store, keys, _) = project.scratch()?;
    let mail = run::test_mail(
        project,
        &*store,
        &keys,
        &sending(project, arguments)?,
        &to,
        like.as_ref(),
    )?;
    let (relay, reply) = run::hand_over(project, &mail)?;
    if terminal.json() {
        terminal.json_line(&json!({ "to": to, "relay": relay, "reply": reply.to_string() }));
    } else {
        terminal.result(&format!(
            "a test mail to {to} was taken by {relay}: {reply}"
        ));
        terminal.say("its links change nothing, and nothing was recorded");
    }
    Ok(Exit::Done)
}
