//! The functions, and their settings, which are part of a plan.

use datafusion::common::{Result, exec_datafusion_err, exec_err};
use presign::{AddressingStyle, Error, Request, SignatureVersion, s3};
use prost::Message;

/// A function: its name, and how it signs.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    pub name: &'static str,
    pub store: Store,
    pub version: SignatureVersion,
    /// It has the arguments `method` and `options`. Other functions sign downloads.
    pub any_method: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Store {
    S3,
    #[cfg(feature = "gcs")]
    Gcs,
}

/// All functions.
pub(crate) static KINDS: &[Kind] = &[
    Kind {
        name: "presign_get",
        store: Store::S3,
        version: SignatureVersion::V4,
        any_method: false,
    },
    Kind {
        name: "presign",
        store: Store::S3,
        version: SignatureVersion::V4,
        any_method: true,
    },
    Kind {
        name: "presign_v2_get",
        store: Store::S3,
        version: SignatureVersion::V2,
        any_method: false,
    },
    Kind {
        name: "presign_v2",
        store: Store::S3,
        version: SignatureVersion::V2,
        any_method: true,
    },
    #[cfg(feature = "gcs")]
    Kind {
        name: "presign_gcs_get",
        store: Store::Gcs,
        version: SignatureVersion::V4,
        any_method: false,
    },
    #[cfg(feature = "gcs")]
    Kind {
        name: "presign_gcs",
        store: Store::Gcs,
        version: SignatureVersion::V4,
        any_method: true,
    },
];

/// The settings of a function. Executors receive them with the plan, as a message of Protocol
/// Buffers.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct Settings {
    /// [`Settings::FORMAT`]. Each new setting increases it, because an executor that ignored a
    /// setting would sign something else.
    #[prost(uint32, tag = "1")]
    pub format: u32,
    /// The location, for Google Cloud Storage.
    #[prost(string, tag = "2")]
    pub region: String,
    #[prost(string, optional, tag = "3")]
    pub endpoint: Option<String>,
    #[prost(enumeration = "Style", tag = "4")]
    pub style: i32,
    /// In seconds since 1970.
    #[prost(int64, optional, tag = "5")]
    pub signing_time: Option<i64>,
    #[prost(bool, tag = "6")]
    pub null_for_invalid_keys: bool,
}

/// [`AddressingStyle`] in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(crate) enum Style {
    Auto = 0,
    Virtual = 1,
    Path = 2,
    Domain = 3,
}

impl Style {
    /// Returns `None` for a style that the message doesn't have.
    pub fn new(style: AddressingStyle) -> Option<Self> {
        match style {
            AddressingStyle::Auto => Some(Style::Auto),
            AddressingStyle::Virtual => Some(Style::Virtual),
            AddressingStyle::Path => Some(Style::Path),
            AddressingStyle::Domain => Some(Style::Domain),
            _ => None,
        }
    }
}

impl Settings {
    pub const FORMAT: u32 = 1;

    pub fn from_message(message: &[u8]) -> Result<Self> {
        let settings = Settings::decode(message).map_err(|error| {
            exec_datafusion_err!("the settings of a function in the plan can't be decoded: {error}")
        })?;
        if settings.format != Settings::FORMAT {
            return exec_err!(
                "the settings of a function in the plan have format {}, \
                 but this version of presign-datafusion has format {}; \
                 use one version in all processes",
                settings.format,
                Settings::FORMAT
            );
        }
        if Style::try_from(settings.style).is_err() {
            return exec_err!(
                "the settings of a function in the plan have the unknown addressing style {}",
                settings.style
            );
        }
        Ok(settings)
    }

    pub fn addressing_style(&self) -> AddressingStyle {
        match self.style() {
            Style::Auto => AddressingStyle::Auto,
            Style::Virtual => AddressingStyle::Virtual,
            Style::Path => AddressingStyle::Path,
            Style::Domain => AddressingStyle::Domain,
        }
    }

    pub fn bucket(&self, kind: &Kind, name: &str) -> Result<Bucket, Error> {
        match kind.store {
            Store::S3 => {
                let mut builder = s3::Bucket::builder(name, &self.region)
                    .addressing_style(self.addressing_style())
                    .signature_version(kind.version);
                if let Some(endpoint) = &self.endpoint {
                    builder = builder.endpoint(endpoint);
                }
                builder.build().map(Bucket::S3)
            }
            #[cfg(feature = "gcs")]
            Store::Gcs => {
                let mut builder = presign::gcs::Bucket::builder(name)
                    .location(&self.region)
                    .addressing_style(self.addressing_style())
                    .signature_version(kind.version);
                if let Some(endpoint) = &self.endpoint {
                    builder = builder.endpoint(endpoint);
                }
                builder.build().map(Bucket::Gcs)
            }
        }
    }
}

pub(crate) enum Bucket {
    S3(s3::Bucket),
    #[cfg(feature = "gcs")]
    Gcs(presign::gcs::Bucket),
}

impl Bucket {
    pub fn request<'a>(&'a self, method: &'a str) -> Request<'a> {
        match self {
            Bucket::S3(bucket) => bucket.request(method),
            #[cfg(feature = "gcs")]
            Bucket::Gcs(bucket) => bucket.request(method),
        }
    }
}
