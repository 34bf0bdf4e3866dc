//! Rows a second: the function beside `presign batch`, beside a function that signs each row with
//! one call, and beside the floor, the SHA-256 compressions that a link can't do without.
//!
//! ```console
//! $ cargo bench --manifest-path datafusion/Cargo.toml --workspace --features gcs --bench rate
//! ```
//!
//! It draws `benches/rate.svg`. `cargo test` only asserts that all links are equal.

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result as DataFusionResult};
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use plotters::prelude::*;
use presign::{Credentials, Timestamp, s3::Bucket};
use presign_datafusion::Functions;
use sha2::block_api::compress256;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";
const BUCKET: &str = "examplebucket";
const DAY: Duration = Duration::from_secs(86400);
const BATCH_SIZE: usize = 8192;

const SIZES: [usize; 3] = [100_000, 1_000_000, 10_000_000];
const THREADS: [usize; 2] = [1, 2];
const ROUNDS: usize = 3;

/// The measured ways. The floor makes no links.
const WAYS: [&str; 5] = [
    "presign_get",
    "presign batch",
    "one call a row",
    "floor",
    DICTIONARY,
];
/// Each value of the dictionary has this many rows of a batch.
const REPEATS: usize = 8;
const DICTIONARY: &str = "presign_get of a dictionary";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    check()?;
    // `cargo bench` passes it, and `cargo test` doesn't.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let program = build_program()?;
    let folder = tempfile::tempdir()?;
    let mut results = Vec::new();
    println!("| rows | threads | way | ns a row | rows a second | to batch | to floor |");
    println!("|---|---|---|---|---|---|---|");
    for rows in SIZES {
        let keys = folder.path().join("keys");
        write_keys(&keys, rows)?;
        for threads in THREADS {
            let session = Session::new(rows, threads)?;
            let mut times = [const { Vec::new() }; WAYS.len()];
            for _ in 0..ROUNDS {
                times[0].push(session.time("presign_get", "key")?);
                times[1].push(time_program(&program, &keys, threads)?);
                times[2].push(session.time("one_call", "key")?);
                times[3].push(time_floor(rows, threads)?);
                times[4].push(session.time("presign_get", "repeated_key")?);
            }
            let medians = times.map(|mut times| {
                times.sort();
                times[times.len() / 2].as_secs_f64()
            });
            for (way, median) in WAYS.into_iter().zip(medians) {
                println!(
                    "| {rows} | {threads} | {way} | {:.0} | {:.0} | {:.2} | {:.2} |",
                    median / rows as f64 * 1e9,
                    rows as f64 / median,
                    median / medians[1],
                    median / medians[3],
                );
                results.push((way, threads, rows, rows as f64 / median));
            }
        }
    }
    draw(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/rate.svg"),
        &results,
    )
}

fn key(number: usize) -> String {
    format!("albums/{}/photo-{number:08}.jpg", number % 1000)
}

fn credentials() -> Outcome<Credentials> {
    Ok(Credentials::new(ID, SECRET)?)
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_716_552_000)
}

/// A table of keys in memory, and a runtime with as many threads as the table has partitions.
struct Session {
    context: SessionContext,
    runtime: tokio::runtime::Runtime,
}

impl Session {
    fn new(rows: usize, threads: usize) -> Outcome<Self> {
        let config = SessionConfig::new()
            .with_target_partitions(threads)
            .with_batch_size(BATCH_SIZE);
        let context = SessionContext::new_with_config(config);
        let functions = Functions::s3(REGION).credentials(credentials()?);
        functions.signing_time(now()).register(&context)?;
        context.register_udf(one_call()?);

        let mut partitions = vec![Vec::new(); threads];
        for (number, start) in (0..rows).step_by(BATCH_SIZE).enumerate() {
            let keys = (start..rows.min(start + BATCH_SIZE)).map(key);
            let keys: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
            let distinct = keys.slice(0, keys.len().div_ceil(REPEATS));
            let positions = (0..keys.len()).map(|row| (row / REPEATS) as i32);
            let repeated = DictionaryArray::new(Int32Array::from_iter_values(positions), distinct);
            let columns: [(_, ArrayRef); 2] = [("key", keys), ("repeated_key", Arc::new(repeated))];
            partitions[number % threads].push(RecordBatch::try_from_iter(columns)?);
        }
        let schema = partitions[0][0].schema();
        context.register_table("keys", Arc::new(MemTable::try_new(schema, partitions)?))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .build()?;
        Ok(Session { context, runtime })
    }

    /// Makes all links and drops them.
    fn time(&self, function: &str, column: &str) -> Outcome<Duration> {
        let query = format!(
            "SELECT {function}('{BUCKET}', {column}, {}) FROM keys",
            DAY.as_secs()
        );
        let start = Instant::now();
        self.runtime.block_on(async {
            let streams = self
                .context
                .sql(&query)
                .await?
                .execute_stream_partitioned()
                .await?;
            let tasks = streams.into_iter().map(|mut stream| {
                tokio::spawn(async move {
                    while let Some(batch) = stream.next().await {
                        black_box(batch?);
                    }
                    Ok::<_, DataFusionError>(())
                })
            });
            for task in tasks.collect::<Vec<_>>() {
                task.await??;
            }
            Ok::<_, Box<dyn Error>>(())
        })?;
        Ok(start.elapsed())
    }
}

/// The function that one writes first: it signs each row with one call.
fn one_call() -> Outcome<datafusion::logical_expr::ScalarUDF> {
    let (bucket, credentials) = (Bucket::new(BUCKET, REGION)?, credentials()?);
    let call = move |arguments: &[ColumnarValue]| -> DataFusionResult<ColumnarValue> {
        let keys = arguments[1].to_array(1)?;
        let links = keys.as_string::<i32>().iter().map(|key| {
            let Some(key) = key else { return Ok(None) };
            bucket.get(key).presign(&credentials, DAY, now()).map(Some)
        });
        let links = links.map(|link| link.map_err(|error| DataFusionError::External(error.into())));
        let links = links.map(|link| Ok(link?.map(String::from)));
        let links = links.collect::<DataFusionResult<StringArray>>()?;
        Ok(ColumnarValue::Array(Arc::new(links)))
    };
    let arguments = vec![DataType::Utf8, DataType::Utf8, DataType::Int64];
    let volatility = Volatility::Volatile;
    Ok(create_udf(
        "one_call",
        arguments,
        DataType::Utf8,
        volatility,
        Arc::new(call),
    ))
}

/// Asserts that both functions make the library's links.
fn check() -> Outcome<()> {
    const ROWS: usize = 2 * BATCH_SIZE + 1;
    let bucket = Bucket::new(BUCKET, REGION)?;
    let session = Session::new(ROWS, 2)?;
    for (function, column) in [
        ("presign_get", "key"),
        ("one_call", "key"),
        ("presign_get", "repeated_key"),
    ] {
        let query = format!("SELECT {column}, {function}('{BUCKET}', {column}, 86400) FROM keys");
        let batches = session.context.sql(&query);
        let batches = session
            .runtime
            .block_on(async { batches.await?.collect().await })?;
        let mut rows = 0;
        for batch in batches {
            let (keys, links) = (cast(batch.column(0), &DataType::Utf8)?, batch.column(1));
            rows += links.len();
            for (key, link) in keys.as_string::<i32>().iter().zip(links.as_string::<i32>()) {
                let expected =
                    bucket
                        .get(key.unwrap_or_default())
                        .presign(&credentials()?, DAY, now())?;
                assert_eq!(link, Some(expected.as_str()));
            }
        }
        assert_eq!(rows, ROWS);
    }
    time_floor(1000, 2)?;
    Ok(())
}

/// Builds the program, and returns its path.
fn build_program() -> Outcome<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--release",
            "-p",
            "presign-cli",
            "--manifest-path",
        ])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .status()?;
    if !status.success() {
        return Err("the program can't be built".into());
    }
    Ok(target.join("release/presign"))
}

fn write_keys(path: &Path, rows: usize) -> Outcome<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..rows {
        writeln!(file, "{}", key(number))?;
    }
    Ok(file.flush()?)
}

/// Runs `presign batch`. Its output is dropped.
fn time_program(program: &Path, keys: &Path, threads: usize) -> Outcome<Duration> {
    let mut command = Command::new(program);
    command
        .args([
            "batch",
            &format!("s3://{BUCKET}"),
            "--region",
            REGION,
            "--expires-in",
            "86400",
        ])
        .args(["--jobs", &threads.to_string()])
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .stdin(File::open(keys)?)
        .stdout(Stdio::null());
    let start = Instant::now();
    if !command.status()?.success() {
        return Err("presign batch failed".into());
    }
    Ok(start.elapsed())
}

/// Compresses as many blocks as the links need: the canonical request, the string to sign, and the
/// outer hash of the HMAC, with the two padded states of the key at hand.
fn time_floor(rows: usize, threads: usize) -> Outcome<Duration> {
    let bucket = Bucket::new(BUCKET, REGION)?;
    let unsigned = bucket
        .get(key(rows / 2))
        .prepare_url(credentials()?.identity(), DAY, now())?;
    let canonical_request = unsigned.canonical_request().ok_or("no canonical request")?;
    // Padding of at least 9 bytes fills the last block.
    let blocks = |length: usize| (length + 9).div_ceil(64);
    let request = vec![[0x5a; 64]; blocks(canonical_request.len())];
    let string_to_sign = vec![[0x5a; 64]; blocks(unsigned.string_to_sign().len())];
    let compress = || {
        for _ in 0..rows / threads {
            let mut state = [0x6a09_e667; 8];
            compress256(&mut state, black_box(&request));
            compress256(&mut state, black_box(&string_to_sign));
            compress256(&mut state, black_box(&[[0x5a; 64]]));
            black_box(state);
        }
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(compress);
        }
    });
    Ok(start.elapsed())
}

/// Draws rows a second over rows, except of a dictionary, whose rate depends on its repetitions.
/// The background is transparent, and all colours are readable on white and on black.
fn draw(path: &Path, results: &[(&str, usize, usize, f64)]) -> Outcome<()> {
    const TEXT: RGBColor = RGBColor(128, 128, 128);
    const COLORS: [RGBColor; 4] = [
        RGBColor(31, 136, 229),
        RGBColor(230, 126, 34),
        RGBColor(46, 160, 67),
        RGBColor(150, 110, 200),
    ];
    let is_drawn = |result: &&(&str, usize, usize, f64)| result.0 != DICTIONARY;
    let highest = results
        .iter()
        .filter(is_drawn)
        .map(|result| result.3)
        .fold(0.0, f64::max)
        / 1e6;
    let root = SVGBackend::new(path, (760, 420)).into_drawing_area();
    let font = || ("sans-serif", 14).into_font().color(&TEXT);
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        // For the labels of the lines.
        .margin_right(182)
        .x_label_area_size(44)
        .y_label_area_size(56)
        .build_cartesian_2d((8e4..1.2e7).log_scale(), 0.0..highest * 1.1)?;
    chart
        .configure_mesh()
        .x_desc("rows")
        .y_desc("million rows a second")
        .axis_style(TEXT)
        .bold_line_style(TEXT.mix(0.3))
        .light_line_style(TRANSPARENT)
        .label_style(font())
        .axis_desc_style(font())
        .x_label_formatter(&|rows| format!("{rows:.0}"))
        .y_label_formatter(&|rate| format!("{rate:.1}"))
        .draw()?;
    let mut labels = Vec::new();
    for (way, color) in WAYS.into_iter().zip(COLORS) {
        for threads in THREADS {
            let of_series = results
                .iter()
                .filter(|result| (result.0, result.1) == (way, threads));
            let points: Vec<_> = of_series
                .map(|result| (result.2 as f64, result.3 / 1e6))
                .collect();
            let Some(last) = points.last().copied() else {
                continue;
            };
            // Two threads have a thick line.
            let style = color.stroke_width(threads as u32);
            chart.draw_series(LineSeries::new(points.iter().copied(), style))?;
            let size = 2 + threads as u32;
            let marks = points
                .iter()
                .map(|point| Circle::new(*point, size, color.filled()));
            chart.draw_series(marks)?;
            let (x, y) = chart.backend_coord(&last);
            labels.push((y, x, format!("{way}, {threads}"), color));
        }
    }
    // From top to bottom, each below the one before.
    const LINE: i32 = 16;
    labels.sort_by_key(|label| label.0);
    let mut lowest = i32::MIN;
    for (y, x, label, color) in labels {
        lowest = y.max(lowest.saturating_add(LINE));
        let position = (x + 10, lowest - 6);
        root.draw(&Text::new(label, position, font().color(&color)))?;
    }
    root.present()?;
    println!("drawn: {}", path.display());
    Ok(())
}
