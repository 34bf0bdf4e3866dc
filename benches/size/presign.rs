use presign::{Credentials, Timestamp, s3::Bucket};
use std::time::{Duration, SystemTime};

fn main() {
    let key = std::env::args().nth(1).unwrap();
    // Without the feature `std` a time is a number of seconds.
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let now = Timestamp::from_unix_seconds(now as i64);
    let credentials = Credentials::new("AKIDEXAMPLE", "secret").unwrap();
    let bucket = Bucket::new("examplebucket", "us-east-1").unwrap();
    let link = bucket
        .get(key)
        .presign(&credentials, Duration::from_secs(3600), now);
    println!("{}", link.unwrap());
}
