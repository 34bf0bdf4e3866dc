//! Functions in serialized plans.

use crate::Functions;
use crate::function::LinkFunction;
use crate::settings::{KINDS, Settings};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{Result, TableReference, exec_err, plan_err};
use datafusion::datasource::file_format::FileFormatFactory;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{
    AggregateUDF, Extension, HigherOrderUDF, LogicalPlan, ScalarUDF, WindowUDF,
};
use datafusion::physical_expr_common::physical_expr::PhysicalExpr;
use datafusion::physical_expr_common::physical_expr::proto_decode::PhysicalExprDecodeCtx;
use datafusion::physical_expr_common::physical_expr::proto_encode::PhysicalExprEncodeCtx;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use std::sync::Arc;

/// A codec for plans that call the functions. Everything else in a plan is left to another codec.
///
/// A serialized plan contains a function's name and its settings. The process that decodes it adds
/// its own credentials, from the [`Functions`] that have the region, endpoint and style of the
/// plan. If it has none, the plan is rejected, so that a plan can't select another destination. The
/// signing time and [`null_for_invalid_keys`](Functions::null_for_invalid_keys) are those of the
/// plan.
///
/// ```
/// use datafusion::prelude::SessionContext;
/// use datafusion_proto::bytes::{
///     logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
/// };
/// use datafusion_proto::logical_plan::DefaultLogicalExtensionCodec;
/// use presign::Credentials;
/// use presign_datafusion::{Codec, Functions};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // One process plans.
/// let functions = Functions::s3("us-east-1");
/// let planner = SessionContext::new();
/// functions.register(&planner)?;
/// let codec = Codec::new([functions], DefaultLogicalExtensionCodec {})?;
/// let query = planner.sql("SELECT presign_get('examplebucket', 'a.txt', 60) AS link").await?;
/// let bytes = logical_plan_to_bytes_with_extension_codec(query.logical_plan(), &codec)?;
///
/// // Another one executes. Only it has credentials.
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let functions = Functions::s3("us-east-1").credentials(credentials);
/// let executor = SessionContext::new();
/// let codec = Codec::new([functions], DefaultLogicalExtensionCodec {})?;
/// let plan = logical_plan_from_bytes_with_extension_codec(&bytes, &executor.task_ctx(), &codec)?;
/// assert_eq!(executor.execute_logical_plan(plan).await?.count().await?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Codec<C> {
    functions: Vec<Functions>,
    fallback: C,
}

impl<C> Codec<C> {
    /// Returns a codec with the functions of this process, and the codec for everything else.
    ///
    /// # Errors
    /// [`DataFusionError::Plan`](datafusion::error::DataFusionError::Plan) for invalid settings, or
    /// for two sets of functions with one store, region, endpoint and style.
    pub fn new(functions: impl IntoIterator<Item = Functions>, fallback: C) -> Result<Self> {
        let functions: Vec<Functions> = functions.into_iter().collect();
        for (index, set) in functions.iter().enumerate() {
            set.udfs()?;
            if functions[..index].iter().any(|other| other.overlaps(set)) {
                return plan_err!("two sets of functions have the same settings: {set:?}");
            }
        }
        Ok(Codec {
            functions,
            fallback,
        })
    }

    fn decode(&self, name: &str, message: &[u8]) -> Result<Option<Arc<ScalarUDF>>> {
        if !KINDS.iter().any(|kind| kind.name == name) {
            return Ok(None);
        }
        let settings = Settings::from_message(message)?;
        let mut udfs = self.functions.iter();
        match udfs.find_map(|functions| functions.decode(name, &settings)) {
            Some(udf) => Ok(Some(Arc::new(udf))),
            None => exec_err!(
                "{name}: this process has no functions for the region {:?}, the endpoint {:?} and \
                 the style {:?} of the plan; add `Functions` with these settings",
                settings.region,
                settings.endpoint,
                settings.addressing_style()
            ),
        }
    }
}

impl<C: LogicalExtensionCodec> LogicalExtensionCodec for Codec<C> {
    fn try_encode_udf(&self, udf: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        match LinkFunction::of(udf) {
            Some(function) => function.encode(buffer),
            None => self.fallback.try_encode_udf(udf, buffer),
        }
    }

    fn try_decode_udf(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        match self.decode(name, buffer)? {
            Some(udf) => Ok(udf),
            None => self.fallback.try_decode_udf(name, buffer),
        }
    }

    fn try_decode(
        &self,
        buffer: &[u8],
        inputs: &[LogicalPlan],
        context: &TaskContext,
    ) -> Result<Extension> {
        self.fallback.try_decode(buffer, inputs, context)
    }

    fn try_encode(&self, node: &Extension, buffer: &mut Vec<u8>) -> Result<()> {
        self.fallback.try_encode(node, buffer)
    }

    fn try_decode_table_provider(
        &self,
        buffer: &[u8],
        table: &TableReference,
        schema: SchemaRef,
        context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        self.fallback
            .try_decode_table_provider(buffer, table, schema, context)
    }

    fn try_encode_table_provider(
        &self,
        table: &TableReference,
        provider: Arc<dyn TableProvider>,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        self.fallback
            .try_encode_table_provider(table, provider, buffer)
    }

    fn try_decode_file_format(
        &self,
        buffer: &[u8],
        context: &TaskContext,
    ) -> Result<Arc<dyn FileFormatFactory>> {
        self.fallback.try_decode_file_format(buffer, context)
    }

    fn try_encode_file_format(
        &self,
        buffer: &mut Vec<u8>,
        format: Arc<dyn FileFormatFactory>,
    ) -> Result<()> {
        self.fallback.try_encode_file_format(buffer, format)
    }

    fn try_decode_higher_order_function(
        &self,
        name: &str,
        buffer: &[u8],
    ) -> Result<Arc<HigherOrderUDF>> {
        self.fallback.try_decode_higher_order_function(name, buffer)
    }

    fn try_encode_higher_order_function(
        &self,
        udf: &HigherOrderUDF,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        self.fallback.try_encode_higher_order_function(udf, buffer)
    }

    fn try_decode_udaf(&self, name: &str, buffer: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.fallback.try_decode_udaf(name, buffer)
    }

    fn try_encode_udaf(&self, udf: &AggregateUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.fallback.try_encode_udaf(udf, buffer)
    }

    fn try_decode_udwf(&self, name: &str, buffer: &[u8]) -> Result<Arc<WindowUDF>> {
        self.fallback.try_decode_udwf(name, buffer)
    }

    fn try_encode_udwf(&self, udf: &WindowUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.fallback.try_encode_udwf(udf, buffer)
    }
}

impl<C: PhysicalExtensionCodec> PhysicalExtensionCodec for Codec<C> {
    fn try_encode_udf(&self, udf: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        match LinkFunction::of(udf) {
            Some(function) => function.encode(buffer),
            None => self.fallback.try_encode_udf(udf, buffer),
        }
    }

    fn try_decode_udf(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        match self.decode(name, buffer)? {
            Some(udf) => Ok(udf),
            None => self.fallback.try_decode_udf(name, buffer),
        }
    }

    fn try_decode(
        &self,
        buffer: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.fallback.try_decode(buffer, inputs, context, converter)
    }

    fn try_encode(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        buffer: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        self.fallback.try_encode(plan, buffer, converter)
    }

    fn try_decode_higher_order_function(
        &self,
        name: &str,
        buffer: &[u8],
    ) -> Result<Arc<HigherOrderUDF>> {
        self.fallback.try_decode_higher_order_function(name, buffer)
    }

    fn try_encode_higher_order_function(
        &self,
        udf: &HigherOrderUDF,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        self.fallback.try_encode_higher_order_function(udf, buffer)
    }

    fn try_decode_expr(
        &self,
        buffer: &[u8],
        inputs: &[Arc<dyn PhysicalExpr>],
        context: &PhysicalExprDecodeCtx<'_>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        self.fallback.try_decode_expr(buffer, inputs, context)
    }

    fn try_encode_expr(
        &self,
        expr: &Arc<dyn PhysicalExpr>,
        buffer: &mut Vec<u8>,
        context: &PhysicalExprEncodeCtx<'_>,
    ) -> Result<()> {
        self.fallback.try_encode_expr(expr, buffer, context)
    }

    fn try_decode_udaf(&self, name: &str, buffer: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.fallback.try_decode_udaf(name, buffer)
    }

    fn try_encode_udaf(&self, udf: &AggregateUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.fallback.try_encode_udaf(udf, buffer)
    }

    fn try_decode_udwf(&self, name: &str, buffer: &[u8]) -> Result<Arc<WindowUDF>> {
        self.fallback.try_decode_udwf(name, buffer)
    }

    fn try_encode_udwf(&self, udf: &WindowUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.fallback.try_encode_udwf(udf, buffer)
    }
}
