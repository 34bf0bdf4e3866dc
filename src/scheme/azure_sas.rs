//! Shared access signatures of Azure Storage as data: the parameters of a token, and its times.

use crate::time::Timestamp;
use alloc::string::String;

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
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let mut fields = Field::ALL.iter();
        fields.find(|field| field.name() == name).copied()
    }
}

/// The first version whose signatures the crate knows.
pub(crate) const OLDEST_VERSION: &str = "2015-04-05";

/// The last version whose signatures the crate knows.
pub(crate) const NEWEST_VERSION: &str = "2026-10-06";

/// Parses a time as a token has it: `2030-01-02`, `2030-01-02T03:04Z`, or with seconds and possibly
/// a fraction of them.
pub(crate) fn parse_sas_time(text: &str) -> Option<Timestamp> {
    const DATE: usize = "2030-01-02".len();
    const MINUTES: usize = "2030-01-02T03:04Z".len();
    let mut whole = String::from(text);
    match text.len() {
        DATE => whole.push_str("T00:00:00Z"),
        MINUTES => {
            whole.truncate(MINUTES.saturating_sub(1));
            whole.push_str(":00Z");
        }
        _ => {}
    }
    let moment = Timestamp::parse_rfc3339(&whole)?;
    whole.ends_with('Z').then_some(moment)
}

#[cfg(test)]
mod tests {
    use super::parse_sas_time;
    use alloc::string::ToString as _;

    #[test]
    fn times_are_dates_minutes_or_seconds() {
        for (text, expected) in [
            ("2030-01-02", "2030-01-02T00:00:00Z"),
            ("2030-01-02T03:04Z", "2030-01-02T03:04:00Z"),
            ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05Z"),
            ("2030-01-02T03:04:05.1234567Z", "2030-01-02T03:04:05Z"),
        ] {
            let parsed = parse_sas_time(text).map(|time| time.to_string());
            assert_eq!(parsed.as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "",
            "2030-01-0",
            "2030-13-02",
            "2030-01-02T03:04",
            "2030-01-02T03:04:05",
            "2030-01-02T03:04:05+01:00",
            "2030-01-02T03:04Zx",
            "2030-01-0\u{e9}",
            "2030-01-02T03:0\u{e9}Z",
        ] {
            assert_eq!(parse_sas_time(bad), None, "{bad}");
        }
    }
}
