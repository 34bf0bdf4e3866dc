//! The arguments of a call, row by row.

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, LargeStringArray, PrimitiveArray, StringArray,
    StringViewArray,
};
use datafusion::arrow::datatypes::{
    DataType, Int64Type, IntervalMonthDayNanoType, IntervalUnit, TimestampSecondType,
};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::ColumnarValue;
use presign::Timestamp;
use std::time::Duration;

/// An argument: an array with a value for each row, or with one value for all rows.
pub(crate) struct Argument {
    pub array: ArrayRef,
    pub is_constant: bool,
}

impl Argument {
    pub fn new(value: &ColumnarValue) -> Result<Self> {
        Ok(match value {
            ColumnarValue::Array(array) => Argument {
                array: ArrayRef::clone(array),
                is_constant: false,
            },
            ColumnarValue::Scalar(value) => Argument {
                array: value.to_array()?,
                is_constant: true,
            },
        })
    }

    /// Returns the index in the array of a row's value, or `None` if the value is null.
    pub fn index(&self, row: usize) -> Option<usize> {
        let index = if self.is_constant { 0 } else { row };
        self.array.is_valid(index).then_some(index)
    }

    fn primitive<T: ArrowPrimitiveType>(&self) -> Result<&PrimitiveArray<T>> {
        match self.array.as_primitive_opt() {
            Some(array) => Ok(array),
            None => internal_err!("an argument was not coerced: {}", self.array.data_type()),
        }
    }
}

/// Returns whether a column of this type can be a method, bucket or key.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    let value_type = match data_type {
        DataType::Dictionary(_, value_type) => value_type,
        data_type => data_type,
    };
    matches!(
        value_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

/// A column of texts.
pub(crate) struct Texts<'a> {
    array: &'a dyn Array,
    pub is_constant: bool,
    values: Values<'a>,
}

enum Values<'a> {
    /// The values of an empty map, or of a map with only null values.
    Null,
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    /// For each row, the index of its value.
    Dictionary(Vec<usize>, Box<Values<'a>>),
}

impl<'a> Texts<'a> {
    pub fn new(argument: &'a Argument) -> Result<Self> {
        Texts::of_array(argument.array.as_ref(), argument.is_constant)
    }

    pub fn of_array(array: &'a dyn Array, is_constant: bool) -> Result<Self> {
        Ok(Texts {
            array,
            is_constant,
            values: Values::new(array)?,
        })
    }

    /// Returns a row's text, or `None` if it is null.
    pub fn get(&self, row: usize) -> Option<&'a str> {
        let index = if self.is_constant { 0 } else { row };
        if self.array.is_null(index) {
            return None;
        }
        self.values.get(index)
    }

    /// Returns the first row of each value of a dictionary, or `None` for a value without a row.
    /// Returns `None` for other columns, and for a dictionary with more values than rows.
    pub fn first_rows(&self) -> Option<Vec<Option<usize>>> {
        let Values::Dictionary(positions, _) = &self.values else {
            return None;
        };
        let values = self.array.as_any_dictionary_opt()?.values().len();
        if values == 0 || values > positions.len() {
            return None;
        }
        let mut rows = vec![None; values];
        for (row, position) in positions.iter().enumerate().rev() {
            if self.array.is_valid(row) {
                rows[*position] = Some(row);
            }
        }
        Some(rows)
    }
}

impl<'a> Values<'a> {
    fn new(array: &'a dyn Array) -> Result<Self> {
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            let values = dictionary.values().as_ref();
            // All keys are null. `normalized_keys` panics for such a dictionary.
            let keys = match values.len() {
                0 => Vec::new(),
                _ => dictionary.normalized_keys(),
            };
            return Ok(Values::Dictionary(keys, Box::new(Values::new(values)?)));
        }
        Ok(match array.data_type() {
            DataType::Null => Values::Null,
            DataType::Utf8 => Values::Utf8(array.as_string()),
            DataType::LargeUtf8 => Values::LargeUtf8(array.as_string()),
            DataType::Utf8View => Values::Utf8View(array.as_string_view()),
            data_type => return internal_err!("an argument was not coerced: {data_type}"),
        })
    }

    fn get(&self, index: usize) -> Option<&'a str> {
        match self {
            Values::Null => None,
            Values::Utf8(array) => array.is_valid(index).then(|| array.value(index)),
            Values::LargeUtf8(array) => array.is_valid(index).then(|| array.value(index)),
            Values::Utf8View(array) => array.is_valid(index).then(|| array.value(index)),
            Values::Dictionary(keys, values) => values.get(keys[index]),
        }
    }
}

/// Returns the type to which `expires_in` is coerced.
pub(crate) fn expiry_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Interval(_) | DataType::Duration(_) => {
            Some(DataType::Interval(IntervalUnit::MonthDayNano))
        }
        data_type if data_type.is_integer() || data_type.is_null() => Some(DataType::Int64),
        _ => None,
    }
}

/// A column of expiries.
pub(crate) enum Expiries<'a> {
    Seconds(&'a Argument, &'a PrimitiveArray<Int64Type>),
    Interval(&'a Argument, &'a PrimitiveArray<IntervalMonthDayNanoType>),
}

impl<'a> Expiries<'a> {
    pub fn new(argument: &'a Argument) -> Result<Self> {
        Ok(match argument.array.data_type() {
            DataType::Int64 => Expiries::Seconds(argument, argument.primitive()?),
            _ => Expiries::Interval(argument, argument.primitive()?),
        })
    }

    /// Returns a row's expiry, or `None` if it is null.
    pub fn get(&self, row: usize) -> Result<Option<Duration>, String> {
        const SECOND: i128 = 1_000_000_000;
        const DAY: i128 = 24 * 60 * 60 * SECOND;
        let seconds = match self {
            Expiries::Seconds(argument, array) => {
                let Some(index) = argument.index(row) else {
                    return Ok(None);
                };
                array.value(index)
            }
            Expiries::Interval(argument, array) => {
                let Some(index) = argument.index(row) else {
                    return Ok(None);
                };
                let interval = array.value(index);
                if interval.months != 0 {
                    let reason = "which have no fixed length; use days";
                    return Err(format!(
                        "expires_in must not have months or years, {reason}"
                    ));
                }
                let nanoseconds =
                    i128::from(interval.days) * DAY + i128::from(interval.nanoseconds);
                if nanoseconds % SECOND != 0 {
                    return Err(format!(
                        "expires_in must be a whole number of seconds, got {nanoseconds} nanoseconds"
                    ));
                }
                // At most 2^31 days and 2^63 nanoseconds, so it fits.
                (nanoseconds / SECOND) as i64
            }
        };
        match u64::try_from(seconds) {
            Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
            Err(_) => Err(format!(
                "expires_in must be positive, got {seconds} seconds"
            )),
        }
    }
}

/// Returns a signing time as a literal. Signing times in columns are coerced to its type.
pub(crate) fn signing_time_literal(unix_seconds: Option<i64>) -> ScalarValue {
    ScalarValue::TimestampSecond(unix_seconds, Some("+00:00".into()))
}

/// A column of signing times.
pub(crate) struct SigningTimes<'a> {
    argument: &'a Argument,
    array: &'a PrimitiveArray<TimestampSecondType>,
}

impl<'a> SigningTimes<'a> {
    pub fn new(argument: &'a Argument) -> Result<Self> {
        let array = argument.primitive()?;
        Ok(SigningTimes { argument, array })
    }

    /// Returns a row's signing time, or `None` if it is null.
    pub fn get(&self, row: usize) -> Option<Timestamp> {
        let index = self.argument.index(row)?;
        Some(Timestamp::from_unix_seconds(self.array.value(index)))
    }
}
