//! `postrider dkim`: keys that sign mails, and the DNS records that they need.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use chrono::{Datelike as _, Utc};
use serde_json::json;

use super::{
    Exit, Terminal,
    arguments::{Dkim, NewDkim},
};
use crate::{
    domain::{Signer, SigningKey},
    run::Project,
};

pub(super) fn run(project: &Project, command: &Dkim, terminal: &Terminal) -> anyhow::Result<Exit> {
    match command {
        Dkim::New(new) => make(project, new, terminal),
        Dkim::Show => show(project, terminal),
    }
}

fn make(project: &Project, new: &NewDkim, terminal: &Terminal) -> anyhow::Result<Exit> {
    let domain = match (&new.domain, project.config.editions.first()) {
        (Some(domain), _) => domain.to_ascii_lowercase(),
        (None, Some(edition)) => edition.from.address.domain().to_ascii_lowercase(),
        (None, None) => bail!("which domain? write `--domain example.org`"),
    };
    let kind = if new.ed25519 { "e" } else { "" };
    let selector = new
        .selector
        .clone()
        .unwrap_or_else(|| format!("pr{}{kind}", Utc::now().year()));
    let file = project
        .state()
        .join("dkim")
        .join(format!("{selector}.{domain}.pem"));
    if file.exists() {
        bail!(
            "there is a key already: `{}`. For another, write `--selector NAME`",
            file.display()
        );
    }
    let (pem, key) = if new.ed25519 {
        SigningKey::new_ed25519()?
    } else {
        SigningKey::new_rsa()?
    };
    write(&file, &pem).with_context(|| format!("writing the key `{}`", file.display()))?;
    let signer = Signer::new(&domain, &selector, key);
    if terminal.json() {
        let mut record = as_json(&signer);
        record["key_file"] = json!(file);
        terminal.json_line(&record);
        return Ok(Exit::Done);
    }
    let relative = file.strip_prefix(&project.folder).unwrap_or(&file);
    terminal.say(&format!(
        "the key is {}: only you can read it; keep it in your backup\n\n1. Put this into the DNS of {domain}:\n",
        file.display()
    ));
    terminal.result(&zone_line(&signer));
    terminal.say(&format!(
        "\n2. When `dig +short TXT {}` shows it, write into {}:\n\n    [[dkim]]\n    domain   = \"{domain}\"\n    selector = \"{selector}\"\n    key_file = \"{}\"\n\n3. `postrider send --test you@your.domain`, and look for `dkim=pass` in that mail's header.",
        signer.record_name(),
        project.path.display(),
        relative.display(),
    ));
    if new.ed25519 {
        terminal.say("\nNot everybody verifies Ed25519: sign with an RSA key as well (`postrider dkim new`).");
    }
    Ok(Exit::Done)
}

fn show(project: &Project, terminal: &Terminal) -> anyhow::Result<Exit> {
    for signer in project.signers()? {
        if terminal.json() {
            terminal.json_line(&as_json(&signer));
        } else {
            terminal.result(&zone_line(&signer));
        }
    }
    Ok(Exit::Done)
}

fn as_json(signer: &Signer) -> serde_json::Value {
    json!({
        "domain": signer.domain,
        "selector": signer.selector,
        "name": signer.record_name(),
        "type": "TXT",
        "text": signer.record(),
    })
}

/// The record as a zone file has it: strings of at most 255 octets (RFC 1035, section 3.3.14).
fn zone_line(signer: &Signer) -> String {
    let record = signer.record();
    let strings: Vec<_> = record
        .as_bytes()
        .chunks(255)
        .map(|part| format!("\"{}\"", String::from_utf8_lossy(part)))
        .collect();
    format!("{}. IN TXT {}", signer.record_name(), strings.join(" "))
}

/// Writes a file that only its owner can read.
fn write(file: &PathBuf, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_record_is_cut_into_strings_that_the_dns_takes() {
        let (_, key) = SigningKey::new_rsa().unwrap();
        let line = zone_line(&Signer::new("post.example", "pr1", key));
        let strings: Vec<_> = line.split('"').skip(1).step_by(2).collect();
        assert_eq!(strings.len(), 2);
        assert!(strings.iter().all(|string| string.len() <= 255));
        assert!(
            strings
                .concat()
                .starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A")
        );
        assert!(line.starts_with("pr1._domainkey.post.example. IN TXT "));
    }
}
