//! `verify` for Azure Storage: shared access signatures and Shared Key.

use crate::azure;
use crate::examine::{VerifyArgs, WRONG_MD5};
use crate::input::Input;
use crate::output::{self, Format};
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use presign::Scheme;
use presign::inspect::Inspection;
use serde_json::json;

impl VerifyArgs {
    /// Verifies a shared access signature of Azure.
    pub fn verify_sas(&self, inspection: &Inspection) -> Result<()> {
        let subject = &self.subject;
        let service = self.service.as_deref().or(inspection.service());
        let service = azure::service_of(&subject.url, service)?;
        let key = self.user_delegation_key.as_ref();
        let (account, credentials) = azure::load_for_url(&subject.url, service, key)?;
        let mut request = match self.received() {
            Ok(request) => request,
            Err(error) => return self.reject("request", None, &error.to_string()),
        };
        if let Some(address) = self.cloudfront.client_ip() {
            request = request.client_ip(address);
        }
        let parsed = account.parse_sas(&request);
        if let Err(error) = parsed.and_then(|sas| sas.verify(&credentials, subject.time)) {
            return self.reject(error.kind().as_str(), Some(&error), &error.to_string());
        }
        self.print_valid(inspection, account.name(), None)
    }

    /// Verifies a request that Azure's Shared Key or Shared Key Lite signs.
    pub fn verify_shared_key(&self, is_lite: bool) -> Result<()> {
        let (subject, sent) = (&self.subject, &self.sent);
        let service = azure::service_of(&subject.url, self.service.as_deref())?;
        let (mut account, credentials) = azure::load_for_url(&subject.url, service, None)?;
        if is_lite {
            account = account.shared_key_lite();
        }
        let request = match self.received() {
            Ok(request) => request,
            Err(error) => return self.reject("request", None, &error.to_string()),
        };
        let parsed = account.parse_shared_key(&request);
        let verified = match parsed.and_then(|parsed| parsed.verify(&credentials, subject.time)) {
            Ok(verified) => verified,
            Err(error) => {
                return self.reject(error.kind().as_str(), Some(&error), &error.to_string());
            }
        };
        let md5 = sent.signed_md5(|name| verified.covers_header(name));
        let body = self.body.as_ref().map(Input::body_hashes).transpose()?;
        if let (Some(md5), Some(body)) = (md5, &body)
            && md5 != BASE64.encode(body.md5)
        {
            return self.reject("payload-mismatch", None, WRONG_MD5);
        }
        match subject.output {
            Format::Text => {
                let (method, time, id) = (&sent.method, verified.signed_at(), account.name());
                output::print(&format!("valid for {method}, signed at {time} by {id}"))?;
            }
            Format::Json => output::print_json(&json!({
                "valid": true,
                "method": sent.method,
                "scheme": Scheme::AzureSharedKey.as_str(),
                "access_key_id": account.name(),
                "service": verified.service().as_str(),
                "signed_at": verified.signed_at().to_string(),
            }))?,
        }
        if body.is_some() && md5.is_none() {
            output::note("the signature covers no body, so it is not checked");
        }
        Ok(())
    }
}
