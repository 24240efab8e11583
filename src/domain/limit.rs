//! Limits that can be lifted.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A limit that the operator can lift by writing `"none"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit<T> {
    /// At most this.
    Most(T),
    /// No limit.
    None,
}

impl<T: PartialOrd + Copy> Limit<T> {
    /// Whether `value` is within it.
    pub fn allows(&self, value: T) -> bool {
        self.most().is_none_or(|most| value <= most)
    }

    /// The limit, if there is one.
    pub fn most(&self) -> Option<T> {
        match *self {
            Self::Most(most) => Some(most),
            Self::None => None,
        }
    }
}

impl<T: Serialize> Serialize for Limit<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Most(most) => most.serialize(serializer),
            Self::None => serializer.serialize_str("none"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit<u32> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Limit<u32>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or \"none\"")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
                u32::try_from(value)
                    .map(Limit::Most)
                    .map_err(|_| E::invalid_value(de::Unexpected::Signed(value), &self))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
                u32::try_from(value)
                    .map(Limit::Most)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
                match value {
                    "none" => Ok(Limit::None),
                    other => other
                        .parse()
                        .map(Limit::Most)
                        .map_err(|_| E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
