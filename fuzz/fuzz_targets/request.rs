//! Any request, signed in every way: header and query, both generations, S3 and other services.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::Request;
use presign_fuzz::{Options, sign_every_way};

fuzz_target!(|input: (Options, Request<'_>)| {
    let (options, request) = input;
    sign_every_way(&request, &options);
});
