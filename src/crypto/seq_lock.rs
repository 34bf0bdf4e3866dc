//! A sequence lock: words that many threads read without writing to shared memory.
//!
//! It is our own because it needs neither an allocation for each write nor the standard library;
//! `arc-swap` needs both. See `key_cache.rs` for what that buys.
//!
//! Why readers get either all the words of one write or none:
//!
//! - A writer makes the version odd, writes the words, and makes the version even again. The
//!   compare-and-exchange lets one writer in; every other one returns without writing.
//! - A reader loads the version, the words, and the version again. It keeps the words only if both
//!   versions are the same even number.
//! - *A word of a later write is noticed.* Such a word was stored after the writer's release fence,
//!   and is loaded before the reader's acquire fence. So the fences synchronize, and the reader's
//!   second load sees the odd version or a later one.
//! - *A word of an earlier write is not possible.* The first load acquires the version that the
//!   previous writer released after its words, and the writer before that one is ordered by the
//!   acquiring compare-and-exchange. The words of that version or later ones are then visible.
//! - The version would have to wrap around, in 2³¹ writes during one read, to hide a write.
//!
//! All words are atomics, so an overlapping read is not a data race. The orderings are those of
//! Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?" (MSPC 2012).
//! `tests/loom` models two threads.

use super::atomic::{AtomicU32, Ordering, fence};
use core::array;

/// `N` words behind a sequence lock. All of them are zero at first.
pub(super) struct SeqLock<const N: usize> {
    /// Odd during a write.
    version: AtomicU32,
    words: [AtomicU32; N],
}

impl<const N: usize> SeqLock<N> {
    pub(super) fn new() -> Self {
        SeqLock {
            version: AtomicU32::new(0),
            words: array::from_fn(|_| AtomicU32::new(0)),
        }
    }

    /// Returns the words of the latest write, or `None` if a write overlaps.
    #[inline]
    pub(super) fn read(&self) -> Option<[u32; N]> {
        let version = self.version.load(Ordering::Acquire);
        if version % 2 == 1 {
            return None;
        }
        let mut words = [0; N];
        for (word, shared) in words.iter_mut().zip(&self.words) {
            *word = shared.load(Ordering::Relaxed);
        }
        fence(Ordering::Acquire);
        (self.version.load(Ordering::Relaxed) == version).then_some(words)
    }

    /// Replaces the words, or does nothing if another thread is writing.
    pub(super) fn write(&self, words: &[u32; N]) {
        let version = self.version.load(Ordering::Relaxed);
        if version % 2 == 1 {
            return;
        }
        let claim = self.version.compare_exchange(
            version,
            version.wrapping_add(1),
            Ordering::Acquire,
            Ordering::Relaxed,
        );
        if claim.is_err() {
            return;
        }
        fence(Ordering::Release);
        for (shared, word) in self.words.iter().zip(words) {
            shared.store(*word, Ordering::Relaxed);
        }
        self.version
            .store(version.wrapping_add(2), Ordering::Release);
    }

    /// Returns the words for their owner, to overwrite them.
    pub(super) fn words_mut(&mut self) -> &mut [AtomicU32; N] {
        &mut self.words
    }
}

#[cfg(test)]
mod tests {
    use super::SeqLock;

    #[test]
    fn words_are_zero_at_first_and_those_of_the_latest_write_later() {
        let lock = SeqLock::new();
        assert_eq!(lock.read(), Some([0; 3]));
        for words in [[1, 2, 3], [4, 5, 6]] {
            lock.write(&words);
            assert_eq!(lock.read(), Some(words));
        }
    }

    #[test]
    fn during_a_write_nothing_is_read_and_no_other_write_starts() {
        let lock = SeqLock::new();
        lock.write(&[1]);
        lock.version.fetch_add(1, super::Ordering::Relaxed);
        assert_eq!(lock.read(), None);
        lock.write(&[2]);
        lock.version.fetch_add(1, super::Ordering::Relaxed);
        assert_eq!(lock.read(), Some([1]));
    }

    /// Every write stores the same word everywhere, so a mixture of two writes would show.
    #[test]
    #[cfg(feature = "std")]
    fn threads_never_read_words_of_two_writes() {
        let lock = SeqLock::<32>::new();
        std::thread::scope(|scope| {
            for thread in 0..4u32 {
                let lock = &lock;
                scope.spawn(move || {
                    for round in 0..50_000 {
                        lock.write(&[round * 4 + thread; 32]);
                        if let Some(words) = lock.read() {
                            assert_eq!(words, [words[0]; 32]);
                        }
                    }
                });
            }
        });
    }
}
