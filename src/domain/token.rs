//! Tokens: who and what a link, a Message-ID or a return path is about, in 53 characters that nobody can forge
//! and that show no address.

use chrono::{Days, NaiveDate};
use data_encoding::BASE32_NOPAD;
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::{IssueId, Ref};

const VERSION: u8 = 0;
const PAYLOAD: usize = 17;
const LENGTH: usize = PAYLOAD + 16;
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Names a mail: Message-ID, envelope id.
    Message,
    /// Ends a subscription.
    Unsubscribe,
    /// Opens what the reader chose.
    Preferences,
    /// Where bounces go.
    Bounce,
    /// A link in a test mail or a preview: it changes nothing.
    Test,
    /// Confirms that somebody wants to subscribe. It has the name of what is pending in the reader's place.
    Confirm,
    /// Opens all that is known of a person, for a short time; what is pending in the reader's place.
    Manage,
    /// Confirms a new address; what is pending in the reader's place.
    Move,
    /// Shows a reader's own digest in the browser.
    View,
}

impl Purpose {
    const ALL: [Self; 9] = [
        Self::Message,
        Self::Unsubscribe,
        Self::Preferences,
        Self::Bounce,
        Self::Test,
        Self::Confirm,
        Self::Manage,
        Self::Move,
        Self::View,
    ];

    fn number(self) -> u8 {
        match self {
            Self::Message => 1,
            Self::Unsubscribe => 2,
            Self::Preferences => 3,
            Self::Bounce => 4,
            Self::Test => 5,
            Self::Confirm => 6,
            Self::Manage => 7,
            Self::Move => 8,
            Self::View => 9,
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is good for.
    pub purpose: Purpose,
    /// The edition, as [`super::EditionId::tag`] has it.
    pub edition: [u8; 2],
    /// The date of the issue that it was made for.
    pub date: NaiveDate,
    /// Whom it is about.
    pub reader: Ref,
}

/// Why a text is no token of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not 53 characters of base32, or of a later version.
    #[error("not a token")]
    Form,
    /// Signed with a key that isn't here, or not signed by us.
    #[error("a token that was not made with this key")]
    Forged,
}

/// The keys that make and check tokens. Old keys verify for ever.
#[derive(Clone)]
pub struct TokenKeys {
    keys: Vec<(u8, hmac::Key)>,
}

impl std::fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.keys.iter().map(|(id, _)| id))
            .finish()
    }
}

impl TokenKeys {
    /// The keys with their ids. The last one makes new tokens.
    #[must_use]
    pub fn new(keys: &[(u8, [u8; 32])]) -> Self {
        Self {
            keys: keys
                .iter()
                .map(|(id, key)| (*id, hmac::Key::new(hmac::HMAC_SHA256, key)))
                .collect(),
        }
    }

    /// The id of the key that makes new tokens; an issue remembers it.
    #[must_use]
    pub fn current(&self) -> u8 {
        self.keys.last().map_or(0, |(id, _)| *id)
    }

    /// The token of `purpose` for one reader of one issue, signed with the key `key_id`:
    /// 53 characters of lower-case base32.
    #[must_use]
    pub fn sign(&self, key_id: u8, purpose: Purpose, issue: &IssueId, reader: Ref) -> String {
        let mut bytes = [0; LENGTH];
        bytes[0] = VERSION << 4 | purpose.number();
        bytes[1] = key_id;
        bytes[2..4].copy_from_slice(&issue.edition.tag());
        let days = issue.date.signed_duration_since(EPOCH).num_days();
        let days = u32::try_from(days.clamp(0, 0xff_ffff)).unwrap_or_default();
        bytes[4..7].copy_from_slice(&days.to_be_bytes()[1..]);
        bytes[7..PAYLOAD].copy_from_slice(&reader.0);
        if let Some((_, key)) = self.keys.iter().rev().find(|(id, _)| *id == key_id) {
            let mac = hmac::sign(key, &bytes[..PAYLOAD]);
            bytes[PAYLOAD..].copy_from_slice(&mac.as_ref()[..16]);
        }
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    }

    /// What a token says, if one of the keys made it.
    ///
    /// # Errors
    /// When the text is no token, or none of ours.
    pub fn verify(&self, text: &str) -> Result<Token, TokenError> {
        let bytes = BASE32_NOPAD
            .decode(text.trim().to_ascii_uppercase().as_bytes())
            .ok()
            .filter(|bytes| bytes.len() == LENGTH && bytes[0] >> 4 == VERSION)
            .ok_or(TokenError::Form)?;
        let purpose = Purpose::ALL
            .into_iter()
            .find(|purpose| purpose.number() == bytes[0] & 0x0f)
            .ok_or(TokenError::Form)?;
        let known = self
            .keys
            .iter()
            .filter(|(id, _)| *id == bytes[1])
            .any(|(_, key)| {
                let mac = hmac::sign(key, &bytes[..PAYLOAD]);
                constant_time_eq(&mac.as_ref()[..16], &bytes[PAYLOAD..])
            });
        if !known {
            return Err(TokenError::Forged);
        }
        let days = u32::from_be_bytes([0, bytes[4], bytes[5], bytes[6]]);
        let mut reader = Ref([0; 10]);
        reader.0.copy_from_slice(&bytes[7..PAYLOAD]);
        Ok(Token {
            purpose,
            edition: [bytes[2], bytes[3]],
            date: EPOCH
                .checked_add_days(Days::new(days.into()))
                .ok_or(TokenError::Form)?,
            reader,
        })
    }

    /// The first token of ours in a text, such as a mail's subject or an address with a detail.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Token> {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .find_map(|word| self.verify(word).ok())
    }
}

/// Compares two MACs in a time that tells nothing about where they differ.
fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::EditionId;
    use crate::domain::SlotId;

    fn issue() -> IssueId {
        IssueId {
            edition: EditionId("daily".into()),
            date: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or_default(),
            slot: SlotId::default(),
        }
    }

    #[test]
    fn a_token_fits_a_local_part_behind_a_prefix() {
        let keys = TokenKeys::new(&[(1, [7; 32])]);
        let token = keys.sign(1, Purpose::Bounce, &issue(), Ref([9; 10]));
        assert!("bounces+".len() + token.len() <= 64, "{token}");
        assert_eq!(token, token.to_lowercase());
    }

    #[test]
    fn an_old_key_verifies_and_a_foreign_one_does_not() {
        let old = TokenKeys::new(&[(1, [7; 32])]);
        let rotated = TokenKeys::new(&[(1, [7; 32]), (2, [8; 32])]);
        let foreign = TokenKeys::new(&[(1, [6; 32])]);
        let token = old.sign(1, Purpose::Unsubscribe, &issue(), Ref([9; 10]));
        assert_eq!(
            rotated.verify(&token).map(|token| token.reader),
            Ok(Ref([9; 10]))
        );
        assert_eq!(foreign.verify(&token), Err(TokenError::Forged));
        assert_eq!(rotated.current(), 2);
    }

    proptest! {
        #[test]
        fn what_was_signed_is_read_back(reader: [u8; 10], days in 0_u64..3000) {
            let keys = TokenKeys::new(&[(3, [7; 32])]);
            let issue = IssueId { date: EPOCH + Days::new(days), ..issue() };
            let text = keys.sign(3, Purpose::Message, &issue, Ref(reader));
            let token = Token { purpose: Purpose::Message, edition: issue.edition.tag(), date: issue.date, reader: Ref(reader) };
            prop_assert_eq!(keys.verify(&text), Ok(token));
            prop_assert_eq!(keys.find(&format!("Re: unsubscribe {text}.")), Some(token));
        }

        #[test]
        fn one_changed_character_is_noticed(reader: [u8; 10], at in 0_usize..52, to in "[a-z2-7]") {
            let keys = TokenKeys::new(&[(3, [7; 32])]);
            let text = keys.sign(3, Purpose::Message, &issue(), Ref(reader));
            let mut changed = text.clone();
            changed.replace_range(at..=at, &to);
            prop_assert!(changed == text || keys.verify(&changed).is_err());
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in ".*") {
            prop_assert!(TokenKeys::new(&[(3, [7; 32])]).verify(&text).is_err());
        }
    }
}
