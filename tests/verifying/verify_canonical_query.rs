//! Queries are read in the same way whether they are canonical or not.

use presign::verify::{ReceivedRequest, Verifier};

const PARTS: [&str; 6] = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    "X-Amz-Credential=A%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
    "X-Amz-Date=20130524T000000Z",
    "X-Amz-Expires=60",
    "X-Amz-Security-Token=a%2Bb",
    "X-Amz-SignedHeaders=host%3Bx-amz-acl",
];

/// Parameters that are not part of the signature, and some that spoil it.
const OTHERS: [&str; 17] = [
    "",
    "=",
    "A=1",
    "a=%7e",
    "a+b=1",
    "flag",
    "partNumber=1",
    "x-id=GetObject",
    "Expires=1",
    "X-Amz-Date=1",
    "X-Amz-Expires",
    "x-amz-date=20130524T000000Z",
    "X-Amz-S3session-Token=t",
    "X-Amz-A=1",
    "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD",
    "x-amz-content-sha256=UNSIGNED-PAYLOAD",
    "X-Amz-Z=",
];

/// Other values of the parts, by their indices.
const VALUES: [(usize, &str); 22] = [
    (0, "X-Amz-Algorithm=AWS4-HMAC-SHA512"),
    (1, "X-Amz-Credential=A/20130524/us-east-1/s3/aws4_request"),
    (
        1,
        "X-Amz-Credential=A%2F20130525%2Fus-east-1%2Fs3%2Faws4_request",
    ),
    (
        1,
        "X-Amz-Credential=A%2F20130524%2Feu-west-1%2Fec2%2Faws4_request",
    ),
    (
        1,
        "X-Amz-Credential=A%2F20130524%2Fus-east-1%2Fs3%2Faws4_requests",
    ),
    (
        1,
        "X-Amz-Credential=A%2f20130524%2Fus-east-1%2Fs3%2Faws4_request",
    ),
    (
        1,
        "X-Amz-Credential=A%2FB%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
    ),
    (
        1,
        "X-Amz-Credential=%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
    ),
    (1, "X-Amz-Credential=A%2F20130524%2F%2Fs3%2Faws4_request"),
    (
        1,
        "X-Amz-Credential=A+B%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
    ),
    (
        1,
        "X-Amz-Credential=A%2F2013&a=4%2Fus-east-1%2Fs3%2Faws4_request",
    ),
    (2, "X-Amz-Date=20130524T000000z"),
    (2, "X-Amz-Date=20130524T0000000Z"),
    (2, "X-Amz-Date=20130524T00%30000"),
    (2, "X-Amz-Date="),
    (3, "X-Amz-Expires=0060"),
    (3, "X-Amz-Expires=0"),
    (3, "X-Amz-Expires=6%30"),
    (3, "X-Amz-Expires=99999999999999999999"),
    (4, "X-Amz-Security-Token="),
    (4, "X-Amz-Security-Token=a+b"),
    (5, "x-amz-signedheaders=host"),
];

/// Queries without their signature: some canonical, most not.
fn queries() -> Vec<Vec<&'static str>> {
    let mut queries = Vec::new();
    for missing in 0..=PARTS.len() {
        let parts = PARTS.iter().enumerate();
        let parts = parts.filter(|(index, _)| *index != missing);
        let parts: Vec<_> = parts.map(|(_, part)| *part).collect();
        for other in OTHERS {
            for index in 0..=parts.len() {
                let mut with_other = parts.clone();
                with_other.insert(index, other);
                queries.push(with_other);
            }
        }
        for index in 1..parts.len() {
            let mut swapped = parts.clone();
            swapped.swap(index - 1, index);
            queries.push(swapped);
        }
        queries.push(parts);
    }
    for (index, value) in VALUES {
        let mut parts = PARTS.to_vec();
        parts[index] = value;
        queries.push(parts);
    }
    queries
}

/// Returns everything that is read from a query; `None` if it is rejected.
fn read(query: &str) -> Option<[String; 4]> {
    let url = format!("https://examplebucket.s3.us-east-1.amazonaws.com/a.txt?{query}");
    let request = ReceivedRequest::from_url("GET", &url).unwrap();
    let request = request.header("x-amz-acl", "private");
    let verifier = Verifier::new("us-east-1", "s3");
    let claim = verifier.parse(&request).ok()?;
    Some([
        claim.canonical_request(),
        claim.string_to_sign(),
        format!("{:?}", claim.authentication()),
        claim.has_session_token().to_string(),
    ])
}

/// The order of the parameters has no meaning, but a query whose signature isn't the last of them
/// is not canonical, so another function reads it.
#[test]
fn the_order_of_the_parameters_changes_nothing() {
    let signature = "X-Amz-Signature=".to_owned() + &"0123456789abcdef".repeat(4);
    let (mut accepted, mut rejected) = (0, 0);
    for params in queries() {
        let before = params.join("&");
        for query in [
            format!("{before}&{signature}"),
            format!("{signature}&{before}"),
            format!("{before}&{}", &signature[1..]),
            format!("{before}&{}", &signature[..signature.len() - 1]),
            format!("{before}&{}", signature.to_uppercase()),
            format!("{before}&{}", signature.replace("abcdef", "ABCDEF")),
            before.clone(),
        ] {
            let result = read(&query);
            let (front, last) = query.rsplit_once('&').unwrap();
            assert_eq!(result, read(&format!("{last}&{front}")), "{query}");
            match result {
                Some(_) => accepted += 1,
                None => rejected += 1,
            }
        }
    }
    assert!(accepted > 10 && rejected > 1000, "{accepted} {rejected}");
}
