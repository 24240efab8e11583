//! Authors, in the forms in which feeds name them.

use super::{
    content::{Content, Piece, looks_like_html, written},
    entities::Entities,
    markup::local,
};
use crate::{collect::plain, domain::Person};

/// The people whom an element names: children of it (Atom's `name`, `email`, `uri`), or one in its text.
pub fn named(content: &Content, entities: &Entities) -> Vec<Person> {
    if content.has_tags() {
        let people = in_children(&content.pieces, entities);
        if !people.is_empty() {
            return people;
        }
    }
    in_text(&content.text(entities)).into_iter().collect()
}

fn in_children(pieces: &[Piece], entities: &Entities) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    let mut person = Person::default();
    for (at, piece) in pieces.iter().enumerate() {
        let Piece::Open(tag) = piece else { continue };
        let rest = &pieces[at + 1..];
        let end = rest
            .iter()
            .position(|piece| !matches!(piece, Piece::Text(_) | Piece::Cdata(_)));
        let value = written(&rest[..end.unwrap_or(rest.len())], entities);
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        match local(tag.name).to_ascii_lowercase().as_str() {
            // Another name begins another person
            "name" => {
                if !person.name.is_empty() {
                    people.push(std::mem::take(&mut person));
                }
                person.name = readable(value);
            }
            "email" => person.email = Some(value.trim_start_matches("mailto:").to_owned()),
            "uri" | "url" | "homepage" | "href" => person.url = Some(value.to_owned()),
            _ => {}
        }
    }
    people.push(person);
    people.retain_mut(|person| {
        // Whoever gives no more than a page is known by its address
        if let (true, None, Some(page)) = (person.name.is_empty(), &person.email, &person.url) {
            let bare = page
                .split_once("://")
                .map_or(page.as_str(), |(_, bare)| bare);
            person.name = bare.trim_matches('/').to_owned();
        }
        !person.name.is_empty() || person.email.is_some()
    });
    people
}

/// The person of a text: `Ana Roe`, `ana@a.example`, `ana@a.example (Ana Roe)`, `Ana Roe <ana@a.example>`,
/// `Ana Roe (ana@a.example)`. None for an empty text.
pub fn in_text(text: &str) -> Option<Person> {
    let text = readable(text);
    let text = text.trim();
    let Some(address) = address_in(text) else {
        return (!text.is_empty()).then(|| Person {
            name: text.to_owned(),
            ..Person::default()
        });
    };
    let name = text
        .replacen(address, "", 1)
        .replace("mailto:", "")
        .replace("()", "")
        .replace("<>", "");
    let name = name.trim().trim_matches(',').trim();
    let name = name
        .strip_prefix('(')
        .and_then(|name| name.strip_suffix(')'))
        .unwrap_or(name);
    Some(Person {
        name: name.trim_matches(['"', ' ']).to_owned(),
        email: Some(address.to_owned()),
        url: None,
    })
}

/// Names are text; some feeds escape them twice.
fn readable(text: &str) -> String {
    if looks_like_html(text) {
        plain::one_line(&plain::from_html(text))
    } else {
        plain::one_line(text)
    }
}

/// The mail address in a text.
fn address_in(text: &str) -> Option<&str> {
    let at = text.find('@')?;
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let start = text[..at]
        .char_indices()
        .rev()
        .take_while(|(_, c)| belongs(*c))
        .last()?
        .0;
    let domain = &text[at + 1..];
    let end = domain
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-')))
        .unwrap_or(domain.len());
    let domain = domain[..end].trim_end_matches('.');
    domain
        .contains('.')
        .then(|| &text[start..at + 1 + domain.len()])
}

/// Adds a person, unless they are there already: the same name, or one of whom only the address was known.
pub fn add(people: &mut Vec<Person>, person: Person) {
    let same = people.iter_mut().find(|known| {
        (!person.name.is_empty() && known.name.eq_ignore_ascii_case(&person.name))
            || (person.email.is_some()
                && known.email == person.email
                && (known.name.is_empty() || person.name.is_empty()))
    });
    match same {
        Some(known) => {
            if known.name.is_empty() {
                known.name = person.name;
            }
            known.email = known.email.take().or(person.email);
            known.url = known.url.take().or(person.url);
        }
        None => people.push(person),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (String, Option<String>) {
        let person = in_text(text).unwrap();
        (person.name, person.email)
    }

    #[test]
    fn people_are_named_in_many_forms() {
        let both = ("Ana Roe".to_owned(), Some("ana@a.example".to_owned()));
        for text in [
            "ana@a.example (Ana Roe)",
            "Ana Roe <ana@a.example>",
            "Ana Roe (ana@a.example)",
            "\"Ana Roe\" &lt;ana@a.example&gt;",
            "mailto:ana@a.example (Ana Roe)",
        ] {
            assert_eq!(told(text), both, "{text}");
        }
        assert_eq!(told("Ana Roe"), ("Ana Roe".to_owned(), None));
        assert_eq!(told("Ana @work"), ("Ana @work".to_owned(), None));
        assert_eq!(told("ana@a.example"), (String::new(), both.1));
        assert_eq!(in_text(" "), None);
    }

    #[test]
    fn nobody_is_named_twice() {
        let mut people = Vec::new();
        for text in ["ana@a.example (Ana Roe)", "Ana Roe", "ana@a.example", "Bo"] {
            add(&mut people, in_text(text).unwrap());
        }
        let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, ["Ana Roe", "Bo"]);
    }
}
