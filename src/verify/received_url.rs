//! The parts of a received request that policies are about: its whole URL and the client's address.

use super::error::{VerifyError, reject};
use super::received_request::ReceivedRequest;
use crate::wire::query::Param;
use alloc::string::String;
use core::net::IpAddr;

impl<'r> ReceivedRequest<'r> {
    /// Sets the client's IP address, for policies and tokens that allow a range of them. Behind a
    /// proxy, it is the address that the proxy reports.
    #[must_use]
    pub fn client_ip(mut self, address: impl Into<IpAddr>) -> Self {
        self.client_ip = Some(address.into());
        self
    }
}

#[cfg_attr(
    not(all(feature = "azure", feature = "cloudfront")),
    allow(dead_code, reason = "no other scheme signs the URL")
)]
impl ReceivedRequest<'_> {
    pub(crate) fn given_client_ip(&self) -> Option<IpAddr> {
        self.client_ip
    }

    /// Checks that the request isn't too large, and that a client can have sent it.
    pub(crate) fn check(&self) -> Result<(), VerifyError> {
        self.check_size()?;
        self.check_query()?;
        self.check_message()
    }

    /// Returns the values of all headers of that name.
    pub(crate) fn header_values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.values(name).map(|header| &*header.value)
    }

    /// Returns the URL that the client requested, without some parameters of its query.
    pub(crate) fn url_without(&self, names: &[&str]) -> Result<String, VerifyError> {
        let scheme = self.scheme.ok_or_else(|| {
            reject!(
                Request,
                "the scheme of the URL is unknown, but CloudFront signs it; use ReceivedRequest::from_url"
            )
        })?;
        let mut url = String::from(scheme.as_str());
        url.push_str("://");
        if let Some(host) = self.host() {
            host.write(&mut url);
        }
        url.push_str(match self.target.path {
            "" => "/",
            path => path,
        });
        let mut separator = '?';
        let params = self.target.query.map(|query| query.split('&'));
        for text in params.into_iter().flatten() {
            let name = Param::parse(text).name;
            if !names.iter().any(|signed| name.decodes_to(signed)) {
                url.push(separator);
                url.push_str(text);
                separator = '&';
            }
        }
        Ok(url)
    }
}
