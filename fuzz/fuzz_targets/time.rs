//! Texts that may be times, and all computations with times.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Expiry, Payload, Timestamp, v2, v4};
use presign_fuzz::credentials;
use std::time::Duration;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{OffsetDateTime, PrimitiveDateTime, format_description};

/// Returns the time of an `X-Amz-Date`, as the crate `time` parses it.
fn basic(text: &str) -> Option<i64> {
    let format =
        format_description::parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z")
            .unwrap();
    let signless = text.len() == 16 && text.as_bytes()[0].is_ascii_digit();
    let read = PrimitiveDateTime::parse(text, &format)
        .ok()
        .filter(|_| signless)?;
    Some(read.assume_utc().unix_timestamp())
}

fuzz_target!(|input: (&str, i64, i64, Duration)| {
    let (text, seconds, other, duration) = input;
    let read = text.parse::<Timestamp>().ok();
    let expected = basic(text).or_else(|| {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(read.unix_timestamp())
    });
    assert_eq!(read.map(Timestamp::unix_seconds), expected, "{text:?}");
    if let Some(read) = read {
        assert_eq!(read.to_string().parse(), Ok(read));
    }

    let (now, other) = (
        Timestamp::from_unix_seconds(seconds),
        Timestamp::from_unix_seconds(other),
    );
    let window = now.round_down(duration);
    assert!(
        window <= now
            && now.saturating_duration_since(window) < duration.max(Duration::from_secs(1))
    );
    assert!(now.saturating_add(duration) >= now);
    assert_eq!(now.saturating_duration_since(other).is_zero(), now <= other);
    std::hint::black_box(format!("{now} {now:?}"));

    // Signing writes the same time as the crate `time`, or returns an error.
    let keys = credentials(false);
    let service = v4::Service::new("us-east-1", "service").unwrap();
    let request = service.get("https://example.com/").payload(Payload::Empty);
    let rest = v2::Service::s3();
    let v2_request = rest.get("https://example.com/");
    let calendar = OffsetDateTime::from_unix_timestamp(seconds).ok();
    let calendar = calendar.filter(|calendar| (0..=9999).contains(&calendar.year()));
    let signed = request.sign(keys, now);
    assert_eq!(signed.is_ok(), calendar.is_some());
    let signed_v2 = v2_request.sign(keys, now);
    assert_eq!(signed_v2.is_ok(), calendar.is_some());
    if let (Ok(signed), Ok(signed_v2), Some(calendar)) = (signed, signed_v2, calendar) {
        let mut headers = signed.headers();
        let (_, date) = headers.find(|(name, _)| *name == "x-amz-date").unwrap();
        assert_eq!(basic(date), Some(seconds));
        let mut headers = signed_v2.headers();
        let (_, date) = headers.find(|(name, _)| *name == "Date").unwrap();
        // The crate `time` doesn't write years before 1900 in this format.
        if let Ok(written) = calendar.format(&Rfc2822) {
            assert_eq!(date.strip_suffix("GMT"), written.strip_suffix("+0000"));
        }
    }
    // An expiry in each form results in the time that it states, or in an error.
    let presigned = request.presign(keys, Expiry::at(other), now);
    let seconds_left = other.saturating_duration_since(now).as_secs();
    let is_valid = calendar.is_some() && (1..=604_800).contains(&seconds_left);
    assert_eq!(presigned.is_ok(), is_valid);
    let presigned = presigned
        .into_iter()
        .chain(v2_request.presign(keys, Expiry::at(other), now));
    for url in presigned {
        assert_eq!(url.expires_at(), other);
    }
    for expiry in [Expiry::from(duration), Expiry::at_most(duration)] {
        let presigned = request.presign(keys, expiry, now);
        let presigned = presigned
            .into_iter()
            .chain(v2_request.presign(keys, expiry, now));
        for url in presigned {
            assert_eq!(url.expires_at(), now.saturating_add(duration));
        }
    }
    // The date header can be any text.
    for name in ["date", "x-amz-date"] {
        let _ = rest
            .get("https://example.com/")
            .header(name, text)
            .sign(keys, now);
        let _ = service
            .get("https://example.com/")
            .header(name, text)
            .sign(keys, now);
    }
});
