//! The settings with which a request is signed.

use crate::credentials;
use presign::v4::{CanonicalUri, Service, SessionToken};
use presign::{Credentials, Expiry, Timestamp};
use std::time::Duration;

#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub struct Options {
    pub with_token: bool,
    pub is_s3: bool,
    pub rule: Option<Rule>,
    pub token: Option<Token>,
    pub content_sha256_header: Option<bool>,
    pub now: Timestamp,
    pub expiry: AnyExpiry,
}

#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub enum Rule {
    S3,
    Normalized,
    Unnormalized,
}

#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub enum Token {
    Appended,
    S3Express,
}

impl Options {
    pub fn credentials(&self) -> &'static Credentials {
        credentials(self.with_token)
    }

    pub fn expiry(&self) -> Expiry {
        self.expiry.at(self.now)
    }

    pub fn service_name(&self) -> &'static str {
        if self.is_s3 { "s3" } else { "service" }
    }

    pub fn canonical_uri(&self) -> Option<CanonicalUri> {
        self.rule.map(|rule| match rule {
            Rule::S3 => CanonicalUri::S3,
            Rule::Normalized => CanonicalUri::Normalized,
            Rule::Unnormalized => CanonicalUri::Unnormalized,
        })
    }

    pub fn session_token(&self) -> SessionToken {
        match self.token {
            Some(Token::Appended) => SessionToken::Appended,
            Some(Token::S3Express) => SessionToken::S3Express,
            None => SessionToken::Signed,
        }
    }

    pub fn service(&self) -> Service {
        let mut service = Service::new("us-east-1", self.service_name()).unwrap();
        if let Some(rule) = self.canonical_uri() {
            service = service.canonical_uri(rule);
        }
        if let Some(add) = self.content_sha256_header {
            service = service.content_sha256_header(add);
        }
        service.session_token(self.session_token())
    }
}

/// An expiry in each of its forms.
#[derive(Clone, Copy, Debug, arbitrary::Arbitrary)]
pub enum AnyExpiry {
    After(u32),
    AtMost(u32),
    At(u32),
    AtMoment(Timestamp),
}

impl AnyExpiry {
    /// Returns the expiry for a signing time.
    pub fn at(self, now: Timestamp) -> Expiry {
        // The range is slightly longer than the maximum of SigV4, so that most values are accepted
        // and some are not.
        let duration = |seconds: u32| Duration::from_secs(u64::from(seconds % 605_000));
        match self {
            AnyExpiry::After(seconds) => duration(seconds).into(),
            AnyExpiry::AtMost(seconds) => Expiry::at_most(duration(seconds)),
            AnyExpiry::At(seconds) => Expiry::at(now.saturating_add(duration(seconds))),
            AnyExpiry::AtMoment(moment) => Expiry::at(moment),
        }
    }
}
