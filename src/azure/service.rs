//! The services of a storage account.

use core::fmt;

/// A service of a storage account.
///
/// ```
/// use presign::azure::Service;
///
/// assert_eq!(Service::Blob.as_str(), "blob");
/// assert_eq!(Service::from_host("myaccount.queue.core.windows.net"), Some(Service::Queue));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Blob Storage, and Data Lake Storage.
    Blob,
    /// Azure Files.
    File,
    /// Queue Storage.
    Queue,
    /// Table Storage.
    Table,
}

impl Service {
    pub(super) const ALL: [Service; 4] =
        [Service::Blob, Service::File, Service::Queue, Service::Table];

    /// Returns the service's name, as hosts contain it: `blob`, `file`, `queue` or `table`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Blob => "blob",
            Service::File => "file",
            Service::Queue => "queue",
            Service::Table => "table",
        }
    }

    /// Returns the service that a host names in its second label, such as
    /// `myaccount.blob.core.windows.net`. A host with `dfs`, of Data Lake Storage, names
    /// [`Service::Blob`], whose signatures are the same.
    #[must_use]
    pub fn from_host(host: &str) -> Option<Self> {
        let label = host.split('.').nth(1)?;
        if label.eq_ignore_ascii_case("dfs") {
            return Some(Service::Blob);
        }
        let mut services = Service::ALL.into_iter();
        services.find(|service| service.as_str().eq_ignore_ascii_case(label))
    }

    /// Returns the letter of the service in an account SAS.
    pub(super) fn letter(self) -> char {
        match self {
            Service::Blob => 'b',
            Service::File => 'f',
            Service::Queue => 'q',
            Service::Table => 't',
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
