//! Where a source may send us: to the public internet, and to what the operator allowed.
//!
//! What is judged is the address that is connected to, after the name is resolved: a public name can stand for a private
//! address (DNS rebinding). Connections that are allowed anywhere and those that aren't never share a pool.

use std::{fmt, net::IpAddr, sync::Arc};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};
use url::{Host, Url};

use super::address::{Kind, not_public};

/// What the operator allowed.
#[derive(Debug, Clone)]
pub struct Guard {
    names: Vec<(Host, Option<u16>)>,
}

impl Guard {
    /// `allow_hosts`: each `host` or `host:port`.
    #[must_use]
    pub fn new(allow_hosts: &[String]) -> Self {
        let names = allow_hosts
            .iter()
            .filter_map(|entry| {
                // The port is read apart: a URL forgets the one that is its scheme's own
                let url = Url::parse(&format!("http://{entry}/")).ok()?;
                let port = entry
                    .rsplit_once(':')
                    .filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
                    .and_then(|(_, port)| port.parse().ok());
                Some((url.host()?.to_owned(), port))
            })
            .collect();
        Self { names }
    }

    /// Whether `url` may be wherever its host's name leads: the operator allowed the host, or `declared`, which stands in
    /// a `[[source]]`, names just this address and port.
    #[must_use]
    pub fn opens(&self, url: &Url, declared: &Url) -> bool {
        let (Some(host), port) = (url.host(), url.port_or_known_default()) else {
            return false;
        };
        let own = |ip: IpAddr| not_public(ip).is_some_and(Kind::may_be_ones_own);
        let ones_own = match &host {
            Host::Domain(name) => name.trim_end_matches('.') == "localhost",
            Host::Ipv4(address) => own((*address).into()),
            Host::Ipv6(address) => own((*address).into()),
        };
        let itself = ones_own
            && declared.host().as_ref() == Some(&host)
            && declared.port_or_known_default() == port;
        itself
            || self
                .names
                .iter()
                .any(|(name, wanted)| *name == host && wanted.is_none_or(|it| Some(it) == port))
    }

    fn allows(&self, address: IpAddr, port: u16) -> bool {
        self.names.iter().any(|(name, wanted)| {
            let same = match name {
                Host::Ipv4(it) => IpAddr::V4(*it) == address.to_canonical(),
                Host::Ipv6(it) => IpAddr::V6(*it) == address,
                Host::Domain(_) => false,
            };
            same && wanted.is_none_or(|it| it == port)
        })
    }
}

/// Names → addresses; shared by both agents, and replaced in tests.
pub type Names = Arc<dyn Resolver>;

/// The system's resolver.
#[must_use]
pub fn system_names() -> Names {
    Arc::new(DefaultResolver::default())
}

/// A resolver that gives only addresses that may be connected to.
pub struct Guarded {
    names: Names,
    /// `None` where everything may be.
    guard: Option<Guard>,
}

impl Guarded {
    /// For hosts of which nothing is known.
    #[must_use]
    pub fn strictly(names: Names, guard: Guard) -> Self {
        Self {
            names,
            guard: Some(guard),
        }
    }

    /// For hosts that the operator opened.
    #[must_use]
    pub fn openly(names: Names) -> Self {
        Self { names, guard: None }
    }
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let Some(guard) = &self.guard else {
            return Ok(found);
        };
        let mut allowed = self.empty();
        let mut refused = None;
        for address in &found[..] {
            match not_public(address.ip()) {
                Some(kind) if !guard.allows(address.ip(), address.port()) => refused = Some(kind),
                _ => allowed.push(*address),
            }
        }
        match refused {
            Some(kind) if allowed.is_empty() => Err(Error::Other(Box::new(Refused(kind)))),
            _ => Ok(allowed),
        }
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded")
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}

/// All the addresses of a name are such that a source may not send us there.
#[derive(Debug, thiserror::Error)]
#[error("it is {}", .0.words())]
pub struct Refused(pub Kind);

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn what_a_source_names_is_open_with_its_port_and_nothing_else_beside_it() {
        let guard = Guard::new(&[]);
        let declared = url("http://127.0.0.1:8001/feed.xml");
        assert!(guard.opens(&url("http://127.0.0.1:8001/x"), &declared));
        // The same address, spelt otherwise
        assert!(guard.opens(&url("http://0x7f000001:8001/x"), &declared));
        for other in [
            "http://127.0.0.1:9000/",
            "http://127.0.0.1/",
            "http://127.0.0.2:8001/",
            "http://localhost:8001/",
        ] {
            assert!(!guard.opens(&url(other), &declared), "{other}");
        }
        assert!(guard.opens(&url("http://localhost/"), &url("http://localhost/feed")));
        for not_so in [
            "http://cms.example/feed.xml",
            "http://169.254.169.254/latest",
        ] {
            assert!(!guard.opens(&url(not_so), &url(not_so)), "{not_so}");
        }
    }

    #[test]
    fn a_host_is_allowed_with_its_port_or_with_all() {
        let guard = Guard::new(&[
            "cms.internal".to_owned(),
            "10.0.0.7:80".to_owned(),
            "[fd00::1]".to_owned(),
        ]);
        let public = url("https://example.org/");
        assert!(guard.opens(&url("http://CMS.internal:8080/"), &public));
        assert!(guard.opens(&url("http://10.0.0.7/"), &public));
        assert!(!guard.opens(&url("http://10.0.0.7:81/"), &public));
        assert!(guard.opens(&url("http://[fd00::1]:8000/"), &public));
        assert!(guard.allows("10.0.0.7".parse().unwrap(), 80));
        assert!(!guard.allows("10.0.0.7".parse().unwrap(), 443));
        assert!(!guard.allows("10.0.0.8".parse().unwrap(), 80));
    }
}
