//! Serialized plans contain settings and no secrets.

use crate::support::{
    ID, REGION, SECRET, TOKEN, bucket, credentials, functions, link, now, session,
};
use datafusion::arrow::array::{ArrayRef, AsArray, StringArray};
use datafusion::physical_plan::collect;
use datafusion::prelude::SessionContext;
use datafusion_proto::bytes::{
    logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
    physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use datafusion_proto::logical_plan::DefaultLogicalExtensionCodec;
use datafusion_proto::physical_plan::DefaultPhysicalExtensionCodec;
use presign_datafusion::{Codec, Functions};
use std::sync::Arc;

const QUERY: &str = "SELECT presign('PUT', 'examplebucket', 'a b', 60, MAP {'header:content-type': 'image/png'}) AS link";

fn expected() -> Option<String> {
    let bucket = bucket("examplebucket");
    link(&bucket.put("a b").header("content-type", "image/png"), 60)
}

/// Asserts that bytes contain the settings, and neither the credentials nor a part of a link.
fn assert_no_secret(bytes: &[u8]) {
    let contains = |text: &str| {
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    for secret in [SECRET, &SECRET[..20], TOKEN, ID, "X-Amz-", "https://"] {
        assert!(!contains(secret), "the plan contains {secret}");
    }
    assert!(contains(REGION) && contains("presign"));
}

/// The functions of a process with other settings, which the plan's settings replace.
fn executor() -> Functions {
    let functions = Functions::s3("us-west-2").credentials(credentials());
    functions
        .endpoint("https://example.com")
        .null_for_invalid_keys()
}

#[tokio::test]
async fn logical_plans() {
    // Even if the process that plans has credentials.
    for functions in [functions(), Functions::s3(REGION).signing_time(now())] {
        let context = SessionContext::new();
        functions.register(&context).unwrap();
        let plan = context
            .sql(QUERY)
            .await
            .unwrap()
            .into_optimized_plan()
            .unwrap();
        let codec = Codec::new([functions], DefaultLogicalExtensionCodec {});
        let bytes = logical_plan_to_bytes_with_extension_codec(&plan, &codec).unwrap();
        assert_no_secret(&bytes);

        let context = SessionContext::new();
        let codec = Codec::new([executor()], DefaultLogicalExtensionCodec {});
        let plan =
            logical_plan_from_bytes_with_extension_codec(&bytes, &context.task_ctx(), &codec)
                .unwrap();
        let again = logical_plan_to_bytes_with_extension_codec(&plan, &codec).unwrap();
        assert_eq!(again, bytes);
        let batches = context
            .execute_logical_plan(plan)
            .await
            .unwrap()
            .collect()
            .await
            .unwrap();
        let links = batches[0].column(0).as_string::<i32>();
        assert_eq!(Some(links.value(0).to_owned()), expected());
    }
}

#[tokio::test]
async fn physical_plans() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let functions = Functions::s3(REGION).signing_time(now());
    let context = session(&functions, vec![("key", keys)]);
    let plan = context
        .sql(QUERY)
        .await
        .unwrap()
        .create_physical_plan()
        .await
        .unwrap();
    let codec = Codec::new([functions.clone()], DefaultPhysicalExtensionCodec {});
    let bytes = physical_plan_to_bytes_with_extension_codec(Arc::clone(&plan), &codec).unwrap();
    assert_no_secret(&bytes);

    // Without credentials it plans and doesn't execute.
    let task = context.task_ctx();
    let plan = physical_plan_from_bytes_with_extension_codec(&bytes, &task, &codec).unwrap();
    let error = collect(plan, Arc::clone(&task))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("no credentials"), "{error}");

    let codec = Codec::new([executor()], DefaultPhysicalExtensionCodec {});
    let plan = physical_plan_from_bytes_with_extension_codec(&bytes, &task, &codec).unwrap();
    let batches = collect(plan, task).await.unwrap();
    let links = batches[0].column(0).as_string::<i32>();
    assert_eq!(Some(links.value(0).to_owned()), expected());
}

/// Settings that this version doesn't know are not ignored, and functions of others are theirs.
#[test]
fn unknown_settings_are_refused() {
    use datafusion_proto::logical_plan::LogicalExtensionCodec;
    let codec = Codec::new([functions()], DefaultLogicalExtensionCodec {});
    let udf = functions().udfs().unwrap().remove(0);
    let mut message = Vec::new();
    codec.try_encode_udf(&udf, &mut message).unwrap();
    assert_eq!(
        codec.try_decode_udf(udf.name(), &message).unwrap().name(),
        udf.name()
    );
    // The first field is the format.
    assert_eq!(message[..2], [8, 1]);
    message[1] = 2;
    let error = codec
        .try_decode_udf(udf.name(), &message)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("format 2") && error.contains("format 1"),
        "{error}"
    );
    for message in [&[][..], &[0xff, 0xff]] {
        assert!(codec.try_decode_udf(udf.name(), message).is_err());
    }
    assert!(codec.try_decode_udf("another", &message).is_err());
}
