//! Functions in serialized plans.

use crate::Functions;
use crate::function::LinkFunction;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{Result, TableReference};
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
/// its own credentials, and ignores its own settings.
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
/// let codec = Codec::new([functions], DefaultLogicalExtensionCodec {});
/// let query = planner.sql("SELECT presign_get('examplebucket', 'a.txt', 60) AS link").await?;
/// let bytes = logical_plan_to_bytes_with_extension_codec(query.logical_plan(), &codec)?;
///
/// // Another one executes. Only it has credentials.
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
/// let functions = Functions::s3("us-east-1").credentials(credentials);
/// let executor = SessionContext::new();
/// let codec = Codec::new([functions], DefaultLogicalExtensionCodec {});
/// let plan = logical_plan_from_bytes_with_extension_codec(&bytes, &executor.task_ctx(), &codec)?;
/// assert_eq!(executor.execute_logical_plan(plan).await?.count().await?, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Codec<C> {
    functions: Vec<Functions>,
    others: C,
}

impl<C> Codec<C> {
    /// Returns a codec with the functions of this process, and the codec for everything else.
    pub fn new(functions: impl IntoIterator<Item = Functions>, others: C) -> Self {
        Codec {
            functions: functions.into_iter().collect(),
            others,
        }
    }

    fn decode(&self, name: &str, message: &[u8]) -> Result<Option<Arc<ScalarUDF>>> {
        for functions in &self.functions {
            if let Some(udf) = functions.decode(name, message)? {
                return Ok(Some(udf));
            }
        }
        Ok(None)
    }
}

impl<C: LogicalExtensionCodec> LogicalExtensionCodec for Codec<C> {
    fn try_encode_udf(&self, udf: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        match LinkFunction::of(udf) {
            Some(function) => function.encode(buffer),
            None => self.others.try_encode_udf(udf, buffer),
        }
    }

    fn try_decode_udf(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        match self.decode(name, buffer)? {
            Some(udf) => Ok(udf),
            None => self.others.try_decode_udf(name, buffer),
        }
    }

    fn try_decode(
        &self,
        buffer: &[u8],
        inputs: &[LogicalPlan],
        context: &TaskContext,
    ) -> Result<Extension> {
        self.others.try_decode(buffer, inputs, context)
    }

    fn try_encode(&self, node: &Extension, buffer: &mut Vec<u8>) -> Result<()> {
        self.others.try_encode(node, buffer)
    }

    fn try_decode_table_provider(
        &self,
        buffer: &[u8],
        table: &TableReference,
        schema: SchemaRef,
        context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        self.others
            .try_decode_table_provider(buffer, table, schema, context)
    }

    fn try_encode_table_provider(
        &self,
        table: &TableReference,
        provider: Arc<dyn TableProvider>,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        self.others
            .try_encode_table_provider(table, provider, buffer)
    }

    fn try_decode_file_format(
        &self,
        buffer: &[u8],
        context: &TaskContext,
    ) -> Result<Arc<dyn FileFormatFactory>> {
        self.others.try_decode_file_format(buffer, context)
    }

    fn try_encode_file_format(
        &self,
        buffer: &mut Vec<u8>,
        format: Arc<dyn FileFormatFactory>,
    ) -> Result<()> {
        self.others.try_encode_file_format(buffer, format)
    }

    fn try_decode_higher_order_function(
        &self,
        name: &str,
        buffer: &[u8],
    ) -> Result<Arc<HigherOrderUDF>> {
        self.others.try_decode_higher_order_function(name, buffer)
    }

    fn try_encode_higher_order_function(
        &self,
        udf: &HigherOrderUDF,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        self.others.try_encode_higher_order_function(udf, buffer)
    }

    fn try_decode_udaf(&self, name: &str, buffer: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.others.try_decode_udaf(name, buffer)
    }

    fn try_encode_udaf(&self, udf: &AggregateUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.others.try_encode_udaf(udf, buffer)
    }

    fn try_decode_udwf(&self, name: &str, buffer: &[u8]) -> Result<Arc<WindowUDF>> {
        self.others.try_decode_udwf(name, buffer)
    }

    fn try_encode_udwf(&self, udf: &WindowUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.others.try_encode_udwf(udf, buffer)
    }
}

impl<C: PhysicalExtensionCodec> PhysicalExtensionCodec for Codec<C> {
    fn try_encode_udf(&self, udf: &ScalarUDF, buffer: &mut Vec<u8>) -> Result<()> {
        match LinkFunction::of(udf) {
            Some(function) => function.encode(buffer),
            None => self.others.try_encode_udf(udf, buffer),
        }
    }

    fn try_decode_udf(&self, name: &str, buffer: &[u8]) -> Result<Arc<ScalarUDF>> {
        match self.decode(name, buffer)? {
            Some(udf) => Ok(udf),
            None => self.others.try_decode_udf(name, buffer),
        }
    }

    fn try_decode(
        &self,
        buffer: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.others.try_decode(buffer, inputs, context, converter)
    }

    fn try_encode(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        buffer: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        self.others.try_encode(plan, buffer, converter)
    }

    fn try_decode_higher_order_function(
        &self,
        name: &str,
        buffer: &[u8],
    ) -> Result<Arc<HigherOrderUDF>> {
        self.others.try_decode_higher_order_function(name, buffer)
    }

    fn try_encode_higher_order_function(
        &self,
        udf: &HigherOrderUDF,
        buffer: &mut Vec<u8>,
    ) -> Result<()> {
        self.others.try_encode_higher_order_function(udf, buffer)
    }

    fn try_decode_expr(
        &self,
        buffer: &[u8],
        inputs: &[Arc<dyn PhysicalExpr>],
        context: &PhysicalExprDecodeCtx<'_>,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        self.others.try_decode_expr(buffer, inputs, context)
    }

    fn try_encode_expr(
        &self,
        expr: &Arc<dyn PhysicalExpr>,
        buffer: &mut Vec<u8>,
        context: &PhysicalExprEncodeCtx<'_>,
    ) -> Result<()> {
        self.others.try_encode_expr(expr, buffer, context)
    }

    fn try_decode_udaf(&self, name: &str, buffer: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.others.try_decode_udaf(name, buffer)
    }

    fn try_encode_udaf(&self, udf: &AggregateUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.others.try_encode_udaf(udf, buffer)
    }

    fn try_decode_udwf(&self, name: &str, buffer: &[u8]) -> Result<Arc<WindowUDF>> {
        self.others.try_decode_udwf(name, buffer)
    }

    fn try_encode_udwf(&self, udf: &WindowUDF, buffer: &mut Vec<u8>) -> Result<()> {
        self.others.try_encode_udwf(udf, buffer)
    }
}
