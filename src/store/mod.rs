//! What is durable: the archive, the subscribers, the ledger.
