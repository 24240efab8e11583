//! A query, with its names resolved: in a form that is the same for all who mean the same, and that can be asked.

use std::collections::BTreeSet;

use super::{about::Resolved, fold::fold, topics::TopicIndex};
use crate::domain::{Query, TopicId};

/// A term in negation normal form. The order of the variants and of what is in them makes the canonical order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
    Any,
    Nothing,
    Topic {
        place: usize,
        id: String,
        exactly: bool,
        wanted: bool,
    },
    Tag {
        folded: String,
        wanted: bool,
    },
    And(BTreeSet<Term>),
    Or(BTreeSet<Term>),
}

/// A query that can be asked.
#[derive(Debug, Clone)]
pub struct Compiled {
    term: Term,
    canonical: String,
    order: Vec<TopicId>,
    unknown: Vec<String>,
}

impl Compiled {
    /// Resolves the names of a query.
    #[must_use]
    pub fn new(query: &Query, index: &TopicIndex) -> Self {
        let (mut order, mut unknown) = (Vec::new(), Vec::new());
        let term = simplify(query, index, true, &mut order, &mut unknown);
        Self {
            canonical: text(&term),
            term,
            order,
            unknown,
        }
    }

    /// The form that all queries of this meaning share; it reads as a query.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The topics that it wants, in the reader's order.
    #[must_use]
    pub fn order(&self) -> &[TopicId] {
        &self.order
    }

    /// Its names that are no topic's. They mean the tags of that name.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Whether an article about this is wanted.
    #[must_use]
    pub fn matches(&self, resolved: &Resolved) -> bool {
        matches(&self.term, resolved)
    }
}

fn simplify(
    query: &Query,
    index: &TopicIndex,
    wanted: bool,
    order: &mut Vec<TopicId>,
    unknown: &mut Vec<String>,
) -> Term {
    match query {
        Query::Any if wanted => Term::Any,
        Query::Any => Term::Nothing,
        Query::Not(inner) => simplify(inner, index, !wanted, order, unknown),
        Query::Topic(name) => named(name, false, index, wanted, order, unknown),
        Query::Exactly(name) => named(name, true, index, wanted, order, unknown),
        Query::And(terms) | Query::Or(terms) => {
            let terms = terms
                .iter()
                .map(|term| simplify(term, index, wanted, order, unknown));
            // De Morgan: under a negation each becomes the other.
            if matches!(query, Query::And(_)) == wanted {
                and(terms)
            } else {
                or(terms)
            }
        }
    }
}

fn named(
    name: &str,
    exactly: bool,
    index: &TopicIndex,
    wanted: bool,
    order: &mut Vec<TopicId>,
    unknown: &mut Vec<String>,
) -> Term {
    let Some(place) = index.find(name) else {
        if !unknown.iter().any(|known| known == name) {
            unknown.push(name.to_owned());
        }
        return Term::Tag {
            folded: fold(name),
            wanted,
        };
    };
    let id = &index.topic(place).id;
    if wanted && !order.contains(id) {
        order.push(id.clone());
    }
    Term::Topic {
        place,
        id: id.0.clone(),
        exactly,
        wanted,
    }
}

/// All of them: flat, each once, without those that say nothing, and without what another one says already.
fn and(terms: impl Iterator<Item = Term>) -> Term {
    let mut all = BTreeSet::new();
    for term in terms {
        match term {
            Term::Any => {}
            Term::Nothing => return Term::Nothing,
            Term::And(inner) => all.extend(inner),
            other => drop(all.insert(other)),
        }
    }
    let plain = all.clone();
    all.retain(
        |term| !matches!(term, Term::Or(inner) if inner.iter().any(|term| plain.contains(term))),
    );
    single(all, Term::Any, Term::And)
}

/// Any of them, in the same way.
fn or(terms: impl Iterator<Item = Term>) -> Term {
    let mut any = BTreeSet::new();
    for term in terms {
        match term {
            Term::Any => return Term::Any,
            Term::Nothing => {}
            Term::Or(inner) => any.extend(inner),
            other => drop(any.insert(other)),
        }
    }
    let plain = any.clone();
    any.retain(
        |term| !matches!(term, Term::And(inner) if inner.iter().any(|term| plain.contains(term))),
    );
    single(any, Term::Nothing, Term::Or)
}

fn single(mut terms: BTreeSet<Term>, none: Term, many: fn(BTreeSet<Term>) -> Term) -> Term {
    if terms.len() > 1 {
        many(terms)
    } else {
        terms.pop_first().unwrap_or(none)
    }
}

fn matches(term: &Term, resolved: &Resolved) -> bool {
    match term {
        Term::Any => true,
        Term::Nothing => false,
        Term::Topic {
            place,
            exactly,
            wanted,
            ..
        } => {
            let set = if *exactly {
                &resolved.own
            } else {
                &resolved.all
            };
            set.contains(*place) == *wanted
        }
        Term::Tag { folded, wanted } => resolved.tags.contains(folded) == *wanted,
        Term::And(terms) => terms.iter().all(|term| matches(term, resolved)),
        Term::Or(terms) => terms.iter().any(|term| matches(term, resolved)),
    }
}

/// The canonical form as a query.
fn text(term: &Term) -> String {
    as_query(term).to_string()
}

fn as_query(term: &Term) -> Query {
    let negated = |query: Query, wanted: bool| {
        if wanted {
            query
        } else {
            Query::Not(Box::new(query))
        }
    };
    match term {
        Term::Any => Query::Any,
        Term::Nothing => Query::Not(Box::new(Query::Any)),
        Term::Topic {
            id,
            exactly: true,
            wanted,
            ..
        } => negated(Query::Exactly(id.clone()), *wanted),
        Term::Topic { id, wanted, .. } => negated(Query::Topic(id.clone()), *wanted),
        Term::Tag { folded, wanted } => negated(Query::Topic(folded.clone()), *wanted),
        Term::And(terms) => Query::And(terms.iter().map(as_query).collect()),
        Term::Or(terms) => Query::Or(terms.iter().map(as_query).collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::test_data::{article, topic};

    fn index() -> TopicIndex {
        let mut korea = topic("korea", &[]);
        korea.aliases = vec!["Corée".into()];
        TopicIndex::new(&[
            korea,
            topic("north-korea", &["korea"]),
            topic("sport", &[]),
            topic("football", &["sport"]),
        ])
        .unwrap()
    }

    fn compiled(query: &str) -> Compiled {
        Compiled::new(&query.parse().unwrap(), &index())
    }

    #[test]
    fn queries_of_one_meaning_share_one_form() {
        let form = compiled("korea -sport").canonical().to_owned();
        for other in [
            "NOT sport AND Corée",
            "korea AND korea AND NOT sport",
            "NOT (sport OR NOT korea)",
            "* AND COREE !sport",
        ] {
            assert_eq!(compiled(other).canonical(), form);
        }
        assert_eq!(compiled("korea OR (korea AND sport)").canonical(), "korea");
        assert_eq!(compiled("korea OR *").canonical(), "*");
    }

    #[test]
    fn a_topic_brings_what_is_within_it_unless_it_is_exact() {
        let article = index().resolve(&article("x", &["north-korea"]), &[]);
        assert!(compiled("korea").matches(&article));
        assert!(!compiled("=korea").matches(&article));
        assert!(!compiled("* NOT korea").matches(&article));
    }

    #[test]
    fn the_readers_order_is_that_of_the_names() {
        let order: Vec<_> = compiled("sport OR korea NOT football")
            .order()
            .iter()
            .map(|id| id.0.clone())
            .collect();
        assert_eq!(order, ["sport", "korea"]);
        assert_eq!(compiled("chess OR korea").unknown(), ["chess"]);
    }

    fn queries() -> impl Strategy<Value = Query> {
        const NAMES: &[&str] = &[
            "korea",
            "Corée",
            "north-korea",
            "sport",
            "football",
            "chess",
        ];
        let leaf = prop_oneof![
            Just(Query::Any),
            proptest::sample::select(NAMES).prop_map(|name| Query::Topic(name.into())),
            proptest::sample::select(NAMES).prop_map(|name| Query::Exactly(name.into())),
        ];
        leaf.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|query| Query::Not(Box::new(query))),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
                proptest::collection::vec(inner, 2..4).prop_map(Query::Or),
            ]
        })
    }

    /// What a query means, word for word.
    fn naive(query: &Query, index: &TopicIndex, about: &Resolved) -> bool {
        match query {
            Query::Any => true,
            Query::Topic(name) => index.find(name).map_or_else(
                || about.tags.contains(&fold(name)),
                |p| about.all.contains(p),
            ),
            Query::Exactly(name) => index.find(name).map_or_else(
                || about.tags.contains(&fold(name)),
                |p| about.own.contains(p),
            ),
            Query::Not(inner) => !naive(inner, index, about),
            Query::And(terms) => terms.iter().all(|term| naive(term, index, about)),
            Query::Or(terms) => terms.iter().any(|term| naive(term, index, about)),
        }
    }

    proptest! {
        #[test]
        fn a_compiled_query_means_what_it_says(query in queries(), tags in proptest::collection::vec(
            proptest::sample::select(&["korea", "north-korea", "sport", "football", "chess", "other"][..]), 0..4)) {
            let index = index();
            let about = index.resolve(&article("x", &tags), &[]);
            let compiled = Compiled::new(&query, &index);
            prop_assert_eq!(compiled.matches(&about), naive(&query, &index, &about));
            let again = Compiled::new(&compiled.canonical().parse().unwrap(), &index);
            prop_assert_eq!(again.canonical(), compiled.canonical());
            prop_assert_eq!(again.matches(&about), compiled.matches(&about));
        }
    }
}
