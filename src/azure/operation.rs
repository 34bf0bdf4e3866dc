//! The permissions that an operation needs.
//!
//! The tables follow [Permissions for a service
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob)
//! and [for an account
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-account-sas#account-sas-permissions-by-operation).

use super::permissions::Permissions;
use super::service::Service;
use crate::wire::header::Header;
use core::fmt;

/// A request to a service, as far as it decides about permissions.
pub(super) struct Operation<'o> {
    pub(super) service: Service,
    pub(super) level: Level,
    pub(super) method: &'o str,
    /// The value of the parameter `comp` in lowercase; empty if there is none.
    pub(super) comp: &'o str,
    /// Whether the request names a version of a blob.
    pub(super) has_version: bool,
    /// Whether a DELETE of a snapshot or version is permanent.
    pub(super) is_permanent: bool,
    /// Whether headers also set the tags of the blob.
    pub(super) sets_tags: bool,
    /// Whether the request names one message of a queue.
    pub(super) names_message: bool,
    /// Whether messages are only peeked at.
    pub(super) peeks: bool,
    /// Whether an entity is updated only if it exists.
    pub(super) has_if_match: bool,
    /// Whether the request is a batch of operations on entities.
    pub(super) is_batch: bool,
    /// Whether an account SAS allows it. Others allow only operations within their resource.
    pub(super) is_of_account: bool,
}

/// The level of the resource that a URL names. An account SAS names the levels by the letters
/// `sco`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Service,
    Container,
    Object,
}

impl Level {
    /// Returns the letter of the level in an account SAS.
    pub(super) fn letter(self) -> char {
        match self {
            Level::Service => 's',
            Level::Container => 'c',
            Level::Object => 'o',
        }
    }
}

/// The permissions that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Needed {
    /// One of these is enough. Empty if only `all` are needed.
    any: Permissions,
    all: Permissions,
}

impl Needed {
    fn all(all: Permissions) -> Self {
        let any = Permissions::NONE;
        Needed { any, all }
    }

    pub(super) fn is_met_by(self, permissions: Permissions) -> bool {
        (self.any.is_empty() || permissions.intersects(self.any)) && permissions.contains(self.all)
    }

    pub(super) fn permissions(self) -> Permissions {
        self.any | self.all
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Needed { any, all } = self;
        match (any.is_empty(), all.is_empty()) {
            (true, _) => write!(f, "{all:?}"),
            (false, true) => write!(f, "one of {any:?}"),
            (false, false) => write!(f, "one of {any:?}, and {all:?}"),
        }
    }
}

/// Returns whether headers set the tags of a blob that is written. Writing them needs the
/// permission of [Set Blob
/// Tags](https://learn.microsoft.com/en-us/rest/api/storageservices/set-blob-tags), and so does
/// copying them ([Put Blob From
/// URL](https://learn.microsoft.com/en-us/rest/api/storageservices/put-blob-from-url)).
pub(super) fn sets_tags<'h>(mut headers: impl Iterator<Item = &'h Header<'h>>) -> bool {
    headers.any(|header| {
        let copies = header.is_named("x-ms-copy-source-tag-option")
            && header.trimmed().eq_ignore_ascii_case(b"COPY");
        copies || header.is_named("x-ms-tags")
    })
}

impl<'o> Operation<'o> {
    /// Returns an operation that has none of the other properties.
    pub(super) fn new(service: Service, level: Level, method: &'o str, comp: &'o str) -> Self {
        Operation {
            service,
            level,
            method,
            comp,
            has_version: false,
            is_permanent: false,
            sets_tags: false,
            names_message: false,
            peeks: false,
            has_if_match: false,
            is_batch: false,
            is_of_account: false,
        }
    }

    /// Returns the permissions that the operation needs, or `None` if it is unknown.
    pub(super) fn needed(&self) -> Option<Needed> {
        if !self.is_of_account && !self.is_within_resource() {
            return None;
        }
        let any = match self.service {
            Service::Blob => self.of_blob()?,
            Service::File => self.of_file()?,
            Service::Queue => self.of_queue()?,
            Service::Table => return self.of_table(),
        };
        let writes_tags = self.service == Service::Blob && self.method == "PUT" && self.sets_tags;
        let all = if writes_tags {
            Permissions::TAGS
        } else {
            Permissions::NONE
        };
        Some(Needed { any, all })
    }

    /// Returns whether an operation of a service SAS stays within its resource: a container can be
    /// listed, but neither changed nor deleted, and a queue can't be cleared.
    fn is_within_resource(&self) -> bool {
        match (self.level, self.service) {
            (Level::Service, _) => false,
            (Level::Object, Service::Queue) => self.method != "DELETE" || self.names_message,
            (Level::Object, _) => true,
            (Level::Container, Service::Blob) => matches!(self.comp, "list" | "blobs"),
            (Level::Container, Service::File) => self.comp == "list",
            (Level::Container, Service::Queue) => self.method != "PUT" && self.method != "DELETE",
            (Level::Container, Service::Table) => false,
        }
    }

    fn of_blob(&self) -> Option<Permissions> {
        use Permissions as P;
        Some(match (self.level, self.method, self.comp) {
            // No SAS gives access to the stored access policies.
            (Level::Container, _, "acl") => return None,
            (Level::Object, "GET" | "HEAD", "tags") => P::TAGS,
            (Level::Object, "GET" | "HEAD", _) => P::READ,
            (_, "GET" | "HEAD", "list") => P::LIST,
            (_, "GET" | "HEAD", "blobs") => P::FIND,
            (_, "GET" | "HEAD", _) => P::READ,
            (Level::Object, "PUT", "tags") => P::TAGS,
            (Level::Object, "PUT", "appendblock") => P::ADD | P::WRITE,
            (Level::Object, "PUT", "snapshot") => P::CREATE | P::WRITE,
            (Level::Object, "PUT", "immutabilitypolicies" | "legalhold") => P::IMMUTABILITY,
            (Level::Object, "DELETE", "immutabilitypolicies") => P::IMMUTABILITY,
            (_, "PUT", "") => P::CREATE | P::WRITE,
            (_, "PUT", _) => P::WRITE,
            (Level::Object, "POST", "query") => P::READ,
            (Level::Object, "DELETE", _) if self.is_permanent => P::DELETE_PERMANENTLY,
            (Level::Object, "DELETE", _) if self.has_version => P::DELETE_VERSION,
            (_, "DELETE", _) => P::DELETE,
            _ => return None,
        })
    }

    fn of_file(&self) -> Option<Permissions> {
        use Permissions as P;
        Some(match (self.method, self.comp) {
            (_, "acl") => return None,
            ("GET" | "HEAD", "list") => P::LIST,
            ("GET" | "HEAD", _) => P::READ,
            ("PUT", "") => P::CREATE | P::WRITE,
            ("PUT", _) => P::WRITE,
            ("DELETE", _) => P::DELETE,
            _ => return None,
        })
    }

    fn of_queue(&self) -> Option<Permissions> {
        use Permissions as P;
        Some(match (self.level, self.method, self.comp) {
            (_, _, "acl") => return None,
            (Level::Object, "GET", _) if self.peeks => P::READ,
            (Level::Object, "GET", _) => P::PROCESS,
            (Level::Object, "POST", _) => P::ADD,
            (Level::Object, "PUT", _) => P::UPDATE,
            (Level::Object, "DELETE", _) if self.names_message => P::PROCESS,
            (_, "GET" | "HEAD", "list") => P::LIST,
            (_, "GET" | "HEAD", _) => P::READ,
            (_, "PUT", "") => P::CREATE | P::WRITE,
            (_, "PUT", _) => P::WRITE,
            (_, "DELETE", _) => P::DELETE,
            _ => return None,
        })
    }

    fn of_table(&self) -> Option<Needed> {
        use Permissions as P;
        if self.comp == "acl" {
            return None;
        }
        // The operations are in the body, which a signature doesn't cover: any of them can follow.
        if self.is_batch {
            return Some(Needed::all(P::READ | P::ADD | P::UPDATE | P::DELETE));
        }
        let any = match (self.level, self.method) {
            (Level::Service, "PUT") => P::WRITE,
            (Level::Container, "GET" | "HEAD") => P::LIST,
            (Level::Container, "POST") => P::CREATE | P::WRITE,
            (_, "GET" | "HEAD") => P::READ,
            (Level::Object, "POST") => P::ADD,
            (Level::Object, "PUT" | "MERGE" | "PATCH") if self.has_if_match => P::UPDATE,
            // The entity is inserted if it doesn't exist.
            (Level::Object, "PUT" | "MERGE" | "PATCH") => {
                return Some(Needed::all(P::ADD | P::UPDATE));
            }
            (Level::Container | Level::Object, "DELETE") => P::DELETE,
            _ => return None,
        };
        let all = P::NONE;
        Some(Needed { any, all })
    }
}
