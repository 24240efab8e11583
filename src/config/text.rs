//! The configuration as a text again: after the environment, with every default spelt out, without comments and
//! without secrets. An issue keeps it: read again by a later version with other defaults, it gives the same.

use std::path::Path;

use chrono::TimeDelta;
use toml::{Table, Value};

use super::{
    Brake, Config, ConfiguredDkim, ConfiguredRelay, DeliverySettings, PasswordSource, StoreUrl,
    duration, size,
};
use crate::{
    domain::{
        CollectSettings, CommandLine, DeclaredSource, Design, Edition, FormerTopic, Images,
        InDoubt, Limit, Parts, Pin, Publisher, Ranking, Robots, SourcePlace, Theme, Topic,
    },
    plan::story::StorySettings,
};

/// Writes a configuration. Paths below `base` are written as relative ones.
pub fn write(config: &Config, base: &Path) -> String {
    let mut root = Table::new();
    root.put("publisher", publisher(&config.publisher, base));
    let StoreUrl::Sqlite(file) = &config.store;
    let url = format!("sqlite:{}", relative(file, base));
    root.put(
        "store",
        Table::from_iter([("url".to_owned(), Value::String(url))]),
    );
    root.tables(
        "source",
        config.sources.iter().map(|each| source(each, base)),
    );
    root.tables("topic", config.topics.iter().map(topic));
    root.tables(
        "former_topic",
        config.former_topics.iter().map(former_topic),
    );
    root.tables("edition", config.editions.iter().map(edition));
    root.tables("relay", config.relays.iter().map(|each| relay(each, base)));
    root.tables("dkim", config.dkim.iter().map(|each| dkim(each, base)));
    let folder = relative(&config.subscribers.0, base);
    root.tables(
        "subscribers",
        [Table::from_iter([(
            "path".to_owned(),
            Value::String(folder),
        )])],
    );
    root.put("delivery", delivery(&config.delivery));
    root.put("collect", collect(&config.collect));
    root.put("stories", stories(&config.stories));
    // All editions have the same.
    if let Some(edition) = config.editions.first() {
        root.put("ranking", ranking(&edition.ranking));
        root.tables("pin", edition.pins.iter().map(pin));
    }
    root.to_string()
}

trait Put {
    fn put(&mut self, key: &str, value: impl Into<Value>);
    fn texts<T: ToString>(&mut self, key: &str, texts: impl IntoIterator<Item = T>);
    fn tables(&mut self, key: &str, tables: impl IntoIterator<Item = Table>);
}

impl Put for Table {
    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.insert(key.to_owned(), value.into());
    }

    /// Nothing is written for an empty list: where "all" is meant, an empty list would be an error.
    fn texts<T: ToString>(&mut self, key: &str, texts: impl IntoIterator<Item = T>) {
        let texts: Vec<Value> = texts
            .into_iter()
            .map(|text| text.to_string().into())
            .collect();
        if !texts.is_empty() {
            self.put(key, texts);
        }
    }

    fn tables(&mut self, key: &str, tables: impl IntoIterator<Item = Table>) {
        let tables: Vec<Value> = tables.into_iter().map(Value::Table).collect();
        if !tables.is_empty() {
            self.put(key, tables);
        }
    }
}

fn relative(path: &Path, base: &Path) -> String {
    path.strip_prefix(base)
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

fn publisher(publisher: &Publisher, base: &Path) -> Table {
    let mut table = Table::new();
    table.put("name", publisher.name.as_str());
    table.put("postal_address", publisher.postal_address.as_str());
    for (key, url) in [
        ("url", &publisher.url),
        ("service_url", &publisher.service_url),
    ] {
        if let Some(url) = url {
            table.put(key, url.as_str());
        }
    }
    if let Some(address) = &publisher.bounce_address {
        table.put("bounce_address", address.to_string());
    }
    if let Some(media) = &publisher.media {
        table.put("media", relative(&media.folder, base));
        table.put("media_url", media.url.as_str());
    }
    table
}

fn source(source: &DeclaredSource, base: &Path) -> Table {
    let mut table = Table::new();
    table.put("name", source.name.as_str());
    table.put("kind", source.place.kind());
    match &source.place {
        SourcePlace::Folder(path) => table.put("path", relative(path, base)),
        SourcePlace::Feed(url) | SourcePlace::Sitemap(url) | SourcePlace::Page(url) => {
            let file = url.to_file_path().ok().filter(|_| url.scheme() == "file");
            let beside = file
                .as_deref()
                .and_then(|file| file.strip_prefix(base).ok());
            table.put(
                "url",
                beside.map_or_else(
                    || url.to_string(),
                    |file| format!("file:{}", file.display()),
                ),
            );
        }
        SourcePlace::Command(command) => match &command.line {
            CommandLine::Shell(line) => table.put("command", line.as_str()),
            CommandLine::Words(words) => table.texts("command", words),
        },
    }
    if let Some(language) = &source.language {
        table.put("language", language.as_str());
    }
    table.put("priority", f64::from(source.priority.0) / 100.0);
    table.texts("topics", &source.topics);
    table
}

fn topic(topic: &Topic) -> Table {
    let mut table = Table::new();
    table.put("id", topic.id.0.as_str());
    let names = topic
        .names
        .iter()
        .map(|(language, name)| (language.to_string(), name.clone().into()));
    table.put("names", names.collect::<Table>());
    table.texts("aliases", &topic.aliases);
    table.texts("within", &topic.within);
    table.texts("match", &topic.phrases);
    if topic.body {
        table.put("body", true);
    }
    table.texts("not", &topic.not_phrases);
    table
}

fn former_topic(former: &FormerTopic) -> Table {
    let mut table = Table::new();
    table.put("id", former.id.0.as_str());
    if let Some(into) = &former.into {
        table.put("into", into.0.as_str());
    }
    let names = former
        .names
        .iter()
        .map(|(language, name)| (language.to_string(), name.clone().into()));
    table.put("names", names.collect::<Table>());
    table.put("since", former.since.to_string());
    table
}

fn edition(edition: &Edition) -> Table {
    let mut table = Table::new();
    table.put("id", edition.id.0.as_str());
    table.put("name", edition.name.as_str());
    table.put("from", edition.from.to_string());
    if let Some(reply_to) = &edition.reply_to {
        table.put("reply_to", reply_to.to_string());
    }
    table.put(
        "unsubscribe_address",
        edition.unsubscribe_address.to_string(),
    );
    table.texts("languages", &edition.languages);
    if let Some(at) = edition.at {
        table.put("at", at.format("%H:%M:%S").to_string());
    }
    table.put("tz", edition.tz.name());
    table.texts(
        "days",
        edition
            .days
            .iter()
            .map(|day| day.to_string().to_lowercase()),
    );
    table.put("deadline", duration::write(edition.deadline));
    table.texts("sources", &edition.sources);
    table.texts("topics", &edition.topics);
    table.put("default_topics", edition.default_topics.to_string());
    table.put(
        "max_articles",
        match edition.max_articles {
            Limit::Most(most) => Value::from(most),
            Limit::None => "none".into(),
        },
    );
    table.put("min_articles", edition.min_articles);
    table.put(
        "max_wait",
        edition.max_wait.map_or("none".to_owned(), duration::write),
    );
    table.put(
        "max_age",
        edition.max_age.map_or("none".to_owned(), duration::write),
    );
    table.put("look", edition.look.0.as_str());
    design(&edition.design, &mut table);
    table.put(
        "in_doubt",
        match edition.in_doubt {
            InDoubt::Hold => "hold",
            InDoubt::Resend => "resend",
        },
    );
    table
}

fn design(design: &Design, table: &mut Table) {
    table.put(
        "images",
        match design.images {
            Images::Remote => "remote",
            Images::None => "none",
        },
    );
    table.put(
        "format",
        match design.parts {
            Parts::Both => "html",
            Parts::Text => "text",
        },
    );
    table.put(
        "max_size",
        match design.max_size {
            Limit::Most(most) => size::write(most),
            Limit::None => "none".to_owned(),
        },
    );
    // What isn't said is the look's own, and its own file says it.
    if let (true, Ok(theme)) = (
        design.theme != Theme::default(),
        Table::try_from(&design.theme),
    ) {
        table.put("theme", theme);
    }
}

fn relay(relay: &ConfiguredRelay, base: &Path) -> Table {
    let mut table = Table::new();
    table.put("url", relay.url.to_string());
    table.put("connections", relay.connections);
    if let Some(account) = &relay.account {
        table.put("username", account.username.as_str());
        match &account.password {
            PasswordSource::File(file) => table.put("password_file", relative(file, base)),
            PasswordSource::Variable(name) => table.put("password_env", name.as_str()),
        }
    }
    if let Some(file) = &relay.ca_file {
        table.put("ca_file", relative(file, base));
    }
    if let Some(weight) = relay.weight {
        table.put("weight", weight);
    }
    if !relay.limits.is_empty() {
        table.texts("limit", relay.limits.iter().map(ToString::to_string));
    }
    if !relay.domains.is_empty() {
        let mut domains = Table::new();
        for (domain, rate) in &relay.domains {
            domains.put(domain, rate.to_string());
        }
        table.put("domains", domains);
    }
    table
}

fn dkim(dkim: &ConfiguredDkim, base: &Path) -> Table {
    let mut table = Table::new();
    table.put("domain", dkim.domain.as_str());
    table.put("selector", dkim.selector.as_str());
    table.put("key_file", relative(&dkim.key_file, base));
    table
}

fn delivery(settings: &DeliverySettings) -> Table {
    let text = |time| duration::write(TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX));
    let mut table = Table::new();
    table.texts("retry", settings.retry.iter().map(|time| text(*time)));
    table.put("wait", text(settings.wait));
    table.put("lease", text(settings.lease));
    table.put("micro_batch", settings.micro_batch);
    table.put("connection_mails", settings.connection_mails);
    table.put("connection_time", text(settings.connection_time));
    table.put("timeout", text(settings.timeout));
    match settings.brake {
        Brake::On => table.put("brake", true),
        Brake::Off => table.put("brake", "none"),
    }
    table
}

fn stories(settings: &StorySettings) -> Table {
    let mut table = Table::new();
    table.put("likeness", settings.likeness);
    table.put("open_for", duration::write(settings.open_for));
    table
}

fn ranking(ranking: &Ranking) -> Table {
    let mut table = Table::new();
    table.put("half_life", duration::write(ranking.half_life));
    for (key, hundredths) in [
        ("sources", ranking.sources),
        ("topics", ranking.topics),
        ("diversity", ranking.diversity),
        ("floor", ranking.floor),
        ("topic_share", ranking.topic_share),
        ("source_share", ranking.source_share),
    ] {
        table.put(key, f64::from(hundredths) / 100.0);
    }
    let updates = ranking.updates.map(|share| f64::from(share) / 100.0);
    table.put(
        "updates",
        updates.map_or_else(|| Value::from("none"), Value::from),
    );
    table
}

fn pin(pin: &Pin) -> Table {
    let mut table = Table::new();
    table.put("url", pin.url.as_str());
    if let Some(until) = pin.until {
        table.put("until", until.to_string());
    }
    table.texts("editions", &pin.editions);
    table
}

fn collect(settings: &CollectSettings) -> Table {
    let text = |time| duration::write(TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX));
    let mut table = Table::new();
    table.put("connections", settings.connections);
    table.put("connections_per_host", settings.connections_per_host);
    table.put("connect_timeout", text(settings.connect_timeout));
    table.put("first_byte_timeout", text(settings.first_byte_timeout));
    table.put("timeout", text(settings.timeout));
    table.put("max_bytes", size::write(settings.max_bytes));
    table.put("max_redirects", settings.max_redirects);
    table.put("max_entries", settings.max_entries);
    table.put("max_depth", settings.max_depth);
    match settings.robots {
        Robots::Respected => table.put("robots", true),
        Robots::Ignored => table.put("robots", "none"),
    }
    table.texts("allow_hosts", &settings.allow_hosts);
    let parameters = settings.tracking_parameters.iter().cloned();
    table.put(
        "tracking_parameters",
        parameters.map(Value::String).collect::<Vec<_>>(),
    );
    table
}
