//! Keeping claims while a relay takes its time.
//!
//! A reply may take ten minutes, a lease lasts one: a heartbeat renews the leases of all claims of this process. A claim that
//! couldn't be renewed in time is not ours any more, and no new mail begins under it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};

use crate::store::{Claim, Store};

/// A claim that the heartbeat keeps.
#[derive(Debug)]
pub struct Kept {
    claim: Claim,
    lost: AtomicBool,
    /// Since when the lease certainly runs, by a clock that nobody sets.
    since: Mutex<Instant>,
}

impl Kept {
    /// Whether a mail may begin: the claim is ours, and will be for a quarter of a lease.
    pub fn holds(&self, lease: Duration) -> bool {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        !self.lost.load(Ordering::Acquire) && since.elapsed() < lease * 3 / 4
    }

    /// Notes that the lease was renewed by a commit that began at `since`.
    pub fn renewed(&self, since: Instant) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// The claims of this process.
#[derive(Debug, Default)]
pub struct Leases {
    kept: Mutex<HashMap<i64, Arc<Kept>>>,
    over: Mutex<bool>,
    wake: Condvar,
}

impl Leases {
    /// Keeps a claim that was made by a commit that began at `since`.
    pub fn keep(&self, claim: &Claim, since: Instant) -> Arc<Kept> {
        let kept = Arc::new(Kept {
            claim: claim.clone(),
            lost: AtomicBool::new(false),
            since: Mutex::new(since),
        });
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(claim.chunk, kept.clone());
        kept
    }

    /// Keeps it no longer.
    pub fn drop_claim(&self, claim: &Claim) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&claim.chunk);
    }

    /// Whether any claim is kept.
    pub fn any(&self) -> bool {
        !self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }

    /// Renews all claims four times a lease, until [`Leases::end`].
    pub fn beat(&self, store: &dyn Store, lease: Duration) {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            over = self
                .wake
                .wait_timeout(over, lease / 4)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            let kept: Vec<_> = self
                .kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .values()
                .cloned()
                .collect();
            for kept in kept {
                let since = Instant::now();
                match store.renew(&kept.claim, lease_until(lease)) {
                    Ok(true) => kept.renewed(since),
                    Ok(false) => kept.lost.store(true, Ordering::Release),
                    // The store may be back before the lease runs out.
                    Err(error) => tracing::warn!("a lease could not be renewed: {error}"),
                }
            }
        }
    }

    /// Ends the heartbeat.
    pub fn end(&self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wake.notify_all();
    }
}

/// When a lease that begins now runs out.
pub fn lease_until(lease: Duration) -> chrono::DateTime<Utc> {
    Utc::now() + TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX / 2)
}
