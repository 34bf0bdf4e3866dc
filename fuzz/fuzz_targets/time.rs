//! Texts that may be times, and everything that is computed with one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use presign::{Payload, Request, Timestamp, v2, v4};
use presign_fuzz::credentials;
use std::time::Duration;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{OffsetDateTime, PrimitiveDateTime, format_description};

/// What `X-Amz-Date` says, by the crate `time`.
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
    let read = Timestamp::parse(text).ok();
    let expected = basic(text).or_else(|| {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(read.unix_timestamp())
    });
    assert_eq!(read.map(Timestamp::unix_seconds), expected, "{text:?}");
    if let Some(read) = read {
        assert_eq!(Timestamp::parse(&read.to_string()), Ok(read));
    }

    let (now, other) = (
        Timestamp::from_unix_seconds(seconds),
        Timestamp::from_unix_seconds(other),
    );
    let window = now.round_down(duration);
    assert!(window <= now && now.saturating_since(window) < duration.max(Duration::from_secs(1)));
    assert!(now.saturating_add(duration) >= now);
    assert_eq!(now.saturating_since(other).is_zero(), now <= other);
    std::hint::black_box(format!("{now} {now:?}"));

    // Signing says the time that the crate `time` says, or refuses.
    let request = Request::get("https://example.com/");
    let signer = v4::Signer::new(credentials(false).clone(), "us-east-1", "service").unwrap();
    let v2 = v2::Signer::new(credentials(false).clone());
    let calendar = OffsetDateTime::from_unix_timestamp(seconds).ok();
    let calendar = calendar.filter(|calendar| (0..=9999).contains(&calendar.year()));
    let signed = signer.sign(&request, Payload::Empty, now);
    assert_eq!(signed.is_ok(), calendar.is_some());
    let signed_v2 = v2.sign(&request, now);
    assert_eq!(signed_v2.is_ok(), calendar.is_some());
    if let (Ok(signed), Ok(signed_v2), Some(calendar)) = (signed, signed_v2, calendar) {
        let (_, date) = signed
            .headers()
            .find(|(name, _)| *name == "x-amz-date")
            .unwrap();
        assert_eq!(basic(date), Some(seconds));
        let (_, date) = signed_v2
            .headers()
            .find(|(name, _)| *name == "Date")
            .unwrap();
        // The crate writes no years before 1900 in this format.
        if let Ok(written) = calendar.format(&Rfc2822) {
            assert_eq!(date.strip_suffix("GMT"), written.strip_suffix("+0000"));
        }
    }
    // A Date header that is any text at all.
    let _ = v2.sign(&request.clone().header("date", text), now);
    let _ = v2.sign(&request.header("x-amz-date", text), now);
});
