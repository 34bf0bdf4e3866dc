//! The explanation: all findings, and the difference between the two sides.

use super::difference::Difference;
use super::finding::Finding;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Why a server rejected a request.
///
/// `Display` writes the findings and, if the canonical requests of the two sides differ, both line
/// by line.
#[derive(Clone, Debug)]
pub struct Explanation {
    code: Option<String>,
    findings: Vec<Finding>,
    difference: Option<Difference>,
}

impl Explanation {
    pub(super) fn new(
        code: Option<&str>,
        findings: Vec<Finding>,
        difference: Option<Difference>,
    ) -> Self {
        Explanation {
            code: code.map(String::from),
            findings: sort(findings),
            difference,
        }
    }

    /// Returns the server's error code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns the findings, the most certain first; empty if nothing points to a cause.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Returns the two canonical requests line by line, if both are known.
    #[must_use]
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            writeln!(f, "Neither request nor response shows a cause.")?;
        }
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        match &self.difference {
            Some(difference) if !difference.is_empty() => {
                write!(f, "\n- signed\n+ seen by the server\n\n{difference}")
            }
            _ => Ok(()),
        }
    }
}

/// Sorts findings by confidence, and drops those that repeat a cause for the same part. The finding
/// that shows more is kept, with the best confidence.
fn sort(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let Some(other) = kept.iter_mut().find(|other| is_repeated(other, &finding)) else {
            kept.push(finding);
            continue;
        };
        let best = other.confidence().min(finding.confidence());
        let is_fuller = other.signed().is_none() && finding.signed().is_some();
        let fuller = if is_fuller { finding } else { other.clone() };
        *other = fuller.with_confidence(best);
    }
    kept.sort_by_key(Finding::confidence);
    kept
}

fn is_repeated(one: &Finding, two: &Finding) -> bool {
    let same_part = one.signed() == two.signed();
    let is_unknown = one.signed().is_none() || two.signed().is_none();
    one.cause() == two.cause() && (same_part || is_unknown)
}
