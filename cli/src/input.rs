//! Files that arguments name.

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{self, Read};

/// A file, or standard input if the argument is `-`.
#[derive(Clone)]
pub struct Input(OsString);

impl From<OsString> for Input {
    fn from(argument: OsString) -> Self {
        Input(argument)
    }
}

impl Display for Input {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == "-" {
            f.write_str("standard input")
        } else {
            write!(f, "the file {}", self.0.display())
        }
    }
}

impl Input {
    fn open(&self) -> io::Result<Box<dyn Read>> {
        if self.0 == "-" {
            Ok(Box::new(io::stdin().lock()))
        } else {
            Ok(Box::new(File::open(&self.0)?))
        }
    }

    /// Returns the hash of a request's body, which may be larger than the memory.
    pub fn body_sha256(&self) -> Result<[u8; 32]> {
        let hash = || -> io::Result<_> {
            let (mut body, mut part) = (self.open()?, Vec::new());
            let mut hasher = Sha256::new();
            while body.by_ref().take(64 * 1024).read_to_end(&mut part)? > 0 {
                hasher.update(&part);
                part.clear();
            }
            Ok(hasher.finalize().into())
        };
        hash().with_context(|| format!("the body can't be read from {self}"))
    }

    /// Returns the body of a server's response as text. Known error bodies are UTF-8.
    pub fn response(&self) -> Result<String> {
        /// No server's error is as long; an object may be.
        const MAX_LENGTH: u64 = 1024 * 1024;
        let mut bytes = Vec::new();
        let read = |response: Box<dyn Read>| response.take(MAX_LENGTH + 1).read_to_end(&mut bytes);
        self.open()
            .and_then(read)
            .with_context(|| format!("the response can't be read from {self}"))?;
        if bytes.len() as u64 > MAX_LENGTH {
            bail!("{self} is longer than 1 MiB: no server's error is as long");
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
