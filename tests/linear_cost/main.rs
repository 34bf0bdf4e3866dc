//! The cost of an input grows with its length, and no faster: one of a megabyte costs about as much
//! as a thousand of a kilobyte. If everything in it were compared with everything, it would cost a
//! thousand times as much.
//!
//! Times are compared with each other, never with a clock's figure, and the bound lies far from
//! both.

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "explain")]
mod explain;
mod forms;
mod inspect;
mod signing;
mod verify;

use presign::{Credentials, Timestamp};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use support::time;

pub const KILOBYTE: usize = 1 << 10;
/// A megabyte; without optimization an eighth of it, which takes long enough.
pub const LARGE: usize = if cfg!(debug_assertions) {
    128 * KILOBYTE
} else {
    1024 * KILOBYTE
};
pub const HOUR: Duration = Duration::from_secs(3600);

/// `prepare` makes an input of about so many bytes, and what is to be done with it.
#[track_caller]
pub fn assert_linear<W: Fn()>(prepare: impl Fn(usize) -> W) {
    // Quadratic cost comes out at more than a hundred or a thousand; sorting costs twice as much
    // for each item among a thousand times as many.
    assert_linear_to(LARGE, 16, prepare);
}

/// For an input that is refused when it is longer: quadratic cost comes out at the limit in
/// kilobytes.
#[track_caller]
pub fn assert_linear_to<W: Fn()>(limit: usize, most: u32, prepare: impl Fn(usize) -> W) {
    let (small, large) = (prepare(KILOBYTE), prepare(limit));
    // What takes no time can't be compared.
    let again = LARGE / limit;
    // Another process may have had its turn in between: once is enough.
    let within = (0..4).any(|_| {
        let small = cost(&|| (0..again * limit / KILOBYTE).for_each(|_| small()));
        cost(&|| (0..again).for_each(|_| large())) < small * most
    });
    assert!(
        within,
        "one large input costs {most} times as much as many small ones"
    );
}

pub fn cost(work: &dyn Fn()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// What is too large is refused for less than it costs to read 64 small ones, though it is as long
/// as a thousand.
#[track_caller]
pub fn assert_refused_cheaply<W: Fn()>(prepare: impl Fn(usize) -> W) {
    let (small, large) = (prepare(KILOBYTE), prepare(LARGE));
    let within = (0..4).any(|_| {
        let small = cost(&|| (0..64).for_each(|_| small()));
        cost(&large) < small
    });
    assert!(within, "the refusal costs as much as 64 small inputs");
}

/// Text of about so many bytes: the pieces of `next` for 0, 1, 2, … in an order without order.
pub fn text(size: usize, mut next: impl FnMut(&mut String, u32)) -> String {
    let (mut text, mut number) = (String::new(), 1u32);
    while text.len() < size {
        // Marsaglia's xorshift.
        number ^= number << 13;
        number ^= number >> 17;
        number ^= number << 5;
        next(&mut text, number);
    }
    text
}

pub fn repeated(piece: &str, size: usize) -> String {
    piece.repeat(size / piece.len())
}

pub fn keys() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "secret").unwrap()
}

pub fn now() -> Timestamp {
    time("20150830T123600Z")
}

/// Random names of headers, as many as have so many bytes.
pub fn names(size: usize) -> Vec<String> {
    let text = text(size, |text, number| {
        writeln!(text, "x-amz-meta-{number:x}").unwrap();
    });
    text.lines().map(str::to_owned).collect()
}
