//! IPv4 addresses and ranges, which a custom policy may allow. CloudFront supports no IPv6 there.

use crate::error::{Error, Quoted, error};
use alloc::boxed::Box;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr};

/// A range of IPv4 addresses: `192.0.2.0/24`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IpRange {
    /// The range as it is signed, with its prefix length.
    text: Box<str>,
    address: Ipv4Addr,
    prefix_len: u32,
}

impl IpRange {
    /// Parses an address or a range in CIDR notation.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let (address, prefix_len) = text.split_once('/').unwrap_or((text, "32"));
        let is_canonical = prefix_len == "0" || !prefix_len.starts_with(['0', '+']);
        match (address.parse(), prefix_len.parse()) {
            (Ok(address), Ok(prefix_len @ 0..=32)) if is_canonical => Ok(IpRange {
                text: alloc::format!("{address}/{prefix_len}").into(),
                address,
                prefix_len,
            }),
            _ if text.contains(':') => Err(error!(
                Policy,
                "{} is an IPv6 address, which CloudFront's policies don't support; use IPv4",
                Quoted(text)
            )),
            _ => Err(error!(
                Policy,
                "invalid IP range {}; write an IPv4 address or a range such as 192.0.2.0/24",
                Quoted(text)
            )),
        }
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let IpAddr::V4(address) = address.to_canonical() else {
            return false;
        };
        let differing = u32::from(address) ^ u32::from(self.address);
        differing.leading_zeros() >= self.prefix_len
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
