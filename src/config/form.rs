//! A table that is being filled in: each key is asked for once, and what nobody asked for is unknown.

use super::{
    problem::{Found, Origin, Problem, near},
    tree::{Node, Table, Value},
};

/// What reading a value gives: the value, or all that is wrong with it.
pub type Reading<T> = Result<T, Vec<Problem>>;

/// A table that is being read.
pub struct Form<'a> {
    table: &'a Table,
    name: &'static str,
    known: Vec<&'static str>,
    refused: Vec<(&'static str, &'static str)>,
    found: &'a Found,
}

impl<'a> Form<'a> {
    /// `name` is the table's header as an operator writes it: `[[edition]]`.
    pub fn new(table: &'a Table, name: &'static str, found: &'a Found) -> Self {
        Self {
            table,
            name,
            known: Vec::new(),
            refused: Vec::new(),
            found,
        }
    }

    /// The value of a key, if it is there and good. Else, if it is there, its problems are told.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a Node) -> Reading<T>,
    ) -> Option<T> {
        self.known.push(key);
        match read(self.table.get(key)?) {
            Ok(value) => Some(value),
            Err(problems) => {
                self.found
                    .extend(problems.into_iter().map(|problem| Problem {
                        message: format!("{key}: {}", problem.message),
                        ..problem
                    }));
                None
            }
        }
    }

    /// The value of a key, or what holds without it.
    pub fn or<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a Node) -> Reading<T>,
        default: T,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// The value of a key that must be there, as in `example`.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&'a Node) -> Reading<T>,
    ) -> Option<T> {
        if !self.has(key) {
            self.known.push(key);
            self.problem(
                Problem::new(
                    self.table.origin.clone(),
                    format!("no `{key}` in {}", self.name),
                )
                .label(format!("write under it: {example}")),
            );
            return None;
        }
        self.optional(key, read)
    }

    /// A key that must not be there, and what to do instead.
    pub fn refuse(&mut self, key: &'static str, message: &str, help: &'static str) {
        self.refused.push((key, help));
        let entry = self.table.entries.iter().find(|entry| entry.key == key);
        if let Some(entry) = entry {
            self.problem(
                Problem::new(entry.origin.clone(), message)
                    .help(help)
                    .secret(&entry.node.origin),
            );
        }
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Where a key's value stands; the table's header, where it doesn't.
    pub fn origin(&self, key: &str) -> Origin {
        self.table
            .get(key)
            .map_or(&self.table.origin, |node| &node.origin)
            .clone()
    }

    /// Tells a problem.
    pub fn problem(&self, problem: Problem) {
        self.found.push(problem);
    }

    /// A table that may be there once: `[store]`.
    pub fn table(&mut self, key: &'static str, name: &'static str) -> Option<Form<'a>> {
        self.known.push(key);
        let node = self.table.get(key)?;
        if let Value::Table(table) = &node.value {
            return Some(Form::new(table, name, self.found));
        }
        self.problem(Problem::new(
            node.origin.clone(),
            format!("`{key}` is one table: write {name}"),
        ));
        None
    }

    /// A table that may be there several times: `[[edition]]`.
    pub fn tables(&mut self, key: &'static str, name: &'static str) -> Vec<Form<'a>> {
        self.known.push(key);
        let Some(node) = self.table.get(key) else {
            return Vec::new();
        };
        let all_tables = matches!(&node.value, Value::Array(nodes)
            if nodes.iter().all(|node| matches!(node.value, Value::Table(_))));
        if !all_tables {
            self.problem(Problem::new(
                node.origin.clone(),
                format!("`{key}` is a list of tables: write {name}"),
            ));
        }
        self.table
            .tables(key)
            .map(|table| Form::new(table, name, self.found))
            .collect()
    }

    /// Tells the keys that nobody asked for.
    pub fn finish(&self) {
        let mut keys: Vec<&str> = self.known.clone();
        keys.sort_unstable();
        for entry in &self.table.entries {
            let key = entry.key.as_str();
            if self.known.contains(&key) || self.refused.iter().any(|(refused, _)| *refused == key)
            {
                continue;
            }
            let problem = Problem::new(
                entry.origin.clone(),
                format!("unknown key `{}` in {}", entry.key, self.name),
            );
            let meant = |refused: &&(&str, _)| near(key, [refused.0]).is_some();
            if let Some((_, help)) = self.refused.iter().find(meant) {
                self.problem(problem.help(*help).secret(&entry.node.origin));
                continue;
            }
            self.problem(match near(&entry.key, self.known.iter().copied()) {
                Some(near) => problem.label(format!("did you mean `{near}`?")),
                None => problem.help(format!("{} has: {}", self.name, keys.join(", "))),
            });
        }
    }
}
