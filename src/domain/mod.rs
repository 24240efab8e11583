//! The values that pass between the stages: what the program speaks about.
//!
//! They know nothing of any stage, and touch no disk, network or clock.

mod address;
mod article;
mod choice;
mod collecting;
pub mod digest;
mod edition;
mod issue;
mod language;
mod limit;
mod look;
pub mod query;
mod ranking;
mod rate;
mod relay;
mod segment;
mod signer;
mod slot;
mod source;
mod subscriber;
mod theme;
pub mod token;
mod topic;

pub use address::{Address, AddressError, Mailbox};
pub use article::{
    Archived, Article, ArticleId, Change, Enclosure, Handling, Image, ImageSize, Number, Person,
    Related, Revision, RichText,
};
pub use choice::{Choice, effective};
pub use collecting::{CollectSettings, Robots};
pub use digest::{Digest, Fragment, Hole, Picture, ReaderValues, Shortened};
pub use edition::{Design, Edition, EditionId, Images, InDoubt, Media, Publisher};
pub use issue::{IssueId, IssueIdError, Notice};
pub use language::{Direction, Language, LanguageError};
pub use limit::Limit;
pub use look::{Form, Length, Look, Parts};
pub use query::Query;
pub use ranking::{Pin, Ranking};
pub use rate::{Pace, Per, Rate, RateError};
pub use relay::{DeclaredRelay, Login, RelayUrl, RelayUrlError, Security};
pub use segment::{
    Also, Beside, Corrected, Correction, FormerWish, Mark, Moved, Placed, Section, Segment,
    SegmentKey,
};
pub use signer::{DkimError, Signer, SigningKey};
pub use slot::{Frequency, Slot, SlotId, WEEK};
pub use source::{Command, CommandLine, DeclaredSource, Priority, SourcePlace};
pub use subscriber::{Pause, Quiet, Ref, Subscriber, Subscription, SubscriptionNumber};
pub use theme::{Colour, Colours, Fonts, Layout, Logo, NoColour, Theme};
pub use token::{Purpose, Token, TokenKeys};
pub use topic::{FormerTopic, Topic, TopicId};
