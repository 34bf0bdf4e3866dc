use rusty_s3::{Bucket, Credentials, S3Action as _, UrlStyle};
use std::time::Duration;

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let endpoint = "https://s3.us-east-1.amazonaws.com".parse().unwrap();
    let bucket = Bucket::new(
        endpoint,
        UrlStyle::VirtualHost,
        "examplebucket",
        "us-east-1",
    )
    .unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret");
    let action = bucket.get_object(Some(&credentials), &key);
    println!("{}", action.sign(Duration::from_secs(3600)));
}
