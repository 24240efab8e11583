//! What the operator declares in `subscribers/`: reading it, and what changed.
