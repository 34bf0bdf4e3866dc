//! The length of a text that is not written yet.

/// Returns the sum of the lengths of the text's parts.
#[inline]
pub(crate) fn capacity<const N: usize>(lengths: [usize; N]) -> usize {
    lengths.into_iter().fold(0, usize::saturating_add)
}
