//! Any request, signed in every way: in headers and in its URL, with both signature versions, for
//! S3 and for other services.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign_fuzz::description::Description;
use presign_fuzz::every_way::sign_every_way;
use presign_fuzz::options::Options;

fuzz_target!(|input: (Options, Description<'_>)| {
    let (options, description) = input;
    sign_every_way(&description, &options);
});
