//! Links equal those of the library, for every type of array.

use crate::support::{
    REGION, batch, bucket, bucket_v2, error_of, functions, link, links_of, session,
    session_of_batches,
};
use datafusion::arrow::array::{
    Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, LargeStringArray, MapArray,
    StringArray, StringViewArray, StructArray, new_empty_array,
};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields, Int8Type, Int32Type, UInt64Type};
use presign_datafusion::Functions;
use std::sync::Arc;

const KEYS: [Option<&str>; 7] = [
    Some("a.txt"),
    None,
    Some("dir/b c+d%.txt"),
    Some("ключ/€"),
    Some("a.txt"),
    Some("//a/../b"),
    Some("a key that is longer than the twelve bytes of a view, with = & and ?"),
];

fn expected() -> Vec<Option<String>> {
    let bucket = bucket("examplebucket");
    let links = KEYS.iter().map(|key| link(&bucket.get((*key)?), 3600));
    links.collect()
}

const QUERY: &str = "SELECT presign_get('examplebucket', key, 3600) FROM t";

async fn assert_links(keys: ArrayRef, expected: &[Option<String>]) {
    let data_type = keys.data_type().clone();
    let context = session(&functions(), vec![("key", keys)]);
    assert_eq!(
        links_of(&context, QUERY).await.unwrap(),
        expected,
        "{data_type}"
    );
}

fn types() -> Vec<DataType> {
    let dictionary = |key, value| DataType::Dictionary(Box::new(key), Box::new(value));
    vec![
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        dictionary(DataType::Int8, DataType::Utf8),
        dictionary(DataType::Int32, DataType::Utf8),
        dictionary(DataType::UInt64, DataType::LargeUtf8),
        dictionary(DataType::UInt16, DataType::Utf8View),
    ]
}

#[tokio::test]
async fn every_type_of_key() {
    let keys: ArrayRef = Arc::new(StringArray::from(KEYS.to_vec()));
    for data_type in types() {
        assert_links(cast(&keys, &data_type).unwrap(), &expected()).await;
    }
}

#[tokio::test]
async fn slices() {
    let keys: ArrayRef = Arc::new(StringArray::from(KEYS.to_vec()));
    for data_type in types() {
        let keys = cast(&keys, &data_type).unwrap();
        for (offset, length) in [(0, 3), (1, 1), (1, 4), (3, 4), (6, 1)] {
            let expected = &expected()[offset..offset + length];
            assert_links(keys.slice(offset, length), expected).await;
        }
    }
}

#[tokio::test]
async fn empty_batches_and_only_nulls() {
    for data_type in types() {
        assert_links(new_empty_array(&data_type), &[]).await;
        let nulls = datafusion::arrow::array::new_null_array(&data_type, 3);
        assert_links(nulls, &[None, None, None]).await;
    }
}

/// A dictionary's values can be null, or unused, and an unused one need not be a valid key.
#[tokio::test]
async fn dictionaries() {
    let values = StringArray::from(vec![Some("unused"), Some("b"), None, Some(""), Some("a")]);
    let keys = Int32Array::from(vec![Some(4), Some(1), None, Some(2), Some(4)]);
    let keys = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values)).unwrap();
    let bucket = bucket("examplebucket");
    let (a, b) = (link(&bucket.get("a"), 3600), link(&bucket.get("b"), 3600));
    assert_links(
        Arc::new(keys.clone()),
        &[a.clone(), b.clone(), None, None, a.clone()],
    )
    .await;
    assert_links(Arc::new(keys.slice(1, 2)), &[b.clone(), None]).await;

    // With another argument that isn't constant, each row is signed.
    let seconds = Int64Array::from(vec![3600, 60, 60, 60, 61]);
    let columns: Vec<(_, ArrayRef)> = vec![("key", Arc::new(keys)), ("s", Arc::new(seconds))];
    let context = session(&functions(), columns);
    let query = "SELECT presign_get('examplebucket', key, s) FROM t";
    let expected = [
        a,
        link(&bucket.get("b"), 60),
        None,
        None,
        link(&bucket.get("a"), 61),
    ];
    assert_eq!(links_of(&context, query).await.unwrap(), expected);
}

#[tokio::test]
async fn columns_that_are_not_constant() {
    let methods: DictionaryArray<Int8Type> = vec!["GET", "PUT", "GET", "DELETE", "GET"]
        .into_iter()
        .collect();
    let buckets: DictionaryArray<UInt64Type> = vec![
        Some("one-bucket"),
        Some("two-bucket"),
        Some("one-bucket"),
        Some("one-bucket"),
        None,
    ]
    .into_iter()
    .collect();
    let keys = StringViewArray::from(vec!["k1", "k2", "k3", "k4", "k5"]);
    let seconds = Int32Array::from(vec![Some(1), Some(604_800), None, Some(60), Some(60)]);
    let columns: Vec<(_, ArrayRef)> = vec![
        ("m", Arc::new(methods)),
        ("b", Arc::new(buckets)),
        ("k", Arc::new(keys)),
        ("s", Arc::new(seconds)),
    ];
    let context = session(&functions(), columns);
    let (one, two) = (bucket("one-bucket"), bucket("two-bucket"));
    assert_eq!(
        links_of(&context, "SELECT presign(m, b, k, s) FROM t")
            .await
            .unwrap(),
        [
            link(&one.get("k1"), 1),
            link(&two.put("k2"), 604_800),
            None,
            link(&one.delete("k4"), 60),
            None,
        ]
    );
    assert_eq!(
        links_of(&context, "SELECT presign_get(b, 'k', 60) FROM t")
            .await
            .unwrap(),
        [&one, &two, &one, &one]
            .map(|bucket| link(&bucket.get("k"), 60))
            .into_iter()
            .chain([None])
            .collect::<Vec<_>>()
    );
}

/// More buckets than templates are kept.
#[tokio::test]
async fn thousands_of_buckets() {
    let names: Vec<_> = (0..5000)
        .map(|number| format!("bucket-{}", number % 2500))
        .collect();
    let array: ArrayRef = Arc::new(LargeStringArray::from(names.clone()));
    let context = session(&functions(), vec![("b", array)]);
    let links = links_of(&context, "SELECT presign_get(b, 'k', 60) FROM t")
        .await
        .unwrap();
    assert_eq!(links.len(), 5000);
    for (name, actual) in names.iter().zip(links).step_by(97) {
        assert_eq!(actual, link(&bucket(name).get("k"), 60));
    }
}

#[tokio::test]
async fn intervals() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["k"]));
    let context = session(&functions(), vec![("key", keys)]);
    let bucket = bucket("examplebucket");
    for (expiry, seconds) in [
        ("60", 60),
        ("CAST(60 AS TINYINT)", 60),
        ("arrow_cast(60, 'UInt64')", 60),
        ("INTERVAL '1 hour'", 3600),
        ("INTERVAL '1 day 1 second'", 86_401),
        ("INTERVAL '7 days'", 604_800),
        ("arrow_cast(90, 'Duration(Second)')", 90),
        ("arrow_cast(90000, 'Duration(Millisecond)')", 90),
    ] {
        let query = format!("SELECT presign_get('examplebucket', key, {expiry}) FROM t");
        let links = links_of(&context, &query).await.unwrap();
        assert_eq!(links, [link(&bucket.get("k"), seconds)], "{expiry}");
    }
}

#[tokio::test]
async fn options() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["k1", "k2"]));
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("1.pdf"), None]));
    let context = session(&functions(), vec![("key", keys), ("name", names)]);
    let bucket = bucket("examplebucket");
    let put = |key| {
        let request = bucket.put(key).header("content-type", "image/png");
        link(&request.query("versionId", "v 1"), 60)
    };
    let options = "MAP {'header:content-type': 'image/png', 'query:versionId': 'v 1'}";
    let query = format!("SELECT presign('PUT', 'examplebucket', key, 60, {options}) FROM t");
    assert_eq!(
        links_of(&context, &query).await.unwrap(),
        [put("k1"), put("k2")]
    );

    // A map for each row, and a value that is null.
    let query = "SELECT presign('GET', 'examplebucket', key, 60, MAP {'query:response-content-type': name}) FROM t";
    let request = bucket.get("k1").response_content_type("1.pdf");
    assert_eq!(
        links_of(&context, query).await.unwrap(),
        [link(&request, 60), None]
    );

    // No options.
    for options in ["NULL", "MAP {}"] {
        let query = format!("SELECT presign('GET', 'examplebucket', key, 60, {options}) FROM t");
        let expected = [link(&bucket.get("k1"), 60), link(&bucket.get("k2"), 60)];
        assert_eq!(
            links_of(&context, &query).await.unwrap(),
            expected,
            "{options}"
        );
    }
}

/// Returns a column of maps from names, values and the number of entries of each row. A row without
/// a number is null.
fn maps(names: ArrayRef, values: ArrayRef, lengths: &[Option<usize>]) -> MapArray {
    let fields = Fields::from(vec![
        Field::new("keys", names.data_type().clone(), false),
        Field::new("values", values.data_type().clone(), true),
    ]);
    let entries = StructArray::new(fields, vec![names, values], None);
    let entries_field = Field::new("entries", entries.data_type().clone(), false);
    let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|length| length.unwrap_or(0)));
    let nulls = lengths.iter().map(Option::is_some).collect();
    MapArray::new(
        Arc::new(entries_field),
        offsets,
        entries,
        Some(nulls),
        false,
    )
}

/// Maps in a column, with names and values of several types.
#[tokio::test]
async fn columns_of_options() {
    let names = [
        "query:versionId",
        "header:x-amz-acl",
        "query:versionId",
        "query:versionId",
    ];
    let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
    let values = [Some("v1"), Some("private"), None, Some("v2")];
    let values: ArrayRef = Arc::new(StringArray::from(values.to_vec()));
    let lengths = [Some(2), None, Some(0), Some(1), Some(1)];
    let bucket = bucket("examplebucket");
    let get = bucket.get("k");
    let expected = [
        link(
            &bucket
                .get("k")
                .query("versionId", "v1")
                .header("x-amz-acl", "private"),
            60,
        ),
        None,
        link(&get, 60),
        None,
        link(&bucket.get("k").query("versionId", "v2"), 60),
    ];
    let query = "SELECT presign('GET', 'examplebucket', 'k', 60, options) FROM t";
    for data_type in types() {
        let values = cast(&values, &data_type).unwrap();
        let maps = maps(cast(&names, &data_type).unwrap(), values, &lengths);
        for (offset, length) in [(0, 5), (1, 1), (1, 4), (3, 2), (4, 1)] {
            let column: ArrayRef = Arc::new(maps.slice(offset, length));
            let context = session(&functions(), vec![("options", column)]);
            assert_eq!(
                links_of(&context, query).await.unwrap(),
                expected[offset..offset + length],
                "{data_type}"
            );
        }
    }
}

/// An outer join makes null maps. They don't make links without options.
#[tokio::test]
async fn null_maps_of_a_join() {
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["k1", "k2"]));
    let context = session(&functions(), vec![("key", keys)]);
    let query = "SELECT presign('GET', 'examplebucket', t.key, 60, o.options) FROM t LEFT JOIN \
                 (SELECT 'k1' AS key, MAP {'query:versionId': 'v'} AS options) AS o \
                 ON t.key = o.key ORDER BY t.key";
    let bucket = bucket("examplebucket");
    let expected = [link(&bucket.get("k1").query("versionId", "v"), 60), None];
    assert_eq!(links_of(&context, query).await.unwrap(), expected);
}

#[tokio::test]
async fn constant_dictionaries() {
    let seconds: ArrayRef = Arc::new(Int64Array::from(vec![60, 61]));
    let context = session(&functions(), vec![("s", seconds)]);
    let bucket = bucket("examplebucket");
    for (key, expected) in [
        ("'k'", [60, 61].map(|s| link(&bucket.get("k"), s))),
        ("NULL", [None, None]),
    ] {
        let key = format!("arrow_cast({key}, 'Dictionary(Int32, Utf8)')");
        let query = format!("SELECT presign_get('examplebucket', {key}, s) FROM t");
        assert_eq!(links_of(&context, &query).await.unwrap(), expected);
    }
}

/// Without rows nothing is signed, so a process without credentials has nothing to reject.
#[tokio::test]
async fn zero_rows_need_no_credentials() {
    let none = new_empty_array(&DataType::Utf8);
    let context = session(&Functions::s3(REGION), vec![("key", none)]);
    for key in ["key", "'k'"] {
        let query = format!("SELECT presign_get('examplebucket', {key}, 60) FROM t");
        assert_eq!(links_of(&context, &query).await.unwrap(), []);
    }
    let error = error_of(&context, "SELECT presign_get('examplebucket', 'k', 60)").await;
    assert!(error.contains("no credentials"), "{error}");
}

#[tokio::test]
async fn several_batches() {
    let batches = vec![batch(&["k1", "k2"]), batch(&[]), batch(&["k3"])];
    let context = session_of_batches(&functions(), vec![batches]);
    let bucket = bucket("examplebucket");
    let expected = ["k1", "k2", "k3"].map(|key| link(&bucket.get(key), 3600));
    assert_eq!(links_of(&context, QUERY).await.unwrap(), expected);
}

#[tokio::test]
async fn sigv2() {
    let keys: ArrayRef = Arc::new(StringArray::from(KEYS.to_vec()));
    let context = session(&functions(), vec![("key", keys)]);
    let bucket = bucket_v2("examplebucket");
    let expected: Vec<_> = KEYS
        .iter()
        .map(|key| link(&bucket.get((*key)?), 3600))
        .collect();
    let query = "SELECT presign_v2_get('examplebucket', key, 3600) FROM t";
    assert_eq!(links_of(&context, query).await.unwrap(), expected);
    let expected: Vec<_> = KEYS
        .iter()
        .map(|key| link(&bucket.put((*key)?), 9_999_999))
        .collect();
    let query = "SELECT presign_v2('PUT', 'examplebucket', key, 9999999) FROM t";
    assert_eq!(links_of(&context, query).await.unwrap(), expected);
}

#[cfg(feature = "gcs")]
#[tokio::test]
async fn google() {
    use crate::support::now;
    let credentials =
        presign::Credentials::new("GOOG1EXAMPLE", "bGoa+V7g/yqDXvKRqq+JTFn4uQZbPiQJo4pf9RzJ")
            .unwrap();
    let google = presign_datafusion::Functions::gcs()
        .credentials(credentials.clone())
        .signing_time(now());
    let keys: ArrayRef = Arc::new(StringArray::from(KEYS.to_vec()));
    let context = session(&google, vec![("key", keys)]);
    // Both stores in one session, each with its credentials.
    functions().register(&context).unwrap();
    let bucket = presign::gcs::Bucket::new("examplebucket").unwrap();
    let expected = KEYS.map(|key| {
        let link =
            bucket
                .get(key?)
                .presign(&credentials, std::time::Duration::from_secs(60), now());
        Some(String::from(link.unwrap()))
    });
    let query = "SELECT presign_gcs_get('examplebucket', key, 60) FROM t";
    assert_eq!(links_of(&context, query).await.unwrap(), expected);
    let query = "SELECT presign_gcs('GET', 'examplebucket', key, 60) FROM t";
    assert_eq!(links_of(&context, query).await.unwrap(), expected);
    let s3 = links_of(&context, QUERY).await.unwrap();
    assert_eq!(s3, self::expected());
}

#[tokio::test]
async fn endpoint_and_style() {
    let functions = functions()
        .endpoint("http://localhost:9000")
        .addressing_style(presign::AddressingStyle::Path);
    let keys: ArrayRef = Arc::new(StringArray::from(vec!["k"]));
    let context = session(&functions, vec![("key", keys)]);
    let bucket = presign::s3::Bucket::builder("examplebucket", crate::support::REGION)
        .endpoint("http://localhost:9000")
        .addressing_style(presign::AddressingStyle::Path)
        .build()
        .unwrap();
    let query = "SELECT presign_get('examplebucket', key, 60) FROM t";
    assert_eq!(
        links_of(&context, query).await.unwrap(),
        [link(&bucket.get("k"), 60)]
    );
}
