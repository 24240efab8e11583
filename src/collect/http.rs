//! One conditional GET (RFC 9110 §13), bounded in time and size.

use std::time::Duration;

use ureq::{
    Agent,
    http::{HeaderMap, header},
};
use url::Url;

use super::{CollectError, Memory};

/// How many octets an answer may have, after decompression.
pub const LARGEST: u64 = 16 << 20;
const REDIRECTS: u32 = 5;
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
     application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// From the request to the head of the answer.
    pub first_byte: Duration,
    /// For all of it, redirects included.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(20),
            whole: Duration::from_mins(1),
        }
    }
}

/// What a server answered.
pub enum Answer {
    /// Nothing changed since what is remembered.
    Unchanged,
    /// The document.
    Document {
        /// Its octets, decompressed.
        bytes: Vec<u8>,
        /// What to remember for the next request.
        memory: Memory,
        /// Where it was found, after redirects.
        url: Url,
    },
}

/// Gets the document at `url`, unless it is still the one that `memory` remembers.
///
/// # Errors
/// Where the server can't be reached in time, answers with something else, or with too much.
pub fn get(
    url: &Url,
    agent: &str,
    patience: Patience,
    memory: &Memory,
) -> Result<Answer, CollectError> {
    let unreachable = |message: String| CollectError::Unreachable {
        url: url.clone(),
        message,
    };
    let client: Agent = Agent::config_builder()
        .user_agent(agent)
        .accept(ACCEPT)
        .max_redirects(REDIRECTS)
        .http_status_as_error(false)
        .timeout_connect(Some(patience.connect))
        .timeout_recv_response(Some(patience.first_byte))
        .timeout_global(Some(patience.whole))
        .build()
        .into();
    let mut request = client.get(url.as_str());
    if let Some(etag) = &memory.etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(date) = &memory.last_modified {
        request = request.header(header::IF_MODIFIED_SINCE, date);
    }
    let mut response = request
        .call()
        .map_err(|error| unreachable(in_words(&error, patience)))?;
    let status = response.status().as_u16();
    if status == 304 {
        return Ok(Answer::Unchanged);
    }
    if !response.status().is_success() {
        return Err(CollectError::Status {
            url: url.clone(),
            status,
        });
    }
    let found_at = ureq::ResponseExt::get_uri(&response).to_string();
    let memory = remember(response.headers());
    let bytes = response
        .body_mut()
        .with_config()
        .limit(LARGEST)
        .read_to_vec()
        .map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(limit) => CollectError::TooLarge {
                place: url.to_string(),
                limit,
            },
            error => unreachable(in_words(&error, patience)),
        })?;
    Ok(Answer::Document {
        bytes,
        memory,
        url: Url::parse(&found_at).unwrap_or_else(|_| url.clone()),
    })
}

fn remember(headers: &HeaderMap) -> Memory {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    Memory {
        etag: text(header::ETAG),
        last_modified: text(header::LAST_MODIFIED),
    }
}

fn in_words(error: &ureq::Error, patience: Patience) -> String {
    use ureq::Timeout;
    match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => {
            format!("no connection within {:?}", patience.connect)
        }
        ureq::Error::Timeout(Timeout::RecvResponse) => {
            format!("no answer within {:?}", patience.first_byte)
        }
        ureq::Error::Timeout(_) => format!("not done within {:?}", patience.whole),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::TooManyRedirects => format!("more than {REDIRECTS} redirects"),
        error => error.to_string(),
    }
}
