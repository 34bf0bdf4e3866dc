//! A server on loopback in place of the services that have credentials.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

/// A request as the server received it.
pub struct Received {
    /// The method, a space, and path with query.
    pub line: String,
    pub headers: hyper::HeaderMap,
    pub body: String,
}

impl Received {
    /// Returns a header's value, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

/// The status and the body of an answer.
pub type Answer = (u16, String);

/// Starts a server for the rest of the process, and returns its origin.
pub fn start(answer: fn(&Received) -> Answer) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let service = service_fn(move |request| respond(request, answer));
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
    });
    origin
}

async fn respond(
    request: Request<Incoming>,
    answer: fn(&Received) -> Answer,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let (status, text) = answer(&Received {
        line: format!("{} {}", head.method, head.uri),
        headers: head.headers,
        body: String::from_utf8(body.into()).unwrap(),
    });
    let response = Response::builder()
        .status(status)
        // The instance metadata tells how long its token is valid.
        .header("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    Ok(response.body(Full::from(text)).unwrap())
}
