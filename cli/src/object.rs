//! `get`, `put`, `head` and `delete`: a presigned URL for an object.

use crate::args::{Added, Address, Life, SignatureVersion, Signing};
use crate::output::{self, Format, Refusal, Result};
use crate::settings::Location;

#[derive(clap::Args)]
pub struct Args {
    /// The object. KEY is taken as it is, never percent-decoded
    #[arg(value_name = "s3://BUCKET/KEY")]
    address: Address,

    #[command(flatten)]
    life: Life,

    #[command(flatten)]
    added: Added,

    #[command(flatten)]
    signing: Signing,

    #[command(flatten)]
    location: Location,

    /// What is printed
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

pub fn run(method: &str, args: &Args) -> Result<()> {
    let Address { bucket, key } = &args.address;
    let Some(key) = key else {
        return Err(Refusal::new(format!(
            "the address names no object: after s3://{bucket}/ its key is missing"
        )));
    };
    let profile = args.signing.profile()?;
    let region = args.signing.region(&profile)?;
    let bucket = args.location.bucket(bucket, region, &profile)?;
    let operation = args.added.to_operation(&bucket, method).key(key);
    let credentials = args.signing.credentials(&profile)?;
    let (life, now) = (args.life.expires_in(), args.signing.time());
    match args.signing.signature_version {
        SignatureVersion::V4 => {
            let url = operation.presign(&credentials, life, now)?;
            output::print_url(args.output, SignatureVersion::V4, &url, || {
                operation.presign_steps(&credentials, life, now)
            })?;
            output::note_unsigned(args.added.names(), |name| output::is_sent(name, &url));
        }
        SignatureVersion::V2 => {
            let url = operation.presign_v2(&credentials, life, now)?;
            output::print_url(args.output, SignatureVersion::V2, &url, || {
                operation.presign_v2_steps(&credentials, url.expires_at())
            })?;
            output::note_not_covered(&url);
            output::note_in_query(args.added.names(), &url);
        }
    }
    if has_dot_segment(key) {
        output::note(DOT_SEGMENT);
    }
    Ok(())
}

/// What there is to say of a key that has such a segment.
pub const DOT_SEGMENT: &str = "\
    the key has a segment that is `.` or `..`, which most clients remove before they send the URL (curl keeps it with \
    --path-as-is)";

/// Whether the path of a key is one that clients rewrite.
pub fn has_dot_segment(key: &str) -> bool {
    key.split('/').any(|segment| matches!(segment, "." | ".."))
}
