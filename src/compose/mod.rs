//! Digest and subscriber → mail: encoding, splicing, headers. Pure.
