//! The object that a token signs, as the request names it.

use super::resource::first_version_of_kind;
use super::service::Service;
use super::unverified_sas::{UnverifiedSas, required};
use crate::error::Quoted;
use crate::scheme::azure_sas::Field;
use crate::verify::{VerifyError, reject};
use alloc::borrow::Cow;

impl UnverifiedSas<'_> {
    /// Returns the object that is signed, and the snapshot or version.
    pub(super) fn signed_object(&self) -> Result<(&str, Cow<'_, str>), VerifyError> {
        let target = &self.target;
        let none = Cow::Borrowed("");
        if !matches!(target.service, Service::Blob | Service::File)
            || self.values.has(Field::Services)
        {
            return Ok(("", none));
        }
        let kind = required(&self.values, Field::Resource)?;
        // An older version doesn't sign the kind, so that a token for a blob would pass for one for
        // a directory.
        if self.version < first_version_of_kind(kind) {
            return Err(reject!(
                Resource,
                "the version {} has no resource of the kind {}",
                self.version,
                Quoted(kind)
            ));
        }
        let (snapshot, version) = (target.param("snapshot"), target.param("versionid"));
        if snapshot.is_some() && version.is_some() {
            return Err(reject!(
                Resource,
                "the URL names a snapshot and a version; the signature is for one of them"
            ));
        }
        let object = &*target.object;
        let found = match (target.service, kind, object.is_empty()) {
            (Service::Blob, "c", _) | (Service::File, "s", _) => Some(("", none)),
            (Service::Blob, "b", false) if snapshot.is_none() && version.is_none() => {
                Some((object, none))
            }
            (Service::File, "f", false) => Some((object, none)),
            (Service::Blob, "bs", false) => snapshot.map(|snapshot| (object, snapshot)),
            (Service::Blob, "bv", false) => version.map(|version| (object, version)),
            (Service::Blob, "d", _) => self.directory(object).map(|path| (path, none)),
            _ => None,
        };
        found.ok_or_else(|| {
            reject!(
                Resource,
                "the signature is for another kind of resource, {}",
                Quoted(kind)
            )
        })
    }

    /// Returns the front of a path that has the depth of the signed directory.
    fn directory<'s>(&self, path: &'s str) -> Option<&'s str> {
        let depth: usize = self.values.get(Field::DirectoryDepth)?.parse().ok()?;
        let ends = path.match_indices('/').map(|(index, _)| index);
        let mut ends = ends.chain([path.len()]);
        let end = ends.nth(depth.checked_sub(1)?)?;
        path.get(..end).filter(|path| !path.is_empty())
    }
}
