//! Where what is durable lives.

use std::path::{Path, PathBuf};

use super::{
    form::Reading,
    tree::Node,
    values::{line, open, wrong},
};

/// Where what is durable lives: the value of `[store] url`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// An embedded database in this file.
    Sqlite(PathBuf),
}

/// Reads `sqlite:state/postrider.db`; a relative path is one of `base`.
pub fn store_url(base: &Path) -> impl Fn(&Node) -> Reading<StoreUrl> {
    move |node| {
        let text = line(node)?;
        let Some(path) = text.strip_prefix("sqlite:") else {
            return open(node, "not a store such as `sqlite:state/postrider.db`");
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        // What SQLite takes for a database in memory would forget at the end of the run who was mailed.
        if path.is_empty() || path.starts_with(':') {
            return wrong(
                node,
                format!("a file is expected after `sqlite:`, not `{path}`"),
            );
        }
        Ok(StoreUrl::Sqlite(base.join(path)))
    }
}
