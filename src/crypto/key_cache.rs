//! The cache of a credential's signing keys.
//!
//! A signing key takes four HMACs to derive, about twice the cost of a short presigned URL, and
//! stays the same for a day, region and service. The cache belongs to the credentials, so a key
//! can't outlive its secret. The date is part of the lookup, so a new day needs no invalidation.
//!
//! The cache is our own, on a sequence lock, because it works without the standard library. A cache
//! on the crate `arc-swap` is as fast, but it needs `std`. See DESIGN.md for the figures.

use super::hmac::{HmacSha256Key, KEY_WORDS};
use super::seq_lock::SeqLock;
use core::array;
use zeroize::Zeroize as _;

/// Bytes of a date, such as `20130524`.
const DATE: usize = 8;

/// Bytes of a label. Longer inputs are not cached. They leave 35 bytes for region and service under
/// SigV4, enough for `ap-southeast-1` and `elasticloadbalancing`.
const LABEL: usize = 56;

const DATE_WORDS: usize = DATE / size_of::<u32>();
const LABEL_WORDS: usize = LABEL / size_of::<u32>();
const WORDS: usize = DATE_WORDS + LABEL_WORDS + KEY_WORDS;

/// Four scopes of a day, such as those of four regions.
const SLOTS: usize = 4;

/// Signing keys. Threads that read them don't wait for each other.
pub(crate) struct KeyCache {
    /// Each slot contains a date, a label and the words of their key; zeros at first, which is no
    /// date.
    slots: [SeqLock<WORDS>; SLOTS],
}

/// The cache label: every input of the key derivation except the secret and the date.
#[derive(Clone, Debug)]
pub(crate) struct CacheLabel([u32; LABEL_WORDS]);

impl CacheLabel {
    /// Returns the label of these inputs, or `None` if they are too long to be cached.
    pub(crate) fn new(parts: &[&str]) -> Option<Self> {
        let mut bytes = [0; LABEL];
        let (count, mut space) = bytes.split_first_mut()?;
        *count = u8::try_from(parts.len()).ok()?;
        for part in parts {
            // Each part follows its length, so that no two lists of parts have the same label.
            let (length, after) = space.split_first_mut()?;
            *length = u8::try_from(part.len()).ok()?;
            let (text, after) = after.split_at_mut_checked(part.len())?;
            text.copy_from_slice(part.as_bytes());
            space = after;
        }
        Some(CacheLabel(to_words(&bytes)))
    }
}

/// Returns bytes as words. `N` is a quarter of their number.
fn to_words<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *word = u32::from_ne_bytes(*bytes);
    }
    words
}

impl KeyCache {
    pub(crate) fn new() -> Self {
        KeyCache {
            slots: array::from_fn(|_| SeqLock::new()),
        }
    }

    /// Returns the key of a date and a label. It is derived and cached if it isn't in the cache.
    pub(crate) fn get_or_derive(
        &self,
        date: &[u8],
        label: Option<&CacheLabel>,
        derive: impl FnOnce() -> HmacSha256Key,
    ) -> HmacSha256Key {
        let (Some(CacheLabel(label)), Ok(date)) = (label, date.try_into()) else {
            return derive();
        };
        let date: &[u8; DATE] = date;
        let date: [u32; DATE_WORDS] = to_words(date);
        let first = first_slot(&date, label);
        match self.slots.get(first).map(|slot| read(slot, &date, label)) {
            Some(Content::Key(key)) => key,
            _ => self.find_or_derive(first, &date, label, derive),
        }
    }

    /// Returns the key of another slot than the first one, or derives and keeps it. The first slot
    /// is read again, because it may have room.
    #[cold]
    fn find_or_derive(
        &self,
        first: usize,
        date: &[u32; DATE_WORDS],
        label: &[u32; LABEL_WORDS],
        derive: impl FnOnce() -> HmacSha256Key,
    ) -> HmacSha256Key {
        let (before, from) = self.slots.split_at(first);
        let mut space = from.first();
        for slot in from.iter().chain(before) {
            match read(slot, date, label) {
                Content::Key(key) => return key,
                Content::OtherScope => {}
                Content::OtherDay => {
                    space = Some(slot);
                    break;
                }
            }
        }
        let key = derive();
        if let Some(slot) = space {
            write(slot, date, label, &key);
        }
        key
    }
}

/// The content of a slot, compared with what is looked for.
enum Content {
    Key(HmacSha256Key),
    OtherScope,
    /// Another day's key, or none. The slots after it need not be read, because a key is written to
    /// the first slot of this kind.
    OtherDay,
}

/// Returns the number of the slot that is read first: a sum of the words, mixed by one
/// multiplication (Knuth, The Art of Computer Programming, volume 3, section 6.4).
fn first_slot(date: &[u32; DATE_WORDS], label: &[u32; LABEL_WORDS]) -> usize {
    const GOLDEN_RATIO: u32 = 0x9e37_79b9;
    let words = date.iter().chain(label);
    let sum = words.fold(0u32, |sum, word| sum.wrapping_add(*word));
    // The high bits are mixed best; two of them number four slots.
    (sum.wrapping_mul(GOLDEN_RATIO) >> 30) as usize
}

fn read(slot: &SeqLock<WORDS>, date: &[u32; DATE_WORDS], label: &[u32; LABEL_WORDS]) -> Content {
    // Nothing can be said of a slot that is being written.
    let Some(mut words) = slot.read() else {
        return Content::OtherScope;
    };
    let Some((scope, key_words)) = words.split_last_chunk_mut() else {
        return Content::OtherScope;
    };
    let (cached_date, cached_label) = scope.split_at(DATE_WORDS);
    let content = if cached_date != date {
        Content::OtherDay
    } else if cached_label != label {
        Content::OtherScope
    } else {
        Content::Key(HmacSha256Key::from_words(key_words))
    };
    key_words.zeroize();
    content
}

fn write(
    slot: &SeqLock<WORDS>,
    date: &[u32; DATE_WORDS],
    label: &[u32; LABEL_WORDS],
    key: &HmacSha256Key,
) {
    let mut words = [0; WORDS];
    let record = date.iter().chain(label).copied().chain(key.words());
    words
        .iter_mut()
        .zip(record)
        .for_each(|(space, word)| *space = word);
    slot.write(&words);
    words.zeroize();
}

impl Drop for KeyCache {
    fn drop(&mut self) {
        for slot in &mut self.slots {
            for word in slot.words_mut() {
                word.get_mut().zeroize();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::hmac::HmacSha256Key;
    use super::{CacheLabel, KeyCache};
    use alloc::string::ToString as _;
    use core::cell::Cell;

    fn sign(key: &HmacSha256Key) -> [u8; 32] {
        key.sign(|hasher| hasher.update(b"message"))
    }

    #[test]
    fn a_cached_key_is_not_derived_again_and_another_scope_is() {
        let cache = KeyCache::new();
        let derived = Cell::new(0);
        let get = |date: &str, parts: &[&str]| {
            sign(
                &cache.get_or_derive(date.as_bytes(), CacheLabel::new(parts).as_ref(), || {
                    derived.set(derived.get() + 1);
                    HmacSha256Key::new((date.to_string() + &parts.concat()).as_bytes())
                }),
            )
        };
        let first = get("20130524", &["us-east-1", "s3"]);
        assert_eq!(get("20130524", &["us-east-1", "s3"]), first);
        assert_eq!(derived.get(), 1);
        assert_ne!(get("20130525", &["us-east-1", "s3"]), first);
        assert_eq!(derived.get(), 2);
        assert_ne!(get("20130524", &["us-west-1", "s3"]), first);
        assert_eq!(derived.get(), 3);
    }

    #[test]
    fn four_scopes_of_a_day_are_derived_once() {
        let regions = [
            "us-east-1",
            "eu-west-1",
            "us-west-1",
            "ap-northeast-1",
            "eu-central-1",
        ];
        let cache = KeyCache::new();
        let derived = Cell::new(0);
        let get = |date: &str, region: &str| {
            let derive = || {
                derived.set(derived.get() + 1);
                HmacSha256Key::new((date.to_string() + region).as_bytes())
            };
            let label = CacheLabel::new(&["AWS4", region, "s3", "aws4_request"]);
            let key = cache.get_or_derive(date.as_bytes(), label.as_ref(), derive);
            let expected = HmacSha256Key::new((date.to_string() + region).as_bytes());
            assert_eq!(sign(&key), sign(&expected));
        };
        for day in 10..29 {
            let date = alloc::format!("201305{day}");
            derived.set(0);
            for _ in 0..3 {
                regions[..4].iter().for_each(|region| get(&date, region));
            }
            assert_eq!(derived.get(), 4, "{date}");
        }
        // A fifth replaces one of them.
        derived.set(0);
        regions.iter().for_each(|region| get("20130528", region));
        assert_eq!(derived.get(), 1);
        regions.iter().for_each(|region| get("20130528", region));
        assert!(derived.get() > 1);
    }

    /// Region `ab` with service `c` and region `a` with service `bc` are different scopes.
    #[test]
    fn the_border_between_parts_counts() {
        let cache = KeyCache::new();
        let get = |parts: &[&str], key: &[u8]| {
            let label = CacheLabel::new(parts);
            cache.get_or_derive(b"20130524", label.as_ref(), || HmacSha256Key::new(key))
        };
        let first = get(&["ab", "c"], b"1");
        let second = get(&["a", "bc"], b"2");
        assert_ne!(sign(&first), sign(&second));
        assert_eq!(sign(&second), sign(&HmacSha256Key::new(b"2")));
    }

    #[test]
    fn a_scope_that_is_too_long_to_cache_gets_its_key() {
        let cache = KeyCache::new();
        let long = "x".repeat(300);
        for (date, part) in [("20130524", &*long), ("2013-05-24", "s3")] {
            for key in [b"1", b"2"] {
                let label = CacheLabel::new(&[part]);
                let found = cache
                    .get_or_derive(date.as_bytes(), label.as_ref(), || HmacSha256Key::new(key));
                assert_eq!(sign(&found), sign(&HmacSha256Key::new(key)));
            }
        }
    }

    #[test]
    #[cfg(feature = "std")]
    fn threads_get_the_key_of_their_day() {
        let (cache, label) = (KeyCache::new(), CacheLabel::new(&["us-east-1", "s3"]));
        std::thread::scope(|scope| {
            for thread in 0..4usize {
                let (cache, label) = (&cache, label.as_ref());
                scope.spawn(move || {
                    for round in 0..20_000usize {
                        let day = std::format!("{:08}", (round * (thread + 1)) % 23);
                        let derive = || HmacSha256Key::new(day.as_bytes());
                        let key = cache.get_or_derive(day.as_bytes(), label, derive);
                        assert_eq!(sign(&key), sign(&derive()));
                    }
                });
            }
        });
    }
}
