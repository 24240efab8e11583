//! The SMTP server from outside: a raw client at its port.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::atomic::AtomicBool,
    time::Duration,
};

use super::Catcher;

/// A client that writes octets and reads replies.
struct Client {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Client {
    fn connect(address: SocketAddr) -> io::Result<Self> {
        let output = TcpStream::connect(address)?;
        output.set_read_timeout(Some(Duration::from_secs(20)))?;
        let input = BufReader::new(output.try_clone()?);
        Ok(Self { input, output })
    }

    fn greeted(address: SocketAddr) -> io::Result<Self> {
        let mut client = Self::connect(address)?;
        assert!(client.reply()?.starts_with("220 "));
        assert!(client.ask("EHLO tests.example\r\n")?.starts_with("250 "));
        Ok(client)
    }

    /// The last line of the next reply; empty when the server has closed.
    fn reply(&mut self) -> io::Result<String> {
        loop {
            let mut line = String::new();
            self.input.read_line(&mut line)?;
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.trim_end().to_owned());
            }
        }
    }

    fn ask(&mut self, octets: impl AsRef<[u8]>) -> io::Result<String> {
        self.output.write_all(octets.as_ref())?;
        self.reply()
    }

    fn replies(&mut self, count: usize) -> io::Result<Vec<String>> {
        (0..count)
            .map(|_| Ok(self.reply()?.chars().take(9).collect()))
            .collect()
    }

    /// Everything up to the server's closing.
    fn rest(&mut self) -> io::Result<String> {
        let mut rest = Vec::new();
        self.input.read_to_end(&mut rest)?;
        Ok(String::from_utf8_lossy(&rest).into_owned())
    }
}

fn caught(folder: &Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.push((name, fs::read(path)?));
    }
    files.sort();
    Ok(files)
}

fn running() -> (tempfile::TempDir, Catcher) {
    let folder = tempfile::tempdir().unwrap();
    let catcher = Catcher::start(folder.path()).unwrap();
    (folder, catcher)
}

const ENVELOPE: &str = "MAIL FROM:<news@post.example>\r\nRCPT TO:<ann@a.example>\r\n";

#[test]
fn pipelined_mails_in_one_write_arrive_octet_for_octet() -> io::Result<()> {
    let (folder, catcher) = running();
    let mut client = Client::greeted(catcher.smtp())?;
    let mail = "Subject: one\r\n\r\n..a dot\r\n...\r\n.. \r\n\r\n.\r\n";
    let all = format!(
        "{ENVELOPE}DATA\r\n{mail}{ENVELOPE}RCPT TO:<bob@b.example>\r\nDATA\r\n{mail}QUIT\r\n"
    );
    client.output.write_all(all.as_bytes())?;
    assert_eq!(
        client.replies(10)?,
        [
            "250 2.1.0",
            "250 2.1.5",
            "354 go ah",
            "250 2.0.0",
            "250 2.1.0",
            "250 2.1.5",
            "250 2.1.5",
            "354 go ah",
            "250 2.0.0",
            "221 2.0.0"
        ]
    );
    assert_eq!(client.rest()?, "");
    let expected = b"Subject: one\r\n\r\n.a dot\r\n..\r\n. \r\n\r\n";
    let files = caught(folder.path())?;
    let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "0001-ann@a.example.eml",
            "0002-ann@a.example.eml",
            "0003-bob@b.example.eml"
        ]
    );
    assert!(files.iter().all(|(_, octets)| octets == expected));
    assert_eq!(catcher.mails(), 3);
    Ok(())
}

#[test]
fn chunks_are_counted_and_not_unstuffed_and_a_refused_envelopes_chunk_is_passed_over()
-> io::Result<()> {
    let (folder, catcher) = running();
    let mut client = Client::greeted(catcher.smtp())?;
    let all = format!(
        "{ENVELOPE}BDAT 5\r\n.\r\nabBDAT 5 LAST\r\nc\r\n.d{ENVELOPE}BDAT 0 LAST\r\nBDAT 6 LAST\r\nNOOP\r\nNOOP\r\n"
    );
    client.output.write_all(all.as_bytes())?;
    assert_eq!(
        client.replies(9)?,
        [
            "250 2.1.0",
            "250 2.1.5",
            "250 2.0.0",
            "250 2.0.0",
            "250 2.1.0",
            "250 2.1.5",
            "250 2.0.0",
            "503 5.5.1",
            "250 2.0.0"
        ]
    );
    let files = caught(folder.path())?;
    assert_eq!(files[0].1, b".\r\nabc\r\n.d");
    assert_eq!(files[1].1, b"");
    Ok(())
}

#[test]
fn what_a_relay_would_refuse_is_refused_and_the_session_goes_on() -> io::Result<()> {
    let (_folder, catcher) = running();
    let mut client = Client::greeted(catcher.smtp())?;
    let mut answer = |ask: &str| client.ask(ask).map(|reply| reply[..9].to_owned());
    assert_eq!(answer("RCPT TO:<ann@a.example>\r\n")?, "503 5.5.1");
    assert_eq!(answer("DATA\r\n")?, "503 5.5.1");
    assert_eq!(
        answer("MAIL FROM:<news@post.example> SIZE=99999999\r\n")?,
        "552 5.3.4"
    );
    assert_eq!(
        answer(&format!("NOOP {}\r\n", "x".repeat(9000)))?,
        "500 5.5.2"
    );
    assert_eq!(answer("VRFY ann\r\n")?, "252 2.1.5");
    assert_eq!(answer("MAIL FROM:<>\r\n")?, "250 2.1.0");
    assert_eq!(answer("MAIL FROM:<>\r\n")?, "503 5.5.1");
    assert_eq!(answer("RCPT TO:<민지@a.example>\r\n")?, "553 5.6.7");
    assert_eq!(answer("RSET\r\n")?, "250 2.0.0");
    for body in [
        "a bare\nline feed\r\n",
        "a bare\rreturn\r\n",
        "smuggled\n.\r\n",
        &format!("{}\r\n", "x".repeat(999)),
    ] {
        for part in ENVELOPE.split_inclusive("\r\n") {
            assert!(answer(part)?.starts_with("250 "));
        }
        assert!(answer("DATA\r\n")?.starts_with("354 "));
        assert_eq!(answer(&format!("{body}.\r\n"))?, "554 5.6.0", "{body}");
    }
    assert_eq!(catcher.mails(), 0);
    Ok(())
}

#[test]
fn a_mail_over_the_limit_is_read_to_its_end_and_refused() -> io::Result<()> {
    let (_folder, catcher) = running();
    let mut client = Client::greeted(catcher.smtp())?;
    let block = format!("{}\r\n", "x".repeat(900)).repeat(100);
    let size = block.len() * 300;
    client.output.write_all(ENVELOPE.as_bytes())?;
    client
        .output
        .write_all(format!("BDAT {size} LAST\r\n").as_bytes())?;
    for _ in 0..300 {
        client.output.write_all(block.as_bytes())?;
    }
    assert_eq!(client.replies(3)?, ["250 2.1.0", "250 2.1.5", "552 5.3.4"]);
    assert!(client.ask("NOOP\r\n")?.starts_with("250 "));
    assert_eq!(catcher.mails(), 0);
    Ok(())
}

#[test]
fn garbage_is_answered_and_then_shut_out() -> io::Result<()> {
    let (_folder, catcher) = running();
    let mut client = Client::connect(catcher.smtp())?;
    client
        .output
        .write_all(&b"\x16\x03\x01\xff\x00\r\n".repeat(25))?;
    let said = client.rest()?;
    assert!(said.ends_with("421 4.7.0 too many errors: closing the connection\r\n"));
    // A client that leaves in the middle of a mail leaves nothing behind.
    let mut client = Client::greeted(catcher.smtp())?;
    client
        .output
        .write_all(format!("{ENVELOPE}DATA\r\nSubject: half").as_bytes())?;
    client.output.shutdown(std::net::Shutdown::Write)?;
    client.rest()?;
    assert_eq!(catcher.mails(), 0);
    Ok(())
}

#[test]
fn too_many_connections_are_told_so_and_stopping_closes_them_all() -> io::Result<()> {
    let (_folder, catcher) = running();
    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(Client::greeted(catcher.smtp())?);
    }
    assert!(
        Client::connect(catcher.smtp())?
            .reply()?
            .starts_with("421 4.7.0")
    );
    let (smtp, page) = (catcher.smtp(), catcher.page());
    catcher.wait(&AtomicBool::new(true));
    for mut client in clients {
        assert_eq!(client.rest()?, "");
    }
    assert!(TcpStream::connect(smtp).is_err());
    assert!(TcpStream::connect(page).is_err());
    Ok(())
}
