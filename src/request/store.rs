//! The interface that all stores have.

use super::Request;
use core::fmt::Debug;

/// A store of objects: [`s3::Bucket`](crate::s3::Bucket), and with their features `gcs::Bucket`,
/// `azure::Container` and `cloudfront::Distribution`.
///
/// It is for code whose settings choose the store. Code with one store calls the store's own
/// methods.
///
/// ```
/// use core::time::Duration;
/// use presign::{Credentials, Error, Store, Timestamp, s3::Bucket};
///
/// struct Media {
///     store: Box<dyn Store>,
///     credentials: Credentials,
/// }
///
/// impl Media {
///     fn url(&self, key: &str, now: Timestamp) -> Result<String, Error> {
///         let request = self.store.object("GET", key);
///         Ok(request.presign(&self.credentials, Duration::from_secs(3600), now)?.into())
///     }
/// }
///
/// let media = Media {
///     store: Box::new(Bucket::new("media", "eu-west-1")?),
///     credentials: Credentials::new("AKIDEXAMPLE", "secret")?,
/// };
/// let url = media.url("a.pdf", "20130524T000000Z".parse()?)?;
/// assert!(url.starts_with("https://media.s3.eu-west-1.amazonaws.com/a.pdf?"));
/// # Ok::<(), Error>(())
/// ```
pub trait Store: Sealed + Debug + Send + Sync {
    /// Returns a request to an object.
    fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a>;
}

/// Only this crate implements [`Store`].
pub trait Sealed {}
