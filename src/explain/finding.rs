//! A finding: one cause with its explanation.

use super::catalogue::Cause;
use super::confidence::Confidence;
use super::redaction::Printable;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// One cause of a rejection, with an explanation and a remedy.
///
/// `Display` writes cause, confidence and message, and below them the texts that were signed and
/// seen. It contains no secret. Session tokens and signatures are shortened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    cause: Cause,
    confidence: Confidence,
    message: Cow<'static, str>,
    signed: Option<String>,
    seen: Option<String>,
}

impl Finding {
    /// Returns a finding with the text of its cause in the catalogue.
    pub(super) fn new(cause: Cause, confidence: Confidence) -> Self {
        Finding {
            cause,
            confidence,
            message: Cow::Borrowed(cause.entry().text),
            signed: None,
            seen: None,
        }
    }

    pub(super) fn certain(cause: Cause) -> Self {
        Finding::new(cause, Confidence::Certain)
    }

    pub(super) fn likely(cause: Cause) -> Self {
        Finding::new(cause, Confidence::Likely)
    }

    pub(super) fn possible(cause: Cause) -> Self {
        Finding::new(cause, Confidence::Possible)
    }

    /// Returns a certain finding with the two texts that differ.
    pub(super) fn between(
        cause: Cause,
        signed: impl Into<String>,
        seen: impl Into<String>,
    ) -> Self {
        Finding::certain(cause).with_signed(signed).with_seen(seen)
    }

    /// Sets the subject of the message: a part of the request, or the words of the server.
    pub(super) fn about(mut self, subject: &str) -> Self {
        self.message = Cow::Owned(self.message.replace("{}", subject));
        self
    }

    /// Replaces the text of the catalogue by a more specific one.
    pub(super) fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    pub(super) fn with_confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    pub(super) fn with_signed(mut self, text: impl Into<String>) -> Self {
        self.signed = Some(text.into());
        self
    }

    pub(super) fn with_seen(mut self, text: impl Into<String>) -> Self {
        self.seen = Some(text.into());
        self
    }

    /// Returns whether the finding is a fact that is never a cause.
    pub(super) fn is_harmless(&self) -> bool {
        self.confidence == Confidence::Harmless
    }

    /// Returns the cause.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// Returns the confidence.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// Returns the explanation and the remedy, in sentences for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the text that was signed, if there is one to show. It is empty if nothing was
    /// signed, as for an added parameter.
    #[must_use]
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// Returns the text that the server saw, if there is one to show. It is empty if the server saw
    /// nothing, as for a header that was not sent.
    #[must_use]
    pub fn seen(&self) -> Option<&str> {
        self.seen.as_deref()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let confidence = self.confidence.as_str();
        let message = Printable(&self.message);
        write!(f, "{} ({confidence}): {message}", self.cause)?;
        for (name, text) in [("signed", &self.signed), ("seen", &self.seen)] {
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                write!(f, "\n  {name:<7} {}", Printable(text))?;
            }
        }
        Ok(())
    }
}
