//! A mail: the reader's own header fields, those of the issue, and the two parts spliced together.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, FixedOffset};
use data_encoding::HEXLOWER;

use super::{
    Encoded, Piece,
    dkim::signatures,
    encoded::{encode, encode_value},
    header::Header,
    picture,
};
use crate::domain::{
    Address, Digest, EditionId, Fragment, Hole, IssueId, Language, Mailbox, Notice, Parts, Picture,
    Purpose, ReaderValues, Ref, Signer, Subscriber, Subscription, TokenKeys,
    digest::escape_html_text, digest::pictures,
};

/// What all mails of an issue have in common.
#[derive(Debug, Clone)]
pub struct Letterhead {
    /// The issue.
    pub issue: IssueId,
    /// The edition's name.
    pub name: String,
    /// The sender.
    pub from: Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// Where a mail that unsubscribes goes.
    pub unsubscribe_address: Address,
    /// The public https address of the service.
    pub service_url: Option<String>,
    /// Where bounces go, with a token behind a `+`; to the sender, if there is none.
    pub bounce_address: Option<Address>,
    /// The plan's time, in the edition's zone.
    pub date: DateTime<FixedOffset>,
    /// The key that signs the tokens.
    pub key_id: u8,
    /// Whether the mails are real.
    pub notice: Notice,
}

/// The complete octets of one mail (RFC 5322), and the envelope's two addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Where bounces go.
    pub from: Address,
    /// The one recipient.
    pub to: Address,
    /// Header and body, with CRLF line ends; no line begins with a dot.
    pub bytes: Vec<u8>,
    /// Names it: the token of its Message-ID, and its envelope's id (RFC 3461, section 4.4).
    pub token: String,
}

/// What a segment's mails have in common, encoded.
#[derive(Debug, Clone)]
pub struct Prepared {
    head: String,
    parts: Parts,
    boundary: String,
    text: Vec<Arc<Encoded>>,
    html: Vec<Arc<Encoded>>,
    /// The pictures that the HTML shows, each a part of its own.
    pictures: Vec<Arc<Vec<u8>>>,
}

const TEXT: &str = "text/plain; charset=utf-8; format=flowed; delsp=yes";
const HTML: &str = "text/html; charset=utf-8";
const ENCODING: &str = "Content-Transfer-Encoding: quoted-printable";

type EncodedFragments = HashMap<usize, (Arc<Fragment>, Arc<Encoded>)>;

/// Makes the mails of one issue.
#[derive(Debug)]
pub struct Composer {
    letterhead: Letterhead,
    tokens: TokenKeys,
    signers: Vec<Signer>,
    /// By the fragment's place in memory, which stays its own as long as it is kept here.
    encoded: Mutex<EncodedFragments>,
    /// By the picture's name, which is made of its content.
    pictures: Mutex<HashMap<String, Arc<Vec<u8>>>>,
}

impl Composer {
    /// A composer for the issue of this letterhead.
    #[must_use]
    pub fn new(letterhead: Letterhead, tokens: TokenKeys) -> Self {
        Self {
            letterhead,
            tokens,
            signers: Vec::new(),
            encoded: Mutex::default(),
            pictures: Mutex::default(),
        }
    }

    /// The same, and its mails are signed by these.
    #[must_use]
    pub fn signed_by(mut self, signers: Vec<Signer>) -> Self {
        self.signers = signers;
        self
    }

    /// Encodes what a segment's mails have in common; `segment` is the hash of its key.
    #[must_use]
    pub fn prepare(&self, digest: &Digest, segment: [u8; 16]) -> Prepared {
        Prepared {
            text: digest
                .text
                .iter()
                .map(|fragment| self.encode_once(fragment))
                .collect(),
            html: digest
                .html
                .iter()
                .map(|fragment| self.encode_once(fragment))
                .collect(),
            pictures: self.parts_of(&pictures(&digest.html)),
            ..self.prepare_head(&digest.subject, &digest.language, digest.parts, segment)
        }
    }

    /// The mail of one subscriber: a splice.
    #[must_use]
    pub fn mail(&self, prepared: &Prepared, subscription: &Subscription) -> Mail {
        let subscriber = &subscription.subscriber;
        let values = self.reader_values(subscription);
        let token = self.token(Purpose::Message, subscription.reader);
        let mut bytes = self
            .reader_head(subscriber, subscription.reader, &token)
            .into_bytes();
        bytes.reserve(prepared.size());
        bytes.extend_from_slice(prepared.head.as_bytes());
        let text = |hole| values.get(hole).to_owned();
        let html = |hole| escape_html_text(values.get(hole)).into_owned();
        match prepared.parts {
            Parts::Text => splice(&prepared.text, &text, &mut bytes),
            Parts::Both => {
                let parts: [(_, _, &dyn Fn(Hole) -> String); 2] =
                    [(TEXT, &prepared.text, &text), (HTML, &prepared.html, &html)];
                let boundary = &prepared.boundary;
                let inner = related(boundary);
                for (media_type, pieces, value) in parts {
                    let _ = write!(bytes, "--{boundary}\r\n");
                    let has_pictures = media_type == HTML && !prepared.pictures.is_empty();
                    if has_pictures {
                        let _ = write!(
                            bytes,
                            "Content-Type: multipart/related; type=\"text/html\";\r\n boundary=\"{inner}\"\r\n\r\n--{inner}\r\n"
                        );
                    }
                    let _ = write!(bytes, "Content-Type: {media_type}\r\n{ENCODING}\r\n\r\n");
                    splice(pieces, value, &mut bytes);
                    bytes.extend_from_slice(b"\r\n");
                    if has_pictures {
                        for picture in &prepared.pictures {
                            let _ = write!(bytes, "--{inner}\r\n");
                            bytes.extend_from_slice(picture);
                        }
                        let _ = write!(bytes, "--{inner}--\r\n\r\n");
                    }
                }
                let _ = write!(bytes, "--{boundary}--\r\n");
            }
        }
        let at = self.letterhead.date.timestamp();
        let signatures = signatures(&self.signers, &bytes, at);
        if !signatures.is_empty() {
            bytes.splice(0..0, signatures.into_bytes());
        }
        Mail {
            from: self.return_path(subscription.reader),
            to: subscriber.address.clone(),
            bytes,
            token,
        }
    }

    /// The reader's own values, as they stand in the mail.
    #[must_use]
    pub fn reader_values(&self, subscription: &Subscription) -> ReaderValues {
        let subscriber = &subscription.subscriber;
        let address = subscriber.address.to_string();
        let service = |path: &str, purpose| {
            let url = self.letterhead.service_url.as_ref()?;
            Some(format!(
                "{url}/{path}/{}",
                self.token(purpose, subscription.reader)
            ))
        };
        let unsubscribe_url = service("u", Purpose::Unsubscribe)
            .unwrap_or_else(|| self.unsubscribe_mailto(subscription.reader));
        let preferences_url = service("p", Purpose::Preferences).unwrap_or_default();
        ReaderValues::new(
            &address,
            &subscriber.name,
            &unsubscribe_url,
            &preferences_url,
        )
    }

    fn token(&self, purpose: Purpose, reader: Ref) -> String {
        let purpose = match self.letterhead.notice {
            Notice::Real | Notice::Correction => purpose,
            Notice::Test | Notice::Proof => Purpose::Test,
        };
        self.tokens.sign(
            self.letterhead.key_id,
            purpose,
            &self.letterhead.issue,
            reader,
        )
    }

    /// The same for each attempt, because those who greylist look at it.
    fn return_path(&self, reader: Ref) -> Address {
        let sender = &self.letterhead.from.address;
        let Some(bounces) = &self.letterhead.bounce_address else {
            return sender.clone();
        };
        let token = self.token(Purpose::Bounce, reader);
        format!("{}+{token}@{}", bounces.local(), bounces.domain())
            .parse()
            .unwrap_or_else(|_| bounces.clone())
    }

    fn unsubscribe_mailto(&self, reader: Ref) -> String {
        let address = &self.letterhead.unsubscribe_address;
        let token = self.token(Purpose::Unsubscribe, reader);
        format!(
            "mailto:{}@{}?subject=unsubscribe%20{token}",
            percent_encoded(address.local()),
            address.domain()
        )
    }

    /// The header fields that are the reader's own.
    fn reader_head(&self, subscriber: &Subscriber, reader: Ref, token: &str) -> String {
        let mut header = Header::default();
        let to = Mailbox {
            name: subscriber.name.clone(),
            address: subscriber.address.clone(),
        };
        header.mailbox("To", &to);
        header.words(
            "Message-ID",
            &format!("<{token}@{}>", self.letterhead.from.address.domain()),
        );
        let mailto = self.unsubscribe_mailto(reader);
        let list_unsubscribe = match &self.letterhead.service_url {
            Some(url) => format!(
                "<{url}/u/{}>, <{mailto}>",
                self.token(Purpose::Unsubscribe, reader)
            ),
            None => format!("<{mailto}>"),
        };
        header.words("List-Unsubscribe", &list_unsubscribe);
        header.finish()
    }

    /// The header fields that all of the segment's mails have, and the empty line after them.
    fn prepare_head(
        &self,
        subject: &str,
        language: &Language,
        parts: Parts,
        segment: [u8; 16],
    ) -> Prepared {
        let letterhead = &self.letterhead;
        let issue = &letterhead.issue;
        let EditionId(edition) = &issue.edition;
        let domain = letterhead.from.address.domain();
        // Quoted-printable has no `=_` in it (RFC 2045, section 6.7), so no body can hold the boundary.
        let boundary = format!("=_{}", HEXLOWER.encode(&segment));
        let mut header = Header::default();
        header.mailbox("From", &letterhead.from);
        if let Some(reply_to) = &letterhead.reply_to {
            header.mailbox("Reply-To", reply_to);
        }
        header.text("Subject", subject);
        header.words("Date", &letterhead.date.to_rfc2822());
        header.phrase_and_id("List-Id", &letterhead.name, &format!("{edition}.{domain}"));
        if letterhead.service_url.is_some() {
            header.words("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        header.words("Auto-Submitted", "auto-generated");
        let sender: String = domain
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(15)
            .collect();
        header.words(
            "Feedback-ID",
            &format!("{}:{edition}:digest:{sender}", issue.date),
        );
        header.words("Content-Language", language.as_str());
        header.words("MIME-Version", "1.0");
        let media_type = match parts {
            Parts::Both => format!("multipart/alternative; boundary=\"{boundary}\""),
            Parts::Text => TEXT.to_owned(),
        };
        header.words("Content-Type", &media_type);
        let mut head = header.finish();
        if parts == Parts::Text {
            head.push_str(ENCODING);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        Prepared {
            head,
            parts,
            boundary,
            text: Vec::new(),
            html: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// The parts of the pictures that go with the mail: each is encoded once.
    fn parts_of(&self, pictures: &[Arc<Picture>]) -> Vec<Arc<Vec<u8>>> {
        if pictures.is_empty() {
            return Vec::new();
        }
        let mut cache = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
        let embedded = pictures.iter().filter(|picture| picture.is_embedded());
        let part = |picture: &Arc<Picture>| {
            let known = cache.get(&picture.name).cloned();
            known.unwrap_or_else(|| {
                let part = Arc::new(picture::part(picture));
                cache.insert(picture.name.clone(), Arc::clone(&part));
                part
            })
        };
        embedded.map(part).collect()
    }

    fn encode_once(&self, fragment: &Arc<Fragment>) -> Arc<Encoded> {
        // What nobody else holds belongs to this segment alone.
        if Arc::strong_count(fragment) == 1 {
            return Arc::new(encode(&fragment.text));
        }
        let mut cache = self.encoded.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, encoded) = cache
            .entry(Arc::as_ptr(fragment) as usize)
            .or_insert_with(|| (fragment.clone(), Arc::new(encode(&fragment.text))));
        encoded.clone()
    }
}

impl Prepared {
    /// About how many octets its mails have.
    fn size(&self) -> usize {
        let parts = self.text.iter().chain(&self.html);
        let pieces = parts.flat_map(|encoded| &encoded.pieces);
        let size = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Hole(_) => 256,
        };
        let pictures = self.pictures.iter().map(|picture| picture.len() + 64);
        self.head.len() + 1024 + pieces.map(size).sum::<usize>() + pictures.sum::<usize>()
    }
}

/// The boundary within the part that holds HTML and pictures. Neither of the two begins with the other.
fn related(boundary: &str) -> String {
    boundary.replacen("=_", "=_r", 1)
}

/// Writes encoded pieces with the reader's values in their holes.
fn splice(pieces: &[Arc<Encoded>], value: &dyn Fn(Hole) -> String, bytes: &mut Vec<u8>) {
    for piece in pieces.iter().flat_map(|encoded| &encoded.pieces) {
        match piece {
            Piece::Bytes(piece) => bytes.extend_from_slice(piece),
            Piece::Hole(hole) => encode_value(&value(*hole), bytes),
        }
    }
}

/// A whole digest for one reader, as the slow path renders it: their own values stand between marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole<'a> {
    /// The subject.
    pub subject: &'a str,
    /// The language of the words around the articles.
    pub language: &'a Language,
    /// Whether there is an HTML part.
    pub parts: Parts,
    /// The HTML part.
    pub html: &'a str,
    /// The text part.
    pub text: &'a str,
    /// The pictures that the HTML shows.
    pub pictures: &'a [Arc<Picture>],
}

/// The slow path: encodes the whole of one reader's digest. The bytes are those of [`Composer::mail`].
#[must_use]
pub fn compose_whole(
    composer: &Composer,
    whole: &Whole,
    segment: [u8; 16],
    subscription: &Subscription,
) -> Mail {
    let prepared = Prepared {
        text: vec![Arc::new(encode(whole.text))],
        html: vec![Arc::new(encode(whole.html))],
        pictures: composer.parts_of(whole.pictures),
        ..composer.prepare_head(whole.subject, whole.language, whole.parts, segment)
    };
    composer.mail(&prepared, subscription)
}

/// What may stand in a `mailto:` link (RFC 6068, section 2) and in an attribute.
fn percent_encoded(local: &str) -> String {
    let mut out = String::with_capacity(local.len());
    for byte in local.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
