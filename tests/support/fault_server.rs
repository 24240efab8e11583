//! An SMTP server that does what no real one does on demand: the wrong thing, at the wrong moment, exactly.
//!
//! It listens on loopback, keeps a journal of what it was told, and knows for certain which mails it took.

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What a client asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Ehlo,
    Starttls,
    Auth,
    /// An answer to a challenge.
    AuthAnswer,
    Mail,
    Rcpt,
    Data,
    /// After the 354, before a byte of the body is read.
    Body,
    /// The final dot has been read.
    End,
    Rset,
    Quit,
}

/// What it gets.
#[derive(Debug, Clone)]
pub enum Act {
    /// These bytes, whatever they are.
    Say(String),
    /// These bytes, and the end of the connection.
    SayAndClose(String),
    /// Takes the mail for good, and then this.
    Take(Box<Act>),
    /// Silence until the client leaves.
    Hang,
    /// Reads nothing any more, and says nothing.
    Stall,
    /// One byte after the other, slowly.
    Drip(String),
    /// Reads up to these bytes of the body, lets the rest arrive, and resets the connection.
    ResetAfter(&'static str),
}

/// The bytes of a reply of one line.
pub fn say(line: &str) -> Act {
    Act::Say(format!("{line}\r\n"))
}

/// The same, and the end of the connection.
pub fn say_and_close(line: &str) -> Act {
    Act::SayAndClose(format!("{line}\r\n"))
}

/// Nothing, and the end of the connection.
pub fn close() -> Act {
    Act::SayAndClose(String::new())
}

/// A server's part in the play.
#[derive(Clone, Default)]
pub struct Script {
    keywords: Vec<&'static str>,
    acts: Vec<(Step, Option<&'static str>, usize, Act)>,
    implicit_tls: Option<Arc<ServerConfig>>,
    starttls: Option<Arc<ServerConfig>>,
    waits_for_groups: bool,
    waits_for_chains: bool,
    knows_no_bdat: bool,
    silent_until: usize,
}

impl Script {
    pub fn new(keywords: &[&'static str]) -> Self {
        Self {
            keywords: keywords.to_vec(),
            ..Self::default()
        }
    }

    pub fn implicit_tls(mut self, config: Arc<ServerConfig>) -> Self {
        self.implicit_tls = Some(config);
        self
    }

    pub fn starttls(mut self, config: Arc<ServerConfig>) -> Self {
        self.starttls = Some(config);
        self
    }

    /// The first time that `step` comes (that no earlier line of the script takes).
    pub fn once(mut self, step: Step, act: Act) -> Self {
        self.acts.push((step, None, 1, act));
        self
    }

    pub fn always(mut self, step: Step, act: Act) -> Self {
        self.acts.push((step, None, usize::MAX, act));
        self
    }

    /// Each time that the command of this step has `word` in it.
    pub fn to(mut self, step: Step, word: &'static str, act: Act) -> Self {
        self.acts.push((step, Some(word), usize::MAX, act));
        self
    }

    /// Answers MAIL and RCPT only once DATA has come: a client that waits in between waits for ever.
    pub fn waits_for_groups(mut self) -> Self {
        self.waits_for_groups = true;
        self
    }

    /// Doesn't know the command that it may have offered.
    pub fn knows_no_bdat(mut self) -> Self {
        self.knows_no_bdat = true;
        self
    }

    /// Answers the end of a mail only once the next envelope is there; that to `r2@a.example` is the last.
    pub fn waits_for_chains(mut self) -> Self {
        self.waits_for_chains = true;
        self
    }

    /// Says nothing about mails until so many have come: a client that waits for a word in between waits for ever.
    pub fn silent_until(mut self, mails: usize) -> Self {
        self.silent_until = mails;
        self
    }

    pub fn start(self) -> FaultServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let journal = Arc::new(Mutex::new(Journal::default()));
        let script = Arc::new(Mutex::new(self));
        let server = FaultServer {
            port,
            journal: journal.clone(),
        };
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (script, journal) = (script.clone(), journal.clone());
                // A client that leaves is an error here, and none to a test.
                thread::spawn(move || Connection::serve(socket, &script, journal));
            }
        });
        server
    }
}

/// What happened.
#[derive(Debug, Default)]
pub struct Journal {
    /// All lines but those of bodies; the final dot as `.`.
    pub lines: Vec<String>,
    /// What it took.
    pub mails: Vec<Taken>,
    /// How often a client spoke before its turn.
    pub out_of_turn: usize,
    pub connections: usize,
}

/// A mail that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: String,
    pub body: String,
}

pub struct FaultServer {
    pub port: u16,
    journal: Arc<Mutex<Journal>>,
}

impl FaultServer {
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap()
    }

    pub fn mails(&self) -> Vec<Taken> {
        self.journal().mails.clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.journal().lines.clone()
    }

    /// To whom it took a mail, in order.
    pub fn recipients(&self) -> Vec<String> {
        self.mails().into_iter().map(|mail| mail.to).collect()
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

struct Connection<'a> {
    stream: Option<Box<dyn Stream>>,
    socket: TcpStream,
    script: &'a Mutex<Script>,
    journal: Arc<Mutex<Journal>>,
    held: Vec<u8>,
}

impl Connection<'_> {
    fn serve(socket: TcpStream, script: &Mutex<Script>, journal: Arc<Mutex<Journal>>) {
        journal.lock().unwrap().connections += 1;
        socket.set_nodelay(true).unwrap();
        let mut connection = Connection {
            stream: Some(Box::new(socket.try_clone().unwrap())),
            socket,
            script,
            journal,
            held: Vec::new(),
        };
        let _ = connection.converse();
    }

    fn converse(&mut self) -> io::Result<()> {
        let script = self.script.lock().unwrap().clone();
        if let Some(config) = &script.implicit_tls {
            self.secure(config)?;
        }
        self.play(Step::Greeting, "", "220 relay.test ESMTP\r\n")?;
        let mut private = script.implicit_tls.is_some();
        let (mut from, mut to) = (Option::<String>::None, Option::<String>::None);
        loop {
            let line = self.line()?;
            self.journal.lock().unwrap().lines.push(line.clone());
            let command = line.to_ascii_uppercase();
            let verb = command.split([' ', ':']).next().unwrap_or_default();
            match verb {
                "EHLO" => {
                    let mut lines = vec!["relay.test"];
                    lines.extend(&script.keywords);
                    if script.starttls.is_some() && !private {
                        lines.push("STARTTLS");
                    }
                    let last = lines.pop().unwrap_or_default();
                    let mut reply: String = lines
                        .iter()
                        .flat_map(|line| ["250-", line, "\r\n"])
                        .collect();
                    reply.extend(["250 ", last, "\r\n"]);
                    self.play(Step::Ehlo, &line, &reply)?;
                }
                "STARTTLS" => {
                    self.play(Step::Starttls, &line, "220 2.0.0 go ahead\r\n")?;
                    if let Some(config) = &script.starttls {
                        self.secure(config)?;
                        private = true;
                    }
                }
                "AUTH" => {
                    let plain = command.starts_with("AUTH PLAIN ");
                    let reply = if plain {
                        "235 2.7.0 welcome\r\n"
                    } else {
                        "334 VXNlcm5hbWU6\r\n"
                    };
                    self.play(Step::Auth, &line, reply)?;
                    if !plain {
                        self.log_in()?;
                    }
                }
                "MAIL" => {
                    let granted = self.play(Step::Mail, &line, "250 2.1.0 Ok\r\n")?;
                    (from, to) = (granted.then(|| path(&line)), None);
                }
                "RCPT" => {
                    let reply = match from {
                        Some(_) => "250 2.1.5 Ok\r\n",
                        None => "503 5.5.1 MAIL first\r\n",
                    };
                    if self.play(Step::Rcpt, &line, reply)? {
                        to = Some(path(&line));
                    }
                }
                "DATA" => {
                    let reply = match to {
                        Some(_) => "354 go ahead\r\n",
                        None => "554 5.5.1 no valid recipients\r\n",
                    };
                    if self.play(Step::Data, &line, reply)? {
                        self.data(from.take().unwrap_or_default(), to.take())?;
                    }
                }
                "BDAT" => {
                    let octets = command.split(' ').nth(1).and_then(|n| n.parse().ok());
                    self.chunk(octets.unwrap_or(0), from.take(), to.take())?;
                }
                "RSET" => {
                    self.play(Step::Rset, &line, "250 2.0.0 Ok\r\n")?;
                    (from, to) = (None, None);
                }
                "QUIT" => {
                    self.play(Step::Quit, &line, "221 2.0.0 bye\r\n")?;
                    return Ok(());
                }
                _ => self.say("500 5.5.2 what?\r\n")?,
            }
        }
    }

    /// The name, and the password.
    fn log_in(&mut self) -> io::Result<()> {
        for reply in ["334 UGFzc3dvcmQ6\r\n", "235 2.7.0 welcome\r\n"] {
            let line = self.line()?;
            self.journal.lock().unwrap().lines.push(line.clone());
            self.play(Step::AuthAnswer, &line, reply)?;
        }
        Ok(())
    }

    fn data(&mut self, from: String, to: Option<String>) -> io::Result<()> {
        if let Some(act) = self.act(Step::Body, "") {
            self.perform(&act, None)?;
        }
        let mut body = String::new();
        loop {
            let line = self.line()?;
            if line == "." {
                break;
            }
            body.push_str(line.strip_prefix('.').unwrap_or(&line));
            body.push_str("\r\n");
        }
        self.journal.lock().unwrap().lines.push(".".to_owned());
        let Some(to) = to else {
            let act = self.act(Step::End, "");
            let act = act.unwrap_or_else(|| say("554 5.5.1 no valid recipients"));
            return self.perform(&act, None).map(drop);
        };
        if self.script.lock().unwrap().waits_for_chains && to != "r2@a.example" {
            // The next envelope came in the same write, so it is there at once.
            self.socket.peek(&mut [0])?;
        }
        let mail = Taken { from, to, body };
        let act = self
            .act(Step::End, &mail.to)
            .unwrap_or_else(|| Act::Take(Box::new(say("250 2.0.0 Ok: queued as 4bKx1"))));
        self.perform(&act, Some(mail)).map(drop)
    }

    /// One chunk that is the whole mail.
    fn chunk(&mut self, octets: usize, from: Option<String>, to: Option<String>) -> io::Result<()> {
        if let Some(act) = self.act(Step::Body, "") {
            self.perform(&act, None)?;
        }
        let mut body = vec![0; octets];
        self.stream().read_exact(&mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        if self.script.lock().unwrap().knows_no_bdat {
            return self.say("502 5.5.1 command not implemented\r\n");
        }
        let (Some(from), Some(to)) = (from, to) else {
            let act = self.act(Step::End, "");
            let act = act.unwrap_or_else(|| say("503 5.5.1 no valid recipients"));
            return self.perform(&act, None).map(drop);
        };
        let mail = Taken { from, to, body };
        let act = self
            .act(Step::End, &mail.to)
            .unwrap_or_else(|| Act::Take(Box::new(say("250 2.0.0 Ok: queued as 4bKx1"))));
        self.perform(&act, Some(mail)).map(drop)
    }

    /// Answers by the script, else as given. Whether the answer is a yes.
    fn play(&mut self, step: Step, line: &str, otherwise: &str) -> io::Result<bool> {
        self.watch_turn(step)?;
        let act = self
            .act(step, line)
            .unwrap_or_else(|| Act::Say(otherwise.to_owned()));
        let hold = self.script.lock().unwrap().waits_for_groups;
        if hold
            && matches!(step, Step::Mail | Step::Rcpt)
            && let Act::Say(text) = &act
        {
            self.held.extend(text.as_bytes());
            return Ok(text.starts_with(['2', '3']));
        }
        self.perform(&act, None)
    }

    /// Without PIPELINING, nothing may come before the answer.
    fn watch_turn(&mut self, step: Step) -> io::Result<()> {
        let pipelining = self.script.lock().unwrap().keywords.contains(&"PIPELINING");
        if !pipelining && matches!(step, Step::Mail | Step::Rcpt | Step::Data) {
            thread::sleep(Duration::from_millis(10));
            self.socket.set_nonblocking(true)?;
            let early = self.socket.peek(&mut [0]).is_ok_and(|length| length > 0);
            self.socket.set_nonblocking(false)?;
            self.journal.lock().unwrap().out_of_turn += usize::from(early);
        }
        Ok(())
    }

    fn act(&self, step: Step, line: &str) -> Option<Act> {
        let mut script = self.script.lock().unwrap();
        let (_, _, left, act) = script.acts.iter_mut().find(|(at, word, left, _)| {
            *at == step && *left > 0 && word.is_none_or(|word| line.contains(word))
        })?;
        *left = left.saturating_sub(usize::from(*left != usize::MAX));
        Some(act.clone())
    }

    fn perform(&mut self, act: &Act, mail: Option<Taken>) -> io::Result<bool> {
        match act {
            Act::Say(text) => {
                self.say(text)?;
                Ok(text.starts_with(['2', '3']))
            }
            Act::SayAndClose(text) => {
                self.say(text)?;
                Err(self.leave())
            }
            Act::Take(then) => {
                self.journal.lock().unwrap().mails.extend(mail);
                self.perform(then, None)
            }
            Act::Hang => {
                io::copy(&mut self.stream(), &mut io::sink())?;
                Err(self.leave())
            }
            Act::Stall => {
                thread::sleep(Duration::from_secs(20));
                Err(self.leave())
            }
            Act::Drip(text) => {
                for byte in text.chars() {
                    self.say(&byte.to_string())?;
                    thread::sleep(Duration::from_millis(60));
                }
                Ok(true)
            }
            Act::ResetAfter(words) => {
                let mut read = Vec::new();
                while !read.ends_with(words.as_bytes()) {
                    read.push(self.byte()?);
                }
                // What has arrived and isn't read when the socket closes makes a reset of the end.
                thread::sleep(Duration::from_millis(100));
                self.stream = None;
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }

    fn leave(&mut self) -> io::Error {
        let _ = self.socket.shutdown(std::net::Shutdown::Write);
        io::ErrorKind::ConnectionAborted.into()
    }

    fn secure(&mut self, config: &Arc<ServerConfig>) -> io::Result<()> {
        let connection = ServerConnection::new(config.clone()).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, self.socket.try_clone()?);
        stream.conn.complete_io(&mut stream.sock)?;
        self.stream = Some(Box::new(stream));
        Ok(())
    }

    fn stream(&mut self) -> &mut dyn Stream {
        self.stream.as_deref_mut().unwrap()
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.held);
        bytes.extend(text.as_bytes());
        let holds = {
            let script = self.script.lock().unwrap();
            let taken = self.journal.lock().unwrap().mails.len();
            let mail = self.journal.lock().unwrap().lines.len() > 1;
            mail && taken < script.silent_until
        };
        if holds {
            self.held = bytes;
            return Ok(());
        }
        self.stream().write_all(&bytes)?;
        self.stream().flush()
    }

    /// Unbuffered, so that what isn't read stays in the socket.
    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.stream().read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(self.byte()?);
        }
        line.truncate(line.len() - 2);
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

fn path(line: &str) -> String {
    let (_, rest) = line.split_once('<').unwrap_or_default();
    let (path, _) = rest.split_once('>').unwrap_or_default();
    path.to_owned()
}
