//! Segment → digest: Tera, labels, inlining, text. Pure.
