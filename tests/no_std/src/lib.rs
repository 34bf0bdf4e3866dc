//! Signs with only `alloc`, with its own allocator and panic handler, as on bare metal.

#![no_std]

extern crate alloc;

use alloc::string::String;
use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use presign::s3::Bucket;
use presign::{Credentials, Timestamp, v2, v4};

/// Allocates from one arena, from front to back, and frees nothing.
struct Arena;

const SIZE: usize = 1 << 20;
static NEXT: AtomicUsize = AtomicUsize::new(0);
static mut ARENA: [u128; SIZE / 16] = [0; SIZE / 16];

// SAFETY: each call returns its own aligned bytes, which are valid as long as the program runs.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let taken = layout.size() + layout.align();
        let at = NEXT.fetch_add(taken, Ordering::Relaxed);
        if at + taken > SIZE {
            return core::ptr::null_mut();
        }
        let start = (&raw mut ARENA).cast::<u8>().wrapping_add(at);
        start.wrapping_add(start.align_offset(layout.align()))
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: Arena = Arena;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

fn sign() -> Result<String, presign::Error> {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
    let now: Timestamp = "20150830T123600Z".parse()?;
    let hour = Duration::from_secs(3600);
    let url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let iam = v4::Service::new("us-east-1", "iam")?;
    let old = v2::Service::s3();
    let bucket = Bucket::new("examplebucket", "us-east-1")?;
    let mut text = String::from(bucket.get("key").presign(&credentials, hour, now)?);
    text.push_str(&iam.get(url).sign(&credentials, now)?.signature());
    text.push_str(iam.get(url).presign(&credentials, hour, now)?.as_str());
    text.push_str(&old.get(url).sign(&credentials, now)?.signature());
    Ok(text)
}

/// Returns the length of the signed texts, so that the linker keeps all code that signs.
#[unsafe(no_mangle)]
pub extern "C" fn presign_no_std() -> usize {
    sign().map_or(0, |text| text.len())
}
