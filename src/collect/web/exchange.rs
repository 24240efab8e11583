//! From a URL to a document: along redirects, each step judged, counted and bounded.

use std::{
    io, thread,
    time::{Duration, Instant, SystemTime},
};

use flate2::read::MultiGzDecoder;
use ring::digest::{SHA256, digest};
use ureq::{
    Body, Error,
    http::{HeaderMap, Response, header},
};
use url::Url;

use super::{
    super::{CollectError, Document, Validators},
    Answer, Found, Want, Web,
    body::read_at_most,
    guard::Refused,
    retry_after::retry_after,
    robots::MAX_ROBOTS,
    turns::Turn,
    words::{in_words, late},
};

/// How long a redirect's `Retry-After` may be, to be waited for here and now.
const SHORT: Duration = Duration::from_secs(2);

/// What is asked for, on whose behalf.
pub(super) struct Asked<'a> {
    /// As it stood at the beginning of the way.
    pub(super) url: &'a Url,
    pub(super) want: Want,
    pub(super) declared: &'a Url,
    pub(super) validators: &'a Validators,
}

/// What a server said to one request.
enum Said {
    Redirect { to: Url, for_good: bool },
    Answer(Answer),
}

impl Web {
    /// The answer, and where it has moved for good: the end of the permanent redirects (301, 308) that the way begins with.
    pub(super) fn fetch(
        &self,
        url: &Url,
        want: Want,
        declared: &Url,
        validators: &Validators,
    ) -> Result<(Answer, Option<Url>), CollectError> {
        let asked = Asked {
            url,
            want,
            declared,
            validators,
        };
        let mut at = bare(url);
        let (mut all_for_good, mut moved_to) = (true, None);
        let mut deadline = Instant::now() + self.settings.timeout;
        for _ in 0..=self.settings.max_redirects {
            if !matches!(at.scheme(), "http" | "https") {
                return Err(unreachable(
                    url,
                    format!("it leads to `{at}`: only http and https are followed"),
                ));
            }
            let rest = self.leave(&at, &asked, &mut deadline)?;
            deadline += self.rest(&at, rest);
            let turn = self.turn(&at, &asked, deadline)?;
            self.had_enough(&at, &asked)?;
            match self.ask(&at, &asked, deadline, turn)? {
                Said::Answer(answer) => return Ok((answer, moved_to)),
                Said::Redirect { to, for_good } => {
                    all_for_good &= for_good && is_as_safe(&to, &at);
                    if all_for_good {
                        moved_to = Some(to.clone());
                    }
                    at = to;
                }
            }
        }
        Err(CollectError::TooManyRedirects {
            url: Box::new(url.clone()),
            limit: self.settings.max_redirects,
        })
    }

    /// One request. The turn is over when the answer has been read.
    fn ask(
        &self,
        at: &Url,
        asked: &Asked<'_>,
        deadline: Instant,
        _turn: Turn<'_>,
    ) -> Result<Said, CollectError> {
        let known_here = asked.validators.url.as_ref() == Some(at);
        let mut response = match self.send(at, asked, known_here, deadline) {
            // The server had closed a connection that was kept for reuse (RFC 9110 §9.2.2 lets us try again)
            Err(Error::Io(error)) if is_cut(&error) => self.send(at, asked, known_here, deadline),
            sent => sent,
        }
        .map_err(|error| self.failed(at, asked, &error))?;
        let status = response.status().as_u16();
        let headers = response.headers();
        let wait = text(headers, &header::RETRY_AFTER)
            .and_then(|value| retry_after(&value, SystemTime::now()));
        if let Some(to) = redirect(status, headers, at) {
            match wait {
                Some(wait) if wait > SHORT => {}
                Some(wait) => {
                    thread::sleep(wait);
                    return Ok(to);
                }
                None => return Ok(to),
            }
        }
        if status == 304 && known_here {
            return Ok(Said::Answer(Answer::Unchanged));
        }
        if status == 429 {
            self.leave_alone(at, wait);
        }
        if !response.status().is_success() {
            return Err(CollectError::Status {
                url: Box::new(asked.url.clone()),
                status,
                retry_after: wait,
            });
        }
        self.read(at, asked, &mut response).map(Said::Answer)
    }

    fn send(
        &self,
        at: &Url,
        asked: &Asked<'_>,
        known_here: bool,
        deadline: Instant,
    ) -> Result<Response<Body>, Error> {
        let agent = if self.guard.opens(at, asked.declared) {
            &self.open
        } else {
            &self.guarded
        };
        let left = deadline.saturating_duration_since(Instant::now());
        let mut request = agent
            .get(at.as_str())
            .config()
            .timeout_global(Some(left))
            .build()
            .header(header::ACCEPT, asked.want.accept());
        if known_here {
            if let Some(etag) = &asked.validators.etag {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(date) = &asked.validators.last_modified {
                request = request.header(header::IF_MODIFIED_SINCE, date);
            }
        }
        request.call()
    }

    fn read(
        &self,
        at: &Url,
        asked: &Asked<'_>,
        response: &mut Response<Body>,
    ) -> Result<Answer, CollectError> {
        let headers = response.headers();
        let content_type = text(headers, &header::CONTENT_TYPE);
        let (etag, last_modified) = (
            text(headers, &header::ETAG),
            text(headers, &header::LAST_MODIFIED),
        );
        // The one name of gzip that ureq doesn't know (RFC 9110 §8.4.1.3)
        let x_gzip = text(headers, &header::CONTENT_ENCODING)
            .is_some_and(|name| name.eq_ignore_ascii_case("x-gzip"));
        let limit = self.settings.max_bytes;
        let reader = response.body_mut().as_reader();
        let octets = if asked.want == Want::Robots {
            read_at_most(io::Read::take(reader, MAX_ROBOTS), MAX_ROBOTS)
        } else if x_gzip {
            read_at_most(MultiGzDecoder::new(reader), limit)
        } else {
            read_at_most(reader, limit)
        }
        .ok_or_else(|| CollectError::TooLarge {
            place: asked.url.to_string(),
            limit,
        })?;
        let came = octets.bytes.len();
        let wound = match octets.wound.map(Error::from) {
            Some(error) if came == 0 || !is_wound(&error) => {
                return Err(self.failed(at, asked, &error));
            }
            Some(error) => Some(format!(
                "it broke off after {came} octets: {}",
                in_words(&error, &self.settings)
            )),
            None => None,
        };
        // What is only a part must not count as known
        let validators = if wound.is_some() {
            Validators::default()
        } else {
            Validators {
                etag,
                last_modified,
                url: Some(at.clone()),
                digest: Some(digest_of(&octets.bytes, content_type.as_deref())),
            }
        };
        if validators.digest.is_some() && validators.digest == asked.validators.digest {
            return Ok(Answer::Unchanged);
        }
        Ok(Answer::Document(Box::new(Found {
            document: Document {
                bytes: octets.bytes,
                url: at.clone(),
                content_type,
            },
            validators,
            wound,
        })))
    }

    fn failed(&self, at: &Url, asked: &Asked<'_>, error: &Error) -> CollectError {
        if let Error::Other(other) = error
            && let Some(Refused(kind)) = other.downcast_ref()
        {
            let name = at.host_str().unwrap_or_default();
            return CollectError::Forbidden {
                url: Box::new(asked.url.clone()),
                host: at
                    .port()
                    .map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")),
                what: kind.words(),
            };
        }
        let words = if self.turns.stopped() {
            "the run was ended".to_owned()
        } else if matches!(error, Error::Timeout(ureq::Timeout::Global)) {
            late(&self.settings)
        } else {
            in_words(error, &self.settings)
        };
        let message = if *at == bare(asked.url) {
            words
        } else {
            format!("at {at}, where it leads: {words}")
        };
        unreachable(asked.url, message)
    }
}

/// The URL as it is asked for: without a name, password or fragment.
fn bare(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // They can be taken from every URL with a host; without one, it isn't asked for
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// Whether the way goes on encrypted, where it was: a step to plain http is followed, but not remembered.
fn is_as_safe(to: &Url, from: &Url) -> bool {
    to.scheme() == from.scheme() || to.scheme() == "https"
}

fn redirect(status: u16, headers: &HeaderMap, at: &Url) -> Option<Said> {
    let for_good = match status {
        301 | 308 => true,
        302 | 303 | 307 => false,
        _ => return None,
    };
    let location = headers.get(header::LOCATION)?;
    // Servers write it raw, too
    let location = String::from_utf8_lossy(location.as_bytes());
    let to = at.join(location.trim()).ok()?;
    Some(Said::Redirect {
        to: bare(&to),
        for_good,
    })
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// The connection ended before its time.
fn is_cut(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

/// The answer was cut off, or is damaged from here on; what came before is sound.
fn is_wound(error: &Error) -> bool {
    match error {
        Error::Io(error) => is_cut(error) || error.kind() == io::ErrorKind::InvalidData,
        Error::Decompress(..) | Error::Protocol(_) => true,
        _ => false,
    }
}

/// What tells a document from another: its octets and how they are to be read.
fn digest_of(bytes: &[u8], content_type: Option<&str>) -> String {
    let mut context = ring::digest::Context::new(&SHA256);
    context.update(digest(&SHA256, content_type.unwrap_or_default().as_bytes()).as_ref());
    context.update(bytes);
    data_encoding::HEXLOWER.encode(context.finish().as_ref())
}

pub(super) fn unreachable(url: &Url, message: String) -> CollectError {
    CollectError::Unreachable {
        url: Box::new(url.clone()),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_out_of_encryption_is_not_for_good() {
        let url = |text| Url::parse(text).unwrap();
        let (plain, safe) = (url("http://a.example/"), url("https://a.example/"));
        assert!(
            is_as_safe(&safe, &plain) && is_as_safe(&safe, &safe) && is_as_safe(&plain, &plain)
        );
        assert!(!is_as_safe(&plain, &safe));
    }
}
