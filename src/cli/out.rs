//! What `--dry-run --out DIR` writes: each segment's HTML, text and sample mail, and a page that shows them all side by side.
//!
//! The page needs no server and no script: it is opened from disk, or attached to a run of a continuous integration.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::json;

use crate::{
    domain::Shortened,
    run::{Preview, PreviewIssue, PreviewSegment},
};

const INDEX: &str = include_str!("out.html");

/// Writes all of a preview into a folder.
pub(super) fn write(preview: &Preview, folder: &Path) -> anyhow::Result<()> {
    for (name, bytes) in files(preview)? {
        write_file(&folder.join(name), &bytes)?;
    }
    Ok(())
}

/// The files of a preview, by their names.
pub(super) fn files(preview: &Preview) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for issue in &preview.issues {
        for (index, segment) in issue.segments.iter().enumerate() {
            let name = segment_name(issue, index);
            let (text, _) = segment.parts();
            files.push((format!("{name}.eml"), segment.sample.bytes.clone()));
            files.push((format!("{name}.html"), segment.page().into_bytes()));
            files.push((format!("{name}.txt"), text.into_bytes()));
        }
    }
    files.push(("index.html".to_owned(), page(preview)?.into_bytes()));
    Ok(files)
}

/// Writes a file, and the folder that it lies in.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("writing `{}`", path.display()))
}

/// An issue's id as the name of a file.
pub(super) fn file_name(issue: &str) -> String {
    issue.replace('/', "-")
}

fn segment_name(issue: &PreviewIssue, index: usize) -> String {
    let issue = file_name(&issue.row.id.to_string());
    format!("{issue}-segment-{:03}", index + 1)
}

fn page(preview: &Preview) -> anyhow::Result<String> {
    let issues: Vec<_> = preview.issues.iter().map(issue).collect();
    let mut tera = tera::Tera::default();
    tera.add_raw_template("out.html", INDEX)
        .context("reading the page of the segments")?;
    let mut context = tera::Context::new();
    context.insert("issues", &issues);
    tera.render("out.html", &context)
        .context("writing the page of the segments")
}

fn issue(issue: &PreviewIssue) -> serde_json::Value {
    let segments: Vec<_> = issue
        .segments
        .iter()
        .enumerate()
        .map(|(index, each)| segment(&segment_name(issue, index), index + 1, each))
        .collect();
    json!({
        "id": issue.row.id.to_string(),
        "recipients": issue.recipients(),
        "segments": segments,
        "findings": issue.findings,
    })
}

fn segment(file: &str, number: usize, segment: &PreviewSegment) -> serde_json::Value {
    let Shortened { shorter, left_out } = segment.digest.shortened;
    let size = segment.html_size();
    json!({
        "number": number,
        "file": file,
        "subject": segment.digest.subject,
        "preheader": segment.digest.preheader,
        "language": segment.digest.language,
        "query": segment.segment.key.query,
        "recipients": segment.recipients,
        "stories": segment.segment.articles().count(),
        "has_html": size > 0,
        "size": size,
        // Gmail cuts off what is over 102,400 octets.
        "share": (size * 100 / 102_400).min(100),
        "shorter": shorter,
        "left_out": left_out,
    })
}
