//! Allocations don't depend on the number of rows.

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};
use datafusion::prelude::SessionContext;
use presign::{Credentials, Timestamp};
use presign_datafusion::Functions;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct CountingAllocator;

// SAFETY: every call is forwarded to the system's allocator.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's guarantees are those of `System`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's guarantees are those of `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's guarantees are those of `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Returns the number of allocations of one call.
fn allocations(name: &str, rows: usize, data_type: &DataType) -> usize {
    let context = SessionContext::new();
    let credentials =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY").unwrap();
    Functions::s3("us-east-1")
        .credentials(credentials)
        .signing_time(Timestamp::from_unix_seconds(1_716_552_000))
        .register(&context)
        .unwrap();
    let udf = context.udf(name).unwrap();
    let keys = (0..rows).map(|row| format!("albums/{}/photo-{row:08}.jpg", row % 1000));
    let keys: ArrayRef = Arc::new(StringArray::from_iter_values(keys));
    let args = ScalarFunctionArgs {
        args: vec![
            ColumnarValue::Scalar("examplebucket".into()),
            ColumnarValue::Array(cast(&keys, data_type).unwrap()),
            ColumnarValue::Scalar(60_i64.into()),
        ],
        arg_fields: Vec::new(),
        number_rows: rows,
        return_field: Arc::new(Field::new("link", DataType::Utf8, true)),
        config_options: Arc::default(),
    };
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let links = udf.invoke_with_args(args).unwrap();
    let after = ALLOCATIONS.load(Ordering::Relaxed);
    assert_eq!(links.into_array(rows).unwrap().null_count(), 0);
    after - before
}

/// The only test of this program, so that no other thread allocates.
#[test]
fn no_allocation_for_each_row() {
    for name in ["presign_get", "presign_v2_get"] {
        for data_type in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
            // The first call fills caches.
            allocations(name, 1000, &data_type);
            let few = allocations(name, 1000, &data_type);
            let many = allocations(name, 8000, &data_type);
            assert!(
                many <= few + 4,
                "{name}, {data_type}: {few} allocations for 1000 rows, {many} for 8000"
            );
        }
    }
}
