//! An inspection: all facts of a URL and all its problems.

use super::access_key::AccessKeyKind;
use super::address::Address;
use super::empty_checksum::check_checksum;
use super::facts::Facts;
use super::problem::{Problem, ProblemKind, Problems};
use super::query::read_query;
use super::scope_host::check_host;
use super::text_faults::{
    check_plus, check_spaces, decode_whole_query, decode_whole_url, without_fragment,
    without_html_escapes, without_line_breaks, without_quoted_printable, without_trailing_text,
};
use super::validity::check_validity;
use crate::scheme::Scheme;
use crate::scheme::limits::MAX_TARGET_BYTES;
use crate::time::Timestamp;
use alloc::format;
use alloc::string::String;
use core::time::Duration;

/// The length above which a text is not read, in bytes: four times the longest target that the
/// verifier accepts, for URLs that are escaped and encoded again.
const MAX_LEN: usize = 4 * MAX_TARGET_BYTES;

/// The contents of a presigned URL, and the problems that show without its key.
///
/// It contains neither the signature nor the session token, so it can be logged. `Display` writes
/// one fact a line, and the problems below.
///
/// ```
/// use core::time::Duration;
/// use presign::{Scheme, Timestamp};
/// use presign::inspect::{AccessKeyKind, Inspection};
///
/// let url = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///     &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
///     &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
///     &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
/// let now: Timestamp = "20130525T120000Z".parse()?;
/// let inspection = Inspection::new(url, now);
/// println!("{inspection}");
///
/// if let Some(scheme) = inspection.scheme() {
///     println!("{} {:?} {:?}", scheme.as_str(), inspection.region(), inspection.time_left());
/// }
/// for problem in inspection.problems() {
///     println!("{}: {problem}", problem.kind().as_str());
/// }
///
/// assert_eq!(inspection.scheme(), Some(Scheme::AwsV4));
/// assert_eq!(inspection.access_key_kind(), Some(AccessKeyKind::LongTerm));
/// assert_eq!((inspection.region(), inspection.service()), (Some("us-east-1"), Some("s3")));
/// assert_eq!(inspection.time_left(), Some(Duration::ZERO));
/// let [problem] = inspection.problems() else { panic!("one problem") };
/// assert_eq!(problem.kind().as_str(), "expired");
/// assert_eq!(
///     problem.to_string(),
///     "the URL expired at 2013-05-25T00:00:00Z, 12 hours ago; make a new one",
/// );
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Inspection {
    address: Address,
    pub(super) facts: Facts,
    time_left: Option<Duration>,
    problems: Problems,
}

impl Inspection {
    /// Inspects a presigned URL at a moment.
    ///
    /// The text may be any, whole or broken. Faults of copying, such as line breaks, are reported
    /// and repaired before the rest is read. A text of more than 64 KiB is not read: it has the
    /// problem [`ProblemKind::TooLong`] and nothing else.
    #[must_use]
    pub fn new(url: &str, now: impl Into<Timestamp>) -> Self {
        let now = now.into();
        let mut problems = Problems::default();
        if url.len() > MAX_LEN {
            let message = format!(
                "the text has {} bytes, but only URLs of up to {MAX_LEN} bytes are read",
                url.len()
            );
            problems.add(ProblemKind::TooLong, message);
            return Inspection {
                address: Address::default(),
                facts: Facts::default(),
                time_left: None,
                problems,
            };
        }
        let url = without_quoted_printable(url, &mut problems);
        let url = without_line_breaks(&url, &mut problems);
        check_spaces(&url, &mut problems);
        let url = without_html_escapes(url, &mut problems);
        let url = decode_whole_url(url, &mut problems);
        let url = without_fragment(url, &mut problems);
        let url = without_trailing_text(url, &mut problems);
        let (address, query) = url.split_once('?').unwrap_or((&url, ""));
        let query = decode_whole_query(query, &mut problems);
        check_plus(&query, &mut problems);
        check_checksum(&query, &mut problems);
        let address = Address::parse(address, &mut problems);
        let facts = read_query(&query, &address.path, &mut problems);
        check_validity(&facts, now, &mut problems);
        check_host(&address, &facts, &mut problems);
        let expires_at = facts.expires_at;
        Inspection {
            address,
            facts,
            time_left: expires_at.map(|expires_at| expires_at.saturating_duration_since(now)),
            problems,
        }
    }

    /// Returns the scheme that signed the URL, or `None` if it has no known signature.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        self.facts.scheme
    }

    /// Returns `https` or `http`.
    #[must_use]
    pub fn url_scheme(&self) -> Option<&str> {
        self.address.url_scheme.as_deref()
    }

    /// Returns the host, with the port if there is one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.address.host.as_deref()
    }

    /// Returns the path as the URL has it. A very long one is shortened.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.address.path
    }

    /// Returns the algorithm, if the URL names it: `AWS4-HMAC-SHA256`.
    #[must_use]
    pub fn algorithm(&self) -> Option<&str> {
        self.facts.algorithm.as_deref()
    }

    /// Returns the access key ID.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.facts.access_key_id.as_deref()
    }

    /// Returns the kind of credentials that the access key ID belongs to.
    #[must_use]
    pub fn access_key_kind(&self) -> Option<AccessKeyKind> {
        self.access_key_id().map(AccessKeyKind::of)
    }

    /// Returns whether the URL contains a session token.
    #[must_use]
    pub fn has_session_token(&self) -> bool {
        self.facts.has_session_token
    }

    /// Returns the region of the credential scope, or the region set of SigV4a.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.facts.region.as_deref()
    }

    /// Returns the service of the credential scope.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.facts.service.as_deref()
    }

    /// Returns the signing time. URLs of S3's SigV2 and of Google's V2 don't contain it.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.facts.signed_at
    }

    /// Returns what a shared access signature of Azure allows, in words: `read and list, blobs in
    /// container images`.
    #[must_use]
    pub fn allows(&self) -> Option<&str> {
        self.facts.allows.as_deref()
    }

    /// Returns when the URL expires.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.facts.expires_at
    }

    /// Returns the time from signing to expiration, if the URL contains both.
    #[must_use]
    pub fn valid_for(&self) -> Option<Duration> {
        self.facts.valid_for
    }

    /// Returns the time from the moment of inspection to expiration; zero if the URL has expired.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.time_left
    }

    /// Returns the names of the signed headers. All except `host` have to be sent with the URL.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.facts.signed_headers.iter().map(String::as_str)
    }

    /// Returns the problems, the first of each kind. Without any, the URL can still have a wrong
    /// signature.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.problems.as_slice()
    }
}
