//! Shared access signatures of Azure Storage as data: the parameters of a token, and its times.

use crate::time::Timestamp;
use alloc::format;
use core::fmt::{self, Write as _};

/// Defines the parameters in the order in which a token is written.
macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)+) => {
        /// A parameter of a token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Field {
            $($(#[$doc])* $field,)+
        }

        impl Field {
            /// All parameters, in the order in which a token is written.
            pub(crate) const ALL: &[Field] = &[$(Field::$field,)+];

            /// Returns the name of the parameter.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Field::$field => $name,)+
                }
            }

            /// Returns the name of the parameter with its `=`.
            pub(crate) fn assignment(self) -> &'static str {
                match self {
                    $(Field::$field => concat!($name, "="),)+
                }
            }

            /// Returns the parameter of a name.
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Field::$field),)+
                    _ => None,
                }
            }
        }
    };
}

fields! {
    /// The version of the service, which decides what is signed.
    Version = "sv",
    /// The services of an account SAS: letters of `bqtf`.
    Services = "ss",
    /// The resource types of an account SAS: letters of `sco`.
    ResourceTypes = "srt",
    /// The kind of resource of a service SAS for blobs or files.
    Resource = "sr",
    /// The depth of a directory below its container.
    DirectoryDepth = "sdd",
    TableName = "tn",
    StartsAt = "st",
    ExpiresAt = "se",
    Permissions = "sp",
    /// The identifier of a stored access policy.
    StoredPolicy = "si",
    IpRange = "sip",
    Protocol = "spr",
    EncryptionScope = "ses",
    KeyOid = "skoid",
    KeyTid = "sktid",
    KeyStartsAt = "skt",
    KeyExpiresAt = "ske",
    KeyService = "sks",
    KeyVersion = "skv",
    AuthorizedUserOid = "saoid",
    UnauthorizedUserOid = "suoid",
    CorrelationId = "scid",
    KeyDelegatedUserTid = "skdutid",
    DelegatedUserOid = "sduoid",
    /// Names of headers that the request must have.
    RequestHeaders = "srh",
    /// Names of query parameters that the request must have.
    RequestQuery = "srq",
    StartPartitionKey = "spk",
    StartRowKey = "srk",
    EndPartitionKey = "epk",
    EndRowKey = "erk",
    CacheControl = "rscc",
    ContentDisposition = "rscd",
    ContentEncoding = "rsce",
    ContentLanguage = "rscl",
    ContentType = "rsct",
    Signature = "sig",
}

impl Field {
    /// Returns whether the parameter sets a header of the response.
    #[cfg(feature = "azure")]
    pub(crate) fn is_response_header(self) -> bool {
        matches!(
            self,
            Field::CacheControl
                | Field::ContentDisposition
                | Field::ContentEncoding
                | Field::ContentLanguage
                | Field::ContentType
        )
    }
}

/// A version of the service, which is a date: `2026-10-06`. Versions are ordered by their dates,
/// because the number's bytes are the eight digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ApiVersion(u64);

impl ApiVersion {
    /// The first version whose signatures the crate knows.
    pub(crate) const OLDEST: Self = ApiVersion::new(Self::OLDEST_DATE);
    pub(crate) const OLDEST_DATE: &str = "2015-04-05";

    /// The last version whose signatures the crate knows.
    pub(crate) const NEWEST: Self = ApiVersion::new(Self::NEWEST_DATE);
    pub(crate) const NEWEST_DATE: &str = "2026-10-06";

    /// The last version of the table service.
    pub(crate) const NEWEST_OF_TABLES: Self = ApiVersion::new(Self::NEWEST_DATE_OF_TABLES);
    pub(crate) const NEWEST_DATE_OF_TABLES: &str = "2019-02-02";

    /// Returns the version of a date; of another text, one that is older than all.
    pub(crate) const fn new(date: &str) -> Self {
        match *date.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
                ApiVersion(u64::from_be_bytes([y1, y2, y3, y4, m1, m2, d1, d2]))
            }
            _ => ApiVersion(0),
        }
    }

    /// Parses a date from that of the oldest version to that of the newest.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let version = ApiVersion::new(text);
        let digits = version.0.to_be_bytes();
        let [_, _, _, _, m1, m2, d1, d2] = digits;
        let is_date = digits.iter().all(u8::is_ascii_digit)
            && (*b"01"..=*b"12").contains(&[m1, m2])
            && (*b"01"..=*b"31").contains(&[d1, d2]);
        let is_known = (Self::OLDEST..=Self::NEWEST).contains(&version);
        (is_date && is_known).then_some(version)
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, digit) in self.0.to_be_bytes().into_iter().enumerate() {
            f.write_str(if matches!(index, 4 | 6) { "-" } else { "" })?;
            f.write_char(digit.into())?;
        }
        Ok(())
    }
}

/// Parses a time as a token has it: `2030-01-02`, `2030-01-02T03:04Z`, or with seconds and possibly
/// up to seven digits of a fraction ([formatting DateTime
/// values](https://learn.microsoft.com/en-us/rest/api/storageservices/formatting-datetime-values)).
/// An offset other than `Z` is not parsed.
pub(crate) fn parse_sas_time(text: &str) -> Option<Timestamp> {
    const MINUTES: usize = "03:04".len();
    const MAX_CLOCK: usize = "03:04:05.1234567".len();
    let (date, clock) = match text.strip_suffix('Z') {
        None => (text, "00:00"),
        Some(text) => text.split_once('T')?,
    };
    if clock.len() > MAX_CLOCK {
        return None;
    }
    let seconds = if clock.len() == MINUTES { ":00" } else { "" };
    Timestamp::parse_rfc3339(&format!("{date}T{clock}{seconds}Z"))
}
