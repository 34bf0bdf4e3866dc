//! Calls an API that requires AWS signatures, such as API Gateway with IAM authorization, and
//! verifies them on the server.
//!
//! ```console
//! $ cargo run --example execute_api
//! ```
//!
//! The functions `call` and `signer` are the parts to copy: a client on ureq, and a server on
//! hyper. The rest runs one against the other, and exits with an error if anything unexpected
//! happens.

use hyper::body::Bytes;
use presign::v4::Service;
use presign::verify::{ReceivedRequest, Verifier, VerifyError};
use presign::{Credentials, Payload};
use std::error::Error;
use std::time::SystemTime;
use ureq::Agent;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Posts JSON, and returns the status and body of the response. For API Gateway the URL is that of
/// a stage: `https://abc123.execute-api.us-east-1.amazonaws.com/prod/jobs`.
fn call(
    agent: &Agent,
    api: &Service,
    credentials: &Credentials,
    url: &str,
    json: &str,
) -> Outcome<(u16, String)> {
    let content_type = ("Content-Type", "application/json");
    let signed = api
        .post(url)
        .header(content_type.0, content_type.1)
        .payload(Payload::sha256_of(json))
        .sign(credentials, SystemTime::now())?;
    // Sends the request as it was signed: the same URL and body, its own header, and the added
    // ones.
    let headers = [content_type].into_iter().chain(signed.headers());
    let request = headers.fold(agent.post(url), |request, (name, value)| {
        request.header(name, value)
    });
    let mut response = request.send(json)?;
    let body = response.body_mut().read_to_string()?;
    Ok((response.status().as_u16(), body))
}

/// Returns the access key ID that signed a request, whose body hyper has read.
fn signer(
    verifier: &Verifier,
    request: &hyper::Request<Bytes>,
    find: impl FnOnce(&str) -> Option<Credentials>,
) -> Result<String, VerifyError> {
    // With the feature `http`, `ReceivedRequest::from_http` does this.
    let target = request.uri().path_and_query();
    let target = target.map_or("/", |target| target.as_str());
    let mut received = ReceivedRequest::new(request.method().as_str(), target).body(request.body());
    for (name, value) in request.headers() {
        received = received.header(name.as_str(), value.as_bytes());
    }
    let verified = verifier.verify(&received, SystemTime::now(), find)?;
    Ok(verified.access_key_id().to_owned())
}

// The program that runs them.

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
            eprintln!("\nunexpected: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    // The space in the path is encoded once in the URL, and again for the signature.
    let url = format!(
        "http://{}/prod/jobs/may%202026?dry-run",
        listener.local_addr()?
    );
    runtime.spawn(serve(listener));
    println!("An API is running at {url}.");

    let config = Agent::config_builder().http_status_as_error(false);
    let agent = config.build().into();
    let job = r#"{"name": "report"}"#;
    for (step, id, secret, service, status, text) in [
        (
            "Signed",
            ACCESS_KEY_ID,
            SECRET_ACCESS_KEY,
            "execute-api",
            200,
            r#"{"by":"AKIDEXAMPLE","bytes":18}"#,
        ),
        (
            "With another secret",
            ACCESS_KEY_ID,
            "another secret",
            "execute-api",
            403,
            "signature",
        ),
        (
            "With an unknown key",
            "AKIDUNKNOWN",
            SECRET_ACCESS_KEY,
            "execute-api",
            403,
            "access key",
        ),
        (
            "For another service",
            ACCESS_KEY_ID,
            SECRET_ACCESS_KEY,
            "lambda",
            400,
            "lambda",
        ),
    ] {
        let credentials = Credentials::new(id, secret)?;
        let api = Service::new(REGION, service)?;
        let response = call(&agent, &api, &credentials, &url, job)?;
        expect(step, response, status, text)?;
    }

    println!("\nEverything went as expected.");
    Ok(())
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            // The client reports a broken connection.
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
    let (status, json) = match signer(&verifier, &request, find) {
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

/// Checks the status of the response, and that its body contains a text.
fn expect(step: &str, response: (u16, String), status: u16, text: &str) -> Outcome<()> {
    let (actual_status, body) = response;
    println!("{step}: {actual_status} {body}");
    if actual_status == status && body.contains(text) {
        Ok(())
    } else {
        Err(format!("expected {status} with `{text}`").into())
    }
}
