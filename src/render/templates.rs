//! The templates, labels and styles: those in the binary, overridden file by file from the operator's folder.

use std::{collections::BTreeMap, fs, path::Path};

use include_dir::{Dir, include_dir};

use super::RenderError;
use crate::domain::Look;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// What a digest is made with: names such as `digest.html`, `looks/brief/style.css` or `labels/fr.toml`, and their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    content: BTreeMap<String, String>,
    origins: BTreeMap<String, String>,
}

impl Templates {
    /// Those in the binary.
    #[must_use]
    pub fn built_in() -> Self {
        let mut content = BTreeMap::new();
        gather(&BUILT_IN, &mut content);
        Self::from_content(content)
    }

    /// With the files of the operator's folder in place of those of the same name. Labels are overridden one by one,
    /// so that a file from before an update still serves.
    ///
    /// # Errors
    /// When a file can't be read, or labels can't be parsed.
    pub fn with_folder(mut self, dir: &Path) -> Result<Self, RenderError> {
        let mut files = Vec::new();
        list(dir, &mut files)?;
        files.sort();
        for path in files {
            let Ok(relative) = path.strip_prefix(dir) else {
                continue;
            };
            let name = relative.to_string_lossy().replace('\\', "/");
            if !is_template(&name) {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(|source| RenderError::Read {
                path: path.clone(),
                source,
            })?;
            let origin = path.display().to_string();
            let text = match self.content.get(&name) {
                Some(built_in) if name.starts_with("labels/") => merged(built_in, &text, &origin)?,
                _ => text,
            };
            self.origins.insert(name.clone(), origin);
            self.content.insert(name, text);
        }
        Ok(self)
    }

    /// Name and text of each: what an issue keeps, so that it can be made again.
    #[must_use]
    pub fn content(&self) -> &BTreeMap<String, String> {
        &self.content
    }

    /// Those that an issue was made with.
    #[must_use]
    pub fn from_content(content: BTreeMap<String, String>) -> Self {
        let origins = content
            .keys()
            .map(|name| (name.clone(), format!("templates/{name}")))
            .collect();
        Self { content, origins }
    }

    /// The names of the looks: the folders in `looks/`.
    pub(super) fn looks(&self) -> Vec<String> {
        let names = self
            .content
            .keys()
            .filter_map(|name| name.strip_prefix("looks/")?.split_once('/'));
        let mut looks: Vec<_> = names.map(|(look, _)| look.to_owned()).collect();
        looks.dedup();
        looks
    }

    /// The files of a look by their name in it: where each is, and its text. The shared ones first; a later one of the same name
    /// stands in the place of an earlier one.
    pub(super) fn layers<'a>(&'a self, look: &Look) -> Vec<(&'a str, &'a str, &'a str)> {
        let shared = self
            .folder("")
            .filter(|(name, ..)| !name.starts_with("looks/") && !name.starts_with("labels/"));
        let own = format!("looks/{look}/");
        shared.chain(self.folder(&own)).collect()
    }

    /// The files whose name begins with `folder`, by the rest of their name: where each is, and its text.
    pub(super) fn folder<'a>(
        &'a self,
        folder: &str,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> {
        self.content.iter().filter_map(move |(name, text)| {
            let short = name.strip_prefix(folder)?;
            let origin = self.origins.get(name).unwrap_or(name);
            Some((short, origin.as_str(), text.as_str()))
        })
    }
}

/// Notes and an editor's leftovers may lie beside the templates.
fn is_template(name: &str) -> bool {
    let hidden = name.split('/').any(|part| part.starts_with('.'));
    !hidden
        && [".html", ".txt", ".css", ".toml"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
}

fn gather(dir: &Dir<'_>, content: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        if let (true, Some(text)) = (is_template(&name), file.contents_utf8()) {
            content.insert(name, text.to_owned());
        }
    }
    dir.dirs().for_each(|dir| gather(dir, content));
}

fn list(dir: &Path, files: &mut Vec<std::path::PathBuf>) -> Result<(), RenderError> {
    let failed = |source| RenderError::Read {
        path: dir.to_owned(),
        source,
    };
    for entry in fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The built-in labels with the operator's in place of those of the same name.
fn merged(built_in: &str, text: &str, origin: &str) -> Result<String, RenderError> {
    let labels = |text: &str| {
        toml::from_str::<toml::Table>(text).map_err(|error| RenderError::Labels {
            file: origin.to_owned(),
            report: error.to_string(),
        })
    };
    let mut all = labels(built_in)?;
    all.extend(labels(text)?);
    toml::to_string(&all).map_err(|error| RenderError::Labels {
        file: origin.to_owned(),
        report: error.to_string(),
    })
}
