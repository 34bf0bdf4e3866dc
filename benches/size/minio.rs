use minio::s3::types::Region;
use minio::s3::{MinioClientBuilder, creds::StaticProvider};

fn main() {
    let key = std::env::args().nth(1).unwrap();
    let provider = StaticProvider::new("AKIDEXAMPLE", "secret", None);
    let client = MinioClientBuilder::new("https://s3.us-east-1.amazonaws.com".parse().unwrap())
        .provider(Some(provider))
        .build()
        .unwrap();
    let request = client
        .get_presigned_object_url("examplebucket", key.as_str(), http::Method::GET)
        .unwrap()
        .region(Region::new("us-east-1").unwrap())
        .expiry_seconds(3600)
        .build();
    println!("{}", ready(request.send()).unwrap().url);
}
