//! What every public type can do without saying so: go to another thread, be shared, be moved, and be
//! seen after a panic. Losing one of these would break callers.

use presign::s3::{AddressingStyle, Bucket, BucketBuilder, ContentDisposition, Links, Operation};
use presign::v4::{CanonicalUri, SessionToken, Signer};
use presign::{
    Credentials, Error, ErrorKind, Payload, PresignedUrl, Request, Signature, SignedRequest,
    SigningSteps, Timestamp,
};
use std::fmt::Debug;
use std::panic::{RefUnwindSafe, UnwindSafe};

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
    has::<CanonicalUri>();
    has::<SessionToken>();
    has::<Signer>();
    has::<AddressingStyle>();
    has::<Bucket>();
    has::<BucketBuilder>();
    has::<ContentDisposition<'_>>();
    has::<Links>();
    has::<Operation<'_>>();
}

#[test]
fn of_small_values() {
    fn copy<T: Copy + PartialEq>() {}
    copy::<AddressingStyle>();
    copy::<CanonicalUri>();
    copy::<ErrorKind>();
    copy::<Payload>();
    copy::<SessionToken>();
    copy::<Timestamp>();
    fn error<T: std::error::Error + PartialEq + 'static>() {}
    error::<Error>();
}
