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

/// The letters of services and of resource types, in the order in which they are written.
pub(super) const SERVICES: &str = "bqtf";
pub(super) const RESOURCE_TYPES: &str = "sco";

impl<'a> Resource<'a> {
    /// Returns the service, or `None` for an account.
    pub(super) fn service(self) -> Option<Service> {
        match self {
            Resource::Container(_)
            | Resource::Blob { .. }
            | Resource::Directory { .. }
            | Resource::Snapshot { .. }
            | Resource::Version { .. } => Some(Service::Blob),
            Resource::Share(_) | Resource::File { .. } => Some(Service::File),
            Resource::Queue(_) => Some(Service::Queue),
            Resource::Table(_) => Some(Service::Table),
            Resource::Account { .. } => None,
        }
    }

    /// Returns a name for messages.
    pub(super) fn description(self) -> &'static str {
        match self {
            Resource::Container(_) => "container",
            Resource::Blob { .. } => "blob",
            Resource::Directory { .. } => "directory",
            Resource::Snapshot { .. } => "snapshot",
            Resource::Version { .. } => "version of a blob",
            Resource::Share(_) => "share",
            Resource::File { .. } => "file",
            Resource::Queue(_) => "queue",
            Resource::Table(_) => "table",
            Resource::Account { .. } => "account",
        }
    }

    /// Returns the value of `sr`.
    pub(super) fn kind(self) -> Option<&'static str> {
        match self {
            Resource::Container(_) => Some("c"),
            Resource::Blob { .. } => Some("b"),
            Resource::Directory { .. } => Some("d"),
            Resource::Snapshot { .. } => Some("bs"),
            Resource::Version { .. } => Some("bv"),
            Resource::Share(_) => Some("s"),
            Resource::File { .. } => Some("f"),
            Resource::Queue(_) | Resource::Table(_) | Resource::Account { .. } => None,
        }
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

    /// Returns the letters of permissions that the resource has.
    pub(super) fn permissions(self) -> AllowedLetters {
        match self {
            Resource::Container(_) => const { AllowedLetters::new("racwdxltfmeopi") },
            Resource::Blob { .. } | Resource::Snapshot { .. } | Resource::Version { .. } => {
                const { AllowedLetters::new("racwdxytmeopi") }
            }
            Resource::Directory { .. } => const { AllowedLetters::new("racwdlmeop") },
            Resource::Share(_) => const { AllowedLetters::new("rcwdl") },
            Resource::File { .. } => const { AllowedLetters::new("rcwd") },
            Resource::Queue(_) => const { AllowedLetters::new("raup") },
            Resource::Table(_) => const { AllowedLetters::new("raud") },
            Resource::Account { .. } => const { AllowedLetters::new("rwdxylacupfti") },
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
                self.description()
            )
        })
    }

    /// Checks the names.
    pub(super) fn check(self) -> Result<(), Error> {
        let (name, object) = self.names();
        match self {
            Resource::Container(_) | Resource::Share(_) | Resource::Queue(_) => {
                check_name(self.description(), name)
            }
            Resource::Table(_) => check_table_name(name),
            Resource::Blob { .. } => {
                check_name("container", name)?;
                check_object("blob", object)
            }
            Resource::Snapshot { snapshot: id, .. } | Resource::Version { version: id, .. } => {
                check_name("container", name)?;
                check_object("blob", object)?;
                check_object(self.description(), id)
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

/// Returns the first version that has a kind of resource.
pub(super) fn first_version_of_kind(kind: &str) -> ApiVersion {
    match kind {
        "d" => ApiVersion::new("2020-02-10"),
        "bs" => ApiVersion::new("2018-11-09"),
        "bv" => ApiVersion::new("2019-10-10"),
        _ => ApiVersion::OLDEST,
    }
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
