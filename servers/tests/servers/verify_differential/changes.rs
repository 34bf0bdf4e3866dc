//! Changes of a request: before signing, after signing, or with a new signature.

use super::{
    DOMAIN, ID, ID_WITH_SLASH,
    Scheme::{V2Header, V2Query, V4Header, V4Query},
    requests::{Plan, Random, Sent},
    shifted,
    support::sha256_hex,
};
use Change::{After, Before, Resigned};

/// A change. Each function returns whether it applies.
pub enum Change {
    /// Changes the request before it is signed.
    Before(fn(&mut Plan, &mut Random) -> bool),
    /// Changes the signed request.
    After(fn(&mut Sent, &mut Random) -> bool),
    /// Changes the signed request, which is then signed again.
    Resigned(fn(&mut Sent, &mut Random) -> bool),
}

pub fn is_auth(name: &str) -> bool {
    name.starts_with("X-Amz-") || ["AWSAccessKeyId", "Expires", "Signature"].contains(&name)
}

/// Replaces a letter or digit.
pub fn altered(text: &str, random: &mut Random) -> String {
    let letters: Vec<_> = text
        .char_indices()
        .filter(|(_, c)| c.is_ascii_alphanumeric())
        .collect();
    let Some((at, c)) = (!letters.is_empty()).then(|| random.one(&letters)) else {
        return format!("{text}0");
    };
    let other = if c == 'b' || c == 'B' { "c" } else { "b" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Replaces the first `from` by `to`. Returns `None` if there is none.
pub fn rewritten(text: &str, from: &str, to: &str) -> Option<String> {
    text.contains(from).then(|| text.replacen(from, to, 1))
}

pub fn in_params(sent: &mut Sent, change: impl Fn(&str) -> Option<String>) -> bool {
    sent.change_param(
        |name, value| !is_auth(name) && change(value).is_some(),
        |name, value| Some(format!("{name}={}", change(value).unwrap())),
    )
}

pub fn in_path(sent: &mut Sent, change: impl Fn(&str) -> Option<String>) -> bool {
    match change(sent.path()) {
        Some(path) => {
            sent.set_path(&path);
            true
        }
        None => false,
    }
}

pub fn escaped_letter(text: &str) -> Option<String> {
    let at = text.rfind(|c: char| "abcxyz".contains(c))?;
    let is_escape = text[..at].ends_with('%') || at >= 2 && text[..at - 1].ends_with('%');
    (!is_escape).then(|| {
        format!(
            "{}%{:02X}{}",
            &text[..at],
            text.as_bytes()[at],
            &text[at + 1..]
        )
    })
}

pub fn lower_escape(text: &str) -> Option<String> {
    let at = text
        .match_indices('%')
        .map(|(at, _)| at)
        .find(|at| text[*at..*at + 3].contains(|c: char| c.is_ascii_uppercase()))?;
    Some(format!(
        "{}{}{}",
        &text[..at],
        text[at..at + 3].to_ascii_lowercase(),
        &text[at + 3..]
    ))
}

pub fn set_expires(sent: &mut Sent, value: &str) -> bool {
    let is_v4 = sent.scheme == V4Query;
    if is_v4 {
        sent.set_auth("Expires", value);
    }
    is_v4
}

pub fn authorization(sent: &mut Sent, change: impl Fn(&str) -> String) -> bool {
    sent.scheme == V4Header && sent.change_header("Authorization", change)
}

pub const CHANGES: &[(&str, Change)] = &[
    ("nothing", Before(|_, _| true)),
    // Unusual but valid requests.
    (
        "a session token",
        Before(|plan, _| {
            plan.token = true;
            true
        }),
    ),
    (
        "an x-amz-* header",
        Before(|plan, random| {
            plan.headers
                .push(("x-amz-acl".into(), random.text("abc-", 1, 8)));
            true
        }),
    ),
    (
        "a header twice",
        Before(|plan, random| {
            for _ in 0..2 {
                plan.headers
                    .push(("x-amz-meta-a".into(), random.text("abcxyz", 1, 8)));
            }
            true
        }),
    ),
    (
        "a header with runs of spaces",
        Before(|plan, _| {
            plan.headers
                .push(("x-amz-meta-a".into(), "one   two".into()));
            true
        }),
    ),
    (
        "a header in UTF-8",
        Before(|plan, _| {
            plan.headers
                .push(("x-amz-meta-a".into(), "\u{e9}\u{65e5}".into()));
            true
        }),
    ),
    (
        "a parameter twice, in order",
        Before(|plan, _| {
            for value in ["a", "b"] {
                plan.params.push(("yyy".into(), Some(value.into())));
            }
            true
        }),
    ),
    (
        "a parameter twice, out of order",
        Before(|plan, _| {
            for value in ["b", "a"] {
                plan.params.push(("yyy".into(), Some(value.into())));
            }
            true
        }),
    ),
    (
        "a name that another begins with",
        Before(|plan, _| {
            for name in ["zzz-3", "zzz"] {
                plan.params.push((name.into(), Some("x".into())));
            }
            true
        }),
    ),
    (
        "a sub-resource twice",
        Before(|plan, _| {
            plan.params.retain(|(name, _)| name != "versionId");
            for _ in 0..2 {
                plan.params.push(("versionId".into(), Some("1".into())));
            }
            true
        }),
    ),
    (
        "a newer sub-resource",
        Before(|plan, random| {
            let name = random.one(&["encryption", "legal-hold", "retention"]);
            plan.params.push((name.into(), None));
            true
        }),
    ),
    (
        "`//`, `.` and `..` in the path",
        Before(|plan, random| {
            plan.path
                .push_str(random.one(&["//x", "/./x", "/../x", "/x//./../y"]));
            true
        }),
    ),
    (
        "`..` above the root",
        Before(|plan, _| {
            plan.path = format!("/../..{}", plan.path);
            // For s3s such a path doesn't contain a bucket.
            plan.service != "s3"
        }),
    ),
    (
        "an escape in the path",
        Before(|plan, _| {
            plan.path.push_str("/%20%C3%A9");
            true
        }),
    ),
    (
        "an access key id with a slash",
        Before(|plan, _| {
            plan.id = ID_WITH_SLASH;
            true
        }),
    ),
    (
        "an unsigned payload",
        Before(|plan, _| {
            plan.unsigned = true;
            plan.scheme == V4Header && plan.service == "s3"
        }),
    ),
    (
        "a URL with x-amz-content-sha256",
        Before(|plan, _| {
            plan.headers
                .push(("x-amz-content-sha256".into(), sha256_hex(&plan.body)));
            plan.scheme == V4Query
        }),
    ),
    (
        "another region",
        Before(|plan, _| {
            plan.region = "eu-central-1";
            true
        }),
    ),
    // Times.
    (
        "signed two hours ago",
        Before(|plan, _| {
            plan.signed_at = shifted(plan.signed_at, -7200);
            true
        }),
    ),
    (
        "signed in two hours",
        Before(|plan, _| {
            plan.signed_at = shifted(plan.signed_at, 7200);
            true
        }),
    ),
    (
        "signed ten minutes ago",
        Before(|plan, _| {
            plan.signed_at = shifted(plan.signed_at, -600);
            true
        }),
    ),
    (
        "signed in ten minutes",
        Before(|plan, _| {
            plan.signed_at = shifted(plan.signed_at, 600);
            true
        }),
    ),
    (
        "signed half an hour ago",
        Before(|plan, _| {
            plan.signed_at = shifted(plan.signed_at, -1800);
            true
        }),
    ),
    // Method and path.
    (
        "another method",
        After(|sent, _| {
            sent.method = if sent.method == "GET" { "HEAD" } else { "GET" }.into();
            true
        }),
    ),
    (
        "another path",
        After(|sent, random| {
            let path = sent.path().to_owned();
            let at = path.rfind('/').unwrap();
            // The whole segment is replaced, because one character could be a part of an escape.
            let other = format!("{}/b{}", &path[..at], random.text("xyz", 1, 3));
            sent.set_path(&other);
            other != path
        }),
    ),
    (
        "a letter of the path escaped",
        After(|sent, _| in_path(sent, escaped_letter)),
    ),
    (
        "an escape of the path in lower case",
        After(|sent, _| in_path(sent, lower_escape)),
    ),
    (
        "the path encoded again",
        After(|sent, _| in_path(sent, |path| rewritten(path, "%", "%25"))),
    ),
    (
        "`+` for %20 in the path",
        After(|sent, _| in_path(sent, |path| rewritten(path, "%20", "+"))),
    ),
    (
        "`+` for %2B in the path",
        After(|sent, _| in_path(sent, |path| rewritten(path, "%2B", "+"))),
    ),
    (
        "`!` for %21 in the path",
        After(|sent, _| in_path(sent, |path| rewritten(path, "%21", "!"))),
    ),
    (
        "a slash doubled",
        After(|sent, _| in_path(sent, |path| rewritten(path, "/a/", "/a//"))),
    ),
    (
        "a segment `.` added",
        After(|sent, _| in_path(sent, |path| rewritten(path, "/a/", "/a/./"))),
    ),
    // The query.
    (
        "a parameter added",
        After(|sent, _| {
            let mut params = sent.params();
            params.push("utm_source=mail".into());
            sent.set_params(&params);
            true
        }),
    ),
    (
        "a sub-resource added",
        After(|sent, _| {
            let mut params = sent.params();
            params.insert(0, "torrent".into());
            sent.set_params(&params);
            true
        }),
    ),
    (
        "a parameter dropped",
        After(|sent, _| sent.change_param(|name, _| !is_auth(name), |_, _| None)),
    ),
    (
        "a sub-resource with another value",
        After(|sent, _| {
            sent.change_param(
                |name, _| name == "versionId",
                |name, value| Some(format!("{name}=b{value}")),
            )
        }),
    ),
    (
        "a parameter with another value",
        After(|sent, _| {
            sent.change_param(
                |name, _| ["marker", "prefix", "x-id"].contains(&name),
                |name, value| Some(format!("{name}=b{value}")),
            )
        }),
    ),
    (
        "parameters in another order",
        After(|sent, random| {
            let params = sent.params();
            let mut other = params.clone();
            let by = random.below(other.len().max(1));
            other.rotate_left(by);
            sent.set_params(&other);
            other != params
        }),
    ),
    (
        "a flag with `=`",
        After(|sent, _| {
            sent.change_param(
                |name, value| !is_auth(name) && value.is_empty(),
                |name, _| Some(format!("{name}=")),
            )
        }),
    ),
    (
        "a letter of a value escaped",
        After(|sent, _| in_params(sent, escaped_letter)),
    ),
    (
        "an escape of a value in lower case",
        After(|sent, _| in_params(sent, lower_escape)),
    ),
    (
        "%7E for `~` in a value",
        After(|sent, _| in_params(sent, |value| rewritten(value, "~", "%7E"))),
    ),
    (
        "`+` for %20 in a value",
        After(|sent, _| in_params(sent, |value| rewritten(value, "%20", "+"))),
    ),
    (
        "`+` for %2B in a value",
        After(|sent, _| in_params(sent, |value| rewritten(value, "%2B", "+"))),
    ),
    (
        "`/` for %2F in a value",
        After(|sent, _| in_params(sent, |value| rewritten(value, "%2F", "/"))),
    ),
    (
        "a value encoded again",
        After(|sent, _| in_params(sent, |value| rewritten(value, "%", "%25"))),
    ),
    (
        "an empty parameter",
        After(|sent, _| {
            let mut params = sent.params();
            params.push(String::new());
            sent.set_params(&params);
            params.len() > 1
        }),
    ),
    // Headers.
    (
        "a header with another value",
        After(|sent, random| {
            let value = random.text("xyz", 3, 6);
            let covered = match sent.scheme {
                V4Query | V4Header => "Cache-Control",
                _ => "Content-Type",
            };
            sent.change_header(covered, |old| format!("{value}{old}"))
        }),
    ),
    (
        "a signed header dropped",
        After(|sent, _| {
            let before = sent.headers.len();
            let is_v2 = [V2Query, V2Header].contains(&sent.scheme);
            let name = if is_v2 { "Content-Type" } else { "Range" };
            sent.headers.retain(|(known, _)| known != name);
            sent.headers.len() < before
        }),
    ),
    (
        "a header that SigV2 does not cover",
        After(|sent, _| {
            [V2Query, V2Header].contains(&sent.scheme)
                && sent.change_header("Range", |value| format!("x{value}"))
        }),
    ),
    (
        "an unsigned header added",
        After(|sent, _| {
            sent.add_header("Accept", "text/html");
            true
        }),
    ),
    (
        "an unsigned x-amz-* header added",
        After(|sent, _| {
            sent.add_header("x-amz-meta-z", "1");
            true
        }),
    ),
    (
        "a header sent twice",
        After(|sent, _| match sent.header("Cache-Control").cloned() {
            Some(value) => {
                sent.add_header("Cache-Control", &value);
                true
            }
            None => false,
        }),
    ),
    (
        "white space around a header",
        After(|sent, _| {
            // HTTP libraries trim it, so SigV2, which keeps inner white space, never receives it.
            [V4Query, V4Header].contains(&sent.scheme)
                && sent.change_header("Cache-Control", |value| format!("  {value} "))
        }),
    ),
    (
        "another host",
        After(|sent, _| {
            let is_path_style = sent.header("Host").unwrap() == DOMAIN;
            is_path_style && sent.change_header("Host", |_| "192.0.2.1".into())
        }),
    ),
    (
        "a host in upper case",
        After(|sent, _| {
            // The part before the domain is a bucket, whose name is never in uppercase.
            sent.header("Host").unwrap() == DOMAIN
                && sent.change_header("Host", str::to_ascii_uppercase)
        }),
    ),
    (
        "the body changed",
        After(|sent, _| {
            sent.body.push(b'x');
            true
        }),
    ),
    // The signature.
    (
        "a signature with one character changed",
        After(|sent, random| {
            match sent.scheme {
                V4Query | V4Header => {
                    let signature = sent.auth("Signature");
                    let other = altered(&signature, random);
                    sent.set_auth("Signature", &other);
                }
                V2Query => {
                    let other = random.text("abc", 1, 1);
                    sent.change_param(
                        |name, _| name == "Signature",
                        |name, value| Some(format!("{name}={other}{}", &value[1..])),
                    );
                }
                _ => {
                    let other = random.one(&['a', 'b']);
                    sent.change_header("Authorization", |text| {
                        let at = text.rfind(':').unwrap() + 1;
                        format!("{}{other}{}", &text[..at], &text[at + 1..])
                    });
                }
            }
            true
        }),
    ),
    (
        "a signature in upper case",
        After(|sent, _| {
            let is_v4 = [V4Query, V4Header].contains(&sent.scheme);
            if is_v4 {
                let upper = sent.auth("Signature").to_ascii_uppercase();
                sent.set_auth("Signature", &upper);
            }
            is_v4
        }),
    ),
    (
        "a signature cut off",
        After(|sent, _| match sent.scheme {
            V4Query | V2Query => {
                let short = sent.target.len() - 4;
                sent.target.truncate(short);
                true
            }
            _ => sent.change_header("Authorization", |text| text[..text.len() - 4].into()),
        }),
    ),
    (
        "no signature",
        After(|sent, _| match sent.scheme {
            V4Query | V2Query => {
                sent.change_param(|name, _| name.ends_with("Signature"), |_, _| None)
            }
            _ => {
                sent.headers.retain(|(name, _)| name != "Authorization");
                true
            }
        }),
    ),
    // Other parts of the authentication.
    (
        "another access key",
        After(|sent, _| match sent.scheme {
            V4Query => sent.change_param(
                |name, _| name == "X-Amz-Credential",
                |name, value| Some(format!("{name}=B{value}")),
            ),
            V2Query => sent.change_param(
                |name, _| name == "AWSAccessKeyId",
                |name, value| Some(format!("{name}=B{value}")),
            ),
            V4Header => sent.change_header("Authorization", |text| {
                text.replace("Credential=", "Credential=B")
            }),
            _ => sent.change_header("Authorization", |text| text.replace("AWS ", "AWS B")),
        }),
    ),
    (
        "the region of the credential changed",
        After(|sent, _| {
            let is_v4 = [V4Query, V4Header].contains(&sent.scheme);
            if is_v4 {
                let credential = sent.auth("Credential").replace("us-east-1", "us-west-1");
                sent.set_auth("Credential", &credential);
            }
            is_v4
        }),
    ),
    (
        "the end of the life changed",
        After(|sent, _| {
            sent.change_param(
                |name, _| ["X-Amz-Expires", "Expires"].contains(&name),
                |name, value| Some(format!("{name}={}", value.parse::<u64>().unwrap() + 1)),
            )
        }),
    ),
    (
        "a parameter of the authentication dropped",
        After(|sent, random| {
            let name = random.one(&[
                "X-Amz-Date",
                "X-Amz-Expires",
                "X-Amz-Credential",
                "X-Amz-SignedHeaders",
            ]);
            sent.change_param(|known, _| known == name || known == "Expires", |_, _| None)
        }),
    ),
    (
        "a parameter of the authentication twice",
        After(|sent, random| {
            let mut params = sent.params();
            let auth: Vec<_> = params
                .iter()
                .filter(|param| is_auth(param.split('=').next().unwrap()))
                .cloned()
                .collect();
            if auth.is_empty() {
                return false;
            }
            params.push(auth[random.below(auth.len())].clone());
            sent.set_params(&params);
            true
        }),
    ),
    (
        "a parameter of the authentication in small letters",
        After(|sent, random| {
            let name = random.one(&[
                "X-Amz-Date",
                "X-Amz-Expires",
                "X-Amz-Credential",
                "X-Amz-SignedHeaders",
            ]);
            sent.change_param(
                |known, _| known == name || known == "Expires" || known == "AWSAccessKeyId",
                |known, value| Some(format!("{}={value}", known.to_ascii_lowercase())),
            )
        }),
    ),
    (
        "the date dropped",
        After(|sent, _| {
            let before = sent.headers.len();
            sent.headers.retain(|(name, _)| {
                !["x-amz-date", "date"].contains(&name.to_lowercase().as_str())
            });
            sent.headers.len() < before
        }),
    ),
    (
        "x-amz-content-sha256 dropped",
        After(|sent, _| {
            let before = sent.headers.len();
            sent.headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("x-amz-content-sha256"));
            sent.headers.len() < before
        }),
    ),
    (
        "x-amz-content-sha256 added to a URL",
        After(|sent, _| {
            let hash = sha256_hex(&sent.body);
            sent.add_header("x-amz-content-sha256", &hash);
            sent.scheme == V4Query
        }),
    ),
    (
        "x-amz-date added to a URL",
        After(|sent, _| {
            let is_v4 = sent.scheme == V4Query;
            if is_v4 {
                let date = sent.auth("Date");
                sent.add_header("x-amz-date", &date);
            }
            is_v4
        }),
    ),
    (
        "a second signature in a header",
        After(|sent, _| {
            let second = format!(
                "AWS4-HMAC-SHA256 Credential={ID}/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, Signature={}",
                "0".repeat(64)
            );
            sent.add_header("Authorization", &second);
            [V4Query, V2Query].contains(&sent.scheme)
        }),
    ),
    (
        "Authorization without spaces",
        After(|sent, _| authorization(sent, |text| text.replace(", ", ","))),
    ),
    (
        "Authorization with tabs",
        After(|sent, _| authorization(sent, |text| text.replace(", ", ",\t"))),
    ),
    (
        "Authorization with its parts reordered",
        After(|sent, _| {
            authorization(sent, |text| {
                let (algorithm, parts) = text.split_once(' ').unwrap();
                let parts: Vec<_> = parts.split(", ").collect();
                format!("{algorithm} {}, {}, {}", parts[2], parts[0], parts[1])
            })
        }),
    ),
    (
        "a part of Authorization twice",
        After(|sent, _| {
            authorization(sent, |text| {
                let (front, signature) = text.rsplit_once(", ").unwrap();
                format!("{front}, {signature}, {signature}")
            })
        }),
    ),
    (
        "Authorization with a part that is none",
        After(|sent, _| authorization(sent, |text| text.replace(", Signed", ", Nonce=1, Signed"))),
    ),
    (
        "another algorithm in Authorization",
        After(|sent, _| {
            authorization(sent, |text| {
                text.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512")
            })
        }),
    ),
    (
        "a signed header named that is not there",
        After(|sent, _| authorization(sent, |text| text.replace(", Signature", ";zzz, Signature"))),
    ),
    (
        "signed headers out of order",
        After(|sent, _| {
            authorization(sent, |text| {
                text.replace("SignedHeaders=", "SignedHeaders=zzz;")
            })
        }),
    ),
    // Requests that this crate doesn't sign.
    (
        "a life of no seconds",
        Resigned(|sent, _| set_expires(sent, "0")),
    ),
    (
        "a life of more than seven days",
        Resigned(|sent, _| set_expires(sent, "604801")),
    ),
    (
        "a life with a sign before it",
        Resigned(|sent, _| set_expires(sent, "+3600")),
    ),
    (
        "a life with a zero before it",
        Resigned(|sent, _| set_expires(sent, "03600")),
    ),
    (
        "a life that is no number",
        Resigned(|sent, _| set_expires(sent, "1h")),
    ),
    (
        "another life",
        Resigned(|sent, _| set_expires(sent, "3599")),
    ),
    (
        "a scope of another day",
        Resigned(|sent, _| {
            let credential = sent.auth("Credential");
            let parts: Vec<_> = credential.split('/').collect();
            let other = credential.replace(parts[1], "20130524");
            sent.set_auth("Credential", &other);
            true
        }),
    ),
    (
        "a scope with another end",
        Resigned(|sent, _| {
            let credential = sent
                .auth("Credential")
                .replace("aws4_request", "aws5_request");
            sent.set_auth("Credential", &credential);
            true
        }),
    ),
    (
        "a scope of another service",
        Resigned(|sent, _| {
            let credential = sent.auth("Credential").replace("/s3/", "/iam/");
            sent.set_auth("Credential", &credential);
            true
        }),
    ),
    (
        "another algorithm",
        Resigned(|sent, _| {
            if sent.scheme == V4Query {
                sent.set_auth("Algorithm", "AWS4-HMAC-SHA512");
            }
            sent.scheme == V4Query
        }),
    ),
    (
        "the host not signed",
        Resigned(|sent, _| {
            let names = sent.auth("SignedHeaders");
            let others: Vec<_> = names.split(';').filter(|name| *name != "host").collect();
            if others.is_empty() {
                return false;
            }
            sent.set_auth("SignedHeaders", &others.join(";"));
            true
        }),
    ),
    (
        "x-amz-date not signed",
        Resigned(|sent, _| {
            let names = sent.auth("SignedHeaders");
            let others: Vec<_> = names
                .split(';')
                .filter(|name| *name != "x-amz-date")
                .collect();
            sent.set_auth("SignedHeaders", &others.join(";"));
            sent.scheme == V4Header
        }),
    ),
    (
        "x-amz-content-sha256 not signed",
        Resigned(|sent, _| {
            let names = sent.auth("SignedHeaders");
            let others: Vec<_> = names
                .split(';')
                .filter(|name| *name != "x-amz-content-sha256")
                .collect();
            sent.set_auth("SignedHeaders", &others.join(";"));
            sent.scheme == V4Header
        }),
    ),
    (
        "the token of other credentials",
        Resigned(|sent, _| {
            match sent.scheme {
                V4Query => {
                    let mut params = sent.params();
                    params.push("X-Amz-Security-Token=other".into());
                    sent.set_params(&params);
                }
                _ => {
                    sent.add_header("x-amz-security-token", "other");
                    let names = sent.auth("SignedHeaders");
                    sent.set_auth("SignedHeaders", &format!("{names};x-amz-security-token"));
                }
            }
            true
        }),
    ),
    (
        "a header signed anew",
        Resigned(|sent, _| sent.change_header("Cache-Control", |_| "no-store".into())),
    ),
    (
        "a moment that is none",
        Resigned(|sent, _| {
            let date = match sent.scheme {
                V4Query => sent.auth("Date"),
                _ => sent.header("x-amz-date").unwrap().clone(),
            };
            let other = format!("{}T250000Z", &date[..8]);
            match sent.scheme {
                V4Query => sent.set_auth("Date", &other),
                _ => *sent.header("x-amz-date").unwrap() = other,
            }
            true
        }),
    ),
];
