//! The last few signing keys of one set of credentials, readable by any number of threads without a
//! lock. What lives here: the sharing. What does not: how a signing key is derived (`v4::key`).
//!
//! Deriving a signing key takes four HMACs, twice the cost of a whole short URL, and the result is
//! good for a day, region and service. The cache belongs to the credentials, so a key can never
//! outlive or change its secret; the day is part of what is looked up, so midnight needs no timer.
//!
//! Each slot is a sequence lock over words: a reader never writes, so readers don't contend; one
//! that meets a writer sees it by the version and derives the key itself.

use crate::hash::MacKey;
use core::array;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};
use zeroize::Zeroize as _;

/// Scopes whose label is longer, with its date, are not kept. 35 bytes are left for region and service: enough for
/// `ap-southeast-1` and `elasticloadbalancing`.
const LONGEST_LABEL: usize = 64;

/// Bytes of a date, `20130524`.
const DATE: usize = 8;

/// Words of a date, and of the rest of a label, as large as the machine compares at once.
const DATE_WORDS: usize = DATE / size_of::<usize>();
const PLACE_WORDS: usize = (LONGEST_LABEL - DATE) / size_of::<usize>();
const KEY: usize = 16;

/// Today and yesterday for a region or two.
const SLOTS: usize = 4;

pub(crate) struct KeyCache {
    slots: [Slot; SLOTS],
}

struct Slot {
    /// Odd while a writer is at work.
    version: AtomicU32,
    /// All zero in a slot that was never written.
    date: [AtomicUsize; DATE_WORDS],
    place: [AtomicUsize; PLACE_WORDS],
    key: [AtomicU32; KEY],
}

/// What a key was derived for but for the date, in words: the number of parts (region, service, …), and these. Whoever signs many
/// requests prepares it.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    words: [usize; PLACE_WORDS],
    sum: usize,
}

impl Label {
    /// None if the parts are too long to be kept.
    pub(crate) fn new(parts: &[&str]) -> Option<Self> {
        let mut bytes = [0; LONGEST_LABEL - DATE];
        let (count, mut rest) = bytes.split_first_mut()?;
        *count = u8::try_from(parts.len()).ok()?;
        for part in parts {
            // The length of each part goes before it, so that no two lists of parts look alike.
            let (mark, after) = rest.split_first_mut()?;
            *mark = u8::try_from(part.len()).ok()?;
            let (text, after) = after.split_at_mut_checked(part.len())?;
            text.copy_from_slice(part.as_bytes());
            rest = after;
        }
        let words = words(&bytes);
        Some(Label {
            words,
            sum: sum(&words),
        })
    }
}

/// Bytes as words; there are just as many.
fn words<const N: usize>(bytes: &[u8]) -> [usize; N] {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = usize::from_ne_bytes(*bytes);
    }
    words
}

fn sum(words: &[usize]) -> usize {
    words.iter().fold(0, |sum, word| sum.wrapping_add(*word))
}

/// Which slot a key goes to: the sum of the words, mixed by one multiplication (Knuth, The Art of Computer
/// Programming, volume 3, section 6.4).
fn slot(sum: usize) -> usize {
    const GOLDEN_RATIO: usize = 0x9e37_79b9_7f4a_7c15_u64 as usize;
    // The high bits are the better mixed ones; there are four slots.
    sum.wrapping_mul(GOLDEN_RATIO) >> (usize::BITS - 2)
}

impl KeyCache {
    pub(crate) fn new() -> Self {
        KeyCache {
            slots: array::from_fn(|_| Slot {
                version: AtomicU32::new(0),
                date: array::from_fn(|_| AtomicUsize::new(0)),
                place: array::from_fn(|_| AtomicUsize::new(0)),
                key: array::from_fn(|_| AtomicU32::new(0)),
            }),
        }
    }

    /// The key of a day for what a label says: kept, or derived now and kept.
    pub(crate) fn get_or_derive(
        &self,
        date: &str,
        label: Option<&Label>,
        derive: impl FnOnce() -> MacKey,
    ) -> MacKey {
        let date: Option<&[u8; DATE]> = date.as_bytes().try_into().ok();
        let (Some(label), Some(date)) = (label, date) else {
            return derive();
        };
        let date = words(date);
        let Some(slot) = self.slots.get(slot(label.sum.wrapping_add(sum(&date)))) else {
            return derive();
        };
        slot.read(&date, label).unwrap_or_else(|| {
            let key = derive();
            slot.write(&date, label, &key);
            key
        })
    }
}

impl Slot {
    fn read(&self, date: &[usize; DATE_WORDS], label: &Label) -> Option<MacKey> {
        let before = self.version.load(Ordering::Acquire);
        if before & 1 == 1 {
            return None;
        }
        let same = |(kept, wanted): (&AtomicUsize, &usize)| kept.load(Ordering::Relaxed) == *wanted;
        let is_date = self.date.iter().zip(date).all(same);
        if !is_date || !self.place.iter().zip(&label.words).all(same) {
            return None;
        }
        let mut key = MacKey::empty();
        for (word, kept) in key.words_mut().zip(&self.key) {
            *word = kept.load(Ordering::Relaxed);
        }
        // The words were read between the two looks at the version: if it has not changed, no
        // writer began meanwhile.
        fence(Ordering::Acquire);
        (self.version.load(Ordering::Relaxed) == before).then_some(key)
    }

    fn write(&self, date: &[usize; DATE_WORDS], label: &Label, key: &MacKey) {
        let before = self.version.load(Ordering::Relaxed);
        if before & 1 == 1 {
            return;
        }
        let claim = self.version.compare_exchange(
            before,
            before.wrapping_add(1),
            Ordering::Acquire,
            Ordering::Relaxed,
        );
        if claim.is_err() {
            // Another thread is writing, most likely the same key.
            return;
        }
        // Whoever sees one of the words below sees the odd version too.
        fence(Ordering::Release);
        let kept = self.date.iter().chain(&self.place);
        for (kept, word) in kept.zip(date.iter().chain(&label.words)) {
            kept.store(*word, Ordering::Relaxed);
        }
        for (kept, word) in self.key.iter().zip(key.words()) {
            kept.store(word, Ordering::Relaxed);
        }
        self.version
            .store(before.wrapping_add(2), Ordering::Release);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        for word in &mut self.key {
            word.get_mut().zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyCache, Label};
    use crate::hash::MacKey;
    use alloc::string::ToString as _;
    use core::cell::Cell;

    fn tag(key: &MacKey) -> [u8; 32] {
        key.mac(|hasher| hasher.update(b"message"))
    }

    #[test]
    fn a_kept_key_is_not_derived_again_and_another_scope_is() {
        let cache = KeyCache::new();
        let derived = Cell::new(0);
        let get = |date: &str, parts: &[&str]| {
            tag(&cache.get_or_derive(date, Label::new(parts).as_ref(), || {
                derived.set(derived.get() + 1);
                MacKey::new((date.to_string() + &parts.concat()).as_bytes())
            }))
        };
        let first = get("20130524", &["us-east-1", "s3"]);
        assert_eq!(get("20130524", &["us-east-1", "s3"]), first);
        assert_eq!(derived.get(), 1);
        assert_ne!(get("20130525", &["us-east-1", "s3"]), first);
        assert_eq!(derived.get(), 2);
        assert_ne!(get("20130524", &["us-west-1", "s3"]), first);
        assert_eq!(derived.get(), 3);
    }

    /// The same characters, cut elsewhere, are another scope.
    #[test]
    fn the_border_between_parts_counts() {
        let cache = KeyCache::new();
        let get = |parts: &[&str], key: &[u8]| {
            let label = Label::new(parts);
            cache.get_or_derive("20130524", label.as_ref(), || MacKey::new(key))
        };
        let one = get(&["ab", "c"], b"1");
        let two = get(&["a", "bc"], b"2");
        assert_ne!(tag(&one), tag(&two));
        assert_eq!(tag(&two), tag(&MacKey::new(b"2")));
    }

    #[test]
    fn a_scope_too_long_to_keep_still_gets_its_key() {
        let cache = KeyCache::new();
        let long = "x".repeat(300);
        for (date, part) in [("20130524", &*long), ("2013-05-24", "s3")] {
            for key in [b"1", b"2"] {
                let label = Label::new(&[part]);
                let got = cache.get_or_derive(date, label.as_ref(), || MacKey::new(key));
                assert_eq!(tag(&got), tag(&MacKey::new(key)));
            }
        }
    }

    /// Threads that read and replace the keys of many days at once only ever see a whole key of
    /// the day they asked for.
    #[test]
    #[cfg(feature = "std")]
    fn threads_never_see_a_torn_key() {
        let (cache, label) = (KeyCache::new(), Label::new(&["us-east-1", "s3"]));
        std::thread::scope(|scope| {
            for thread in 0..4usize {
                let (cache, label) = (&cache, label.as_ref());
                scope.spawn(move || {
                    for round in 0..20_000usize {
                        let day = std::format!("{:08}", (round * (thread + 1)) % 23);
                        let key = cache.get_or_derive(&day, label, || MacKey::new(day.as_bytes()));
                        assert_eq!(tag(&key), tag(&MacKey::new(day.as_bytes())));
                    }
                });
            }
        });
    }
}
