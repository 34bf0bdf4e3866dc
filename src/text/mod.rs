//! Text formats: percent-encoding, digits, base64, JSON, XML, spans of time, and escaping in
//! markup.

pub(crate) mod base64;
mod byte_set;
pub(crate) mod capacity;
pub(crate) mod damage;
pub(crate) mod decimal;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod markup;
pub(crate) mod named_enum;
pub(crate) mod percent;
pub(crate) mod repeated;
pub(crate) mod secrets;
pub(crate) mod sink;
pub(crate) mod template_text;
pub(crate) mod time_span;
#[cfg(any(feature = "azure", feature = "explain", feature = "s3-express"))]
pub(crate) mod xml;
