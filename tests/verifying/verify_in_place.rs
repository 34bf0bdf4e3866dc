//! A query that is canonical as received is verified in at. The same parameters in another order
//! are first sorted and encoded, and have the same canonical request and verdict.

use presign::s3::Bucket;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Timestamp};
use proptest::prelude::*;
use std::time::Duration;

const MARK: &str = "X-Amz-Signature=";

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

/// Credentials and a URL that this crate presigned: sorted, canonically encoded, with the signature
/// last.
fn presigned() -> impl Strategy<Value = (Credentials, String)> {
    let params = prop::collection::vec(("[a-zA-Z é&=+%/~-]{1,6}", "[ -~é]{0,8}"), 0..6);
    ("[ -~é]{1,12}", params, "[!-~]{0,20}").prop_map(|(key, params, token)| {
        let credentials = Credentials::new("AKID/EXAMPLE", "secret").unwrap();
        let credentials = credentials.with_session_token(token).unwrap();
        let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
        let get = bucket.get(key);
        let get = params
            .into_iter()
            .fold(get, |get, (name, value)| get.query(name, value));
        let link = get.presign(&credentials, Duration::from_secs(60), now());
        (credentials, link.unwrap().to_string())
    })
}

/// Returns the URL with its signature before all other parameters, or `None` if it isn't the last.
fn signature_first(url: &str) -> Option<String> {
    let (address, query) = url.split_once('?')?;
    let (others, signature) = query.rsplit_once('&')?;
    signature
        .starts_with(MARK)
        .then(|| format!("{address}?{signature}&{others}"))
}

/// Returns the canonical request of a URL, if it can be parsed, and the kind of the error, if it is
/// rejected.
fn verdict(
    credentials: &Credentials,
    url: &str,
) -> Option<(Option<String>, Option<VerifyErrorKind>)> {
    let request = ReceivedRequest::from_url("GET", url).ok()?;
    let verifier = Verifier::new("us-east-1", "s3");
    let text = verifier
        .parse(&request)
        .ok()
        .map(|unverified| unverified.canonical_request() + &unverified.string_to_sign());
    let verified = verifier.verify(&request, now(), |_| Some(credentials.clone()));
    Some((text, verified.err().map(|error| error.kind())))
}

/// For services other than S3 Express, its token is an ordinary parameter.
#[test]
fn a_token_of_s3_express_is_sorted_for_other_services() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get("a.txt")
        .presign(&credentials, Duration::from_secs(60), now())
        .unwrap();
    let (others, signature) = link.as_str().rsplit_once('&').unwrap();
    let token = "X-Amz-S3session-Token=abc";
    for (before, after) in [("X-Amz-SignedHeaders", ""), ("X-Amz-Date", ""), ("", "&")] {
        let (front, back) = match before {
            "" => (others, ""),
            before => others.split_at(others.find(before).unwrap()),
        };
        let separator = if before.is_empty() { "" } else { "&" };
        let url = format!("{front}{after}{token}{separator}{back}&{signature}");
        let sorted_first = signature_first(&url).unwrap();
        let (Some(text), kind) = verdict(&credentials, &url).unwrap() else {
            panic!("{url} can't be read");
        };
        let sorted = "X-Amz-Expires=60&X-Amz-S3session-Token=abc&X-Amz-SignedHeaders=host";
        assert!(text.contains(sorted), "{text}");
        assert_eq!(
            Some((Some(text), kind)),
            verdict(&credentials, &sorted_first)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn order_does_not_matter((credentials, url) in presigned()) {
        let in_place = verdict(&credentials, &url).unwrap();
        prop_assert_eq!(in_place.1, None);
        let sorted_first = verdict(&credentials, &signature_first(&url).unwrap()).unwrap();
        prop_assert_eq!(in_place, sorted_first);
    }

    /// One or two edits make the query non-canonical or change its content.
    #[test]
    fn order_does_not_matter_in_a_changed_url(
        (credentials, url) in presigned(),
        edits in prop::collection::vec((0.0f64..1.0, "[%&=+/aAfF09~._ ;é-]{0,3}", 0usize..3), 1..3),
    ) {
        let (address, query) = url.split_once('?').unwrap();
        let at = query.rfind('&').unwrap();
        // The parameters before the signature are edited.
        let mut text: Vec<char> = query[..at].chars().collect();
        for (at, insert, remove) in edits {
            let at = (at * text.len() as f64) as usize;
            let end = (at + remove).min(text.len());
            text.splice(at..end, insert.chars());
        }
        let text: String = text.into_iter().collect();
        let changed = format!("{address}?{text}{}", &query[at..]);
        let Some(other) = signature_first(&changed) else {
            return Ok(());
        };
        prop_assert_eq!(verdict(&credentials, &changed), verdict(&credentials, &other));
    }
}
