//! No secret comes out where nobody asked for it: not in `Debug`, not in `Display`, not in an error.

use crate::support::time;
use presign::inspect::inspect;
use presign::post::{Condition, Key, Policy, PostPolicy, Refusal, Upload};
use presign::s3::{AddressingStyle, Bucket, ContentDisposition};
use presign::v4::{CanonicalUri, SessionToken, Signer};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, Error, ErrorKind, Payload, Request, v2};
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const TOKEN: &str = "TokenThatNobodyMaySee+/0123456789abcdef==";
/// As it stands in a query.
const ENCODED_TOKEN: &str = "TokenThatNobodyMaySee%2B%2F0123456789abcdef%3D%3D";
const HOUR: Duration = Duration::from_secs(3600);
const NOW: &str = "20150830T123600Z";

fn keys() -> Credentials {
    let keys = Credentials::new("AKIDEXAMPLE", SECRET).unwrap();
    let keys = keys.with_session_token(TOKEN).unwrap();
    keys.with_expiration(time("20160101T000000Z"))
}

fn signer() -> Signer {
    Signer::new(keys(), "us-east-1", "service").unwrap()
}

/// Secret, token, signatures, and both ends of each, in case a text is cut or escaped.
#[track_caller]
fn assert_hidden(text: &str, signatures: &[String]) {
    let texts = [SECRET, TOKEN, ENCODED_TOKEN].into_iter();
    for hidden in texts.chain(signatures.iter().map(String::as_str)) {
        for part in [hidden, &hidden[..12], &hidden[hidden.len() - 12..]] {
            assert!(!text.contains(part), "{text:?} shows {part:?}");
        }
    }
}

#[track_caller]
fn assert_debug_hidden(value: &impl Debug, signatures: &[String]) {
    assert_hidden(&format!("{value:?}"), signatures);
    assert_hidden(&format!("{value:#?}"), signatures);
}

#[test]
fn debug_of_every_type_that_holds_one() {
    let now = time(NOW);
    let signer = signer();
    let request = Request::get(format!("https://example.com/?a={ENCODED_TOKEN}"))
        .query("token", TOKEN)
        .header("x-secret", SECRET)
        .header("x-amz-security-token", TOKEN);
    let plain = Request::get("https://example.com/").header("x-token", TOKEN);
    let url = signer.presign(&plain, HOUR, now).unwrap();
    let appended = signer.clone().session_token(SessionToken::Appended);
    let other_url = appended.presign(&plain, HOUR, now).unwrap();
    let presign_steps = signer.presign_steps(&plain, HOUR, now).unwrap();
    let signed = signer.sign(&request, Payload::Empty, now).unwrap();
    let sign_steps = signer.sign_steps(&request, Payload::Empty, now).unwrap();

    let after = |text: &str, mark: &str| {
        let (_, rest) = text.split_once(mark).unwrap();
        rest[..64].to_owned()
    };
    let signatures = [
        after(url.as_str(), "X-Amz-Signature="),
        after(other_url.as_str(), "X-Amz-Signature="),
        after(signed.authorization(), "Signature="),
        presign_steps.signature.as_str().to_owned(),
        sign_steps.signature.as_str().to_owned(),
    ];
    // What is looked for is there.
    assert!(url.as_str().contains(ENCODED_TOKEN));
    assert!(other_url.as_str().ends_with(ENCODED_TOKEN));
    assert!(sign_steps.canonical_request.contains(TOKEN));
    assert!(
        signed
            .headers()
            .all(|(name, _)| name != "x-amz-security-token")
    );

    assert_debug_hidden(&keys(), &signatures);
    assert_debug_hidden(&signer, &signatures);
    assert_debug_hidden(&request, &signatures);
    let with_user = Request::get(format!("https://AKIDEXAMPLE:{SECRET}@example.com/"));
    assert_debug_hidden(&with_user, &signatures);
    assert_debug_hidden(&url, &signatures);
    assert_debug_hidden(&other_url, &signatures);
    assert_debug_hidden(&signed, &signatures);
    assert_debug_hidden(&presign_steps, &signatures);
    assert_debug_hidden(&sign_steps, &signatures);
    assert_debug_hidden(&sign_steps.signature, &signatures);
    let token_added = signer.sign(&plain, Payload::Empty, now).unwrap();
    assert!(token_added.headers().any(|(_, value)| value == TOKEN));
    assert_debug_hidden(&token_added, &signatures);

    // Debug still says what can be said.
    assert!(format!("{plain:?}").contains("https://example.com/"));
    let text = format!("{url:?}");
    assert!(
        text.contains("https://example.com/") && text.contains("x-token"),
        "{text}"
    );
    assert!(format!("{:?}", keys()).contains("AKIDEXAMPLE"));
}

#[test]
fn debug_of_the_types_for_s3() {
    let (keys, now) = (keys(), time(NOW));
    let builder = Bucket::builder("examplebucket", "us-east-1").endpoint("http://localhost:9000");
    assert_debug_hidden(&builder, &[]);
    let bucket = builder.build().unwrap();
    assert_debug_hidden(&bucket, &[]);
    let operation = bucket
        .get("k")
        .query("token", TOKEN)
        .header("x-secret", SECRET);
    assert_debug_hidden(&operation, &[]);
    let url = operation.presign(&keys, HOUR, now).unwrap();
    let (_, signature) = url.as_str().split_once("X-Amz-Signature=").unwrap();
    let signatures = [signature[..64].to_owned()];
    assert_debug_hidden(&url, &signatures);
    let links = operation.links(&keys, HOUR, now).unwrap();
    assert_debug_hidden(&links, &signatures);
    let links = operation.links_v2(&keys, HOUR, now).unwrap();
    let link = links.link("k").unwrap();
    let (_, signature) = link.split_once("Signature=").unwrap();
    assert_debug_hidden(&links, &[signature.to_owned()]);
    assert_debug_hidden(
        &operation.sign(&keys, Payload::Empty, now).unwrap(),
        &signatures,
    );
    let disposition = ContentDisposition::attachment("a.txt");
    assert_eq!(disposition.to_string(), "attachment; filename=\"a.txt\"");
}

/// Every error that can be had while secrets, tokens and signatures are about.
#[test]
fn errors() {
    let (now, keys) = (time(NOW), keys());
    let signer = signer();
    let plain = Request::get("https://example.com/");
    let url = signer.presign(&plain, HOUR, now).unwrap();
    let (_, signature) = url.as_str().split_once("X-Amz-Signature=").unwrap();
    let signatures = [signature[..64].to_owned()];
    let mut seen = 0;
    let mut check = |error: Error| {
        seen += 1;
        assert_hidden(&error.to_string(), &signatures);
        assert_debug_hidden(&error, &signatures);
    };

    // Secrets and tokens that can't be used.
    for text in [SECRET, TOKEN] {
        for bad in [
            format!(" {text}"),
            format!("{text}\n"),
            format!("{text}\0{text}"),
        ] {
            check(Credentials::new("AKIDEXAMPLE", bad.clone()).unwrap_err());
            check(Credentials::new(bad.clone(), "secret").unwrap_err());
            check(keys.clone().with_session_token(bad).unwrap_err());
        }
    }
    // A URL that is signed already, whole and in ways that can't be read.
    let signed_url = url.as_str();
    for bad in [
        signed_url.to_owned(),
        format!("{signed_url}#fragment"),
        format!("{signed_url}%"),
        format!("{signed_url}\n"),
        signed_url.replace("https://", "ftp://"),
        signed_url.replace("https://", "https://AKIDEXAMPLE:@"),
        signed_url.replace("https://example.com/", "https://"),
        signed_url.replace("https://example.com/", "https://example.com:port/"),
        signed_url.replace("https://", ""),
        signed_url.replace("https://example.com/", "/"),
        signed_url.replace("https://example.com/", ""),
        format!("example.com?Signature={SECRET}"),
        format!("AKIDEXAMPLE:{SECRET}@example.com"),
        format!("AKIDEXAMPLE:{SECRET}@ftp://example.com"),
        format!("x?{SECRET}://example.com"),
        format!("https://user:{SECRET}@example.com/"),
        format!("https://{TOKEN}@example.com/"),
    ] {
        let request = Request::get(bad.as_str());
        check(signer.presign(&request, HOUR, now).unwrap_err());
        check(signer.sign(&request, Payload::Empty, now).unwrap_err());
    }
    // Headers with the wrong secret in them.
    for (name, value) in [
        ("Authorization", signature),
        ("x-amz-security-token", TOKEN),
        ("x-amz-security-token", SECRET),
        ("x-secret", &format!("{SECRET}\n")),
        ("x-token", &format!("{TOKEN}\0")),
        ("x-amz-date", TOKEN),
    ] {
        let request = Request::get("https://example.com/").header(name, value);
        check(signer.presign(&request, HOUR, now).unwrap_err());
    }
    for other in [SECRET, signature] {
        let request = Request::get("https://example.com/").header("x-amz-security-token", other);
        check(signer.sign(&request, Payload::Empty, now).unwrap_err());
    }
    let request = Request::get("https://example.com/").header_bytes("x-token", &b"\xff"[..]);
    check(signer.presign(&request, HOUR, now).unwrap_err());
    check(signer.presign(&plain, Duration::ZERO, now).unwrap_err());
    let late = time("20151231T235959Z");
    check(signer.presign(&plain, HOUR, late).unwrap_err());
    assert_eq!(seen, 18 + 34 + 6 + 2 + 3);
}

/// What was printed: `verify::Claim`, by `Debug` and by `Display`.
#[derive(Default)]
struct Printed {
    debug: BTreeSet<String>,
    display: BTreeSet<String>,
    signatures: Vec<String>,
}

impl Printed {
    /// The room of the source and the name of a type: `presign::verify::request::ReceivedRequest<'_>` is
    /// `verify::ReceivedRequest`.
    fn name<T>() -> String {
        let path = std::any::type_name::<T>();
        let path = path.split('<').next().unwrap();
        let mut parts = path.split("::").skip(1);
        let room = parts.next().unwrap();
        format!("{room}::{}", parts.last().unwrap())
    }

    #[track_caller]
    fn debug<T: Debug>(&mut self, value: &T) {
        assert_debug_hidden(value, &self.signatures);
        self.debug.insert(Self::name::<T>());
    }

    #[track_caller]
    fn both<T: Debug + Display>(&mut self, value: &T) {
        self.debug(value);
        assert_hidden(&value.to_string(), &self.signatures);
        self.display.insert(Self::name::<T>());
    }
}

/// Of each file in `src/`, the room and the lines without those of tests.
fn sources() -> Vec<(String, Vec<String>)> {
    fn read(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => read(&path, found),
                false => found.push(path),
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    read(&source, &mut files);
    let files = files.into_iter().filter_map(|file| {
        let inside = file.strip_prefix(&source).unwrap();
        let room = Path::new(inside.components().next().unwrap().as_os_str());
        let room = room.file_stem().unwrap().to_str().unwrap().to_owned();
        let is_there = room != "explain" || cfg!(feature = "explain");
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        is_there.then(|| (room, code.lines().map(str::to_owned).collect()))
    });
    files.collect()
}

fn named_after<'a>(line: &'a str, fronts: &[&str]) -> Option<&'a str> {
    let rest = fronts
        .iter()
        .find_map(|front| line.trim_start().strip_prefix(front))?;
    rest.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

/// Each public type is printed while secrets are about; one that is added to the library is asked for here.
#[test]
fn every_public_type_is_printed() {
    let mut printed = Printed::default();
    let (now, keys, signer) = (time(NOW), keys(), signer());
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let operation = bucket.get("k").query("a", TOKEN).header("x-secret", SECRET);
    let request = Request::get("https://example.com/")
        .header("x-secret", SECRET)
        .query("a", TOKEN);
    // An explanation shows what was signed, but for what is known to be secret by its name.
    let known = Request::get("https://example.com/")
        .header("x-amz-server-side-encryption-customer-key", SECRET);
    let url = signer.presign(&known, HOUR, now).unwrap();
    let signed = signer.sign(&request, Payload::Empty, now).unwrap();
    let steps = signer.presign_steps(&known, HOUR, now).unwrap();
    let old_signer = v2::Signer::new(keys.clone()).bucket("examplebucket");
    let old_steps = old_signer
        .presign_steps(&request, now.saturating_add(HOUR))
        .unwrap();
    let call = v2::QuerySigner::new(keys.clone());
    let call_form = call.sign_form(
        &Request::post("https://example.com/").query("a", TOKEN),
        now,
    );
    let call_form = call_form.unwrap();
    let policy = PostPolicy::new("key")
        .field("x-amz-meta-a", "1")
        .field("x-ignore-secret", SECRET)
        .eq("x-amz-meta-token", TOKEN);
    let form = policy.presign(&bucket, &keys, HOUR, now).unwrap();
    let after = |text: &str, mark: &str, length: usize| {
        let (_, rest) = text.split_once(mark).unwrap();
        rest[..length].to_owned()
    };
    printed.signatures = vec![
        after(url.as_str(), "X-Amz-Signature=", 64),
        after(signed.authorization(), "Signature=", 64),
        after(call_form.body(), "Signature=", 40),
        old_steps.signature.as_str().to_owned(),
        form.signature().as_str().to_owned(),
    ];

    // The ground, and the two generations.
    printed.debug(&keys);
    printed.debug(&request);
    printed.debug(&url);
    printed.debug(&signed);
    printed.debug(&steps);
    printed.debug(&old_steps);
    printed.debug(&steps.signature);
    printed.both(&now);
    printed.both(&Credentials::new(SECRET, format!("{SECRET}\n")).unwrap_err());
    printed.debug(&ErrorKind::Credentials);
    printed.debug(&signer);
    printed.debug(&SessionToken::Appended);
    printed.debug(&CanonicalUri::S3);
    printed.debug(&Payload::of(SECRET.as_bytes()));
    printed.debug(&old_signer);
    printed.debug(&call);
    printed.debug(&call_form);
    printed.debug(&v2::SignatureMethod::HmacSha256);

    // Buckets.
    printed.debug(&Bucket::builder("examplebucket", "us-east-1"));
    printed.debug(&bucket);
    printed.debug(&operation);
    printed.debug(&operation.links(&keys, HOUR, now).unwrap());
    printed.debug(&operation.links_v2(&keys, HOUR, now).unwrap());
    printed.debug(&AddressingStyle::Path);
    printed.both(&ContentDisposition::attachment("a.txt"));

    // Forms. The policy that was signed holds the token, and the conditions on it.
    printed.debug(&policy);
    printed.debug(&Key::starts_with("user/"));
    printed.debug(&form);
    let read = Policy::parse(form.policy()).unwrap();
    printed.debug(&read);
    let on_token = |condition: &&Condition| condition.field() == Some("x-amz-security-token");
    let on_token = read.conditions().find(on_token).unwrap().clone();
    printed.debug(&on_token);
    let upload =
        Upload::new("examplebucket", 1).fields([("key", "key"), ("x-amz-security-token", SECRET)]);
    printed.debug(&upload);
    let refusal = Policy::parse(&form.policy().replace("x-amz-meta-a", "x-ignore-a"));
    let refusal = refusal.unwrap().check(&upload, now).unwrap_err();
    printed.both(&refusal);
    printed.both(&Refusal::ConditionFailed {
        condition: on_token,
    });
    // A rule is the condition's own texts, for whoever asks; without a secret in them, nothing is shown.
    let plain: Condition = r#"["starts-with", "$key", "user/"]"#.parse().unwrap();
    printed.debug(&plain.rule());

    // A server.
    let verifier = Verifier::new("us-east-1", "service").allow_v2(HOUR);
    let received = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    let received = received.headers(url.headers());
    printed.debug(&verifier);
    printed.debug(&received);
    let claim = verifier.parse(&received).unwrap();
    printed.debug(&claim);
    printed.debug(&claim.scheme());
    let other = Credentials::new("AKIDEXAMPLE", "another secret").unwrap();
    printed.both(&claim.clone().verify(&other, now).unwrap_err());
    let other = other.with_session_token(TOKEN).unwrap();
    let refused = claim.clone().verify(&other, now).unwrap_err();
    printed.debug(&refused.kind());
    printed.both(&refused);
    let verified = claim.verify(&keys, now).unwrap();
    printed.debug(&verified.payload());
    printed.debug(&verified);
    let verifier = Verifier::new("us-east-1", "s3");
    printed.debug(&verifier.parse_form(form.fields()).unwrap());
    printed.debug(
        &verifier
            .verify_form(form.fields(), now, |_| Some(keys.clone()))
            .unwrap(),
    );

    // The inspector.
    let seen = inspect(url.as_str(), time("20150901T000000Z"));
    printed.both(&seen);
    printed.both(&seen.problems()[0]);
    printed.debug(&seen.problems()[0].kind());
    printed.debug(&seen.presigned_with().unwrap());
    printed.debug(&seen.key_kind().unwrap());

    #[cfg(feature = "explain")]
    print_explanations(&mut printed, url.as_str(), &steps, &keys);

    // Nothing is missing.
    let (mut types, mut shown) = (BTreeSet::new(), BTreeSet::new());
    let sources = sources();
    for (room, lines) in &sources {
        let names = |fronts: &'static [&str]| {
            let names = lines
                .iter()
                .filter_map(move |line| named_after(line, fronts));
            names.map(move |name| format!("{room}::{name}"))
        };
        types.extend(names(&["pub struct ", "pub enum ", "pub union "]));
        shown.extend(names(&["impl fmt::Display for "]));
    }
    assert!(
        types.len() >= 52 - usize::from(!cfg!(feature = "explain")) * 8,
        "{types:#?}"
    );
    assert_eq!(printed.debug, types);
    // What is private is printed by what is public. A presigned URL's text is the URL.
    shown.retain(|name| types.contains(name) && name != "signed::PresignedUrl");
    assert_eq!(printed.display, shown);
}

#[cfg(feature = "explain")]
fn print_explanations(
    printed: &mut Printed,
    url: &str,
    steps: &presign::SigningSteps,
    keys: &Credentials,
) {
    use presign::explain::{Answer, Attempt};
    // The server repeats the request, with the token and the signature in it, and saw another method.
    let canonical = steps
        .canonical_request
        .replacen("GET", "HEAD", 1)
        .replace('&', "&amp;");
    let signature = steps.signature.as_str();
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature={signature} {TOKEN}</Message>\
         <SignatureProvided>{signature}</SignatureProvided><CanonicalRequest>{canonical}</CanonicalRequest>\
         <StringToSign>{}</StringToSign></Error>",
        steps.string_to_sign
    );
    let answer = Answer::parse(&body);
    printed.debug(&answer);
    let attempt = Attempt::new("GET", url)
        .credentials(keys)
        .steps(steps)
        .header("x-amz-server-side-encryption-customer-key", SECRET);
    printed.debug(&attempt);
    let explanation = attempt.explain(&answer, time(NOW));
    printed.both(&explanation);
    for finding in explanation.findings() {
        printed.both(finding);
        printed.both(&finding.cause());
        printed.debug(&finding.confidence());
    }
    let difference = explanation.difference().unwrap();
    printed.both(difference);
    assert_hidden(
        &difference.coloured().to_string(),
        &printed.signatures.clone(),
    );
    for row in difference.rows() {
        printed.debug(row);
    }
}
