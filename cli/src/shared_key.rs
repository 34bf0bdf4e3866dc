//! `sign` with Shared Key or Shared Key Lite of Azure Storage.

use crate::args::{Extras, str_pairs};
use crate::azure;
use crate::curl;
use crate::input::Input;
use crate::output::{self, RequestFormat};
use crate::report;
use crate::sign::{self, header_object, is_host};
use anyhow::{Result, ensure};
use presign::Timestamp;
use serde_json::json;

/// A request that is signed with Shared Key.
pub struct SharedKeyRequest<'a> {
    pub is_lite: bool,
    pub url: &'a str,
    pub method: &'a str,
    /// The service; `None` if the host names it.
    pub service: Option<&'a str>,
    pub extras: &'a Extras,
    pub time: Timestamp,
    /// The body that curl sends.
    pub body: Option<&'a Input>,
    pub output: RequestFormat,
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
            RequestFormat::Text => {
                let lines = str_pairs(&headers).filter(|(name, _)| !is_host(name));
                let mut lines: Vec<_> = lines
                    .map(|(name, value)| format!("{name}: {value}"))
                    .collect();
                if self.extras.has_parameters() {
                    lines.insert(0, format!("{} {url}", self.method));
                }
                output::print(&lines.join("\n"))?;
            }
            RequestFormat::Json => {
                let headers = header_object(str_pairs(&headers));
                let mut object = json!({ "method": self.method, "url": url, "headers": headers });
                steps.add_to(&mut object, &signed.signature());
                output::print_json(&object)?;
            }
            RequestFormat::Curl => {
                let body = self.curl_body()?;
                let line = curl::request(self.method, &url, str_pairs(&headers), body.as_deref())?;
                output::print(&line)?;
            }
        }
        report::note_not_covered(signed.not_covered());
        Ok(())
    }

    /// Returns the body that curl sends: the given file, or else standard input if there is a
    /// length. curl sends the length of a body, which the signature covers.
    fn curl_body(&self) -> Result<Option<String>> {
        let mut headers = str_pairs(&self.extras.headers);
        let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let has_length = length.is_some_and(|(_, value)| value != "0");
        ensure!(
            has_length || self.body.is_none(),
            "Shared Key signs the length of the body, which curl sends; add it with --header \
             'Content-Length: …'"
        );
        match self.body {
            Some(file) => file.curl_argument().map(Some),
            None => Ok(has_length.then(|| curl::STDIN.into())),
        }
    }
}
