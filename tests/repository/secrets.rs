//! `Debug`, `Display` and errors don't show secrets.

use crate::source::source_files;
use crate::support::signing::authorization;
use crate::support::time;
use presign::s3::{Bucket, BucketBuilder};
use presign::v4::{CanonicalUri, Service, SessionToken};
use presign::{
    AddressingStyle, Algorithm, ContentDisposition, Credentials, Error, ErrorKind, Expiry, Payload,
    Row, Scheme, SignatureVersion, tokens, v2,
};
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::time::Duration;

const SECRET: &str = "SecretThatNobodyMaySee+/0123456789abcdef";
const TOKEN: &str = "TokenThatNobodyMaySee+/0123456789abcdef==";
/// The token as it is encoded in a query.
const ENCODED_TOKEN: &str = "TokenThatNobodyMaySee%2B%2F0123456789abcdef%3D%3D";
const HOUR: Duration = Duration::from_secs(3600);
const NOW: &str = "20150830T123600Z";

fn keys() -> Credentials {
    let keys = Credentials::new("AKIDEXAMPLE", SECRET).unwrap();
    let keys = keys.with_session_token(TOKEN).unwrap();
    keys.with_expiration(time("20160101T000000Z"))
}

fn service() -> Service {
    Service::new("us-east-1", "service").unwrap()
}

/// Searches for the secret, the token, the signatures, and both ends of each, because a text may be
/// truncated or escaped.
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
fn debug_hides_secrets() {
    let (now, keys, service) = (time(NOW), keys(), service());
    let request = service
        .get(format!("https://example.com/?a={ENCODED_TOKEN}"))
        .query("token", TOKEN)
        .header("x-secret", SECRET)
        .header("x-amz-security-token", TOKEN);
    let plain = service.get("https://example.com/");
    let plain = plain.header("x-token", TOKEN);
    let url = plain.presign(&keys, HOUR, now).unwrap();
    let appended = service.clone().session_token(SessionToken::Appended);
    let other_url = appended
        .get("https://example.com/")
        .header("x-token", TOKEN);
    let other_url = other_url.presign(&keys, HOUR, now).unwrap();
    let signed = request.sign(&keys, now).unwrap();
    let unsigned_url = plain.prepare_url(keys.identity(), HOUR, now).unwrap();
    let unsigned = request.prepare_headers(keys.identity(), now).unwrap();

    let signatures = [
        url.signature().into_owned(),
        other_url.signature().into_owned(),
        signed.signature().into_owned(),
    ];
    // The URLs do contain the token.
    assert!(url.as_str().contains(ENCODED_TOKEN));
    assert!(other_url.as_str().ends_with(ENCODED_TOKEN));
    assert!(unsigned.canonical_request().unwrap().contains(TOKEN));
    assert!(url.as_str().contains(&signatures[0]));
    assert!(authorization(&signed).contains(&signatures[2]));
    assert!(
        signed
            .headers()
            .all(|(name, _)| name != "x-amz-security-token")
    );

    assert_debug_hidden(&keys, &signatures);
    assert_debug_hidden(keys.identity(), &signatures);
    assert_debug_hidden(&service, &signatures);
    assert_debug_hidden(&request, &signatures);
    let with_user = service.get(format!("https://AKIDEXAMPLE:{SECRET}@example.com/"));
    assert_debug_hidden(&with_user, &signatures);
    assert_debug_hidden(&url, &signatures);
    assert_debug_hidden(&other_url, &signatures);
    assert_debug_hidden(&signed, &signatures);
    assert_debug_hidden(&unsigned_url, &signatures);
    assert_debug_hidden(&unsigned, &signatures);
    let token_added = plain.sign(&keys, now).unwrap();
    assert!(token_added.headers().any(|(_, value)| value == TOKEN));
    assert_debug_hidden(&token_added, &signatures);

    // `Debug` shows the parts that are not secret.
    assert!(format!("{plain:?}").contains("https://example.com/"));
    let text = format!("{url:?}");
    assert!(
        text.contains("https://example.com/") && text.contains("x-token"),
        "{text}"
    );
    assert!(format!("{keys:?}").contains("AKIDEXAMPLE"));
}

#[test]
fn debug_hides_secrets_of_s3() {
    let (keys, now) = (keys(), time(NOW));
    let builder = Bucket::builder("examplebucket", "us-east-1").endpoint("http://localhost:9000");
    assert_debug_hidden(&builder, &[]);
    let bucket = builder.build().unwrap();
    assert_debug_hidden(&bucket, &[]);
    let get = bucket.get("k").query("token", TOKEN);
    let get = get.header("x-secret", SECRET);
    assert_debug_hidden(&get, &[]);
    let url = get.presign(&keys, HOUR, now).unwrap();
    let signed = get.sign(&keys, now).unwrap();
    let signatures = [url.signature(), signed.signature()].map(String::from);
    assert_debug_hidden(&url, &signatures);
    assert_debug_hidden(&signed, &signatures);
    let builder = |version| {
        let builder = Bucket::builder("examplebucket", "us-east-1");
        builder.signature_version(version)
    };
    for version in [SignatureVersion::V4, SignatureVersion::V2] {
        let bucket = builder(version).build().unwrap();
        let list = bucket.request("GET").query("token", TOKEN);
        let list = list.header("x-secret", SECRET);
        let template = list.template(&keys, HOUR, now).unwrap();
        let link = template.presign("k", now).unwrap();
        assert_debug_hidden(&template, &[link.signature().into_owned()]);
    }
    let disposition = ContentDisposition::attachment("a.txt");
    assert_eq!(disposition.to_string(), "attachment; filename=\"a.txt\"");
}

/// Every error that can occur while secrets, tokens and signatures are in use.
#[test]
fn errors_hide_secrets() {
    let (now, keys) = (time(NOW), keys());
    let service = service();
    let plain = service.get("https://example.com/");
    let url = plain.presign(&keys, HOUR, now).unwrap();
    let signature = url.signature().into_owned();
    let signatures = [signature.clone()];
    let mut seen = 0;
    let mut check = |error: Error| {
        seen += 1;
        assert_hidden(&error.to_string(), &signatures);
        assert_debug_hidden(&error, &signatures);
    };

    // Invalid secrets and tokens.
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
    // A URL that is signed already, whole and in forms that can't be parsed.
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
        let request = service.get(bad.as_str());
        check(request.presign(&keys, HOUR, now).unwrap_err());
        check(request.sign(&keys, now).unwrap_err());
    }
    // Headers that contain a secret by mistake.
    for (name, value) in [
        ("Authorization", &*signature),
        ("x-amz-security-token", TOKEN),
        ("x-amz-security-token", SECRET),
        ("x-secret", &format!("{SECRET}\n")),
        ("x-token", &format!("{TOKEN}\0")),
        ("x-amz-date", TOKEN),
    ] {
        let request = service.get("https://example.com/").header(name, value);
        check(request.presign(&keys, HOUR, now).unwrap_err());
    }
    for other in [SECRET, &signature] {
        let request = service.get("https://example.com/");
        let request = request.header("x-amz-security-token", other);
        check(request.sign(&keys, now).unwrap_err());
    }
    check(plain.presign(&keys, Duration::ZERO, now).unwrap_err());
    let late = time("20151231T235959Z");
    check(plain.presign(&keys, HOUR, late).unwrap_err());
    // Credentials other than those for which a URL was prepared, and a signature of the wrong form.
    let unsigned = || plain.prepare_url(keys.identity(), HOUR, now).unwrap();
    let other = Credentials::new("AKIDEXAMPLE", SECRET).unwrap();
    check(unsigned().sign_with(&other).unwrap_err());
    check(unsigned().finish(signature.as_bytes()).unwrap_err());
    // Row values that can't be written.
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let open = bucket.request("GET").query_per_row("a");
    let open = open.template(&keys, HOUR, now).unwrap();
    let value = format!("{SECRET}\n");
    check(
        open.presign(Row::new("k").values(&[&value]), now)
            .unwrap_err(),
    );
    assert_eq!(seen, 18 + 34 + 6 + 2 + 2 + 2 + 1);
}

/// The names of the printed types, such as `request::Template`, by `Debug` and by `Display`.
#[derive(Default)]
struct Printed {
    debug: BTreeSet<String>,
    display: BTreeSet<String>,
    signatures: Vec<String>,
}

impl Printed {
    /// Returns the outermost module and the name of a type: `verify::ReceivedRequest` for
    /// `presign::verify::request::ReceivedRequest<'_>`.
    fn name<T>() -> String {
        let path = std::any::type_name::<T>();
        let path = path.split('<').next().unwrap();
        let mut parts = path.split("::").skip(1);
        let module = parts.next().unwrap();
        format!("{module}::{}", parts.last().unwrap())
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

fn named_after<'a>(line: &'a str, fronts: &[&str]) -> Option<&'a str> {
    let rest = fronts
        .iter()
        .find_map(|front| line.trim_start().strip_prefix(front))?;
    rest.split(|c: char| !c.is_ascii_alphanumeric()).next()
}

/// Types of a feature, in modules that exist without it.
const OPTIONAL_TYPES: &[(&str, bool)] = &[
    ("streaming::ChunkReader", cfg!(feature = "std")),
    ("streaming::EncodedBody", cfg!(feature = "http-body")),
];

/// Prints each public type while secrets are in use. A new public type has to be added here.
#[test]
fn every_public_type_is_printed() {
    let mut printed = Printed::default();
    print_signing(&mut printed);
    print_forms(&mut printed);
    print_tokens(&mut printed);
    print_verification(&mut printed);
    print_inspection(&mut printed);
    print_streaming(&mut printed);
    #[cfg(feature = "event-stream")]
    print_events(&mut printed);
    #[cfg(feature = "explain")]
    print_explanations(&mut printed);
    #[cfg(feature = "azure")]
    print_azure(&mut printed);
    #[cfg(feature = "aws-credential-types")]
    print_credentials_cache(&mut printed);
    #[cfg(feature = "cloudfront")]
    print_cloudfront(&mut printed);
    #[cfg(feature = "gcs")]
    print_gcs(&mut printed);

    // Compares the printed types with those in the source.
    let (mut types, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for file in source_files() {
        let module = file.top_module();
        let is_left_out = match module {
            "azure" => !cfg!(feature = "azure"),
            "event_stream" => !cfg!(feature = "event-stream"),
            "explain" => !cfg!(feature = "explain"),
            "gcs" => !cfg!(feature = "gcs"),
            "interop" => !cfg!(feature = "aws-credential-types"),
            _ => false,
        };
        if is_left_out {
            continue;
        }
        let is_of_cloudfront = module == "cloudfront" || file.name == "crypto/hash.rs";
        if is_of_cloudfront && !cfg!(feature = "cloudfront") {
            continue;
        }
        let names = |fronts: &'static [&str]| {
            let lines = file.code.lines();
            let names = lines.filter_map(move |line| named_after(line, fronts));
            names.map(|name| format!("{module}::{name}"))
        };
        types.extend(names(&["pub struct ", "pub enum ", "pub union "]));
        shown.extend(names(&["impl fmt::Display for "]));
    }
    for (name, is_built) in OPTIONAL_TYPES {
        if !is_built {
            types.remove(*name);
        }
    }
    assert!(types.len() > 20, "{types:#?}");
    assert_eq!(printed.debug, types);
    // Public types print the private ones. A presigned URL's text is the URL, which isn't hidden.
    shown.retain(|name| types.contains(name) && name != "request::PresignedUrl");
    assert_eq!(printed.display, shown);
}

#[cfg(feature = "cloudfront")]
fn print_cloudfront(printed: &mut Printed) {
    use presign::cloudfront::{Distribution, Hash, Policy};
    let now = time(NOW);
    let cdn = Distribution::new("https://media.example.com").unwrap();
    let policy = Policy::new("https://media.example.com/*");
    let key = presign::Identity::rsa("K2JCJMDEHXQW5F").unwrap();
    let unsigned = policy.prepare(&key, HOUR, now).unwrap();
    printed.debug(&unsigned);
    let signed = unsigned
        .finish(&SECRET.repeat(7).as_bytes()[..256])
        .unwrap();
    let request = cdn.get("a").query("a", TOKEN);
    let url = request.prepare_url(&key, HOUR, now).unwrap();
    printed.debug(&url);
    printed.signatures = vec![signed.signature().to_owned()];
    printed.debug(&cdn);
    printed.debug(&request);
    printed.debug(&policy);
    printed.debug(&signed);
    printed.debug(&Hash::Sha256);
}

#[cfg(feature = "gcs")]
fn print_gcs(printed: &mut Printed) {
    use presign::gcs::{Bucket, ServiceAccount};
    let file: serde_json::Value = crate::support::vectors("gcs-v4.json");
    let file = file["service_account"].to_string();
    let account = ServiceAccount::from_json(&file).unwrap();
    let shown = format!("{account:?}");
    assert!(
        !shown.contains("PRIVATE") && !shown.contains("MIIE"),
        "{shown}"
    );
    printed.debug(&account);
    let builder = Bucket::builder("examplebucket").endpoint("https://user:secret@example.com");
    printed.debug(&builder);
    printed.debug(&Bucket::new("examplebucket").unwrap());
}

fn print_tokens(printed: &mut Printed) {
    let (now, keys) = (time(NOW), keys());
    let request = tokens::bedrock("us-east-1").unwrap().query("a", TOKEN);
    let token = request.presign(&keys, HOUR, now).unwrap();
    let login = tokens::codecommit("us-east-1", "git.example.com", "/v1/repos/r").unwrap();
    let signed = login.sign(&keys, now).unwrap();
    assert!(signed.username().contains(TOKEN));
    printed.signatures = vec![token.as_str().to_owned(), signed.password().to_owned()];
    printed.debug(&request);
    printed.debug(&token);
    printed.debug(&login);
    printed.debug(&signed);
}

#[cfg(feature = "aws-credential-types")]
fn print_credentials_cache(printed: &mut Printed) {
    let token = Some(TOKEN.to_owned());
    let sdk = aws_credential_types::Credentials::new("AKIDEXAMPLE", SECRET, token, None, "test");
    let cache = presign::CredentialsCache::new();
    cache.get(&sdk).unwrap();
    printed.debug(&cache);
}

#[cfg(feature = "azure")]
fn print_azure(printed: &mut Printed) {
    use presign::azure::{self, Account, Permissions, Resource, SasExpiry, Service};
    // The secret is base64, too.
    let key = azure::shared_key("myaccount", SECRET).unwrap();
    let (now, account) = (time(NOW), Account::new("myaccount").unwrap());
    let sas = account.sas(Resource::Container("images"), Permissions::READ);
    let sas = sas.field("rscd", TOKEN);
    let token = sas.presign(&key, HOUR, now).unwrap();
    printed.signatures = vec![token.signature().into_owned()];
    printed.debug(&key);
    printed.debug(&account);
    printed.debug(&account.container("images").unwrap());
    printed.debug(&Resource::Container("images"));
    printed.debug(&Permissions::READ);
    printed.debug(&sas);
    printed.debug(&SasExpiry::from(HOUR));
    printed.debug(&sas.template(&key).unwrap());
    printed.debug(&sas.prepare(key.identity(), HOUR, now).unwrap());
    printed.debug(&token);
    printed.both(&Service::Blob);
    printed.debug(&azure::StoredPolicy::new());
    let url = format!("{}&restype=container&comp=list", token.url());
    let received = presign::verify::ReceivedRequest::from_url("GET", &url).unwrap();
    let received = account.parse_sas(&received).unwrap();
    printed.debug(&received);
    assert_hidden(
        &received.clone().verify(&key, now).unwrap_err().to_string(),
        &printed.signatures,
    );
    let list = account.sas(Resource::Container("images"), Permissions::LIST);
    let list = list.presign(&key, HOUR, now).unwrap();
    let url = format!("{}&restype=container&comp=list", list.url());
    let received = presign::verify::ReceivedRequest::from_url("GET", &url).unwrap();
    let verified = account.parse_sas(&received).unwrap().verify(&key, now);
    printed.debug(&verified.unwrap());

    let url = "https://myaccount.blob.core.windows.net/images/a";
    let request = account.request(Service::Blob, "GET", url);
    let signed = request.sign(&key, now).unwrap();
    printed.signatures.push(signed.signature().into_owned());
    let received = presign::verify::ReceivedRequest::from_url("GET", url).unwrap();
    let received = received.headers(signed.headers());
    let received = account.parse_shared_key(&received).unwrap();
    printed.debug(&received);
    printed.debug(&received.verify(&key, now).unwrap());
}

fn print_signing(printed: &mut Printed) {
    let (now, keys, service) = (time(NOW), keys(), service());
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let list = bucket.request("GET").query("a", TOKEN);
    let list = list.header("x-secret", SECRET);
    let request = service.get("https://example.com/").query("a", TOKEN);
    let request = request.header("x-secret", SECRET);
    let url = request.presign(&keys, HOUR, now).unwrap();
    let signed = request.sign(&keys, now).unwrap();
    let unsigned = request.prepare_url(keys.identity(), HOUR, now).unwrap();
    let old = v2::Service::s3().bucket("examplebucket");
    let old_request = old.get("https://example.com/").query("a", TOKEN);
    let old_url = old_request.presign(&keys, HOUR, now).unwrap();
    let api = v2::Service::query_api(v2::SignatureMethod::HmacSha256);
    let call = api.post("https://example.com/").query("a", TOKEN);
    let call = call.sign(&keys, now).unwrap();
    assert!(call.body().unwrap().contains("Signature="));
    let template = list.template(&keys, HOUR, now).unwrap();
    let link = template.presign("k", now).unwrap();
    printed.signatures = [
        url.signature(),
        signed.signature(),
        old_url.signature(),
        call.signature(),
        link.signature(),
    ]
    .map(String::from)
    .to_vec();

    printed.debug(&keys);
    printed.debug(keys.identity());
    printed.debug(&request);
    printed.debug(&old_request);
    printed.debug(&list);
    printed.debug(&url);
    printed.debug(&old_url);
    printed.debug(&signed);
    printed.debug(&call);
    printed.debug(&unsigned);
    printed.debug(&template);
    printed.debug(&Row::new("k").values(&[&SECRET]));
    printed.both(&now);
    printed.debug(&Expiry::at_most(HOUR));
    printed.both(&Credentials::new(SECRET, format!("{SECRET}\n")).unwrap_err());
    printed.debug(&ErrorKind::Credentials);
    printed.debug(&service);
    printed.debug(&SessionToken::Appended);
    printed.debug(&CanonicalUri::S3);
    printed.debug(&Payload::sha256_of(SECRET));
    printed.debug(&old);
    printed.debug(&v2::SignatureMethod::HmacSha256);
    printed.debug(&Algorithm::HmacSha256);
    printed.debug(&Scheme::AwsV4);

    // Buckets.
    let builder = Bucket::builder("examplebucket", "us-east-1")
        .endpoint(format!("https://user:{SECRET}@example.com"))
        .public_url(format!("https://user:{TOKEN}@example.com"));
    printed.debug::<BucketBuilder>(&builder);
    assert!(format!("{builder:?}").contains("examplebucket"));
    printed.debug(&bucket);
    printed.debug(&SignatureVersion::V4);
    printed.debug(&AddressingStyle::Path);
    printed.both(&ContentDisposition::attachment("a.txt"));
}

/// The signed policy contains the token and the conditions on it.
fn print_forms(printed: &mut Printed) {
    use presign::post::{Condition, HtmlOptions, Key, Policy, Upload};
    use presign::verify::Verifier;
    let (now, keys) = (time(NOW), keys());
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let policy = bucket
        .post_policy("key")
        .field("x-amz-meta-a", "1")
        .field("x-ignore-secret", SECRET)
        .eq("x-amz-meta-token", TOKEN);
    let form = policy.presign(&keys, HOUR, now).unwrap();
    printed.signatures = vec![form.signature().to_owned()];
    printed.debug(&policy);
    printed.debug(&policy.prepare(keys.identity(), HOUR, now).unwrap());
    printed.debug(&form);
    printed.debug(&Key::starts_with("user/"));
    printed.debug(&HtmlOptions::new());
    let read = Policy::from_json(form.policy()).unwrap();
    printed.debug(&read);
    let is_on_token = |condition: &&Condition| condition.field() == Some("x-amz-security-token");
    let on_token = read.conditions().find(is_on_token).unwrap();
    printed.debug(on_token);
    let upload = Upload::new("examplebucket", 1);
    let upload = upload.fields([("key", "key"), ("x-amz-security-token", SECRET)]);
    printed.debug(&upload);
    printed.both(&read.check(&upload, now).unwrap_err());

    let verifier = Verifier::new("us-east-1", "s3");
    printed.debug(&verifier.parse_form(form.fields()).unwrap());
    let verified = verifier.verify_form(form.fields(), now, |_| Some(keys.clone()));
    printed.debug(&verified.unwrap());
}

fn print_verification(printed: &mut Printed) {
    use presign::VerifyingKey;
    use presign::verify::{ReceivedRequest, Verifier};
    let (now, keys, service) = (time(NOW), keys(), service());
    let url = service.get("https://example.com/");
    let url = url.header("x-secret", SECRET).presign(&keys, HOUR, now);
    let url = url.unwrap();
    printed.signatures = vec![url.signature().into_owned()];
    let verifier = Verifier::new("us-east-1", "service").allow_sigv2(HOUR);
    let received = ReceivedRequest::from_url("GET", url.as_str()).unwrap();
    let received = received.headers(url.headers());
    printed.debug(&verifier);
    printed.debug(&received);
    printed.debug(&VerifyingKey::from(&keys));
    let unverified = verifier.parse(&received).unwrap();
    printed.debug(&unverified);
    printed.debug(unverified.authentication());
    printed.debug(&unverified.authentication().carrier());
    let other = Credentials::new("AKIDEXAMPLE", "another secret").unwrap();
    printed.both(&unverified.clone().verify(&other, now).unwrap_err());
    let other = other.with_session_token(TOKEN).unwrap();
    let rejected = unverified.clone().verify(&other, now).unwrap_err();
    printed.debug(&rejected.kind());
    printed.both(&rejected);
    let verified = unverified.verify(&keys, now).unwrap();
    printed.debug(&verified.payload());
    printed.both(&verified);
}

fn print_streaming(printed: &mut Printed) {
    use presign::streaming::{ChecksumAlgorithm, ChunkedBody};
    use presign::verify::{ReceivedRequest, Verifier};
    let (now, keys) = (time(NOW), keys());
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let body = ChunkedBody::signed(SECRET.len() as u64).trailer("x-secret", SECRET);
    let body = body.checksum(ChecksumAlgorithm::SHA256);
    let sign = || bucket.put("k").sign_chunked(&keys, &body, now).unwrap();
    let (signed, mut encoder) = sign();
    let chunk = encoder.chunk([SECRET.as_bytes()]).unwrap();
    let chunk = String::from_utf8(chunk.to_vec()).unwrap();
    let (_, chunk_signature) = chunk.trim_end().split_once('=').unwrap();
    printed.signatures = vec![signed.signature().into_owned(), chunk_signature.into()];
    printed.debug(&ChecksumAlgorithm::SHA256);
    printed.debug(&body);
    printed.debug(&signed);
    printed.debug(&encoder);
    let url = bucket.put("k").url().unwrap();
    let request = ReceivedRequest::from_url("PUT", &url).unwrap();
    let request = request.headers(signed.headers());
    let verifier = Verifier::new("us-east-1", "s3").allow_streaming();
    let verified = verifier.verify(&request, now, |_| Some(&keys)).unwrap();
    let mut decoder = verified.chunk_decoder(&keys).unwrap();
    let mut sent = &[chunk.as_bytes(), &SECRET.as_bytes()[..30]].concat()[..];
    assert_eq!(decoder.decode(&mut sent), Ok(None));
    printed.debug(&decoder);
    let mut wrong = &b"0000000000"[..];
    printed.both(&decoder.decode(&mut wrong).unwrap_err());
    #[cfg(feature = "std")]
    {
        use std::io::Read as _;
        let mut reader = sign().1.reader(SECRET.as_bytes());
        assert_eq!(reader.read(&mut [0; 90]).unwrap(), 85);
        printed.debug(&reader);
    }
    #[cfg(feature = "http-body")]
    printed.debug(&sign().1.body(String::from(SECRET)));
}

#[cfg(feature = "event-stream")]
fn print_events(printed: &mut Printed) {
    use presign::event_stream::{Message, MessageReader};
    use presign::verify::{ReceivedRequest, Verifier};
    let (now, keys, service) = (time(NOW), keys(), service());
    let url = "https://example.com/";
    let (signed, mut signer) = service.post(url).sign_events(&keys, now).unwrap();
    printed.signatures = vec![signed.signature().into_owned()];
    let message = Message::new(SECRET.as_bytes()).header("secret", SECRET);
    let frame = signer.sign(&message, now).unwrap();
    let request = ReceivedRequest::from_url("POST", url).unwrap();
    let request = request.headers(signed.headers());
    let verifier = Verifier::new("us-east-1", "service").allow_streaming();
    let verified = verifier.verify(&request, now, |_| Some(&keys)).unwrap();
    let mut decoder = verified.event_decoder(&keys).unwrap();
    printed.debug(&decoder.decode(&mut &frame[..]).unwrap().unwrap());
    printed.debug(message.value("secret").unwrap());
    let mut reader = MessageReader::new();
    assert!(reader.read(&mut &frame[..90]).unwrap().is_none());
    printed.debug(&reader);
    printed.debug(&decoder);
    printed.debug(&signer);
}

fn print_inspection(printed: &mut Printed) {
    use presign::inspect::{AwsHost, Inspection};
    printed.debug(&AwsHost::parse("b.s3.amazonaws.com").unwrap());
    let service = service();
    let url = service.get("https://example.com/");
    let url = url.presign(&keys(), HOUR, time(NOW)).unwrap();
    printed.signatures = vec![url.signature().into_owned()];
    let inspection = Inspection::new(url.as_str(), time("20150901T000000Z"));
    printed.both(&inspection);
    printed.both(&inspection.problems()[0]);
    printed.debug(&inspection.problems()[0].kind());
    printed.debug(&inspection.access_key_kind().unwrap());
}

/// The server repeats the request with the token and the signature, and received another method.
#[cfg(feature = "explain")]
fn print_explanations(printed: &mut Printed) {
    use presign::explain::{ErrorResponse, FailedRequest};
    let (now, keys, service) = (time(NOW), keys(), service());
    let name = "x-amz-server-side-encryption-customer-key";
    let request = service.get("https://example.com/").header(name, SECRET);
    let unsigned = request.prepare_url(keys.identity(), HOUR, now).unwrap();
    let canonical = unsigned.canonical_request().unwrap();
    let canonical = canonical.replacen("GET", "HEAD", 1).replace('&', "&amp;");
    let string_to_sign = String::from_utf8(unsigned.string_to_sign().to_vec()).unwrap();
    let url = unsigned.sign_with(&keys).unwrap();
    let signature = url.signature();
    printed.signatures = vec![signature.clone().into_owned()];
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>Signature={signature} {TOKEN}</Message>\
         <SignatureProvided>{signature}</SignatureProvided><CanonicalRequest>{canonical}</CanonicalRequest>\
         <StringToSign>{string_to_sign}</StringToSign></Error>"
    );
    let response = ErrorResponse::parse(&body);
    printed.debug(&response);
    let failed = FailedRequest::new("GET", url.as_str(), &response)
        .credentials(&keys)
        .header(name, SECRET);
    printed.debug(&failed);
    let explanation = failed.explain(now);
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
    for line in difference.lines() {
        printed.debug(line);
    }
}
