//! `postrider demo`: the main job on the samples that ship, with a mail catcher for a relay. Nothing leaves this machine.

use std::{env, fs, path::Path};

use anyhow::Context as _;
use chrono::Utc;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

use super::{Exit, Terminal, collect::tell_troubles, terminal::BOLD};
use crate::{
    catcher::{Catcher, Note},
    deliver::relay::StopBy,
    keys::Keys,
    run::{self, LeftOut, Project, SendReport, Sending},
    samples,
    store::{Roster as _, Suppression, SuppressionReason, sqlite::Sqlite},
};

/// The sample subscriber who has left.
const LEFT: &str = "left@example.org";

pub(super) fn run(exit: bool, terminal: &Terminal) -> anyhow::Result<Exit> {
    let folder = env::temp_dir().join(format!("postrider-demo-{}", std::process::id()));
    let mails = folder.join("mails");
    samples::write(&folder)
        .with_context(|| format!("writing the samples to `{}`", folder.display()))?;
    let catcher = Catcher::start(&mails)?;
    let project = project(&folder, &catcher)?;
    let (store, keys) = project.open()?;
    let sending = Sending {
        editions: Vec::new(),
        at: Utc::now(),
        collect: true,
        yes: true,
        force: false,
    };
    let left_out = who_is_left_out(&project, &store, &keys, &sending)?;
    let stop = StopBy::default();
    let report = run::send(&project, &store, &keys, &sending, &stop, &|_| ())?;
    catcher.note(left_out.iter().map(note).collect());
    tell(&report, &left_out, terminal);
    if exit {
        terminal.result(&format!(
            "{} mails are in {}",
            catcher.mails(),
            mails.display()
        ));
        return Ok(Exit::Done);
    }
    let port = catcher.page().port();
    terminal.result(&format!(
        "\nThe inbox: {BOLD}http://127.0.0.1:{port}{BOLD:#}"
    ));
    if env::var_os("SSH_CONNECTION").is_some() {
        terminal.result(&format!(
            "From your own machine first: ssh -L {port}:127.0.0.1:{port} {}",
            this_host()
        ));
    }
    terminal.say(&format!(
        "The mails are in {}. Ctrl-C ends it.",
        mails.display()
    ));
    let mut signals = Signals::new([SIGINT, SIGTERM]).context("listening for signals")?;
    signals.forever().next();
    drop(catcher);
    Ok(Exit::Done)
}

/// The sample project, with the catcher for a relay.
fn project(folder: &Path, catcher: &Catcher) -> anyhow::Result<Project> {
    let path = folder.join("postrider.toml");
    let text = fs::read_to_string(&path).context("reading the sample configuration")?;
    let relay = format!("smtp://{}", catcher.smtp());
    fs::write(&path, text.replace("smtp://localhost:25", &relay))
        .context("writing the sample configuration")?;
    Ok(Project::load(&path)?)
}

/// Lets one of the sample subscribers leave, and tells who else gets nothing, and why: by planning once on a copy.
fn who_is_left_out(
    project: &Project,
    store: &Sqlite,
    keys: &Keys,
    sending: &Sending,
) -> anyhow::Result<Vec<LeftOut>> {
    store.suppress(&Suppression {
        address: keys.address_hash(&LEFT.parse()?),
        edition: None,
        reason: SuppressionReason::Unsubscribed,
        evidence: "demo".to_owned(),
        at: Utc::now(),
    })?;
    let copy = crate::store::Store::scratch(store)?;
    let preview = run::preview(project, &*copy, keys, sending, None)?;
    Ok(preview
        .issues
        .into_iter()
        .flat_map(|issue| issue.left_out)
        .collect())
}

fn note(left: &LeftOut) -> Note {
    let subscriber = &left.subscription.subscriber;
    let name = if subscriber.name.is_empty() {
        subscriber.address.to_string()
    } else {
        subscriber.name.clone()
    };
    Note {
        title: format!("{name} gets nothing"),
        text: format!("{}: {}", subscriber.address, left.why.words()),
    }
}

fn tell(report: &SendReport, left_out: &[LeftOut], terminal: &Terminal) {
    for source in &report.sources {
        tell_troubles(source, terminal);
        terminal.result(&format!(
            "collected  {}: {} articles",
            source.source, source.new
        ));
    }
    for planned in &report.planned {
        terminal.result(&format!(
            "planned    {}: {} recipients",
            planned.row.id, planned.recipients
        ));
    }
    for left in left_out {
        terminal.result(&format!(
            "left out   {}: {}",
            left.subscription.subscriber.address,
            left.why.words()
        ));
    }
    if let Some(delivered) = &report.delivered {
        terminal.result(&format!("sent       {} mails", delivered.sent));
    }
}

fn this_host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or("this-host".to_owned(), |name| name.trim().to_owned())
}
