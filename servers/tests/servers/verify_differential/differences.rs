//! The differences between the verdicts, and their reasons.

use super::{
    Other::{self, S3s, Scratchstack, ScratchstackS3, Swift},
    Scheme::{self, V2Form, V2Header, V2Query, V4Form, V4Header, V4Query},
};

/// The other verifier, the schemes, the change, the verdict of this crate, and the reason.
pub type Row = (Other, &'static [Scheme], &'static str, bool, &'static str);

/// The verdicts of this crate. The other verifier has the opposite one.
pub const ACCEPT: bool = true;
pub const REJECT: bool = false;

/// `AWS:` introduces a rule of AWS's documentation on signing, or a response of its servers.
#[rustfmt::skip]
pub const DIFFERENCES: &[Row] = &[
    // Faults that others accept.
    (S3s, &[V4Query, V4Header], "an unsigned x-amz-* header added", REJECT, "AWS: every x-amz-* header has to be signed. Otherwise a client with a link could choose the storage class, ACL or key. s3s doesn't check it."),
    (S3s, &[V4Query, V4Header], "the host not signed", REJECT, "AWS: `host` has to be signed. Otherwise a link would be valid at every other endpoint. s3s doesn't check it."),
    (S3s, &[V4Header], "x-amz-date not signed", REJECT, "As for every x-amz-* header."),
    (S3s, &[V4Header], "a signed header named that is not there", REJECT, "s3s omits missing headers, also from the names, so the list of signed headers is not covered. A note in its source says that this should be fixed."),
    (S3s, &[V4Header], "signed headers out of order", REJECT, "AWS: the list is sorted. Also as before: the first name in the list has no header."),
    (S3s, &[V4Header], "another algorithm in Authorization", REJECT, "s3s ignores the algorithm there. AWS: unsupported authorization type."),
    (S3s, &[V4Query], "a life of more than seven days", REJECT, "AWS: X-Amz-Expires is at most 604800."),
    (S3s, &[V4Query], "a life with a sign before it", REJECT, "AWS: a number. s3s uses Rust's integer parser, which accepts a `+`."),
    (S3s, &[V4Query], "x-amz-date added to a URL", REJECT, "It is an x-amz-* header that is not signed, and a second signing time."),
    (S3s, &[V4Query], "x-amz-content-sha256 added to a URL", REJECT, "The header's value is the payload hash, as in botocore. s3s always uses UNSIGNED-PAYLOAD, and compares the body with the header."),
    (S3s, &[V4Query, V2Query], "a second signature in a header", REJECT, "AWS: only one auth mechanism allowed. s3s reads the query and ignores the header."),
    (S3s, &[V4Header], "the token of other credentials", REJECT, "Neither knows which token belongs to an access key. s3s leaves it to the access check, the crate to the lookup."),
    (ScratchstackS3, &[V4Header], "the token of other credentials", REJECT, "Neither knows which token belongs to an access key. s3s leaves it to the access check, the crate to the lookup."),
    (S3s, &[V4Query], "the token of other credentials", REJECT, "As for a header."),
    (S3s, &[V2Header], "signed two hours ago", REJECT, "AWS: 15 minutes. s3s ignores the date of SigV2, so a request is valid forever."),
    (S3s, &[V2Header], "signed half an hour ago", REJECT, "As before."),
    (S3s, &[V2Header], "signed in two hours", REJECT, "As before."),
    (S3s, &[V2Form], "signed in two hours", REJECT, "The policy expires later than `allow_sigv2` allows. s3s has no such limit."),
    (Scratchstack, &[V4Header], "a part of Authorization twice", REJECT, "The crate uses the last one, as AWS is said to do. This crate rejects ambiguous requests."),
    (ScratchstackS3, &[V4Header], "a part of Authorization twice", REJECT, "The crate uses the last one, as AWS is said to do. This crate rejects ambiguous requests."),
    (Scratchstack, &[V4Header], "Authorization with a part that is none", REJECT, "The crate ignores it, as AWS is said to do. This crate rejects unknown parts, because they are not covered."),
    (ScratchstackS3, &[V4Header], "Authorization with a part that is none", REJECT, "The crate ignores it, as AWS is said to do. This crate rejects unknown parts, because they are not covered."),
    // Texts that others interpret differently.
    (S3s, &[V4Query, V4Header, V2Query, V2Header], "`+` for %20 in a value", REJECT, "AWS: a space is %20 and never `+`. s3s decodes the query as a form."),
    (S3s, &[V4Query, V4Header, V2Query, V2Header], "`+` for %2B in a value", ACCEPT, "The converse: a `+` in a query is a plus sign."),
    (Scratchstack, &[V4Header], "`+` for %20 in a value", REJECT, "As for s3s."),
    (ScratchstackS3, &[V4Header], "`+` for %20 in a value", REJECT, "As for s3s."),
    (Scratchstack, &[V4Header], "`+` for %2B in a value", ACCEPT, "As for s3s."),
    (ScratchstackS3, &[V4Header], "`+` for %2B in a value", ACCEPT, "As for s3s."),
    (ScratchstackS3, &[V4Header], "`+` for %20 in the path", REJECT, "The crate decodes paths as forms, too. RFC 3986: a `+` in a path is a plus sign."),
    (ScratchstackS3, &[V4Header], "`+` for %2B in the path", ACCEPT, "As before."),
    (S3s, &[V4Query, V4Header], "an empty parameter", REJECT, "AWS's documentation doesn't say. For this crate and botocore it is a parameter without a name, for s3s it is none."),
    (Scratchstack, &[V4Header], "an empty parameter", REJECT, "As for s3s."),
    (ScratchstackS3, &[V4Header], "an empty parameter", REJECT, "As for s3s."),
    (Scratchstack, &[V4Header], "an escape in the path", ACCEPT, "AWS: services other than S3 encode the path twice. The crate encodes it once, so it rejects requests of AWS's SDKs."),
    (Scratchstack, &[V4Header], "a letter of the path escaped", REJECT, "As before: encoded twice, another escape is another path."),
    (Scratchstack, &[V4Header], "`..` above the root", ACCEPT, "RFC 3986, section 5.2.4: it has no effect at the root. The crate rejects it."),
    // Valid requests that others don't support.
    (S3s, &[V4Header], "a parameter twice, out of order", ACCEPT, "AWS: sorted by name, then by value. s3s sorts by name alone."),
    (Scratchstack, &[V4Header], "a name that another begins with", ACCEPT, "AWS: sorted by name. The crate sorts `name=value`, so that `zzz-3=` precedes `zzz=`."),
    (ScratchstackS3, &[V4Header], "a name that another begins with", ACCEPT, "AWS: sorted by name. The crate sorts `name=value`, so that `zzz-3=` precedes `zzz=`."),
    (S3s, &[V4Query, V4Header], "an access key id with a slash", ACCEPT, "The scope is parsed from its end, so the ID can contain slashes. s3s and the crate parse it from the start."),
    (Scratchstack, &[V4Header], "an access key id with a slash", ACCEPT, "As for s3s."),
    (ScratchstackS3, &[V4Header], "an access key id with a slash", ACCEPT, "As for s3s."),
    (S3s, &[V4Query], "a URL with x-amz-content-sha256", ACCEPT, "The value of the signed header is the payload hash, as in botocore. s3s always uses UNSIGNED-PAYLOAD."),
    (S3s, &[V4Header], "Authorization with its parts reordered", ACCEPT, "AWS's documentation shows one order and requires none. s3s requires that order."),
    (ScratchstackS3, &[V4Header], "an unsigned payload", ACCEPT, "The crate always hashes the body, because it doesn't support S3's x-amz-content-sha256."),
    (ScratchstackS3, &[V4Header], "x-amz-content-sha256 not signed", ACCEPT, "The value is the last line of the canonical request, so it is covered. The crate is configured to require signed x-amz-* headers, without exceptions."),
    (S3s, &[V2Query], "a session token", ACCEPT, "AWS: in a URL it is the parameter x-amz-security-token. s3s reads x-amz-* only from headers."),
    (S3s, &[V2Query, V2Header], "a newer sub-resource", ACCEPT, "encryption, legal-hold and retention are not in s3s's list."),
    (S3s, &[V2Query, V2Header], "a sub-resource twice", ACCEPT, "s3s omits duplicate parameters. AWS's documentation doesn't say; an omitted parameter would not be covered."),
    (S3s, &[V2Query, V2Header], "a host in upper case", ACCEPT, "RFC 9110: the host is case-insensitive. s3s compares it with its domain case-sensitively."),
    // Swift: all three kinds.
    (Swift, &[V4Query, V4Header], "the host not signed", REJECT, "As for s3s: Swift doesn't check it."),
    (Swift, &[V4Header], "x-amz-date not signed", REJECT, "Swift checks some x-amz-* headers, but not this one."),
    (Swift, &[V4Query], "x-amz-date added to a URL", REJECT, "As before. Swift uses the time of the URL."),
    (Swift, &[V4Query], "a second signature in a header", REJECT, "As for s3s: Swift reads the query and ignores the header."),
    (Swift, &[V4Query], "signed in two hours", REJECT, "AWS: `Request is not yet valid`. Swift checks only the expiration of a URL."),
    (Swift, &[V4Query], "a life of no seconds", REJECT, "AWS: at least 1. Swift accepts it during that second."),
    (Swift, &[V4Query], "a life with a sign before it", REJECT, "Python's integers can have a sign, too."),
    (Swift, &[V4Query, V2Query], "a parameter of the authentication twice", REJECT, "Swift uses the last one. This crate rejects parameters that readers interpret differently."),
    (Swift, &[V4Header], "a part of Authorization twice", REJECT, "Swift uses the first one. As before."),
    (Swift, &[V4Header], "Authorization with a part that is none", REJECT, "Swift reads the parts that it knows and ignores the others."),
    (Swift, &[V4Query, V4Header], "the token of other credentials", REJECT, "Swift has no tokens."),
    (Swift, &[V4Query, V4Header, V2Query, V2Header], "`+` for %20 in a value", REJECT, "As for s3s: Swift decodes the query as a form."),
    (Swift, &[V4Query, V4Header], "`+` for %2B in a value", ACCEPT, "As for s3s."),
    (Swift, &[V4Query, V4Header], "an empty parameter", REJECT, "As for s3s."),
    (Swift, &[V4Query, V4Header], "a parameter twice, in order", ACCEPT, "AWS: each is signed. Swift uses one value for each name."),
    (Swift, &[V4Query, V4Header], "a parameter twice, out of order", ACCEPT, "As before."),
    (Swift, &[V4Query, V4Header, V2Query, V2Header], "a sub-resource twice", ACCEPT, "As before."),
    (Swift, &[V4Query, V4Header], "an access key id with a slash", ACCEPT, "As for s3s: Swift parses the scope from the start."),
    (Swift, &[V2Query], "a session token", ACCEPT, "As for s3s: Swift reads x-amz-* only from headers."),
    (Swift, &[V2Query, V2Header], "a newer sub-resource", ACCEPT, "encryption, legal-hold and retention are not in Swift's list."),
    // Forms.
    (S3s, &[V4Form, V2Form], "a field twice", REJECT, "s3s uses the last one. This crate rejects fields that readers interpret differently."),
    (S3s, &[V4Form, V2Form], "a submit button", REJECT, "AWS exempts signature, policy, file and x-ignore-*. s3s also exempts this, like MinIO. Use a button without a name."),
    (S3s, &[V4Form, V2Form], "an encryption field added", REJECT, "As before: AWS's documentation requires a condition for x-amz-server-side-encryption*."),
    (S3s, &[V4Form], "signed half an hour ago", ACCEPT, "A form is valid until its policy expires. s3s accepts it for 15 minutes, as if it were a request."),
];
