//! Who wrote an article, as sources write it: `By Jane Roe,`, `jane@agency.example (Jane Roe)`.

use std::collections::HashSet;

use super::{link::Links, plain, sanitise};
use crate::domain::Person;

/// The authors, each once, in their order.
pub(super) fn authors(people: Vec<Person>, links: &Links<'_>) -> Vec<Person> {
    let mut seen = HashSet::new();
    people
        .into_iter()
        .filter_map(|person| author(&person, links))
        .filter(|person| seen.insert((person.name.to_lowercase(), person.email.clone())))
        .collect()
}

fn author(person: &Person, links: &Links<'_>) -> Option<Person> {
    let written = plain::one_line(&sanitise::text_of(&person.name));
    let (name, named) = split_mailbox(&written);
    let own = person.email.as_deref().map(plain::one_line);
    let email = own.as_deref().and_then(mailbox).or(named);
    let mut url = person
        .url
        .as_deref()
        .and_then(|url| links.web(url))
        .map(String::from);
    let mut name = without_label(&name).to_owned();
    // Some pages name their author by a profile's address
    if name.starts_with("https://") || name.starts_with("http://") {
        url = url.or_else(|| links.web(&name).map(String::from));
        name.clear();
    }
    if name.is_empty() {
        name = email.clone()?;
    }
    Some(Person { name, email, url })
}

/// `jane@agency.example (Jane Roe)`, as RSS has it, or `Jane Roe <jane@agency.example>`: the name, and the address.
fn split_mailbox(text: &str) -> (String, Option<String>) {
    for (open, close) in [(" (", ')'), (" <", '>'), ("<", '>')] {
        let Some((before, inside)) = text.split_once(open) else {
            continue;
        };
        let Some(inside) = inside.strip_suffix(close) else {
            continue;
        };
        if let Some(email) = mailbox(before) {
            return (inside.trim().to_owned(), Some(email));
        }
        if let Some(email) = mailbox(inside) {
            return (before.trim_matches([' ', '"']).to_owned(), Some(email));
        }
    }
    match mailbox(text) {
        Some(email) => (String::new(), Some(email)),
        None => (text.to_owned(), None),
    }
}

/// An address of mail, as far as its form tells.
fn mailbox(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, domain) = text.split_once('@')?;
    let is_clean = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| {
                c.is_whitespace()
                    || matches!(c, '@' | '<' | '>' | '(' | ')' | ',' | ';' | '"' | '/')
            })
    };
    let is_domain = !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
    (is_clean(local) && is_clean(domain) && is_domain).then(|| text.to_owned())
}

/// A name without the word that announces it, and without what separated it from the next.
fn without_label(name: &str) -> &str {
    let name =
        name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '·' | '•'));
    for label in ["written by ", "by ", "par ", "by: ", "author: "] {
        if let Some((start, rest)) = name.split_at_checked(label.len())
            && start.eq_ignore_ascii_case(label)
            && rest
                .chars()
                .next()
                .is_some_and(|first| !first.is_lowercase())
        {
            return rest.trim_start();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(String, Option<String>)> {
        let person = Person {
            name: name.to_owned(),
            ..Person::default()
        };
        author(&person, &Links::default()).map(|person| (person.name, person.email))
    }

    #[test]
    fn a_name_is_found_in_what_surrounds_it() {
        let email = Some("jane@agency.example".to_owned());
        for (written, name, email) in [
            ("Jane Roe", "Jane Roe", None),
            ("By Jane Roe,", "Jane Roe", None),
            ("BY JANE ROE", "JANE ROE", None),
            ("Par Jeanne Roe", "Jeanne Roe", None),
            ("Byron Roe", "Byron Roe", None),
            ("Par of the Course", "Par of the Course", None),
            ("jane@agency.example (Jane Roe)", "Jane Roe", email.clone()),
            ("Jane Roe <jane@agency.example>", "Jane Roe", email.clone()),
            ("jane@agency.example", "jane@agency.example", email),
            ("Jane &amp; John", "Jane & John", None),
            ("Jane Roe (Seoul)", "Jane Roe (Seoul)", None),
        ] {
            assert_eq!(read(written), Some((name.to_owned(), email)), "{written}");
        }
        assert_eq!(read(" , "), None);
    }

    #[test]
    fn an_author_is_named_once_and_an_address_that_is_none_is_left_out() {
        let jane = |email: &str| Person {
            name: "Jane Roe".to_owned(),
            email: Some(email.to_owned()),
            url: None,
        };
        let found = authors(
            vec![jane("no address"), jane("@"), jane("a@b@c")],
            &Links::default(),
        );
        assert_eq!(
            found,
            [Person {
                email: None,
                ..jane("")
            }]
        );
    }
}
