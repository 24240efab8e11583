//! 200 feeds on as many hosts of this machine (127.0.0.1 … 127.0.0.200), and the whole command that collects them.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const FEEDS: u8 = 200;
const LATENCY: Duration = Duration::from_millis(100);
const CONNECTIONS: [u32; 2] = [50, 200];

/// Times `postrider collect`, archive and all.
pub fn collecting() {
    let port = serve();
    for connections in CONNECTIONS {
        let ideal = LATENCY * u32::from(FEEDS).div_ceil(connections);
        let mut times: Vec<Duration> = (0..5).map(|_| collect(port, connections)).collect();
        times.sort();
        let took = times[times.len() / 2];
        println!(
            "  {connections:3} connections   {:6.0} ms, ideal {:4.0} ms: {:.2} ×",
            took.as_secs_f64() * 1e3,
            ideal.as_secs_f64() * 1e3,
            took.as_secs_f64() / ideal.as_secs_f64(),
        );
    }
}

fn collect(port: u16, connections: u32) -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = format!(
        "[publisher]\nname = \"P\"\npostal_address = \"P, 1 Street\"\n[collect]\nconnections = {connections}\n\
         [[edition]]\nid = \"daily\"\nname = \"P\"\nfrom = \"p@agency.example\"\nunsubscribe_address = \"leave@agency.example\"\n"
    );
    for host in 1..=FEEDS {
        let _ = writeln!(
            config,
            "[[source]]\nname = \"Feed {host}\"\nurl = \"http://127.0.0.{host}:{port}/feed.xml\""
        );
    }
    fs::write(folder.path().join("postrider.toml"), config).expect("written");
    let start = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_postrider"))
        .args(["collect", "--quiet"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .status()
        .expect("it runs");
    let took = start.elapsed();
    assert!(status.success(), "every feed is collected");
    took
}

/// Answers on every host of the same port.
fn serve() -> u16 {
    let first = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = first.local_addr().expect("an address").port();
    let others = (2..=FEEDS).map(|host| {
        TcpListener::bind(("127.0.0.".to_owned() + &host.to_string(), port)).expect("the same port")
    });
    let listeners: Vec<TcpListener> = std::iter::once(first).chain(others).collect();
    for (number, listener) in listeners.into_iter().enumerate() {
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || answer(&stream, number));
            }
        });
    }
    port
}

fn answer(stream: &TcpStream, number: usize) {
    let feed = format!(
        "<rss version=\"2.0\"><channel><title>{number}</title><item><title>Story {number}</title><guid>{number}</guid></item></channel></rss>"
    );
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match reader.read_line(&mut head) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
        thread::sleep(LATENCY);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: {}\r\n\r\n{feed}",
            feed.len()
        );
        let mut stream: &TcpStream = stream;
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
