//! Moments in UTC, in whole seconds. What lives here: every text form of a time that goes over the wire,
//! and the reading of two of them. What does not: a clock.

use crate::encode::Sink;
use crate::error::{Error, Quoted, error};
use core::fmt;
use core::time::Duration;
use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{Date, Month, OffsetDateTime, Time, UtcDateTime};

/// A moment in UTC, in whole seconds: the signing time, or the end of a presigned URL.
///
/// Functions of this crate take `impl Into<Timestamp>`, so that a `time::OffsetDateTime`, a
/// `time::UtcDateTime` or (with `std`) a `std::time::SystemTime` can be handed in as it is. Fractions of
/// a second are cut off, as every format on the wire does.
///
/// ```
/// use core::time::Duration;
/// use presign::Timestamp;
///
/// let now = Timestamp::parse("20130524T000314Z")?;
/// assert_eq!(now, Timestamp::parse("2013-05-24T02:03:14.5+02:00")?);
/// assert_eq!(now.to_string(), "2013-05-24T00:03:14Z");
/// assert_eq!(now.unix_seconds(), 1_369_353_794);
///
/// // Every link signed within the same five minutes is the same link, so it can be cached.
/// let window = now.round_down(Duration::from_secs(300));
/// assert_eq!(window.to_string(), "2013-05-24T00:00:00Z");
/// # Ok::<(), presign::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A moment by its seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Timestamp(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Reads `20130524T000000Z`, the format of `X-Amz-Date`, or RFC 3339 such as
    /// `2013-05-24T02:00:00+02:00`.
    ///
    /// # Errors
    /// [`ErrorKind::Time`](crate::ErrorKind::Time) for any other text, and for a moment that does not exist.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Timestamp::parse_amz_date(text)
            .or_else(|| Timestamp::parse_rfc3339(text))
            // With an offset, a text can lie outside the years that it can be written in again.
            .filter(|moment| moment.calendar().is_some())
            .ok_or_else(|| {
                error!(
                    Time,
                    "{} is not a time: write 20130524T000000Z or 2013-05-24T00:00:00Z",
                    Quoted(text)
                )
            })
    }

    /// The last whole multiple of `window` since 1970 that is not after this moment.
    ///
    /// A presigned URL changes with its signing time, so a browser or a CDN sees a new address, and caches
    /// nothing, whenever a page is rendered. Sign with a rounded time and all links of one window are equal. The
    /// life of the link counts from the rounded time: give it at least one window more than is needed. A window under a second rounds nothing.
    #[must_use]
    pub fn round_down(self, window: Duration) -> Self {
        let rest = i64::try_from(window.as_secs())
            .ok()
            .and_then(|window| self.0.checked_rem_euclid(window))
            .unwrap_or(0);
        Timestamp(self.0.saturating_sub(rest))
    }

    /// The moment that many whole seconds later; at the end of what can be counted, the last one.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Timestamp(self.0.saturating_add_unsigned(duration.as_secs()))
    }

    /// The time from `earlier` until this moment; zero if this moment is not later.
    #[must_use]
    pub fn saturating_since(self, earlier: impl Into<Timestamp>) -> Duration {
        let seconds = self.0.saturating_sub(earlier.into().0);
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }

    /// Date and time of day, in the years that can be written.
    pub(crate) fn calendar(self) -> Option<UtcDateTime> {
        UtcDateTime::from_unix_timestamp(self.0)
            .ok()
            .filter(|moment| (0..=9999).contains(&moment.year()))
    }

    /// The same, or why it can't be written.
    pub(crate) fn in_range(self) -> Result<UtcDateTime, Error> {
        self.calendar().ok_or_else(|| {
            error!(
                Time,
                "{} seconds since 1970 lie outside the years 0 to 9999, which is all that a signature can say",
                self.0
            )
        })
    }

    /// `20130524T000000Z`.
    #[inline]
    pub(crate) fn amz_date(self) -> Result<AmzDate, Error> {
        self.in_range().map(AmzDate::of)
    }

    /// `Fri, 24 May 2013 00:00:00 GMT`, the format of the `Date` header (RFC 9110, section 5.6.7).
    pub(crate) fn http_date(self) -> Result<HttpDate, Error> {
        const DAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
        const MONTHS: [&[u8; 3]; 12] = [
            b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
            b"Dec",
        ];
        let moment = self.in_range()?;
        let day = DAYS.get(usize::from(moment.weekday().number_days_from_monday()));
        let month = MONTHS.get(usize::from(u8::from(moment.month())).saturating_sub(1));
        let year = moment.year().unsigned_abs();
        let mut text = *b"Thu, 01 Jan 1970 00:00:00 GMT";
        for (at, name) in [(0, day), (8, month)] {
            if let (Some(place), Some(name)) = (place(&mut text, at), name) {
                *place = **name;
            }
        }
        let pairs = [
            (5, moment.day()),
            (12, u8::try_from(year / 100).unwrap_or(0)),
            (14, u8::try_from(year % 100).unwrap_or(0)),
            (17, moment.hour()),
            (20, moment.minute()),
            (23, moment.second()),
        ];
        for (at, number) in pairs {
            write_pair(&mut text, at, number);
        }
        Ok(HttpDate(text))
    }

    /// `2013-05-24T00:00:00Z`, the expiration of a POST policy.
    pub(crate) fn policy_date(self) -> Result<PolicyDate, Error> {
        let moment = self.in_range()?;
        let year = moment.year().unsigned_abs();
        let mut text = *b"0000-00-00T00:00:00Z";
        let pairs = [
            (0, u8::try_from(year / 100).unwrap_or(0)),
            (2, u8::try_from(year % 100).unwrap_or(0)),
            (5, u8::from(moment.month())),
            (8, moment.day()),
            (11, moment.hour()),
            (14, moment.minute()),
            (17, moment.second()),
        ];
        for (at, number) in pairs {
            write_pair(&mut text, at, number);
        }
        Ok(PolicyDate(text))
    }

    /// Reads `20130524T000000Z`, and no other way to write a moment.
    pub(crate) fn parse_amz_date(text: &str) -> Option<Self> {
        let (date, time) = text.as_bytes().split_first_chunk()?;
        let &[b'T', h1, h2, n1, n2, s1, s2, b'Z'] = time else {
            return None;
        };
        let [century, year, month, day] = numbers(*date)?;
        let [hour, minute, second, _] = numbers([h1, h2, n1, n2, s1, s2, b'0', b'0'])?;
        let year = i32::from(century)
            .saturating_mul(100)
            .saturating_add(year.into());
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        let time = Time::from_hms(hour, minute, second).ok()?;
        Some(Timestamp(UtcDateTime::new(date, time).unix_timestamp()))
    }

    /// Reads RFC 3339 alone, of which the expiration of a POST policy is a form.
    pub(crate) fn parse_rfc3339(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Into::into)
    }

    /// Reads the date of a `Date` header: `Fri, 24 May 2013 00:00:00 GMT`, or with an offset such as `+0000`.
    pub(crate) fn parse_http_date(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc2822).ok().map(Into::into)
    }
}

/// A moment as the `Date` header writes it.
pub(crate) struct HttpDate([u8; 29]);

impl HttpDate {
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A moment as a POST policy writes it.
pub(crate) struct PolicyDate([u8; 20]);

impl PolicyDate {
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The `N` bytes at a place.
fn place<const N: usize>(text: &mut [u8], at: usize) -> Option<&mut [u8; N]> {
    text.get_mut(at..)?.first_chunk_mut()
}

/// The ASCII digit of a number below ten: the digits are 0x30 to 0x39.
fn digit(number: u8) -> u8 {
    b'0' | number
}

/// Two digits.
fn write_pair(text: &mut [u8], at: usize, number: u8) {
    if let Some(place) = place(text, at) {
        *place = [digit(number / 10 % 10), digit(number % 10)];
    }
}

/// Two digits for each of four numbers below a hundred, all in one word with sixteen bits for each.
fn pairs(numbers: [u8; 4]) -> [u8; 8] {
    const EACH: u64 = 0x0001_0001_0001_0001;
    let [first, second, third, fourth] = numbers.map(u64::from);
    let numbers = first | (second << 16) | (third << 32) | (fourth << 48);
    // 103 / 1024 is a tenth, for so small numbers.
    let tens = (numbers.wrapping_mul(103) >> 10) & (EACH * 0xf);
    let ones = numbers.wrapping_sub(tens.wrapping_mul(10));
    (tens | (ones << 8) | (EACH * 0x3030)).to_le_bytes()
}

/// The reverse: four numbers of two digits each; none if something else stands there.
fn numbers(digits: [u8; 8]) -> Option<[u8; 4]> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The digits are 0x30 to 0x39: without 0x30 none is over 9.
    let digits = u64::from_le_bytes(digits) ^ (EACH * 0x30);
    let over = digits | digits.wrapping_add(EACH * 6);
    if over & (EACH * 0xf0) != 0 {
        return None;
    }
    let numbers = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let [first, _, second, _, third, _, fourth, _] = numbers.to_le_bytes();
    Some([first, second, third, fourth])
}

/// A signing time as `X-Amz-Date` writes it, with the date of the credential scope in it. It stands where whole words do, which is
/// where its check for UTF-8 is fast.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(align(8))]
pub(crate) struct AmzDate([u8; 16]);

impl AmzDate {
    /// Of a moment in the years that can be written.
    pub(crate) fn of(moment: UtcDateTime) -> Self {
        let (year, month, day) = moment.date().to_calendar_date();
        let year = year.unsigned_abs();
        let century = u8::try_from(year / 100).unwrap_or(0);
        let year = u8::try_from(year % 100).unwrap_or(0);
        let (hour, minute, second) = moment.time().as_hms();
        let [c1, c2, y1, y2, m1, m2, d1, d2] = pairs([century, year, month.into(), day]);
        let [h1, h2, n1, n2, s1, s2, ..] = pairs([hour, minute, second, 0]);
        AmzDate([
            c1, c2, y1, y2, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z',
        ])
    }

    /// `20130524T000000Z`.
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// `20130524`.
    pub(crate) fn date(&self) -> &str {
        self.time_and_date().1
    }

    /// Both texts.
    pub(crate) fn time_and_date(&self) -> (&str, &str) {
        let time = self.as_str();
        (time, date_of(time))
    }
}

/// The date of a signing time as it is written: `20130524`.
pub(crate) fn date_of(time: &str) -> &str {
    time.get(..8).unwrap_or_default()
}

/// RFC 3339 in UTC: `2013-05-24T00:00:00Z`. A moment outside the years 0 to 9999 is written as its Unix seconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(moment) = self.calendar() else {
            return write!(f, "@{}", self.0);
        };
        let (date, time) = (moment.date(), moment.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            time.hour(),
            time.minute(),
            time.second()
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(moment: OffsetDateTime) -> Self {
        Timestamp(moment.unix_timestamp())
    }
}

impl From<UtcDateTime> for Timestamp {
    fn from(moment: UtcDateTime) -> Self {
        Timestamp(moment.unix_timestamp())
    }
}

#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    fn from(moment: std::time::SystemTime) -> Self {
        let seconds = match moment.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration();
                // Rounded down, as after 1970: half a second before it is second -1.
                let whole = before
                    .as_secs()
                    .saturating_add((before.subsec_nanos() > 0).into());
                0i64.saturating_sub_unsigned(whole)
            }
        };
        Timestamp(seconds)
    }
}

/// Writes a number in decimal.
pub(crate) fn write_decimal(number: u64, sink: &mut impl Sink) {
    let mut digits = [0; 20];
    let mut rest = number;
    let mut first = digits.len();
    for (at, place) in digits.iter_mut().enumerate().rev() {
        *place = digit((rest % 10) as u8);
        rest /= 10;
        first = at;
        if rest == 0 {
            break;
        }
    }
    let digits = digits.get(first..).unwrap_or_default();
    sink.text(core::str::from_utf8(digits).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, write_decimal};
    use alloc::string::{String, ToString};
    use core::time::Duration;
    use time::{OffsetDateTime, PrimitiveDateTime, format_description};

    #[test]
    fn amz_dates_agree_with_the_time_crate_over_ten_thousand_years() {
        let format =
            format_description::parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z")
                .unwrap();
        let (first, last) = (-62_167_219_200i64, 253_402_300_799);
        let step = (last - first) / 20_011;
        for seconds in (first..last).step_by(usize::try_from(step).unwrap()) {
            let theirs = OffsetDateTime::from_unix_timestamp(seconds)
                .unwrap()
                .format(&format)
                .unwrap();
            let ours = Timestamp::from_unix_seconds(seconds).amz_date().unwrap();
            assert_eq!(ours.as_str(), theirs);
            let read = Timestamp::parse(&theirs).unwrap();
            assert_eq!(read.unix_seconds(), seconds);
            assert_eq!(Timestamp::parse(&read.to_string()).unwrap(), read);
            assert_eq!(read.policy_date().unwrap().as_str(), read.to_string());
        }
        for outside in [first - 1, last + 1, i64::MIN, i64::MAX] {
            let refused = Timestamp::from_unix_seconds(outside).amz_date();
            assert!(refused.is_err(), "{outside}");
        }
    }

    #[test]
    fn http_dates_agree_with_the_time_crate_over_ten_thousand_years() {
        let format =
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT";
        let format = format_description::parse_borrowed::<2>(format).unwrap();
        let (first, last) = (-62_167_219_200i64, 253_402_300_799);
        let step = (last - first) / 20_011;
        for seconds in (first..last).step_by(usize::try_from(step).unwrap()) {
            let theirs = OffsetDateTime::from_unix_timestamp(seconds)
                .unwrap()
                .format(&format)
                .unwrap();
            let ours = Timestamp::from_unix_seconds(seconds);
            assert_eq!(ours.http_date().unwrap().as_str(), theirs);
            // RFC 2822, by which dates are read, begins in 1900.
            if seconds > -2_208_988_800 {
                assert_eq!(Timestamp::parse_http_date(&theirs), Some(ours));
            }
        }
        for outside in [first - 1, last + 1, i64::MIN, i64::MAX] {
            let refused = Timestamp::from_unix_seconds(outside).http_date();
            assert!(refused.is_err(), "{outside}");
        }
    }

    /// Every byte at every place, against the crate `time`.
    #[test]
    fn no_other_byte_stands_in_an_amz_date() {
        let format =
            format_description::parse_borrowed::<2>("[year][month][day]T[hour][minute][second]Z")
                .unwrap();
        let mut accepted = 0;
        for start in ["20130524T000000Z", "20000229T235959Z", "19991231T195909Z"] {
            for at in 0..start.len() {
                for byte in 0..0x80u8 {
                    let mut bytes = start.as_bytes().to_vec();
                    bytes[at] = byte;
                    let text = String::from_utf8(bytes).unwrap();
                    let digits = text.bytes().filter(u8::is_ascii_digit).count();
                    let theirs = PrimitiveDateTime::parse(&text, &format).ok();
                    let theirs = theirs
                        .filter(|_| digits == 14)
                        .map(PrimitiveDateTime::assume_utc);
                    let theirs = theirs.map(|moment| moment.unix_timestamp());
                    let ours = Timestamp::parse_amz_date(&text);
                    assert_eq!(ours.map(Timestamp::unix_seconds), theirs, "{text:?}");
                    accepted += usize::from(ours.is_some());
                }
            }
            for length in 0..start.len() {
                assert_eq!(Timestamp::parse_amz_date(&start[..length]), None);
            }
            assert_eq!(Timestamp::parse_amz_date(&(start.to_string() + "0")), None);
        }
        assert!(accepted > 150, "{accepted}");
    }

    #[test]
    fn what_is_not_a_time_is_refused() {
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
            assert!(Timestamp::parse(text).is_err(), "{text}");
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
    fn system_time_is_cut_to_the_second_below() {
        use std::time::{Duration, UNIX_EPOCH};
        let half = Duration::from_millis(500);
        assert_eq!(Timestamp::from(UNIX_EPOCH + half).unix_seconds(), 0);
        assert_eq!(Timestamp::from(UNIX_EPOCH - half).unix_seconds(), -1);
        let both = OffsetDateTime::from(UNIX_EPOCH - half);
        assert_eq!(Timestamp::from(both).unix_seconds(), -1);
    }

    #[test]
    fn decimals_agree_with_the_standard_library() {
        for number in [0, 1, 9, 10, 99, 604_800, u64::MAX] {
            let mut text = String::new();
            write_decimal(number, &mut text);
            assert_eq!(text, number.to_string());
        }
    }
}
