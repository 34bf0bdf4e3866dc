//! The cost of an input is linear in its length: an input of a megabyte costs about as much as a
//! thousand inputs of a kilobyte. Quadratic cost would be a thousand times as much.
//!
//! The tests compare times of one run with each other, and the bound is far from both cases.

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
/// A megabyte. Without optimization an eighth of it takes long enough.
pub const LARGE: usize = if cfg!(debug_assertions) {
    128 * KILOBYTE
} else {
    1024 * KILOBYTE
};
pub const HOUR: Duration = Duration::from_secs(3600);

/// Compares the costs of a small and a large input. `prepare` makes an input of about the given
/// number of bytes, and returns the work on it.
#[track_caller]
pub fn assert_linear<W: Fn()>(prepare: impl Fn(usize) -> W) {
    // Quadratic cost is at least a hundred times as much. Sorting costs twice as much for each item
    // if there are a thousand times as many.
    assert_linear_to(LARGE, 16, prepare);
}

/// Compares costs up to the length above which an input is rejected. Quadratic cost would be as
/// many times as much as the limit has kilobytes.
#[track_caller]
pub fn assert_linear_to<W: Fn()>(limit: usize, most: u32, prepare: impl Fn(usize) -> W) {
    let (small, large) = (prepare(KILOBYTE), prepare(limit));
    // The work on a small limit is repeated, because very short times can't be compared.
    let again = LARGE / limit;
    // Another process may interrupt the work, so one of four attempts has to be within the bound.
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

/// Checks that rejecting an input that is too large costs less than processing 64 small ones,
/// though it is as long as a thousand of them.
#[track_caller]
pub fn assert_rejected_cheaply<W: Fn()>(prepare: impl Fn(usize) -> W) {
    let (small, large) = (prepare(KILOBYTE), prepare(LARGE));
    let within = (0..4).any(|_| {
        let small = cost(&|| (0..64).for_each(|_| small()));
        cost(&large) < small
    });
    assert!(within, "the rejection costs as much as 64 small inputs");
}

/// Returns text of about this many bytes, made of the pieces of `next` for pseudorandom numbers.
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

/// Returns random header names with about this many bytes in all.
pub fn names(size: usize) -> Vec<String> {
    let text = text(size, |text, number| {
        writeln!(text, "x-amz-meta-{number:x}").unwrap();
    });
    text.lines().map(str::to_owned).collect()
}
