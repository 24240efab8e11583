//! What a mail costs: `cargo bench --bench render`.
//!
//! (a) As one would write it first: each subscriber's digest rendered whole, inlined whole, encoded whole.
//! (b) As it is done: fragments rendered, inlined and encoded once per article, language and look, put together per segment, and
//!     spliced per subscriber.
//!
//! The bytes are the same, and that is asserted. Times are this thread's time on a processor, so that a busy machine doesn't count.

#![allow(
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a bench that can't run says so; figures are rounded"
)]

mod stories;

use std::{fs, hint::black_box, time::Duration};

use postrider::{
    compose::{Composer, Whole, compose_whole},
    domain::{Notice, Segment},
    render::{Renderer, Templates},
};

/// Topics on offer, and how many of their stories a digest has.
const TOPICS: usize = 50;
const STORIES_A_TOPIC: usize = 6;
/// Topics that a reader follows: thirty stories.
const FOLLOWED: usize = 5;
/// Segments measured; a million subscribers who choose among 50 topics make 429,275.
const SEGMENTS: usize = 20_000;
const ALL_SEGMENTS: f64 = 429_275.0;
const ALL_MAILS: f64 = 1_000_000.0;
const WHOLE: usize = 200;

fn main() {
    // `cargo test --benches` builds and starts benches too: nothing is measured then
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let renderer = Renderer::new(
        &Templates::built_in(),
        &stories::publisher(),
        &stories::edition(),
        &stories::topics(TOPICS),
        &stories::issue(),
        Notice::Real,
    )
    .expect("the templates work");
    let composer = Composer::new(stories::letterhead(), stories::keys());
    let stock = stories::stock(TOPICS, STORIES_A_TOPIC);
    let segments = stories::segments(&stock, SEGMENTS, FOLLOWED);
    let reader = stories::subscription();
    let whole = |segment: &Segment| {
        let values = composer.reader_values(&reader);
        let whole = renderer.render_whole(segment, &values).expect("a digest");
        let whole = Whole {
            subject: &whole.subject,
            language: &whole.language,
            parts: segment.key.parts,
            html: &whole.html,
            text: &whole.text,
            pictures: &whole.pictures,
        };
        compose_whole(&composer, &whole, [0; 16], &reader)
    };
    let prepare =
        |segment: &Segment| composer.prepare(&renderer.render(segment).expect("a digest"), [0; 16]);

    let first = &segments[0];
    let mail = composer.mail(&prepare(first), &reader);
    assert_eq!(mail.bytes, whole(first).bytes, "the bytes are the same");
    println!(
        "{} stories, {:.1} KiB a mail\n",
        first.articles().count(),
        mail.bytes.len() as f64 / 1024.0
    );

    let ((), a) = timed(|| {
        for segment in segments.iter().cycle().take(WHOLE) {
            black_box(whole(segment));
        }
    });
    let a = a.as_secs_f64() / WHOLE as f64;
    println!(
        "(a) whole, each subscriber          {:9.1} µs a mail  {:8.1} CPU s a million",
        a * 1e6,
        a * ALL_MAILS
    );

    let (prepared, b) = timed(|| segments.iter().map(prepare).collect::<Vec<_>>());
    let b = b.as_secs_f64() / SEGMENTS as f64;
    println!(
        "(b) put together, each segment      {:9.2} µs a segment {:6.1} CPU s for {ALL_SEGMENTS} segments",
        b * 1e6,
        b * ALL_SEGMENTS
    );

    let ((), c) = timed(|| {
        for prepared in &prepared {
            black_box(composer.mail(prepared, &reader));
        }
    });
    let c = c.as_secs_f64() / SEGMENTS as f64;
    println!(
        "    spliced, each subscriber        {:9.2} µs a mail    {:6.1} CPU s a million",
        c * 1e6,
        c * ALL_MAILS
    );
    let all = b * ALL_SEGMENTS + c * ALL_MAILS;
    println!(
        "    in all                                            {all:8.1} CPU s a million, {:.0} times less",
        a * ALL_MAILS / all
    );
}

/// What a thing gives, and this thread's time on a processor.
fn timed<T>(thing: impl FnOnce() -> T) -> (T, Duration) {
    let before = on_processor();
    let result = thing();
    (result, on_processor().saturating_sub(before))
}

/// Linux counts it in nanoseconds, in the first field.
fn on_processor() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux's count");
    let first = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(first.expect("a number"))
}
