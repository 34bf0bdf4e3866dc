//! Limits on the body of an upload, as headers that are signed and have to be sent.

use super::{Request, Signer};
use crate::error::{Error, error};
use crate::scheme::sigv2::{is_amz_header, is_content_header};
use crate::text::base64;
use crate::v2::{self, Interface};
use crate::wire::request_parts::duplicate_header;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};

/// Limits on the body. Each is a signed header, so the store rejects an upload that sends another
/// value; [`PresignedUrl::headers`](super::PresignedUrl::headers) lists it.
impl<'a> Request<'a> {
    /// Sets the length of the body in bytes: the header `Content-Length`. A client that uploads
    /// more or less sends another header, and the server rejects its signature.
    ///
    /// For a range of sizes, use a [form](crate::post).
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let put = bucket.put("a.txt").content_length(21);
    /// let link = put.presign(&credentials, Duration::from_secs(60), now)?;
    /// assert!(link.headers().any(|header| header == ("Content-Length", "21")));
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// Signing returns [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) under SigV2, which
    /// doesn't sign the header, and for stores whose URLs cover no headers.
    #[must_use]
    pub fn content_length(self, bytes: u64) -> Self {
        self.signed_header("Content-Length", bytes.to_string().into())
    }

    /// Sets the MD5 of the body, 16 bytes: the header `Content-MD5`. The server rejects another
    /// body.
    ///
    /// [`checksum`](Request::checksum) has stronger algorithms, which not every store supports.
    ///
    /// ```
    /// use core::time::Duration;
    /// use presign::{Credentials, Timestamp, s3::Bucket};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    /// let now: Timestamp = "20130524T000000Z".parse()?;
    /// let bucket = Bucket::new("examplebucket", "us-east-1")?;
    /// let digest = 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128; // of no bytes
    /// let put = bucket.put("empty.txt").content_md5(digest.to_be_bytes());
    /// let link = put.presign(&credentials, Duration::from_secs(60), now)?;
    /// assert!(link.headers().any(|header| header == ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")));
    /// # Ok::<(), presign::Error>(())
    /// ```
    ///
    /// # Errors
    /// Signing returns [`ErrorKind::Header`](crate::ErrorKind::Header) for a second MD5, and
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for query APIs under SigV2 and for
    /// stores whose URLs cover no headers.
    #[must_use]
    pub fn content_md5(self, digest: [u8; 16]) -> Self {
        const NAME: &str = "Content-MD5";
        let mut names = self.header_names();
        let is_second = names.any(|name| name.eq_ignore_ascii_case(NAME));
        drop(names);
        if is_second {
            return self.fail(duplicate_header(NAME));
        }
        let mut value = String::new();
        base64::write(&digest, &mut value);
        self.signed_header(NAME, value.into())
    }

    /// Adds a header, if the signature covers it.
    pub(crate) fn signed_header(self, name: &'static str, value: Cow<'a, str>) -> Self {
        match self.check_signs(&name.to_ascii_lowercase()) {
            Ok(()) => self.header(name, value),
            Err(error) => self.fail(error),
        }
    }

    fn check_signs(&self, name: &str) -> Result<(), Error> {
        match self.signer {
            Signer::V4(_) => Ok(()),
            Signer::V2(v2::Service(Interface::S3 { .. }))
                if is_content_header(name) || is_amz_header(name) =>
            {
                Ok(())
            }
            Signer::V2(_) => Err(error!(
                Unsupported,
                "SigV2 doesn't sign {name} here; sign with SigV4, or use a form, which limits the size"
            )),
            Signer::Custom(signer) if signer.signs_header(name) => Ok(()),
            Signer::Custom(signer) => Err(signer.unsupported(&format!("signed {name}"))),
        }
    }
}
