//! A query, with its names resolved: in a form that is the same for all who mean the same, and that can be asked.

use super::{about::Resolved, bits::Bits, fold::fold, topics::TopicIndex, window::Window};
use crate::domain::{Query, TopicId};

/// A term in negation normal form. The order of the variants and of what is in them makes the canonical order: the terms of an AND or OR
/// are sorted, each once. Topics are known by their places in the index, so that a million queries are compiled in a second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Term {
    Any,
    Nothing,
    Topic {
        place: usize,
        exactly: bool,
        wanted: bool,
    },
    Tag {
        folded: String,
        wanted: bool,
    },
    And(Vec<Term>),
    Or(Vec<Term>),
}

/// A query that can be asked. It belongs to the index that it was compiled with: wherever one is asked for, it is that.
///
/// Two of one index that are equal get the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Compiled {
    term: Term,
    order: Vec<usize>,
    unknown: Vec<String>,
    former: Vec<TopicId>,
    excludes: bool,
}

impl Compiled {
    /// Resolves the names of a query.
    #[must_use]
    pub fn new(query: &Query, index: &TopicIndex) -> Self {
        let mut names = Names::default();
        let term = simplify(query, index, true, &mut names);
        let mut excludes = false;
        walk(&term, &mut |term| {
            excludes |= matches!(
                term,
                Term::Topic { wanted: false, .. } | Term::Tag { wanted: false, .. }
            );
        });
        Self {
            excludes,
            term,
            order: names.order,
            unknown: names.unknown,
            former: names.former,
        }
    }

    /// The topics that it wants and that there are no more.
    #[must_use]
    pub fn former(&self) -> &[TopicId] {
        &self.former
    }

    /// The form that all queries of this meaning share; it reads as a query.
    #[must_use]
    pub fn canonical(&self, index: &TopicIndex) -> String {
        as_query(&self.term, index).to_string()
    }

    /// Whether it wants everything.
    #[must_use]
    pub fn wants_everything(&self) -> bool {
        self.term == Term::Any
    }

    /// The topics that it wants, in the reader's order.
    #[must_use]
    pub fn order(&self, index: &TopicIndex) -> Vec<TopicId> {
        let ids = self.order.iter().map(|place| &index.topic(*place).id);
        ids.cloned().collect()
    }

    /// The places of these topics.
    pub(super) fn places(&self) -> &[usize] {
        &self.order
    }

    /// Its names that are no topic's. They mean the tags of that name.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// The topics that its readers can be said to follow, in their order: those that it wants without which it would mean something
    /// else. None where it wants everything.
    #[must_use]
    pub fn follows(&self, index: &TopicIndex) -> Vec<TopicId> {
        let mut wanted = Vec::new();
        walk(&self.term, &mut |term| {
            if let Term::Topic {
                place,
                wanted: true,
                ..
            } = term
            {
                wanted.push(*place);
            }
        });
        let followed = self.order.iter().filter(|place| wanted.contains(place));
        followed
            .map(|place| index.topic(*place).id.clone())
            .collect()
    }

    /// The articles of a window that are wanted.
    pub(super) fn wanted(&self, window: &Window) -> Bits {
        let mut bits = Bits::none(window.len());
        add_wanted(&self.term, window, &mut bits);
        bits
    }

    /// How many of its wanted topics and tags an article is about.
    #[must_use]
    pub fn terms_of(&self, resolved: &Resolved) -> u32 {
        let mut count = 0;
        walk(&self.term, &mut |term| {
            if let Term::Topic { wanted: true, .. } | Term::Tag { wanted: true, .. } = term {
                count += u32::from(matches(term, resolved, Exclusions::Hold));
            }
        });
        count
    }

    /// Whether an article about this is wanted.
    #[must_use]
    pub fn matches(&self, resolved: &Resolved) -> bool {
        matches(&self.term, resolved, Exclusions::Hold)
    }

    /// What the query excludes that keeps out an article which it would want otherwise: topics by id, tags as folded.
    /// Nothing where the article is wanted, or wouldn't be anyhow.
    #[must_use]
    pub fn excluded_by(&self, resolved: &Resolved, index: &TopicIndex) -> Vec<String> {
        let mut by = Vec::new();
        if self.excludes
            && !self.matches(resolved)
            && matches(&self.term, resolved, Exclusions::Lifted)
        {
            walk(&self.term, &mut |term| {
                let (name, wanted) = match term {
                    Term::Topic { place, wanted, .. } => (&index.topic(*place).id.0, wanted),
                    Term::Tag { folded, wanted } => (folded, wanted),
                    _ => return,
                };
                if !wanted && !matches(term, resolved, Exclusions::Hold) && !by.contains(name) {
                    by.push(name.clone());
                }
            });
        }
        by
    }
}

/// Whether what a query excludes counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exclusions {
    Hold,
    Lifted,
}

/// Shows a term and all within it.
fn walk<'a>(term: &'a Term, see: &mut impl FnMut(&'a Term)) {
    see(term);
    if let Term::And(terms) | Term::Or(terms) = term {
        for term in terms {
            walk(term, see);
        }
    }
}

/// What is noted of a query's names on the way.
#[derive(Default)]
struct Names {
    /// The places of the topics that it wants.
    order: Vec<usize>,
    /// Names that are no topic's.
    unknown: Vec<String>,
    /// The topics that it wants and that there are no more.
    former: Vec<TopicId>,
}

fn simplify(query: &Query, index: &TopicIndex, wanted: bool, names: &mut Names) -> Term {
    match query {
        Query::Any if wanted => Term::Any,
        Query::Any => Term::Nothing,
        Query::Not(inner) => simplify(inner, index, !wanted, names),
        Query::Topic(name) => named(name, false, index, wanted, names),
        Query::Exactly(name) => named(name, true, index, wanted, names),
        Query::And(terms) | Query::Or(terms) => {
            let terms = terms
                .iter()
                .map(|term| simplify(term, index, wanted, names));
            // De Morgan: under a negation each becomes the other.
            if matches!(query, Query::And(_)) == wanted {
                and(terms)
            } else {
                or(terms)
            }
        }
    }
}

fn named(name: &str, exactly: bool, index: &TopicIndex, wanted: bool, names: &mut Names) -> Term {
    let former = index.former(name);
    if let Some(former) = former.filter(|former| wanted && !names.former.contains(&former.id)) {
        names.former.push(former.id.clone());
    }
    let place = match former {
        Some(former) => match former.into.as_ref().and_then(|into| index.place(into)) {
            Some(into) => Some(into),
            // It ended: nothing is about it.
            None if wanted => return Term::Nothing,
            None => return Term::Any,
        },
        None => index.find(name),
    };
    let Some(place) = place else {
        if !names.unknown.iter().any(|known| known == name) {
            names.unknown.push(name.to_owned());
        }
        let folded = fold(name);
        return match (folded.is_empty(), wanted) {
            // No tag is without a letter or digit: 🎉 is never found.
            (true, true) => Term::Nothing,
            (true, false) => Term::Any,
            (false, _) => Term::Tag { folded, wanted },
        };
    };
    if wanted && !names.order.contains(&place) {
        names.order.push(place);
    }
    Term::Topic {
        place,
        exactly,
        wanted,
    }
}

/// All of them: flat, each once, without those that say nothing, and without what another one says already.
fn and(terms: impl Iterator<Item = Term>) -> Term {
    let mut all = Vec::new();
    for term in terms {
        match term {
            Term::Any => {}
            Term::Nothing => return Term::Nothing,
            Term::And(inner) => all.extend(inner),
            other => all.push(other),
        }
    }
    single(absorb(all), Term::Any, Term::And)
}

/// Any of them, in the same way.
fn or(terms: impl Iterator<Item = Term>) -> Term {
    let mut any = Vec::new();
    for term in terms {
        match term {
            Term::Any => return Term::Any,
            Term::Nothing => {}
            Term::Or(inner) => any.extend(inner),
            other => any.push(other),
        }
    }
    single(absorb(any), Term::Nothing, Term::Or)
}

/// Sorted, each once, and without what another one says already: beside `a`, `a OR b` adds nothing to an AND, nor `a AND b` to an OR,
/// and beside `a OR b` nor does `a OR b OR c`.
fn absorb(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort_unstable();
    terms.dedup();
    // Most are plain lists.
    if !terms
        .iter()
        .any(|term| matches!(term, Term::And(_) | Term::Or(_)))
    {
        return terms;
    }
    let says_no_more = |term: &Term, other: &Term| match (term, other) {
        (Term::And(inner), Term::And(other)) | (Term::Or(inner), Term::Or(other)) => {
            inner.len() > other.len() && other.iter().all(|term| inner.contains(term))
        }
        (Term::And(inner) | Term::Or(inner), other) => inner.contains(other),
        _ => false,
    };
    let needed = |term: &&Term| !terms.iter().any(|other| says_no_more(term, other));
    terms.iter().filter(needed).cloned().collect()
}

fn single(mut terms: Vec<Term>, none: Term, many: fn(Vec<Term>) -> Term) -> Term {
    if terms.len() > 1 {
        many(terms)
    } else {
        terms.pop().unwrap_or(none)
    }
}

/// Adds the articles that a term wants.
fn add_wanted(term: &Term, window: &Window, bits: &mut Bits) {
    match term {
        Term::Any => bits.add_complement(&Bits::none(window.len())),
        Term::Nothing => {}
        Term::Topic {
            place,
            exactly,
            wanted,
        } => {
            let topics = if *exactly {
                &window.exactly
            } else {
                &window.about
            };
            if *wanted {
                bits.add(&topics[*place]);
            } else {
                bits.add_complement(&topics[*place]);
            }
        }
        Term::Tag { folded, wanted } => match window.tagged.get(folded) {
            Some(tagged) if *wanted => bits.add(tagged),
            Some(tagged) => bits.add_complement(tagged),
            None if *wanted => {}
            None => bits.add_complement(&Bits::none(window.len())),
        },
        Term::Or(terms) => {
            for term in terms {
                add_wanted(term, window, bits);
            }
        }
        Term::And(terms) => {
            let mut all = Bits::all(window.len());
            for term in terms {
                let mut one = Bits::none(window.len());
                add_wanted(term, window, &mut one);
                all = all.and(&one);
            }
            bits.add(&all);
        }
    }
}

fn matches(term: &Term, resolved: &Resolved, exclusions: Exclusions) -> bool {
    match term {
        Term::Topic { wanted: false, .. } | Term::Tag { wanted: false, .. }
            if exclusions == Exclusions::Lifted =>
        {
            true
        }
        Term::Any => true,
        Term::Nothing => false,
        Term::Topic {
            place,
            exactly,
            wanted,
        } => {
            let set = if *exactly {
                &resolved.own
            } else {
                &resolved.all
            };
            set.contains(*place) == *wanted
        }
        Term::Tag { folded, wanted } => resolved.tags.contains(folded) == *wanted,
        Term::And(terms) => terms.iter().all(|term| matches(term, resolved, exclusions)),
        Term::Or(terms) => terms.iter().any(|term| matches(term, resolved, exclusions)),
    }
}

/// The canonical form as a query.
fn as_query(term: &Term, index: &TopicIndex) -> Query {
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
            place,
            exactly,
            wanted,
        } => {
            let id = index.topic(*place).id.0.clone();
            let query = if *exactly {
                Query::Exactly(id)
            } else {
                Query::Topic(id)
            };
            negated(query, *wanted)
        }
        Term::Tag { folded, wanted } => negated(Query::Topic(folded.clone()), *wanted),
        Term::And(terms) => Query::And(terms.iter().map(|term| as_query(term, index)).collect()),
        Term::Or(terms) => Query::Or(terms.iter().map(|term| as_query(term, index)).collect()),
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
        let form = compiled("korea -sport").canonical(&index());
        for other in [
            "NOT sport AND Corée",
            "korea AND korea AND NOT sport",
            "NOT (sport OR NOT korea)",
            "* AND COREE !sport",
        ] {
            assert_eq!(compiled(other).canonical(&index()), form);
        }
        assert_eq!(
            compiled("korea OR (korea AND sport)").canonical(&index()),
            "korea"
        );
        assert_eq!(compiled("korea OR *").canonical(&index()), "*");
        assert_eq!(
            compiled("(korea OR sport) (sport OR chess OR korea)").canonical(&index()),
            compiled("sport OR korea").canonical(&index())
        );
    }

    #[test]
    fn what_no_tag_can_be_matches_nothing_and_not_everything() {
        let party = compiled("\"🎉\"");
        assert_eq!(
            (party.canonical(&index()).as_str(), party.unknown()),
            ("NOT *", &["🎉".to_owned()][..])
        );
        assert_eq!(compiled("korea OR \"🎉\"").canonical(&index()), "korea");
        assert_eq!(compiled("korea NOT \"🎉\"").canonical(&index()), "korea");
    }

    #[test]
    fn the_deepest_query_has_a_canonical_form_that_can_be_read() {
        // Each parenthesis brings an OR within an AND within an OR.
        let nested = |depth: usize, core: &str| {
            (0..depth).fold(core.to_owned(), |core, n| format!("a{n} OR b{n} ({core})"))
        };
        for query in [
            nested(30, "x OR y -z"),
            format!("NOT ({})", nested(29, "x OR y -z")),
            format!("-{}", "(-".repeat(15) + "x OR y" + &")".repeat(15)),
        ] {
            let compiled = compiled(&query);
            let read = compiled.canonical(&index()).parse::<Query>();
            let again = Compiled::new(&read.unwrap(), &index());
            assert_eq!(again.canonical(&index()), compiled.canonical(&index()));
        }
    }

    #[test]
    fn whoever_follows_a_topic_that_ended_follows_what_it_ended_in() {
        let former = |id: &str, into: Option<&str>| crate::domain::FormerTopic {
            id: TopicId(id.into()),
            names: [("fr".parse().unwrap(), "Échecs".to_owned())].into(),
            into: into.map(|into| TopicId(into.into())),
            since: chrono::NaiveDate::MIN,
        };
        let index = index().with_former(&[former("chess", Some("sport"))]);
        let compiled = Compiled::new(&"korea OR echecs".parse().unwrap(), &index);
        assert_eq!(compiled.canonical(&index), "korea OR sport");
        assert_eq!(compiled.former(), [TopicId("chess".into())]);
        let index = index.with_former(&[former("chess", None)]);
        let compiled = |query: &str| Compiled::new(&query.parse().unwrap(), &index);
        assert_eq!(compiled("korea OR chess").canonical(&index), "korea");
        assert_eq!(compiled("korea -chess").canonical(&index), "korea");
        assert_eq!(compiled("chess").canonical(&index), "NOT *");
    }

    #[test]
    fn what_keeps_an_article_out_is_named() {
        let by = |query: &str, tags: &[&str]| {
            compiled(query).excluded_by(&index().resolve(&article("x", tags), &[]), &index())
        };
        assert_eq!(
            by("korea NOT sport -chess", &["korea", "football", "Chess"]),
            ["sport", "chess"]
        );
        assert!(by("korea NOT sport", &["football"]).is_empty());
        assert!(by("korea NOT sport", &["korea"]).is_empty());
    }

    #[test]
    fn who_wants_everything_follows_no_topic() {
        let follows = |query: &str| {
            let topics = compiled(query).follows(&index()).into_iter();
            topics.map(|id| id.0).collect::<Vec<_>>()
        };
        assert_eq!(follows("sport OR korea NOT football"), ["sport", "korea"]);
        assert!(follows("korea OR *").is_empty());
        assert!(follows("* NOT sport").is_empty());
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
            .order(&index())
            .into_iter()
            .map(|id| id.0)
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

    /// The same in other words: turned round, and by alias.
    fn in_other_words(query: &Query) -> Query {
        let rename = |name: &String| match name.as_str() {
            "korea" => "CORÉE".to_owned(),
            "Corée" => "korea".to_owned(),
            other => other.to_uppercase(),
        };
        let turn = |terms: &[Query]| {
            terms
                .iter()
                .rev()
                .chain(&terms[..1])
                .map(in_other_words)
                .collect()
        };
        match query {
            Query::Any => Query::Any,
            Query::Topic(name) => Query::Topic(rename(name)),
            Query::Exactly(name) => Query::Exactly(rename(name)),
            Query::Not(inner) => Query::Not(Box::new(in_other_words(inner))),
            Query::And(terms) => Query::And(turn(terms)),
            Query::Or(terms) => Query::Or(turn(terms)),
        }
    }

    proptest! {
        #[test]
        fn other_words_have_the_same_form(query in queries()) {
            let index = index();
            let other = Compiled::new(&in_other_words(&query), &index);
            let compiled = Compiled::new(&query, &index);
            prop_assert_eq!(other.canonical(&index), compiled.canonical(&index));
        }

        #[test]
        fn a_compiled_query_means_what_it_says(query in queries(), tags in proptest::collection::vec(
            proptest::sample::select(&["korea", "north-korea", "sport", "football", "chess", "other"][..]), 0..4)) {
            let index = index();
            let about = index.resolve(&article("x", &tags), &[]);
            let compiled = Compiled::new(&query, &index);
            prop_assert_eq!(compiled.matches(&about), naive(&query, &index, &about));
            let again = Compiled::new(&compiled.canonical(&index).parse().unwrap(), &index);
            prop_assert_eq!(again.canonical(&index), compiled.canonical(&index));
            prop_assert_eq!(again.matches(&about), compiled.matches(&about));
        }
    }
}
