//! Getting what a sitemap is, and what it leads to.

use url::Url;

use super::super::{
    CollectError, Context, Document, Memory, Validators, document,
    web::{Answer, Found, Want, gunzip, is_gzip},
};

/// A document, and what ended it before its end.
pub struct Got {
    pub document: Document,
    pub validators: Validators,
    pub wound: Option<String>,
}

/// The sitemap that the operator declared; none where it is what `memory` knows.
pub fn declared(
    url: &Url,
    memory: &mut Memory,
    context: &Context<'_>,
) -> Result<Option<Got>, CollectError> {
    let limit = context.settings.max_bytes;
    if url.scheme() == "file" {
        let (document, wound) = unpacked(document::read(url, limit)?, limit)?;
        return Ok(Some(Got {
            document,
            validators: Validators::default(),
            wound,
        }));
    }
    read(context.web.get(url, Want::Sitemap, memory)?, limit)
}

/// A sitemap that the one at `declared` lists; none where it is what the validators know.
pub fn nested(
    url: &Url,
    declared: &Url,
    validators: &Validators,
    context: &Context<'_>,
) -> Result<Option<Got>, CollectError> {
    let web = context.web;
    read(
        web.get_linked(url, Want::Sitemap, declared, validators)?,
        context.settings.max_bytes,
    )
}

/// An article's page that the sitemap at `declared` leads to.
pub fn page(
    url: &Url,
    declared: &Url,
    context: &Context<'_>,
) -> Result<Option<Document>, CollectError> {
    let none = Validators::default();
    match context.web.get_linked(url, Want::Page, declared, &none)? {
        Answer::Unchanged => Ok(None),
        // Half a page is no article yet
        Answer::Document(found) => match found.wound {
            Some(message) => Err(CollectError::Unreachable {
                url: Box::new(url.clone()),
                message,
            }),
            None => Ok(Some(found.document)),
        },
    }
}

fn read(answer: Answer, limit: u64) -> Result<Option<Got>, CollectError> {
    let Answer::Document(found) = answer else {
        return Ok(None);
    };
    let Found {
        document,
        validators,
        wound,
    } = *found;
    let (document, damage) = unpacked(document, limit)?;
    Ok(Some(Got {
        document,
        validators,
        wound: wound.or(damage),
    }))
}

/// The same; what is gzip is unpacked, as far as it goes, and what ends it before its end.
///
/// # Errors
/// Where that has more than `limit` octets, or none.
pub fn unpacked(
    document: Document,
    limit: u64,
) -> Result<(Document, Option<String>), CollectError> {
    if !is_gzip(&document.bytes) {
        return Ok((document, None));
    }
    let octets = gunzip(&document.bytes, limit, document.url.as_str())?;
    let bytes = octets.bytes;
    let wound = octets.wound.map(|error| error.to_string());
    Ok((Document { bytes, ..document }, wound))
}
