//! Timestamps: text that is none, rounding, and system time.

use presign::Timestamp;
use std::time::Duration;

#[test]
fn invalid_times_are_rejected() {
    for text in [
        "",
        "now",
        "20130524",
        "20130524T000000",
        "20131324T000000Z",
        "20130230T000000Z",
        "20130524T240000Z",
        "20130524T000060Z",
        "2013-05-24",
        "2013-05-24T00:00:00",
        "120130524T000000Z",
        "20130524t000000z",
        "+0130524T000000Z",
        "20130524T00000éZ",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

#[test]
fn rounding_goes_down_before_1970_too() {
    let round = |seconds, window| {
        Timestamp::from_unix_seconds(seconds)
            .round_down(Duration::from_secs(window))
            .unix_seconds()
    };
    assert_eq!(round(1_369_353_794, 300), 1_369_353_600);
    assert_eq!(round(600, 300), 600);
    assert_eq!(round(-1, 300), -300);
    assert_eq!(round(7, 0), 7);
    assert_eq!(round(i64::MIN, u64::MAX), i64::MIN);
}

#[test]
#[cfg(feature = "std")]
fn system_time_is_rounded_down_to_seconds() {
    use std::time::UNIX_EPOCH;
    let half = Duration::from_millis(500);
    assert_eq!(Timestamp::from(UNIX_EPOCH + half).unix_seconds(), 0);
    assert_eq!(Timestamp::from(UNIX_EPOCH - half).unix_seconds(), -1);
    for seconds in [-1, 0, 1_369_353_794] {
        let moment = Timestamp::from_unix_seconds(seconds);
        let system_time = std::time::SystemTime::from(moment);
        assert_eq!(Timestamp::from(system_time), moment);
    }
}
