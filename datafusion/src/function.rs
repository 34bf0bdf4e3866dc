//! A function, as DataFusion sees it.

use crate::argument::{expiry_type, is_text, signing_time_literal};
use crate::credential_source::CredentialSource;
use crate::link_writer;
use crate::options::is_option_map;
use crate::settings::{Kind, Settings};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, plan_err};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use prost::Message;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct LinkFunction {
    pub kind: &'static Kind,
    pub settings: Settings,
    pub credentials: Arc<CredentialSource>,
    signature: Signature,
}

impl LinkFunction {
    pub fn new(
        kind: &'static Kind,
        settings: Settings,
        credentials: Arc<CredentialSource>,
    ) -> Self {
        LinkFunction {
            kind,
            settings,
            credentials,
            // Volatile, because the optimizer evaluates other functions with constant arguments.
            signature: Signature::user_defined(Volatility::Volatile),
        }
    }

    /// Returns the function in `udf`, if it is one of this crate's.
    pub fn of(udf: &ScalarUDF) -> Option<&LinkFunction> {
        (udf.inner().as_ref() as &dyn std::any::Any).downcast_ref()
    }

    /// Appends the settings, which a plan contains beside the function's name.
    pub fn encode(&self, buffer: &mut Vec<u8>) -> Result<()> {
        let encoded = self.settings.encode(buffer);
        encoded.map_err(|error| exec_datafusion_err!("{}: {error}", self.kind.name))
    }

    /// The number of arguments before `options`.
    fn required(&self) -> usize {
        if self.kind.any_method { 4 } else { 3 }
    }

    /// Returns the positions of `options` and of the signing time, if a call has them.
    pub fn optional_positions(&self, types: &[DataType]) -> (Option<usize>, Option<usize>) {
        let required = self.required();
        let is_time = |position: &usize| matches!(types[*position], DataType::Timestamp(..));
        let last = types.len().checked_sub(1).filter(|last| *last >= required);
        let time = last.filter(is_time);
        let has_options = self.kind.any_method && types.len() > required && time != Some(required);
        (has_options.then_some(required), time)
    }

    fn check_number(&self, types: &[DataType]) -> Result<()> {
        let (options, time) = self.optional_positions(types);
        let expected =
            self.required() + usize::from(options.is_some()) + usize::from(time.is_some());
        if types.len() == expected {
            return Ok(());
        }
        plan_err!(
            "{} has the arguments {}, but the call has {} arguments",
            self.kind.name,
            self.argument_names(),
            types.len()
        )
    }

    fn argument_names(&self) -> &'static str {
        if self.kind.any_method {
            "(method, bucket, key, expires_in [, options] [, signing_time])"
        } else {
            "(bucket, key, expires_in [, signing_time])"
        }
    }
}

impl ScalarUDFImpl for LinkFunction {
    fn name(&self) -> &str {
        self.kind.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.check_number(types)?;
        let name = self.kind.name;
        let names = ["method", "bucket", "key"];
        let texts = self.required() - 1;
        let mut coerced = Vec::with_capacity(types.len());
        for (argument, data_type) in names[names.len() - texts..].iter().zip(types) {
            match data_type {
                DataType::Null => coerced.push(DataType::Utf8),
                data_type if is_text(data_type) => coerced.push(data_type.clone()),
                _ => return plan_err!("{name}: {argument} must be a text, got {data_type}"),
            }
        }
        let Some(expiry) = expiry_type(&types[texts]) else {
            return plan_err!(
                "{name}: expires_in must be whole seconds or an interval, got {}",
                types[texts]
            );
        };
        coerced.push(expiry);
        let (options, time) = self.optional_positions(types);
        if let Some(options) = options {
            let data_type = &types[options];
            if !is_option_map(data_type) {
                return plan_err!("{name}: options must be a map of texts, got {data_type}");
            }
            coerced.push(data_type.clone());
        }
        if time.is_some() {
            coerced.push(signing_time_literal(None).data_type());
        }
        Ok(coerced)
    }

    /// Appends the signing time.
    fn simplify(&self, mut args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let types = args.iter().map(|arg| info.get_data_type(arg));
        let types = types.collect::<Result<Vec<_>>>()?;
        if self.optional_positions(&types).1.is_some() {
            return Ok(ExprSimplifyResult::Original(args));
        }
        let start = info.query_execution_start_time();
        let start = start.map(|start| start.timestamp());
        let Some(now) = self.settings.signing_time.or(start) else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        args.push(lit(signing_time_literal(Some(now))));
        let call = ScalarUDF::from(self.clone()).call(args);
        Ok(ExprSimplifyResult::Simplified(call))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        link_writer::write_links(self, &args, link_writer::MAX_BYTES)
    }
}

/// Shows name and settings, and nothing of the credentials.
impl fmt::Debug for LinkFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkFunction")
            .field("name", &self.kind.name)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl PartialEq for LinkFunction {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.settings == other.settings
            && Arc::ptr_eq(&self.credentials, &other.credentials)
    }
}

impl Eq for LinkFunction {}

impl Hash for LinkFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
        self.settings.hash(state);
    }
}
