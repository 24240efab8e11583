//! Due editions, topics and queries → an issue's segments. Pure.
