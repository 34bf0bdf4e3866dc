//! Signatures that a server has to refuse, made on purpose, each with what is wrong about it: to test a server, a proxy or a
//! verifier. Nothing is sent.
//!
//! ```console
//! $ cargo run --example bad_signatures
//! ```
//!
//! All but the first are whole, well-formed requests: what is wrong is only what the line says. Times are arguments, so the
//! same list comes out each time.

use presign::s3::Bucket;
use presign::v4::Signer;
use presign::{Credentials, Error, Request, Timestamp};
use std::time::Duration;

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const HOUR: Duration = Duration::from_secs(3600);

fn main() -> Result<(), Error> {
    // The server's clock: an argument here, so that the output is always the same.
    let now = Timestamp::parse("2013-05-24T00:00:00Z")?;
    for (what, url) in urls(now)? {
        println!("{what}\n  {url}");
    }
    Ok(())
}

/// What is wrong, and the URL. The first is right: a server that refuses it refuses the others for another reason.
fn urls(now: Timestamp) -> Result<Vec<(&'static str, String)>, Error> {
    let credentials = Credentials::new(ID, SECRET)?;
    let bucket = Bucket::new("examplebucket", "us-east-1")?;
    let good = bucket.get("a.txt").presign(&credentials, HOUR, now)?;
    let presign = |credentials: &Credentials, now| {
        let url = bucket.get("a.txt").presign(credentials, HOUR, now)?;
        Ok::<_, Error>(url.into_string())
    };

    // Another secret under the same id: the signature of somebody who doesn't know it.
    let stranger = Credentials::new(ID, "another secret access key")?;
    // An id that the server doesn't know.
    let unknown = Credentials::new("AKIDUNKNOWN", SECRET)?;
    let token = credentials.clone().with_session_token("AQoDYXdzEXAMPLE")?;
    // Two hours ago, so that it ended an hour ago; and tomorrow.
    let past = Timestamp::from_unix_seconds(now.unix_seconds() - 2 * 3600);
    let future = now.saturating_add(Duration::from_secs(24 * 3600));
    // Scopes that are right in themselves, and not this server's.
    let scope = |region: &str, service: &str| {
        let signer = Signer::new(credentials.clone(), region, service)?;
        let request = Request::get(bucket.get("a.txt").url()?);
        Ok::<_, Error>(signer.presign(&request, HOUR, now)?.into_string())
    };
    // The signature is of one request, and the URL asks for another.
    let edited = |from: &str, to: &str| {
        let edited = good.as_str().replacen(from, to, 1);
        assert_ne!(edited, good.as_str(), "{from} is there");
        edited
    };
    let last = good.as_str().chars().next_back();
    let digit = if last == Some('0') { '1' } else { '0' };
    let (front, _) = good.as_str().split_at(good.as_str().len() - 1);

    Ok(vec![
        ("nothing", good.as_str().to_owned()),
        ("the last digit of the signature", format!("{front}{digit}")),
        ("the secret", presign(&stranger, now)?),
        ("the access key id", presign(&unknown, now)?),
        ("the session token", presign(&token, now)?),
        ("expired an hour ago", presign(&credentials, past)?),
        ("signed tomorrow", presign(&credentials, future)?),
        ("the region", scope("eu-west-1", "s3")?),
        ("the service", scope("us-east-1", "execute-api")?),
        ("the key, changed after signing", edited("/a.txt", "/b.txt")),
        (
            "a longer life, written in after signing",
            edited("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
        ),
        (
            "the date, changed after signing",
            edited("T000000Z", "T000001Z"),
        ),
        ("a parameter added after signing", edited("?", "?acl=&")),
        (
            "a header signed that is not sent",
            bucket
                .get("a.txt")
                .header("x-amz-meta-never-sent", "1")
                .presign(&credentials, HOUR, now)?
                .into_string(),
        ),
        (
            "the method: this is for a PUT",
            bucket
                .put("a.txt")
                .presign(&credentials, HOUR, now)?
                .into_string(),
        ),
        ("no signature at all", bucket.get("a.txt").url()?),
    ])
}
