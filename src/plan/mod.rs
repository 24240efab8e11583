//! Due editions, topics and queries → an issue's segments. Pure: values in, the time among them, and values out.
//!
//! [`due`] says when an edition is to go. [`TopicIndex`] says what an article is about, [`Compiled`] what a reader wants, and a
//! [`Window`] which of an issue's articles a segment gets. A [`Wish`] is a reader's part of a segment's key; [`segment`] makes the segment
//! of a key again, at any time.

mod about;
mod bits;
mod changes;
mod compile;
mod due;
mod fold;
mod phrases;
mod rank;
mod room;
mod select;
pub mod story;
mod tally;
#[cfg(test)]
pub(crate) mod test_data;
mod topics;
mod window;
mod wish;

pub use about::{Place, Resolved, TopicSet, Why};
pub use compile::Compiled;
pub use due::{Due, due, instant};
pub use fold::fold;
pub use rank::{Factor, Score};
pub use select::{Chosen, Fate, Wanted};
pub use tally::Reach;
pub use topics::{TopicError, TopicIndex, TopicWarning};
pub use window::Window;
pub use wish::{Wish, count, fates, segment, wish};
