//! The configuration and the subscribers that ship work as they are, and say the truth about the defaults.

use std::path::Path;

use postrider::{config, subscribers};

const SHIPPED: &str = include_str!("../postrider.toml");

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(text: &str) -> config::Config {
    config::parse(text, Path::new("postrider.toml"), here(), &[])
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_subscribers_that_ship_are_all_good() {
    let config = read(SHIPPED);
    let editions: Vec<_> = config
        .editions
        .iter()
        .map(|edition| edition.id.clone())
        .collect();
    let files = subscribers::read(&config.subscribers.0, &editions).unwrap();
    let (good, problems) = subscribers::merge(&files);
    assert_eq!(problems, Vec::<String>::new());
    assert!(good.len() >= 8, "{} subscribers", good.len());
}

#[test]
fn what_is_commented_out_shows_the_default() {
    let keys = [
        "days",
        "max_articles",
        "min_articles",
        "max_age",
        "deadline",
        "in_doubt",
    ];
    let uncommented = |line: &'static str| {
        let rest = line.strip_prefix("# ")?;
        let (key, _) = rest.split_once('=')?;
        keys.contains(&key.trim()).then_some(rest)
    };
    let lines: Vec<&str> = SHIPPED
        .lines()
        .map(|line| uncommented(line).unwrap_or(line))
        .collect();
    let shown = SHIPPED.lines().filter_map(uncommented).count();
    assert_eq!(shown, keys.len(), "each of them is there");
    assert_eq!(read(&lines.join("\n")), read(SHIPPED));
}
