//! Signs with a key that the library never receives, such as one in a KMS or an HSM. The program
//! prepares a result, sends the text to sign to the key's owner, waits, and completes the result.
//!
//! ```console
//! $ cargo run --example remote_key
//! ```
//!
//! `complete` is the part to copy. It completes URLs, headers and forms, in any async runtime. The
//! example then checks that each result equals the one that the library signs with the key.

use presign::s3::Bucket;
use presign::{Algorithm, Credentials, Identity, Payload, PresignedUrl, SignedRequest, Unsigned};
use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

type Failure = Box<dyn Error + Send + Sync>;

/// Completes a result with a signature that the key's owner makes.
async fn complete<T>(unsigned: Unsigned<T>, key: &kms::Client) -> Result<T, Failure> {
    if unsigned.algorithm() != Algorithm::HmacSha256 {
        return Err("the key signs HMAC-SHA256 only".into());
    }
    let scope = unsigned.scope().unwrap_or_default();
    let signature = key.sign(scope, unsigned.string_to_sign()).await?;
    Ok(unsigned.finish(&signature)?)
}

/// Signs a download link and an upload with headers, without the secret.
async fn sign(
    identity: &Identity,
    bucket: &Bucket,
    key: &kms::Client,
    now: SystemTime,
) -> Result<(PresignedUrl, SignedRequest), Failure> {
    let hour = Duration::from_secs(3600);
    let link = bucket.get("report.pdf").prepare_url(identity, hour, now)?;
    let link = complete(link, key).await?;
    let upload = upload(bucket).prepare_headers(identity, now)?;
    Ok((link, complete(upload, key).await?))
}

fn upload(bucket: &Bucket) -> presign::Request<'_> {
    let payload = Payload::sha256_of("Welcome to Amazon S3.");
    bucket.put("a.txt").payload(payload)
}

/// The owner of the key: a thread that replaces a service on the network.
mod kms {
    use super::Failure;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha2::Sha256;
    use std::future::poll_fn;
    use std::sync::mpsc::{self, Sender};
    use std::task::{Poll, Waker};
    use std::thread;

    pub struct Client {
        requests: Sender<Request>,
    }

    struct Request {
        scope: String,
        message: Vec<u8>,
        reply: Sender<Vec<u8>>,
        waker: Waker,
    }

    impl Client {
        pub fn start(secret_access_key: &'static str) -> Self {
            let (requests, received) = mpsc::channel::<Request>();
            thread::spawn(move || {
                for request in received {
                    let signature = sign(secret_access_key, &request.scope, &request.message);
                    if request.reply.send(signature).is_ok() {
                        request.waker.wake();
                    }
                }
            });
            Client { requests }
        }

        /// Returns the HMAC of a message with the key of a credential scope.
        pub async fn sign(&self, scope: &str, message: &[u8]) -> Result<Vec<u8>, Failure> {
            let (reply, received) = mpsc::channel();
            // One waker is enough, because `block_on` polls with no other.
            let waker = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
            self.requests.send(Request {
                scope: scope.to_owned(),
                message: message.to_owned(),
                reply,
                waker,
            })?;
            poll_fn(move |_| match received.try_recv() {
                Ok(signature) => Poll::Ready(Ok(signature)),
                Err(mpsc::TryRecvError::Empty) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error.into())),
            })
            .await
        }
    }

    /// Derives the key of the scope, as AWS's documentation describes it, and signs.
    fn sign(secret_access_key: &str, scope: &str, message: &[u8]) -> Vec<u8> {
        let secret = format!("AWS4{secret_access_key}").into_bytes();
        let key = scope
            .split('/')
            .fold(secret, |key, part| hmac_sha256(&key, part.as_bytes()));
        hmac_sha256(&key, message)
    }

    fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    }
}

/// Runs a future to completion on this thread, as an async runtime does for many.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

/// Returns a future, which has to be `Send` for a runtime with several threads.
fn assert_send<F: Future + Send>(future: F) -> F {
    future
}

fn main() -> Result<(), Failure> {
    const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let identity = Identity::hmac(ACCESS_KEY_ID)?;
    let bucket = Bucket::new("examplebucket", "us-east-1")?;
    let key = kms::Client::start(SECRET_ACCESS_KEY);
    let now = SystemTime::now();

    let (link, signed) = block_on(assert_send(sign(&identity, &bucket, &key, now)))?;
    println!("{link}");
    for (name, value) in signed.headers() {
        println!("{name}: {value}");
    }

    // The library with the key makes the same signatures.
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY)?;
    let hour = Duration::from_secs(3600);
    let expected = bucket.get("report.pdf").presign(&credentials, hour, now)?;
    assert_eq!(link.as_str(), expected.as_str());
    let expected = upload(&bucket).sign(&credentials, now)?;
    assert!(signed.headers().eq(expected.headers()));

    // A signature as text instead of raw bytes is an error.
    let unsigned = bucket.get("a").prepare_url(&identity, hour, now)?;
    let error = unsigned.finish(link.signature().as_bytes()).unwrap_err();
    assert_eq!(error.kind(), presign::ErrorKind::Signature);
    Ok(())
}
