//! A container of blobs.

use super::account::Account;
use super::blob_params::BlobParams;
use super::blob_template::BlobTemplate;
use super::names::{check_name, check_object};
use super::sas::Sas;
use super::sas_token::SasToken;
use super::service::Service;
use crate::credentials::Credentials;
use crate::error::{Error, ErrorKind, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{
    Address, CustomSigner, CustomTemplate, Destination, PresignedUrl, Request, Sealed,
    SignedRequest, Signer, Store, Unsigned, header_names, own_method,
};
use crate::scheme::azure_sas::Field;
use crate::text::percent::{Component, PATH};
use crate::time::Timestamp;
use crate::wire::query::Param;
use crate::wire::request_parts::RequestParts;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A container of blobs, and its address.
///
/// `presign` makes a shared access signature for one blob, with the permissions of the operation:
/// read for a GET, create and write for a PUT, delete for a DELETE. A PUT with a header that sets
/// tags, such as `x-ms-tags`, also has theirs.
///
/// `sign` uses Shared Key, or Shared Key Lite after [`Account::shared_key_lite`]. Write a
/// `Content-Length` header to sign a body's length; without it, the body is empty.
///
/// ```
/// use core::time::Duration;
/// use presign::azure::{self, Account};
/// use presign::{ContentDisposition, Timestamp};
///
/// let key = azure::shared_key("myaccount", "c2VjcmV0")?;
/// let now: Timestamp = "2026-10-06T00:00:00Z".parse()?;
/// let hour = Duration::from_secs(3600);
/// let images = Account::new("myaccount")?.container("images")?;
///
/// let link = images
///     .get("cat.png")
///     .response_content_disposition(ContentDisposition::attachment("Cat.png"))
///     .presign(&key, hour, now)?;
/// assert!(link.as_str().starts_with("https://myaccount.blob.core.windows.net/images/cat.png?sv="));
///
/// let downloads = images.request("GET").template(&key, hour, now)?;
/// for blob in ["cat.png", "dog.png"] {
///     let link = downloads.presign(blob, now)?;
///     assert_eq!(link.as_str(), images.get(blob).presign(&key, hour, now)?.as_str());
/// }
///
/// // The service requires this header, although the signature doesn't cover it.
/// let upload = images.put("cat.png").presign(&key, hour, now)?;
/// assert_eq!(upload.headers().collect::<Vec<_>>(), [("x-ms-blob-type", "BlockBlob")]);
///
/// let signed = images
///     .put("cat.png")
///     .header("x-ms-blob-type", "BlockBlob")
///     .header("Content-Length", "4096")
///     .sign(&key, now)?;
/// let names: Vec<_> = signed.headers().map(|(name, _)| name).collect();
/// assert_eq!(names, ["x-ms-date", "x-ms-version", "Authorization"]);
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Container {
    account: Account,
    name: Box<str>,
    address: Address,
}

impl Container {
    pub(super) fn new(account: Account, name: &str) -> Result<Self, Error> {
        check_name("container", name)?;
        let endpoint = account.endpoint_of(Service::Blob);
        let mut prefix = format!("{}/", endpoint.path);
        Component::Raw(name).write(&PATH, &mut prefix);
        prefix.push('/');
        let address = Address {
            origin: endpoint.origin.clone(),
            authority: endpoint.authority.clone(),
            prefix: prefix.into_boxed_str(),
            // The service counts characters, so the bytes of a name don't decide.
            max_key_len: usize::MAX,
            key_rule: |blob| check_object("blob", blob),
        };
        Ok(Container {
            account,
            name: Box::from(name),
            address,
        })
    }

    /// Returns a request that reads a blob.
    #[must_use]
    pub fn get<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("GET", blob)
    }

    /// Returns a request that writes a blob. It is a block blob, unless a header `x-ms-blob-type`
    /// says otherwise.
    #[must_use]
    pub fn put<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("PUT", blob)
    }

    /// Returns a request that reads the properties of a blob.
    #[must_use]
    pub fn head<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("HEAD", blob)
    }

    /// Returns a request that deletes a blob.
    #[must_use]
    pub fn delete<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object("DELETE", blob)
    }

    /// Returns a request to a blob with any method and parameters:
    /// `container.object("PUT", blob).query("comp", "tier")`.
    #[must_use]
    pub fn object<'a>(
        &'a self,
        method: impl Into<Cow<'a, str>>,
        blob: impl Into<Cow<'a, str>>,
    ) -> Request<'a> {
        let object = Destination::Object(&self.address, blob.into());
        Request::new(method, object, Signer::Custom(self))
    }

    /// Returns a request to the container itself, to be signed with headers: `restype=container` is
    /// among its parameters. For a URL of the container, use [`Account::sas`].
    ///
    /// Its [`template`](Request::template) makes URLs of blobs, which don't have that parameter.
    /// [`query_per_row`](Request::query_per_row) can set the headers of the response, such as
    /// `rscd`, and parameters that are not signed, such as `blockid`.
    #[must_use]
    pub fn request<'a>(&'a self, method: impl Into<Cow<'a, str>>) -> Request<'a> {
        let request = Request::new(
            method,
            Destination::Bucket(&self.address),
            Signer::Custom(self),
        );
        let (name, value) = CONTAINER_TYPE;
        request.query(name, value)
    }

    /// Returns the name of the container.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the shared access signature of a request to a blob.
    fn sas<'s>(
        &'s self,
        blob: &'s str,
        params: &'s BlobParams<'_>,
        parts: &RequestParts<'_>,
    ) -> Result<Sas<'s>, Error> {
        let resource = params.resource(&self.name, blob);
        let mut sas = Sas::new(&self.account, resource, params.permissions(parts)?);
        for (field, value) in &params.response {
            sas = sas.field(field.name(), value.as_ref());
        }
        Ok(sas)
    }
}

/// Returns the name of the blob, or an error for a request to the container.
fn blob_of<'p>(parts: &'p RequestParts<'_>) -> Result<&'p str, Error> {
    match parts.path.key() {
        "" => Err(Error::new(
            ErrorKind::Unsupported,
            "a URL of a container needs permissions of your choice; make it with `Account::sas`",
        )),
        blob => Ok(blob),
    }
}

/// Returns a link up to its token. [`with_token`] sets its expiry.
fn without_token(
    parts: &RequestParts<'_>,
    params: &BlobParams<'_>,
    now: Timestamp,
) -> PresignedUrl {
    /// Room for most tokens, so that adding one doesn't copy the URL.
    const TOKEN: usize = 256;
    let mut url = String::with_capacity(parts.max_url_len().saturating_add(TOKEN));
    parts.write_origin(&mut url);
    parts.path.write_as_sent(&mut url);
    params.write_before_token(&mut url);
    PresignedUrl {
        method: own_method(parts.method),
        url,
        headers: params.headers(parts),
        not_covered: header_names(parts, |_| true),
        expires_at: now,
    }
}

/// Adds the token and its expiry. The token's own URL isn't used, because the parameters of the
/// operation come before the token.
fn with_token(mut link: PresignedUrl, token: &SasToken) -> PresignedUrl {
    link.url.push_str(token.as_str());
    // Only a stored access policy can leave the expiry out, and there is none here.
    link.expires_at = token.expires_at().unwrap_or(link.expires_at);
    link
}

impl Sealed for Container {}

impl Store for Container {
    fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a> {
        Container::object(self, method, key)
    }
}

impl CustomSigner for Container {
    fn prepare_url(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Unsigned<PresignedUrl>, Error> {
        let params = BlobParams::parse(&parts.params)?;
        let link = without_token(parts, &params, now);
        let sas = self.sas(blob_of(parts)?, &params, parts)?;
        let unsigned = sas.prepare(identity, expiry, now)?;
        Ok(unsigned.map(move |token| with_token(link, &token)))
    }

    fn presign_url(
        &self,
        parts: &RequestParts<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<PresignedUrl, Error> {
        let params = BlobParams::parse(&parts.params)?;
        let sas = self.sas(blob_of(parts)?, &params, parts)?;
        let token = sas.presign(credentials, expiry, now)?;
        Ok(with_token(without_token(parts, &params, now), &token))
    }

    fn template(
        &self,
        parts: RequestParts<'_>,
        credentials: &Credentials,
        expiry: Expiry,
        now: Timestamp,
    ) -> Result<Arc<dyn CustomTemplate>, Error> {
        let blob_params: Vec<_> = parts
            .params
            .iter()
            // `Container::request` added it for requests that are signed with headers.
            .filter(|param| !is_container_type(param))
            .copied()
            .collect();
        let params = BlobParams::parse(&blob_params)?;
        let sas = self.sas("", &params, &parts)?;
        let template = BlobTemplate::new(&sas, &params, &parts, credentials)?;
        template.expires_at(expiry, now)?;
        Ok(Arc::new(template))
    }

    fn prepare_headers(
        &self,
        parts: &RequestParts<'_>,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Unsigned<SignedRequest>, Error> {
        let signer = self.account.shared_key_signer();
        signer.prepare_headers(parts, identity, now)
    }

    fn parameter_name(&self, name: &'static str) -> Option<&'static str> {
        let field = match name {
            "versionId" => return Some("versionid"),
            "response-cache-control" => Field::CacheControl,
            "response-content-disposition" => Field::ContentDisposition,
            "response-content-encoding" => Field::ContentEncoding,
            "response-content-language" => Field::ContentLanguage,
            "response-content-type" => Field::ContentType,
            _ => return None,
        };
        Some(field.name())
    }

    fn unsupported(&self, what: &str) -> Error {
        error!(Unsupported, "Azure Storage doesn't support {what}")
    }
}

/// The parameter of a request to a container.
const CONTAINER_TYPE: (&str, &str) = ("restype", "container");

fn is_container_type(param: &Param<'_>) -> bool {
    let (name, value) = CONTAINER_TYPE;
    param.name.decodes_to(name) && param.value.unwrap_or_default().decodes_to(value)
}
