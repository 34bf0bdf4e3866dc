//! The global allocator of these tests. It counts allocations per thread, and searches freed blocks
//! for secrets.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATED: Cell<Allocated> = const { Cell::new(Allocated { count: 0, bytes: 0 }) };
    /// The byte strings to search for in this thread.
    static WANTED: Cell<&'static [&'static [u8]]> = const { Cell::new(&[]) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
}

/// The allocations of a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocated {
    pub count: u64,
    pub bytes: u64,
}

struct Watching;

// SAFETY: the system's allocator does the work. Blocks are zeroed, so that every byte is
// initialized when `dealloc` reads them.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATED.try_with(|allocated| {
            let Allocated { count, bytes } = allocated.get();
            allocated.set(Allocated {
                count: count + 1,
                bytes: bytes + layout.size() as u64,
            });
        });
        // SAFETY: the caller's layout is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    // The default `realloc` allocates, copies, and frees the old block through `dealloc`.
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is still allocated, and all of its bytes are initialized.
        let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
        let wanted = WANTED.try_with(Cell::get).unwrap_or_default();
        for secret in wanted {
            // Half of a secret must not remain either.
            let (front, back) = secret.split_at(secret.len() / 2);
            for half in [front, back] {
                if bytes.windows(half.len()).any(|window| window == half) {
                    let _ = FOUND.try_with(|found| found.set(found.get() + 1));
                }
            }
        }
        // SAFETY: block and layout are those of `alloc`.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// Counts the allocations of a closure in this thread. A reallocation counts as one allocation.
pub fn measure(work: impl FnOnce()) -> Allocated {
    let before = ALLOCATED.get();
    work();
    let after = ALLOCATED.get();
    Allocated {
        count: after.count - before.count,
        bytes: after.bytes - before.bytes,
    }
}

/// Counts the allocations of a call, after a first call that may derive the key.
pub fn allocations<T>(mut call: impl FnMut() -> T) -> u64 {
    drop(call());
    let mut result = None;
    let counted = measure(|| result = Some(call()));
    drop(result);
    counted.count
}

/// Counts the blocks freed by a closure that contain half of one of the texts.
pub fn freed_with(wanted: &'static [&'static str], work: impl FnOnce()) -> usize {
    let wanted: Vec<&[u8]> = wanted.iter().map(|text| text.as_bytes()).collect();
    freed_with_bytes(wanted.leak(), work)
}

/// Counts the blocks freed by a closure that contain half of one of the secrets.
pub fn freed_with_bytes(wanted: &'static [&'static [u8]], work: impl FnOnce()) -> usize {
    FOUND.set(0);
    WANTED.set(wanted);
    work();
    WANTED.set(&[]);
    FOUND.get()
}
