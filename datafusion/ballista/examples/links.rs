//! Links for ten million keys: writes the keys to Parquet, adds the column with the links, writes
//! Parquet, and verifies a sample of the links.
//!
//! ```console
//! $ cargo run --release --manifest-path datafusion/Cargo.toml -p presign-ballista --example links
//! $ cargo run --release --manifest-path datafusion/Cargo.toml -p presign-ballista --example links -- 1000000 --cluster
//! ```
//!
//! The argument is the number of keys. With `--cluster` the query runs on a scheduler and two
//! executors, which are processes on this machine.

#[path = "../support/local_cluster.rs"]
mod local_cluster;

use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;
use presign_datafusion::Functions;
use std::path::Path;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Adds the column. This is the part to copy.
async fn add_links(
    context: &SessionContext,
    keys: &str,
    links: &str,
) -> Result<(), DataFusionError> {
    context
        .register_parquet("keys", keys, Default::default())
        .await?;
    let query = format!(
        "COPY (SELECT number, key, presign_get('examplebucket', key, INTERVAL '1 day') AS link FROM keys)
         TO '{links}' STORED AS PARQUET"
    );
    context.sql(&query).await?.collect().await?;
    Ok(())
}

// The program that runs it.

use ballista_scheduler::config::SchedulerConfig;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use local_cluster::{LocalCluster, run_executor};
use presign::verify::{ReceivedRequest, Verifier};
use presign::{Credentials, s3::Bucket};
use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

const REGION: &str = "eu-central-1";

/// A published example.
fn credentials() -> Result<Credentials, presign::Error> {
    Credentials::new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [first, port, work] = &arguments[..]
        && first == "executor"
    {
        let functions = Functions::s3(REGION).credentials(credentials()?);
        return run_executor(port.parse()?, Path::new(work), functions).await;
    }
    let (mut rows, mut on_cluster) = (10_000_000, false);
    for argument in &arguments {
        match argument.as_str() {
            "--cluster" => on_cluster = true,
            number => {
                rows = number.parse().map_err(|_| {
                    format!("the arguments are a number of keys and --cluster, got {number:?}")
                })?;
            }
        }
    }
    run(rows, on_cluster).await
}

async fn run(rows: u64, on_cluster: bool) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).map(|()| format!("{}/", path.display()))
    };
    let (keys, links) = (path("keys")?, path("links")?);

    step("keys", rows, &keys, write_keys(rows, &keys)).await?;
    if on_cluster {
        let (one, two) = (path("one")?, path("two")?);
        // Neither scheduler nor client has credentials.
        let functions = Functions::s3(REGION);
        let cluster = LocalCluster::start(
            functions.clone(),
            SchedulerConfig::default(),
            Stdio::null,
            &[&[&one], &[&two]],
        )
        .await?;
        let context = presign_ballista::client(&cluster.url(), [functions]).await?;
        step("links", rows, &links, add_links(&context, &keys, &links)).await?;
    } else {
        let context = SessionContext::new();
        Functions::s3(REGION)
            .credentials(credentials()?)
            .register(&context)?;
        step("links", rows, &links, add_links(&context, &keys, &links)).await?;
    }
    let verified = verify_sample(rows, &links).await?;
    println!("{verified} of {rows} links verified");
    Ok(())
}

async fn write_keys(rows: u64, keys: &str) -> Result<(), DataFusionError> {
    let query = format!(
        "COPY (SELECT value AS number, concat('albums/', value % 1000, '/photo ', value, '.jpg') AS key
               FROM range(0, {rows}))
         TO '{keys}' STORED AS PARQUET"
    );
    SessionContext::new().sql(&query).await?.collect().await?;
    Ok(())
}

/// Runs a step, and prints each second how much it has written.
async fn step(
    name: &str,
    rows: u64,
    folder: &str,
    work: impl Future<Output = Result<(), DataFusionError>>,
) -> Result<(), Error> {
    let start = Instant::now();
    let is_done = AtomicBool::new(false);
    let progress = || {
        let mut shown = 0;
        while !is_done.load(Ordering::Relaxed) {
            thread::park_timeout(Duration::from_millis(100));
            let seconds = start.elapsed().as_secs();
            if seconds > shown {
                shown = seconds;
                println!(
                    "{name}: {} MB written after {seconds} s",
                    size(folder) / 1_000_000
                );
            }
        }
    };
    let result = thread::scope(|scope| {
        let printer = scope.spawn(progress);
        let result =
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(work));
        is_done.store(true, Ordering::Relaxed);
        printer.thread().unpark();
        result
    });
    result?;
    let seconds = start.elapsed().as_secs_f64();
    let speed = rows as f64 / seconds;
    println!(
        "{name}: {rows} rows, {} MB, {seconds:.1} s, {speed:.0} rows a second",
        size(folder) / 1_000_000
    );
    std::io::stdout().flush()?;
    Ok(())
}

/// Returns the number of bytes in the files of a folder.
fn size(folder: &str) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.len())
        .sum()
}

/// Verifies about a thousand links as a server does, and returns how many.
async fn verify_sample(rows: u64, links: &str) -> Result<u64, Error> {
    let context = SessionContext::new();
    context
        .register_parquet("links", links, Default::default())
        .await?;
    let count = context
        .sql("SELECT count(link) FROM links")
        .await?
        .collect()
        .await?;
    let count = count[0].column(0).as_primitive::<Int64Type>().value(0);
    if count.try_into() != Ok(rows) {
        return Err(format!("{count} links for {rows} keys").into());
    }

    let distance = (rows / 1000).max(1);
    let query = format!("SELECT key, link FROM links WHERE number % {distance} = 0");
    let (credentials, bucket) = (credentials()?, Bucket::new("examplebucket", REGION)?);
    let verifier = Verifier::new(REGION, "s3");
    let lookup = |id: &str| (id == credentials.identity().access_key_id()).then_some(&credentials);
    let mut verified = 0;
    for batch in context.sql(&query).await?.collect().await? {
        let keys = cast(batch.column(0), &DataType::Utf8)?;
        let links = cast(batch.column(1), &DataType::Utf8)?;
        for (key, link) in keys.as_string::<i32>().iter().zip(links.as_string::<i32>()) {
            let (Some(key), Some(link)) = (key, link) else {
                return Err("a key or link is null".into());
            };
            let request = ReceivedRequest::from_url("GET", link)?;
            verifier.verify(&request, SystemTime::now(), lookup)?;
            if link.split('?').next() != Some(&bucket.get(key).url()?) {
                return Err(format!("the link of {key:?} is {link}").into());
            }
            // A link for another object is rejected.
            let other = link.replacen("/photo", "/phot0", 1);
            let request = ReceivedRequest::from_url("GET", &other)?;
            if verifier.verify(&request, SystemTime::now(), lookup).is_ok() {
                return Err(format!("{other} is accepted").into());
            }
            verified += 1;
        }
    }
    if verified != rows.div_ceil(distance) {
        return Err(format!("{verified} links in the sample").into());
    }
    Ok(verified)
}
