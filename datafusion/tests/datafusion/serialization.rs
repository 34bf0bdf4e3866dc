//! Serialized plans contain settings and no secrets.

use crate::support::{
    ID, REGION, SECRET, TOKEN, bucket, credentials, functions, link, now, session,
};
use datafusion::arrow::array::{ArrayRef, AsArray, StringArray};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::ScalarUDF;
use datafusion::physical_plan::collect;
use datafusion::prelude::SessionContext;
use datafusion_proto::bytes::{
    logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
    physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use datafusion_proto::logical_plan::DefaultLogicalExtensionCodec;
use datafusion_proto::physical_plan::DefaultPhysicalExtensionCodec;
use presign::AddressingStyle;
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

/// The functions of the process that executes. Its signing time is not that of the plan.
fn executor() -> Functions {
    Functions::s3(REGION)
        .credentials(credentials())
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
        let codec = Codec::new([functions], DefaultLogicalExtensionCodec {}).unwrap();
        let bytes = logical_plan_to_bytes_with_extension_codec(&plan, &codec).unwrap();
        assert_no_secret(&bytes);

        let context = SessionContext::new();
        let codec = Codec::new([executor()], DefaultLogicalExtensionCodec {}).unwrap();
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
    for functions in [functions(), Functions::s3(REGION).signing_time(now())] {
        let context = session(&functions, vec![("key", Arc::clone(&keys))]);
        let plan = context
            .sql(QUERY)
            .await
            .unwrap()
            .create_physical_plan()
            .await
            .unwrap();
        let codec = Codec::new([functions], DefaultPhysicalExtensionCodec {}).unwrap();
        let bytes = physical_plan_to_bytes_with_extension_codec(plan, &codec).unwrap();
        assert_no_secret(&bytes);
        execute(&bytes).await;
    }
}

async fn execute(bytes: &[u8]) {
    let context = SessionContext::new();
    let planner = Functions::s3(REGION);
    let codec = Codec::new([planner], DefaultPhysicalExtensionCodec {}).unwrap();

    // Without credentials it plans and doesn't execute.
    let task = context.task_ctx();
    let plan = physical_plan_from_bytes_with_extension_codec(bytes, &task, &codec).unwrap();
    let error = collect(plan, Arc::clone(&task))
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("no credentials"), "{error}");

    let codec = Codec::new([executor()], DefaultPhysicalExtensionCodec {}).unwrap();
    let plan = physical_plan_from_bytes_with_extension_codec(bytes, &task, &codec).unwrap();
    let batches = collect(plan, task).await.unwrap();
    let links = batches[0].column(0).as_string::<i32>();
    assert_eq!(Some(links.value(0).to_owned()), expected());
}

/// Settings that this version doesn't know are not ignored, and the fallback codec decodes other
/// functions.
#[test]
fn unknown_settings_are_rejected() {
    use datafusion_proto::logical_plan::LogicalExtensionCodec;
    let codec = Codec::new([functions()], DefaultLogicalExtensionCodec {}).unwrap();
    let udf = presign_get();
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

#[test]
fn unknown_styles_are_rejected() {
    use datafusion_proto::logical_plan::LogicalExtensionCodec;
    let codec = Codec::new([functions()], DefaultLogicalExtensionCodec {}).unwrap();
    let mut message = Vec::new();
    codec.try_encode_udf(&presign_get(), &mut message).unwrap();
    // The field of the style, a second time. The last one counts.
    for (style, is_known) in [(0, true), (9, false)] {
        let message = [&message[..], &[0x20, style]].concat();
        match codec.try_decode_udf("presign_get", &message) {
            Ok(_) => assert!(is_known),
            Err(error) => {
                assert!(!is_known);
                let error = error.to_string();
                assert!(error.contains("unknown addressing style 9"), "{error}");
            }
        }
    }
}

fn presign_get() -> Arc<ScalarUDF> {
    let context = SessionContext::new();
    functions().register(&context).unwrap();
    context.udf("presign_get").unwrap()
}

/// A plan can't select a region or endpoint that the process isn't configured for.
#[test]
fn other_destinations_are_rejected() {
    use datafusion_proto::logical_plan::LogicalExtensionCodec;
    let udf = presign_get();
    let mut message = Vec::new();
    let codec = Codec::new([functions()], DefaultLogicalExtensionCodec {}).unwrap();
    codec.try_encode_udf(&udf, &mut message).unwrap();

    let others = [
        Functions::s3("us-west-2"),
        Functions::s3(REGION).endpoint("https://example.com"),
        Functions::s3(REGION).addressing_style(AddressingStyle::Path),
    ];
    for other in &others {
        let codec = Codec::new([other.clone()], DefaultLogicalExtensionCodec {}).unwrap();
        let error = codec.try_decode_udf(udf.name(), &message).unwrap_err();
        let error = error.to_string();
        assert!(error.contains("no functions for the region"), "{error}");
        assert!(error.contains(REGION), "{error}");
    }
    // A process can have several regions.
    let all = others.into_iter().chain([functions()]);
    let codec = Codec::new(all, DefaultLogicalExtensionCodec {}).unwrap();
    let decoded = codec.try_decode_udf(udf.name(), &message).unwrap();
    assert_eq!(format!("{decoded:?}"), format!("{udf:?}"));
}

#[test]
fn duplicate_and_invalid_functions_are_rejected() {
    for (sets, fault) in [
        (
            vec![functions(), functions().null_for_invalid_keys()],
            "two sets of functions have the same settings",
        ),
        (vec![Functions::s3("eu central")], "eu central"),
    ] {
        let codec = Codec::new(sets, DefaultLogicalExtensionCodec {});
        let error = codec.unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}
