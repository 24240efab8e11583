//! A picture as a part of a mail: base64 (RFC 2045, section 6.8), named for the HTML beside it (RFC 2392).

use std::io::Write as _;

use data_encoding::BASE64_MIME;

use crate::domain::Picture;

/// The part's header and its content; ends in a line break. No line begins with a dot: base64 has none.
pub fn part(picture: &Picture) -> Vec<u8> {
    let mut part = Vec::with_capacity(picture.bytes.len() * 7 / 5 + 256);
    let _ = write!(
        part,
        "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{}>\r\n\
         Content-Disposition: inline; filename=\"{}\"\r\n\r\n",
        picture.media_type,
        picture.content_id(),
        picture.name
    );
    part.extend_from_slice(BASE64_MIME.encode(&picture.bytes).as_bytes());
    part
}
