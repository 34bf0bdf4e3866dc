//! The parameters of a signature, with any scheme.

use super::problem::{ProblemKind, Problems};
use super::value::decode_value;
use crate::text::percent::Component;
use crate::wire::query::Param;
use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

/// The parameters of a signature that a query has, each with its last value.
#[derive(Default)]
pub(super) struct Parameters<'a>(Vec<Parameter<'a>>);

struct Parameter<'a> {
    name: &'static str,
    value: Component<'a>,
    is_duplicate: bool,
}

impl<'a> Parameters<'a> {
    /// Adds a parameter under the name that the scheme has for it.
    pub(super) fn add(&mut self, name: &'static str, param: &Param<'a>) {
        let value = param.value.unwrap_or_default();
        let mut parameters = self.0.iter_mut();
        if let Some(known) = parameters.find(|known| known.name == name) {
            known.value = value;
            known.is_duplicate = true;
        } else {
            self.0.push(Parameter {
                name,
                value,
                is_duplicate: false,
            });
        }
    }

    /// Adds the parameter if it has one of these names.
    pub(super) fn add_named(&mut self, names: &[&'static str], param: &Param<'a>) {
        let mut names = names.iter();
        if let Some(name) = names.find(|name| param.name.decodes_to(name)) {
            self.add(name, param);
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn has_nonempty(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.text().is_empty())
    }

    pub(super) fn get(&self, name: &str) -> Option<Component<'a>> {
        let mut parameters = self.0.iter();
        let parameter = parameters.find(|parameter| parameter.name == name)?;
        Some(parameter.value)
    }

    /// Returns the decoded value of a parameter that the signature needs, as [`decode_value`] does.
    pub(super) fn decode(&self, name: &str, problems: &mut Problems) -> Option<Cow<'a, str>> {
        decode_value(name, self.get(name), problems)
    }

    pub(super) fn report_duplicates(&self, problems: &mut Problems) {
        for parameter in self.0.iter().filter(|parameter| parameter.is_duplicate) {
            let message = format!(
                "duplicate parameter `{}`; the URL was signed twice, or a token was added",
                parameter.name
            );
            problems.add(ProblemKind::RepeatedParameter, message);
        }
    }
}
