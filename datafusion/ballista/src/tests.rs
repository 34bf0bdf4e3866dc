//! Plans in Ballista's codecs contain no secrets.

use super::*;
use datafusion_proto::bytes::{
    logical_plan_to_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use presign::{Credentials, Timestamp};

#[tokio::test]
async fn plans_contain_no_secret() {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET).unwrap();
    let functions = [Functions::s3("eu-central-1")
        .credentials(credentials)
        .signing_time(Timestamp::from_unix_seconds(1_716_552_000))];
    let query = "SELECT presign_get('examplebucket', 'a', 60) AS link";
    let context = SessionContext::new();
    functions[0].register(&context).unwrap();
    let frame = context.sql(query).await.unwrap();
    let plan = frame.clone().into_optimized_plan().unwrap();
    let codec = logical_codec(&functions).unwrap();
    let logical = logical_plan_to_bytes_with_extension_codec(&plan, codec.as_ref()).unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let codec = physical_codec(&functions).unwrap();
    let physical = physical_plan_to_bytes_with_extension_codec(plan, codec.as_ref()).unwrap();
    for bytes in [logical, physical] {
        let contains = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        for secret in [SECRET, &SECRET[..20], "AKIDEXAMPLE", "X-Amz-", "https://"] {
            assert!(!contains(secret), "a plan contains {secret}");
        }
        assert!(contains("presign_get"));
    }
}
