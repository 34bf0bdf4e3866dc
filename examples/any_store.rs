//! A presigned URL for the store that the settings name, like `url()` of django-storages: S3,
//! Google Cloud Storage or CloudFront. The code that signs is independent of the store.
//!
//! ```console
//! $ cargo run -p presign --example any_store --features gcs,cloudfront,p256
//! ```
//!
//! `Media` is the part to copy. The example then makes a link for each store, and checks each with
//! a verifier, as the store would.

use presign::verify::{ReceivedRequest, Verifier};
use presign::{ContentDisposition, Credentials, Error, Expiry, Store, cloudfront, gcs, s3};
use std::time::{Duration, SystemTime};

/// The files that users download.
struct Media {
    store: Box<dyn Store>,
    credentials: Credentials,
}

impl Media {
    /// Returns the media of the settings: `s3://BUCKET`, `gs://BUCKET`, or the URL of a
    /// distribution.
    fn from_setting(setting: &str, key_id: &str, secret: &str) -> Result<Self, Error> {
        let (store, credentials): (Box<dyn Store>, _) = match setting.split_once("://") {
            Some(("s3", bucket)) => (
                Box::new(s3::Bucket::new(bucket, "eu-west-1")?),
                Credentials::new(key_id, secret)?,
            ),
            Some(("gs", bucket)) => (
                Box::new(gcs::Bucket::new(bucket)?),
                Credentials::new(key_id, secret)?,
            ),
            _ => (
                Box::new(cloudfront::Distribution::new(setting)?),
                Credentials::from_pem(key_id, secret)?,
            ),
        };
        Ok(Media { store, credentials })
    }

    /// Returns a link that is valid for an hour. A browser saves the file as `save_as`.
    fn url(&self, key: &str, save_as: Option<&str>) -> Result<String, Error> {
        let mut request = self.store.object("GET", key);
        if let Some(name) = save_as {
            request = request.response_content_disposition(ContentDisposition::attachment(name));
        }
        let hour = Expiry::at_most(Duration::from_secs(3600));
        Ok(request
            .presign(&self.credentials, hour, SystemTime::now())?
            .into())
    }
}

/// A key that RFC 9500 publishes for tests.
const PEM: &str = "-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIObLW92AqkWunJXowVR2Z5/+yVPBaFHnEedDk5WJxk/BoAoGCCqGSM49
AwEHoUQDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71vc75eSOkyMsxFxbFsTNEMTLjV
uKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==
-----END EC PRIVATE KEY-----
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = [
        ("s3://media", "AKIDEXAMPLE", "secret"),
        ("gs://media", "GOOG1EXAMPLE", "secret"),
        ("https://media.example.com", "K2JCJMDEHXQW5F", PEM),
    ];
    for (setting, key_id, secret) in settings {
        let media = Media::from_setting(setting, key_id, secret)?;
        let url = media.url("reports/2026.pdf", Some("Report 2026.pdf"))?;
        println!("{setting}\n  {url}\n");

        // The store verifies the link.
        let request = ReceivedRequest::from_url("GET", &url)?;
        let (now, key) = (SystemTime::now(), &media.credentials);
        match setting.split_once("://") {
            Some(("s3", _)) => {
                let verifier = Verifier::new("eu-west-1", "s3");
                verifier.verify(&request, now, |_| Some(key))?;
            }
            Some(("gs", _)) => {
                gcs::verifier("auto").verify(&request, now, |_| Some(key))?;
            }
            _ => {
                cloudfront::verify(&request, now, |_| Some(key))?;
            }
        }
    }
    Ok(())
}
