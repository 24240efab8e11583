//! What went wrong on the way, in words that name the limit's key.

use ureq::{Error, Timeout};

use crate::domain::CollectSettings;

/// How large the head of an answer may be, in octets.
pub const MAX_HEAD: usize = 64 << 10;

/// What went wrong, for whoever has to do something about it.
pub fn in_words(error: &Error, settings: &CollectSettings) -> String {
    match error {
        Error::Timeout(Timeout::Connect | Timeout::Resolve) => format!(
            "no connection within {:?} (`connect_timeout`)",
            settings.connect_timeout
        ),
        Error::Timeout(Timeout::RecvResponse | Timeout::SendRequest) => format!(
            "no answer within {:?} (`first_byte_timeout`)",
            settings.first_byte_timeout
        ),
        Error::Timeout(_) => late(settings),
        Error::HostNotFound => "there is no such host".to_owned(),
        Error::LargeResponseHeader(..) => {
            format!("the head of the answer is larger than {MAX_HEAD} octets")
        }
        Error::Io(error) => error.to_string(),
        Error::Decompress(how, error) => format!("the {how} of the answer is damaged: {error}"),
        Error::Protocol(error) => format!("the answer is no HTTP: {error}"),
        Error::BadUri(_) | Error::Http(_) => format!("the address can't be asked for: {error}"),
        error => error.to_string(),
    }
}

/// Not done in time.
pub fn late(settings: &CollectSettings) -> String {
    format!("not done within {:?} (`timeout`)", settings.timeout)
}
