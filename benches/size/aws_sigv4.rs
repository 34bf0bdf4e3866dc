use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use std::time::{Duration, SystemTime};

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let identity = Credentials::new("AKIDEXAMPLE", "secret", None, None, "size").into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(3600));
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = format!("https://examplebucket.s3.us-east-1.amazonaws.com/{key}");
    let request = SignableRequest::new("GET", &url, [].into_iter(), SignableBody::UnsignedPayload);
    let (instructions, _) = sign(request.unwrap(), &params).unwrap().into_parts();
    let mut request = http::Request::get(url).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut request);
    println!("{}", request.uri());
}
