//! Pictures of the publisher's own: a `data:` address in the finished HTML, which mail clients don't show, becomes a part of the mail
//! (`cid:`), or a file in the publisher's folder of media.

use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use ring::digest::{SHA256, digest};

use super::clean::{DATA, end_of_tag};
use crate::domain::Picture;

/// Where they go.
#[derive(Debug, Clone, Default)]
pub(super) struct Media {
    /// What the folder of media is on the web; with the mail, without one.
    root: Option<String>,
}

impl Media {
    pub fn new(root: Option<&str>) -> Self {
        Self {
            root: root.map(str::to_owned),
        }
    }

    /// HTML with an address in place of each picture that stands in it, and these pictures, each once.
    pub fn take_out(&self, html: &str) -> (String, Vec<Arc<Picture>>) {
        let mut pictures: Vec<Arc<Picture>> = Vec::new();
        let mut kept = String::with_capacity(html.len().min(1 << 16));
        let mut rest = html;
        // As it was serialised: text has no `<`, and an attribute's value no quotation mark
        while let Some((before, from)) = rest.split_once("<img") {
            let (tag, after) = from.split_at(end_of_tag(from));
            kept.push_str(before);
            kept.push_str("<img");
            match self.picture(tag) {
                Some((source, picture)) => {
                    kept.push_str(&tag.replacen(source, &picture.url, 1));
                    if pictures.iter().all(|known| known.name != picture.name) {
                        pictures.push(Arc::new(picture));
                    }
                }
                None => kept.push_str(tag),
            }
            rest = after;
        }
        (kept + rest, pictures)
    }

    /// The picture that stands in a tag, and the address that holds it.
    fn picture<'a>(&self, tag: &'a str) -> Option<(&'a str, Picture)> {
        let (_, source) = tag.split_once(" src=\"")?;
        let (source, _) = source.split_once('"')?;
        let (start, data) = DATA
            .iter()
            .find_map(|start| Some((start, source.strip_prefix(start)?)))?;
        let bytes = BASE64.decode(data.as_bytes()).ok()?;
        let media_type = start
            .trim_start_matches("data:")
            .trim_end_matches(";base64,");
        let suffix = if media_type == "image/png" {
            "png"
        } else {
            "jpg"
        };
        let hash = HEXLOWER.encode(&digest(&SHA256, &bytes).as_ref()[..16]);
        let mut picture = Picture {
            name: format!("{hash}.{suffix}"),
            media_type: media_type.to_owned(),
            url: String::new(),
            bytes,
        };
        picture.url = match &self.root {
            Some(root) => format!("{root}/{}", picture.name),
            None => format!("cid:{}", picture.content_id()),
        };
        Some((source, picture))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &str = "<p>&lt;img src=\"data:image/png;base64,AAAA\"&gt;</p>\
        <img alt=\"a > b\" src=\"data:image/png;base64,AAAA\"><img src=\"https://a.example/b.jpg\">\
        <img src=\"data:image/png;base64,AAAA\"><img src=\"data:image/png;base64,A\">";

    #[test]
    fn a_picture_goes_with_the_mail_once_and_text_about_one_stays() {
        let (html, pictures) = Media::default().take_out(HTML);
        let [picture] = pictures.as_slice() else {
            panic!("{pictures:?}")
        };
        assert_eq!(picture.bytes, [0, 0, 0]);
        assert_eq!(
            html.matches(&format!("src=\"cid:{}@picture\"", picture.name))
                .count(),
            2
        );
        assert!(html.starts_with("<p>&lt;img src=\"data:image/png;base64,AAAA\"&gt;</p>"));
        assert!(html.ends_with("<img src=\"data:image/png;base64,A\">"));
    }

    #[test]
    fn a_picture_may_be_published_instead() {
        let (html, pictures) = Media::new(Some("https://a.example/media")).take_out(HTML);
        assert!(!pictures[0].is_embedded());
        assert!(html.contains(&format!(
            "src=\"https://a.example/media/{}\"",
            pictures[0].name
        )));
    }
}
