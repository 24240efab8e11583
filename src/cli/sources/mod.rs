//! `postrider sources`: what sources give, how they are doing, and how they come into the configuration.

mod add;
mod arguments;
mod check;
mod declare;
mod export;
mod import;
mod list;
mod show;
mod times;

pub use arguments::Sources;

use crate::{
    config,
    domain::CollectSettings,
    run::{RunError, user_agent},
};

use super::{Exit, Terminal, arguments::Arguments};

pub(super) fn run(
    command: &Sources,
    arguments: &Arguments,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    match command {
        Sources::Show(what) => show::run(what, arguments, terminal),
        Sources::Add(what) => add::run(what, arguments, terminal),
        Sources::List => list::run(&arguments.project()?, terminal),
        Sources::Check { names } => check::run(&arguments.project()?, names, terminal),
        Sources::Import(what) => import::run(what, arguments, terminal),
        Sources::Export => export::run(arguments, terminal),
    }
}

/// The limits of the project that the command is run in, and how it names itself; the usual ones, where there is none.
fn circumstances(arguments: &Arguments) -> Result<(CollectSettings, String), RunError> {
    if !arguments.config.exists() {
        return Ok((CollectSettings::default(), user_agent(None)));
    }
    let config = config::load(&arguments.config)?;
    let agent = user_agent(config.publisher.url.as_deref());
    Ok((config.collect, agent))
}

/// `1 article`, `2 articles`.
fn count(number: usize, noun: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{end}")
}
