//! Many mails over one session: chained behind one another by DATA, or on their way at once by BDAT. What is said of each must be true.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the message")]

mod support;

use std::io;

use postrider::{
    compose::Mail,
    deliver::relay::{Handing, Loss, Phase, SendError, Sent, Session},
};
use support::{
    client::{Client, MAIL, mail_to},
    fault_server::{Act, FaultServer, Script, Step, close, say, say_and_close},
};

const CHAINED: &[&str] = &["PIPELINING", "8BITMIME"];
const CHUNKED: &[&str] = &["PIPELINING", "8BITMIME", "CHUNKING"];
const EVERY_WAY: [&[&str]; 4] = [CHUNKED, CHAINED, &["8BITMIME"], &["CHUNKING"]];

/// Hands over mails to these recipients, and keeps what came of each.
struct Batch {
    to: Vec<String>,
    asked: usize,
    ended: Vec<usize>,
    /// The note before the end of this one fails.
    not_noted: Option<usize>,
    sent: Vec<Option<Sent>>,
}

impl Batch {
    fn of(to: &[&str]) -> Self {
        Self {
            to: to.iter().map(|name| format!("{name}@a.example")).collect(),
            asked: 0,
            ended: Vec::new(),
            not_noted: None,
            sent: to.iter().map(|_| None).collect(),
        }
    }

    fn numbered(count: usize) -> Self {
        let names: Vec<_> = (0..count).map(|n| format!("r{n}")).collect();
        Self::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn send(mut self, session: &mut dyn Session) -> Self {
        session.send(&mut self);
        self
    }

    /// What came of each, in a word.
    fn words(&self) -> Vec<&'static str> {
        self.sent
            .iter()
            .map(|sent| match sent {
                None => "not asked for",
                Some(Ok(_)) => "sent",
                Some(Err(SendError::Refused { .. })) => "refused",
                Some(Err(SendError::Unsent { .. })) => "unsent",
                Some(Err(SendError::NotNoted(_))) => "not noted",
                Some(Err(SendError::InDoubt(_))) => "in doubt",
            })
            .collect()
    }
}

impl Handing for Batch {
    fn next(&mut self) -> Option<Mail> {
        let to = self.to.get(self.asked)?;
        self.asked += 1;
        Some(mail_to(to, MAIL.as_bytes()))
    }

    fn ending(&mut self, nth: usize) -> io::Result<()> {
        if self.not_noted == Some(nth) {
            return Err(io::Error::other("disk full"));
        }
        self.ended.push(nth);
        Ok(())
    }

    fn settled(&mut self, nth: usize, sent: Sent) {
        assert!(self.sent[nth].is_none(), "mail {nth} was settled twice");
        self.sent[nth] = Some(sent);
    }
}

/// Whoever the server took a mail for is called sent or in doubt, and whoever is called sent was taken; nobody was taken twice.
fn assert_true(batch: &Batch, server: &FaultServer) {
    let taken = server.recipients();
    for (to, word) in batch.to.iter().zip(batch.words()) {
        let copies = taken.iter().filter(|taken| *taken == to).count();
        let allowed = match word {
            "sent" => 1..=1,
            "in doubt" => 0..=1,
            _ => 0..=0,
        };
        assert!(allowed.contains(&copies), "{to}: {word}, {copies} copies");
    }
}

#[test]
fn a_batch_arrives_whole_and_in_order_whatever_the_relay_offers() {
    for keywords in EVERY_WAY {
        let server = Script::new(keywords).start();
        let mut session = Client::of(&server).connect();
        for _ in 0..3 {
            let batch = Batch::numbered(40).send(&mut *session);
            assert_eq!(batch.words(), ["sent"; 40], "{keywords:?}");
            assert_eq!(batch.ended.len(), 40);
        }
        session.quit();
        assert_eq!(server.mails().len(), 120);
        assert!(server.mails().iter().all(|mail| mail.body == MAIL));
        assert_eq!(server.recipients()[..40], Batch::numbered(40).to[..]);
        assert_eq!(server.journal().connections, 1);
    }
}

#[test]
fn the_end_of_a_mail_and_the_next_envelope_go_in_one_write() {
    // It answers the end of the first mail only once the second one's envelope is there.
    let server = Script::new(CHAINED).waits_for_chains().start();
    let batch = Batch::numbered(3).send(&mut *Client::of(&server).connect());
    assert_eq!(batch.words(), ["sent"; 3]);
}

#[test]
fn thirty_two_mails_are_on_their_way_before_the_relay_says_a_word() {
    let server = Script::new(CHUNKED).silent_until(32).start();
    let batch = Batch::numbered(40).send(&mut *Client::of(&server).connect());
    assert_eq!(batch.words(), ["sent"; 40]);
}

#[test]
fn one_refused_in_the_middle_costs_nobody_else_their_mail() {
    for keywords in EVERY_WAY {
        for step in [Step::Mail, Step::Rcpt, Step::End] {
            let script = Script::new(keywords);
            let server = match step {
                Step::Mail => script.once(step, say("451 4.3.0 not now")),
                _ => script.to(step, "gone@", say("550 5.1.1 no such user")),
            }
            .start();
            let mut session = Client::of(&server).connect();
            let names = if step == Step::Mail {
                ["gone", "ann", "bob", "cem"]
            } else {
                ["ann", "gone", "bob", "cem"]
            };
            let batch = Batch::of(&names).send(&mut *session);
            let refused = names.map(|name| if name == "gone" { "refused" } else { "sent" });
            assert_eq!(batch.words(), refused, "{keywords:?} {step:?}");
            assert!(session.is_open());
            assert_true(&batch, &server);
            assert_eq!(server.journal().connections, 1);
        }
    }
}

#[test]
fn a_connection_lost_at_the_end_of_a_mail_leaves_only_what_was_out_in_doubt() {
    for (keywords, behind) in [
        (CHAINED, "unsent"),
        (&["8BITMIME"], "not asked for"),
        (CHUNKED, "in doubt"),
    ] {
        for act in [
            close(),
            Act::Take(Box::new(close())),
            Act::Take(Box::new(Act::SayAndClose("250 2.0".into()))),
        ] {
            let server = Script::new(keywords).to(Step::End, "bob@", act).start();
            let mut session = Client::in_a_hurry(&server).connect();
            let batch = Batch::of(&["ann", "bob", "cem"]).send(&mut *session);
            assert_eq!(batch.words()[..2], ["sent", "in doubt"], "{keywords:?}");
            assert_eq!(batch.words()[2], behind, "{keywords:?}");
            assert!(!session.is_open());
            assert_true(&batch, &server);
        }
    }
}

#[test]
fn a_relay_that_closes_with_421_has_taken_neither_that_mail_nor_those_behind_it() {
    for keywords in EVERY_WAY {
        for step in [Step::Mail, Step::Rcpt, Step::End] {
            let script = Script::new(keywords);
            let server = match step {
                Step::Mail => script.once(step, say_and_close("421 4.7.0 too busy")),
                _ => script.to(step, "ann@", say_and_close("421 4.7.0 too busy")),
            }
            .start();
            let mut session = Client::in_a_hurry(&server).connect();
            let batch = Batch::of(&["ann", "bob", "cem"]).send(&mut *session);
            assert_eq!(batch.words()[0], "refused", "{keywords:?} {step:?}");
            let behind = &batch.words()[1..];
            assert!(
                behind
                    .iter()
                    .all(|word| ["unsent", "not asked for"].contains(word)),
                "{keywords:?} {step:?} {behind:?}"
            );
            assert!(!session.is_open());
            assert_true(&batch, &server);
        }
    }
}

#[test]
fn a_connection_lost_at_any_step_says_nothing_untrue() {
    for keywords in EVERY_WAY {
        for step in [
            Step::Mail,
            Step::Rcpt,
            Step::Data,
            Step::Body,
            Step::End,
            Step::Rset,
        ] {
            for act in [
                close(),
                say_and_close("250 2.0.0 Ok"),
                say("junk"),
                Act::Take(Box::new(close())),
            ] {
                // Who says 250 behind the body says that it has taken it.
                let act = match step {
                    Step::End => Act::Take(Box::new(act)),
                    Step::Body => close(),
                    _ => act,
                };
                let server = Script::new(keywords).once(step, act).start();
                let mut session = Client::in_a_hurry(&server).connect();
                let batch = Batch::numbered(5).send(&mut *session);
                assert_true(&batch, &server);
            }
        }
    }
}

#[test]
fn nothing_is_written_whose_end_could_not_be_noted_and_what_is_out_is_still_heard() {
    for keywords in EVERY_WAY {
        let server = Script::new(keywords).start();
        let mut session = Client::of(&server).connect();
        let mut batch = Batch::of(&["ann", "bob", "cem"]);
        batch.not_noted = Some(1);
        let batch = batch.send(&mut *session);
        assert_eq!(batch.words()[..2], ["sent", "not noted"], "{keywords:?}");
        assert!(!session.is_open());
        assert_eq!(server.recipients(), ["ann@a.example"]);
    }
}

#[test]
fn a_relay_that_offers_chunking_and_knows_no_bdat_gets_data_from_then_on() {
    let server = Script::new(CHUNKED).knows_no_bdat().start();
    let client = Client::of(&server);
    let relay = client.relay();
    let batch = Batch::of(&["ann", "bob"]).send(&mut *support::client::connect(&relay));
    assert_eq!(batch.words(), ["unsent"; 2]);
    assert_true(&batch, &server);
    let batch = Batch::of(&["ann", "bob"]).send(&mut *support::client::connect(&relay));
    assert_eq!(batch.words(), ["sent"; 2]);
    assert!(server.lines().iter().any(|line| line == "DATA"));
}

#[test]
fn a_refused_recipient_whose_bytes_are_taken_all_the_same_was_not_mailed() {
    let server = Script::new(CHUNKED)
        .to(Step::Rcpt, "gone@", say("550 5.1.1 no such user"))
        .once(Step::End, say("250 2.0.0 Ok"))
        .start();
    let batch = Batch::of(&["gone", "ann"]).send(&mut *Client::of(&server).connect());
    assert_eq!(batch.words(), ["refused", "sent"]);
    let Some(Err(SendError::Refused { phase, .. })) = &batch.sent[0] else {
        panic!("{:?}", batch.sent[0]);
    };
    assert_eq!(*phase, Phase::Rcpt);
}

#[test]
fn a_relay_that_reports_failures_is_asked_to_name_the_mail_and_the_recipient() {
    for keywords in [
        &["PIPELINING", "DSN"][..],
        &["PIPELINING", "CHUNKING", "DSN"],
    ] {
        let server = Script::new(keywords).start();
        let batch = Batch::of(&["ann"]).send(&mut *Client::of(&server).connect());
        assert_eq!(batch.words(), ["sent"]);
        let lines = server.lines();
        let has = |words: &str| lines.iter().any(|line| line.ends_with(words));
        assert!(has("> RET=HDRS ENVID=t0ken"), "{lines:?}");
        assert!(
            has("> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@a.example"),
            "{lines:?}"
        );
    }
}

#[test]
fn a_relay_that_falls_silent_in_the_window_leaves_it_all_in_doubt() {
    let server = Script::new(CHUNKED)
        .to(Step::Rcpt, "bob@", Act::Hang)
        .start();
    let batch = Batch::of(&["ann", "bob", "cem"]).send(&mut *Client::in_a_hurry(&server).connect());
    assert_eq!(batch.words(), ["sent", "in doubt", "in doubt"]);
    let Some(Err(SendError::InDoubt(loss))) = &batch.sent[1] else {
        panic!("{:?}", batch.sent[1]);
    };
    assert!(matches!(loss, Loss::TimedOut(_)), "{loss}");
}
