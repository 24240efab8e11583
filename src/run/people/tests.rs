use proptest::prelude::*;

use super::*;
use crate::{
    config,
    domain::{Language, Pause},
    store::{FileRow, People as _, Roster as _, sqlite::Sqlite},
};

struct Office {
    editions: Vec<Edition>,
    store: Sqlite,
    keys: Keys,
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + hours * 3600, 0).unwrap()
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn id(name: &str) -> EditionId {
    EditionId(name.into())
}

impl Office {
    fn new() -> Self {
        let text = "[publisher]\nname = \"P\"\nurl = \"https://p.example\"\npostal_address = \"1 Way\"\n[[edition]]\nid = \"daily\"\nname = \"Daily\"\nfrom = \"a@p.example\"\nlanguages = [\"en\"]\n[[edition]]\nid = \"sunday\"\nname = \"Sunday\"\nfrom = \"a@p.example\"\nlanguages = [\"en\"]\n";
        let config = config::parse(text, "a.toml".as_ref(), "/p".as_ref(), &[]).unwrap();
        Self {
            editions: config.editions,
            store: Sqlite::in_memory().unwrap(),
            keys: Keys::new(&[1; 32], &[(1, [2; 32])]),
        }
    }

    fn counter(&self) -> Counter<'_> {
        Counter {
            editions: &self.editions,
            store: &self.store,
            keys: &self.keys,
        }
    }

    fn wanted(who: &str, edition: &str) -> Wanted {
        Wanted {
            address: address(who),
            edition: id(edition),
            choice: Choice {
                topics: "korea".parse().ok(),
                ..Choice::default()
            },
            wording: "1".into(),
            origin: "192.0.2.0/24".into(),
        }
    }

    fn subscribe(&self, who: &str, edition: &str, now: DateTime<Utc>) -> Person {
        let letter = self
            .counter()
            .ask(&Self::wanted(who, edition), now)
            .unwrap();
        let token = letter.unwrap().token;
        self.counter().confirm(&token, now).unwrap().person
    }

    fn file(&self, rows: &[Subscriber], now: DateTime<Utc>) {
        let mut rows = rows.iter().enumerate().map(|(index, row)| FileRow {
            file: "a.csv".into(),
            index,
            subscriber: row.clone(),
        });
        let places = |subscriber: &Subscriber| places(&self.editions, subscriber);

        self.store
            .sync(&mut rows, &[], &places, &self.keys, now)
            .unwrap();
    }

    fn link(&self, purpose: Purpose, person: &Person, edition: &str) -> String {
        let date = at(0).date_naive();
        self.counter()
            .link(purpose, &id(edition), person.reader, date)
    }

    /// The editions that somebody is mailed.
    fn mailed(&self, who: &str) -> Vec<String> {
        let found = self.store.find(&address(who)).unwrap();
        let mailed = found.iter().filter(|active| {
            active.suppressed.is_none()
                && !active
                    .subscription
                    .subscriber
                    .paused
                    .covers(at(0).date_naive())
        });
        mailed
            .map(|active| active.subscription.edition.0.clone())
            .collect()
    }
}

#[test]
fn nobody_is_subscribed_before_they_confirm_and_then_once() {
    let office = Office::new();
    let letter = office
        .counter()
        .ask(&Office::wanted("ann@a.example", "daily"), at(0))
        .unwrap()
        .unwrap();
    assert!(office.mailed("ann@a.example").is_empty());
    assert!(!letter.token.contains("ann"));
    let first = office.counter().confirm(&letter.token, at(1)).unwrap();
    let again = office.counter().confirm(&letter.token, at(2)).unwrap();
    assert!(first.first && !again.first);
    assert_eq!(office.mailed("Ann@a.example"), ["daily"]);
    let consents = office.store.consents(first.person.reader).unwrap();
    assert_eq!(consents.len(), 1);
    assert_eq!(
        (consents[0].how, &*consents[0].wording, &*consents[0].origin),
        (How::Form, "1", "192.0.2.0/24")
    );
}

#[test]
fn a_confirmation_that_comes_too_late_or_is_for_something_else_is_refused() {
    let office = Office::new();
    let letter = office
        .counter()
        .ask(&Office::wanted("ann@a.example", "daily"), at(0))
        .unwrap()
        .unwrap();
    let late = office.counter().confirm(&letter.token, at(24 * 8));
    assert!(matches!(late, Err(PeopleError::Expired)));
    assert!(matches!(
        office
            .counter()
            .leave(&letter.token, Scope::All, "web", at(1)),
        Err(PeopleError::Purpose)
    ));
    let person = office.subscribe("bob@a.example", "daily", at(0));
    let unsubscribe = office.link(Purpose::Unsubscribe, &person, "daily");
    assert!(matches!(
        office.counter().confirm(&unsubscribe, at(1)),
        Err(PeopleError::Purpose)
    ));
}

#[test]
fn nobody_can_have_an_address_flooded_with_confirmations() {
    let office = Office::new();
    let asked = (0..10).filter(|_| {
        office
            .counter()
            .ask(&Office::wanted("ann@a.example", "daily"), at(0))
            .unwrap()
            .is_some()
    });
    assert_eq!(asked.count() as u64, MAILS_PER_ADDRESS);
    assert!(
        office
            .counter()
            .ask(&Office::wanted("ann@a.example", "daily"), at(25))
            .unwrap()
            .is_some()
    );
}

#[test]
fn who_left_all_and_comes_back_to_one_stays_away_from_the_others() {
    let office = Office::new();
    let person = office.subscribe("ann@a.example", "daily", at(0));
    office.subscribe("ann@a.example", "sunday", at(1));
    let link = office.link(Purpose::Unsubscribe, &person, "daily");
    assert!(
        office
            .counter()
            .leave(&link, Scope::All, "web", at(2))
            .unwrap()
    );
    assert!(
        !office
            .counter()
            .leave(&link, Scope::All, "web", at(3))
            .unwrap()
    );
    assert!(office.mailed("ann@a.example").is_empty());
    office.subscribe("ann@a.example", "daily", at(30));
    assert_eq!(office.mailed("ann@a.example"), ["daily"]);
}

#[test]
fn leaving_ends_one_edition_and_can_be_taken_back_for_a_day() {
    let office = Office::new();
    let person = office.subscribe("ann@a.example", "daily", at(0));
    office.subscribe("ann@a.example", "sunday", at(0));
    let link = office.link(Purpose::Unsubscribe, &person, "daily");
    office
        .counter()
        .leave(&link, Scope::Edition, "web", at(1))
        .unwrap();
    assert_eq!(office.mailed("ann@a.example"), ["sunday"]);
    assert!(office.counter().undo(&link, Scope::Edition, at(2)).unwrap());
    assert_eq!(office.mailed("ann@a.example"), ["daily", "sunday"]);
    office
        .counter()
        .leave(&link, Scope::Edition, "web", at(3))
        .unwrap();
    assert!(
        !office
            .counter()
            .undo(&link, Scope::Edition, at(40))
            .unwrap()
    );
}

#[test]
fn a_new_address_keeps_the_person_and_a_file_with_the_old_one_goes_on_being_theirs() {
    let office = Office::new();
    let row = Subscriber::new(address("ann@a.example"));
    office.file(std::slice::from_ref(&row), at(0));
    let ask = |who: &str| {
        office
            .counter()
            .ask_to_manage(&address(who), "", at(1))
            .unwrap()
    };
    assert!(ask("nobody@a.example").is_none());
    let manage = ask("ann@a.example").unwrap().token;
    let before = office.counter().manager(&manage, at(1)).unwrap();
    assert!(matches!(
        office.counter().manager(&manage, at(3)),
        Err(PeopleError::Expired)
    ));
    let link = office.link(Purpose::Unsubscribe, &before, "sunday");
    office
        .counter()
        .leave(&link, Scope::Edition, "web", at(1))
        .unwrap();
    let letter = office
        .counter()
        .ask_to_move(&manage, &address("ann@b.example"), "", at(1))
        .unwrap()
        .unwrap();
    assert_eq!(letter.address, address("ann@b.example"));
    let after = office.counter().confirm_move(&letter.token, at(1)).unwrap();
    assert_eq!(after.reader, before.reader);
    office.file(&[row], at(2));
    assert!(office.mailed("ann@a.example").is_empty());
    assert_eq!(
        office.mailed("ann@b.example"),
        ["daily"],
        "who left stays away under the new address"
    );
    office.file(&[], at(3));
    assert!(office.mailed("ann@b.example").is_empty());
}

#[test]
fn an_address_that_is_another_subscribers_is_not_given_to_anybody() {
    let office = Office::new();
    office.subscribe("ann@a.example", "daily", at(0));
    office.subscribe("bob@a.example", "daily", at(0));
    let manage = office
        .counter()
        .ask_to_manage(&address("ann@a.example"), "", at(1))
        .unwrap()
        .unwrap();
    let letter = office
        .counter()
        .ask_to_move(&manage.token, &address("bob@a.example"), "", at(1))
        .unwrap()
        .unwrap();
    assert!(matches!(
        office.counter().confirm_move(&letter.token, at(1)),
        Err(PeopleError::Taken(_))
    ));
}

#[test]
fn who_is_erased_leaves_no_address_behind_and_no_file_or_import_brings_them_back() {
    let office = Office::new();
    let person = office.subscribe("ann@a.example", "daily", at(0));
    office.counter().erase(&person, at(1)).unwrap();
    office.file(&[Subscriber::new(address("ann@a.example"))], at(2));
    let joining = Joining {
        subscriber: Subscriber {
            editions: vec![id("daily")],
            ..Subscriber::new(address("ANN@a.example"))
        },
        choice: Choice::default(),
        consents: Vec::new(),
        confirmed: false,
    };
    let joined = office.counter().join(&[joining], at(3)).unwrap();
    assert_eq!(joined, [Joined::Suppressed(SuppressionReason::Erased)]);
    assert!(
        office
            .store
            .person(&address("ann@a.example"))
            .unwrap()
            .is_none()
    );
    let link = office.link(Purpose::Unsubscribe, &person, "daily");
    assert!(matches!(
        office.counter().reader(&link),
        Err(PeopleError::Nobody)
    ));
    let back = office.subscribe("ann@a.example", "daily", at(4));
    assert_ne!(back.reader, person.reader);
    assert_eq!(office.mailed("ann@a.example"), ["daily"]);
}

#[test]
fn what_is_known_of_somebody_has_their_consent_choices_and_history() {
    let office = Office::new();
    let person = office.subscribe("ann@a.example", "daily", at(0));
    let about = office.counter().about(&person).unwrap();
    assert_eq!(about["consents"][0]["how"], "form");
    assert_eq!(about["chosen"]["topics"], "korea");
    assert_eq!(about["history"][0]["what"], "joined");
}

#[test]
fn a_network_is_told_and_no_address() {
    assert_eq!(network("192.0.2.77".parse().unwrap()), "192.0.2.0/24");
    assert_eq!(
        network("::ffff:192.0.2.77".parse().unwrap()),
        "192.0.2.0/24"
    );
    assert_eq!(
        network("2001:db8:1:2::3".parse().unwrap()),
        "2001:db8:1::/48"
    );
}

/// What can happen to one person, in any order.
#[derive(Debug, Clone)]
enum Act {
    File(bool, u8),
    Import(u8),
    Choose(u8),
    Pause(bool),
    Leave,
    Confirm,
    Erase,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (any::<bool>(), 0..3_u8).prop_map(|(is_in, language)| Act::File(is_in, language)),
        (0..3_u8).prop_map(Act::Import),
        (0..3_u8).prop_map(Act::Choose),
        any::<bool>().prop_map(Act::Pause),
        Just(Act::Leave),
        Just(Act::Confirm),
        Just(Act::Erase),
    ]
}

fn language(number: u8) -> Language {
    ["en", "fr", "ko"][usize::from(number)].parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn erased_stands_over_suppressed_over_chosen_over_the_file(acts in proptest::collection::vec(act(), 1..16)) {
        let office = Office::new();
        let who = "ann@a.example";
        let person = || office.store.person(&address(who)).unwrap();
        // What must hold, told without any of the store's own rules.
        let (mut filed, mut joined, mut chosen, mut pause) = (None, None, None, false);
        let (mut left, mut erased) = (false, false);
        for (hour, act) in (0..).zip(&acts) {
            let now = at(hour * 30);
            match act {
                Act::File(is_in, number) => {
                    let mut row = Subscriber::new(address(who));
                    row.languages = vec![language(*number)];
                    row.editions = vec![id("daily")];
                    let rows = if *is_in { vec![row] } else { Vec::new() };
                    office.file(&rows, now);
                    filed = is_in.then_some(*number).filter(|_| !erased);
                }
                Act::Import(number) => {
                    let mut subscriber = Subscriber::new(address(who));
                    subscriber.languages = vec![language(*number)];
                    subscriber.editions = vec![id("daily")];
                    let joining = Joining { subscriber, choice: Choice::default(), consents: Vec::new(), confirmed: false };
                    office.counter().join(&[joining], now).unwrap();
                    if !left && !erased {
                        joined = Some(Some(*number));
                    }
                }
                Act::Choose(number) => if let Some(person) = person() {
                    let choice = Choice { languages: Some(vec![language(*number)]), ..Choice::default() };
                    office.counter().keep_choice(person.reader, &choice, "", now).unwrap();
                    chosen = Some(*number);
                },
                Act::Pause(on) => if let Some(person) = person() {
                    let paused = if *on { Pause::Open } else { Pause::No };
                    let choice = Choice { paused: Some(paused), ..Choice::default() };
                    office.counter().keep_choice(person.reader, &choice, "", now).unwrap();
                    pause = *on;
                },
                Act::Leave => if let Some(person) = person() {
                    let link = office.link(Purpose::Unsubscribe, &person, "daily");
                    office.counter().leave(&link, Scope::Edition, "web", now).unwrap();
                    left = true;
                },
                Act::Confirm => {
                    office.subscribe(who, "daily", now);
                    joined = Some(None);
                    (left, erased) = (false, false);
                }
                Act::Erase => {
                    office.store.erase(&address(who), &office.keys, now).unwrap();
                    (filed, joined, chosen, pause, left, erased) = (None, None, None, false, false, true);
                }
            }
            if filed.is_none() && joined.is_none() {
                prop_assert!(office.mailed(who).is_empty(), "after {act:?}");
                continue;
            }
            let is_mailed = !left && !pause;
            prop_assert_eq!(!office.mailed(who).is_empty(), is_mailed, "after {:?}", act);
            let expected = chosen.or(filed).or(joined.flatten()).map(language);
            let languages = person().unwrap().subscriber.languages;
            prop_assert_eq!(languages.first().cloned(), expected, "after {:?}", act);
        }
    }
}
