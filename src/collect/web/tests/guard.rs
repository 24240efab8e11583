//! Where a source may not send us.

use super::*;

/// A resolver that gives every name the addresses of a list.
#[derive(Debug)]
struct Says(&'static [&'static str]);

impl Resolver for Says {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        for ip in self.0 {
            let port = uri.port_u16().unwrap_or(80);
            found.push((ip.parse::<std::net::IpAddr>().unwrap(), port).into());
        }
        Ok(found)
    }
}

fn web(allow: &[&str], names: &'static [&'static str]) -> Web {
    let settings = CollectSettings {
        allow_hosts: allow.iter().map(|host| (*host).to_owned()).collect(),
        robots: Robots::Ignored,
        ..quick()
    };
    let names: crate::collect::web::Names = Arc::new(Says(names));
    Web::with_names(AGENT, &settings, &names)
}

#[test]
fn a_source_cannot_send_us_to_another_port_of_this_machine() {
    let inner = Server::answering(|_| ok("", b"secret"));
    let to = inner.url("/").to_string();
    let outer = Server::answering(move |head| match path(head) {
        "/out" => redirect(302, &to),
        _ => ok("", b"mine"),
    });
    let web = Web::new(AGENT, &quick());
    let declared = outer.url("/out");
    let error = get_with(&web, &declared, &mut Memory::default()).unwrap_err();
    assert_eq!(
        message(&error),
        format!(
            "fetching {declared}: `127.0.0.1:{}` is an address of this machine",
            inner.port()
        )
    );
    assert!(
        error
            .hint()
            .contains(&format!("allow_hosts = [\"127.0.0.1:{}\"]", inner.port()))
    );
    assert!(page(&web, &inner.url("/x"), &declared).is_err());
    assert!(page(&web, &outer.url("/x"), &declared).is_ok());
    assert_eq!(inner.requests().len(), 0);
    let settings = CollectSettings {
        allow_hosts: vec![format!("127.0.0.1:{}", inner.port())],
        ..quick()
    };
    let allowed = Web::new(AGENT, &settings);
    assert!(get_with(&allowed, &declared, &mut Memory::default()).is_ok());
}

#[test]
fn other_spellings_of_an_address_are_the_same_address() {
    let server = Server::answering(|_| ok("", b"secret"));
    let declared = Url::parse("https://public.example/feed").unwrap();
    let web = Web::new(AGENT, &quick());
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "localhost",
        "LOCALHOST",
    ] {
        let url = Url::parse(&format!("http://{host}:{}/", server.port())).unwrap();
        let error = page(&web, &url, &declared).unwrap_err();
        let rest = message(&error);
        assert!(
            rest.contains("is an address of this machine"),
            "{host}: {rest}"
        );
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_public_name_of_a_private_address_is_refused_unless_it_is_allowed() {
    let server = Server::answering(|_| ok("", b"x"));
    let named = Url::parse(&format!("http://cms.example:{}/feed", server.port())).unwrap();
    let ask = |allow: &[&str], names| {
        get_with(&web(allow, names), &named, &mut Memory::default()).map(|_| ())
    };
    assert!(matches!(
        ask(&[], &["127.0.0.1"]),
        Err(CollectError::Forbidden { .. })
    ));
    assert!(matches!(
        ask(&[], &["10.0.0.1", "fd00:ec2::254"]),
        Err(CollectError::Forbidden { .. })
    ));
    assert_eq!(server.requests().len(), 0);
    assert!(ask(&["cms.example"], &["127.0.0.1"]).is_ok());
    assert!(ask(&["127.0.0.1"], &["127.0.0.1"]).is_ok());
    let other_port = ask(&["cms.example:1"], &["127.0.0.1"]);
    assert!(matches!(other_port, Err(CollectError::Forbidden { .. })));
}

#[test]
fn of_several_addresses_only_those_are_tried_that_may_be() {
    let server = Server::answering(|_| ok("", b"x"));
    let named = Url::parse(&format!("http://cms.example:{}/feed", server.port())).unwrap();
    // The first is this machine's, and refused; the second is allowed, and nobody is there
    let web = web(&["127.0.0.99"], &["127.0.0.1", "127.0.0.99"]);
    let error = get_with(&web, &named, &mut Memory::default());
    assert!(matches!(error, Err(CollectError::Unreachable { .. })));
    assert_eq!(server.requests().len(), 0);
}
