//! Calls an API that asks for AWS's signatures, as API Gateway does with IAM authorization; and checks them on the other side.
//!
//! ```console
//! $ cargo run --example execute_api
//! ```
//!
//! The functions `call` and `authorized` are the parts to copy: the client on ureq, and the server on hyper. What comes
//! after them runs one against the other, and fails if an outcome is not as it should be.

use hyper::body::Bytes;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use presign::{Credentials, Payload, Request, v4::Signer};
use std::error::Error;
use std::time::SystemTime;
use ureq::Agent;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Posts JSON, and gives status and body of the answer. For API Gateway the URL is that of a stage:
/// `https://abc123.execute-api.us-east-1.amazonaws.com/prod/jobs`.
fn call(agent: &Agent, signer: &Signer, url: &str, json: &str) -> Outcome<(u16, String)> {
    let content_type = ("Content-Type", "application/json");
    let request = Request::post(url).header(content_type.0, content_type.1);
    let signed = signer.sign(&request, Payload::of(json), SystemTime::now())?;
    // What is sent is what was signed: that URL, that body, the header given, and those that signing adds.
    let headers = [content_type].into_iter().chain(signed.headers());
    let request = headers.fold(agent.post(url), |request, (name, value)| {
        request.header(name, value)
    });
    let mut response = request.send(json)?;
    let body = response.body_mut().read_to_string()?;
    Ok((response.status().as_u16(), body))
}

/// Who signed a request that hyper received, its body read.
fn authorized(
    verifier: &Verifier,
    request: &hyper::Request<Bytes>,
    find: impl FnOnce(&str) -> Option<Credentials>,
) -> Result<String, VerifyError> {
    // The feature `http` has `ReceivedRequest::from_http` for this.
    let target = request.uri().path_and_query();
    let target = target.map_or("/", |target| target.as_str());
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.as_bytes()));
    let received = ReceivedRequest::new(request.method().as_str(), target)
        .headers(headers)
        .body(request.body());
    let verified = verifier.verify(&received, SystemTime::now(), find)?;
    Ok(verified.into_access_key_id())
}

// What runs them.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThis is not as it should be: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    // The space in the path is encoded once in the URL, and a second time in what is signed.
    let url = format!(
        "http://{}/prod/jobs/may%202026?dry-run",
        listener.local_addr()?
    );
    runtime.spawn(serve(listener));
    println!("An API is running at {url}.");

    let config = Agent::config_builder().http_status_as_error(false);
    let agent = config.build().into();
    let signer = |id: &str, secret: &str, service: &str| {
        Signer::new(Credentials::new(id, secret)?, REGION, service)
    };
    let job = r#"{"name": "report"}"#;

    let good = signer(ACCESS_KEY_ID, SECRET_ACCESS_KEY, "execute-api")?;
    let call = |signer: &Signer| call(&agent, signer, &url, job);
    expect(
        "Signed",
        call(&good)?,
        200,
        r#"{"by":"AKIDEXAMPLE","bytes":18}"#,
    )?;
    let other = signer(ACCESS_KEY_ID, "another secret", "execute-api")?;
    expect("With another secret", call(&other)?, 403, "signature")?;
    let unknown = signer("AKIDUNKNOWN", SECRET_ACCESS_KEY, "execute-api")?;
    expect("With an unknown key", call(&unknown)?, 403, "nobody")?;
    let lambda = signer(ACCESS_KEY_ID, SECRET_ACCESS_KEY, "lambda")?;
    expect("For another service", call(&lambda)?, 400, "lambda")?;

    println!("\nAll of it went as it should.");
    Ok(())
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            // A connection that breaks off is the client's to report.
            let _ = Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service_fn(answer))
                .await;
        });
    }
}

async fn answer(request: hyper::Request<Incoming>) -> Outcome<hyper::Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let request = hyper::Request::from_parts(head, body.collect().await?.to_bytes());
    let verifier = Verifier::new(REGION, "execute-api");
    let find = |id: &str| {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY);
        credentials.ok().filter(|_| id == ACCESS_KEY_ID)
    };
    let (status, json) = match authorized(&verifier, &request, find) {
        Ok(id) => (
            200,
            serde_json::json!({"by": id, "bytes": request.body().len()}),
        ),
        Err(error) => (
            error.status(),
            serde_json::json!({"message": error.to_string()}),
        ),
    };
    let answer = hyper::Response::builder().status(status);
    Ok(answer.body(json.to_string().into())?)
}

/// Whether the answer has that status, and that text in its body.
fn expect(what: &str, answer: (u16, String), status: u16, text: &str) -> Outcome<()> {
    let (was, body) = answer;
    println!("{what}: {was} {body}");
    match was == status && body.contains(text) {
        true => Ok(()),
        false => Err(format!("it should have been {status} with {text}").into()),
    }
}
