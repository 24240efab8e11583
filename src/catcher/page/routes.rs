//! What is served where, and under which rules for the browser.

use std::{fs, io, sync::Arc};

use axum::{
    Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST,
            REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use tera::{Context, Tera};

use super::{
    super::{
        html::{self, Scheme},
        inbox::{Caught, Inbox},
        reading,
    },
    shown::{self, View},
};

const STYLE: &str = include_str!("style.css");

/// Our own pages: our style sheet, our frames, and nothing else.
const OURS: &str = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A mail's HTML, which may be anybody's: it is drawn, and can do nothing. Only a link that somebody follows opens, in a tab of its own.
const THEIRS: &str = "default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox";

const HTML: &str = "text/html; charset=utf-8";

/// What the routes share.
struct Site {
    inbox: Arc<Inbox>,
    templates: Tera,
}

type Shared = State<Arc<Site>>;

/// Why a page can't be shown.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("There is no such page here.")]
    Missing,
    #[error("This mail's file can't be read: {0}.")]
    File(#[from] io::Error),
    #[error("This page is broken: {0}")]
    Template(#[from] tera::Error),
}

/// How a mail is to be shown.
#[derive(Debug, Default, Deserialize)]
struct Wish {
    #[serde(default)]
    view: View,
}

/// All routes.
pub(super) fn routes(inbox: Arc<Inbox>, templates: Tera) -> Router {
    Router::new()
        .route("/", get(inbox_page))
        .route("/style.css", get(style))
        .route("/mail/{number}", get(mail_page))
        .route("/mail/{number}/html", get(mail_html))
        .route("/mail/{number}/raw", get(mail_raw))
        .fallback(missing)
        .layer(middleware::from_fn(guarded))
        .with_state(Arc::new(Site { inbox, templates }))
}

async fn inbox_page(State(site): Shared) -> Response {
    let list = shown::inbox(&site.inbox.mails(), site.inbox.notes());
    site.answer(site.render("inbox.html", &list))
}

async fn style() -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

async fn mail_page(
    State(site): Shared,
    Path(number): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    site.answer(site.mail(&number, view(wish)))
}

async fn mail_html(
    State(site): Shared,
    Path(number): Path<String>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Response {
    site.answer(site.html(&number, view(wish)))
}

async fn mail_raw(State(site): Shared, Path(number): Path<String>) -> Response {
    site.answer(site.raw(&number))
}

async fn missing(State(site): Shared) -> Response {
    site.answer(Err(Trouble::Missing))
}

/// A view that nobody knows is the first one.
fn view(wish: Result<Query<Wish>, QueryRejection>) -> View {
    wish.map(|Query(wish)| wish.view).unwrap_or_default()
}

/// Files are read while nothing else is served: they are small and near, and there is one reader.
impl Site {
    fn find(&self, number: &str) -> Result<(Caught, Vec<u8>), Trouble> {
        let number: u32 = number.parse().map_err(|_| Trouble::Missing)?;
        let mut mails = self.inbox.mails().into_iter();
        let caught = mails
            .find(|it| it.number == number)
            .ok_or(Trouble::Missing)?;
        let octets = fs::read(&caught.file)?;
        Ok((caught, octets))
    }

    fn mail(&self, number: &str, view: View) -> Result<Response, Trouble> {
        let (caught, octets) = self.find(number)?;
        let mail = shown::mail(&caught, &octets, view, &self.inbox.mails());
        self.render("mail.html", &mail)
    }

    fn html(&self, number: &str, view: View) -> Result<Response, Trouble> {
        let (_, octets) = self.find(number)?;
        let html = reading::html(&octets).ok_or(Trouble::Missing)?;
        let scheme = match view {
            View::Dark => Scheme::Dark,
            _ => Scheme::Light,
        };
        let headers = [(CONTENT_TYPE, HTML), (CONTENT_SECURITY_POLICY, THEIRS)];
        Ok((headers, html::framed(&html, Some(scheme))).into_response())
    }

    fn raw(&self, number: &str) -> Result<Response, Trouble> {
        let (caught, octets) = self.find(number)?;
        let name = format!("attachment; filename=\"{:04}.eml\"", caught.number);
        let headers = [
            (CONTENT_TYPE, "message/rfc822".to_owned()),
            (CONTENT_DISPOSITION, name),
        ];
        Ok((headers, octets).into_response())
    }

    fn render(&self, template: &str, values: &impl Serialize) -> Result<Response, Trouble> {
        let context = Context::from_serialize(values)?;
        let page = self.templates.render(template, &context)?;
        Ok(([(CONTENT_TYPE, HTML)], page).into_response())
    }

    fn answer(&self, page: Result<Response, Trouble>) -> Response {
        let trouble = match page {
            Ok(response) => return response,
            Err(trouble) => trouble,
        };
        let status = match trouble {
            Trouble::Missing => StatusCode::NOT_FOUND,
            Trouble::File(_) | Trouble::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut values = Context::new();
        values.insert("trouble", &trouble.to_string());
        match self.templates.render("trouble.html", &values) {
            Ok(page) => (status, [(CONTENT_TYPE, HTML)], page).into_response(),
            Err(_) => (status, trouble.to_string()).into_response(),
        }
    }
}

/// Asks every answer's browser to keep and tell nothing, and answers only who came by this machine's own name: a site elsewhere could
/// point its name at 127.0.0.1 and read the mails through its visitor's browser.
async fn guarded(request: Request, next: Next) -> Response {
    if !is_local(request.headers()) {
        let words = "the inbox is only shown as http://127.0.0.1 or http://localhost\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let mut response = next.run(request).await;
    let rules: [(HeaderName, &str); 4] = [
        (CONTENT_SECURITY_POLICY, OURS),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in rules {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else {
        return true;
    };
    host.to_str().is_ok_and(|host| {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost")
    })
}
