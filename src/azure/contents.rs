//! The contents of an account: containers, and tokens for every resource.

use super::account::Account;
use super::container::Container;
use super::permissions::Permissions;
use super::resource::Resource;
use super::sas::Sas;
use super::service::Service;
use super::shared_key_query::check_plus;
use crate::error::{Error, error};
use crate::request::{Destination, Request, Signer};
use alloc::borrow::Cow;

impl Account {
    /// Returns a container of blobs.
    ///
    /// # Errors
    /// [`ErrorKind::Bucket`](crate::ErrorKind::Bucket) for an invalid name.
    pub fn container(&self, name: &str) -> Result<Container, Error> {
        Container::new(self.clone(), name)
    }

    /// Returns a request to any URL of a service, to be signed with Shared Key. The URL is absolute
    /// and percent-encoded.
    ///
    /// Signing fails if the verifier would reject the request, because another one has the same
    /// signed text. With Shared Key, no parameter can be duplicate, ignoring case, have a colon in
    /// its name, a control character, or a raw `+`. Write a plus sign as `%2B` and a space as
    /// `%20`. A path can't have the segments `.` and `..`.
    ///
    /// ```
    /// use presign::azure::{self, Account, Service};
    /// use presign::Timestamp;
    ///
    /// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
    /// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
    /// let account = Account::new("myaccount")?;
    /// let list = account
    ///     .request(Service::Queue, "GET", "https://myaccount.queue.core.windows.net/?comp=list")
    ///     .sign(&key, now)?;
    /// assert_eq!(list.headers().next(), Some(("x-ms-date", "Tue, 06 Oct 2026 00:00:00 GMT")));
    /// # Ok::<(), presign::Error>(())
    /// ```
    #[must_use]
    pub fn request<'a>(
        &'a self,
        service: Service,
        method: impl Into<Cow<'a, str>>,
        url: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        let (signer, url) = (self.shared_key_signer_of(service), url.into());
        let query = url.split_once('?').map(|(_, query)| query);
        let checked = check_plus(signer.form, query);
        let request = Request::new(method, Destination::Url(url), Signer::Custom(signer));
        match checked {
            Ok(()) => request,
            Err(fault) => request.fail(error!(Query, "{fault}")),
        }
    }

    /// Returns the description of a shared access signature. Pass [`Permissions::NONE`] if the
    /// stored access policy sets the permissions.
    #[must_use]
    #[inline]
    pub fn sas<'a>(&'a self, resource: Resource<'a>, permissions: Permissions) -> Sas<'a> {
        Sas::new(self, resource, permissions)
    }
}
