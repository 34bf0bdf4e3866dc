use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::{Client, Config, presigning::PresigningConfig};
use std::time::Duration;

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            None,
            None,
            "size",
        ))
        .build();
    let get = Client::from_conf(config)
        .get_object()
        .bucket("examplebucket")
        .key(key);
    let hour = PresigningConfig::expires_in(Duration::from_secs(3600)).unwrap();
    println!("{}", ready(get.presigned(hour)).unwrap().uri());
}
