//! Sessions, and the links that the library makes with one call each.

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::concat_batches;
use datafusion::common::Result;
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext};
use presign::{Credentials, Request, SignatureVersion, Timestamp, s3::Bucket};
use presign_datafusion::Functions;
use std::sync::Arc;
use std::time::Duration;

pub const ID: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const TOKEN: &str = "FQoGZXIvYXdzEXAMPLETOKEN/+=";
pub const REGION: &str = "eu-central-1";

pub fn credentials() -> Credentials {
    let credentials = Credentials::new(ID, SECRET).unwrap();
    credentials.with_session_token(TOKEN).unwrap()
}

/// 2024-05-24T12:00:00Z.
pub fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_716_552_000)
}

pub fn functions() -> Functions {
    Functions::s3(REGION)
        .credentials(credentials())
        .signing_time(now())
}

/// Returns a session with one table, `t`.
pub fn session(functions: &Functions, columns: Vec<(&str, ArrayRef)>) -> SessionContext {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    session_of_batches(functions, vec![vec![batch]])
}

/// Returns a session with one table, `t`, which has a partition for each vector of batches.
pub fn session_of_batches(
    functions: &Functions,
    partitions: Vec<Vec<RecordBatch>>,
) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(partitions.len());
    let context = SessionContext::new_with_config(config);
    functions.register(&context).unwrap();
    let schema = partitions[0][0].schema();
    let table = MemTable::try_new(schema, partitions).unwrap();
    context.register_table("t", Arc::new(table)).unwrap();
    context
}

/// Returns a batch of one column, `key`.
pub fn batch(keys: &[&str]) -> RecordBatch {
    let keys: ArrayRef = Arc::new(StringArray::from(keys.to_vec()));
    RecordBatch::try_from_iter([("key", keys)]).unwrap()
}

/// Returns the first column of a query's result.
pub async fn links_of(context: &SessionContext, sql: &str) -> Result<Vec<Option<String>>> {
    let frame = context.sql(sql).await?;
    let schema = frame.schema().inner().clone();
    let batch = concat_batches(&schema, &frame.collect().await?)?;
    let links = batch.column(0).as_string::<i32>();
    Ok(links.iter().map(|link| link.map(str::to_owned)).collect())
}

/// Returns the error of a query.
pub async fn error_of(context: &SessionContext, sql: &str) -> String {
    links_of(context, sql).await.unwrap_err().to_string()
}

pub fn bucket(name: &str) -> Bucket {
    Bucket::new(name, REGION).unwrap()
}

pub fn bucket_v2(name: &str) -> Bucket {
    let builder = Bucket::builder(name, REGION).signature_version(SignatureVersion::V2);
    builder.build().unwrap()
}

/// Returns the link that the library makes of one request.
pub fn link(request: &Request<'_>, seconds: u64) -> Option<String> {
    let link = request.presign(&credentials(), Duration::from_secs(seconds), now());
    Some(link.unwrap().into())
}
