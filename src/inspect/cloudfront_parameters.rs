//! The parameters of CloudFront's signed URLs.

use super::facts::Facts;
use super::parameters::Parameters;
use super::problem::{ProblemKind, Problems};
use super::signature::{Encoding, check_signature};
use super::value::{report_invalid, shortened};
use crate::cloudfront::read_times;
use crate::scheme::Scheme;
use crate::scheme::cloudfront::{
    EXPIRES, HASH_ALGORITHM, KEY_PAIR_ID, NAMES, POLICY, SHA1, SHA256, SIGNATURE,
};
use crate::text::decimal::parse_unix_seconds;
use crate::wire::query::Param;
use alloc::format;

/// The lengths of the base64 of a signature: 70 to 72 bytes of DER, possibly fewer, or RSA's 256.
const SIGNATURE_LEN: core::ops::RangeInclusive<usize> = 88..=344;

/// The parameters of a CloudFront signature.
#[derive(Default)]
pub(super) struct CloudFrontParameters<'a>(Parameters<'a>);

impl<'a> CloudFrontParameters<'a> {
    /// Adds a parameter, if it is one of a signature.
    pub(super) fn add(&mut self, param: &Param<'a>) {
        self.0.add_named(&NAMES, param);
    }

    /// Returns whether the query is signed. `Expires`, `Policy` and `Signature` can be other
    /// parameters.
    pub(super) fn is_signed(&self) -> bool {
        self.0.has(KEY_PAIR_ID)
    }

    /// Returns the facts that the parameters state.
    pub(super) fn read(&self, problems: &mut Problems) -> Facts {
        self.0.report_duplicates(problems);
        let key_pair_id = self.0.decode(KEY_PAIR_ID, problems);
        let mut facts = Facts {
            scheme: Some(Scheme::CloudFront),
            access_key_id: key_pair_id.as_deref().map(shortened),
            ..Facts::default()
        };
        if self.0.has(HASH_ALGORITHM)
            && let Some(hash) = self.0.decode(HASH_ALGORITHM, problems)
        {
            if ![SHA1, SHA256].contains(&&*hash) {
                report_invalid(HASH_ALGORITHM, &hash, "SHA1 or SHA256", problems);
            }
            facts.algorithm = Some(shortened(&hash));
        }
        self.read_times(&mut facts, problems);
        if let Some(signature) = self.0.decode(SIGNATURE, problems) {
            let start = check_signature(&signature, Encoding::CloudFront, &SIGNATURE_LEN, problems);
            facts.signature_start = Some(start);
        }
        facts
    }

    /// Reads `Expires` or `Policy`, of which a URL has one.
    fn read_times(&self, facts: &mut Facts, problems: &mut Problems) {
        if !self.0.has(POLICY) {
            let Some(text) = self.0.decode(EXPIRES, problems) else {
                return;
            };
            facts.expires_at = parse_unix_seconds(&text);
            if facts.expires_at.is_none() {
                report_invalid(EXPIRES, &text, "a number of seconds since 1970", problems);
            }
            return;
        }
        if self.0.has(EXPIRES) {
            problems.add(
                ProblemKind::MalformedParameter,
                format!("the URL has both {POLICY} and {EXPIRES}; send one of them"),
            );
        }
        let Some(policy) = self.0.decode(POLICY, problems) else {
            return;
        };
        match read_times(&policy) {
            Some((expires_at, valid_from)) => {
                facts.expires_at = Some(expires_at);
                facts.valid_from = valid_from;
            }
            // The policy is not quoted, because it is long and encoded.
            None => problems.add(
                ProblemKind::MalformedParameter,
                format!("the value of {POLICY} is not a policy in CloudFront's base64"),
            ),
        }
    }
}
