//! One conditional GET (RFC 9110 §13), bounded in time and size.

use ureq::{
    Agent,
    http::{HeaderMap, header},
};
use url::Url;

use super::{CollectError, Document, Validators};
use crate::domain::CollectSettings;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, \
     application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1";

/// The way to the web: one for all sources of a run.
pub struct Web {
    client: Agent,
    settings: CollectSettings,
}

/// What a server answered.
#[derive(Debug)]
pub enum Answer {
    /// Nothing changed since what is remembered.
    Unchanged,
    /// The document.
    Document(Box<Found>),
}

/// A document that a server gave.
#[derive(Debug)]
pub struct Found {
    /// The document; its URL is the one after redirects.
    pub document: Document,
    /// What to say in the next request.
    pub validators: Validators,
    /// Where it has moved for good: the end of the permanent redirects (301, 308) that the way began with.
    pub moved_to: Option<Url>,
}

impl Web {
    /// `agent` is the `User-Agent` that servers see.
    #[must_use]
    pub fn new(agent: &str, settings: &CollectSettings) -> Self {
        let client = Agent::config_builder()
            .user_agent(agent)
            .accept(ACCEPT)
            .max_redirects(settings.max_redirects)
            .http_status_as_error(false)
            .timeout_connect(Some(settings.connect_timeout))
            .timeout_recv_response(Some(settings.first_byte_timeout))
            .timeout_global(Some(settings.timeout))
            .build()
            .into();
        Self {
            client,
            settings: settings.clone(),
        }
    }

    /// Gets the document at `url`, unless it is still the one of `validators`.
    ///
    /// # Errors
    /// Where the server can't be reached in time, answers with something else, or with too much.
    pub fn get(&self, url: &Url, validators: &Validators) -> Result<Answer, CollectError> {
        let unreachable = |error: &ureq::Error| CollectError::Unreachable {
            url: Box::new(url.clone()),
            message: in_words(error, &self.settings),
        };
        let mut request = self.client.get(url.as_str());
        if let Some(etag) = &validators.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = &validators.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
        let mut response = request.call().map_err(|error| unreachable(&error))?;
        let status = response.status().as_u16();
        if status == 304 {
            return Ok(Answer::Unchanged);
        }
        if !response.status().is_success() {
            return Err(CollectError::Status {
                url: Box::new(url.clone()),
                status,
                retry_after: None,
            });
        }
        let found_at = ureq::ResponseExt::get_uri(&response).to_string();
        let headers = response.headers();
        let validators = Validators {
            etag: text(headers, header::ETAG),
            last_modified: text(headers, header::LAST_MODIFIED),
        };
        let content_type = text(headers, header::CONTENT_TYPE);
        let bytes = response
            .body_mut()
            .with_config()
            .limit(self.settings.max_bytes)
            .read_to_vec()
            .map_err(|error| match error {
                ureq::Error::BodyExceedsLimit(limit) => CollectError::TooLarge {
                    place: url.to_string(),
                    limit,
                },
                error => unreachable(&error),
            })?;
        Ok(Answer::Document(Box::new(Found {
            document: Document {
                bytes,
                url: Url::parse(&found_at).unwrap_or_else(|_| url.clone()),
                content_type,
            },
            validators,
            moved_to: None,
        })))
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

fn in_words(error: &ureq::Error, settings: &CollectSettings) -> String {
    use ureq::Timeout;
    match error {
        ureq::Error::Timeout(Timeout::Connect | Timeout::Resolve) => format!(
            "no connection within {:?} (`connect_timeout`)",
            settings.connect_timeout
        ),
        ureq::Error::Timeout(Timeout::RecvResponse) => format!(
            "no answer within {:?} (`first_byte_timeout`)",
            settings.first_byte_timeout
        ),
        ureq::Error::Timeout(_) => format!("not done within {:?} (`timeout`)", settings.timeout),
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::TooManyRedirects => format!(
            "more than {} redirects (`max_redirects`)",
            settings.max_redirects
        ),
        error => error.to_string(),
    }
}
