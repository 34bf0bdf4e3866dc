//! Each mistake is made in a real request to an independent server that verifies signatures. The
//! first finding about its response has to name the mistake.
//!
//! The server, like most that are not AWS's, responds with a code and a message only. So the tests
//! also state the sender's knowledge, as a person would: the credentials, or how the request was
//! sent. The table at the end lists the causes that this server can't show, with the reason. They
//! are tested with recorded and documented bodies, in `tests/reading/explain.rs`.

use crate::support::{hex, hmac_sha256};
use presign::explain::{Cause, Confidence, ErrorResponse, FailedRequest};
use presign::s3::Bucket;
use presign::{AddressingStyle, Credentials, Payload, SignatureVersion, Timestamp, v4};
use s3_server::{ACCESS_KEY_ID, BUCKET, REGION, Request, SECRET_ACCESS_KEY, Server};
use std::cell::RefCell;
use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);

fn now() -> Timestamp {
    SystemTime::now().into()
}

fn before(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(now().unix_seconds() - seconds)
}

fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY).unwrap()
}

/// A response with a static lifetime.
fn response(body: &str) -> &'static ErrorResponse {
    Box::leak(Box::new(ErrorResponse::parse(body)))
}

/// A server, and the causes that it was made to show.
struct Live {
    server: Server,
    named: RefCell<Vec<Cause>>,
}

impl Live {
    fn bucket(&self) -> Bucket {
        let bucket = Bucket::builder(BUCKET, REGION).endpoint(self.server.endpoint());
        bucket.build().unwrap()
    }

    fn virtual_hosted(&self) -> Bucket {
        let bucket = Bucket::builder(BUCKET, REGION).endpoint(self.server.endpoint());
        bucket
            .addressing_style(AddressingStyle::Virtual)
            .build()
            .unwrap()
    }

    fn sigv2_bucket(&self) -> Bucket {
        let bucket = Bucket::builder(BUCKET, REGION).endpoint(self.server.endpoint());
        let bucket = bucket.signature_version(SignatureVersion::V2);
        bucket.build().unwrap()
    }

    fn link(&self, key: &str) -> String {
        self.link_of(key, &credentials(), now())
    }

    fn link_of(&self, key: &str, credentials: &Credentials, at: Timestamp) -> String {
        let link = self.bucket().get(key).presign(credentials, HOUR, at);
        link.unwrap().to_string()
    }

    fn host(&self) -> String {
        self.server.endpoint().replace("http://", "")
    }

    /// Sends a request, and checks the first finding about its rejection.
    #[track_caller]
    fn rejected<'r>(
        &self,
        cause: Cause,
        failed: &impl Fn(&'r ErrorResponse) -> FailedRequest<'r>,
        sent: &Request,
    ) {
        self.answered(cause, failed, sent, |status| status >= 400);
    }

    #[track_caller]
    fn answered<'r>(
        &self,
        cause: Cause,
        failed: &impl Fn(&'r ErrorResponse) -> FailedRequest<'r>,
        sent: &Request,
        is_expected: impl Fn(u16) -> bool,
    ) {
        let answer = sent.send().unwrap();
        let body = String::from_utf8(answer.body).unwrap();
        assert!(is_expected(answer.status), "{} {body}", answer.status);
        // So the response doesn't reveal the cause.
        assert!(!body.contains("CanonicalRequest"), "{body}");
        let explanation = failed(response(&body)).explain(now());
        let first = explanation
            .findings()
            .first()
            .map(|finding| finding.cause());
        assert_eq!(
            first,
            Some(cause),
            "{} {body}\n{explanation}",
            answer.status
        );
        self.named.borrow_mut().push(cause);
    }

    /// A GET link that was sent as another URL, which the sender knows.
    #[track_caller]
    fn sent(&self, cause: Cause, signed: &str, sent: &str) {
        assert_ne!(signed, sent);
        let failed = |response| FailedRequest::new("GET", signed, response).sent("GET", sent);
        self.rejected(cause, &failed, &Request::new("GET", sent));
    }
}

/// A link with the signature that another secret gives, by the hmac crate.
fn signed_by(secret: &str, link: &str, string_to_sign: &str) -> String {
    let scope = string_to_sign.split('\n').nth(2).unwrap();
    let key = scope
        .split('/')
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| {
            hmac_sha256(&key, part)
        });
    let (head, _) = link.rsplit_once('=').unwrap();
    format!("{head}={}", hex(hmac_sha256(&key, string_to_sign)))
}

#[test]
fn each_mistake_is_named() {
    let live = Live {
        server: Server::start().unwrap(),
        named: RefCell::default(),
    };
    let url = live.link("a.txt");
    // A correct request gets an answer: the object does not exist.
    let answer = Request::new("GET", &url).send().unwrap();
    assert_eq!(answer.error_code(), Some("NoSuchKey"));

    keys_and_secrets(&live);
    scope_and_times(&live);
    paths(&live);
    addresses(&live);
    headers(&live);
    parameters(&live);
    tokens(&live);
    mangled(&live);
    the_rest(&live);

    let named = live.named.borrow();
    for (cause, by) in CASES {
        let is_named = named.contains(cause);
        assert_eq!(is_named, matches!(by, By::Server), "{cause}");
    }
}

fn keys_and_secrets(live: &Live) {
    let own = credentials();
    let bucket = live.bucket();
    let other = Credentials::new(ACCESS_KEY_ID, "another").unwrap();
    let url = live.link_of("a.txt", &other, now());
    let failed = |response| FailedRequest::new("GET", &url, response).credentials(&own);
    live.rejected(Cause::WrongSecret, &failed, &Request::new("GET", &url));

    let stranger = Credentials::new("STRANGER", SECRET_ACCESS_KEY).unwrap();
    let url = live.link_of("a.txt", &stranger, now());
    let failed = |response| FailedRequest::new("GET", &url, response);
    live.rejected(Cause::WrongAccessKey, &failed, &Request::new("GET", &url));

    let at = now();
    let get = bucket.get("a.txt");
    let unsigned = get.prepare_url(own.identity(), HOUR, at).unwrap();
    let string_to_sign = String::from_utf8(unsigned.string_to_sign().to_vec()).unwrap();
    let link = unsigned.sign_with(&own).unwrap().to_string();
    let theirs = Credentials::new("THEIRS", "the secret of another key").unwrap();
    let url = signed_by("the secret of another key", &link, &string_to_sign);
    let failed = |response| {
        FailedRequest::new("GET", &url, response)
            .credentials(&own)
            .other_credentials("the profile \"theirs\"", &theirs)
    };
    live.rejected(Cause::OtherKeysSecret, &failed, &Request::new("GET", &url));

    let read_from_a_file = format!("{SECRET_ACCESS_KEY}\n");
    let url = signed_by(&read_from_a_file, &link, &string_to_sign);
    let failed = |response| FailedRequest::new("GET", &url, response).credentials(&own);
    live.rejected(
        Cause::WhitespaceInSecret,
        &failed,
        &Request::new("GET", &url),
    );
}

fn scope_and_times(live: &Live) {
    let own = credentials();
    let address = format!("{}/{BUCKET}/a.txt", live.server.endpoint());
    let service = v4::Service::new(REGION, "execute-api").unwrap();
    let link = service.get(&address).presign(&own, HOUR, now());
    let url = link.unwrap().to_string();
    let failed = |response| FailedRequest::new("GET", &url, response);
    live.rejected(Cause::WrongService, &failed, &Request::new("GET", &url));

    let service = v4::Service::new(REGION, "s3").unwrap();
    let request = service.get(&address).payload(Payload::Empty);
    let signed = request.sign(&own, before(7200)).unwrap();
    let sent = Request::new("GET", &address).headers(signed.headers());
    let failed = |response| FailedRequest::new("GET", &address, response).headers(signed.headers());
    live.rejected(Cause::ClockSkew, &failed, &sent);
    // From the future: a link too.
    let url = live.link_of("a.txt", &own, before(-7200));
    live.rejected(
        Cause::ClockSkew,
        &|response| FailedRequest::new("GET", &url, response),
        &Request::new("GET", &url),
    );

    let url = live.link_of("a.txt", &own, before(7200));
    live.rejected(
        Cause::Expired,
        &|response| FailedRequest::new("GET", &url, response),
        &Request::new("GET", &url),
    );

    let url = live.link("a.txt");
    let today = url.split("%2F").nth(1).unwrap();
    let kept = url.replace(&format!("%2F{today}%2F"), "%2F20130524%2F");
    live.rejected(
        Cause::ScopeDate,
        &|response| FailedRequest::new("GET", &kept, response),
        &Request::new("GET", &kept),
    );
}

fn paths(live: &Live) {
    let url = live.link("a b.txt");
    live.sent(Cause::PathEncodedTwice, &url, &url.replace("%20", "%2520"));
    let url = live.link("a%20b.txt");
    live.sent(Cause::PathEncodedTwice, &url, &url.replace("%2520", "%20"));
    // A client that decodes forms.
    let url = live.link("a+b.txt");
    live.sent(Cause::PathNotEncoded, &url, &url.replace("%2B", "%20"));
    let url = live.link("caf\u{e9}.txt");
    live.sent(Cause::UnicodeForm, &url, &url.replace("%C3%A9", "e%CC%81"));
    for (key, from, to) in [
        ("a//b", "/a//b", "/a/b"),
        ("a/./b", "/a/./b", "/a/b"),
        ("a/x/../b", "/a/x/../b", "/a/b"),
    ] {
        let url = live.link(key);
        live.sent(Cause::PathNormalized, &url, &url.replace(from, to));
    }
    let url = live.link("/a.txt");
    live.sent(Cause::LeadingSlash, &url, &url.replace("//a.txt", "/a.txt"));
    let url = live.link("a.txt");
    live.sent(Cause::LeadingSlash, &url, &url.replace("/a.txt", "//a.txt"));
    live.sent(
        Cause::PathPrefix,
        &url,
        &url.replace(BUCKET, &format!("storage/{BUCKET}")),
    );
    live.sent(Cause::PathChanged, &url, &url.replace("/a.txt", "/b.txt"));
}

fn addresses(live: &Live) {
    let host = live.host();
    let in_host = live.virtual_hosted();
    let in_host = in_host
        .get("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap()
        .to_string();
    let address = format!("{BUCKET}.{host}/a.txt");
    assert!(in_host.contains(&address), "{in_host}");
    let in_path = in_host.replace(&address, &format!("{host}/{BUCKET}/a.txt"));
    live.sent(Cause::AddressingStyle, &in_host, &in_path);
    let url = live.link("a.txt");
    let moved = url.replace(&format!("{host}/{BUCKET}/"), &format!("{BUCKET}.{host}/"));
    live.sent(Cause::AddressingStyle, &url, &moved);

    // Signed for the name inside a container's network, opened from outside.
    let port = host.rsplit_once(':').unwrap().1;
    let opened = url.replace("localhost", "127.0.0.1");
    live.sent(Cause::HostRewritten, &url, &opened);

    // As proxies leave it: another Host header than the URL's.
    let service = v4::Service::new(REGION, "s3").unwrap();
    let path = format!("127.0.0.1:{port}/{BUCKET}/a.txt");
    for (cause, signed, sent) in [
        (
            Cause::PortDiffers,
            format!("127.0.0.1:{port}"),
            "127.0.0.1:9",
        ),
        (Cause::DefaultPort, "127.0.0.1:80".into(), "127.0.0.1"),
        (Cause::UrlScheme, "127.0.0.1".into(), "127.0.0.1:443"),
    ] {
        let request = service.get(format!("http://{path}"));
        let request = request.header("Host", signed.as_str());
        let url = request.presign(&credentials(), HOUR, now()).unwrap();
        let url = url.to_string();
        let right = Request::new("GET", &url).headers([("Host", signed.as_str())]);
        assert_eq!(right.send().unwrap().error_code(), Some("NoSuchKey"));
        let rewritten = Request::new("GET", &url).headers([("Host", sent)]);
        let failed = |response| {
            FailedRequest::new("GET", &url, response)
                .header("Host", &signed)
                .sent_headers([("Host", sent)])
        };
        live.rejected(cause, &failed, &rewritten);
    }
}

fn headers(live: &Live) {
    let bucket = live.bucket();
    let put = bucket.put("a.txt").header("Content-Type", "text/plain");
    let link = put.presign(&credentials(), HOUR, now()).unwrap();
    let failed =
        |response| FailedRequest::new("PUT", link.as_str(), response).headers(link.headers());
    let without = Request::new("PUT", link.as_str());
    live.rejected(
        Cause::HeaderNotSent,
        &|response| failed(response).sent_headers([]),
        &without,
    );
    // If the sent request is unknown, the header is at least a possible cause.
    let answer = String::from_utf8(without.send().unwrap().body).unwrap();
    let possible = failed(response(&answer)).explain(now());
    let named: Vec<_> = possible
        .findings()
        .iter()
        .map(|finding| finding.cause())
        .collect();
    assert!(named.contains(&Cause::HeaderNotSent), "{possible}");

    let charset = [("Content-Type", "text/plain; charset=utf-8")];
    let changed = Request::new("PUT", link.as_str()).headers(charset);
    live.rejected(
        Cause::HeaderChanged,
        &|response| failed(response).sent_headers(charset),
        &changed,
    );

    // The server overlooks it under SigV4.
    let bucket = live.sigv2_bucket();
    let link = bucket.put("a.txt").presign(&credentials(), HOUR, now());
    let link = link.unwrap();
    let acl = [("x-amz-acl", "public-read")];
    let added = Request::new("PUT", link.as_str()).headers(acl);
    let failed = |response| FailedRequest::new("PUT", link.as_str(), response).sent_headers(acl);
    live.rejected(Cause::HeaderNotSigned, &failed, &added);
}

fn parameters(live: &Live) {
    let bucket = live.bucket();
    let get = bucket
        .get("a.txt")
        .version("1")
        .response_content_disposition("attachment; filename=\"1+1.txt\"");
    let link = get.presign(&credentials(), HOUR, now()).unwrap();
    let url = link.as_str();
    live.sent(
        Cause::ParameterAdded,
        url,
        &format!("{url}&utm_source=mail"),
    );
    live.sent(
        Cause::ParameterDropped,
        url,
        &url.replace("&versionId=1", ""),
    );
    live.sent(
        Cause::ParameterChanged,
        url,
        &url.replace("versionId=1", "versionId=2"),
    );
    live.sent(
        Cause::ParameterChanged,
        url,
        &url.replace("Expires=3600", "Expires=7200"),
    );
    live.sent(Cause::ParameterReencoded, url, &url.replace("%2B", "+"));
    live.sent(
        Cause::ParameterReencoded,
        url,
        &url.replace("attachment%3B", "attachment%253B"),
    );

    // Harmless: the server rejects the request for another reason.
    let url = live.link("a.txt");
    let (address, query) = url.split_once('?').unwrap();
    let mut params: Vec<_> = query.split('&').collect();
    params.reverse();
    let reordered = format!("{address}?{}", params.join("&"));
    let failed = |response| FailedRequest::new("GET", &url, response).sent("GET", &reordered);
    live.answered(
        Cause::NotFound,
        &failed,
        &Request::new("GET", &reordered),
        |status| status == 404,
    );
}

fn tokens(live: &Live) {
    let temporary = credentials()
        .with_session_token("IQoJb3JpZ2lu+/==")
        .unwrap();
    let url = live.link_of("a.txt", &temporary, now());
    let token = url
        .split('&')
        .find(|param| param.starts_with("X-Amz-Security-Token"))
        .unwrap();
    live.sent(
        Cause::TokenMissing,
        &url,
        &url.replace(&format!("&{token}"), ""),
    );
    live.sent(Cause::TokenChanged, &url, &url.replace("IQoJ", "AAAA"));
    // Sent as if it were encoded, so that its plus is a space.
    live.sent(Cause::TokenChanged, &url, &url.replace("%2B", "+"));
    let plain = live.link("a.txt");
    live.sent(Cause::TokenAdded, &plain, &format!("{plain}&{token}"));
}

fn mangled(live: &Live) {
    let url = live.link("a b.txt");
    live.sent(Cause::HtmlEscaped, &url, &url.replace('&', "&amp;"));
    live.sent(Cause::SignatureTruncated, &url, &url[..url.len() - 7]);
    live.sent(Cause::UrlEncodedTwice, &url, &url.replace("%2F", "%252F"));
    let other = live.link("b.txt");
    let (head, _) = url.rsplit_once('=').unwrap();
    let glued = format!("{head}={}", other.rsplit_once('=').unwrap().1);
    live.sent(Cause::SignatureChanged, &url, &glued);

    // Wrapped in a mail: what opens it sends the first line.
    let wrapped = url.replace("&X-Amz-Date", "\n&X-Amz-Date");
    let line = wrapped.lines().next().unwrap();
    let failed = |response| FailedRequest::new("GET", &url, response).sent("GET", &wrapped);
    live.rejected(Cause::LineBreak, &failed, &Request::new("GET", line));

    // A SigV2 signature with a plus in it.
    let link = |key: u32| {
        let bucket = live.sigv2_bucket();
        let get = bucket.get(key.to_string());
        let link = get.presign(&credentials(), HOUR, now());
        link.unwrap().to_string()
    };
    let url = (0..).map(link).find(|url| url.contains("%2B")).unwrap();
    live.sent(Cause::SignaturePlus, &url, &url.replace("%2B", "%20"));
    live.sent(Cause::SignaturePlus, &url, &url.replace("%2B", "+"));

    let url = live.link("a.txt");
    let date = url
        .split('&')
        .find(|param| param.starts_with("X-Amz-Date"))
        .unwrap();
    let attempt_url = url.replace(&format!("&{date}"), "");
    let failed = |response| FailedRequest::new("GET", &attempt_url, response);
    live.rejected(
        Cause::Malformed,
        &failed,
        &Request::new("GET", &attempt_url),
    );
}

fn the_rest(live: &Live) {
    let url = live.link("a.txt");
    let failed = |response| FailedRequest::new("GET", &url, response).sent("HEAD", &url);
    live.rejected(Cause::Method, &failed, &Request::new("HEAD", &url));
    let put = live
        .bucket()
        .put("a.txt")
        .presign(&credentials(), HOUR, now())
        .unwrap();
    let failed =
        |response| FailedRequest::new("PUT", put.as_str(), response).sent("POST", put.as_str());
    live.rejected(Cause::Method, &failed, &Request::new("POST", put.as_str()));

    // The server reads SigV2's header first.
    let authorization = [("Authorization", "AWS EXAMPLEKEY:c2lnbmF0dXJl")];
    let failed = |response| FailedRequest::new("GET", &url, response).sent_headers(authorization);
    live.rejected(
        Cause::SignedTwice,
        &failed,
        &Request::new("GET", &url).headers(authorization),
    );

    let bucket = live.bucket();
    let policy = bucket.post_policy("a.txt");
    let form = policy.presign(&credentials(), HOUR, now()).unwrap();
    let fields = form.fields().chain([("acl", "public-read")]);
    let sent = Request::form(form.url(), fields, "a.txt", b"a");
    live.rejected(
        Cause::Policy,
        &|response| FailedRequest::new("POST", form.url(), response),
        &sent,
    );
}

/// The place of a cause's test.
enum By {
    /// Above.
    Server,
    /// In `tests/reading`, for this reason not here.
    Recorded(&'static str),
}

const CASES: &[(Cause, By)] = {
    use By::{Recorded, Server};
    &[
        (Cause::WrongSecret, Server),
        (Cause::WrongAccessKey, Server),
        (Cause::OtherKeysSecret, Server),
        (Cause::WhitespaceInSecret, Server),
        (
            Cause::WrongRegion,
            Recorded("the server accepts every region"),
        ),
        (Cause::WrongService, Server),
        (Cause::ClockSkew, Server),
        (Cause::Expired, Server),
        (
            Cause::ExpiryTooLong,
            Recorded("the server accepts every expiration"),
        ),
        (
            Cause::CredentialsExpired,
            Recorded("the server knows no temporary credentials"),
        ),
        (Cause::Method, Server),
        (Cause::PathEncodedTwice, Server),
        (Cause::PathNotEncoded, Server),
        (Cause::UnicodeForm, Server),
        (Cause::PathNormalized, Server),
        (Cause::LeadingSlash, Server),
        (Cause::PathPrefix, Server),
        (Cause::PathChanged, Server),
        (Cause::AddressingStyle, Server),
        (Cause::HostRewritten, Server),
        (Cause::PortDiffers, Server),
        (Cause::DefaultPort, Server),
        (Cause::UrlScheme, Server),
        (Cause::HeaderNotSent, Server),
        (Cause::HeaderChanged, Server),
        (Cause::HeaderNotSigned, Server),
        (Cause::ParameterAdded, Server),
        (Cause::ParameterDropped, Server),
        (Cause::ParameterChanged, Server),
        (Cause::ParameterReencoded, Server),
        (
            Cause::ParametersReordered,
            Recorded("what the server answers comes first"),
        ),
        (Cause::QueryCut, Recorded("its test needs no server")),
        (
            Cause::NoAuthentication,
            Recorded("its test needs no server"),
        ),
        (Cause::TokenMissing, Server),
        (Cause::TokenChanged, Server),
        (Cause::TokenAdded, Server),
        (
            Cause::TokenRegion,
            Recorded("the server has no regions with tokens of their own"),
        ),
        (
            Cause::PayloadChanged,
            Recorded("the server answers with InternalError"),
        ),
        (
            Cause::PayloadUnsigned,
            Recorded("the server accepts UNSIGNED-PAYLOAD everywhere"),
        ),
        (Cause::ScopeDate, Server),
        (
            Cause::SigV4aNeeded,
            Recorded("the server accepts SigV4 everywhere"),
        ),
        (Cause::SigV2NotTaken, Recorded("the server accepts SigV2")),
        (Cause::OtherScheme, Recorded("its test needs no server")),
        (Cause::SignedTwice, Server),
        (Cause::SignatureTruncated, Server),
        (Cause::SignaturePlus, Server),
        (Cause::SignatureChanged, Server),
        (
            Cause::KeyAsSignature,
            Recorded("the server has no Shared Key"),
        ),
        (Cause::HtmlEscaped, Server),
        (Cause::LineBreak, Server),
        (Cause::TrailingText, Recorded("its test needs no server")),
        (Cause::UrlEncodedTwice, Server),
        (Cause::Malformed, Server),
        (
            Cause::StreamingNotTaken,
            Recorded("the server reads bodies in chunks"),
        ),
        (Cause::Policy, Server),
        (Cause::FormFields, Recorded("its test needs no server")),
        (Cause::Permission, Recorded("its test needs no server")),
        (Cause::Cors, Recorded("its test needs no server")),
        (Cause::NotFound, Server),
        (Cause::Proxy, Recorded("its test needs no server")),
        (Cause::OtherError, Recorded("its test needs no server")),
    ]
};

/// Each cause of the catalogue has a case, here or in the other test.
#[test]
fn every_cause_has_a_case() {
    let causes: Vec<_> = CASES.iter().map(|(cause, _)| *cause).collect();
    assert_eq!(causes, Cause::ALL);
    let recorded = [
        include_str!("../../../tests/reading/explain.rs"),
        include_str!("../../../tests/reading/explain_answers.rs"),
        include_str!("../../../tests/reading/explain_oracles.rs"),
        include_str!("../../../tests/reading/sigv4a.rs"),
    ]
    .concat();
    for (cause, by) in CASES {
        if let By::Recorded(why) = by {
            assert!(!why.is_empty());
            assert!(recorded.contains(&format!("Cause::{cause:?}")), "{cause}");
        }
    }
}

/// A cause that is only possible is never reported as certain.
#[test]
fn a_bare_refusal_is_no_certainty() {
    let live = Live {
        server: Server::start().unwrap(),
        named: RefCell::default(),
    };
    let other = Credentials::new(ACCESS_KEY_ID, "another").unwrap();
    let url = live.link_of("a.txt", &other, now());
    let answer = Request::new("GET", &url).send().unwrap();
    let body = String::from_utf8(answer.body).unwrap();
    let explanation = FailedRequest::new("GET", &url, response(&body)).explain(now());
    assert!(explanation.findings().len() > 1);
    for finding in explanation.findings() {
        assert_eq!(finding.confidence(), Confidence::Possible, "{finding}");
    }
}
