//! What every public type can do without saying so: go to another thread, be shared, be moved, and be
//! seen after a panic. Losing one of these would break callers.

use presign::inspect::{Inspection, KeyKind, PresignedWith, Problem, ProblemKind};
use presign::post::{Condition, Key, Policy, PostPolicy, PresignedPost, Refusal, Rule, Upload};
use presign::s3::{AddressingStyle, Bucket, BucketBuilder, ContentDisposition, Links, Operation};
use presign::v2::{QuerySigner, SignatureMethod, SignedForm};
use presign::v4::{CanonicalUri, SessionToken, Signer};
use presign::verify::{
    Claim, CoveredPayload, FormClaim, ReceivedRequest, Scheme, Verified, VerifiedForm, Verifier,
    VerifyError, VerifyErrorKind,
};
use presign::{
    Credentials, Error, ErrorKind, Payload, PresignedUrl, Request, Signature, SignedRequest,
    SigningSteps, Timestamp, v2,
};
use std::fmt::Debug;
use std::fs;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::Path;

trait Auto: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone + Debug {}

impl<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + Clone + Debug> Auto for T {}

/// Compiles or doesn't.
fn has<T: Auto>() {}

#[test]
fn of_every_public_type() {
    has::<Credentials>();
    has::<Error>();
    has::<ErrorKind>();
    has::<Payload>();
    has::<PresignedUrl>();
    has::<Request<'_>>();
    has::<Signature>();
    has::<SignedRequest>();
    has::<SigningSteps>();
    has::<Timestamp>();
    // inspect
    has::<Inspection>();
    has::<KeyKind>();
    has::<PresignedWith>();
    has::<Problem>();
    has::<ProblemKind>();
    // post
    has::<Condition>();
    has::<Key>();
    has::<Policy>();
    has::<PostPolicy>();
    has::<PresignedPost>();
    has::<Refusal>();
    has::<Rule<'_>>();
    has::<Upload<'_>>();
    // s3
    has::<AddressingStyle>();
    has::<Bucket>();
    has::<BucketBuilder>();
    has::<ContentDisposition<'_>>();
    has::<Links>();
    has::<Operation<'_>>();
    // v2
    has::<QuerySigner>();
    has::<SignatureMethod>();
    has::<SignedForm>();
    has::<v2::Signer>();
    // v4
    has::<CanonicalUri>();
    has::<SessionToken>();
    has::<Signer>();
    // verify
    has::<Claim<'_>>();
    has::<CoveredPayload>();
    has::<FormClaim<'_>>();
    has::<ReceivedRequest<'_>>();
    has::<Scheme>();
    has::<Verified<'_>>();
    has::<VerifiedForm<'_>>();
    has::<Verifier>();
    has::<VerifyError>();
    has::<VerifyErrorKind>();
}

#[cfg(feature = "explain")]
#[test]
fn of_every_type_of_explain() {
    use presign::explain::{
        Answer, Attempt, Cause, Confidence, Difference, Explanation, Finding, Row,
    };
    has::<Answer>();
    has::<Attempt<'_>>();
    has::<Cause>();
    has::<Confidence>();
    has::<Difference>();
    has::<Explanation>();
    has::<Finding>();
    has::<Row>();
}

#[test]
fn of_small_values() {
    fn copy<T: Copy + PartialEq>() {}
    copy::<AddressingStyle>();
    copy::<CanonicalUri>();
    copy::<CoveredPayload>();
    copy::<ErrorKind>();
    copy::<KeyKind>();
    copy::<Payload>();
    copy::<PresignedWith>();
    copy::<ProblemKind>();
    copy::<Rule<'_>>();
    copy::<Scheme>();
    copy::<SessionToken>();
    copy::<SignatureMethod>();
    copy::<Timestamp>();
    copy::<VerifyErrorKind>();
    fn error<T: std::error::Error + PartialEq + 'static>() {}
    error::<Error>();
    error::<Refusal>();
    error::<VerifyError>();
}

/// The names of the structs and enums in the source that are public.
fn public_types() -> Vec<String> {
    fn visit(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None => visit(&path, found),
                Some(end) if end == "rs" => read(&fs::read_to_string(&path).unwrap(), found),
                Some(_) => {}
            }
        }
    }
    fn read(code: &str, found: &mut Vec<String>) {
        for line in code.lines().map(str::trim) {
            let kinds = ["pub struct ", "pub enum "];
            let name = kinds.iter().find_map(|kind| line.strip_prefix(kind));
            let end = |c: char| !c.is_alphanumeric();
            found.extend(name.and_then(|name| Some(name.split(end).next()?.to_owned())));
        }
    }
    let mut found = Vec::new();
    visit(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 50, "{found:?}");
    found
}

#[test]
fn no_public_type_is_left_out() {
    let own = include_str!("auto_traits.rs");
    for name in public_types() {
        let is_here = ["has::<", "has::<v2::"].iter().any(|front| {
            own.split(&format!("{front}{name}"))
                .skip(1)
                .any(|rest| rest.starts_with(['>', '<']))
        });
        assert!(is_here, "{name} is not in this file");
    }
}
