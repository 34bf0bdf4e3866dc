//! The form of the catalogue: the entry of a cause, and the macro that makes [`Cause`] of the
//! entries.
//!
//! [`Cause`]: super::Cause

/// An entry of the catalogue.
pub(super) struct Entry {
    /// The fault, where to search, and the remedy. A finding replaces `{}` by its subject.
    pub(super) text: &'static str,
    /// Error codes that state the cause. They count if no message does, because they are less
    /// specific.
    pub(super) codes: &'static [&'static str],
    /// Lowercase parts of messages that state the cause.
    pub(super) words: &'static [&'static str],
}

macro_rules! catalogue {
    ($(
        $(#[$doc:meta])*
        $cause:ident = $name:literal, $example:literal, $text:literal
        $(, codes [$($code:literal),*])? $(, words [$($words:literal),*])?;
    )*) => {
        /// The cause of a rejection.
        ///
        /// | cause | example |
        /// |---|---|
        $(#[doc = concat!("| `", $name, "` | ", $example, " |")])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $cause,)*
        }

        impl Cause {
            /// All causes, in the order of the catalogue.
            pub const ALL: &'static [Cause] = &[$(Cause::$cause,)*];

            /// Returns the cause's name, such as `wrong-secret`. Names don't change between
            /// versions.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Cause::$cause => $name,)*
                }
            }

            /// Returns the cause's entry.
            pub(super) fn entry(self) -> &'static Entry {
                match self {
                    $(Cause::$cause => &Entry {
                        text: $text,
                        codes: &[$($($code),*)?],
                        words: &[$($($words),*)?],
                    },)*
                }
            }
        }
    };
}

pub(super) use catalogue;
