//! What plans contain: the signing time, and no link.

use crate::support::{
    REGION, SECRET, TOKEN, batch, bucket, credentials, error_of, functions, link, links_of,
    session, session_of_batches,
};
use chrono::Utc;
use datafusion::arrow::array::{ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use datafusion::prelude::{SessionContext, col, lit};
use datafusion_proto::bytes::physical_plan_to_bytes_with_extension_codec;
use datafusion_proto::physical_plan::DefaultPhysicalExtensionCodec;
use presign::Timestamp;
use presign_datafusion::{Codec, Functions};
use std::collections::BTreeSet;
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

const QUERY: &str = "SELECT presign_get('examplebucket', key, 60) AS link FROM t";

/// Returns functions without a fixed signing time, whose batches are signed in different seconds.
fn slow_functions() -> Functions {
    Functions::s3(REGION).credentials_provider(|| {
        std::thread::sleep(Duration::from_millis(600));
        Ok(credentials())
    })
}

fn next_second() {
    std::thread::sleep(Duration::from_millis(1100));
}

/// Returns a text's signing times, in seconds since 1970.
fn dates<T: AsRef<str>>(links: impl IntoIterator<Item = T>) -> BTreeSet<i64> {
    links
        .into_iter()
        .map(|link| date_of(link.as_ref()))
        .collect()
}

fn date_of(link: &str) -> i64 {
    let (_, after_name) = link.split_once("X-Amz-Date=").unwrap();
    let date: Timestamp = after_name[..16].parse().unwrap();
    date.unix_seconds()
}

async fn dates_of(context: &SessionContext, sql: &str) -> BTreeSet<i64> {
    let links = links_of(context, sql).await.unwrap();
    assert!(!links.is_empty());
    dates(links.into_iter().map(Option::unwrap))
}

/// All links of a query are signed for one second, the start of the query, in every partition and
/// batch.
#[tokio::test]
async fn the_signing_time_is_the_start_of_the_query() {
    let partition = || vec![batch(&["a", "b"]), batch(&["c"]), batch(&["d"])];
    let context = session_of_batches(&slow_functions(), vec![partition(), partition()]);
    let before = Utc::now().timestamp();
    let frame = context.sql(QUERY).await.unwrap();
    let after = Utc::now().timestamp();
    next_second();
    let batches = frame.collect().await.unwrap();
    assert!(batches.len() >= 6);
    let links = batches
        .iter()
        .flat_map(|batch| batch.column(0).as_string::<i32>())
        .map(Option::unwrap);
    let dates = dates(links);
    assert_eq!(dates.len(), 1, "{dates:?}");
    assert!(dates.is_subset(&(before..=after).collect()), "{dates:?}");
}

/// It is the time of `now()`.
#[tokio::test]
async fn the_signing_time_is_now() {
    let context = table(&Functions::s3(REGION).credentials(credentials()));
    let query = "SELECT concat(presign_get('examplebucket', key, 60), '&now=', \
                 arrow_cast(date_part('epoch', now()), 'Int64')) FROM t";
    for link in links_of(&context, query).await.unwrap() {
        let link = link.unwrap();
        let (link, now) = link.split_once("&now=").unwrap();
        assert_eq!(date_of(link).to_string(), now);
    }
}

/// A view or a prepared statement is signed for the start of each query that uses it.
#[tokio::test]
async fn views_and_prepared_statements() {
    let context = table(&Functions::s3(REGION).credentials(credentials()));
    for statement in [
        format!("CREATE VIEW v AS {QUERY}"),
        format!("PREPARE p AS {QUERY}"),
    ] {
        context.sql(&statement).await.unwrap();
    }
    for query in ["SELECT link FROM v", "EXECUTE p"] {
        let first = dates_of(&context, query).await;
        next_second();
        let before = Utc::now().timestamp();
        let second = dates_of(&context, query).await;
        assert_eq!((first.len(), second.len()), (1, 1), "{query}");
        assert!(first.last() < second.first(), "{query}");
        assert!(second.first() >= Some(&before), "{query}");
    }
}

/// Calls in subqueries and in both branches of a union have one signing time.
#[tokio::test]
async fn several_calls_have_one_signing_time() {
    let context = table(&slow_functions());
    context
        .sql(&format!("CREATE VIEW v AS {QUERY}"))
        .await
        .unwrap();
    for (query, rows) in [
        ("SELECT link FROM v UNION ALL SELECT link FROM v", 4),
        (
            "SELECT presign_get('examplebucket', key, 60) FROM t UNION ALL \
             SELECT (SELECT max(presign_get('examplebucket', key, 60)) FROM t)",
            3,
        ),
        (
            "SELECT link FROM v WHERE link IN \
             (SELECT presign_get('examplebucket', key, 60) FROM t)",
            2,
        ),
    ] {
        let links = links_of(&context, query).await.unwrap();
        assert_eq!(links.len(), rows, "{query}");
        let dates = dates(links.into_iter().map(Option::unwrap));
        assert_eq!(dates.len(), 1, "{query}");
    }
}

#[tokio::test]
async fn data_frames() {
    let context = table(&functions());
    let udf = context.udf("presign_get").unwrap();
    let call = udf.call(vec![lit("examplebucket"), col("key"), lit(60)]);
    let frame = context.table("t").await.unwrap();
    let batches = frame.select([call]).unwrap().collect().await.unwrap();
    let links = batches[0].column(0).as_string::<i32>();
    let bucket = bucket("examplebucket");
    let expected = ["a", "b"].map(|key| link(&bucket.get(key), 60));
    assert_eq!(
        links.iter().collect::<Vec<_>>(),
        expected.each_ref().map(Option::as_deref)
    );
}

/// The literal is appended once, however often a plan is optimized.
#[tokio::test]
async fn one_literal_for_each_call() {
    let context = table(&Functions::s3(REGION).credentials(credentials()));
    let frame = context.sql(&format!("EXPLAIN {QUERY}")).await.unwrap();
    for batch in frame.collect().await.unwrap() {
        let plans = batch.column(1).as_string::<i32>();
        for plan in plans.iter().flatten() {
            assert_eq!(plan.matches("presign_get(").count(), 1, "{plan}");
            let numbers = plan.split(|c: char| !c.is_ascii_digit());
            let times = numbers.filter(|number| number.len() == 10).count();
            assert_eq!(times, 1, "{plan}");
        }
    }
    let plan = context.sql(QUERY).await.unwrap().into_unoptimized_plan();
    let once = context.state().optimize(&plan).unwrap();
    next_second();
    let twice = context.state().optimize(&once).unwrap();
    assert_eq!(once.to_string(), twice.to_string());
    assert_ne!(plan.to_string(), once.to_string());
}

/// Without a signing time nothing is signed.
#[tokio::test]
async fn calls_without_an_optimizer() {
    let context = SessionContext::new();
    let functions = Functions::s3(REGION).credentials(credentials());
    functions.register(&context).unwrap();
    let udf = context.udf("presign_get").unwrap();
    let args = ScalarFunctionArgs {
        args: vec![
            ColumnarValue::Scalar("examplebucket".into()),
            ColumnarValue::Scalar("a".into()),
            ColumnarValue::Scalar(60_i64.into()),
        ],
        arg_fields: Vec::new(),
        number_rows: 1,
        return_field: Arc::new(Field::new("link", DataType::Utf8, true)),
        config_options: Arc::default(),
    };
    let error = udf.invoke_with_args(args).unwrap_err().to_string();
    assert!(error.contains("its plan was not optimized"), "{error}");
}

/// DataFusion evaluates `VALUES` while it plans. A call in them would put a link into the plan.
#[tokio::test]
async fn calls_in_values_are_rejected() {
    let context = table(&functions());
    context.sql("CREATE TABLE links(link TEXT)").await.unwrap();
    let call = "presign_get('examplebucket', 'a', 60)";
    for query in [
        format!("VALUES ({call})"),
        format!("SELECT * FROM (VALUES ('x'), (concat({call}, '&'))) AS v(link)"),
        format!("INSERT INTO links VALUES ({call})"),
        format!("SELECT key FROM t WHERE key IN (SELECT column1 FROM (VALUES ({call})))"),
    ] {
        let error = error_of(&context, &query).await;
        assert!(
            error.contains("presign_get in VALUES") && error.contains("write SELECT presign_get"),
            "{query}: {error}"
        );
    }
    let plan = explain(&context, &format!("VALUES ({call})")).await;
    assert!(plan.contains("presign_get in VALUES"), "{plan}");
    assert!(!plan.contains("X-Amz-"), "{plan}");

    let query = format!("SELECT {call} AS link FROM (VALUES ('x'))");
    let plan = context.sql(&query).await.unwrap();
    let plan = plan.create_physical_plan().await.unwrap();
    let codec = Codec::new([functions()], DefaultPhysicalExtensionCodec {}).unwrap();
    let bytes = physical_plan_to_bytes_with_extension_codec(plan, &codec).unwrap();
    let contains = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(contains(b"presign_get") && !contains(b"X-Amz-"));

    // The remedy in the message.
    context
        .sql(&format!("INSERT INTO links SELECT {call}"))
        .await
        .unwrap()
        .collect()
        .await
        .unwrap();
    let links = links_of(&context, "SELECT arrow_cast(link, 'Utf8') FROM links").await;
    assert_eq!(
        links.unwrap(),
        [link(&bucket("examplebucket").get("a"), 60)]
    );
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
