//! An S3 server by other authors that verifies every signature, for the tests and the examples.
//!
//! It runs the crates s3s and s3s-fs on a local port, and stores the objects as files in a
//! temporary directory. [`Request`] is a client that sends a request exactly as it is written.
//! Nothing in this crate signs. The key pair is invented, and no other server has it.

pub mod azurite;

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use presign::PresignedUrl;
use s3s::auth::SimpleAuth;
use s3s::host::SingleDomain;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, HttpError, HttpResponse};
use s3s_fs::FileSystem;
use std::error::Error;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{self, Runtime};
use ureq::tls::TlsConfig;

/// The access key ID of the only user.
pub const ACCESS_KEY_ID: &str = "EXAMPLEKEY";
/// The secret access key of that user.
pub const SECRET_ACCESS_KEY: &str = "made/up+for=the tests";
/// The only bucket, initially empty.
pub const BUCKET: &str = "examplebucket";
/// A region. The server accepts any, as long as the signature has the same.
pub const REGION: &str = "us-east-1";

/// A running server. Dropping it stops the server and removes its objects.
pub struct Server {
    // Fields are dropped in this order, so nothing writes to the directory while it is removed.
    _runtime: Runtime,
    directory: TempDir,
    port: u16,
}

impl Server {
    /// Starts a server in the background, on a free port.
    pub fn start() -> Result<Server, Box<dyn Error>> {
        Server::start_for(ACCESS_KEY_ID)
    }

    /// Starts a server whose user has another access key ID.
    pub fn start_for(access_key_id: &str) -> Result<Server, Box<dyn Error>> {
        Server::run(access_key_id, 0, |_| Ok(None))
    }

    /// Starts a server on a port, 0 for a free one, that also answers with pages. `pages` returns
    /// them for an endpoint.
    ///
    /// Pages and objects have the same origin, so a script of a page can talk to the bucket.
    /// Otherwise the bucket's CORS configuration would have to allow it.
    pub fn start_with(
        port: u16,
        pages: impl FnOnce(String) -> Result<Pages, Box<dyn Error>>,
    ) -> Result<Server, Box<dyn Error>> {
        Server::run(ACCESS_KEY_ID, port, |endpoint| pages(endpoint).map(Some))
    }

    fn run(
        access_key_id: &str,
        port: u16,
        pages: impl FnOnce(String) -> Result<Option<Pages>, Box<dyn Error>>,
    ) -> Result<Server, Box<dyn Error>> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let port = listener.local_addr()?.port();

        let directory = tempfile::tempdir()?;
        std::fs::create_dir(directory.path().join(BUCKET))?;

        let mut service = S3ServiceBuilder::new(FileSystem::new(directory.path()).map_err(text)?);
        service.set_auth(SimpleAuth::from_single(access_key_id, SECRET_ACCESS_KEY));
        // In a Host header, the part before this is the name of a bucket.
        service.set_host(SingleDomain::new(&format!("localhost:{port}"))?);
        let service = service.build();
        let pages = pages(endpoint(port))?.map(Arc::new);

        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (service, pages) = (service.clone(), pages.clone());
                let answer =
                    service_fn(move |request| answer(service.clone(), pages.clone(), request));
                tokio::spawn(async move {
                    // The client reports a broken connection.
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        });
        Ok(Server {
            _runtime: runtime,
            directory,
            port,
        })
    }

    /// Returns the endpoint, for [`presign::s3::BucketBuilder::endpoint`].
    pub fn endpoint(&self) -> String {
        endpoint(self.port)
    }

    /// Returns the path of the file in which the server stores an object.
    pub fn file(&self, key: &str) -> PathBuf {
        self.directory.path().join(BUCKET).join(key)
    }
}

fn endpoint(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// Returns the page for the path and query of a GET request; `None` if S3 answers.
pub type Pages = Box<dyn Fn(&str) -> Option<Page> + Send + Sync>;

/// A page of a server.
pub struct Page {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

async fn answer(
    service: S3Service,
    pages: Option<Arc<Pages>>,
    request: hyper::Request<Incoming>,
) -> Result<HttpResponse, HttpError> {
    let Some(pages) = pages else {
        return service.call(request.map(Body::from)).await;
    };
    let target = request.uri().path_and_query();
    let is_get = request.method() == "GET";
    if let Some(page) = target
        .filter(|_| is_get)
        .and_then(|target| pages(target.as_str()))
    {
        return hyper::Response::builder()
            .status(page.status)
            .header("Content-Type", page.content_type)
            .body(Body::from(page.body))
            .map_err(|error| HttpError::new(error.into()));
    }
    // s3s rejects a file as soon as it is too large. A browser that is still sending then shows no
    // response.
    let (head, body) = request.into_parts();
    let body = body.collect().await;
    let body = body.map_err(|error| HttpError::new(error.into()))?;
    let request = hyper::Request::from_parts(head, Body::from(body.to_bytes()));
    service.call(request).await
}

/// Returns an error of s3s-fs, which doesn't implement `std::error::Error`, as text.
fn text(error: s3s_fs::Error) -> String {
    format!("{error:?}")
}

/// A request, which is sent exactly as it is written here.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// Returns a request without headers and body.
    pub fn new(method: &str, url: &str) -> Request {
        Request {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Returns the request of a link: its method, its URL and its headers.
    pub fn of(link: &PresignedUrl) -> Request {
        Request::new(link.method(), link.as_str()).headers(link.headers())
    }

    /// Returns the request that a browser sends for a form with a file: a part of
    /// `multipart/form-data` for each field, and the file as the last part.
    pub fn form<'a>(
        url: &str,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        file_name: &str,
        file: &[u8],
    ) -> Request {
        /// Long enough that no field and no file contains it.
        const BOUNDARY: &str = "----presign-d0a3bd4f85b24bc5b1c0d4a6c7f4a2f9";
        const PART: &str = "Content-Disposition: form-data; name=";
        let mut fields_text = String::new();
        for (name, value) in fields {
            let name = form_name(name);
            fields_text += &format!("--{BOUNDARY}\r\n{PART}\"{name}\"\r\n\r\n{value}\r\n");
        }
        let file_name = form_name(file_name);
        fields_text += &format!(
            "--{BOUNDARY}\r\n{PART}\"file\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let mut body = fields_text.into_bytes();
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        Request::new("POST", url)
            .headers([("Content-Type", content_type)])
            .body(&body)
    }

    /// Adds headers.
    pub fn headers<N, V>(mut self, headers: impl IntoIterator<Item = (N, V)>) -> Request
    where
        N: Into<String>,
        V: Into<String>,
    {
        let headers = headers.into_iter();
        self.headers
            .extend(headers.map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: &[u8]) -> Request {
        self.body = body.into();
        self
    }

    /// Sends the request, and returns the answer, whatever its status is.
    ///
    /// The connection always goes to this machine, so that no resolver has to know
    /// `bucket.localhost`. The Host header is the URL's, unless the request has one.
    pub fn send(&self) -> Result<Answer, Box<dyn Error>> {
        static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .proxy(None)
                .timeout_global(Some(Duration::from_secs(30)))
                // A server may close a connection after a rejection, so each request has its own.
                .max_idle_connections(0)
                // A certificate of a test is self-signed, and the connection goes to this machine.
                .tls_config(TlsConfig::builder().disable_verification(true).build())
                .build()
                .into()
        });
        let (scheme, rest) = self.url.split_once("://").ok_or("a URL without a scheme")?;
        let (host, path) = rest.split_at(rest.find('/').ok_or("a URL without a path")?);
        let (_, port) = host.rsplit_once(':').ok_or("a host without a port")?;

        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("{scheme}://{}:{port}{path}", Ipv4Addr::LOCALHOST));
        let is_host = |(name, _): &(String, String)| name.eq_ignore_ascii_case("host");
        if !self.headers.iter().any(is_host) {
            request = request.header("host", host);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match self.method.as_str() {
            "PUT" | "POST" => AGENT.run(request.body(self.body.as_slice())?)?,
            _ => AGENT.run(request.body(())?)?,
        };
        let headers = answer.headers().iter();
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.as_bytes().into()))
                .collect(),
            body: answer.into_body().read_to_vec()?,
        })
    }
}

/// Escapes a name in a part of a form, as HTML requires of browsers.
fn form_name(name: &str) -> String {
    let name = name.replace('\r', "%0D").replace('\n', "%0A");
    name.replace('"', "%22")
}

/// A response of the server.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the value of a header by its lowercase name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(given, _)| given == name)?;
        std::str::from_utf8(value).ok()
    }

    /// Returns S3's error code, such as `SignatureDoesNotMatch`, from the XML of the body. The
    /// answer to a HEAD request has no body, and so no code.
    pub fn error_code(&self) -> Option<&str> {
        let xml = std::str::from_utf8(&self.body).ok()?;
        let (_, rest) = xml.split_once("<Code>")?;
        Some(rest.split_once("</Code>")?.0)
    }
}
