//! Writing sources into `postrider.toml`.

use std::{collections::HashSet, fs, path::Path};

use anyhow::{Context as _, anyhow};

use crate::{
    config::{
        self, Config,
        edit::{self, NewSource, NewTopic},
    },
    domain::SourcePlace,
};

/// Adds topics and sources to the configuration at `path`, if what comes of it is a good one.
pub fn declare(path: &Path, topics: &[NewTopic], sources: &[NewSource]) -> anyhow::Result<()> {
    let file = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("reading `{file}`"))?;
    let text = edit::add(&text, topics, sources).map_err(|error| anyhow!("`{file}`: {error}"))?;
    let whole = std::path::absolute(path)?;
    let base = whole.parent().unwrap_or(Path::new("/"));
    config::parse(&text, path, base, &[]).map_err(|problems| {
        anyhow!("it can't be added so that `{file}` stays good:\n{problems}")
    })?;
    edit::replace(path, &text).with_context(|| format!("writing `{file}`"))
}

/// The names that are taken, and the ways out where one is.
pub struct Names(HashSet<String>);

impl Names {
    /// Those of the sources that are declared.
    pub fn of(config: Option<&Config>) -> Self {
        let sources = config.into_iter().flat_map(|config| &config.sources);
        Self(sources.map(|source| source.name.clone()).collect())
    }

    /// The name itself, or where it is taken the first of `NAME 2`, `NAME 3` … that isn't.
    pub fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.0.insert(unique.clone()) {
            unique = format!("{name} {number}");
            number += 1;
        }
        unique
    }

    /// Whether a name is taken.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// The name of the source that is declared at that place.
pub fn declared_at<'a>(config: &'a Config, place: &SourcePlace) -> Option<&'a str> {
    let same = |other: &SourcePlace| match (other.url(), place.url()) {
        // Whatever its kind
        (Some(one), Some(other)) => one == other,
        _ => other == place,
    };
    let declared = config.sources.iter().find(|source| same(&source.place));
    declared.map(|source| source.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut names = Names::of(None);
        let unique: Vec<_> = ["News", "News", "News 2", "News"]
            .map(|name| names.unique(name))
            .to_vec();
        assert_eq!(unique, ["News", "News 2", "News 2 2", "News 3"]);
    }
}
