//! Where mail is handed to, as the operator declares it.

use std::{fmt, path::PathBuf, str::FromStr};

use secrecy::SecretString;

/// How a relay's connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte (RFC 8314): `smtps://`.
    Implicit,
    /// STARTTLS, required (RFC 3207): `smtp://`, or `smtp+starttls://` where the host is this machine.
    Starttls,
    /// None, to this machine only: `smtp://localhost`.
    Plain,
}

/// Where a relay is: `smtps://mail.example:465`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelayUrl {
    /// How the connection is kept private.
    pub security: Security,
    /// The host: a name, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Why a text names no relay.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelayUrlError {
    /// Not a URL with a host.
    #[error("not a relay such as `smtps://mail.example` or `smtp://localhost:25`: `{0}`")]
    Form(String),
    /// A scheme that we don't speak.
    #[error(
        "a relay's URL begins with `smtps://`, `smtp://` or `smtp+starttls://`, not with `{0}://`"
    )]
    Scheme(String),
    /// A name and password in the URL would stand in the file.
    #[error(
        "a relay's URL has no name and password in it: write `username` and `password_file` or `password_env` beside it"
    )]
    Userinfo,
}

impl FromStr for RelayUrl {
    type Err = RelayUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || RelayUrlError::Form(text.to_owned());
        let url = url::Url::parse(text).map_err(|_| form())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RelayUrlError::Userinfo);
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or_else(form)?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Implicit, 465),
            "smtp" if is_loopback(&host) => (Security::Plain, 25),
            "smtp" | "smtp+starttls" => (Security::Starttls, 587),
            other => return Err(RelayUrlError::Scheme(other.to_owned())),
        };
        Ok(Self {
            security,
            host,
            port: url.port().unwrap_or(port),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.security {
            Security::Implicit => "smtps",
            Security::Starttls => "smtp+starttls",
            Security::Plain => "smtp",
        };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// A relay, as the operator declares it.
#[derive(Debug, Clone)]
pub struct DeclaredRelay {
    /// Where it is.
    pub url: RelayUrl,
    /// The account, with its password.
    pub login: Option<Login>,
    /// How many connections at once.
    pub connections: u32,
    /// A file of certificates (PEM) to trust beside the system's: for a relay with a certificate of its own.
    pub ca_file: Option<PathBuf>,
}

/// An account at a relay.
#[derive(Debug, Clone)]
pub struct Login {
    /// Its name.
    pub username: String,
    /// Its password.
    pub password: SecretString,
}
