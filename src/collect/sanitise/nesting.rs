//! Which elements end which, and what a table's parts need around them: HTML's rules of nesting, as far as they tell
//! what a text that was written carelessly means.

use super::{
    rules::{self, Kind, Rule},
    writer::Writer,
};

impl Writer<'_> {
    /// The innermost open element that is wanted, unless one that bounds the search stands before it.
    pub(super) fn find(
        &self,
        wanted: impl Fn(Rule) -> bool,
        bound: impl Fn(Rule) -> bool,
    ) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if wanted(*open) {
                return Some(at);
            }
            if bound(*open) {
                return None;
            }
        }
        None
    }

    pub(super) fn close_to(&mut self, at: usize) {
        while self.open.len() > at {
            if let Some(rule) = self.open.pop() {
                self.close(rule);
            }
        }
    }

    /// Closes what an element that begins here ends, and opens what it needs around itself.
    pub(super) fn make_way(&mut self, rule: Rule) {
        let ended = match rule.kind {
            Kind::Item => self.find(
                |open| open.kind == Kind::Item,
                |open| bounds(open, Kind::Item) || is_list(open),
            ),
            Kind::Term => self.find(
                |open| open.kind == Kind::Term,
                |open| bounds(open, Kind::Term) || is_list(open),
            ),
            Kind::Cell | Kind::Caption => self.find(
                |open| matches!(open.kind, Kind::Cell | Kind::Caption),
                is_table,
            ),
            Kind::Row => self.find(
                |open| matches!(open.kind, Kind::Row | Kind::Caption),
                is_table,
            ),
            Kind::Section => self.find(
                |open| matches!(open.kind, Kind::Section | Kind::Row | Kind::Caption),
                is_table,
            ),
            Kind::Inline if rule.name == "a" => {
                self.find(|open| open.name == "a", |open| bounds(open, Kind::Inline))
            }
            Kind::Inline if matches!(rule.name, "rt" | "rp") => self.find(
                |open| matches!(open.name, "rt" | "rp"),
                |open| open.name == "ruby",
            ),
            _ => None,
        };
        // The outermost of a section and its row, or of a row and its cell
        if let Some(at) = ended {
            let at = if rule.kind == Kind::Section {
                self.find(|open| open.kind == Kind::Section, is_table)
                    .unwrap_or(at)
            } else {
                at
            };
            self.close_to(at);
        }
        if is_block(rule.kind)
            && let Some(at) = self.find(
                |open| open.kind == Kind::Paragraph,
                |open| bounds(open, rule.kind),
            )
        {
            self.close_to(at);
        }
        if rule.kind == Kind::Heading
            && self
                .open
                .last()
                .is_some_and(|open| open.kind == Kind::Heading)
        {
            self.close_to(self.open.len() - 1);
        }
        match rule.kind {
            Kind::Cell if self.innermost(|kind| matches!(kind, Kind::Table | Kind::Section)) => {
                self.open_plain("tr");
            }
            Kind::Cell | Kind::Row | Kind::Section | Kind::Caption => {}
            _ if self.is_between_cells() => self.open_cell(),
            _ => {}
        }
    }

    /// Whether a part of a table is in one.
    pub(super) fn has_place(&self, rule: Rule) -> bool {
        match rule.kind {
            Kind::Cell => self.innermost(|kind| kind == Kind::Row),
            Kind::Row => self.innermost(|kind| matches!(kind, Kind::Table | Kind::Section)),
            Kind::Section | Kind::Caption => self.innermost(|kind| kind == Kind::Table),
            _ => true,
        }
    }

    pub(super) fn innermost(&self, is: impl Fn(Kind) -> bool) -> bool {
        self.open.last().is_some_and(|open| is(open.kind))
    }

    /// Whether the place is one of a table where no text may stand.
    pub(super) fn is_between_cells(&self) -> bool {
        self.innermost(|kind| matches!(kind, Kind::Table | Kind::Section | Kind::Row))
    }

    /// A cell for what stands between cells.
    pub(super) fn open_cell(&mut self) {
        if !self.innermost(|kind| kind == Kind::Row) {
            self.open_plain("tr");
        }
        self.open_plain("td");
    }

    pub(super) fn open_plain(&mut self, name: &str) {
        if let Some(rule) = rules::rule(name) {
            self.html.extend(["<", rule.name, ">"]);
            self.lay_out(rule.name);
            self.open.push(rule);
        }
    }
}

fn is_table(open: Rule) -> bool {
    open.kind == Kind::Table
}

fn is_list(open: Rule) -> bool {
    matches!(open.name, "ul" | "ol" | "dl")
}

/// Whether no tag of a kind reaches out of an open element.
pub(super) fn bounds(open: Rule, kind: Kind) -> bool {
    match kind {
        Kind::Table => false,
        Kind::Cell | Kind::Row | Kind::Section | Kind::Caption => open.kind == Kind::Table,
        _ => matches!(open.kind, Kind::Cell | Kind::Caption | Kind::Table),
    }
}

fn is_block(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Block
            | Kind::Paragraph
            | Kind::Heading
            | Kind::Item
            | Kind::Term
            | Kind::Table
            | Kind::Empty
    )
}
