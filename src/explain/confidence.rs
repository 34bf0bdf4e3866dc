//! The confidence of a finding.

/// The confidence of a [`Finding`](super::Finding), in order: the most certain is the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// It is a fact, and a sufficient cause.
    Certain,
    /// It agrees with everything that is known, or the server states it and nothing confirms it.
    Likely,
    /// It contradicts nothing that is known.
    Possible,
    /// It is a fact, but never a cause.
    Harmless,
}

impl Confidence {
    /// Returns `certain`, `likely`, `possible` or `harmless`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Possible => "possible",
            Confidence::Harmless => "harmless",
        }
    }
}
