//! `[collect]`: what a source may cost, and what it may reach.

use super::{
    form::{Form, Reading},
    size,
    tree::{Node, Value},
    values::{at_least, line, list, whole, wrong},
};
use crate::domain::{CollectSettings, Robots};

/// Reads `[collect]`.
pub fn collect(mut form: Form<'_>) -> CollectSettings {
    let usual = CollectSettings::default();
    let settings = CollectSettings {
        connections: form.or("connections", whole(1..=1000), usual.connections),
        connections_per_host: form.or(
            "connections_per_host",
            whole(1..=64),
            usual.connections_per_host,
        ),
        connect_timeout: form.or("connect_timeout", at_least(1), usual.connect_timeout),
        first_byte_timeout: form.or("first_byte_timeout", at_least(1), usual.first_byte_timeout),
        timeout: form.or("timeout", at_least(1), usual.timeout),
        max_bytes: form.or("max_bytes", size::size, usual.max_bytes),
        max_redirects: form.or("max_redirects", whole(0..=50), usual.max_redirects),
        max_entries: form.or("max_entries", whole(1..=1_000_000), usual.max_entries),
        max_depth: form.or("max_depth", whole(16..=4096), usual.max_depth),
        robots: form.or("robots", robots, usual.robots),
        allow_hosts: form.or(
            "allow_hosts",
            list("[\"cms.internal\"]", host),
            usual.allow_hosts,
        ),
        tracking_parameters: form.or(
            "tracking_parameters",
            list("[\"utm_*\"]", line),
            usual.tracking_parameters,
        ),
    };
    form.finish();
    settings
}

fn robots(node: &Node) -> Reading<Robots> {
    match (&node.value, node.as_str()) {
        (Value::Boolean(true), _) => Ok(Robots::Respected),
        (Value::Boolean(false), _) | (_, Some("none")) => Ok(Robots::Ignored),
        _ => wrong(node, "`true` or `\"none\"` is expected"),
    }
}

/// A host's name or address, with a port or without.
fn host(node: &Node) -> Reading<String> {
    let text = line(node)?;
    let read = url::Url::parse(&format!("http://{text}/"));
    match read {
        Ok(url) if url.path() == "/" && url.username().is_empty() && url.query().is_none() => {
            Ok(text.to_ascii_lowercase())
        }
        _ => wrong(
            node,
            format!("not a host such as `cms.internal` or `10.0.0.7:8080`: `{text}`"),
        ),
    }
}
