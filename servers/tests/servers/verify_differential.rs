//! Compares the verifier with three by other authors: those of the server s3s and of OpenStack
//! Swift, for S3 in both signature versions, and the crate scratchstack-aws-signature, for SigV4 of
//! any service. Random requests are signed, changed in one way, and checked by both sides. The
//! verdicts are equal, except for a table of differences with their reasons. A difference that no
//! longer exists fails the test, too.
//!
//! s3s reads the clock, so requests are signed at the time of the test. A seed determines
//! everything else. Swift is written in Python, so its verdicts are recorded.

mod changes;
mod differences;
mod forms;
mod requests;

use crate::support::{self, Pairs, vector_lines};
use changes::{CHANGES, Change};
use chrono::{DateTime, Utc};
use differences::DIFFERENCES;
use forms::{FORM_CHANGES, FormChange, FormPlan, Posted};
use http_body_util::BodyExt as _;
use presign::post::Upload;
use presign::verify::{ReceivedRequest, Verifier, VerifyErrorKind};
use presign::{Credentials, Timestamp};
use requests::{Plan, Random, Sent};
use s3s::auth::SimpleAuth;
use s3s::host::SingleDomain;
use s3s::route::S3Route;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Request, S3Response, S3Result};
use scratchstack_aws_signature as scratchstack;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::str::FromStr as _;
use std::time::{Duration, SystemTime};
use tokio::runtime;

const ID: &str = "AKIDEXAMPLE";
const ID_WITH_SLASH: &str = "AKID/EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2lu/+==";
const DOMAIN: &str = "s3.example.com";
const HOUR: Duration = Duration::from_secs(3600);

/// The other verifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Other {
    S3s,
    Scratchstack,
    /// Scratchstack with the rules of S3.
    ScratchstackS3,
    /// OpenStack Swift's S3 API, whose verdicts are recorded.
    Swift,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Scheme {
    V4Query,
    V4Header,
    V2Query,
    V2Header,
    V4Form,
    V2Form,
}

use Other::{S3s, Scratchstack, ScratchstackS3, Swift};
use Scheme::{V2Form, V2Header, V2Query, V4Form, V4Header, V4Query};

fn owned<'n, 'v>(headers: impl Iterator<Item = (&'n str, &'v str)>) -> Vec<(String, String)> {
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    headers.collect()
}

fn shifted(moment: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(moment.unix_seconds() + seconds)
}

// The verifiers

/// Returns the verdict of this crate, with settings as permissive as the other verifier.
fn is_accepted(
    other: Other,
    sent: &Sent,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<(), VerifyErrorKind> {
    let verifier = Verifier::new("us-east-1", sent.service)
        .base_domain(DOMAIN)
        .allow_dot_segments()
        .allow_escaped_slash()
        .allow_sigv2(HOUR * 24);
    // Swift has one region.
    let verifier = match other {
        Swift => verifier,
        _ => verifier.allow_region("eu-central-1"),
    };
    let mut request = ReceivedRequest::new(&sent.method, &sent.target).body(&sent.body);
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    let verdict = verifier.verify(&request, now, |id| {
        (id == credentials.identity().access_key_id()).then_some(credentials)
    });
    verdict.map(|_| ()).map_err(|error| error.kind())
}

fn http_request(sent: &Sent) -> Option<http::Request<Vec<u8>>> {
    let mut request = http::Request::builder()
        .method(sent.method.as_str())
        .uri(sent.target.as_str());
    for (name, value) in &sent.headers {
        request = request.header(name, http::HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    request.body(sent.body.clone()).ok()
}

/// Reads the body of every request with a valid signature and responds to it.
struct AnswerAll;

impl S3Route for AnswerAll {
    fn is_match(
        &self,
        _: &http::Method,
        _: &http::Uri,
        _: &http::HeaderMap,
        _: &mut http::Extensions,
    ) -> bool {
        true
    }

    // The signature that `async_trait` generates for an async function.
    fn call<'s, 'future>(
        &'s self,
        request: S3Request<Body>,
    ) -> Pin<Box<dyn Future<Output = S3Result<S3Response<Body>>> + Send + 'future>>
    where
        's: 'future,
        Self: 'future,
    {
        Box::pin(async move {
            match request.input.collect().await {
                Ok(_) => Ok(S3Response::new(Body::empty())),
                Err(_) => Err(s3s::S3Error::new(s3s::S3ErrorCode::InvalidRequest)),
            }
        })
    }
}

struct NoOperations;

impl s3s::S3 for NoOperations {}

async fn signing_key(
    request: scratchstack::GetSigningKeyRequest,
) -> Result<scratchstack::GetSigningKeyResponse, Box<dyn std::error::Error + Send + Sync>> {
    if ![ID, ID_WITH_SLASH].contains(&request.access_key()) {
        return Err("unknown access key ID".into());
    }
    let key = scratchstack::KSecretKey::from_str(SECRET)?;
    let key = key.to_ksigning(request.request_date(), request.region(), request.service());
    let answer = scratchstack::GetSigningKeyResponse::builder()
        .signing_key(key)
        .build();
    Ok(answer?)
}

struct Verifiers {
    s3s: S3Service,
    /// It has no route, because s3s would call one before it checks the policy.
    forms: S3Service,
    runtime: runtime::Runtime,
}

impl Verifiers {
    fn new() -> Self {
        let service = || {
            let mut auth = SimpleAuth::from_single(ID, SECRET);
            auth.register(ID_WITH_SLASH.into(), SECRET.into());
            let mut service = S3ServiceBuilder::new(NoOperations);
            service.set_auth(auth);
            service.set_host(SingleDomain::new(DOMAIN).unwrap());
            service
        };
        let mut s3s = service();
        s3s.set_route(AnswerAll);
        Verifiers {
            s3s: s3s.build(),
            forms: service().build(),
            runtime: runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    fn is_accepted(&self, other: Other, sent: &Sent, plan: &Plan, now: Timestamp) -> bool {
        let Some(request) = http_request(sent) else {
            return false;
        };
        self.runtime.block_on(async {
            match other {
                S3s => {
                    let answer = self.s3s.call(request.map(Body::from)).await.unwrap();
                    answer.status() == 200
                }
                Swift => unreachable!("the verdicts of Swift are recorded"),
                Scratchstack | ScratchstackS3 => {
                    let mut lookup = scratchstack::service_for_signing_key_fn(signing_key);
                    let options = scratchstack::SignatureOptions {
                        s3: other == ScratchstackS3,
                        url_encode_form: false,
                    };
                    scratchstack::sigv4_validate_request(
                        request,
                        plan.region,
                        sent.service,
                        &mut lookup,
                        DateTime::<Utc>::from_timestamp(now.unix_seconds(), 0).unwrap(),
                        &scratchstack::VecSignedHeaderRequirements::new::<str, str, str>(
                            &[],
                            &[],
                            &["x-amz-"],
                        ),
                        options,
                    )
                    .await
                    .is_ok()
                }
            }
        })
    }
}

/// All schemes except browser forms.
const REQUESTS: [Scheme; 4] = [V4Query, V4Header, V2Query, V2Header];

/// Returns the request of a seed with a change, or `None` if the change doesn't apply to it.
fn make(
    seed: u64,
    other: Other,
    scheme: Scheme,
    change: &Change,
    now: Timestamp,
) -> Option<(Plan, Sent)> {
    let mut random = Random(seed);
    let mut plan = Plan::random(&mut random, other, scheme, now);
    if let Change::Before(change) = change
        && !change(&mut plan, &mut random)
    {
        return None;
    }
    let mut sent = plan.sign();
    let applies = match change {
        Change::Before(_) => true,
        Change::After(change) => change(&mut sent, &mut random),
        Change::Resigned(change) => {
            let is_v4 = [V4Query, V4Header].contains(&scheme) && plan.service == "s3";
            let applies = is_v4 && change(&mut sent, &mut random);
            if applies {
                sent.sign_again();
            }
            applies
        }
    };
    applies.then_some((plan, sent))
}

/// Compares the differences, each with its number and an example, with those in the table.
fn compare(
    found: &BTreeMap<(Other, Scheme, &str, bool), (usize, String)>,
    others: &[Other],
    schemes: &[Scheme],
) {
    let mut expected: Vec<_> = DIFFERENCES
        .iter()
        .filter(|(other, ..)| others.contains(other))
        .flat_map(|(other, own, label, mine, _)| {
            own.iter()
                .map(move |scheme| (*other, *scheme, *label, *mine))
        })
        .filter(|(_, scheme, ..)| schemes.contains(scheme))
        .collect();
    expected.sort_unstable();
    let mut failures = String::new();
    for (difference, (count, sample)) in found {
        if !expected.contains(difference) {
            failures +=
                &format!("missing in the table, {count} times: {difference:?}\n    {sample}\n");
        }
    }
    for difference in &expected {
        if !found.contains_key(difference) {
            failures += &format!("only in the table: {difference:?}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_verdicts_differ_only_as_in_the_table() {
    const SEEDS: u64 = 30;
    /// The changes that keep a request valid. They show that the test itself signs correctly.
    const VALID: [&str; 3] = ["nothing", "another life", "a header signed anew"];
    let now: Timestamp = SystemTime::now().into();
    let verifiers = Verifiers::new();
    let sides: [(Other, &[Scheme]); 3] = [
        (S3s, &REQUESTS),
        // It doesn't support URLs, because it doesn't decode the %2F of the credential.
        (Scratchstack, &[V4Header]),
        (ScratchstackS3, &[V4Header]),
    ];
    let mut differences = BTreeMap::<_, (usize, String)>::new();
    let mut unused: Vec<_> = CHANGES.iter().map(|(label, _)| *label).collect();
    let (mut accepted, mut rejected) = (0, 0);
    for (other, schemes) in sides {
        for (seed, scheme) in
            (0..SEEDS).flat_map(|seed| schemes.iter().map(move |scheme| (seed, *scheme)))
        {
            for (label, change) in CHANGES {
                let Some((plan, sent)) = make(seed, other, scheme, change, now) else {
                    continue;
                };
                unused.retain(|name| name != label);
                let ours = is_accepted(other, &sent, &plan.credentials(), now);
                let theirs = verifiers.is_accepted(other, &sent, &plan, now);
                assert!(ours.is_ok() || !VALID.contains(label), "{ours:?} {sent:?}");
                match (ours.is_ok(), theirs) {
                    (true, true) => accepted += 1,
                    (false, false) => rejected += 1,
                    (mine, _) => {
                        let sample = format!("{ours:?} {sent:?}");
                        let found = differences
                            .entry((other, scheme, *label, mine))
                            .or_insert((0, sample));
                        found.0 += 1;
                    }
                }
            }
        }
    }
    assert_eq!(unused, [""; 0], "changes that never applied");
    println!("{accepted} accepted and {rejected} rejected by both");
    compare(
        &differences,
        &[S3s, Scratchstack, ScratchstackS3],
        &REQUESTS,
    );
    assert!(accepted > 4000 && rejected > 4000, "{accepted} {rejected}");
}

// Forms

impl Verifiers {
    /// Returns whether s3s accepts an upload. It then responds that it doesn't implement storing.
    fn accepts_form(&self, posted: &Posted) -> bool {
        let fields = posted.fields.iter();
        let fields = fields.map(|(name, value)| (name.as_str(), value.as_str()));
        let url = format!("http://{DOMAIN}/{}", posted.bucket);
        let made = s3_server::Request::form(&url, fields, "me.png", &posted.file);
        let mut request = http::Request::post(format!("/{}", posted.bucket)).header("Host", DOMAIN);
        for (name, value) in &made.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(made.body)).unwrap();
        self.runtime.block_on(async {
            let answer = self.forms.call(request).await.unwrap();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            String::from_utf8(body.to_vec())
                .unwrap()
                .contains("PutObject is not implemented yet")
        })
    }
}

/// Returns the verdict of this crate on the signature and the policy.
fn accepts_form(posted: &Posted, now: Timestamp) -> Result<(), String> {
    let verifier = Verifier::new("us-east-1", "s3").allow_sigv2(HOUR);
    let fields = || {
        let fields = posted.fields.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    };
    let keys = Credentials::new(ID, SECRET).unwrap();
    let keys = if posted.token {
        keys.with_session_token(TOKEN).unwrap()
    } else {
        keys
    };
    let verified = verifier.verify_form(fields(), now, |id| (id == ID).then_some(&keys));
    let verified = verified.map_err(|error| error.to_string())?;
    let size = u64::try_from(posted.file.len()).unwrap();
    let upload = Upload::new(posted.bucket, size)
        .file_name("me.png")
        .fields(fields());
    verified
        .check(&upload, now)
        .map_err(|error| error.to_string())
}

#[test]
fn the_verdicts_on_forms_differ_only_as_in_the_table() {
    const SEEDS: u64 = 40;
    let now: Timestamp = SystemTime::now().into();
    let verifiers = Verifiers::new();
    let mut differences = BTreeMap::new();
    let (mut accepted, mut rejected) = (0, 0);
    for (seed, scheme) in (0..SEEDS).flat_map(|seed| [(seed, V4Form), (seed, V2Form)]) {
        let bucket = forms::bucket(scheme);
        for (label, change) in FORM_CHANGES {
            let mut random = Random(seed);
            let mut plan = FormPlan::random(&mut random, &bucket, now);
            if let FormChange::Before(change) = change {
                change(&mut plan);
            }
            let mut posted = plan.sign(&mut random, scheme);
            if let FormChange::After(change) = change
                && !change(&mut posted, &mut random)
            {
                continue;
            }
            let ours = accepts_form(&posted, now);
            assert!(ours.is_ok() || *label != "nothing", "{ours:?} {posted:?}");
            match (ours.is_ok(), verifiers.accepts_form(&posted)) {
                (true, true) => accepted += 1,
                (false, false) => rejected += 1,
                (mine, _) => {
                    let sample = format!("{ours:?} {posted:?}");
                    let found = differences
                        .entry((S3s, scheme, *label, mine))
                        .or_insert((0, sample));
                    found.0 += 1;
                }
            }
        }
    }
    println!("{accepted} accepted and {rejected} rejected by both");
    compare(&differences, &[S3s], &[V4Form, V2Form]);
    assert!(accepted > 300 && rejected > 500, "{accepted} {rejected}");
}

/// A request with the verdict of Swift.
#[derive(Serialize, Deserialize)]
struct Recorded {
    form: Scheme,
    change: String,
    now: i64,
    method: String,
    target: String,
    headers: Pairs,
    body: String,
    id: String,
    token: bool,
    #[serde(default)]
    accepted: bool,
}

#[test]
fn the_verdicts_of_swift_differ_only_as_in_the_table() {
    let mut differences = BTreeMap::new();
    let mut changes: Vec<_> = CHANGES.iter().map(|(label, _)| *label).collect();
    let (mut accepted, mut rejected) = (0, 0);
    for case in vector_lines::<Recorded>("swift-verdicts.jsonl") {
        let (label, _) = CHANGES
            .iter()
            .find(|(label, _)| *label == case.change)
            .unwrap();
        changes.retain(|change| change != label);
        let credentials = Credentials::new(case.id, SECRET).unwrap();
        let credentials = if case.token {
            credentials.with_session_token(TOKEN).unwrap()
        } else {
            credentials
        };
        let sent = Sent {
            scheme: case.form,
            service: "s3",
            method: case.method,
            target: case.target,
            headers: case.headers,
            body: case.body.into_bytes(),
        };
        let ours = is_accepted(
            Swift,
            &sent,
            &credentials,
            Timestamp::from_unix_seconds(case.now),
        );
        match (ours.is_ok(), case.accepted) {
            (true, true) => accepted += 1,
            (false, false) => rejected += 1,
            (mine, _) => {
                let sample = format!("{ours:?} {sent:?}");
                let key = (Swift, case.form, *label, mine);
                differences.entry(key).or_insert((0, sample)).0 += 1;
            }
        }
    }
    println!("{accepted} accepted and {rejected} rejected by both");
    // This change applies to no request to S3.
    let unrecorded = ["`..` above the root"];
    assert_eq!(changes, unrecorded, "changes that are not recorded");
    compare(&differences, &[Swift], &REQUESTS);
    assert!(accepted > 150 && rejected > 150, "{accepted} {rejected}");
}

/// Makes the requests of the recorded verdicts again, two of each scheme and change, and asserts
/// that they are unchanged. It writes them to a file, from which new verdicts can be recorded
/// (`tests/vectors/README.md`).
#[test]
fn the_recorded_requests_are_unchanged() {
    let now: Timestamp = "20130524T000000Z".parse().unwrap();
    let mut questions = Vec::new();
    for (label, change) in CHANGES {
        for scheme in REQUESTS {
            let made = (0..200).filter_map(|seed| make(seed, Swift, scheme, change, now));
            questions.extend(made.take(2).map(|(plan, sent)| Recorded {
                form: scheme,
                change: (*label).into(),
                now: now.unix_seconds(),
                method: sent.method,
                target: sent.target,
                headers: sent.headers,
                body: String::from_utf8(sent.body).unwrap(),
                id: plan.id.into(),
                token: plan.token,
                accepted: false,
            }));
        }
    }
    let lines = |requests: &[Recorded]| -> Vec<String> {
        let lines = requests.iter().map(serde_json::to_string);
        lines.collect::<Result<_, _>>().unwrap()
    };
    let questions = lines(&questions);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("swift-questions.jsonl");
    fs::write(&file, questions.join("\n") + "\n").unwrap();

    let mut recorded = vector_lines::<Recorded>("swift-verdicts.jsonl");
    for answered in &mut recorded {
        answered.accepted = false;
    }
    let recorded = lines(&recorded);
    let mut pairs = questions.iter().zip(&recorded);
    let different = pairs.find(|(made, recorded)| made != recorded);
    assert_eq!(different, None, "record the verdicts on {}", file.display());
    assert_eq!(questions.len(), recorded.len());
}
