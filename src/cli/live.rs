//! `postrider preview`: what a dry run shows, on a page of this machine that is made again whenever templates, labels, configuration,
//! subscribers or articles on disk change. A mistake stands on the page as the terminal would show it, until it is mended.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::Context as _;
use chrono::Utc;
use signal_hook::consts::{SIGINT, SIGTERM};

use super::{Arguments, Exit, Terminal, arguments::Preview, out, send::parse_time};
use crate::{
    domain::SourcePlace,
    render::RenderError,
    run::{self, RunError, Sending},
};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(300);
/// How long a browser may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);
/// Asks whether there is something newer to see.
const RELOAD: &str = "<script>setInterval(async () => { const now = await (await fetch('/version')).text(); \
    if (window.shown && window.shown !== now) location.reload(); window.shown = now; }, 500)</script>";

/// What is shown now.
#[derive(Default)]
struct Shown {
    version: u64,
    files: BTreeMap<String, Vec<u8>>,
}

type Shared = Arc<RwLock<Shown>>;

pub(super) fn run(
    arguments: &Arguments,
    command: &Preview,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, command.port))
        .with_context(|| format!("listening on port {}: `--port 0` takes any", command.port))?;
    let address = listener.local_addr().context("listening")?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, stop.clone()).context("listening for signals")?;
    }
    let shown = Shared::default();
    let serving = shown.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shown = serving.clone();
            // Who asks and goes away has not been answered: that is all.
            thread::spawn(move || answer(stream, &shown).ok());
        }
    });
    terminal.result(&format!(
        "http://{address}/ shows what would be sent; Ctrl-C ends it"
    ));
    let mut seen = None;
    while !stop.load(Ordering::Acquire) {
        let now = fingerprint(&arguments.config);
        if seen != Some(now) {
            seen = Some(now);
            let files = make(arguments, command).unwrap_or_else(|error| mistake(&error));
            let mut shown = shown.write().unwrap_or_else(PoisonError::into_inner);
            shown.version += 1;
            shown.files = files;
        }
        thread::sleep(LOOK);
    }
    Ok(Exit::Done)
}

/// The files of a dry run, as the project is now.
fn make(arguments: &Arguments, command: &Preview) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut project = arguments.project()?;
    // What lies elsewhere was collected before, or is collected by `postrider collect`: nobody's server is asked for each change.
    project.config.sources.retain(|source| match &source.place {
        SourcePlace::Folder(_) => true,
        SourcePlace::Feed(url) | SourcePlace::Page(url) | SourcePlace::Sitemap(url) => {
            url.scheme() == "file"
        }
        SourcePlace::Command(_) => false,
    });
    let editions = project.editions(&command.edition)?;
    let tz = editions
        .first()
        .map_or(chrono_tz::Tz::UTC, |edition| edition.tz);
    let at = match &command.at {
        Some(text) => parse_time(text, tz).context("reading --at")?,
        None => Utc::now(),
    };
    let at_time = |at| Sending {
        editions: command.edition.clone(),
        at,
        collect: true,
        yes: true,
        force: true,
    };
    let preview = |at| {
        let (store, keys, _) = project.scratch()?;
        run::preview(&project, &*store, &keys, &at_time(at), None)
    };
    let mut shown = preview(at)?;
    // What has gone today is shown as it would go the next time.
    let next = shown.idle.iter().filter_map(|idle| idle.next).min();
    if let (true, Some(next)) = (shown.issues.is_empty(), next) {
        shown = preview(next)?;
    }
    let mut files: BTreeMap<_, _> = out::files(&shown)?.into_iter().collect();
    if let Some(index) = files.get_mut("index.html") {
        index.extend_from_slice(RELOAD.as_bytes());
    }
    Ok(files)
}

/// The page of a mistake.
fn mistake(error: &anyhow::Error) -> BTreeMap<String, Vec<u8>> {
    let words = match error.downcast_ref::<RunError>() {
        Some(RunError::Render(error @ RenderError::Template { .. })) => error.to_string(),
        _ => format!("{error:#}"),
    };
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>A mistake · Postrider</title>\
         <body style=\"font: 16px/1.5 monospace; margin: 24px; color: #a3170c; background: #ffffff\"><h1>A mistake</h1><pre style=\"white-space: pre-wrap\">{words}</pre>{RELOAD}"
    );
    BTreeMap::from([("index.html".to_owned(), page.into_bytes())])
}

/// A number that changes with the files that make a digest.
fn fingerprint(configuration: &Path) -> u64 {
    let folder = configuration
        .parent()
        .filter(|path| !path.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut hasher = DefaultHasher::new();
    let mut waiting = vec![configuration.to_owned()];
    waiting
        .extend(["templates", "subscribers", "articles", "issues"].map(|name| folder.join(name)));
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = path.metadata() else {
            continue;
        };
        if metadata.is_dir() {
            let entries = path.read_dir().into_iter().flatten().flatten();
            let mut entries: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            entries.sort();
            waiting.extend(entries);
        } else {
            (path, metadata.modified().ok(), metadata.len()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn answer(stream: TcpStream, shown: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut is_local = true;
    for line in lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
    {
        // A site elsewhere could point its name at 127.0.0.1, and read the mails through its visitor's browser.
        if let Some((name, host)) = line.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            let host = host
                .trim()
                .rsplit_once(':')
                .map_or(host.trim(), |(host, _)| host);
            is_local = host == "127.0.0.1" || host.eq_ignore_ascii_case("localhost");
        }
    }
    let path = first
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/');
    let shown = shown.read().unwrap_or_else(PoisonError::into_inner);
    let name = if path.is_empty() { "index.html" } else { path };
    let (status, body) = match (name, shown.files.get(name)) {
        _ if !is_local || !first.starts_with("GET ") => ("403 Forbidden", Vec::new()),
        ("version", _) => ("200 OK", shown.version.to_string().into_bytes()),
        (_, Some(body)) => ("200 OK", body.clone()),
        _ => ("404 Not Found", b"there is no such page here\n".to_vec()),
    };
    drop(shown);
    let suffix = name.rsplit('.').next().unwrap_or_default();
    let media_type = match suffix {
        "html" => "text/html; charset=utf-8",
        "eml" => "message/rfc822",
        _ => "text/plain; charset=utf-8",
    };
    // A mail's HTML may be anybody's: it is drawn, and can do nothing.
    let rules = match name {
        "index.html" => "frame-ancestors 'none'",
        _ => {
            "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; sandbox allow-popups"
        }
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nContent-Security-Policy: {rules}\r\n\
         X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)
}
