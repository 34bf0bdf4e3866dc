//! Links for the rows of a batch.

use crate::argument::{Argument, Expiries, SigningTimes, Texts, signing_time_literal};
use crate::function::LinkFunction;
use crate::options::OptionMaps;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, StringArray, StringBuilder, new_empty_array,
};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result, ScalarValue, exec_datafusion_err, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use presign::{Credentials, Error, ErrorKind, Row, Template, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The length of an array's texts, which has 32-bit offsets.
pub(crate) const MAX_BYTES: usize = i32::MAX as usize;

/// Signs a link for each row of a batch. Rows with more than `max_bytes` of links are an error.
pub(crate) fn write_links(
    function: &LinkFunction,
    args: &ScalarFunctionArgs,
    max_bytes: usize,
) -> Result<ColumnarValue> {
    let arguments = args.args.iter().map(Argument::new);
    let mut arguments = arguments.collect::<Result<Vec<_>>>()?;
    let types = arguments
        .iter()
        .map(|argument| argument.array.data_type().clone());
    let types: Vec<_> = types.collect();
    let (options, time) = function.optional_positions(&types);
    let time = match time {
        Some(time) => time,
        None if function.settings.signing_time.is_some() => {
            let time = signing_time_literal(function.settings.signing_time);
            arguments.push(Argument::new(&ColumnarValue::Scalar(time))?);
            arguments.len() - 1
        }
        None => {
            return exec_err!(
                "{}: the call has no signing time, because its plan was not optimized; \
                 add a timestamp as the last argument",
                function.kind.name
            );
        }
    };
    if args.number_rows == 0 {
        return Ok(ColumnarValue::Array(new_empty_array(&DataType::Utf8)));
    }
    let bucket_position = usize::from(function.kind.any_method);
    let key_position = bucket_position + 1;
    let is_constant = |except: usize| {
        let mut others = arguments.iter().enumerate();
        others.all(|(position, argument)| position == except || argument.is_constant)
    };
    let mut links = Links {
        function,
        credentials: function.credentials.credentials()?,
        methods: (bucket_position == 1)
            .then(|| Texts::new(&arguments[0]))
            .transpose()?,
        buckets: Texts::new(&arguments[bucket_position])?,
        keys: Texts::new(&arguments[key_position])?,
        expiries: Expiries::new(&arguments[key_position + 1])?,
        options: match options {
            Some(options) => OptionMaps::new(&arguments[options])?,
            None => None,
        },
        times: SigningTimes::new(&arguments[time])?,
        templates: Templates::default(),
        max_bytes,
    };
    if is_constant(usize::MAX) {
        let link = links.write_all(1, |_| Some(0))?;
        let link = link.is_valid(0).then(|| link.value(0).to_owned());
        return Ok(ColumnarValue::Scalar(ScalarValue::Utf8(link)));
    }
    let first_rows = if is_constant(key_position) {
        links.keys.first_rows()
    } else {
        None
    };
    // The order of values isn't that of rows, so the first row with an error is searched below.
    let of_values =
        first_rows.and_then(|rows| links.write_all(rows.len(), |value| rows[value]).ok());
    let links: ArrayRef = match of_values {
        Some(of_values) => {
            let keys = arguments[key_position].array.as_any_dictionary().keys();
            take(&of_values, keys, None).map_err(|error| match error {
                ArrowError::OffsetOverflowError(_) => too_large(function),
                error => error.into(),
            })?
        }
        None => Arc::new(links.write_all(args.number_rows, Some)?),
    };
    Ok(ColumnarValue::Array(links))
}

fn too_large(function: &LinkFunction) -> DataFusionError {
    exec_datafusion_err!(
        "{}: the links of a batch have more than 2 GiB; lower datafusion.execution.batch_size",
        function.kind.name
    )
}

/// The columns of a batch.
struct Links<'a> {
    function: &'a LinkFunction,
    credentials: Credentials,
    /// `None` for downloads.
    methods: Option<Texts<'a>>,
    buckets: Texts<'a>,
    keys: Texts<'a>,
    expiries: Expiries<'a>,
    options: Option<OptionMaps<'a>>,
    times: SigningTimes<'a>,
    templates: Templates,
    max_bytes: usize,
}

/// The reason why a row has no link.
struct Fault {
    message: String,
    is_invalid_key: bool,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault {
            message: error.to_string(),
            is_invalid_key: error.kind() == ErrorKind::Key,
        }
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Fault {
            message,
            is_invalid_key: false,
        }
    }
}

impl Links<'_> {
    /// Returns `count` links. `row` is the row of each, or `None` for null.
    fn write_all(
        &mut self,
        count: usize,
        row: impl Fn(usize) -> Option<usize>,
    ) -> Result<StringArray> {
        /// A batch can have few links of many kilobytes, or millions of links.
        const MAX_CAPACITY: usize = 16 * 1024 * 1024;
        const SPARE: usize = 16;
        let mut sample = String::new();
        if count > 1 {
            let mut rows = (0..count).filter_map(&row);
            // An error is found again below.
            rows.find(|row| matches!(self.write(*row, &mut sample), Ok(true)));
        }
        let capacity = count.saturating_mul(sample.len() + SPARE);
        let mut links = StringBuilder::with_capacity(count, capacity.min(MAX_CAPACITY));
        for index in 0..count {
            let Some(row) = row(index) else {
                links.append_null();
                continue;
            };
            match self.write(row, &mut links) {
                Ok(true) if links.values_slice().len() > self.max_bytes => {
                    return Err(too_large(self.function));
                }
                // Ends the link that was written.
                Ok(true) => links.append_value(""),
                Ok(false) => links.append_null(),
                Err(fault)
                    if fault.is_invalid_key && self.function.settings.null_for_invalid_keys =>
                {
                    links.append_null();
                }
                Err(fault) => return Err(self.error(row, &fault)),
            }
        }
        Ok(links.finish())
    }

    /// Writes the link of a row. Writes nothing and returns `false` if an argument is null.
    fn write(&mut self, row: usize, out: &mut impl fmt::Write) -> Result<bool, Fault> {
        let method = match &self.methods {
            Some(methods) => methods.get(row),
            None => Some("GET"),
        };
        let (Some(method), Some(bucket), Some(key), Some(now)) = (
            method,
            self.buckets.get(row),
            self.keys.get(row),
            self.times.get(row),
        ) else {
            return Ok(false);
        };
        let Some(expiry) = self.expiries.get(row)? else {
            return Ok(false);
        };
        let is_constant = self.buckets.is_constant
            && self
                .methods
                .as_ref()
                .is_none_or(|methods| methods.is_constant)
            && self
                .options
                .as_ref()
                .is_none_or(|options| options.is_constant);
        if !is_constant || self.templates.current.is_none() {
            let has_null = |options: &OptionMaps<'_>| options.has_null(row);
            if self.options.as_ref().is_some_and(has_null) {
                return Ok(false);
            }
            self.templates.start_id();
            self.templates.extend_id(method);
            self.templates.extend_id(bucket);
            for (name, value) in self.options.iter().flat_map(|options| options.entries(row)) {
                self.templates.extend_id(name);
                self.templates.extend_id(value.unwrap_or_default());
            }
            if !self.templates.select() {
                let template = self.prepare(row, method, bucket, expiry, now)?;
                self.templates.insert(template, expiry);
            }
        }
        let Some((template, template_expiry)) = self.templates.current() else {
            return Ok(false);
        };
        let row = Row::new(key);
        let row = if expiry == *template_expiry {
            row
        } else {
            row.expiry(expiry)
        };
        template.presign_into(row, now, out)?;
        #[cfg(test)]
        tests::SIGNED.set(tests::SIGNED.get() + 1);
        Ok(true)
    }

    fn prepare(
        &self,
        row: usize,
        method: &str,
        bucket: &str,
        expiry: Duration,
        now: Timestamp,
    ) -> Result<Template, Fault> {
        let bucket = self.function.settings.bucket(self.function.kind, bucket)?;
        let mut request = bucket.request(method);
        if let Some(options) = &self.options {
            request = options.add_to(row, request)?;
        }
        Ok(request.template(&self.credentials, expiry, now)?)
    }

    fn error(&self, row: usize, fault: &Fault) -> DataFusionError {
        const MAX_CHARS: usize = 60;
        let key = self.keys.get(row).unwrap_or_default();
        let mut quoted: String = key.chars().take(MAX_CHARS).collect();
        if quoted.len() < key.len() {
            quoted.push('…');
        }
        exec_datafusion_err!(
            "{}: row {} of the batch, with the key {quoted:?}: {}",
            self.function.kind.name,
            row + 1,
            fault.message
        )
    }
}

/// Up to [`Templates::MAX`] templates, one for each combination of method, bucket and options.
#[derive(Default)]
struct Templates {
    /// Each template, and the expiry of its first row, which the template contains.
    templates: Vec<(Template, Duration)>,
    positions: HashMap<Vec<u8>, usize>,
    /// The combination of a row.
    id: Vec<u8>,
    /// The combination of the row before, and the position of its template.
    last_id: Vec<u8>,
    current: Option<usize>,
}

impl Templates {
    /// A batch can name millions of buckets. If there are more, all templates are dropped.
    const MAX: usize = 1024;

    fn start_id(&mut self) {
        std::mem::swap(&mut self.id, &mut self.last_id);
        self.id.clear();
    }

    /// Appends a text with its length, so that different combinations have different IDs.
    fn extend_id(&mut self, text: &str) {
        self.id.extend_from_slice(&text.len().to_le_bytes());
        self.id.extend_from_slice(text.as_bytes());
    }

    /// Selects the template of the ID. Returns whether there is one.
    fn select(&mut self) -> bool {
        if self.current.is_none() || self.id != self.last_id {
            self.current = self.positions.get(&self.id).copied();
        }
        self.current.is_some()
    }

    fn insert(&mut self, template: Template, expiry: Duration) {
        if self.templates.len() >= Templates::MAX {
            self.templates.clear();
            self.positions.clear();
        }
        self.current = Some(self.templates.len());
        self.positions.insert(self.id.clone(), self.templates.len());
        self.templates.push((template, expiry));
    }

    fn current(&self) -> Option<&(Template, Duration)> {
        self.templates.get(self.current?)
    }
}

#[cfg(test)]
mod tests;
