//! The causes of a rejection, by name.

use core::fmt;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)*) => {
        /// The cause of a rejection. The [module](super#causes) has an example of each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $name,)*
        }

        impl Cause {
            /// All causes, in the order of the [catalogue](super#causes).
            pub const ALL: &'static [Cause] = &[$(Cause::$name,)*];

            /// Returns the cause's name, such as `wrong-secret`. Names don't change between
            /// versions.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Cause::$name => $text,)*
                }
            }
        }
    };
}

causes! {
    /// The secret is not that of the access key.
    WrongSecret => "wrong-secret",
    /// The server doesn't know the access key.
    WrongAccessKey => "wrong-access-key",
    /// The request was signed with the secret of another access key.
    OtherKeysSecret => "other-keys-secret",
    /// The secret was used with white space or quotation marks around it.
    WhitespaceInSecret => "whitespace-in-secret",
    /// The request was signed for another region.
    WrongRegion => "wrong-region",
    /// The request was signed for another service.
    WrongService => "wrong-service",
    /// The clocks of signer and server differ.
    ClockSkew => "clock-skew",
    /// The URL or request has expired.
    Expired => "expired",
    /// The URL would be valid for longer than is allowed.
    ExpiryTooLong => "expiry-too-long",
    /// The temporary credentials have expired.
    CredentialsExpired => "credentials-expired",
    /// The request was sent with another method.
    Method => "method",
    /// The path was percent-encoded twice.
    PathEncodedTwice => "path-encoded-twice",
    /// A character of the path was not percent-encoded, or was encoded in another way.
    PathNotEncoded => "path-not-encoded",
    /// The path is in another Unicode form.
    UnicodeForm => "unicode-form",
    /// `//`, `.` or `..` was removed from the path.
    PathNormalized => "path-normalized",
    /// A slash before the key was added or removed.
    LeadingSlash => "leading-slash",
    /// The start of the path was added or removed.
    PathPrefix => "path-prefix",
    /// The request was sent with another path.
    PathChanged => "path-changed",
    /// The bucket is in the host on one side and in the path on the other.
    AddressingStyle => "addressing-style",
    /// The server saw another host.
    HostRewritten => "host-rewritten",
    /// The server saw another port.
    PortDiffers => "port-differs",
    /// Only one side has the default port in its host.
    DefaultPort => "default-port",
    /// The request was signed for http and sent over https, or the reverse.
    UrlScheme => "url-scheme",
    /// A signed header was not sent.
    HeaderNotSent => "header-not-sent",
    /// A signed header was sent with another value.
    HeaderChanged => "header-changed",
    /// A header that must be signed was sent unsigned.
    HeaderNotSigned => "header-not-signed",
    /// A query parameter was added after signing.
    ParameterAdded => "parameter-added",
    /// A signed query parameter was not received.
    ParameterDropped => "parameter-dropped",
    /// A query parameter was received with another value.
    ParameterChanged => "parameter-changed",
    /// A query parameter was received in another encoding.
    ParameterReencoded => "parameter-reencoded",
    /// The parameters were received in another order, which is harmless.
    ParametersReordered => "parameters-reordered",
    /// The session token is missing.
    TokenMissing => "token-missing",
    /// The session token is another one.
    TokenChanged => "token-changed",
    /// The session token was added after signing.
    TokenAdded => "token-added",
    /// The body is another one.
    PayloadChanged => "payload-changed",
    /// `UNSIGNED-PAYLOAD` on one side, and a hash on the other.
    PayloadUnsigned => "payload-unsigned",
    /// The date of the credential scope differs from that of the signing time.
    ScopeDate => "scope-date",
    /// The server doesn't accept SigV2.
    SigV2NotTaken => "sigv2-not-taken",
    /// The request has more than one signature.
    SignedTwice => "signed-twice",
    /// The signature is truncated.
    SignatureTruncated => "signature-truncated",
    /// A `+` of the signature became a space.
    SignaturePlus => "signature-plus",
    /// The signature is not the one that was made.
    SignatureChanged => "signature-changed",
    /// `&amp;` in place of `&`.
    HtmlEscaped => "html-escaped",
    /// A line break or a space in the URL.
    LineBreak => "line-break",
    /// The whole URL was percent-encoded again.
    UrlEncodedTwice => "url-encoded-twice",
    /// A part of the authentication is missing or invalid.
    Malformed => "malformed",
    /// The form violates its policy.
    Policy => "policy",
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
