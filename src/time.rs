//! Moments in UTC, in whole seconds, and every text form of a time that is sent.

use crate::error::{Error, Quoted, error};
use ::time::format_description::well_known::{Rfc2822, Rfc3339};
use ::time::{Date, Month, OffsetDateTime, Time, UtcDateTime};
use core::fmt;
use core::str::FromStr;
use core::time::Duration;

/// A moment in UTC, in whole seconds: a signing time, or an expiration.
///
/// Functions of this crate take `impl Into<Timestamp>`: with the feature `std` a
/// `std::time::SystemTime`, with the feature `time` a `time::OffsetDateTime` or a
/// `time::UtcDateTime`. Fractions of a second are dropped, as in every format that is sent.
///
/// It is parsed from `20130524T000000Z`, the format of `X-Amz-Date`, or from RFC 3339. The error's
/// kind is [`ErrorKind::Time`](crate::ErrorKind::Time).
///
/// ```
/// use core::time::Duration;
/// use presign::Timestamp;
///
/// let now: Timestamp = "20130524T000314Z".parse()?;
/// assert_eq!(now, "2013-05-24T02:03:14.5+02:00".parse()?);
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
    /// Returns the moment that is `seconds` after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Timestamp(seconds)
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// Returns the last multiple of `window` since 1970 that is not after this moment.
    ///
    /// A presigned URL changes with its signing time, so browsers and CDNs can't cache it. Sign
    /// with a rounded time, and all links of one window are equal. The link expires relative to the
    /// rounded time: make it valid for at least one window longer than needed. A window of less
    /// than a second rounds nothing.
    #[must_use]
    pub fn round_down(self, window: Duration) -> Self {
        let past = i64::try_from(window.as_secs())
            .ok()
            .and_then(|window| self.0.checked_rem_euclid(window))
            .unwrap_or(0);
        Timestamp(self.0.saturating_sub(past))
    }

    /// Returns the moment `duration` later, without its fraction of a second.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Timestamp(self.0.saturating_add_unsigned(duration.as_secs()))
    }

    /// Returns the time from `earlier` to this moment, or zero if `earlier` is later.
    #[must_use]
    pub fn saturating_duration_since(self, earlier: impl Into<Timestamp>) -> Duration {
        let seconds = self.0.saturating_sub(earlier.into().0);
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }

    /// Returns date and time of day, if the year has four digits.
    pub(crate) fn calendar(self) -> Option<UtcDateTime> {
        UtcDateTime::from_unix_timestamp(self.0)
            .ok()
            .filter(|moment| (0..=9999).contains(&moment.year()))
    }

    /// Returns the moment as `X-Amz-Date` writes it.
    ///
    /// # Errors
    /// [`ErrorKind::Time`](crate::ErrorKind::Time) outside of the years 0 to 9999.
    pub(crate) fn amz_date(self) -> Result<AmzDate, Error> {
        let moment = self.checked_calendar()?;
        let [c1, c2, y1, y2, m1, m2, d1, d2] = date_digits(moment.date());
        let [h1, h2, n1, n2, s1, s2] = time_digits(moment.time());
        Ok(AmzDate([
            c1, c2, y1, y2, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z',
        ]))
    }

    /// Returns the moment as the `Date` header writes it (RFC 9110, section 5.6.7).
    pub(crate) fn http_date(self) -> Result<HttpDate, Error> {
        const DAYS: [&[u8; 3]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
        const MONTHS: [&[u8; 3]; 12] = [
            b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
            b"Dec",
        ];
        let moment = self.checked_calendar()?;
        let weekday = usize::from(moment.weekday().number_days_from_monday());
        let month = usize::from(u8::from(moment.month())).saturating_sub(1);
        let [w1, w2, w3] = *DAYS.get(weekday).copied().unwrap_or(b"   ");
        let [b1, b2, b3] = *MONTHS.get(month).copied().unwrap_or(b"   ");
        let [y1, y2, y3, y4, _, _, d1, d2] = date_digits(moment.date());
        let [h1, h2, n1, n2, s1, s2] = time_digits(moment.time());
        Ok(FixedText([
            w1, w2, w3, b',', b' ', d1, d2, b' ', b1, b2, b3, b' ', y1, y2, y3, y4, b' ', h1, h2,
            b':', n1, n2, b':', s1, s2, b' ', b'G', b'M', b'T',
        ]))
    }

    /// Returns the moment as a POST policy writes it: `2013-05-24T00:00:00Z`.
    pub(crate) fn policy_date(self) -> Result<PolicyDate, Error> {
        let moment = self.checked_calendar()?;
        let [y1, y2, y3, y4, m1, m2, d1, d2] = date_digits(moment.date());
        let [h1, h2, n1, n2, s1, s2] = time_digits(moment.time());
        Ok(FixedText([
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2,
            b'Z',
        ]))
    }

    /// Parses `20130524T000000Z` and no other format.
    pub(crate) fn parse_amz_date(text: &str) -> Option<Self> {
        let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
        let (date, clock) = bytes.split_first_chunk::<8>()?;
        let [b'T', clock @ .., b'Z'] = clock else {
            return None;
        };
        let ([century, year, month, day], [hour, minute, second]) =
            (date.as_chunks().0, clock.as_chunks().0)
        else {
            return None;
        };
        let year = i32::from(number(*century)?)
            .saturating_mul(100)
            .saturating_add(number(*year)?.into());
        let month = Month::try_from(number(*month)?).ok()?;
        let date = Date::from_calendar_date(year, month, number(*day)?).ok()?;
        let time = Time::from_hms(number(*hour)?, number(*minute)?, number(*second)?).ok()?;
        Some(Timestamp(UtcDateTime::new(date, time).unix_timestamp()))
    }

    /// Parses RFC 3339, of which a POST policy's expiration is a subset.
    pub(crate) fn parse_rfc3339(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(Timestamp(moment.unix_timestamp()))
    }

    /// Parses a `Date` header: `Fri, 24 May 2013 00:00:00 GMT`, or with an offset such as `+0000`.
    ///
    /// Long texts and the comments of RFC 2822, which can be nested, are not parsed, because the
    /// sender of the header is unknown. No date needs them.
    pub(crate) fn parse_http_date(text: &str) -> Option<Self> {
        /// Twice the length of a date.
        const MAX_LENGTH: usize = 64;
        if text.len() > MAX_LENGTH || text.contains('(') {
            return None;
        }
        let moment = OffsetDateTime::parse(text, &Rfc2822).ok()?;
        Some(Timestamp(moment.unix_timestamp()))
    }

    fn checked_calendar(self) -> Result<UtcDateTime, Error> {
        self.calendar().ok_or_else(|| {
            error!(
                Time,
                "the signing time must be in the years 0 to 9999, got {} seconds since 1970",
                self.0
            )
        })
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Timestamp::parse_amz_date(text)
            .or_else(|| Timestamp::parse_rfc3339(text))
            // An offset can move a text out of the years that can be written.
            .filter(|moment| moment.calendar().is_some())
            .ok_or_else(|| {
                error!(
                    Time,
                    "invalid time {}; write 20130524T000000Z or 2013-05-24T00:00:00Z",
                    Quoted(text)
                )
            })
    }
}

/// A moment as the `Date` header writes it: `Fri, 24 May 2013 00:00:00 GMT`.
pub(crate) type HttpDate = FixedText<29>;

/// A moment as a POST policy writes it: `2013-05-24T00:00:00Z`.
pub(crate) type PolicyDate = FixedText<20>;

/// A moment as a query has it, percent-encoded: `2013-05-24T00%3A00%3A00Z`.
#[cfg(feature = "azure")]
pub(crate) type EncodedPolicyDate = FixedText<24>;

#[cfg(feature = "azure")]
impl PolicyDate {
    pub(crate) fn encoded(&self) -> EncodedPolicyDate {
        let [
            y1,
            y2,
            y3,
            y4,
            _,
            m1,
            m2,
            _,
            d1,
            d2,
            _,
            h1,
            h2,
            _,
            n1,
            n2,
            _,
            s1,
            s2,
            _,
        ] = self.0;
        FixedText([
            y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b'%', b'3', b'A', n1, n2,
            b'%', b'3', b'A', s1, s2, b'Z',
        ])
    }
}

/// ASCII text of a fixed length.
///
/// It is aligned to whole words, because the UTF-8 check in `as_str` is faster there.
#[repr(align(8))]
pub(crate) struct FixedText<const N: usize>([u8; N]);

impl<const N: usize> FixedText<N> {
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Returns the digits of a number below 100.
fn two_digits(number: u8) -> [u8; 2] {
    [b'0' | (number / 10 % 10), b'0' | (number % 10)]
}

/// Returns the digits of year, month and day.
fn date_digits(date: Date) -> [u8; 8] {
    let (year, month, day) = date.to_calendar_date();
    let year = year.unsigned_abs();
    let [c1, c2] = two_digits((year / 100) as u8);
    let [y1, y2] = two_digits((year % 100) as u8);
    let [m1, m2] = two_digits(month.into());
    let [d1, d2] = two_digits(day);
    [c1, c2, y1, y2, m1, m2, d1, d2]
}

/// Returns the digits of hour, minute and second.
fn time_digits(time: Time) -> [u8; 6] {
    let (hour, minute, second) = time.as_hms();
    let ([h1, h2], [n1, n2], [s1, s2]) = (two_digits(hour), two_digits(minute), two_digits(second));
    [h1, h2, n1, n2, s1, s2]
}

/// Returns the number with these two digits.
fn number([tens, ones]: [u8; 2]) -> Option<u8> {
    let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
    let tens = (tens & 0xf).wrapping_mul(10);
    is_number.then_some(tens.wrapping_add(ones & 0xf))
}

/// A signing time as `X-Amz-Date` writes it, `20130524T000000Z`.
///
/// It is aligned to whole words, because the UTF-8 check in `as_str` is faster there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(8))]
pub(crate) struct AmzDate([u8; 16]);

impl AmzDate {
    /// Parses `20130524T000000Z`, and returns the moment, too.
    pub(crate) fn parse(text: &str) -> Option<(Self, Timestamp)> {
        let moment = Timestamp::parse_amz_date(text)?;
        let text = text.as_bytes().try_into().ok()?;
        Some((AmzDate(text), moment))
    }

    /// Returns `20130524T000000Z`.
    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the same as bytes, for a hash.
    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the date of the credential scope as bytes.
    pub(crate) fn date_bytes(&self) -> &[u8; 8] {
        let [date, _] = self.0.as_chunks().0 else {
            return &[0; 8];
        };
        date
    }

    /// Returns the date of the credential scope, `20130524`.
    pub(crate) fn date(&self) -> &str {
        date_of(self.as_str())
    }
}

/// Returns the date of a signing time as it is written: `20130524`.
pub(crate) fn date_of(time: &str) -> &str {
    time.get(..8).unwrap_or_default()
}

/// Writes RFC 3339 in UTC, `2013-05-24T00:00:00Z`. A moment outside of the years 0 to 9999 is
/// written as `@` and its Unix seconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.policy_date() {
            Ok(date) => f.write_str(date.as_str()),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "time")]
impl From<OffsetDateTime> for Timestamp {
    fn from(moment: OffsetDateTime) -> Self {
        Timestamp(moment.unix_timestamp())
    }
}

#[cfg(feature = "time")]
impl From<UtcDateTime> for Timestamp {
    fn from(moment: UtcDateTime) -> Self {
        Timestamp(moment.unix_timestamp())
    }
}

/// The conversion fails outside of the years -9999 to 9999.
#[cfg(feature = "time")]
impl TryFrom<Timestamp> for UtcDateTime {
    type Error = ::time::error::ComponentRange;

    fn try_from(moment: Timestamp) -> Result<Self, Self::Error> {
        UtcDateTime::from_unix_timestamp(moment.0)
    }
}

#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Timestamp {
    fn from(moment: std::time::SystemTime) -> Self {
        let seconds = match moment.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration();
                // Half a second before 1970 is second -1, so that all moments are rounded down.
                let has_fraction = before.subsec_nanos() > 0;
                let seconds = before.as_secs().saturating_add(has_fraction.into());
                0i64.saturating_sub_unsigned(seconds)
            }
        };
        Timestamp(seconds)
    }
}

/// Moments that a `SystemTime` can't represent become the nearest one that it can, 1970 or year
/// 9999.
#[cfg(feature = "std")]
impl From<Timestamp> for std::time::SystemTime {
    fn from(moment: Timestamp) -> Self {
        let distance = Duration::from_secs(moment.0.unsigned_abs());
        let epoch = std::time::UNIX_EPOCH;
        if moment.0 < 0 {
            epoch.checked_sub(distance).unwrap_or(epoch)
        } else {
            let last = epoch.checked_add(Duration::from_secs(253_402_300_799));
            epoch.checked_add(distance).or(last).unwrap_or(epoch)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;
    use ::time::{OffsetDateTime, PrimitiveDateTime, format_description};
    use alloc::string::{String, ToString};

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
            let read = theirs.parse::<Timestamp>().unwrap();
            assert_eq!(read.unix_seconds(), seconds);
            assert_eq!(read.to_string().parse::<Timestamp>().unwrap(), read);
            assert_eq!(read.policy_date().unwrap().as_str(), read.to_string());
        }
        for outside in [first - 1, last + 1, i64::MIN, i64::MAX] {
            let rejected = Timestamp::from_unix_seconds(outside).amz_date();
            assert!(rejected.is_err(), "{outside}");
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
            let rejected = Timestamp::from_unix_seconds(outside).http_date();
            assert!(rejected.is_err(), "{outside}");
        }
    }

    #[test]
    fn http_dates_are_short_and_without_comments() {
        let date = "Fri, 24 May 2013 00:00:00 GMT";
        assert!(Timestamp::parse_http_date(date).is_some());
        let padded = |spaces| date.replacen(' ', &" ".repeat(spaces), 1);
        assert!(Timestamp::parse_http_date(&padded(36)).is_some());
        assert_eq!(Timestamp::parse_http_date(&padded(37)), None);
        assert_eq!(
            Timestamp::parse_http_date("Fri, 24 May 2013 00:00:00 (a) GMT"),
            None
        );
    }

    /// Every byte at every index.
    #[test]
    fn amz_dates_are_parsed_as_the_time_crate_parses_them() {
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
}
