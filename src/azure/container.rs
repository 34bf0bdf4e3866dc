//! A container of blobs.

use super::account::Account;
use super::names::{check_name, check_object};
use super::operation::{Level, Operation, sets_tags};
use super::permissions::Permissions;
use super::resource::Resource;
use super::sas::Sas;
use super::service::Service;
use crate::error::{Error, ErrorKind, error};
use crate::expiry::Expiry;
use crate::identity::Identity;
use crate::request::{
    Address, CustomSigner, Destination, PresignedUrl, Request, Sealed, SignedRequest, Signer,
    Store, Unsigned, header_names, own_method,
};
use crate::scheme::azure_sas::Field;
use crate::text::percent::{Component, PATH};
use crate::time::Timestamp;
use crate::wire::path::Path;
use crate::wire::query::{Param, write_query};
use crate::wire::request_parts::RequestParts;
use alloc::borrow::{Cow, ToOwned as _};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
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
        self.object_request("GET".into(), blob.into())
    }

    /// Returns a request that writes a blob. It is a block blob, unless a header `x-ms-blob-type`
    /// says otherwise.
    #[must_use]
    pub fn put<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object_request("PUT".into(), blob.into())
    }

    /// Returns a request that reads the properties of a blob.
    #[must_use]
    pub fn head<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object_request("HEAD".into(), blob.into())
    }

    /// Returns a request that deletes a blob.
    #[must_use]
    pub fn delete<'a>(&'a self, blob: impl Into<Cow<'a, str>>) -> Request<'a> {
        self.object_request("DELETE".into(), blob.into())
    }

    /// Returns a request to the container itself, to be signed with headers: `restype=container` is
    /// among its parameters. For a URL, use [`Account::sas`].
    #[must_use]
    pub fn request<'a>(&'a self, method: impl Into<Cow<'a, str>>) -> Request<'a> {
        let request = Request::new(
            method,
            Destination::Bucket(&self.address),
            Signer::Custom(self),
        );
        request.query("restype", "container")
    }

    /// Returns the name of the container.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn object_request<'a>(&'a self, method: Cow<'a, str>, blob: Cow<'a, str>) -> Request<'a> {
        let object = Destination::Object(&self.address, blob);
        Request::new(method, object, Signer::Custom(self))
    }
}

impl Sealed for Container {}

impl Store for Container {
    fn object<'a>(&'a self, method: &'a str, key: &'a str) -> Request<'a> {
        self.object_request(method.into(), key.into())
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
        let Path::Object { key: blob, .. } = parts.path else {
            return Err(self.unsupported("URLs of other hosts"));
        };
        if blob.is_empty() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                "a URL of a container needs permissions of your choice; make it with \
                 `Account::sas`",
            ));
        }
        let params = Params::parse(&parts.params)?;
        let permissions = params.permissions(parts)?;
        let resource = params.resource(&self.name, blob);
        let mut sas = Sas::new(&self.account, resource, permissions);
        for (field, value) in &params.response {
            sas = sas.field(field.name(), value.as_ref());
        }

        let mut url = String::with_capacity(parts.max_url_len());
        parts.write_origin(&mut url);
        parts.path.write_as_sent(&mut url);
        write_query(&params.others, &mut url);
        url.push(if params.others.is_empty() { '?' } else { '&' });
        let mut headers = Vec::new();
        if parts.method == "PUT" && params.comp.is_none() {
            let value = parts.header(BLOB_TYPE).map(|header| header.trimmed());
            let value = value.unwrap_or(b"BlockBlob");
            let value = String::from_utf8_lossy(value).into_owned();
            headers.push((BLOB_TYPE.to_owned(), value));
        }
        let method = own_method(parts.method);
        let not_covered = header_names(parts, |_| true);
        let unsigned = sas.prepare(identity, expiry, now)?;
        Ok(unsigned.map(move |token| {
            url.push_str(token.as_str());
            PresignedUrl {
                method,
                url,
                headers,
                not_covered,
                // Only a stored policy can leave the expiry out, and there is none here.
                expires_at: token.expires_at().unwrap_or(now),
            }
        }))
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

/// The type of a blob, a header that the service requires for an upload.
const BLOB_TYPE: &str = "x-ms-blob-type";

/// The parameters of a request to a blob.
#[derive(Default)]
struct Params<'p> {
    /// Headers of the response, which the token sets.
    response: Vec<(Field, Cow<'p, str>)>,
    others: Vec<Param<'p>>,
    /// The parameter `comp`, which selects an operation.
    comp: Option<Cow<'p, str>>,
    snapshot: Option<Cow<'p, str>>,
    version: Option<Cow<'p, str>>,
    delete_type: Option<Cow<'p, str>>,
}

impl<'p> Params<'p> {
    fn parse(params: &[Param<'p>]) -> Result<Self, Error> {
        let mut parsed = Params::default();
        for param in params {
            // The service ignores the case of names.
            let name = param.name.to_text_lossy().to_ascii_lowercase();
            let value = param.value.unwrap_or_default().to_text_lossy();
            match Field::from_name(&name) {
                Some(
                    field @ (Field::CacheControl
                    | Field::ContentDisposition
                    | Field::ContentEncoding
                    | Field::ContentLanguage
                    | Field::ContentType),
                ) => {
                    parsed.response.push((field, value));
                    continue;
                }
                Some(field) => {
                    return Err(error!(
                        Query,
                        "the parameter {} belongs to the shared access signature; set it with \
                         `Account::sas`",
                        field.name()
                    ));
                }
                None => {}
            }
            let known = match &*name {
                "comp" => Some(&mut parsed.comp),
                "snapshot" => Some(&mut parsed.snapshot),
                "versionid" => Some(&mut parsed.version),
                "deletetype" => Some(&mut parsed.delete_type),
                _ => None,
            };
            if let Some(known) = known
                && known.replace(value).is_some()
            {
                return Err(error!(Query, "duplicate parameter {name}; write it once"));
            }
            parsed.others.push(*param);
        }
        if parsed.snapshot.is_some() && parsed.version.is_some() {
            return Err(error!(
                Query,
                "the request names a snapshot and a version; name one of them"
            ));
        }
        Ok(parsed)
    }

    fn permissions(&self, parts: &RequestParts<'_>) -> Result<Permissions, Error> {
        let method = parts.method;
        let comp = self.comp.as_deref().unwrap_or_default();
        let delete_type = self.delete_type.as_deref().unwrap_or_default();
        let operation = Operation {
            service: Service::Blob,
            level: Level::Object,
            method,
            comp: &comp.to_ascii_lowercase(),
            has_version: self.version.is_some(),
            is_permanent: delete_type.eq_ignore_ascii_case("permanent"),
            sets_tags: sets_tags(parts.headers.iter()),
            names_message: false,
            peeks: false,
            has_if_match: false,
            is_batch: false,
            is_of_account: false,
        };
        let needed = operation.needed().ok_or_else(|| {
            error!(
                Unsupported,
                "unsupported method {method}; choose the permissions with `Account::sas`"
            )
        })?;
        Ok(needed.permissions())
    }

    fn resource<'r>(&'r self, container: &'r str, blob: &'r str) -> Resource<'r> {
        match (&self.snapshot, &self.version) {
            (Some(snapshot), _) => Resource::Snapshot {
                container,
                blob,
                snapshot,
            },
            (None, Some(version)) => Resource::Version {
                container,
                blob,
                version,
            },
            (None, None) => Resource::Blob { container, blob },
        }
    }
}
