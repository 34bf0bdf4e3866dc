//! Sets of bytes, as tables.

/// A set of bytes.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    pub(super) const fn new(members: [bool; 256]) -> Self {
        ByteSet(members)
    }

    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or(false)
    }

    /// Returns whether a text consists of bytes of the set.
    pub(crate) fn contains_all(&self, text: &str) -> bool {
        self.prefix_len(text.as_bytes()) == text.len()
    }

    /// Returns the length of the prefix whose bytes are all in the set.
    #[inline]
    pub(crate) fn prefix_len(&self, bytes: &[u8]) -> usize {
        let is_other = |byte: &u8| !self.contains(*byte);
        let (chunks, rest) = bytes.as_chunks::<8>();
        let mut prefix = 0usize;
        // The loop over a chunk is unrolled.
        for chunk in chunks {
            if let Some(end) = chunk.iter().position(is_other) {
                return prefix.saturating_add(end);
            }
            prefix = prefix.saturating_add(chunk.len());
        }
        let end = rest.iter().position(is_other);
        prefix.saturating_add(end.unwrap_or(rest.len()))
    }
}

/// Defines a set by a pattern.
macro_rules! byte_set {
    ($pattern:pat) => {{
        let mut members = [false; 256];
        let mut byte = 0;
        #[expect(
            clippy::arithmetic_side_effects,
            clippy::indexing_slicing,
            reason = "evaluated at compile time"
        )]
        while byte < 256 {
            members[byte] = matches!(byte as u8, $pattern);
            byte += 1;
        }
        $crate::text::byte_set::ByteSet::new(members)
    }};
}
pub(super) use byte_set;
