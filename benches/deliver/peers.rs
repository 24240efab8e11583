//! What others do with the same mails.

use std::process::Command;

use lettre::{SmtpTransport, Transport as _, address::Envelope, transport::smtp::PoolConfig};

use crate::{
    run::{Cost, run},
    sink::Sink,
};

/// Postfix's load generator: 20 sessions, kept open, mails of so many octets.
pub fn smtp_source(sink: &Sink, mails: usize, size: u64) -> Option<Cost> {
    let mut command = Command::new("/usr/sbin/smtp-source");
    command
        .args([
            "-d",
            "-s",
            "20",
            "-m",
            &mails.to_string(),
            "-l",
            &size.to_string(),
        ])
        .args(["-f", "news@bench.example", "-t", "reader@d1.example"])
        .arg(format!("127.0.0.1:{}", sink.port));
    run(&mut command)
}

/// lettre's own transport, its pool shared by eight threads.
pub fn lettre_pool(port: u16, mails: usize, size: u64) {
    lettre(port, mails, size, 8);
}

/// The same with one connection.
pub fn lettre_pool_of_one(port: u16, mails: usize, size: u64) {
    lettre(port, mails, size, 1);
}

fn lettre(port: u16, mails: usize, size: u64, threads: u32) {
    let transport = SmtpTransport::builder_dangerous("127.0.0.1")
        .port(port)
        .pool_config(PoolConfig::new().max_size(threads))
        .build();
    let address = |text: &str| text.parse().expect("an address");
    let envelope = Envelope::new(
        Some(address("news@bench.example")),
        vec![address("reader@d1.example")],
    )
    .expect("an envelope");
    let line = "the morning tide came in and nobody knew what it carried or whom it was for\r\n";
    let lines = usize::try_from(size).unwrap_or(0) / line.len();
    let mail = format!("Subject: bench\r\n\r\n{}", line.repeat(lines));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for _ in 0..mails / threads as usize {
                    transport
                        .send_raw(&envelope, mail.as_bytes())
                        .expect("the sink takes it");
                }
            });
        }
    });
}

/// What a script of an afternoon does: render, compose, send, one by one.
pub fn smtplib_jinja(mails: usize, size: u64) -> Option<Cost> {
    let has = |module: &str| {
        let import = format!("import {module}");
        let mut python = Command::new("/usr/bin/python3");
        python
            .args(["-c", &import])
            .stderr(std::process::Stdio::null());
        python.status().is_ok_and(|status| status.success())
    };
    if !has("jinja2") {
        return None;
    }
    let sink = Sink::start(crate::sink::Offers::Groups, std::time::Duration::ZERO);
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/benches/deliver/smtplib_jinja.py"
    );
    run(Command::new("/usr/bin/python3").arg(script).args([
        sink.port.to_string(),
        mails.to_string(),
        size.to_string(),
    ]))
}
