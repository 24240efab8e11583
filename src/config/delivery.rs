//! `[delivery]`: how patient a run is.

use std::time::Duration;

use super::{
    form::{Form, Reading},
    tree::{Node, Value},
    values::{at_least, list, wait, whole, wrong},
};

/// How mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySettings {
    /// How long after each failure of the moment (4xx) a mail is tried again; the last one holds from there on.
    pub retry: Vec<Duration>,
    /// How long a run waits for such a retry before it leaves it to the next run.
    pub wait: Duration,
    /// How long a chunk stays its owner's without a sign of life.
    pub lease: Duration,
    /// How many mails at most are in doubt after a crash, per open chunk: 1 to 32.
    pub micro_batch: u32,
    /// After how many mails a connection is made anew.
    pub connection_mails: u32,
    /// After how long a connection is made anew.
    pub connection_time: Duration,
    /// How long the reply to a mail's end is waited for (RFC 5321, section 4.5.3.2.6 says ten minutes).
    pub timeout: Duration,
    /// Whether an issue whose size is out of proportion stops until somebody says yes.
    pub brake: Brake,
}

/// Whether an issue whose size is out of proportion stops until somebody says yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brake {
    /// It stops.
    On,
    /// It doesn't.
    Off,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        Self {
            retry: [1, 5, 15, 30, 60, 120, 240]
                .map(Duration::from_mins)
                .to_vec(),
            wait: Duration::from_mins(10),
            lease: Duration::from_mins(1),
            micro_batch: 32,
            connection_mails: 1000,
            connection_time: Duration::from_mins(5),
            timeout: Duration::from_mins(10),
            brake: Brake::On,
        }
    }
}

/// Reads `[delivery]`.
pub fn delivery(mut form: Form<'_>) -> DeliverySettings {
    let usual = DeliverySettings::default();
    let settings = DeliverySettings {
        retry: form.or("retry", retry, usual.retry),
        wait: form.or("wait", wait, usual.wait),
        lease: form.or("lease", at_least(10), usual.lease),
        micro_batch: form.or("micro_batch", whole(1..=32), usual.micro_batch),
        connection_mails: form.or(
            "connection_mails",
            whole(1..=u32::MAX),
            usual.connection_mails,
        ),
        connection_time: form.or("connection_time", at_least(1), usual.connection_time),
        timeout: form.or("timeout", at_least(1), usual.timeout),
        brake: form.or("brake", brake, usual.brake),
    };
    form.finish();
    settings
}

fn retry(node: &Node) -> Reading<Vec<Duration>> {
    let steps = list("[\"1m\", \"1h\"]", at_least(1))(node)?;
    if steps.is_empty() {
        return wrong(node, "it is empty: write at least one, such as `[\"1h\"]`");
    }
    Ok(steps)
}

fn brake(node: &Node) -> Reading<Brake> {
    match (&node.value, node.as_str()) {
        (Value::Boolean(true), _) => Ok(Brake::On),
        (Value::Boolean(false), _) | (_, Some("none")) => Ok(Brake::Off),
        _ => wrong(node, "`true` or `\"none\"` is expected"),
    }
}
