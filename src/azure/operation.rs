//! The permissions that an operation needs.
//!
//! The tables follow [Permissions for a service
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob)
//! and [for an account
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-account-sas#account-sas-permissions-by-operation).

use super::permissions::Permissions;
use super::service::Service;

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
pub(super) enum Needed {
    /// Any of these permissions.
    Any(Permissions),
    All(Permissions),
}

impl Needed {
    pub(super) fn is_met_by(self, permissions: Permissions) -> bool {
        match self {
            Needed::Any(needed) => permissions.intersects(needed),
            Needed::All(needed) => permissions.contains(needed),
        }
    }

    pub(super) fn permissions(self) -> Permissions {
        match self {
            Needed::Any(needed) | Needed::All(needed) => needed,
        }
    }
}

impl Operation<'_> {
    /// Returns the permissions that the operation needs, or `None` if it is unknown.
    pub(super) fn needed(&self) -> Option<Needed> {
        if !self.is_of_account && !self.is_within_resource() {
            return None;
        }
        match self.service {
            Service::Blob => self.of_blob(),
            Service::File => self.of_file(),
            Service::Queue => self.of_queue(),
            Service::Table => self.of_table(),
        }
    }

    /// Returns whether an operation of a service SAS stays within its resource: a container can be
    /// listed, but neither changed nor deleted.
    fn is_within_resource(&self) -> bool {
        match (self.level, self.service) {
            (Level::Service, _) => false,
            (Level::Object, _) => true,
            (Level::Container, Service::Blob) => matches!(self.comp, "list" | "blobs"),
            (Level::Container, Service::File) => self.comp == "list",
            (Level::Container, Service::Queue) => self.method != "PUT" && self.method != "DELETE",
            (Level::Container, Service::Table) => false,
        }
    }

    fn of_blob(&self) -> Option<Needed> {
        use Permissions as P;
        let any = match (self.level, self.method, self.comp) {
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
        };
        Some(Needed::Any(any))
    }

    fn of_file(&self) -> Option<Needed> {
        use Permissions as P;
        let any = match (self.method, self.comp) {
            (_, "acl") => return None,
            ("GET" | "HEAD", "list") => P::LIST,
            ("GET" | "HEAD", _) => P::READ,
            ("PUT", "") => P::CREATE | P::WRITE,
            ("PUT", _) => P::WRITE,
            ("DELETE", _) => P::DELETE,
            _ => return None,
        };
        Some(Needed::Any(any))
    }

    fn of_queue(&self) -> Option<Needed> {
        use Permissions as P;
        let any = match (self.level, self.method, self.comp) {
            (_, _, "acl") => return None,
            (Level::Object, "GET", _) if self.peeks => P::READ,
            (Level::Object, "GET", _) => P::PROCESS,
            (Level::Object, "POST", _) => P::ADD,
            (Level::Object, "PUT", _) => P::UPDATE,
            // Clearing a queue is also the operation of an account SAS with `d`.
            (Level::Object, "DELETE", _) => P::PROCESS,
            (_, "GET" | "HEAD", "list") => P::LIST,
            (_, "GET" | "HEAD", _) => P::READ,
            (_, "PUT", "") => P::CREATE | P::WRITE,
            (_, "PUT", _) => P::WRITE,
            (_, "DELETE", _) => P::DELETE,
            _ => return None,
        };
        Some(Needed::Any(any))
    }

    fn of_table(&self) -> Option<Needed> {
        use Permissions as P;
        if self.comp == "acl" {
            return None;
        }
        // The operations are in the body, which a signature doesn't cover: any of them can follow.
        if self.is_batch {
            return Some(Needed::All(P::READ | P::ADD | P::UPDATE | P::DELETE));
        }
        Some(match self.method {
            "GET" | "HEAD" => Needed::Any(P::READ),
            "POST" => Needed::Any(P::ADD),
            "PUT" | "MERGE" | "PATCH" if self.has_if_match => Needed::Any(P::UPDATE),
            // The entity is inserted if it doesn't exist.
            "PUT" | "MERGE" | "PATCH" => Needed::All(P::ADD | P::UPDATE),
            "DELETE" => Needed::Any(P::DELETE),
            _ => return None,
        })
    }
}
