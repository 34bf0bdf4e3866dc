//! `batch`: a presigned URL for each key of standard input. What lives here: cutting the input into keys, and the
//! threads that share the work. What does not: how a URL is made.
//!
//! Each thread takes a chunk of the input, writes the URLs for its keys into a buffer of its own, waits for its
//! turn, and prints them. So the output has the order of the input, and as many chunks are in memory as there
//! are threads, however long the input is.

use crate::args::{Added, Address, Life, SignatureVersion, Signing};
use crate::object;
use crate::output::{self, Format, Refusal, Result};
use crate::settings::Location;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use presign::s3::{Links, Operation};
use presign::{Credentials, PresignedUrl, Timestamp};
use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Read as _};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Args {
    /// The bucket of all keys
    #[arg(value_name = "s3://BUCKET")]
    address: Address,

    /// The method of all requests
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,

    /// Keys end with a NUL byte instead of a line break
    #[arg(short = '0', long)]
    null: bool,

    /// How many threads share the work; default as many as there are cores
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<u16>>,

    #[command(flatten)]
    life: Life,

    #[command(flatten)]
    added: Added,

    #[command(flatten)]
    signing: Signing,

    #[command(flatten)]
    location: Location,

    /// What is printed: URLs, or JSON objects, one a line, with their key
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

pub fn run(args: &Args) -> Result<()> {
    let Address { bucket, key } = &args.address;
    if key.is_some() {
        return Err(Refusal::new(format!(
            "the address names an object, but the keys come from standard input: it should be s3://{bucket}"
        )));
    }
    let profile = args.signing.profile()?;
    let region = args.signing.region(&profile)?;
    let bucket = args.location.bucket(bucket, region, &profile)?;
    let operation = args.added.to_operation(&bucket, &args.method);
    let credentials = args.signing.credentials(&profile)?;
    let (life, now) = (args.life.expires_in(), args.signing.time());

    // One URL is made beforehand: it shows what is wrong with the options, and which headers have to be sent.
    let version = args.signing.signature_version;
    let any = operation.clone().key("key");
    let any = match version {
        SignatureVersion::V4 => any.presign(&credentials, life, now)?,
        SignatureVersion::V2 => any.presign_v2(&credentials, life, now)?,
    };
    let signer = match (args.output, version) {
        (Format::Text, SignatureVersion::V4) => {
            Signer::Links(operation.links(&credentials, life, now)?)
        }
        (Format::Text, SignatureVersion::V2) => {
            Signer::Links(operation.links_v2(&credentials, life, now)?)
        }
        (Format::Json, _) => Signer::Json(Steps {
            operation,
            version,
            credentials,
            life,
            now,
            any: any.clone(),
        }),
    };
    output::note_headers(args.output, &any);
    match version {
        SignatureVersion::V4 => {
            output::note_unsigned(args.added.names(), |name| output::is_sent(name, &any));
        }
        SignatureVersion::V2 => {
            output::note_not_covered(&any);
            output::note_in_query(args.added.names(), &any);
        }
    }
    let jobs = match args.jobs {
        Some(jobs) => jobs.get().into(),
        // One more than there are cores is slower: it is put aside while all others wait for its turn.
        None => thread::available_parallelism().map_or(1, NonZero::get),
    };
    let separator = if args.null { 0 } else { b'\n' };
    sign_all(&signer, separator, jobs)
}

/// Signs all keys of standard input.
fn sign_all(signer: &Signer<'_>, separator: u8, jobs: usize) -> Result<()> {
    let batch = Batch {
        signer,
        separator,
        input: Mutex::new(Input::default()),
        output: Mutex::new(Output::new(separator)),
        turn_came: (0..jobs).map(|_| Condvar::new()).collect(),
        is_closed: AtomicBool::new(false),
    };
    let done = thread::scope(|scope| {
        // Fewer threads than were asked for do the same.
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, || batch.work());
        let threads: Vec<_> = (1..jobs).map_while(|job| spawn(job).ok()).collect();
        threads.into_iter().fold(batch.work(), |done, thread| {
            done.and(thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    });
    let output = lock(&batch.output);
    output.progress.bar.finish_and_clear();
    done?;
    match output.bad {
        0 => Ok(()),
        1 => Err(Refusal::new("one key has no URL")),
        bad => Err(Refusal::new(format!("{bad} keys have no URL"))),
    }
}

/// What the threads share.
struct Batch<'a> {
    signer: &'a Signer<'a>,
    separator: u8,
    input: Mutex<Input>,
    output: Mutex<Output>,
    /// One for each turn that somebody may wait for: no thread is woken for another one's.
    turn_came: Vec<Condvar>,
    /// Nothing more can be written.
    is_closed: AtomicBool,
}

impl Batch<'_> {
    /// What each thread does until the input or the output ends.
    fn work(&self) -> Result<()> {
        let mut chunk = Vec::new();
        let mut signed = Signed::default();
        while let Some(turn) = self.read(&mut chunk)? {
            signed.sign(&chunk, self.separator, self.signer);
            let mut output = lock(&self.output);
            while output.turn != turn {
                output = self
                    .turn_came(turn)
                    .wait(output)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            let printed = match self.is_closed() {
                true => Ok(false),
                false => output.print(&signed, chunk.len()),
            };
            if !matches!(printed, Ok(true)) {
                self.close();
            }
            output.turn += 1;
            drop(output);
            self.turn_came(turn + 1).notify_one();
            printed?;
        }
        Ok(())
    }

    /// Reads the next chunk, whole keys, and gives its number; none at the end.
    fn read(&self, chunk: &mut Vec<u8>) -> Result<Option<u64>> {
        let mut input = lock(&self.input);
        if self.is_closed() {
            return Ok(None);
        }
        input.read(chunk, self.separator).map_err(|error| {
            input.is_done = true;
            Refusal::new(format!("standard input can't be read: {error}"))
        })
    }

    /// As many chunks as there are threads are at work, so no two of them have the same.
    fn turn_came(&self, turn: u64) -> &Condvar {
        let count = self.turn_came.len() as u64;
        &self.turn_came[(turn % count) as usize]
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }
}

/// A lock, whether or not another thread panicked while it had it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard input, cut into chunks.
#[derive(Default)]
struct Input {
    /// The front of a key whose end is not read yet.
    begun: Vec<u8>,
    chunks: u64,
    is_done: bool,
}

/// How much is read at once: some hundred keys, whose URLs fit into a core's cache.
const READ: usize = 16 * 1024;

/// S3 has no key longer than 1024 bytes.
const LONGEST_KEY: usize = 1024 * 1024;

impl Input {
    /// Reads until there is at least one key, and not further than what is there, so that keys which arrive one by
    /// one are answered one by one. A key that is too long is cut, but stays too long.
    fn read(&mut self, chunk: &mut Vec<u8>, separator: u8) -> io::Result<Option<u64>> {
        chunk.clear();
        chunk.append(&mut self.begun);
        while !self.is_done {
            let old = chunk.len();
            chunk.resize(old + READ, 0);
            let read = read(&mut chunk[old..])?;
            chunk.truncate(old + read);
            self.is_done = read == 0;
            if let Some(end) = chunk[old..].iter().rposition(|byte| *byte == separator) {
                self.begun.extend_from_slice(&chunk[old + end + 1..]);
                chunk.truncate(old + end + 1);
                break;
            }
            chunk.truncate(LONGEST_KEY + 1);
        }
        if chunk.is_empty() {
            return Ok(None);
        }
        self.chunks += 1;
        Ok(Some(self.chunks - 1))
    }
}

fn read(buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match io::stdin().read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// What signs.
enum Signer<'a> {
    Links(Links),
    Json(Steps<'a>),
}

/// What signs with all steps.
struct Steps<'a> {
    operation: Operation<'a>,
    version: SignatureVersion,
    credentials: Credentials,
    life: Duration,
    now: Timestamp,
    /// Of all that belongs to a URL, only itself and its steps are those of its key.
    any: PresignedUrl,
}

impl Signer<'_> {
    /// Appends the URL of a key, or the JSON with it; nothing on an error.
    fn write(&self, key: &str, text: &mut String) -> Result<(), presign::Error> {
        match self {
            Signer::Links(links) => links.write(key, text),
            Signer::Json(steps) => steps.write(key, text),
        }
    }
}

impl Steps<'_> {
    fn write(&self, key: &str, text: &mut String) -> Result<(), presign::Error> {
        let operation = self.operation.clone().key(key);
        let (credentials, ends) = (&self.credentials, self.any.expires_at());
        let steps = match self.version {
            SignatureVersion::V4 => operation.presign_steps(credentials, self.life, self.now)?,
            SignatureVersion::V2 => operation.presign_v2_steps(credentials, ends)?,
        };
        let mut object = output::url_object(self.version, &self.any, &steps.url, &steps);
        object.shift_insert(0, "key".into(), key.into());
        text.push_str(&Value::Object(object).to_string());
        Ok(())
    }
}

/// The URLs of one chunk, and what there is to say of its keys. They are counted from 1.
#[derive(Default)]
struct Signed {
    text: String,
    keys: u64,
    bad: Vec<(u64, Cow<'static, str>)>,
    first_with_return: Option<u64>,
    first_with_dots: Option<u64>,
    /// Whether one with dots may come, of which the first is not known yet.
    looks_for_dots: bool,
}

impl Signed {
    fn sign(&mut self, chunk: &[u8], separator: u8, signer: &Signer<'_>) {
        self.text.clear();
        self.bad.clear();
        (self.keys, self.first_with_return, self.first_with_dots) = (0, None, None);
        // What follows the last separator is a key only if there is something.
        let keys = chunk.strip_suffix(&[separator]).unwrap_or(chunk);
        self.looks_for_dots = may_have_dot_segment(keys, separator);
        match str::from_utf8(keys) {
            // Nearly all input is text, and all of a chunk is looked at in less time than key by key.
            Ok(keys) => {
                for key in keys.split(char::from(separator)) {
                    self.sign_key(key.len(), Some(key), separator, signer);
                }
            }
            Err(_) => {
                for bytes in keys.split(|byte| *byte == separator) {
                    self.sign_key(bytes.len(), str::from_utf8(bytes).ok(), separator, signer);
                }
            }
        }
    }

    /// Signs a key of so many bytes, if they are text.
    fn sign_key(&mut self, length: usize, key: Option<&str>, separator: u8, signer: &Signer<'_>) {
        self.keys += 1;
        if length > LONGEST_KEY {
            let reason = "the key is longer than 1 MiB";
            return self.bad.push((self.keys, reason.into()));
        }
        let Some(key) = key else {
            return self.bad.push((self.keys, "the key is not UTF-8".into()));
        };
        match signer.write(key, &mut self.text) {
            Ok(()) => self.text.push('\n'),
            Err(error) => return self.bad.push((self.keys, error.to_string().into())),
        }
        if self.first_with_return.is_none() && separator == b'\n' && key.ends_with('\r') {
            self.first_with_return = Some(self.keys);
        }
        if self.looks_for_dots && object::has_dot_segment(key) {
            self.first_with_dots = Some(self.keys);
            self.looks_for_dots = false;
        }
    }
}

/// Whether a dot stands where a segment `.` or `..` of a key would end. Most chunks have none. All bytes are looked at, because
/// the compiler then looks at many at a time.
fn may_have_dot_segment(keys: &[u8], separator: u8) -> bool {
    let is_end = |byte: &u8| (*byte == b'/') | (*byte == separator);
    let pairs = keys.iter().zip(keys.iter().skip(1));
    keys.ends_with(b".")
        || pairs.fold(false, |may, (one, two)| {
            may | ((*one == b'.') & is_end(two))
        })
}

/// Standard output and standard error, written by one thread after another.
struct Output {
    /// The number of the chunk that comes next.
    turn: u64,
    /// How many keys were in the chunks before.
    keys: u64,
    bad: u64,
    /// What a key is called by its number.
    place: &'static str,
    said_return: bool,
    said_dots: bool,
    progress: Progress,
}

impl Output {
    fn new(separator: u8) -> Self {
        Output {
            turn: 0,
            keys: 0,
            bad: 0,
            place: if separator == 0 { "key" } else { "line" },
            said_return: false,
            said_dots: false,
            progress: Progress::new(),
        }
    }

    /// Prints a chunk's URLs, of so many bytes of the input. Whether there is still somebody who reads them.
    fn print(&mut self, signed: &Signed, bytes: usize) -> Result<bool> {
        let is_open = output::write(signed.text.as_bytes())?;
        self.progress.advance(bytes, signed.keys);
        for (key, reason) in &signed.bad {
            self.note(*key, reason);
        }
        if let Some(key) = signed.first_with_return
            && !self.said_return
        {
            self.said_return = true;
            self.note(
                key,
                "the key ends with a carriage return, which is taken as part of it; so may others",
            );
        }
        if let Some(key) = signed.first_with_dots
            && !self.said_dots
        {
            self.said_dots = true;
            self.note(key, &format!("{}; so may others", object::DOT_SEGMENT));
        }
        self.bad += signed.bad.len() as u64;
        self.keys += signed.keys;
        Ok(is_open)
    }

    /// Says something of a key of the chunk that is printed.
    fn note(&self, key: u64, text: &str) {
        let (place, number) = (self.place, self.keys + key);
        self.progress
            .bar
            .suspend(|| output::note(format_args!("{place} {number}: {text}")));
    }
}

/// The progress bar, for a person who waits.
struct Progress {
    bar: ProgressBar,
    begun: Instant,
    /// The bar counts bytes, because it is known how many there are; else keys.
    counts_bytes: bool,
    is_wanted: bool,
}

/// Work that is done sooner needs no bar.
const LONG: Duration = Duration::from_secs(1);

impl Progress {
    fn new() -> Self {
        let length = input_length();
        let style = match length {
            Some(_) => "{bar:40} {percent} %, {eta} to go",
            None => "{spinner} {human_pos} keys in {elapsed}",
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Progress {
            bar,
            begun: Instant::now(),
            counts_bytes: length.is_some(),
            // URLs that scroll by show the progress too.
            is_wanted: io::stderr().is_terminal() && !io::stdout().is_terminal(),
        }
    }

    fn advance(&mut self, bytes: usize, keys: u64) {
        if !self.is_wanted {
            return;
        }
        if self.bar.is_hidden() && self.begun.elapsed() > LONG {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(match self.counts_bytes {
            true => bytes as u64,
            false => keys,
        });
    }
}

/// How long standard input is, if it is a file.
#[cfg(unix)]
fn input_length() -> Option<u64> {
    use std::os::fd::AsFd as _;
    let input = io::stdin().as_fd().try_clone_to_owned().ok()?;
    let metadata = std::fs::File::from(input).metadata().ok()?;
    metadata.is_file().then_some(metadata.len())
}

#[cfg(not(unix))]
fn input_length() -> Option<u64> {
    None
}
