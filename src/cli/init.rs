//! `postrider init`: a project that works as it is.

use std::path::Path;

use anyhow::Context as _;

use super::{Exit, Terminal};
use crate::{keys::Keys, run::Project, samples};

pub(super) fn run(folder: &Path, terminal: &Terminal) -> anyhow::Result<Exit> {
    let written = samples::write(folder)
        .with_context(|| format!("making a project in `{}`", folder.display()))?;
    let configuration = folder.join("postrider.toml");
    let project = Project::load(&configuration)?;
    let key_is_new = Keys::create(&project.key_file())?;
    if terminal.json() {
        let files: Vec<_> = written
            .iter()
            .map(|file| serde_json::json!({ "path": file.path, "new": file.new }))
            .collect();
        terminal.json_line(
            &serde_json::json!({ "folder": folder, "files": files, "key_is_new": key_is_new }),
        );
        return Ok(Exit::Done);
    }
    let kept = written.iter().filter(|file| !file.new).count();
    terminal.result(&format!(
        "{} files in {}",
        written.len() - kept,
        folder.display()
    ));
    if kept > 0 {
        terminal.say(&format!("{kept} were there already, and stay as they are"));
    }
    if key_is_new {
        terminal.say(&format!(
            "the key is {}: keep it in your backup",
            project.key_file().display()
        ));
    }
    let option = if folder == Path::new(".") {
        String::new()
    } else {
        format!(" --config {}", configuration.display())
    };
    terminal.say(&format!(
        "\nNext:\n  postrider send --dry-run{option}    what would be mailed, and to whom\n  \
         edit {}: your name, your sources, your relay\n  \
         postrider send --test you@your.domain{option}    one mail through your relay",
        configuration.display()
    ));
    Ok(Exit::Done)
}
