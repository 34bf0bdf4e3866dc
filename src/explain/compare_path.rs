//! Differences between two paths.

use super::cause::Cause;
use super::finding::Finding;
use super::text_forms::{decoded, differ_in_unicode_form, encoded_again, without_dot_segments};

/// Explains how two different paths differ. `bucket_first` is whether the first segment can be a
/// bucket.
pub(super) fn compare_paths(signed: &str, seen: &str, bucket_first: bool) -> Finding {
    let (cause, message) = encoding_cause(signed, seen)
        .or_else(|| segment_cause(signed, seen, bucket_first))
        .unwrap_or((
            Cause::PathChanged,
            "The server saw another path than the signed one: the URL was changed, or a proxy rewrites paths. Sign \
             the path that the server receives.",
        ));
    let finding = Finding::certain(cause, message);
    finding.with_signed(signed).with_seen(seen)
}

/// Returns the cause if the paths differ in their encoding.
fn encoding_cause(signed: &str, seen: &str) -> Option<(Cause, &'static str)> {
    let (plain, seen_plain) = (decoded(signed), decoded(seen));
    let cause = if signed.contains('%') && encoded_again(signed) == seen {
        (
            Cause::PathEncodedTwice,
            "The path was percent-encoded again after signing: the client treated the signed URL as text that is \
             not encoded yet. Send the URL unchanged; most clients keep a parsed URL object unchanged.",
        )
    } else if seen.contains('%') && encoded_again(seen) == signed {
        (
            Cause::PathEncodedTwice,
            "The path was encoded twice when it was signed, and once when it was sent. S3 wants it encoded once: \
             sign with the service `s3`, and pass the key unencoded. Other services want it encoded twice.",
        )
    } else if plain == seen_plain {
        (
            Cause::PathNotEncoded,
            "The path is the same in another encoding. The canonical encoding keeps letters, digits and `-._~/`, \
             and writes every other byte as %XX with uppercase digits. Sign and send the path in that encoding.",
        )
    } else if plain.replace('+', " ") == seen_plain.replace('+', " ") {
        (
            Cause::PathNotEncoded,
            "A `+` and a space were confused in the path, because one side encodes as forms do. In a path a space \
             is %20. A plus can be bare; encode it as %2B to be safe.",
        )
    } else if plain
        .strip_prefix(seen_plain.as_str())
        .is_some_and(|rest| rest.starts_with(['#', '?']))
    {
        (
            Cause::PathNotEncoded,
            "The path that the server saw ends at a `#` or `?` of the key, which was sent unencoded. Encode them \
             as %23 and %3F.",
        )
    } else if differ_in_unicode_form(&plain, &seen_plain) {
        (
            Cause::UnicodeForm,
            "The paths look the same, but differ in their Unicode form. NFC has an accented letter as one \
             character; NFD, as in macOS file names, has letter and accent. Use the exact bytes of the stored key on \
             both sides.",
        )
    } else {
        return None;
    };
    Some(cause)
}

/// Returns the cause if segments were added or removed.
fn segment_cause(signed: &str, seen: &str, bucket_first: bool) -> Option<(Cause, &'static str)> {
    let cause = if has_extra_slash(signed, seen, bucket_first) {
        (
            Cause::LeadingSlash,
            "Only one side has an extra slash before the key. A key starts with a slash only if it was stored that \
             way: pass it as `photos/a.jpg`. If it does start with one, check that the client doesn't merge `//`.",
        )
    } else if is_normalized(signed, seen) || is_normalized(seen, signed) {
        (
            Cause::PathNormalized,
            "A client or proxy removed `//`, `/./` or `/../` from the path. In S3 they are part of the key. Send the \
             path unchanged (curl --path-as-is; nginx: merge_slashes off, and proxy_pass without a path), or choose \
             other keys. For services other than S3 the signer has to remove them.",
        )
    } else if seen.ends_with(signed) || signed.ends_with(seen) {
        (
            Cause::PathPrefix,
            "The start of the path was added or removed: by a proxy under a sub-path, a stage name of API Gateway, \
             or a base path of the endpoint that was not signed. Sign the path that the server receives.",
        )
    } else {
        return None;
    };
    Some(cause)
}

/// Returns whether one path has one more slash before the key: at the start, or after the bucket.
fn has_extra_slash(one: &str, two: &str, bucket_first: bool) -> bool {
    let (long, short) = if one.len() > two.len() {
        (one, two)
    } else {
        (two, one)
    };
    if long.strip_prefix('/') == Some(short) && short.starts_with('/') {
        return true;
    }
    match (split_bucket(long), split_bucket(short)) {
        (Some((bucket, key)), Some((short_bucket, short_key))) => {
            bucket_first && bucket == short_bucket && key.strip_prefix('/') == Some(short_key)
        }
        _ => false,
    }
}

fn split_bucket(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix('/')?.split_once('/')
}

/// Returns whether `normalized` is `path` without dot segments, and possibly without empty
/// segments.
fn is_normalized(path: &str, normalized: &str) -> bool {
    [false, true].iter().any(|empty_too| {
        let without = without_dot_segments(path, *empty_too);
        without.trim_end_matches('/') == normalized.trim_end_matches('/')
    })
}
