//! The resources that a shared access signature gives access to.

use super::account::Account;
use super::endpoint::Endpoint;
use super::layout::Layout;
use super::names::{check_name, check_object, check_table_name};
use super::permissions::AllowedLetters;
use super::service::Service;
use crate::error::{Error, Quoted, error};
use crate::scheme::azure_sas::ApiVersion;
use crate::text::percent::{Component, PATH};
use crate::text::sink::Sink;
use alloc::string::String;

/// A resource that a shared access signature gives access to. Names are not percent-encoded.
///
/// The name of a blob, directory or file must not have a control character, or a segment `.` or
/// `..` between slashes or backslashes. Azure Storage removes such a segment, however it is
/// percent-encoded, so that the token would be for another name.
///
/// ```
/// use presign::azure::{Account, Permissions, Resource};
///
/// let account = Account::new("myaccount")?;
/// let blob = Resource::Blob { container: "images", blob: "a b.png" };
/// let sas = account.sas(blob, Permissions::READ);
/// # let _ = sas;
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource<'a> {
    /// All blobs of a container.
    Container(&'a str),
    /// A blob.
    Blob {
        /// The name of the container.
        container: &'a str,
        /// The name of the blob. A leading `/` is part of it.
        blob: &'a str,
    },
    /// The blobs below a directory, in an account with a hierarchical namespace.
    Directory {
        /// The name of the container.
        container: &'a str,
        /// The path of the directory: `a/b`.
        directory: &'a str,
    },
    /// A snapshot of a blob.
    Snapshot {
        /// The name of the container.
        container: &'a str,
        /// The name of the blob.
        blob: &'a str,
        /// The time of the snapshot, as the service wrote it: `2026-01-02T03:04:05.1234567Z`.
        snapshot: &'a str,
    },
    /// A version of a blob.
    Version {
        /// The name of the container.
        container: &'a str,
        /// The name of the blob.
        blob: &'a str,
        /// The ID of the version, as the service wrote it.
        version: &'a str,
    },
    /// All files of a share.
    Share(&'a str),
    /// A file of a share.
    File {
        /// The name of the share.
        share: &'a str,
        /// The path of the file: `a/b.txt`.
        path: &'a str,
    },
    /// A queue.
    Queue(&'a str),
    /// A table.
    Table(&'a str),
    /// Whole services of the account.
    Account {
        /// The services: letters of `bqtf` (blob, queue, table, file).
        services: &'a str,
        /// The resource types: letters of `sco` (service, container, object).
        resource_types: &'a str,
    },
}

/// What all resources of a kind have in common.
pub(super) struct ResourceKind {
    /// A name for messages.
    pub(super) description: &'static str,
    /// The service, or `None` for an account.
    service: Option<Service>,
    /// The value of `sr`; empty for a queue, a table or an account, whose tokens have none.
    pub(super) sr: &'static str,
    /// The permissions that a token can have, in the order in which they are written.
    pub(super) permissions: AllowedLetters,
    /// The first version that has the kind.
    pub(super) since: ApiVersion,
}

const OF_BLOBS: Option<Service> = Some(Service::Blob);
const OF_FILES: Option<Service> = Some(Service::File);
const ALWAYS: &str = ApiVersion::OLDEST_DATE;

static CONTAINER: ResourceKind = kind("container", OF_BLOBS, "c", "racwdxltfmeopi", ALWAYS);
static BLOB: ResourceKind = kind("blob", OF_BLOBS, "b", "racwdxytmeopi", ALWAYS);
static DIRECTORY: ResourceKind = kind("directory", OF_BLOBS, "d", "racwdlmeop", "2020-02-10");
static SNAPSHOT: ResourceKind = kind("snapshot", OF_BLOBS, "bs", "racwdxytmeopi", "2018-11-09");
static VERSION: ResourceKind = kind(
    "version of a blob",
    OF_BLOBS,
    "bv",
    "racwdxytmeopi",
    "2019-10-10",
);
static SHARE: ResourceKind = kind("share", OF_FILES, "s", "rcwdl", ALWAYS);
static FILE: ResourceKind = kind("file", OF_FILES, "f", "rcwd", ALWAYS);
static QUEUE: ResourceKind = kind("queue", Some(Service::Queue), "", "raup", ALWAYS);
static TABLE: ResourceKind = kind("table", Some(Service::Table), "", "raud", ALWAYS);
static ACCOUNT: ResourceKind = kind("account", None, "", "rwdxylacupfti", ALWAYS);

/// All kinds that `sr` names.
static KINDS: [&ResourceKind; 7] = [
    &CONTAINER, &BLOB, &DIRECTORY, &SNAPSHOT, &VERSION, &SHARE, &FILE,
];

const fn kind(
    description: &'static str,
    service: Option<Service>,
    sr: &'static str,
    permissions: &'static str,
    since: &str,
) -> ResourceKind {
    ResourceKind {
        description,
        service,
        sr,
        permissions: AllowedLetters::new(permissions),
        since: ApiVersion::new(since),
    }
}

/// The letters of services, in the order in which they are written.
pub(super) const SERVICES: &str = "bqtf";

/// The letters of resource types, in the order in which they are written.
pub(super) const RESOURCE_TYPES: &str = "sco";

impl<'a> Resource<'a> {
    /// Returns what all resources of its kind have in common.
    pub(super) fn kind(self) -> &'static ResourceKind {
        match self {
            Resource::Container(_) => &CONTAINER,
            Resource::Blob { .. } => &BLOB,
            Resource::Directory { .. } => &DIRECTORY,
            Resource::Snapshot { .. } => &SNAPSHOT,
            Resource::Version { .. } => &VERSION,
            Resource::Share(_) => &SHARE,
            Resource::File { .. } => &FILE,
            Resource::Queue(_) => &QUEUE,
            Resource::Table(_) => &TABLE,
            Resource::Account { .. } => &ACCOUNT,
        }
    }

    /// Returns the service, or `None` for an account.
    pub(super) fn service(self) -> Option<Service> {
        self.kind().service
    }

    /// Returns the newest version that has the resource, as text and parsed.
    pub(super) fn newest_version(self) -> (&'static str, ApiVersion) {
        match self {
            Resource::Table(_) => (
                ApiVersion::NEWEST_DATE_OF_TABLES,
                ApiVersion::NEWEST_OF_TABLES,
            ),
            _ => (ApiVersion::NEWEST_DATE, ApiVersion::NEWEST),
        }
    }

    /// Returns the first version whose tokens have a permission. The versions are those from which
    /// Microsoft's libraries for JavaScript sign the letter.
    pub(super) fn first_version_of_letter(self, letter: char) -> ApiVersion {
        ApiVersion::new(match (letter, self.service()) {
            ('x' | 'y', _) => "2019-10-10",
            ('t', _) | ('f', None) => "2019-12-12",
            ('m' | 'e' | 'o', _) | ('p', Some(Service::Blob)) => "2020-02-10",
            ('i', _) => "2020-08-04",
            ('f', _) => "2021-04-10",
            _ => return ApiVersion::OLDEST,
        })
    }

    pub(super) fn layout(self, is_delegated: bool) -> Result<&'static Layout, Error> {
        let layout = match self.service() {
            Some(service) => Layout::of_service(service, is_delegated),
            None if is_delegated => None,
            None => Some(Layout::of_account()),
        };
        layout.ok_or_else(|| {
            error!(
                Unsupported,
                "a user delegation SAS can't give access to a {}; sign with the account key",
                self.kind().description
            )
        })
    }

    /// Checks the names.
    pub(super) fn check(self) -> Result<(), Error> {
        let (name, object) = self.names();
        match self {
            Resource::Container(_) | Resource::Share(_) | Resource::Queue(_) => {
                check_name(self.kind().description, name)
            }
            Resource::Table(_) => check_table_name(name),
            Resource::Blob { .. } => {
                check_name("container", name)?;
                check_object("blob", object)
            }
            Resource::Snapshot { snapshot: id, .. } | Resource::Version { version: id, .. } => {
                check_name("container", name)?;
                check_object("blob", object)?;
                check_object(self.kind().description, id)
            }
            Resource::Directory { .. } => {
                check_name("container", name)?;
                check_directory(object)
            }
            Resource::File { .. } => {
                check_name("share", name)?;
                check_object("file", object)
            }
            Resource::Account {
                services,
                resource_types,
            } => {
                check_letters("service", services, SERVICES)?;
                check_letters("resource type", resource_types, RESOURCE_TYPES)
            }
        }
    }

    /// Returns the name of the container, share, queue or table, and of the blob or file in it.
    pub(super) fn names(self) -> (&'a str, &'a str) {
        match self {
            Resource::Container(name)
            | Resource::Share(name)
            | Resource::Queue(name)
            | Resource::Table(name) => (name, ""),
            Resource::Blob { container, blob }
            | Resource::Snapshot {
                container, blob, ..
            }
            | Resource::Version {
                container, blob, ..
            } => (container, blob),
            Resource::Directory {
                container,
                directory,
            } => (container, directory),
            Resource::File { share, path } => (share, path),
            Resource::Account { .. } => ("", ""),
        }
    }

    /// Returns the parameter of the URL that names a snapshot or a version.
    pub(super) fn snapshot_or_version(self) -> Option<(&'static str, &'a str)> {
        match self {
            Resource::Snapshot { snapshot, .. } => Some(("snapshot", snapshot)),
            Resource::Version { version, .. } => Some(("versionid", version)),
            _ => None,
        }
    }

    /// Writes the URL of the resource, without a query.
    pub(super) fn write_url(self, account: &Account, sink: &mut impl Sink) {
        sink.text(&self.endpoint(account).url);
        let (name, object) = self.names();
        // The names that are checked have no other character that is escaped.
        let unescaped = match name.strip_prefix('$') {
            Some(name) => {
                sink.text("%24");
                name
            }
            None => name,
        };
        sink.text(unescaped);
        if !object.is_empty() {
            sink.text("/");
            Component::Raw(object).write(&PATH, sink);
        }
    }

    /// Returns an upper bound of the length of the URL with the parameter of a snapshot or version.
    pub(super) fn max_url_len(self, account: &Account) -> usize {
        /// Slashes, `?`, `&`, and the name of the parameter with its `=`.
        const AROUND_NAMES: usize = 16;
        let (name, object) = self.names();
        let (_, id) = self.snapshot_or_version().unwrap_or_default();
        let names = [name, object, id].map(|text| Component::Raw(text).max_encoded_len());
        names.iter().fold(
            self.endpoint(account)
                .url
                .len()
                .saturating_add(AROUND_NAMES),
            |length, name| length.saturating_add(*name),
        )
    }

    /// Returns the endpoint of the service; for an account SAS, that of its first service.
    fn endpoint(self, account: &Account) -> &Endpoint {
        let is_own = |service: &Service| match self {
            Resource::Account { services, .. } => services.contains(service.letter()),
            _ => self.service() == Some(*service),
        };
        let service = Service::ALL.into_iter().find(is_own);
        account.endpoint_of(service.unwrap_or(Service::Blob))
    }
}

/// Returns the first version that has the kind of resource with this `sr`.
pub(super) fn first_version_of_kind(sr: &str) -> ApiVersion {
    let kind = KINDS.iter().find(|kind| kind.sr == sr);
    kind.map_or(ApiVersion::OLDEST, |kind| kind.since)
}

/// Returns letters in the order in which they are written.
pub(super) fn ordered_letters(letters: &str, order: &str) -> String {
    order
        .chars()
        .filter(|letter| letters.contains(*letter))
        .collect()
}

/// Checks the path of a directory, whose depth is counted by its slashes.
fn check_directory(path: &str) -> Result<(), Error> {
    if path.split('/').any(str::is_empty) {
        return Err(error!(
            Key,
            "invalid directory {}; write a path such as a/b without slashes at its ends, and use the \
             container for its root",
            Quoted(path)
        ));
    }
    check_object("directory", path)
}

fn check_letters(what: &str, letters: &str, allowed: &str) -> Result<(), Error> {
    if letters.is_empty() {
        return Err(error!(
            Policy,
            "an account SAS needs at least one {what}: letters of {allowed}"
        ));
    }
    for (index, letter) in letters.char_indices() {
        if !allowed.contains(letter) {
            return Err(error!(
                Policy,
                "unknown {what} `{}`; the letters are {allowed}",
                letter.escape_debug()
            ));
        }
        if letters
            .get(..index)
            .is_some_and(|before| before.contains(letter))
        {
            return Err(error!(Policy, "duplicate {what} `{letter}`; write it once"));
        }
    }
    Ok(())
}
