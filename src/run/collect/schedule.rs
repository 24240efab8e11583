//! Which source is collected next: none whose host is busy with another of ours, and those that were well last time first.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::collect::web::turns::{Turn, Turns};

/// How long to wait for a host before looking again, should nobody say that one is free.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The sources that are still to be collected, in a lane for each host.
pub struct Schedule<'a> {
    hosts: &'a Turns,
    lanes: Mutex<Vec<Lane>>,
}

struct Lane {
    /// `None` for what is on this machine: all of it may go at once.
    host: Option<String>,
    waiting: VecDeque<usize>,
}

impl<'a> Schedule<'a> {
    /// `sources`: each one's index, its host, and how often it failed in a row.
    pub fn new(
        hosts: &'a Turns,
        sources: impl IntoIterator<Item = (usize, Option<String>, u32)>,
    ) -> Self {
        let mut sources: Vec<_> = sources.into_iter().collect();
        sources.sort_by_key(|(_, _, failures)| *failures);
        let mut lanes: Vec<Lane> = Vec::new();
        let mut of_host: HashMap<Option<String>, usize> = HashMap::new();
        for (index, host, _) in sources {
            let lane = *of_host.entry(host.clone()).or_insert_with(|| {
                lanes.push(Lane {
                    host,
                    waiting: VecDeque::new(),
                });
                lanes.len() - 1
            });
            lanes[lane].waiting.push_back(index);
        }
        Self {
            hosts,
            lanes: Mutex::new(lanes),
        }
    }

    /// The next source, once there is one that may go, with its turn at its host; `None` when all are taken or the run is
    /// being ended.
    pub fn next(&self) -> Option<(usize, Option<Turn<'a>>)> {
        loop {
            if self.hosts.stopped() {
                return None;
            }
            {
                let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
                lanes.retain(|lane| !lane.waiting.is_empty());
                if lanes.is_empty() {
                    return None;
                }
                for lane in lanes.iter_mut() {
                    let turn = match &lane.host {
                        None => None,
                        Some(host) => match self.hosts.try_take(host) {
                            Some(turn) => Some(turn),
                            None => continue,
                        },
                    };
                    return lane.waiting.pop_front().map(|index| (index, turn));
                }
            }
            self.hosts.wait(LOOK_AGAIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_host_is_passed_over_and_who_failed_goes_last() {
        let host = |name: &str| Some(name.to_owned());
        let hosts = Turns::new(1, Duration::from_mins(1));
        let schedule = Schedule::new(
            &hosts,
            [
                (0, host("a"), 2),
                (1, host("a"), 0),
                (2, host("b"), 0),
                (3, None, 0),
                (4, None, 0),
            ],
        );
        let next = || schedule.next().unwrap();
        let first = next();
        assert_eq!(first.0, 1);
        let others: Vec<_> = (0..3).map(|_| next()).collect();
        let indices: Vec<_> = others.iter().map(|(index, _)| *index).collect();
        assert_eq!(indices, [2, 3, 4]);
        drop(first);
        assert_eq!(next().0, 0);
        assert!(schedule.next().is_none());
    }
}
