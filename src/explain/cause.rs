//! The causes that are told apart. What lives here: their names. What does not: how each is found.

use core::fmt;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)*) => {
        /// Why a request was refused. The [module](super#causes) has one line for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[$doc])* $name,)*
        }

        impl Cause {
            /// All causes, in the order of the catalogue.
            pub const ALL: &'static [Cause] = &[$(Cause::$name,)*];

            /// The cause's name, such as `wrong-secret`.
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
    /// The server does not know the access key.
    WrongAccessKey => "wrong-access-key",
    /// Signed with the secret of another access key.
    OtherKeysSecret => "other-keys-secret",
    /// White space was signed along with the secret.
    WhitespaceInSecret => "whitespace-in-secret",
    /// Another region than the server's.
    WrongRegion => "wrong-region",
    /// Another service than the server's.
    WrongService => "wrong-service",
    /// The clocks differ.
    ClockSkew => "clock-skew",
    /// The URL or request is over its time.
    Expired => "expired",
    /// The life that was asked for is too long.
    ExpiryTooLong => "expiry-too-long",
    /// The credentials have ended.
    CredentialsExpired => "credentials-expired",
    /// Another method.
    Method => "method",
    /// The path was percent-encoded twice.
    PathEncodedTwice => "path-encoded-twice",
    /// A character of the path was not percent-encoded.
    PathNotEncoded => "path-not-encoded",
    /// The name is in another Unicode form.
    UnicodeForm => "unicode-form",
    /// `//`, `.` or `..` was removed from the path.
    PathNormalized => "path-normalized",
    /// A slash before the key too many, or too few.
    LeadingSlash => "leading-slash",
    /// A proxy added or took away the beginning of the path.
    PathPrefix => "path-prefix",
    /// Another path.
    PathChanged => "path-changed",
    /// The bucket is in the host on one side and in the path on the other.
    AddressingStyle => "addressing-style",
    /// Another host.
    HostRewritten => "host-rewritten",
    /// Another port.
    PortDiffers => "port-differs",
    /// The default port was kept in the host on one side.
    DefaultPort => "default-port",
    /// http on one side and https on the other.
    UrlScheme => "url-scheme",
    /// A signed header was not sent.
    HeaderNotSent => "header-not-sent",
    /// A signed header was sent with another value.
    HeaderChanged => "header-changed",
    /// A header was sent that has to be signed and is not.
    HeaderNotSigned => "header-not-signed",
    /// A query parameter was added.
    ParameterAdded => "parameter-added",
    /// A query parameter was dropped.
    ParameterDropped => "parameter-dropped",
    /// A query parameter has another value.
    ParameterChanged => "parameter-changed",
    /// A query parameter was encoded in another way.
    ParameterReencoded => "parameter-reencoded",
    /// The parameters are in another order, which is harmless.
    ParametersReordered => "parameters-reordered",
    /// The session token is not there.
    TokenMissing => "token-missing",
    /// The session token is another one.
    TokenChanged => "token-changed",
    /// The session token was added and not signed.
    TokenAdded => "token-added",
    /// The body is another one.
    PayloadChanged => "payload-changed",
    /// `UNSIGNED-PAYLOAD` on one side and a hash on the other.
    PayloadUnsigned => "payload-unsigned",
    /// The date of the scope is not the date of signing.
    ScopeDate => "scope-date",
    /// The server does not take SigV2.
    SigV2NotTaken => "sigv2-not-taken",
    /// Signed in more than one way.
    SignedTwice => "signed-twice",
    /// The signature is cut off.
    SignatureTruncated => "signature-truncated",
    /// A `+` of the signature became a space.
    SignaturePlus => "signature-plus",
    /// The signature is another one than was made.
    SignatureChanged => "signature-changed",
    /// `&amp;` for `&`.
    HtmlEscaped => "html-escaped",
    /// A line break or a blank in the URL.
    LineBreak => "line-break",
    /// The whole URL was percent-encoded again.
    UrlEncodedTwice => "url-encoded-twice",
    /// A part of the authentication is missing or can't be read.
    Malformed => "malformed",
    /// The form does not meet its policy.
    Policy => "policy",
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
