//! Prints signatures that a server has to reject, each with its fault, to test a server, a proxy or
//! a verifier.
//!
//! ```console
//! $ cargo run --example bad_signatures
//! ```
//!
//! Every line except the last is a complete, well-formed request with exactly the named fault. The
//! time is an argument, so the same time results in the same list. `urls` is the part to copy. The
//! rest checks them with this crate's verifier and with an S3 server by other authors, and exits
//! with an error if anything unexpected happens.

use presign::s3::Bucket;
use presign::{Credentials, Error, Timestamp, v4};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A URL with a fault.
struct BadUrl {
    fault: &'static str,
    /// S3's error code, or empty for a valid URL.
    code: &'static str,
    url: String,
}

/// Returns the list. The first URL is valid. A server that rejects it rejects the others for
/// another reason.
fn urls(bucket: &Bucket, credentials: &Credentials, now: Timestamp) -> Result<Vec<BadUrl>, Error> {
    let id = credentials.identity().access_key_id();
    let get = bucket.get("a.txt");
    let good = String::from(get.presign(credentials, HOUR, now)?);

    let other_secret = Credentials::new(id, "another secret access key")?;
    let unknown = Credentials::new("AKIDUNKNOWN", "another secret access key")?;
    let token = credentials.clone().with_session_token("AQoDYXdzEXAMPLE")?;
    let two_hours_ago = Timestamp::from_unix_seconds(now.unix_seconds() - 2 * 3600);
    let tomorrow = now.saturating_add(Duration::from_secs(24 * 3600));
    let next_second = now.saturating_add(Duration::from_secs(1));

    let other_region = v4::Service::new("eu-west-1", "s3")?;
    let other_service = v4::Service::new(bucket.region(), "execute-api")?;
    let unsigned_url = get.url()?;
    let in_other_region = other_region.get(&unsigned_url);
    let of_other_service = other_service.get(&unsigned_url);
    let with_unsent_header = bucket.get("a.txt").header("x-amz-meta-never-sent", "1");
    let put = bucket.put("a.txt");

    let mismatch = "SignatureDoesNotMatch";
    let malformed = "AuthorizationQueryParametersError";
    let mut bad_urls = Vec::new();
    for (fault, code, request, credentials, time) in [
        ("nothing", "", &get, credentials, now),
        ("the secret", mismatch, &get, &other_secret, now),
        (
            "the access key ID",
            "InvalidAccessKeyId",
            &get,
            &unknown,
            now,
        ),
        ("the session token", "InvalidToken", &get, &token, now),
        (
            "it expired an hour ago",
            "AccessDenied",
            &get,
            credentials,
            two_hours_ago,
        ),
        (
            "it is signed tomorrow",
            "AccessDenied",
            &get,
            credentials,
            tomorrow,
        ),
        ("the region", malformed, &in_other_region, credentials, now),
        (
            "the service",
            malformed,
            &of_other_service,
            credentials,
            now,
        ),
        (
            "a signed header that is not sent",
            mismatch,
            &with_unsent_header,
            credentials,
            now,
        ),
        (
            "the method: this is for PUT",
            mismatch,
            &put,
            credentials,
            now,
        ),
    ] {
        let url = request.presign(credentials, HOUR, time)?.into();
        bad_urls.push(BadUrl { fault, code, url });
    }

    // URLs that were changed after signing.
    let later = get.presign(credentials, HOUR, next_second)?;
    let (unsigned_part, last_digit) = good.split_at(good.len() - 1);
    let other_digit = if last_digit == "0" { "1" } else { "0" };
    for (fault, url) in [
        (
            "the last digit of the signature",
            format!("{unsigned_part}{other_digit}"),
        ),
        (
            "the key, changed after signing",
            good.replacen("/a.txt", "/b.txt", 1),
        ),
        (
            "a later expiry, written after signing",
            good.replacen("X-Amz-Expires=3600", "X-Amz-Expires=7200", 1),
        ),
        (
            "the date, changed after signing",
            good.replacen(date(&good), date(later.as_str()), 1),
        ),
        (
            "a parameter added after signing",
            good.replacen('?', "?acl=&", 1),
        ),
    ] {
        assert_ne!(url, good, "{fault}");
        bad_urls.push(BadUrl {
            fault,
            code: mismatch,
            url,
        });
    }
    bad_urls.push(BadUrl {
        fault: "it has no signature",
        code: "AccessDenied",
        url: unsigned_url,
    });
    Ok(bad_urls)
}

/// Returns the parameter that contains the date.
fn date(url: &str) -> &str {
    let mut params = url.split('&');
    params
        .find(|param| param.starts_with("X-Amz-Date="))
        .unwrap_or_default()
}

// The program that checks the list.

use presign::verify::{ReceivedRequest, Verifier};
use std::process::ExitCode;
use std::time::SystemTime;

/// The faults that the server accepts, because it has neither a region nor sessions.
const ACCEPTED_BY_SERVER: [&str; 3] = ["nothing", "the region", "the session token"];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nunexpected: {error}");
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
    // A whole minute, so that the next second is on the same day.
    let now = Timestamp::from(SystemTime::now()).round_down(Duration::from_secs(60));

    println!("Each fault with its URL, and the verdicts of this crate and of the server:");
    for BadUrl { fault, code, url } in urls(&bucket, &credentials, now)? {
        println!("\n{fault}\n{url}");
        let received = ReceivedRequest::from_url("GET", &url)?;
        let verified = verifier.verify(&received, now, |id| {
            (id == s3_server::ACCESS_KEY_ID).then_some(&credentials)
        });
        let own_code = verified.err().map_or("", |error| error.code());
        let answer = s3_server::Request::new("GET", &url).send()?;
        let server_code = answer.error_code().unwrap_or_default();
        println!(
            "{}; {} {}",
            verdict(own_code),
            answer.status,
            verdict(server_code)
        );
        if own_code != code {
            return Err(format!("this crate should have answered `{fault}` with {code}").into());
        }
        if ACCEPTED_BY_SERVER.contains(&fault) != (answer.status == 200) {
            return Err(format!("the server answered `{fault}` with {}", answer.status).into());
        }
    }
    println!("\nEverything went as expected.");
    Ok(())
}

fn verdict(code: &str) -> &str {
    if code.is_empty() { "accepted" } else { code }
}
