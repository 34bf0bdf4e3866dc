//! A cluster on loopback: a scheduler, and two executors that are processes of their own. One of
//! them is killed in the middle of a query.
//!
//! The program runs itself as an executor, so it has no harness.

#[path = "../support/local_cluster.rs"]
mod local_cluster;

use ballista_core::extension::SessionConfigExt;
use ballista_scheduler::config::SchedulerConfig;
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::execution::SessionStateBuilder;
use datafusion::optimizer::Analyzer;
use datafusion::prelude::{SessionConfig, SessionContext};
use local_cluster::{LocalCluster, run_executor};
use presign::{Credentials, Timestamp, s3::Bucket};
use presign_datafusion::Functions;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

type Error = Box<dyn std::error::Error + Send + Sync>;

const KEYS: usize = 40_000;
const FILES: usize = 16;
const REGION: &str = "eu-central-1";
const QUERY: &str = "SELECT key, presign_get('examplebucket', key, INTERVAL '1 hour') AS link FROM files ORDER BY key DESC";

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_716_552_000)
}

fn main() -> Result<(), Error> {
    let args: Vec<_> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()?;
    match args.get(1).map(String::as_str) {
        Some("executor") => runtime.block_on(executor(args[2].parse()?, &args[3], &args[4])),
        _ => {
            runtime.block_on(a_killed_executor())?;
            runtime.block_on(one_signing_time())?;
            runtime.block_on(missing_credentials())
        }
    }
}

/// The process of an executor. It prints a line for each batch that it signs.
async fn executor(scheduler: u16, name: &str, behaviour: &str) -> Result<(), Error> {
    let batches = AtomicUsize::new(0);
    let (name, hangs) = (name.to_owned(), behaviour == "hangs");
    let pause = match behaviour {
        "slow" => Duration::from_millis(100),
        _ => Duration::ZERO,
    };
    let mut functions = Functions::s3(REGION);
    if behaviour != "no-credentials" {
        functions = functions.credentials_provider(move || {
            // The second batch is never finished.
            let hangs = hangs && batches.fetch_add(1, Ordering::Relaxed) > 0;
            let line = if hangs { "hangs" } else { "batch" };
            writeln!(std::io::stdout(), "{name} {line}")?;
            if hangs {
                loop {
                    std::thread::park();
                }
            }
            std::thread::sleep(pause);
            Ok(credentials())
        });
    }
    let work = tempfile::tempdir()?;
    run_executor(scheduler, work.path(), functions).await
}

/// Returns the lines that the executors of a cluster print.
fn lines(cluster: &mut LocalCluster) -> Receiver<String> {
    let (sender, receiver) = channel();
    for executor in &mut cluster.executors {
        let lines = BufReader::new(executor.stdout.take().unwrap()).lines();
        let sender = sender.clone();
        std::thread::spawn(move || {
            // The receiver may have heard enough.
            lines
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
    }
    receiver
}

async fn client(
    cluster: &LocalCluster,
    functions: Functions,
    files: &Path,
) -> Result<SessionContext, Error> {
    let config = SessionConfig::new_with_ballista()
        .with_target_partitions(FILES)
        .with_batch_size(1000);
    let context = presign_ballista::client_with_config(&cluster.url(), config, [functions]).await?;
    let files = files.display().to_string();
    context
        .register_parquet("files", files, Default::default())
        .await?;
    Ok(context)
}

fn key(number: usize) -> String {
    format!("reports/{number:08}.pdf")
}

async fn write_files(folder: &Path) -> Result<(), Error> {
    let context = SessionContext::new();
    for file in 0..FILES {
        let keys = (0..KEYS).filter(|number| number % FILES == file).map(key);
        let keys: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
        let batch = RecordBatch::try_from_iter([("key", keys)])?;
        let path = folder.join(format!("{file}.parquet")).display().to_string();
        let options = DataFrameWriteOptions::new().with_single_file_output(true);
        context
            .read_batch(batch)?
            .write_parquet(&path, options, None)
            .await?;
    }
    Ok(())
}

/// Asserts that there is one link for each key, and that each is the library's.
fn assert_complete(batches: &[RecordBatch]) -> Result<(), Error> {
    let bucket = Bucket::new("examplebucket", REGION)?;
    let (credentials, hour) = (credentials(), Duration::from_secs(3600));
    let mut expected = (0..KEYS).rev().map(key);
    for batch in batches {
        let keys = datafusion::arrow::compute::cast(
            batch.column(0),
            &datafusion::arrow::datatypes::DataType::Utf8,
        )?;
        let links = batch.column(1).as_string::<i32>();
        for (key, link) in keys.as_string::<i32>().iter().zip(links) {
            let key = key.ok_or("a key is null")?;
            assert_eq!(Some(key), expected.next().as_deref());
            let expected = bucket.get(key).presign(&credentials, hour, now())?;
            assert_eq!(link, Some(expected.as_str()));
        }
    }
    assert_eq!(expected.next(), None);
    Ok(())
}

async fn a_killed_executor() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    write_files(folder.path()).await?;
    let executors: [&[&str]; 2] = [&["healthy", "works"], &["killed", "hangs"]];
    // An executor that was killed is replaced after a few seconds.
    let config = SchedulerConfig {
        executor_timeout_seconds: 4,
        expire_dead_executor_interval_seconds: 1,
        ..SchedulerConfig::default()
    };
    let functions = Functions::s3(REGION);
    let mut cluster = LocalCluster::start(functions, config, Stdio::piped, &executors).await?;
    let lines = lines(&mut cluster);
    let functions = Functions::s3(REGION).signing_time(now());
    let context = client(&cluster, functions, folder.path()).await?;
    let query = tokio::spawn(async move { context.sql(QUERY).await?.collect().await });

    // The executor has finished one batch, and hangs in the second.
    let mut batches = 0;
    loop {
        match &*lines.recv_timeout(Duration::from_secs(60))? {
            "killed batch" => batches += 1,
            "killed hangs" => break,
            _ => {}
        }
    }
    assert_eq!(batches, 1);
    assert!(!query.is_finished());
    cluster.executors[1].kill()?;
    cluster.executors[1].wait()?;
    let result = tokio::time::timeout(Duration::from_secs(120), query).await???;
    assert_complete(&result)?;
    println!("a killed executor: ok");
    Ok(())
}

async fn start(stdout: fn() -> Stdio, executors: &[&[&str]]) -> Result<LocalCluster, Error> {
    let config = SchedulerConfig::default();
    LocalCluster::start(Functions::s3(REGION), config, stdout, executors).await
}

/// Both executors sign, during several seconds, for the second in which the query began.
async fn one_signing_time() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    write_files(folder.path()).await?;
    let executors: [&[&str]; 2] = [&["one", "slow"], &["two", "slow"]];
    let mut cluster = start(Stdio::piped, &executors).await?;
    let lines = lines(&mut cluster);
    let context = client(&cluster, Functions::s3(REGION), folder.path()).await?;
    let seconds = || Timestamp::from(SystemTime::now()).unix_seconds();
    let before = seconds();
    let frame = context.sql(QUERY).await?;
    let after = seconds();
    let mut dates = BTreeSet::new();
    for batch in frame.collect().await? {
        for link in batch.column(1).as_string::<i32>() {
            let (_, after_name) = link
                .and_then(|link| link.split_once("X-Amz-Date="))
                .ok_or("")?;
            dates.insert(after_name[..16].parse::<Timestamp>()?.unix_seconds());
        }
    }
    assert_eq!(dates.len(), 1, "{dates:?}");
    assert!(dates.is_subset(&(before..=after).collect()), "{dates:?}");
    assert!(seconds() > after + 1);
    let names: BTreeSet<_> = lines.try_iter().collect();
    assert!(
        names.contains("one batch") && names.contains("two batch"),
        "{names:?}"
    );
    println!("one signing time: ok");
    Ok(())
}

/// Neither client nor scheduler has credentials. If the executors have none, nothing is signed.
async fn missing_credentials() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    write_files(folder.path()).await?;
    let executors: [&[&str]; 1] = [&["one", "no-credentials"]];
    let cluster = start(Stdio::null, &executors).await?;
    let functions = Functions::s3(REGION).signing_time(now());
    let context = client(&cluster, functions, folder.path()).await?;
    let result = context.sql(QUERY).await?.collect().await;
    let error = result.err().ok_or("links without credentials")?.to_string();
    assert!(error.contains("no credentials"), "{error}");

    // A client without the rule against links in `VALUES`. The scheduler has it, too.
    let state = SessionStateBuilder::new_from_existing(context.state())
        .with_analyzer_rules(Analyzer::new().rules)
        .build();
    let context = SessionContext::new_with_state(state);
    let query = "SELECT * FROM (VALUES (presign_get('examplebucket', 'a', 60)))";
    let result = context.sql(query).await?.collect().await;
    let error = result.err().ok_or("links in a plan")?.to_string();
    assert!(error.contains("presign_get in VALUES"), "{error}");
    println!("missing credentials: ok");
    Ok(())
}
