//! The lines that a shared access signature signs, as tables.
//!
//! The tables follow [Create a service
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas), [Create an
//! account SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-account-sas) and
//! [Create a user delegation
//! SAS](https://learn.microsoft.com/en-us/rest/api/storageservices/create-user-delegation-sas).

use super::service::Service;
use crate::scheme::azure_sas::{ApiVersion, Field};

/// The lines that one kind of token signs.
pub(super) struct Layout {
    /// The lines with a line feed at their end.
    lines: &'static [Line],
    /// The line after them, without a line feed. Every version has it.
    pub(super) last_line: Option<Field>,
    /// The first version that signs each field, in the order of [`Field::ALL`].
    first_versions: [Option<ApiVersion>; Field::ALL.len()],
}

/// A line, and the first version that has it.
struct Line {
    content: Content,
    since: ApiVersion,
}

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

impl Layout {
    /// Returns the layout of a service SAS, or of a user delegation SAS.
    pub(super) fn of_service(service: Service, is_delegated: bool) -> Option<&'static Layout> {
        match (service, is_delegated) {
            (Service::Blob, false) => Some(&BLOB),
            (Service::Blob, true) => Some(&BLOB_DELEGATED),
            (Service::File, false) => Some(&FILE),
            (Service::File, true) => Some(&FILE_DELEGATED),
            (Service::Queue, false) => Some(&QUEUE),
            (Service::Queue, true) => Some(&QUEUE_DELEGATED),
            (Service::Table, false) => Some(&TABLE),
            (Service::Table, true) => None,
        }
    }

    /// Returns the layout of lines that are joined by line feeds. The last one is a field.
    const fn joined(lines: &'static [Line]) -> Self {
        let mut layout = Layout::terminated(lines);
        if let [lines @ .., last] = lines
            && let Content::Field(field) = last.content
        {
            layout.lines = lines;
            layout.last_line = Some(field);
        }
        layout
    }

    /// Returns the layout of lines that all end with a line feed.
    const fn terminated(lines: &'static [Line]) -> Self {
        let mut first_versions = [None; Field::ALL.len()];
        let mut index = 0;
        #[expect(
            clippy::arithmetic_side_effects,
            clippy::indexing_slicing,
            reason = "evaluated at compile time"
        )]
        while index < lines.len() {
            let line = &lines[index];
            let field = match line.content {
                Content::Field(field) => Some(field),
                Content::RequestHeaders => Some(Field::RequestHeaders),
                Content::RequestQuery => Some(Field::RequestQuery),
                Content::Account | Content::Resource | Content::SnapshotOrVersion => None,
            };
            if let Some(field) = field {
                first_versions[field as usize] = Some(line.since);
            }
            index += 1;
        }
        Layout {
            lines,
            last_line: None,
            first_versions,
        }
    }

    /// Returns the lines of a version, without the last line.
    pub(super) fn lines(&self, version: ApiVersion) -> impl Iterator<Item = Content> {
        let lines = self.lines.iter();
        let lines = lines.filter(move |line| line.since <= version);
        lines.map(|line| line.content)
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

const fn line(content: Content) -> Line {
    Line {
        content,
        since: ApiVersion::OLDEST,
    }
}

const fn field(field: Field) -> Line {
    line(Content::Field(field))
}

const fn since(version: &str, content: Content) -> Line {
    Line {
        content,
        since: ApiVersion::new(version),
    }
}

const fn field_since(version: &str, field: Field) -> Line {
    since(version, Content::Field(field))
}

static BLOB: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::StoredPolicy),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
    field_since("2018-11-09", Field::Resource),
    since("2018-11-09", Content::SnapshotOrVersion),
    field_since("2020-12-06", Field::EncryptionScope),
    field(Field::CacheControl),
    field(Field::ContentDisposition),
    field(Field::ContentEncoding),
    field(Field::ContentLanguage),
    field(Field::ContentType),
]);

static BLOB_DELEGATED: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::KeyOid),
    field(Field::KeyTid),
    field(Field::KeyStartsAt),
    field(Field::KeyExpiresAt),
    field(Field::KeyService),
    field(Field::KeyVersion),
    field_since("2020-02-10", Field::AuthorizedUserOid),
    field_since("2020-02-10", Field::UnauthorizedUserOid),
    field_since("2020-02-10", Field::CorrelationId),
    field_since("2025-07-05", Field::KeyDelegatedUserTid),
    field_since("2025-07-05", Field::DelegatedUserOid),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
    field(Field::Resource),
    line(Content::SnapshotOrVersion),
    field_since("2020-12-06", Field::EncryptionScope),
    since("2026-04-06", Content::RequestHeaders),
    since("2026-04-06", Content::RequestQuery),
    field(Field::CacheControl),
    field(Field::ContentDisposition),
    field(Field::ContentEncoding),
    field(Field::ContentLanguage),
    field(Field::ContentType),
]);

static FILE: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::StoredPolicy),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
    field(Field::CacheControl),
    field(Field::ContentDisposition),
    field(Field::ContentEncoding),
    field(Field::ContentLanguage),
    field(Field::ContentType),
]);

static FILE_DELEGATED: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::KeyOid),
    field(Field::KeyTid),
    field(Field::KeyStartsAt),
    field(Field::KeyExpiresAt),
    field(Field::KeyService),
    field(Field::KeyVersion),
    field(Field::KeyDelegatedUserTid),
    field(Field::DelegatedUserOid),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
    field(Field::CacheControl),
    field(Field::ContentDisposition),
    field(Field::ContentEncoding),
    field(Field::ContentLanguage),
    field(Field::ContentType),
]);

static QUEUE: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::StoredPolicy),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
]);

static QUEUE_DELEGATED: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::KeyOid),
    field(Field::KeyTid),
    field(Field::KeyStartsAt),
    field(Field::KeyExpiresAt),
    field(Field::KeyService),
    field(Field::KeyVersion),
    field(Field::KeyDelegatedUserTid),
    field(Field::DelegatedUserOid),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
]);

static TABLE: Layout = Layout::joined(&[
    field(Field::Permissions),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    line(Content::Resource),
    field(Field::StoredPolicy),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
    field(Field::StartPartitionKey),
    field(Field::StartRowKey),
    field(Field::EndPartitionKey),
    field(Field::EndRowKey),
]);

pub(super) static ACCOUNT: Layout = Layout::terminated(&[
    line(Content::Account),
    field(Field::Permissions),
    field(Field::Services),
    field(Field::ResourceTypes),
    field(Field::StartsAt),
    field(Field::ExpiresAt),
    field(Field::IpRange),
    field(Field::Protocol),
    field(Field::Version),
    field_since("2020-12-06", Field::EncryptionScope),
]);
