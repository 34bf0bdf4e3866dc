//! Templates, which have to make the same URLs as single requests.

use crate::signing::assert_same_url;
use presign::s3::Bucket;
use presign::{Credentials, Error, ErrorKind, Expiry, PresignedUrl, Request, Row, Timestamp};
use std::cell::Cell;
use std::fmt::{self, Display, Write as _};

/// A query parameter of a template.
#[derive(Clone, Copy, Debug)]
pub enum Param<'a> {
    Text(&'a str, &'a str),
    Flag(&'a str),
    PerRow(&'a str),
}

impl<'a> Param<'a> {
    fn name(self) -> &'a str {
        match self {
            Param::Text(name, _) | Param::Flag(name) | Param::PerRow(name) => name,
        }
    }
}

/// The common parts of a template's URLs.
#[derive(Clone, Debug)]
pub struct Sketch<'a> {
    pub method: &'a str,
    pub headers: Vec<(&'a str, &'a str)>,
    pub params: Vec<Param<'a>>,
    pub expiry: Expiry,
    pub now: Timestamp,
}

/// The values of a row, and its own expiry, if it has one.
#[derive(Clone, Debug)]
pub struct SketchRow<'a> {
    pub key: &'a str,
    pub values: Vec<&'a str>,
    pub expiry: Option<Expiry>,
    pub now: Timestamp,
}

impl<'a> Sketch<'a> {
    pub fn row_value_count(&self) -> usize {
        let params = self.params.iter();
        params
            .filter(|param| matches!(param, Param::PerRow(_)))
            .count()
    }

    /// Returns whether a parameter with row values is given twice.
    fn repeats_row_param(&self) -> bool {
        let count = |name| {
            let params = self.params.iter();
            params.filter(|param| param.name() == name).count()
        };
        let mut params = self.params.iter();
        params.any(|param| matches!(param, Param::PerRow(name) if count(*name) > 1))
    }

    /// Adds headers and parameters. The values of a row replace its parameters.
    fn complete(&self, request: Request<'a>, values: Option<&[&'a str]>) -> Request<'a> {
        let headers = self.headers.iter();
        let mut request = headers.fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let mut values = values.map(|values| values.iter());
        for param in &self.params {
            request = match (*param, &mut values) {
                (Param::Text(name, value), _) => request.query(name, value),
                (Param::Flag(name), _) => request.query_flag(name),
                (Param::PerRow(name), None) => request.query_per_row(name),
                (Param::PerRow(name), Some(values)) => {
                    request.query(name, *values.next().unwrap_or(&""))
                }
            };
        }
        request
    }

    /// Presigns one row without a template.
    fn presign(
        &self,
        bucket: &'a Bucket,
        credentials: &Credentials,
        row: &SketchRow<'a>,
    ) -> Result<PresignedUrl, Error> {
        let request = self.complete(bucket.object(self.method, row.key), Some(&row.values));
        request.presign(credentials, row.expiry.unwrap_or(self.expiry), row.now)
    }

    /// Checks that a template and a request return the same URL or error for each row.
    pub fn check(&self, bucket: &'a Bucket, credentials: &Credentials, rows: &[SketchRow<'a>]) {
        let request = self.complete(bucket.request(self.method), None);
        let template = match request.template(credentials, self.expiry, self.now) {
            Ok(template) => template,
            Err(error) if self.repeats_row_param() => {
                assert_eq!(error.kind(), ErrorKind::Query);
                return;
            }
            Err(error) => {
                let row = SketchRow {
                    key: "key",
                    values: vec!["value"; self.row_value_count()],
                    expiry: None,
                    now: self.now,
                };
                assert_eq!(self.presign(bucket, credentials, &row).unwrap_err(), error);
                return;
            }
        };
        assert!(!self.repeats_row_param());
        assert_eq!(template.method(), self.method);
        std::hint::black_box(format!("{template:?}"));
        for row in rows {
            let values: Vec<_> = row.values.iter().map(|value| Pieces::new(value)).collect();
            let displays: Vec<_> = values.iter().map(|value| value as &dyn Display).collect();
            let template_row = Row::new(row.key).values(&displays);
            let template_row = match row.expiry {
                Some(expiry) => template_row.expiry(expiry),
                None => template_row,
            };
            let mut text = String::new();
            let written = template.presign_into(template_row, row.now, &mut text);
            let calls = values.iter().map(|value| value.calls.get()).max();
            assert!(calls.unwrap_or_default() <= MAX_CALLS, "{calls:?}");
            let presigned = template.presign(template_row, row.now);
            if let Err(error) = &written {
                assert!(presigned.is_err());
                assert_eq!(text, "", "{error}");
            }
            if values.len() != self.row_value_count() {
                assert_eq!(written.unwrap_err().kind(), ErrorKind::Query);
                continue;
            }
            let expected = self.presign(bucket, credentials, row);
            if row
                .values
                .iter()
                .any(|value| value.contains(['\r', '\n', '\0']))
            {
                // The order in which errors are detected doesn't matter.
                assert!(written.is_err());
                continue;
            }
            let expected = match expected {
                Ok(expected) => expected,
                Err(error) => {
                    assert_eq!(written.unwrap_err(), error);
                    continue;
                }
            };
            written.unwrap();
            assert_eq!(text, expected.as_str());
            assert_same_url(&presigned.unwrap(), &expected);
            assert!(template.headers().eq(expected.headers()));
            if row.expiry.is_none() {
                assert_eq!(template.expires_at(row.now), Ok(expected.expires_at()));
            }
            check_failing_value(&displays, |values| {
                let row = Row::new(row.key).values(values);
                template.presign(row, self.now).map(drop)
            });
        }
    }
}

/// The maximum number of calls of a row value's `Display` for one URL.
const MAX_CALLS: usize = 3;

/// Checks that a row fails if the `Display` of a value does.
fn check_failing_value(
    values: &[&dyn Display],
    presign: impl Fn(&[&dyn Display]) -> Result<(), Error>,
) {
    let mut failing = values.to_vec();
    if let Some(last) = failing.last_mut() {
        *last = &Failing;
        assert!(presign(&failing).is_err());
    }
}

/// A text that is written one character at a time, and counts its calls.
struct Pieces<'a> {
    text: &'a str,
    calls: Cell<usize>,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str) -> Self {
        Pieces {
            text,
            calls: Cell::new(0),
        }
    }
}

impl Display for Pieces<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.calls.set(self.calls.get() + 1);
        self.text.chars().try_for_each(|c| f.write_char(c))
    }
}

/// A value whose `Display` fails.
struct Failing;

impl Display for Failing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}
