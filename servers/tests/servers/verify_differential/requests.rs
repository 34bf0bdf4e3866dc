//! Random signed requests, and a second signer for requests that this crate doesn't sign.

use super::{
    DOMAIN, HOUR, ID, Other,
    Other::Scratchstack,
    SECRET,
    Scheme::{self, V2Form, V2Header, V2Query, V4Form, V4Header, V4Query},
    TOKEN, owned,
    support::{hex, hmac_sha256, percent_decode, sha256_hex},
};
use presign::{Credentials, Payload, Timestamp, v2, v4};
use std::time::Duration;

/// Random numbers from a seed: splitmix64 with its published constants.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    pub fn text(&mut self, of: &str, from: usize, to: usize) -> String {
        let of: Vec<char> = of.chars().collect();
        let length = from + self.below(to - from + 1);
        (0..length).map(|_| self.one(&of)).collect()
    }
}

/// A request to be signed.
#[derive(Clone)]
pub struct Plan {
    pub scheme: Scheme,
    pub service: &'static str,
    pub method: &'static str,
    pub id: &'static str,
    /// The bucket in the host.
    pub bucket: Option<&'static str>,
    /// Encoded.
    pub path: String,
    /// Names and values, not encoded.
    pub params: Vec<(String, Option<String>)>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub unsigned: bool,
    pub token: bool,
    pub region: &'static str,
    pub signed_at: Timestamp,
    pub expiry: Duration,
}

impl Plan {
    pub fn random(random: &mut Random, other: Other, scheme: Scheme, now: Timestamp) -> Self {
        const LETTERS: &str = "abcxyzABC019-._~";
        const ALL: &str = "abcxyzABC019-._~ /+=&:;,!*'()%@?#\u{e9}\u{65e5}\u{1f600}";
        const MD5S: [&str; 2] = ["1B2M2Y8AsgTpgAmY7PhCfg==", "1EfQ6PKJ8WoS/2AnznfCWA=="];
        const NAMES: [&str; 12] = [
            "acl",
            "delimiter",
            "list-type",
            "marker",
            "max-keys",
            "partNumber",
            "prefix",
            "response-content-type",
            "tagging",
            "uploadId",
            "versionId",
            "x-id",
        ];
        let of_s3 = other != Scratchstack;
        let bucket = (of_s3 && random.below(2) == 0).then_some("photos");
        let key = random.text(if of_s3 { ALL } else { LETTERS }, 1, 12);
        let path = match (of_s3, bucket) {
            (true, None) => format!("/photos/{}", encode(&format!("a/{key}"), true)),
            _ => format!("/{}", encode(&format!("a/{key}"), true)),
        };
        let mut params = Vec::new();
        for name in NAMES {
            if random.below(4) == 0 {
                let value = random.text(ALL, 1, 10);
                params.push((name.to_owned(), (random.below(4) > 0).then_some(value)));
            }
        }
        let mut headers = Vec::new();
        for name in ["Content-Type", "Cache-Control", "Range", "Content-MD5"] {
            if random.below(4) == 0 {
                let value = match name {
                    "Content-MD5" => random.one(&MD5S).to_owned(),
                    _ => random.text(LETTERS, 1, 12),
                };
                headers.push((name.to_owned(), value));
            }
        }
        let method = random.one(&["GET", "PUT", "HEAD", "DELETE", "POST"]);
        let body = match scheme {
            V4Header => random.text(ALL, 0, 40).into_bytes(),
            _ => Vec::new(),
        };
        Plan {
            scheme,
            service: if of_s3 { "s3" } else { "execute-api" },
            method,
            id: ID,
            bucket,
            path,
            params,
            headers,
            body,
            unsigned: false,
            token: false,
            region: "us-east-1",
            signed_at: now,
            expiry: HOUR,
        }
    }

    pub fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(self.id, SECRET).unwrap();
        if self.token {
            credentials.with_session_token(TOKEN).unwrap()
        } else {
            credentials
        }
    }

    pub fn sign(&self) -> Sent {
        let host = match self.bucket {
            Some(bucket) => format!("{bucket}.{DOMAIN}"),
            None => DOMAIN.to_owned(),
        };
        let address = format!("http://{host}{}", self.path);
        let params = self.params.iter().map(|(name, value)| match value {
            Some(value) => format!("{}={}", encode(name, false), encode(value, false)),
            None => encode(name, false),
        });
        let query = params.collect::<Vec<_>>().join("&");
        let separator = if query.is_empty() { "" } else { "?" };
        let url = format!("{address}{separator}{query}");
        let v4 = v4::Service::new(self.region, self.service).unwrap();
        let v2 = match self.bucket {
            Some(bucket) => v2::Service::s3().bucket(bucket),
            None => v2::Service::s3(),
        };
        let is_v4 = [V4Query, V4Header].contains(&self.scheme);
        let mut request = if is_v4 {
            v4.request(self.method, &url)
        } else {
            v2.request(self.method, &url)
        };
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let (credentials, now) = (self.credentials(), self.signed_at);
        let (url, headers) = match self.scheme {
            V4Query | V2Query => {
                let link = request.presign(&credentials, self.expiry, now).unwrap();
                let mut headers = owned(link.headers());
                // Headers that are not covered are sent, too.
                let not_covered: Vec<_> = link.not_covered().collect();
                let sent = self.headers.iter();
                headers.extend(
                    sent.filter(|(name, _)| not_covered.contains(&name.as_str()))
                        .cloned(),
                );
                (link.to_string(), headers)
            }
            V4Header | V2Header => {
                let payload = if self.unsigned {
                    Payload::Unsigned
                } else {
                    Payload::sha256_of(&self.body)
                };
                let signed = request.payload(payload).sign(&credentials, now).unwrap();
                let headers = [self.headers.clone(), owned(signed.headers())].concat();
                (url.clone(), headers)
            }
            V4Form | V2Form => unreachable!("forms are signed below"),
        };
        let target = url.strip_prefix(&format!("http://{host}")).unwrap();
        let mut sent = Sent {
            scheme: self.scheme,
            service: self.service,
            method: self.method.into(),
            target: target.into(),
            headers: vec![("Host".into(), host)],
            body: self.body.clone(),
        };
        sent.headers.extend(headers);
        sent
    }
}

/// Percent-encodes a text, independently of the library.
pub fn encode(text: &str, is_path: bool) -> String {
    encode_bytes(text.as_bytes(), is_path)
}

pub fn encode_bytes(bytes: &[u8], is_path: bool) -> String {
    let encoded = bytes.iter().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(*byte).to_string()
        }
        b'/' if is_path => "/".into(),
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}

/// A request as it is received.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub scheme: Scheme,
    pub service: &'static str,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Sent {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    pub fn params(&self) -> Vec<String> {
        match self.target.split_once('?') {
            Some((_, query)) => query.split('&').map(str::to_owned).collect(),
            None => Vec::new(),
        }
    }

    pub fn set(&mut self, path: &str, params: &[String]) {
        let separator = if params.is_empty() { "" } else { "?" };
        self.target = format!("{path}{separator}{}", params.join("&"));
    }

    pub fn set_path(&mut self, path: &str) {
        let params = self.params();
        self.set(path, &params);
    }

    pub fn set_params(&mut self, params: &[String]) {
        let path = self.path().to_owned();
        self.set(&path, params);
    }

    /// Changes the first parameter whose name and value match. Returns whether there is one.
    pub fn change_param(
        &mut self,
        matches: impl Fn(&str, &str) -> bool,
        change: impl Fn(&str, &str) -> Option<String>,
    ) -> bool {
        let mut params = self.params();
        let found = params.iter_mut().find(|param| {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            matches(name, value)
        });
        let Some(param) = found else {
            return false;
        };
        let (name, value) = param.split_once('=').unwrap_or((param, ""));
        match change(name, value) {
            Some(changed) => *param = changed,
            None => {
                let removed = param.clone();
                params.retain(|param| *param != removed);
            }
        }
        self.set_params(&params);
        true
    }

    pub fn header(&mut self, name: &str) -> Option<&mut String> {
        let mut headers = self.headers.iter_mut();
        let (_, value) = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    pub fn change_header(&mut self, name: &str, change: impl Fn(&str) -> String) -> bool {
        match self.header(name) {
            Some(value) => {
                *value = change(value);
                true
            }
            None => false,
        }
    }

    pub fn add_header(&mut self, name: &str, value: &str) {
        self.headers.push((name.into(), value.into()));
    }

    /// Returns the part of the `Authorization` header or query with this name.
    pub fn auth(&self, name: &str) -> String {
        if self.scheme == V4Query {
            let name = format!("X-Amz-{name}=");
            let params = self.params();
            let mut found = params.iter().filter_map(|param| param.strip_prefix(&name));
            return String::from_utf8(percent_decode(found.next().unwrap())).unwrap();
        }
        let (_, rest) = self
            .headers
            .iter()
            .find(|(known, _)| known == "Authorization")
            .and_then(|(_, value)| value.split_once(&format!("{name}=")))
            .unwrap();
        rest.split(',').next().unwrap().to_owned()
    }

    pub fn set_auth(&mut self, name: &str, value: &str) {
        let old = self.auth(name);
        match self.scheme {
            V4Query => {
                let name = format!("X-Amz-{name}");
                self.change_param(
                    |known, _| known == name,
                    |known, _| Some(format!("{known}={}", encode(value, false))),
                );
            }
            _ => {
                let (old, new) = (format!("{name}={old}"), format!("{name}={value}"));
                self.change_header("Authorization", |text| text.replacen(&old, &new, 1));
            }
        }
    }

    /// Signs the request as it is now, by an implementation of SigV4 for S3 from AWS's
    /// documentation.
    pub fn sign_again(&mut self) {
        let signed = self.auth("SignedHeaders");
        let mut params: Vec<(String, String)> = self
            .params()
            .iter()
            .map(|param| param.split_once('=').unwrap_or((param, "")))
            .filter(|(name, _)| *name != "X-Amz-Signature")
            .map(|(name, value)| {
                let encode_again = |text| encode_bytes(&percent_decode(text), false);
                (encode_again(name), encode_again(value))
            })
            .collect();
        params.sort();
        let params: Vec<_> = params
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut names: Vec<_> = signed.split(';').collect();
        names.sort_unstable();
        let headers: String = names
            .iter()
            .map(|name| {
                let values = self
                    .headers
                    .iter()
                    .filter(|(known, _)| known.eq_ignore_ascii_case(name));
                let values: Vec<_> = values
                    .map(|(_, value)| value.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
                    .collect();
                format!("{name}:{}\n", values.join(","))
            })
            .collect();
        let payload = match self.scheme {
            V4Query => "UNSIGNED-PAYLOAD".to_owned(),
            _ => self.header("x-amz-content-sha256").unwrap().clone(),
        };
        let path = encode_bytes(&percent_decode(self.path()), true);
        let canonical = format!(
            "{}\n{path}\n{}\n{headers}\n{}\n{payload}",
            self.method,
            params.join("&"),
            names.join(";")
        );
        let date = match self.scheme {
            V4Query => self.auth("Date"),
            _ => self.header("x-amz-date").unwrap().clone(),
        };
        let credential = self.auth("Credential");
        let scope: Vec<_> = credential.rsplitn(5, '/').take(4).collect();
        let scope: Vec<_> = scope.into_iter().rev().collect();
        let text = format!(
            "AWS4-HMAC-SHA256\n{date}\n{}\n{}",
            scope.join("/"),
            sha256_hex(canonical)
        );
        let key = scope
            .iter()
            .fold(format!("AWS4{SECRET}").into_bytes(), |key, part| {
                hmac_sha256(&key, part)
            });
        self.set_auth("Signature", &hex(hmac_sha256(&key, text)));
    }
}
