//! Digest and subscriber → mail. Pure.
//!
//! What is the same for many readers is encoded once ([`encoded`]); a mail is a splice of encoded pieces and the reader's own
//! values. The slow path ([`compose_whole`]) encodes the whole of one reader's digest and gives the same bytes: a property test
//! holds the two together.

mod dkim;
mod encoded;
mod header;
mod mail;
mod picture;

pub use dkim::signatures;
pub use encoded::{Encoded, Piece, encode};
pub use mail::{Composer, Letterhead, Mail, Prepared, Whole, compose_whole};
