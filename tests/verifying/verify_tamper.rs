//! A valid request of each scheme with one change at a time is rejected, unless it decodes to the
//! same request. A second implementation of that rule, independent of the library, decides which
//! changes those are.

use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Payload, SignatureVersion, Timestamp, s3::Bucket, v2, v4};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn temporary() -> Credentials {
    credentials().with_session_token("IQoJb3/+=").unwrap()
}

#[derive(Clone, Debug, PartialEq)]
struct Sent {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
}

impl Sent {
    fn of_url(method: &str, url: &str, headers: &[(&str, &str)]) -> Self {
        let rest = url.strip_prefix("https://").unwrap();
        let (host, target) = rest.split_at(rest.find('/').unwrap());
        let mut all = vec![("host".to_owned(), host.as_bytes().to_vec())];
        for (name, value) in headers {
            all.push((name.to_string(), value.as_bytes().to_vec()));
        }
        Sent {
            method: method.into(),
            target: target.into(),
            headers: all,
        }
    }

    fn is_accepted(&self, verifier: &Verifier, credentials: &Credentials) -> bool {
        let headers = self.headers.iter();
        let request = ReceivedRequest::new(&self.method, &self.target)
            .headers(headers.map(|(name, value)| (name.as_str(), value.as_slice())))
            .bucket("examplebucket");
        verifier
            .verify(&request, now(), |id| {
                (id == credentials.identity().access_key_id()).then(|| credentials.clone())
            })
            .is_ok()
    }
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let escape = escape.and_then(|digits| std::str::from_utf8(digits).ok());
        let escape = escape.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match escape {
            Some(digits) => {
                out.push(u8::from_str_radix(digits, 16).unwrap());
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// A decoded parameter. A name without `=` has an empty value.
type Pair = (Vec<u8>, Vec<u8>);

fn pairs(query: &str) -> Vec<Pair> {
    let pair = |param: &str| {
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        (decoded(name), decoded(value))
    };
    let mut pairs: Vec<_> = query.split('&').map(pair).collect();
    pairs.sort();
    pairs
}

/// Splits a value at white space, which is not significant at the ends and in runs.
fn words(value: &[u8]) -> Vec<&[u8]> {
    value
        .split(|byte| byte.is_ascii_whitespace())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns the parts of a request for S3 that SigV4 covers, in a comparable form.
fn covered_v4(sent: &Sent) -> impl PartialEq + use<> {
    let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
    let mut headers: Vec<_> = sent
        .headers
        .iter()
        .map(|(name, value)| {
            let name = name.to_ascii_lowercase();
            let words = words(value);
            let mut words: Vec<Vec<u8>> = words.into_iter().map(<[u8]>::to_vec).collect();
            if name == "authorization" {
                // Commas separate the parts, with or without white space, in any order.
                let text = String::from_utf8_lossy(value).trim().to_owned();
                let (algorithm, parts) = text.split_once(' ').unwrap_or((&text, ""));
                let parts = parts.split(',').map(|part| part.trim_matches([' ', '\t']));
                let mut parts: Vec<_> = parts.map(|part| part.as_bytes().to_vec()).collect();
                parts.sort();
                parts.push(algorithm.as_bytes().to_vec());
                words = parts;
            }
            (name, words)
        })
        .collect();
    headers.sort();
    (sent.method.clone(), decoded(path), pairs(query), headers)
}

/// Returns the parts of a request that SigV2 covers. They include the path as it is sent and, of
/// the query, the authentication, sub-resources, `response-*` and `x-amz-*`.
fn covered_v2(sent: &Sent) -> impl PartialEq + use<> {
    const COVERED: [&str; 6] = [
        "AWSAccessKeyId",
        "Expires",
        "Signature",
        "versionId",
        "response-content-type",
        "acl",
    ];
    let (path, query) = sent.target.split_once('?').unwrap_or((&sent.target, ""));
    let mut query: Vec<_> = pairs(query)
        .into_iter()
        .map(|(name, value)| match name.to_ascii_lowercase() {
            lower if lower.starts_with(b"x-amz-") => (lower, value),
            _ => (name, value),
        })
        .filter(|(name, _)| {
            name.starts_with(b"x-amz-") || COVERED.iter().any(|covered| covered.as_bytes() == name)
        })
        .collect();
    query.sort();
    let mut headers: Vec<_> = sent
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_ascii().to_vec()))
        .filter(|(name, _)| {
            // SigV2 covers only the bucket of the host, which the test sets.
            name.starts_with("x-amz-")
                || ["authorization", "content-type", "date"].contains(&name.as_str())
        })
        .collect();
    headers.sort();
    (sent.method.clone(), path.to_owned(), query, headers)
}

/// Returns the changes of a text: each character is replaced by each of these, removed, and
/// doubled.
fn changes(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    const OTHERS: &[u8] = b"aAfF09%&=/?+~ .;:,_-\t";
    (0..text.len()).flat_map(move |at| {
        let flipped = match text[at] {
            byte if byte.is_ascii_lowercase() => byte.to_ascii_uppercase(),
            byte => byte.to_ascii_lowercase(),
        };
        let replaced = OTHERS.iter().copied().chain([flipped]).map(move |other| {
            let mut changed = text.to_vec();
            changed[at] = other;
            changed
        });
        let mut less = text.to_vec();
        less.remove(at);
        let mut more = text.to_vec();
        more.insert(at, text[at]);
        replaced.chain([less, more])
    })
}

/// Makes every change and compares the verdict with the rule. Returns the numbers of rejected and
/// accepted requests.
fn tamper<C: PartialEq>(
    sent: &Sent,
    credentials: &Credentials,
    covered: impl Fn(&Sent) -> C,
) -> (usize, usize) {
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR * 2);
    assert!(sent.is_accepted(&verifier, credentials));
    let (mut rejected, mut accepted) = (0, 0);
    let mut judge = |changed: Sent| {
        if changed == *sent {
            return;
        }
        let same = covered(&changed) == covered(sent);
        let verdict = changed.is_accepted(&verifier, credentials);
        // The verifier may reject a request that decodes to the same one for its form, such as a
        // parameter name in another case. It never accepts another request.
        assert!(same || !verdict, "accepted: {changed:?}");
        if verdict {
            accepted += 1
        } else {
            rejected += 1
        }
    };
    for method in ["HEAD", "PUT", "POST", "DELETE", "GETT", "get", "GE"] {
        let mut changed = sent.clone();
        changed.method = method.into();
        judge(changed);
    }
    for target in changes(sent.target.as_bytes()) {
        let mut changed = sent.clone();
        changed.target = String::from_utf8(target).unwrap();
        judge(changed);
    }
    for (at, (name, value)) in sent.headers.iter().enumerate() {
        for name in changes(name.as_bytes()) {
            let mut changed = sent.clone();
            changed.headers[at].0 = String::from_utf8(name).unwrap();
            judge(changed);
        }
        for value in changes(value) {
            let mut changed = sent.clone();
            changed.headers[at].1 = value;
            judge(changed);
        }
        let mut changed = sent.clone();
        changed.headers.remove(at);
        judge(changed);
    }
    (rejected, accepted)
}

/// Checks that a request is accepted after a change that decodes to the same request.
fn accepts(sent: &Sent, credentials: &Credentials, change: impl Fn(&mut Sent)) {
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR * 2);
    let mut changed = sent.clone();
    change(&mut changed);
    assert_ne!(changed, *sent);
    assert!(changed.is_accepted(&verifier, credentials), "{changed:?}");
}

#[test]
fn a_changed_sigv4_url_is_rejected() {
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get("a~b/\u{e9}t\u{e9} 2+.txt")
        .response_content_type("text/plain; charset=utf-8")
        .header("x-amz-meta-a", "one  two")
        .presign(&temporary(), HOUR, now())
        .unwrap();
    let sent = Sent::of_url("GET", link.as_str(), &[("x-amz-meta-a", "one two")]);
    let (rejected, accepted) = tamper(&sent, &temporary(), covered_v4);
    assert!(rejected > 9000 && accepted > 0, "{rejected} {accepted}");
    accepts(&sent, &temporary(), |sent| {
        sent.target = sent.target.replace('~', "%7e")
    });
    accepts(&sent, &temporary(), |sent| {
        sent.target = sent.target.replace("%C3", "%c3")
    });
    accepts(&sent, &temporary(), |sent| {
        let (path, query) = sent.target.split_once('?').unwrap();
        let mut params: Vec<_> = query.split('&').collect();
        params.reverse();
        sent.target = format!("{path}?{}", params.join("&"));
    });
    accepts(&sent, &temporary(), |sent| {
        sent.headers[1].1 = b" one   two ".to_vec()
    });
    accepts(&sent, &temporary(), |sent| {
        sent.headers[1].0 = "X-Amz-Meta-A".into()
    });
}

#[test]
fn a_changed_sigv4_header_is_rejected() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a%20b?prefix=x%2Fy&acl";
    let service = v4::Service::new("us-east-1", "s3").unwrap();
    let request = service
        .get(url)
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "1")
        .payload(Payload::Empty);
    let signed = request.sign(&temporary(), now()).unwrap();
    let mut headers = vec![("Content-Type", "text/plain"), ("x-amz-meta-a", "1")];
    headers.extend(signed.headers());
    let sent = Sent::of_url("GET", url, &headers);
    let (rejected, accepted) = tamper(&sent, &temporary(), covered_v4);
    assert!(rejected > 9000 && accepted > 0, "{rejected} {accepted}");
    accepts(&sent, &temporary(), |sent| {
        let (_, value) = sent.headers.last_mut().unwrap();
        *value = String::from_utf8(value.clone())
            .unwrap()
            .replace(", ", ",")
            .into_bytes();
    });
    accepts(&sent, &temporary(), |sent| {
        sent.target = sent.target.replace("?prefix=x%2Fy&acl", "?acl=&prefix=x/y")
    });
}

#[test]
fn a_changed_sigv2_url_is_rejected() {
    let bucket = Bucket::builder("examplebucket", "us-east-1")
        .signature_version(SignatureVersion::V2)
        .build()
        .unwrap();
    let link = bucket
        .put("a b.txt")
        .version("3/L4")
        .query("uncovered", "1")
        .header("Content-Type", "text/plain")
        .header("x-amz-acl", "private")
        .presign(&temporary(), HOUR, now())
        .unwrap();
    // Other signers move the header into the query.
    let hoisted = format!("{link}&x-amz-acl=private");
    let content_type = ("Content-Type", "text/plain");
    for sent in [
        Sent::of_url(
            "PUT",
            link.as_str(),
            &[content_type, ("x-amz-acl", "private")],
        ),
        Sent::of_url("PUT", &hoisted, &[content_type]),
    ] {
        let (rejected, accepted) = tamper(&sent, &temporary(), covered_v2);
        assert!(rejected > 4000 && accepted > 0, "{rejected} {accepted}");
        accepts(&sent, &temporary(), |sent| {
            sent.target = sent.target.replace("uncovered=1", "uncovered=2")
        });
        accepts(&sent, &temporary(), |sent| {
            sent.target = sent.target.replace("3%2FL4", "3/L4")
        });
    }
}

#[test]
fn a_changed_sigv2_header_is_rejected() {
    let url = "https://examplebucket.s3.us-east-1.amazonaws.com/a%20b?acl&prefix=x";
    let service = v2::Service::s3().bucket("examplebucket");
    let request = service
        .get(url)
        .header("Content-Type", "text/plain")
        .header("x-amz-meta-a", "1");
    let signed = request.sign(&temporary(), now()).unwrap();
    let mut headers = vec![("Content-Type", "text/plain"), ("x-amz-meta-a", "1")];
    headers.extend(signed.headers());
    let sent = Sent::of_url("GET", url, &headers);
    let (rejected, accepted) = tamper(&sent, &temporary(), covered_v2);
    assert!(rejected > 3000 && accepted > 0, "{rejected} {accepted}");
    accepts(&sent, &temporary(), |sent| {
        sent.target = sent.target.replace("prefix=x", "prefix=y")
    });
}

/// For other services the path is normalized, so more paths are equal.
#[test]
fn a_changed_path_of_another_service_is_rejected() {
    let service = v4::Service::new("us-east-1", "execute-api").unwrap();
    let url = "https://api.example.com/prod/a%20b/c?x=1";
    let signed = service.get(url).sign(&credentials(), now()).unwrap();
    let verifier = Verifier::new("us-east-1", "execute-api").allow_dot_segments();
    let is_accepted = |path: &str| {
        let target = format!("{path}?x=1");
        let request = ReceivedRequest::new("GET", &target)
            .header("host", "api.example.com")
            .headers(signed.headers());
        verifier
            .verify(&request, now(), |_| Some(credentials()))
            .is_ok()
    };
    for same in [
        "/prod/a%20b/c",
        "//prod/./a%20b//c",
        "/x/../prod/a%20b/c",
        "/../prod/a%20b/c",
    ] {
        assert!(is_accepted(same), "{same}");
    }
    // The escape itself is signed, so another spelling is another path.
    for other in [
        "/prod/a%20b/c/",
        "/prod/a%2520b/c",
        "/prod/%61%20b/c",
        "/prod/a%20b%2Fc",
        "/prod/a+b/c",
        "/Prod/a%20b/c",
    ] {
        assert!(!is_accepted(other), "{other}");
    }
}
