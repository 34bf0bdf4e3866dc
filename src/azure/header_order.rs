//! The order of `x-ms-*` headers, which compares words, not bytes.

use core::cmp::Ordering;

/// Compares two names as the service does: without hyphens and apostrophes first.
///
/// Of names that differ only in these, the one whose hyphen comes first is the later one:
/// `x-ms-meta-ab`, `x-ms-meta-a-b`.
pub(super) fn cmp_header_names(one: &str, two: &str) -> Ordering {
    let words = words(one).cmp(words(two));
    words.then_with(|| positions(one).cmp(positions(two)))
}

/// The rank of each byte.
const RANKS: [u8; 256] = ranks(b"!#$%&*.^_`|~+0123456789abcdefghijklmnopqrstuvwxyz");

/// Returns the position of each byte in the order, ignoring case. Other bytes come last.
const fn ranks(order: &[u8]) -> [u8; 256] {
    let mut ranks = [u8::MAX; 256];
    let mut rank = 0;
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "evaluated at compile time"
    )]
    while rank < order.len() {
        ranks[order[rank] as usize] = rank as u8;
        ranks[order[rank].to_ascii_uppercase() as usize] = rank as u8;
        rank += 1;
    }
    ranks
}

fn is_passed_over(byte: u8) -> bool {
    matches!(byte, b'-' | b'\'')
}

/// Returns the ranks of a name's characters without hyphens and apostrophes.
fn words(name: &str) -> impl Iterator<Item = u8> {
    let bytes = name.bytes().filter(|byte| !is_passed_over(*byte));
    bytes.filter_map(|byte| RANKS.get(usize::from(byte)).copied())
}

/// Returns which characters are passed over. An apostrophe is before a hyphen.
fn positions(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| match byte {
        b'\'' => 1,
        b'-' => 2,
        _ => 0,
    })
}
