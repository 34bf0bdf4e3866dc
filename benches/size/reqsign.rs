use reqsign_aws_v4::{Credential, RequestSigner};
use reqsign_core::{Context, SignRequest as _};
use std::time::Duration;

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let credential = Credential {
        access_key_id: "AKIDEXAMPLE".into(),
        secret_access_key: "secret".into(),
        session_token: None,
        expires_in: None,
    };
    let url = format!("https://examplebucket.s3.us-east-1.amazonaws.com/{key}");
    let mut parts = http::Request::get(url).body(()).unwrap().into_parts().0;
    let signer = RequestSigner::new("s3", "us-east-1");
    let (context, hour) = (Context::new(), Duration::from_secs(3600));
    ready(signer.sign_request(&context, &mut parts, Some(&credential), Some(hour))).unwrap();
    println!("{}", parts.uri);
}
