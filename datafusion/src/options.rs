//! The argument `options`: headers and query parameters.

use crate::argument::{Argument, Texts, is_text};
use datafusion::arrow::array::{Array, AsArray, MapArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use presign::Request;

/// Returns whether a column of this type can be `options`.
pub(crate) fn is_option_map(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null => true,
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                let mut types = fields.iter().map(|field| field.data_type());
                types.all(|data_type| is_text(data_type) || data_type.is_null())
            }
            _ => false,
        },
        _ => false,
    }
}

/// A column of options.
pub(crate) struct OptionMaps<'a> {
    maps: &'a MapArray,
    pub is_constant: bool,
    /// The names in all maps, one map after the other.
    names: Texts<'a>,
    values: Texts<'a>,
}

impl<'a> OptionMaps<'a> {
    /// Returns `None` for the literal `NULL`, which has no options.
    pub fn new(argument: &'a Argument) -> Result<Option<Self>> {
        let Some(maps) = argument.array.as_map_opt() else {
            return Ok(None);
        };
        Ok(Some(OptionMaps {
            maps,
            is_constant: argument.is_constant,
            names: Texts::of_array(maps.keys().as_ref(), false)?,
            values: Texts::of_array(maps.values().as_ref(), false)?,
        }))
    }

    fn index(&self, row: usize) -> usize {
        if self.is_constant { 0 } else { row }
    }

    /// Returns whether the map of a row, or one of its values, is null.
    pub fn has_null(&self, row: usize) -> bool {
        self.maps.is_null(self.index(row)) || self.entries(row).any(|(_, value)| value.is_none())
    }

    /// Returns names and values of a row whose map is not null.
    pub fn entries(&self, row: usize) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        let index = self.index(row);
        let offsets = self.maps.value_offsets();
        let range = offsets[index] as usize..offsets[index + 1] as usize;
        // The names of a map are never null.
        range.map(|entry| {
            (
                self.names.get(entry).unwrap_or_default(),
                self.values.get(entry),
            )
        })
    }

    /// Adds the options of a row to a request.
    pub fn add_to<'r>(&self, row: usize, mut request: Request<'r>) -> Result<Request<'r>, String>
    where
        'a: 'r,
    {
        for (name, value) in self.entries(row) {
            let value = value.unwrap_or_default();
            request = match name.split_once(':') {
                Some(("header", name)) => request.header(name, value),
                Some(("query", name)) => request.query(name, value),
                _ => {
                    return Err(format!(
                        "invalid option {name:?}; the name of an option begins with `header:` or `query:`"
                    ));
                }
            };
        }
        Ok(request)
    }
}
