//! Numbers of signatures, and the limit of a batch.

use super::*;
use crate::Functions;
use datafusion::arrow::array::{DictionaryArray, Int8Array};
use datafusion::arrow::datatypes::{Field, Int8Type};
use std::cell::Cell;

thread_local! {
    /// The number of links that this thread has signed.
    pub static SIGNED: Cell<usize> = const { Cell::new(0) };
}

/// Returns the links, and how many were signed.
fn links(keys: ArrayRef, max_bytes: usize) -> Result<(ArrayRef, usize)> {
    let credentials =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
    let functions = Functions::s3("us-east-1")
        .credentials(credentials)
        .signing_time(Timestamp::from_unix_seconds(1_716_552_000));
    let udfs = functions.udfs()?;
    let function = LinkFunction::of(&udfs[0]).unwrap();
    let args = ScalarFunctionArgs {
        number_rows: keys.len(),
        args: vec![
            ColumnarValue::Scalar("examplebucket".into()),
            ColumnarValue::Array(keys),
            ColumnarValue::Scalar(60_i64.into()),
        ],
        arg_fields: Vec::new(),
        return_field: Arc::new(Field::new("link", DataType::Utf8, true)),
        config_options: Arc::default(),
    };
    let before = SIGNED.get();
    let links = write_links(function, &args, max_bytes)?;
    Ok((links.into_array(args.number_rows)?, SIGNED.get() - before))
}

fn dictionary(rows: usize, keys: &[&str]) -> DictionaryArray<Int8Type> {
    let positions: Int8Array = (0..rows).map(|row| Some((row % 3) as i8)).collect();
    DictionaryArray::new(positions, Arc::new(StringArray::from(keys.to_vec())))
}

/// One link more is signed to estimate the capacity.
#[test]
fn distinct_values_are_signed_once() {
    let keys = dictionary(8000, &["a", "b", "c", "unused"]);
    let plain = datafusion::arrow::compute::cast(&keys, &DataType::Utf8).unwrap();
    let (of_values, signed) = links(Arc::new(keys), MAX_BYTES).unwrap();
    assert_eq!(signed, 3 + 1);
    let (of_rows, signed) = links(plain, MAX_BYTES).unwrap();
    assert_eq!(signed, 8000 + 1);
    assert_eq!(&of_values, &of_rows);
    let (_, signed) = links(Arc::new(StringArray::from(vec!["a"])), MAX_BYTES).unwrap();
    assert_eq!(signed, 1);
}

/// A batch of a table's dictionary can have few rows and millions of values.
#[test]
fn dictionaries_with_more_values_than_rows_are_signed_by_row() {
    let keys = dictionary(8000, &["a", "b", "c", "d"]);
    for (rows, by_value) in [(3, false), (4, true)] {
        let array: ArrayRef = Arc::new(keys.slice(0, rows));
        let argument = Argument::new(&ColumnarValue::Array(Arc::clone(&array))).unwrap();
        let texts = Texts::new(&argument).unwrap();
        assert_eq!(texts.first_rows().is_some(), by_value);
        assert_eq!(links(array, MAX_BYTES).unwrap().0.null_count(), 0);
    }
}

#[test]
fn batches_above_the_limit_are_errors() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    let (array, _) = links(Arc::clone(&keys), MAX_BYTES).unwrap();
    let bytes = array.as_string::<i32>().value_data().len();
    assert!(links(Arc::clone(&keys), bytes).is_ok());
    let error = links(keys, bytes - 1).unwrap_err().to_string();
    assert!(error.contains("more than 2 GiB"), "{error}");
}

/// The links of a dictionary exceed the limit only when its rows are assembled. The error comes
/// before their memory is allocated.
#[test]
fn dictionaries_above_the_limit_are_errors() {
    let key = "k".repeat(1024);
    let keys = dictionary(2_000_000, &[&key, &key, &key]);
    let error = links(Arc::new(keys), MAX_BYTES).unwrap_err().to_string();
    assert!(error.contains("more than 2 GiB"), "{error}");
}
