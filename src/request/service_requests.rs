//! The requests of a service: any method and URL.

use super::{Destination, Request, Signer};
use crate::{v2, v4};
use alloc::borrow::Cow;

/// Defines the methods that make requests.
macro_rules! service_requests {
    ($service:ty, $signer:path) => {
        /// Requests. The URL is absolute and percent-encoded.
        ///
        /// A presigned URL has its query in canonical order and its host in lowercase. The path of
        /// services other than S3 is not changed.
        impl $service {
            /// Returns a GET request.
            #[must_use]
            pub fn get<'a>(&'a self, url: impl Into<Cow<'a, str>>) -> Request<'a> {
                self.request("GET", url)
            }

            /// Returns a POST request.
            #[must_use]
            pub fn post<'a>(&'a self, url: impl Into<Cow<'a, str>>) -> Request<'a> {
                self.request("POST", url)
            }

            /// Returns a request with any method.
            #[must_use]
            pub fn request<'a>(
                &'a self,
                method: impl Into<Cow<'a, str>>,
                url: impl Into<Cow<'a, str>>,
            ) -> Request<'a> {
                Request::new(method, Destination::Url(url.into()), $signer(self))
            }

            /// Returns a request with the method, URL and headers of an `http::Request`.
            #[cfg(feature = "http")]
            #[must_use]
            pub fn http<'a, B>(&'a self, request: &'a http::Request<B>) -> Request<'a> {
                use alloc::string::ToString as _;
                let mut signed = self.request(request.method().as_str(), request.uri().to_string());
                for (name, value) in request.headers() {
                    let value = Cow::Borrowed(value.as_bytes());
                    signed.push_header(Cow::Borrowed(name.as_str()), value);
                }
                signed
            }
        }
    };
}

service_requests!(v4::Service, Signer::V4);
service_requests!(v2::Service, Signer::V2);
