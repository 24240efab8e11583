//! Any key can be set from the environment: `POSTRIDER__STORE__URL`, `POSTRIDER__EDITION__DAILY__AT`,
//! `POSTRIDER__RELAY__0__URL`.

use super::{
    problem::{Found, Origin, Problem, near},
    tree::{Entry, Node, Table, Value, variable},
};

const PREFIX: &str = "POSTRIDER__";
const TABLES: [&str; 4] = ["publisher", "store", "delivery", "collect"];
/// The lists of tables, and the key by which a variable may name one of them instead of by its place.
const LISTS: [(&str, &str); 5] = [
    ("source", "name"),
    ("topic", "id"),
    ("edition", "id"),
    ("relay", ""),
    ("subscribers", ""),
];

/// Lays the variables over the tree.
pub fn lay_over(root: &mut Table, variables: &[(String, String)], found: &Found) {
    let mut ours: Vec<(Vec<&str>, &str, &str)> = variables
        .iter()
        .filter_map(|(name, value)| {
            let path = name.strip_prefix(PREFIX)?.split("__").collect();
            Some((path, name.as_str(), value.as_str()))
        })
        .collect();
    // `RELAY__2` comes before `RELAY__10`, so that each new table has its place at the end.
    ours.sort_by_key(|(path, ..)| {
        path.iter()
            .map(|part| (part.len(), *part))
            .collect::<Vec<_>>()
    });
    for (path, name, value) in ours {
        if let Err(problem) = set(root, &path, name, value) {
            found.push(problem);
        }
    }
}

fn set(root: &mut Table, path: &[&str], name: &str, value: &str) -> Result<(), Problem> {
    let origin = Origin::Variable(name.into());
    let first = path[0].to_lowercase();
    let (table, keys) = match LISTS.iter().find(|(list, _)| *list == first) {
        Some((list, id)) if path.len() > 1 => {
            (element(root, list, id, path[1], &origin)?, &path[2..])
        }
        None if !TABLES.contains(&first.as_str()) => return Err(unknown(origin, name, &first)),
        _ => (child(root, &first, &origin), &path[1..]),
    };
    let whole = keys.iter().all(|key| !key.is_empty());
    let Some((last, parents)) = keys.split_last().filter(|_| whole) else {
        return Err(
            Problem::new(origin, format!("`{name}` names a table, not a key in it")).help(format!(
                "write it as {PREFIX}STORE__URL or {PREFIX}EDITION__DAILY__AT"
            )),
        );
    };
    let table = parents
        .iter()
        .try_fold(table, |table, key| Some(child(table?, key, &origin)));
    // What should be a table and isn't is told where the tables are read.
    if let Some(table) = table.flatten() {
        let node = variable(name, value);
        match table
            .entries
            .iter_mut()
            .find(|entry| same(&entry.key, last))
        {
            Some(entry) => entry.node = node,
            None => table.entries.push(Entry {
                key: last.to_lowercase(),
                origin,
                node,
            }),
        }
    }
    Ok(())
}

fn unknown(origin: Origin, name: &str, first: &str) -> Problem {
    let known = TABLES.into_iter().chain(LISTS.map(|(list, _)| list));
    let problem = Problem::new(origin, format!("unknown variable `{name}`"));
    match near(first, known) {
        Some(near) => problem.label(format!("did you mean {PREFIX}{}…?", near.to_uppercase())),
        None => problem.help(format!(
            "a variable names a table and a key in it, as {PREFIX}STORE__URL does"
        )),
    }
}

/// The table under a key, made if there is none; nothing, if something else is there.
fn child<'a>(table: &'a mut Table, key: &str, origin: &Origin) -> Option<&'a mut Table> {
    let empty = Value::Table(Table::new(origin));
    made(table, key, empty, origin).as_table_mut()
}

/// The value of a key; if there is none yet, this one.
fn made<'a>(table: &'a mut Table, key: &str, value: Value, origin: &Origin) -> &'a mut Node {
    let found = table.entries.iter().position(|entry| same(&entry.key, key));
    let at = found.unwrap_or(table.entries.len());
    if found.is_none() {
        table.entries.push(Entry {
            key: key.to_lowercase(),
            origin: origin.clone(),
            node: Node::new(origin, value),
        });
    }
    &mut table.entries[at].node
}

/// The table of a list that a variable names: by its id or name, else by its place. The place after the last
/// makes a new one.
fn element<'a>(
    root: &'a mut Table,
    list: &str,
    id: &str,
    which: &str,
    origin: &Origin,
) -> Result<Option<&'a mut Table>, Problem> {
    let Value::Array(nodes) = &mut made(root, list, Value::Array(Vec::new()), origin).value else {
        return Ok(None);
    };
    let named: Vec<(usize, &str)> = nodes
        .iter()
        .enumerate()
        .filter_map(|(at, node)| Some((at, node.as_table()?.get(id)?.as_str()?)))
        .collect();
    let mut meant = named.iter().filter(|(_, name)| same(name, which));
    let place = match (meant.next(), meant.next()) {
        (Some((_, one)), Some((_, other))) => {
            return Err(Problem::new(
                origin.clone(),
                format!("`{which}` is both `{one}` and `{other}`"),
            )
            .help(format!("name the [[{list}]] by its place: 0 is the first")));
        }
        (Some((at, _)), None) => Some(*at),
        _ => which.parse().ok().filter(|place| *place <= nodes.len()),
    };
    let Some(place) = place else {
        let problem = Problem::new(origin.clone(), format!("no [[{list}]] is `{which}`"));
        let spellings: Vec<String> = named.iter().map(|(_, name)| spelt(name)).collect();
        return Err(match nodes.len() {
            0 => problem.help("there is none: 0 makes the first"),
            count if spellings.is_empty() => problem.help(format!(
                "they are numbered from 0: there are {count}, so {count} makes another"
            )),
            _ => problem.help(format!("there are: {}", spellings.join(", "))),
        });
    };
    if place == nodes.len() {
        nodes.push(Node::new(origin, Value::Table(Table::new(origin))));
    }
    Ok(nodes[place].as_table_mut())
}

/// A key or name as variables spell it: capitals, digits and `_`.
fn spelt(name: &str) -> String {
    name.chars()
        .flat_map(char::to_uppercase)
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect()
}

fn same(name: &str, variable: &str) -> bool {
    spelt(name) == spelt(variable)
}
