//! The messages are part of the interface: here they stand as an operator reads them.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::domain::{Colours, Images, Limit, Parts, SourcePlace};

const GOOD: &str = r#"
[publisher]
name = "The Agency"
postal_address = "1 Example Street"
[[edition]]
id = "daily"
name = "Post"
from = "Post <news@example.org>"
"#;

fn read(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let env: Vec<_> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    parse(
        text,
        Path::new("postrider.toml"),
        Path::new("/srv/post"),
        &env,
    )
}

/// What is told about a text that can't be read.
fn told(text: &str, env: &[(&str, &str)]) -> String {
    read(text, env).unwrap_err().to_string()
}

/// The same, for what is added to a good configuration.
fn told_after_good(more: &str) -> String {
    told(&format!("{GOOD}{more}"), &[])
}

#[test]
fn little_is_needed_and_the_rest_has_defaults() {
    let config = read(GOOD, &[]).unwrap();
    assert_eq!(
        config.store,
        StoreUrl::Sqlite("/srv/post/state/postrider.db".into())
    );
    assert_eq!(
        config.subscribers,
        SubscribersPlace("/srv/post/subscribers".into())
    );
    assert_eq!(config.delivery, DeliverySettings::default());
    let edition = &config.editions[0];
    assert_eq!(edition.max_articles, Limit::Most(30));
    assert_eq!(edition.unsubscribe_address.to_string(), "news@example.org");
    assert_eq!((edition.at, edition.days.len()), (None, 7));
}

#[test]
fn an_unsubscription_goes_where_answers_go() {
    let config = read(
        &format!("{GOOD}reply_to = \"Desk <desk@example.org>\""),
        &[],
    )
    .unwrap();
    assert_eq!(
        config.editions[0].unsubscribe_address.to_string(),
        "desk@example.org"
    );
}

#[test]
fn what_is_missing_is_shown_as_an_example() {
    assert_eq!(
        told(
            "[publisher]\nnmae = 3\n[edition]\nid = \"x\"\n[[store]]\n",
            &[]
        ),
        r#"error: no `name` in [publisher]
 --> postrider.toml:1:1
  |
1 | [publisher]
  | ^^^^^^^^^^^ write under it: name = "The Agency"

error: no `postal_address` in [publisher]
 --> postrider.toml:1:1
  |
1 | [publisher]
  | ^^^^^^^^^^^ write under it: postal_address = "1 Example Street, Example City"

error: unknown key `nmae` in [publisher]
 --> postrider.toml:2:1
  |
2 | nmae = 3
  | ^^^^ did you mean `name`?

error: `edition` is a list of tables: write [[edition]]
 --> postrider.toml:3:1
  |
3 | [edition]
  | ^^^^^^^^^

error: `store` is one table: write [store]
 --> postrider.toml:5:1
  |
5 | [[store]]
  | ^^^^^^^^^"#
    );
    assert_eq!(
        told("", &[]),
        r#"error: no [publisher]
--> postrider.toml
 = help: write:
         [publisher]
         name = "The Agency"
         postal_address = "1 Example Street, Example City"

error: no [[edition]]
--> postrider.toml
 = help: write:
         [[edition]]
         id = "daily"
         name = "The Morning Post"
         from = "The Morning Post <news@example.org>""#
    );
}

#[test]
fn what_is_not_toml_is_pointed_at() {
    assert_eq!(
        told("[publisher\n", &[]),
        "error: not TOML: unclosed table, expected `]`
 --> postrider.toml:1:11
  |
1 | [publisher
  |           ^"
    );
}

#[test]
fn every_problem_of_an_edition_is_told_in_the_order_of_the_file() {
    assert_eq!(
        told_after_good(
            r#"lannguages = ["en"]
at = "7am"
tz = "EST"
days = ["mon", "tues"]
max_articles = "many"
max_age = "3 weeks"
reply_to = "news"
in_doubt = "holt"
languages = "en"
"#
        ),
        r#"error: unknown key `lannguages` in [[edition]]
 --> postrider.toml:9:1
  |
9 | lannguages = ["en"]
  | ^^^^^^^^^^ did you mean `languages`?

error: at: not a time of day such as `07:00`: `7am`
  --> postrider.toml:10:6
   |
10 | at = "7am"
   |      ^^^^^ hours and minutes, from 00:00 to 23:59

error: tz: not a time zone such as `Europe/Paris` or `UTC`: `EST`
  --> postrider.toml:11:6
   |
11 | tz = "EST"
   |      ^^^^^ write `America/New_York`

error: days: not a day of the week such as `mon`: `tues`
  --> postrider.toml:12:16
   |
12 | days = ["mon", "tues"]
   |                ^^^^^^ did you mean `tue`?

error: max_articles: a whole number, or `"none"`, is expected, not `many`
  --> postrider.toml:13:16
   |
13 | max_articles = "many"
   |                ^^^^^^

error: max_age: not a length of time such as `90m`, `24h` or `3d`: `3 weeks`
  --> postrider.toml:14:11
   |
14 | max_age = "3 weeks"
   |           ^^^^^^^^^

error: reply_to: no `@` in the address `news`
  --> postrider.toml:15:12
   |
15 | reply_to = "news"
   |            ^^^^^^

error: in_doubt: `hold` or `resend` is expected, not `holt`
  --> postrider.toml:16:12
   |
16 | in_doubt = "holt"
   |            ^^^^^^ did you mean `hold`?

error: languages: a list such as `["en", "fr"]` is expected, not a string
  --> postrider.toml:17:13
   |
17 | languages = "en"
   |             ^^^^"#
    );
}

#[test]
fn a_key_that_resembles_none_lists_them() {
    let told = told_after_good("[store]\nfrobnicate = 1\n");
    assert!(told.ends_with("  = help: [store] has: url"), "{told}");
}

#[test]
fn names_that_nothing_declares_are_told_with_the_nearest() {
    assert_eq!(
        told_after_good(
            r#"topics = ["korae"]
sources = ["Reuters"]
default_topics = "korae"
[[topic]]
id = "korea"
[[source]]
name = "The Agency"
path = "articles"
topics = ["sport"]
"#
        ),
        r#"error: topics: unknown topic `korae`
 --> postrider.toml:9:11
  |
9 | topics = ["korae"]
  |           ^^^^^^^ did you mean `korea`?

error: sources: unknown source `Reuters`
  --> postrider.toml:10:12
   |
10 | sources = ["Reuters"]
   |            ^^^^^^^^^
   |
   = help: there are: The Agency

error: default_topics: unknown topic `korae`
  --> postrider.toml:11:19
   |
11 | default_topics = "korae"
   |                   ^^^^^ did you mean `korea`?

error: topics: unknown topic `sport`
  --> postrider.toml:17:11
   |
17 | topics = ["sport"]
   |           ^^^^^^^
   |
   = help: there are: korea"#
    );
}

#[test]
fn a_query_may_use_a_topics_names_and_aliases() {
    let text = "[[topic]]\nid = \"korea\"\nnames = { fr = \"Corée\" }\naliases = [\"Seoul\"]\n";
    for query in ["COREE", "seoul OR *", "NOT =korea", "\"korea\""] {
        let text = format!("{GOOD}default_topics = '{query}'\n{text}");
        assert!(read(&text, &[]).is_ok(), "{query}");
    }
}

#[test]
fn a_query_that_cannot_be_read_is_pointed_into() {
    assert_eq!(
        told_after_good("default_topics = \"korea AND (sport\"\n"),
        r#"error: default_topics: this parenthesis is never closed: write `)` behind what belongs in it
 --> postrider.toml:9:29
  |
9 | default_topics = "korea AND (sport"
  |                             ^"#
    );
}

#[test]
fn topics_within_each_other_are_named() {
    assert_eq!(
        told_after_good(
            "[[topic]]\nid = \"korea\"\nwithin = [\"asia\"]\n[[topic]]\nid = \"asia\"\nwithin = [\"world\", \"korea\"]\n[[topic]]\nid = \"world\"\n"
        ),
        r#"error: topics that are within each other: `korea` within `asia` within `korea`
  --> postrider.toml:14:20
   |
14 | within = ["world", "korea"]
   |                    ^^^^^^^ one of these has to go"#
    );
    let own = told_after_good("[[topic]]\nid = \"korea\"\nwithin = [\"korea\"]\n");
    assert!(
        own.starts_with("error: topics that are within each other: `korea` within `korea`\n"),
        "{own}"
    );
}

#[test]
fn an_id_that_is_there_twice_is_shown_with_the_first() {
    assert_eq!(
        told_after_good("[[topic]]\nid = \"korea\"\n[[topic]]\nid = \"korea\"\n"),
        r#"error: two topics have the id `korea`
  --> postrider.toml:12:6
   |
10 | id = "korea"
   |      ------- the first
11 | [[topic]]
12 | id = "korea"
   |      ^^^^^^^ choose another id"#
    );
}

#[test]
fn editions_that_a_token_could_not_tell_apart_are_refused() {
    let tag = |number: u32| crate::domain::EditionId(format!("e{number}")).tag();
    let mut first = std::collections::HashMap::new();
    let (one, other) = (0..)
        .find_map(|number| {
            first
                .insert(tag(number), number)
                .map(|before| (before, number))
        })
        .unwrap();
    let edition =
        |id| format!("[[edition]]\nid = \"e{id}\"\nname = \"Post\"\nfrom = \"news@example.org\"\n");
    let told = told_after_good(&(edition(one) + &edition(other)));
    assert!(
        told.starts_with(&format!(
            "error: the editions `e{one}` and `e{other}` can't be told apart in links: their ids have the same short form\n"
        )),
        "{told}"
    );
}

#[test]
fn a_password_has_no_place_in_the_file_and_is_never_shown() {
    let told = told_after_good(
        r#"[[relay]]
url = "smtps://mail.example.org"
username = "ann"
password = "hunter2"
[[relay]]
url = "smtps://ann:hunter2@mail.example.org"
pasword = "hunter2"
"#,
    );
    assert!(!told.contains("hunter2"), "{told}");
    assert_eq!(
        told,
        r#"error: a `username` without its password in [[relay]]
  --> postrider.toml:11:12
   |
11 | username = "ann"
   |            ^^^^^ write under it: password_file = "state/relay-password"

error: a password in the configuration
  --> postrider.toml:12:1
   |
12 | password = "*******"
   | ^^^^^^^^
   |
   = help: write it into a file that only you can read, and here `password_file = "FILE"`; or `password_env = "VARIABLE"`

error: url: a relay's URL has no name and password in it: write `username` and `password_file` or `password_env` beside it
  --> postrider.toml:14:7
   |
14 | url = "************************************"
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: unknown key `pasword` in [[relay]]
  --> postrider.toml:15:1
   |
15 | pasword = "*******"
   | ^^^^^^^
   |
   = help: write it into a file that only you can read, and here `password_file = "FILE"`; or `password_env = "VARIABLE"`"#
    );
}

#[test]
fn a_relay_has_its_share_and_its_limits() {
    let text = format!(
        "{GOOD}\n[[relay]]\nurl = \"smtp://localhost\"\nweight = 3\nrate = \"20/s\"\nlimit = [\"50/hour\", \"300/day\"]\n\
         domains = {{ \"Mail.Example\" = \"5/s\" }}\n"
    );
    let relay = read(&text, &[]).unwrap().relays.pop().unwrap();
    let limits: Vec<_> = relay.limits.iter().map(ToString::to_string).collect();
    assert_eq!(relay.weight, Some(3));
    assert_eq!(limits, ["20/s", "50/hour", "300/day"]);
    assert_eq!(relay.domains["mail.example"].to_string(), "5/s");
}

#[test]
fn what_a_relay_or_a_store_can_not_be_is_said() {
    let first = |more: &str| {
        told_after_good(more)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        first("[[relay]]\nurl = \"http://mail.example.org\"\n"),
        "error: url: a relay's URL begins with `smtps://`, `smtp://` or `smtp+starttls://`, not with `http://`"
    );
    assert_eq!(
        first("[[relay]]\nurl = \"smtp://localhost\"\nconnections = 0\n"),
        "error: connections: a number from 1 to 1000 is expected, not 0"
    );
    assert_eq!(
        first("[[relay]]\nurl = \"smtp://localhost\"\npassword_env = \"PASSWORD\"\n"),
        "error: a password without its `username` in [[relay]]"
    );
    assert_eq!(
        first("[store]\nurl = \"postgres://localhost/post\"\n"),
        "error: url: not a store such as `sqlite:state/postrider.db`"
    );
    assert_eq!(
        first("[[source]]\nname = \"A\"\n"),
        "error: no `path`, no `url` and no `command` in [[source]]"
    );
    assert_eq!(
        first("[delivery]\nlease = \"1s\"\n"),
        "error: lease: at least `10s` is expected"
    );
}

#[test]
fn a_variable_overrides_any_key() {
    let config = read(
        GOOD,
        &[
            ("POSTRIDER__PUBLISHER__NAME", "Other"),
            ("POSTRIDER__STORE__URL", "sqlite:/var/lib/post.db"),
            ("POSTRIDER__EDITION__DAILY__AT", "07:00"),
            ("POSTRIDER__EDITION__0__NAME", "2026"),
            ("POSTRIDER__EDITION__DAILY__LANGUAGES", "[\"fr\", \"ko\"]"),
            ("POSTRIDER__RELAY__0__URL", "smtp://localhost:2525"),
            ("POSTRIDER__TOPIC__0__ID", "korea"),
            ("POSTRIDER__TOPIC__0__NAMES__FR", "Corée"),
            ("POSTRIDER_RELAY_PASSWORD", "not one of these"),
        ],
    )
    .unwrap();
    assert_eq!(config.publisher.name, "Other");
    assert_eq!(config.store, StoreUrl::Sqlite("/var/lib/post.db".into()));
    assert_eq!(
        config.editions[0].at,
        chrono::NaiveTime::from_hms_opt(7, 0, 0)
    );
    assert_eq!(config.editions[0].name, "2026");
    assert_eq!(config.editions[0].languages.len(), 2);
    assert_eq!(config.relays[0].url.port, 2525);
    assert_eq!(config.topics[0].name(&"fr".parse().unwrap()), "Corée");
}

#[test]
fn what_is_wrong_in_a_variable_names_it() {
    assert_eq!(
        told(
            GOOD,
            &[
                ("POSTRIDER__EDITION__DAILY__AT", "7am"),
                ("POSTRIDER__EDITON__DAILY__AT", "07:00"),
                ("POSTRIDER__EDITION__WEEKLY__AT", "07:00"),
                ("POSTRIDER__STORE", "x"),
                ("POSTRIDER__STORE__ULR", "x"),
                ("POSTRIDER__WHATEVER", "x"),
            ]
        ),
        "error: `POSTRIDER__STORE` names a table, not a key in it
--> the environment variable POSTRIDER__STORE
 = help: write it as POSTRIDER__STORE__URL or POSTRIDER__EDITION__DAILY__AT

error: unknown variable `POSTRIDER__EDITON__DAILY__AT`
--> the environment variable POSTRIDER__EDITON__DAILY__AT
 = help: did you mean POSTRIDER__EDITION…?

error: no [[edition]] is `WEEKLY`
--> the environment variable POSTRIDER__EDITION__WEEKLY__AT
 = help: there are: DAILY

error: unknown variable `POSTRIDER__WHATEVER`
--> the environment variable POSTRIDER__WHATEVER
 = help: a variable names a table and a key in it, as POSTRIDER__STORE__URL does

error: unknown key `ulr` in [store]
--> the environment variable POSTRIDER__STORE__ULR
 = help: did you mean `url`?

error: at: not a time of day such as `07:00`: `7am`
--> the environment variable POSTRIDER__EDITION__DAILY__AT
 = help: hours and minutes, from 00:00 to 23:59"
    );
}

#[test]
fn each_mistake_in_a_source_says_what_to_write() {
    let source = |fields: &str| {
        let told = told_after_good(&format!("[[source]]\nname = \"A\"\n{fields}\n"));
        // Without the lines of the file
        let lines = told.lines().filter(|line| {
            line.starts_with("error") || line.contains("^ ") || line.contains("help")
        });
        lines
            .map(|line| line.trim_start_matches(['|', ' ', '^', '=']))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        source("kind = \"fed\"\nurl = \"https://a.example/\""),
        "error: kind: unknown kind of source `fed`\ndid you mean `feed`?"
    );
    assert_eq!(
        source("kind = \"imap\"\nurl = \"https://a.example/\""),
        "error: kind: unknown kind of source `imap`\none of folder, feed, sitemap, page, command"
    );
    assert_eq!(
        source("kind = \"feed\"\npath = \"a.xml\""),
        "error: a source of the kind `feed` has no `path`\nwrite url = \"file:FILE\""
    );
    assert_eq!(
        source("kind = \"sitemap\"\ncommand = \"x\""),
        "error: a source of the kind `sitemap` has no `command`\nwrite `url`, or another kind"
    );
    assert_eq!(
        source("path = \"a\"\nurl = \"https://a.example/\""),
        "error: `path` and `url` in one [[source]]\na folder has a `path`, a program a `command`, all else a `url`"
    );
    assert_eq!(
        source("path = \"https://a.example/feed\""),
        "error: path: a path is expected: write url = \"https://a.example/feed\""
    );
    assert_eq!(
        source("url = \"articles\""),
        "error: url: not a URL such as `https://example.org/feed.xml` or `file:feeds/a.xml`"
    );
    assert_eq!(
        source("command = []"),
        "error: command: it is empty: write the program and its arguments"
    );
    assert_eq!(
        source("command = \"x\"\npriority = 1000"),
        "error: priority: a number from 0 to 100 is expected, not 1000"
    );
    let told = told_after_good("[[source]]\nname = \"A\"\nurl = \"https://a:secret@a.example/\"\n");
    assert!(!told.contains("secret"), "{told}");
}

#[test]
fn what_collecting_may_cost_and_reach_is_set() {
    let config = read(
        &format!("{GOOD}[collect]\nrobots = \"none\"\nmax_bytes = \"1 MiB\"\ntimeout = \"5m\"\nallow_hosts = [\"CMS.internal\", \"10.0.0.7:8080\"]\n"),
        &[],
    )
    .unwrap();
    let collect = config.collect;
    assert_eq!(collect.robots, crate::domain::Robots::Ignored);
    assert_eq!(
        (collect.max_bytes, collect.timeout.as_secs()),
        (1 << 20, 300)
    );
    assert_eq!(collect.allow_hosts, ["cms.internal", "10.0.0.7:8080"]);
    assert_eq!(
        collect.max_redirects,
        CollectSettings::default().max_redirects
    );
}

#[test]
fn each_mistake_in_what_collecting_may_says_what_to_write() {
    let first = |field: &str| {
        let told = told_after_good(&format!("[collect]\n{field}\n"));
        told.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(
        first("robots = \"yes\""),
        "error: robots: `true` or `\"none\"` is expected"
    );
    assert_eq!(
        first("max_bytes = \"many\""),
        "error: max_bytes: a size such as `\"16 MiB\"` is expected"
    );
    assert_eq!(
        first("max_bytes = 0"),
        "error: max_bytes: a size such as `\"16 MiB\"` is expected"
    );
    assert_eq!(
        first("allow_hosts = [\"https://a.example/\"]"),
        "error: allow_hosts: not a host such as `cms.internal` or `10.0.0.7:8080`: `https://a.example/`"
    );
    assert_eq!(
        first("timeout = \"0s\""),
        "error: timeout: at least `1s` is expected"
    );
    let told = told_after_good("[collect]\nmax_byte = 1\n");
    assert!(told.contains("did you mean `max_bytes`?"), "{told}");
}

#[test]
fn a_feed_may_be_a_file_beside_the_configuration() {
    let config = read(
        &format!("{GOOD}[[source]]\nname = \"Wire\"\nurl = \"file:feeds/a.xml\"\n"),
        &[],
    )
    .unwrap();
    let SourcePlace::Feed(url) = &config.sources[0].place else {
        panic!("{:?}", config.sources);
    };
    assert_eq!(url.as_str(), "file:///srv/post/feeds/a.xml");
}

const FULL: &str = r#"
[publisher]
name = "The Agency"
url = "https://example.org/"
service_url = "https://news.example.org/"
postal_address = """1 Example Street
Example City"""
[store]
url = "sqlite:data/post.db"
[[source]]
name = "The Agency"
path = "articles"
priority = 1.25
language = "fr"
topics = ["korea"]
[[source]]
kind = "feed"
name = "Wire"
url = "file:feeds/a b.xml"
[[topic]]
id = "korea"
names = { en = "Korea", "pt-BR" = "Coreia" }
aliases = ["Seoul"]
match = ["Korean peninsula"]
not = ["Korea Town"]
[[topic]]
id = "north-korea"
within = ["korea"]
[[edition]]
id = "daily"
name = "Post"
from = "Post <news@example.org>"
reply_to = "desk@example.org"
unsubscribe_address = "leave@example.org"
languages = ["en", "ar"]
at = 07:00
tz = "Asia/Seoul"
days = ["fri", "mon"]
deadline = "90m"
sources = ["Wire"]
topics = ["north-korea", "korea"]
default_topics = "(Seoul OR north-korea) AND NOT =korea"
max_articles = "none"
min_articles = 3
max_age = "none"
look = "letter"
in_doubt = "resend"
[[relay]]
url = "smtps://mail.example.org"
username = "ann"
password_file = "state/password"
connections = 8
ca_file = "ca.pem"
[[relay]]
url = "smtp+starttls://localhost"
username = "bea"
password_env = "RELAY_PASSWORD"
[[subscribers]]
path = "people"
[delivery]
retry = ["1m"]
wait = "0s"
lease = "30s"
micro_batch = 1
timeout = "5m"
brake = "none"
"#;

#[test]
fn the_kept_text_gives_the_same_configuration_again() {
    for text in [GOOD, FULL] {
        let env = [("POSTRIDER__PUBLISHER__NAME", "From outside")];
        let config = read(text, &env).unwrap();
        assert_eq!(config.publisher.name, "From outside");
        assert_eq!(read(&config.text, &[]), Ok(config));
    }
}

#[test]
fn a_password_is_read_when_it_is_needed_and_its_absence_names_the_place() {
    let config = read(FULL, &[]).unwrap();
    let message = |at: usize| config.relays[at].declared().unwrap_err().to_string();
    assert_eq!(
        message(0),
        "reading the password of the relay `smtps://mail.example.org:465` from `/srv/post/state/password`: No such file or directory (os error 2)"
    );
    assert_eq!(
        message(1),
        "the password of the relay `smtp+starttls://localhost:587` is not in the environment variable `RELAY_PASSWORD`: set it, or write `password_file`"
    );
}

#[test]
fn a_password_files_last_line_end_is_not_the_passwords() {
    use secrecy::ExposeSecret;
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), " two words \r\n").unwrap();
    let mut relay = read(FULL, &[]).unwrap().relays.remove(0);
    relay.account = Some(Account {
        username: "ann".into(),
        password: PasswordSource::File(file.path().into()),
    });
    let login = relay.declared().unwrap().login.unwrap();
    assert_eq!(login.password.expose_secret(), " two words ");
}

proptest! {
    #[test]
    fn any_text_is_read_or_told_about_without_a_panic(text in ".{0,200}") {
        let _ = read(&text, &[]).map_err(|errors| errors.render(true));
    }

    #[test]
    fn a_good_text_with_anything_put_in_does_not_panic(at in 0..FULL.len(), text in "[\\PC\n\"\\[\\]={}é]{0,12}", cut in 0_usize..20) {
        let mut full = FULL.to_owned();
        let start = full.floor_char_boundary(at);
        let end = full.ceil_char_boundary((start + cut).min(full.len()));
        full.replace_range(start..end, &text);
        if let Ok(config) = read(&full, &[]) {
            prop_assert_eq!(read(&config.text, &[]), Ok(config));
        }
    }

    #[test]
    fn any_variable_is_taken_or_told_about(name in "(PUBLISHER|STORE|EDITION|TOPIC|RELAY|X|_|0|DAILY|AT|NAMES|é){0,5}", value in ".{0,20}") {
        let name = format!("POSTRIDER__{name}");
        let _ = read(FULL, &[(&name, &value)]).map_err(|errors| errors.to_string());
    }
}

#[test]
fn a_theme_says_what_it_changes_and_no_more() {
    let config = read(
        &format!(
            "{GOOD}images = \"none\"\nmax_size = \"none\"\nformat = \"text\"\n[edition.theme]\nwidth = 640\n\
             fonts = {{ titles = \"Georgia, 'Times New Roman', serif\" }}\n[edition.theme.dark]\naccent = \"#FFF\"\n"
        ),
        &[],
    )
    .unwrap();
    let design = &config.editions[0].design;
    assert_eq!(
        (design.images, design.parts, design.max_size),
        (Images::None, Parts::Text, Limit::None)
    );
    assert_eq!(design.theme.width, Some(640));
    assert_eq!(design.theme.dark.accent.unwrap().to_string(), "#ffffff");
    assert_eq!(design.theme.light, Colours::default());
    let again = read(&config.text, &[]).unwrap();
    assert_eq!(again.editions[0].design, *design);
    assert_eq!(again.text, config.text);
}

#[test]
fn what_a_theme_cannot_have_is_told() {
    let told = told_after_good(
        "images = \"non\"\n[edition.theme]\nwidth = 200\nlight = { ink = \"black\", inc = \"#000\" }\nfonts = { text = \"serif; x: y\" }\nlogo = { url = \"https://a.example/l.png\" }\n",
    );
    for wanted in [
        "images: `remote` or `none` is expected, not `non`",
        "width: a number from 320 to 800 is expected, not 200",
        "ink: not a colour such as `#1d1a16`: `black`",
        "unknown key `inc` in [edition.theme.light]",
        "did you mean `ink`?",
        "text: families of fonts are expected, such as `Georgia, 'Times New Roman', serif`, not `serif; x: y`",
        "no `width` in [edition.theme.logo]",
    ] {
        assert!(told.contains(wanted), "{wanted} in {told}");
    }
}

#[test]
fn ranking_pins_stories_and_former_topics_are_read_and_written_again() {
    let more = r#"
[ranking]
half_life = "12h"
sources = 0.5
[[pin]]
url = "https://agency.example/a"
until = 2026-12-01
editions = ["daily"]
[stories]
likeness = "strict"
[[topic]]
id = "sport"
match = ["offside"]
body = true
[[former_topic]]
id = "football"
into = "sport"
names = { en = "Football" }
since = 2026-11-24
"#;
    let config = read(&format!("{GOOD}{more}"), &[]).unwrap();
    let edition = &config.editions[0];
    assert_eq!((edition.ranking.sources, edition.ranking.topics), (50, 15));
    assert_eq!(edition.pins[0].url, "https://agency.example/a");
    assert!((config.stories.likeness - 0.18).abs() < 1e-9);
    assert!(config.topics[0].body);
    assert_eq!(
        config.former_topics[0].into,
        Some(crate::domain::TopicId("sport".into()))
    );
    let again = read(&config.text, &[]).unwrap();
    assert_eq!(again, config);
}

#[test]
fn a_former_topic_that_is_still_there_is_refused() {
    let told = told_after_good(
        "[[topic]]\nid = \"sport\"\n[[former_topic]]\nid = \"sport\"\nsince = 2026-11-24\n",
    );
    assert!(
        told.contains("there is a [[topic]] with this id still"),
        "{told}"
    );
}
