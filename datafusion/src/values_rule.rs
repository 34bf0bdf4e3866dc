//! The rule against links in `VALUES`.

use crate::function::LinkFunction;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

/// An analyzer rule that rejects a call to a link function in `VALUES`.
///
/// DataFusion evaluates the rows of `VALUES` while it plans, so the plan would contain the links.
/// [`Functions::register`](crate::Functions::register) adds the rule to a session. A session that
/// executes plans of other processes needs it, too.
#[derive(Clone, Copy, Debug)]
pub struct RejectLinksInValues;

impl AnalyzerRule for RejectLinksInValues {
    fn name(&self) -> &str {
        "reject_links_in_values"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::Values(values) = node {
                for expression in values.values.iter().flatten() {
                    expression.apply(check)?;
                }
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(plan)
    }
}

fn check(expression: &Expr) -> Result<TreeNodeRecursion> {
    if let Expr::ScalarFunction(call) = expression
        && let Some(function) = LinkFunction::of(&call.func)
    {
        let name = function.kind.name;
        return plan_err!(
            "{name} in VALUES, whose links would be part of the plan; write SELECT {name}(…)"
        );
    }
    Ok(TreeNodeRecursion::Continue)
}
