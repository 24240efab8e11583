//! Our SMTP session against a relay that fails on purpose: what is said of a mail must be true, whatever happens on the wire.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the message")]

mod support;

use std::{
    io, thread,
    time::{Duration, Instant},
};

use postrider::{
    deliver::{
        relay::{CertificateFault, Loss, Phase, RelayError, SendError},
        reply::{Reply, Verdict},
    },
    domain::Security,
};
use support::{
    certificates::Authority,
    client::{Client, MAIL, send, send_counting, send_with},
    fault_server::{Act, FaultServer, Script, Step, close, say, say_and_close},
};

/// With and without groups of commands.
const BOTH: [&[&str]; 2] = [&["PIPELINING", "8BITMIME"], &["8BITMIME"]];

/// A refusal as the engine sees it.
fn refusal(sent: Result<Reply, SendError>) -> (Phase, Reply) {
    match sent {
        Err(SendError::Refused { phase, reply }) => (phase, reply),
        other => panic!("not refused: {other:?}"),
    }
}

// What arrives

#[test]
fn a_mail_arrives_as_it_was_written_and_its_reply_is_returned() {
    for keywords in BOTH {
        let server = Script::new(keywords).start();
        let mut session = Client::of(&server).connect();
        let (sent, ends) = send_counting(&mut *session);
        assert_eq!(sent.unwrap().to_string(), "250 2.0.0 Ok: queued as 4bKx1");
        assert_eq!(ends, 1);
        let mails = server.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].from, "bounce+t0ken@post.example");
        assert_eq!(mails[0].to, "ann@a.example");
        assert_eq!(mails[0].body, MAIL);
    }
}

#[test]
fn dots_at_line_starts_arrive_unchanged() {
    let server = Script::new(&["PIPELINING"]).start();
    let mut session = Client::of(&server).connect();
    let mail = ".first\r\n.\r\n..\r\n...three\r\na.b.\r\n.";
    send_with(&mut *session, "ann@a.example", mail.as_bytes(), &mut || {
        Ok(())
    })
    .unwrap();
    assert_eq!(server.mails()[0].body, format!("{mail}\r\n"));
}

#[test]
fn a_mail_of_many_blocks_arrives_whole() {
    let server = Script::new(&["PIPELINING"]).start();
    let client = Client::of(&server);
    let mail = ".0123456789 abcdefghijklmnopqrstuvwxyz\r\n".repeat(6000);
    send_with(
        &mut *client.connect(),
        "ann@a.example",
        mail.as_bytes(),
        &mut || Ok(()),
    )
    .unwrap();
    assert!(server.mails()[0].body == mail);
}

#[test]
fn commands_go_in_one_group_where_the_relay_takes_groups() {
    let server = Script::new(&["PIPELINING"]).waits_for_groups().start();
    let mut session = Client::of(&server).connect();
    send(&mut *session, "ann@a.example").unwrap();
    send(&mut *session, "bob@b.example").unwrap();
    assert_eq!(server.recipients(), ["ann@a.example", "bob@b.example"]);
}

#[test]
fn commands_wait_their_turn_where_the_relay_takes_no_groups() {
    let server = Script::new(&[]).start();
    let mut session = Client::of(&server).connect();
    send(&mut *session, "ann@a.example").unwrap();
    send(&mut *session, "bob@b.example").unwrap();
    assert_eq!(server.recipients().len(), 2);
    assert_eq!(server.journal().out_of_turn, 0);
}

#[test]
fn a_hundred_mails_wait_for_no_acknowledgement() {
    let server = Script::new(&["PIPELINING"]).start();
    let mut session = Client::of(&server).connect();
    let start = Instant::now();
    for _ in 0..100 {
        send(&mut *session, "ann@a.example").unwrap();
    }
    // At 40 ms each it would take 4 seconds.
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(server.mails().len(), 100);
}

#[test]
fn the_relay_is_told_the_size_and_form_of_the_mail_only_if_it_asks() {
    let server = Script::new(&["SIZE 1000", "8BITMIME", "SMTPUTF8"]).start();
    let mut session = Client::of(&server).connect();
    send(&mut *session, "ann@a.example").unwrap();
    send(&mut *session, "zoë@a.example").unwrap();
    session.quit();
    let size = MAIL.len();
    let lines = server.lines();
    assert_eq!(
        lines[1],
        format!("MAIL FROM:<bounce+t0ken@post.example> SIZE={size} BODY=8BITMIME")
    );
    assert!(
        lines
            .iter()
            .any(|line| line.ends_with("BODY=8BITMIME SMTPUTF8"))
    );
    assert_eq!(lines.last().unwrap(), "QUIT");

    let plain = Script::new(&[]).start();
    send(&mut *Client::of(&plain).connect(), "ann@a.example").unwrap();
    assert_eq!(plain.lines()[1], "MAIL FROM:<bounce+t0ken@post.example>");
}

#[test]
fn what_the_relay_has_said_it_can_t_take_is_refused_without_asking_and_the_session_goes_on() {
    let server = Script::new(&["PIPELINING", "SIZE 50"]).start();
    let mut session = Client::of(&server).connect();
    let long = "x".repeat(51);
    for (to, mail, words) in [
        (
            "ann@a.example",
            long.as_str(),
            "552 5.3.4 not sent: the mail has 51 octets, the relay takes 50",
        ),
        (
            "zoë@a.example",
            "Hi",
            "553 5.6.7 not sent: the address needs SMTPUTF8, which the relay doesn't offer",
        ),
        (
            "ann@a.example",
            "Zoë",
            "554 5.6.3 not sent: the mail has 8-bit text, and the relay doesn't offer 8BITMIME",
        ),
    ] {
        let sent = send_with(&mut *session, to, mail.as_bytes(), &mut || Ok(()));
        let (phase, reply) = refusal(sent);
        assert_eq!(reply.to_string(), words);
        assert_eq!(
            Verdict::of(phase, &reply),
            Verdict::Rejected { hard: false }
        );
    }
    assert!(session.is_open());
    assert_eq!(server.lines().len(), 1, "EHLO only");
    send(&mut *session, "ann@a.example").unwrap();
}

// Refusals

#[test]
fn a_refusal_says_its_phase_and_its_words_and_leaves_the_session_usable() {
    for keywords in BOTH {
        for (step, phase) in [
            (Step::Mail, Phase::Mail),
            (Step::Rcpt, Phase::Rcpt),
            (Step::Data, Phase::Data),
            (Step::End, Phase::End),
        ] {
            let server = Script::new(keywords)
                .once(step, say("451 4.3.0 not now"))
                .start();
            let mut session = Client::of(&server).connect();
            let (refused, reply) = refusal(send(&mut *session, "ann@a.example"));
            assert_eq!(refused, phase);
            assert_eq!(reply, Reply::new(451, ["4.3.0 not now"]));
            assert!(session.is_open(), "{phase}");
            send(&mut *session, "bob@b.example").unwrap();
            assert_eq!(server.recipients(), ["bob@b.example"]);
            assert_eq!(server.journal().connections, 1);
        }
    }
}

#[test]
fn one_refused_recipient_in_a_pipelined_group_leaves_the_session_usable() {
    let server = Script::new(&["PIPELINING"])
        .waits_for_groups()
        .to(Step::Rcpt, "gone@", say("550 5.1.1 no such user"))
        .start();
    let mut session = Client::of(&server).connect();
    for n in 0..3 {
        send(&mut *session, &format!("ann{n}@a.example")).unwrap();
        let (phase, reply) = refusal(send(&mut *session, &format!("gone@{n}.example")));
        assert_eq!(Verdict::of(phase, &reply), Verdict::Rejected { hard: true });
    }
    assert_eq!(
        server.recipients(),
        ["ann0@a.example", "ann1@a.example", "ann2@a.example"]
    );
}

#[test]
fn a_relay_that_wants_the_body_for_a_refused_recipient_gets_none_and_nothing_is_called_sent() {
    for answer in [
        "554 5.5.1 no valid recipients",
        "250 2.0.0 taken, whatever it was",
    ] {
        let server = Script::new(&["PIPELINING"])
            .once(Step::Rcpt, say("550 5.1.1 no such user"))
            .once(Step::Data, say("354 go ahead"))
            .once(Step::End, say(answer))
            .start();
        let mut session = Client::of(&server).connect();
        let (sent, ends) = send_counting(&mut *session);
        assert_eq!(refusal(sent).0, Phase::Rcpt);
        assert_eq!(ends, 0, "there was no end of a mail to note");
        assert!(session.is_open());
        send(&mut *session, "bob@b.example").unwrap();
        assert_eq!(server.recipients(), ["bob@b.example"]);
        let lines = server.lines();
        assert_eq!(lines[3..6], ["DATA", ".", "RSET"]);
    }
}

#[test]
fn an_empty_mail_goes_to_nobody() {
    // A relay so broken that it refuses the sender, and takes the rest of the group.
    let server = Script::new(&["PIPELINING"])
        .once(Step::Mail, say("550 5.7.1 not you"))
        .once(Step::Rcpt, say("250 2.1.5 Ok"))
        .start();
    let mut session = Client::of(&server).connect();
    assert_eq!(refusal(send(&mut *session, "ann@a.example")).0, Phase::Mail);
    assert!(!session.is_open());
    thread::sleep(Duration::from_millis(50));
    assert!(server.mails().is_empty());
}

#[test]
fn a_refused_recipient_stays_refused_when_the_relay_dies_on_the_rest_of_the_group() {
    let server = Script::new(&["PIPELINING"])
        .once(Step::Rcpt, say_and_close("550 5.1.1 no such user"))
        .start();
    let mut session = Client::of(&server).connect();
    assert_eq!(refusal(send(&mut *session, "ann@a.example")).0, Phase::Rcpt);
    assert!(!session.is_open());
}

#[test]
fn a_closing_relay_is_no_verdict_about_the_recipient_and_ends_the_session() {
    for keywords in BOTH {
        for step in [Step::Mail, Step::Rcpt, Step::Data, Step::End] {
            let server = Script::new(keywords)
                .once(step, say_and_close("421 4.3.2 going down"))
                .start();
            let mut session = Client::of(&server).connect();
            let (phase, reply) = refusal(send(&mut *session, "ann@a.example"));
            assert_eq!(Verdict::of(phase, &reply), Verdict::Closing);
            assert!(!session.is_open());
            assert!(server.mails().is_empty());
        }
    }
}

#[test]
fn a_session_that_can_t_be_reset_is_not_used_again() {
    let server = Script::new(&["PIPELINING"])
        .once(Step::Rcpt, say("550 5.1.1 no such user"))
        .once(Step::Rset, say("500 5.5.1 never heard of it"))
        .start();
    let mut session = Client::of(&server).connect();
    assert_eq!(refusal(send(&mut *session, "ann@a.example")).0, Phase::Rcpt);
    assert!(!session.is_open());
    assert!(matches!(
        send(&mut *session, "bob@b.example"),
        Err(SendError::Unsent {
            loss: Loss::Closed,
            ..
        })
    ));
}

// Lost before the end: nothing can have been accepted

#[test]
fn a_session_lost_before_the_end_has_sent_nothing() {
    for keywords in BOTH {
        for step in [Step::Mail, Step::Rcpt, Step::Data] {
            for act in [
                close(),
                Act::Hang,
                Act::SayAndClose("250 2.1".into()),
                say("999 what"),
            ] {
                let server = Script::new(keywords).once(step, act.clone()).start();
                let mut session = Client::in_a_hurry(&server).connect();
                let (sent, ends) = send_counting(&mut *session);
                assert!(
                    matches!(sent, Err(SendError::Unsent { .. })),
                    "{step:?} {act:?}: {sent:?}"
                );
                assert_eq!(ends, 0);
                assert!(!session.is_open());
                assert!(server.mails().is_empty());
            }
        }
    }
}

#[test]
fn a_relay_that_dies_during_the_body_has_accepted_nothing() {
    let server = Script::new(&["PIPELINING"])
        .once(Step::Body, Act::ResetAfter("Subject"))
        .start();
    let mut session = Client::of(&server).connect();
    let mail = MAIL.repeat(300_000);
    let mut ends = 0;
    let sent = send_with(&mut *session, "ann@a.example", mail.as_bytes(), &mut || {
        ends += 1;
        Ok(())
    });
    assert!(
        matches!(
            sent,
            Err(SendError::Unsent {
                phase: Phase::End,
                ..
            })
        ),
        "{sent:?}"
    );
    assert_eq!(ends, 0);
}

#[test]
fn a_relay_that_stops_reading_the_body_is_waited_for_so_long_and_no_longer() {
    let server = Script::new(&["PIPELINING"])
        .once(Step::Body, Act::Stall)
        .start();
    let mut client = Client::of(&server);
    client.timeouts.block = Duration::from_millis(200);
    // More than the buffers of both sides hold.
    let mail = MAIL.repeat(600_000);
    let start = Instant::now();
    let sent = send_with(
        &mut *client.connect(),
        "ann@a.example",
        mail.as_bytes(),
        &mut || Ok(()),
    );
    assert!(
        matches!(
            sent,
            Err(SendError::Unsent {
                loss: Loss::TimedOut(_),
                ..
            })
        ),
        "{sent:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(server.mails().is_empty());
}

#[test]
fn nothing_is_sent_when_the_note_before_the_dot_fails() {
    let server = Script::new(&["PIPELINING"]).start();
    let mut session = Client::of(&server).connect();
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    let sent = send_with(&mut *session, "ann@a.example", MAIL.as_bytes(), &mut || {
        Err(full())
    });
    assert!(matches!(sent, Err(SendError::NotNoted(_))), "{sent:?}");
    assert!(!session.is_open());
    drop(session);
    thread::sleep(Duration::from_millis(50));
    assert!(server.mails().is_empty());
    assert!(!server.lines().contains(&".".to_owned()));
}

#[test]
fn a_refusal_in_the_middle_of_the_body_is_heard_and_leaves_no_doubt() {
    let server = Script::new(&["PIPELINING"])
        .once(
            Step::Data,
            Act::Say("354 go\r\n552 5.3.4 too big, I can see it coming\r\n".into()),
        )
        .start();
    let mut session = Client::of(&server).connect();
    let (sent, ends) = send_counting(&mut *session);
    assert_eq!(refusal(sent).1.code, 552);
    assert_eq!(ends, 0);
    assert!(!session.is_open());
}

#[test]
fn a_reply_that_nobody_asked_for_is_never_taken_for_the_one_to_the_final_dot() {
    for (step, said) in [
        (Step::Data, "354 go\r\n250 2.0.0 Ok: queued as EVIL\r\n"),
        (Step::Mail, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"),
        (Step::Ehlo, "250 relay.test\r\n250 2.1.0 Ok\r\n"),
    ] {
        let server = Script::new(&[])
            .once(step, Act::Say(said.into()))
            .always(Step::End, say("550 5.7.1 not taken"))
            .start();
        let (sent, ends) = send_counting(&mut *Client::of(&server).connect());
        assert!(
            matches!(sent, Err(SendError::Unsent { .. })),
            "{step:?} {sent:?}"
        );
        assert_eq!(ends, 0);
    }
}

#[test]
fn a_word_too_many_after_a_mail_ends_the_session_before_the_next() {
    let server = Script::new(&["PIPELINING"])
        .once(
            Step::End,
            Act::Take(Box::new(Act::Say("250 Ok\r\n250 Ok\r\n".into()))),
        )
        .start();
    let mut session = Client::of(&server).connect();
    send(&mut *session, "ann@a.example").unwrap();
    assert!(matches!(
        send(&mut *session, "bob@b.example"),
        Err(SendError::Unsent {
            phase: Phase::Mail,
            loss: Loss::Garbled(_)
        })
    ));
    assert_eq!(server.recipients(), ["ann@a.example"]);
}

// Lost after the end: in doubt

#[test]
fn a_lost_reply_after_the_dot_is_in_doubt() {
    for act in [close(), Act::Hang] {
        for taken in [true, false] {
            let act = if taken {
                Act::Take(Box::new(act.clone()))
            } else {
                act.clone()
            };
            let server = Script::new(&["PIPELINING"]).once(Step::End, act).start();
            let mut session = Client::in_a_hurry(&server).connect();
            let (sent, ends) = send_counting(&mut *session);
            assert!(matches!(sent, Err(SendError::InDoubt(_))), "{sent:?}");
            assert_eq!(ends, 1);
            assert!(!session.is_open());
            assert_eq!(server.mails().len(), usize::from(taken));
        }
    }
}

#[test]
fn a_reply_without_its_line_end_is_in_doubt() {
    for half in [
        "250 2.0.0 Ok",
        "250 2.0.0 Ok\r",
        "250-2.0.0 Ok\r\n",
        "550 5.7.1 no",
        "2",
        "250 Ok\n",
    ] {
        let server = Script::new(&["PIPELINING"])
            .once(
                Step::End,
                Act::Take(Box::new(Act::SayAndClose(half.into()))),
            )
            .start();
        let sent = send(&mut *Client::of(&server).connect(), "ann@a.example");
        assert!(
            matches!(sent, Err(SendError::InDoubt(_))),
            "{half:?} {sent:?}"
        );
    }
}

#[test]
fn a_garbled_reply_to_the_dot_is_in_doubt() {
    for garbled in [
        "Ok",
        "25O Ok",
        "354 go on",
        "250-Ok\r\n550 no",
        "\u{1}\u{2}",
    ] {
        let server = Script::new(&["PIPELINING"])
            .once(Step::End, say(garbled))
            .start();
        let sent = send(&mut *Client::of(&server).connect(), "ann@a.example");
        assert!(
            matches!(sent, Err(SendError::InDoubt(Loss::Garbled(_)))),
            "{garbled:?} {sent:?}"
        );
    }
}

#[test]
fn a_connection_reset_behind_the_dot_is_in_doubt() {
    let server = Script::new(&["PIPELINING"])
        .once(Step::Body, Act::ResetAfter("Good morning"))
        .start();
    let (sent, ends) = send_counting(&mut *Client::of(&server).connect());
    assert!(matches!(sent, Err(SendError::InDoubt(_))), "{sent:?}");
    assert_eq!(ends, 1);
}

#[test]
fn a_reply_that_drips_gets_no_more_time_than_its_phase_has() {
    let slow = format!("250 {}\r\n", "x".repeat(100));
    let server = Script::new(&["PIPELINING"])
        .once(Step::End, Act::Drip(slow))
        .start();
    let start = Instant::now();
    let sent = send(&mut *Client::in_a_hurry(&server).connect(), "ann@a.example");
    assert!(
        matches!(sent, Err(SendError::InDoubt(Loss::TimedOut(_)))),
        "{sent:?}"
    );
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_run_that_stops_still_takes_the_reply_and_gives_up_when_its_time_is_over() {
    let late = Act::Take(Box::new(Act::Drip("250 Ok\r\n".into())));
    for (left, in_doubt) in [
        (Duration::from_secs(5), false),
        (Duration::from_millis(200), true),
    ] {
        let server = Script::new(&["PIPELINING"])
            .once(Step::End, late.clone())
            .start();
        let mut client = Client::of(&server);
        client.timeouts.end = Duration::from_mins(1);
        let mut session = client.connect();
        let stop = client.stop.clone();
        let sent = send_with(&mut *session, "ann@a.example", MAIL.as_bytes(), &mut || {
            stop.set(Instant::now() + left);
            Ok(())
        });
        match sent {
            Ok(_) => assert!(!in_doubt),
            Err(SendError::InDoubt(Loss::Stopped)) => assert!(in_doubt),
            other => panic!("{other:?}"),
        }
    }
}

// Opening a session

#[test]
fn a_good_certificate_makes_a_private_session() {
    let authority = Authority::new();
    for security in [Security::Implicit, Security::Starttls] {
        let script = Script::new(&["PIPELINING"]);
        let server = match security {
            Security::Implicit => script.implicit_tls(authority.good()),
            _ => script.starttls(authority.good()),
        }
        .start();
        let client = Client::at(server.port, security).trusting(authority.ca_file());
        let mut session = client.connect();
        for _ in 0..3 {
            send(&mut *session, "ann@a.example").unwrap();
        }
        session.quit();
        assert_eq!(server.mails().len(), 3);
        assert_eq!(server.mails()[2].body, MAIL);
    }
}

#[test]
fn a_lost_reply_is_in_doubt_under_tls_too() {
    let authority = Authority::new();
    let server = Script::new(&["PIPELINING"])
        .implicit_tls(authority.good())
        .once(Step::End, Act::Take(Box::new(close())))
        .start();
    let client = Client::at(server.port, Security::Implicit).trusting(authority.ca_file());
    let sent = send(&mut *client.connect(), "ann@a.example");
    assert!(
        matches!(sent, Err(SendError::InDoubt(Loss::Closed))),
        "{sent:?}"
    );
}

#[test]
fn a_bad_certificate_is_refused_and_said_why() {
    let authority = Authority::new();
    let other = Authority::new();
    let names = |names: &str| CertificateFault::OtherName {
        names: names.to_owned(),
    };
    for (config, trusted, fault, message) in [
        (
            authority.expired(),
            &authority,
            CertificateFault::Expired,
            "the certificate has expired",
        ),
        (
            authority.not_yet_valid(),
            &authority,
            CertificateFault::NotYetValid,
            "the certificate is not valid yet",
        ),
        (
            authority.of_another_name(),
            &authority,
            names("mail.other.example"),
            "the certificate is for another name (mail.other.example)",
        ),
        (
            authority.good(),
            &other,
            CertificateFault::UnknownIssuer,
            "the certificate has an issuer unknown to this machine",
        ),
    ] {
        let server = Script::new(&[]).implicit_tls(config).start();
        let client = Client::at(server.port, Security::Implicit).trusting(trusted.ca_file());
        let error = client.error();
        assert_eq!(
            error.to_string(),
            format!("{message} of the relay `smtps://127.0.0.1:{}`", server.port)
        );
        assert!(error.hint().is_some());
        assert!(!error.is_transient());
        match error {
            RelayError::Certificate { fault: found, .. } => assert_eq!(found, fault),
            other => panic!("{other:?}"),
        }
        assert!(server.lines().is_empty());
    }
}

#[test]
fn a_private_connection_is_never_made_in_the_clear() {
    let authority = Authority::new();
    let client = |server: &FaultServer| {
        Client::at(server.port, Security::Starttls)
            .trusting(authority.ca_file())
            .logged_in_as("ann", "sesame")
    };
    let without = Script::new(&["AUTH PLAIN"]).start();
    assert!(matches!(
        client(&without).error(),
        RelayError::NoStarttls { .. }
    ));
    let refusing = Script::new(&["AUTH PLAIN"])
        .starttls(authority.good())
        .once(Step::Starttls, say("454 4.7.0 TLS not available"))
        .start();
    let error = client(&refusing).error();
    assert!(
        matches!(
            error,
            RelayError::Refused {
                phase: Phase::Starttls,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.is_transient());
    for server in [without, refusing] {
        let asked = server.lines().join(" ");
        assert!(
            !asked.contains("AUTH") && !asked.contains("MAIL"),
            "{asked}"
        );
    }
}

#[test]
fn plaintext_injected_before_the_handshake_is_refused() {
    let authority = Authority::new();
    let server = Script::new(&[])
        .starttls(authority.good())
        .once(
            Step::Starttls,
            Act::Say("220 go ahead\r\n250 evil.test\r\n".into()),
        )
        .start();
    let client = Client::at(server.port, Security::Starttls).trusting(authority.ca_file());
    assert!(matches!(client.error(), RelayError::Injected { .. }));
}

#[test]
fn what_a_relay_offered_before_tls_is_forgotten() {
    // It offers groups in plain text; under TLS it answers each line, and would count one out of turn.
    let authority = Authority::new();
    let server = Script::new(&[])
        .starttls(authority.good())
        .once(
            Step::Ehlo,
            Act::Say("250-relay.test\r\n250-STARTTLS\r\n250 SIZE 1\r\n".into()),
        )
        .start();
    let client = Client::at(server.port, Security::Starttls).trusting(authority.ca_file());
    send(&mut *client.connect(), "ann@a.example").unwrap();
    assert!(!server.lines().join(" ").contains("SIZE="));
}

#[test]
fn a_login_by_plain_or_login_is_understood() {
    // base64 of "\0ann\0sesame", "ann", "sesame"
    for (keyword, lines) in [
        ("AUTH LOGIN PLAIN", vec!["AUTH PLAIN AGFubgBzZXNhbWU="]),
        ("AUTH=LOGIN", vec!["AUTH LOGIN", "YW5u", "c2VzYW1l"]),
    ] {
        let server = Script::new(&["PIPELINING", keyword]).start();
        let client = Client::of(&server).logged_in_as("ann", "sesame");
        send(&mut *client.connect(), "ann@a.example").unwrap();
        assert_eq!(server.lines()[1..=lines.len()], lines);
    }
}

#[test]
fn a_relay_that_asks_for_the_response_to_plain_gets_it() {
    let server = Script::new(&["AUTH PLAIN"])
        .once(Step::Auth, say("334 "))
        .start();
    // The script knows no more of this exchange: what counts is the second line, and that it is the last.
    let error = Client::of(&server).logged_in_as("ann", "sesame").error();
    assert!(
        matches!(error, RelayError::LoginRefused { .. }),
        "{error:?}"
    );
    assert_eq!(server.lines()[2], "AGFubgBzZXNhbWU=");
}

#[test]
fn a_refused_login_names_the_user_and_the_setting_and_never_the_password() {
    let server = Script::new(&["AUTH PLAIN"])
        .always(
            Step::Auth,
            say("535 5.7.8 Username and Password not accepted"),
        )
        .start();
    let client = Client::of(&server).logged_in_as("ann", "sesame");
    let error = client.error();
    assert_eq!(
        error.to_string(),
        format!(
            "the login of `ann` was refused (`535 5.7.8 Username and Password not accepted`) by the relay `smtp://127.0.0.1:{}`",
            server.port
        )
    );
    let hint = error.hint().unwrap();
    assert!(hint.contains("`username`") && hint.contains("`password_file`"));
    assert!(!error.is_transient());
    assert!(!format!("{error:?} {hint}").contains("sesame"));

    let busy = Script::new(&["AUTH PLAIN"])
        .always(Step::Auth, say("454 4.7.0 try later"))
        .start();
    assert!(
        Client::of(&busy)
            .logged_in_as("ann", "sesame")
            .error()
            .is_transient()
    );
}

#[test]
fn a_relay_without_a_login_that_we_know_is_told_what_it_offers() {
    let server = Script::new(&["AUTH GSSAPI NTLM"]).start();
    let error = Client::of(&server).logged_in_as("ann", "sesame").error();
    assert!(
        error
            .to_string()
            .starts_with("no login by PLAIN or LOGIN is offered (offered: GSSAPI, NTLM)")
    );
}

#[test]
fn a_relay_that_refuses_to_talk_is_said_to_and_is_tried_again_only_if_that_may_help() {
    for (step, phase) in [
        (Step::Greeting, Phase::Greeting),
        (Step::Ehlo, Phase::Hello),
    ] {
        for (code, transient) in [(421, true), (554, false)] {
            let server = Script::new(&[])
                .always(step, say_and_close(&format!("{code} not for you")))
                .start();
            let error = Client::of(&server).error();
            assert_eq!(error.is_transient(), transient);
            match error {
                RelayError::Refused {
                    phase: found,
                    reply,
                    ..
                } => {
                    assert_eq!(found, phase);
                    assert_eq!(reply.text, "not for you");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_port_where_nobody_listens_is_refused() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = Client::at(port, Security::Plain).error();
    assert_eq!(
        error.to_string(),
        format!("the connection was refused by the relay `smtp://127.0.0.1:{port}`")
    );
    assert!(error.is_transient());
    assert!(error.hint().unwrap().contains("465"));
}

#[test]
fn a_connection_that_times_out_names_the_ports_that_are_blocked_and_those_to_try() {
    let error = RelayError::ConnectTimedOut {
        relay: "smtp://mail.post.example:25".parse().unwrap(),
        after: Duration::from_secs(30),
    };
    assert_eq!(
        error.to_string(),
        "no connection within 30 s to the relay `smtp+starttls://mail.post.example:25`"
    );
    let hint = error.hint().unwrap();
    for port in ["port 25", "465", "587", "2525"] {
        assert!(hint.contains(port), "{hint}");
    }
}

#[test]
fn a_host_that_does_not_exist_is_said_so() {
    let mut client = Client::at(25, Security::Plain);
    client.declared.url.host = "no-such-host.invalid".to_owned();
    let error = client.error();
    assert!(
        matches!(error, RelayError::HostNotFound { .. }),
        "{error:?}"
    );
    assert!(error.hint().unwrap().contains("no-such-host.invalid"));
}

#[test]
fn a_silent_port_may_be_one_that_waits_for_tls_and_a_talking_one_may_not_be_tls() {
    let server = Script::new(&[]).always(Step::Greeting, Act::Hang).start();
    let error =
        Client::waiting(server.port, Security::Starttls, Duration::from_millis(200)).error();
    assert!(error.is_transient());
    assert!(
        error.hint().unwrap().contains("smtps://127.0.0.1"),
        "{error}"
    );

    let server = Script::new(&[]).start();
    let error = Client::at(server.port, Security::Implicit).error();
    assert!(
        error.hint().unwrap().contains("smtp+starttls://127.0.0.1"),
        "{error}"
    );
}
