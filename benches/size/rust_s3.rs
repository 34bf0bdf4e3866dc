use s3::{Bucket, Region, creds::Credentials};

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let credentials = Credentials::new(Some("AKIDEXAMPLE"), Some("secret"), None, None, None);
    let bucket = Bucket::new("examplebucket", Region::UsEast1, credentials.unwrap()).unwrap();
    println!("{}", ready(bucket.presign_get(key, 3600, None)).unwrap());
}
