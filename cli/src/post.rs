//! `post`: a signed POST policy, which limits the uploads of a form.

use crate::args::{Address, parse_field, parse_size};
use crate::curl;
use crate::output::{note, print, print_json};
use crate::sign::{Bucket, BucketOptions};
use anyhow::{Result, ensure};
use clap::ValueEnum;
use presign::post::{Key, PostPolicy, PresignedPost};
use serde_json::{Value, json};

#[derive(clap::Args)]
pub struct Args {
    /// The object, used as it is. KEY may end in `${filename}`, the name of the uploaded file, or
    /// in `*`: any key with the prefix before it
    #[arg(value_name = "s3://BUCKET/KEY|gs://BUCKET/OBJECT")]
    address: Address,

    /// A field of the form, which also makes its exact condition unless a condition for it is
    /// given; repeatable
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse_field)]
    fields: Vec<(String, String)>,

    /// A condition as JSON: {"acl": "private"} or ["starts-with", "$Content-Type", "image/"];
    /// repeatable
    #[arg(long = "condition", value_name = "JSON")]
    conditions: Vec<String>,

    /// The maximum size of the file: bytes, or 10kB, 10MB, 1GB, 10KiB, 10MiB, 1GiB
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_size: Option<u64>,

    /// The minimum size of the file, written in the same way. Without --max-size the maximum is
    /// 5GiB, S3's limit for a form [default: 0]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    min_size: Option<u64>,

    #[command(flatten)]
    options: BucketOptions,

    /// The output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    output: Format,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    /// The URL, and then the fields, one NAME=VALUE a line
    #[default]
    Text,
    /// A JSON object: URL, fields, policy, expiration and signature
    Json,
    /// A page with the form, for a browser
    Html,
    /// A command line of curl that uploads standard input
    Curl,
}

pub fn run(args: &Args) -> Result<()> {
    let key = args.address.key(", or `*` for any key")?;
    let (bucket, signer) = args.options.load(&args.address)?;
    let policy = args.policy(&bucket, key);
    let form = policy.presign(&signer.credentials, signer.expiry, signer.now)?;
    match args.output {
        Format::Text => print(&form_text(&form)?)?,
        Format::Json => print_json(&json!({
            "url": form.url(),
            "fields": form.fields().collect::<Value>(),
            "policy": form.policy(),
            "expires_at": form.expires_at(),
            "signature": form.signature(),
        }))?,
        Format::Curl => print(&curl::form(form.url(), form.fields())?)?,
        // The page asks for the open fields.
        Format::Html => return print(form.to_html_page().trim_end()),
    }
    for (name, prefix) in form.open_fields() {
        if prefix.is_empty() {
            note(format_args!("send with it: {name}, with any value"));
        } else {
            note(format_args!(
                "send with it: {name}, which begins with {prefix}"
            ));
        }
    }
    Ok(())
}

fn form_text(form: &PresignedPost) -> Result<String> {
    let mut text = String::from(form.url());
    for (name, value) in form.fields() {
        ensure!(
            !value.contains('\n'),
            "the field {name} has a line break, which text output can't show; use --output json"
        );
        text.extend(["\n", name, "=", value]);
    }
    Ok(text)
}

impl Args {
    fn policy<'a>(&'a self, bucket: &'a Bucket, key: &str) -> PostPolicy<'a> {
        /// The largest upload that S3 accepts in one request.
        const MAX_SIZE: u64 = 5 * 1024 * 1024 * 1024;
        let mut policy = bucket.post_policy(match key.strip_suffix('*') {
            Some(prefix) => Key::starts_with(prefix),
            None => key.into(),
        });
        for (name, value) in &self.fields {
            policy = policy.field(name, value);
        }
        for json in &self.conditions {
            policy = policy.condition_json(json);
        }
        if self.min_size.or(self.max_size).is_some() {
            let (min, max) = (
                self.min_size.unwrap_or(0),
                self.max_size.unwrap_or(MAX_SIZE),
            );
            policy = policy.content_length_range(min..=max);
        }
        policy
    }
}
