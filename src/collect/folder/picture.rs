//! A picture beside its article: found, turned upright, made as wide as a mail can show it, and freed of what cameras note
//! about places. It becomes a `data:` address, so that it is kept with the article and needs no file any more.

use std::{
    collections::HashMap,
    fs,
    io::Cursor,
    path::{Component, Path, PathBuf},
};

use data_encoding::BASE64;
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType,
};
use url::Url;

use super::super::{
    feed::media::all_in,
    raw::{Fault, LocalPicture, RawArticle, RawText},
};
use crate::domain::ImageSize;

/// The octets of a file: no camera's picture has more.
const LARGEST: u64 = 32 << 20;
/// The pixels of a picture. A file of a few octets can say that it has any number of them.
const MOST_PIXELS: u64 = 64_000_000;
/// Twice the width of a mail's column: sharp on every screen.
const WIDEST: u32 = 1200;
const HIGHEST: u32 = 2400;
const QUALITY: u8 = 80;

/// Reads the pictures that an article names by a path, into [`RawArticle::pictures`]. `folder` is the source's: a path that
/// begins with `/` begins there, and none leads out of it. What an article shows first is its picture, if it names none.
pub fn find(raw: &mut RawArticle, article: &Path, folder: &Path) -> Vec<Fault> {
    let mut faults = Vec::new();
    let beside = article.parent().unwrap_or(folder);
    let body = match &raw.body {
        RawText::Html(html) => all_in(html),
        RawText::Plain(_) | RawText::None => Vec::new(),
    };
    let named = raw.image.iter().chain(&body);
    let mut pictures = HashMap::new();
    for address in named.map(|image| image.url.as_str()) {
        if pictures.contains_key(address) || !is_path(address) {
            continue;
        }
        match file_of(address, beside, folder) {
            Some(path) => match read(&path) {
                Ok(picture) => drop(pictures.insert(address.to_owned(), picture)),
                Err(message) => faults.push(fault(address, &message)),
            },
            // With a base it may be a page's
            None if raw.base.is_some() => {}
            None => faults.push(fault(address, "isn't in the source's folder")),
        }
    }
    if raw.image.is_none() {
        raw.image = body
            .into_iter()
            .find(|image| pictures.contains_key(&image.url));
    }
    raw.pictures = pictures;
    faults
}

fn fault(address: &str, message: &str) -> Fault {
    Fault {
        line: None,
        message: format!("the picture `{address}` {message}"),
        hint: "put a JPEG, PNG or WebP file there; the article goes without it".to_owned(),
    }
}

/// Whether an address is a path: it has no scheme, and isn't a host's.
fn is_path(address: &str) -> bool {
    let address = address.trim();
    !(address.is_empty() || address.starts_with("//") || address.starts_with("www."))
        && matches!(
            Url::parse(address),
            Err(url::ParseError::RelativeUrlWithoutBase)
        )
}

/// The file that an address names, inside the folder: neither `..` nor a link leads out of it.
fn file_of(address: &str, beside: &Path, folder: &Path) -> Option<PathBuf> {
    let address = address.trim().split(['?', '#']).next()?;
    let decoded = percent_decoded(address);
    let path = match decoded.strip_prefix('/') {
        Some(from_root) => folder.join(from_root),
        None => beside.join(&decoded),
    };
    let is_plain = |part: Component| !matches!(part, Component::Prefix(_));
    let path = path
        .components()
        .all(is_plain)
        .then(|| path.canonicalize().ok())??;
    (path.starts_with(folder.canonicalize().ok()?) && path.is_file()).then_some(path)
}

fn percent_decoded(address: &str) -> String {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = hex
            .filter(|_| byte == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(code.unwrap_or(byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read(path: &Path) -> Result<LocalPicture, String> {
    let length = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if length > LARGEST {
        return Err(format!("is larger than {} MiB", LARGEST >> 20));
    }
    scaled(&fs::read(path).map_err(|error| error.to_string())?)
}

/// The picture as a mail carries it.
fn scaled(bytes: &[u8]) -> Result<LocalPicture, String> {
    let broken = |error: image::ImageError| format!("can't be read: {error}");
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    reader.limits(limits);
    let format = reader.format();
    if !matches!(
        format,
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)
    ) {
        return Err("is no JPEG, PNG or WebP".to_owned());
    }
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(format!(
            "has {width} × {height} pixels, more than {} million",
            MOST_PIXELS / 1_000_000
        ));
    }
    let upright = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(upright);
    if picture.width() > WIDEST || picture.height() > HIGHEST {
        picture = picture.resize(WIDEST, HIGHEST, FilterType::Triangle);
    }
    let (media_type, bytes) =
        encoded(&picture, format == Some(ImageFormat::Jpeg)).map_err(broken)?;
    let url = format!("data:{media_type};base64,{}", BASE64.encode(&bytes));
    Ok(LocalPicture {
        url: Url::parse(&url).map_err(|error| error.to_string())?,
        size: ImageSize::new(picture.width(), picture.height()),
    })
}

/// As JPEG or PNG, whichever is smaller: every client shows these two. Transparency only PNG has.
fn encoded(picture: &DynamicImage, is_photo: bool) -> image::ImageResult<(&'static str, Vec<u8>)> {
    let mut png = Vec::new();
    let has_alpha = picture.color().has_alpha() && !is_opaque(picture);
    if has_alpha || !is_photo {
        DynamicImage::from(picture.to_rgba8())
            .write_to(&mut Cursor::new(&mut png), ImageFormat::Png)?;
    }
    if has_alpha {
        return Ok(("image/png", png));
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture.to_rgb8())?;
    if png.is_empty() || jpeg.len() < png.len() {
        Ok(("image/jpeg", jpeg))
    } else {
        Ok(("image/png", png))
    }
}

fn is_opaque(picture: &DynamicImage) -> bool {
    picture
        .to_rgba8()
        .pixels()
        .all(|pixel| pixel.0[3] == u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    fn found(raw: &mut RawArticle) -> (tempfile::TempDir, Vec<Fault>) {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("articles");
        fs::create_dir_all(source.join("sub")).unwrap();
        fs::write(source.join("sub/a photo.png"), png(2400, 1200)).unwrap();
        fs::write(source.join("top.png"), png(2, 3)).unwrap();
        fs::write(folder.path().join("secret.png"), png(2, 2)).unwrap();
        fs::write(source.join("bad.jpg"), "no picture").unwrap();
        let faults = find(raw, &source.join("sub/a.md"), &source);
        (folder, faults)
    }

    fn body(html: &str) -> RawArticle {
        RawArticle {
            body: RawText::Html(html.to_owned()),
            ..RawArticle::default()
        }
    }

    #[test]
    fn a_picture_beside_its_article_is_scaled_and_is_its_picture() {
        let mut raw =
            body("<p><img src='a%20photo.png' alt='A'><img src='https://a.example/b.jpg'>");
        assert_eq!(found(&mut raw).1, []);
        assert_eq!(
            raw.image.as_ref().map(|image| image.alt.as_str()),
            Some("A")
        );
        let picture = &raw.pictures["a%20photo.png"];
        assert_eq!(picture.size, ImageSize::new(1200, 600));
        assert!(picture.url.as_str().starts_with("data:image/"));
        assert_eq!(raw.pictures.len(), 1);
    }

    #[test]
    fn a_path_may_begin_at_the_sources_folder_and_never_leads_out_of_it() {
        let mut raw =
            body("<img src='/top.png'><img src='../top.png'><img src='../../secret.png'>");
        let (_, faults) = found(&mut raw);
        assert_eq!(raw.pictures.len(), 2);
        assert_eq!(
            faults[0].message,
            "the picture `../../secret.png` isn't in the source's folder"
        );
    }

    #[test]
    fn what_is_no_picture_is_told() {
        let (_, faults) = found(&mut body("<img src='../bad.jpg'>"));
        assert_eq!(
            faults[0].message,
            "the picture `../bad.jpg` is no JPEG, PNG or WebP"
        );
    }

    #[test]
    fn a_file_that_says_it_has_a_billion_pixels_is_not_unpacked() {
        let mut bomb = png(1, 1);
        // The header's width and height, and the check sum over them
        bomb[16..24].copy_from_slice(&[0, 0, 0x7f, 0xff, 0, 0, 0x7f, 0xff]);
        let mut crc = flate2::Crc::new();
        crc.update(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        let error = scaled(&bomb).unwrap_err();
        assert!(error.contains("32767 × 32767"), "{error}");
    }

    proptest! {
        #[test]
        fn a_damaged_picture_is_an_error_or_a_picture(at in 0..200_usize, with in any::<[u8; 4]>(), cut in 0..300_usize) {
            let mut bytes = png(40, 30);
            let at = at.min(bytes.len() - 4);
            bytes[at..at + 4].copy_from_slice(&with);
            bytes.truncate(bytes.len().saturating_sub(cut).max(12));
            let _ = scaled(&bytes);
        }
    }
}
