//! `get`, `put`, `head` and `delete`: a presigned URL for an object.

use crate::args::{Address, Extras};
use crate::output::{self, RequestFormat};
use crate::report;
use crate::sign::BucketOptions;
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {
    /// The object. KEY is used as it is, never percent-decoded
    #[arg(value_name = "s3://BUCKET/KEY|gs://BUCKET/OBJECT")]
    address: Address,

    #[command(flatten)]
    extras: Extras,

    #[command(flatten)]
    options: BucketOptions,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: RequestFormat,
}

pub fn run(method: &str, args: &Args) -> Result<()> {
    let key = args.address.key("")?;
    let (bucket, signer) = args.options.load(&args.address)?;
    let (url, steps) = signer.presign(&args.extras.add_to(bucket.object(method, key)))?;
    report::print_url(args.output, &url, &steps)?;
    if steps.is_v2() {
        report::note_content_type(args.output, method, &args.extras);
    }
    if key.starts_with('?') {
        output::note(
            "the key begins with `?`, because an address has no query: --query adds parameters, and \
             `presign url` signs any URL",
        );
    }
    // The command line of curl keeps the segments.
    if args.output != RequestFormat::Curl && report::has_dot_segment(key.as_bytes()) {
        output::note(report::DOT_SEGMENT);
    }
    Ok(())
}
