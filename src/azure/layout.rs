//! The lines that a shared access signature signs, as a table.
//!
//! The table follows [Create a service
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas), [Create an
//! account SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-account-sas) and
//! [Create a user delegation
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-user-delegation-sas). The
//! lines of all kinds of tokens have one order.

use super::service::Service;
use crate::scheme::azure_sas::{ApiVersion, Field};

/// A line of the string to sign.
#[derive(Clone, Copy)]
pub(super) enum Content {
    /// The value of a parameter of the token.
    Field(Field),
    /// The name of the account.
    Account,
    /// The canonical resource: `/blob/account/container/blob`.
    Resource,
    /// The time of a snapshot, or the ID of a version, which the URL has.
    SnapshotOrVersion,
    /// Name and value of each header of [`Field::RequestHeaders`].
    RequestHeaders,
    /// Name and value of each parameter of [`Field::RequestQuery`].
    RequestQuery,
}

/// A line, the kinds of tokens that have it, and the first version that has it.
struct Line {
    content: Content,
    kinds: Kinds,
    since: ApiVersion,
}

/// A set of kinds of tokens, one bit for each.
#[derive(Clone, Copy)]
struct Kinds(u8);

const BLOB: Kinds = Kinds(1);
const FILE: Kinds = Kinds(1 << 1);
const QUEUE: Kinds = Kinds(1 << 2);
const TABLE: Kinds = Kinds(1 << 3);
const DELEGATED_BLOB: Kinds = Kinds(1 << 4);
const DELEGATED_FILE: Kinds = Kinds(1 << 5);
const DELEGATED_QUEUE: Kinds = Kinds(1 << 6);
const ACCOUNT: Kinds = Kinds(1 << 7);

/// The kinds of service SAS, and those of user delegation SAS.
const SERVICE: Kinds = BLOB.or(FILE).or(QUEUE).or(TABLE);
const DELEGATED: Kinds = DELEGATED_BLOB.or(DELEGATED_FILE).or(DELEGATED_QUEUE);

const ALL: Kinds = SERVICE.or(DELEGATED).or(ACCOUNT);
const BLOBS: Kinds = BLOB.or(DELEGATED_BLOB);
const OBJECTS: Kinds = BLOBS.or(FILE).or(DELEGATED_FILE);

impl Kinds {
    const fn or(self, other: Self) -> Self {
        Kinds(self.0 | other.0)
    }

    const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

static LINES: &[Line] = &[
    line(ACCOUNT, Content::Account),
    field(ALL, Field::Permissions),
    field(ACCOUNT, Field::Services),
    field(ACCOUNT, Field::ResourceTypes),
    field(ALL, Field::StartsAt),
    field(ALL, Field::ExpiresAt),
    line(SERVICE.or(DELEGATED), Content::Resource),
    field(SERVICE, Field::StoredPolicy),
    field(DELEGATED, Field::KeyOid),
    field(DELEGATED, Field::KeyTid),
    field(DELEGATED, Field::KeyStartsAt),
    field(DELEGATED, Field::KeyExpiresAt),
    field(DELEGATED, Field::KeyService),
    field(DELEGATED, Field::KeyVersion),
    field(DELEGATED_BLOB, Field::AuthorizedUserOid).since("2020-02-10"),
    field(DELEGATED_BLOB, Field::UnauthorizedUserOid).since("2020-02-10"),
    field(DELEGATED_BLOB, Field::CorrelationId).since("2020-02-10"),
    field(DELEGATED, Field::KeyDelegatedUserTid).since("2025-07-05"),
    field(DELEGATED, Field::DelegatedUserOid).since("2025-07-05"),
    field(ALL, Field::IpRange),
    field(ALL, Field::Protocol),
    field(ALL, Field::Version),
    field(BLOBS, Field::Resource).since("2018-11-09"),
    line(BLOBS, Content::SnapshotOrVersion).since("2018-11-09"),
    field(BLOBS.or(ACCOUNT), Field::EncryptionScope).since("2020-12-06"),
    line(DELEGATED_BLOB, Content::RequestHeaders).since("2026-04-06"),
    line(DELEGATED_BLOB, Content::RequestQuery).since("2026-04-06"),
    field(OBJECTS, Field::CacheControl),
    field(OBJECTS, Field::ContentDisposition),
    field(OBJECTS, Field::ContentEncoding),
    field(OBJECTS, Field::ContentLanguage),
    field(OBJECTS, Field::ContentType),
    field(TABLE, Field::StartPartitionKey),
    field(TABLE, Field::StartRowKey),
    field(TABLE, Field::EndPartitionKey),
    field(TABLE, Field::EndRowKey),
];

const fn line(kinds: Kinds, content: Content) -> Line {
    Line {
        content,
        kinds,
        since: ApiVersion::OLDEST,
    }
}

const fn field(kinds: Kinds, field: Field) -> Line {
    line(kinds, Content::Field(field))
}

impl Line {
    const fn since(self, version: &str) -> Self {
        Line {
            since: ApiVersion::new(version),
            ..self
        }
    }
}

/// The lines of one kind of token.
pub(super) struct Layout {
    kind: Kinds,
    /// The first version that signs each field, in the order of [`Field::ALL`].
    first_versions: [Option<ApiVersion>; Field::ALL.len()],
}

impl Layout {
    /// Returns the layout of an account SAS.
    pub(super) fn of_account() -> &'static Layout {
        static LAYOUT: Layout = Layout::new(ACCOUNT);
        &LAYOUT
    }

    /// Returns the layout of a service SAS, or of a user delegation SAS.
    pub(super) fn of_service(service: Service, is_delegated: bool) -> Option<&'static Layout> {
        static LAYOUTS: [Layout; 7] = [
            Layout::new(BLOB),
            Layout::new(FILE),
            Layout::new(QUEUE),
            Layout::new(TABLE),
            Layout::new(DELEGATED_BLOB),
            Layout::new(DELEGATED_FILE),
            Layout::new(DELEGATED_QUEUE),
        ];
        let [blob, file, queue, table, delegated @ ..] = &LAYOUTS;
        let [delegated_blob, delegated_file, delegated_queue] = delegated;
        match (service, is_delegated) {
            (Service::Blob, false) => Some(blob),
            (Service::File, false) => Some(file),
            (Service::Queue, false) => Some(queue),
            (Service::Table, false) => Some(table),
            (Service::Blob, true) => Some(delegated_blob),
            (Service::File, true) => Some(delegated_file),
            (Service::Queue, true) => Some(delegated_queue),
            (Service::Table, true) => None,
        }
    }

    const fn new(kind: Kinds) -> Self {
        let mut first_versions = [None; Field::ALL.len()];
        let mut index = 0;
        #[expect(
            clippy::arithmetic_side_effects,
            clippy::indexing_slicing,
            reason = "evaluated at compile time"
        )]
        while index < LINES.len() {
            let line = &LINES[index];
            let field = match line.content {
                Content::Field(field) => Some(field),
                Content::RequestHeaders => Some(Field::RequestHeaders),
                Content::RequestQuery => Some(Field::RequestQuery),
                Content::Account | Content::Resource | Content::SnapshotOrVersion => None,
            };
            if let Some(field) = field
                && line.kinds.intersects(kind)
            {
                first_versions[field as usize] = Some(line.since);
            }
            index += 1;
        }
        Layout {
            kind,
            first_versions,
        }
    }

    /// Returns the lines of a version.
    pub(super) fn lines(&self, version: ApiVersion) -> impl Iterator<Item = Content> {
        let is_signed =
            move |line: &&Line| line.kinds.intersects(self.kind) && line.since <= version;
        LINES.iter().filter(is_signed).map(|line| line.content)
    }

    /// Returns whether a line feed follows the last line.
    pub(super) fn ends_with_line_feed(&self) -> bool {
        self.kind.intersects(ACCOUNT)
    }

    /// Returns the first version that signs a field, or `None` if no version does.
    pub(super) fn first_version(&self, field: Field) -> Option<ApiVersion> {
        *self.first_versions.get(field as usize)?
    }

    /// Returns whether a version signs a field.
    pub(super) fn signs(&self, field: Field, version: ApiVersion) -> bool {
        self.first_version(field)
            .is_some_and(|first| first <= version)
    }
}
