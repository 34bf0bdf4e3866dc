//! Problems of URLs with SigV4a, and the causes of their rejection.

use crate::support::time;
use presign::Timestamp;
use presign::inspect::{Inspection, ProblemKind};

/// A URL for S3 with a signature in DER: `30`, then 0x44, the number of bytes that follow. These
/// tests don't verify it.
const URL: &str = "https://examplebucket.s3.us-east-1.amazonaws.com/a.txt\
    ?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256\
    &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z\
    &X-Amz-Expires=3600&X-Amz-Region-Set=us-%2A&X-Amz-SignedHeaders=host&X-Amz-Signature=\
    304402200d13216140ab5c04cbfffc00c88e9ae41d1e5c04dbe0caddd6d91ee1a5db0249\
    02203794b9cd8aa99ac38618743a0965953944b81cacd2b3eee0eded2bacb80bb2ae";

const MULTI_REGION: &str = "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com";

fn now() -> Timestamp {
    time("20150830T123601Z")
}

fn problems(url: &str) -> Vec<ProblemKind> {
    let inspection = Inspection::new(url, now());
    let problems = inspection.problems().iter();
    problems.map(|problem| problem.kind()).collect()
}

/// Returns the URL with another region set.
fn for_regions(set: &str) -> String {
    URL.replace("us-%2A", set)
}

/// Returns the URL with another host.
fn on_host(host: &str) -> String {
    URL.replace("examplebucket.s3.us-east-1.amazonaws.com", host)
}

/// Returns the URL as if it were signed with SigV4.
fn with_sigv4(url: &str) -> String {
    let (head, _) = url.rsplit_once('=').unwrap();
    let head = head
        .replace("AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA256")
        .replace("%2Fs3%2F", "%2Fus-east-1%2Fs3%2F")
        .replace("&X-Amz-Region-Set=us-%2A", "");
    format!("{head}={}", "0a".repeat(32))
}

#[test]
fn a_region_set_has_to_include_the_region_of_the_host() {
    for set in ["us-%2A", "%2A", "us-east-1", "eu-west-1%2Cus-east-1"] {
        assert_eq!(problems(&for_regions(set)), [], "{set}");
    }
    for set in ["eu-%2A", "us-west-2", "eu-west-1%2Cus-east-2"] {
        assert_eq!(
            problems(&for_regions(set)),
            [ProblemKind::ScopeHost],
            "{set}"
        );
    }
    let inspection = Inspection::new(&for_regions("eu-%2A"), now());
    let message = inspection.problems()[0].to_string();
    assert!(
        message.contains("eu-*") && message.contains("us-east-1"),
        "{message}"
    );
    // These hosts don't contain a region.
    assert_eq!(problems(&on_host(MULTI_REGION)), []);
    assert_eq!(problems(&on_host("s3.example.com")), []);
}

#[test]
fn a_multi_region_access_point_needs_sigv4a() {
    assert_eq!(problems(&with_sigv4(URL)), []);
    assert_eq!(
        problems(&with_sigv4(&on_host(MULTI_REGION))),
        [ProblemKind::NeedsSigV4a]
    );
}

/// A signature in DER contains its length.
#[test]
fn a_truncated_or_longer_signature_is_found() {
    assert_eq!(problems(&URL[..URL.len() - 2]), [ProblemKind::Truncated]);
    assert_eq!(
        problems(&format!("{URL}ab")),
        [ProblemKind::SignatureLength]
    );
    assert_eq!(
        problems(&URL.replace("0249", "024z")),
        [ProblemKind::SignatureAlphabet]
    );
}

#[cfg(feature = "explain")]
mod explained {
    use super::{MULTI_REGION, URL, for_regions, now, on_host, with_sigv4};
    use crate::explain::{bare, error};
    use presign::explain::{Cause, Confidence, ErrorResponse, FailedRequest};

    fn first(url: &str, body: &str) -> (Cause, Confidence) {
        let response = ErrorResponse::parse(body);
        let explanation = FailedRequest::new("GET", url, &response).explain(now());
        let first = explanation.findings().first().unwrap();
        (first.cause(), first.confidence())
    }

    #[test]
    fn causes_in_the_url_are_found() {
        for (url, expected) in [
            (
                with_sigv4(&on_host(MULTI_REGION)),
                (Cause::SigV4aNeeded, Confidence::Certain),
            ),
            (
                for_regions("eu-%2A"),
                (Cause::WrongRegion, Confidence::Likely),
            ),
            (
                URL[..URL.len() - 2].to_owned(),
                (Cause::SignatureTruncated, Confidence::Certain),
            ),
            (
                format!("{URL}ab"),
                (Cause::SignatureChanged, Confidence::Certain),
            ),
        ] {
            assert_eq!(first(&url, &bare()), expected, "{url}");
        }
        // This URL has no problem.
        assert!(first(URL, &bare()).1 > Confidence::Likely);
    }

    #[test]
    fn causes_in_the_response_are_found() {
        let url = with_sigv4(&on_host("s3.example.com"));
        let message = "The authorization mechanism you have provided is not supported. Please use ";
        let with = |algorithm| error("InvalidRequest", &format!("{message}{algorithm}."));
        assert_eq!(
            first(&url, &with("AWS4-ECDSA-P256-SHA256")),
            (Cause::SigV4aNeeded, Confidence::Certain)
        );
        assert_ne!(
            first(&url, &with("AWS4-HMAC-SHA256")).0,
            Cause::SigV4aNeeded
        );
    }
}
