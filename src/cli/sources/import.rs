//! `postrider sources import`: the feeds of an OPML file → the configuration.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
    path::Path,
};

use anyhow::{Context as _, anyhow, bail};
use serde::Serialize;
use url::Url;

use super::{
    super::{Arguments, Exit, Terminal},
    arguments::ImportSources,
    count,
    declare::{Names, declare, declared_at},
};
use crate::{
    collect::opml::{self, Listed, Opml},
    config::{
        self, Config,
        edit::{NewSource, NewTopic},
    },
    domain::{CollectSettings, Language, SourcePlace, Topic, TopicId},
    plan::{TopicIndex, fold},
    run::RunError,
};

/// A line of `--json`.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    kind: &'static str,
    url: String,
    html_url: Option<String>,
    /// Its folders and categories.
    tags: Vec<String>,
    /// Those of them that are topics, by their ids.
    topics: Vec<String>,
    language: Option<Language>,
    /// Why it isn't added.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
}

pub fn run(
    what: &ImportSources,
    arguments: &Arguments,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    // To look at a file no project is needed
    let config = if what.dry_run && !arguments.config.exists() {
        None
    } else {
        Some(config::load(&arguments.config).map_err(RunError::from)?)
    };
    let limit = config.as_ref().map_or_else(
        || CollectSettings::default().max_bytes,
        |config| config.collect.max_bytes,
    );
    let file = what.file.display();
    let Opml {
        feeds,
        left_out,
        wound,
    } = opml::read(&read(&what.file, limit)?)
        .map_err(|why| anyhow!("reading `{file}`: not OPML: {why}"))?;
    let topics = Topics::new(config.as_ref(), &feeds, what.add_topics)?;
    let mut names = Names::of(config.as_ref());
    let mut lines: Vec<Line> = Vec::new();
    for feed in feeds {
        let url = Url::parse(&feed.url)?;
        let declared = config
            .as_ref()
            .and_then(|config| declared_at(config, &SourcePlace::Feed(url.clone())));
        let mut line = line(feed, &topics);
        if line.name.is_empty() {
            url.host_str()
                .unwrap_or_default()
                .clone_into(&mut line.name);
        }
        match declared {
            Some(name) => line.skipped = Some(format!("is there already, as `{name}`")),
            None => line.name = names.unique(&line.name),
        }
        lines.push(line);
    }
    let added = lines.iter().filter(|line| line.skipped.is_none());
    let sources: Vec<NewSource> = added.map(source).collect();
    lines.extend(left_out.into_iter().map(|(listed, why)| Line {
        skipped: Some(why),
        ..line(listed, &topics)
    }));
    if !what.dry_run {
        declare(&arguments.config, &topics.new, &sources)?;
    }
    tell(&lines, &topics, what, arguments, terminal);
    if let Some(wound) = &wound {
        terminal.warn(&format!(
            "{file}:{}: {}\n  what stands before is read",
            wound.line, wound.message
        ));
    }
    Ok(if wound.is_some() {
        Exit::Partial
    } else {
        Exit::Done
    })
}

fn read(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let place = || format!("reading `{}`", path.display());
    let reader: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).with_context(place)?)
    };
    let mut bytes = Vec::new();
    reader
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .with_context(place)?;
    if bytes.len() as u64 > limit {
        bail!(
            "{}: it is larger than {limit} octets (`max_bytes`)",
            place()
        );
    }
    Ok(bytes)
}

/// The topics that labels are, and those that they will be.
struct Topics {
    index: TopicIndex,
    new: Vec<NewTopic>,
    /// Labels that are no topic's, and how many feeds have them.
    unknown: BTreeMap<String, usize>,
}

impl Topics {
    fn new(config: Option<&Config>, feeds: &[Listed], add: bool) -> anyhow::Result<Self> {
        let mut declared = config.map_or_else(Vec::new, |config| config.topics.clone());
        let index = TopicIndex::new(&declared).map_err(RunError::from)?;
        let language = config
            .and_then(|config| config.editions.first()?.languages.first().cloned())
            .unwrap_or_else(Language::english);
        let mut new: Vec<NewTopic> = Vec::new();
        let mut unknown = BTreeMap::new();
        for tag in feeds.iter().flat_map(|feed| &feed.tags) {
            let id = fold(tag).replace(' ', "-");
            if index.find(tag).is_some() || id.is_empty() {
                continue;
            }
            *unknown.entry(tag.clone()).or_default() += 1;
            if !new.iter().any(|topic| topic.id == id) {
                new.push(NewTopic {
                    id,
                    name: tag.clone(),
                    language: language.clone(),
                });
            }
        }
        if !add {
            new.clear();
            return Ok(Self {
                index,
                new,
                unknown,
            });
        }
        declared.extend(new.iter().map(|topic| Topic {
            id: TopicId(topic.id.clone()),
            names: [(topic.language.clone(), topic.name.clone())].into(),
            aliases: Vec::new(),
            within: Vec::new(),
            phrases: Vec::new(),
            not_phrases: Vec::new(),
            body: false,
        }));
        Ok(Self {
            index: TopicIndex::new(&declared).map_err(RunError::from)?,
            new,
            unknown: BTreeMap::new(),
        })
    }

    /// The ids of the topics that labels are, each once.
    fn ids(&self, tags: &[String]) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for place in tags.iter().filter_map(|tag| self.index.find(tag)) {
            let id = &self.index.topic(place).id.0;
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }
}

fn line(listed: Listed, topics: &Topics) -> Line {
    Line {
        topics: topics.ids(&listed.tags),
        name: listed.name,
        kind: "feed",
        url: listed.url,
        html_url: listed.html_url,
        tags: listed.tags,
        language: listed.language,
        skipped: None,
    }
}

fn source(line: &Line) -> NewSource {
    NewSource {
        name: line.name.clone(),
        kind: line.kind,
        key: "url",
        place: line.url.clone(),
        language: line.language.clone(),
        priority: None,
        topics: line.topics.clone(),
    }
}

fn tell(
    lines: &[Line],
    topics: &Topics,
    what: &ImportSources,
    arguments: &Arguments,
    terminal: &Terminal,
) {
    for line in lines {
        if terminal.json() {
            terminal.json_line(line);
            continue;
        }
        match &line.skipped {
            None => terminal.result(&source(line).text()),
            Some(why) => {
                let name = if line.name.is_empty() {
                    &line.url
                } else {
                    &line.name
                };
                terminal.warn(&format!("`{name}` is left out: it {why}"));
            }
        }
    }
    if !terminal.json() && !topics.unknown.is_empty() {
        let unknown: Vec<_> = topics
            .unknown
            .iter()
            .map(|(tag, count)| format!("{tag} ({count})"))
            .collect();
        terminal.say(&format!(
            "folders and categories that are no topic's: {}\n  `--add-topics` adds a [[topic]] for each",
            unknown.join(", ")
        ));
    }
    let added = lines.iter().filter(|line| line.skipped.is_none()).count();
    let done = if what.dry_run {
        "would be added"
    } else {
        "added"
    };
    terminal.say(&format!(
        "{} and {} {done} to {}, {} left out",
        count(added, "source"),
        count(topics.new.len(), "topic"),
        arguments.config.display(),
        lines.len() - added
    ));
}
