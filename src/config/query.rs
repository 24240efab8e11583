//! Topic queries in the configuration, and whether the topics that they name are declared.

use super::{
    form::Reading,
    problem::Problem,
    tree::{Node, Value},
    values::{expected, known, list, unknown, wrong},
};
use crate::{
    domain::{Query, query::QueryError},
    plan::fold,
};

/// A topic query, or a list of topics. `topics` are the ids, names and aliases, folded by [`fold`].
pub fn query<'a>(ids: &'a [String], names: &'a [String]) -> impl Fn(&Node) -> Reading<Query> + 'a {
    move |node| {
        if let Value::Array(_) = node.value {
            let topics = list("[\"korea\"]", known("topic", ids))(node)?;
            if topics.is_empty() {
                return wrong(node, "it is empty: write `\"*\"` for all topics");
            }
            return Query::any_of(topics).or_else(|error| wrong(node, error.message));
        }
        let Some(text) = node.as_str() else {
            return expected(
                node,
                "a query such as `\"korea AND NOT sport\"`, or a list of topics,",
            );
        };
        let query: Query = text.parse().map_err(|error: QueryError| {
            let at = error.at.min(text.len());
            vec![Problem::new(
                node.part(at..text.len().min(at + 1)),
                error.message,
            )]
        })?;
        let problems: Vec<Problem> = topics_of(&query)
            .into_iter()
            .filter(|topic| !names.contains(&fold(topic)))
            .map(|topic| {
                let at = text.find(topic).unwrap_or_default();
                let at = node.part(at..at + topic.len());
                unknown(
                    Problem::new(at, format!("unknown topic `{topic}`")),
                    topic,
                    "topic",
                    ids,
                )
            })
            .collect();
        if problems.is_empty() {
            Ok(query)
        } else {
            Err(problems)
        }
    }
}

fn topics_of(query: &Query) -> Vec<&str> {
    match query {
        Query::Any => Vec::new(),
        Query::Topic(topic) | Query::Exactly(topic) => vec![topic],
        Query::Not(query) => topics_of(query),
        Query::And(queries) | Query::Or(queries) => queries.iter().flat_map(topics_of).collect(),
    }
}
