//! What the operator decided: `postrider.toml`, laid over by the environment.
//!
//! [`parse`] is pure; [`load`] reads the file and the environment for it. Whatever is wrong is told at once, each
//! problem pointed at in the file or by the variable's name. Passwords are not here: [`ConfiguredRelay::declared`]
//! reads them when a relay is used.

mod collect;
mod delivery;
mod design;
mod dkim;
pub(crate) mod duration;
pub mod edit;
mod edition;
mod environment;
pub(crate) mod form;
pub mod problem;
pub(crate) mod query;
mod ranking;
mod relay;
mod rewrite;
mod size;
mod source;
mod store_url;
mod text;
mod topic;
pub(crate) mod tree;
pub(crate) mod values;
pub(crate) mod zone;

#[cfg(test)]
mod tests;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub use self::{
    delivery::{Brake, DeliverySettings},
    dkim::{ConfiguredDkim, DkimKeyError},
    problem::Problems as ConfigErrors,
    relay::{Account, ConfiguredRelay, PasswordError, PasswordSource},
    rewrite::{RewriteError, end_topic},
    store_url::StoreUrl,
};
use self::{
    edition::{Names, refuse_same_tag, refuse_twice},
    form::Form,
    problem::{Found, Origin, Problem},
    tree::{Node, Table, Value},
};
use crate::{
    domain::{
        CollectSettings, DeclaredSource, Edition, FormerTopic, Pin, Publisher, Ranking, Topic,
    },
    plan::story::StorySettings,
};

/// All that the operator decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Who publishes.
    pub publisher: Publisher,
    /// Where what is durable lives.
    pub store: StoreUrl,
    /// Where articles come from.
    pub sources: Vec<DeclaredSource>,
    /// What can be followed, in the order in which it stands in a digest.
    pub topics: Vec<Topic>,
    /// What could be followed before.
    pub former_topics: Vec<FormerTopic>,
    /// The newsletters; at least one.
    pub editions: Vec<Edition>,
    /// Where mail is handed to.
    pub relays: Vec<ConfiguredRelay>,
    /// What signs mails.
    pub dkim: Vec<ConfiguredDkim>,
    /// Where the subscribers are declared.
    pub subscribers: SubscribersPlace,
    /// How mail is handed over.
    pub delivery: DeliverySettings,
    /// What a source may cost, and what it may reach.
    pub collect: CollectSettings,
    /// What tells one story.
    pub stories: StorySettings,
    /// All of this as a text: after the environment, defaults spelt out, no comments, no secrets, its keys sorted.
    /// [`parse`] makes the same of it, without an environment.
    pub text: String,
}

/// The folder of the subscribers files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribersPlace(pub PathBuf);

/// Reads the configuration `path` and this process's environment.
///
/// # Errors
/// When the file can't be read, or with all that is wrong in it.
pub fn load(path: &Path) -> Result<Config, ConfigErrors> {
    let text = fs::read_to_string(path).map_err(|error| {
        let help = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "`postrider init` writes one here; `--config FILE` names another"
            }
            _ => "`--config FILE` names another file",
        };
        let problem = Problem::new(Origin::Whole, format!("reading the configuration: {error}"));
        ConfigErrors::new(path, "", vec![problem.help(help)])
    })?;
    parse_in_place(&text, path)
}

/// Reads `text` as if it stood in the file `path`, and this process's environment.
///
/// # Errors
/// With all that is wrong in it.
pub fn parse_in_place(text: &str, path: &Path) -> Result<Config, ConfigErrors> {
    let env: Vec<(String, String)> = std::env::vars_os()
        .map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        })
        .collect();
    let file = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let base = file.parent().unwrap_or(Path::new("/"));
    parse(text, path, base, &env)
}

/// Reads a configuration. `file_name` is what messages call it, `base` the absolute folder that its relative paths
/// belong to, `env` the environment, of which `POSTRIDER__…` is looked at.
///
/// # Errors
/// All that is wrong in it.
pub fn parse(
    text: &str,
    file_name: &Path,
    base: &Path,
    env: &[(String, String)],
) -> Result<Config, ConfigErrors> {
    let errors = |list| ConfigErrors::new(file_name, text, list);
    let mut root = tree::read(text).map_err(|problem| errors(vec![problem]))?;
    let found = Found::default();
    environment::lay_over(&mut root, env, &found);
    let config = read(&root, base, &found);
    refuse_twice(&root, "source", "name", "sources are called", &found);
    refuse_twice(&root, "topic", "id", "topics have the id", &found);
    refuse_twice(
        &root,
        "former_topic",
        "id",
        "former topics have the id",
        &found,
    );
    refuse_twice(&root, "edition", "id", "editions have the id", &found);
    refuse_same_tag(&root, &found);
    topic::refuse_cycles(&root, &found);
    match (config, found.into_list()) {
        (Some(config), list) if list.is_empty() => {
            let text = text::write(&config, base);
            Ok(Config { text, ..config })
        }
        (_, list) => Err(errors(list)),
    }
}

fn read(root: &Table, base: &Path, found: &Found) -> Option<Config> {
    let names = Names {
        topics: strings(root, "topic", "id"),
        folded: topic_names(root)
            .iter()
            .map(|name| crate::plan::fold(name))
            .collect(),
        sources: strings(root, "source", "name"),
    };
    let mut form = Form::new(root, "the configuration", found);
    let publisher = match form.table("publisher", "[publisher]") {
        Some(table) => edition::publisher(table, base),
        None if form.has("publisher") => None,
        None => {
            form.problem(Problem::new(Origin::Whole, "no [publisher]").help(
                "write:\n[publisher]\nname = \"The Agency\"\npostal_address = \"1 Example Street, Example City\"",
            ));
            None
        }
    };
    let store = form.table("store", "[store]").and_then(|mut store| {
        let url = store.optional("url", store_url::store_url(base));
        store.finish();
        url
    });
    let sources = form.tables("source", "[[source]]").into_iter();
    let sources = sources
        .filter_map(|table| source::source(table, base, &names.topics))
        .collect();
    let topics = form.tables("topic", "[[topic]]").into_iter();
    let topics = topics
        .filter_map(|table| topic::topic(table, &names.topics))
        .collect();
    let former = form.tables("former_topic", "[[former_topic]]").into_iter();
    let former_topics = former
        .filter_map(|table| topic::former_topic(table, &names.topics))
        .collect();
    let editions = form.tables("edition", "[[edition]]").into_iter();
    let editions: Vec<Edition> = editions
        .filter_map(|table| edition::edition(table, &names))
        .collect();
    let editions = editions.into_iter();
    if !form.has("edition") {
        form.problem(Problem::new(Origin::Whole, "no [[edition]]").help(
            "write:\n[[edition]]\nid = \"daily\"\nname = \"The Morning Post\"\nfrom = \"The Morning Post <news@example.org>\"",
        ));
    }
    let relays = form.tables("relay", "[[relay]]").into_iter();
    let relays = relays
        .filter_map(|table| relay::relay(table, base))
        .collect();
    let dkim = form.tables("dkim", "[[dkim]]").into_iter();
    let dkim = dkim.filter_map(|table| dkim::dkim(table, base)).collect();
    let subscribers = subscribers(&mut form, base);
    let delivery = form
        .table("delivery", "[delivery]")
        .map_or_else(DeliverySettings::default, delivery::delivery);
    let collect = form
        .table("collect", "[collect]")
        .map_or_else(CollectSettings::default, collect::collect);
    let stories = form
        .table("stories", "[stories]")
        .map_or_else(StorySettings::default, ranking::stories);
    let ranking = form
        .table("ranking", "[ranking]")
        .map_or_else(Ranking::default, ranking::ranking);
    let edition_ids = strings(root, "edition", "id");
    let pins = form.tables("pin", "[[pin]]").into_iter();
    let pins: Vec<Pin> = pins
        .filter_map(|table| ranking::pin(table, &edition_ids))
        .collect();
    let editions = editions.map(|edition| Edition {
        ranking: ranking.clone(),
        pins: pins.clone(),
        ..edition
    });
    form.finish();
    Some(Config {
        publisher: publisher?,
        store: store.unwrap_or_else(|| StoreUrl::Sqlite(base.join("state/postrider.db"))),
        sources,
        topics,
        former_topics,
        editions: editions.collect(),
        relays,
        dkim,
        subscribers,
        delivery,
        collect,
        stories,
        text: String::new(),
    })
}

fn subscribers(form: &mut Form<'_>, base: &Path) -> SubscribersPlace {
    let mut places = form.tables("subscribers", "[[subscribers]]").into_iter();
    let mut folder = None;
    if let Some(mut place) = places.next() {
        folder = place.required("path", "path = \"subscribers\"", values::path);
        place.finish();
    }
    if let Some(more) = places.next() {
        more.problem(Problem::new(
            more.origin("path"),
            "a second [[subscribers]]: one folder holds all files of subscribers",
        ));
    }
    SubscribersPlace(base.join(folder.unwrap_or_else(|| "subscribers".into())))
}

fn strings(root: &Table, list: &str, key: &str) -> Vec<String> {
    let mut strings = Vec::new();
    for text in root
        .tables(list)
        .filter_map(|table| table.get(key)?.as_str())
    {
        let text = text.trim().to_owned();
        if !strings.contains(&text) {
            strings.push(text);
        }
    }
    strings
}

/// What queries may call the topics: ids, names in all languages, aliases.
fn topic_names(root: &Table) -> Vec<String> {
    let mut names = strings(root, "topic", "id");
    for topic in root.tables("topic") {
        let by_language = topic.get("names").and_then(Node::as_table);
        let by_language = by_language.iter().flat_map(|table| &table.entries);
        names.extend(by_language.filter_map(|entry| entry.node.as_str().map(str::to_owned)));
        if let Some(Value::Array(aliases)) = topic.get("aliases").map(|node| &node.value) {
            names.extend(
                aliases
                    .iter()
                    .filter_map(|alias| alias.as_str().map(str::to_owned)),
            );
        }
    }
    names
}
