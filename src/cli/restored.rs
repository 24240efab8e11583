//! `postrider restored`: what the store is, after it was moved or put back from a backup.

use chrono::Utc;
use serde_json::json;

use super::{Exit, Terminal, arguments::Restored};
use crate::run::{self, Project};

pub(super) fn run(
    project: &Project,
    arguments: &Restored,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let (store, keys) = project.open()?;
    let skipped = if arguments.skip {
        run::skip_what_may_have_been_sent(project, &store, &keys, Utc::now())?
    } else {
        Vec::new()
    };
    store.settle_copy(project.database())?;
    if terminal.json() {
        terminal.json_line(&json!({ "skipped": skipped }));
        return Ok(Exit::Done);
    }
    for issue in &skipped {
        terminal.result(&format!("{issue}: not mailed any more"));
    }
    if arguments.skip {
        terminal.say(
            "Who has left since the backup was made isn't known here: look for their mails, and write `postrider unsubscribe ADDRESS`.",
        );
    }
    Ok(Exit::Done)
}
