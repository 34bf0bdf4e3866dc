use object_store::aws::AmazonS3Builder;
use object_store::signer::Signer as _;
use std::time::Duration;

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let store = AmazonS3Builder::new()
        .with_region("us-east-1")
        .with_bucket_name("examplebucket")
        .with_access_key_id("AKIDEXAMPLE")
        .with_secret_access_key("secret")
        .build()
        .unwrap();
    let hour = Duration::from_secs(3600);
    let url = ready(store.signed_url(http::Method::GET, &key.into(), hour)).unwrap();
    println!("{url}");
}
