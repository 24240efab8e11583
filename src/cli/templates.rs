//! `postrider templates`: what whoever writes a template or translates the labels wants to know.

use comfy_table::{Table, presets::NOTHING};
use serde_json::json;

use super::{Exit, Terminal, arguments::Templates};
use crate::{
    domain::Language,
    render::{VARS, missing_labels},
    run::Project,
};

pub(super) fn run(
    project: &Project,
    command: &Templates,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    match command {
        Templates::Vars => {
            vars(terminal);
            Ok(Exit::Done)
        }
        Templates::Labels { missing } => labels(project, *missing, terminal),
    }
}

fn vars(terminal: &Terminal) {
    if terminal.json() {
        terminal.json_line(&json!({ "vars": VARS }));
        return;
    }
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(["name", "in", "what"]);
    for var in VARS {
        table.add_row([var.name, var.templates, var.what]);
    }
    terminal.result(&table.to_string());
}

/// The languages of the editions, and what their labels lack.
fn labels(project: &Project, only_missing: bool, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut languages: Vec<Language> = Vec::new();
    for language in project
        .config
        .editions
        .iter()
        .flat_map(|edition| &edition.languages)
    {
        if !languages.contains(language) {
            languages.push(language.clone());
        }
    }
    let mut lists = missing_labels(&project.templates, &languages)?;
    if only_missing {
        lists.retain(|(_, gaps)| !gaps.is_empty());
    }
    if terminal.json() {
        let lists: Vec<_> = lists
            .iter()
            .map(|(language, gaps)| json!({ "language": language, "missing": gaps }))
            .collect();
        terminal.json_line(&json!({ "labels": lists }));
        return Ok(Exit::Done);
    }
    for (language, gaps) in &lists {
        let gaps = if gaps.is_empty() {
            "all are there".to_owned()
        } else {
            format!("labels/{language}.toml lacks {}", gaps.join(", "))
        };
        terminal.result(&format!("{language}  {gaps}"));
    }
    if lists.is_empty() {
        terminal.say("no label is missing in the editions' languages");
    }
    Ok(Exit::Done)
}
