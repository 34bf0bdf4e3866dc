//! Results in the types of other crates.

use presign::PresignedUrl;

/// Checks that the conversions of a presigned URL succeed or are errors.
pub fn check_conversions(url: &PresignedUrl) {
    std::hint::black_box(serde_json::to_string(url).unwrap());
    if let Ok(request) = url.to_http(()) {
        assert_eq!(request.method().as_str(), url.method());
    }
    let _ = url.to_url();
}
