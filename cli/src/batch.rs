//! `batch`: a presigned URL for each key of standard input.
//!
//! Each thread reads a chunk of the input, writes the URLs for its keys into a buffer of its own,
//! and receives the output from the thread with the chunk before. So the output has the order of
//! the input, and memory holds as many chunks as there are threads, however long the input is.

use crate::args::{Address, Extras, misuse};
use crate::output::{self, RequestFormat, add_members};
use crate::progress::Progress;
use crate::report::{self, DOT_SEGMENT, has_dot_segment};
use crate::sign::{Bucket, BucketOptions, Signer, header_object, url_object};
use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use presign::Template;
use serde_json::json;
use std::borrow::Cow;
use std::io::{self, Read as _};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

#[derive(clap::Args)]
pub struct Args {
    /// The bucket of all keys, and a prefix of each
    #[arg(value_name = "s3://BUCKET[/PREFIX/]|gs://BUCKET[/PREFIX/]")]
    address: Address,

    /// The method of all requests
    #[arg(long, value_name = "METHOD", default_value = "GET")]
    method: String,

    /// Keys end with a NUL byte instead of a line break
    #[arg(short = '0', long)]
    null: bool,

    /// The number of threads [default: the number of cores]
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<NonZero<u16>>,

    #[command(flatten)]
    extras: Extras,

    #[command(flatten)]
    options: BucketOptions,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,

    /// With JSON, show all that the other commands show, such as the steps of signing
    #[arg(long)]
    steps: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for each key: its URL
    #[default]
    Text,
    /// One line for each key: a JSON object with key, URL, headers and expiration
    Json,
    /// One line for each key: the key, a tab, its URL
    Tsv,
}

pub fn run(args: &Args) -> Result<()> {
    let Address { store, bucket, key } = &args.address;
    let prefix = key.as_deref().unwrap_or_default();
    if !prefix.is_empty() && !prefix.ends_with('/') {
        return Err(misuse(format!(
            "the keys come from standard input, so the address has only a prefix, which ends with a slash: \
             {}{bucket}/{prefix}/",
            store.prefix()
        )));
    }
    let (bucket, signer) = args.options.load(&args.address)?;
    let request = args.extras.add_to(bucket.request(&args.method));
    let template = request.template(&signer.credentials, signer.expiry, signer.now)?;
    // All URLs need the same headers.
    let example = template.presign("key", signer.now)?;
    let format = match args.output {
        Format::Text | Format::Tsv => RequestFormat::Text,
        Format::Json => RequestFormat::Json,
    };
    report::note_headers(format, &example);
    if args.options.signing.is_v2() {
        report::note_content_type(format, &args.method, &args.extras);
    }
    let urls = UrlWriter {
        args,
        bucket: &bucket,
        prefix,
        signer: &signer,
        template,
    };
    let jobs = match args.jobs {
        Some(jobs) => jobs.get().into(),
        // More threads than cores are slower, because one that waits delays all later chunks.
        None => thread::available_parallelism().map_or(1, NonZero::get),
    };
    match sign_all(&urls, if args.null { 0 } else { b'\n' }, jobs)? {
        (0, _) => Ok(()),
        (bad, keys) => bail!("{bad} of {keys} keys have no URL; see the messages above"),
    }
}

/// Writes the URL of one key after another.
struct UrlWriter<'a> {
    args: &'a Args,
    bucket: &'a Bucket,
    /// The text before each key.
    prefix: &'a str,
    signer: &'a Signer,
    template: Template,
}

impl UrlWriter<'_> {
    /// Appends the URL, or the row or JSON object that contains it. Appends nothing on an error.
    fn write(&self, key: &str, text: &mut String) -> Result<()> {
        let key = &*match self.prefix {
            // An empty line is not a key, even with a prefix.
            _ if key.is_empty() => Cow::Borrowed(key),
            "" => Cow::Borrowed(key),
            prefix => Cow::Owned([prefix, key].concat()),
        };
        match self.args.output {
            Format::Text => return Ok(self.template.presign_into(key, self.signer.now, text)?),
            Format::Tsv => return self.write_row(key, text),
            Format::Json => {}
        }
        let mut object = json!({ "key": key });
        if self.args.steps {
            let request = self.bucket.object(&self.args.method, key);
            let (url, steps) = self.signer.presign(&self.args.extras.add_to(request))?;
            add_members(&mut object, url_object(&url, &steps));
        } else {
            let url = self.template.presign(key, self.signer.now)?;
            object["url"] = url.as_str().into();
            object["headers"] = header_object(url.headers());
            object["expires_at"] = json!(url.expires_at());
        }
        text.push_str(&object.to_string());
        Ok(())
    }

    fn write_row(&self, key: &str, text: &mut String) -> Result<()> {
        ensure!(
            !key.contains(['\t', '\n', '\r']),
            "a table can't contain a key with a tab or a line break; use --output json"
        );
        let start = text.len();
        text.extend([key, "\t"]);
        let result = self.template.presign_into(key, self.signer.now, text);
        if result.is_err() {
            text.truncate(start);
        }
        Ok(result?)
    }
}

/// Signs all keys of standard input. Returns the number of keys without a URL, and of all keys.
fn sign_all(urls: &UrlWriter<'_>, separator: u8, jobs: usize) -> Result<(u64, u64)> {
    let (first, output) = sync_channel(1);
    first.send(Output::new(separator))?;
    let batch = Batch {
        urls,
        separator,
        input: Mutex::new(Input {
            output,
            partial_key: Vec::new(),
            is_done: false,
        }),
        is_closed: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, || batch.work());
        // Fewer threads do the same work.
        let threads: Vec<_> = (1..jobs).map_while(|job| spawn(job).ok()).collect();
        threads.into_iter().fold(batch.work(), |result, thread| {
            result.and(thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    })?;
    let input = batch.input.into_inner();
    let output = input
        .unwrap_or_else(PoisonError::into_inner)
        .output
        .recv()?;
    output.progress.finish(output.keys, output.bad);
    Ok((output.bad, output.keys))
}

/// The state that the threads share.
struct Batch<'a> {
    urls: &'a UrlWriter<'a>,
    separator: u8,
    input: Mutex<Input>,
    /// Set when standard output has no reader or fails.
    is_closed: AtomicBool,
}

impl Batch<'_> {
    /// Reads, signs and prints chunks until the input or the output ends.
    fn work(&self) -> Result<()> {
        let mut chunk = Vec::new();
        let mut signed = Signed::default();
        while let Some((output, next)) = self.read(&mut chunk)? {
            signed.sign(&chunk, self.separator, self.urls);
            // After an error in a thread, those with later chunks receive nothing.
            let Ok(mut output) = output.recv() else { break };
            if !self.is_closed() {
                let printed = output.print(&signed, chunk.len());
                self.is_closed
                    .store(!matches!(printed, Ok(true)), Ordering::Relaxed);
                printed?;
            }
            next.send(output)?;
        }
        Ok(())
    }

    /// Reads the next chunk of whole keys. Returns where its output comes from and where it goes to
    /// afterwards, or `None` at the end.
    fn read(&self, chunk: &mut Vec<u8>) -> Result<Option<(Receiver<Output>, SyncSender<Output>)>> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_closed() {
            return Ok(None);
        }
        input
            .read(chunk, self.separator)
            .context("standard input can't be read")?;
        if chunk.is_empty() {
            return Ok(None);
        }
        let (next, output) = sync_channel(1);
        Ok(Some((std::mem::replace(&mut input.output, output), next)))
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }
}

/// Standard input, divided into chunks.
struct Input {
    /// Receives the output after the last chunk that was read.
    output: Receiver<Output>,
    /// The start of a key whose end is not read yet.
    partial_key: Vec<u8>,
    is_done: bool,
}

/// The size of a chunk: some hundred keys, so that their URLs fit into a core's cache.
const CHUNK_SIZE: usize = 16 * 1024;

/// The longest key that is signed, far above S3's limit of 1024 bytes.
const MAX_KEY_LENGTH: usize = 1024 * 1024;

impl Input {
    /// Reads at least one key, and only what is available, so that keys that arrive one by one are
    /// signed one by one. A key that is too long is truncated, but stays too long.
    fn read(&mut self, chunk: &mut Vec<u8>, separator: u8) -> io::Result<()> {
        chunk.clear();
        chunk.append(&mut self.partial_key);
        while !self.is_done {
            let old = chunk.len();
            chunk.resize(old + CHUNK_SIZE, 0);
            let read = loop {
                match io::stdin().read(&mut chunk[old..]) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    result => break result,
                }
            };
            // No thread reads again after an error.
            self.is_done = matches!(read, Ok(0) | Err(_));
            chunk.truncate(old + read?);
            if let Some(end) = chunk[old..].iter().rposition(|byte| *byte == separator) {
                self.partial_key.extend_from_slice(&chunk[old + end + 1..]);
                chunk.truncate(old + end + 1);
                break;
            }
            chunk.truncate(MAX_KEY_LENGTH + 1);
        }
        Ok(())
    }
}

/// The URLs of one chunk, and the messages about its keys, which are counted from 1.
#[derive(Default)]
struct Signed {
    text: String,
    keys: u64,
    bad: Vec<(u64, String)>,
    /// The first key for each of the warnings.
    first: [Option<u64>; WARNINGS.len()],
}

/// Facts about keys that can be signed. One message about each is enough.
const WARNINGS: [&str; 2] = [
    "the key ends with a carriage return, which is part of it",
    DOT_SEGMENT,
];

impl Signed {
    fn sign(&mut self, chunk: &[u8], separator: u8, urls: &UrlWriter<'_>) {
        self.text.clear();
        self.bad.clear();
        (self.keys, self.first) = (0, Default::default());
        // The last separator ends a key and doesn't begin another one.
        let keys = chunk.strip_suffix(&[separator]).unwrap_or(chunk);
        let may_have_dots = may_have_dot_segment(keys, separator);
        for key in keys.split(|byte| *byte == separator) {
            self.keys += 1;
            let result = match str::from_utf8(key) {
                _ if key.len() > MAX_KEY_LENGTH => Err("the key is longer than 1 MiB".into()),
                Err(_) => Err("the key is not UTF-8".into()),
                Ok(key) => urls
                    .write(key, &mut self.text)
                    .map_err(|error| error.to_string()),
            };
            if let Err(reason) = result {
                self.bad.push((self.keys, reason));
                continue;
            }
            self.text.push('\n');
            let warnings = [
                separator == b'\n' && key.ends_with(b"\r"),
                may_have_dots && has_dot_segment(key),
            ];
            for (first, _) in self.first.iter_mut().zip(warnings).filter(|(_, is)| *is) {
                first.get_or_insert(self.keys);
            }
        }
    }
}

/// Returns whether a dot precedes a slash or the end of a key, as in the segments `.` and `..`.
/// Most chunks have none. The scan has no early exit, so that the compiler can vectorize it.
fn may_have_dot_segment(keys: &[u8], separator: u8) -> bool {
    let is_end = |byte: &u8| (*byte == b'/') | (*byte == separator);
    let pairs = keys.iter().zip(keys.iter().skip(1));
    keys.ends_with(b".")
        || pairs.fold(false, |may, (one, two)| {
            may | ((*one == b'.') & is_end(two))
        })
}

/// Standard output and standard error, which one thread passes to the next.
struct Output {
    /// The number of keys in the chunks before.
    keys: u64,
    bad: u64,
    /// The name of a key's number in messages.
    unit: &'static str,
    /// The warnings that have been written.
    warned: [bool; WARNINGS.len()],
    progress: Progress,
}

impl Output {
    fn new(separator: u8) -> Self {
        Output {
            keys: 0,
            bad: 0,
            unit: if separator == 0 { "key" } else { "line" },
            warned: Default::default(),
            progress: Progress::new(),
        }
    }

    /// Prints the URLs of a chunk of `length` bytes. Returns whether standard output still has a
    /// reader.
    fn print(&mut self, signed: &Signed, length: usize) -> Result<bool> {
        let is_open = output::write(signed.text.as_bytes())?;
        self.progress
            .advance(length as u64, self.keys + signed.keys);
        for (key, reason) in &signed.bad {
            self.note(*key, reason);
        }
        for (kind, text) in WARNINGS.into_iter().enumerate() {
            if let (Some(key), false) = (signed.first[kind], self.warned[kind]) {
                self.warned[kind] = true;
                self.note(key, &format!("{text}; others may, too"));
            }
        }
        self.bad += signed.bad.len() as u64;
        self.keys += signed.keys;
        Ok(is_open)
    }

    /// Writes a message about a key of the chunk that is being printed.
    fn note(&self, key: u64, text: &str) {
        let (unit, number) = (self.unit, self.keys + key);
        self.progress
            .suspend(|| output::note(format_args!("{unit} {number}: {text}")));
    }
}
