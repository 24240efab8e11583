//! Filing: the same article, the same story, another story.

use proptest::prelude::*;

use super::*;

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(hours)
}

fn telling(number: i64, hours: i64, title: &str) -> Telling {
    Telling {
        number: Number(number),
        key: format!("{number:04}"),
        at: at(hours),
        page: None,
        wording: None,
        features: features(title),
    }
}

fn filed(tellings: &[Telling]) -> Vec<i64> {
    let mut stories = Stories::new(StorySettings::default());
    let mut file = |telling| stories.file(telling, None).0;
    tellings.iter().map(&mut file).collect()
}

#[test]
fn titles_of_one_event_are_one_story_and_others_are_not() {
    let titles = [
        "Earthquake of magnitude 6.1 shakes the coast of Kalanga",
        "Central bank leaves its rate at 3 percent",
        "Strong earthquake shakes Kalanga coast, no tsunami warning",
        "Sokcho ferry sails to Wonsan after nineteen years",
        "Kalanga: quake damages port, power cut in two towns",
        "First ferry in nineteen years leaves Sokcho for Wonsan",
    ];
    let tellings: Vec<_> = (1..)
        .zip(titles)
        .map(|(n, title)| telling(n, n, title))
        .collect();
    let stories = filed(&tellings);
    assert_eq!(stories[2], 1);
    assert_eq!(stories[5], 4);
    assert_eq!(stories[1], 2);
    assert_eq!(stories[3], 4);
}

#[test]
fn the_same_page_or_the_same_words_are_the_same_story_whatever_the_title() {
    let mut one = telling(1, 0, "Talks resume in Geneva");
    let mut other = telling(2, 90, "Live: all that happened today");
    one.page = Some("a.example/talks".into());
    other.page = Some("a.example/talks".into());
    let mut third = telling(3, 91, "Something else");
    other.wording = Some("x".into());
    third.wording = Some("x".into());
    assert_eq!(filed(&[one, other, third]), [1, 1, 1]);
    let mut stories = Stories::new(StorySettings::default());
    assert_eq!(
        stories.file(&telling(9, 0, "Anything"), Some(Number(4))),
        Number(4)
    );
}

#[test]
fn a_story_closes_three_days_after_its_last_article() {
    let title = "Sokcho ferry sails to Wonsan";
    let at = |hours: &[i64]| {
        let tellings: Vec<_> = (1..)
            .zip(hours)
            .map(|(n, hours)| telling(n, *hours, title))
            .collect();
        filed(&tellings)
    };
    assert_eq!(at(&[0, 72]), [1, 1]);
    assert_eq!(at(&[0, 73]), [1, 2]);
    assert_eq!(at(&[0, 70, 140]), [1, 1, 1]);
}

#[test]
fn a_title_without_words_is_a_story_of_its_own() {
    assert_eq!(
        filed(&[telling(1, 0, "…"), telling(2, 0, "…"), telling(3, 0, "the")]),
        [1, 2, 3]
    );
}

fn titles() -> impl Strategy<Value = Vec<(i64, String)>> {
    let word = prop::sample::select(
        &[
            "ferry",
            "port",
            "quake",
            "bank",
            "rate",
            "mayor",
            "cup",
            "rain",
            "평양",
            "東京都",
        ][..],
    );
    let title = prop::collection::vec(word, 0..5).prop_map(|words| words.join(" "));
    prop::collection::vec((0_i64..20, title), 0..40)
}

proptest! {
    /// However the stream is cut into runs, each of which begins from what the store has of the last days, the stories are the same.
    #[test]
    fn stories_depend_on_no_batch(titles in titles(), cuts in prop::collection::vec(any::<bool>(), 40)) {
        let mut hours = 0;
        let tellings: Vec<_> = (1..).zip(titles).map(|(n, (later, title))| {
            hours += later;
            telling(n, hours, &title)
        }).collect();
        let whole = filed(&tellings);
        let settings = StorySettings::default();
        let mut stories = Stories::new(settings.clone());
        let mut known: Vec<(&Telling, Number)> = Vec::new();
        for (telling, cut) in tellings.iter().zip(cuts) {
            if cut {
                stories = Stories::new(settings.clone());
                for (known, story) in known.iter().filter(|(known, _)| telling.at - known.at <= settings.open_for) {
                    stories.remember(known, *story);
                }
            }
            known.push((telling, stories.file(telling, None)));
        }
        prop_assert_eq!(known.iter().map(|(_, story)| story.0).collect::<Vec<_>>(), whole);
    }

    /// A story is named by its first article, and its articles come one after another within the time that it stays open.
    #[test]
    fn a_story_is_named_by_its_first_article(titles in titles()) {
        let tellings: Vec<_> = (1..).zip(titles).map(|(n, (_, title))| telling(n, n, &title)).collect();
        for (telling, story) in tellings.iter().zip(filed(&tellings)) {
            prop_assert!(story <= telling.number.0);
        }
    }
}
