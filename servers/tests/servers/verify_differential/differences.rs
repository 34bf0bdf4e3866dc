//! Where the verdicts differ, and why.

use super::{
    Other::{self, S3s, Scratchstack, ScratchstackS3, Swift},
    Scheme::{self, V2Form, V2Header, V2Query, V4Form, V4Header, V4Query},
};

/// For whom, in which forms, after which change; whether we accept; why the other does not do the same, and who is right.
pub type Row = (Other, &'static [Scheme], &'static str, bool, &'static str);

/// What we do, where another does not do the same.
pub const ACCEPT: bool = true;
pub const REFUSE: bool = false;

/// `AWS:` is a sentence of AWS's documents on signing, or an answer of its servers.
#[rustfmt::skip]
pub const DIFFERENCES: &[Row] = &[
    // What others overlook.
    (S3s, &[V4Query, V4Header], "an unsigned x-amz-* header added", REFUSE, "AWS wants every x-amz-* header signed: else whoever has a link chooses storage class, ACL or key. s3s does not look."),
    (S3s, &[V4Query, V4Header], "the host not signed", REFUSE, "AWS wants `host` signed: else a link is good at every other endpoint too. s3s does not look."),
    (S3s, &[V4Header], "x-amz-date not signed", REFUSE, "As with every x-amz-* header."),
    (S3s, &[V4Header], "a signed header named that is not there", REFUSE, "s3s leaves out what is not there, from the names too, so that the list of signed headers is not covered. Its source has a note to mend that."),
    (S3s, &[V4Header], "signed headers out of order", REFUSE, "AWS: the list is sorted. Also as before: the name that is put in front is not there."),
    (S3s, &[V4Header], "another algorithm in Authorization", REFUSE, "s3s does not read the algorithm there. AWS: unsupported authorization type."),
    (S3s, &[V4Query], "a life of more than seven days", REFUSE, "AWS: X-Amz-Expires is at most 604800."),
    (S3s, &[V4Query], "a life with a sign before it", REFUSE, "AWS: a number. Rust's integer parser takes a `+` before it, and s3s uses that."),
    (S3s, &[V4Query], "x-amz-date added to a URL", REFUSE, "An x-amz-* header that is not signed, and a second signing time."),
    (S3s, &[V4Query], "x-amz-content-sha256 added to a URL", REFUSE, "The header's value is the payload hash (botocore signs it so). s3s takes UNSIGNED-PAYLOAD in any case, and compares the body with the header."),
    (S3s, &[V4Query, V2Query], "a second signature in a header", REFUSE, "AWS: only one auth mechanism allowed. s3s reads the query and leaves the header."),
    (S3s, &[V4Header], "the token of other credentials", REFUSE, "Neither knows which token belongs to an access key; s3s leaves it to the access check, the crate to the lookup."),
    (ScratchstackS3, &[V4Header], "the token of other credentials", REFUSE, "Neither knows which token belongs to an access key; s3s leaves it to the access check, the crate to the lookup."),
    (S3s, &[V4Query], "the token of other credentials", REFUSE, "As in a header."),
    (S3s, &[V2Header], "signed two hours ago", REFUSE, "AWS: 15 minutes. s3s does not look at the date of SigV2, so that a request is good for ever."),
    (S3s, &[V2Header], "signed half an hour ago", REFUSE, "As before."),
    (S3s, &[V2Header], "signed in two hours", REFUSE, "As before."),
    (Scratchstack, &[V4Header], "a part of Authorization twice", REFUSE, "The crate takes the last of them, as AWS is said to. We refuse what says two things."),
    (ScratchstackS3, &[V4Header], "a part of Authorization twice", REFUSE, "The crate takes the last of them, as AWS is said to. We refuse what says two things."),
    (Scratchstack, &[V4Header], "Authorization with a part that is none", REFUSE, "The crate leaves it out, as AWS is said to. We refuse what is not covered and not understood."),
    (ScratchstackS3, &[V4Header], "Authorization with a part that is none", REFUSE, "The crate leaves it out, as AWS is said to. We refuse what is not covered and not understood."),
    // What others read in another way.
    (S3s, &[V4Query, V4Header, V2Query, V2Header], "`+` for %20 in a value", REFUSE, "AWS: a space is %20 and never `+`. s3s decodes the query as a form."),
    (S3s, &[V4Query, V4Header, V2Query, V2Header], "`+` for %2B in a value", ACCEPT, "The other side of it: a `+` in a query is a plus."),
    (Scratchstack, &[V4Header], "`+` for %20 in a value", REFUSE, "As with s3s."),
    (ScratchstackS3, &[V4Header], "`+` for %20 in a value", REFUSE, "As with s3s."),
    (Scratchstack, &[V4Header], "`+` for %2B in a value", ACCEPT, "As with s3s."),
    (ScratchstackS3, &[V4Header], "`+` for %2B in a value", ACCEPT, "As with s3s."),
    (ScratchstackS3, &[V4Header], "`+` for %20 in the path", REFUSE, "The crate decodes paths as forms, too. RFC 3986: a `+` in a path is a plus."),
    (ScratchstackS3, &[V4Header], "`+` for %2B in the path", ACCEPT, "As before."),
    (S3s, &[V4Query, V4Header], "an empty parameter", REFUSE, "AWS's document does not say. We and botocore take it for a parameter without a name, s3s for none."),
    (Scratchstack, &[V4Header], "an empty parameter", REFUSE, "As with s3s."),
    (ScratchstackS3, &[V4Header], "an empty parameter", REFUSE, "As with s3s."),
    (Scratchstack, &[V4Header], "an escape in the path", ACCEPT, "AWS: services other than S3 encode the path twice. The crate encodes once, so it refuses what AWS's SDKs sign."),
    (Scratchstack, &[V4Header], "a letter of the path escaped", REFUSE, "As before: encoded twice, another escape is another path."),
    (Scratchstack, &[V4Header], "`..` above the root", ACCEPT, "RFC 3986, section 5.2.4: it stays at the root. The crate refuses it."),
    // What others do not know.
    (S3s, &[V4Header], "a parameter twice, out of order", ACCEPT, "AWS: sorted by name, then by value. s3s sorts by name alone."),
    (Scratchstack, &[V4Header], "a name that another begins with", ACCEPT, "AWS: sorted by name. The crate sorts `name=value`, where `zzz-3=` stands before `zzz=`."),
    (ScratchstackS3, &[V4Header], "a name that another begins with", ACCEPT, "AWS: sorted by name. The crate sorts `name=value`, where `zzz-3=` stands before `zzz=`."),
    (S3s, &[V4Query, V4Header], "an access key id with a slash", ACCEPT, "The scope is read from its end, so the id may hold slashes; s3s and the crate read from the front."),
    (Scratchstack, &[V4Header], "an access key id with a slash", ACCEPT, "As with s3s."),
    (ScratchstackS3, &[V4Header], "an access key id with a slash", ACCEPT, "As with s3s."),
    (S3s, &[V4Query], "a URL with x-amz-content-sha256", ACCEPT, "The value that was signed as a header is the payload hash (botocore signs it so). s3s takes UNSIGNED-PAYLOAD in any case."),
    (S3s, &[V4Header], "Authorization with its parts reordered", ACCEPT, "AWS's document shows one order and demands none. s3s demands that."),
    (ScratchstackS3, &[V4Header], "an unsigned payload", ACCEPT, "The crate hashes the body in any case: it is not made for S3's x-amz-content-sha256."),
    (ScratchstackS3, &[V4Header], "x-amz-content-sha256 not signed", ACCEPT, "The value is the last line of the canonical request, so it is covered. The crate was told that x-amz-* headers have to be signed, and knows no exception."),
    (S3s, &[V2Query], "a session token", ACCEPT, "AWS: in a URL it is the parameter x-amz-security-token. s3s reads x-amz-* from headers alone."),
    (S3s, &[V2Query], "an x-amz-* header", ACCEPT, "As before: boto puts it into the query."),
    (S3s, &[V2Query, V2Header], "a newer sub-resource", ACCEPT, "encryption, legal-hold and retention are not in s3s's list."),
    (S3s, &[V2Query, V2Header], "a sub-resource twice", ACCEPT, "s3s leaves out what is there twice. AWS's document does not say; left out, it would not be covered."),
    (S3s, &[V2Query, V2Header], "a host in upper case", ACCEPT, "RFC 9110: the host is the same in any case of letters. s3s compares it with its domain letter by letter."),
    // Swift, of all three kinds.
    (Swift, &[V4Query, V4Header], "the host not signed", REFUSE, "As with s3s: Swift does not look."),
    (Swift, &[V4Header], "x-amz-date not signed", REFUSE, "Swift looks for some x-amz-* headers, and this is not among them."),
    (Swift, &[V4Query], "x-amz-date added to a URL", REFUSE, "As before; it takes the time of the URL."),
    (Swift, &[V4Query], "a second signature in a header", REFUSE, "As s3s, Swift reads the query and leaves the header."),
    (Swift, &[V4Query], "signed in two hours", REFUSE, "AWS: `Request is not yet valid`. Swift looks at the end of a URL alone."),
    (Swift, &[V4Query], "a life of no seconds", REFUSE, "AWS: at least 1. Swift takes it, for that second."),
    (Swift, &[V4Query], "a life with a sign before it", REFUSE, "Python's integers may have a sign, too."),
    (Swift, &[V4Query, V2Query], "a parameter of the authentication twice", REFUSE, "Swift takes the last of a name. What one reader takes and another does not is refused here."),
    (Swift, &[V4Header], "a part of Authorization twice", REFUSE, "Swift takes the first. As before."),
    (Swift, &[V4Header], "Authorization with a part that is none", REFUSE, "Swift looks for what it knows and leaves the rest."),
    (Swift, &[V4Query, V4Header], "the token of other credentials", REFUSE, "Swift has no tokens."),
    (Swift, &[V4Query, V4Header, V2Query, V2Header], "`+` for %20 in a value", REFUSE, "As with s3s: Swift decodes the query as a form."),
    (Swift, &[V4Query, V4Header], "`+` for %2B in a value", ACCEPT, "As with s3s."),
    (Swift, &[V4Query, V4Header], "an empty parameter", REFUSE, "As with s3s."),
    (Swift, &[V4Query, V4Header], "a parameter twice, in order", ACCEPT, "AWS: each is signed. Swift knows one value of a name."),
    (Swift, &[V4Query, V4Header], "a parameter twice, out of order", ACCEPT, "As before."),
    (Swift, &[V4Query, V4Header, V2Query, V2Header], "a sub-resource twice", ACCEPT, "As before."),
    (Swift, &[V4Query, V4Header], "an access key id with a slash", ACCEPT, "As s3s, Swift reads the scope from the front."),
    (Swift, &[V2Query], "a session token", ACCEPT, "As s3s, Swift reads x-amz-* from headers alone."),
    (Swift, &[V2Query], "an x-amz-* header", ACCEPT, "As before."),
    (Swift, &[V2Query, V2Header], "a newer sub-resource", ACCEPT, "encryption, legal-hold and retention are not in Swift's list."),
    // Forms.
    (S3s, &[V4Form, V2Form], "a field twice", REFUSE, "s3s takes the last. What one reader takes and another does not is refused here."),
    (S3s, &[V4Form, V2Form], "a submit button", REFUSE, "AWS exempts signature, policy, file and x-ignore-*. s3s, as MinIO, exempts this too; give the button no name."),
    (S3s, &[V4Form, V2Form], "an encryption field added", REFUSE, "As before: x-amz-server-side-encryption* needs a condition by AWS's document."),
    (S3s, &[V4Form], "signed half an hour ago", ACCEPT, "A form is good until its policy ends; s3s takes it for 15 minutes, as if it were a request."),
];
