//! Checks `src/crypto/seq_lock.rs`, compiled with loom's atomics, in every interleaving of two
//! threads.
//!
//! `tests/loom/run` runs this program. It isn't a test, because the unit tests of that file run
//! outside a model.

use loom::sync::atomic;

#[path = "../../../src/crypto/seq_lock.rs"]
#[expect(
    dead_code,
    reason = "the models don't overwrite the words of a dropped lock"
)]
mod seq_lock;

use loom::sync::Arc;
use loom::thread;
use seq_lock::SeqLock;

/// A reader gets the words before or after a write, or none, but never some of each.
fn a_reader_gets_all_words_of_one_write() {
    loom::model(|| {
        let lock = Arc::new(SeqLock::new());
        lock.write(&[1, 1]);
        let writer = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.write(&[2, 2]))
        };
        let words = lock.read();
        assert!(matches!(words, None | Some([1, 1] | [2, 2])), "{words:?}");
        writer.join().unwrap();
        assert_eq!(lock.read(), Some([2, 2]));
    });
}

/// A reader that overlaps two consecutive writes gets no mixture of them.
fn a_reader_gets_no_mixture_of_two_writes() {
    loom::model(|| {
        let lock = Arc::new(SeqLock::new());
        let writer = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                lock.write(&[1, 1]);
                lock.write(&[2, 2]);
            })
        };
        let words = lock.read();
        assert!(
            matches!(words, None | Some([0, 0] | [1, 1] | [2, 2])),
            "{words:?}"
        );
        writer.join().unwrap();
    });
}

/// At least one of two writers writes, and a second writer that overlaps it does nothing.
fn two_writers_leave_the_words_of_one() {
    loom::model(|| {
        let lock = Arc::new(SeqLock::new());
        let writer = {
            let lock = Arc::clone(&lock);
            thread::spawn(move || lock.write(&[1, 1]))
        };
        lock.write(&[2, 2]);
        writer.join().unwrap();
        let words = lock.read();
        assert!(matches!(words, Some([1, 1] | [2, 2])), "{words:?}");
    });
}

fn main() {
    a_reader_gets_all_words_of_one_write();
    a_reader_gets_no_mixture_of_two_writes();
    two_writers_leave_the_words_of_one();
    println!("the sequence lock holds in every interleaving");
}
