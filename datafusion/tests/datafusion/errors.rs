//! Errors name the row and the fault.

use crate::support::{
    batch, credentials, error_of, functions, link, links_of, now, session, session_of_batches,
};
use datafusion::arrow::array::{ArrayRef, DictionaryArray, Int8Array, Int64Array, StringArray};
use datafusion::execution::FunctionRegistry;
use datafusion::prelude::SessionContext;
use presign_datafusion::Functions;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn table(functions: &Functions, keys: Vec<Option<&str>>) -> SessionContext {
    let keys: ArrayRef = Arc::new(StringArray::from(keys));
    session(functions, vec![("key", keys)])
}

fn assert_contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text:?}");
    }
}

const QUERY: &str = "SELECT presign_get('examplebucket', key, 3600) FROM t";

#[tokio::test]
async fn an_invalid_key_names_its_row() {
    let context = table(&functions(), vec![Some("a"), None, Some(""), Some("b")]);
    let error = error_of(&context, QUERY).await;
    assert_contains(
        &error,
        &[
            "presign_get: row 3 of the batch, with the key \"\": ",
            "empty",
        ],
    );

    // In a dictionary it is the row, too, not the position of the value.
    let query = "SELECT presign_get('examplebucket', arrow_cast(key, 'Dictionary(Int32, Utf8)'), 3600) FROM t";
    let error = error_of(&context, query).await;
    assert_contains(&error, &["row 3 of the batch", "empty"]);
}

/// The first row with an error is named, also if its value isn't the first of a dictionary.
#[tokio::test]
async fn the_first_invalid_key_of_a_dictionary() {
    let long = "k".repeat(1025);
    let values: ArrayRef = Arc::new(StringArray::from(vec!["", "a", &long]));
    let keys = DictionaryArray::new(Int8Array::from(vec![1, 2, 0]), values);
    let context = session(&functions(), vec![("key", Arc::new(keys))]);
    let error = error_of(&context, QUERY).await;
    assert_contains(&error, &["row 2 of the batch", "kkk…"]);
}

/// A dictionary in a dictionary has nulls at two levels. It is rejected before rows are read.
#[tokio::test]
async fn nested_dictionaries_are_rejected() {
    let values: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let inner: ArrayRef = Arc::new(DictionaryArray::new(
        Int8Array::from(vec![Some(1), None]),
        values,
    ));
    let outer: ArrayRef = Arc::new(DictionaryArray::new(Int8Array::from(vec![0, 1]), inner));
    let context = session(&functions(), vec![("key", outer)]);
    let error = error_of(&context, QUERY).await;
    assert_contains(
        &error,
        &["key must be a text, got Dictionary(Int8, Dictionary("],
    );
}

#[tokio::test]
async fn an_invalid_key_is_null_by_option() {
    let functions = functions().null_for_invalid_keys();
    let context = table(&functions, vec![Some("a"), Some(""), Some("b")]);
    let bucket = crate::support::bucket("examplebucket");
    let expected = [
        link(&bucket.get("a"), 3600),
        None,
        link(&bucket.get("b"), 3600),
    ];
    assert_eq!(links_of(&context, QUERY).await.unwrap(), expected);

    // Everything else is still an error.
    let error = error_of(
        &context,
        "SELECT presign_get('Bad_Bucket!', key, 3600) FROM t",
    )
    .await;
    assert_contains(&error, &["row 1 of the batch", "Bad_Bucket!"]);
}

#[tokio::test]
async fn long_keys_are_cut() {
    let long = "x".repeat(100_000);
    let context = table(&functions(), vec![Some(&long)]);
    let error = error_of(&context, QUERY).await;
    assert!(error.len() < 400, "{error}");
    assert_contains(&error, &["xxx…"]);
}

#[tokio::test]
async fn expiries() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let seconds: ArrayRef = Arc::new(Int64Array::from(vec![60, 604_801]));
    let context = session(&functions(), vec![("key", keys), ("s", seconds)]);
    for (expiry, parts) in [
        ("s", &["row 2 of the batch", "\"b\"", "604801"][..]),
        (
            "-5",
            &["row 1 of the batch", "must be positive, got -5 seconds"],
        ),
        ("0", &["row 1"]),
        ("INTERVAL '1 month'", &["row 1", "months", "use days"]),
        (
            "INTERVAL '1500 milliseconds'",
            &["row 1", "whole number of seconds"],
        ),
        (
            "1.5",
            &["expires_in must be whole seconds or an interval, got Float64"],
        ),
        (
            "'60'",
            &["expires_in must be whole seconds or an interval, got Utf8"],
        ),
    ] {
        let query = format!("SELECT presign_get('examplebucket', key, {expiry}) FROM t");
        assert_contains(&error_of(&context, &query).await, parts);
    }
}

#[tokio::test]
async fn arguments() {
    let context = table(&functions(), vec![Some("a")]);
    for (call, parts) in [
        (
            "presign_get('b', key)",
            &["(bucket, key, expires_in [, signing_time])", "2 arguments"][..],
        ),
        ("presign_get('b', key, 60, MAP {})", &["4 arguments"]),
        (
            "presign('GET', 'b', key)",
            &["(method, bucket, key, expires_in [, options] [, signing_time])"],
        ),
        ("presign('GET', 'b', key, 60, MAP {}, 5)", &["6 arguments"]),
        (
            "presign_get('b', 7, 60)",
            &["key must be a text, got Int64"],
        ),
        (
            "presign_get(7, key, 60)",
            &["bucket must be a text, got Int64"],
        ),
        (
            "presign(7, 'b', key, 60)",
            &["method must be a text, got Int64"],
        ),
        (
            "presign('GET', 'b', key, 60, 'x')",
            &["options must be a map of texts, got Utf8"],
        ),
        (
            "presign('GET', 'b', key, 60, MAP {'a': 1})",
            &["options must be a map of texts"],
        ),
        (
            "presign('GET', 'examplebucket', key, 60, MAP {'versionId': 'v'})",
            &[
                "row 1",
                "invalid option \"versionId\"",
                "`header:` or `query:`",
            ],
        ),
        (
            "presign('GET', 'examplebucket', key, 60, MAP {'header:a b': 'v'})",
            &["row 1", "a b"],
        ),
        (
            "presign('G T', 'examplebucket', key, 60)",
            &["row 1", "G T"],
        ),
    ] {
        let error = error_of(&context, &format!("SELECT {call} FROM t")).await;
        assert_contains(&error, parts);
    }
}

#[test]
fn invalid_settings_are_rejected_at_registration() {
    let context = SessionContext::new();
    for functions in [
        Functions::s3(""),
        Functions::s3("eu central"),
        Functions::s3("us-east-1").endpoint("localhost"),
        Functions::s3("us-east-1").endpoint("ftp://localhost"),
    ] {
        assert!(functions.register(&context).is_err(), "{functions:?}");
    }
    assert!(context.udf("presign_get").is_err());
}

/// The second registration would replace the first.
#[test]
fn a_second_registration_is_rejected() {
    let context = SessionContext::new();
    functions().register(&context).unwrap();
    let error = Functions::s3("us-west-2").register(&context).unwrap_err();
    assert_contains(&error.to_string(), &["presign_get is registered already"]);
    #[cfg(feature = "gcs")]
    Functions::gcs().register(&context).unwrap();
}

#[tokio::test]
async fn missing_credentials() {
    let context = table(&Functions::s3("us-east-1"), vec![Some("a")]);
    assert_contains(
        &error_of(&context, QUERY).await,
        &["no credentials", "Functions::credentials"],
    );
}

#[tokio::test]
async fn the_provider_is_called_for_each_batch() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let functions =
        functions().credentials_provider(move || match counter.fetch_add(1, Ordering::Relaxed) {
            0..3 => Ok(credentials()),
            _ => Err("the credentials are not refreshed yet".into()),
        });
    let batches = vec![batch(&["a", "b"]), batch(&["c"]), batch(&["d"])];
    let context = session_of_batches(&functions, vec![batches]);
    let bucket = crate::support::bucket("examplebucket");
    let expected = ["a", "b", "c", "d"].map(|key| link(&bucket.get(key), 3600));
    assert_eq!(links_of(&context, QUERY).await.unwrap(), expected);
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    assert_contains(&error_of(&context, QUERY).await, &["not refreshed yet"]);
}

/// A link can't outlive the credentials, and this is not a fault of the key.
#[tokio::test]
async fn expired_credentials() {
    let credentials = credentials().with_expiration(now());
    let functions = functions().credentials(credentials).null_for_invalid_keys();
    let context = table(&functions, vec![Some("a")]);
    assert_contains(&error_of(&context, QUERY).await, &["row 1", "credentials"]);
}
