//! The samples that ship in the binary: what `init` writes and the demo runs on.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use include_dir::{Dir, include_dir};

static ARTICLES: Dir = include_dir!("$CARGO_MANIFEST_DIR/articles");
static SUBSCRIBERS: Dir = include_dir!("$CARGO_MANIFEST_DIR/subscribers");
static TEMPLATES: Dir = include_dir!("$CARGO_MANIFEST_DIR/templates");
const CONFIGURATION: &str = include_str!("../postrider.toml");

/// A file that was to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where, inside the folder.
    pub path: PathBuf,
    /// Whether it is new; otherwise there was one, and it stays as it is.
    pub new: bool,
}

/// Writes a project of samples into `folder`, and overwrites nothing.
///
/// # Errors
/// When a file can't be written.
pub fn write(folder: &Path) -> io::Result<Vec<Written>> {
    let mut written = vec![write_one(
        folder,
        Path::new("postrider.toml"),
        CONFIGURATION.as_bytes(),
    )?];
    for (name, dir) in [
        ("templates", &TEMPLATES),
        ("subscribers", &SUBSCRIBERS),
        ("articles", &ARTICLES),
    ] {
        write_dir(folder, Path::new(name), dir, &mut written)?;
    }
    Ok(written)
}

fn write_dir(folder: &Path, under: &Path, dir: &Dir, written: &mut Vec<Written>) -> io::Result<()> {
    for file in dir.files() {
        written.push(write_one(
            folder,
            &under.join(file.path()),
            file.contents(),
        )?);
    }
    for dir in dir.dirs() {
        write_dir(folder, under, dir, written)?;
    }
    Ok(())
}

fn write_one(folder: &Path, path: &Path, contents: &[u8]) -> io::Result<Written> {
    let whole = folder.join(path);
    if let Some(parent) = whole.parent() {
        fs::create_dir_all(parent)?;
    }
    let new = match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&whole)
    {
        Ok(mut file) => {
            io::Write::write_all(&mut file, contents)?;
            true
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        Err(error) => {
            return Err(io::Error::new(
                error.kind(),
                format!("{}: {error}", whole.display()),
            ));
        }
    };
    Ok(Written {
        path: path.to_owned(),
        new,
    })
}
