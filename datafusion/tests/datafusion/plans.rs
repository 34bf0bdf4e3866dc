//! What plans contain: the signing time, and no link.

use crate::support::{REGION, SECRET, TOKEN, bucket, credentials, functions, links_of, session};
use chrono::Utc;
use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::execution::FunctionRegistry;
use datafusion::prelude::SessionContext;
use presign::Timestamp;
use presign_datafusion::Functions;
use std::sync::Arc;
use std::time::Duration;

fn table(functions: &Functions) -> SessionContext {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    session(functions, vec![("key", keys)])
}

async fn explain(context: &SessionContext, sql: &str) -> String {
    let frame = context
        .sql(&format!("EXPLAIN VERBOSE {sql}"))
        .await
        .unwrap();
    let batches = frame.collect().await.unwrap();
    pretty_format_batches(&batches).unwrap().to_string()
}

#[tokio::test]
async fn constant_calls_are_not_folded() {
    let context = table(&functions());
    let query = "SELECT presign_get('examplebucket', 'a', 60) AS link";
    let plan = explain(&context, query).await;
    assert!(plan.contains("presign_get("), "{plan}");
    assert!(
        plan.contains("1716552000"),
        "the time is not a literal: {plan}"
    );
    assert!(!plan.contains("Signature"), "{plan}");
    assert!(!plan.contains("https://"), "{plan}");
    let expected = bucket("examplebucket").get("a").presign(
        &credentials(),
        Duration::from_secs(60),
        crate::support::now(),
    );
    assert_eq!(
        links_of(&context, query).await.unwrap(),
        [Some(expected.unwrap().into())]
    );
}

#[tokio::test]
async fn plans_show_no_secret() {
    let functions = functions();
    let context = table(&functions);
    let frame = context
        .sql("SELECT presign_get('examplebucket', key, 60) AS link FROM t")
        .await
        .unwrap();
    let plan = frame.logical_plan().clone();
    let optimized = context.state().optimize(&plan).unwrap();
    let physical = context.state().create_physical_plan(&plan).await.unwrap();
    let udf = context.udf("presign_get").unwrap();
    let provider = Functions::s3(REGION).credentials_provider(|| Ok(credentials()));
    for text in [
        explain(
            &context,
            "SELECT presign_get('examplebucket', key, 60) AS link FROM t",
        )
        .await,
        format!("{plan:?} {}", plan.display_indent_schema()),
        format!("{optimized:?} {}", optimized.display_indent_schema()),
        format!("{physical:?}"),
        format!("{functions:?} {functions:#?} {udf:?} {provider:?}"),
    ] {
        for secret in [SECRET, TOKEN, "AKIDEXAMPLE"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    // The search can find something.
    assert!(format!("{functions:?}").contains(REGION));
}

/// Links of one query are signed for one second, the start of the query.
#[tokio::test]
async fn the_signing_time_is_the_start_of_the_query() {
    let functions = Functions::s3(REGION).credentials(credentials());
    let context = table(&functions);
    let query = "SELECT presign_get('examplebucket', key, 60) AS link, now() AS now FROM t";
    let before = Utc::now().timestamp();
    let batches = context.sql(query).await.unwrap().collect().await.unwrap();
    let after = Utc::now().timestamp();
    let links = datafusion::arrow::compute::cast(
        batches[0].column(0),
        &datafusion::arrow::datatypes::DataType::Utf8,
    )
    .unwrap();
    let nows = datafusion::arrow::compute::cast(
        batches[0].column(1),
        &datafusion::arrow::datatypes::DataType::Int64,
    )
    .unwrap();
    let links: &StringArray = datafusion::arrow::array::AsArray::as_string(&links);
    let nows = datafusion::arrow::array::AsArray::as_primitive::<
        datafusion::arrow::datatypes::Int64Type,
    >(&nows);
    for (link, now) in links.iter().zip(nows) {
        let date: Timestamp = date_of(link.unwrap());
        assert_eq!(date.unix_seconds(), now.unwrap() / 1_000_000_000);
        assert!((before..=after).contains(&date.unix_seconds()));
    }
}

fn date_of(link: &str) -> Timestamp {
    let (_, rest) = link.split_once("X-Amz-Date=").unwrap();
    rest[..16].parse().unwrap()
}

/// A timestamp as the last argument, also one for each row.
#[tokio::test]
async fn a_signing_time_as_an_argument() {
    let context = table(&functions());
    for (call, dates) in [
        (
            "presign_get('examplebucket', key, 60, TIMESTAMP '2020-01-02T03:04:05')",
            ["20200102T030405Z"; 2],
        ),
        (
            "presign('GET', 'examplebucket', key, 60, TIMESTAMP '2020-01-02T03:04:05.9')",
            ["20200102T030405Z"; 2],
        ),
        (
            "presign('GET', 'examplebucket', key, 60, NULL, TIMESTAMPTZ '2020-01-02T03:04:05+01:00')",
            ["20200102T020405Z"; 2],
        ),
        (
            "presign_get('examplebucket', key, 60, CASE key WHEN 'a' THEN TIMESTAMP '2020-01-02T03:04:05' ELSE TIMESTAMP '2021-01-02T03:04:05' END)",
            ["20200102T030405Z", "20210102T030405Z"],
        ),
    ] {
        let links = links_of(&context, &format!("SELECT {call} FROM t"))
            .await
            .unwrap();
        for ((key, date), actual) in ["a", "b"].iter().zip(dates).zip(links) {
            let request = bucket("examplebucket");
            let now: Timestamp = date.parse().unwrap();
            let expected = request
                .get(*key)
                .presign(&credentials(), Duration::from_secs(60), now)
                .unwrap();
            assert_eq!(actual.as_deref(), Some(expected.as_str()), "{call}");
        }
    }
    let query = "SELECT presign_get('examplebucket', key, 60, CAST(NULL AS TIMESTAMP)) FROM t";
    assert_eq!(links_of(&context, query).await.unwrap(), [None, None]);
}

/// A link in a condition, in a subquery and under an alias.
#[tokio::test]
async fn calls_anywhere_in_a_query() {
    let context = table(&functions());
    let query = "SELECT link FROM (SELECT key, presign_get('examplebucket', key, 60) AS link FROM t) \
                 WHERE link LIKE '%/a?%' AND presign_get('examplebucket', key, 60) = link ORDER BY link";
    let links = links_of(&context, query).await.unwrap();
    assert_eq!(links.len(), 1);
    let query =
        "SELECT max(presign_get('examplebucket', key, 60)) FROM t GROUP BY key ORDER BY key";
    let all = links_of(&context, query).await.unwrap();
    assert_eq!((all.len(), &all[0]), (2, &links[0]));
}
