//! How far collecting goes: what a source may cost, and what it may reach.

use std::time::Duration;

/// What the operator allows sources. Every limit names itself, by its key, where it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectSettings {
    /// How many sources are collected at once.
    pub connections: u32,
    /// How many connections a host sees from us at once.
    pub connections_per_host: u32,
    /// How long a connection may take, TLS included.
    pub connect_timeout: Duration,
    /// How long the head of an answer may take.
    pub first_byte_timeout: Duration,
    /// How long one document may take in all, redirects included; also how long a command may run.
    pub timeout: Duration,
    /// How many octets a document may have, after decompression.
    pub max_bytes: u64,
    /// How many redirects are followed.
    pub max_redirects: u32,
    /// How many entries of a feed, sitemap or page are taken, the newest in its order.
    pub max_entries: u32,
    /// How deep elements may be nested.
    pub max_depth: u32,
    /// Whether pages are left alone that a site's robots.txt keeps robots from.
    pub robots: Robots,
    /// The hosts (`cms.internal`, `10.0.0.7`, `localhost:8080`) that may be reached though they are on this machine or in
    /// this network. What a `[[source]]` itself names is allowed, port and all, where it is an address or `localhost`.
    pub allow_hosts: Vec<String>,
    /// Parameters of URLs that only follow readers around: a name, or its beginning before a `*`.
    pub tracking_parameters: Vec<String>,
}

/// Whether pages are left alone that a site's robots.txt keeps robots from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Robots {
    /// They are.
    Respected,
    /// They aren't: the site is the operator's own, or gave its leave.
    Ignored,
}

impl Default for CollectSettings {
    fn default() -> Self {
        Self {
            connections: 50,
            connections_per_host: 1,
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(20),
            timeout: Duration::from_mins(1),
            max_bytes: 16 << 20,
            max_redirects: 5,
            max_entries: 1000,
            max_depth: 256,
            robots: Robots::Respected,
            allow_hosts: Vec::new(),
            tracking_parameters: TRACKING_PARAMETERS
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        }
    }
}

/// What mailers, networks of advertisers and social networks add to links.
const TRACKING_PARAMETERS: [&str; 30] = [
    "utm_*",
    "mtm_*",
    "matomo_*",
    "pk_*",
    "piwik_*",
    "hsa_*",
    "__hs*",
    "_hs*",
    "at_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "oly_anon_id",
    "oly_enc_id",
    "vero_id",
    "wt_mc",
    "_openstat",
    "xtor",
];
