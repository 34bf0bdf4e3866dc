//! Signatures that a server has to refuse, made on purpose, each with what is wrong about it: to test a server, a proxy or a
//! verifier.
//!
//! ```console
//! $ cargo run --example bad_signatures
//! ```
//!
//! All but the last are whole, well-formed requests: what is wrong is only what the line says. Times are arguments, so the
//! same time gives the same list. `urls` is the part to copy; what comes after it has them judged, by this crate's verifier
//! and by an S3 server that someone else wrote, and fails if a verdict is not as it should be.

use presign::s3::Bucket;
use presign::v4::Signer;
use presign::{Credentials, Error, Request, Timestamp};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// What is wrong, the error code that S3 gives for it, and the URL. The first is right: a server that refuses it refuses the
/// others for another reason.
fn urls(
    bucket: &Bucket,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Vec<(&'static str, &'static str, String)>, Error> {
    let object = bucket.get("a.txt");
    let presign = |credentials: &Credentials, now| {
        let url = object.presign(credentials, HOUR, now)?;
        Ok::<_, Error>(url.into_string())
    };
    let good = presign(credentials, now)?;

    // Another secret under the same id: the signature of somebody who doesn't know it.
    let stranger = Credentials::new(credentials.access_key_id(), "another secret access key")?;
    // An id that the server doesn't know.
    let unknown = Credentials::new("AKIDUNKNOWN", "another secret access key")?;
    let token = credentials.clone().with_session_token("AQoDYXdzEXAMPLE")?;
    // Two hours ago, so that it ended an hour ago; and tomorrow.
    let past = Timestamp::from_unix_seconds(now.unix_seconds() - 2 * 3600);
    let future = now.saturating_add(Duration::from_secs(24 * 3600));
    // Scopes that are right in themselves, and not this server's.
    let scope = |region: &str, service: &str| {
        let signer = Signer::new(credentials.clone(), region, service)?;
        let request = Request::get(object.url()?);
        Ok::<_, Error>(signer.presign(&request, HOUR, now)?.into_string())
    };
    // The signature is of one request, and the URL asks for another.
    let edited = |from: &str, to: &str| {
        let edited = good.replacen(from, to, 1);
        assert_ne!(edited, good, "{from} is there");
        edited
    };
    let date = |url: &str| {
        let params = url
            .split('&')
            .filter(|param| param.starts_with("X-Amz-Date="));
        params.collect::<String>()
    };
    let a_second_later = presign(credentials, now.saturating_add(Duration::from_secs(1)))?;
    let digit = if good.ends_with('0') { '1' } else { '0' };
    let (front, _) = good.split_at(good.len() - 1);
    let never_sent = bucket.get("a.txt").header("x-amz-meta-never-sent", "1");
    let put = bucket.put("a.txt");

    let mismatch = "SignatureDoesNotMatch";
    let malformed = "AuthorizationQueryParametersError";
    Ok(vec![
        ("nothing", "", good.clone()),
        (
            "the last digit of the signature",
            mismatch,
            format!("{front}{digit}"),
        ),
        ("the secret", mismatch, presign(&stranger, now)?),
        (
            "the access key id",
            "InvalidAccessKeyId",
            presign(&unknown, now)?,
        ),
        ("the session token", "InvalidToken", presign(&token, now)?),
        (
            "expired an hour ago",
            "AccessDenied",
            presign(credentials, past)?,
        ),
        (
            "signed tomorrow",
            "AccessDenied",
            presign(credentials, future)?,
        ),
        ("the region", malformed, scope("eu-west-1", "s3")?),
        (
            "the service",
            malformed,
            scope(bucket.region(), "execute-api")?,
        ),
        (
            "the key, changed after signing",
            mismatch,
            edited("/a.txt", "/b.txt"),
        ),
        (
            "a longer life, written in after signing",
            mismatch,
            edited("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
        ),
        (
            "the date, changed after signing",
            mismatch,
            edited(&date(&good), &date(&a_second_later)),
        ),
        (
            "a parameter added after signing",
            mismatch,
            edited("?", "?acl=&"),
        ),
        (
            "a header signed that is not sent",
            mismatch,
            never_sent.presign(credentials, HOUR, now)?.into_string(),
        ),
        (
            "the method: this is for a PUT",
            mismatch,
            put.presign(credentials, HOUR, now)?.into_string(),
        ),
        ("no signature at all", "AccessDenied", object.url()?),
    ])
}

// What judges them.

use presign::verify::{ReceivedRequest, Verifier};
use std::process::ExitCode;
use std::time::SystemTime;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThis is not as it should be: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let server = s3_server::Server::start()?;
    std::fs::write(server.file("a.txt"), "content")?;
    std::fs::write(server.file("b.txt"), "other content")?;
    let credentials = Credentials::new(s3_server::ACCESS_KEY_ID, s3_server::SECRET_ACCESS_KEY)?;
    let bucket = Bucket::builder(s3_server::BUCKET, s3_server::REGION)
        .endpoint(server.endpoint())
        .build()?;
    let verifier = Verifier::new(s3_server::REGION, "s3");
    // A whole minute, so that a second later it is the same day.
    let now = Timestamp::from(SystemTime::now()).round_down(Duration::from_secs(60));

    println!("What is wrong, the URL, and what this crate and the server say to it:");
    for (what, code, url) in urls(&bucket, &credentials, now)? {
        let received = ReceivedRequest::from_url("GET", &url)?;
        let find = |id: &str| (id == s3_server::ACCESS_KEY_ID).then_some(&credentials);
        let verdict = verifier.verify(&received, now, find);
        let ours = verdict.err().map_or("", |error| error.code());
        let answer = s3_server::Request::new("GET", &url).send()?;
        println!("\n{what}\n{url}");
        let said = [ours, answer.error_code().unwrap_or_default()];
        let [this, that] = said.map(|code| if code.is_empty() { "accepted" } else { code });
        println!("{this}; {} {that}", answer.status);
        if ours != code {
            return Err(format!("`{what}` should have been refused with {code}").into());
        }
        // This server has no region of its own and no sessions: it takes any region, and any token that is signed.
        let accepts = ["nothing", "the region", "the session token"].contains(&what);
        if accepts != (answer.status == 200) {
            return Err(format!("the server answered `{what}` with {}", answer.status).into());
        }
    }
    println!("\nAll of it went as it should.");
    Ok(())
}
