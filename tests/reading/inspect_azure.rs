//! Inspection of shared access signatures.

use presign::inspect::{Inspection, ProblemKind};
use presign::{Scheme, Timestamp};

const URL: &str = "https://vectoraccount.blob.core.windows.net/images/a%20b/c?st=2030-01-02T03%3A04%3A05Z\
    &se=2030-01-03T03%3A04%3A05Z&sp=rl&sip=203.0.113.7&spr=https&sv=2026-10-06&sr=c\
    &sig=%2BhSMJ8GA8Uwammub9lFAguBDqXsuUEka6xIHrfNMfOo%3D";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn kinds(url: &str, now: &str) -> Vec<ProblemKind> {
    let inspection = Inspection::new(url, at(now));
    assert_eq!(inspection.scheme(), Some(Scheme::AzureSas), "{url}");
    let problems = inspection.problems().iter();
    problems.map(|problem| problem.kind()).collect()
}

const VALID: &str = "2030-01-02T12:00:00Z";

#[test]
fn a_token_is_told_in_words() {
    let inspection = Inspection::new(URL, at(VALID));
    assert_eq!(inspection.scheme().unwrap().as_str(), "azure-sas");
    assert_eq!(
        inspection.allows(),
        Some("read and list, blobs in container images")
    );
    assert_eq!(inspection.service(), Some("blob"));
    assert_eq!(inspection.expires_at(), Some(at("2030-01-03T03:04:05Z")));
    assert_eq!(inspection.problems().len(), 0);
    let text = inspection.to_string();
    for line in [
        "presigned with  azure-sas",
        "allows          read and list, blobs in container images",
        "addresses       203.0.113.7",
        "protocols       https",
        "valid from      2030-01-02T03:04:05Z",
        "signature       +hSM…",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("J8GA8U"), "{text}");
}

/// The start is inclusive and the expiry exclusive, as `UnverifiedSas::verify` has them.
#[test]
fn a_token_is_valid_from_its_start_to_its_expiry() {
    for (now, expected) in [
        ("2030-01-02T03:04:04Z", Some(ProblemKind::NotYetValid)),
        ("2030-01-02T03:04:05Z", None),
        ("2030-01-03T03:04:04Z", None),
        ("2030-01-03T03:04:05Z", Some(ProblemKind::Expired)),
    ] {
        assert_eq!(kinds(URL, now).pop(), expected, "{now}");
    }
}

#[test]
fn resources_are_named() {
    let front = "https://a.blob.core.windows.net/images/a%20b/c?se=2030-01-03&sv=2026-10-06";
    for (rest, expected) in [
        (
            "&sp=racwd&sr=b",
            "read, add, create, write and delete, blob a b/c in container images",
        ),
        (
            "&sp=r&sr=bs",
            "read, a snapshot of blob a b/c in container images",
        ),
        (
            "&sp=r&sr=bv",
            "read, a version of blob a b/c in container images",
        ),
        (
            "&sp=r&sr=d&sdd=1",
            "read, directory a b in container images",
        ),
        (
            "&sp=p&sr=b",
            "change permissions, blob a b/c in container images",
        ),
        ("&sp=r&sr=s", "read, files in share images"),
        ("&sp=r&sr=f", "read, file a b/c in share images"),
        ("&sp=raup", "read, add, update and process, queue images"),
        ("&sp=r&tn=T", "read, table T"),
        (
            "&sp=rl&ss=bf&srt=co",
            "read and list, containers, objects of blob, file",
        ),
        (
            "&si=readers&sr=c",
            "what the stored access policy allows, blobs in container images",
        ),
    ] {
        let url = format!("{front}{rest}&sig=x");
        let inspection = Inspection::new(&url, at(VALID));
        assert_eq!(inspection.allows(), Some(expected), "{rest}");
    }
}

#[test]
fn faults_of_a_token_are_found() {
    use ProblemKind as Kind;
    assert_eq!(kinds(URL, VALID), []);
    assert_eq!(kinds(URL, "2030-01-04T00:00:00Z"), [Kind::Expired]);
    assert_eq!(kinds(URL, "2030-01-01T00:00:00Z"), [Kind::NotYetValid]);
    let without = |name: &str| {
        let (front, query) = URL.split_once('?').unwrap();
        let parts = query.split('&').map(str::trim);
        let parts: Vec<_> = parts
            .filter(|part| !part.starts_with(&format!("{name}=")))
            .collect();
        format!("{front}?{}", parts.join("&"))
    };
    assert_eq!(kinds(&without("sig"), VALID), [Kind::Truncated]);
    assert_eq!(kinds(&without("sp"), VALID), [Kind::MissingParameter]);
    assert_eq!(kinds(&without("se"), VALID), [Kind::MissingParameter]);
    let plus = URL.replace("%2BhSM", " hSM");
    assert!(kinds(&plus, VALID).contains(&Kind::SignatureAlphabet));
    let cut = URL.replace("fOo%3D", "fO");
    assert_eq!(kinds(&cut, VALID), [Kind::Truncated]);
    let twice = format!("{URL}&sp=rl");
    assert_eq!(kinds(&twice, VALID), [Kind::RepeatedParameter]);
    let old = URL.replace("2026-10-06", "2012-02-12");
    assert_eq!(kinds(&old, VALID), [Kind::MalformedParameter]);
    let time = URL.replace("se=2030-01-03T", "se=tomorrow");
    assert_eq!(kinds(&time, VALID), [Kind::MalformedParameter]);
}

/// The times have the length of one to the minute, but are none.
#[test]
fn times_of_other_forms_are_invalid() {
    for text in ["2030-01-02T03:0%C3%A9", "2030-01-03T03:04X"] {
        let url = URL.replace("2030-01-03T03%3A04%3A05Z", text);
        assert_eq!(
            kinds(&url, VALID),
            [ProblemKind::MalformedParameter],
            "{text}"
        );
    }
    let minutes = URL.replace("2030-01-03T03%3A04%3A05Z", "2030-01-03T03%3A04Z");
    assert_eq!(kinds(&minutes, VALID), []);
}
