//! An S3 server that someone else wrote and that verifies every signature, for the tests and the examples: the
//! crates s3s and s3s-fs, on a port of this machine, with the objects as files in a temporary folder.
//!
//! What lives here: the server, and a client that sends a request just as it is written. What does not: anything
//! that signs. The key pair is made up here; no other server knows it.

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

/// The one user that the server knows.
pub const ACCESS_KEY_ID: &str = "EXAMPLEKEY";
/// The secret of that user.
pub const SECRET_ACCESS_KEY: &str = "made/up+for=the tests";
/// The one bucket, empty at first.
pub const BUCKET: &str = "examplebucket";
/// The server takes any region, as long as it is the one in the signature.
pub const REGION: &str = "us-east-1";

/// A running server. It ends, and its objects are removed, when this is dropped.
pub struct Server {
    // Fields are dropped in this order: nothing writes into the folder when it goes.
    _runtime: Runtime,
    folder: TempDir,
    port: u16,
}

impl Server {
    /// Starts a server in the background, on a port that is free.
    pub fn start() -> Result<Server, Box<dyn Error>> {
        Server::start_for(ACCESS_KEY_ID)
    }

    /// Starts a server that knows its user by another access key id.
    pub fn start_for(access_key_id: &str) -> Result<Server, Box<dyn Error>> {
        Server::run(access_key_id, 0, |_| None)
    }

    /// Starts a server on this port, 0 for one that is free, that also answers with pages. They are made by a
    /// function of the endpoint.
    ///
    /// Pages and objects have one origin, so a page's script may talk to the bucket: elsewhere, the bucket's CORS
    /// configuration has to allow that.
    pub fn start_with(
        port: u16,
        pages: impl FnOnce(String) -> Pages,
    ) -> Result<Server, Box<dyn Error>> {
        Server::run(ACCESS_KEY_ID, port, |endpoint| Some(pages(endpoint)))
    }

    fn run(
        access_key_id: &str,
        port: u16,
        pages: impl FnOnce(String) -> Option<Pages>,
    ) -> Result<Server, Box<dyn Error>> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))?;
        let port = listener.local_addr()?.port();

        let folder = tempfile::tempdir()?;
        std::fs::create_dir(folder.path().join(BUCKET))?;

        let mut service = S3ServiceBuilder::new(FileSystem::new(folder.path()).map_err(text)?);
        service.set_auth(SimpleAuth::from_single(access_key_id, SECRET_ACCESS_KEY));
        // What stands before this in a Host header is the name of a bucket.
        service.set_host(SingleDomain::new(&format!("localhost:{port}"))?);
        let service = service.build();
        let pages = pages(endpoint(port)).map(Arc::new);

        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (service, pages) = (service.clone(), pages.clone());
                let answer =
                    service_fn(move |request| answer(service.clone(), pages.clone(), request));
                tokio::spawn(async move {
                    // A connection that breaks off is the client's to report.
                    let _ = Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        });
        Ok(Server {
            _runtime: runtime,
            folder,
            port,
        })
    }

    /// The endpoint, for [`presign::s3::BucketBuilder::endpoint`].
    pub fn endpoint(&self) -> String {
        endpoint(self.port)
    }

    /// The file that the server keeps an object in.
    pub fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(key)
    }
}

fn endpoint(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// What a server answers to a GET request besides S3, by its path and query; none where it is S3's to answer.
pub type Pages = Box<dyn Fn(&str) -> Option<Page> + Send + Sync>;

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
    if let Some(page) = target.filter(|_| is_get).and_then(|it| pages(it.as_str())) {
        return hyper::Response::builder()
            .status(page.status)
            .header("Content-Type", page.content_type)
            .body(Body::from(page.body))
            .map_err(|error| HttpError::new(error.into()));
    }
    // s3s refuses a file as soon as it is too large, and a browser that is still sending then shows no answer.
    let (head, body) = request.into_parts();
    let body = body.collect().await;
    let body = body.map_err(|error| HttpError::new(error.into()))?;
    let request = hyper::Request::from_parts(head, Body::from(body.to_bytes()));
    service.call(request).await
}

/// An error of s3s-fs, which is none of the standard library's.
fn text(error: s3s_fs::Error) -> String {
    format!("{error:?}")
}

/// A request, to be sent just as it stands here.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, url: &str) -> Request {
        Request {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// What the receiver of a link does: the link's method, its URL, and the headers that go with it.
    pub fn of(link: &PresignedUrl) -> Request {
        Request::new(link.method(), link.as_str()).headers(link.headers())
    }

    /// What a browser sends for a form with a file: a part of `multipart/form-data` for each field, and the file as
    /// the last one.
    pub fn form<'a>(
        url: &str,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        file_name: &str,
        file: &[u8],
    ) -> Request {
        /// Long enough to stand in no field and no file.
        const BOUNDARY: &str = "----presign-d0a3bd4f85b24bc5b1c0d4a6c7f4a2f9";
        let disposition = |name: &str| {
            let name = form_name(name);
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"")
        };
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("{}\r\n\r\n{value}\r\n", disposition(name));
            body.extend_from_slice(part.as_bytes());
        }
        let front = format!(
            "{}; filename=\"{}\"\r\nContent-Type: application/octet-stream\r\n\r\n",
            disposition("file"),
            form_name(file_name)
        );
        body.extend_from_slice(front.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        Request::new("POST", url)
            .headers([("Content-Type", content_type)])
            .body(&body)
    }

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

    pub fn body(mut self, body: &[u8]) -> Request {
        self.body = body.into();
        self
    }

    /// Sends it. Every answer of a server is one, whatever its status.
    ///
    /// The connection goes to this machine whatever the host, so that no resolver has to know
    /// `bucket.localhost`; the Host header is the URL's unless one is given.
    pub fn send(&self) -> Result<Answer, Box<dyn Error>> {
        static AGENT: LazyLock<ureq::Agent> = LazyLock::new(|| {
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .proxy(None)
                .timeout_global(Some(Duration::from_secs(30)))
                // A server may close a connection after a refusal: each request has its own.
                .max_idle_connections(0)
                .build()
                .into()
        });
        let url = self.url.strip_prefix("http://").ok_or("no http:// URL")?;
        let (host, path) = url.split_at(url.find('/').ok_or("a URL without a path")?);
        let (_, port) = host.rsplit_once(':').ok_or("a host without a port")?;

        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("http://{}:{port}{path}", Ipv4Addr::LOCALHOST));
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

/// A name in a form's part, as HTML has browsers escape it.
fn form_name(name: &str) -> String {
    let name = name.replace('\r', "%0D").replace('\n', "%0A");
    name.replace('"', "%22")
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(given, _)| given == name)?;
        std::str::from_utf8(value).ok()
    }

    /// S3's code for an error, such as `SignatureDoesNotMatch`, out of the XML that it answers with. A HEAD request
    /// gets none: its answer has no body.
    pub fn error_code(&self) -> Option<&str> {
        let xml = std::str::from_utf8(&self.body).ok()?;
        let (_, rest) = xml.split_once("<Code>")?;
        Some(rest.split_once("</Code>")?.0)
    }
}
