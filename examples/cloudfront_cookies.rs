//! A handler that lets a viewer watch a video: it sets CloudFront's three cookies for the folder
//! with the segments, and redirects to the playlist. The player then requests each segment by the
//! name in the playlist, and the browser sends the cookies along.
//!
//! ```console
//! $ cargo run --example cloudfront_cookies --features cloudfront,p256,http
//! ```
//!
//! The type `Videos` is the part to copy. The rest is a viewer's browser, and an edge of CloudFront
//! that checks the cookies. It exits with an error if anything unexpected happens.

use http::{Response, StatusCode, header};
use presign::cloudfront::Distribution;
use presign::{Credentials, Timestamp};
use std::time::Duration;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Longer than any video, because a player requests segments until the end.
const FOUR_HOURS: Duration = Duration::from_secs(4 * 60 * 60);

struct Videos {
    /// The distribution, at a domain below that of the site, so that both share cookies.
    cdn: Distribution,
    /// Parsed once. Its ID is CloudFront's ID of the public key.
    key: Credentials,
}

impl Videos {
    fn new(key_pair_id: &str, private_key: &str) -> Outcome<Self> {
        Ok(Videos {
            cdn: Distribution::new("https://media.example.com")?,
            key: Credentials::from_pem(key_pair_id, private_key)?,
        })
    }

    /// Answers `GET /watch/{video}` of a viewer who may watch it.
    fn watch(&self, video: u32, now: Timestamp) -> Outcome<Response<()>> {
        let folder = format!("videos/{video}/");
        // The wildcard is needed: the player requests every file of the folder.
        let policy = self.cdn.policy(format!("{folder}*"));
        let signed = policy.presign(&self.key, FOUR_HOURS, now)?;
        let playlist = self.cdn.get(format!("{folder}index.m3u8")).url()?;

        let mut response = Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, playlist)
            // The cookies are this viewer's.
            .header(header::CACHE_CONTROL, "no-store");
        for (name, value) in signed.cookies() {
            // Without an expiration, the browser drops them when it is closed.
            let cookie = format!(
                "{name}={value}; Domain=example.com; Path=/{folder}; Secure; HttpOnly; SameSite=Lax"
            );
            response = response.header(header::SET_COOKIE, cookie);
        }
        Ok(response.body(())?)
    }
}

// The program that runs it.

use presign::VerifyingKey;
use presign::cloudfront::verify;
use presign::verify::{ReceivedRequest, VerifyError, VerifyErrorKind};
use std::process::ExitCode;

const KEY_PAIR_ID: &str = "K2JCJMDEHXQW5F";

/// A published key of the tests.
const PRIVATE_KEY: &str = "\
-----BEGIN EC PRIVATE KEY-----\n\
MHcCAQEEIPzwBDYhzAbGDzebgkzbyswUqgOJZiOa1saUKQyEqE0yoAoGCCqGSM49\n\
AwEHoUQDQgAEZGYhzQCRJnW3yDOWHbdC8N+gx7JtbhM62F+hcfmNeIRCTKjrsj0E\n\
f8R4XnIDVslMSnPuRX/en9gKc1slBAc8zQ==\n\
-----END EC PRIVATE KEY-----\n\
";

/// CloudFront has this one, in a key group of the distribution.
const PUBLIC_KEY: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZGYhzQCRJnW3yDOWHbdC8N+gx7Jt\n\
bhM62F+hcfmNeIRCTKjrsj0Ef8R4XnIDVslMSnPuRX/en9gKc1slBAc8zQ==\n\
-----END PUBLIC KEY-----\n\
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("unexpected: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let videos = Videos::new(KEY_PAIR_ID, PRIVATE_KEY)?;
    let edge = VerifyingKey::from_pem(PUBLIC_KEY)?;
    let now: Timestamp = "2026-11-27T12:00:00Z".parse()?;
    let response = videos.watch(7, now)?;

    // The browser keeps the cookies and follows the redirect.
    let cookies: Vec<&str> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|cookie| Ok(cookie.to_str()?.split(';').next().unwrap_or_default()))
        .collect::<Outcome<_>>()?;
    expect("cookies", cookies.len(), 3)?;
    let cookies = cookies.join("; ");
    let playlist = response.headers()[header::LOCATION].to_str()?;
    println!("redirect to {playlist}\nwith {cookies}\n");

    // The player requests the playlist and the files that it names.
    let ask = |url: &str, cookies: &str, now: Timestamp| -> Outcome<Result<(), VerifyError>> {
        let request = ReceivedRequest::from_url("GET", url)?.header("Cookie", cookies);
        let answer = verify(&request, now, |id| (id == KEY_PAIR_ID).then_some(&edge));
        match &answer {
            Ok(()) => println!("200 {url}"),
            Err(error) => println!("{} {url}: {error}", error.status()),
        }
        Ok(answer)
    };
    for file in ["index.m3u8", "0.ts", "1.ts"] {
        let url = playlist.replace("index.m3u8", file);
        expect(&url, ask(&url, &cookies, now)?, Ok(()))?;
    }
    // Another video, no cookies, and the next day.
    let other = playlist.replace("/7/", "/8/");
    let tomorrow = now.saturating_add(Duration::from_secs(24 * 60 * 60));
    for (url, cookies, now, expected) in [
        (
            other.as_str(),
            cookies.as_str(),
            now,
            VerifyErrorKind::Resource,
        ),
        (playlist, "theme=dark", now, VerifyErrorKind::NotSigned),
        (playlist, &cookies, tomorrow, VerifyErrorKind::Expired),
    ] {
        let kind = ask(url, cookies, now)?.map_err(|error| error.kind());
        expect(url, kind, Err(expected))?;
    }
    Ok(())
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, seen: T, expected: T) -> Outcome<()> {
    if seen == expected {
        Ok(())
    } else {
        Err(format!("{what}: {seen:?} instead of {expected:?}").into())
    }
}
