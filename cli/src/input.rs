//! Files that arguments name.

use anyhow::{Context, Result};
use md5::Md5;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{self, Read};

/// The hashes of a body.
pub struct BodyHashes {
    pub sha256: [u8; 32],
    /// That of the header `Content-MD5`.
    pub md5: [u8; 16],
}

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
        if self.is_stdin() {
            f.write_str("standard input")
        } else {
            write!(f, "the file {}", self.0.display())
        }
    }
}

impl Input {
    pub fn is_stdin(&self) -> bool {
        self.0 == "-"
    }

    /// Returns the argument of curl that reads the file.
    pub fn curl_argument(&self) -> Result<String> {
        let name = self.0.to_str();
        let name = name.with_context(|| format!("the name of {self} is not UTF-8"))?;
        Ok(format!("@{name}"))
    }

    pub fn open(&self) -> io::Result<Box<dyn Read>> {
        if self.is_stdin() {
            Ok(Box::new(io::stdin().lock()))
        } else {
            Ok(Box::new(File::open(&self.0)?))
        }
    }

    /// Returns the whole text. `content` names it in an error.
    pub fn text(&self, content: &str) -> Result<String> {
        let mut text = String::new();
        let read = self
            .open()
            .and_then(|mut file| file.read_to_string(&mut text));
        read.with_context(|| format!("{content} can't be read from {self}"))?;
        Ok(text)
    }

    /// Returns the SHA-256 of a request's body.
    pub fn body_sha256(&self) -> Result<[u8; 32]> {
        Ok(self.body_hashes()?.sha256)
    }

    /// Returns the hashes of a request's body, which may be larger than the memory.
    pub fn body_hashes(&self) -> Result<BodyHashes> {
        let hash = || -> io::Result<_> {
            let (mut body, mut part) = (self.open()?, Vec::new());
            let (mut sha256, mut md5) = (Sha256::new(), Md5::new());
            while body.by_ref().take(64 * 1024).read_to_end(&mut part)? > 0 {
                sha256.update(&part);
                md5.update(&part);
                part.clear();
            }
            Ok(BodyHashes {
                sha256: sha256.finalize().into(),
                md5: md5.finalize().into(),
            })
        };
        hash().with_context(|| format!("the body can't be read from {self}"))
    }
}
