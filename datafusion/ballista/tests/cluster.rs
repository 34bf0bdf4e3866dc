//! A cluster on loopback: a scheduler, and two executors that are processes of their own. One of
//! them is killed in the middle of a query.
//!
//! The program runs itself as an executor, so it has no harness.

use ballista_core::extension::SessionConfigExt;
use ballista_executor::executor_process::ExecutorProcessConfig;
use ballista_scheduler::config::SchedulerConfig;
use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{SessionConfig, SessionContext};
use presign::{Credentials, Timestamp, s3::Bucket};
use presign_datafusion::Functions;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

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
        Some("executor") => runtime.block_on(executor(&args[2], args[3].parse()?, &args[4])),
        _ => {
            runtime.block_on(a_killed_executor())?;
            runtime.block_on(missing_credentials())
        }
    }
}

/// The process of an executor. It prints a line for each batch that it signs.
async fn executor(name: &str, scheduler: u16, behaviour: &str) -> Result<(), Error> {
    let batches = AtomicUsize::new(0);
    let (name, hangs) = (name.to_owned(), behaviour == "hangs");
    let mut functions = Functions::s3("us-west-2");
    if behaviour != "no-credentials" {
        functions = functions.credentials_provider(move || {
            let batch = batches.fetch_add(1, Ordering::Relaxed);
            let mut out = std::io::stdout().lock();
            // Its second batch is never finished.
            let line = if hangs && batch > 0 { "hangs" } else { "batch" };
            writeln!(out, "{name} {line}")?;
            drop(out);
            while hangs && batch > 0 {
                std::thread::park();
            }
            Ok(credentials())
        });
    }
    let work = tempfile::tempdir()?;
    let config = ExecutorProcessConfig {
        scheduler_host: "127.0.0.1".into(),
        scheduler_port: scheduler,
        external_host: Some("127.0.0.1".into()),
        port: free_port()?,
        grpc_port: free_port()?,
        vcores: 1,
        work_dir: Some(work.path().display().to_string()),
        executor_heartbeat_interval_seconds: 1,
        ..ExecutorProcessConfig::default()
    };
    presign_ballista::run_executor(config, [functions]).await
}

fn free_port() -> Result<u16, Error> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// A scheduler in this process, and executors that end with it.
struct Cluster {
    port: u16,
    executors: Vec<Child>,
    lines: Receiver<String>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for executor in &mut self.executors {
            let _ = executor.kill();
            let _ = executor.wait();
        }
    }
}

impl Cluster {
    async fn start(executors: &[(&str, &str)]) -> Result<Self, Error> {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let config = SchedulerConfig {
            external_host: "127.0.0.1".into(),
            bind_port: port,
            executor_timeout_seconds: 4,
            expire_dead_executor_interval_seconds: 1,
            min_ready_executors: executors.len(),
            ..SchedulerConfig::default()
        };
        let scheduler = presign_ballista::run_scheduler(listener, config, [Functions::s3(REGION)]);
        tokio::spawn(async { scheduler.await.unwrap() });
        let (sender, lines) = channel();
        let mut cluster = Cluster {
            port,
            executors: Vec::new(),
            lines,
        };
        for (name, behaviour) in executors {
            let mut child = Command::new(std::env::current_exe()?)
                .args(["executor", name, &port.to_string(), behaviour])
                .stdout(Stdio::piped())
                .spawn()?;
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            cluster.executors.push(child);
            let sender = sender.clone();
            std::thread::spawn(move || {
                lines.map_while(Result::ok).for_each(|line| {
                    let _ = sender.send(line);
                });
            });
        }
        Ok(cluster)
    }

    async fn client(&self, files: &Path) -> Result<SessionContext, Error> {
        let config = SessionConfig::new_with_ballista()
            .with_target_partitions(FILES)
            .with_batch_size(1000);
        let functions = Functions::s3(REGION).signing_time(now());
        let scheduler = format!("df://127.0.0.1:{}", self.port);
        let context = presign_ballista::client_with_config(&scheduler, config, [functions]).await?;
        let files = files.display().to_string();
        context
            .register_parquet("files", files, Default::default())
            .await?;
        Ok(context)
    }
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
    let mut cluster = Cluster::start(&[("healthy", "works"), ("killed", "hangs")]).await?;
    let context = cluster.client(folder.path()).await?;
    let query = tokio::spawn(async move { context.sql(QUERY).await?.collect().await });

    // The executor has finished one batch, and hangs in the second.
    let mut batches = 0;
    loop {
        match &*cluster.lines.recv_timeout(Duration::from_secs(60))? {
            "killed batch" => batches += 1,
            "killed hangs" => break,
            _ => {}
        }
    }
    assert_eq!(batches, 1);
    assert!(!query.is_finished());
    cluster.executors[1].kill()?;
    let result = tokio::time::timeout(Duration::from_secs(120), query).await???;
    assert_complete(&result)?;
    // The other one signed all of the rows.
    let healthy = cluster
        .lines
        .try_iter()
        .filter(|line| line == "healthy batch")
        .count();
    assert!(
        healthy > 0,
        "the executor that is left signed nothing after the other was killed"
    );
    println!("a killed executor: ok");
    Ok(())
}

/// Neither the client nor the scheduler has credentials. If an executor has none, nothing is signed.
async fn missing_credentials() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    write_files(folder.path()).await?;
    let cluster = Cluster::start(&[("one", "no-credentials")]).await?;
    let context = cluster.client(folder.path()).await?;
    let result = context.sql(QUERY).await?.collect().await;
    let error = result.err().ok_or("links without credentials")?.to_string();
    assert!(error.contains("no credentials"), "{error}");
    println!("missing credentials: ok");
    Ok(())
}
