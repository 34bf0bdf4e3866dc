//! `sign` with Shared Key or Shared Key Lite of Azure Storage.

use crate::args::{Extras, str_pairs};
use crate::azure;
use crate::output::{self, Format};
use crate::report;
use crate::sign::{self, header_object, is_host};
use anyhow::Result;
use presign::Timestamp;
use serde_json::json;

/// A request that is signed with Shared Key.
pub struct SharedKeyRequest<'a> {
    pub is_lite: bool,
    pub url: &'a str,
    pub method: &'a str,
    /// The service, or `None` for that of the host.
    pub service: Option<&'a str>,
    pub extras: &'a Extras,
    pub time: Timestamp,
    pub output: Format,
}

impl SharedKeyRequest<'_> {
    pub fn sign(&self) -> Result<()> {
        let service = azure::service_of(self.url, self.service)?;
        let (mut account, credentials) = azure::load_for_url(self.url, service, None)?;
        if self.is_lite {
            account = account.shared_key_lite();
        }
        let request = account.request(service, self.method, self.url);
        let request = self.extras.add_to(request);
        let unsigned = request.prepare_headers(credentials.identity(), self.time)?;
        let (signed, steps) = sign::sign(unsigned, &credentials)?;
        let mut headers = self.extras.headers.clone();
        let added = signed.headers();
        headers.extend(added.map(|(name, value)| (name.into(), value.into())));
        let url = request.url()?;
        match self.output {
            Format::Text => {
                let lines = str_pairs(&headers).filter(|(name, _)| !is_host(name));
                let mut lines: Vec<_> = lines
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect();
                if !self.extras.query.is_empty() {
                    lines.insert(0, format!("{} {url}", self.method));
                }
                output::print(&lines.join("\n"))?;
            }
            Format::Json => {
                let headers = header_object(str_pairs(&headers));
                let mut object = json!({ "method": self.method, "url": url, "headers": headers });
                steps.add_to(&mut object, &signed.signature());
                output::print_json(&object)?;
            }
        }
        report::note_not_covered(signed.not_covered());
        Ok(())
    }
}
