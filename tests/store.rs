//! What every store must do, whatever it is made of.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::HashMap, error::Error};

use chrono::{DateTime, NaiveDate, Utc};
use postrider::{
    domain::{
        Address, Article, ArticleId, EditionId, Frequency, Handling, IssueId, Length, Number,
        Pause, RichText, SlotId, Subscriber, SubscriptionNumber,
    },
    keys::Keys,
    plan::story::Telling,
    store::{
        Advance, Claimed, FileRow, Forward, Grounds, IssueRow, IssueState, Member, Outcome, Page,
        SegmentRow, SourceNews, Store, Suppression, SuppressionReason, Then, WishId,
        sqlite::Sqlite,
    },
};
use proptest::prelude::*;

type Test = Result<(), Box<dyn Error>>;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn store() -> Box<dyn Store> {
    Box::new(Sqlite::in_memory().unwrap())
}

fn keys() -> Keys {
    Keys::new(&[1; 32], &[(1, [2; 32])])
}

fn article(entry: &str, title: &str) -> Article {
    Article {
        id: ArticleId::new(entry),
        url: None,
        title: title.into(),
        authors: Vec::new(),
        published: None,
        updated: None,
        language: None,
        tags: Vec::new(),
        summary: RichText::default(),
        body: RichText::default(),
        image: None,
        enclosures: Vec::new(),
        reading_minutes: None,
        related: Vec::new(),
        source: "wire".into(),
        handling: Handling::default(),
    }
}

fn collect(
    store: &dyn Store,
    articles: &[Article],
    seconds: i64,
) -> Result<(usize, usize, usize), Box<dyn Error>> {
    collect_back_to(store, articles, seconds, None)
}

fn collect_back_to(
    store: &dyn Store,
    articles: &[Article],
    seconds: i64,
    look_back_to: Option<DateTime<Utc>>,
) -> Result<(usize, usize, usize), Box<dyn Error>> {
    let news = SourceNews {
        source: "wire",
        articles,
        memory: "{}",
        at: at(seconds),
        look_back_to,
    };
    let recorded = store.record(&news)?;
    Ok((recorded.new, recorded.changed, recorded.known))
}

fn daily() -> EditionId {
    EditionId("daily".into())
}

fn subscriber(address: &str) -> Subscriber {
    Subscriber {
        address: address.parse().unwrap(),
        name: String::new(),
        languages: Vec::new(),
        time_zone: None,
        editions: Vec::new(),
        topics: None,
        max_articles: None,
        format: None,
        paused: Pause::No,
        frequency: Frequency::Each,
        at: None,
        days: Vec::new(),
        quiet: Vec::new(),
        min_articles: None,
        max_wait: None,
        length: Length::Summary,
    }
}

fn rows(addresses: &[&str]) -> Vec<FileRow> {
    addresses
        .iter()
        .enumerate()
        .map(|(index, address)| FileRow {
            file: "a.csv".into(),
            index,
            subscriber: subscriber(address),
        })
        .collect()
}

fn sync(
    store: &dyn Store,
    addresses: &[&str],
    kept: &[Address],
) -> Result<postrider::store::Synced, Box<dyn Error>> {
    Ok(store.sync(
        &mut rows(addresses).into_iter(),
        kept,
        &|_| vec![(daily(), SlotId::default())],
        &keys(),
        at(0),
    )?)
}

fn numbers(store: &dyn Store) -> Vec<(String, SubscriptionNumber)> {
    store
        .subscriptions(
            &daily(),
            None,
            SubscriptionNumber(0),
            SubscriptionNumber(i64::MAX),
            1000,
        )
        .unwrap()
        .into_iter()
        .map(|active| {
            (
                active.subscription.subscriber.address.to_string(),
                active.subscription.number,
            )
        })
        .collect()
}

/// An open issue of one chunk for each list of members.
fn issue(
    store: &dyn Store,
    chunks: Vec<Vec<SubscriptionNumber>>,
) -> Result<IssueId, Box<dyn Error>> {
    let id = IssueId {
        edition: daily(),
        date: NaiveDate::from_ymd_opt(2027, 1, 15).unwrap(),
        slot: SlotId::default(),
    };
    let grounds = Grounds {
        wish: WishId(1),
        watermark: Number(3),
        had: Number(0),
        told_since: None,
        former: Vec::new(),
    };
    let row = IssueRow {
        id: id.clone(),
        planned_at: at(0),
        deadline: at(86_400),
        cutoff: Number(9),
        upto: SubscriptionNumber(1000),
        made_from: String::new(),
        key_id: 1,
        audience: 0,
        state: IssueState::Planning,
    };
    assert!(store.begin(&row)?);
    assert!(!store.begin(&row)?, "an issue begins once");
    let chunks = chunks
        .into_iter()
        .map(|chunk| {
            chunk
                .into_iter()
                .map(|number| Member { number, segment: 0 })
                .collect()
        })
        .collect();
    let page = Page {
        to: SubscriptionNumber(1000),
        segments: vec![SegmentRow { number: 0, grounds }],
        chunks,
        ..Page::default()
    };
    assert!(store.page(&id, &page)?);
    assert!(!store.page(&id, &page)?, "a page is committed once");
    assert!(
        claim(store, "early", 0)?.is_none(),
        "nothing is claimed before the last page"
    );
    store.open(&id)?;
    Ok(id)
}

fn claim(store: &dyn Store, owner: &str, seconds: i64) -> Result<Option<Claimed>, Box<dyn Error>> {
    Ok(store.claim(owner, &[], at(seconds), at(seconds + 60), at(seconds))?)
}

fn advance(claimed: &Claimed, done_n: usize, intent_n: usize, seconds: i64) -> Advance<'_> {
    Advance {
        claim: &claimed.claim,
        outcomes: &[],
        forward: &[],
        done_n,
        intent_n,
        next: &claimed.members[done_n..intent_n],
        lease_until: at(seconds + 60),
        now: at(seconds),
        then: if done_n == claimed.members.len() {
            Then::Finish
        } else {
            Then::Continue
        },
    }
}

fn one(store: &dyn Store, seconds: i64, subscriber: Subscriber, slot: &str) -> Test {
    let row = FileRow {
        file: "a.csv".into(),
        index: 0,
        subscriber,
    };
    let places = |_: &Subscriber| vec![(daily(), SlotId::new(slot))];
    store.sync(&mut [row].into_iter(), &[], &places, &keys(), at(seconds))?;
    Ok(())
}

/// An issue of a slot with the articles up to `cutoff`, that looked at everybody.
fn past_issue(store: &dyn Store, date: &str, slot: &str, cutoff: i64) -> Test {
    let row = IssueRow {
        id: IssueId {
            edition: daily(),
            date: date.parse()?,
            slot: SlotId::new(slot),
        },
        planned_at: at(0),
        deadline: at(0),
        cutoff: Number(cutoff),
        upto: SubscriptionNumber(1000),
        made_from: String::new(),
        key_id: 1,
        audience: 0,
        state: IssueState::Planning,
    };
    assert!(store.begin(&row)?);
    store.open(&row.id)?;
    Ok(())
}

#[test]
fn whoever_changes_their_hour_keeps_their_watermark_and_waits_for_the_next_date() -> Test {
    let store = store();
    let ann = || subscriber("ann@a.example");
    let seven = "daily.0700.Asia/Seoul";
    one(&*store, 0, ann(), "")?;
    past_issue(&*store, "2027-01-14", "", 5)?;
    past_issue(&*store, "2027-01-14", seven, 9)?;
    let own = SlotId::default();
    assert_eq!(
        store
            .last_issue(&daily(), &own, None)?
            .map(|row| row.cutoff),
        Some(Number(5))
    );
    assert_eq!(store.slots(&daily())?, std::slice::from_ref(&own));
    let changed = Subscriber {
        at: "07:00:00".parse().ok(),
        ..ann()
    };
    one(&*store, 60, changed, seven)?;
    let active = store.find(&"ann@a.example".parse()?)?.remove(0);
    assert_eq!(active.carry.map(|carry| carry.watermark), Some(Number(5)));
    assert_eq!(active.slot.as_str(), seven);
    assert_eq!(
        active.slot_since.map(|date| date.to_string()).as_deref(),
        Some("2027-01-15")
    );
    assert_eq!(store.slots(&daily())?, [own.clone(), SlotId::new(seven)]);
    let page = |slot: &SlotId| {
        store.subscriptions(
            &daily(),
            Some(slot),
            SubscriptionNumber(0),
            SubscriptionNumber(99),
            9,
        )
    };
    assert_eq!((page(&own)?.len(), page(&active.slot)?.len()), (0, 1));
    assert_eq!(store.audience(&daily(), Some(&own))?.1, 0);
    assert_eq!(store.audience(&daily(), None)?.1, 1);
    Ok(())
}

#[test]
fn what_a_subscriber_followed_before_is_remembered_for_what_they_had() -> Test {
    let store = store();
    let ann = |topics: &str| Subscriber {
        topics: topics.parse().ok(),
        ..subscriber("ann@a.example")
    };
    let former = || -> Result<Vec<(String, i64)>, Box<dyn Error>> {
        let active = store.find(&"ann@a.example".parse()?)?.remove(0);
        let former = active.former.into_iter();
        Ok(former.map(|wish| (wish.query, wish.upto.0)).collect())
    };
    one(&*store, 0, ann("korea"), "")?;
    one(&*store, 1, ann("sport"), "")?;
    assert!(former()?.is_empty(), "they had nothing so far");
    past_issue(&*store, "2027-01-14", "", 5)?;
    one(&*store, 2, ann("trade"), "")?;
    // Twice between two issues: what was followed in between brought nothing.
    one(&*store, 3, ann("korea"), "")?;
    assert_eq!(former()?, [("sport".to_owned(), 5)]);
    past_issue(&*store, "2027-01-15", "", 8)?;
    one(&*store, 4, ann("asia"), "")?;
    assert_eq!(
        former()?,
        [("sport".to_owned(), 5), ("korea".to_owned(), 8)]
    );
    Ok(())
}

#[test]
fn a_window_brings_the_earlier_articles_of_its_stories() -> Test {
    let store = store();
    let articles =
        ["Ferry sails", "Bank holds rate", "Ferry arrives"].map(|title| article(title, title));
    for (seconds, article) in (0..).zip(&articles) {
        collect(&*store, std::slice::from_ref(article), seconds)?;
    }
    let unfiled = store.unfiled(10)?;
    assert_eq!(unfiled.len(), 3);
    assert_eq!(store.unfiled(2)?.len(), 2);
    let stories = [1, 2, 1].map(Number);
    let filed: Vec<_> = unfiled
        .iter()
        .map(|archived| Telling::new(archived, &[]))
        .zip(stories)
        .collect();
    store.file(&filed)?;
    assert!(store.unfiled(10)?.is_empty());
    // What has a story keeps it.
    store.file(&[(filed[2].0.clone(), Number(3))])?;
    assert_eq!(store.filed(at(0))?, filed);
    assert_eq!(store.filed(at(2))?.len(), 1);
    let window = store.articles(Number(2), Number(3))?;
    let numbers: Vec<_> = window
        .iter()
        .map(|archived| (archived.number.0, archived.story.0))
        .collect();
    assert_eq!(numbers, [(1, 1), (3, 1)]);
    Ok(())
}

#[test]
fn the_same_page_or_wording_is_found_within_its_time() -> Test {
    let store = store();
    let paged = |entry: &str, url: &str| Article {
        url: Some(url.into()),
        ..article(entry, entry)
    };
    collect(
        &*store,
        &[
            paged("a", "https://a.example/1"),
            paged("b", "https://a.example/2"),
        ],
        100,
    )?;
    let tellings: Vec<_> = store
        .unfiled(9)?
        .iter()
        .map(|archived| Telling::new(archived, &[]))
        .collect();
    store.file(&[
        (tellings[0].clone(), Number(1)),
        (tellings[1].clone(), Number(2)),
    ])?;
    let same = |url: &str, since| {
        let telling = Telling {
            page: Some(url.into()),
            ..tellings[0].clone()
        };
        store.same_story(&telling, at(since))
    };
    assert_eq!(same("a.example/2", 0)?, Some(Number(2)));
    assert_eq!(same("a.example/2", 101)?, None);
    assert_eq!(same("a.example/3", 0)?, None);
    Ok(())
}

#[test]
fn articles_are_numbered_as_they_become_eligible_and_kept_once() -> Test {
    let store = store();
    assert_eq!(
        collect(&*store, &[article("1", "One"), article("2", "Two")], 0)?,
        (2, 0, 0)
    );
    let cutoff = store.latest()?;
    assert_eq!(
        collect(
            &*store,
            &[article("2", "Two, corrected"), article("3", "Three")],
            60
        )?,
        (1, 1, 0)
    );
    assert_eq!(collect(&*store, &[article("3", "Three")], 120)?, (0, 0, 1));

    let titles = |after, cutoff| -> Result<Vec<_>, Box<dyn Error>> {
        Ok(store
            .articles(after, cutoff)?
            .into_iter()
            .map(|archived| archived.article.title)
            .collect())
    };
    assert_eq!(
        titles(Number(0), cutoff)?,
        ["One", "Two"],
        "an issue has the revisions of its cutoff"
    );
    assert_eq!(
        titles(Number(0), store.latest()?)?,
        ["One", "Two, corrected", "Three"]
    );
    assert_eq!(
        titles(cutoff, store.latest()?)?,
        ["Three"],
        "a correction is not new"
    );
    assert_eq!(store.number_at(at(30))?, cutoff);
    Ok(())
}

#[test]
fn the_backlog_of_a_new_source_goes_to_nobody() -> Test {
    let store = store();
    let old = Article {
        published: Some(at(-200_000)),
        ..article("old", "Old")
    };
    let fresh = Article {
        published: Some(at(-3600)),
        ..article("fresh", "Fresh")
    };
    let day_before = Some(at(-24 * 3600));
    collect_back_to(&*store, &[old.clone(), fresh], 0, day_before)?;
    assert_eq!(collect(&*store, &[old], 60)?, (0, 0, 1));
    let titles: Vec<_> = store
        .articles(Number(0), store.latest()?)?
        .into_iter()
        .map(|a| a.article.title)
        .collect();
    assert_eq!(titles, ["Fresh"]);
    Ok(())
}

#[test]
fn what_a_source_remembers_is_kept_with_its_articles_and_without() -> Test {
    let store = store();
    assert_eq!(store.memory("wire")?, None);
    store.remember("wire", "{\"failures\":1}", at(0))?;
    assert_eq!(store.memory("wire")?.as_deref(), Some("{\"failures\":1}"));
    collect(&*store, &[article("1", "One")], 10)?;
    assert_eq!(store.memory("wire")?.as_deref(), Some("{}"));
    assert_eq!(store.memory("other")?, None);
    Ok(())
}

#[test]
fn whoever_is_not_declared_any_more_is_not_mailed_and_comes_back_as_new() -> Test {
    let store = store();
    let synced = sync(
        &*store,
        &["ann@a.example", "bob@a.example", "cid@a.example"],
        &[],
    )?;
    assert_eq!((synced.new, synced.present), (3, 3));
    let before = numbers(&*store);
    let kept: Address = "cid@a.example".parse()?;
    let synced = sync(&*store, &["ann@a.example"], &[kept])?;
    assert_eq!(
        (synced.new, synced.gone, synced.present),
        (0, 1, 2),
        "a broken row keeps its last good version"
    );
    let names: Vec<_> = numbers(&*store)
        .into_iter()
        .map(|(address, _)| address)
        .collect();
    assert_eq!(names, ["ann@a.example", "cid@a.example"]);
    sync(
        &*store,
        &["ann@a.example", "bob@a.example", "cid@a.example"],
        &[],
    )?;
    let after: HashMap<_, _> = numbers(&*store).into_iter().collect();
    assert_eq!(after["ann@a.example"], before[0].1);
    assert!(after["bob@a.example"] > before[2].1);
    Ok(())
}

#[test]
fn a_suppression_is_read_again_in_the_commit_that_allows_the_mail() -> Test {
    let store = store();
    sync(&*store, &["ann@a.example", "bob@a.example"], &[])?;
    let members: Vec<_> = numbers(&*store)
        .into_iter()
        .map(|(_, number)| number)
        .collect();
    issue(&*store, vec![members.clone()])?;
    let claimed = claim(&*store, "x", 0)?.ok_or("a chunk")?;
    let suppression = Suppression {
        address: keys().address_hash(&"BOB@a.example".parse()?),
        edition: Some(daily()),
        reason: SuppressionReason::Unsubscribed,
        evidence: "test".into(),
        at: at(1),
    };
    assert!(store.suppress(&suppression)?);
    assert!(!store.suppress(&suppression)?, "once is enough");
    let barred = store.advance(&advance(&claimed, 0, 2, 1))?.ok_or("ours")?;
    assert_eq!(
        barred,
        [(members[1], "suppressed: unsubscribed".to_owned())]
    );
    Ok(())
}

#[test]
fn a_chunk_has_one_owner_and_a_former_one_is_fenced_out() -> Test {
    let store = store();
    issue(
        &*store,
        vec![vec![SubscriptionNumber(1), SubscriptionNumber(2)]],
    )?;
    let first = claim(&*store, "first", 0)?.ok_or("a chunk")?;
    assert!(claim(&*store, "second", 30)?.is_none());
    store.advance(&advance(&first, 0, 1, 0))?.ok_or("ours")?;
    let second = claim(&*store, "second", 61)?.ok_or("the lease ran out")?;
    assert_eq!((second.done_n, second.intent_n), (0, 1));
    assert_eq!(
        second.declared_by,
        Some(("first".into(), first.claim.epoch))
    );
    assert!(store.advance(&advance(&first, 1, 2, 62))?.is_none());
    assert!(!store.renew(&first.claim, at(200))?);
    let dead = store.claim("third", &["second".into()], at(62), at(122), at(62))?;
    assert!(
        dead.is_some(),
        "a restart need not wait for the lease of the dead"
    );
    Ok(())
}

#[test]
fn deferred_members_wait_in_a_chunk_of_their_own_and_being_sent_ends_it() -> Test {
    let store = store();
    let id = issue(
        &*store,
        vec![vec![SubscriptionNumber(1), SubscriptionNumber(2)]],
    )?;
    let claimed = claim(&*store, "x", 0)?.ok_or("a chunk")?;
    let member = claimed.members[1];
    let deferred = Outcome::Deferred {
        code: 451,
        text: "later".into(),
    };
    let outcomes = [(claimed.members[0], Outcome::Sent), (member, deferred)];
    let forward = [Forward {
        members: vec![member],
        not_before: Some(at(300)),
        attempt: 1,
        resend: false,
    }];
    store
        .advance(&Advance {
            outcomes: &outcomes,
            forward: &forward,
            ..advance(&claimed, 2, 2, 1)
        })?
        .ok_or("ours")?;
    let tally = store.tally(&id)?;
    assert_eq!((tally.planned, tally.sent, tally.deferred), (2, 1, 1));
    assert!(claim(&*store, "x", 299)?.is_none());
    assert_eq!(store.left()?.next, Some(at(300)));
    let again = claim(&*store, "x", 300)?.ok_or("it is time")?;
    assert_eq!(
        (again.members.as_slice(), again.attempt),
        ([member].as_slice(), 1)
    );
    let outcomes = [(member, Outcome::Sent)];
    store
        .advance(&Advance {
            outcomes: &outcomes,
            ..advance(&again, 1, 1, 301)
        })?
        .ok_or("ours")?;
    let tally = store.tally(&id)?;
    assert_eq!(
        (tally.planned, tally.sent, tally.deferred, tally.waiting),
        (2, 2, 0, 0)
    );
    Ok(())
}

#[test]
fn a_doubt_keeps_the_watermark_until_it_is_settled() -> Test {
    let store = store();
    sync(&*store, &["ann@a.example", "bob@a.example"], &[])?;
    let members: Vec<_> = numbers(&*store)
        .into_iter()
        .map(|(_, number)| number)
        .collect();
    let id = issue(&*store, vec![members])?;
    let carry = |address: &str| -> Result<_, Box<dyn Error>> {
        Ok(store.find(&address.parse()?)?[0]
            .carry
            .map(|carry| carry.watermark))
    };
    let claimed = claim(&*store, "x", 0)?.ok_or("a chunk")?;
    let doubt = |member| {
        (
            member,
            Outcome::InDoubt {
                text: "no reply".into(),
            },
        )
    };
    let outcomes = [doubt(claimed.members[0]), doubt(claimed.members[1])];
    store
        .advance(&Advance {
            outcomes: &outcomes,
            ..advance(&claimed, 2, 2, 1)
        })?
        .ok_or("ours")?;
    assert_eq!(carry("ann@a.example")?, Some(Number(3)));
    assert_eq!(store.doubts(Some(&id))?.len(), 2);

    store.report_late(&id, &[(claimed.members[0], Outcome::Sent)], at(2))?;
    assert_eq!(
        (carry("ann@a.example")?, carry("bob@a.example")?),
        (None, Some(Number(3)))
    );
    let doubts = store.doubts(None)?;
    assert_eq!(
        doubts
            .iter()
            .map(|doubt| doubt.address.to_string())
            .collect::<Vec<_>>(),
        ["bob@a.example"]
    );
    assert_eq!(store.settle(&doubts, true, at(3))?, 1);
    let again = claim(&*store, "x", 4)?.ok_or("to be mailed once more")?;
    assert!(again.resend);
    Ok(())
}

#[test]
fn an_accepted_doubt_counts_as_sent_and_is_not_covered_again() -> Test {
    let store = store();
    sync(&*store, &["ann@a.example"], &[])?;
    let members: Vec<_> = numbers(&*store)
        .into_iter()
        .map(|(_, number)| number)
        .collect();
    let id = issue(&*store, vec![members])?;
    let claimed = claim(&*store, "x", 0)?.ok_or("a chunk")?;
    let outcomes = [(
        claimed.members[0],
        Outcome::InDoubt {
            text: "no reply".into(),
        },
    )];
    let done = advance(&claimed, 1, 1, 1);
    store
        .advance(&Advance {
            outcomes: &outcomes,
            ..done
        })?
        .ok_or("ours")?;
    assert_eq!(store.settle(&store.doubts(None)?, false, at(2))?, 1);
    assert!(store.doubts(None)?.is_empty());
    assert_eq!(store.tally(&id)?.sent, 1);
    assert_eq!(store.find(&"ann@a.example".parse()?)?[0].carry, None);
    assert!(claim(&*store, "x", 3)?.is_none(), "it is not mailed again");
    Ok(())
}

#[test]
fn at_the_deadline_whoever_was_not_mailed_keeps_their_watermark() -> Test {
    let store = store();
    sync(
        &*store,
        &["ann@a.example", "bob@a.example", "cid@a.example"],
        &[],
    )?;
    let members: Vec<_> = numbers(&*store)
        .into_iter()
        .map(|(_, number)| number)
        .collect();
    let id = issue(&*store, vec![members])?;
    let claimed = claim(&*store, "x", 0)?.ok_or("a chunk")?;
    store.advance(&advance(&claimed, 0, 1, 0))?.ok_or("ours")?;
    let outcomes = [(claimed.members[0], Outcome::Sent)];
    store
        .advance(&Advance {
            outcomes: &outcomes,
            ..advance(&claimed, 1, 2, 1)
        })?
        .ok_or("ours")?;
    assert!(
        store
            .claim("y", &[], at(90_000), at(90_060), at(90_000))?
            .is_none(),
        "its deadline has passed"
    );
    store.close(&id, at(90_000))?;
    assert!(
        store.advance(&advance(&claimed, 2, 3, 90_001))?.is_none(),
        "nobody goes on after the end"
    );
    let carries: Vec<_> = ["ann@a.example", "bob@a.example", "cid@a.example"]
        .iter()
        .map(|address| {
            store.find(&address.parse().unwrap()).unwrap()[0]
                .carry
                .map(|carry| carry.watermark)
        })
        .collect();
    assert_eq!(carries, [None, Some(Number(3)), Some(Number(3))]);
    let tally = store.tally(&id)?;
    assert_eq!(
        (tally.sent, tally.in_doubt, tally.skipped, tally.waiting),
        (1, 1, 1, 0)
    );
    assert!(store.open_issues()?.is_empty());
    Ok(())
}

#[test]
fn of_a_paused_issue_nothing_is_claimed_until_it_is_opened_again() -> Test {
    let store = store();
    sync(&*store, &["ann@a.example"], &[])?;
    let ann = numbers(&*store)[0].1;
    let id = issue(&*store, vec![vec![ann]])?;
    assert!(!store.pause(&id, false)?, "it isn't paused");
    assert!(store.pause(&id, true)?);
    assert!(claim(&*store, "x", 0)?.is_none());
    assert_eq!(store.left()?.free, 0);
    assert_eq!(store.open_issues()?[0].state, IssueState::Paused);
    assert!(store.pause(&id, false)?);
    assert!(claim(&*store, "x", 0)?.is_some());
    Ok(())
}

#[test]
fn the_rejected_are_tried_again_by_the_operators_word_and_nobody_else_is() -> Test {
    let store = store();
    sync(&*store, &["ann@a.example", "bob@a.example"], &[])?;
    let numbers: Vec<_> = numbers(&*store).into_iter().map(|(_, n)| n).collect();
    let id = issue(&*store, vec![numbers])?;
    let claimed = claim(&*store, "x", 0)?.ok_or("free")?;
    store.advance(&advance(&claimed, 0, 2, 1))?.ok_or("ours")?;
    let text = "5.7.1 not now, not you".to_owned();
    let rejected = Outcome::Rejected { code: 550, text };
    let outcomes = [
        (claimed.members[0], rejected),
        (claimed.members[1], Outcome::Sent),
    ];
    let last = Advance {
        outcomes: &outcomes,
        ..advance(&claimed, 2, 2, 2)
    };
    store.advance(&last)?.ok_or("ours")?;
    assert!(claim(&*store, "x", 3)?.is_none());
    assert_eq!(store.retry_rejected(&id, at(3))?, 1);
    assert_eq!(store.retry_rejected(&id, at(3))?, 0, "once");
    let again = claim(&*store, "x", 4)?.ok_or("free")?;
    assert_eq!(again.members, [claimed.members[0]]);
    assert!(!again.resend, "it was never in doubt");
    Ok(())
}

#[test]
fn a_copy_is_the_same_and_changes_nothing() -> Test {
    let store = store();
    collect(&*store, &[article("1", "One")], 0)?;
    let copy = store.scratch()?;
    assert_eq!(copy.latest()?, Number(1));
    collect(&*copy, &[article("2", "Two")], 0)?;
    assert_eq!((copy.latest()?, store.latest()?), (Number(2), Number(1)));
    Ok(())
}

/// What may happen to the owners of one chunk.
#[derive(Debug, Clone)]
enum Step {
    Claim(usize),
    Advance(usize, usize),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..3_usize).prop_map(Step::Claim),
        (0..3_usize, 1..4_usize).prop_map(|(owner, next)| Step::Advance(owner, next)),
        (1..50_i64).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    /// In whatever order owners claim, advance, stall and come back: no member may be mailed by two of them.
    #[test]
    fn no_member_is_ever_declared_by_two_owners(steps in steps()) {
        const OWNERS: [&str; 3] = ["a", "b", "c"];
        let store = store();
        issue(&*store, vec![(1..=12).map(SubscriptionNumber).collect()]).unwrap();
        let mut now = 0;
        let mut held: [Option<(Claimed, usize)>; 3] = [None, None, None];
        let mut declared: HashMap<usize, i64> = HashMap::new();
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Claim(owner) => {
                    if let Some(claimed) = claim(&*store, OWNERS[owner], now).unwrap() {
                        // What the former owner had declared is in doubt: this one begins behind it.
                        let from = claimed.intent_n;
                        held[owner] = Some((claimed, from));
                    }
                }
                Step::Advance(owner, next) => {
                    let Some((claimed, from)) = &mut held[owner] else { continue };
                    let to = (*from + next).min(12);
                    let step = Advance { then: Then::Continue, ..advance(claimed, *from, to, now) };
                    if store.advance(&step).unwrap().is_some() {
                        for member in *from..to {
                            let epoch = claimed.claim.epoch;
                            prop_assert_eq!(*declared.entry(member).or_insert(epoch), epoch);
                        }
                        *from = to;
                    }
                }
            }
        }
    }
}
