//! `postrider sources export`: the feeds as OPML.

use super::{
    super::{Arguments, Exit, Terminal},
    count,
};
use crate::{
    collect::opml::{self, Listed},
    config,
    domain::{DeclaredSource, SourcePlace},
    run::RunError,
};

pub fn run(arguments: &Arguments, terminal: &Terminal) -> anyhow::Result<Exit> {
    let config = config::load(&arguments.config).map_err(RunError::from)?;
    let feeds: Vec<Listed> = config.sources.iter().filter_map(listed).collect();
    terminal.result(opml::write(&config.publisher.name, &feeds).trim_end());
    let others = config.sources.len() - feeds.len();
    if others > 0 {
        terminal.say(&format!(
            "not in it, as they are no feeds of the web: {}",
            count(others, "source")
        ));
    }
    Ok(Exit::Done)
}

fn listed(source: &DeclaredSource) -> Option<Listed> {
    let SourcePlace::Feed(url) = &source.place else {
        return None;
    };
    matches!(url.scheme(), "http" | "https").then(|| Listed {
        name: source.name.clone(),
        url: url.to_string(),
        html_url: None,
        tags: source.topics.iter().map(ToString::to_string).collect(),
        language: source.language.clone(),
    })
}
